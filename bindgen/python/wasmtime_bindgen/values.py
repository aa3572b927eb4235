"""Values that Python has no word for: the two sides of a result, and an option in an option.

They name their slots themselves: a frozen dataclass that gets them by `slots=True` is
another class than its `__setattr__` knows, and `Ok[int](1)` a TypeError before Python 3.12.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Ok(Generic[T_co]):
    """The `ok` side of a `result` in a value; `value` is None without a payload."""

    __slots__ = ("value",)

    value: T_co

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.value,)


@dataclass(frozen=True)
class Err(Generic[T_co]):
    """The `err` side of a `result` in a value; `value` is None without a payload."""

    __slots__ = ("value",)

    value: T_co

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.value,)


@dataclass(frozen=True)
class Some(Generic[T_co]):
    """A present `option<option<…>>`: `None` is absent, `Some(None)` is a present absent one."""

    __slots__ = ("value",)

    value: T_co

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.value,)
