"""What the host gives to a guest is looked at before the guest is entered."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from wasmtime_bindgen import LinkError, abi

from .resources import FILE, WORLD, File, Files, Imports, World, func, load


class Mute:
    """Lacks `read`."""


class Late:
    """Reads, but later."""

    async def read(self, n: int) -> int:
        return n


class Yields:
    """Reads, one after the other."""

    async def read(self, n: int) -> AsyncIterator[int]:
        yield n


class Awaited:
    """Is called to be awaited."""

    async def __call__(self, *_arguments: object) -> None:
        pass


class Numbered:
    read = 5


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "f: None is of type NoneType, not an implementation of FileProtocol: it lacks"),
        ("a text", "f: 'a text' is of type str, not an implementation of FileProtocol: it lacks"),
        (5, "f: 5 is of type int, not an implementation of FileProtocol: it lacks `read`"),
        (Mute(), "is of type Mute, not an implementation of FileProtocol: it lacks `read`"),
        (Late(), "its `read` is an `async def`, and a plain function is expected"),
        (Yields(), "its `read` is an `async def`, and a plain function is expected"),
        (SimpleNamespace(read=Awaited()), "its `read` is an `async def`"),
        (Numbered(), "its `read` can't be called"),
        (File, "is of type type, not an implementation of FileProtocol: it is a class"),
    ],
)
def test_an_object_that_the_guest_could_not_call_is_refused(value: Any, message: str) -> None:
    with load() as world:
        for call in (lambda: world._read_file(value, 1), lambda: world._close_file(value)):
            for _ in range(2):
                with pytest.raises(TypeError) as caught:
                    call()
                assert message in str(caught.value)
        assert world._grow(0) == 1
        table: Any = next(t for r, t in world._runtime_._tables.items() if r.name == "file")
        assert table._objects == {}


def test_objects_may_have_methods_of_their_own() -> None:
    class Static:
        @staticmethod
        def read(n: int) -> int:
            return n + 2

    class Forwards:
        def __getattr__(self, name: str) -> Any:
            if name == "read":
                return lambda n: n + 3
            raise AttributeError(name)

    with load() as world:
        assert world._read_file(SimpleNamespace(read=lambda n: n + 1), 1) == 2
        with pytest.raises(TypeError, match="it lacks `read`"):
            world._read_file(SimpleNamespace(), 1)
        assert world._read_file(Static, 1) == 3
        assert world._read_file(Forwards(), 1) == 4


def test_an_object_that_a_host_function_returns_is_looked_at_too() -> None:
    class Number:
        count = File.count

        def __new__(cls, size: int) -> Any:
            return size

        def read(self, n: int) -> int:
            return n

    wrong: Any = type("Wrong", (Files,), {"File": Number})()
    world = World.load(imports=Imports(wrong))
    with pytest.raises(TypeError, match=r"the result of `.*file`: 3 is of type int, not an impl"):
        world._open_file(3)


def test_a_class_is_looked_at_once() -> None:
    class Counted(File):
        looked: ClassVar[list[str]] = []

        def __getattribute__(self, name: str) -> Any:
            Counted.looked.append(name)
            return super().__getattribute__(name)

    with load() as world:
        file = Counted(5)
        for _ in range(3):
            assert world._read_file(file, 2) == 2
        # `read` is found once to be looked at, and three times to be called.
        assert Counted.looked.count("read") == 4


PROVIDERS = [
    (Files, "`files` of the imports is the class Files, and an object of it is expected"),
    (
        type("Wrong", (Files,), {"log": Late.read})(),
        "`log` of `files` of the imports is an `async def`, and a plain function is expected",
    ),
    (
        type("Wrong", (Files,), {"log": Awaited()})(),
        "`log` of `files` of the imports is an `async def`, and a plain function is expected",
    ),
    (
        type("Wrong", (Files,), {"File": Late})(),
        "`read` of `File` of `files` of the imports is an `async def`",
    ),
    (type("Wrong", (Files,), {"File": File(3)})(), "`File` of `files` of the imports can't be"),
    (type("Wrong", (Files,), {"log": 5})(), "`log` of `files` of the imports can't be called"),
    (
        type("Wrong", (Files,), {"log": lambda self: None})(),
        "`log` of `files` of the imports takes (), and the guest passes (text), for `log`",
    ),
    (
        type("Wrong", (Files,), {"log": lambda self, text, level: None})(),
        "`log` of `files` of the imports takes (text, level), and the guest passes (text)",
    ),
    (
        type("Wrong", (Files,), {"log": lambda self, text, *, level: None})(),
        "`log` of `files` of the imports takes (text, *, level), and the guest passes (text)",
    ),
    (
        type("Wrong", (Files,), {"File": type("Wrong", (File,), {"read": lambda self: 0})})(),
        "`read` of `File` of `files` of the imports takes (self), and the guest passes (self, n)",
    ),
    (
        type("Wrong", (Files,), {"File": type("Wrong", (File,), {"__init__": lambda _: None})})(),
        "`File` of `files` of the imports takes (), and the guest passes (size), for `[constructor",
    ),
    (
        type("Wrong", (Files,), {"File": type("Wrong", (File,), {"count": lambda n: 0})})(),
        "`count` of `File` of `files` of the imports takes (n), and the guest passes (), for",
    ),
]


@pytest.mark.parametrize(("files", "message"), PROVIDERS)
def test_an_implementation_that_can_not_be_called_is_refused_by_name(
    files: Any, message: str
) -> None:
    with pytest.raises(LinkError) as caught:
        World.load(imports=Imports(files))
    assert message in str(caught.value)


def _logged(function: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(function)
    def logged(self: object, text: str) -> None:
        function(self, text, "info")

    return logged


class Wrapped(Files):
    @_logged
    def log(self, text: str, level: str) -> None:
        """Take what a decorator adds."""


class Static(File):
    read = staticmethod(lambda n: n)


@pytest.mark.parametrize(
    "files",
    [
        Wrapped(),
        type("Loose", (Files,), {"log": lambda self, *_: None})(),
        type("Loose", (Files,), {"log": lambda self, text, level="info": None})(),
        type("Loose", (Files,), {"log": functools.lru_cache(lambda self: None)})(),
        type("Loose", (Files,), {"log": functools.partial(print, "log:")})(),
        type("Loose", (Files,), {"log": str})(),
        type("Loose", (Files,), {"File": Static})(),
    ],
)
def test_an_implementation_of_another_signature_may_take_what_is_passed(files: Files) -> None:
    World.load(imports=Imports(files)).close()


def test_a_class_may_implement_an_interface_by_functions_that_need_no_object() -> None:
    class Static:
        File = File
        log = staticmethod(print)

        @classmethod
        def same(cls, f: Any) -> Any:
            return f

    World.load(imports=Imports(Static)).close()


def test_the_class_of_the_imports_is_not_taken_for_an_object() -> None:
    with pytest.raises(TypeError, match=r"imports: Imports is a class: make an object of it, Imp"):
        World.load(imports=Imports)


def test_a_mapping_is_not_taken_for_the_imports_of_a_generated_package() -> None:
    message = (
        r"imports: a dict is no WorldImports: give WorldImports\(files=…\);"
        r" wasmtime_bindgen.load\(\) alone takes a mapping"
    )
    with pytest.raises(TypeError, match=message):
        World.load(imports={"files": Files()})


def test_an_object_needs_no_method_that_the_component_does_not_import() -> None:
    [files] = WORLD.imports
    assert isinstance(files, abi.InterfaceType)
    write = func("[method]file.write", (("self", abi.Borrow(FILE)),))
    more = dataclasses.replace(files, funcs=(*files.funcs, write))
    world = dataclasses.replace(WORLD, imports=(more,))
    with World.load(imports=Imports(Files()), world=world) as loaded:
        assert loaded._read_file(File(3), 2) == 2
