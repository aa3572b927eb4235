"""What docs/BINDINGS.md says beside the sources that it includes."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import wasmtime_bindgen
from wasmtime_bindgen.command import main

from .generated import CASES, PYTHON, add
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


def test_the_wheel_is_called_as_the_guide_says() -> None:
    assert f"target/dist/wasmtime_bindgen-{wasmtime_bindgen.__version__}-py3-none-any.whl" in GUIDE


def test_the_tree_of_exceptions_is_as_the_guide_shows_it() -> None:
    shown = set(re.findall(r"[├└]── (\w+)  ", GUIDE))
    root = wasmtime_bindgen.WasmtimeBindgenError
    exported = {name for name in wasmtime_bindgen.__all__ if _is_error(name)}
    assert shown == exported - {root.__name__}


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
