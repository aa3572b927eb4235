"""What WIT's `string` and `s32` can hold, checked by hand where no bindings do it: the C ABI."""

from .errors import NotText, OutOfRange

S32_MIN, S32_MAX = -(2**31), 2**31 - 1


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
