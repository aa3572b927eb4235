"""Values that Python has no word for: the two sides of a result, and an option in an option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Ok(Generic[T_co]):
    """The `ok` side of a `result` in a value; `value` is None without a payload."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Err(Generic[T_co]):
    """The `err` side of a `result` in a value; `value` is None without a payload."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Some(Generic[T_co]):
    """A present `option<option<…>>`: `None` is absent, `Some(None)` is a present absent one."""

    value: T_co
