//! A pointer that a C function gives back, held against the WIT result.

use super::check::Checker;
use super::error::Cause;
use super::function::{Draft, Ownership};
use super::part::Target;
use super::wit::WitType;
use super::{At, Callee, Failure, From, Null, Output, Part};
use crate::diagnostic::{Diagnostic, nearest};
use crate::mapping::{self, Encoding, ErrorPolicy, NullPolicy, Owner, Step, Unit};

/// What a mapping says of a pointer that the C function gives back.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// What it is called in the mapping.
    pub(super) what: &'a str,
    pub(super) from: From,
    pub(super) free: Option<&'a str>,
    pub(super) borrowed: Option<Owner>,
    pub(super) null: NullPolicy,
    pub(super) null_error: Option<&'a str>,
    pub(super) field: Option<&'a str>,
}

impl Checker<'_> {
    /// The part that is a C string.
    pub(super) fn cstring_part(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        said: Said<'_>,
        encoding: Encoding,
    ) -> Option<Part> {
        let target = self.claim(draft, path, said.field, said.what)?;
        if target.ty != WitType::String {
            return self.wrong_part(draft, path, said.field, "a string");
        }
        let (release, null) = self.owner_and_null(draft, path, target, said, &["(i32)"])?;
        Some(target.filled(Output::Cstring {
            from: said.from,
            release,
            null,
            encoding,
        }))
    }

    /// The part that is a struct behind a pointer.
    pub(super) fn record_behind(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        said: Said<'_>,
    ) -> Option<Part> {
        let (target, shape) = self.record_part(draft, path, said.field, said.what)?;
        let (release, null) = self.owner_and_null(draft, path, target, said, &["(i32)"])?;
        Some(target.filled(Output::Record {
            at: At::Pointer(said.from),
            shape,
            null,
            release,
        }))
    }

    /// The part that is a resource with a pointer behind it, and the number of the
    /// resource.
    pub(super) fn handle_part(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        said: Said<'_>,
    ) -> Option<(Part, usize)> {
        let target = self.claim(draft, path, said.field, said.what)?;
        let Some(number) = self.resource_number(target) else {
            return self.wrong_part(draft, path, said.field, "a resource");
        };
        let null = self.null(draft, path, target, said.null, said.null_error)?;
        let part = target.filled(Output::Handle {
            from: said.from,
            number,
            null,
        });
        Some((part, number))
    }

    /// The part that is elements behind a pointer, whose length an export knows.
    pub(super) fn counted_part(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        said: Said<'_>,
        (length, unit): (&mapping::Asked, Unit),
    ) -> Option<Part> {
        let target = self.claim(draft, path, said.field, said.what)?;
        if !target.ty.is_same_in_c() {
            return self.wrong_part(draft, path, said.field, "a string or a list of numbers");
        }
        let expected = ["(i32)", "(i32, i32)"];
        let (release, null) = self.owner_and_null(draft, path, target, said, &expected)?;
        let asked = [path, &[Step::Key("length")]].concat();
        let length = self.asked(draft, &asked, &length.calls, &length.arguments, false)?;
        let element = target.ty.element();
        Some(target.filled(Output::Counted {
            length,
            unit: match unit {
                Unit::Bytes => element,
                Unit::Elements => 1,
            },
            element,
            null,
            release,
        }))
    }

    /// What frees what a pointer leads to, and what null means.
    fn owner_and_null(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        target: Target,
        said: Said<'_>,
        expected: &[&str],
    ) -> Option<(Option<Callee>, Null)> {
        let Ownership { release } =
            self.owner(draft.key, path, said.free, said.borrowed, expected)?;
        let null = self.null(draft, path, target, said.null, said.null_error)?;
        Some((release, null))
    }

    /// What a null pointer means where a part is expected.
    fn null(
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
        user: &str,
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
                let release = Some(self.release(
                    name,
                    span,
                    expected,
                    &format!("frees what `{user}` returns"),
                )?);
                return Some(Ownership { release });
            }
            (Some(_), Some(_)) => (
                "a result is either freed or borrowed, not both",
                "remove `free` if the module keeps it, or `borrowed` if the caller has to free it"
                    .to_owned(),
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
        self.mistake(Diagnostic::mapping("mapping::owner", span, message, "").help(help));
        None
    }
}
