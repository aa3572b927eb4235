//! What of a world goes into which module.

use std::collections::HashSet;

use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem, WorldKey};

use super::{Home, Plan, text};
use crate::support::{Side, is_renamed};
use crate::traverse::{is_used, reached, signature_types};

impl Plan<'_> {
    pub(super) fn collect(&mut self) {
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
        if is_renamed(self.resolve, key, id) || self.supported.is_supplied(side, id) {
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
    pub(super) fn collect_supplied_types(&mut self) {
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
}

/// The types in the WIT's order, but each after what it is made of.
fn in_order(resolve: &Resolve, types: &[TypeId]) -> Vec<TypeId> {
    let all = reached(resolve, types.iter().map(|id| Type::Id(*id)));
    let wanted: HashSet<_> = types.iter().copied().collect();
    all.into_iter().filter(|id| wanted.contains(id)).collect()
}
