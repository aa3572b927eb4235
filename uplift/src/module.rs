//! What is in a core module, as far as wrapping it is concerned.

mod allocator;
mod call_graph;
mod command;
mod dwarf;
mod features;
mod growth;
mod sections;
mod signature;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use sha2::{Digest as _, Sha256};
use wasmparser::{FuncType, MemoryType};

use crate::Error;

pub(crate) use allocator::{Allocator, FoundAllocator};
pub(crate) use allocator::{is_free, is_malloc};
pub(crate) use growth::Growth;
pub(crate) use signature::{Guess, is_length};

/// A validated core module.
#[derive(Debug)]
pub struct Module {
    pub(crate) bytes: Vec<u8>,
    pub(crate) imports: Vec<Import>,
    pub(crate) functions: Vec<FuncType>,
    pub(crate) exports: Vec<Export>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) imported_functions: u32,
    pub(crate) imported_memories: u32,
    pub(crate) start: Option<u32>,
    pub(crate) custom_sections: Vec<(String, Range<usize>)>,
    pub(crate) function_names: BTreeMap<u32, String>,
    pub(crate) local_names: BTreeMap<u32, BTreeMap<u32, String>>,
    pub(crate) producers: Vec<Producer>,
    pub(crate) code: Code,
}

/// An import of the module.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) kind: ItemKind,
}

/// An export of the module.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub(crate) name: String,
    pub(crate) kind: ItemKind,
    /// In the index space of its kind.
    pub(crate) index: u32,
}

/// What an import or export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    /// A function.
    Function,
    /// A table.
    Table,
    /// A linear memory.
    Memory,
    /// A global.
    Global,
    /// An exception's tag.
    Tag,
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ItemKind::Function => "function",
            ItemKind::Table => "table",
            ItemKind::Memory => "memory",
            ItemKind::Global => "global",
            ItemKind::Tag => "tag",
        })
    }
}

/// An entry of the producers section.
#[derive(Clone, Debug)]
pub(crate) struct Producer {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) version: String,
}

/// What the code section shows at a glance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Code {
    /// The functions that ask for the memory's size.
    pub(crate) memory_size: Vec<u32>,
    /// The functions that grow the memory.
    pub(crate) memory_grow: Vec<u32>,
    /// The functions that call others through a table or a reference.
    pub(crate) calls_through_table: Vec<u32>,
    /// The functions that each function calls directly.
    pub(crate) calls: BTreeMap<u32, Vec<u32>>,
    /// The functions that an exported function calls, in order, if it does nothing
    /// else but hand on its parameters.
    pub(crate) hands_on: BTreeMap<u32, Vec<u32>>,
}

impl Module {
    /// Reads and validates a core module.
    ///
    /// # Errors
    ///
    /// If `bytes` are no core module, or one that does not validate.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        sections::read(bytes)
    }

    /// The SHA-256 digest of the whole file, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        format!("{:x}", Sha256::digest(&self.bytes))
    }

    /// The type of the function at `index`, imported or not.
    pub(crate) fn function(&self, index: u32) -> &FuncType {
        &self.functions[index as usize]
    }

    /// The exported functions, in the order of the export section.
    pub(crate) fn exported_functions(&self) -> impl Iterator<Item = (&str, u32)> + Clone {
        self.exports
            .iter()
            .filter(|export| export.kind == ItemKind::Function)
            .map(|export| (export.name.as_str(), export.index))
    }

    /// The index and type of the function exported as `name`.
    pub(crate) fn exported_function(&self, name: &str) -> Option<(u32, &FuncType)> {
        self.exported_functions()
            .find(|(exported, _)| *exported == name)
            .map(|(_, index)| (index, self.function(index)))
    }

    /// The exported memories.
    pub(crate) fn exported_memories(&self) -> impl Iterator<Item = &Export> {
        self.exports
            .iter()
            .filter(|export| export.kind == ItemKind::Memory)
    }

    /// How the module is meant to be started.
    pub(crate) fn kind(&self) -> Kind {
        let has = |name| self.exported_function(name).is_some();
        if has("_start") {
            Kind::Command
        } else if has("_initialize") {
            Kind::Reactor
        } else if self.command_wrappers().is_empty() {
            Kind::Library
        } else {
            Kind::CommandWrappers
        }
    }

    /// The content of the custom section called `name`.
    fn custom_section(&self, name: &str) -> Option<&[u8]> {
        let (_, range) = self
            .custom_sections
            .iter()
            .find(|(found, _)| found == name)?;
        self.bytes.get(range.clone())
    }

    /// Whether there is a custom section called `name`.
    pub(crate) fn has_custom_section(&self, name: &str) -> bool {
        self.custom_section(name).is_some()
    }
}

/// How a module is meant to be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It exports `_initialize`, which runs once, before anything else.
    Reactor,
    /// It exports `_start`, which runs the program once.
    Command,
    /// Its exports each run constructors before and destructors after.
    CommandWrappers,
    /// It has nothing to start.
    Library,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Reactor => "reactor: `_initialize` runs once, before the first call",
            Kind::Command => "command: `_start` runs the program once",
            Kind::CommandWrappers => {
                "command: each export runs constructors before and destructors after each call"
            }
            Kind::Library => "library: nothing to start",
        })
    }
}

/// A core function type as the text format writes it: `(i32, i32) -> i32`.
pub(crate) fn core_type(ty: &FuncType) -> String {
    let list = |types: &[wasmparser::ValType]| {
        types
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let params = list(ty.params());
    match ty.results() {
        [] => format!("({params})"),
        [one] => format!("({params}) -> {one}"),
        many => format!("({params}) -> ({})", list(many)),
    }
}
