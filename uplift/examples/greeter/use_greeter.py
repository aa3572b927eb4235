"""The legacy greeter as a component: text in, text out, and no pointer."""

from greeter_wasm import Greeter

with Greeter.load() as greeter:
    for name in ["World", "Ada", "Grace", "", "Zoë", "a" * 1_000_000]:
        assert greeter.greet(name) == f"Hello, {name}"
    print(greeter.greet("World"))
    assert greeter.add(2_147_483_647, 1) == -2_147_483_648
    print(greeter.add(5, 3))
