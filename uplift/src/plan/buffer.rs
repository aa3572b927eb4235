//! Buffers that the C function fills, and the lengths of what it gives back.

use wasm_encoder::ValType;

use super::check::Checker;
use super::function::Draft;
use super::param::Use;
use super::part::Target;
use super::wit::WitType;
use super::{Argument, Buffer, CType, Capacity, From, Initial, Scalar, Shape, Way, Written};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Step, Unit};

impl Checker<'_> {
    /// The element of the list or string that the part called `field` is.
    fn element(&mut self, draft: &Draft<'_>, field: Option<&str>) -> Option<u32> {
        let target = self.target(draft, field)?;
        let c = draft.outs.part_type(field);
        target
            .ty
            .is_sequence()
            .then(|| self.element_size(draft, target.ty, c))
    }

    /// The size in C of an element of a list or string.
    pub(super) fn element_size(&mut self, draft: &Draft<'_>, ty: WitType, c: Option<CType>) -> u32 {
        match ty {
            WitType::List(scalar) => c.unwrap_or_else(|| scalar.in_memory()).size(),
            WitType::Groups(id) => self.c_layout(id, draft.key).map_or(1, |layout| layout.size),
            other => other.element(),
        }
        .max(1)
    }

    /// What each element is in C, if the elements have to be copied.
    pub(super) fn copied(
        &mut self,
        draft: &Draft<'_>,
        ty: WitType,
        c: Option<CType>,
        way: Way,
    ) -> Option<Shape> {
        let shape = match ty {
            WitType::Groups(id) => self.shape(draft, id, way)?,
            WitType::List(scalar) => {
                Shape::of_number(c.unwrap_or_else(|| scalar.in_memory()), scalar)
            }
            _ => return None,
        };
        (!shape.is_same(way)).then_some(shape)
    }

    /// Refuses a C type that can't be the one of the elements.
    pub(super) fn element_type(
        &mut self,
        path: &[Step<'_>],
        ty: WitType,
        c: Option<CType>,
    ) -> Option<()> {
        match (ty, c) {
            (_, None) => Some(()),
            (WitType::List(scalar), Some(c)) => self.fitting_type(path, scalar, c),
            _ => {
                let path = [path, &[Step::Key("type")]].concat();
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::c-type",
                        self.mapping.document.value(&path),
                        "there are no numbers that could have a C type",
                        "is no list of numbers in the WIT",
                    )
                    .help("leave `type` out"),
                );
                None
            }
        }
    }

    /// How many units there are in an element of the part called `field`.
    fn units(&mut self, draft: &Draft<'_>, field: Option<&str>, unit: Unit) -> u32 {
        match unit {
            Unit::Bytes => self.element(draft, field).unwrap_or(1),
            Unit::Elements => 1,
        }
    }

    /// The part called `field`, which has to be a string or a list.
    pub(super) fn sequence(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
        what: &str,
    ) -> Option<Target> {
        let target = self.claim(draft, path, field, what)?;
        if !target.ty.is_sequence() || target.ty == WitType::Strings {
            return self.wrong_part(draft, path, field, "a string or a list");
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
        let target = self
            .sequence(draft, path, field, "buffer")
            .filter(|target| {
                let c = draft.outs.part_type(field);
                self.element_type(path, target.ty, c).is_some()
            });
        let capacity = self.room_for(draft, path, spec);
        // If this one is wrong, that has been said, and the numbers of the others
        // stay the same.
        draft.outs.buffers.push(Buffer {
            capacity: capacity.unwrap_or(Capacity::Constant(0)),
            element: target.map_or(1, |target| {
                let c = draft.outs.part_type(field);
                self.element_size(draft, target.ty, c)
            }),
            written: Written::All,
        });
        draft
            .outs
            .filled
            .push(target.map(|target| (target, draft.outs.part_type(field))));
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
                let bound = self.release(
                    bound,
                    span,
                    &["(i32) -> i32"],
                    &format!("tells how much `{}` may write", draft.key),
                )?;
                let (local, ty) = self.param(draft, &key("param"), param)?;
                if !ty.is_sequence() {
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

    /// A status can't both be success and say that the buffer is too small.
    pub(super) fn retries_fail(&mut self, draft: &Draft<'_>, spec: &mapping::Function) {
        let Some(status) = &draft.status else {
            return;
        };
        for (index, argument) in spec.arguments.iter().flatten().enumerate() {
            let mapping::Argument::Buffer {
                capacity: mapping::Capacity::Grow { retry_on, .. },
                ..
            } = argument
            else {
                continue;
            };
            let both = retry_on.iter().find(|retry| {
                let ok = |ok: &super::Statuses| (ok.first..=ok.last).contains(retry);
                status.ok.iter().any(ok) || status.none.contains(retry)
            });
            if let Some(both) = both {
                let span = self.mapping.document.value(&draft.path([
                    Step::Key("arguments"),
                    Step::Item(index),
                    Step::Key("capacity"),
                    Step::Key("retry-on"),
                ]));
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::capacity",
                        span,
                        format!("{both} is both ok and a reason to retry"),
                        "",
                    )
                    .help(
                        "`retry-on` has the statuses that say that the buffer is too small; `ok` \
                         those of success, which is 0 where it is left out",
                    ),
                );
            }
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
}
