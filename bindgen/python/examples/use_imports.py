"""What a world imports is a dataclass with a Protocol for each interface."""

from collections.abc import Sequence

from wasmtime_bindgen import Some

from imports import (
    FailureError,
    FailureRefused,
    FailureTimedOut,
    Imports,
    ImportsImports,
    Request,
    Response,
)


class Host:
    """Implements the protocol `HostImports`; it need not inherit from it."""

    def nop(self) -> None:
        """Do nothing."""

    def send(self, request: Request) -> Response:
        """Return an answer, or raise the error that the WIT gives the function."""
        if request.path == "/slow":
            raise FailureError(FailureTimedOut(30))
        if request.method != "GET":
            raise FailureError(FailureRefused())
        return Response(200, request.path.encode())

    def echo_list(self, value: Sequence[float]) -> Sequence[float]:
        return value

    def echo_nested(self, value: Some[int | None] | None) -> Some[int | None] | None:
        return value


imports = ImportsImports(
    host=Host(),
    double=lambda value: value * 2,
    describe=lambda value, name: f"{name} is {value}",
)

with Imports.load(imports=imports) as world:
    print(world.call_double(21), world.call_describe(0.5, "a half"))
    for path in ("/index", "/slow"):
        try:
            print(world.ask(Request("GET", path, None)))
        except FailureError as error:
            print("failed:", error.value)
