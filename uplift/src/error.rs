//! What can go wrong before or after the mapping itself is looked at.

use crate::Diagnostic;

/// Why a module can't be inspected or wrapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin as WebAssembly does.
    #[error("it is not a WebAssembly binary: it does not begin with `\\0asm`")]
    NotWasm,

    /// A component where a core module is expected.
    #[error(
        "it is a component already, and a core module is expected: `wasm-tools component \
         unbundle` takes out the core modules inside of one"
    )]
    IsComponent,

    /// WebAssembly in its text form.
    #[error(
        "it is WebAssembly's text format, and the binary format is expected: `wasm-tools parse` \
         makes one of the other"
    )]
    IsText,

    /// A core module that does not validate.
    #[error("it is not a valid core module: {0}")]
    Invalid(String),

    /// Mistakes in the mapping, or between mapping, module and WIT.
    #[error("{} in the mapping", count(.0.len()))]
    Mapping(Vec<Diagnostic>),

    /// Mistakes in a file of cases, or between it and the world.
    #[cfg(feature = "check")]
    #[error("{} in the file of cases", count(.0.len()))]
    Cases(Vec<Diagnostic>),

    /// A module that does not start, so that nothing can be compared.
    #[cfg(feature = "check")]
    #[error("it can't be run: {0}")]
    NotRunnable(String),

    /// A plan that passed every check and still could not be emitted.
    #[error(
        "the mapping passed every check and still no component came of it: \
         this is a defect of uplift, please report it with the module and the mapping: {0}"
    )]
    Defect(String),
}

fn count(mistakes: usize) -> String {
    match mistakes {
        1 => "1 mistake".into(),
        many => format!("{many} mistakes"),
    }
}
