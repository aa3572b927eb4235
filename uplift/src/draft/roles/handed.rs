//! Pointers to places for pointers: what a function hands out.

use super::super::shape::{Elements, Shape};
use super::super::toml_text;
use super::result::{FREES, owned};
use super::{Entry, Output, Roles};

impl Roles<'_> {
    pub(super) fn handed(&mut self, at: usize, of: Elements) -> Result<Entry, String> {
        let next = at + 1;
        let called = self.called(at);
        let length = matches!(self.shape(next), Some(Shape::Elements(next)) if next.integer && !next.constant)
            && !self.lengths.contains_key(&next);
        if !length && of.text {
            return Ok(self.handed_text(at, of.constant));
        }
        if !length {
            return Err(format!(
                "{called} is a pointer to a pointer, and no place for a length follows it"
            ));
        }
        Ok(self.handed_list(at, of.wit.to_owned(), of.text))
    }

    /// A place for a pointer, followed by one for its length.
    fn handed_list(&mut self, at: usize, wit: String, text: bool) -> Entry {
        let next = at + 1;
        let called = self.called(at);
        self.outputs.push((Output::List(wit), vec![at, next]));
        self.entries[next] = Some(Entry::guess(
            "as = \"out-length\"",
            format!(
                "{}: a number behind a pointer, after {called}",
                self.called(next)
            ),
        ));
        let free = self.free(text, &["(i32)", "(i32, i32)"]);
        let free = free.ok_or_else(|| "nothing is called like `free`".into());
        handed_out(&called, "memory", free)
    }

    fn handed_text(&mut self, at: usize, constant: bool) -> Entry {
        self.outputs.push((Output::Text, vec![at]));
        let (free, why) = self.owner_of_text(constant);
        let why = format!("{}: a place for a string; {why}", self.called(at));
        Entry::guess(owned("out-cstring", free.as_deref()), why).helped(free, FREES)
    }

    pub(super) fn handed_record(&mut self, at: usize, record: &str) -> Result<Entry, String> {
        let handle = self.context.handles.get(record);
        if handle.is_none() && self.structure(record).is_some() {
            return Ok(self.handed_struct(at, record));
        }
        let Some(handle) = handle.filter(|handle| handle.size.is_none()) else {
            return Err(format!(
                "{} is a place for a pointer to `{record}`, which no function was found to end",
                self.called(at)
            ));
        };
        let made = self.made(record, handle.destroy.as_deref().unwrap_or_default())?;
        self.outputs
            .push((Output::Resource(record.to_owned()), vec![at]));
        Ok(Entry::guess(
            "as = \"out-handle\"",
            format!(
                "{}: a place for a pointer to `{record}`; {made}",
                self.called(at)
            ),
        ))
    }

    /// A place for a pointer to a struct that is no resource.
    fn handed_struct(&mut self, at: usize, record: &str) -> Entry {
        let wit = self.use_struct(record);
        let next = at + 1;
        let called = self.called(at);
        let measured = matches!(self.shape(next), Some(Shape::Elements(next)) if next.integer && !next.constant)
            && !self.lengths.contains_key(&next)
            && self.named_or_typed_like_a_length(next);
        if measured {
            return self.handed_list(at, wit, false);
        }
        self.outputs
            .push((Output::Struct(record.to_owned()), vec![at]));
        handed_out(&called, "a struct", self.owner_of_struct(record))
    }
}

/// An `out-pointer` for memory that something frees, or that nobody has to free.
fn handed_out(called: &str, what: &str, free: Result<String, String>) -> Entry {
    match free {
        Ok(free) => Entry::guess(
            format!("as = \"out-pointer\", free = {}", toml_text::string(&free)),
            format!(
                "{called}: a place for a pointer to {what}; {} is called like what frees it",
                toml_text::shown(&free)
            ),
        )
        .helped(Some(free), FREES),
        Err(why) => Entry::guess(
            "as = \"out-pointer\", borrowed = \"static\"",
            format!("{called}: a place for a pointer to {what}; {why}"),
        ),
    }
}
