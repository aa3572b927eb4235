//! What each argument is for.

use super::super::handles;
use super::super::names::{Names, kebab, spelled};
use super::super::shape::{
    self, Elements, Shape, has_the_name_of, named_like_a_length, shape, typed_like_a_length,
};
use super::super::toml_text;
use super::{Entry, Home, Output, Roles};
use crate::c::{Type, Way};

impl Roles<'_> {
    pub(super) fn argument(&mut self, at: usize) -> Result<Entry, String> {
        let ty = self.ty(at).spelled();
        match shape(self.ty(at)) {
            Shape::Number("s32") if self.named_like_text(at) => Ok(self.cstring(at, None)),
            Shape::Number(wit) => Ok(self.value(at, wit.to_owned())),
            Shape::Enum(name) => {
                // As a parameter, a status has its success among its cases.
                let types = &self.context.evidence.types;
                let status = types.enums.get(&name).is_some_and(shape::is_status);
                let wit = match self.context.enums.get(&name) {
                    Some(wit) if !status => {
                        self.enums.push(name);
                        spelled(wit)
                    }
                    _ => "s32".into(),
                };
                Ok(self.value(at, wit))
            }
            Shape::Record(name) => self.record(at, &name),
            Shape::Elements(of) => self.elements(at, of),
            Shape::Handed(of) => self.handed(at, of),
            Shape::HandedRecord(record) => self.handed_record(at, &record),
            Shape::Void => Err(format!(
                "{} is of a type that can't be read",
                self.called(at)
            )),
            Shape::Unfit(why) if why.contains(&ty) => Err(format!("{}: {why}", self.called(at))),
            Shape::Unfit(why) => Err(why),
        }
    }

    /// A WIT parameter; the name it got.
    pub(super) fn parameter(&mut self, name: &str, ty: String) -> String {
        let name = self.names.unique(name);
        self.parameters.push((name.clone(), ty));
        name
    }

    pub(super) fn kebab(&self, at: usize) -> String {
        kebab(self.name(at), &format!("a{at}"))
    }

    fn value(&mut self, at: usize, wit: String) -> Entry {
        let certain = self.known.source.has_types() || !matches!(wit.as_str(), "s32" | "u32");
        let name = self.kebab(at);
        let name = self.parameter(&name, wit);
        let fields = format!("as = \"value\", param = \"{name}\"");
        if certain {
            return Entry::certain(fields);
        }
        let called = self.called(at);
        Entry::guess(
            fields,
            format!("{called}: an i32, which a pointer or a length is too"),
        )
    }

    fn record(&mut self, at: usize, record: &str) -> Result<Entry, String> {
        let Some(handle) = self.context.handles.get(record) else {
            return self.struct_pointer(at, record);
        };
        let constructs = handle.constructor.as_ref() == Some(&self.known.export);
        if at == 0 && constructs && handle.size.is_some() {
            self.home = Home::Constructor(record.to_owned());
            self.outputs
                .push((Output::Resource(record.to_owned()), vec![at]));
            return Ok(Entry::guess(
                "as = \"state\"",
                format!(
                    "{}: nobody returns a `{record}`, and this function has the name of one that \
                     fills it",
                    self.called(at)
                ),
            ));
        }
        let name = if at == 0 {
            self.home = Home::Method(record.to_owned());
            "self".to_owned()
        } else {
            let name = self.kebab(at);
            let ty = format!("borrow<{}>", spelled(&self.context.resources[record]));
            self.parameter(&name, ty)
        };
        Ok(Entry::certain(format!(
            "as = \"value\", param = \"{name}\""
        )))
    }

    fn elements(&mut self, at: usize, of: Elements) -> Result<Entry, String> {
        let called = self.called(at);
        if self.length_pointer_after(at) {
            return Ok(self.measured_buffer(at, of.wit.to_owned()));
        }
        if let Some(length) = self.lengths.get(&at).copied() {
            return self.with_length(at, length, of.wit.to_owned());
        }
        if let (Some(count), false) = (of.count, of.constant) {
            self.outputs
                .push((Output::List(of.wit.to_owned()), vec![at]));
            return Ok(Entry::guess(
                format!("as = \"buffer\", capacity = {{ constant = {count} }}"),
                format!("{called}: not `const`, and {count} elements by its declaration"),
            ));
        }
        if self.known.source.has_types() && !of.constant && !["u8", "s8"].contains(&of.wit) {
            return self.out_value(at, of.wit);
        }
        if of.text || self.named_like_text(at) {
            return Ok(self.cstring(at, Some(of)));
        }
        if !self.known.source.has_types() {
            return Ok(self.value(at, "u32".into()));
        }
        Err(if of.constant {
            format!("{called} is a pointer, and no length was found that belongs to it")
        } else {
            format!(
                "{called} is a pointer that the function may write to, and no length was found \
                 that belongs to it"
            )
        })
    }

    /// One number behind a pointer.
    fn out_value(&mut self, at: usize, wit: &'static str) -> Result<Entry, String> {
        let called = self.called(at);
        let (param, why) = match self.way(at) {
            Some(Way::In) => {
                return Err(format!(
                    "{called} is a pointer to one number that is read alone, by its doc comment"
                ));
            }
            Some(Way::InOut) => {
                let name = self.kebab(at);
                let name = self.parameter(&name, wit.to_owned());
                (
                    format!(", param = \"{name}\""),
                    "read and written, by its doc comment or its name",
                )
            }
            Some(Way::Out) => (String::new(), "one number, written by its doc comment"),
            None => (
                String::new(),
                "not `const`, without a length: one number, to be written; if it is read too, \
                 `param` says what is there before",
            ),
        };
        self.outputs.push((Output::Number(wit), vec![at]));
        let fields = format!("as = \"out-value\"{param}");
        Ok(Entry::guess(fields, format!("{called}: {why}")))
    }

    /// Whether a pointer is followed by one to its length.
    pub(super) fn length_pointer_after(&self, at: usize) -> bool {
        let next = at + 1;
        matches!(self.shape(next), Some(Shape::Elements(next)) if next.integer)
            && !self.points_to_const(at)
            && self.entries[next].is_none()
            && !self.lengths.contains_key(&at)
            && !self.lengths.contains_key(&next)
            && self.named_or_typed_like_a_length(next)
    }

    /// Whether a pointer to a number is called like one to a length.
    pub(super) fn named_or_typed_like_a_length(&self, at: usize) -> bool {
        named_like_a_length(self.name(at))
            || matches!(self.ty(at).resolved().0, Type::Pointer(to) if typed_like_a_length(to))
    }

    /// A buffer that is followed by a pointer to its length.
    pub(super) fn measured_buffer(&mut self, at: usize, wit: String) -> Entry {
        let next = at + 1;
        let entry = self.buffer(at, next, Output::List(wit));
        self.entries[next] = Some(Entry::guess(
            "as = \"buffer-length\"",
            format!(
                "{}: a number behind a pointer, after {}",
                self.called(next),
                self.called(at)
            ),
        ));
        entry
    }

    /// A pointer with its length: a list, or a buffer with its room.
    pub(super) fn with_length(
        &mut self,
        at: usize,
        length: usize,
        wit: String,
    ) -> Result<Entry, String> {
        let called = self.called(at);
        if self.way(at) == Some(Way::InOut) && !self.points_to_const(at) {
            return Err(format!(
                "{called} is read and written, and a buffer is only written"
            ));
        }
        if !self.is_output(at) {
            return Ok(self.list(at, length, &wit));
        }
        let entry = self.buffer(at, length, Output::Bounded(wit));
        self.entries[length] = Some(Entry::guess(
            "as = \"capacity\"",
            format!("{}: its room", self.called(length)),
        ));
        Ok(entry)
    }

    /// Whether a pointer with a length is written to, as far as types, comments
    /// and names say it.
    fn is_output(&self, at: usize) -> bool {
        let name = self.name(at);
        !self.points_to_const(at)
            && self.way(at) != Some(Way::In)
            && (self.known.source.has_types()
                || ["dst", "dest", "out", "output", "result"]
                    .iter()
                    .any(|word| handles::has_word(name, word)))
    }

    fn named_like_text(&self, at: usize) -> bool {
        !self.known.source.has_types()
            && ["str", "string", "text", "name", "path"]
                .iter()
                .any(|word| handles::has_word(self.name(at), word))
    }

    fn list(&mut self, at: usize, length: usize, wit: &str) -> Entry {
        let name = self.kebab(at);
        let name = self.parameter(&name, format!("list<{wit}>"));
        let called = self.called(at);
        self.entries[length] = Some(Entry::guess(
            format!("as = \"length\", param = \"{name}\""),
            format!(
                "{}: {} {called}",
                self.called(length),
                if length == at + 1 {
                    "comes after"
                } else if has_the_name_of(self.name(length), self.name(at)) {
                    "is named after"
                } else {
                    "is the only length that is left for"
                }
            ),
        ));
        Entry::guess(
            format!("as = \"pointer\", param = \"{name}\""),
            if self.points_to_const(at) {
                format!("{called}: `const`, so it is read")
            } else if self.known.source.has_types() {
                format!("{called}: read, by its doc comment")
            } else {
                format!("{called}: called like a pointer")
            },
        )
    }

    fn cstring(&mut self, at: usize, of: Option<Elements>) -> Entry {
        let name = self.kebab(at);
        let name = self.parameter(&name, "string".into());
        let called = self.called(at);
        Entry::guess(
            format!("as = \"cstring\", param = \"{name}\", nul = \"trap\""),
            match of {
                Some(of) if of.constant => format!("{called}: a `const char *` without a length"),
                Some(of) if of.text => {
                    format!("{called}: a `char *` without a length; not `const`")
                }
                _ => format!("{called}: called like a string, without a length"),
            },
        )
    }

    /// A buffer with the parameter at `length` that says how much room it has.
    fn buffer(&mut self, at: usize, length: usize, output: Output) -> Entry {
        let measured = matches!(output, Output::List(_));
        self.outputs.push((output, vec![at, length]));
        let called = self.called(at);
        let input = self
            .lengths
            .keys()
            .copied()
            .find(|input| *input != at && self.points_to_const(*input));
        let bound = input.and_then(|_| self.bound());
        let capacity = if let (Some(bound), Some(input)) = (&bound, input) {
            format!(
                "{{ bound = {}, param = \"{}\" }}",
                toml_text::string(bound),
                // The name that it has or will have: no other one is like it.
                self.kebab(input)
            )
        } else {
            let name = match self.name(length) {
                "" => format!("{}-capacity", self.kebab(at)),
                _ => self.kebab(length),
            };
            let name = self.parameter(&name, "u32".into());
            format!("{{ param = \"{name}\", limit = 16777216 }}")
        };
        let length = self.called(length);
        Entry::guess(
            format!("as = \"buffer\", capacity = {capacity}"),
            if measured {
                format!("{called}: not `const`, and {length} can be written: an output")
            } else if self.known.source.has_types() {
                format!("{called}: not `const`, with its room in {length}: an output")
            } else {
                format!("{called}: called like an output, with its room in {length}")
            },
        )
        .helped(bound, "it says how much room to give to the result")
    }

    /// The export that says how much room the result of this function needs.
    fn bound(&self) -> Option<String> {
        let letters = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "")
        };
        let own = letters(&self.known.export);
        let found = self.context.evidence.functions.iter().find(|known| {
            let name = letters(&known.export);
            name.strip_suffix("bound")
                .is_some_and(|stem| !stem.is_empty() && own.starts_with(stem))
                && crate::module::core_type(&known.core) == "(i32) -> i32"
        })?;
        // The name of the input is needed: it has to be the one it will get.
        let mut seen = Names::without(&["self"]);
        let clash = (0..self.entries.len()).any(|at| {
            let name = self.kebab(at);
            seen.unique(&name) != name
        });
        (!clash).then(|| found.export.clone())
    }
}
