"""Guests in Rust behind generated packages: what goes out comes back."""

from __future__ import annotations

import copy
import importlib
import pickle
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmtime_bindgen import (
    Err,
    InstanceDead,
    LinkError,
    Ok,
    Some,
    Trap,
    Wasi,
    WitError,
    WrongType,
    abi,
)

from .strategies import values

Package = Callable[[str], ModuleType]

ECHOES = ("numbers", "text", "lists", "records", "variants", "options-results", "flags-enums")
NO_ECHOES = {
    *("reverse", "sum", "total", "make", "join", "size", "birthday", "corners"),
    *("complement", "next", "nop"),
}


def world_of(package: ModuleType) -> tuple[type[abi.World], abi.WorldType]:
    descriptors = importlib.import_module(f"{package.__name__}._wit")
    [cls] = [
        item
        for item in vars(package).values()
        if isinstance(item, type) and issubclass(item, abi.World)
    ]
    return cls, descriptors.WORLD


_loaded: dict[str, tuple[abi.World, abi.WorldType]] = {}


def loaded(case: str, package: Package) -> tuple[abi.World, abi.WorldType]:
    if case not in _loaded:
        cls, type_ = world_of(package(case))
        _loaded[case] = cls._load_(type_, None, None, None, None, True), type_
    return _loaded[case]


def echoes(world: abi.World, type_: abi.WorldType) -> Iterator[tuple[abi.Func, Any]]:
    for item in type_.exports:
        owner = getattr(world, item.python) if isinstance(item, abi.InterfaceType) else world
        for func in item.funcs if isinstance(item, abi.InterfaceType) else (item,):
            alike = len(func.params) == 1 and func.result == func.params[0][1]
            if alike and func.name not in NO_ECHOES:
                yield func, getattr(owner, func.python)


@pytest.mark.parametrize("case", ECHOES)
@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_every_echo_returns_what_it_is_given(
    case: str, package: Package, data: st.DataObject
) -> None:
    world, type_ = loaded(case, package)
    func, echo = data.draw(st.sampled_from(list(echoes(world, type_))), label="function")
    value = data.draw(values(func.params[0][1]), label="value")
    assert repr(echo(value)) == repr(value)


def test_maps_come_back_as_dicts(package: Package) -> None:
    with package("maps").Maps.load() as maps:
        [world] = [getattr(maps, item.python) for item in world_of(package("maps"))[1].exports]
        assert world.echo({"a": 1, "b": 2}) == {"a": 1, "b": 2}


class Host:
    """What the guest of `imports` asks: every answer is the question."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package

    def nop(self) -> None:
        pass

    def send(self, request: Any) -> Any:
        package = self._package
        if request.path == "refused":
            raise package.FailureError(package.FailureRefused())
        if request.path == "late":
            raise package.FailureError(package.FailureTimedOut(7))
        return package.Response(200, request.body or b"")

    def echo_list(self, value: list[float]) -> list[float]:
        return value

    def echo_nested(self, value: Any) -> Any:
        return value


def imports_world(package: ModuleType, **changes: Any) -> Any:
    def describe(value: float, name: str) -> str:
        if value != value:
            raise WitError(None)
        return f"{name}={value}"

    host = changes.pop("host", None) or Host(package)
    given: dict[str, Any] = {"host": host, "double": lambda n: n * 2, "describe": describe}
    return package.Imports.load(
        imports=package.ImportsImports(**(given | changes)), wasi=Wasi(stdout=None)
    )


def test_the_host_answers_by_values_and_errors(package: Package) -> None:
    module = package("imports")
    with imports_world(module) as world:
        world.nop()
        assert world.ask(module.Request("GET", "/", b"x")) == module.Response(200, b"x")
        for path, failure in (
            ("refused", module.FailureRefused()),
            ("late", module.FailureTimedOut(7)),
        ):
            with pytest.raises(module.FailureError) as caught:
                world.ask(module.Request("GET", path, None))
            assert caught.value.value == failure
        assert world.echo_list([1.0, 2.5]) == [1.0, 2.5]
        assert world.echo_nested(abi.Some(None)) == abi.Some(None)
        assert world.call_double(21) == 42
        assert world.call_describe(0.5, "x") == "x=0.5"
        with pytest.raises(WitError):
            world.call_describe(float("nan"), "x")
        assert world.loop(1, 5) in (32, 10)


def test_a_panics_text_is_in_the_trap(package: Package) -> None:
    module = package("imports")
    with imports_world(module) as world:
        with pytest.raises(Trap) as caught:
            world.panic("the reason why")
        assert "the reason why" in caught.value.stderr
        assert "guest stderr: the reason why" in str(caught.value)
        assert caught.value.code == "unreachable"
        with pytest.raises(InstanceDead):
            world.nop()


def test_an_answer_that_does_not_fit_is_named(package: Package) -> None:
    module = package("imports")
    with (
        imports_world(module, double=lambda n: -n) as world,
        pytest.raises(OverflowError, match="the result of `double`: -21 is out of range for u32"),
    ):
        world.call_double(21)


def test_a_value_of_an_error_that_has_none_is_named(package: Package) -> None:
    module = package("imports")

    def describe(value: float, name: str) -> str:
        raise WitError(5)

    said = r"the error of `describe`: 5 is of type int, not None: the WIT gives it no value"
    with (
        imports_world(module, describe=describe) as world,
        pytest.raises(WrongType, match=said),
    ):
        world.call_describe(0.5, "x")


def test_what_is_missing_of_the_imports_is_named_at_load(package: Package) -> None:
    module = package("imports")
    with pytest.raises(LinkError) as caught:
        imports_world(module, host=object(), double=5)
    assert sorted(caught.value.problems) == [
        "`double` of the imports can't be called, for `double`",
        "`host` of the imports lacks `echo_list`, for `echo-list`",
        "`host` of the imports lacks `echo_nested`, for `echo-nested`",
        "`host` of the imports lacks `nop`, for `nop`",
        "`host` of the imports lacks `send`, for `send`",
    ]


def test_guest_resources_travel_in_aggregates(package: Package) -> None:
    module = package("resources")
    with module.Resources.load() as world:
        counters = world.counters
        with counters.Counter(3) as a, counters.Counter(4) as b:
            assert a.add(1) == 4
            with counters.Counter.merge(a, b) as c:
                assert c.value() == 8
            assert counters.total([a, b]) == 8
            assert counters.alive() == 2
        pair = counters.pass_pair(module.Pair(counters.Counter(1), None))
        assert (pair.left.value(), pair.right) == (1, None)
        pair.left.drop()
        many = counters.pass_holder(module.HolderMany(counters.make(3)))
        assert [one.value() for one in many.value] == [0, 1, 2]
        for one in many.value:
            one.drop()
        with pytest.raises(module.RefusalError):
            counters.Small(10)
        with counters.Small(9) as small, pytest.raises(module.RefusalError):
            small.add(1)
        with counters.issue() as token:
            assert token.name()
        assert counters.alive() == 0


class File:
    """A file of the host's, for the guest of `host-resources`."""

    def __init__(self, name: str) -> None:
        self._name, self._data = name, b""

    def read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]

    def append(self, data: bytes) -> None:
        self._data += data

    def name(self) -> str:
        return self._name


def test_host_resources_are_the_hosts_own_objects(package: Package) -> None:
    module = package("host-resources")
    known = File("known")
    known.append(b"some data")

    class Opened(File):
        @classmethod
        def open(cls, name: str) -> File:
            if name != "known":
                raise module.ErrnoError(module.Errno.NOT_FOUND)
            return known

    class Files:
        File = Opened

        def current(self) -> object:
            return known

        def longer(self, left: Any, right: Any) -> object:
            return left if len(left._data) >= len(right._data) else right

    with module.HostResources.load(imports=module.HostResourcesImports(Files())) as world:
        assert world.write_file("new", b"hello") == b"hello"
        assert world.read_file("known", 4) == b"some"
        with pytest.raises(module.ErrnoError) as caught:
            world.read_file("unknown", 4)
        assert caught.value.value is module.Errno.NOT_FOUND
        assert world.names([File("a"), File("b")]) == ["a", "b"]
        assert world.name(known) == "known"
        assert world.choose(known, File("a")) is known
        assert world.now() is known


def test_output_goes_where_it_was_asked_to(package: Package) -> None:
    module = package("imports")
    pieces: list[bytes] = []
    world = module.Imports.load(
        imports=module.ImportsImports(
            host=Host(module), double=lambda n: n, describe=lambda v, n: n
        ),
        wasi=Wasi(stderr=pieces.append),
    )
    with world, pytest.raises(Trap):
        world.panic("the reason why")
    assert b"the reason why" in b"".join(pieces)


def test_values_and_errors_travel_to_another_process(package: Package) -> None:
    shapes, results = package("variants"), package("options-results")
    failure = results.Failure(results.Errno.DENIED, "not for you")
    access = package("flags-enums").Access
    for value in (
        shapes.ShapePolygon([shapes.Point(1, 2)]),
        access.READ | access.WRITE,
        failure,
        Some(None),
        [Ok(1), Err(None)],
    ):
        assert pickle.loads(pickle.dumps(value)) == value
        assert copy.deepcopy(value) == value
    error = pickle.loads(pickle.dumps(results.FailureError(failure)))
    assert type(error) is results.FailureError
    assert error.value == failure


def test_a_list_that_is_too_long_for_the_runtime_is_a_trap_with_a_code(package: Package) -> None:
    module = package("lists")
    with module.Lists.load() as lists:
        assert len(lists.make(2_700_000)) == 2_700_000
        assert lists.total([0.5] * 3_000_000) == 1_500_000
        with pytest.raises(Trap, match="too much data") as caught:
            lists.make(3_000_000)
        assert caught.value.code == "too-much-data"
        assert "128 MiB" in caught.value.message
        assert "fuel" not in caught.value.message
        assert "let the guest return it in parts" in caught.value.message
    with module.Lists.load() as lists:
        assert lists.make(3) == b"\7\7\7"


def test_a_string_may_have_128_mib(package: Package) -> None:
    most = "x" * (128 << 20)
    with package("text").Text.load() as text:
        assert text.echo_string(most) == most
        with pytest.raises(Trap, match="too much data"):
            text.echo_string(f"{most}x")
