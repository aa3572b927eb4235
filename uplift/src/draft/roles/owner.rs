//! Who owns a text that a function hands out.

use super::super::handles;
use super::super::shape::{Shape, shape};
use super::super::toml_text::shown;
use super::Roles;

/// What a doc comment says of an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// The caller frees it, by the export of that name where it is named.
    Freed(Option<String>),
    /// Nobody has to free it.
    Kept,
}

impl Roles<'_> {
    /// The export that frees a text that this function hands out, unless nobody
    /// has to; and what that guess rests on.
    pub(super) fn owner_of_text(&self, constant: bool) -> (Option<String>, String) {
        let spelled = if constant { "const char *" } else { "char *" };
        match self.said_of(&self.known.declaration.docs) {
            Some(Said::Kept) => (None, "nobody frees it, by the doc comment".into()),
            Some(Said::Freed(Some(free))) => {
                let why = format!("{} frees it, by the doc comment", shown(&free));
                (Some(free), why)
            }
            Some(Said::Freed(None)) => match self.free(true, &["(i32)"]) {
                Some(free) => {
                    let why = format!(
                        "it is to be freed, by the doc comment; {} is called like what frees it",
                        shown(&free)
                    );
                    (Some(free), why)
                }
                None => (
                    None,
                    "it is to be freed, by the doc comment, and nothing is called like `free`"
                        .into(),
                ),
            },
            None if constant && self.takes_a_handle() => (
                None,
                format!(
                    "a `{spelled}`, which nobody frees, often; it may last only as long as what \
                     it was asked of"
                ),
            ),
            None if constant => (None, format!("a `{spelled}`, which nobody frees, often")),
            None => match self.free(true, &["(i32)"]) {
                Some(free) => {
                    let why = format!(
                        "a `{spelled}`; {} is called like what frees it",
                        shown(&free)
                    );
                    (Some(free), why)
                }
                None => (
                    None,
                    format!("a `{spelled}`, and nothing is called like `free`"),
                ),
            },
        }
    }

    fn takes_a_handle(&self) -> bool {
        let parameters = &self.known.declaration.parameters;
        parameters.iter().any(|(_, ty)| match shape(ty) {
            Shape::Record(record) => self.context.handles.contains_key(&record),
            _ => false,
        })
    }

    /// Whether a doc comment says that its function's caller frees the result.
    pub(super) fn is_freed(&self, docs: &str) -> bool {
        matches!(self.said_of(docs), Some(Said::Freed(_)))
    }

    fn said_of(&self, docs: &str) -> Option<Said> {
        said(docs, |name| {
            handles::has_word(name, "free")
                && self.context.evidence.functions.iter().any(|known| {
                    known.export == name && crate::module::core_type(&known.core) == "(i32)"
                })
        })
    }
}

/// What a doc comment says of who frees the result; `frees` knows the exports
/// that free something.
fn said(docs: &str, frees: impl Fn(&str) -> bool) -> Option<Said> {
    const NEGATIONS: [&str; 9] = [
        "not", "never", "no", "nor", "nobody", "without", "don't", "cannot", "needn't",
    ];
    const OWED: [&str; 6] = ["must", "should", "to", "can", "caller", "please"];
    const OBJECTS: [&str; 8] = ["it", "the", "this", "that", "them", "with", "by", "using"];
    const KEPT: [&str; 3] = ["static", "statically", "borrowed"];
    let mut found = None;
    for sentence in docs.split(['.', ';', ':']) {
        let words: Vec<&str> = sentence
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || "_'".contains(letter)))
            .filter(|word| !word.is_empty())
            .collect();
        for (at, word) in words.iter().enumerate() {
            let lower = word.to_ascii_lowercase();
            let is_one_of = |word: Option<&&str>, list: &[&str]| {
                word.is_some_and(|word| list.contains(&word.to_ascii_lowercase().as_str()))
            };
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            // `free` alone is a word of English; `free()` is C's.
            let named = frees(word) && (*word != "free" || sentence.contains("free("));
            let mentioned = ["freed", "frees", "freeing"].contains(&lower.as_str())
                || (lower == "free"
                    && (is_one_of(before, &OWED) || is_one_of(words.get(at + 1), &OBJECTS)));
            let negated = words[at.saturating_sub(4)..at]
                .iter()
                .any(|word| is_one_of(Some(word), &NEGATIONS));
            if negated && (named || mentioned || lower == "free") {
                return Some(Said::Kept);
            } else if named {
                found = Some(Said::Freed(Some((*word).to_owned())));
            } else if mentioned && found.as_ref().is_none_or(|found| *found == Said::Kept) {
                found = Some(Said::Freed(None));
            } else if KEPT.contains(&lower.as_str()) && found.is_none() {
                found = Some(Said::Kept);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Said, said};

    #[test]
    fn doc_comments_say_who_frees_a_text() {
        let freed = |by: Option<&str>| Some(Said::Freed(by.map(str::to_owned)));
        for (docs, expected) in [
            ("The caller must free the result.", freed(None)),
            ("Has to be freed.", freed(None)),
            (
                "To be freed by `inv_free_text`.",
                freed(Some("inv_free_text")),
            ),
            (
                "Describes it; free the text with inv_free_text.",
                freed(Some("inv_free_text")),
            ),
            ("Returns a text; free() it.", freed(Some("free"))),
            ("Valid until freed, in static storage or not.", freed(None)),
            ("Do not free it.", Some(Said::Kept)),
            ("It must not be changed or freed.", Some(Said::Kept)),
            ("Don't call inv_free_text on it.", Some(Said::Kept)),
            ("A static text.", Some(Said::Kept)),
            ("Is free of charge.", None),
            ("The number of free blocks, lock-free.", None),
            ("Describes a thing.", None),
            ("", None),
        ] {
            let ending = |name: &str| ["free", "inv_free_text"].contains(&name);
            assert_eq!(said(docs, ending), expected, "{docs}");
        }
    }
}
