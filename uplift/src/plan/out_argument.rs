//! One C argument by which something comes back, held against the WIT result.

use super::buffer::Pointed;
use super::check::Checker;
use super::function::{Draft, Ownership};
use super::param::Use;
use super::part::Target;
use super::wit::WitType;
use super::{Argument, At, CType, Failure, From, Initial, Null, Output, Shape, Way};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Encoding, OnError, Owner, Step};

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
            free,
            borrowed,
            field,
        } = spec
        else {
            return None;
        };
        let whole = self.target(draft, field.as_deref());
        if let Some(WitType::Group(_)) = whole.map(|target| target.ty) {
            let owner = (free.as_deref(), *borrowed);
            return self.out_record_pointer(draft, path, owner, field.as_deref());
        }
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

    /// A pointer to a struct that the C function hands out.
    fn out_record_pointer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        (free, borrowed): (Option<&str>, Option<Owner>),
        field: Option<&str>,
    ) -> Option<Argument> {
        let (target, shape) = self.record_part(draft, path, field, "out-pointer")?;
        let Ownership { release } = self.owner(path, free, borrowed, &["(i32)"])?;
        let null = if target.some.is_some() {
            Null::None
        } else {
            Null::Failure(Failure::Trap)
        };
        let slot = draft.outs.slot(4, Initial::Zero);
        draft.parts.push(target.filled(Output::Record {
            at: At::Pointer(From::Slot(slot)),
            shape,
            null,
            release,
        }));
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
                Some(self.release(free, span, &["(i32)"])?)
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
