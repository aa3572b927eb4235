//! What a C function returns, and how its failures become WIT errors.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::policy::{CType, Encoding, NullPolicy, Owner, TextPolicy, TrapPolicy, Unit};

/// What the C function returns.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::confirmed::allowed))]
#[serde(
    tag = "as",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Returns {
    /// The WIT result by value.
    Value {
        /// The C type, where its width is not the one of the WIT type.
        #[serde(rename = "type")]
        c_type: Option<CType>,
        /// The number that stands for `none` of a WIT option.
        none: Option<i64>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// Something that the WIT function has no place for.
    Ignored {},
    /// A pointer to bytes that end with a NUL: the WIT result, a string.
    Cstring {
        /// The export that frees it. Left out with `borrowed`.
        free: Option<String>,
        /// Who else owns it.
        borrowed: Option<Owner>,
        /// What a null pointer means.
        #[serde(default)]
        null: NullPolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
        /// Where the number in the WIT error comes from.
        code: Option<Asked>,
        /// Where the text in the WIT error comes from.
        text: Option<ErrorText>,
        /// The encoding of the C string.
        #[serde(default)]
        encoding: Encoding,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to bytes or numbers, and another export knows how many there are:
    /// the WIT result, a string or a list.
    Pointer {
        /// The export that is asked for the length after the call. Where `null` is
        /// not `trap`, it is asked only if the pointer is not null.
        length: Asked,
        /// What the length counts.
        #[serde(default)]
        unit: Unit,
        /// The export that frees it. Left out with `borrowed`.
        free: Option<String>,
        /// Who else owns it.
        borrowed: Option<Owner>,
        /// What a null pointer means. One with a length of 0 is an empty result
        /// where that is `trap`.
        #[serde(default)]
        null: NullPolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
        /// Where the number in the WIT error comes from.
        code: Option<Asked>,
        /// Where the text in the WIT error comes from.
        text: Option<ErrorText>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer that stands behind the resource that the function returns.
    Handle {
        /// What a null pointer means.
        #[serde(default)]
        null: NullPolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
        /// Where the number in the WIT error comes from.
        code: Option<Asked>,
        /// Where the text in the WIT error comes from.
        text: Option<ErrorText>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to a C struct: the WIT result, a record or a tuple.
    Record {
        /// The export that frees it. Left out with `borrowed`.
        free: Option<String>,
        /// Who else owns it.
        borrowed: Option<Owner>,
        /// What a null pointer means.
        #[serde(default)]
        null: NullPolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
        /// Where the number in the WIT error comes from.
        code: Option<Asked>,
        /// Where the text in the WIT error comes from.
        text: Option<ErrorText>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// The length of what was written to the buffer; a negative one traps.
    Length {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
        /// The part of the WIT result that it belongs to.
        field: Option<String>,
    },
    /// A status: `ok` ones let the call succeed, `errors` become the WIT error,
    /// every other one traps unless `unknown` says otherwise.
    Status {
        /// The statuses of success: numbers, and ranges such as `"0..=7"`,
        /// `"0.."` and `"..=-1"`. Left out: 0, or the statuses in `values` and
        /// `none`.
        ok: Option<Vec<Statuses>>,
        /// The statuses of success without a value: `none` of a WIT option.
        #[serde(default)]
        none: Vec<i32>,
        /// What a status of success is besides: the WIT value, or the length of
        /// the buffer. Left out: nothing.
        carries: Option<Carried>,
        /// What the length counts that the status carries.
        #[serde(default)]
        unit: Unit,
        /// The WIT value for each status of success: the case of an enum, `true`
        /// or `false`, or an integer, as in `"100" = "row"`.
        #[serde(default)]
        values: BTreeMap<String, String>,
        /// The part of the WIT result that `values` and what the status carries
        /// become, or that the length belongs to: the name of a record's field or
        /// the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
        /// The case of the WIT error for each status or range of them, as in
        /// `"-3" = "data-error"`; `""` where the WIT error has no cases. The
        /// narrowest range counts.
        #[serde(default)]
        errors: BTreeMap<String, String>,
        /// What to do with a status that is neither ok nor among the errors.
        #[serde(default)]
        unknown: TrapPolicy,
        /// The case of the WIT error for such a status. It has to have a place
        /// for the number or a text.
        unknown_error: Option<String>,
        /// Where the number of an error comes from, if the returned status only
        /// says that there is one. `errors` are about this number then.
        code: Option<Asked>,
        /// Where the text in the WIT error comes from.
        text: Option<ErrorText>,
    },
}

/// A status, or a range of them.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum Statuses {
    /// One status.
    One(i32),
    /// A range: `"0..=7"`, `"0.."` or `"..=-1"`.
    Range(String),
}

/// What a status of success is besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Carried {
    /// The WIT value, a number.
    Value,
    /// The length of what was written to the buffer.
    Length,
}

/// An export that is asked after a call: for a length, or once the call has
/// failed.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Asked {
    /// The export. It returns an i32.
    pub(crate) calls: String,
    /// What it is told. Left out: nothing.
    #[serde(default)]
    pub(crate) arguments: Vec<Told>,
}

/// An export that returns the text of an error.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ErrorText {
    /// The export. It returns a pointer to bytes that end with a NUL.
    pub(crate) calls: String,
    /// What it is told. Left out: the error's number if it takes an argument,
    /// else nothing.
    pub(crate) arguments: Option<Vec<Told>>,
    /// The export that frees the text. Left out with `borrowed`.
    pub(crate) free: Option<String>,
    /// Who else owns it.
    pub(crate) borrowed: Option<Owner>,
    /// What a null pointer means.
    #[serde(default)]
    pub(crate) null: TextPolicy,
    /// The encoding of the text.
    #[serde(default)]
    pub(crate) encoding: Encoding,
}

/// What an export is told that is asked about an error.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    tag = "as",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Told {
    /// The number of the error: the status, or what `code` says.
    Code {},
    /// A WIT parameter by value, such as `self` of a resource.
    Value {
        /// The WIT parameter.
        param: String,
        /// An export that makes of it what is passed on, such as one that finds
        /// the connection of a statement.
        through: Option<String>,
    },
    /// What stands behind the resource that the function hands out although it
    /// fails, by `out-handle` or `state`; null where it hands out nothing.
    Handle {},
    /// A number that is the same in each call.
    Constant {
        /// The number.
        value: i32,
    },
}
