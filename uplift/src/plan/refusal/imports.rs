//! Imports that nobody provides.

use std::collections::BTreeSet;

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;

use crate::Module;
use crate::diagnostic::{Diagnostic, listed};
use crate::inspection::Origin;
use crate::module::{Import, ItemKind};

impl Module {
    pub(super) fn refuse_imports(&self, stubbed: &[&str], found: &mut Vec<Diagnostic>) {
        let other_kinds: Vec<String> = self
            .imports
            .iter()
            .filter(|import| !matches!(import.kind, ItemKind::Function | ItemKind::Memory))
            .map(|import| format!("{} {}", import.kind, import.full_name()))
            .collect();
        if !other_kinds.is_empty() {
            found.push(
                Diagnostic::module(
                    "module::imports",
                    format!(
                        "the module imports what only its own host can make: {}",
                        shown(&other_kinds)
                    ),
                )
                .help(
                    "a table is how a host hands in callbacks, and globals are how a dynamic linker \
                     places a module: link it without either",
                ),
            );
        }
        self.refuse_repeated(found);
        let from = |origin| -> Vec<String> {
            let mut names: Vec<String> = self
                .imported_functions()
                .filter(|(import, _)| import.origin() == origin)
                .map(|(import, _)| import.full_name())
                .filter(|name| !stubbed.contains(&name.as_str()))
                .collect();
            names.dedup();
            names
        };
        refuse_emscripten(&from(Origin::Emscripten), found);
        let other = from(Origin::Other);
        if let Some(first) = other.first() {
            found.push(
                Diagnostic::module(
                    "module::imports",
                    format!("the module imports what nobody provides: {}", shown(&other)),
                )
                .help(format!(
                    "give each a stub, as in `[import.\"{first}\"]` with `stub = \"trap\"` or \
                     `returns = …`; one that the module needs for its work, such as a callback, \
                     can't be had in a component"
                )),
            );
        }
        let unknown: Vec<String> = self
            .imported_functions()
            .filter(|(import, _)| import.origin() == Origin::WasiP1)
            .filter(|(import, _)| !stubbed.contains(&import.full_name().as_str()))
            .filter(|(import, _)| !self.adapter_offers(import))
            .map(|(import, _)| import.full_name())
            .collect();
        if !unknown.is_empty() {
            found.push(
                Diagnostic::module(
                    "module::wasi",
                    format!(
                        "the module imports what the WASI adapter does not offer, or with \
                         another type: {}",
                        shown(&unknown)
                    ),
                )
                .help("compile it for plain WASI 0.1, or give all imports of WASI stubs"),
            );
        }
    }

    /// The component tools take each name once.
    fn refuse_repeated(&self, found: &mut Vec<Diagnostic>) {
        let mut names = BTreeSet::new();
        let repeated: Vec<String> = self
            .imports
            .iter()
            .map(Import::full_name)
            .filter(|name| !names.insert(name.clone()))
            .collect();
        if !repeated.is_empty() {
            found.push(Diagnostic::module(
                "module::imports",
                format!(
                    "the module imports the same name more than once: {}",
                    shown(&repeated)
                ),
            ));
        }
    }

    fn adapter_offers(&self, import: &Import) -> bool {
        let Ok(adapter) = Module::read(WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER.to_vec()) else {
            return false;
        };
        let wanted = self
            .imported_functions()
            .find(|(other, _)| other.full_name() == import.full_name())
            .map(|(_, ty)| ty);
        let offered = adapter.exported_function(&import.name);
        matches!((wanted, offered), (Some(wanted), Some((_, offered))) if wanted == offered)
    }
}

fn refuse_emscripten(names: &[String], found: &mut Vec<Diagnostic>) {
    let (short, long): (Vec<String>, Vec<String>) = names
        .iter()
        .cloned()
        .partition(|name| name.starts_with("a."));
    if let Some(first) = short.first() {
        found.push(
            Diagnostic::module(
                "module::emscripten",
                format!(
                    "the module imports what looks like Emscripten's JavaScript, under shortened \
                     names, which say nothing: {}",
                    shown(&short)
                ),
            )
            .help(format!(
                "link it with `-sSTANDALONE_WASM`, which imports WASI instead, or with `-O2`, \
                 which keeps the names; or give those that are never called a stub: \
                 `[import.\"{first}\"]` with `stub = \"trap\"`"
            )),
        );
    }
    if let Some(first) = long
        .iter()
        .max_by_key(|name| !name.starts_with("env.invoke_"))
    {
        let exceptions = if long.iter().any(|name| name.starts_with("env.invoke_")) {
            "; `invoke_…` go when exceptions and `setjmp` are WebAssembly's own: \
             `-fwasm-exceptions -sSUPPORT_LONGJMP=wasm`"
        } else {
            ""
        };
        found.push(
            Diagnostic::module(
                "module::emscripten",
                format!(
                    "the module imports Emscripten's run time, which is written in JavaScript: {}",
                    shown(&long)
                ),
            )
            .help(format!(
                "link it with `-sSTANDALONE_WASM`, which imports WASI instead{exceptions}; or give \
                 those that are never called a stub: `[import.\"{first}\"]` with `stub = \"trap\"`"
            )),
        );
    }
}

fn shown(names: &[String]) -> String {
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
