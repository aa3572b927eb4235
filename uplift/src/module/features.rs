//! What the module needs that not every host offers.

use wasmparser::{Validator, WasmFeatures};

use super::Module;

/// Parts of WebAssembly that hosts of components lack, or have switched off
/// unless they are asked for them.
const UNUSUAL: [(WasmFeatures, &str); 8] = [
    (WasmFeatures::GC, "garbage collection"),
    (WasmFeatures::FUNCTION_REFERENCES, "typed references"),
    (WasmFeatures::EXCEPTIONS, "exceptions"),
    (
        WasmFeatures::LEGACY_EXCEPTIONS,
        "exceptions in their old form",
    ),
    (WasmFeatures::STACK_SWITCHING, "stack switching"),
    (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
    (WasmFeatures::MEMORY_CONTROL, "memory control"),
    (
        WasmFeatures::SHARED_EVERYTHING_THREADS,
        "shared functions and globals",
    ),
];

impl Module {
    /// The parts of WebAssembly that the module uses and not every host has.
    pub(crate) fn unusual_features(&self) -> Vec<&'static str> {
        let all = WasmFeatures::all();
        let needs = |features: WasmFeatures| {
            Validator::new_with_features(all.difference(features))
                .validate_all(&self.bytes)
                .is_err()
        };
        let together = UNUSUAL
            .iter()
            .fold(WasmFeatures::empty(), |all, (one, _)| all.union(*one));
        if !needs(together) {
            return Vec::new();
        }
        UNUSUAL
            .iter()
            .filter(|(features, _)| needs(*features))
            .map(|(_, name)| *name)
            .collect()
    }
}
