//! The rule by which WIT names become Python names.
//!
//! WIT's `kebab-case` becomes `snake_case` for functions, parameters, fields,
//! modules and attributes, `UpperCamelCase` for types and `UPPER_CASE` for the
//! members of enums and flags. A name that Python, the generated module or the
//! runtime's base class needs for itself, or that another name of the same
//! scope already has, gets a trailing underscore, and more until it is free.

use std::collections::HashSet;

/// Python's reserved words, which can be no name at all.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// What generated modules import, and so can't define.
pub(crate) const IMPORTED: &[&str] = &[
    "Callable",
    "ClassVar",
    "Enum",
    "Flag",
    "Mapping",
    "Protocol",
    "Sequence",
    "TypeAlias",
    "abi",
    "annotations",
    "dataclass",
];

/// What the annotations of a class mention: an attribute of that name would
/// stand for it in all that follows.
pub(crate) const ANNOTATIONS: &[&str] = &[
    "abi", "bool", "bytes", "dict", "float", "int", "list", "str", "tuple",
];

/// As [`ANNOTATIONS`], for a class with methods or classes to construct.
pub(crate) const METHODS: &[&str] = &["classmethod", "property", "staticmethod", "type"];

/// What every class has by its own class: a dataclass takes it for the default
/// of a field of that name.
pub(crate) const FIELDS: &[&str] = &["mro"];

/// The names of `abi.World`, and `load_`, since the plan of a function of that
/// name would replace its `_load_`.
pub(crate) const WORLD: &[&str] = &["close", "interrupt", "load", "load_", "runtime_"];

/// The names of `abi.Resource`, and `constructor`, since `_constructor` is the
/// plan of the constructor.
pub(crate) const RESOURCE: &[&str] = &["constructor", "drop", "runtime_"];

/// `dark-green` as `dark_green`.
#[must_use]
pub(crate) fn snake(wit: &str) -> String {
    wit.replace('-', "_").to_lowercase()
}

/// `dark-green` as `DARK_GREEN`.
#[must_use]
pub(crate) fn upper(wit: &str) -> String {
    wit.replace('-', "_").to_uppercase()
}

/// `dark-green` as `DarkGreen`.
#[must_use]
pub(crate) fn camel(wit: &str) -> String {
    wit.split(['-', '_']).map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + &letters.as_str().to_lowercase()
    })
}

/// The exception class of an error type: `ErrnoError`, but `IoException` for
/// what is called `IoError` already.
#[must_use]
pub(crate) fn exception(class: &str) -> String {
    let stem = class.trim_end_matches('_');
    match stem.strip_suffix("Error") {
        Some("") => "ErrorException".to_owned(),
        Some(stem) => format!("{stem}Exception"),
        None => format!("{stem}Error"),
    }
}

/// The names of one Python scope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Namespace {
    taken: HashSet<String>,
}

impl Namespace {
    /// A scope in which the names of all `reserved` lists are taken.
    #[must_use]
    pub(crate) fn new(reserved: &[&[&str]]) -> Self {
        let taken = reserved.iter().copied().flatten();
        Self {
            taken: taken.map(|&name| name.to_owned()).collect(),
        }
    }

    /// Takes `wanted`, or that with as many underscores as make it free.
    pub(crate) fn claim(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while KEYWORDS.contains(&name.as_str()) || !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// Takes `name` as it is, if it is free.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{ANNOTATIONS, Namespace, camel, exception, snake, upper};

    #[test]
    fn words_are_joined_as_python_joins_them() {
        assert_eq!(snake("dark-green"), "dark_green");
        assert_eq!(upper("dark-green"), "DARK_GREEN");
        assert_eq!(camel("dark-green"), "DarkGreen");
    }

    #[test]
    fn acronyms_lose_their_capitals_where_words_are_told_by_them() {
        assert_eq!(snake("HTTP-status"), "http_status");
        assert_eq!(camel("HTTP-status"), "HttpStatus");
    }

    #[test]
    fn a_keyword_gets_an_underscore() {
        assert_eq!(Namespace::default().claim("class"), "class_");
    }

    #[test]
    fn a_reserved_name_gets_an_underscore() {
        assert_eq!(Namespace::new(&[ANNOTATIONS]).claim("list"), "list_");
    }

    #[test]
    fn the_later_of_two_equal_names_gets_the_underscores() {
        let mut names = Namespace::default();
        assert_eq!(names.claim("A1"), "A1");
        assert_eq!(names.claim("A1"), "A1_");
        assert_eq!(names.claim("A1"), "A1__");
    }

    #[test]
    fn an_exception_is_never_called_error_error() {
        assert_eq!(exception("Errno"), "ErrnoError");
        assert_eq!(exception("IoError"), "IoException");
        assert_eq!(exception("Error"), "ErrorException");
    }
}
