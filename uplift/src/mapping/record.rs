//! What a mapping says of a C struct.
//!
//! The doc comments in here become descriptions in the JSON schema.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::policy::{CType, Encoding, ErrorPolicy, NulPolicy};

/// The C struct that a WIT record stands for.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::confirmed::allowed))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Record {
    /// The size of the struct in bytes. Left out: as C lays out the fields.
    #[cfg_attr(test, schemars(range(max = 65_536)))]
    pub(crate) size: Option<u32>,
    /// The fields, by their WIT names. One that is left out is laid out as C does.
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, Field>,
}

/// A member of a C struct.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Field {
    /// Its offset in bytes. Left out: as C lays out the fields, in the order of
    /// the WIT record; either all fields have one or none.
    #[cfg_attr(test, schemars(range(max = 65_535)))]
    pub(crate) offset: Option<u32>,
    /// The C type of a number. Left out: the one of the WIT type's width, and 32
    /// bits for enums and flags.
    #[serde(rename = "type")]
    pub(crate) c_type: Option<CType>,
    /// Where the length is of the list or string to which the member points. Left
    /// out: it points to a C string.
    pub(crate) length: Option<Length>,
    /// The size in bytes of an array in the struct itself that holds a string, as in
    /// `char name[16]`. Left out: the struct has a pointer to the string.
    pub(crate) inline: Option<u32>,
    /// What to do where a string is too long for the array, which has to hold its
    /// NUL too.
    #[serde(default)]
    pub(crate) too_long: ErrorPolicy,
    /// The case of the WIT error for such a string.
    pub(crate) too_long_error: Option<String>,
    /// What to do where a string holds a NUL.
    #[serde(default)]
    pub(crate) nul: NulPolicy,
    /// The case of the WIT error for such a string.
    pub(crate) nul_error: Option<String>,
    /// The encoding of the C string.
    #[serde(default)]
    pub(crate) encoding: Encoding,
    /// What to do where the encoding lacks a character of the string.
    #[serde(default)]
    pub(crate) unencodable: ErrorPolicy,
    /// The case of the WIT error for such a string.
    pub(crate) unencodable_error: Option<String>,
}

/// The length of the list or string to which a member points.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Length {
    /// Its offset in bytes. Left out: behind the pointer, as C lays it out.
    #[cfg_attr(test, schemars(range(max = 65_535)))]
    pub(crate) offset: Option<u32>,
    /// Its C type. Left out: `u32`, which `size_t` is.
    #[serde(rename = "type")]
    pub(crate) c_type: Option<CType>,
}
