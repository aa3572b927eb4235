"""Calls the greeter's guests from Python.

Read `component` first: the whole typed call, by the Component Model. Then
`legacy`, the same two functions by raw pointers. The rest is what both need or
what is said about them: `greeter` is the world as Python, generated from
`wit/greeter.wit`, `sandbox` runs a guest under limits, `guest` finds one by
name, `parity` compares them, `report` prints, `trace` and `hazards` show what
the pointers do.
"""

__version__ = "0.1.0"
