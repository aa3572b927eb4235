"""The program as a user meets it: stdout, stderr and exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from .conftest import ROOT, Run


def test_no_argument_asks_every_guest_and_compares_them(run: Run) -> None:
    said = run()
    assert said.returncode == 0, said
    text = said.stdout.decode()
    for heading in ("rust (component)", "python (component)", "legacy (core module with a C ABI)"):
        assert f'{heading}\n  greet("World")  Hello, World\n  add(5, 3)       8\n' in text
    assert "  it printed      Allocated string 'Hello, World' at pointer 0x" in text
    assert "\n\nparity: 23 cases x 3 guests: 68 same, 0 different," in text


@pytest.mark.parametrize("variables", [{}, {"COLUMNS": "20"}, {"LC_ALL": "C"}, {"PYTHONUTF8": "0"}])
def test_a_greeting_comes_out_byte_for_byte_whatever_the_terminal_and_locale(
    run: Run, variables: dict[str, str]
) -> None:
    names = ["Zoë\t👩🏽‍🚀\x1b", "a" * 300, "[bold]x[/bold]", ":smile:", "line\r\nbreak"]
    said = run("greet", *names, **variables)
    assert said.stdout == "".join(f"Hello, {name}\n" for name in names).encode()
    assert (said.stderr, said.returncode) == (b"", 0)


@pytest.mark.parametrize(
    "command",
    ["", "greet Ada Grace", "add 5 3", "parity", "trace Ada", "trace Ada --guest rust", "hazards"],
)
def test_json_is_of_the_documented_schema(run: Run, command: str) -> None:
    schema = json.loads((ROOT / "parity" / "output.schema.json").read_text(encoding="utf-8"))
    said = run("--json", *command.split())
    document = json.loads(said.stdout)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert list(document)[:2] == ["schema", "command"]
    assert said.stdout.startswith(b'{\n  "schema": 1,\n')


def test_options_go_before_or_after_the_command(run: Run) -> None:
    for arguments in (["--json", "add", "-5", "3"], ["add", "-5", "3", "--json"]):
        assert b'"sum": -2' in run(*arguments).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["greet", "Ada", "--guest", "nobody"], "no file `nobody`: --guest takes rust, python, "),
        (["greet", "Ada", "--guest", "./rust"], "no file `./rust`: --guest takes rust, python, "),
        (["greet", "Ada", "--guest", "wit"], "cannot read wit: "),
        (["greet", "Ada", "--guest", ""], "no file ``: --guest takes rust, python, "),
        (["greet", "Ada", "--guests", ""], "argument --guests: a path is expected"),
        (["greet", "Ada", "--json", "-x"], "unrecognized arguments: -x: for a name, write `-- -x`"),
        (["greet", "-1"], "argument NAME: `-1` looks like an option: for a name, write `-- -1`"),
        (["greet", "Ada", "-1"], "for a name, write `-- -1`"),
        (["greet", "-1", "--", "-1"], "for a name, write `-- -1`"),
        (["greet", "-a b"], "for a name, write `-- -a b`"),
        (["trace", "-1"], "for a name, write `-- -1`"),
        (["greet", "Ada", "--guest", "n" * 5000], "no file `nnnn"),
        (["greet", "Ada", "--guests", "n" * 5000], "no rust.wasm in nnnn"),
        (["greet", "Ada", "--guests", "wit"], "no rust.wasm in wit: run `cargo xtask build`"),
        (["greet", "Ada", "--guest", "Cargo.toml"], "Cargo.toml is not a WebAssembly binary, and"),
        (["greet"], "the following arguments are required: NAME (see --help)"),
        (["dance"], "argument COMMAND: invalid choice: 'dance'"),
        (["add", "2147483648", "1"], "A is 2147483648, which is not in -2147483648..=2147483647"),
        (["add", "1", "-2147483649"], "B is -2147483649, which is not in -2147483648..="),
        (["add", "1", "9" * 5000], "argument B: 9999"),
        (["add", "1_0", "1"], "argument A: `1_0` is not an integer in -2147483648..=2147483647"),
        (
            ["--timeout", "0", "parity"],
            "argument --timeout: `0` is not a number of seconds above 0",
        ),
        (["--timeout", "inf"], "argument --timeout: `inf` is not a number of seconds above 0"),
        (["--timeout", "1e3"], "argument --timeout: `1e3` is not a number of seconds above 0"),
        (["--timeout", "1_0"], "argument --timeout: `1_0` is not a number of seconds above 0"),
        (["--timeout", " 1"], "argument --timeout: ` 1` is not a number of seconds above 0"),
        (
            ["--timeout", "\u0661"],
            "argument --timeout: `\u0661` is not a number of seconds above 0",
        ),
        (["--timeout", "0." + "0" * 400 + "1"], "is not a number of seconds above 0"),
        (["--timeout", "1000000000.5"], "`1000000000.5` is more than 1000000000 seconds"),
        (["--timeout", "9" * 400], "is more than 1000000000 seconds"),
        (["--memory", "0"], "argument --memory: `0` is not an integer in 1..=4096"),
        (["--memory", "4097"], "argument --memory: `4097` is not an integer in 1..=4096"),
        (["--memory", "1_0"], "argument --memory: `1_0` is not an integer in 1..=4096"),
        (["--memory", "\u0661"], "argument --memory: `\u0661` is not an integer in 1..=4096"),
        (["--table", "-1"], "argument --table: `-1` is not an integer in 0..=4294967295"),
        (["--table", "4294967296"], "argument --table: `4294967296` is not an integer in"),
        (["--table", "9" * 5000], "is not an integer in 0..=4294967295"),
        (["--memory", "1", "greet", "Ada"], "does not fit the limits: memory minimum size of"),
        (["parity", "--cases", "nowhere"], "cannot read nowhere: "),
    ],
)
def test_what_cannot_be_used_is_one_clear_line_with_exit_code_2(
    run: Run, arguments: list[str], said: str
) -> None:
    done = run(*arguments)
    stderr = done.stderr.decode()
    assert done.returncode == 2, done
    assert stderr.startswith("error: ")
    assert said in stderr
    assert stderr.count("\n") == 1
    assert done.stdout == b""


@pytest.mark.skipif(os.name != "posix", reason="arguments are Unicode there")
@pytest.mark.parametrize("variables", [{}, {"LC_ALL": "C"}, {"PYTHONUTF8": "0", "LC_ALL": "POSIX"}])
def test_a_name_that_is_not_utf_8_is_said_so(run: Run, variables: dict[str, str]) -> None:
    done = run("greet", b"Zo\xeb", **variables)
    assert done.returncode == 2
    assert b"error: argument NAME: not UTF-8 at byte 2: `Zo" in done.stderr


def test_a_trap_is_told_with_its_backtrace_and_exit_code_1(
    run: Run, misfit: Callable[[str], Path]
) -> None:
    done = run("greet", "World", "--guest", misfit("traps"))
    first, second, third = done.stderr.decode().splitlines()
    reason = "wasm trap: wasm `unreachable` instruction executed"
    assert first == f"error: the guest trapped in `greet`: {reason}"
    assert second == "  wasm backtrace:"
    assert "wasm function" in third
    assert (done.stdout, done.returncode) == (b"", 1)


def test_a_guest_that_runs_too_long_is_stopped_with_exit_code_1(
    run: Run, misfit: Callable[[str], Path]
) -> None:
    done = run("--timeout", "0.2", "greet", "World", "--guest", misfit("loops"))
    said = b"error: the guest was stopped in `greet`: it ran for more than 0.2 s (--timeout)\n"
    assert (done.stderr, done.returncode) == (said, 1)


def test_a_difference_that_is_not_declared_gives_exit_code_1(
    run: Run, misfit: Callable[[str], Path]
) -> None:
    path = misfit("answers-wrong")
    done = run("parity", "--guest", "rust", "--guest", path)
    assert done.returncode == 1
    table, rest = done.stdout.decode().split("\n\n")
    assert table.splitlines()[0].endswith(f"  rust  {path}")
    assert not any(line.endswith(" ") for line in table.splitlines())
    assert f'undeclared: greet: ASCII, {path}: expected "Hello, World", got "Goodbye"' in rest


def test_outside_of_the_repository_the_missing_folder_is_named(run: Run, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "host_py", "greet", "Ada"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        b"error: no target/guests here or above: run `cargo xtask build`,"
    )


def test_without_the_cache_nothing_is_written(run: Run, tmp_path: Path) -> None:
    said = run("greet", "Ada", "--no-cache", XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path))
    assert said.stdout == b"Hello, Ada\n"
    assert list(tmp_path.iterdir()) == []


def test_the_version_names_the_runtime_s_too(run: Run) -> None:
    assert run("--version").stdout == b"host_py 0.1.0 (wasmtime 50.0.1)\n"
    assert run("greet", "--version").stdout == b"host_py 0.1.0 (wasmtime 50.0.1)\n"


def test_help_names_every_command_and_exit_code(run: Run) -> None:
    said = run("--help").stdout.decode()
    for word in ("greet", "add", "parity", "trace", "hazards", "--timeout", "130 interrupted"):
        assert word in said
    assert "exits with 0 if every one" in run("hazards", "--help").stdout.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
@pytest.mark.parametrize(
    ("set_to", "coloured"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "unknown"}, True),
        ({}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals_that_nobody_says_no_for(
    set_to: dict[str, str], coloured: bool
) -> None:
    import pty

    about_colour = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM")
    variables = {name: value for name, value in os.environ.items() if name not in about_colour}
    variables |= set_to
    ours, theirs = pty.openpty()
    host = subprocess.Popen(
        [sys.executable, "-m", "host_py", "parity", "--guest", "legacy"],
        cwd=ROOT,
        stdout=theirs,
        env=variables,
    )
    os.close(theirs)
    said = bytearray()
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:
        pass  # Linux says so when the other end is closed.
    os.close(ours)
    assert host.wait() == 0
    assert (b"\x1b[36mcase\x1b[0m" in said) is coloured
    assert (b"\x1b[32msame\x1b[0m" in said) is coloured
    assert (b"\x1b[33mnot expressible in the C ABI\x1b[0m" in said) is coloured
    assert (b"\x1b" in said) is coloured
    assert b"\r\ngreet: empty  " in said


def test_colours_are_not_for_a_file_even_on_demand(run: Run) -> None:
    for command in (["parity", "--guest", "legacy"], ["--help"]):
        assert b"\x1b" not in run(*command, FORCE_COLOR="1", TERM="xterm").stdout


def test_names_may_stand_on_both_sides_of_an_option(run: Run) -> None:
    said = run("greet", "Ada", "--guest", "python", "Grace", "World")
    assert said.stdout == b"Hello, Ada\nHello, Grace\nHello, World\n"


def test_after_two_dashes_everything_is_a_name(run: Run) -> None:
    said = run("greet", "-", "--", "-1", "--guest", "--", "-a b")
    assert said.stdout == b"Hello, -\nHello, -1\nHello, --guest\nHello, --\nHello, -a b\n"
    said = run("greet", "Ada", "--guest", "rust", "--", "-1")
    assert said.stdout == b"Hello, Ada\nHello, -1\n"
    assert b"b'-1\\x00'" in run("trace", "--", "-1").stdout


def test_the_limits_take_their_bounds(run: Run) -> None:
    bounds = ["--memory", "4096", "--table", "04294967295", "--timeout", "1000000000.0"]
    assert run("add", "1", "2", *bounds).stdout == b"3\n"
    assert run("add", "1", "2", "--timeout", "5.").stdout == b"3\n"


def test_a_path_is_told_as_it_was_given(run: Run) -> None:
    said = run("greet", "Ada", "--guest", "./Cargo.toml").stderr
    assert said.startswith(b"error: ./Cargo.toml is not a WebAssembly binary")
    said = run("greet", "Ada", "--guests", "./target/guests", "--memory", "1").stderr
    assert said.startswith(b"error: ./target/guests")
    assert b"rust.wasm does not fit the limits: " in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("command", ["greet Ada", "--version", "--help", "greet --help"])
def test_output_that_cannot_be_written_is_said_so(command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "host_py", *command.split()],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: cannot write to stdout: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGPIPE there")
@pytest.mark.parametrize("command", ["parity", "--version", "--help"])
def test_a_reader_that_has_seen_enough_is_no_error(command: str) -> None:
    host = subprocess.Popen(
        [sys.executable, "-m", "host_py", command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert host.stdout is not None
    host.stdout.close()
    assert host.stderr is not None
    assert host.stderr.read() == b""
    host.stderr.close()
    assert host.wait() == 0
