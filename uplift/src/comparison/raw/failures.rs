//! What a failed call says: its status, and the exports that know more.

use wasmtime::Val as Core;
use wasmtime::component::Val;

use super::call::{Call, Early, trap};
use super::numbers;
use crate::comparison::types::Ty;
use crate::mapping::{Argument, Asked, ErrorText, Returns, Statuses, TextPolicy, Told};

/// What is known of a WIT error.
#[derive(Debug, Default)]
pub(super) struct Failure {
    pub(super) case: Option<String>,
    pub(super) code: Option<i32>,
    pub(super) text: Option<String>,
}

impl Failure {
    /// An error of an input, which the module has not seen.
    pub(super) fn of_input(case: Option<&String>, words: &str) -> Early {
        Early::Error(Failure {
            case: case.cloned(),
            code: None,
            text: Some(words.to_owned()),
        })
    }

    /// The WIT error, in the result's type.
    pub(super) fn value(&self, result: Option<&Ty>) -> Val {
        Val::Result(Err(match result {
            Some(Ty::Result(_, Some(error))) => Some(Box::new(self.fill(error))),
            _ => None,
        }))
    }

    fn fill(&self, ty: &Ty) -> Val {
        let code = self.code.unwrap_or_default();
        let case = self.case.clone().unwrap_or_default();
        match ty {
            Ty::String => Val::String(self.text.clone().unwrap_or_default()),
            Ty::U32 => Val::U32(code.cast_unsigned()),
            Ty::S64 => Val::S64(i64::from(code)),
            Ty::U64 => Val::U64(u64::from(code.cast_unsigned())),
            Ty::Enum(_) => Val::Enum(case),
            Ty::Variant(cases) => {
                let payload = cases.iter().find(|(name, _)| *name == case);
                let payload = payload.and_then(|(_, ty)| ty.as_ref());
                Val::Variant(case, payload.map(|ty| Box::new(self.fill(ty))))
            }
            Ty::Record { fields, .. } => {
                let fields = fields.iter();
                Val::Record(
                    fields
                        .map(|(name, ty)| (name.clone(), self.fill(ty)))
                        .collect(),
                )
            }
            Ty::Tuple(types) => Val::Tuple(types.iter().map(|ty| self.fill(ty)).collect()),
            _ => Val::S32(code),
        }
    }
}

/// Whether an error has room for a number, and for a text; of a variant, the case
/// counts.
pub(super) fn room(ty: Option<&Ty>, case: Option<&String>) -> (bool, bool) {
    let (mut number, mut text) = (false, false);
    let mut add = |ty: Option<&Ty>| match ty {
        None | Some(Ty::Enum(_)) => {}
        Some(Ty::String) => text = true,
        Some(Ty::Variant(cases)) => {
            let payload = cases.iter().find(|(name, _)| Some(name) == case);
            let payload = payload.and_then(|(_, ty)| ty.as_ref());
            let found = room(payload, None);
            number |= found.0;
            text |= found.1;
        }
        Some(_) => number = true,
    };
    match ty {
        Some(group) if group.is_group() => {
            for (_, field) in group.fields() {
                add(Some(field));
            }
        }
        other => add(other),
    }
    (number, text)
}

/// Reads `-3`, `0..=7`, `0..` and `..=-1`.
fn range(text: &str) -> Option<(i32, i32)> {
    let number = |text: &str| text.trim().parse::<i32>().ok();
    let Some((first, last)) = text.split_once("..") else {
        return number(text).map(|only| (only, only));
    };
    let first = if first.is_empty() {
        i32::MIN
    } else {
        number(first)?
    };
    let last = match last.strip_prefix('=') {
        Some(last) => number(last)?,
        None => i32::MAX,
    };
    Some((first, last))
}

/// Whether a status is one of success. Without a word of it, only 0 is.
pub(super) fn is_ok<'m>(
    status: i32,
    ok: Option<&[Statuses]>,
    none: &[i32],
    mut values: impl ExactSizeIterator<Item = &'m String>,
) -> bool {
    if none.contains(&status) {
        return true;
    }
    if ok.is_none() && none.is_empty() && values.len() == 0 {
        return status == 0;
    }
    let named = ok.unwrap_or_default().iter().any(|ok| match ok {
        Statuses::One(one) => *one == status,
        Statuses::Range(text) => covers(text, status),
    });
    named || values.any(|text| covers(text, status))
}

pub(super) fn covers(text: &str, status: i32) -> bool {
    range(text).is_some_and(|(first, last)| (first..=last).contains(&status))
}

/// How many statuses a range covers, less one.
pub(super) fn width(text: &str) -> i64 {
    range(text).map_or(i64::MAX, |(first, last)| i64::from(last) - i64::from(first))
}

impl<'s> Call<'_, 's> {
    /// Asks for the number and the text of a failure, at once.
    pub(super) fn ask(
        &mut self,
        status: Option<i32>,
        code: Option<&'s Asked>,
        text: Option<&'s ErrorText>,
    ) -> Result<Failure, Early> {
        let code = match code {
            Some(Asked { calls, arguments }) => {
                Some(self.tell(calls, arguments, status)?.cast_signed())
            }
            None => status,
        };
        let text = match text {
            Some(text) => Some(self.text(text, code)?),
            None => None,
        };
        Ok(Failure {
            case: None,
            code,
            text,
        })
    }

    fn text(&mut self, spec: &'s ErrorText, code: Option<i32>) -> Result<String, Early> {
        let ErrorText {
            calls,
            arguments,
            free,
            borrowed: _,
            null,
            encoding,
        } = spec;
        let pointer = if let Some(arguments) = arguments {
            self.tell(calls, arguments, code)?
        } else {
            // As much of it as the export takes.
            let code = code.unwrap_or_default().cast_unsigned();
            self.raw.core_u32(calls, &[code])?
        };
        if pointer == 0 {
            return match null {
                TextPolicy::Trap => Err(trap("the module returned a null pointer")),
                TextPolicy::Empty => Ok(String::new()),
            };
        }
        let text = self.c_string(pointer, *encoding)?;
        if let Some(free) = free {
            self.raw.core_u32(free, &[pointer])?;
        }
        Ok(text)
    }

    /// Calls an export that knows more about a call.
    pub(super) fn tell(
        &mut self,
        calls: &str,
        told: &[Told],
        code: Option<i32>,
    ) -> Result<u32, Early> {
        let mut arguments = Vec::new();
        for told in told {
            arguments.push(match told {
                Told::Code {} => code.unwrap_or_default().cast_unsigned(),
                Told::Constant { value } => value.cast_unsigned(),
                Told::Handle {} => self.handed_out()?,
                Told::Value { param, through } => {
                    let number = self.told(param)?;
                    match through {
                        Some(through) => self.raw.core_u32(through, &[number])?,
                        None => number,
                    }
                }
            });
        }
        Ok(self.raw.core_u32(calls, &arguments)?)
    }

    /// A parameter of 32 bits.
    fn told(&self, param: &str) -> Result<u32, Early> {
        match numbers::to_core(self.number(param)?, None, &wasmtime::ValType::I32)? {
            Core::I32(number) => Ok(number.cast_unsigned()),
            _ => Err(trap(format!("`{param}` is no number of 32 bits"))),
        }
    }

    /// What stands behind the resource that the call has handed out.
    fn handed_out(&self) -> Result<u32, Early> {
        let mut arguments = self.subject.arguments().iter();
        let handle = arguments.position(|argument| matches!(argument, Argument::OutHandle { .. }));
        match (handle, &self.subject.spec.returns, self.state) {
            (Some(index), ..) => self.pointer_at(index),
            (None, Some(Returns::Handle { .. }), _) => Ok(self.status().cast_unsigned()),
            (.., Some((pointer, _))) => Ok(pointer),
            _ => Err(trap("no handle was handed out")),
        }
    }
}
