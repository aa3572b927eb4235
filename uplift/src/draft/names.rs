//! Names that WIT can have, from names that C has.

use std::collections::BTreeSet;

/// The words of WIT: a name that is one of them is written with a `%`.
const KEYWORDS: &str = "as async bool borrow char constructor enum error-context export f32 f64 \
                        flags from func future import include interface list map option own \
                        package record resource result s16 s32 s64 s8 static stream string tuple \
                        type u16 u32 u64 u8 use variant with world";

/// The name in kebab case, or `otherwise` where no letter is left of it.
pub(super) fn kebab(name: &str, otherwise: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1).copied();
        // `destLen`, and `XMLReader` before its R.
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || (before.is_ascii_uppercase()
                        && after.is_some_and(|after| after.is_ascii_lowercase()))
            });
        if !letter.is_ascii_alphanumeric() || begins {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.push(word);
    let mut kebab = String::new();
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        // Each word of a WIT name begins with a letter.
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            kebab.push_str(if kebab.is_empty() { "n" } else { "-n" });
        } else if !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push_str(&word);
    }
    if kebab.is_empty() {
        otherwise.to_owned()
    } else {
        kebab
    }
}

/// The name as WIT text spells it.
pub(super) fn spelled(name: &str) -> String {
    if KEYWORDS.split_whitespace().any(|word| word == name) {
        format!("%{name}")
    } else {
        name.to_owned()
    }
}

/// The part of each name after what all of them begin with, up to a `_`.
pub(super) fn common_prefix(names: &[&str]) -> usize {
    let Some((first, rest)) = names.split_first() else {
        return 0;
    };
    if rest.is_empty() {
        return 0;
    }
    first
        .match_indices('_')
        .map(|(at, _)| at + 1)
        .rfind(|&at| {
            names.iter().all(|name| {
                name.get(..at) == first.get(..at)
                    && name[at..].starts_with(|letter: char| letter.is_ascii_alphabetic())
            })
        })
        .unwrap_or(0)
}

/// Names of one scope, none of them twice. WIT takes names that differ in hyphens
/// alone for the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A scope in which some names are taken already.
    pub(super) fn without(taken: &[&str]) -> Self {
        Names(taken.iter().map(|name| name.replace('-', "")).collect())
    }

    /// The name, or one that is like it where it is taken.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut candidate = name.to_owned();
        let mut number = 2;
        while !self.0.insert(candidate.replace('-', "")) {
            candidate = format!("{name}{number}");
            number += 1;
        }
        candidate
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, common_prefix, kebab, spelled};

    #[test]
    fn names_of_c_become_names_of_wit() {
        for (c, wit) in [
            ("destLen", "dest-len"),
            ("XXH64_createState", "xxh64-create-state"),
            ("XMLReader", "xml-reader"),
            ("_malloc", "malloc"),
            ("crc32_z", "crc32-z"),
            ("argon2_2d", "argon2-n2d"),
            ("7zip", "n7zip"),
            ("ünlaut", "nlaut"),
            ("$", "nameless"),
            ("", "nameless"),
        ] {
            assert_eq!(kebab(c, "nameless"), wit, "{c}");
        }
        assert_eq!(spelled("list"), "%list");
        assert_eq!(spelled("lists"), "lists");
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut names = Names::without(&["self"]);
        let given = ["self", "data", "data", "data2", "da-ta"].map(|name| names.unique(name));
        assert_eq!(given, ["self2", "data", "data2", "data22", "da-ta3"]);
    }

    #[test]
    fn a_prefix_is_common_only_up_to_a_whole_word() {
        assert_eq!(common_prefix(&["Z_OK", "Z_ERRNO"]), 2);
        assert_eq!(common_prefix(&["MODE_1", "MODE_2"]), 0);
        assert_eq!(common_prefix(&["RED", "GREEN"]), 0);
        assert_eq!(common_prefix(&["A_B_OK", "A_B_BAD", "A_C"]), 2);
        assert_eq!(common_prefix(&["A_OK"]), 0);
    }
}
