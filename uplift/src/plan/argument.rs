//! One C argument, held against the WIT parameter that it passes on.
//!
//! Those by which something comes back are in `out_argument`.

use wasm_encoder::ValType;

use super::check::Checker;
use super::function::Draft;
use super::param::Use;
use super::wit::WitType;
use super::{Argument, CType, Initial, ListInput, Scalar, Way};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Step, Unit};

impl Checker<'_> {
    /// Checks one C argument.
    pub(super) fn argument(
        &mut self,
        draft: &mut Draft<'_>,
        index: usize,
        argument: &mapping::Argument,
    ) -> Option<Argument> {
        use mapping::Argument as Spec;
        let path = draft.path([Step::Key("arguments"), Step::Item(index)]);
        match argument {
            Spec::Value {
                param,
                c_type,
                none,
            } => self.by_value_as(draft, &path, param, *c_type, *none),
            Spec::Consumed { param, on_error } => self.given(draft, &path, param, Some(*on_error)),
            Spec::Constant { value } => self.constant(draft, &path, index, *value),
            Spec::Cstring { .. } | Spec::Cstrings { .. } => self.text(draft, &path, argument),
            Spec::Pointer { param, c_type } => self.pointer_to(draft, &path, param, *c_type),
            Spec::Record { param } => {
                let (initial, some) = self.record_param(draft, &path, param)?;
                let slot = draft.outs.slot(initial.size(), initial);
                Some(pointing(slot, some))
            }
            Spec::OutRecord { .. } => self.out_record(draft, &path, argument),
            Spec::Length { param, unit } => {
                let (local, ty, _) = self.used_or_none(draft, &path, param, Use::Length)?;
                if !ty.is_sequence() {
                    return self.wrong_param(&path, param, "a string or a list", "`value`");
                }
                let c = draft.outs.param_type(param);
                Some(match (unit, self.element_size(draft, ty, c)) {
                    (Unit::Elements, _) | (Unit::Bytes, 1) => Argument::Local(local + 1),
                    (Unit::Bytes, size) => Argument::Scaled(local + 1, size),
                })
            }
            Spec::Buffer {
                capacity, field, ..
            } => Some(self.buffer(draft, &path, capacity, field.as_deref())),
            Spec::Capacity { unit, field } => self.capacity(draft, &path, *unit, field.as_deref()),
            Spec::BufferLength { unit, field } => {
                self.buffer_length(draft, &path, *unit, field.as_deref())
            }
            Spec::State { field } => self.state(draft, &path, field.as_deref()),
            Spec::OutPointer { .. } => self.out_pointer(draft, &path, argument),
            Spec::OutLength { unit, field } => {
                self.out_length(draft, &path, *unit, field.as_deref())
            }
            Spec::OutValue { .. } => self.out_value(draft, &path, argument),
            Spec::OutCstring { .. } => self.out_cstring(draft, &path, argument),
            Spec::OutHandle { .. } => self.out_handle(draft, &path, argument),
            Spec::Scratch { size } => self.scratch(draft, &path, *size),
        }
    }

    fn by_value_as(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        param: &str,
        c: Option<CType>,
        none: Option<i64>,
    ) -> Option<Argument> {
        let (local, ty, some) = self.used_or_none(draft, path, param, Use::Value)?;
        if let (WitType::Scalar(scalar), Some(some)) = (ty, some)
            && scalar != Scalar::Pointer
        {
            let c = c.unwrap_or_else(|| scalar.by_value());
            self.fitting_type(path, scalar, c)?;
            let Some(none) = none else {
                return self.no_number_for_none(path, param);
            };
            let none = self.number_for_none(path, none, c)?;
            return Some(Argument::NumberIf {
                some,
                local,
                scalar,
                c,
                none,
            });
        }
        if none.is_some() {
            let path = [path, &[Step::Key("none")]].concat();
            return self.wrong_param(
                &path,
                param,
                "an option of a number",
                "it is, without `none`",
            );
        }
        match (ty, c) {
            // `none` of a resource is 0, which is null.
            (WitType::Scalar(_), None) => Some(Argument::Local(local)),
            (WitType::Scalar(scalar), Some(c)) => {
                self.fitting_type(path, scalar, c)?;
                Some(Argument::Number(local, scalar, c))
            }
            (WitType::Own(_), None) => self.given(draft, path, param, None),
            _ => {
                let help = "`cstring`, `record`, or `pointer` and `length`";
                self.wrong_param(path, param, "a number", help)
            }
        }
    }

    /// A pointer to a number, or to what a list or a string holds.
    fn pointer_to(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        param: &str,
        c: Option<CType>,
    ) -> Option<Argument> {
        let (local, ty, some) = self.used_or_none(draft, path, param, Use::Pointer)?;
        if let WitType::Scalar(scalar) = ty
            && scalar != Scalar::Pointer
        {
            let c = c.unwrap_or_else(|| scalar.in_memory());
            self.fitting_type(path, scalar, c)?;
            draft.used.insert((param.to_owned(), Use::Value));
            let initial = Initial::Number(local, scalar, c);
            return Some(pointing(draft.outs.slot(c.size(), initial), some));
        }
        if !ty.is_sequence() || ty == WitType::Strings {
            let help = "`value`, `record` or `cstrings`";
            return self.wrong_param(path, param, "a string, a list or a number", help);
        }
        self.element_type(path, ty, c)?;
        if let Some(shape) = self.copied(draft, ty, c, Way::ToC) {
            draft.lists.push(ListInput {
                pointer: local,
                length: local + 1,
                some,
                shape,
                null_behind: false,
            });
        }
        Some(Argument::Local(local))
    }

    fn no_number_for_none<T>(&mut self, path: &[Step<'_>], param: &str) -> Option<T> {
        self.mistake(
            Diagnostic::mapping(
                "mapping::arguments",
                self.mapping.document.value(path),
                format!(
                    "`{param}` is an option, and the mapping does not say which number is `none`"
                ),
                "",
            )
            .help(
                "add `none = -1`, or another number; or pass it by `pointer`, where `none` is null",
            ),
        );
        None
    }

    /// The number that stands for `none`, as one of the C type.
    pub(super) fn number_for_none(
        &mut self,
        path: &[Step<'_>],
        none: i64,
        c: CType,
    ) -> Option<i64> {
        let found = c.holding(none);
        if found.is_none() {
            let path = [path, &[Step::Key("none")]].concat();
            self.mistake(Diagnostic::mapping(
                "mapping::out-of-range",
                self.mapping.document.value(&path),
                format!("`{}` can't hold {none}", c.name()),
                "an integer of the C type is expected",
            ));
        }
        found
    }

    /// A parameter that is passed as a struct, and the local that says whether it
    /// is there.
    pub(super) fn record_param(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        param: &str,
    ) -> Option<(Initial, Option<u32>)> {
        let (local, ty, some) = self.used_or_none(draft, path, param, Use::Pointer)?;
        let WitType::Group(id) = ty else {
            return self.wrong_param(path, param, "a record or a tuple", "`value` or `pointer`");
        };
        let shape = self.shape(draft, id, Way::ToC)?;
        Some((Initial::Record(local, some, shape), some))
    }

    /// Refuses a C type that can't stand for the number.
    pub(super) fn fitting_type(
        &mut self,
        path: &[Step<'_>],
        scalar: Scalar,
        c: CType,
    ) -> Option<()> {
        if scalar.fits(c) {
            return Some(());
        }
        let span = self
            .mapping
            .document
            .value(&[path, &[Step::Key("type")]].concat());
        self.mistake(
            Diagnostic::mapping(
                "mapping::c-type",
                span,
                format!("`{}` can't stand for the WIT type", c.name()),
                "another C type is expected",
            )
            .help(
                "integers, bool, char, enums and flags are integers in C, of any width; a float \
                 has the width of the WIT type",
            ),
        );
        None
    }

    /// The local and type of a WIT parameter, which may be used this way once.
    pub(super) fn used(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        name: &str,
        how: Use,
    ) -> Option<(u32, WitType)> {
        let path = [path, &[Step::Key("param")]].concat();
        let found = self.param(draft, &path, name)?;
        if !draft.used.insert((name.to_owned(), how)) && how == Use::Pointer {
            let span = self.mapping.document.value(&path);
            self.mistake(Diagnostic::mapping(
                "mapping::arguments",
                span,
                format!("`{name}` is passed by pointer twice"),
                "again",
            ));
            return None;
        }
        Some(found)
    }

    /// The same, and for an option the local that says whether it is `some`.
    pub(super) fn used_or_none(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        name: &str,
        how: Use,
    ) -> Option<(u32, WitType, Option<u32>)> {
        let (local, ty) = self.used(draft, path, name, how)?;
        let WitType::Option(inner) = ty else {
            return Some((local, ty, None));
        };
        let inner = self.param_type(&inner).ok()?;
        Some((local + 1, inner, Some(local)))
    }

    pub(super) fn wrong_param<T>(
        &mut self,
        path: &[Step<'_>],
        param: &str,
        expected: &str,
        help: &str,
    ) -> Option<T> {
        let span = self.mapping.document.value(path);
        self.mistake(
            Diagnostic::mapping(
                "mapping::arguments",
                span,
                format!("`{param}` is not {expected} in the WIT"),
                format!("{expected} is expected"),
            )
            .help(format!("pass it as {help}")),
        );
        None
    }

    pub(super) fn twice<T>(&mut self, path: &[Step<'_>], what: &str) -> Option<T> {
        let span = self.mapping.document.value(path);
        self.mistake(Diagnostic::mapping(
            "mapping::arguments",
            span,
            format!("there are two arguments `{what}`"),
            "the second one",
        ));
        None
    }

    fn constant(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        index: usize,
        value: i64,
    ) -> Option<Argument> {
        let ty = draft
            .callee
            .params
            .get(index)
            .copied()
            .unwrap_or(ValType::I32);
        let fits = match ty {
            // Signed or unsigned: C knows which.
            ValType::I32 => i32::try_from(value).is_ok() || u32::try_from(value).is_ok(),
            ValType::I64 => true,
            _ => !draft.known,
        };
        if fits {
            return Some(Argument::Constant(value, ty));
        }
        let span = self.mapping.document.value(path);
        self.mistake(Diagnostic::mapping(
            "mapping::core-signature",
            span,
            format!(
                "{value} can't be passed as argument {index} of `{}`",
                draft.callee.export
            ),
            "an integer of 32 or 64 bits is expected there",
        ));
        None
    }
}

/// The address of a slot; where the local of an option is 0, null.
fn pointing(slot: u32, some: Option<u32>) -> Argument {
    match some {
        Some(some) => Argument::SlotIf(slot, some),
        None => Argument::Slot(slot),
    }
}
