"""What `python -m wasmtime_bindgen` needs before anything else is imported.

Python imports a package before it runs its `__main__`, so the command's own code comes
too late for this. Were the package to import its parts on demand only, `__main__`
would come first; but `import wasmtime_bindgen` would then succeed with a wasmtime that
can't be used, and a program that asks by `try` whether it can be would be misled.
"""

import os
import sys

_PACKAGE = "wasmtime_bindgen"

# The first argument is `-m` only as long as Python looks for what it is to run.
IS_COMMAND = sys.argv[:1] == ["-m"] and not {_PACKAGE, f"-m{_PACKAGE}"}.isdisjoint(sys.orig_argv)
"""Whether this process is the command."""


def leave_current_folder() -> None:
    """Import nothing from the current folder, where Python has the command look first.

    What lies there is the user's, such as a package that is called as a module of
    the standard library, and none of it is for the command.
    """
    try:
        here = os.getcwd()  # noqa: PTH109  # pathlib is imported from where this may not look
    except OSError:  # it was removed
        return
    is_first = sys.path[:1] in ([here], [""]) and not getattr(sys.flags, "safe_path", False)
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if is_first and os.path.realpath(here) != os.path.realpath(home):
        del sys.path[0]
