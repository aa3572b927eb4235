//! The module's memory, and where room in it comes from.

mod export;

use wasm_encoder::ValType;

use super::check::Checker;
use super::{Callee, Room};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::emit::MainChange;
use crate::mapping::{AllocatorChoice, Step};
use crate::module::{Allocator, is_free, is_malloc};

const MEMORY: Step<'_> = Step::Key("memory");

impl Checker<'_> {
    /// Decides where inputs are placed.
    pub(super) fn room(&mut self, needed: bool) -> Room {
        let choice = self.mapping.root.memory.allocator;
        if !needed && choice.is_none() {
            return Room::Unneeded;
        }
        if self.module.memories.is_empty() {
            self.mistake(
                Diagnostic::module(
                    "module::memory",
                    "the module has no memory, and strings and lists are passed through it",
                )
                .help("only numbers can be passed to this module"),
            );
            return Room::Unneeded;
        }
        let found = self.module.allocator();
        let internal = found.internal.as_ref();
        let evidence = internal.and_then(|internal| self.module.shows_allocator(internal));
        match choice {
            Some(AllocatorChoice::Exported) => self.exported(found.exported.as_ref()),
            Some(AllocatorChoice::Promoted) => self.promoted(found.internal),
            Some(AllocatorChoice::GrownPages) => self.grown_pages(needed),
            None if found.exported.is_some() || self.names_functions() => {
                self.exported(found.exported.as_ref())
            }
            None if evidence.is_some() => {
                let names = internal.map_or(("malloc", "free"), |internal| {
                    (internal.malloc.name.as_str(), internal.free.name.as_str())
                });
                self.note(format!(
                    "inputs are placed by `{}` and freed by `{}`, which get exported for that: {}",
                    names.0,
                    names.1,
                    evidence.unwrap_or_default()
                ));
                self.promoted(found.internal)
            }
            None if found.internal.is_none() && self.module.growth().tolerated => {
                let evidence = self.module.growth().evidence;
                self.note(format!(
                    "inputs are placed in pages that the shim grows: {evidence}"
                ));
                Room::GrownPages
            }
            None => {
                self.no_allocator(found.internal.as_ref());
                Room::Unneeded
            }
        }
    }

    fn names_functions(&self) -> bool {
        let memory = &self.mapping.root.memory;
        memory.malloc.is_some() || memory.free.is_some()
    }

    fn no_allocator(&mut self, internal: Option<&Allocator>) {
        let growth = self.module.growth();
        let mut ways = Vec::new();
        if let Some(internal) = internal {
            ways.push(format!(
                "`allocator = \"promoted\"` exports `{}` and `{}`, which are in the name section, if \
                 these are what they are called, which their code does not show",
                internal.malloc.name, internal.free.name
            ));
        }
        let near = self.near("alloc", "name section");
        let free = self.near("free", "name section");
        if internal.is_none() && !near.is_empty() && !free.is_empty() {
            ways.push(format!(
                "`allocator = \"promoted\"` with `malloc = \"…\"` and `free = \"…\"` exports an \
                 allocator that is in the name section, where there are {}",
                listed(&[near, free].concat())
            ));
        }
        ways.push(if growth.tolerated {
            format!(
                "`allocator = \"grown-pages\"` grows pages for inputs: {}",
                growth.evidence
            )
        } else {
            format!(
                "`allocator = \"grown-pages\"` with `growth-is-safe-because = \"…\"` grows pages for \
                 inputs, if you know that the module leaves alone what others grow: {}",
                growth.evidence
            )
        });
        ways.push(
            "`malloc = \"…\"` and `free = \"…\"` name the functions, if they are exported under \
             unusual names"
                .into(),
        );
        let span = self.mapping.document.key(&[MEMORY]);
        self.mistake(
            Diagnostic::mapping(
                "mapping::no-allocator",
                span,
                "the module exports no allocator, so there is no safe place for inputs",
                "",
            )
            .help(format!("choose one in `[memory]`: {}", ways.join("; or "))),
        );
    }

    fn exported(&mut self, found: Option<&Allocator>) -> Room {
        let memory = &self.mapping.root.memory;
        let malloc = memory
            .malloc
            .clone()
            .or_else(|| found.map(|found| found.malloc.name.clone()));
        let free = memory
            .free
            .clone()
            .or_else(|| found.map(|found| found.free.name.clone()));
        let (Some(malloc), Some(free)) = (malloc, free) else {
            let span = self
                .mapping
                .document
                .value(&[MEMORY, Step::Key("allocator")]);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::no-allocator",
                    span,
                    "the module exports no allocator under a usual name",
                    "",
                )
                .help("name both functions: `malloc = \"…\"` and `free = \"…\"`"),
            );
            return Room::Unneeded;
        };
        let exported: Vec<(String, u32)> = self
            .module
            .exported_functions()
            .map(|(name, index)| (name.to_owned(), index))
            .collect();
        self.allocator(&malloc, &free, &exported, "export")
    }

    fn promoted(&mut self, found: Option<Allocator>) -> Room {
        let memory = &self.mapping.root.memory;
        let (default_malloc, default_free) = found.map_or_else(
            || ("malloc".to_owned(), "free".to_owned()),
            |found| (found.malloc.name, found.free.name),
        );
        let malloc = memory.malloc.clone().unwrap_or(default_malloc);
        let free = memory.free.clone().unwrap_or(default_free);
        let names: Vec<(String, u32)> = [&malloc, &free]
            .into_iter()
            .filter_map(|name| Some((name.clone(), self.module.internal_function(name)?)))
            .collect();
        let room = self.allocator(&malloc, &free, &names, "name section");
        let Room::Allocator {
            mut malloc,
            mut free,
        } = room
        else {
            return room;
        };
        for callee in [&mut malloc, &mut free] {
            let Some((name, index)) = names.iter().find(|(name, _)| *name == callee.export) else {
                continue;
            };
            let taken = |export: &str| self.module.exports.iter().any(|found| found.name == export);
            let mut export = name.clone();
            while taken(&export) {
                export.insert_str(0, "uplift:");
            }
            callee.export.clone_from(&export);
            self.change(
                MainChange::Promote {
                    index: *index,
                    export: export.clone(),
                },
                format!(
                    "function {index}, `{name}` in the name section, is exported as `{export}`"
                ),
            );
        }
        Room::Allocator { malloc, free }
    }

    /// Checks a pair of functions that the module has under `known` names.
    fn allocator(
        &mut self,
        malloc: &str,
        free: &str,
        known: &[(String, u32)],
        place: &str,
    ) -> Room {
        let mut callees = Vec::new();
        for (key, name, fits) in [
            ("malloc", malloc, is_malloc as fn(&_) -> bool),
            ("free", free, is_free),
        ] {
            let span = self.mapping.document.value(&[MEMORY, Step::Key(key)]);
            let Some((_, index)) = known.iter().find(|(found, _)| found == name) else {
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-export",
                        span,
                        format!("there is no function `{name}` in the module's {place}"),
                        "no such function",
                    )
                    .help(self.allocating(key, name, place)),
                );
                continue;
            };
            let ty = self.module.function(*index);
            if fits(ty) {
                callees.push(callee(name, ty));
            } else {
                let expected = match key {
                    "malloc" => "(size: i32) -> i32 or (size: i32, alignment: i32) -> i32",
                    _ => "(pointer: i32), with size and alignment after it or not,",
                };
                let found = crate::module::core_type(ty);
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::core-signature",
                        span,
                        format!("`{name}` is {found}, and {expected} is expected"),
                        "another signature",
                    )
                    .help(self.allocating(key, name, place)),
                );
            }
        }
        match <[Callee; 2]>::try_from(callees) {
            Ok([malloc, free]) => Room::Allocator { malloc, free },
            Err(_) => Room::Unneeded,
        }
    }

    /// What a key of the allocator names, and what it could be.
    fn allocating(&self, key: &str, name: &str, place: &str) -> String {
        let (does, word) = match key {
            "free" => ("free", "free"),
            _ => ("allocate", "alloc"),
        };
        let near = self.near(word, place);
        let names = if near.is_empty() {
            format!("none in the {place} is called like that")
        } else {
            did_you_mean(name, "by their names and types", near)
        };
        format!("`{key}` names a function that can {does}; {names}")
    }

    /// The functions that can be called to allocate or to free, as their types go,
    /// and that have `word` in their names.
    fn near(&self, word: &str, place: &str) -> Vec<&str> {
        let module = self.module;
        let fits = if word == "free" { is_free } else { is_malloc };
        let functions: Vec<(&str, u32)> = if place == "export" {
            module.exported_functions().collect()
        } else {
            // A name that several have names none of them.
            module
                .internal_functions()
                .filter(|(name, _)| module.internal_function(name).is_some())
                .collect()
        };
        functions
            .into_iter()
            .filter(|(name, index)| name.contains(word) && fits(module.function(*index)))
            .map(|(name, _)| name)
            .collect()
    }

    fn grown_pages(&mut self, needed: bool) -> Room {
        let growth = self.module.growth();
        let reason = &self.mapping.root.memory.growth_is_safe_because;
        if !needed && (growth.tolerated || reason.is_some()) {
            return Room::Unneeded;
        }
        if growth.tolerated {
            self.note(format!(
                "inputs are placed in pages that the shim grows: {}",
                growth.evidence
            ));
        } else if let Some(reason) = reason {
            self.note(format!(
                "inputs are placed in pages that the shim grows; the mapping says that this is \
                 safe because: {reason}"
            ));
        } else {
            let span = self
                .mapping
                .document
                .value(&[MEMORY, Step::Key("allocator")]);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::growth",
                    span,
                    format!(
                        "grown pages may be overwritten by the module's own allocator: {}",
                        growth.evidence
                    ),
                    "not shown to be safe",
                )
                .help(
                    "if you know better, say why: `growth-is-safe-because = \"…\"`; else choose \
                     another allocator",
                ),
            );
        }
        Room::GrownPages
    }

    /// The WASI adapter, which stands for these imports, grows the memory for
    /// itself.
    pub(super) fn adapter_growth(&mut self, wasi: &[&str]) {
        let growth = self.module.growth();
        let memory = &self.mapping.root.memory;
        if growth.tolerated
            || self.module.allocator().cabi_realloc
            || memory.growth_is_safe_because.is_some()
        {
            return;
        }
        let span = self.mapping.document.key(&[MEMORY]);
        let one = wasi.first().copied().unwrap_or_default();
        self.mistake(
            Diagnostic::mapping(
                "mapping::growth",
                span,
                format!(
                    "the module imports WASI ({}), whose adapter grows the memory for itself, and \
                     the module's own allocator may overwrite these pages: {}",
                    listed(wasi),
                    growth.evidence
                ),
                "",
            )
            .help(format!(
                "if nobody needs what it does there, as messages to a terminal, give each a stub, \
                 as in `[import.\"wasi_snapshot_preview1.{one}\"]` with `stub = \"trap\"`, and no \
                 adapter is added; or, if you know that its allocator uses only pages that it grew \
                 itself, add `growth-is-safe-because = \"…\"` to `[memory]`"
            )),
        );
    }
}

/// The function of the module as the shim imports it.
pub(super) fn callee(export: &str, ty: &wasmparser::FuncType) -> Callee {
    let types = |types: &[wasmparser::ValType]| types.iter().map(|ty| encoded(*ty)).collect();
    Callee {
        export: export.to_owned(),
        params: types(ty.params()),
        results: types(ty.results()),
    }
}

/// The same type in the words of wasm-encoder. References never get here: an
/// argument of such a type has been refused by then.
pub(super) fn encoded(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(_) => ValType::FUNCREF,
    }
}
