"""What mypy and pyright refuse of what the host provides: a line says which errors it gives."""

from collections.abc import Sequence

from imports import FailureError, Imports, ImportsImports, Request, Response

from wasmtime_bindgen import Some


class Host:
    """As it should be."""

    def nop(self) -> None:
        """Do nothing."""

    def send(self, request: Request) -> Response:
        raise FailureError("refused")  # expect: arg-type ArgumentType

    def echo_list(self, value: Sequence[float]) -> Sequence[float]:
        return value

    def echo_nested(self, value: Some[int | None] | None) -> Some[int | None] | None:
        return value


class Lacking:
    """It has no `send`."""

    def nop(self) -> None:
        """Do nothing."""


class Mistyped(Host):
    """Its answer is no response."""

    def send(self, request: Request) -> str:  # expect: override IncompatibleMethodOverride
        return request.path


def double(value: int) -> int:
    return 2 * value


def describe(value: float, name: str) -> str:
    return f"{name}={value}"


Imports.load()  # expect: call-arg CallIssue
ImportsImports(host=Host(), double=double)  # expect: call-arg CallIssue
ImportsImports(host=Lacking(), double=double, describe=describe)  # expect: arg-type ArgumentType
ImportsImports(host=Mistyped(), double=double, describe=describe)  # expect: arg-type ArgumentType
ImportsImports(host=Host(), double=describe, describe=describe)  # expect: arg-type ArgumentType
ImportsImports(host=Host(), double=str, describe=describe)  # expect: arg-type ArgumentType
