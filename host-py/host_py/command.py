"""Does what the arguments ask for, and returns what there is to say."""

from argparse import Namespace
from collections.abc import Sequence

from .guest import BUILT, Guest, GuestsFolder, load_guest
from .hazards import show_hazards
from .legacy import LegacyGreeter
from .parity import Cases, Comparison
from .report import (
    Addition,
    AddReport,
    Asked,
    Greeting,
    GreetReport,
    ParityReport,
    Report,
    RunReport,
)
from .sandbox import Limits, Sandbox
from .trace import trace


def run(asked: Namespace) -> Report:
    """Run the command that was asked for.

    Raises:
        GreeterError: If it can't be done.
        KeyboardInterrupt: If Ctrl-C ends it.
    """
    limits = Limits(timeout=asked.timeout, memory=asked.memory << 20, table=asked.table)
    folder = GuestsFolder(asked.guests)
    with Sandbox(limits, cache=asked.cache) as sandbox:
        if asked.command is None:
            return _default(sandbox, folder)
        if asked.command == "greet":
            guest = load_guest(sandbox, folder, asked.guest)
            greetings = [Greeting(name, guest.greet(name)) for name in asked.names]
            return GreetReport(asked.guest, greetings)
        if asked.command == "add":
            total = load_guest(sandbox, folder, asked.guest).add(asked.a, asked.b)
            return AddReport(asked.guest, Addition(asked.a, asked.b, total))
        if asked.command == "parity":
            cases = Cases(asked.cases)
            return ParityReport(_compare(sandbox, folder, asked.compared or BUILT, cases))
        if asked.command == "trace":
            return trace(sandbox, folder, asked.guest, asked.name)
        return show_hazards(sandbox, folder)


def _default(sandbox: Sandbox, folder: GuestsFolder) -> RunReport:
    cases = Cases(None)
    guests = [_ask(name, load_guest(sandbox, folder, name)) for name in BUILT]
    return RunReport(guests, _compare(sandbox, folder, BUILT, cases))


def _ask(name: str, guest: Guest) -> Asked:
    greet = Greeting("World", guest.greet("World"))
    add = Addition(5, 3, guest.add(5, 3))
    if isinstance(guest, LegacyGreeter):
        return Asked(name, "core module", greet, add, guest.take_printed())
    return Asked(name, "component", greet, add, [])


def _compare(
    sandbox: Sandbox, folder: GuestsFolder, names: Sequence[str], cases: Cases
) -> Comparison:
    return cases.run({name: load_guest(sandbox, folder, name, quiet=True) for name in names})
