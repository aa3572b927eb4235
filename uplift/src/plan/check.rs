//! The order of the checks, and what they share.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use wasmparser::ValType;
use wit_parser::{Function as WitFunction, Resolve, SizeAlign, WorldId, WorldItem};

use super::late;
use super::record::CLayouts;
use super::resource::plain_name;
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

/// A function that the world exports.
struct Wanted<'a> {
    /// Its key in the mapping.
    key: String,
    /// Its name among the core exports.
    export: String,
    function: &'a WitFunction,
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
    let wasi = module.imports.iter().any(|import| {
        import.origin() == Origin::WasiP1 && !stubbed.contains(&import.full_name().as_str())
    });
    if wasi {
        checker.adapter_growth();
    }
    if wasi {
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
        wasi,
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

    /// Checks every function of the world, and that nothing else is mapped.
    fn world(&mut self, world: WorldId) -> Vec<Function> {
        self.refuse_world_imports(world);
        self.refuse_empty_interfaces(world);
        let wanted = &wanted(self.resolve, world);
        let keys: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.key.as_str()).collect();
        let mapping = self.mapping;
        for key in mapping.root.function.keys() {
            if !keys.contains(key.as_str()) {
                let span = self
                    .mapping
                    .document
                    .key(&[Step::Key("function"), Step::Key(key)]);
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-function",
                        span,
                        format!("the world exports no function `{key}`"),
                        "not in the world",
                    )
                    .help(did_you_mean(
                        key,
                        "its functions",
                        keys.iter().copied(),
                    )),
                );
            }
        }
        let mut functions = Vec::new();
        let mut missing = Vec::new();
        for wanted in wanted {
            let default = crate::mapping::Function::default();
            match mapping.root.function.get(&wanted.key) {
                Some(spec) => functions.extend(self.function(
                    wanted.key.as_str(),
                    &wanted.export,
                    wanted.function,
                    spec,
                )),
                // A plain function that an export fits needs no entry.
                None if self.fits_by_itself(wanted) => functions.extend(self.function(
                    wanted.key.as_str(),
                    &wanted.export,
                    wanted.function,
                    &default,
                )),
                None => missing.push(wanted.key.as_str()),
            }
        }
        if !missing.is_empty() {
            let span = self
                .mapping
                .document
                .value(&[Step::Key("wit"), Step::Key("world")]);
            let first = missing[0];
            let header = if first.contains(['#', '.']) {
                format!("[function.\"{first}\"]")
            } else {
                format!("[function.{first}]")
            };
            self.mistake(
                Diagnostic::mapping(
                    "mapping::missing-function",
                    span,
                    format!(
                        "the mapping lacks functions of the world: {}",
                        listed(&missing)
                    ),
                    "this world",
                )
                .help(format!("add `{header}` with what it calls")),
            );
        }
        functions
    }

    fn fits_by_itself(&self, wanted: &Wanted<'_>) -> bool {
        let export = default_export(wanted.function);
        self.module.exported_function(&export).is_some()
    }

    /// Functions that the world imports would have to come from the module.
    fn refuse_world_imports(&mut self, world: WorldId) {
        let resolve = self.resolve;
        let span = self
            .mapping
            .document
            .value(&[Step::Key("wit"), Step::Key("world")]);
        for (key, item) in &resolve.worlds[world].imports {
            let functions = match item {
                WorldItem::Interface { id, .. } => !resolve.interfaces[*id].functions.is_empty(),
                WorldItem::Function(_) => true,
                WorldItem::Type { .. } => false,
            };
            if functions {
                let name = resolve.name_world_key(key);
                self.mistake(Diagnostic::mapping(
                    "wit::unsupported",
                    span.clone(),
                    format!("the world imports `{name}`, and imports can't be mapped yet"),
                    "this world",
                ));
            }
        }
    }

    /// There is nothing that a component could export for such an interface.
    fn refuse_empty_interfaces(&mut self, world: WorldId) {
        let resolve = self.resolve;
        let path = [Step::Key("wit"), Step::Key("world")];
        let span = self.mapping.document.value(&path);
        for (key, item) in &resolve.worlds[world].exports {
            if let WorldItem::Interface { id, .. } = item
                && resolve.interfaces[*id].functions.is_empty()
            {
                let name = resolve.name_world_key(key);
                self.mistake(
                    Diagnostic::mapping(
                        "wit::unsupported",
                        span.clone(),
                        format!("the world exports `{name}`, which has no functions"),
                        "this world",
                    )
                    .help("add a function to the interface, or remove its export"),
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

/// The functions that the world exports.
fn wanted(resolve: &Resolve, world: WorldId) -> Vec<Wanted<'_>> {
    let mut wanted = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        let name = resolve.name_world_key(key);
        match item {
            WorldItem::Function(function) => wanted.push(Wanted {
                key: function.name.clone(),
                export: function.name.clone(),
                function,
            }),
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                let short = interface.name.as_deref().unwrap_or(&name);
                for function in interface.functions.values() {
                    wanted.push(Wanted {
                        key: format!("{short}#{}", plain_name(function)),
                        export: format!("{name}#{}", function.name),
                        function,
                    });
                }
            }
            WorldItem::Type { .. } => {}
        }
    }
    wanted
}

/// The export that a WIT function calls where the mapping names none.
pub(super) fn default_export(function: &WitFunction) -> String {
    plain_name(function).replace(['-', '.'], "_")
}
