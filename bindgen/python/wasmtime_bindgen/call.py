"""The plan of a function: what a call of an export does, from Python values to Python values.

A plan is compiled once for each function's descriptor, and bound to memory of
its own for each instance. What the source of a plan looks like:

    def make(spare):
        busy = False
        def plan(a, b):
            nonlocal busy
            with instance.lock:
                if instance.attention: attend()
                if busy: return spare()(a, b)
                probe()
                busy = True
                instance.depth += 1
                try:
                    try: (lower a and b)
                    except BaseException as error: raise refuse(error, (a, b))
                    error = call(FUNCTION, CONTEXT, ARGUMENTS, 2, RESULT, 1)
                    if error or instance.pending is not None: settle(error)
                    return (lift the result)
                finally:
                    busy = False
                    instance.depth -= 1
        return plan
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from . import descriptors as d
from ._capi import VAL_WORDS, Block, call, function, val_delete
from .callbacks import probe
from .explain import reason
from .layout import Region
from .lift import Lifting
from .lower import Lowering
from .source import PlanSource

if TYPE_CHECKING:
    from wasmtime import component as wit

    from .instance import Instance


@dataclass(frozen=True)
class Plan:
    """A compiled plan, not yet bound to an instance.

    Attributes:
        func: The function.
        code: Defines `make`.
        names: What the code refers to, the same for every instance.
        resources: What it refers to of an instance's resources.
        own: The layout of its own block.
        addresses: The words of the block that it takes the address of.
        items: The primitive types that it takes `Items` of.
        source: The text of the code, for the curious.
    """

    func: d.Func
    code: CodeType
    names: dict[str, Any]
    resources: dict[str, tuple[str, d.ResourceType]]
    own: Region
    addresses: frozenset[int]
    items: frozenset[str]
    source: str

    def block(self) -> Block:
        """Return memory that is laid out for the plan."""
        block = Block(self.own.words)
        block.raw[: 8 * self.own.words] = self.own.template()
        for word, _, to in self.own.pointers:
            block.u64[word] = block.address + 8 * to
        return block

    def namespace(self, instance: Instance, block: Block) -> dict[str, Any]:
        """Return what the code refers to, for one instance and one block."""
        names: dict[str, Any] = {view: getattr(block, view) for view in self.own.views}
        names |= {f"A_{word}": block.address + 8 * word for word in self.addresses}
        names |= {f"items_{name}": instance.items(name) for name in self.items}
        for name, (verb, resource) in self.resources.items():
            names[name] = getattr(instance.resource(resource), verb)
        names |= {
            "heap": instance.heap,
            "take": instance.heap.take,
            "instance": instance,
            "_block": block,
        }
        return self.names | names


@lru_cache(maxsize=4096)
def export_plan(func: d.Func) -> Plan:
    """Return the plan of an export."""
    source = PlanSource()
    lowering, lifting = Lowering(source), Lifting(source)
    params = [f"a{i}" for i in range(len(func.params))]
    values = f"({', '.join(params)},)" if params else "()"
    with source.block("def make(spare):"):
        source.line("busy = False")
        mark = source.mark()
        with source.block(f"def plan({', '.join(params)}):"):
            source.line("nonlocal busy")
            with source.block("with instance.lock:"):
                source.line("if instance.attention: attend()")
                source.line(f"if busy: return spare()({', '.join(params)})")
                source.line("probe()")
                source.line("busy = True")
                source.line("instance.depth += 1")
                with source.block("try:"):
                    _lower(source, lowering, func, params, values)
                    _call(source, lowering, func)
                    _lift(source, lifting, func)
                with source.block("finally:"):
                    source.line("busy = False")
                    source.line("instance.depth -= 1")
                    lowering.tidy()
        source.line("return plan")
        source.insert(mark, ["lent = set()"] if lowering.lends else [])
    source.names.update(call=call, val_delete=val_delete, probe=probe)
    return finish(func, source, lowering)


def _lower(
    source: PlanSource, lowering: Lowering, func: d.Func, params: list[str], values: str
) -> None:
    mark = source.mark()
    with source.block("try:"):
        for (_, type_), name, place in zip(
            func.params, params, lowering.slot(len(params)), strict=True
        ):
            lowering.put(type_, name, place)
        if lowering.moves and lowering.lends:
            source.line("if not lent.isdisjoint(moved): raise Unfit")
    with source.block("except BaseException as error:"):
        lowering.undo()
        source.line(f"raise refuse(error, {values})")
    source.insert(mark, lowering.prologue())


def _call(source: PlanSource, lowering: Lowering, func: d.Func) -> None:
    result = "RESULT, 1" if func.result is not None else "None, 0"
    arguments = f"ARGUMENTS, {len(func.params)}" if func.params else "None, 0"
    source.line(f"error = call(FUNCTION, CONTEXT, {arguments}, {result})")
    lowering.done()
    source.line("if error or instance.pending is not None: settle(error)")


def _lift(source: PlanSource, lifting: Lifting, func: d.Func) -> None:
    if func.result is None:
        return
    if isinstance(func.result, d.Primitive) and func.result.name != "string":
        [value] = lifting.values([func.result], "RESULT_VIEW", "0")
        source.line(f"return {value}")
        return
    with source.block("try:"):
        if isinstance(func.result, d.Result) and func.raises is not None:
            lifting.outcome(func.result, "RESULT_VIEW", source.constant(func.raises, "error"))
        else:
            [value] = lifting.values([func.result], "RESULT_VIEW", "0")
            source.line(f"return {value}")
    with source.block("finally:"):
        # Without the kind the runtime won't free it again before it writes the next.
        source.line("try: val_delete(RESULT)")
        source.line("finally: RESULT_VIEW[0] = 0")


def finish(func: d.Func, source: PlanSource, lowering: Lowering) -> Plan:
    """Compile the source of a plan."""
    text = source.text()
    return Plan(
        func=func,
        code=compile(text, f"<plan of {func.name}>", "exec"),
        names=source.names,
        resources=source.resources,
        own=lowering.own,
        addresses=frozenset(lowering.addresses),
        items=frozenset(lowering.items),
        source=text,
    )


def bind_export(plan: Plan, instance: Instance, func: wit.Func) -> Callable[..., Any]:
    """Return the Python function that calls an export.

    Args:
        plan: Its plan.
        instance: The instance that exports it.
        func: The export.
    """

    def refuse(error: BaseException, values: tuple[Any, ...]) -> BaseException:
        return reason(error, plan.func.params, values, instance)

    def settle(error: int | None) -> None:
        instance.settle(error, plan.func.name)

    def attend() -> None:
        instance.attend(plan.func.name)

    def bind() -> Callable[..., Any]:
        block, result = plan.block(), Block(VAL_WORDS)
        names = plan.namespace(instance, block) | {
            "refuse": refuse,
            "settle": settle,
            "attend": attend,
            "FUNCTION": function(func),
            "_func": func,
            "CONTEXT": instance.context,
            "ARGUMENTS": block.pointer(),
            "RESULT": result.pointer(),
            "RESULT_VIEW": result.raw,
            "_result": result,
        }
        exec(plan.code, names)
        made: Callable[..., Any] = names["make"](bind)
        return made

    return bind()
