"""Python source text in the making, and the objects that it names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .descriptors import ResourceType


class PlanSource:
    """Lines of a function, with indentation, fresh local names and a namespace.

    Attributes:
        names: What the text refers to by name, the same for every instance.
        resources: What it refers to by name of an instance's resources: the name
            to what is done (`own`, `borrow`, `take` or `see`) and the type.
    """

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.resources: dict[str, tuple[str, ResourceType]] = {}
        self._lines: list[str] = []
        self._depth = 0
        self._count = 0
        self._constants: dict[tuple[int, str], str] = {}

    def line(self, text: str) -> None:
        """Append a line."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Append `head` and indent what follows; an empty block gets a `pass`."""
        self.line(head)
        self._depth += 1
        before = len(self._lines)
        yield
        if len(self._lines) == before:
            self.line("pass")
        self._depth -= 1

    def fresh(self, stem: str) -> str:
        """Return a local name that was not used before."""
        self._count += 1
        return f"{stem}_{self._count}"

    def local(self, expression: str, stem: str) -> str:
        """Append what gives an expression a local name, and return that."""
        name = self.fresh(stem)
        self.line(f"{name} = {expression}")
        return name

    def constant(self, value: Any, stem: str) -> str:
        """Return the name by which the text refers to `value`."""
        key = (id(value), stem)
        if key not in self._constants:
            name = self._constants[key] = self.fresh(stem.upper())
            self.names[name] = value
        return self._constants[key]

    def resource(self, verb: str, type_: ResourceType) -> str:
        """Return the name by which the text refers to what does `verb` to a resource."""
        for name, entry in self.resources.items():
            if entry == (verb, type_):
                return name
        name = self.fresh(verb)
        self.resources[name] = verb, type_
        return name

    def mark(self) -> tuple[int, int]:
        """Return where the text is now, for `insert`."""
        return len(self._lines), self._depth

    def insert(self, mark: tuple[int, int], lines: list[str]) -> None:
        """Insert lines at a place that was marked."""
        at, depth = mark
        self._lines[at:at] = ["    " * depth + line for line in lines]

    def text(self) -> str:
        """Return the text."""
        return "\n".join(self._lines) + "\n"
