//! Which kinds of mappings the C caller of this crate knows. A function that
//! needs another one is not compared, and the report says so.
//!
//! The patterns in here name every key, so that a new one is noticed.

use super::subject::Subject;
use super::types::Ty;
use crate::mapping::{Argument, NullPolicy, OnErrorMemory, Returns};

/// The first thing in the mapping of this function, or in its types, that the C
/// caller does not know.
pub(super) fn unknown(subject: &Subject<'_>) -> Option<String> {
    let spec = subject.spec;
    let argument = subject.arguments().iter().find_map(argument);
    let returns = spec.returns.as_ref().and_then(returns);
    let behind = |argument: &Argument| match argument {
        Argument::Pointer { param, .. } => match subject.ty(param) {
            Some(Ty::List(_) | Ty::String | Ty::Option(_)) | None => None,
            Some(_) => Some("a number behind a pointer"),
        },
        _ => None,
    };
    let argument = argument.or_else(|| subject.arguments().iter().find_map(behind));
    if let Some(what) = argument.or(returns) {
        return Some(format!(
            "its mapping has {what}, which `check` does not know yet"
        ));
    }
    let param = subject.params.iter().find_map(|param| match &param.ty {
        Ty::Own(_) => Some("a resource that is given away"),
        other => ty(other),
    });
    let result = subject.result.as_ref().and_then(|result| match result {
        Ty::Option(value) => ty(value),
        // What an error may be made of is known.
        Ty::Result(ok, _) => ok.as_deref().and_then(ty),
        plain => ty(plain),
    });
    let what = param.or(result)?;
    Some(format!(
        "its types have {what}, which `check` does not know yet"
    ))
}

fn ty(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Record(_) | Ty::Tuple(_) => Some("a record or a tuple"),
        Ty::Variant(_) | Ty::Flags(_) => Some("a variant or flags"),
        Ty::Option(_) | Ty::Result(..) => Some("an option or a result inside of another type"),
        Ty::Other(_) => Some("an unusual type"),
        Ty::List(element) => match element.as_ref() {
            Ty::Record(_) | Ty::List(_) | Ty::String | Ty::Enum(_) => {
                Some("a list of something else than numbers")
            }
            element => self::ty(element),
        },
        _ => None,
    }
}

fn field(field: Option<&String>) -> Option<&'static str> {
    field.map(|_| "several outputs")
}

fn argument(argument: &Argument) -> Option<&'static str> {
    match argument {
        Argument::Value { none: Some(_), .. } | Argument::OutValue { none: Some(_), .. } => {
            Some("a number that stands for `none`")
        }
        Argument::Value {
            param,
            c_type,
            none: None,
        } => match c_type {
            Some(_) => Some("a C type of its own"),
            None => param.contains('.').then_some("a field of a record"),
        },
        Argument::Pointer {
            c_type: Some(_), ..
        } => Some("a C type of its own"),
        Argument::Constant { value: _ }
        | Argument::Scratch { size: _ }
        | Argument::Pointer {
            param: _,
            c_type: None,
        }
        | Argument::Length { param: _, unit: _ }
        | Argument::Cstring {
            param: _,
            nul: _,
            nul_error: _,
            encoding: _,
            unencodable: _,
            unencodable_error: _,
        } => None,
        Argument::OutPointer {
            on_error: OnErrorMemory::Free,
            ..
        }
        | Argument::OutCstring {
            on_error: OnErrorMemory::Free,
            ..
        } => Some("memory that is freed on an error"),
        Argument::Buffer {
            capacity: _,
            field: part,
        }
        | Argument::Capacity {
            unit: _,
            field: part,
        }
        | Argument::BufferLength {
            unit: _,
            field: part,
        }
        | Argument::State { field: part }
        | Argument::OutPointer {
            free: _,
            borrowed: _,
            on_error: OnErrorMemory::Ignore,
            field: part,
        }
        | Argument::OutLength {
            unit: _,
            field: part,
        } => field(part.as_ref()),
        Argument::Consumed { .. } => Some("`consumed`"),
        Argument::Cstrings { .. } => Some("`cstrings`"),
        Argument::Record { .. } => Some("a struct"),
        Argument::OutRecord { .. } => Some("`out-record`"),
        Argument::OutValue {
            c_type,
            param: _,
            none: None,
            field: part,
        } => match c_type {
            Some(_) => Some("a C type of its own"),
            None => field(part.as_ref()),
        },
        Argument::OutCstring {
            free: _,
            borrowed: _,
            null,
            null_error: _,
            encoding: _,
            on_error: OnErrorMemory::Ignore,
            field: part,
        }
        | Argument::OutHandle {
            null,
            null_error: _,
            on_error: _,
            field: part,
        } => match null {
            NullPolicy::Error => Some("an out-parameter that is an error if it is null"),
            NullPolicy::Trap | NullPolicy::None => field(part.as_ref()),
        },
    }
}

fn returns(returns: &Returns) -> Option<&'static str> {
    match returns {
        Returns::Value { none: Some(_), .. } => Some("a number that stands for `none`"),
        Returns::Value {
            c_type,
            none: None,
            field: part,
        } => match c_type {
            Some(_) => Some("a C type of its own"),
            None => field(part.as_ref()),
        },
        Returns::Ignored {} => None,
        Returns::Record { .. } => Some("a struct"),
        Returns::Pointer { .. } => Some("a returned `pointer`"),
        Returns::Cstring {
            free: _,
            borrowed: _,
            null: _,
            null_error: _,
            code: _,
            text: _,
            encoding: _,
            field: part,
        }
        | Returns::Handle {
            null: _,
            null_error: _,
            code: _,
            text: _,
            field: part,
        }
        | Returns::Length {
            unit: _,
            field: part,
        } => field(part.as_ref()),
        Returns::Status {
            ok: _,
            none,
            carries: _,
            unit: _,
            values: _,
            field: part,
            errors: _,
            unknown: _,
            unknown_error: _,
            code: _,
            text: _,
        } => match none.as_slice() {
            [] => field(part.as_ref()),
            _ => Some("a status of `none`"),
        },
    }
}
