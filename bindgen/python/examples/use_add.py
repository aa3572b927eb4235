"""The host program of the component tutorial."""

from add import Root

with Root.load() as component:
    print("1 + 2 =", component.add.add(1, 2))
