//! The mapping: what the author of a wrapping knows that the module's types
//! don't say.
//!
//! The doc comments in here become the descriptions in the JSON schema.

mod document;
mod place;
mod policy;
mod schema;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use document::Document;
pub(crate) use place::Step;
pub(crate) use policy::{Encoding, ErrorPolicy, HandlePolicy, NulPolicy, NullPolicy, Owner, Unit};

use crate::Error;

/// A mapping file, read and held against its schema.
#[derive(Debug)]
pub struct Mapping {
    pub(crate) root: Root,
    pub(crate) document: Document,
}

impl Mapping {
    /// Reads the text of a mapping file.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] with every mistake that shows without the module and
    /// the WIT: a text that is no TOML, unknown keys, values of a wrong type.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (document, json) = Document::parse(text).map_err(Error::Mapping)?;
        let root = serde_json::from_value(json)
            .map_err(|error| Error::Defect(format!("the mapping fits its schema, but: {error}")))?;
        Ok(Mapping { root, document })
    }

    /// The WIT file or folder, relative to the mapping file.
    #[must_use]
    pub fn wit(&self) -> &str {
        &self.root.wit.path
    }
}

/// How the functions of a WIT world are made of the exports of a core module
/// with a C ABI.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "uplift mapping"))]
#[serde(deny_unknown_fields)]
pub(crate) struct Root {
    /// The version of this format: 1.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    #[serde(rename = "version")]
    pub(crate) _version: u32,
    /// The module that this mapping is for.
    #[serde(default)]
    pub(crate) module: ModuleKey,
    /// The world that the component is to export.
    pub(crate) wit: Wit,
    /// The module's linear memory and how room in it is had.
    #[serde(default)]
    pub(crate) memory: Memory,
    /// Each function of the world, by its name: `greet`, or `codec#compress` for
    /// the function `compress` of the exported interface `codec`.
    #[serde(default)]
    pub(crate) function: BTreeMap<String, Function>,
    /// Each resource of an exported interface, by its name: `codec#stream`. Its
    /// functions are `codec#stream.constructor` and `codec#stream.write`.
    #[serde(default)]
    pub(crate) resource: BTreeMap<String, Resource>,
}

/// What stands behind a resource: a pointer that the module hands out, or a state
/// that the shim allocates.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    /// The export that ends it, called with the pointer when the resource is
    /// dropped.
    pub(crate) destroy: Option<String>,
    /// The size in bytes of a state that the shim allocates, filled with zeros,
    /// and frees when the resource is dropped.
    pub(crate) size: Option<u32>,
}

/// The module that a mapping is for.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ModuleKey {
    /// The SHA-256 digest of the file, in hexadecimal, as `uplift inspect` prints
    /// it. A module with another digest is refused. Leave it out only for a
    /// module that you build yourself.
    pub(crate) sha256: Option<String>,
}

/// The world that the component is to export.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Wit {
    /// A WIT file or a folder of them, relative to the mapping file.
    pub(crate) path: String,
    /// The name of the world; it may be left out where the package has only one.
    pub(crate) world: Option<String>,
}

/// The module's linear memory and how room in it is had.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Memory {
    /// The export of the memory, where it is not `memory`. It is renamed.
    pub(crate) export: Option<String>,
    /// Where inputs are placed. Left out: the exported allocator, else grown
    /// pages where inspection shows that the module leaves them alone.
    pub(crate) allocator: Option<AllocatorChoice>,
    /// The function that allocates, where it has an unusual name: its export, or
    /// for `promoted` its name in the name section.
    pub(crate) malloc: Option<String>,
    /// The function that frees, likewise.
    pub(crate) free: Option<String>,
    /// Why the module leaves pages alone that somebody else grows, where
    /// inspection can't show it. Needed for `grown-pages` then, and for modules
    /// that import WASI, because the WASI adapter grows two pages for itself.
    pub(crate) growth_is_safe_because: Option<String>,
}

/// Where inputs are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AllocatorChoice {
    /// By the module's exported allocator.
    Exported,
    /// By an allocator that is only in the name section: it gets exported.
    Promoted,
    /// In pages that the shim grows itself.
    GrownPages,
}

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
#[serde(
    tag = "as",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Argument {
    /// A WIT parameter by value: an integer, float, bool, char or enum.
    Value {
        /// The WIT parameter.
        param: String,
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
    /// A pointer to the elements of a WIT list of numbers, or to the UTF-8 bytes
    /// of a WIT string. Its length has to be an argument too.
    Pointer {
        /// The WIT parameter.
        param: String,
    },
    /// The length of a WIT list or string.
    Length {
        /// The WIT parameter.
        param: String,
        /// What is counted.
        #[serde(default)]
        unit: Unit,
    },
    /// A pointer to room that the shim allocates and the C function fills: the
    /// WIT result, a list of numbers or a string.
    Buffer {
        /// How much room.
        capacity: Capacity,
    },
    /// The capacity of the buffer, by value.
    Capacity {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
    },
    /// A pointer to the length of the buffer: the capacity before the call, what
    /// was written after it.
    BufferLength {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
    },
    /// A pointer to a new state of the resource that the function returns.
    State {},
    /// A pointer to a pointer, by which the C function hands out memory of its
    /// own: the WIT result, a list of numbers or a string.
    OutPointer {
        /// The export that frees it. Left out with `borrowed`.
        free: Option<String>,
        /// Who else owns it.
        borrowed: Option<Owner>,
    },
    /// A pointer to the length of what `out-pointer` hands out.
    OutLength {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
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

/// What the C function returns.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    tag = "as",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Returns {
    /// The WIT result by value.
    Value {},
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
        /// The encoding of the C string.
        #[serde(default)]
        encoding: Encoding,
    },
    /// A pointer that stands behind the resource that the function returns.
    Handle {
        /// What a null pointer means.
        #[serde(default)]
        null: HandlePolicy,
        /// The case of the WIT error for a null pointer.
        null_error: Option<String>,
    },
    /// The length of what was written to the buffer; a negative one traps.
    Length {
        /// What is counted.
        #[serde(default)]
        unit: Unit,
    },
    /// A status: `ok` ones let the call succeed, `errors` become the WIT error,
    /// every other one traps.
    Status {
        /// The statuses of success.
        #[serde(default = "zero")]
        ok: Vec<i32>,
        /// The case of the WIT error for each status, as in `"-3" = "data-error"`.
        #[serde(default)]
        errors: BTreeMap<String, String>,
    },
}

fn zero() -> Vec<i32> {
    vec![0]
}

#[cfg(test)]
mod tests {
    use super::Root;

    /// `INSTA_UPDATE=always` is for snapshots; this file is rewritten by
    /// `UPLIFT_BLESS=1`.
    #[test]
    fn the_checked_in_schema_is_the_one_of_the_types() {
        let schema = schemars::schema_for!(Root);
        let generated = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if std::env::var_os("UPLIFT_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/mapping.schema.json");
            std::fs::write(path, &generated).expect("the schema can be written");
        }
        assert!(
            generated == crate::MAPPING_SCHEMA || std::env::var_os("UPLIFT_BLESS").is_some(),
            "mapping.schema.json is stale: run this test with UPLIFT_BLESS=1"
        );
    }
}
