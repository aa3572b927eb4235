//! Structs by pointer.

use super::super::handles;
use super::super::names::spelled;
use super::super::structs::Struct;
use super::super::toml_text;
use super::result::FREES;
use super::{Entry, Output, Roles};
use crate::c::{Type, Way};

impl Roles<'_> {
    /// A pointer to a struct that is no resource.
    pub(super) fn struct_pointer(&mut self, at: usize, record: &str) -> Result<Entry, String> {
        let called = self.called(at);
        match self.context.structs.get(record) {
            Some(Ok(_)) => {}
            Some(Err(reason)) => {
                return Err(format!(
                    "{called} points to `{record}`, which can't be a record: {reason}"
                ));
            }
            None => {
                return Err(format!(
                    "{called} points to `{record}`, which no function was found to make and \
                     another one to end"
                ));
            }
        }
        let ending = handles::ending(self.context.evidence, record);
        if ending.as_ref() == Some(&self.known.export) {
            return Err(format!("it ends what `{record}` holds"));
        }
        let wit = self.use_struct(record);
        if self.length_pointer_after(at) {
            return Ok(self.measured_buffer(at, wit));
        }
        if let Some(length) = self.lengths.get(&at).copied() {
            return self.with_length(at, length, wit);
        }
        if let Type::Array(_, count) = self.ty(at).resolved().0 {
            return self.array(at, *count, wit);
        }
        if self.by_value.contains(&at) {
            return Ok(self.struct_by_value(at, record, wit));
        }
        let way = self.way(at);
        let said = |way| format!("{called}: {way} by its doc comment or its name");
        let (way, why) = match (way, self.points_to_const(at)) {
            (_, true) => (Way::In, format!("{called}: `const`, so it is read")),
            (Some(Way::In), _) => (Way::In, said("read")),
            (Some(Way::InOut), _) => (Way::InOut, said("read and written")),
            (Some(Way::Out), _) => (Way::Out, said("written")),
            (None, _) => (
                Way::Out,
                format!(
                    "{called}: not `const`: a struct to be written; if it is read too, `param` \
                     says what is in it before"
                ),
            ),
        };
        if way == Way::In {
            let name = self.kebab(at);
            let name = self.parameter(&name, wit);
            let fields = format!("as = \"record\", param = \"{name}\"");
            return Ok(Entry::guess(fields, why));
        }
        self.outputs
            .push((Output::Struct(record.to_owned()), vec![at]));
        let mut fields = "as = \"out-record\"".to_owned();
        if way == Way::InOut {
            let name = self.kebab(at);
            let name = self.parameter(&name, wit);
            fields = format!("{fields}, param = \"{name}\"");
        }
        match ending.filter(|_| self.structure(record).is_some_and(Struct::points)) {
            Some(free) => Ok(Entry::guess(
                format!("{fields}, free = {}", toml_text::string(&free)),
                format!(
                    "{why}; {} is called like what frees what it holds",
                    toml_text::shown(&free)
                ),
            )
            .helped(Some(free), FREES)),
            None => Ok(Entry::guess(fields, why)),
        }
    }

    /// The WIT name of a struct, which is mentioned from now on.
    pub(super) fn use_struct(&mut self, record: &str) -> String {
        self.structs.push(record.to_owned());
        spelled(&self.context.records[record])
    }

    fn struct_by_value(&mut self, at: usize, record: &str, wit: String) -> Entry {
        let returned = self.way(at) == Some(Way::Out);
        let fields = if returned {
            self.outputs
                .push((Output::Struct(record.to_owned()), vec![at]));
            "as = \"out-record\"".to_owned()
        } else {
            let name = self.kebab(at);
            let name = self.parameter(&name, wit);
            format!("as = \"record\", param = \"{name}\"")
        };
        let what = if returned { "returned" } else { "passed" };
        let why = format!("{what} by value, so WebAssembly has a pointer");
        Entry {
            why: if returned {
                why
            } else {
                format!("{}: {why}", self.called(at))
            },
            ..Entry::certain(fields)
        }
    }

    /// An array whose declaration says how long it is, or nothing does.
    fn array(&mut self, at: usize, count: Option<u32>, wit: String) -> Result<Entry, String> {
        let called = self.called(at);
        match count {
            Some(count @ 1..) if !self.points_to_const(at) => {
                self.outputs.push((Output::List(wit), vec![at]));
                Ok(Entry::guess(
                    format!("as = \"buffer\", capacity = {{ constant = {count} }}"),
                    format!("{called}: not `const`, and {count} elements by its declaration"),
                ))
            }
            Some(count) => Err(format!(
                "{called} is an array of {count} structs, and its length is not passed"
            )),
            None => Err(format!(
                "{called} is an array, and no length was found that belongs to it"
            )),
        }
    }
}
