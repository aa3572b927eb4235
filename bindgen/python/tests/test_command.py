"""`python -m wasmtime_bindgen`: what it writes, and where."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

import wasmtime_bindgen
from wasmtime_bindgen import generate as generating
from wasmtime_bindgen.command import main

from .generated import CASES, add

MANIFEST = generating.MANIFEST
FILES = {"__init__.py", "_wit.py", "add.py", "component.wasm", "py.typed", MANIFEST}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, in which the command runs, with a component."""
    (tmp_path / "add.wasm").write_bytes(add())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def run(*arguments: str) -> int:
    return main(arguments)


def test_a_component_becomes_a_package_that_embeds_it(here: Path) -> None:
    assert run("add.wasm", "--out-dir", "out/add") == 0
    package = here / "out" / "add"
    assert names(package) == FILES
    assert (package / "component.wasm").read_bytes() == add()
    manifest = json.loads((package / MANIFEST).read_text())
    assert manifest == {
        "generator": f"wasmtime_bindgen {wasmtime_bindgen.__version__}",
        "interface": 1,
        "digest": f"sha256:{sha256(add()).hexdigest()}",
        "world": "root",
        "class": "Root",
        "files": sorted(FILES - {MANIFEST}),
    }


def test_wit_alone_becomes_a_package_without_a_component(here: Path) -> None:
    for wit in (CASES / "records", CASES / "records" / "records.wit"):
        assert run(str(wit), "--out-dir", "records") == 0
        assert "component.wasm" not in names(here / "records")
        assert "class Records(" in (here / "records" / "__init__.py").read_text()


def test_wit_gives_a_component_its_names_and_docs(here: Path) -> None:
    (here / "add.wit").write_text(
        "package docs:adder@0.1.0;\n"
        "interface add {\n  /// The sum.\n  add: func(x: u32, y: u32) -> u32;\n}\n"
        "world adder { export add; }\n"
        "world other {}\n"
    )
    assert run("add.wasm", "--wit", "add.wit", "--world", "adder", "--out-dir", "adder") == 0
    assert "class Adder(" in (here / "adder" / "__init__.py").read_text()
    assert '"""The sum."""' in (here / "adder" / "add.py").read_text()
    assert (here / "adder" / "component.wasm").read_bytes() == add()


def test_a_second_run_changes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("add.wasm", "--out-dir", "add")
    before = {path: path.stat().st_mtime_ns for path in (here / "add").iterdir()}
    assert run("add.wasm", "--out-dir", "add") == 0
    assert before == {path: path.stat().st_mtime_ns for path in (here / "add").iterdir()}
    assert capsys.readouterr().out.splitlines() == [
        "add: 6 files: the world `root`, class Root",
        "add: up to date: the world `root`, class Root",
    ]


def test_files_that_are_no_longer_generated_are_removed(here: Path) -> None:
    run(str(CASES / "interfaces"), "--out-dir", "package")
    (here / "package" / "notes.txt").write_text("mine")
    (here / "package" / "__pycache__").mkdir()
    assert run("add.wasm", "--out-dir", "package") == 0
    assert names(here / "package") == FILES | {"notes.txt", "__pycache__"}


def test_a_checkout_with_windows_line_ends_is_not_stale(here: Path) -> None:
    arguments = ["add.wasm", "--out-dir", "add"]
    assert main(arguments) == 0
    for path in (here / "add").glob("*.[pj]*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert main([*arguments, "--check"]) == 0
    binary = here / "add" / "component.wasm"
    binary.write_bytes(binary.read_bytes() + b"\r\n")
    assert main([*arguments, "--check"]) == 1


def test_check_says_what_is_stale_and_how_to_mend_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("add.wasm", "--out-dir", "add", "--check")
    assert run(*arguments) == 1
    assert capsys.readouterr().err == (
        "error: add is not there: run `python -m wasmtime_bindgen add.wasm --out-dir add`\n"
    )
    (here / "add").mkdir()
    assert run(*arguments) == 1
    assert capsys.readouterr().err.startswith("error: add is empty: run `")
    (here / "add").rmdir()
    run("add.wasm", "--out-dir", "add")
    capsys.readouterr()
    assert run(*arguments) == 0
    assert capsys.readouterr() == ("add is up to date\n", "")

    (here / "add" / "_wit.py").write_text("")
    manifest = json.loads((here / "add" / MANIFEST).read_text())
    manifest["files"].append("gone.py")
    (here / "add" / MANIFEST).write_text(json.dumps(manifest))
    (here / "add" / "gone.py").touch()
    assert run(*arguments) == 1
    assert capsys.readouterr() == (
        "",
        f"error: add is stale: _wit.py differs or is missing, {MANIFEST} differs or is missing,"
        " gone.py is no longer generated: run"
        " `python -m wasmtime_bindgen add.wasm --out-dir add`\n",
    )
    assert (here / "add" / "_wit.py").read_text() == ""


def test_a_dependency_may_be_a_file_or_a_folder(here: Path) -> None:
    shutil.copytree(CASES / "versions", here / "wit")
    shop = (here / "wit" / "deps" / "shop.wit").rename(here / "wit" / "shop")
    (here / "wit" / "deps" / "shop").mkdir()
    shop.rename(here / "wit" / "deps" / "shop" / "shop.wit")
    for wit, package in ((CASES / "versions", "files"), (here / "wit", "folders")):
        assert main([str(wit), "--out-dir", package]) == 0
    for path in (here / "files").glob("*.py"):
        if path.name != "_wit.py":  # which has the digest of the input
            assert path.read_text() == (here / "folders" / path.name).read_text()


def test_unsupported_functions_are_named_and_can_be_left_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (str(CASES / "unsupported"), "--out-dir", "package")
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    for function in ("`run`", "`watch`", "`submit`", "`later`", "`fixed`", "`explain`"):
        assert function in said
    assert "--skip-unsupported" in said
    assert not (here / "package").exists()

    assert run(*arguments, "--skip-unsupported") == 0
    said = capsys.readouterr().err
    assert "left out: export `cases:unsupported/tasks`: `watch`: its result has a `stream`" in said
    shutil.move(here / "package", here / "unsupported_package")
    done = subprocess.run([sys.executable, "-c", "import unsupported_package"], cwd=here)
    assert done.returncode == 0


def test_a_directory_of_somebody_elses_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "add").mkdir()
    (here / "add" / "__init__.py").write_text("mine")
    assert run("add.wasm", "--out-dir", "add") == 2
    said = capsys.readouterr().err
    assert said.startswith("error: add holds files and was not made by wasmtime_bindgen")
    assert (names(here / "add"), said.count("\n")) == ({"__init__.py"}, 1)


def test_a_file_of_somebody_elses_is_not_overwritten(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(str(CASES / "records"), "--out-dir", "package")
    (here / "package" / "add.py").write_text("mine")
    before = names(here / "package")
    assert run("add.wasm", "--out-dir", "package") == 2
    assert "package: add.py was not made by wasmtime_bindgen" in capsys.readouterr().err
    assert (here / "package" / "add.py").read_text() == "mine"
    assert names(here / "package") == before


@pytest.mark.parametrize(
    "manifest",
    [
        '{"files": ["../mine.txt", "/etc/passwd", "a\\\\b", ""]}',
        "[]",
        "{",
        "[" * 9999,
        '{"files": 1}',
    ],
    ids=["elsewhere", "no object", "no JSON", "nested", "no list"],
)
def test_a_manifest_does_not_lead_out_of_its_directory(manifest: str, here: Path) -> None:
    (here / "mine.txt").write_text("mine")
    (here / "add").mkdir()
    (here / "add" / MANIFEST).write_text(manifest)
    assert run("add.wasm", "--out-dir", "add") == (0 if "mine" in manifest else 2)
    assert (here / "mine.txt").read_text() == "mine"


def test_a_damaged_manifest_can_be_mended(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("add.wasm", "--out-dir", "add")
    (here / "add" / "notes.txt").write_text("mine")
    (here / "add" / MANIFEST).write_text("{")
    capsys.readouterr()
    assert run("add.wasm", "--out-dir", "add") == 2
    assert capsys.readouterr().err == (
        f"error: add: {MANIFEST} is damaged, so nobody can tell what was generated: restore it, or"
        " move what is yours elsewhere, remove the directory, and run this again\n"
    )
    (here / "add" / "notes.txt").rename(here / "notes.txt")
    shutil.rmtree(here / "add")
    assert run("add.wasm", "--out-dir", "add") == 0


def test_an_interrupted_run_is_taken_up_again(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if target.name == "add.py":
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        assert run("add.wasm", "--out-dir", "add") == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert {"__init__.py", "_wit.py", MANIFEST} == names(here / "add")
    assert run("add.wasm", "--out-dir", "add") == 0
    assert names(here / "add") == FILES


def test_the_three_flags_that_matter_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        run("--help")
    assert exited.value.code == 0
    said = capsys.readouterr().out
    flags = ["--out-dir", "--wit", "--world", "--check", "--skip-unsupported", "--version"]
    options = said[said.index("\noptions:") :]
    assert sorted(flags, key=options.index) == flags
    assert "python -m wasmtime_bindgen app.wasm --out-dir app" in said
    assert [
        code for code in ("0 ", "1 ", "2 ", "130 ") if code not in said.partition("Exit")[2]
    ] == []


def test_the_version_names_the_runtime_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--version")
    said = capsys.readouterr().out
    assert said.startswith(f"wasmtime_bindgen {wasmtime_bindgen.__version__} (wasmtime ")


def test_a_second_run_finds_the_generator_compiled(here: Path) -> None:
    cache = here / "cache"
    command = [sys.executable, "-m", "wasmtime_bindgen", "add.wasm", "--out-dir", "add"]
    kept = []
    for _ in range(2):
        environment = os.environ | {"WASMTIME_BINDGEN_CACHE": str(cache)}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        kept.append({path: path.stat().st_mtime_ns for path in cache.iterdir()})
    assert len(kept[0]) == 1
    assert kept[0] == kept[1]
