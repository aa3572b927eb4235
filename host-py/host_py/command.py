"""Does what the arguments ask for, and returns what there is to say."""

from argparse import Namespace

from .guest import BUILT, Guest, GuestsFolder, load_guest
from .legacy import LegacyGreeter
from .parity import Cases
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


def run(asked: Namespace) -> Report:
    """Run the command that was asked for.

    Raises:
        GreeterError: If it can't be done.
        KeyboardInterrupt: If Ctrl-C ends it.
    """
    limits = Limits(timeout=asked.timeout, memory=asked.memory << 20, table=asked.table)
    folder = GuestsFolder(asked.guests)
    sandbox = Sandbox(limits, cache=asked.cache)
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
        names = asked.compared or BUILT
        guests = {name: load_guest(sandbox, folder, name, quiet=True) for name in names}
        return ParityReport(cases.run(guests))
    # What shows pointers at work is imported only if it is asked for.
    if asked.command == "trace":
        from .trace import trace

        return trace(sandbox, folder, asked.guest, asked.name)
    from .hazards import show_hazards

    return show_hazards(sandbox, folder)


def _default(sandbox: Sandbox, folder: GuestsFolder) -> RunReport:
    cases = Cases(None)
    guests = {name: load_guest(sandbox, folder, name) for name in BUILT}
    asked = [_ask(name, guest) for name, guest in guests.items()]
    # What it prints for the cases is nobody's concern.
    guests["legacy"] = load_guest(sandbox, folder, "legacy", quiet=True)
    return RunReport(asked, cases.run(guests))


def _ask(name: str, guest: Guest) -> Asked:
    greet = Greeting("World", guest.greet("World"))
    add = Addition(5, 3, guest.add(5, 3))
    if isinstance(guest, LegacyGreeter):
        return Asked(name, "core module", greet, add, guest.take_printed())
    return Asked(name, "component", greet, add, [])
