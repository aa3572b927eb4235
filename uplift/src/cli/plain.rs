//! Text from outside, made safe to print: names in a module and keys of a mapping
//! may hold anything, also what a terminal takes for commands.

use std::borrow::Cow;

/// The text on one line, with control characters as escapes.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_control)
}

/// The same for a text of several lines.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |char| char != '\n' && is_control(char))
}

/// Whether a terminal may take the character for a command, or write what comes
/// after it in another place.
pub(super) fn is_control(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, hides: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hides) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for char in text.chars() {
        if hides(char) {
            plain.extend(char.escape_default());
        } else {
            plain.push(char);
        }
    }
    Cow::Owned(plain)
}
