//! What the module is given before it is called: its imports, and what starts it.

use serde::Deserialize;

use super::returns::Statuses;

/// What stands for a function that the module imports.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::confirmed::allowed))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Import {
    /// What happens when the module calls it.
    pub(crate) stub: Option<Stub>,
    /// The number that it returns, always.
    pub(crate) returns: Option<Number>,
}

/// What happens when the module calls a function that nobody provides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stub {
    /// It traps; the backtrace names the import.
    Trap,
    /// Nothing. The function may not return anything.
    Nothing,
}

/// A number of any core type.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum Number {
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
}

/// A call that starts the module.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::confirmed::allowed))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Init {
    /// The export.
    pub(crate) calls: String,
    /// The C arguments, the same numbers each time. Left out: none.
    #[serde(default)]
    pub(crate) arguments: Vec<Number>,
    /// The statuses of success, if it returns one; another one traps. Left out: 0.
    pub(crate) ok: Option<Vec<Statuses>>,
}
