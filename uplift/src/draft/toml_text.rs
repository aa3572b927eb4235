//! Text that comes from a module or header, in TOML and in comments.

use std::fmt::Write as _;

/// The text as a string of TOML.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                // Writing to a String can't fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// The text in a comment: one line, nothing that is not to be seen.
pub(super) fn line(text: &str) -> String {
    text.chars()
        .map(|letter| if is_refused(letter) { ' ' } else { letter })
        .collect()
}

/// A name in a comment.
pub(super) fn shown(name: &str) -> String {
    format!("`{}`", line(name))
}

/// Whether WIT or TOML refuse the letter in a comment.
fn is_refused(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{149}' | '\u{673}' | '\u{f77}' | '\u{f79}'
            | '\u{17a3}' | '\u{17a4}' | '\u{17b4}' | '\u{17b5}')
}
