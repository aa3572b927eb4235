//! The lines of a text that a mistake is about, cut to what fits a screen.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::plain;

/// The characters of a line that are shown, if it is longer than that.
const WIDTH: usize = 240;

/// How many of them may stand in front of the mistake.
const BEFORE: usize = 60;

/// The most lines that are shown.
const LINES: usize = 12;

/// A few lines of a text.
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Where the mistake is in `text`.
    pub(super) span: Range<usize>,
    /// The lines of the whole text before `text`.
    lines_before: usize,
    /// The characters of the line before the mistake.
    column: usize,
}

impl Excerpt {
    /// The lines that `span` lies in, and one before and after them.
    pub(super) fn new(name: &str, whole: &str, span: &Range<usize>) -> Self {
        let start = floor(whole, span.start);
        let end = floor(whole, span.end).max(start);
        let first = line_start(whole, start);
        let from = line_start(whole, first.saturating_sub(1));
        let last = end.saturating_sub(1).max(start);
        let mut text = String::new();
        // Where each character that is shown stands in both texts.
        let mut places = Vec::new();
        let mut at = from;
        for line in whole[from..].split_inclusive('\n').take(LINES) {
            let behind = at > last;
            show(line, at, start.saturating_sub(at), &mut text, &mut places);
            at += line.len();
            if behind {
                break;
            }
        }
        let shown = |wanted: usize| {
            let place = places.iter().find(|(place, _)| *place >= wanted);
            place.map_or(text.len(), |(_, shown)| *shown)
        };
        Excerpt {
            name: plain::line(name).into_owned(),
            span: shown(start)..shown(end),
            text,
            lines_before: whole[..from].matches('\n').count(),
            column: whole[first..start].chars().count(),
        }
    }
}

/// Adds a line that begins at `at`, of which the byte `wanted` is to be seen.
fn show(line: &str, at: usize, wanted: usize, text: &mut String, places: &mut Vec<(usize, usize)>) {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let skipped = match line.get(..wanted) {
        Some(before) if line.chars().count() > WIDTH => {
            before.chars().count().saturating_sub(BEFORE)
        }
        _ => 0,
    };
    if skipped > 0 {
        text.push('…');
    }
    let mut end = line.len();
    for (number, (offset, char)) in line.char_indices().skip(skipped).enumerate() {
        if number == WIDTH {
            end = offset;
            break;
        }
        places.push((at + offset, text.len()));
        text.push(visible(char));
    }
    places.push((at + end, text.len()));
    text.push_str(if end < line.len() { "…\n" } else { "\n" });
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, before, after)?;
        // Without lines around it, it is where the mistake itself begins.
        let column = if before == 0 { self.column } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            found.data(),
            *found.span(),
            found.line() + self.lines_before,
            column,
            found.line_count(),
        )))
    }
}

/// Where the line begins that `at` lies in.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// The nearest place at or before `at` between two characters.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The character, or a picture of it that a terminal does not obey.
fn visible(char: char) -> char {
    match char {
        '\n' | '\t' => char,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ if plain::is_control(char) => '\u{fffd}',
        _ => char,
    }
}
