"""A guest's resource is a class that belongs to the instance."""

from resources import Pair, RefusalError, Resources

with Resources.load() as world:
    counters = world.counters
    with counters.Counter(3) as ada, counters.Counter(4) as grace:
        ada.add(1)
        both = counters.Counter.merge(ada, grace)  # lent: they stay ours
        print(both.value(), counters.alive())
    pair = counters.pass_pair(Pair(both, None))  # handed over, and given back
    print(pair.left.value(), counters.alive())
    pair.left.drop()
    try:
        counters.Small(10)
    except RefusalError as error:
        print("refused:", error.value.value)
