//! The words of a mapping: what to do in which case.

use serde::Deserialize;

/// What to do with a string that holds a NUL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NulPolicy {
    /// Return the WIT error.
    #[default]
    Error,
    /// Trap.
    Trap,
    /// Let the C function see what comes before the NUL.
    Truncate,
}

/// What to do with a value that can't be passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ErrorPolicy {
    /// Return the WIT error.
    #[default]
    Error,
    /// Trap.
    Trap,
}

/// What to do with a status that the mapping does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TrapPolicy {
    /// Trap.
    #[default]
    Trap,
    /// Return the WIT error.
    Error,
}

/// What a null pointer means where the text of an error is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TextPolicy {
    /// A mistake of the module: trap.
    #[default]
    Trap,
    /// An empty text.
    Empty,
}

/// What a null pointer means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NullPolicy {
    /// A mistake of the module: trap.
    #[default]
    Trap,
    /// `none` of a WIT option.
    None,
    /// The WIT error.
    Error,
}

/// What becomes of a pointer that stands behind a resource, where the status is
/// an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnError {
    /// Nothing: the C function has left nothing behind, or has taken it over.
    #[default]
    Ignore,
    /// It is ended like the resource, unless it is null.
    Destroy,
}

/// What becomes of memory that was handed out, where the status is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnErrorMemory {
    /// Nothing: the C function has left nothing behind, or has freed it.
    #[default]
    Ignore,
    /// It is freed as after a success, unless it is null.
    Free,
}

/// A number in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CType {
    /// A signed integer of 8 bits.
    S8,
    /// An unsigned integer of 8 bits, or `_Bool`.
    U8,
    /// A signed integer of 16 bits.
    S16,
    /// An unsigned integer of 16 bits.
    U16,
    /// A signed integer of 32 bits: `int` or `long`.
    S32,
    /// An unsigned integer of 32 bits, or `size_t`.
    U32,
    /// A signed integer of 64 bits.
    S64,
    /// An unsigned integer of 64 bits.
    U64,
    /// `float`.
    F32,
    /// `double`.
    F64,
}

/// The encoding of a C string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Encoding {
    /// UTF-8. Bytes that are not UTF-8 trap.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8. In what comes back, bytes that are not UTF-8 become U+FFFD, and what
    /// they were is lost.
    #[serde(rename = "utf-8-lossy")]
    Utf8Lossy,
    /// ISO 8859-1: each byte is the code point of the same number.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// Who owns a pointer that the caller must not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Owner {
    /// The module: it stays valid at least until the next call.
    Static,
    /// An argument: it points into one of the inputs.
    Argument,
}

/// What a length counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    /// Elements of the list; for a string, bytes.
    #[default]
    Elements,
    /// Bytes.
    Bytes,
}
