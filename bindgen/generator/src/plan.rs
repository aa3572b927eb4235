//! Which Python modules there are for a world, what is in each, and all names.

use std::collections::{HashMap, HashSet};
use std::ops::Index;

use indexmap::IndexMap;
use wit_parser::{
    Function, FunctionKind, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem,
    WorldKey,
};

use crate::input::Source;
use crate::names::{self, Namespace};
use crate::support::{Side, Supported};
use crate::traverse::{definition, is_used, reached, signature_types};

/// Where the Python of a type is: in an interface's module or the world's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Home {
    Interface(InterfaceId),
    World,
}

/// One direction of an interface, or of the world itself.
#[derive(Debug, Default)]
pub(crate) struct Surface<'a> {
    /// The class: `Geometry`, `LogImports`.
    pub(crate) class: String,
    /// The attribute of the world's object or of the imports.
    pub(crate) attribute: String,
    pub(crate) functions: Vec<&'a Function>,
}

/// A Python module: that of an interface, or of the world's own types.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    /// `demo:shapes/geometry@1.0.0`.
    pub(crate) wit: String,
    /// `geometry`.
    pub(crate) python: String,
    pub(crate) docs: &'a str,
    /// What the module defines, each type after what it is made of.
    pub(crate) types: Vec<TypeId>,
    pub(crate) import: Option<Surface<'a>>,
    pub(crate) export: Option<Surface<'a>>,
    /// The class or alias of each type.
    pub(crate) names: HashMap<TypeId, String>,
    /// The classes of a variant's cases.
    pub(crate) cases: HashMap<TypeId, Vec<String>>,
    /// The exception of a type that is some function's error.
    pub(crate) errors: HashMap<TypeId, String>,
    /// The protocol of a resource that is imported, where the exported one has
    /// the plain name.
    pub(crate) hosts: HashMap<TypeId, String>,
    /// The Python name of each function, by its WIT name.
    pub(crate) functions: HashMap<&'a str, String>,
    /// What the module defines, for `__all__`.
    pub(crate) public: Vec<String>,
    pub(crate) namespace: Namespace,
}

/// Everything that is decided before a line is written.
pub(crate) struct Plan<'a> {
    pub(crate) resolve: &'a Resolve,
    pub(crate) supported: &'a Supported<'a>,
    pub(crate) digest: &'a str,
    pub(crate) world_docs: &'a str,
    modules: IndexMap<Home, Module<'a>>,
    world_name: String,
    world_python: String,
    world_class: String,
}

impl<'a> Index<Home> for Plan<'a> {
    type Output = Module<'a>;

    fn index(&self, home: Home) -> &Module<'a> {
        &self.modules[&home]
    }
}

impl<'a> Plan<'a> {
    pub(crate) fn new(source: &'a Source, supported: &'a Supported<'a>) -> Self {
        let resolve = &source.resolve;
        let world = &resolve.worlds[source.world];
        let package = world.package.filter(|_| source.named);
        let mut plan = Self {
            resolve,
            supported,
            digest: &source.digest,
            world_docs: text(&world.docs),
            modules: IndexMap::from([(Home::World, Module::default())]),
            world_name: package.map_or_else(
                || world.name.clone(),
                |package| resolve.id_of_name(package, &world.name),
            ),
            world_python: Namespace::default().claim(&names::snake(&world.name)),
            world_class: Namespace::new(&[names::IMPORTED]).claim(&names::camel(&world.name)),
        };
        plan.collect();
        plan.collect_supplied_types();
        plan.modules.retain(|home, module| {
            *home == Home::World || !module.types.is_empty() || module.has_surface()
        });
        plan.name_modules();
        plan.name_attributes();
        plan.name_types();
        plan
    }

    /// The modules that become files of their own.
    pub(crate) fn modules(&self) -> impl Iterator<Item = Home> + '_ {
        let homes = self.modules.iter();
        homes
            .filter(|(home, module)| **home != Home::World || !module.types.is_empty())
            .map(|(home, _)| *home)
    }

    /// What a module defines itself, of all that is public in it.
    pub(crate) fn own_names(&self, home: Home) -> impl Iterator<Item = &String> {
        let module = &self[home];
        let used = module.names.iter();
        let used: HashSet<&String> = used
            .filter(|(id, _)| is_used(self.resolve, **id))
            .map(|(_, name)| name)
            .collect();
        module
            .public
            .iter()
            .filter(move |name| !used.contains(name))
    }

    /// The world's WIT name, with its package.
    pub(crate) fn world_name(&self) -> &str {
        &self.world_name
    }

    pub(crate) fn world_python(&self) -> &str {
        &self.world_python
    }

    pub(crate) fn world_class(&self) -> &str {
        &self.world_class
    }

    pub(crate) fn wit_name(&self, id: TypeId) -> &'a str {
        self.resolve.types[id].name.as_deref().unwrap_or_default()
    }

    pub(crate) fn docs(&self, id: TypeId) -> &'a str {
        text(&self.resolve.types[id].docs)
    }

    /// The module of a type that has a name.
    pub(crate) fn home(&self, id: TypeId) -> Home {
        match self.resolve.types[id].owner {
            TypeOwner::Interface(id) => Home::Interface(id),
            TypeOwner::World(_) | TypeOwner::None => Home::World,
        }
    }

    /// Whether a type means one thing in imports and another in exports, since
    /// there is a resource in it that both sides have.
    pub(crate) fn is_two_sided(&self, ty: Type) -> bool {
        reached(self.resolve, [ty]).into_iter().any(|id| {
            let module = self.modules.get(&self.home(id));
            matches!(self.resolve.types[id].kind, TypeDefKind::Resource)
                && module.is_some_and(|module| module.hosts.contains_key(&id))
        })
    }

    /// The definition of a function's error type, if that has an exception of
    /// its own.
    pub(crate) fn error_type(&self, function: &Function) -> Option<TypeId> {
        let Type::Id(result) = function.result? else {
            return None;
        };
        match self.resolve.types[definition(self.resolve, result)].kind {
            TypeDefKind::Result(wit_parser::Result_ {
                err: Some(Type::Id(error)),
                ..
            }) => {
                let error = definition(self.resolve, error);
                let kind = &self.resolve.types[error].kind;
                is_nominal(kind).then_some(error)
            }
            _ => None,
        }
    }

    /// The functions of a resource on one side.
    pub(crate) fn resource_functions(
        &self,
        home: Home,
        side: Side,
        id: TypeId,
    ) -> Vec<&'a Function> {
        let functions = self[home].surface(side).map(|surface| &surface.functions);
        functions
            .into_iter()
            .flatten()
            .copied()
            .filter(|function| function.kind.resource() == Some(id))
            .collect()
    }

    /// The resources that a module defines.
    pub(crate) fn resources(&self, home: Home) -> Vec<TypeId> {
        let types = self[home].types.iter().copied();
        types
            .filter(|id| matches!(self.resolve.types[*id].kind, TypeDefKind::Resource))
            .collect()
    }

    fn collect(&mut self) {
        for (side, key, item) in self.supported.items() {
            match item {
                WorldItem::Function(function) if self.supported.has(side, None, function) => {
                    let module = self.modules.entry(Home::World).or_default();
                    module.surface_mut(side).functions.push(function);
                }
                WorldItem::Type { id, .. }
                    if self.supported.has_type(Side::Import, *id)
                        && !is_used(self.resolve, *id) =>
                {
                    let module = self.modules.entry(Home::World).or_default();
                    module.types.push(*id);
                    if matches!(self.resolve.types[*id].kind, TypeDefKind::Resource) {
                        module.surface_mut(Side::Import);
                    }
                }
                WorldItem::Interface { id, .. } => self.collect_interface(side, key, *id),
                WorldItem::Function(_) | WorldItem::Type { .. } => {}
            }
        }
        let world = &mut self.modules[&Home::World];
        world.types = in_order(self.resolve, &world.types);
    }

    fn collect_interface(&mut self, side: Side, key: &WorldKey, id: InterfaceId) {
        let interface = &self.resolve.interfaces[id];
        let renamed = matches!(key, WorldKey::Name(_)) && interface.name.is_some();
        if renamed || self.supported.is_supplied(side, id) {
            return;
        }
        let functions = interface.functions.values();
        let functions: Vec<_> = functions
            .filter(|function| self.supported.has(side, Some(id), function))
            .collect();
        let types = interface.types.values().copied();
        let types: Vec<_> = types
            .filter(|id| self.supported.has_type(side, *id))
            .collect();
        let has_resource = types
            .iter()
            .any(|id| matches!(self.resolve.types[*id].kind, TypeDefKind::Resource));
        let wit = self.resolve.name_world_key(key);
        let module = self.modules.entry(Home::Interface(id)).or_default();
        module.wit = wit;
        module.docs = text(&interface.docs);
        if has_resource || !functions.is_empty() {
            module.surface_mut(side).functions = functions;
        }
        // The other side may have had fewer.
        if types.len() > module.types.len() {
            module.types = in_order(self.resolve, &types);
        }
    }

    /// Of an interface that the runtime supplies, only those types get a module
    /// that other interfaces mention.
    fn collect_supplied_types(&mut self) {
        let functions = self.modules.values().flat_map(|module| {
            let surfaces = module.import.iter().chain(&module.export);
            surfaces.flat_map(|surface| &surface.functions)
        });
        let types = functions.flat_map(|function| signature_types(function));
        let defined = self.modules.values().flat_map(|module| &module.types);
        let all: Vec<Type> = types.chain(defined.map(|id| Type::Id(*id))).collect();
        for id in reached(self.resolve, all) {
            let ty = &self.resolve.types[id];
            if let (Some(_), TypeOwner::Interface(interface)) = (&ty.name, ty.owner) {
                let home = Home::Interface(interface);
                let is_new = !self.modules.contains_key(&home);
                let module = self.modules.entry(home).or_default();
                if is_new {
                    module.wit = self.resolve.id_of(interface).unwrap_or_default();
                    module.docs = text(&self.resolve.interfaces[interface].docs);
                }
                if !module.types.contains(&id) {
                    module.types.push(id);
                }
            }
        }
    }

    /// Modules are named after their interfaces: with the package where several
    /// have the name, with the version where a package has several.
    fn name_modules(&mut self) {
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
        let mut names = Namespace::new(&[names::IMPORTED]);
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
    fn name_attributes(&mut self) {
        let world_names: &[&[&str]] = &[names::ANNOTATIONS, names::METHODS, names::WORLD];
        let mut exports = Namespace::new(world_names);
        let mut imports = Namespace::new(&[names::ANNOTATIONS, names::METHODS]);
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
            let (import, export) = (module.import.as_ref(), module.export.as_ref());
            let functions: Vec<&Function> = import
                .into_iter()
                .chain(export)
                .flat_map(|surface| surface.functions.iter().copied())
                .collect();
            let mut plain = Namespace::new(&[names::ANNOTATIONS, names::METHODS]);
            let mut resources: HashMap<TypeId, Namespace> = HashMap::new();
            for function in functions {
                if module.functions.contains_key(function.name.as_str()) {
                    continue;
                }
                let wanted = names::snake(function.item_name());
                let name = match (function.kind.resource(), home) {
                    _ if matches!(function.kind, FunctionKind::Constructor(_)) => wanted,
                    (Some(resource), _) => resources
                        .entry(resource)
                        .or_insert_with(|| {
                            let own = &[names::ANNOTATIONS, names::METHODS, names::RESOURCE];
                            Namespace::new(own)
                        })
                        .claim(&wanted),
                    (None, Home::Interface(_)) => plain.claim(&wanted),
                    (None, Home::World) if is_in(export, function) => exports.claim(&wanted),
                    (None, Home::World) => imports.claim(&wanted),
                };
                module.functions.insert(&function.name, name);
            }
        }
    }

    /// Names the classes: the WIT's own types first, so that what is made up
    /// beside them gives way.
    fn name_types(&mut self) {
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

impl<'a> Module<'a> {
    pub(crate) fn surface(&self, side: Side) -> Option<&Surface<'a>> {
        match side {
            Side::Import => self.import.as_ref(),
            Side::Export => self.export.as_ref(),
        }
    }

    fn surface_mut(&mut self, side: Side) -> &mut Surface<'a> {
        let surface = match side {
            Side::Import => &mut self.import,
            Side::Export => &mut self.export,
        };
        surface.get_or_insert_default()
    }

    fn has_surface(&self) -> bool {
        self.import.is_some() || self.export.is_some()
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

pub(crate) fn text(docs: &wit_parser::Docs) -> &str {
    docs.contents.as_deref().unwrap_or_default()
}

/// Whether values of the type have a Python class of their own.
fn is_nominal(kind: &TypeDefKind) -> bool {
    matches!(
        kind,
        TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
    )
}

fn is_in(surface: Option<&Surface<'_>>, function: &Function) -> bool {
    let functions = surface.into_iter().flat_map(|surface| &surface.functions);
    functions
        .into_iter()
        .any(|other| std::ptr::eq(*other, function))
}

/// The types in the WIT's order, but each after what it is made of.
fn in_order(resolve: &Resolve, types: &[TypeId]) -> Vec<TypeId> {
    let all = reached(resolve, types.iter().map(|id| Type::Id(*id)));
    let wanted: HashSet<_> = types.iter().copied().collect();
    all.into_iter().filter(|id| wanted.contains(id)).collect()
}
