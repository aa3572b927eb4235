"""The greeter as a component in Python: the whole guest.

componentize-py reads the world from ``wit/greeter.wit``, makes the module
``wit_world`` with the protocol that this class fulfils, and packs both with
CPython into one component.
"""

import wit_world


class WitWorld(wit_world.WitWorld):
    """What the world exports."""

    def greet(self, name: str) -> str:
        """Return ``Hello,`` and the name."""
        return f"Hello, {name}"

    def add(self, a: int, b: int) -> int:
        """Return the sum, wrapped to 32 bits: Python's integers never overflow."""
        return (a + b + 2**31) % 2**32 - 2**31
