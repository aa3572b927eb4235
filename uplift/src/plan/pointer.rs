//! A pointer that a C function gives back, held against the WIT result.

use super::check::Checker;
use super::error::Cause;
use super::function::{Draft, Ownership};
use super::part::Target;
use super::wit::WitType;
use super::{At, Failure, From, Null, Output};
use crate::diagnostic::{Diagnostic, nearest};
use crate::mapping::{Encoding, ErrorPolicy, NullPolicy, Owner, Returns, Step, Unit};

impl Checker<'_> {
    pub(super) fn cstring_result(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: Option<&Returns>,
    ) -> Option<()> {
        let Some(Returns::Cstring {
            free,
            borrowed,
            null,
            null_error,
            encoding,
            field,
            ..
        }) = spec
        else {
            return None;
        };
        let field = field.as_deref();
        let target = self.claim(draft, path, field, "cstring")?;
        if target.ty != WitType::String {
            return self.wrong_part(draft, path, field, "a string");
        }
        let Ownership { release } = self.owner(path, free.as_deref(), *borrowed, &["(i32)"])?;
        let null = self.null(draft, path, target, *null, null_error.as_deref())?;
        draft.parts.push(target.filled(Output::Cstring {
            from: From::Returned,
            release,
            null,
            latin1: *encoding == Encoding::Latin1,
        }));
        Some(())
    }

    pub(super) fn pointer_result(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: Option<&Returns>,
    ) -> Option<()> {
        let Some(Returns::Pointer {
            length,
            unit,
            free,
            borrowed,
            null,
            null_error,
            field,
            ..
        }) = spec
        else {
            return None;
        };
        let field = field.as_deref();
        let target = self.claim(draft, path, field, "pointer")?;
        if !matches!(target.ty, WitType::String | WitType::List(_)) {
            return self.wrong_part(draft, path, field, "a string or a list of numbers");
        }
        let expected = ["(i32)", "(i32, i32)"];
        let Ownership { release } = self.owner(path, free.as_deref(), *borrowed, &expected)?;
        let null = self.null(draft, path, target, *null, null_error.as_deref())?;
        let asked = [path, &[Step::Key("length")]].concat();
        let length = self.asked(draft, &asked, &length.calls, &length.arguments, false)?;
        let element = target.ty.element();
        draft.parts.push(target.filled(Output::Counted {
            length,
            unit: match unit {
                Unit::Bytes => element,
                Unit::Elements => 1,
            },
            element,
            null,
            release,
        }));
        Some(())
    }

    pub(super) fn record_result(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: Option<&Returns>,
    ) -> Option<()> {
        let Some(Returns::Record {
            free,
            borrowed,
            null,
            null_error,
            field,
            ..
        }) = spec
        else {
            return None;
        };
        let (target, shape) = self.record_part(draft, path, field.as_deref(), "record")?;
        let Ownership { release } = self.owner(path, free.as_deref(), *borrowed, &["(i32)"])?;
        let null = self.null(draft, path, target, *null, null_error.as_deref())?;
        draft.parts.push(target.filled(Output::Record {
            at: At::Pointer(From::Returned),
            shape,
            null,
            release,
        }));
        Some(())
    }

    pub(super) fn handle_result(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: Option<&Returns>,
    ) -> Option<()> {
        let Some(Returns::Handle {
            null,
            null_error,
            field,
            ..
        }) = spec
        else {
            return None;
        };
        let field = field.as_deref();
        let target = self.claim(draft, path, field, "handle")?;
        let Some(number) = self.resource_number(target) else {
            return self.wrong_part(draft, path, field, "a resource");
        };
        let null = self.null(draft, path, target, *null, null_error.as_deref())?;
        draft.parts.push(target.filled(Output::Handle {
            from: From::Returned,
            number,
            null,
        }));
        Some(())
    }

    /// What a null pointer means where a part is expected.
    pub(super) fn null(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        target: Target,
        policy: NullPolicy,
        case: Option<&str>,
    ) -> Option<Null> {
        let null = [path, &[Step::Key("null")]].concat();
        let span = self.mapping.document.value(&null);
        let failure = match policy {
            NullPolicy::None if target.some.is_some() => return Some(Null::None),
            NullPolicy::None => {
                self.mistake(Diagnostic::mapping(
                    "mapping::returns",
                    span,
                    format!("the WIT result of `{}` is not an option", draft.key),
                    "gives an option",
                ));
                return None;
            }
            NullPolicy::Trap => Failure::Trap,
            NullPolicy::Error => {
                let words = ("a null pointer", "null-error", "choose `null = \"trap\"`");
                let errors = (&draft.errors, Cause::Null(&draft.report));
                self.failure(errors, ErrorPolicy::Error, case, &span, words)?
            }
        };
        self.never_none(draft, &null, target, "add `null = \"none\"`")?;
        Some(Null::Failure(failure))
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
