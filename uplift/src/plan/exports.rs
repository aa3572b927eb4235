//! The functions that the world exports.

use std::collections::BTreeSet;

use wit_parser::{Function as WitFunction, Resolve, WorldId, WorldItem};

use super::Function;
use super::check::Checker;
use super::resource::plain_name;
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::mapping::Step;

/// A function that the world exports.
struct Wanted<'a> {
    /// Its key in the mapping.
    key: String,
    /// Its name among the core exports.
    export: String,
    function: &'a WitFunction,
}

impl Checker<'_> {
    /// Checks every function of the world, and that nothing else is mapped.
    pub(super) fn world(&mut self, world: WorldId) -> Vec<Function> {
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
