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
    if let Some(what) = argument.or(returns) {
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
            c_type: _,
            field: _,
        }
        | Argument::Capacity { unit: _, field: _ }
        | Argument::BufferLength { unit: _, field: _ }
        | Argument::State { field: _ }
        | Argument::OutPointer {
            c_type: _,
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
