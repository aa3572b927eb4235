//! Every name of a package, chosen before a line is written.

use std::collections::{HashMap, HashSet};

use wit_parser::{FunctionKind, Resolve, TypeDefKind, TypeId};

use super::{Home, Plan};
use crate::names::{self, Namespace};
use crate::support::Side;

impl Plan<'_> {
    /// Modules are named after their interfaces: with the package where several
    /// have the name, with the version where a package has several.
    pub(super) fn name_modules(&mut self) {
        let homes: Vec<Home> = self.modules.keys().copied().collect();
        let parts: HashMap<Home, Parts> = homes
            .iter()
            .map(|home| {
                (
                    *home,
                    Parts::of(self.resolve, *home, &self.modules[home].wit),
                )
            })
            .collect();
        // Modules are imported beside what annotations mention.
        let mut names = Namespace::new(&[names::IMPORTED, names::ANNOTATIONS, names::METHODS]);
        // The world comes first in the map, and last in the choice of names.
        for home in homes.into_iter().rev() {
            let name = match home {
                Home::World => names.claim("world"),
                Home::Interface(_) => names.claim(&parts[&home].module(parts.values())),
            };
            let class = names::camel(&parts[&home].interface);
            let module = &mut self.modules[&home];
            module.python = name;
            for surface in module.import.iter_mut().chain(&mut module.export) {
                surface.class.clone_from(&class);
            }
        }
    }

    /// Names the attributes of the world's object and of its imports, and the
    /// functions beside them.
    pub(super) fn name_attributes(&mut self) {
        let world_names: &[&[&str]] = &[names::ANNOTATIONS, names::METHODS, names::WORLD];
        let mut exports = Namespace::new(world_names);
        let mut imports = Namespace::new(&[names::ANNOTATIONS, names::METHODS, names::FIELDS]);
        for (home, module) in &mut self.modules {
            if matches!(home, Home::Interface(_)) {
                if let Some(export) = &mut module.export {
                    export.attribute = exports.claim(&module.python);
                }
                if let Some(import) = &mut module.import {
                    import.attribute = imports.claim(&module.python);
                }
            }
        }
        for (home, module) in &mut self.modules {
            let mut plain = Namespace::new(&[names::ANNOTATIONS, names::METHODS]);
            let mut resources: HashMap<TypeId, Namespace> = HashMap::new();
            let mut functions: HashMap<Side, HashMap<&str, String>> = HashMap::new();
            for (side, function) in module.functions() {
                let imported = functions.get(&Side::Import);
                let other = imported.and_then(|names| names.get(function.name.as_str()));
                let wanted = names::snake(function.item_name());
                let name = match (function.kind.resource(), home, other) {
                    // Whoever implements an interface, its functions have one name.
                    (_, Home::Interface(_), Some(other)) => other.clone(),
                    _ if matches!(function.kind, FunctionKind::Constructor(_)) => wanted,
                    (Some(resource), ..) => resources
                        .entry(resource)
                        .or_insert_with(|| {
                            let own = &[names::ANNOTATIONS, names::METHODS, names::RESOURCE];
                            Namespace::new(own)
                        })
                        .claim(&wanted),
                    (None, Home::Interface(_), None) => plain.claim(&wanted),
                    (None, Home::World, _) => match side {
                        Side::Import => imports.claim(&wanted),
                        Side::Export => exports.claim(&wanted),
                    },
                };
                let names = functions.entry(side).or_default();
                names.insert(&function.name, name);
            }
            module.functions = functions;
        }
    }

    /// Names the classes: the WIT's own types first, so that what is made up
    /// beside them gives way.
    pub(super) fn name_types(&mut self) {
        let errors: HashSet<TypeId> = self
            .modules
            .values()
            .flat_map(|module| module.import.iter().chain(&module.export))
            .flat_map(|surface| &surface.functions)
            .filter_map(|function| self.error_type(function))
            .collect();
        let resolve = self.resolve;
        for (home, module) in &mut self.modules {
            let mut names = Namespace::new(&[names::IMPORTED]);
            for id in &module.types {
                let wit = resolve.types[*id].name.as_deref().unwrap_or_default();
                let name = names.claim(&names::camel(wit));
                module.names.insert(*id, name);
            }
            for id in &module.types {
                let name = module.names[id].trim_end_matches('_');
                match &resolve.types[*id].kind {
                    TypeDefKind::Resource
                        if matches!(home, Home::Interface(_))
                            && module.import.is_some()
                            && module.export.is_some() =>
                    {
                        let host = names.claim(&format!("Host{name}"));
                        module.hosts.insert(*id, host);
                    }
                    TypeDefKind::Variant(variant) => {
                        let cases = variant.cases.iter();
                        let cases = cases
                            .map(|case| names.claim(&format!("{name}{}", names::camel(&case.name))))
                            .collect();
                        module.cases.insert(*id, cases);
                    }
                    _ => {}
                }
                if errors.contains(id) {
                    let exception = names.claim(&names::exception(name));
                    module.errors.insert(*id, exception);
                }
            }
            if let (Home::Interface(_), Some(export)) = (home, &mut module.export) {
                export.class = names.claim(&export.class);
            }
            if let (Home::Interface(_), Some(import)) = (home, &mut module.import) {
                import.class = names.claim(&format!("{}Imports", import.class));
            }
            let made_up = module.hosts.values().chain(module.errors.values());
            let public = module.names.values().chain(made_up);
            let public = public.chain(module.cases.values().flatten());
            let surfaces = module.import.iter().chain(&module.export);
            let public = public.chain(surfaces.map(|surface| &surface.class));
            module.public = public.filter(|name| !name.is_empty()).cloned().collect();
            crate::module::sort_exports(&mut module.public);
            module.namespace = names;
        }
    }
}

/// What a module's name is put together from.
struct Parts {
    namespace: String,
    package: String,
    version: String,
    interface: String,
}

impl Parts {
    fn of(resolve: &Resolve, home: Home, key: &str) -> Self {
        let interface = match home {
            Home::Interface(id) => Some(&resolve.interfaces[id]),
            Home::World => None,
        };
        let named = interface.filter(|interface| interface.name.is_some());
        let package = named.and_then(|interface| interface.package);
        let package = package.map(|package| &resolve.packages[package].name);
        let version = package.and_then(|package| package.version.as_ref());
        Self {
            namespace: package.map_or_else(String::new, |name| name.namespace.clone()),
            package: package.map_or_else(String::new, |name| name.name.clone()),
            version: version.map_or_else(String::new, ToString::to_string),
            interface: named
                .and_then(|interface| interface.name.clone())
                .unwrap_or_else(|| key.to_owned()),
        }
    }

    fn module<'p>(&self, all: impl Iterator<Item = &'p Self> + Clone) -> String {
        let same_package =
            |other: &Self| (&other.namespace, &other.package) == (&self.namespace, &self.package);
        let namesakes = all
            .clone()
            .filter(|other| other.interface == self.interface);
        let rivals = namesakes.filter(|other| !same_package(other));
        let mut name = String::new();
        if rivals.clone().any(|other| other.package == self.package) {
            name = format!("{}_", self.namespace);
        }
        if rivals.count() > 0 && !self.package.is_empty() {
            name = format!("{name}{}_", self.package);
        }
        name.push_str(&self.interface);
        let mut versions = all.filter(|other| same_package(other));
        if versions.any(|other| other.version != self.version) {
            let version = self
                .version
                .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            name = format!("{name}_v{version}");
        }
        names::snake(&name)
    }
}
