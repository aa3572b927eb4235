"""How WIT writes what the descriptors describe, for messages."""

from __future__ import annotations

from . import descriptors as d


def function(func: d.Func) -> str:
    """Return a function as WIT declares it: `add: func(a: s32, b: s32) -> s32`."""
    params = ", ".join(f"{name}: {value(type_)}" for name, type_ in func.params)
    result = f" -> {value(func.result)}" if func.result is not None else ""
    return f"{func.name}: func({params}){result}"


def value(type_: d.ValType | None) -> str:
    """Return a type as WIT refers to it: by its name, if it has one; `_` for none."""
    if type_ is None:
        return "_"
    if isinstance(type_, (d.Own, d.Borrow)):
        name = type_.resource.name
        return name if isinstance(type_, d.Own) else f"borrow<{name}>"
    if isinstance(type_, (d.Primitive, d.Record, d.Variant, d.Enum, d.Flags)):
        return type_.name
    kind = type(type_).__name__.lower()
    if isinstance(type_, d.Result) and type_.err is None:
        return f"{kind}<{value(type_.ok)}>" if type_.ok is not None else kind
    return f"{kind}<{', '.join(map(value, d.parts(type_)))}>"


def returning(resource: d.ResourceType, world: d.WorldType) -> list[str]:
    """Return the exported functions whose results hold a resource: `tokens.issue`."""
    found = []
    for item in world.exports:
        if isinstance(item, d.Func):
            found += [item.python] if _holds(item.result, resource) else []
            continue
        classes = {f"{r.name}.": f"{r.attribute or r.python.__name__}." for r in item.resources}
        for func in item.funcs:
            if _holds(func.result, resource) and not func.name.startswith("[constructor]"):
                owner = "".join(func.name.rpartition("]")[2].partition(".")[:2])
                found.append(f"{item.python}.{classes.get(owner, '')}{func.python}")
    return found


def _holds(type_: d.ValType | None, resource: d.ResourceType) -> bool:
    if type_ is None:
        return False
    if isinstance(type_, d.Own):
        return type_.resource == resource
    return any(_holds(part, resource) for part in d.parts(type_))
