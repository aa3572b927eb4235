//! What was drafted and nobody has confirmed.

use serde_json::Value;

use super::check::Checker;
use crate::diagnostic::Diagnostic;
use crate::mapping::Unconfirmed;

impl Checker<'_> {
    /// Lists every guess that is left to decide.
    pub(super) fn unconfirmed(&mut self) {
        for guess in self.mapping.document.unconfirmed() {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::unconfirmed",
                    guess.span.clone(),
                    format!("{} is a guess that nobody has confirmed", place(guess)),
                    format!("to decide: {}", question(guess)),
                )
                .help("change the entry if it is wrong, then remove `confirmed = false`"),
            );
        }
    }
}

/// The entry in words.
fn place(guess: &Unconfirmed) -> String {
    let path: Vec<&str> = guess.path.iter().map(String::as_str).collect();
    let kind = guess.entry["as"].as_str().unwrap_or_default();
    match path.as_slice() {
        ["function", function, "returns", ..] => format!("what `{function}` returns"),
        ["function", function, ..] => match guess.entry["param"].as_str() {
            Some(param) => format!("the argument `{kind}` of `{param}` in `{function}`"),
            None => format!("the argument `{kind}` in `{function}`"),
        },
        ["record", name, ..] => format!("what the struct of `{name}` points to"),
        ["import", name, ..] => format!("what stands for the import `{name}`"),
        ["init", ..] => {
            let calls = guess.entry["calls"].as_str().unwrap_or_default();
            format!("the call of `{calls}` at the start")
        }
        [_, name, ..] => format!("what ends `{name}`"),
        _ => "this entry".into(),
    }
}

/// What the author has to find out.
fn question(guess: &Unconfirmed) -> &'static str {
    let returned = guess.path.get(2).is_some_and(|key| key == "returns");
    let entry = &guess.entry;
    match (entry["as"].as_str().unwrap_or_default(), returned) {
        ("value", true) => "is it a number, and neither a pointer nor a status?",
        ("value", false) => "is it a number, and neither a pointer nor a length?",
        ("consumed", _) => "does the function end it or keep it, and also when it fails?",
        ("constant", _) => "is it the same number in each call?",
        ("cstring", false) => "does a NUL end it, and is it read during the call alone?",
        ("cstring", true) => match entry["free"] {
            Value::String(_) => "is this what frees it, and can it be null?",
            _ => "does nobody have to free it, and can it be null?",
        },
        ("pointer", _) => "is it read, not written, and during the call alone?",
        ("length", false) => "is it the length of this parameter, in elements or in bytes?",
        ("buffer", _) => "does the function fill it, and how much room does it need?",
        ("capacity", _) => "is it the room in the buffer, in elements or in bytes?",
        ("buffer-length", _) => "does it point to the room before, and to what was written after?",
        ("out-pointer", _) => "does the function hand out memory here, and what frees it?",
        ("out-length", _) => "does the function write the length of that memory here?",
        ("out-value", _) => "does the function write a number here, and is it of this type?",
        ("out-cstring", _) => "does the function hand out a string here, and what frees it?",
        ("out-handle", _) => "does the caller own it, can it be null, and what if the call fails?",
        ("record", false) => "does it point to this struct, which is read during the call alone?",
        ("record", true) => "is it this struct, who frees it, and can it be null?",
        ("out-record", _) => "does the function fill this struct, and does it own anything then?",
        ("scratch", _) => "is it written, and needed by nobody?",
        ("state", _) => "does it point to room that the caller allocates?",
        ("length", true) => "is it how much of the buffer was written?",
        ("status", _) => "which statuses are a success, and which ones are errors?",
        ("handle", _) => "does the caller own it, and can it be null?",
        ("ignored", _) => "does it say nothing that the caller needs?",
        ("", _) => match guess.path.first().map(String::as_str) {
            Some("record") => "what ends each string, what may be null, and who frees it?",
            Some("import") => "does nobody need what it does, or may that trap?",
            Some("init") => "does it have to run before all else, once, and what is a success?",
            _ => "is this what ends it, and is that enough?",
        },
        _ => "is that what the C function does?",
    }
}
