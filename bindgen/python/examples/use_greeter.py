"""Calls a component with the world `greeter`, through the package made for it."""

from greeter import Greeter

with Greeter.load() as greeter:
    print(greeter.greet("World"))  # a str to type checkers
    print(greeter.add(5, 3))
