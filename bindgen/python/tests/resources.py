"""The world of `resources.wat`, as the generator would write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

from wasmtime import wat2wasm

from wasmtime_bindgen import Component, abi


class Counter(abi.Resource):
    _constructor: Callable[[int], None]
    _add: Callable[[int], int]
    _tell: Callable[[], None]
    _live: ClassVar[Callable[[], int]]
    _try_make: ClassVar[Callable[[int], Counter]]

    def __init__(self, start: int) -> None:
        self._constructor(start)

    def add(self, n: int) -> int:
        return self._add(n)

    def tell(self) -> None:
        self._tell()

    @classmethod
    def live(cls) -> int:
        return cls._live()

    @classmethod
    def try_make(cls, start: int) -> Counter:
        return cls._try_make(start)


_Counter: TypeAlias = Counter  # the name that the attribute below doesn't hide


class Counters(abi.Interface):
    Counter: type[_Counter]
    _merge: Callable[[_Counter, _Counter], _Counter]
    _pair: Callable[[int], tuple[_Counter, _Counter]]
    _sum: Callable[[Sequence[_Counter]], int]

    def merge(self, a: _Counter, b: _Counter) -> _Counter:
        return self._merge(a, b)

    def pair(self, start: int) -> tuple[_Counter, _Counter]:
        return self._pair(start)

    def sum(self, all_: Sequence[_Counter]) -> int:
        return self._sum(all_)


class FileProtocol(Protocol):
    def __init__(self, size: int, /) -> None: ...
    def read(self, n: int, /) -> int: ...
    @classmethod
    def count(cls) -> int: ...


class FilesImports(Protocol):
    @property
    def File(self) -> type[FileProtocol]: ...  # noqa: N802
    def same(self, f: Any, /) -> Any: ...
    def log(self, text: str, /) -> None: ...


@dataclass
class Imports:
    files: FilesImports


class TextError(abi.WitError[str]):
    pass


COUNTER = abi.ResourceType("counter", Counter)
FILE = abi.ResourceType("file", FileProtocol, "File")
READ = abi.Result(abi.U32, abi.STRING)


def func(
    name: str, params: tuple[tuple[str, abi.ValType], ...] = (), result: abi.ValType | None = None
) -> abi.Func:
    python = name.rpartition("]")[2].rpartition(".")[2].replace("-", "_")
    raises = TextError if isinstance(result, abi.Result) else None
    return abi.Func(name, python, params, result, raises)


WORLD = abi.WorldType(
    name="tests:guest/resources",
    python="resources",
    exports=(
        abi.InterfaceType(
            "tests:guest/counters@1.0.0",
            "counters",
            Counters,
            (
                func("[constructor]counter", (("start", abi.U32),), abi.Own(COUNTER)),
                func(
                    "[method]counter.add", (("self", abi.Borrow(COUNTER)), ("n", abi.U32)), abi.U32
                ),
                func("[method]counter.tell", (("self", abi.Borrow(COUNTER)),)),
                func("[static]counter.live", (), abi.U32),
                func(
                    "[static]counter.try-make",
                    (("start", abi.U32),),
                    abi.Result(abi.Own(COUNTER), abi.STRING),
                ),
                func(
                    "merge", (("a", abi.Own(COUNTER)), ("b", abi.Borrow(COUNTER))), abi.Own(COUNTER)
                ),
                func(
                    "pair",
                    (("start", abi.U32),),
                    abi.Tuple((abi.Own(COUNTER), abi.Own(COUNTER))),
                ),
                func("sum", (("all", abi.List(abi.Borrow(COUNTER))),), abi.U32),
            ),
            (COUNTER,),
        ),
        func("use-file", (("size", abi.U32), ("n", abi.U32)), READ),
        func("open-file", (("size", abi.U32),), abi.Own(FILE)),
        func("close-file", (("f", abi.Own(FILE)),)),
        func("read-file", (("f", abi.Borrow(FILE)), ("n", abi.U32)), READ),
        func("count-files", (), abi.U32),
        func("log-text", (("text", abi.STRING),)),
        func("boom"),
        func("deep"),
        func("spin"),
        func("spin-and-log"),
        func("grow", (("pages", abi.U32),), abi.S32),
    ),
    imports=(
        abi.InterfaceType(
            "tests:host/files@1.0.0",
            "files",
            FilesImports,
            (
                func("[constructor]file", (("size", abi.U32),), abi.Own(FILE)),
                func("[method]file.read", (("self", abi.Borrow(FILE)), ("n", abi.U32)), READ),
                func("[static]file.count", (), abi.U32),
                func("same", (("f", abi.Own(FILE)),), abi.Own(FILE)),
                func("log", (("text", abi.STRING),)),
            ),
            (FILE,),
        ),
    ),
    generator="0.1.0",
    interface=abi.INTERFACE,
    digest="",
)


class World(abi.World):
    counters: Counters
    _use_file: Callable[[int, int], int]
    _open_file: Callable[[int], Any]
    _close_file: Callable[[Any], None]
    _read_file: Callable[[Any, int], int]
    _count_files: Callable[[], int]
    _log_text: Callable[[str], None]
    _boom: Callable[[], None]
    _deep: Callable[[], None]
    _spin: Callable[[], None]
    _spin_and_log: Callable[[], None]
    _grow: Callable[[int], int]

    @classmethod
    def load(
        cls, *, imports: Any, limits: abi.Limits | None = None, world: abi.WorldType = WORLD
    ) -> World:
        return cls._load_(world, component(), imports, None, limits, False)


@lru_cache(1)
def component() -> Component:
    text = Path(__file__).with_suffix(".wat").read_text()
    return Component(bytes(wat2wasm(text)), cache=False)


class File:
    """What the host implements: a file of so many bytes, and nothing in them."""

    open: ClassVar[list[File]] = []

    def __init__(self, size: int) -> None:
        self.size = size
        File.open.append(self)

    def read(self, n: int) -> int:
        if n > self.size:
            raise TextError(f"only {self.size}")
        return n

    @classmethod
    def count(cls) -> int:
        return len(cls.open)

    def drop(self) -> None:
        File.open.remove(self)


class Files:
    File = File

    def __init__(self, log: Callable[[str], None] = print) -> None:
        self._log = log

    def same(self, f: Any) -> Any:
        return f

    def log(self, text: str) -> None:
        self._log(text)


def load(log: Callable[[str], None] = print, *, limits: abi.Limits | None = None) -> World:
    return World.load(imports=Imports(Files(log)), limits=limits)
