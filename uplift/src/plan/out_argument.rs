//! One C argument by which something comes back, held against the WIT result.

use super::check::Checker;
use super::function::Draft;
use super::outs::Pointed;
use super::param::Use;
use super::part::Target;
use super::pointer::Said;
use super::wit::WitType;
use super::{Argument, At, CType, Failure, From, Initial, Null, Output, Shape, Way};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, NullPolicy, OnError, OnErrorMemory, Step};

impl Checker<'_> {
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
            c_type,
            free,
            borrowed,
            on_error,
            field,
        } = spec
        else {
            return None;
        };
        let slot = draft.outs.slot(4, Initial::Zero);
        let whole = self.target(draft, field.as_deref());
        if let Some(WitType::Group(_)) = whole.map(|target| target.ty) {
            let optional = whole.is_some_and(|target| target.some.is_some());
            let said = Said {
                what: "out-pointer",
                from: From::Slot(slot),
                free: free.as_deref(),
                borrowed: *borrowed,
                null: if optional {
                    NullPolicy::None
                } else {
                    NullPolicy::Trap
                },
                null_error: None,
                field: field.as_deref(),
            };
            self.element_type(path, whole?.ty, *c_type)?;
            let part = self.record_behind(draft, path, said)?;
            let frees = *on_error == OnErrorMemory::Free;
            draft.parts.push(part.ending_on_error(frees));
            return Some(Argument::Slot(slot));
        }
        let target = self.sequence(draft, path, field.as_deref(), "out-pointer");
        let target = target.filter(|target| self.element_type(path, target.ty, *c_type).is_some());
        let expected = ["(i32)", "(i32, i32)"];
        let owner = self.owner(draft.key, path, free.as_deref(), *borrowed, &expected);
        draft.outs.pointed.push(match (target, owner) {
            (Some(target), Some(owner)) => Some(Pointed {
                target,
                slot,
                owner,
                on_error: *on_error,
                c_type: *c_type,
            }),
            _ => None,
        });
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
            none,
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
        let c = c_type.unwrap_or_else(|| scalar.in_memory());
        self.fitting_type(path, scalar, c)?;
        let help = "say by `none` which number stands for it, or add `none = […]` with a status";
        self.none_of_part(draft, path, target, (*none, c), help)?;
        let none = none.and_then(|none| c.holding(none));
        let initial = match param {
            Some(param) => self.initial(draft, path, param, c)?,
            None => Initial::Zero,
        };
        let slot = draft.outs.slot(c.size(), initial);
        let output = Output::Number {
            from: From::Slot(slot),
            c,
            wit: scalar,
            none,
        };
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
            on_error,
            field,
        } = spec
        else {
            return None;
        };
        let slot = draft.outs.slot(4, Initial::Zero);
        let said = Said {
            what: "out-cstring",
            from: From::Slot(slot),
            free: free.as_deref(),
            borrowed: *borrowed,
            null: *null,
            null_error: null_error.as_deref(),
            field: field.as_deref(),
        };
        let part = self.cstring_part(draft, path, said, *encoding)?;
        let frees = *on_error == OnErrorMemory::Free;
        draft.parts.push(part.ending_on_error(frees));
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
        let slot = draft.outs.slot(4, Initial::Zero);
        let said = Said {
            what: "out-handle",
            from: From::Slot(slot),
            free: None,
            borrowed: None,
            null: *null,
            null_error: null_error.as_deref(),
            field: field.as_deref(),
        };
        let (part, number) = self.handle_part(draft, path, said)?;
        let destroys = *on_error == OnError::Destroy;
        if destroys && self.resources[number].destroy.is_none() {
            return self.no_end(path);
        }
        draft.parts.push(part.ending_on_error(destroys));
        Some(Argument::Slot(slot))
    }

    /// The part called `field`, which has to be a record or a tuple.
    pub(super) fn record_part(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
        what: &str,
    ) -> Option<(Target, Shape)> {
        let target = self.claim(draft, path, field, what)?;
        let WitType::Group(id) = target.ty else {
            return self.wrong_part(draft, path, field, "a record or a tuple");
        };
        let shape = self.shape(draft, id, Way::FromC)?;
        Some((target, shape))
    }

    pub(super) fn out_record(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Argument,
    ) -> Option<Argument> {
        let mapping::Argument::OutRecord { param, free, field } = spec else {
            return None;
        };
        let (target, shape) = self.record_part(draft, path, field.as_deref(), "out-record")?;
        let help = "let the WIT return it without `option`, or add `none = […]` with a status";
        self.never_none(draft, path, target, help)?;
        let release = match free {
            Some(free) => {
                let span = [path, &[Step::Key("free")]].concat();
                let span = self.mapping.document.value(&span);
                Some(self.release(
                    free,
                    span,
                    &["(i32)"],
                    &format!("frees what `{}` wrote", draft.key),
                )?)
            }
            None => None,
        };
        let initial = match param {
            // `none` leaves zeros.
            Some(param) => self.record_param(draft, path, param)?.0,
            None => Initial::Zero,
        };
        let size = initial.size().max(shape.size);
        let slot = draft.outs.slot(size, initial);
        draft.parts.push(target.filled(Output::Record {
            at: At::Slot(slot),
            shape,
            null: Null::Failure(Failure::Trap),
            release,
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
