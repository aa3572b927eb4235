//! What `uplift inspect` says of a module.

use std::fmt;

use serde::Serialize;

use crate::module::{FoundAllocator, Growth, Guess, Import, ItemKind, Kind, Module, core_type};

/// The version of the form of an [`Inspection`] in JSON.
const SCHEMA: u32 = 1;

/// The length of the longest names that Emscripten makes when it shortens them.
const SHORTENED: usize = 3;

/// What is in a core module, as far as wrapping it is concerned.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "uplift inspection"))]
#[cfg_attr(test, schemars(extend("$id" = "urn:uplift:inspection:1")))]
pub struct Inspection {
    /// The version of this form: 1.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub schema: u32,
    /// The size of the file in bytes.
    pub size: usize,
    /// The SHA-256 digest of the file, in hexadecimal.
    pub sha256: String,
    /// How the module is started.
    pub kind: Kind,
    /// The exports that are command-mode wrappers.
    pub command_wrappers: Vec<String>,
    /// Whether a start function runs at instantiation.
    pub start: bool,
    /// Every linear memory.
    pub memories: Vec<Memory>,
    /// Every import, by where it comes from.
    pub imports: Vec<InspectedImport>,
    /// Every export.
    pub exports: Vec<InspectedExport>,
    /// The allocator.
    pub allocator: FoundAllocator,
    /// Whether pages that somebody else grows stay untouched.
    pub growth: Growth,
    /// Whether there is DWARF.
    pub dwarf: bool,
    /// Whether there is a name section.
    pub names: bool,
    /// Languages and tools that the module says it was made by.
    pub producers: Vec<String>,
    /// What keeps the module from being wrapped as it is, each with what can be
    /// done about it.
    pub refused: Vec<String>,
}

/// A linear memory.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Memory {
    /// The names that it is exported under.
    pub exports: Vec<String>,
    /// Whether it is imported.
    pub imported: bool,
    /// In pages.
    pub minimum: u64,
    /// In pages.
    pub maximum: Option<u64>,
    /// Whether threads may share it.
    pub shared: bool,
    /// Whether its addresses are 64 bits wide.
    pub memory64: bool,
}

/// Where an import comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// WASI 0.1, which the adapter translates.
    WasiP1,
    /// Emscripten's run time, in JavaScript.
    Emscripten,
    /// Anything else.
    Other,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::WasiP1 => "WASI 0.1",
            Origin::Emscripten => "Emscripten",
            Origin::Other => "other",
        })
    }
}

/// An import.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InspectedImport {
    /// Where it comes from.
    pub origin: Origin,
    /// The module that it names.
    pub module: String,
    /// Its name in there.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its core type, if it is a function.
    #[serde(rename = "type")]
    pub ty: Option<String>,
}

/// An export.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InspectedExport {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its core type, if it is a function.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// The C signature that it may have, if it is a function.
    pub guess: Option<Guess>,
}

impl Module {
    /// Says what is in the module.
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        Inspection {
            schema: SCHEMA,
            size: self.bytes.len(),
            sha256: self.sha256(),
            kind: self.kind(),
            command_wrappers: self
                .command_wrappers()
                .into_iter()
                .map(Into::into)
                .collect(),
            start: self.start.is_some(),
            memories: self.inspect_memories(),
            imports: self.inspect_imports(),
            exports: self.inspect_exports(),
            allocator: self.allocator(),
            growth: self.growth(),
            dwarf: self.has_custom_section(".debug_info"),
            names: self.has_custom_section("name"),
            producers: self
                .producers
                .iter()
                .map(|producer| format!("{} {}", producer.name, producer.version))
                .map(|text| text.trim_end().to_owned())
                .collect(),
            refused: self.refused(&[]),
        }
    }

    /// What keeps the module from being wrapped, with what mends it; `stubbed` are
    /// the imported functions that a mapping has stubs for.
    pub(crate) fn refused(&self, stubbed: &[&str]) -> Vec<String> {
        self.refusals(stubbed)
            .into_iter()
            .map(|refusal| match refusal.help {
                Some(help) => format!("{}; {help}", refusal.message),
                None => refusal.message,
            })
            .collect()
    }

    fn inspect_memories(&self) -> Vec<Memory> {
        (0u32..)
            .zip(&self.memories)
            .map(|(index, memory)| Memory {
                exports: self
                    .exported_memories()
                    .filter(|export| export.index == index)
                    .map(|export| export.name.clone())
                    .collect(),
                imported: index < self.imported_memories,
                minimum: memory.initial,
                maximum: memory.maximum,
                shared: memory.shared,
                memory64: memory.memory64,
            })
            .collect()
    }

    fn inspect_imports(&self) -> Vec<InspectedImport> {
        let mut types = self.imported_functions().map(|(_, ty)| core_type(ty));
        self.imports
            .iter()
            .map(|import| InspectedImport {
                origin: import.origin(),
                module: import.module.clone(),
                name: import.name.clone(),
                kind: import.kind,
                ty: (import.kind == ItemKind::Function)
                    .then(|| types.next())
                    .flatten(),
            })
            .collect()
    }

    fn inspect_exports(&self) -> Vec<InspectedExport> {
        let known = self.debugging_information();
        self.exports
            .iter()
            .map(|export| {
                let function = export.kind == ItemKind::Function;
                InspectedExport {
                    name: export.name.clone(),
                    kind: export.kind,
                    ty: function.then(|| core_type(self.function(export.index))),
                    guess: function.then(|| self.guess(&export.name, export.index, &known)),
                }
            })
            .collect()
    }
}

impl Import {
    /// Where the import comes from. Emscripten may shorten its names to a few
    /// letters each: a module called `a` looks like its.
    pub(crate) fn origin(&self) -> Origin {
        let emscripten = match self.module.as_str() {
            "wasi_snapshot_preview1" if self.kind == ItemKind::Function => return Origin::WasiP1,
            "a" => self.name.len() <= SHORTENED,
            "env" => {
                self.name.starts_with("emscripten_")
                    || self.name.starts_with("_emscripten_")
                    || self.name.starts_with("invoke_")
                    || self.name.starts_with("__syscall_")
                    || self.name.starts_with("__cxa_")
                    || self.name.starts_with("_embind_")
                    || self.name.starts_with("_emval_")
                    || self.name.ends_with("_js")
                    || ["__assert_fail", "setTempRet0", "getTempRet0"].contains(&self.name.as_str())
            }
            _ => false,
        };
        if emscripten {
            Origin::Emscripten
        } else {
            Origin::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use schemars::generate::SchemaSettings;

    use super::Inspection;

    /// `UPLIFT_BLESS=1` rewrites the file.
    #[test]
    fn the_checked_in_schema_is_the_one_of_the_types() {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let schema = settings
            .into_generator()
            .into_root_schema_for::<Inspection>();
        let generated = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/inspection.schema.json");
        if std::env::var_os("UPLIFT_BLESS").is_some() {
            std::fs::write(path, &generated).expect("the schema can be written");
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            generated == kept.replace("\r\n", "\n"),
            "inspection.schema.json is stale: run this test with UPLIFT_BLESS=1"
        );
    }
}
