//! A pointer that a C function returns, held against the WIT result.

use std::ops::Range;

use super::check::Checker;
use super::error::Cause;
use super::function::{Draft, Ownership};
use super::wit::WitType;
use super::{Failure, Null, Output, Report, Wrap};
use crate::diagnostic::{Diagnostic, nearest};
use crate::mapping::{Encoding, ErrorPolicy, HandlePolicy, NullPolicy, Owner, Returns, Step};

impl Checker<'_> {
    pub(super) fn cstring_output(
        &mut self,
        draft: &Draft<'_>,
        spec: &Returns,
        report: &Report,
        span: &Range<usize>,
    ) -> Option<Output> {
        let Returns::Cstring {
            free,
            borrowed,
            null,
            null_error,
            encoding,
            ..
        } = spec
        else {
            return None;
        };
        let path = draft.path([Step::Key("returns")]);
        if draft.result.value != Some(WitType::String) {
            return self.wrong_wit(draft, span, "a string");
        }
        let Ownership { release } = self.owner(&path, free.as_deref(), *borrowed, &["(i32)"])?;
        let null = self.null(draft, report, &path, *null, null_error.as_deref())?;
        Some(Output::Cstring {
            release,
            null,
            latin1: *encoding == Encoding::Latin1,
        })
    }

    pub(super) fn handle_output(
        &mut self,
        draft: &Draft<'_>,
        spec: &Returns,
        report: &Report,
        span: &Range<usize>,
    ) -> Option<Output> {
        let Returns::Handle {
            null, null_error, ..
        } = spec
        else {
            return None;
        };
        let path = draft.path([Step::Key("returns"), Step::Key("null")]);
        let Some(number) = self.returned_resource(draft) else {
            return self.wrong_wit(draft, span, "a resource");
        };
        let null_span = self.mapping.document.value(&path);
        let policy = match null {
            HandlePolicy::Trap => ErrorPolicy::Trap,
            HandlePolicy::Error => ErrorPolicy::Error,
        };
        let words = ("a null pointer", "null-error", "choose `null = \"trap\"`");
        let errors = (&draft.errors, Cause::Null(report));
        let failure = self.failure(errors, policy, null_error.as_deref(), &null_span, words)?;
        Some(Output::Handle(number, failure))
    }

    fn null(
        &mut self,
        draft: &Draft<'_>,
        report: &Report,
        path: &[Step<'_>],
        policy: NullPolicy,
        case: Option<&str>,
    ) -> Option<Null> {
        let span = self
            .mapping
            .document
            .value(&[path, &[Step::Key("null")]].concat());
        let optional = draft.result.wrap == Wrap::Option;
        match policy {
            NullPolicy::None if optional => Some(Null::None),
            NullPolicy::None => self.wrong_wit(draft, &span, "an option"),
            NullPolicy::Trap if !optional => Some(Null::Failure(Failure::Trap)),
            NullPolicy::Error if !optional => self
                .failure(
                    (&draft.errors, Cause::Null(report)),
                    ErrorPolicy::Error,
                    case,
                    &span,
                    ("a null pointer", "null-error", "choose `null = \"trap\"`"),
                )
                .map(Null::Failure),
            NullPolicy::Trap | NullPolicy::Error => {
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::returns",
                        span,
                        "the WIT result is an option, and nothing in the mapping is `none`",
                        "",
                    )
                    .help("add `null = \"none\"`"),
                );
                None
            }
        }
    }

    /// The function that frees a result, if the caller has to.
    pub(super) fn owner(
        &mut self,
        path: &[Step<'_>],
        free: Option<&str>,
        borrowed: Option<Owner>,
        expected: &[&str],
    ) -> Option<Ownership> {
        let mistake = match (free, borrowed) {
            (None, Some(_)) => return Some(Ownership { release: None }),
            (Some(name), None) => {
                let span = self
                    .mapping
                    .document
                    .value(&[path, &[Step::Key("free")]].concat());
                let release = Some(self.release(name, span, expected)?);
                return Some(Ownership { release });
            }
            (Some(_), Some(_)) => (
                "a result is either freed or borrowed, not both",
                String::new(),
            ),
            (None, None) => {
                let exports = self.module.exported_functions().map(|(name, _)| name);
                let guess = exports
                    .clone()
                    .find(|name| name.contains("free"))
                    .or_else(|| nearest("free", exports));
                (
                    "the mapping does not say who frees the result",
                    format!(
                        "add `free = \"{}\"`, or `borrowed = \"static\"` if nobody has to",
                        guess.unwrap_or("…")
                    ),
                )
            }
        };
        let span = self.mapping.document.value(path);
        let (message, help) = mistake;
        let diagnostic = Diagnostic::mapping("mapping::owner", span, message, "");
        self.mistake(if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        });
        None
    }
}
