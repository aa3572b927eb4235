//! The few changes to the original module that a mapping may ask for: all in
//! its export section. Every other byte is copied.

use std::ops::Range;

use wasm_encoder::{Encode as _, ExportKind, ExportSection, Section as _};
use wasmparser::{ExternalKind, Parser, Payload};

/// A change to the export section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MainChange {
    /// An export gets another name.
    Rename {
        /// Its name in the module.
        from: String,
        /// Its name in the component.
        to: String,
    },
    /// A function gets exported.
    Promote {
        /// Its index.
        index: u32,
        /// Its name from now on.
        export: String,
    },
}

/// The module with the changes, or the same bytes where there are none.
pub(crate) fn change_main(module: &[u8], changes: &[MainChange]) -> Vec<u8> {
    if changes.is_empty() {
        return module.to_vec();
    }
    let mut out = Vec::with_capacity(module.len() + 64);
    // The end of what has been copied.
    let mut done = 0;
    let end = |range: Range<u64>| usize::try_from(range.end).unwrap_or(module.len());
    for payload in Parser::new(0).parse_all(module) {
        // The module has been validated: nothing after an error would be read.
        let Ok(payload) = payload else { break };
        let Payload::ExportSection(section) = payload else {
            if let Some((_, range)) = payload.as_section() {
                let end = end(range);
                out.extend_from_slice(&module[done..end]);
                done = end;
            }
            continue;
        };
        let mut exports = ExportSection::new();
        for export in section.clone().into_iter().flatten() {
            let name = changes.iter().find_map(|change| match change {
                MainChange::Rename { from, to } if from == export.name => Some(to.as_str()),
                _ => None,
            });
            exports.export(name.unwrap_or(export.name), kind(export.kind), export.index);
        }
        for change in changes {
            if let MainChange::Promote { index, export } = change {
                exports.export(export, ExportKind::Func, *index);
            }
        }
        // The header of the module stands before the first section.
        out.extend_from_slice(&module[done..header_end(module, done)]);
        out.push(exports.id());
        exports.encode(&mut out);
        done = end(section.range());
    }
    out.extend_from_slice(&module[done..]);
    out
}

/// The end of the magic number and version, if they have not been copied yet.
fn header_end(module: &[u8], done: usize) -> usize {
    if done == 0 { 8.min(module.len()) } else { done }
}

fn kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}
