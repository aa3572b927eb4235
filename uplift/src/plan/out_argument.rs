//! One C argument by which something comes back, held against the WIT result.

use wasm_encoder::ValType;

use super::check::Checker;
use super::function::{Draft, Ownership};
use super::param::Use;
use super::part::Target;
use super::wit::WitType;
use super::{
    Argument, Buffer, CType, Callee, Capacity, From, Initial, Output, Scalar, Slot, Written,
};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Encoding, OnError, Step, Unit};

/// What the arguments of a function give back, while it is being checked.
#[derive(Default)]
pub(super) struct Outs {
    pub(super) slots: Vec<Slot>,
    pub(super) buffers: Vec<Buffer>,
    /// The fields of the buffers and out-pointers, in the order of the arguments.
    buffer_fields: Vec<Option<String>>,
    pointer_fields: Vec<Option<String>>,
    /// The parts that the buffers become.
    pub(super) filled: Vec<Option<Target>>,
    pub(super) pointed: Vec<Option<Pointed>>,
    /// The numbers of the buffers whose length is known, and from where.
    pub(super) written: Vec<(usize, Written)>,
    /// The numbers of the out-pointers, the slots of their lengths, and the units
    /// that these count.
    pub(super) lengths: Vec<(usize, u32, u32)>,
    /// What is ended where the status is an error, by the offset of a slot.
    pub(super) abandoned: Vec<(u32, Callee)>,
    /// Whether a resource is handed out by an argument.
    pub(super) hands_out: bool,
}

/// Memory that the module hands out.
pub(super) struct Pointed {
    pub(super) target: Target,
    /// The offset of the slot.
    pub(super) slot: u32,
    pub(super) owner: Ownership,
}

impl Outs {
    pub(super) fn new(arguments: &[mapping::Argument]) -> Self {
        let mut outs = Outs::default();
        for argument in arguments {
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

impl Checker<'_> {
    /// The element of the list or string that the part called `field` is.
    fn element(&self, draft: &Draft<'_>, field: Option<&str>) -> Option<u32> {
        let target = self.target(draft, field)?;
        matches!(target.ty, WitType::String | WitType::List(_)).then(|| target.ty.element())
    }

    /// How many units there are in an element of the part called `field`.
    fn units(&self, draft: &Draft<'_>, field: Option<&str>, unit: Unit) -> u32 {
        match unit {
            Unit::Bytes => self.element(draft, field).unwrap_or(1),
            Unit::Elements => 1,
        }
    }

    /// The part called `field`, which has to be a string or a list.
    fn sequence(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
        what: &str,
    ) -> Option<Target> {
        let target = self.claim(draft, path, field, what)?;
        if !matches!(target.ty, WitType::String | WitType::List(_)) {
            return self.wrong_part(draft, path, field, "a string or a list of numbers");
        }
        self.never_none(
            draft,
            path,
            target,
            "let the WIT function return it without `option`, or add `none = […]` with a status",
        )?;
        Some(target)
    }

    /// The number of the buffer for the part called `field`.
    pub(super) fn buffer_number(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
        what: &str,
    ) -> Option<usize> {
        let fields = &draft.outs.buffer_fields;
        let found = fields.iter().position(|found| found.as_deref() == field);
        if found.is_none() {
            return self.lacks(path, what, "buffer", !fields.is_empty());
        }
        found
    }

    fn lacks<T>(&mut self, path: &[Step<'_>], what: &str, other: &str, there: bool) -> Option<T> {
        let span = self.mapping.document.value(path);
        self.mistake(
            Diagnostic::mapping(
                "mapping::arguments",
                span,
                format!("there is no `{other}` that this `{what}` could belong to"),
                "belongs to nothing",
            )
            .help(if there {
                format!("give it the same `field` as the `{other}` has")
            } else {
                format!("add an argument `{other}`, or leave this one out")
            }),
        );
        None
    }

    pub(super) fn buffer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Capacity,
        field: Option<&str>,
    ) -> Argument {
        let number = draft.outs.buffers.len();
        let target = self.sequence(draft, path, field, "buffer");
        let capacity = self.room_for(draft, path, spec);
        // If this one is wrong, that has been said, and the numbers of the others
        // stay the same.
        draft.outs.buffers.push(Buffer {
            capacity: capacity.unwrap_or(Capacity::Constant(0)),
            element: target.map_or(1, |target| target.ty.element()),
            written: Written::All,
        });
        draft.outs.filled.push(target);
        Argument::Buffer(number)
    }

    fn room_for(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Capacity,
    ) -> Option<Capacity> {
        let key = |key| [path, &[Step::Key("capacity"), Step::Key(key)]].concat();
        match spec {
            mapping::Capacity::Constant { constant } => Some(Capacity::Constant(*constant)),
            mapping::Capacity::Bound { bound, param } => {
                let span = self.mapping.document.value(&key("bound"));
                let bound = self.release(bound, span, &["(i32) -> i32"])?;
                let (local, ty) = self.param(draft, &key("param"), param)?;
                if !matches!(ty, WitType::String | WitType::List(_)) {
                    let path = key("param");
                    return self.wrong_param(&path, param, "a string or a list", "another one");
                }
                Some(Capacity::Bound(bound, local + 1))
            }
            mapping::Capacity::Param { param, limit } => {
                let (local, ty) = self.param(draft, &key("param"), param)?;
                if ty != WitType::Scalar(Scalar::U32) {
                    let path = key("param");
                    return self.wrong_param(&path, param, "a u32", "a u32");
                }
                // Knowing the capacity may be all that the caller passes it for.
                draft.used.insert((param.clone(), Use::Value));
                Some(Capacity::Local(local, *limit))
            }
            mapping::Capacity::Grow {
                start,
                retry_on,
                limit,
            } => self.growing(draft, path, *start, retry_on, *limit),
        }
    }

    fn growing(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        start: u32,
        retry_on: &[i32],
        limit: u32,
    ) -> Option<Capacity> {
        let another = draft
            .outs
            .buffers
            .iter()
            .any(|buffer| matches!(buffer.capacity, Capacity::Grow { .. }));
        let (key, message, label) = if start == 0 || start > limit || retry_on.is_empty() {
            (
                "start",
                "the buffer can't grow this way".to_owned(),
                "`start` is at least 1 and at most `limit`, `retry-on` is not empty",
            )
        } else if draft.known && draft.callee.results != [ValType::I32] {
            (
                "retry-on",
                format!("`{}` returns no status to retry on", draft.callee.export),
                "needs an i32",
            )
        } else if another {
            (
                "retry-on",
                "two buffers can't grow on the same status".to_owned(),
                "the second one",
            )
        } else {
            return Some(Capacity::Grow {
                start,
                retry_on: retry_on.to_vec(),
                limit,
            });
        };
        let path = [path, &[Step::Key("capacity"), Step::Key(key)]].concat();
        let span = self.mapping.document.value(&path);
        self.mistake(Diagnostic::mapping(
            "mapping::capacity",
            span,
            message,
            label,
        ));
        None
    }

    pub(super) fn capacity(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        unit: Unit,
        field: Option<&str>,
    ) -> Option<Argument> {
        let number = self.buffer_number(draft, path, field, "capacity")?;
        Some(Argument::Capacity(number, self.units(draft, field, unit)))
    }

    pub(super) fn buffer_length(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        unit: Unit,
        field: Option<&str>,
    ) -> Option<Argument> {
        let number = self.buffer_number(draft, path, field, "buffer-length")?;
        let units = self.units(draft, field, unit);
        let slot = draft.outs.slot(4, Initial::Capacity(number, units));
        self.length_of_buffer(draft, path, number, Written::Said(From::Slot(slot), units))?;
        Some(Argument::Slot(slot))
    }

    /// Takes note of what says how much of a buffer was written.
    fn length_of_buffer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        number: usize,
        written: Written,
    ) -> Option<()> {
        if draft.outs.written.iter().any(|(found, _)| *found == number) {
            return self.twice(path, "the length of a buffer");
        }
        draft.outs.written.push((number, written));
        Some(())
    }

    /// What the C function returns as the length of the buffer for a part.
    pub(super) fn returned_length(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        unit: Unit,
        field: Option<&str>,
    ) -> Option<()> {
        let number = self.buffer_number(draft, path, field, "length")?;
        let units = self.units(draft, field, unit);
        self.length_of_buffer(draft, path, number, Written::Said(From::Returned, units))
    }

    /// The pointer to a new state of the resource that the function returns.
    pub(super) fn state(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
    ) -> Option<Argument> {
        let target = self.claim(draft, path, field, "state")?;
        let number = self
            .resource_number(target)
            .filter(|number| self.resources[*number].size.is_some());
        let Some(number) = number else {
            let span = self.mapping.document.value(path);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::arguments",
                    span,
                    format!("`{}` returns no resource that has a state", draft.key),
                    "a state",
                )
                .help("`size = …` in the entry of a resource gives it one"),
            );
            return None;
        };
        self.never_none(
            draft,
            path,
            target,
            "let the WIT return it without `option`",
        )?;
        draft.parts.push(target.filled(Output::State(number)));
        Some(Argument::State(number))
    }

    /// The number of the resource that a part owns.
    pub(super) fn resource_number(&self, target: Target) -> Option<usize> {
        let WitType::Own(id) = target.ty else {
            return None;
        };
        self.resources.iter().position(|found| found.id == id)
    }

    pub(super) fn out_pointer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Argument,
    ) -> Option<Argument> {
        let mapping::Argument::OutPointer {
            free,
            borrowed,
            field,
        } = spec
        else {
            return None;
        };
        let target = self.sequence(draft, path, field.as_deref(), "out-pointer");
        let expected = ["(i32)", "(i32, i32)"];
        let owner = self.owner(path, free.as_deref(), *borrowed, &expected);
        let slot = draft.outs.slot(4, Initial::Zero);
        draft.outs.pointed.push(match (target, owner) {
            (Some(target), Some(owner)) => Some(Pointed {
                target,
                slot,
                owner,
            }),
            _ => None,
        });
        Some(Argument::Slot(slot))
    }

    pub(super) fn out_length(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        unit: Unit,
        field: Option<&str>,
    ) -> Option<Argument> {
        let fields = &draft.outs.pointer_fields;
        let Some(number) = fields.iter().position(|found| found.as_deref() == field) else {
            return self.lacks(path, "out-length", "out-pointer", !fields.is_empty());
        };
        if draft
            .outs
            .lengths
            .iter()
            .any(|(found, ..)| *found == number)
        {
            return self.twice(path, "out-length");
        }
        let units = self.units(draft, field, unit);
        let slot = draft.outs.slot(4, Initial::Zero);
        draft.outs.lengths.push((number, slot, units));
        Some(Argument::Slot(slot))
    }

    pub(super) fn out_value(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Argument,
    ) -> Option<Argument> {
        let mapping::Argument::OutValue {
            c_type,
            param,
            field,
        } = spec
        else {
            return None;
        };
        let field = field.as_deref();
        let target = self.claim(draft, path, field, "out-value")?;
        let WitType::Scalar(scalar) = target.ty else {
            return self.wrong_part(draft, path, field, "a number");
        };
        let help = "let the WIT return it without `option`, or add `none = […]` with a status";
        self.never_none(draft, path, target, help)?;
        let c = c_type.unwrap_or_else(|| scalar.in_memory());
        self.fitting_type(path, scalar, c)?;
        let initial = match param {
            Some(param) => self.initial(draft, path, param, c)?,
            None => Initial::Zero,
        };
        let slot = draft.outs.slot(c.size(), initial);
        let output = Output::Number(From::Slot(slot), c, scalar);
        draft.parts.push(target.filled(output));
        Some(Argument::Slot(slot))
    }

    /// The value of a parameter, which is in a slot before the call.
    fn initial(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        param: &str,
        c: CType,
    ) -> Option<Initial> {
        let (local, ty) = self.used(draft, path, param, Use::Value)?;
        let WitType::Scalar(scalar) = ty else {
            return self.wrong_param(path, param, "a number", "`cstring` or `pointer`");
        };
        self.fitting_type(path, scalar, c)?;
        Some(Initial::Number(local, scalar, c))
    }

    pub(super) fn out_cstring(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Argument,
    ) -> Option<Argument> {
        let mapping::Argument::OutCstring {
            free,
            borrowed,
            null,
            null_error,
            encoding,
            field,
        } = spec
        else {
            return None;
        };
        let field = field.as_deref();
        let target = self.claim(draft, path, field, "out-cstring")?;
        if target.ty != WitType::String {
            return self.wrong_part(draft, path, field, "a string");
        }
        let Ownership { release } = self.owner(path, free.as_deref(), *borrowed, &["(i32)"])?;
        let null = self.null(draft, path, target, *null, null_error.as_deref())?;
        let slot = draft.outs.slot(4, Initial::Zero);
        draft.parts.push(target.filled(Output::Cstring {
            from: From::Slot(slot),
            release,
            null,
            latin1: *encoding == Encoding::Latin1,
        }));
        Some(Argument::Slot(slot))
    }

    pub(super) fn out_handle(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Argument,
    ) -> Option<Argument> {
        let mapping::Argument::OutHandle {
            null,
            null_error,
            on_error,
            field,
        } = spec
        else {
            return None;
        };
        let field = field.as_deref();
        let target = self.claim(draft, path, field, "out-handle")?;
        let Some(number) = self.resource_number(target) else {
            return self.wrong_part(draft, path, field, "a resource");
        };
        let null = self.null(draft, path, target, *null, null_error.as_deref())?;
        let slot = draft.outs.slot(4, Initial::Zero);
        if *on_error == OnError::Destroy {
            let Some(destroy) = self.resources[number].destroy.clone() else {
                return self.no_end(path);
            };
            draft.outs.abandoned.push((slot, destroy));
        }
        draft.parts.push(target.filled(Output::Handle {
            from: From::Slot(slot),
            number,
            null,
        }));
        Some(Argument::Slot(slot))
    }

    fn no_end<T>(&mut self, path: &[Step<'_>]) -> Option<T> {
        let span = [path, &[Step::Key("on-error")]].concat();
        self.mistake(
            Diagnostic::mapping(
                "mapping::owner",
                self.mapping.document.value(&span),
                "the resource has no function that ends it",
                "",
            )
            .help("add `destroy = \"…\"` to the entry of the resource"),
        );
        None
    }

    pub(super) fn scratch(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        size: u32,
    ) -> Option<Argument> {
        if size == 0 || size > 1 << 16 {
            let span = [path, &[Step::Key("size")]].concat();
            self.mistake(Diagnostic::mapping(
                "mapping::out-of-range",
                self.mapping.document.value(&span),
                "`size` is out of range",
                "from 1 to 65536 bytes",
            ));
            return None;
        }
        Some(Argument::Slot(draft.outs.slot(size, Initial::Zero)))
    }
}
