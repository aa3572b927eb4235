//! The functions of the world, as both sides call them.

use std::fmt::Write as _;

use wit_parser::{Function as WitFunction, WorldItem};

use super::types::Ty;
use crate::mapping::{self, Argument, CType, Mapping};
use crate::plan::Plan;

/// A WIT parameter.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) ty: Ty,
}

impl Param {
    /// Whether it is a handle, or an option of one.
    pub(super) fn is_handle(&self) -> bool {
        matches!(self.ty.plain(), Ty::Borrow(_) | Ty::Own(_))
    }
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

    /// The type of a parameter, or of a part of one such as `point.x`.
    pub(super) fn ty(&self, path: &str) -> Option<&Ty> {
        let (position, rest) = self.position(path)?;
        self.params[position].ty.at(rest)
    }

    /// The number of a parameter, and the path from there on.
    pub(super) fn position<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let position = self.params.iter().position(|found| found.name == name)?;
        Some((position, rest))
    }

    /// The type of the value in the result, without the `result` around it.
    pub(super) fn value(&self) -> Option<&Ty> {
        match self.result.as_ref()? {
            Ty::Result(ok, _) => ok.as_deref(),
            plain => Some(plain),
        }
    }

    /// The type of a part of that value, which may be an option.
    pub(super) fn part(&self, field: Option<&str>) -> Option<&Ty> {
        match field {
            None => self.value(),
            Some(path) => self.value()?.plain().at(path),
        }
    }

    /// The C type that the mapping gives the elements of a list that is passed on.
    pub(super) fn passed_elements(&self, param: &str) -> Option<CType> {
        self.arguments().iter().find_map(|argument| match argument {
            Argument::Pointer {
                param: found,
                c_type,
            } if found == param => *c_type,
            _ => None,
        })
    }

    /// The same for a part of the result.
    pub(super) fn written_elements(&self, field: Option<&str>) -> Option<CType> {
        self.arguments().iter().find_map(|argument| match argument {
            Argument::Buffer {
                c_type, field: of, ..
            }
            | Argument::OutPointer {
                c_type, field: of, ..
            } if of.as_deref() == field => *c_type,
            _ => None,
        })
    }

    /// The type of an error.
    pub(super) fn error(&self) -> Option<&Ty> {
        match self.result.as_ref()? {
            Ty::Result(_, error) => error.as_deref(),
            _ => None,
        }
    }

    /// The resources of the handles that it makes.
    pub(super) fn makes(&self) -> Vec<usize> {
        self.result.as_ref().map(Ty::owned).unwrap_or_default()
    }

    /// A call of it, as WAVE writes one.
    pub(super) fn call(&self, arguments: &[String]) -> String {
        let mut text = self.key.to_owned();
        // Writing to a String can't fail.
        let _ = write!(text, "({})", arguments.join(", "));
        text
    }
}
