"""Interfaces of WASI that Python provides instead of the runtime."""

from own_clock import Console, ConsoleImports
from own_clock.wall_clock import Datetime


class NewYear:
    """Implements the protocol `WallClockImports`: the year never goes on."""

    def now(self) -> Datetime:
        return Datetime(seconds=1_767_225_600, nanoseconds=0)


class Settings:
    """Implements the protocol `EnvironmentImports`."""

    def get_environment(self) -> list[tuple[str, str]]:
        return [("NAME", "Ada")]


imports = ConsoleImports(wall_clock=NewYear(), environment=Settings())

with Console.load(imports=imports) as guest:
    print(guest.seconds(), guest.variable("NAME"), guest.variable("HOME"))
