//! C types as clang spells them: `const char *`, `int (*)(void)`.

use std::collections::BTreeMap;

use crate::c::{Number, Tag, Type};

/// Reads a type; `typedefs` are those declared so far.
pub(super) fn read_type(text: &str, typedefs: &BTreeMap<String, Type>) -> Type {
    let mut reader = Reader {
        rest: tokens(text),
        at: 0,
        typedefs,
    };
    reader
        .ty()
        .unwrap_or_else(|| Type::Unknown(text.to_owned()))
}

/// The result in the type of a function, as in `int` of `int (char *)`.
pub(super) fn result_of(function: &str, typedefs: &BTreeMap<String, Type>) -> Type {
    let function = function.split("__attribute__").next().unwrap_or_default();
    let unknown = || Type::Unknown(function.trim().to_owned());
    // A function that returns a function has more brackets than its own.
    match function.trim_end().strip_suffix(')') {
        Some(rest) if function.matches('(').count() == 1 => {
            let (result, _) = rest.split_once('(').unwrap_or((rest, ""));
            read_type(result, typedefs)
        }
        Some(rest) => match opening(rest) {
            Some((result, _)) if !result.contains('(') => read_type(result, typedefs),
            _ => unknown(),
        },
        None => unknown(),
    }
}

/// Splits before the bracket that the one after `text` closes.
fn opening(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, letter) in text.char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' if depth == 0 => return Some((&text[..at], &text[at..])),
            '(' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn tokens(text: &str) -> Vec<&str> {
    let word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if word(first) {
            rest.find(|letter| !word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found
}

struct Reader<'a> {
    rest: Vec<&'a str>,
    at: usize,
    typedefs: &'a BTreeMap<String, Type>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.rest.get(self.at).copied()
    }

    fn ty(&mut self) -> Option<Type> {
        let mut ty = self.base()?;
        loop {
            match self.peek() {
                None => return Some(ty),
                Some("*") => ty = Type::pointer(ty),
                Some("const") => ty = Type::constant(ty),
                Some(word) if is_qualifier(word) => {}
                Some("(") => {
                    // `(*)(…)` or the parameters of a function.
                    return Some(match self.rest.get(self.at + 1) {
                        Some(&"*") => Type::pointer(Type::Function),
                        _ => Type::Function,
                    });
                }
                Some("[") => return self.array(ty),
                Some(_) => return None,
            }
            self.at += 1;
        }
    }

    /// `[2][3]` behind the type of the elements.
    fn array(&self, of: Type) -> Option<Type> {
        let mut lengths = Vec::new();
        for dimension in self.rest[self.at..].split(|token| *token == "]") {
            match dimension {
                ["["] => lengths.push(None),
                ["[", length] => lengths.push(Some(length.parse().ok()?)),
                [] => {}
                _ => return None,
            }
        }
        let array = |of, length| Type::Array(Box::new(of), length);
        Some(lengths.into_iter().rev().fold(of, array))
    }

    /// What stands before the first `*`.
    fn base(&mut self) -> Option<Type> {
        let mut constant = false;
        let mut words = Vec::new();
        let mut named = None;
        while let Some(word) = self.peek() {
            match word {
                "const" => constant = true,
                _ if is_qualifier(word) => {}
                "struct" | "union" | "enum" if named.is_none() && words.is_empty() => {
                    self.at += 1;
                    let name = self.peek().filter(|name| *name != "(")?.to_owned();
                    named = Some(match word {
                        "struct" => Type::Record(Tag::Struct, name),
                        "union" => Type::Record(Tag::Union, name),
                        _ => Type::Enum(name),
                    });
                }
                _ if is_number_word(word) && named.is_none() => words.push(word),
                _ if named.is_none() && words.is_empty() => match self.typedef(word) {
                    Some(ty) => named = Some(ty),
                    None => break,
                },
                _ => break,
            }
            self.at += 1;
        }
        let ty = match named {
            Some(ty) => ty,
            None => number(&words)?,
        };
        Some(if constant { Type::constant(ty) } else { ty })
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        let named = |ty: Type| Type::Named(name.to_owned(), Box::new(ty));
        // The header may have been read for a machine with other widths.
        if let Some(number) = fixed(name) {
            return Some(named(Type::Number(name.to_owned(), number)));
        }
        self.typedefs.get(name).cloned().map(named)
    }
}

fn is_qualifier(word: &str) -> bool {
    const QUALIFIERS: [&str; 9] = [
        "volatile",
        "restrict",
        "__restrict",
        "_Atomic",
        "_Nonnull",
        "_Nullable",
        "_Null_unspecified",
        "__unaligned",
        "register",
    ];
    QUALIFIERS.contains(&word)
}

fn is_number_word(word: &str) -> bool {
    const WORDS: [&str; 11] = [
        "void", "char", "short", "int", "long", "signed", "unsigned", "float", "double", "_Bool",
        "bool",
    ];
    WORDS.contains(&word)
}

/// A number by its keywords, with the sizes of wasm32.
fn number(words: &[&str]) -> Option<Type> {
    let count = |word| words.iter().filter(|found| **found == word).count();
    let has = |word| count(word) > 0;
    let sized = |size| {
        if has("unsigned") {
            Number::Unsigned(size)
        } else {
            Number::Signed(size)
        }
    };
    let kind = match words {
        [] => return None,
        ["void"] => return Some(Type::Void),
        ["_Bool" | "bool"] => Number::Bool,
        ["char"] => Number::Char,
        ["float"] => Number::Float(4),
        ["double"] => Number::Float(8),
        _ if has("double") || has("float") || has("void") || has("bool") => return None,
        _ if has("char") => sized(1),
        _ if has("short") => sized(2),
        _ if count("long") > 1 => sized(8),
        _ => sized(4),
    };
    Some(Type::Number(words.join(" "), kind))
}

/// The typedefs of the standard headers whose widths are theirs by name.
fn fixed(name: &str) -> Option<Number> {
    Some(match name {
        "int8_t" => Number::Signed(1),
        "int16_t" => Number::Signed(2),
        "int32_t" | "intptr_t" | "ptrdiff_t" | "ssize_t" => Number::Signed(4),
        "int64_t" | "intmax_t" => Number::Signed(8),
        "uint8_t" => Number::Unsigned(1),
        "uint16_t" => Number::Unsigned(2),
        "uint32_t" | "uintptr_t" | "size_t" => Number::Unsigned(4),
        "uint64_t" | "uintmax_t" => Number::Unsigned(8),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{read_type, result_of};
    use crate::c::{Number, Type};

    #[test]
    fn types_are_spelled_as_they_were_read() {
        let byte = Type::Number("unsigned char".into(), Number::Unsigned(1));
        let typedefs = BTreeMap::from([("Bytef".to_owned(), byte)]);
        for (text, spelled) in [
            ("const Bytef *", "const Bytef *"),
            ("const char *const *", "const char *const *"),
            ("Bytef **restrict", "Bytef **"),
            ("const struct other * _Nonnull", "const struct other *"),
            ("unsigned long long", "unsigned long long"),
            ("enum color", "enum color"),
            ("int (*)(int, void *)", "(a function) *"),
            ("unsigned char[16]", "unsigned char[16]"),
            ("int[2][3]", "int[2][3]"),
            ("const char *[]", "const char *[]"),
            ("int[2] nobody", "int[2] nobody"),
            (
                "struct (unnamed struct at a.h:1:9) *",
                "struct (unnamed struct at a.h:1:9) *",
            ),
            ("long double", "long double"),
            ("nobody_knows *", "nobody_knows *"),
        ] {
            assert_eq!(read_type(text, &typedefs).spelled(), spelled);
        }
        assert!(matches!(
            read_type("long double", &typedefs),
            Type::Unknown(_)
        ));
        assert_eq!(
            read_type("Bytef", &typedefs).resolved().0,
            typedefs.get("Bytef").expect("a type")
        );
    }

    #[test]
    fn the_result_of_a_function_is_what_stands_before_its_parameters() {
        let typedefs = BTreeMap::new();
        for (text, spelled) in [
            ("const char *(void)", "const char *"),
            ("int (int, void (*)(int)) __attribute__((noreturn))", "int"),
            ("int (*(void))(int)", "int (*(void))(int)"),
        ] {
            assert_eq!(result_of(text, &typedefs).spelled(), spelled);
        }
    }
}
