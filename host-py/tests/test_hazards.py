"""The failures of the C ABI are made to happen, each told from what was seen."""

import json
from typing import Any

import pytest

from host_py.errors import GuestTrapped
from host_py.guest import GuestsFolder
from host_py.hazards import HazardsReport, show_hazards
from host_py.legacy import CAbi, load
from host_py.sandbox import Sandbox

from .conftest import Run


@pytest.fixture(scope="module")
def report(sandbox: Sandbox, folder: GuestsFolder) -> HazardsReport:
    return show_hazards(sandbox, folder)


@pytest.fixture(scope="module")
def hazards(report: HazardsReport) -> dict[str, Any]:
    return {finding.hazard: finding for finding in report.findings}


def test_every_hazard_shows(report: HazardsReport) -> None:
    assert len(report.findings) == 7
    assert [finding.hazard for finding in report.findings if not finding.shown] == []
    assert report.exit_code == 0


def test_the_smallest_failing_name_fails_and_one_byte_less_does_not(
    hazards: dict[str, Any], sandbox: Sandbox, folder: GuestsFolder
) -> None:
    length = hazards["writing without allocating"].facts["smallest_failing_name"]

    def greet(length: int) -> bytes:
        # The original host's steps, written here once more.
        def at_the_end(abi: CAbi) -> bytes:
            pointer = abi.memory_length() - length - 1
            abi.write(pointer, b"a" * length + b"\0")
            return abi.read_string(abi.custom_greet(pointer))

        return load(sandbox, folder.file("legacy.wasm")).call(at_the_end)

    assert greet(length - 1) == b"Hello, " + b"a" * (length - 1)
    with pytest.raises(GuestTrapped):
        greet(length)


def test_a_freed_string_reads_as_something_else(hazards: dict[str, Any]) -> None:
    before, after, later = hazards["use after free"].c_abi
    assert before.endswith("b'Hello, World'")
    assert not after.endswith("b'Hello, World'")
    assert later.endswith("b'Hello, Grace'")


def test_leaked_strings_grow_memory_and_a_component_s_do_not(hazards: dict[str, Any]) -> None:
    facts = hazards["missing free"].facts
    assert facts["memory_after"] - facts["memory_before"] > facts["calls"] * 1024 // 2
    assert facts["memory_before"] < facts["cap"] < facts["memory_after"]
    assert f"{facts['calls']} of the same greetings" in hazards["missing free"].component[1]


def test_a_double_free_breaks_a_later_call(hazards: dict[str, Any]) -> None:
    finding = hazards["double free"]
    assert finding.facts["frees_accepted"] == 2
    assert "'Hello, Ada', 'Hello, Grace', 'Hello, World'" in finding.component[1]


def test_a_name_ends_at_its_nul(hazards: dict[str, Any]) -> None:
    finding = hazards["interior NUL"]
    assert finding.c_abi[0].endswith("b'Hello, root'")
    assert finding.component[0].endswith(r"'Hello, root\x00.example.com'")


def test_invalid_utf_8_traps_and_the_typed_call_refuses_it(hazards: dict[str, Any]) -> None:
    finding = hazards["invalid UTF-8"]
    assert finding.c_abi[0].startswith("it traps: the name is not UTF-8")
    assert "lone surrogate at index 2" in finding.component[0]


def test_a_pointer_out_of_bounds_traps(hazards: dict[str, Any]) -> None:
    said = hazards["a pointer out of bounds"].c_abi
    assert said == ["it traps: wasm trap: out of bounds memory access"]


def test_the_program_tells_all_of_them_and_exits_with_0(run: Run) -> None:
    said = run("hazards")
    assert (said.returncode, said.stderr) == (0, b"")
    text = said.stdout.decode()
    assert text.endswith("\n7 of 7 hazards shown, each in a fresh instance\n")
    assert text.count("WIT has no such call") == 4
    document = json.loads(run("hazards", "--json").stdout)
    assert [document["schema"], document["command"]] == [1, "hazards"]
    assert all(hazard["shown"] for hazard in document["hazards"])
