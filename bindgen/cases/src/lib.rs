//! One small WIT world per feature of the Component Model, with its guest.
//!
//! Each folder beside `src` is a case: the WIT, and `guest.rs`, which returns
//! what it is given or changes it in the way that the WIT says. The guests are
//! this package's examples, since a package may have many of those:
//!
//! ```text
//! cargo build -p wasmtime-bindgen-cases --examples --target wasm32-wasip2
//! ```
//!
//! makes a component of each, such as
//! `target/wasm32-wasip2/debug/examples/numbers.wasm`; a hyphen in a case's
//! name is an underscore in the file's. `unsupported` has WIT only.

use std::path::{Path, PathBuf};

/// The cases that have a guest; `mixed` has functions that can't be called.
pub const CASES: &[&str] = &[
    "aliases-use",
    "console",
    "flags-enums",
    "host-handles",
    "host-resources",
    "imports",
    "interfaces",
    "lists",
    "maps",
    "mirrors",
    "mixed",
    "names",
    "numbers",
    "options-results",
    "records",
    "resources",
    "text",
    "variants",
    "versions",
    "world-level",
    "world-resources",
];

/// The case of what can't be generated; it has no guest.
pub const UNSUPPORTED: &str = "unsupported";

/// The folder of a case, with its WIT.
#[must_use]
pub fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(case)
}
