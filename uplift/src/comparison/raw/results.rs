//! What the C function returns, and what that means.

use std::collections::BTreeMap;

use wasmtime::component::Val;

use super::call::{Call, Early, trap};
use super::failures;
use super::numbers::{self, Number};
use super::parts::Found;
use crate::comparison::types::Ty;
use crate::mapping::{Asked, Carried, ErrorText, NullPolicy, Returns, TrapPolicy};

/// The most elements of a result that are read: a value takes far more room
/// here than in the module's memory.
pub(super) const LARGEST: u32 = 1 << 21;

impl<'s> Call<'_, 's> {
    /// The WIT result.
    pub(super) fn result(&mut self) -> Result<Option<Val>, Early> {
        let none = self.fails_or_is_none()?;
        self.taken_over(true);
        if none {
            self.end_unseen()?;
            self.parts.insert("", None);
            return self.assembled();
        }
        self.written()?;
        self.returned()?;
        self.sequences()?;
        if let Some(null) = self.null_error {
            return Err(self.null(null)?);
        }
        self.assembled()
    }

    /// Whether the status is one of success without a value; one of failure is the
    /// error.
    fn fails_or_is_none(&mut self) -> Result<bool, Early> {
        let Some(Returns::Status {
            ok,
            none,
            values,
            errors,
            unknown,
            unknown_error,
            code,
            text,
            ..
        }) = &self.subject.spec.returns
        else {
            return Ok(false);
        };
        let status = self.status();
        if failures::is_ok(status, ok.as_deref(), none, values.keys()) {
            return Ok(none.contains(&status));
        }
        // No text is asked for that no error has room for.
        let unknown_case = match unknown {
            TrapPolicy::Error => Some(unknown_error.as_ref()),
            TrapPolicy::Trap => None,
        };
        let mut cases = errors.values().map(Some).chain(unknown_case);
        let error = self.subject.error();
        let room = cases.any(|case| failures::room(error, case).1);
        let text = text.as_ref().filter(|_| room);
        let mut failure = self.ask(Some(status), code.as_ref(), text)?;
        let number = failure.code.unwrap_or(status);
        self.end_failed()?;
        let covering = errors
            .iter()
            .filter(|(key, _)| failures::covers(key, number));
        let narrowest = covering.min_by_key(|(key, _)| failures::width(key));
        failure.case = match (narrowest, unknown_case) {
            (Some((_, case)), _) => Some(case.clone()),
            (None, Some(case)) => case.cloned(),
            (None, None) => {
                let reason = format!("the module returned an unknown status, {number}");
                return Err(trap(reason));
            }
        };
        Err(Early::Error(failure))
    }

    /// The part that the C function returns, if it returns one.
    fn returned(&mut self) -> Result<(), Early> {
        let pointer = self.status().cast_unsigned();
        match &self.subject.spec.returns {
            None if self.returned.is_some() => self.number_part(None, None, None),
            None | Some(Returns::Ignored {} | Returns::Length { .. }) => Ok(()),
            Some(Returns::Value {
                c_type,
                none,
                field,
            }) => self.number_part(*c_type, *none, field.as_deref()),
            Some(Returns::Cstring {
                free,
                null,
                null_error,
                encoding,
                field,
                ..
            }) => {
                let null = (*null, null_error.as_ref());
                let (field, free) = (field.as_deref(), free.as_deref());
                self.c_string_part(pointer, field, free, (null, *encoding), true)
            }
            Some(Returns::Record {
                free,
                null,
                null_error,
                field,
                ..
            }) => {
                let null = (*null, null_error.as_ref());
                self.record_part(pointer, field.as_deref(), free.as_deref(), null, true)
            }
            Some(Returns::Handle {
                null,
                null_error,
                field,
                ..
            }) => {
                let null = (*null, null_error.as_ref());
                self.handle_part(pointer, field.as_deref(), null, true)
            }
            Some(Returns::Pointer {
                length,
                unit,
                free,
                null,
                null_error,
                field,
                ..
            }) => {
                let field = field.as_deref();
                // One of no length is empty where null is not said to mean more.
                if *null != NullPolicy::Trap
                    && self.is_null(pointer, (*null, null_error.as_ref()), true)?
                {
                    self.part(field, None);
                    return Ok(());
                }
                let count = self.tell(&length.calls, &length.arguments, None)?;
                let count = self.in_elements(count, *unit, field)?;
                self.sequence_part(pointer, count, field, free.as_deref())
            }
            Some(Returns::Status {
                carries,
                values,
                field,
                ..
            }) => match carries {
                None if values.is_empty() => Ok(()),
                None => self.chosen(values, field.as_deref()),
                Some(Carried::Value) => self.number_part(None, None, field.as_deref()),
                Some(Carried::Length) => Ok(()),
            },
        }
    }

    /// The WIT value that stands for the status.
    fn chosen(
        &mut self,
        values: &BTreeMap<String, String>,
        field: Option<&'s str>,
    ) -> Result<(), Early> {
        let status = self.status();
        let name = values.iter().find(|(key, _)| failures::covers(key, status));
        let (_, name) = name.ok_or_else(|| trap("no value stands for this status"))?;
        let value = match self.part_type(field)? {
            Ty::Bool => Val::Bool(name == "true"),
            Ty::Enum(_) => Val::Enum(name.clone()),
            integer => {
                let number = name.parse().map_err(|_| trap("a value is no number"))?;
                numbers::value(integer, Number::Integer(number))?
            }
        };
        self.part(field, Some(Found::Value(value)));
        Ok(())
    }

    /// Whom to ask about a failure.
    fn report(&self) -> (Option<&'s Asked>, Option<&'s ErrorText>) {
        match &self.subject.spec.returns {
            Some(
                Returns::Status { code, text, .. }
                | Returns::Cstring { code, text, .. }
                | Returns::Pointer { code, text, .. }
                | Returns::Handle { code, text, .. }
                | Returns::Record { code, text, .. },
            ) => (code.as_ref(), text.as_ref()),
            None | Some(Returns::Value { .. } | Returns::Ignored {} | Returns::Length { .. }) => {
                (None, None)
            }
        }
    }

    /// Whether a pointer is null and that is `none`; it may be a trap, or the WIT
    /// error once all other parts are known.
    pub(super) fn is_null(
        &mut self,
        pointer: u32,
        (null, case): (NullPolicy, Option<&'s String>),
        returned: bool,
    ) -> Result<bool, Early> {
        match null {
            _ if pointer != 0 => return Ok(false),
            NullPolicy::Trap => return Err(trap("the module returned a null pointer")),
            NullPolicy::None => {}
            NullPolicy::Error => {
                self.null_error.get_or_insert(NullError { case, returned });
            }
        }
        Ok(true)
    }

    /// The WIT error for a null pointer, and the end of what else was handed out.
    fn null(&mut self, null: NullError<'s>) -> Result<Early, Early> {
        let (number, words) = failures::room(self.subject.error(), null.case);
        let (code, text) = self.report();
        let code = code.filter(|_| number || words);
        let mut failure = self.ask(None, code, text.filter(|_| words))?;
        failure.case = null.case.cloned();
        self.end_resources()?;
        if !null.returned {
            self.destroy_state()?;
        }
        Ok(Early::Error(failure))
    }
}

/// A null pointer that is the WIT error.
#[derive(Clone, Copy)]
pub(super) struct NullError<'s> {
    case: Option<&'s String>,
    /// Whether the C function has returned it; otherwise it has written it.
    returned: bool,
}
