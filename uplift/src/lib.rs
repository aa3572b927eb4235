//! Wraps a core module with a C ABI as a component, without recompiling it.
//!
//! The work goes in three steps. [`Module::read`] finds out what is in the
//! module. [`Plan::check`] holds a [`Mapping`] against the module and its WIT,
//! and reports every mistake at once. [`Plan::emit`] writes a shim module that
//! owns the world's exports and calls into the untouched original, and has
//! wit-component join the two.
//!
//! What the module does inside its linear memory stays as safe or unsafe as it
//! was: only the boundary is new.

mod c;
#[cfg(feature = "check")]
mod comparison;
mod diagnostic;
mod draft;
mod emit;
mod error;
mod inspection;
mod mapping;
mod module;
mod plan;

#[cfg(feature = "check")]
pub use comparison::{
    CaseReport, Cases, Comparison, Finding, FunctionReport, Limits, MemoryReport, Options, Pages,
    Verdict,
};
pub use diagnostic::{Diagnostic, Source};
pub use draft::{Draft, Header, HeaderError, LeftOut};
pub use emit::Component;
pub use error::Error;
pub use inspection::{Inspection, Origin};
pub use mapping::Mapping;
pub use module::Module;
pub use plan::Plan;

/// The JSON schema of a mapping, as generated from the types that read it.
pub const MAPPING_SCHEMA: &str = include_str!("../mapping.schema.json");
