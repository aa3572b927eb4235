//! What of the real modules is in their components.

use super::{made, wrap};
use crate::emitted_bytes::embeds;

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn every_section_of_the_libraries_is_embedded_byte_for_byte() {
    for (module, map, exports_change) in [
        ("zlib", "zlib/zlib.toml", false),
        ("xxhash", "xxhash/xxhash.toml", true),
        ("sqlite", "sqlite/sqlite.toml", false),
    ] {
        let module = made(&format!("modules/{module}.wasm"));
        embeds(&wrap(&module, map).bytes, &module, exports_change);
    }
}

#[test]
#[ignore = "needs the guests that `cargo xtask build` makes"]
fn every_section_of_the_greeter_is_embedded_but_for_the_allocator_that_gets_exported() {
    for (module, map, exports_change) in
        super::greeter::both().map(|(module, map)| (module, map, map == super::greeter::WITH_NAMES))
    {
        embeds(&wrap(&module, map).bytes, &module, exports_change);
    }
}
