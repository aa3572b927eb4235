"""What mypy and pyright refuse in calls: a line says which errors it gives."""

from options_results import OptionsResults
from resources import Counters, Pair, Resources
from variants import Point, Shape, ShapeCircle, ShapeEmpty, ShapeLabel, ShapePolygon, Variants

from wasmtime_bindgen import Wasi


def area(shape: Shape) -> float:  # expect: return ReturnType
    match shape:  # expect: MatchNotExhaustive
        case ShapeCircle(radius):
            return radius
        case ShapePolygon() | ShapeEmpty():
            return 0


variants = Variants.load()
shapes = variants.shapes
shapes.corners("a triangle")  # expect: arg-type ArgumentType
shapes.corners(ShapePolygon([(0, 0)]))  # expect: list-item ArgumentType
shapes.corners()  # expect: call-arg CallIssue
shapes.corner(ShapeEmpty())  # expect: attr-defined AttributeAccessIssue
text: str = shapes.corners(ShapeEmpty())  # expect: assignment AssignmentType
Point("0", 0)  # expect: arg-type ArgumentType
Point(0, 0).x = 1  # expect: misc AttributeAccessIssue
ShapeLabel("Ada")  # expect: arg-type ArgumentType

outcomes = OptionsResults.load().outcomes
outcomes.echo_nested(7)  # expect: arg-type ArgumentType
outcomes.echo_option(b"Ada")  # expect: arg-type ArgumentType
length = len(outcomes.echo_option("Ada"))  # expect: arg-type ArgumentType

counters = Resources.load().counters
counters.Counter("3")  # expect: arg-type ArgumentType
counters.Counter(3).subtract(1)  # expect: attr-defined AttributeAccessIssue
counters.total([counters.Counter(1), 2])  # expect: list-item ArgumentType
Pair(counters.issue(), None)  # expect: arg-type ArgumentType

Variants(Wasi())  # expect: arg-type ArgumentType
Variants()  # expect: call-arg CallIssue
Counters()  # expect: call-arg CallIssue

Variants.load(limits=Wasi())  # expect: arg-type ArgumentType
Variants.load(3)  # expect: arg-type ArgumentType
