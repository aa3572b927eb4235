//! WIT errors, and what of them a failure can fill.

use std::ops::Range;

use wit_parser::{Resolve, SizeAlign, Type, TypeDefKind};

use super::check::Checker;
use super::wit::{WitResult, narrow, resolved};
use super::{ErrorCase, ErrorValue, Failure, Report, Scalar, Text};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::mapping::ErrorPolicy;

/// A WIT type that stands for an error.
#[derive(Clone, Debug, Default)]
pub(super) struct ErrorType {
    cases: Option<Cases>,
    /// What every error has besides the case.
    parts: Parts,
}

/// The cases of an enum or variant.
#[derive(Clone, Debug)]
struct Cases {
    names: Vec<String>,
    /// What each has besides.
    parts: Vec<Parts>,
    offset: u32,
}

/// A number and a text, by their offsets.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    code: Option<(Scalar, u32)>,
    text: Option<u32>,
}

/// The errors that a function's WIT result has room for.
pub(super) struct Errors {
    fallible: bool,
    ty: Option<ErrorType>,
}

impl Errors {
    pub(super) fn new(result: &WitResult) -> Self {
        Errors {
            fallible: result.fallible,
            ty: result.error.clone(),
        }
    }
}

/// What has gone wrong where a WIT error is returned, and so what is known of it.
#[derive(Clone, Copy)]
pub(super) enum Cause<'a> {
    /// The shim can't pass a string on.
    Input(Text),
    /// The module returned a null pointer.
    Null(&'a Report),
    /// The module returned a status.
    Status(&'a Report),
}

impl Cause<'_> {
    fn knows_code(self) -> bool {
        match self {
            Cause::Input(_) => false,
            Cause::Null(report) => report.code.is_some(),
            Cause::Status(_) => true,
        }
    }

    fn text(self) -> Option<Text> {
        match self {
            Cause::Input(text) => Some(text),
            Cause::Null(report) | Cause::Status(report) => {
                report.text.as_ref().map(|_| Text::Module)
            }
        }
    }
}

/// Takes the type of an error apart, or says in words why it can't be.
pub(super) fn error_type(
    resolve: &Resolve,
    sizes: &SizeAlign,
    ty: &Type,
) -> Result<ErrorType, String> {
    let mut found = ErrorType::default();
    for (offset, field) in sizes.field_offsets(&fields(resolve, ty)) {
        let offset = narrow(offset.size_wasm32());
        if let Some(cases) = cases(resolve, sizes, field, offset)? {
            if found.cases.replace(cases).is_some() {
                return Err("a result whose error has two enums".into());
            }
        } else {
            add_part(&mut found.parts, resolve, field, offset)?;
        }
    }
    Ok(found)
}

/// The types of a record or tuple; another type is its own.
fn fields(resolve: &Resolve, ty: &Type) -> Vec<Type> {
    match resolved(resolve, ty) {
        Err(TypeDefKind::Record(record)) => record.fields.iter().map(|field| field.ty).collect(),
        Err(TypeDefKind::Tuple(tuple)) => tuple.types.clone(),
        _ => vec![*ty],
    }
}

/// The cases of an enum or variant.
fn cases(
    resolve: &Resolve,
    sizes: &SizeAlign,
    ty: &Type,
    offset: u32,
) -> Result<Option<Cases>, String> {
    match resolved(resolve, ty) {
        Err(TypeDefKind::Enum(ty)) => Ok(Some(Cases {
            names: ty.cases.iter().map(|case| case.name.clone()).collect(),
            parts: vec![Parts::default(); ty.cases.len()],
            offset,
        })),
        Err(TypeDefKind::Variant(ty)) => {
            let types = ty.cases.iter().map(|case| case.ty.as_ref());
            let payload = offset + narrow(sizes.payload_offset(ty.tag(), types).size_wasm32());
            let mut parts = Vec::new();
            for case in &ty.cases {
                let mut part = Parts::default();
                let fields = case.ty.map(|ty| fields(resolve, &ty)).unwrap_or_default();
                for (offset, field) in sizes.field_offsets(&fields) {
                    let offset = payload + narrow(offset.size_wasm32());
                    add_part(&mut part, resolve, field, offset)?;
                }
                parts.push(part);
            }
            Ok(Some(Cases {
                names: ty.cases.iter().map(|case| case.name.clone()).collect(),
                parts,
                offset,
            }))
        }
        _ => Ok(None),
    }
}

fn add_part(parts: &mut Parts, resolve: &Resolve, ty: &Type, offset: u32) -> Result<(), String> {
    let twice = match resolved(resolve, ty) {
        Ok(Type::String) => parts.text.replace(offset).is_some(),
        Ok(Type::S32) => parts.code.replace((Scalar::S32, offset)).is_some(),
        Ok(Type::U32) => parts.code.replace((Scalar::U32, offset)).is_some(),
        Ok(Type::S64) => parts.code.replace((Scalar::S64, offset)).is_some(),
        Ok(Type::U64) => parts.code.replace((Scalar::U64, offset)).is_some(),
        _ => {
            return Err(
                "a result whose error is made of something else than an enum or variant, \
                 a string, and an integer of 32 or 64 bits"
                    .into(),
            );
        }
    };
    if twice {
        return Err("a result whose error has two numbers or two texts".into());
    }
    Ok(())
}

impl Checker<'_> {
    /// What becomes of a policy with the name of an error's case.
    ///
    /// `what` says in words what has gone wrong then, `otherwise` how to choose
    /// another policy.
    pub(super) fn failure(
        &mut self,
        (errors, reason): (&Errors, Cause<'_>),
        policy: ErrorPolicy,
        case: Option<&str>,
        span: &Range<usize>,
        (what, key, otherwise): (&str, &str, &str),
    ) -> Option<Failure> {
        if policy == ErrorPolicy::Trap {
            return Some(Failure::Trap);
        }
        if !errors.fallible {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::no-error",
                    span.clone(),
                    format!("{what} is an error, and the WIT function has no place for errors"),
                    "would be an error",
                )
                .help(format!(
                    "{otherwise}, or let the WIT function return a `result`"
                )),
            );
            return None;
        }
        let Some(ty) = &errors.ty else {
            return self
                .no_cases(case, span, key)
                .map(|()| Failure::Error(ErrorValue::default()));
        };
        let (case, parts) = self.error_case(ty, case, span, key)?;
        if parts.code.is_some() && !reason.knows_code() {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::no-error",
                    span.clone(),
                    format!("the WIT error has a number in it, and {what} has none"),
                    "would be an error",
                )
                .help(match reason {
                    Cause::Input(_) => otherwise.to_owned(),
                    _ => format!("{otherwise}, or say by `code` which export knows the number"),
                }),
            );
            return None;
        }
        let text = match (parts.text, reason.text()) {
            (Some(_), None) => {
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::no-text",
                        span.clone(),
                        "the WIT error has a text in it, and the mapping does not say where it \
                         comes from",
                        "would be an error",
                    )
                    .help(
                        "add `text = { calls = \"…\", borrowed = \"static\" }` to `returns`, with \
                         the export that returns it",
                    ),
                );
                return None;
            }
            (Some(offset), Some(text)) => Some((text, offset)),
            (None, _) => None,
        };
        Some(Failure::Error(ErrorValue {
            case,
            code: parts.code,
            text,
        }))
    }

    /// The error's case called `case`, and what belongs to it.
    fn error_case(
        &mut self,
        ty: &ErrorType,
        case: Option<&str>,
        span: &Range<usize>,
        key: &str,
    ) -> Option<(Option<ErrorCase>, Parts)> {
        let Some(cases) = &ty.cases else {
            return self.no_cases(case, span, key).map(|()| (None, ty.parts));
        };
        let names = || cases.names.iter().map(String::as_str);
        let Some(name) = case else {
            let first = names().next().unwrap_or("…");
            self.mistake(
                Diagnostic::mapping(
                    "mapping::unknown-error",
                    span.clone(),
                    "the mapping does not say which case of the WIT error this is",
                    "becomes an error",
                )
                .help(format!("add `{key} = \"{first}\"`, or another case")),
            );
            return None;
        };
        let Some(index) = names().position(|found| found == name) else {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::unknown-error",
                    span.clone(),
                    format!("the WIT error has no case `{name}`"),
                    "no such case",
                )
                .help(did_you_mean(name, "cases", names().collect::<Vec<_>>())),
            );
            return None;
        };
        let of_case = cases.parts[index];
        let parts = Parts {
            code: of_case.code.or(ty.parts.code),
            text: of_case.text.or(ty.parts.text),
        };
        let case = ErrorCase {
            discriminant: narrow(index),
            size: tag_size(names().count()),
            offset: cases.offset,
        };
        Some((Some(case), parts))
    }

    fn no_cases(&mut self, case: Option<&str>, span: &Range<usize>, key: &str) -> Option<()> {
        let Some(name) = case else {
            return Some(());
        };
        self.mistake(
            Diagnostic::mapping(
                "mapping::unknown-error",
                span.clone(),
                format!("the WIT error has no cases, so it has no `{name}`"),
                "no such case",
            )
            .help(if key == "errors" {
                "write `\"\"` instead, or give the WIT error an enum".to_owned()
            } else {
                format!("leave `{key}` out, or give the WIT error an enum")
            }),
        );
        None
    }
}

/// The size of a discriminant, by the canonical ABI's `discriminant_type`.
fn tag_size(cases: usize) -> u32 {
    match cases {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}
