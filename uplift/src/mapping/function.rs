//! What a mapping says of one function.
//!
//! The doc comments in here become descriptions in the JSON schema.

use serde::Deserialize;

use super::policy::{
    CType, Encoding, ErrorPolicy, NulPolicy, NullPolicy, OnError, OnErrorMemory, Owner, Unit,
};
use super::returns::Returns;

/// One function of the world.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Function {
    /// The export that is called. Left out: the WIT name with `_` for `-`.
    pub(crate) calls: Option<String>,
    /// The C arguments, in order. Left out: the WIT parameters by value.
    pub(crate) arguments: Option<Vec<Argument>>,
    /// What the C function returns. Left out: the WIT result by value, or nothing
    /// where the WIT function has no result.
    pub(crate) returns: Option<Returns>,
}

/// One C argument.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::confirmed::allowed))]
#[serde(
    tag = "as",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Argument {
    /// A WIT parameter by value: an integer, float, bool, char, enum, flags, or
    /// what stands behind a resource. One that the caller gives away is ended
    /// after the call.
    Value {
        /// The WIT parameter. `point.x` is the field `x` of the record `point`.
        param: String,
        /// The C type, where its width is not the one of the WIT type.
        #[serde(rename = "type")]
        c_type: Option<CType>,
        /// The number that stands for `none` of a WIT option; `some` of it traps.
        none: Option<i64>,
    },
    /// What stands behind a resource that the caller gives away, for a C function
    /// that ends it or takes it over.
    Consumed {
        /// The WIT parameter.
        param: String,
        /// What becomes of it where the status is an error.
        #[serde(default)]
        on_error: OnError,
    },
    /// A number that is the same in each call.
    Constant {
        /// The number.
        value: i64,
    },
    /// A WIT string as a pointer to bytes that end with a NUL.
    Cstring {
        /// The WIT parameter.
        param: String,
        /// What to do where the string holds a NUL itself.
        #[serde(default)]
        nul: NulPolicy,
        /// The case of the WIT error for such a string, where that is an enum or
        /// a variant.
        nul_error: Option<String>,
        /// The encoding of the C string.
        #[serde(default)]
        encoding: Encoding,
        /// What to do where the encoding lacks a character of the string.
        #[serde(default)]
        unencodable: ErrorPolicy,
        /// The case of the WIT error for such a string.
        unencodable_error: Option<String>,
    },
    /// A list of WIT strings as a pointer to an array of pointers to C strings, with
    /// a null pointer behind the last one.
    Cstrings {
        /// The WIT parameter.
        param: String,
        /// What to do where a string holds a NUL itself.
        #[serde(default)]
        nul: NulPolicy,
        /// The case of the WIT error for such a string, where that is an enum or
        /// a variant.
        nul_error: Option<String>,
        /// The encoding of the C strings.
        #[serde(default)]
        encoding: Encoding,
        /// What to do where the encoding lacks a character of a string.
        #[serde(default)]
        unencodable: ErrorPolicy,
        /// The case of the WIT error for such a string.
        unencodable_error: Option<String>,
    },
    /// A pointer to the elements of a WIT list, or to the UTF-8 bytes of a WIT
    /// string, whose length has to be an argument too; or to a number.
    Pointer {
        /// The WIT parameter.
        param: String,
        /// The C type of the number, or of the elements of a list of numbers. Left
        /// out: the one of the WIT type's width, and 32 bits for enums and flags.
        #[serde(rename = "type")]
        c_type: Option<CType>,
    },
    /// The length of a WIT list or string.
    Length {
        /// The WIT parameter.
        param: String,
        /// What is counted.
        #[serde(default)]
        unit: Unit,
    },
    /// A pointer to the C struct that a WIT record or tuple stands for.
    Record {
        /// The WIT parameter.
        param: String,
    },
    /// A pointer to room that the shim allocates and the C function fills: the
    /// WIT result, a list or a string.
    Buffer {
        /// How much room.
        capacity: Capacity,
        /// The C type of the elements of a list of numbers. Left out: the one of the
        /// WIT type's width, and 32 bits for enums and flags.
        #[serde(rename = "type")]
        c_type: Option<CType>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// The capacity of the buffer, by value.
    Capacity {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
        /// The part of the WIT result that it belongs to.
        field: Option<String>,
    },
    /// A pointer to the length of the buffer: the capacity before the call, what
    /// was written after it.
    BufferLength {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
        /// The part of the WIT result that it belongs to.
        field: Option<String>,
    },
    /// A pointer to a new state of the resource that the function returns.
    State {
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to a pointer, by which the C function hands out memory of its
    /// own: the WIT result, a list, a string, a record or a tuple.
    OutPointer {
        /// The C type of the elements of a list of numbers. Left out: the one of the
        /// WIT type's width, and 32 bits for enums and flags.
        #[serde(rename = "type")]
        c_type: Option<CType>,
        /// The export that frees it. Left out with `borrowed`.
        free: Option<String>,
        /// Who else owns it.
        borrowed: Option<Owner>,
        /// What becomes of what was handed out although the status is an error.
        #[serde(default)]
        on_error: OnErrorMemory,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to the length of what `out-pointer` hands out.
    OutLength {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
        /// The part of the WIT result that it belongs to.
        field: Option<String>,
    },
    /// A pointer to a number that the C function writes.
    OutValue {
        /// The C type of the number. Left out: the one of the WIT type's width,
        /// and 32 bits for enums and flags.
        #[serde(rename = "type")]
        c_type: Option<CType>,
        /// The WIT parameter whose value is there before the call. Left out: 0.
        param: Option<String>,
        /// The number that stands for `none` of a WIT option.
        none: Option<i64>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to a C struct that the C function fills, for a WIT record or tuple.
    OutRecord {
        /// The WIT parameter whose value is there before the call. Left out: zeros.
        param: Option<String>,
        /// The export that frees what the struct owns, called with the pointer.
        free: Option<String>,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to a pointer, by which the C function hands out a string that ends
    /// with a NUL.
    OutCstring {
        /// The export that frees it. Left out with `borrowed`.
        free: Option<String>,
        /// Who else owns it.
        borrowed: Option<Owner>,
        /// What a null pointer means.
        #[serde(default)]
        null: NullPolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
        /// The encoding of the C string.
        #[serde(default)]
        encoding: Encoding,
        /// What becomes of what was handed out although the status is an error.
        #[serde(default)]
        on_error: OnErrorMemory,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to a pointer, by which the C function hands out what stands
    /// behind a resource.
    OutHandle {
        /// What a null pointer means.
        #[serde(default)]
        null: NullPolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
        /// What becomes of a pointer that was handed out although the status is an
        /// error.
        #[serde(default)]
        on_error: OnError,
        /// The part of the WIT result that it becomes: the name of a record's field
        /// or the number of a tuple's, from 0. Left out: all of it.
        field: Option<String>,
    },
    /// A pointer to room that is filled with zeros, for something that nobody
    /// reads.
    Scratch {
        /// The size of the room in bytes.
        size: u32,
    },
}

/// How much room a buffer needs.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(crate) enum Capacity {
    /// So many elements, always.
    Constant {
        /// The number of elements.
        #[cfg_attr(test, schemars(range(min = 1)))]
        constant: u32,
    },
    /// As many elements as an export answers when it is asked with the length of a
    /// parameter.
    Bound {
        /// The export: it takes a length and returns the capacity.
        bound: String,
        /// The WIT parameter whose length it is asked with.
        param: String,
    },
    /// As many elements as a WIT parameter says.
    Param {
        /// The WIT parameter, an integer.
        param: String,
        /// The largest number that is accepted; a larger one traps.
        limit: u32,
    },
    /// First so many elements, then twice as many each time that the function
    /// returns one of the statuses.
    Grow {
        /// The first number of elements.
        start: u32,
        /// The statuses that say that the buffer is too small.
        retry_on: Vec<i32>,
        /// The largest number of elements; a retry beyond it traps.
        limit: u32,
    },
}
