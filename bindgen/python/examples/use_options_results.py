"""Options and results: plain values, exceptions, and wrappers where they nest."""

from wasmtime_bindgen import Err, Ok, Some, WitError

from options_results import Errno, ErrnoError, Failure, FailureError, OptionsResults

with OptionsResults.load() as world:
    outcomes = world.outcomes
    print(outcomes.both(4))
    try:
        outcomes.both(5)
    except ErrnoError as error:
        print(error.value)
    try:
        outcomes.fail(Failure(Errno.DENIED, "not for you"))
    except FailureError as error:
        print(error.value.message)
    try:
        outcomes.only_err("a text")
    except WitError as error:  # the error has no type of its own: a string
        print(error.value)
    print(outcomes.echo_option(None), outcomes.echo_option("Ada"))
    print(outcomes.echo_nested(None), outcomes.echo_nested(Some(None)))
    print(outcomes.echo_results([Ok(7), Ok(None), Err(Err(Errno.DENIED))]))
