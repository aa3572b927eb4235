//! Which functions Python can call, and why not the others.

use std::collections::HashSet;

use wit_parser::{
    Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem,
    WorldKey,
};

use crate::error::Unsupported;
use crate::traverse::reached;

/// The packages of WASI 0.2 that the runtime supplies to a component.
const SUPPLIED: &[&str] = &["io", "clocks", "filesystem", "sockets", "random", "cli"];

/// The most flags that one type may have, by the Component Model.
const MOST_FLAGS: usize = 32;

/// The two directions of a world's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// What the host provides.
    Import,
    /// What the component provides.
    Export,
}

/// Why a function can't be called.
struct Why {
    reason: String,
    /// Whether wasmtime refuses a component that has it at all.
    prevents: bool,
}

impl Why {
    fn uncallable(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            prevents: false,
        }
    }

    fn preventing(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            prevents: true,
        }
    }
}

/// What of a world can be used.
pub(crate) struct Supported<'a> {
    resolve: &'a Resolve,
    world: WorldId,
    /// What the user supplies instead of the runtime.
    replaced: &'a HashSet<InterfaceId>,
    exported: HashSet<InterfaceId>,
    left_out: HashSet<(Side, Option<InterfaceId>, String)>,
    /// The functions that can't be called.
    pub(crate) skipped: Vec<Unsupported>,
}

impl<'a> Supported<'a> {
    pub(crate) fn find(
        resolve: &'a Resolve,
        world: WorldId,
        replaced: &'a HashSet<InterfaceId>,
    ) -> Self {
        let exported = resolve.worlds[world].exports.iter();
        let mut found = Self {
            resolve,
            world,
            replaced,
            exported: exported
                .filter_map(|(key, item)| interface_of(item).map(|id| (key, id)))
                .filter(|(key, id)| !is_renamed(resolve, key, *id))
                .map(|(_, id)| id)
                .collect(),
            left_out: HashSet::new(),
            skipped: Vec::new(),
        };
        for (side, key, item) in items(resolve, world) {
            match item {
                WorldItem::Function(function) => found.examine(side, None, key, function),
                WorldItem::Interface { id, .. } if is_renamed(resolve, key, *id) => {
                    found.leave_out_renamed(side, key, *id);
                }
                WorldItem::Interface { id, .. } if found.is_supplied(side, *id) => {}
                WorldItem::Interface { id, .. } => {
                    for function in resolve.interfaces[*id].functions.values() {
                        found.examine(side, Some(*id), key, function);
                    }
                }
                WorldItem::Type { .. } => {}
            }
        }
        found
    }

    /// Whether a function is not left out.
    pub(crate) fn has(
        &self,
        side: Side,
        interface: Option<InterfaceId>,
        function: &Function,
    ) -> bool {
        let key = (side, interface, function.name.clone());
        !self.left_out.contains(&key)
    }

    /// Whether a type can appear in Python.
    pub(crate) fn has_type(&self, side: Side, id: TypeId) -> bool {
        self.type_reason(side, Type::Id(id)).is_none()
    }

    /// Whether the runtime supplies an imported interface by itself.
    pub(crate) fn is_supplied(&self, side: Side, id: InterfaceId) -> bool {
        side == Side::Import && is_of_runtime(self.resolve, id) && !self.replaced.contains(&id)
    }

    /// Whose resource it is that a type of `owner` means in a signature on
    /// `side`: an exported interface sees other exported ones, and everything
    /// else is imported.
    pub(crate) fn side_of(&self, side: Side, owner: TypeOwner) -> Side {
        match owner {
            TypeOwner::Interface(id) if self.exported.contains(&id) => side,
            _ => Side::Import,
        }
    }

    fn examine(
        &mut self,
        side: Side,
        interface: Option<InterfaceId>,
        key: &WorldKey,
        function: &Function,
    ) {
        if let Some(why) = self.reason(context(side, interface), side, function) {
            self.left_out
                .insert((side, interface, function.name.clone()));
            let key = interface.map(|_| key);
            self.skip(side, key, &function.name, why);
        }
    }

    /// Leaves out what the runtime can't find; the world may have the interface
    /// by its own name as well.
    fn leave_out_renamed(&mut self, side: Side, key: &WorldKey, id: InterfaceId) {
        let interface = &self.resolve.interfaces[id];
        for (name, function) in &interface.functions {
            let reason = "its interface goes by a name of its own, which the runtime can't find";
            let worse = self.reason(context(side, Some(id)), side, function);
            let worse = worse.filter(|why| why.prevents);
            let why = worse.unwrap_or_else(|| Why::uncallable(reason));
            self.skip(side, Some(key), name, why);
        }
        for (name, ty) in &interface.types {
            let kind = &self.resolve.types[*ty].kind;
            if side == Side::Import && matches!(kind, TypeDefKind::Resource) {
                let reason = "it is a resource of an interface that goes by a name of its own, \
                              which the runtime can't give a component";
                self.skip(side, Some(key), name, Why::preventing(reason));
            }
        }
    }

    fn skip(&mut self, side: Side, key: Option<&WorldKey>, function: &str, why: Why) {
        self.skipped.push(Unsupported {
            imported: side == Side::Import,
            interface: key.map(|key| self.resolve.name_world_key(key)),
            function: function.to_owned(),
            reason: why.reason,
            prevents: why.prevents,
        });
    }

    fn reason(&self, context: Side, side: Side, function: &Function) -> Option<Why> {
        let params = function.params.iter();
        let params = params.map(|param| (format!("its parameter `{}`", param.name), param.ty));
        let result = function.result.map(|ty| ("its result".to_owned(), ty));
        let mut parts = params.chain(result).filter_map(|(what, ty)| {
            let Why { reason, prevents } = self.type_reason(context, ty)?;
            let reason = format!("{what} has {reason}");
            Some(Why { reason, prevents })
        });
        let own = if function.kind.is_async() {
            Some(match side {
                Side::Import => Why::preventing(
                    "it is async, and wasmtime's C API can't give a component such functions",
                ),
                Side::Export => {
                    Why::uncallable("it is async, and the runtime calls synchronous functions only")
                }
            })
        } else if function.kind.accessor().is_some() {
            Some(Why::uncallable(
                "it is a property, which the runtime can't call",
            ))
        } else {
            None
        };
        if own.as_ref().is_some_and(|why| why.prevents) {
            return own;
        }
        // What prevents the component from running is worth more than what doesn't.
        let all: Vec<Why> = own.into_iter().chain(&mut parts).collect();
        let worst = all.iter().position(|why| why.prevents).unwrap_or(0);
        all.into_iter().nth(worst)
    }

    fn type_reason(&self, side: Side, ty: Type) -> Option<Why> {
        let found = reached(self.resolve, [ty]);
        let parts = found
            .iter()
            .flat_map(|id| crate::traverse::parts(&self.resolve.types[*id].kind));
        if parts.chain([ty]).any(|part| part == Type::ErrorContext) {
            return Some(Why::preventing(
                "an `error-context`, which no setting of wasmtime allows",
            ));
        }
        let mut all: Vec<Why> = found
            .iter()
            .filter_map(|id| self.definition_reason(side, *id))
            .collect();
        let worst = all.iter().position(|why| why.prevents).unwrap_or(0);
        (!all.is_empty()).then(|| all.swap_remove(worst))
    }

    fn definition_reason(&self, side: Side, id: TypeId) -> Option<Why> {
        let definition = &self.resolve.types[id];
        let name = definition.name.as_deref().unwrap_or_default();
        match &definition.kind {
            TypeDefKind::Stream(_) => {
                Some(Why::uncallable("a `stream`, which the runtime can't pass"))
            }
            TypeDefKind::Future(_) => {
                Some(Why::uncallable("a `future`, which the runtime can't pass"))
            }
            TypeDefKind::FixedLengthList(_, length) => Some(Why::preventing(format!(
                "a list of the fixed length {length}, which no setting of wasmtime allows"
            ))),
            TypeDefKind::Flags(flags) if flags.flags.len() > MOST_FLAGS => {
                Some(Why::preventing(format!(
                    "the flags `{name}`, {} of them, where the Component Model has room for \
                     {MOST_FLAGS}",
                    flags.flags.len()
                )))
            }
            TypeDefKind::Resource => self
                .resource_reason(side, definition.owner, name)
                .map(Why::uncallable),
            _ => None,
        }
    }

    fn resource_reason(&self, side: Side, owner: TypeOwner, name: &str) -> Option<String> {
        let TypeOwner::Interface(id) = owner else {
            return None;
        };
        if !self.is_supplied(self.side_of(side, owner), id) {
            return None;
        }
        let interface = self.resolve.id_of(id).unwrap_or_default();
        Some(format!(
            "the resource `{name}` of `{interface}`, which the runtime supplies to the component \
             and Python has no class for: it is yours with --replace {}",
            interface.split('@').next().unwrap_or_default()
        ))
    }

    /// The world's items, the imports first.
    pub(crate) fn items(&self) -> impl Iterator<Item = (Side, &'a WorldKey, &'a WorldItem)> {
        items(self.resolve, self.world)
    }
}

/// Whether the world gives an interface another name than its own.
pub(crate) fn is_renamed(resolve: &Resolve, key: &WorldKey, id: InterfaceId) -> bool {
    matches!(key, WorldKey::Name(_)) && resolve.interfaces[id].name.is_some()
}

/// Whether the runtime has an interface that a component imports.
pub(crate) fn is_of_runtime(resolve: &Resolve, id: InterfaceId) -> bool {
    let package = resolve.interfaces[id].package;
    let name = package.map(|package| &resolve.packages[package].name);
    name.is_some_and(|name| {
        let version = name.version.as_ref();
        name.namespace == "wasi"
            && SUPPLIED.contains(&name.name.as_str())
            && version.is_some_and(|version| (version.major, version.minor) == (0, 2))
    })
}

/// Whose resources a signature means: the world's own functions see imported
/// interfaces only.
pub(crate) fn context(side: Side, interface: Option<InterfaceId>) -> Side {
    interface.map_or(Side::Import, |_| side)
}

fn items(resolve: &Resolve, world: WorldId) -> impl Iterator<Item = (Side, &WorldKey, &WorldItem)> {
    let world = &resolve.worlds[world];
    let imports = world
        .imports
        .iter()
        .map(|(k, item)| (Side::Import, k, item));
    let exports = world
        .exports
        .iter()
        .map(|(k, item)| (Side::Export, k, item));
    imports.chain(exports)
}

fn interface_of(item: &WorldItem) -> Option<InterfaceId> {
    match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    }
}
