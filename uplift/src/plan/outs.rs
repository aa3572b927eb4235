//! What the arguments of a function give back, while they are being checked.

use super::function::Ownership;
use super::part::Target;
use super::{Buffer, CType, Initial, Slot, Written};
use crate::mapping::{self, OnErrorMemory};

/// What the arguments of a function give back, while it is being checked.
#[derive(Default)]
pub(super) struct Outs {
    pub(super) slots: Vec<Slot>,
    pub(super) buffers: Vec<Buffer>,
    /// The fields of the buffers and out-pointers, in the order of the arguments.
    pub(super) buffer_fields: Vec<Option<String>>,
    pub(super) pointer_fields: Vec<Option<String>>,
    /// The C types of the elements of parts, by their fields, and of parameters.
    part_types: Vec<(Option<String>, CType)>,
    param_types: Vec<(String, CType)>,
    /// The parts that the buffers become, and the C types of their elements.
    pub(super) filled: Vec<Option<(Target, Option<CType>)>>,
    pub(super) pointed: Vec<Option<Pointed>>,
    /// The numbers of the buffers whose length is known, and from where.
    pub(super) written: Vec<(usize, Written)>,
    /// The numbers of the out-pointers, the slots of their lengths, and the units
    /// that these count.
    pub(super) lengths: Vec<(usize, u32, u32)>,
    /// Whether a resource is handed out by an argument.
    pub(super) hands_out: bool,
}

/// Memory that the module hands out.
pub(super) struct Pointed {
    pub(super) target: Target,
    /// The offset of the slot.
    pub(super) slot: u32,
    pub(super) owner: Ownership,
    pub(super) on_error: OnErrorMemory,
    /// The C type of the elements.
    pub(super) c_type: Option<CType>,
}

impl Outs {
    pub(super) fn new(arguments: &[mapping::Argument]) -> Self {
        let mut outs = Outs::default();
        for argument in arguments {
            match argument {
                mapping::Argument::Buffer {
                    c_type: Some(c),
                    field,
                    ..
                }
                | mapping::Argument::OutPointer {
                    c_type: Some(c),
                    field,
                    ..
                } => outs.part_types.push((field.clone(), *c)),
                mapping::Argument::Pointer {
                    c_type: Some(c),
                    param,
                } => outs.param_types.push((param.clone(), *c)),
                _ => {}
            }
            match argument {
                mapping::Argument::Buffer { field, .. } => outs.buffer_fields.push(field.clone()),
                mapping::Argument::OutPointer { field, .. } => {
                    outs.pointer_fields.push(field.clone());
                }
                mapping::Argument::OutHandle { .. } | mapping::Argument::State { .. } => {
                    outs.hands_out = true;
                }
                _ => {}
            }
        }
        outs
    }

    /// The C type of the elements of the part called `field`, if the mapping says it.
    pub(super) fn part_type(&self, field: Option<&str>) -> Option<CType> {
        let mut types = self.part_types.iter();
        let found = types.find(|(found, _)| found.as_deref() == field);
        found.map(|(_, c)| *c)
    }

    /// The same for a parameter.
    pub(super) fn param_type(&self, param: &str) -> Option<CType> {
        let mut types = self.param_types.iter();
        types.find(|(found, _)| found == param).map(|(_, c)| *c)
    }

    /// A new slot; its offset.
    pub(super) fn slot(&mut self, size: u32, initial: Initial) -> u32 {
        let end = self.slots.last().map_or(0, |slot| slot.offset + slot.size);
        let offset = end.next_multiple_of(8);
        self.slots.push(Slot {
            offset,
            size,
            initial,
        });
        offset
    }
}
