"""The typed call: a component behind its WIT interface.

Nothing here allocates, copies, frees or counts bytes. The world says
`greet: func(name: string) -> string`, so a `str` goes in and a `str` comes out;
the canonical ABI does the rest, on both sides.
"""

from .errors import FilePath
from .greeter import Greeter
from .sandbox import Live, Sandbox


class ComponentGreeter:
    """A component that exports the world `greeter`, in whatever language it was written.

    Args:
        sandbox: Where it runs.
        path: The file that holds the component.

    Raises:
        InputError: If the file is no component, does not export the world, or
            imports what the sandbox does not offer.
        GuestError: If the component traps when it starts.
    """

    def __init__(self, sandbox: Sandbox, path: FilePath) -> None:
        component = sandbox.component(path)
        self._guest = Live(
            sandbox,
            component,
            lambda wasi, limits: Greeter.load(component, wasi=wasi, limits=limits),
        )

    def greet(self, name: str) -> str:
        """Return what the guest's `greet` returns for `name`.

        Raises:
            InputError: If `name` holds a lone surrogate, so is not Unicode text.
            GuestError: If the guest traps or runs too long; the next call gets
                a fresh instance.
        """
        return self._guest.call(lambda greeter: greeter.greet(name))

    def add(self, a: int, b: int) -> int:
        """Return the sum of `a` and `b`, which wraps on overflow.

        Raises:
            InputError: If one of them is not in -2147483648..=2147483647.
            GuestError: As `greet`.
        """
        return self._guest.call(lambda greeter: greeter.add(a, b))
