//! Which Python modules there are for a world, what is in each, and all names.

mod collect;
mod naming;

use std::collections::{HashMap, HashSet};
use std::ops::Index;

use indexmap::IndexMap;
use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::input::Source;
use crate::names::{self, Namespace};
use crate::support::{Side, Supported};
use crate::traverse::{definition, is_used, reached};

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
    functions: HashMap<Side, HashMap<&'a str, String>>,
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
}

impl<'a> Module<'a> {
    pub(crate) fn surface(&self, side: Side) -> Option<&Surface<'a>> {
        match side {
            Side::Import => self.import.as_ref(),
            Side::Export => self.export.as_ref(),
        }
    }

    /// The Python name of a function that is here.
    pub(crate) fn function(&self, side: Side, function: &Function) -> &str {
        &self.functions[&side][function.name.as_str()]
    }

    /// Everything that is imported, then everything that is exported.
    fn functions(&self) -> impl Iterator<Item = (Side, &'a Function)> + '_ {
        [Side::Import, Side::Export].into_iter().flat_map(|side| {
            let functions = self.surface(side).map(|surface| &surface.functions);
            let functions = functions.into_iter().flatten();
            functions.map(move |function| (side, *function))
        })
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

pub(crate) fn text(docs: &wit_parser::Docs) -> &str {
    docs.contents.as_deref().unwrap_or_default()
}

/// Whether values of the type have a Python class of their own.
pub(crate) fn is_nominal(kind: &TypeDefKind) -> bool {
    matches!(
        kind,
        TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
    )
}
