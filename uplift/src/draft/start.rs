//! What a module is given before it is called: stubs for its imports, and the
//! calls that start it.

use std::collections::BTreeSet;

use super::evidence::{Evidence, Known};
use super::shape::{Shape, shape};
use super::{LeftOut, handles};
use crate::inspection::Origin;
use crate::module::{Module, core_type};

/// What makes the compiler's objects, where `_initialize` does not.
const CONSTRUCTORS: &str = "__wasm_call_ctors";

/// Words in the names of functions that start a library.
const STARTING: [&str; 5] = ["init", "initialize", "initialise", "setup", "startup"];

/// An import that nobody provides.
pub(super) struct Stub {
    /// Its name in a mapping.
    pub(super) name: String,
    pub(super) core: String,
    /// Whether it may do nothing; otherwise it traps.
    pub(super) nothing: bool,
    pub(super) why: &'static str,
}

/// A call that starts the module.
pub(super) struct Init {
    pub(super) export: String,
    pub(super) why: String,
}

/// Both.
pub(super) struct Start {
    pub(super) stubs: Vec<Stub>,
    pub(super) calls: Vec<Init>,
}

impl Start {
    /// Proposes both; what is called at the start is left out of the WIT.
    pub(super) fn new(
        module: &Module,
        evidence: &mut Evidence,
        left_out: &mut Vec<LeftOut>,
    ) -> Self {
        let calls = calls(module, evidence);
        for call in &calls {
            let reason = "it is called at the start";
            match left_out.iter_mut().find(|one| one.export == call.export) {
                Some(known) => known.reason = reason.into(),
                None => left_out.push(LeftOut {
                    export: call.export.clone(),
                    reason: reason.into(),
                }),
            }
            evidence.set_aside.insert(call.export.clone());
        }
        Start {
            stubs: stubs(module),
            calls,
        }
    }

    /// How many entries are guesses: all.
    pub(super) fn guesses(&self) -> usize {
        self.stubs.len() + self.calls.len()
    }
}

fn stubs(module: &Module) -> Vec<Stub> {
    let mut seen = BTreeSet::new();
    module
        .imported_functions()
        .filter(|(import, _)| import.origin() != Origin::WasiP1)
        .filter(|(import, _)| seen.insert(import.full_name()))
        .map(|(import, ty)| {
            let nothing =
                import.name == "emscripten_notify_memory_growth" && ty.results().is_empty();
            Stub {
                name: import.full_name(),
                core: core_type(ty),
                nothing,
                why: match import.origin() {
                    _ if nothing => "it tells JavaScript that the memory has grown",
                    Origin::Emscripten => "it looks like Emscripten's JavaScript",
                    _ => "nobody provides it",
                },
            }
        })
        .collect()
}

fn calls(module: &Module, evidence: &Evidence) -> Vec<Init> {
    let constructors = evidence.functions.iter().filter(|known| {
        known.export == CONSTRUCTORS
            && core_type(&known.core) == "()"
            && module.exported_function("_initialize").is_none()
    });
    let constructors = constructors.map(|known| Init {
        export: known.export.clone(),
        why: "it makes what the compiler wants made first, and there is no `_initialize`".into(),
    });
    let starts = |known: &&Known| {
        let words = STARTING
            .iter()
            .any(|word| handles::has_word(&known.export, word));
        let status = match shape(&known.declaration.result) {
            Shape::Void | Shape::Enum(_) => true,
            Shape::Number(wit) => wit == "s32" && known.source.has_types(),
            _ => false,
        };
        words
            && status
            && !evidence.set_aside.contains(&known.export)
            && known.declaration.parameters.is_empty()
            && known.core.params().is_empty()
    };
    let starts = evidence.functions.iter().filter(starts).map(|known| Init {
        export: known.export.clone(),
        why: "it takes nothing, returns nothing or a status, and is called like what starts a \
              library"
            .into(),
    });
    constructors.chain(starts).collect()
}
