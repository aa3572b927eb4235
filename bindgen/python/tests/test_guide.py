"""What docs/BINDINGS.md says beside the sources that it includes."""

from __future__ import annotations

import doctest
import inspect
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wasmtime_bindgen
from wasmtime_bindgen import Component
from wasmtime_bindgen.command import main
from wasmtime_bindgen.component_types import imports
from wasmtime_bindgen.messages import CODES
from wasmtime_bindgen.wasmtime_version import SUPPORTED

from .generated import CASES, GUESTS, PYTHON, add
from .test_tutorial import OUTPUT

GUIDE = (PYTHON.parent.parent / "docs" / "BINDINGS.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks in a language that are not included from a source."""
    found = re.findall(rf"(.*)\n+```{language}\n((?:(?!```).*\n)*)```", GUIDE)
    return [text for before, text in found if not before.endswith("-->")]


def test_what_an_example_prints_is_what_the_guide_shows() -> None:
    shown = blocks("text")
    assert len(shown) == 2
    assert set(shown) <= set(OUTPUT.values())


def test_settings_are_as_the_guide_shows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = blocks("python")
    assert re.findall(r"wasmtime_bindgen import (\w+)", "".join(shown)) == [
        *("Wasi", "Capture", "Limits", "Component")
    ]
    (tmp_path / "add.wasm").write_bytes(add())
    monkeypatch.chdir(tmp_path)
    for text in shown:
        exec(text, {})


def test_the_repl_says_what_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "add.wasm").write_bytes(add())
    monkeypatch.chdir(tmp_path)
    session = "\n".join(re.findall(r"^    (>>> .*|\d+)$", GUIDE, re.MULTILINE)) + "\n"
    test = doctest.DocTestParser().get_doctest(session, {}, "docs/BINDINGS.md", None, None)
    assert len(test.examples) == 3
    assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
    test.globs["root"].close()


def test_the_command_says_what_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "add.wasm").write_bytes(add())
    monkeypatch.chdir(tmp_path)
    [session] = [text for text in blocks("console") if "--out-dir" in text]
    command, said = session.split("\n", 1)
    assert main(command.removeprefix("$ python -m wasmtime_bindgen ").split()) == 0
    assert capsys.readouterr().out == said


def test_every_block_of_the_guide_is_of_a_kind_that_is_tested() -> None:
    # `python` and `text` here, those that are included by their sources, `wit` as a case.
    assert set(re.findall(r"^```(\w+)$", GUIDE, re.MULTILINE)) == {
        "console",
        "python",
        "text",
        "wit",
    }
    assert blocks("wit") == []
    # One installs: see below; the other generates.
    assert len(blocks("console")) == 2
    # A block that is indented: a signature, a command, the exceptions, a session, a picture.
    begin = re.findall(r"(?<=\n\n)    (\S+)", re.sub(r"```\w+\n.*?```", "", GUIDE, flags=re.DOTALL))
    assert begin == [
        *("load(component=None,", ">>>", "WasmtimeBindgenError", "python", "app.wasm,")
    ]


def test_the_versions_are_those_of_the_guide() -> None:
    [(python, first, last)] = re.findall(
        r"Python (\S+) or later .* `wasmtime` .* (\d+) to (\d+)", GUIDE
    )
    project = (PYTHON / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={python}"' in project
    assert range(int(first), int(last) + 1) == SUPPORTED
    assert f'"wasmtime>={first},<{int(last) + 1}"' in project


def test_a_guest_in_rust_imports_as_much_of_wasi_as_the_guide_says() -> None:
    assert "a guest in Rust imports more than a dozen of them" in GUIDE
    console = Component(GUESTS / "console.wasm")
    host, compiled = console.ready(fuel=False)
    assert len(imports(compiled, host.engine, wanted=lambda _name: False)) > 12


def test_load_in_memory_takes_what_the_command_and_the_generated_load_take() -> None:
    ours = set(inspect.signature(wasmtime_bindgen.load).parameters)
    generated = set(inspect.signature(wasmtime_bindgen.bindings(add()).Root.load).parameters)
    of_command = {"wit", "world", "skip_unsupported", "replace"}
    assert ours == generated | of_command
    assert set(inspect.signature(wasmtime_bindgen.bindings).parameters) == {
        "component",
        *of_command,
    }
    usage = "".join(re.findall(r"^It takes `wit`.*$", GUIDE, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", usage)) == (ours - {"component"}) | {"load"}


def test_load_takes_what_the_guide_shows() -> None:
    [shown] = re.findall(r"^    load\((.*)\)$", GUIDE, re.MULTILINE)
    root = wasmtime_bindgen.bindings(add()).Root
    parameters = inspect.signature(root.load).parameters.values()
    words = [f"{parameter.name}={parameter.default}" for parameter in parameters]
    assert shown.split(", ") == [words[0], "*", *words[1:]]


def test_the_command_with_several_lines_does_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [command] = re.findall(r"^    python -m wasmtime_bindgen ((?:.*\\\n)+.*)$", GUIDE, re.MULTILINE)
    shutil.copy(GUESTS / "console.wasm", tmp_path)
    shutil.copytree(CASES / "console", tmp_path / "wit", ignore=shutil.ignore_patterns("*.rs"))
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command.replace("\\\n", " "))) == 0
    assert "class NewYear" in GUIDE
    assert (tmp_path / "own_clock" / "wall_clock.py").is_file()


def test_the_wheel_is_built_as_the_guide_says(tmp_path: Path) -> None:
    [session] = [text for text in blocks("console") if "pip wheel" in text]
    build, install = (line.removeprefix("$ python ") for line in session.splitlines())
    arguments = build.replace("target/dist", str(tmp_path)).split()
    subprocess.run(
        # What builds it is here already.
        [sys.executable, *arguments, "--no-build-isolation", "--disable-pip-version-check"],
        cwd=PYTHON.parent.parent,
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.iterdir()
    assert install == f"-m pip install target/dist/{wheel.name}"


def test_the_tree_of_exceptions_is_as_the_guide_shows_it() -> None:
    levels: list[str] = [wasmtime_bindgen.WasmtimeBindgenError.__name__]
    for indent, name, text in re.findall(r"^    ([ │]*)[├└]── (\w+)  (.*)$", GUIDE, re.MULTILINE):
        del levels[1 + len(indent) // 4 :]
        error = getattr(wasmtime_bindgen, name)
        assert error.__bases__[0].__name__ == levels[-1]
        also = [base.__name__ for base in error.__bases__[1:] if base.__module__ == "builtins"]
        assert re.findall(r"also an? (\w+)", text) == also
        levels.append(name)
    shown = set(re.findall(r"[├└]── (\w+)  ", GUIDE))
    root = wasmtime_bindgen.WasmtimeBindgenError
    exported = {name for name in wasmtime_bindgen.__all__ if _is_error(name)}
    assert shown == exported - {root.__name__}


def test_the_codes_of_traps_are_those_of_the_guide() -> None:
    [paragraph] = re.findall(r"^The `code` of a `Trap`(?:.+\n)+", GUIDE, re.MULTILINE)
    of_the_instance = {"deadline", "interrupted", "exit"}
    shown = re.findall(r"`([a-z-]+)`", paragraph.split("\n", 1)[1])
    assert sorted(shown) == sorted({*CODES.values(), *of_the_instance})


def _is_error(name: str) -> bool:
    item = getattr(wasmtime_bindgen, name)
    return isinstance(item, type) and issubclass(item, wasmtime_bindgen.WasmtimeBindgenError)


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("names", ["class_", "None_", "close_"]),
        ("versions", ["shop_items", "store_items", "store_items_v1_0_0", "store_items_v2_0_0"]),
    ],
)
def test_names_are_as_the_guide_says(case: str, names: list[str], tmp_path: Path) -> None:
    assert main([str(CASES / case), "--out-dir", str(tmp_path / case)]) == 0
    generated = "\n".join(
        [
            path.name + "\n" + path.read_text(encoding="utf-8")
            for path in (tmp_path / case).iterdir()
        ]
    )
    for name in names:
        assert f"`{name}`" in GUIDE
        assert re.search(rf"\b{name}", generated), name
