//! The WIT errors of a function, and the layout of its result.

use std::collections::BTreeMap;
use std::ops::Range;

use wit_parser::{Function as WitFunction, Int, Type, TypeDefKind};

use super::check::Checker;
use super::function::Draft;
use super::wit::{WitResult, resolved};
use super::{ErrorCase, Failure, Layout, Status, Wrap};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::mapping::{ErrorPolicy, Step};

/// The errors that a function's WIT result has room for.
pub(super) struct Errors {
    wrap: Wrap,
    /// The names of the cases; `None` where the error has no payload.
    cases: Option<Vec<String>>,
}

impl Errors {
    pub(super) fn new(result: &WitResult) -> Self {
        Errors {
            wrap: result.wrap,
            cases: result.cases.clone(),
        }
    }
}

impl Checker<'_> {
    /// What becomes of a policy with the name of an error's case.
    ///
    /// `what` says in words what has gone wrong then, `otherwise` how to choose
    /// another policy.
    pub(super) fn failure(
        &mut self,
        errors: &Errors,
        policy: ErrorPolicy,
        case: Option<&str>,
        span: &Range<usize>,
        (what, key, otherwise): (&str, &str, &str),
    ) -> Option<Failure> {
        if policy == ErrorPolicy::Trap {
            return Some(Failure::Trap);
        }
        if errors.wrap != Wrap::Result {
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
        self.error_case(errors, case, span, key).map(Failure::Error)
    }

    /// The discriminant of the error's case called `case`.
    pub(super) fn error_case(
        &mut self,
        errors: &Errors,
        case: Option<&str>,
        span: &Range<usize>,
        key: &str,
    ) -> Option<ErrorCase> {
        let mistake = match (&errors.cases, case) {
            (None, None) => return Some(None),
            (None, Some(name)) => Diagnostic::mapping(
                "mapping::unknown-error",
                span.clone(),
                format!("the WIT error has no cases, so it has no `{name}`"),
                "no such case",
            )
            .help(format!(
                "leave `{key}` out, or give the WIT result an enum as its error"
            )),
            (Some(cases), Some(name)) => {
                if let Some(index) = cases.iter().position(|found| found == name) {
                    let size = tag_size(cases.len());
                    return u32::try_from(index).ok().map(|index| Some((index, size)));
                }
                Diagnostic::mapping(
                    "mapping::unknown-error",
                    span.clone(),
                    format!("the WIT error has no case `{name}`"),
                    "no such case",
                )
                .help(did_you_mean(
                    name,
                    "cases",
                    cases.iter().map(String::as_str),
                ))
            }
            (Some(cases), None) => Diagnostic::mapping(
                "mapping::unknown-error",
                span.clone(),
                "the mapping does not say which case of the WIT error this is",
                "becomes an error",
            )
            .help(format!("add `{key} = \"{}\"`, or another case", cases[0])),
        };
        self.mistake(mistake);
        None
    }

    /// Checks what each status means.
    pub(super) fn status(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        ok: &[i32],
        errors: &BTreeMap<String, String>,
    ) -> Option<Status> {
        let mut found = Vec::new();
        let mut complete = true;
        for (code, case) in errors {
            let entry = [path, &[Step::Key("errors"), Step::Key(code)]].concat();
            let span = self.mapping.document.value(&entry);
            let Ok(code) = code.parse::<i32>() else {
                let span = self.mapping.document.key(&entry);
                self.mistake(Diagnostic::mapping(
                    "mapping::status",
                    span,
                    format!("`{code}` is no status"),
                    "an integer of 32 bits in quotes is expected",
                ));
                complete = false;
                continue;
            };
            if ok.contains(&code) {
                self.mistake(Diagnostic::mapping(
                    "mapping::status",
                    span.clone(),
                    format!("{code} is both ok and an error"),
                    "",
                ));
                complete = false;
            }
            let case = (!case.is_empty()).then_some(case.as_str());
            let policy = ErrorPolicy::Error;
            let words = (
                "a status",
                "errors",
                "leave `errors` out, which makes them trap",
            );
            match self.failure(&draft.errors, policy, case, &span, words) {
                Some(Failure::Error(case)) => found.push((code, case)),
                _ => complete = false,
            }
        }
        complete.then(|| Status {
            ok: ok.to_vec(),
            errors: found,
        })
    }

    /// Where the parts of the result go.
    pub(super) fn layout(&self, wit: &WitFunction, result: &WitResult, in_memory: bool) -> Layout {
        let size = |ty: &Type| u32::try_from(self.sizes.size(ty).size_wasm32()).unwrap_or(u32::MAX);
        let cases: Vec<Option<Type>> = match wit.result.map(|ty| resolved(self.resolve, &ty)) {
            Some(Err(TypeDefKind::Option(inner))) => vec![None, Some(*inner)],
            Some(Err(TypeDefKind::Result(result))) => vec![result.ok, result.err],
            _ => Vec::new(),
        };
        let payload = if cases.is_empty() {
            0
        } else {
            self.sizes
                .payload_offset(Int::U8, cases.iter().map(Option::as_ref))
                .size_wasm32()
        };
        Layout {
            in_memory,
            wrap: result.wrap,
            size: wit.result.as_ref().map_or(0, size),
            payload: u32::try_from(payload).unwrap_or(u32::MAX),
        }
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
