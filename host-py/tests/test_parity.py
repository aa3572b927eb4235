"""Every case through every guest, and the file that the cases come from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from host_py.component import ComponentGreeter
from host_py.errors import InputError, Unreadable
from host_py.files import LARGEST
from host_py.guest import BUILT, GuestsFolder, load_guest
from host_py.parity import Cases, Outcome
from host_py.sandbox import Sandbox

CASES = Path(__file__).parents[2] / "parity" / "cases.json"


def cases(tmp_path: Path, **changes: object) -> Path:
    document = {"schema": 1, "greeting": "Hello, ", "greet": [], "add": [], **changes}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_every_guest_gives_the_same_answers_or_a_declared_other(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    guests = {name: load_guest(sandbox, folder, name, quiet=True) for name in BUILT}
    comparison = Cases(CASES).run(guests)
    assert comparison.undeclared == []
    document = json.loads(CASES.read_text(encoding="utf-8"))
    assert comparison.summary.cases == len(document["greet"]) + len(document["add"])
    assert comparison.summary.different == 0


def test_a_wrong_answer_is_different_and_undeclared(
    sandbox: Sandbox, misfit: Callable[[str], Path], tmp_path: Path
) -> None:
    guest = ComponentGreeter(sandbox, misfit("answers-wrong"))
    file = cases(tmp_path, greet=[{"case": "long", "name": "a", "times": 100}])
    comparison = Cases(file).run({"wrong": guest})
    assert comparison.rows[0].outcomes == {"wrong": Outcome.DIFFERENT}
    (cell,) = comparison.undeclared
    assert cell.expected == '"Hello, ' + "a" * 52 + "… (109 characters)"
    assert cell.got == '"Goodbye"'


def test_a_guest_that_traps_is_there_for_the_next_case(
    sandbox: Sandbox, misfit: Callable[[str], Path], tmp_path: Path
) -> None:
    file = cases(
        tmp_path,
        greet=[{"case": "ASCII", "name": "World"}],
        add=[{"case": "five and three", "a": 5, "b": 3, "sum": 8}],
    )
    comparison = Cases(file).run({"traps": ComponentGreeter(sandbox, misfit("traps"))})
    outcomes = [row.outcomes["traps"] for row in comparison.rows]
    assert outcomes == [Outcome.DIFFERENT, Outcome.SAME]
    assert comparison.undeclared[0].got.startswith("a trap: the guest trapped in `greet`")


def test_a_declared_difference_that_does_not_show_is_missed(
    sandbox: Sandbox, folder: GuestsFolder, tmp_path: Path
) -> None:
    declared = {"rust": "not expressible", "python": "different"}
    file = cases(tmp_path, greet=[{"case": "ASCII", "name": "World", "declared": declared}])
    comparison = Cases(file).run({"rust": load_guest(sandbox, folder, "rust")})
    (cell,) = comparison.undeclared
    assert cell.missed
    assert (cell.expected, cell.got) == ("not expressible in the C ABI", "same")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": 2}, "has schema 2, and 1 is expected"),
        ({"schema": "1"}, "the file has no integer as `schema`"),
        ({"schema": True}, "the file has no integer as `schema`"),
        ({"greeting": 1}, "the file has no string as `greeting`"),
        ({"greet": {}}, "the file has no array as `greet`"),
        ({"greet": ["a"]}, "greet[0] is not an object"),
        ({"greet": [{"case": "a"}]}, "greet[0] has no key `name`"),
        ({"greet": [{"case": "a", "name": "\ud800"}]}, "greet[0] has a lone surrogate in `name`"),
        (
            {"greet": [{"case": "a", "name": "b", "times": -1}]},
            "greet[0] has no integer in 0..=18446744073709551615 as `times`",
        ),
        (
            {"greet": [{"case": "a", "name": ""}, {"case": "b", "name": "a", "times": 2**30 + 1}]},
            ": the name of greet[1] is longer than 1073741824 bytes",
        ),
        (
            {"greet": [{"case": "a", "name": "é", "times": 2**29 + 1}]},
            ": the name of greet[0] is longer than 1073741824 bytes",
        ),
        (
            {"greet": [{"case": "a", "name": "a" * 1000, "times": 2**64 - 1}]},
            ": the name of greet[0] is longer than 1073741824 bytes",
        ),
        ({"schema": 2, "extra": 1, "greet": 1}, "has schema 2, and 1 is expected"),
        ({"greet": [{"case": "a", "name": "b", "nam": 1}]}, "greet[0] has an unknown key `nam`"),
        (
            {"greet": [{"case": "a", "name": "b", "declared": {"rust": "odd"}}]},
            'greet[0].declared has neither "different" nor "not expressible" as `rust`',
        ),
        (
            {"add": [{"case": "a", "a": 2**31, "b": 0, "sum": 0}]},
            "add[0] has no integer in -2147483648..=2147483647 as `a`",
        ),
        ({"extra": 1}, "the file has an unknown key `extra`"),
    ],
)
def test_an_unusable_cases_file_is_refused_by_file_and_key(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    file = cases(tmp_path, **changes)
    with pytest.raises(InputError) as refused:
        Cases(file)
    assert str(file) in str(refused.value)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_longest_names_are_not_made_before_their_turn(tmp_path: Path) -> None:
    longest = [{"case": "a", "name": "a", "times": 2**30}] * 100
    nothing = {"case": "b", "name": "", "times": 2**64 - 1}
    Cases(cases(tmp_path, greet=[*longest, nothing]))


def test_nothing_however_often_is_nothing(
    sandbox: Sandbox, folder: GuestsFolder, tmp_path: Path
) -> None:
    file = cases(tmp_path, greet=[{"case": "a", "name": "", "times": 2**64 - 1}])
    assert Cases(file).run({"rust": load_guest(sandbox, folder, "rust")}).undeclared == []


def test_a_cases_file_above_the_largest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    with file.open("wb") as sparse:
        sparse.truncate(LARGEST + 1)
    with pytest.raises(Unreadable, match=r"json: it is larger than 1073741824 bytes$"):
        Cases(file)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe[\0]\0", b"\xff", b"[" * 100_000])
def test_a_cases_file_that_is_not_json_is_refused(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(text)
    with pytest.raises(InputError, match="is not JSON"):
        Cases(file)
