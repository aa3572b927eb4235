//! Text that is passed on, and what becomes of text that can't be.

use super::check::Checker;
use super::error::Cause;
use super::function::Draft;
use super::param::Use;
use super::wit::WitType;
use super::{Argument, Failure, ListInput, Shape, StringInput, Text};
use crate::mapping::{self, Encoding, ErrorPolicy, Field, NulPolicy, Step};

/// What a mapping says of text that is passed on.
#[derive(Clone, Copy)]
pub(super) struct TextKeys<'a> {
    pub(super) nul: NulPolicy,
    pub(super) nul_error: Option<&'a str>,
    pub(super) encoding: Encoding,
    pub(super) unencodable: ErrorPolicy,
    pub(super) unencodable_error: Option<&'a str>,
    /// Whose keys these are, as in " for the field".
    pub(super) of: &'a str,
}

/// What to do about text that can't be passed on.
#[derive(Clone, Copy)]
pub(super) struct PassedText {
    /// Where the text becomes Latin-1.
    pub(super) latin1: Option<Failure>,
    /// Where a NUL does not end it.
    pub(super) nul: Option<Failure>,
}

impl Checker<'_> {
    /// A string, or the array of pointers to the strings of a list.
    pub(super) fn text(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        argument: &mapping::Argument,
    ) -> Option<Argument> {
        let (param, keys) = text_keys(argument)?;
        let (pointer, ty, some) = self.used_or_none(draft, path, param, Use::Pointer)?;
        draft.used.insert((param.to_owned(), Use::Length));
        let many = matches!(argument, mapping::Argument::Cstrings { .. });
        let (expected, words, help) = if many {
            let help = "`pointer` or `cstring`";
            (WitType::Strings, "a list of strings", help)
        } else {
            let help = "`pointer` and `length`, or `value`";
            (WitType::String, "a string", help)
        };
        if ty != expected {
            return self.wrong_param(path, param, words, help);
        }
        let PassedText { latin1, nul } = self.passed_text(draft, path, keys)?;
        let length = pointer + 1;
        if many {
            draft.lists.push(ListInput {
                pointer,
                length,
                some,
                shape: Shape::of_cstring(latin1, nul),
                null_behind: true,
            });
        } else {
            draft.strings.push(StringInput {
                pointer,
                length,
                some,
                latin1,
                nul,
            });
        }
        Some(Argument::Local(pointer))
    }

    pub(super) fn passed_text(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        keys: TextKeys<'_>,
    ) -> Option<PassedText> {
        let of = keys.of;
        let nul = match keys.nul {
            NulPolicy::Truncate => None,
            NulPolicy::Trap => Some(Failure::Trap),
            NulPolicy::Error => {
                let otherwise = format!("choose `nul = \"trap\"` or `nul = \"truncate\"`{of}");
                let words = ("a string with a NUL in it", "nul-error", &*otherwise);
                let policy = (ErrorPolicy::Error, keys.nul_error);
                Some(self.refused_text(draft, path, (Text::Nul, "nul"), policy, words)?)
            }
        };
        let latin1 = match keys.encoding {
            Encoding::Utf8 | Encoding::Utf8Lossy => None,
            Encoding::Latin1 => {
                let otherwise = format!("choose `unencodable = \"trap\"`{of}");
                let what = "a string with characters that Latin-1 lacks";
                let words = (what, "unencodable-error", &*otherwise);
                let policy = (keys.unencodable, keys.unencodable_error);
                let text = (Text::Unencodable, "encoding");
                Some(self.refused_text(draft, path, text, policy, words)?)
            }
        };
        Some(PassedText { latin1, nul })
    }

    /// What to do about a string that an array in a struct has no room for.
    pub(super) fn too_long(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        field: &Field,
    ) -> Option<Failure> {
        let words = (
            "a string that is too long for the array",
            "too-long-error",
            "choose `too-long = \"trap\"` for the field",
        );
        let policy = (field.too_long, field.too_long_error.as_deref());
        self.refused_text(draft, path, (Text::TooLong, "inline"), policy, words)
    }

    fn refused_text(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        (text, key): (Text, &str),
        (policy, case): (ErrorPolicy, Option<&str>),
        words: (&str, &str, &str),
    ) -> Option<Failure> {
        let span = [path, &[Step::Key(key)]].concat();
        let span = self.mapping.document.value(&span);
        self.failure(
            (&draft.errors, Cause::Input(text)),
            policy,
            case,
            &span,
            words,
        )
    }
}

/// The parameter that is passed on as text, and what the mapping says of that.
fn text_keys(argument: &mapping::Argument) -> Option<(&str, TextKeys<'_>)> {
    let (mapping::Argument::Cstring {
        param,
        nul,
        nul_error,
        encoding,
        unencodable,
        unencodable_error,
    }
    | mapping::Argument::Cstrings {
        param,
        nul,
        nul_error,
        encoding,
        unencodable,
        unencodable_error,
    }) = argument
    else {
        return None;
    };
    let keys = TextKeys {
        nul: *nul,
        nul_error: nul_error.as_deref(),
        encoding: *encoding,
        unencodable: *unencodable,
        unencodable_error: unencodable_error.as_deref(),
        of: "",
    };
    Some((param, keys))
}
