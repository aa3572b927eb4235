"""Each step of a call, with the memory around its pointers."""

import json
import re

import pytest

from .conftest import Run

ROW = re.compile(r"  ([0-9a-f]{8})  ((?:[0-9a-f]{2} {1,2}){16}) ?\|(.{16})\|")


def rows_after(text: str, said: str) -> str:
    """Return the ASCII column of the rows that follow the line that starts with `said`."""
    lines = iter(text.splitlines())
    next(line for line in lines if line.startswith(said))
    found = []
    for line in lines:
        if not (row := ROW.fullmatch(line)):
            break
        assert bytes.fromhex(row[2].replace(" ", "")).decode("latin-1") is not None
        found.append(row[3])
    return "".join(found)


def test_each_step_is_told_in_order_with_what_the_guest_printed(run: Run) -> None:
    said = run("trace", "World")
    assert said.returncode == 0, said
    text = said.stdout.decode()
    order = [
        r"legacy \(core module with a C ABI\)",
        r"Writing to memory: Input string bytes = b'World\\x00'",
        r"Memory data length = \d+, Input pointer = 0x[0-9a-f]+",
        r"  the guest printed: Allocated string 'Hello, World' at pointer (0x[0-9a-f]+)",
        r"Received pointer from custom_greet: \1",
        r"Resulting string: Hello, World",
        r"  the guest printed: Freeing memory at pointer \1",
        r"Freed memory at pointer: \1",
    ]
    assert re.search("(?s)" + r"\n.*?".join(order) + r"\n", text), text


def test_the_hex_view_shows_what_is_there_before_and_after_the_free(run: Run) -> None:
    text = run("trace", "World").stdout.decode()
    assert "World." in rows_after(text, "Memory data length")
    assert "Hello, World." in rows_after(text, "Received pointer")
    after = rows_after(text, "Freed memory")
    assert after
    assert "Hello, World" not in after


def test_json_holds_all_bytes_and_marks_those_of_interest(run: Run) -> None:
    document = json.loads(run("trace", "Ada", "--json").stdout)
    assert list(document) == ["schema", "command", "guest", "name", "greeting", "steps", "why"]
    assert document["greeting"] == "Hello, Ada"
    assert document["why"] is None
    views = [step["view"] for step in document["steps"] if step["view"]]
    marked = []
    for view in views:
        start, stop = (address - view["start"] for address in view["marked"])
        marked.append(bytes.fromhex(view["bytes"])[start:stop])
    assert marked[:2] == [b"Ada\0", b"Hello, Ada\0"]
    assert marked[2] != b"Hello, Ada\0"
    printed = [line for step in document["steps"] for line in step["printed"]]
    assert [line.split()[0] for line in printed] == ["Allocated", "Freeing"]


def test_of_a_long_name_rows_are_left_out(run: Run) -> None:
    text = run("trace", "a" * 10_000).stdout.decode()
    assert re.search(r"… \d+ rows left out …", text)
    assert "… (10001 bytes)" in text
    assert sum(bool(ROW.fullmatch(line)) for line in text.splitlines()) == 3 * 7


@pytest.mark.parametrize("guest", ["rust", "python"])
def test_of_a_component_there_is_nothing_to_trace_and_it_says_why(run: Run, guest: str) -> None:
    text = run("trace", "World", "--guest", guest).stdout.decode()
    assert text.startswith(f"{guest} (component)\nResulting string: Hello, World\n")
    for word in ("nothing to trace", "CanonicalABI.md", "lower", "lift", "realloc", "post-return"):
        assert word in text
    document = json.loads(run("trace", "World", "--guest", guest, "--json").stdout)
    assert document["steps"] == []
    assert "nothing to trace" in document["why"]
