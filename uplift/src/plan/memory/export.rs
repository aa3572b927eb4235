//! The name under which the memory is exported.

use super::MEMORY;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::emit::MainChange;
use crate::mapping::Step;
use crate::module::ItemKind;
use crate::plan::check::Checker;

impl Checker<'_> {
    /// Sees to it that the memory is exported as `memory`.
    pub(in crate::plan) fn memory_export(&mut self) {
        let named: Vec<String> = self
            .module
            .exported_memories()
            .map(|export| export.name.clone())
            .collect();
        let key = [MEMORY, Step::Key("export")];
        match &self.mapping.root.memory.export {
            Some(name) if named.contains(name) => {
                if name == "memory" {
                    return;
                }
                let taken = self
                    .module
                    .exports
                    .iter()
                    .find(|export| export.name == "memory");
                if let Some(taken) = taken {
                    let help = if taken.kind == ItemKind::Memory {
                        "leave `export` out if that is the memory".to_owned()
                    } else {
                        format!(
                            "that export is a {}, and the component tools look for the memory \
                             under its name: link the module with another name for the {}",
                            taken.kind, taken.kind
                        )
                    };
                    let span = self.mapping.document.value(&key);
                    self.mistake(
                        Diagnostic::mapping(
                            "mapping::memory",
                            span,
                            format!("`{name}` can't be renamed to `memory`"),
                            "another export has that name",
                        )
                        .help(help),
                    );
                    return;
                }
                self.change(
                    MainChange::Rename {
                        from: name.clone(),
                        to: "memory".into(),
                    },
                    format!("the memory that was exported as `{name}` is exported as `memory`"),
                );
            }
            Some(name) => {
                let span = self.mapping.document.value(&key);
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-export",
                        span,
                        format!("the module exports no memory `{name}`"),
                        "no such memory",
                    )
                    .help(did_you_mean(
                        name,
                        "exported memories",
                        named.iter().map(String::as_str),
                    )),
                );
            }
            // An imported memory has been refused.
            None if named.iter().any(|name| name == "memory")
                || self.module.memories.is_empty()
                || self.module.imported_memories > 0 => {}
            None => {
                let span = self.mapping.document.key(&[MEMORY]);
                let mistake = match named.first() {
                    Some(name) => Diagnostic::mapping(
                        "mapping::memory",
                        span,
                        format!("the module exports its memory as `{name}`"),
                        "",
                    )
                    .help(format!(
                        "add `export = \"{name}\"` to `[memory]`: it is renamed to `memory`, which \
                         is where a component looks for it"
                    )),
                    None => Diagnostic::module(
                        "module::memory",
                        "the module has a memory and does not export it",
                    )
                    .help("link it with `--export-memory`"),
                };
                self.mistake(mistake);
            }
        }
    }
}
