"""What a world may be made of beside values, each with a guest in Rust behind its package."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from wasmtime_bindgen import LinkError, WitError, spelling

from . import resources

Package = Callable[[str], ModuleType]


def test_two_versions_of_a_package_stand_side_by_side(package: Package) -> None:
    module = package("versions")
    first, second = module.store_items_v1_0_0, module.store_items_v2_0_0
    asked: list[Any] = []

    class Items:
        def get(self, value: Any) -> Any:
            asked.append(value)
            return first.Item(value.name.upper())

    imports = module.VersionsImports(store_items_v1_0_0=Items())
    with module.Versions.load(imports=imports) as world:
        assert world.store_items_v1_0_0.get(first.Item("pen")) == first.Item("PEN")
        assert asked == [first.Item("pen")]
        assert type(asked[0]) is first.Item
        assert world.store_items_v2_0_0.get(second.Item("pen", 3)) == second.Item("pen", 6)
        assert world.shop_items.get("pen") == 3
        with pytest.raises(TypeError, match="not Item for the record item"):
            world.store_items_v2_0_0.get(first.Item("pen"))


class HostCursor:
    """The host's cursor; each side counts for itself."""

    def __init__(self, start: int) -> None:
        self.at = start

    def next(self) -> int:
        self.at += 10
        return self.at


class Store:
    """What the guest of `interfaces` imports, and exports as well."""

    Cursor = HostCursor

    def __init__(self, package: ModuleType) -> None:
        self._package = package
        self._entries: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        if key not in self._entries:
            raise self._package.TroubleError(self._package.TroubleMissing(key))
        return self._entries[key]

    def put(self, entry: Any) -> None:
        if len(self._entries) == 2:
            raise self._package.TroubleError(self._package.TroubleFull())
        self._entries[entry.key] = entry

    def peek(self, at: HostCursor) -> int:
        return at.at

    def unmark(self, mark: Any) -> HostCursor:
        assert isinstance(mark.cursor, HostCursor)
        cursor: HostCursor = mark.cursor
        return cursor


def test_an_interface_is_imported_and_exported_with_one_class_for_each_type(
    package: Package,
) -> None:
    module = package("interfaces")
    host = Store(module)
    with module.Interfaces.load(imports=module.InterfacesImports(store=host)) as world:
        entry = module.Entry("Ada", b"1815")
        world.store.put(entry)
        assert host.get("Ada") == world.store.get("Ada") == entry
        assert type(world.store.get("Ada")) is module.Entry
        with pytest.raises(module.TroubleError) as missing:
            world.store.get("Grace")
        assert missing.value.value == module.TroubleMissing("Grace")
        world.store.put(module.Entry("Grace", b"1906"))
        with pytest.raises(module.TroubleError) as full:
            world.store.put(module.Entry("World", b""))
        assert full.value.value == module.TroubleFull()
        assert world.audit.size(entry) == 7
        assert world.inline.swap(module.Pair(1, 2)) == module.Pair(2, 1)


def test_a_resource_of_an_interface_that_is_imported_and_exported_is_two(
    package: Package,
) -> None:
    module = package("interfaces")
    imports = module.InterfacesImports(store=Store(module))
    with module.Interfaces.load(imports=imports) as world:
        with world.store.Cursor(5) as cursor:
            assert isinstance(cursor, module.Cursor)
            assert cursor.next() == 5
            world.audit.skip(cursor)
            assert world.store.peek(cursor) == 7
            with pytest.raises(TypeError, match=r"at: .* is of type HostCursor"):
                world.store.peek(HostCursor(1))
        given = world.store.Cursor(5)
        with world.store.unmark(module.Bookmark("here", given)) as unmarked:
            assert unmarked.next() == 15
        with pytest.raises(ValueError, match="dropped or handed over before"):
            given.next()


def test_types_and_functions_of_the_world_itself(package: Package) -> None:
    module = package("world-level")

    def move(start: Any, by: Any) -> Any:
        if isinstance(by, module.MotionStay):
            return start
        if by.value.x > 100:
            raise module.ErrnoError(module.Errno.OUTSIDE)
        return module.Point(start.x + by.value.x, start.y + by.value.y)

    with module.WorldLevel.load(imports=module.WorldLevelImports(move=move)) as world:
        go = module.MotionGo(module.Point(1, -2))
        walked = world.walk(module.Point(0, 0), [go, module.MotionStay(), go])
        assert walked == [module.Point(*at) for at in ((0, 0), (1, -2), (1, -2), (2, -4))]
        with pytest.raises(module.ErrnoError) as caught:
            world.walk(module.Point(0, 0), [go, module.MotionGo(module.Point(101, 0))])
        assert caught.value.value is module.Errno.OUTSIDE
        assert world.walk(module.Point(7, 7), []) == [module.Point(7, 7)]


class Lamp:
    """A resource of the world of `world-resources`."""

    known: ClassVar[dict[str, Lamp]] = {}
    dropped: ClassVar[list[str]] = []

    def __init__(self, name: str) -> None:
        self._name, self.brightness = name, 0

    def light(self, level: int) -> None:
        if level > 100:
            raise WitError(f"{self._name} can't be that bright")
        self.brightness = level

    def name(self) -> str:
        return self._name

    @classmethod
    def find(cls, name: str) -> Lamp | None:
        return cls.known.get(name)

    def drop(self) -> None:
        self.dropped.append(self._name)


def test_a_resource_of_the_world_itself_is_a_class_of_the_hosts(package: Package) -> None:
    module = package("world-resources")
    Lamp.known = {name: Lamp(name) for name in ("desk", "hall")}
    Lamp.dropped = []
    imports = module.WorldResourcesImports(
        Lamp=Lamp, lamps=lambda: list(Lamp.known.values()), level=lambda lamp: lamp.brightness
    )
    with module.WorldResources.load(imports=imports) as world:
        assert world.light_all(40) == 2
        assert [lamp.brightness for lamp in Lamp.known.values()] == [40, 40]
        assert Lamp.dropped == ["desk", "hall"]
        with pytest.raises(WitError, match="desk can't be that bright"):
            world.light_all(101)
        assert world.find_or_make("hall") == (Lamp.known["hall"], 40)
        made, level = world.find_or_make("stairs")
        assert (type(made), made.name(), level) == (Lamp, "stairs", 0)
        Lamp.dropped.clear()
        assert world.brighter(made, Lamp.known["desk"]) is Lamp.known["desk"]
        assert Lamp.dropped == ["stairs"]
        assert world.names(made, Lamp.known["hall"]) == ["stairs", "hall"]
        assert Lamp.dropped == ["stairs"]


def test_what_imports_lack_of_the_worlds_resource_is_named(package: Package) -> None:
    module = package("world-resources")

    class Dark:
        def __init__(self, name: str) -> None: ...

    imports = module.WorldResourcesImports(Lamp=Dark, lamps=list, level=lambda lamp: 0)
    with pytest.raises(LinkError) as caught:
        module.WorldResources.load(imports=imports)
    assert sorted(caught.value.problems) == [
        "`Lamp` of the imports lacks `find`, for `[static]lamp.find`",
        "`Lamp` of the imports lacks `light`, for `[method]lamp.light`",
        "`Lamp` of the imports lacks `name`, for `[method]lamp.name`",
    ]


def test_a_function_of_the_world_that_nobody_provides_is_named(package: Package) -> None:
    module = package("world-resources")
    with pytest.raises(LinkError) as caught:
        module.WorldResources.load(imports=SimpleNamespace(lamps=list))
    assert sorted(caught.value.problems) == [
        "the imports lack `level`, for `level`",
        "the imports lack the class `Lamp`, for `[constructor]lamp`",
        "the imports lack the class `Lamp`, for `[static]lamp.find`",
    ]


def test_names_that_clash_can_be_used(package: Package) -> None:
    module = package("names")
    with module.Names.load() as world:
        value = module.Class(1, "x", b"y", None, True, -1, 2, "z")
        assert (value.def_, value.from_, value.list_, value.mro_) == (1, "x", b"y", 2)
        keywords = world.keywords
        assert keywords.pass_(value) == value
        assert keywords.list_(self_=1, cls_=2, in_=3, l=4) == 10
        for case in (module.NoneNone(), module.NoneTrue(1), module.NoneClass(value)):
            assert keywords.bool_(case) == case
        for member in module.Protocol_:
            assert keywords.abi_(member) is member
        both = module.Lambda.IS | module.Lambda.NOT
        assert keywords.yield_(both) == both
        clashes = world.clashes
        round_ = module.ShapeCircle_(module.ShapeCircle(0.5))
        assert clashes.echo_shape(round_) == round_
        assert clashes.echo_clashes(module.Clashes(1)) == module.Clashes(1)
        for fail, error in (
            (clashes.fail_error, module.ErrorException),
            (clashes.fail_io_error, module.IoException),
            (clashes.fail_io, module.IoError_),
        ):
            with pytest.raises(error):
                fail()
        with clashes.Handle(7) as handle:
            assert (handle.drop_(), handle.static()) == (7, 7)
            assert clashes.Handle.class_(type=1, self_=2) == 3
        assert world.load__(imports=1, component=2) == 3
        assert (world.close_(4), world.interrupt_(6), world.keywords_(5)) == (4, 6, 5)


def test_types_of_other_interfaces_and_packages_are_one_class_each(package: Package) -> None:
    module = package("aliases-use")
    assert module.Human is module.Person is module.types.Person
    with module.AliasesUse.load() as world:
        person = module.Person(1, "Ada", [2, 3])
        assert world.echo_human(person) == person
        assert world.directory.friends(person) == [2, 3]
        with pytest.raises(module.ErrnoError) as caught:
            world.directory.friends(module.Person(1, None, []))
        assert caught.value.value is module.Errno.UNKNOWN
        assert world.echo_blob(bytearray(b"x")) == b"x"


def test_records_are_equal_either_way_round_and_to_their_own_kind_alone(package: Package) -> None:
    module = package("versions")
    first, second = module.store_items_v1_0_0.Item, module.store_items_v2_0_0.Item
    assert first("pen") == first("pen")
    assert hash(first("pen")) == hash(first("pen"))
    for left, right in ((first("pen"), second("pen", 3)), (first("pen"), first("ink"))):
        assert left != right
        assert right != left


def test_a_resource_without_a_constructor_says_what_returns_one(package: Package) -> None:
    module = package("resources")
    with module.Resources.load() as world:
        for arguments in ((), (5,)):
            with pytest.raises(TypeError) as caught:
                world.counters.Token(*arguments)
            assert str(caught.value) == "Token has no constructor: `counters.issue` returns one"


def test_whatever_holds_a_resource_in_its_result_is_known_to_return_one() -> None:
    assert spelling.returning(resources.COUNTER, resources.WORLD) == [
        "counters.Counter.try_make",
        "counters.merge",
        "counters.pair",
    ]


def test_a_warning_of_a_lost_object_points_at_the_line_that_could_not_know(
    package: Package,
) -> None:
    module = package("resources")
    world = module.Resources.load()

    def lose() -> None:
        world.counters.Counter(1)

    uses: list[Any] = [
        lambda: world.counters.alive(),
        lambda: world.counters.Counter(2).drop(),
        lambda: world.counters.total([]),
        lambda: world.__exit__(None, None, None),
    ]
    for use in uses:
        lose()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            use()
        [warning] = caught
        assert issubclass(warning.category, ResourceWarning)
        assert (warning.filename, warning.lineno) == (__file__, use.__code__.co_firstlineno)
