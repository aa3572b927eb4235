"""What mypy refuses in calls: each line says which error it has to give."""

from options_results import OptionsResults
from resources import Pair, Resources
from variants import Point, Shape, ShapeCircle, ShapeEmpty, ShapeLabel, ShapePolygon, Variants

from wasmtime_bindgen import Wasi


def area(shape: Shape) -> float:  # expect: return
    match shape:
        case ShapeCircle(radius):
            return radius
        case ShapePolygon() | ShapeEmpty():
            return 0


variants = Variants.load()
shapes = variants.shapes
shapes.corners("a triangle")  # expect: arg-type
shapes.corners(ShapePolygon([(0, 0)]))  # expect: list-item
shapes.corners()  # expect: call-arg
shapes.corner(ShapeEmpty())  # expect: attr-defined
text: str = shapes.corners(ShapeEmpty())  # expect: assignment
Point("0", 0)  # expect: arg-type
Point(0, 0).x = 1  # expect: misc
ShapeLabel("Ada")  # expect: arg-type

outcomes = OptionsResults.load().outcomes
outcomes.echo_nested(7)  # expect: arg-type
outcomes.echo_option(b"Ada")  # expect: arg-type
length = len(outcomes.echo_option("Ada"))  # expect: arg-type

counters = Resources.load().counters
counters.Counter("3")  # expect: arg-type
counters.Counter(3).subtract(1)  # expect: attr-defined
counters.total([counters.Counter(1), 2])  # expect: list-item
Pair(counters.issue(), None)  # expect: arg-type

Variants.load(limits=Wasi())  # expect: arg-type
Variants.load(3)  # expect: arg-type
