"""What Python's own checkers say of generated packages, and of code that uses them."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

import wasmtime_bindgen
from wasmtime_bindgen.command import main

from .generated import CASES, EXAMPLES, PYTHON, cases, generate
from .test_guide import blocks

MISUSE = Path(__file__).parent / "misuse"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of all cases and the examples that use them."""
    folder = tmp_path_factory.mktemp("packages")
    for case in cases():
        generate(case.name, folder, guest=False)
    greeter = PYTHON.parent.parent / "wit"  # whose component the README's command takes
    assert main([str(greeter), "--world", "greeter", "--out-dir", str(folder / "greeter")]) == 0
    for program in [*EXAMPLES.glob("*.py"), *MISUSE.glob("*.py")]:
        # Their packages are made from a binary: see test_tutorial and test_replace.
        if program.name not in ("use_add.py", "use_own_clock.py"):
            shutil.copy(program, folder)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def packages(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/__init__.py"))


def test_packages_are_formatted_and_pass_the_linter(folder: Path) -> None:
    assert len(packages(folder)) == len(cases()) + 1 > 15
    for command in (("format", "--check"), ("check", "--extend-select", "I,UP,B,C4,RET,SIM")):
        done = run(
            folder, "ruff", *command, "--isolated", "--target-version", "py310", *packages(folder)
        )
        assert done.returncode == 0, done.stdout


def test_packages_and_examples_pass_mypy(folder: Path) -> None:
    programs = [path.stem for path in folder.glob("use_*.py")]
    named = [word for name in packages(folder) + programs for word in ("-p", name)]
    done = run(folder, "mypy", "--strict", "--python-version", "3.10", *named)
    assert done.returncode == 0, done.stdout


def test_packages_and_examples_pass_pyright(folder: Path) -> None:
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.10",
        "include": ["*"],
        "exclude": ["misuse_*.py"],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    done = run(folder, "basedpyright", "--pythonpath", sys.executable, "--outputjson")
    report = json.loads(done.stdout)
    messages = [f"{found['file']}: {found['message']}" for found in report["generalDiagnostics"]]
    assert (done.returncode, messages) == (0, [])
    assert report["summary"]["filesAnalyzed"] > 50


@pytest.mark.parametrize("case", [case.name for case in cases()])
def test_annotations_can_be_read_by_a_program(case: str) -> None:
    package = wasmtime_bindgen.bindings(CASES / case, skip_unsupported=True)
    read = 0
    for name in package.__all__:
        item = getattr(package, name)
        if not isinstance(item, type):
            continue
        methods = [getattr(method, "__func__", method) for method in vars(item).values()]
        for annotated in [item, *filter(inspect.isfunction, methods)]:
            read += len(get_type_hints(annotated))
    assert read >= 7  # those of `load`, at least


def test_examples_are_as_ruff_has_them_by_default(folder: Path) -> None:
    for text in blocks("python"):
        (folder / f"guide_{len(text)}.py").write_text(text)
    programs = sorted(
        path.name for pattern in ("use_*", "guide_*") for path in folder.glob(pattern)
    )
    assert len(programs) > 10
    for command in (("check",), ("format", "--check")):
        done = run(folder, "ruff", *command, "--isolated", *programs)
        assert done.returncode == 0, done.stdout
    done = run(folder, "mypy", "--strict", *(name for name in programs if name[0] == "g"))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("version", "argument", "fits"),
    [("3.11", "array.data", True), ("3.11", "array", False), ("3.12", "array", True)],
)
def test_arrays_of_numpy_are_lists_of_numbers_to_mypy(
    folder: Path, version: str, argument: str, fits: bool
) -> None:
    program = (
        "import numpy as np\nfrom lists import Lists\n"
        f"array = np.zeros(3)\nLists.load().total({argument})\n"
    )
    (folder / "arrays.py").write_text(program)
    done = run(folder, "mypy", "--strict", "--python-version", version, "arrays.py")
    assert (done.returncode == 0, done.stdout.count("[arg-type]")) == (fits, int(not fits))


MISUSES = sorted(path.name for path in MISUSE.glob("*.py"))


def expected(program: str, *, of_pyright: bool) -> set[tuple[int, str]]:
    """Return the errors that the comments of a program ask for: line and name.

    Pyright's begin with a capital letter, without the `report` that all have.
    """
    found = set()
    for number, line in enumerate((MISUSE / program).read_text().splitlines(), 1):
        if expectation := re.search(r"# expect: ([\w -]+)$", line):
            names = expectation[1].split()
            found |= {(number, name) for name in names if name[0].isupper() == of_pyright}
    assert len(found) > 5
    return found


@pytest.mark.parametrize("program", MISUSES)
def test_mypy_refuses_what_the_world_does_not_have(folder: Path, program: str) -> None:
    done = run(folder, "mypy", "--strict", "--python-version", "3.10", program)
    found = re.findall(rf"^{program}:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    wanted = expected(program, of_pyright=False)
    assert {(int(number), code) for number, code in found} == wanted, done.stdout


def test_pyright_refuses_what_the_world_does_not_have(folder: Path) -> None:
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.10",
        "include": MISUSES,
        "reportUnknownMemberType": "none",  # it follows from another error
    }
    (folder / "misuse.json").write_text(json.dumps(settings))
    given = ("--project", "misuse.json", "--pythonpath", sys.executable, "--outputjson")
    report = json.loads(run(folder, "basedpyright", *given).stdout)
    found: dict[str, set[tuple[int, str]]] = {program: set() for program in MISUSES}
    for entry in report["generalDiagnostics"]:
        line = entry["range"]["start"]["line"] + 1
        found[Path(entry["file"]).name].add((line, entry["rule"].removeprefix("report")))
    assert found == {program: expected(program, of_pyright=True) for program in MISUSES}
