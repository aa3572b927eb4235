//! The functions of the world, as both sides call them.

use std::fmt::Write as _;

use wit_parser::{Function as WitFunction, WorldItem};

use super::raw;
use super::types::Ty;
use crate::mapping::{self, Argument, Capacity, Mapping};
use crate::plan::Plan;

/// A WIT parameter.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) ty: Ty,
}

/// A function of the world.
pub(super) struct Subject<'s> {
    /// Its key in the mapping.
    pub(super) key: &'s str,
    /// Its interface, where it is in one, and its name there.
    pub(super) interface: Option<String>,
    pub(super) name: String,
    /// The export of the module that it calls.
    pub(super) calls: &'s str,
    pub(super) spec: &'s mapping::Function,
    pub(super) params: Vec<Param>,
    pub(super) result: Option<Ty>,
}

/// The functions of the world, in its order. One without an entry in the mapping
/// has the entry `by_value`.
pub(super) fn all<'s>(
    plan: &'s Plan,
    mapping: &'s Mapping,
    by_value: &'s mapping::Function,
) -> Vec<Subject<'s>> {
    let resolve = &plan.resolve;
    let mut subjects = Vec::new();
    let mut add = |interface: Option<&str>, function: &WitFunction| {
        let name = &function.name;
        let export = match interface {
            Some(interface) => format!("{interface}#{name}"),
            None => name.clone(),
        };
        let planned = plan.functions.iter().find(|found| found.export == export);
        let Some(planned) = planned else {
            return;
        };
        let ty = |ty| Ty::of(resolve, &plan.resources, ty);
        subjects.push(Subject {
            key: &planned.key,
            interface: interface.map(ToOwned::to_owned),
            name: name.clone(),
            calls: &planned.callee.export,
            spec: mapping.root.function.get(&planned.key).unwrap_or(by_value),
            params: function
                .params
                .iter()
                .map(|param| Param {
                    name: param.name.clone(),
                    ty: ty(&param.ty),
                })
                .collect(),
            result: function.result.as_ref().map(ty),
        });
    };
    for (key, item) in &resolve.worlds[plan.world].exports {
        match item {
            WorldItem::Function(function) => add(None, function),
            WorldItem::Interface { id, .. } => {
                let name = resolve.name_world_key(key);
                for function in resolve.interfaces[*id].functions.values() {
                    add(Some(&name), function);
                }
            }
            WorldItem::Type { .. } => {}
        }
    }
    subjects
}

impl<'s> Subject<'s> {
    pub(super) fn arguments(&self) -> &'s [Argument] {
        self.spec.arguments.as_deref().unwrap_or_default()
    }

    /// The capacity of the buffer, where an argument is one.
    pub(super) fn capacity(&self) -> Option<&'s Capacity> {
        self.arguments().iter().find_map(|argument| match argument {
            Argument::Buffer { capacity, .. } => Some(capacity),
            _ => None,
        })
    }

    pub(super) fn position(&self, param: &str) -> Option<usize> {
        self.params.iter().position(|found| found.name == param)
    }

    pub(super) fn ty(&self, param: &str) -> Option<&Ty> {
        self.position(param).map(|index| &self.params[index].ty)
    }

    /// The type of the value in the result, without what is around it.
    pub(super) fn payload(&self) -> Option<&Ty> {
        match self.result.as_ref()? {
            Ty::Option(some) => Some(some),
            Ty::Result(ok, _) => ok.as_deref(),
            plain => Some(plain),
        }
    }

    /// The size of an element of the result, in bytes.
    pub(super) fn element(&self) -> u32 {
        self.payload().map_or(1, raw::size)
    }

    /// The resource that it makes, if it makes one.
    pub(super) fn makes(&self) -> Option<usize> {
        match self.payload() {
            Some(Ty::Own(number)) => Some(*number),
            _ => None,
        }
    }

    /// A call of it, as WAVE writes one.
    pub(super) fn call(&self, arguments: &[String]) -> String {
        let mut text = self.key.to_owned();
        // Writing to a String can't fail.
        let _ = write!(text, "({})", arguments.join(", "));
        text
    }
}
