"""The world `greeter` as typed Python, by hand over `wasmtime.component`.

This module stands in for generated bindings: `wasmtime_bindgen` will make it
from `wit/greeter.wit` and replace it. Until then it is the one place that knows
both the world's types and how the wasmtime package converts values. That
package wraps an integer that is out of range and aborts the process on some
text that is not Unicode, so every value is checked here before it gets there.
"""

import wasmtime
from wasmtime import component as wit

from .errors import FilePath, MissingExport, NotText, OutOfRange

S32_MIN, S32_MAX = -(2**31), 2**31 - 1


class Greeter:
    """The exports of one instance, ready to be called.

    Args:
        store: The store that holds the instance.
        instance: An instance of a component that `check` accepted.
    """

    def __init__(self, store: wasmtime.Store, instance: wit.Instance) -> None:
        self._store = store
        self._greet = _function(store, instance, "greet")
        self._add = _function(store, instance, "add")

    @staticmethod
    def check(component: wit.Component, engine: wasmtime.Engine, path: FilePath) -> None:
        """Raise `MissingExport`, which names `path`, unless `component` exports the world."""
        exports = component.type.exports(engine)
        for name, (parameters, result) in _WORLD.items():
            expected = f"`{name}: {_signature(parameters, result)}`"
            if name not in exports:
                raise MissingExport(path, "the world `greeter`", f"it lacks {expected}")
            actual = exports[name].ty
            if not isinstance(actual, wit.FuncType):
                reason = f"its `{name}` is no function, and {expected} is expected"
                raise MissingExport(path, "the world `greeter`", reason)
            # As in the Component Model's subtyping, a parameter's name is no
            # part of what a caller relies on; its type is.
            types = [ty for _, ty in actual.params]
            if types != [ty for _, ty in parameters] or actual.result != result:
                found = _signature(actual.params, actual.result)
                reason = f"its `{name}` is `{found}`, and {expected} is expected"
                raise MissingExport(path, "the world `greeter`", reason)

    def greet(self, name: str) -> str:
        """Return the guest's `Hello, ` and the name; raise `NotText` for a lone surrogate."""
        result = self._greet(self._store, text(name))
        assert isinstance(result, str)  # `check` saw the type
        return result

    def add(self, a: int, b: int) -> int:
        """Return the wrapped sum; raise `OutOfRange` for what is no `s32`."""
        result = self._add(self._store, s32("a", a), s32("b", b))
        assert isinstance(result, int)  # `check` saw the type
        return result


def text(name: str) -> str:
    """Return `name` if WIT's `string` can hold it; raise `NotText` for a lone surrogate."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise NotText(error.start) from None
    return name


def s32(argument: str, value: int) -> int:
    """Return `value` if WIT's `s32` can hold it; raise `OutOfRange`, which names `argument`."""
    if not S32_MIN <= value <= S32_MAX:
        raise OutOfRange(argument, value)
    return value


_WORLD: dict[str, tuple[list[tuple[str, wit.ValType]], wit.ValType]] = {
    "greet": ([("name", wit.String())], wit.String()),
    "add": ([("a", wit.S32()), ("b", wit.S32())], wit.S32()),
}


def _function(store: wasmtime.Store, instance: wit.Instance, name: str) -> wit.Func:
    function = instance.get_func(store, name)
    assert function is not None  # `check` saw the export
    return function


def _signature(parameters: list[tuple[str, wit.ValType]], result: wit.ValType | None) -> str:
    listed = ", ".join(f"{name}: {_type(ty)}" for name, ty in parameters)
    return f"func({listed})" + (f" -> {_type(result)}" if result is not None else "")


def _type(ty: wit.ValType) -> str:
    """Return the type as WIT writes it; of a compound type only what kind it is."""
    if isinstance(ty, wit.ListType):
        return f"list<{_type(ty.element)}>"
    if isinstance(ty, wit.OptionType):
        return f"option<{_type(ty.payload)}>"
    return type(ty).__name__.removesuffix("Type").lower()
