//! A first WIT and mapping for a module, from the best evidence at hand.
//!
//! A C header knows types, names and comments; debugging information knows types
//! and names; a core type hardly anything. None of them knows who owns what,
//! which length belongs to which pointer, or what may be null: these are guesses,
//! and each is marked as not confirmed until somebody has decided it.

#[cfg(test)]
mod arbitrary;
mod ast;
mod declarations;
mod document;
mod evidence;
mod handles;
mod header;
mod interface;
mod names;
mod naming;
mod origin;
mod roles;
mod seal;
mod shape;
mod start;
mod statuses;
mod structs;
mod syntax;
mod toml_text;

use std::collections::{BTreeMap, BTreeSet};

pub use header::{Header, HeaderError};

use crate::c::Enum;
use crate::module::{Import, Module};
use evidence::{Evidence, Known};
use handles::Handle;
use names::{Names, kebab};
use naming::{name_all, resource_name};
use roles::{Context, Home, Proposal};
use start::Start;
use structs::{Struct, Structs};

/// A first WIT and mapping.
#[derive(Debug)]
pub struct Draft {
    /// The names of both files, without what comes after the dot.
    pub name: String,
    /// The WIT.
    pub wit: String,
    /// The mapping, in TOML.
    pub mapping: String,
    /// How many functions are in it.
    pub functions: usize,
    /// How many guesses somebody has to confirm.
    pub unconfirmed: usize,
    /// The exported functions that are not in it.
    pub left_out: Vec<LeftOut>,
    /// Whether the module exports nothing but what belongs to the tool chain.
    pub bare: bool,
    /// Why `wrap` refuses the module whatever the mapping says, with what mends it.
    pub refused: Vec<String>,
}

/// An exported function that a draft leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub export: String,
    /// Why it is left out.
    pub reason: String,
}

impl Draft {
    /// Drafts a WIT and a mapping for `module`; `name` is that of its file,
    /// without what comes after the dot.
    #[must_use]
    pub fn propose(module: &Module, name: &str, header: Option<&Header>) -> Self {
        let sketch = Sketch::new(module, kebab(name, "module"), header);
        let origin = match header {
            Some(header) => format!(
                "{} and {}",
                toml_text::line(name),
                toml_text::line(&header.name)
            ),
            None => toml_text::line(name),
        };
        let mapping = document::write(&sketch, module);
        Draft {
            wit: seal::sealed("//", &origin, &interface::write(&sketch)),
            functions: sketch.functions.len(),
            unconfirmed: sketch.unconfirmed(),
            mapping: seal::sealed("#", &origin, &mapping),
            name: sketch.name,
            left_out: sketch.left_out,
            bare: sketch.bare,
            refused: refused(module),
        }
    }

    /// Whether `text` is a file of a draft as it was written.
    #[must_use]
    pub fn is_untouched(text: &str) -> bool {
        seal::is_untouched(text)
    }
}

/// A draft before it is written.
struct Sketch {
    /// In kebab case.
    name: String,
    evidence: Evidence,
    handles: BTreeMap<String, Handle>,
    /// The WIT names of the resources, by their records.
    resources: BTreeMap<String, String>,
    /// The WIT names of enums, by their C names.
    enums: BTreeMap<String, String>,
    structs: Structs,
    /// The WIT names of the structs that functions mention, by their C names.
    records: BTreeMap<String, String>,
    start: Start,
    functions: Vec<Drafted>,
    left_out: Vec<LeftOut>,
    bare: bool,
}

/// A function of a draft.
struct Drafted {
    known: Known,
    proposal: Proposal,
    /// Its WIT name.
    name: String,
}

impl Drafted {
    fn belongs_to(&self, record: &str) -> bool {
        match &self.proposal.home {
            Home::Interface => false,
            Home::Constructor(home) | Home::Method(home) | Home::Static(home) => home == record,
        }
    }

    /// The declaration as C spells it.
    fn spelled(&self) -> String {
        let mut declaration = self.known.declaration.clone();
        for (at, (name, _)) in declaration.parameters.iter_mut().enumerate() {
            if name.is_empty() {
                *name = format!("a{at}");
            }
        }
        declaration.spelled(&self.known.export)
    }
}

impl Sketch {
    fn new(module: &Module, name: String, header: Option<&Header>) -> Self {
        let mut evidence = Evidence::gather(module, header);
        let mut left_out = tool_chain(module, &mut evidence);
        let bare = left_out.len() == evidence.functions.len();
        let start = Start::new(module, &mut evidence, &mut left_out);
        let structs = structs::find(&evidence);
        let mut handles = handles::find(&evidence);
        handles::without_records(&mut handles, &structs, &evidence);
        let mut scope = Names::default();
        let resources: BTreeMap<String, String> = handles
            .keys()
            .map(|record| (record.clone(), scope.unique(&resource_name(record))))
            .collect();
        let enums: BTreeMap<String, String> = evidence
            .types
            .enums
            .iter()
            .filter(|(_, found)| shape::is_status(found) || shape::counts_from_zero(found))
            .map(|(name, _)| (name.clone(), scope.unique(&resource_name(name))))
            .collect();
        let mut records: BTreeMap<String, String> = structs
            .iter()
            .filter(|(_, found)| found.is_ok())
            .map(|(name, _)| (name.clone(), scope.unique(&resource_name(name))))
            .collect();
        let context = Context {
            evidence: &evidence,
            handles: &handles,
            resources: &resources,
            enums: &enums,
            structs: &structs,
            records: &records,
        };
        let mut proposals = Vec::new();
        let ends: BTreeSet<&String> = handles
            .values()
            .filter_map(|handle| handle.destroy.as_ref())
            .collect();
        for known in &evidence.functions {
            if evidence.set_aside.contains(&known.export) {
                continue;
            }
            let reason = if ends.contains(&known.export) {
                Err("it ends a resource".into())
            } else {
                roles::propose(known, &context)
            };
            match reason {
                Ok(proposal) => proposals.push((known.clone(), proposal)),
                Err(reason) => left_out.push(LeftOut {
                    export: known.export.clone(),
                    reason,
                }),
            }
        }
        let helpers = helpers(&proposals);
        proposals.retain(|(known, _)| match helpers.get(&known.export) {
            None => true,
            Some(reason) => {
                left_out.push(LeftOut {
                    export: known.export.clone(),
                    reason: reason.clone(),
                });
                false
            }
        });
        for one in &mut left_out {
            if let Some(reason) = helpers.get(&one.export)
                && !evidence.set_aside.contains(&one.export)
            {
                one.reason.clone_from(reason);
            }
        }
        let functions = name_all(proposals, &handles, &resources, scope);
        // The interface is exported for its functions.
        let (handles, resources) = if functions.is_empty() {
            Default::default()
        } else {
            (handles, resources)
        };
        let mentioned = functions
            .iter()
            .flat_map(|function| &function.proposal.structs);
        let (used, _) = structs::used(&structs, mentioned);
        records.retain(|name, _| used.contains(name));
        Sketch {
            name,
            evidence,
            handles,
            resources,
            enums,
            structs,
            records,
            start,
            functions,
            left_out,
            bare,
        }
    }

    /// The enums that functions mention, by their WIT names, and whether they are
    /// errors.
    fn used_enums(&self) -> Vec<(&str, &Enum, bool)> {
        let used = |of: fn(&Proposal) -> &Vec<String>| -> BTreeSet<&String> {
            self.functions
                .iter()
                .flat_map(|function| of(&function.proposal))
                .collect()
        };
        let errors = used(|proposal| &proposal.errors);
        let mut values = used(|proposal| &proposal.enums);
        let (_, in_structs) = structs::used(&self.structs, self.records.keys());
        values.extend(in_structs);
        self.enums
            .iter()
            .filter(|(name, _)| errors.contains(name) || values.contains(name))
            .filter_map(|(name, wit)| {
                let found = self.evidence.types.enums.get(name)?;
                Some((wit.as_str(), found, errors.contains(name)))
            })
            .collect()
    }

    /// How many entries are guesses.
    fn unconfirmed(&self) -> usize {
        let guesses: usize = self
            .functions
            .iter()
            .flat_map(|function| {
                let proposal = &function.proposal;
                proposal.arguments.iter().chain(&proposal.returns)
            })
            .filter(|entry| !entry.certain)
            .count();
        let records = self.structs_used().filter(|(.., found)| found.is_guess());
        guesses + self.resources.len() + records.count() + self.start.guesses()
    }

    /// The structs that functions mention and those in them: the C name, the WIT
    /// name, and the struct.
    fn structs_used(&self) -> impl Iterator<Item = (&str, &str, &Struct)> {
        self.records.iter().filter_map(|(name, wit)| {
            let found = self.structs.get(name)?.as_ref().ok()?;
            Some((name.as_str(), wit.as_str(), found))
        })
    }

    /// Whether something is passed through the memory.
    fn needs_room(&self) -> bool {
        self.handles.values().any(|handle| handle.size.is_some())
            || self.functions.iter().any(|function| {
                let proposal = &function.proposal;
                let entries = proposal.arguments.iter().chain(&proposal.returns);
                entries
                    .clone()
                    .any(|entry| !entry.fields.starts_with("as = \"value\""))
            })
    }
}

/// Why no mapping will do for the module: one may have stubs for all imports.
fn refused(module: &Module) -> Vec<String> {
    let imports: Vec<String> = module.imports.iter().map(Import::full_name).collect();
    let imports: Vec<&str> = imports.iter().map(String::as_str).collect();
    module.refused(&imports)
}

/// Removes what belongs to the tool chain, and says so.
fn tool_chain(module: &Module, evidence: &mut Evidence) -> Vec<LeftOut> {
    const RUN_TIME: [&str; 9] = [
        "_initialize",
        "_start",
        "malloc",
        "calloc",
        "realloc",
        "cabi_realloc",
        "stackSave",
        "stackRestore",
        "stackAlloc",
    ];
    let allocator = module.allocator().exported;
    let mut left_out = Vec::new();
    for known in &evidence.functions {
        let name = known.export.as_str();
        let allocates = allocator
            .as_ref()
            .is_some_and(|found| found.malloc.name == name || found.free.name == name);
        let reason = if allocates {
            "the module's allocator"
        } else if RUN_TIME.contains(&name.strip_prefix('_').unwrap_or(name))
            || RUN_TIME.contains(&name)
            || name.starts_with("__")
            || name.starts_with("_emscripten_")
        {
            "it belongs to the tool chain"
        } else {
            continue;
        };
        left_out.push(LeftOut {
            export: name.to_owned(),
            reason: reason.into(),
        });
    }
    evidence.set_aside = left_out.iter().map(|one| one.export.clone()).collect();
    left_out
}

/// The functions that others need, and why they are left out by themselves.
fn helpers(proposals: &[(Known, Proposal)]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (known, proposal) in proposals {
        for entry in proposal.arguments.iter().chain(&proposal.returns) {
            if let Some((helper, what)) = &entry.helper {
                found
                    .entry(helper.clone())
                    .or_insert_with(|| format!("{what} of `{}`", known.export));
            }
        }
    }
    found
}
