//! What a C type looks like to somebody who has to pass it.

use super::names::kebab;
use crate::c::{Enum, Library, Number, Type};
use crate::module;

/// A parameter or result by what it may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Void,
    /// A number, by its WIT type.
    Number(&'static str),
    Enum(String),
    /// A pointer to numbers or bytes.
    Elements(Elements),
    /// A pointer to a record, by its name.
    Record(String),
    /// A pointer to a pointer to numbers or bytes.
    Handed(Elements),
    /// A pointer to a pointer to a record.
    HandedRecord(String),
    /// Something that is left out, and why.
    Unfit(String),
}

/// What a pointer points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Elements {
    /// The WIT type of an element.
    pub(super) wit: &'static str,
    pub(super) constant: bool,
    /// Whether it is `char`, so that the pointer may be a string.
    pub(super) text: bool,
    /// Whether it can be a length: an integer of 32 bits.
    pub(super) integer: bool,
    /// How many there are, where the declaration says it.
    pub(super) count: Option<u32>,
}

pub(super) fn shape(ty: &Type) -> Shape {
    let unfit = |why: &str| Shape::Unfit(format!("`{}` is {why}", ty.spelled()));
    match ty.resolved().0 {
        Type::Void => Shape::Void,
        Type::Number(_, number) => match wit_number(*number) {
            Some(wit) => Shape::Number(wit),
            None => unfit("a number that WIT has no type for"),
        },
        Type::Enum(name) => Shape::Enum(name.clone()),
        Type::Pointer(to) => pointer(ty, to, None),
        Type::Array(of, count) => pointer(ty, of, *count),
        Type::Record(..) => unfit("a record that is passed by value"),
        Type::Function => unfit("a function, and callbacks can't be passed"),
        _ => unfit("of a type that can't be read"),
    }
}

fn pointer(ty: &Type, to: &Type, count: Option<u32>) -> Shape {
    let unfit = |why: &str| Shape::Unfit(format!("`{}` is {why}", ty.spelled()));
    let (target, constant) = to.resolved();
    match target {
        Type::Void => match handle_name(ty) {
            Some(name) => Shape::Record(name),
            None => Shape::Elements(Elements {
                wit: "u8",
                constant,
                text: false,
                integer: false,
                count,
            }),
        },
        Type::Number(..) => match elements(target, constant, count) {
            Some(elements) => Shape::Elements(elements),
            None => unfit("a pointer to numbers that WIT has no type for"),
        },
        Type::Record(_, name) => Shape::Record(name.clone()),
        Type::Function => unfit("a callback, which a component can't pass to the module"),
        Type::Pointer(_) if constant => unfit("a pointer to pointers that are only read"),
        Type::Pointer(inner) => {
            let (target, constant) = inner.resolved();
            if let Type::Record(_, name) = target {
                return Shape::HandedRecord(name.clone());
            }
            if let (Type::Void, Some(name)) = (target, handle_name(to)) {
                return Shape::HandedRecord(name);
            }
            match elements(target, constant, None) {
                Some(elements) => Shape::Handed(elements),
                None if *target == Type::Void => Shape::Handed(Elements {
                    wit: "u8",
                    constant,
                    text: false,
                    integer: false,
                    count: None,
                }),
                None => unfit("a pointer to pointers"),
            }
        }
        _ => unfit("a pointer to something that has no counterpart in WIT"),
    }
}

fn elements(target: &Type, constant: bool, count: Option<u32>) -> Option<Elements> {
    let Type::Number(name, number) = target else {
        return None;
    };
    // Rust knows C's `char` as `i8`.
    let text = *number == Number::Char || name == "i8";
    Some(Elements {
        wit: if text { "u8" } else { wit_number(*number)? },
        constant,
        text,
        integer: matches!(number, Number::Signed(4) | Number::Unsigned(4)),
        count,
    })
}

/// The name of a typedef that hides a `void *`.
fn handle_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Named(name, _) => Some(name.clone()),
        Type::Const(inner) => handle_name(inner),
        _ => None,
    }
}

fn wit_number(number: Number) -> Option<&'static str> {
    Some(match number {
        Number::Bool => "bool",
        Number::Char | Number::Signed(1) => "s8",
        Number::Signed(2) => "s16",
        Number::Signed(4) => "s32",
        Number::Signed(8) => "s64",
        Number::Unsigned(1) => "u8",
        Number::Unsigned(2) => "u16",
        Number::Unsigned(4) => "u32",
        Number::Unsigned(8) => "u64",
        Number::Float(4) => "f32",
        Number::Float(8) => "f64",
        _ => return None,
    })
}

/// Whether a parameter is called like a length.
pub(super) fn named_like_a_length(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    module::is_length(name)
        || ["n", "sz", "cap", "num"].contains(&lower.as_str())
        || lower.ends_with("capacity")
        || lower.ends_with("_sz")
        || lower.ends_with("_n")
}

/// Whether a length is called after a pointer: `dataLen` and `data`.
pub(super) fn has_the_name_of(length: &str, pointer: &str) -> bool {
    !pointer.is_empty()
        && named_like_a_length(length)
        && length.len() > pointer.len()
        && length
            .to_ascii_lowercase()
            .contains(&pointer.to_ascii_lowercase())
}

/// Whether a type is called like a length.
pub(super) fn typed_like_a_length(ty: &Type) -> bool {
    match ty {
        Type::Named(name, inner) => {
            ["size_t", "ssize_t"].contains(&name.as_str()) || typed_like_a_length(inner)
        }
        Type::Const(inner) => typed_like_a_length(inner),
        Type::Number(name, _) => ["size_t", "usize"].contains(&name.as_str()),
        _ => false,
    }
}

/// Whether an integer of the type can be a length in 32 bits.
pub(super) fn can_be_a_length(ty: &Type) -> bool {
    matches!(
        ty.resolved().0,
        Type::Number(_, Number::Signed(4) | Number::Unsigned(4))
    )
}

/// Whether an enum holds statuses: its 0 is called a success, and there are
/// others. `NONE` is one among errors alone: among kinds of things it is a kind,
/// or the lack of a thing.
pub(super) fn is_status(found: &Enum) -> bool {
    let errors = |value: i64| value != 0 && i32::try_from(value).is_ok();
    let names: Vec<(i64, String)> = found
        .constants
        .iter()
        .map(|constant| (constant.value, kebab(&constant.name, "")))
        .collect();
    let among_errors = || {
        let mut words = names.iter().flat_map(|(_, name)| name.split('-'));
        words.any(|word| word.starts_with("err") || word.starts_with("fail"))
    };
    let success = |name: &str| match name.rsplit('-').next().unwrap_or_default() {
        "ok" | "okay" | "success" | "good" | "noerror" => true,
        "none" => among_errors(),
        _ => name.ends_with("no-error"),
    };
    names.iter().any(|(value, _)| errors(*value))
        && names
            .iter()
            .any(|(value, name)| *value == 0 && success(name))
}

/// Whether an enum's constants count from 0, as the cases of a WIT enum do.
pub(super) fn counts_from_zero(found: &Enum) -> bool {
    !found.constants.is_empty()
        && found
            .constants
            .iter()
            .zip(0..)
            .all(|(constant, number)| constant.value == number)
}

/// The only enum of statuses, where there is one.
pub(super) fn only_status(types: &Library) -> Option<&String> {
    let mut found = types
        .enums
        .iter()
        .filter(|(_, found)| is_status(found))
        .map(|(name, _)| name);
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::is_status;
    use crate::c::{Constant, Enum};

    fn counted(names: &[&str]) -> Enum {
        let constants = names.iter().zip(0..).map(|(name, value)| Constant {
            name: (*name).into(),
            value,
            docs: String::new(),
        });
        Enum {
            constants: constants.collect(),
            docs: String::new(),
        }
    }

    #[test]
    fn none_is_a_success_among_errors_and_not_among_kinds() {
        assert!(is_status(&counted(&["LIB_ERR_NONE", "LIB_ERR_MEMORY"])));
        assert!(is_status(&counted(&["LIB_NONE", "LIB_FAILED"])));
        assert!(!is_status(&counted(&["NODE_NONE", "NODE_DOCUMENT"])));
        assert!(!is_status(&counted(&["SHADE_NONE", "SHADE_RED"])));
        assert!(is_status(&counted(&["LIB_OK", "LIB_FULL"])));
    }
}
