//! Which kinds of mappings the C caller of this crate knows. A function that
//! needs another one is not compared, and the report says so.
//!
//! The patterns in here name every key, so that a new one is noticed.

use super::subject::Subject;
use super::types::Ty;
use crate::mapping::{Argument, Returns};

/// The first thing in the mapping of this function, or in its types, that the C
/// caller does not know.
pub(super) fn unknown(subject: &Subject<'_>) -> Option<String> {
    let argument = subject.arguments().iter().find_map(argument);
    let returns = subject.spec.returns.as_ref().and_then(returns);
    let elements = other_elements(subject).then_some("elements of another C type");
    if let Some(what) = argument.or(returns).or(elements) {
        return Some(format!(
            "its mapping has {what}, which `check` does not know yet"
        ));
    }
    let what = subject.params.iter().find_map(|param| match &param.ty {
        Ty::Own(_) | Ty::Borrow(_) => None,
        Ty::Option(some) if matches!(some.as_ref(), Ty::Borrow(_)) => None,
        other => value(other),
    })?;
    Some(format!(
        "its parameters have {what}, which `check` does not know yet"
    ))
}

/// Whether a list has elements that are something else in C than in the WIT.
fn other_elements(subject: &Subject<'_>) -> bool {
    let mut arguments = subject.arguments().iter();
    let converts = arguments.any(|argument| match argument {
        Argument::Pointer {
            param,
            c_type: Some(_),
        } => holds_list(subject.ty(param)),
        _ => false,
    });
    let mut types = subject.params.iter().map(|param| &param.ty);
    converts || types.any(lists_cases) || subject.result.as_ref().is_some_and(lists_cases)
}

fn holds_list(ty: Option<&Ty>) -> bool {
    match ty {
        Some(Ty::List(_)) => true,
        Some(Ty::Option(inner)) => matches!(inner.as_ref(), Ty::List(_)),
        _ => false,
    }
}

/// Whether there is a list of enums or flags in it.
fn lists_cases(ty: &Ty) -> bool {
    match ty {
        Ty::List(element) => {
            matches!(element.as_ref(), Ty::Enum(_) | Ty::Flags(_)) || lists_cases(element)
        }
        Ty::Option(inner) => lists_cases(inner),
        Ty::Result(ok, _) => ok.as_deref().is_some_and(lists_cases),
        Ty::Record { fields, .. } => fields.iter().any(|(_, ty)| lists_cases(ty)),
        Ty::Tuple(types) => types.iter().any(lists_cases),
        _ => false,
    }
}

/// What keeps a value of this type from being made up by itself.
fn value(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Own(_) | Ty::Borrow(_) => Some("a handle inside of another type"),
        Ty::Variant(_) | Ty::Result(..) => Some("a variant or a result"),
        Ty::Other(_) => Some("an unusual type"),
        Ty::List(inner) | Ty::Option(inner) => value(inner),
        Ty::Record { fields, .. } => fields.iter().find_map(|(_, ty)| value(ty)),
        Ty::Tuple(types) => types.iter().find_map(value),
        Ty::Bool
        | Ty::S8
        | Ty::U8
        | Ty::S16
        | Ty::U16
        | Ty::S32
        | Ty::U32
        | Ty::S64
        | Ty::U64
        | Ty::F32
        | Ty::F64
        | Ty::Char
        | Ty::String
        | Ty::Enum(_)
        | Ty::Flags(_) => None,
    }
}

fn argument(argument: &Argument) -> Option<&'static str> {
    match argument {
        Argument::Buffer {
            c_type: Some(_), ..
        }
        | Argument::OutPointer {
            c_type: Some(_), ..
        } => Some("elements of another C type"),
        Argument::Value {
            param: _,
            c_type: _,
            none: _,
        }
        | Argument::Consumed {
            param: _,
            on_error: _,
        }
        | Argument::Constant { value: _ }
        | Argument::Scratch { size: _ }
        | Argument::Pointer {
            param: _,
            c_type: _,
        }
        | Argument::Length { param: _, unit: _ }
        | Argument::Record { param: _ }
        | Argument::Cstrings {
            param: _,
            nul: _,
            nul_error: _,
            encoding: _,
            unencodable: _,
            unencodable_error: _,
        }
        | Argument::Cstring {
            param: _,
            nul: _,
            nul_error: _,
            encoding: _,
            unencodable: _,
            unencodable_error: _,
        }
        | Argument::Buffer {
            capacity: _,
            c_type: None,
            field: _,
        }
        | Argument::Capacity { unit: _, field: _ }
        | Argument::BufferLength { unit: _, field: _ }
        | Argument::State { field: _ }
        | Argument::OutPointer {
            c_type: None,
            free: _,
            borrowed: _,
            on_error: _,
            field: _,
        }
        | Argument::OutLength { unit: _, field: _ }
        | Argument::OutValue {
            c_type: _,
            param: _,
            none: _,
            field: _,
        }
        | Argument::OutRecord {
            param: _,
            free: _,
            field: _,
        }
        | Argument::OutCstring {
            free: _,
            borrowed: _,
            null: _,
            null_error: _,
            encoding: _,
            on_error: _,
            field: _,
        }
        | Argument::OutHandle {
            null: _,
            null_error: _,
            on_error: _,
            field: _,
        } => None,
    }
}

fn returns(returns: &Returns) -> Option<&'static str> {
    match returns {
        Returns::Value {
            c_type: _,
            none: _,
            field: _,
        }
        | Returns::Ignored {}
        | Returns::Length { unit: _, field: _ }
        | Returns::Record {
            free: _,
            borrowed: _,
            null: _,
            null_error: _,
            code: _,
            text: _,
            field: _,
        }
        | Returns::Pointer {
            length: _,
            unit: _,
            free: _,
            borrowed: _,
            null: _,
            null_error: _,
            code: _,
            text: _,
            field: _,
        }
        | Returns::Cstring {
            free: _,
            borrowed: _,
            null: _,
            null_error: _,
            code: _,
            text: _,
            encoding: _,
            field: _,
        }
        | Returns::Handle {
            null: _,
            null_error: _,
            code: _,
            text: _,
            field: _,
        }
        | Returns::Status {
            ok: _,
            none: _,
            carries: _,
            unit: _,
            values: _,
            field: _,
            errors: _,
            unknown: _,
            unknown_error: _,
            code: _,
            text: _,
        } => None,
    }
}
