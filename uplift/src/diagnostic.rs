//! One thing that is wrong, where it is, and how to mend it.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;

/// The text that a [`Diagnostic`] points into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The mapping file.
    Mapping,
    /// A file of the WIT.
    Wit {
        /// The file.
        path: PathBuf,
        /// What is in it.
        text: String,
    },
    /// No text: the module itself.
    Module,
}

/// A mistake that keeps a module from being wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name for the kind of mistake, such as `mapping::unknown-key`.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The text that `span` lies in.
    pub source: Source,
    /// The bytes of the source that are wrong, where there are any.
    pub span: Option<Range<usize>>,
    /// What to write under these bytes.
    pub label: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake in the mapping file, at `span`.
    pub(crate) fn mapping(
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            source: Source::Mapping,
            span: Some(span),
            label: label.into(),
            help: None,
        }
    }

    /// Something about the module that keeps it from being wrapped.
    pub(crate) fn module(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            source: Source::Module,
            span: None,
            label: String::new(),
            help: None,
        }
    }

    /// Adds how to mend it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The name among `known` that `name` was probably meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            // A few letters off, or the beginning of it.
            *distance <= candidate.chars().count().max(name.chars().count()) / 3
                || (name.len() > 2 && candidate.starts_with(name))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `x`?``, or what there is to choose from.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    what: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(nearest) = nearest(name, known.clone()) {
        return format!("did you mean `{nearest}`?");
    }
    let known: Vec<&str> = known.into_iter().collect();
    match known.as_slice() {
        [] => format!("{what}: there are none"),
        some => format!("{what}: {}", listed(some)),
    }
}

/// `` `a`, `b` and 3 more``: never more than a line or two.
pub(crate) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut text = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        // Writing to a String can't fail.
        let _ = write!(text, " and {} more", names.len() - SHOWN);
    }
    text
}
