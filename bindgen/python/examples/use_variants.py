"""Variants are case classes, which `match` and type checkers know."""

from math import pi

from variants import (
    Point,
    Shape,
    ShapeCircle,
    ShapeEmpty,
    ShapeLabel,
    ShapePolygon,
    Variants,
)


def describe(shape: Shape) -> str:
    """Say what a shape is: mypy complains if a case is missing."""
    match shape:
        case ShapeCircle(radius):
            return f"a circle with an area of {pi * radius**2:.1f}"
        case ShapePolygon(corners):
            return f"a polygon with {len(corners)} corners"
        case ShapeLabel((text, place)):
            return f"the text {text!r} at {place.x}, {place.y}"
        case ShapeEmpty():
            return "nothing"


with Variants.load() as variants:
    triangle = ShapePolygon([Point(0, 0), Point(4, 0), Point(0, 3)])
    print(variants.shapes.corners(triangle))
    for shape in (
        ShapeCircle(2),
        triangle,
        ShapeLabel(("Ada", Point(1, 2))),
        ShapeEmpty(),
    ):
        print(describe(variants.shapes.echo_shape(shape)))
