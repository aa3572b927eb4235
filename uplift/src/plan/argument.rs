//! One C argument, held against the WIT parameter that it passes on.

use wasm_encoder::ValType;

use super::check::Checker;
use super::error::Cause;
use super::function::{Draft, Use};
use super::wit::WitType;
use super::{Argument, Buffer, Capacity, Failure, Scalar, StringInput, Text};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Encoding, ErrorPolicy, NulPolicy, Owner, Step, Unit};

/// The slots in the shim's own room, by their numbers.
pub(super) const POINTER_SLOT: u32 = 0;
pub(super) const LENGTH_SLOT: u32 = 1;

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
            Spec::Value { param } => {
                let (local, ty) = self.used(draft, &path, param, Use::Value)?;
                if matches!(ty, WitType::Scalar(_)) {
                    return Some(Argument::Local(local));
                }
                self.wrong_param(
                    &path,
                    param,
                    "a number",
                    "`cstring`, or `pointer` and `length`",
                )
            }
            Spec::Constant { value } => self.constant(draft, &path, index, *value),
            Spec::Cstring { param, .. } => self.cstring(draft, &path, param, argument),
            Spec::Pointer { param } => {
                let (local, ty) = self.used(draft, &path, param, Use::Pointer)?;
                if matches!(ty, WitType::Scalar(_)) {
                    return self.wrong_param(&path, param, "a string or a list", "`value`");
                }
                Some(Argument::Local(local))
            }
            Spec::Length { param, unit } => {
                let (local, ty) = self.used(draft, &path, param, Use::Length)?;
                if matches!(ty, WitType::Scalar(_)) {
                    return self.wrong_param(&path, param, "a string or a list", "`value`");
                }
                Some(match (unit, ty.element()) {
                    (Unit::Elements, _) | (Unit::Bytes, 1) => Argument::Local(local + 1),
                    (Unit::Bytes, size) => Argument::Scaled(local + 1, size),
                })
            }
            Spec::Buffer { capacity } => self.buffer(draft, &path, capacity),
            Spec::Capacity { unit } => {
                draft.slots.capacity = true;
                Some(Argument::Capacity(units(draft, *unit)))
            }
            Spec::BufferLength { unit } => {
                let units = units(draft, *unit);
                if draft.slots.buffer_length.replace(units).is_some() {
                    return self.twice(&path, "buffer-length");
                }
                Some(Argument::CapacitySlot(LENGTH_SLOT, units))
            }
            Spec::State {} => self.state(draft, &path),
            Spec::OutPointer { free, borrowed } => {
                self.out_pointer(draft, &path, free.as_deref(), *borrowed)
            }
            Spec::OutLength { unit } => {
                let units = units(draft, *unit);
                if draft.slots.length.replace(units).is_some() {
                    return self.twice(&path, "out-length");
                }
                Some(Argument::Slot(LENGTH_SLOT))
            }
        }
    }

    /// The local and type of a WIT parameter, which may be used this way once.
    fn used(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        name: &str,
        how: Use,
    ) -> Option<(u32, WitType)> {
        let path = [path, &[Step::Key("param")]].concat();
        let param = self.param(draft, &path, name)?;
        let found = (param.local, param.ty);
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

    fn wrong_param<T>(
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

    fn twice<T>(&mut self, path: &[Step<'_>], what: &str) -> Option<T> {
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

    fn cstring(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        param: &str,
        spec: &mapping::Argument,
    ) -> Option<Argument> {
        let mapping::Argument::Cstring {
            nul,
            nul_error,
            encoding,
            unencodable,
            unencodable_error,
            ..
        } = spec
        else {
            return None;
        };
        let (pointer, ty) = self.used(draft, path, param, Use::Pointer)?;
        draft.used.insert((param.to_owned(), Use::Length));
        if ty != WitType::String {
            return self.wrong_param(
                path,
                param,
                "a string",
                "`pointer` and `length`, or `value`",
            );
        }
        let key = |key| [path, &[Step::Key(key)]].concat();
        let nul_span = self.mapping.document.value(&key("nul"));
        let nul = match nul {
            NulPolicy::Truncate => None,
            NulPolicy::Trap => Some(Failure::Trap),
            NulPolicy::Error => Some(self.failure(
                (&draft.errors, Cause::Input(Text::Nul)),
                ErrorPolicy::Error,
                nul_error.as_deref(),
                &nul_span,
                (
                    "a string with a NUL in it",
                    "nul-error",
                    "choose `nul = \"trap\"` or `nul = \"truncate\"`",
                ),
            )?),
        };
        let latin1 = match encoding {
            Encoding::Utf8 => None,
            Encoding::Latin1 => {
                let span = self.mapping.document.value(&key("encoding"));
                Some(self.failure(
                    (&draft.errors, Cause::Input(Text::Unencodable)),
                    *unencodable,
                    unencodable_error.as_deref(),
                    &span,
                    (
                        "a string with characters that Latin-1 lacks",
                        "unencodable-error",
                        "choose `unencodable = \"trap\"`",
                    ),
                )?)
            }
        };
        draft.strings.push(StringInput {
            pointer,
            length: pointer + 1,
            latin1,
            nul,
        });
        Some(Argument::Local(pointer))
    }

    fn buffer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::Capacity,
    ) -> Option<Argument> {
        if draft.buffer.is_some() {
            return self.twice(path, "buffer");
        }
        let element = self.payload_of(draft, path, "buffer")?;
        let key = |key| [path, &[Step::Key("capacity"), Step::Key(key)]].concat();
        let capacity = match spec {
            mapping::Capacity::Constant { constant } => Capacity::Constant(*constant),
            mapping::Capacity::Bound { bound, param } => {
                let span = self.mapping.document.value(&key("bound"));
                let bound = self.release(bound, span, &["(i32) -> i32"])?;
                let found = self.param(draft, &key("param"), param)?;
                if matches!(found.ty, WitType::Scalar(_)) {
                    let path = key("param");
                    return self.wrong_param(&path, param, "a string or a list", "another one");
                }
                Capacity::Bound(bound, found.local + 1)
            }
            mapping::Capacity::Param { param, limit } => {
                let found = self.param(draft, &key("param"), param)?;
                if found.ty != WitType::Scalar(Scalar::U32) {
                    let path = key("param");
                    return self.wrong_param(&path, param, "a u32", "a u32");
                }
                let local = found.local;
                // Knowing the capacity may be all that the caller passes it for.
                draft.used.insert((param.clone(), Use::Value));
                Capacity::Local(local, *limit)
            }
            mapping::Capacity::Grow {
                start,
                retry_on,
                limit,
            } => {
                if *start == 0 || start > limit || retry_on.is_empty() {
                    let span = self.mapping.document.value(&key("start"));
                    self.mistake(Diagnostic::mapping(
                        "mapping::capacity",
                        span,
                        "the buffer can't grow this way",
                        "`start` is at least 1 and at most `limit`, `retry-on` is not empty",
                    ));
                    return None;
                }
                if draft.known && draft.callee.results != [ValType::I32] {
                    let span = self.mapping.document.value(&key("retry-on"));
                    self.mistake(Diagnostic::mapping(
                        "mapping::capacity",
                        span,
                        format!("`{}` returns no status to retry on", draft.callee.export),
                        "needs an i32",
                    ));
                    return None;
                }
                Capacity::Grow {
                    start: *start,
                    retry_on: retry_on.clone(),
                    limit: *limit,
                }
            }
        };
        draft.buffer = Some(Buffer { capacity, element });
        Some(Argument::Buffer)
    }

    /// The pointer to a new state of the resource that the function returns.
    fn state(&mut self, draft: &mut Draft<'_>, path: &[Step<'_>]) -> Option<Argument> {
        if draft.state.is_some() {
            return self.twice(path, "state");
        }
        let number = self.returned_resource(draft);
        let Some(number) = number.filter(|number| self.resources[*number].size.is_some()) else {
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
        draft.state = Some(number);
        Some(Argument::State(number))
    }

    fn out_pointer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        free: Option<&str>,
        borrowed: Option<Owner>,
    ) -> Option<Argument> {
        if draft.slots.pointer.is_some() {
            return self.twice(path, "out-pointer");
        }
        self.payload_of(draft, path, "out-pointer")?;
        let owner = self.owner(path, free, borrowed, &["(i32)", "(i32, i32)"])?;
        draft.slots.pointer = Some(owner);
        Some(Argument::Slot(POINTER_SLOT))
    }

    /// The size of an element of the WIT result, which has to be a string or a
    /// list.
    fn payload_of(&mut self, draft: &Draft<'_>, path: &[Step<'_>], what: &str) -> Option<u32> {
        if let Some(ty @ (WitType::String | WitType::List(_))) = draft.result.value {
            return Some(ty.element());
        }
        let span = self.mapping.document.value(path);
        self.mistake(
            Diagnostic::mapping(
                "mapping::arguments",
                span,
                format!("the `{what}` has nowhere to go"),
                "becomes the WIT result",
            )
            .help(format!(
                "let `{}` return a string or a list of numbers in the WIT",
                draft.key
            )),
        );
        None
    }
}

/// How many units there are in an element of the WIT result.
pub(super) fn units(draft: &Draft<'_>, unit: Unit) -> u32 {
    match (unit, draft.result.value) {
        (Unit::Bytes, Some(ty)) => ty.element(),
        _ => 1,
    }
}
