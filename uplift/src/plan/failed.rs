//! A checked call that fails: what becomes of a status, and what is known of an
//! error.

use super::{Callee, Encoding, Scalar, Statuses};

/// What the returned status means.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) ok: Vec<Statuses>,
    /// The statuses that are `none` of the option at this offset of the result.
    pub(crate) none: Vec<i32>,
    pub(crate) none_at: u32,
    /// The first one that fits counts.
    pub(crate) errors: Vec<(Statuses, ErrorValue)>,
    pub(crate) unknown: Failure,
}

/// What happens instead of going on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Failure {
    Trap,
    /// Return the WIT error.
    Error(ErrorValue),
}

/// A WIT error, part by part. Offsets start where the payload of the result does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ErrorValue {
    /// Which case of an enum or variant it is.
    pub(crate) case: Option<ErrorCase>,
    /// The type and offset of the error's number.
    pub(crate) code: Option<(Scalar, u32)>,
    /// Where the error's text comes from, and its offset.
    pub(crate) text: Option<(Text, u32)>,
}

/// The case of an enum or variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ErrorCase {
    pub(crate) discriminant: u32,
    /// The size of the discriminant in bytes.
    pub(crate) size: u32,
    pub(crate) offset: u32,
}

/// Who words an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Text {
    /// The module.
    Module,
    /// The shim, which has found a NUL in a string.
    Nul,
    /// The shim, which has found a character that an encoding lacks.
    Unencodable,
    /// The shim, which has found a string that is longer than its place.
    TooLong,
}

/// Whom to ask about a call that has failed.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Who knows the error's number, if the returned status is not it.
    pub(crate) code: Option<Asked>,
    pub(crate) text: Option<ErrorText>,
}

impl Report {
    /// The functions that are called for it.
    pub(crate) fn callees(&self) -> impl Iterator<Item = &Callee> {
        let text = self.text.as_ref();
        let asked = self.code.iter().chain(text.map(|text| &text.asked));
        asked
            .flat_map(Asked::callees)
            .chain(text.and_then(|text| text.release.as_ref()))
    }
}

/// An export that is asked about an error or a length.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Told>,
}

impl Asked {
    /// The functions that are called for it.
    pub(crate) fn callees(&self) -> impl Iterator<Item = &Callee> {
        let through = self.arguments.iter().filter_map(|told| match told {
            Told::Local(_, through) => through.as_ref(),
            Told::Code | Told::Constant(_) | Told::Handle => None,
        });
        through.chain([&self.callee])
    }
}

/// What such an export is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// The number of the error.
    Code,
    /// A local, or what an export makes of it.
    Local(u32, Option<Callee>),
    Constant(i32),
    /// What stands behind the resource among the parts of the result.
    Handle,
}

/// An export that returns the text of an error.
#[derive(Debug)]
pub(crate) struct ErrorText {
    pub(crate) asked: Asked,
    pub(crate) release: Option<Callee>,
    /// Whether a null pointer is an empty text.
    pub(crate) null_is_empty: bool,
    pub(crate) encoding: Encoding,
}
