//! Kinds of modules that can't be wrapped, whatever the mapping says.

mod imports;

use crate::Module;
use crate::diagnostic::{Diagnostic, listed};
use crate::module::core_type;

impl Module {
    /// Everything about the module that keeps it from being wrapped.
    ///
    /// `stubbed` are the imported functions that the mapping has stubs for.
    pub(crate) fn refusals(&self, stubbed: &[&str]) -> Vec<Diagnostic> {
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
        self.refuse_imports(stubbed, &mut found);
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
