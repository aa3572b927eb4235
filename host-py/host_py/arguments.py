"""The command line's arguments: what there is to ask for, and how it is checked."""

import argparse
import os
import re
import sys
from typing import NoReturn

from . import __version__
from .errors import InputError
from .values import S32_MAX, S32_MIN, s32

_DESCRIPTION = """\
Calls the greeter's guests from Python: components by their WIT interface, the
legacy core module by its C ABI.

Without a command, greets `World` and adds 5 and 3 on every guest, then compares
them all."""

_EXIT_CODES = """\
Exit codes: 0 done; 1 the guest trapped or ran too long, or guests differ;
2 the arguments or the input can't be used; 130 interrupted."""

_GUEST = "rust, python, legacy or the path of a component that exports the world `greeter`"

_DEFAULTS = {
    "guests": None,
    "json": False,
    "cache": True,
    "timeout": 10.0,
    "memory": 256,
    "table": 20_000,
    "command": None,
}


def parse(arguments: list[str] | None) -> argparse.Namespace | str:
    """Return the arguments that the user gave, those of the process by default.

    For `--help` and `--version`, it is the text that they ask for.

    Raises:
        InputError: If they can't be used.
    """
    parser = _parser()
    try:
        parsed, rest = parser.parse_known_args(
            _marked(sys.argv[1:] if arguments is None else arguments)
        )
    except _Explained as explained:
        return explained.text
    # argparse takes names only as long as they stand together; what follows an
    # option is left over.
    names = [word for word in rest if isinstance(word, _AfterDashes) or word != "--"]
    unmarked = next(filter(_is_like_option, names), None)
    if parsed.command == "greet" and unmarked is None:
        try:
            parsed.names += map(_text, names)
        except argparse.ArgumentTypeError as error:
            parser.error(f"argument NAME: {error}")
    elif rest:
        advice = f": for a name, write `-- {unmarked}`" if parsed.command == "greet" else ""
        parser.error(f"unrecognized arguments: {' '.join(rest)}{advice}")
    return argparse.Namespace(**{**_DEFAULTS, **vars(parsed)})


class _AfterDashes(str):
    """An argument that follows `--`, so is no option whatever it looks like."""


def _marked(arguments: list[str]) -> list[str]:
    end = arguments.index("--") + 1 if "--" in arguments else len(arguments)
    return [*arguments[:end], *map(_AfterDashes, arguments[end:])]


def _is_like_option(word: str) -> bool:
    return word.startswith("-") and word != "-" and not isinstance(word, _AfterDashes)


class _Explained(Exception):
    """The user asked for `text` only."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see --help)")

    def print_help(self, _file: object = None) -> NoReturn:
        # From 3.14 on, argparse has colours of its own, on a wish of its own.
        self.color = False
        raise _Explained(self.format_help())


class _Version(argparse.Action):
    def __call__(self, *_: object) -> NoReturn:
        from importlib.metadata import version

        raise _Explained(f"host_py {__version__} (wasmtime {version('wasmtime')})\n")


def _parser() -> _Parser:
    options = _options()
    parser = _Parser(
        prog="python -m host_py",
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        parents=[options],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, summary: str, description: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.\n{description}".rstrip(),
            epilog=_EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            parents=[options],
        )

    greet = command("greet", "greet each NAME, one greeting a line")
    greet.add_argument("names", nargs="+", metavar="NAME", type=_text, help="whom to greet")
    _add_guest(greet, "rust")

    add = command("add", "add two 32-bit integers; the sum wraps on overflow")
    for argument in ("a", "b"):
        add.add_argument(argument, metavar=argument.upper(), type=_S32(argument.upper()))
    _add_guest(add, "rust")

    parity = command("parity", "run every case of a file through every guest, and compare")
    parity.add_argument(
        "--guest",
        action="append",
        metavar="GUEST",
        dest="compared",
        help=f"a guest to compare, again for more: {_GUEST} (default: rust, python and legacy)",
    )
    parity.add_argument(
        "--cases",
        type=_path,
        metavar="FILE",
        help="the cases (default: the nearest parity/cases.json here or above)",
    )

    trace = command(
        "trace",
        "show each step of a call by the C ABI, with the memory around each pointer",
        "\nOf a component there is nothing to trace, and it says why.",
    )
    trace.add_argument("name", metavar="NAME", type=_text, help="whom to greet")
    _add_guest(trace, "legacy")

    command(
        "hazards",
        "make each known failure of the C ABI happen, next to what a component does",
        "\nThe failures are expected: it exits with 0 if every one of them showed, and with\n"
        "1 if one did not.",
    )
    return parser


def _options() -> _Parser:
    """Return the options that go before or after the command."""
    # A default here would be set again by the command's parser, over what the
    # user gave before the command; hence `_DEFAULTS`.
    options = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument(
        "--guests",
        type=_path,
        metavar="DIR",
        help="the folder that `cargo xtask build` filled"
        " (default: the nearest target/guests here or above)",
    )
    options.add_argument(
        "--json",
        action="store_true",
        help="write JSON, as parity/output.schema.json describes it; errors stay text",
    )
    options.add_argument(
        "--no-cache",
        action="store_false",
        dest="cache",
        help="compile guests afresh, past the per-user cache of compiled code",
    )
    options.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="how long one call of a guest may run (default: 10)",
    )
    options.add_argument(
        "--memory",
        type=_Integer(1, 4096),
        metavar="MIB",
        help="how large a guest's linear memory may grow (default: 256)",
    )
    options.add_argument(
        "--table",
        type=_Integer(0, 2**32 - 1),
        metavar="ELEMENTS",
        help="how large a guest's table may grow (default: 20000)",
    )
    options.add_argument(
        "--version",
        action=_Version,
        nargs=0,
        help="show the versions of this program and of wasmtime",
    )
    return options


def _add_guest(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument(
        "--guest",
        default=default,
        metavar="GUEST",
        help=f"who is asked: {_GUEST} (default: {default})",
    )


def _text(argument: str) -> str:
    """Return an argument as the text that its bytes are in UTF-8, whatever the locale."""
    # argparse takes a negative number for a name, and a word with a space in it.
    if _is_like_option(argument):
        message = f"`{argument}` looks like an option: for a name, write `-- {argument}`"
        raise argparse.ArgumentTypeError(message)
    try:
        return os.fsencode(argument).decode()
    except UnicodeDecodeError as error:
        shown = os.fsencode(argument).decode(errors="backslashreplace")
        message = f"not UTF-8 at byte {error.start}: `{shown}`"
        raise argparse.ArgumentTypeError(message) from None


def _path(argument: str) -> str:
    if not argument:
        raise argparse.ArgumentTypeError("a path is expected")
    return argument


def _seconds(text: str) -> float:
    # float() takes more: exponents, underscores, spaces and words.
    plain = re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", text)
    seconds = float(text) if plain else 0.0
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of seconds above 0")
    if seconds > _MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"`{text}` is more than {_MOST_SECONDS} seconds")
    return seconds


_MOST_SECONDS = 1_000_000_000


class _Integer:
    """Reads an integer in `least..=most`, written in digits alone."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        significant = text.lstrip("0") or "0"
        # int() takes more, and refuses what has thousands of digits.
        if re.fullmatch(r"[0-9]+", text) and len(significant) <= len(str(self._most)):
            value = int(significant)
            if self._least <= value <= self._most:
                return value
        raise argparse.ArgumentTypeError(
            f"`{text}` is not an integer in {self._least}..={self._most}"
        )


class _S32:
    """Reads an `s32`; `argument` names it in errors."""

    def __init__(self, argument: str) -> None:
        self._argument = argument

    def __call__(self, text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            shown = text.encode(errors="backslashreplace").decode()
            raise argparse.ArgumentTypeError(
                f"`{shown}` is not an integer in {S32_MIN}..={S32_MAX}"
            )
        significant = text.lstrip("+-").lstrip("0") or "0"
        if len(significant) > 10:
            raise argparse.ArgumentTypeError(f"{text} is not in {S32_MIN}..={S32_MAX}")
        return s32(self._argument, -int(significant) if text[0] == "-" else int(significant))
