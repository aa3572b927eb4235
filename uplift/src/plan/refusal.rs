//! Kinds of modules that can't be wrapped, whatever the mapping says.

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;

use crate::Module;
use crate::diagnostic::{Diagnostic, listed};
use crate::inspection::Origin;
use crate::module::{Import, ItemKind, core_type};

impl Module {
    /// Everything about the module that keeps it from being wrapped.
    pub(crate) fn refusals(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if self.has_custom_section("dylink.0") || self.has_custom_section("dylink") {
            found.push(
                Diagnostic::module(
                    "module::position-independent",
                    "the module is position-independent: a side module for a dynamic linker",
                )
                .help("link it into a module of its own, for example without `-sSIDE_MODULE`"),
            );
            // Its imports follow from that.
            return found;
        }
        self.refuse_memories(&mut found);
        self.refuse_imports(&mut found);
        self.refuse_exports(&mut found);
        found
    }

    fn refuse_memories(&self, found: &mut Vec<Diagnostic>) {
        let mut refuse = |code, message: &str, help: &str| {
            found.push(Diagnostic::module(code, message).help(help));
        };
        if self.memories.len() > 1 {
            refuse(
                "module::memories",
                "the module has several memories",
                "the canonical ABI passes values through one memory: link the module with one",
            );
        }
        if self.imported_memories > 0 {
            refuse(
                "module::imported-memory",
                "the module imports its memory",
                "link it with a memory of its own, for example without `--import-memory`",
            );
        }
        for memory in &self.memories {
            if memory.shared {
                refuse(
                    "module::shared-memory",
                    "the module's memory is shared between threads",
                    "a component has no threads: link the module without them",
                );
            }
            if memory.memory64 {
                refuse(
                    "module::memory64",
                    "the module's memory has 64-bit addresses",
                    "the canonical ABI has 32-bit pointers: compile the module for wasm32",
                );
            }
            if memory.page_size_log2.is_some_and(|log2| log2 != 16) {
                refuse(
                    "module::page-size",
                    "the module's memory has pages of an unusual size",
                    "pages of 64 KiB are expected",
                );
            }
        }
    }

    fn refuse_imports(&self, found: &mut Vec<Diagnostic>) {
        let names = |imports: Vec<&Import>| {
            let names: Vec<String> = imports
                .iter()
                .map(|import| format!("{}.{}", import.module, import.name))
                .collect();
            listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let from = |origin| -> Vec<&Import> {
            self.imports
                .iter()
                .filter(|import| import.origin() == origin && import.kind != ItemKind::Memory)
                .collect()
        };
        let emscripten = from(Origin::Emscripten);
        if !emscripten.is_empty() {
            found.push(
                Diagnostic::module(
                    "module::emscripten",
                    format!(
                        "the module imports Emscripten's run time, which is written in \
                         JavaScript: {}",
                        names(emscripten)
                    ),
                )
                .help("link it with `-sSTANDALONE_WASM`, which imports WASI instead"),
            );
        }
        let other = from(Origin::Other);
        if !other.is_empty() {
            found.push(
                Diagnostic::module(
                    "module::imports",
                    format!("the module imports what nobody provides: {}", names(other)),
                )
                .help("only WASI 0.1 (`wasi_snapshot_preview1`) is translated so far"),
            );
        }
        let wasi = from(Origin::WasiP1);
        if !wasi.is_empty() {
            let unknown: Vec<&Import> = wasi
                .into_iter()
                .filter(|import| !self.adapter_offers(import))
                .collect();
            if !unknown.is_empty() {
                found.push(
                    Diagnostic::module(
                        "module::wasi",
                        format!(
                            "the module imports what the WASI adapter does not offer, or with \
                             another type: {}",
                            names(unknown)
                        ),
                    )
                    .help("compile it for plain WASI 0.1"),
                );
            }
        }
    }

    fn adapter_offers(&self, import: &Import) -> bool {
        let Ok(adapter) = Module::read(WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER.to_vec()) else {
            return false;
        };
        let position = self
            .imports
            .iter()
            .filter(|other| other.kind == ItemKind::Function)
            .position(|other| other.module == import.module && other.name == import.name);
        let wanted = position.map(|index| &self.functions[index]);
        let offered = adapter.exported_function(&import.name);
        matches!((wanted, offered), (Some(wanted), Some((_, offered))) if wanted == offered)
    }

    fn refuse_exports(&self, found: &mut Vec<Diagnostic>) {
        if self.exported_function("_start").is_some() {
            found.push(
                Diagnostic::module(
                    "module::command",
                    "the module is a command: `_start` runs it once, and no other export may be \
                     called before or after",
                )
                .help("link it as a reactor, for example with `-mexec-model=reactor`"),
            );
        }
        for (name, expected) in [
            ("_initialize", "()"),
            ("cabi_realloc", "(i32, i32, i32, i32) -> i32"),
        ] {
            if let Some((_, ty)) = self.exported_function(name)
                && core_type(ty) != expected
            {
                found.push(Diagnostic::module(
                    "module::reserved-export",
                    format!(
                        "the module exports `{name}` as {}, and the component tools expect \
                         {expected} under that name",
                        core_type(ty)
                    ),
                ));
            }
        }
        let reserved = |name: &str| {
            name.starts_with("cm32p2")
                || name.starts_with("[callback]")
                || name.starts_with("[async-lift")
                || [
                    "canonical_abi_realloc",
                    "cabi_import_realloc",
                    "cabi_export_realloc",
                    "cabi_realloc_adapter",
                    "__wasm_task_hook",
                ]
                .contains(&name)
        };
        let names: Vec<&str> = self
            .exports
            .iter()
            .map(|export| export.name.as_str())
            .filter(|name| reserved(name))
            .collect();
        if self.has_component_type() {
            found.push(
                Diagnostic::module(
                    "module::component-type",
                    "the module carries the description of a WIT world: it is made to be a \
                     component by itself",
                )
                .help("make it one with `wasm-tools component new`"),
            );
        } else if !names.is_empty() {
            found.push(Diagnostic::module(
                "module::reserved-export",
                format!(
                    "the module exports names that the component tools reserve: {}",
                    listed(&names)
                ),
            ));
        }
    }

    fn has_component_type(&self) -> bool {
        self.custom_sections
            .iter()
            .any(|(name, _)| name.starts_with("component-type"))
    }
}
