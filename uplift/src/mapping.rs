//! The mapping: what the author of a wrapping knows that the module's types
//! don't say.
//!
//! The doc comments in here become the descriptions in the JSON schema.

mod confirmed;
mod document;
mod function;
mod place;
mod policy;
mod record;
mod returns;
mod schema;
mod start;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use confirmed::Unconfirmed;
pub(crate) use document::Document;
pub(crate) use function::{Argument, Capacity, Function};
pub(crate) use place::Step;
pub(crate) use policy::{
    CType, Encoding, ErrorPolicy, NulPolicy, NullPolicy, OnError, OnErrorMemory, Owner, TextPolicy,
    TrapPolicy, Unit,
};
pub(crate) use record::{Field, Record};
pub(crate) use returns::{Asked, Carried, ErrorText, Returns, Statuses, Told};
pub(crate) use start::{Import, Init, Number, Stub};

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
#[cfg_attr(test, schemars(extend("$id" = "urn:uplift:mapping:1")))]
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
    /// What stands for the functions that the module imports, other than WASI's, by
    /// module and name, as in `"env.callback"`.
    #[serde(default)]
    pub(crate) import: BTreeMap<String, Import>,
    /// What is called once, in this order, before anything else but
    /// `_initialize`.
    #[serde(default)]
    pub(crate) init: Vec<Init>,
    /// Each function of the world, by its name: `greet`, or `codec#compress` for
    /// the function `compress` of the exported interface `codec`.
    #[serde(default)]
    pub(crate) function: BTreeMap<String, Function>,
    /// Each resource of an exported interface, by its name: `codec#stream`. Its
    /// functions are `codec#stream.constructor` and `codec#stream.write`.
    #[serde(default)]
    pub(crate) resource: BTreeMap<String, Resource>,
    /// The C struct for each record that is passed through memory, by its name:
    /// `shapes#point` for the record `point` of the interface `shapes`.
    #[serde(default)]
    pub(crate) record: BTreeMap<String, Record>,
}

/// What stands behind a resource: a pointer that the module hands out, or a state
/// that the shim allocates.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = confirmed::allowed))]
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
    /// Where inputs are placed. Left out: the exported allocator, else `malloc` and
    /// `free` in the name section where their code shows that they are these, else
    /// grown pages where inspection shows that the module leaves them alone.
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
