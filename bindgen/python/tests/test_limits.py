"""What a guest may have of memories, tables and instances, and that it has no network."""

from __future__ import annotations

import socket
from functools import cache
from typing import Any

import pytest
import wasmtime

import wasmtime_bindgen
from wasmtime_bindgen import CoreModule, ExceedsLimits, Limits, WitError

from .generated import CASES, GUESTS

COMPONENT = """(component
  (core module $m
    (memory 1)
    (table 4 funcref)
    (func (export "grow-table") (param i32) (result i32)
      (table.grow 0 (ref.null func) (local.get 0)))
    (func (export "grow-memory") (param i32) (result i32) (memory.grow (local.get 0))))
  (core instance $one (instantiate $m))
  (core instance $two (instantiate $m))
  (func (export "grow-table") (param "by" u32) (result s32)
    (canon lift (core func $two "grow-table")))
  (func (export "grow-memory") (param "by" u32) (result s32)
    (canon lift (core func $two "grow-memory"))))"""

MODULE = """(module (memory 1) (memory 1) (table 4 funcref) (table 4 funcref)
  (func (export "grow-table") (param i32) (result i32)
    (table.grow 0 (ref.null func) (local.get 0))))"""


@cache
def component() -> bytes:
    return bytes(wasmtime.wat2wasm(COMPONENT))


def start(limits: Limits) -> Any:
    return wasmtime_bindgen.load(component(), limits=limits)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(memories=1), "resource limit exceeded: memory count too high at 2"),
        (Limits(tables=1), "resource limit exceeded: table count too high at 2"),
        (Limits(instances=1), "resource limit exceeded: instance count too high at 2"),
        (Limits(table_elements=3), "table minimum size of 4 elements exceeds table limits"),
        (Limits(memory=65535), "memory minimum size of 1 pages exceeds memory limits"),
    ],
)
def test_a_component_that_needs_more_is_not_started(limits: Limits, reason: str) -> None:
    with pytest.raises(ExceedsLimits) as caught:
        start(limits)
    assert caught.value.reason == reason


def test_a_component_that_needs_just_so_much_is_started() -> None:
    limits = Limits(memories=2, tables=2, instances=2, table_elements=4, memory=65536)
    with start(limits) as root:
        assert (root.grow_table(0), root.grow_table(1)) == (4, -1)
        assert (root.grow_memory(0), root.grow_memory(1)) == (1, -1)


def test_a_table_grows_to_its_limit() -> None:
    with start(Limits(table_elements=10)) as root:
        assert root.grow_table(7) == -1
        assert root.grow_table(6) == 4
        assert root.grow_table(1) == -1


def test_by_default_a_table_ends_at_a_million_elements() -> None:
    with start(Limits()) as root:
        assert root.grow_table(1_000_000 - 4 + 1) == -1
        assert root.grow_table(1_000_000 - 4) == 4
    with start(Limits(table_elements=None)) as root:
        assert root.grow_table(1_000_000 - 4 + 1) == 4


@pytest.mark.parametrize(
    ("limits", "what"), [(Limits(memories=1), "memory"), (Limits(tables=1), "table")]
)
def test_a_core_module_has_the_same_limits(limits: Limits, what: str) -> None:
    module = CoreModule(wasmtime.wat2wasm(MODULE), cache=False)
    with pytest.raises(ExceedsLimits, match=f"{what} count too high at 2"):
        module.start(limits=limits)
    with module.start(limits=Limits(memories=2, tables=2, table_elements=5)) as instance:
        grow: Any = instance.exports["grow-table"]
        assert instance.call("grow-table", grow, instance.store, 1) == 4
        assert instance.call("grow-table", grow, instance.store, 1) == -1


def test_a_guest_has_no_network() -> None:
    with (
        wasmtime_bindgen.load(GUESTS / "network.wasm", wit=CASES / "network") as guest,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(("127.0.0.1", 0))
        open_, free = (s.getsockname()[1] for s in (server, datagrams))
        for attempt, port in (
            (guest.reach.connect, open_),
            (guest.reach.listen, free),
            (guest.reach.send, free),
        ):
            with pytest.raises(WitError, match="Permission denied"):
                attempt(f"127.0.0.1:{port}")
        with pytest.raises(WitError, match="failed to lookup address"):
            guest.reach.look_up("localhost:80")
        for listening, receive in ((server, server.accept), (datagrams, lambda: datagrams.recv(9))):
            listening.settimeout(0.1)
            with pytest.raises(TimeoutError):
                receive()
