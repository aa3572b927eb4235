"""What the runtime reads of the world `uplift:greeter/greeter@0.1.0`."""

from __future__ import annotations

from wasmtime_bindgen import abi

WORLD = abi.WorldType(
    name="uplift:greeter/greeter@0.1.0",
    python="greeter",
    exports=(
        abi.Func("greet", "greet", (("name", abi.STRING),), abi.STRING),
        abi.Func("add", "add", (("a", abi.S32), ("b", abi.S32)), abi.S32),
    ),
    imports=(),
    generator="0.1.0",
    interface=1,
    digest="sha256:4b1cc3f8f19fea310d54813a1c1e901d057ce12bb96654e5043b6dba8d046765",
)
