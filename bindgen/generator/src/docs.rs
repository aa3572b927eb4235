//! WIT's doc comments as Python docstrings, as `ruff format` leaves them.

use std::fmt::Write as _;

/// The docstring of `text`, with `indent` spaces before each line and a line
/// end after the last; nothing if there is no text.
#[must_use]
pub(crate) fn docstring(text: &str, indent: usize) -> String {
    let lines = lines(text);
    let pad = " ".repeat(indent);
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{pad}\"\"\"{}\"\"\"\n", closed(line)),
        [first, rest @ ..] => {
            let mut written = format!("{pad}\"\"\"{first}\n");
            for line in rest {
                let pad = if line.is_empty() { "" } else { &pad };
                written.push_str(pad);
                written.push_str(line);
                written.push('\n');
            }
            written.push_str(&pad);
            written.push_str("\"\"\"\n");
            written
        }
    }
}

/// `text` and `more` as paragraphs of their own.
#[must_use]
pub(crate) fn paragraphs(text: &str, more: &str) -> String {
    let (text, more) = (text.trim(), more.trim());
    let between = if text.is_empty() || more.is_empty() {
        ""
    } else {
        "\n\n"
    };
    format!("{text}{between}{more}")
}

/// The text as escaped lines without what a formatter would take away: blank
/// lines around it, blanks at the ends of lines, and the indentation that all
/// lines after the first share (PEP 257 counts from there as well).
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.trim().lines().map(escaped).collect();
    if let Some(first) = lines.first_mut() {
        *first = quote_apart(first.trim_start());
    }
    let indentation = |line: &String| line.len() - line.trim_start_matches(' ').len();
    let rest = lines.iter().skip(1).filter(|line| !line.is_empty());
    let common = rest.map(indentation).min().unwrap_or(0);
    for line in lines.iter_mut().skip(1).filter(|line| !line.is_empty()) {
        line.drain(..common);
    }
    lines
}

/// One line that means itself inside of `"""`.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for letter in line.trim_end().chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("    "),
            hidden if is_hidden(hidden) => {
                let number = u32::from(hidden);
                let _ = match number {
                    0..=0xff => write!(text, "\\x{number:02x}"),
                    0x100..=0xffff => write!(text, "\\u{number:04x}"),
                    _ => write!(text, "\\U{number:08x}"),
                };
            }
            shown => text.push(shown),
        }
    }
    text.replace("\"\"\"", "\\\"\\\"\\\"")
}

/// Control characters, and what reorders or hides the text around it.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter, '\u{e0000}'..='\u{e007f}')
}

/// Keeps a first letter that is a quote from joining the opening quotes.
fn quote_apart(line: &str) -> String {
    match line.strip_prefix('"') {
        Some(rest) => format!("\\\"{rest}"),
        None => line.to_owned(),
    }
}

/// Whether what follows is not escaped: after an even number of backslashes.
fn is_bare(before: &str) -> bool {
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes.is_multiple_of(2)
}

/// Keeps a last letter that is a quote from joining the closing quotes.
fn closed(line: &str) -> String {
    match line.strip_suffix('"') {
        Some(rest) if is_bare(rest) => format!("{rest}\\\""),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{docstring, paragraphs};

    #[test]
    fn a_sentence_stays_on_one_line() {
        assert_eq!(docstring("A place.", 4), "    \"\"\"A place.\"\"\"\n");
    }

    #[test]
    fn no_text_is_no_docstring() {
        assert_eq!(docstring(" \n ", 4), "");
    }

    #[test]
    fn several_lines_end_with_quotes_of_their_own() {
        let written = docstring("A place.\n\n    x = 1\n  y", 4);
        let expected = "    \"\"\"A place.\n\n      x = 1\n    y\n    \"\"\"\n";
        assert_eq!(written, expected);
    }

    #[test]
    fn backslashes_and_quotes_mean_themselves() {
        assert_eq!(docstring(r"C:\new", 0), "\"\"\"C:\\\\new\"\"\"\n");
        assert_eq!(docstring("\"a\"", 0), "\"\"\"\\\"a\\\"\"\"\"\n");
        assert_eq!(docstring("a\"\"\"b", 0), "\"\"\"a\\\"\\\"\\\"b\"\"\"\n");
        assert_eq!(docstring("\\\"", 0), "\"\"\"\\\\\\\"\"\"\"\n");
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(
            docstring("a\u{0}\u{202e}b", 0),
            "\"\"\"a\\x00\\u202eb\"\"\"\n"
        );
    }

    #[test]
    fn paragraphs_are_apart_only_if_there_are_two() {
        assert_eq!(paragraphs("a", "b"), "a\n\nb");
        assert_eq!(paragraphs("", "b"), "b");
    }
}
