//! The order of the checks, and what they share.

use std::ops::Range;
use std::path::Path;

use wasmparser::ValType;
use wit_parser::{Resolve, SizeAlign};

use super::late;
use super::record::CLayouts;
use super::world::{self, Wit};
use super::{Callee, Function, Output, Plan, Resource};
use crate::c::Library;
use crate::diagnostic::{Diagnostic, did_you_mean, listed, nearest};
use crate::emit::{self, MainChange};
use crate::inspection::Origin;
use crate::mapping::{Mapping, Step};
use crate::module::{Module, core_type};

/// What the checks share.
pub(super) struct Checker<'a> {
    pub(super) module: &'a Module,
    pub(super) mapping: &'a Mapping,
    pub(super) resolve: &'a Resolve,
    pub(super) sizes: SizeAlign,
    /// What the debugging information knows.
    pub(super) signatures: Library,
    pub(super) resources: Vec<Resource>,
    pub(super) layouts: CLayouts,
    mistakes: Vec<Diagnostic>,
    changes: Vec<(MainChange, String)>,
    notes: Vec<String>,
}

pub(super) fn check(
    module: &Module,
    mapping: &Mapping,
    folder: &Path,
) -> Result<Plan, Vec<Diagnostic>> {
    let stubbed: Vec<&str> = mapping.root.import.keys().map(String::as_str).collect();
    let refusals = module.refusals(&stubbed);
    let Wit {
        resolve,
        world,
        files: wit_files,
    } = world::read(mapping, folder).map_err(|mistake| {
        let mut all = refusals.clone();
        all.push(*mistake);
        all
    })?;
    let mut sizes = SizeAlign::default();
    sizes
        .fill(&resolve)
        .map_err(|error| vec![Diagnostic::module("wit::sizes", error.to_string())])?;
    let mut checker = Checker {
        module,
        mapping,
        resolve: &resolve,
        sizes,
        signatures: module.debugging_information(),
        resources: Vec::new(),
        layouts: CLayouts::new(),
        mistakes: refusals,
        changes: Vec::new(),
        notes: Vec::new(),
    };
    checker.digest();
    checker.unconfirmed();
    checker.memory_export();
    checker.resources = checker.resources(world);
    checker.unknown_records();
    let mut functions = checker.world(world);
    let needs_room = functions.iter().any(needs_room)
        || checker
            .resources
            .iter()
            .any(|resource| resource.size.is_some());
    let room = checker.room(needs_room);
    let stubs = checker.stubs();
    let init = checker.init();
    let wasi: Vec<&str> = module
        .imports
        .iter()
        .filter(|import| {
            import.origin() == Origin::WasiP1 && !stubbed.contains(&import.full_name().as_str())
        })
        .map(|import| import.name.as_str())
        .collect();
    if !wasi.is_empty() {
        checker.adapter_growth(&wasi);
        for function in &mut functions {
            function.ends_late = late::ends_late(module, &checker.resources, function);
        }
    }
    checker.start_function();
    let wrappers = module.command_wrappers();
    if !wrappers.is_empty() {
        checker.note(format!(
            "constructors run before and destructors after each call of {}, as wasm-ld makes the \
             exports of a command: they are called as they are",
            listed(&wrappers)
        ));
    }
    let features = module.unusual_features();
    if !features.is_empty() {
        checker.note(format!(
            "the module uses {}, which not every host has or switches on by itself",
            features.join(", ")
        ));
    }
    let Checker {
        resources,
        mut mistakes,
        changes,
        notes,
        ..
    } = checker;
    if !mistakes.is_empty() {
        let place = |mistake: &Diagnostic| mistake.span.as_ref().map(|span| span.start);
        mistakes
            .sort_by(|one, other| (&one.source, place(one)).cmp(&(&other.source, place(other))));
        return Err(mistakes);
    }
    let (main_changes, changes): (Vec<MainChange>, Vec<String>) = changes.into_iter().unzip();
    Ok(Plan {
        main: emit::change_main(&module.bytes, &main_changes),
        wasi: !wasi.is_empty(),
        world,
        room,
        stubs,
        init,
        resources,
        functions,
        wit_files,
        changes,
        notes,
        resolve,
    })
}

fn needs_room(function: &Function) -> bool {
    function.needs_area()
        || function.params_in_memory
        || !function.strings.is_empty()
        || !function.buffers.is_empty()
        || function.parts.iter().any(|part| {
            // A struct is read from memory, also where nothing is placed there.
            part.output.takes_room() || matches!(part.output, Output::Record { .. })
        })
}

impl Checker<'_> {
    pub(super) fn mistake(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(super) fn change(&mut self, change: MainChange, words: String) {
        self.changes.push((change, words));
    }

    fn digest(&mut self) {
        let digest = self.module.sha256();
        match &self.mapping.root.module.sha256 {
            None => self.note(format!(
                "the mapping records no digest, so a changed module is not noticed: add \
                 `module = {{ sha256 = \"{digest}\" }}`"
            )),
            Some(recorded) if recorded.eq_ignore_ascii_case(&digest) => {}
            Some(recorded) => {
                let span = self
                    .mapping
                    .document
                    .value(&[Step::Key("module"), Step::Key("sha256")]);
                let hexadecimal = recorded.bytes().all(|byte| byte.is_ascii_hexdigit());
                if !hexadecimal || recorded.len() != digest.len() {
                    self.mistake(
                        Diagnostic::mapping(
                            "mapping::digest",
                            span,
                            "`sha256` is no SHA-256 digest",
                            format!("{} hexadecimal digits are expected", digest.len()),
                        )
                        .help(format!("this module has {digest}")),
                    );
                    return;
                }
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::another-module",
                        span,
                        "the mapping is for another module",
                        format!("this module has {digest}"),
                    )
                    .help("check the mapping against the new module, then record its digest"),
                );
            }
        }
    }

    /// The export called `name`, or a mistake at `span`.
    pub(super) fn callee(&mut self, name: &str, span: Range<usize>) -> Option<Callee> {
        if let Some((_, ty)) = self.module.exported_function(name) {
            let references =
                |types: &[ValType]| types.iter().any(|ty| matches!(ty, ValType::Ref(_)));
            if !references(ty.params()) && !references(ty.results()) {
                return Some(super::memory::callee(name, ty));
            }
            self.mistake(Diagnostic::mapping(
                "mapping::core-signature",
                span,
                format!("`{name}` is {}, and C knows no references", core_type(ty)),
                "can't be called",
            ));
            return None;
        }
        let exports = self.module.exported_functions().map(|(name, _)| name);
        let help = match self.module.internal_function(name) {
            Some(index) if nearest(name, exports.clone()).is_none() => format!(
                "function {index} has that name in the name section, but it is not exported"
            ),
            _ => did_you_mean(name, "exported functions", exports),
        };
        self.mistake(
            Diagnostic::mapping(
                "mapping::unknown-export",
                span,
                format!("the module exports no function `{name}`"),
                "no such export",
            )
            .help(help),
        );
        None
    }

    /// The export called `name`, if it is of a type that is expected of what does
    /// that.
    pub(super) fn release(
        &mut self,
        name: &str,
        span: Range<usize>,
        expected: &[&str],
        does: &str,
    ) -> Option<Callee> {
        let callee = self.callee(name, span.clone())?;
        let (_, ty) = self.module.exported_function(name)?;
        let found = core_type(ty);
        if expected.contains(&found.as_str()) {
            return Some(callee);
        }
        let module = self.module;
        let fitting: Vec<&str> = module
            .exported_functions()
            .filter(|(_, index)| expected.contains(&core_type(module.function(*index)).as_str()))
            .map(|(name, _)| name)
            .collect();
        let expected = expected.join(" or ");
        self.mistake(
            Diagnostic::mapping(
                "mapping::core-signature",
                span,
                format!("`{name}` is {found}, and {expected} is expected of what {does}"),
                "another signature",
            )
            .help(did_you_mean(name, "exports that fit", fitting)),
        );
        None
    }
}
