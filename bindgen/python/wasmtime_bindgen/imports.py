"""The plan of an import: what the guest's call of a host function does.

As with an export's, a plan is compiled once for each function's descriptor and
bound to each instance. What its source looks like:

    def make(spare):
        busy = False
        def put(value, results):
            nonlocal busy
            if busy: return spare()(value, results)
            busy = True
            try:
                try: (lower the value)
                except BaseException as error: raise refuse(error, value)
                val_clone(SOURCE, results)
            finally:
                busy = False
        def plan(_data, _context, _type, arguments, _count, results, _results):
            try:
                if instance.pending is not None:
                    spare, instance.spare = instance.spare, 0
                    return spare
                if instance.depth > DEEPEST: raise too_deep
                (lift the arguments)
                put(function(a, b), results)
                return 0
            except BaseException as error:
                instance.pending = error
                spare, instance.spare = instance.spare, 0
                return spare
        return put, plan
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from wasmtime import component as wit

from . import _capi
from . import descriptors as d
from .call import Plan, finish
from .callbacks import DEEPEST, shielded, unpolled
from .errors import UnsupportedFeature
from .explain import reason, unwanted
from .instance import Instance
from .lift import Lifting
from .lower import Lowering
from .resources import HostTable
from .source import PlanSource


@lru_cache(maxsize=4096)
def import_plan(func: d.Func) -> Plan:
    """Return the plan of an import."""
    source = PlanSource()
    lowering, lifting = Lowering(source), Lifting(source)
    source.names["val_clone"] = _capi.val_clone
    with source.block("def make(spare):"):
        if func.result is not None:
            source.line("busy = False")
            _put(source, lowering, func)
        else:
            source.line("put = None")
        head = "def plan(_data, _context, _type, arguments, _count, results, _results):"
        with source.block(head):
            with source.block("try:"):
                with source.block("if instance.pending is not None:"):
                    source.line("spare, instance.spare = instance.spare, 0")
                    source.line("return spare")
                source.line(f"if instance.depth > {DEEPEST}: raise too_deep()")
                types = [type_ for _, type_ in func.params]
                values = (
                    lifting.values(types, "MEMORY", f"arguments-{_capi.ORIGIN}") if types else []
                )
                _call(source, func, values)
                source.line("return 0")
            with source.block("except BaseException as error:"):
                source.line("instance.pending = error")
                source.line("spare, instance.spare = instance.spare, 0")
                source.line("return spare")
        source.line("return put, plan")
    return finish(func, source, lowering)


def _put(source: PlanSource, lowering: Lowering, func: d.Func) -> None:
    own_result = isinstance(func.result, d.Result) and func.raises is not None
    extra = "ok, " if own_result else ""
    with source.block(f"def put({extra}value, results):"):
        source.line("nonlocal busy")
        source.line(f"if busy: return spare()({extra}value, results)")
        source.line("busy = True")
        with source.block("try:"):
            mark = source.mark()
            with source.block("try:"):
                assert func.result is not None
                if own_result:
                    assert isinstance(func.result, d.Result)
                    place = lowering.result_place()
                    for keyword, is_ok, part in (
                        ("if ok:", 1, func.result.ok),
                        ("else:", 0, func.result.err),
                    ):
                        with source.block(keyword):
                            lowering.side(is_ok, part, "value", place)
                else:
                    [place] = lowering.slot(1)
                    source.line("whole = value")
                    lowering.put(func.result, "value", place)
            with source.block("except BaseException as error:"):
                lowering.undo()
                source.line(f"raise refuse(error, {'ok, value' if own_result else 'True, whole'})")
            source.line("val_clone(SOURCE, results)")
            lowering.done()
            source.insert(mark, lowering.prologue())
        with source.block("finally:"):
            source.line("busy = False")
            lowering.tidy()


def _call(source: PlanSource, func: d.Func, values: list[str]) -> None:
    if func.name.startswith("[method]"):
        # The object is the implementation's own; its class has the method.
        call = f"{values[0]}.{func.python}({', '.join(values[1:])})"
    else:
        call = f"function({', '.join(values)})"
    if func.result is None:
        source.line(call)
        return
    if not (isinstance(func.result, d.Result) and func.raises is not None):
        source.line(f"put({call}, results)")
        return
    with source.block("try:"):
        source.line(f"value = {call}; ok = True")
    with source.block(f"except {source.constant(func.raises, 'error')} as error:"):
        source.line("value = error.value; ok = False")
    source.line("put(ok, value, results)")


def bind_import(
    plan: Plan, instance: Instance, function: Callable[..., Any] | None
) -> Callable[..., Any]:
    """Return the callback for an import.

    Args:
        plan: Its plan.
        instance: The instance that will call it.
        function: The host's function; None for a method, which is looked up on its object.
    """
    func = plan.func

    def refuse(error: BaseException, ok: bool, value: Any) -> BaseException:
        type_, what = func.result, "result"
        if isinstance(type_, d.Result) and func.raises is not None:
            type_, what = (type_.ok, "result") if ok else (type_.err, "error")
        if type_ is not None:
            return reason(error, [(f"the {what} of `{func.name}`", type_)], [value], instance)
        if value is not None:
            return unwanted(value, f"the {what} of `{func.name}`")
        return error

    def too_deep() -> RecursionError:
        return RecursionError(f"{DEEPEST} calls of one instance are inside one another")

    def bind() -> tuple[Callable[..., Any], Callable[..., Any]]:
        block = plan.block()
        names = plan.namespace(instance, block) | {
            "function": function,
            "refuse": refuse,
            "too_deep": too_deep,
            "SOURCE": block.pointer(),
        }
        exec(plan.code, names)
        made: tuple[Callable[..., Any], Callable[..., Any]] = names["make"](lambda: bind()[0])
        return made

    return bind()[1]


def define(
    linker: wit.Linker,
    instance: Instance,
    world: d.WorldType,
    imports: object,
    wanted: dict[str, set[str]],
    left_out: dict[str, set[str]],
) -> None:
    """Define what the host provides in a linker.

    Args:
        linker: The linker.
        instance: The instance that will call it.
        world: The world.
        imports: The object with an attribute for each import of the world.
        wanted: The functions of each interface that the component imports, by
            their WIT names; those of the world itself under the empty name.
        left_out: Likewise, those that nobody implements: calling one ends the instance.
    """
    with linker.root() as root:
        _define_left_out(root, instance, "", left_out)
        own = [item for item in world.imports if isinstance(item, d.Func)]
        for resource in world.resources:
            _define_resource(root, instance, resource, own, wanted.get("", set()))
        _define_funcs(root, instance, own, world.resources, imports, wanted.get("", set()))
        for item in world.imports:
            if isinstance(item, d.InterfaceType) and item.name in wanted:
                provider = getattr(imports, item.python)
                with root.add_instance(item.name) as inner:
                    names = wanted[item.name]
                    for resource in item.resources:
                        _define_resource(inner, instance, resource, item.funcs, names)
                    _define_funcs(inner, instance, item.funcs, item.resources, provider, names)
                    _define_left_out(inner, instance, item.name, left_out)
        for name in left_out:
            if name and name not in wanted:
                with root.add_instance(name) as inner:
                    _define_left_out(inner, instance, name, left_out)


def _define_funcs(
    inner: wit.LinkerInstance,
    instance: Instance,
    funcs: Iterable[d.Func],
    resources: tuple[d.ResourceType, ...],
    provider: object,
    wanted: set[str],
) -> None:
    for func in funcs:
        if func.name not in wanted:
            continue
        function = provided(func, resources, provider)
        plan = unpolled(bind_import(import_plan(func), instance, function))
        callback = _capi.FuncCallback(plan)
        instance.keep(callback)
        _capi.add_func(inner, func.name, callback)


def _define_left_out(
    inner: wit.LinkerInstance, instance: Instance, interface: str, left_out: dict[str, set[str]]
) -> None:
    for name in sorted(left_out.get(interface, ())):
        callback = _capi.FuncCallback(_refusal(instance, name, interface))
        instance.keep(callback)
        _capi.add_func(inner, name, callback)


def _refusal(instance: Instance, name: str, interface: str) -> Callable[..., int]:
    what = f"`{name}` of `{interface}`" if interface else f"`{name}`"

    def refuse(*_: int) -> None:
        raise UnsupportedFeature(
            f"the guest called {what}, which the package leaves out: Python can't provide it"
        )

    return shielded(instance, refuse)


def provided(
    func: d.Func, resources: tuple[d.ResourceType, ...], provider: object
) -> Callable[..., Any] | None:
    """Return what implements a function; None for a method. Raises AttributeError if nothing does.

    Args:
        func: The function.
        resources: The resources beside it.
        provider: The object that implements the interface.
    """
    if func.name.startswith("[method]"):
        return None
    found: Any = provider
    if func.name.startswith(("[constructor]", "[static]")):
        name = func.name.partition("]")[2].partition(".")[0]
        attribute = next(attribute_of(r) for r in resources if r.name == name)
        found = getattr(provider, attribute)
    if not func.name.startswith("[constructor]"):
        found = getattr(found, func.python)
    implementation: Callable[..., Any] = found
    return implementation


def attribute_of(resource: d.ResourceType) -> str:
    """Return the attribute under which a resource's class is found."""
    return resource.attribute or resource.python.__name__


def _define_resource(
    inner: wit.LinkerInstance,
    instance: Instance,
    resource: d.ResourceType,
    funcs: Iterable[d.Func],
    wanted: set[str],
) -> None:
    table = instance.resource(resource)
    assert isinstance(table, HostTable)
    method = f"[method]{resource.name}."
    table.methods = tuple(f.python for f in funcs if f.name in wanted and f.name.startswith(method))

    def drop(_data: int, _context: int, rep: int) -> None:
        gone = table.forget(rep)
        if hasattr(gone, "drop"):
            gone.drop()

    callback = _capi.DropCallback(shielded(instance, drop))
    instance.keep(callback)
    _capi.add_resource(inner, resource.name, table.type, callback)
