//! What a function returns, and what frees what it hands out.

use std::fmt::Write as _;

use super::super::evidence::Known;
use super::super::handles;
use super::super::names::spelled;
use super::super::origin::{self, Origin};
use super::super::shape::{self, Elements, Shape, shape};
use super::super::{statuses, toml_text};
use super::{Entry, Home, Output, Roles};

impl Roles<'_> {
    /// The export that may free what this function hands out.
    pub(super) fn free(&self, text: bool, types: &[&str]) -> Option<String> {
        let candidates: Vec<&Known> = self
            .context
            .evidence
            .functions
            .iter()
            .filter(|known| {
                let core = crate::module::core_type(&known.core);
                let record = known.declaration.parameters.first();
                let of_handle = record.and_then(|(_, ty)| handles::record(ty)).is_some();
                types.contains(&core.as_str())
                    && handles::has_word(&known.export, "free")
                    && !of_handle
            })
            .collect();
        let of_text = |known: &&&Known| frees_text(&known.export);
        let of_library = |known: &&&Known| {
            let name = known.export.as_str();
            name.trim_start_matches('_') != "free"
        };
        let mut candidates_of = candidates.iter();
        candidates
            .iter()
            .find(|known| text && of_text(known))
            .or_else(|| candidates.iter().find(of_library))
            .or_else(|| candidates_of.next())
            .map(|known| known.export.clone())
    }

    /// The export that may free a struct that this function hands out.
    pub(super) fn free_struct(&self, record: &str) -> Option<String> {
        handles::ending(self.context.evidence, record).or_else(|| self.free(false, &["(i32)"]))
    }

    /// The WIT result, and how it is made of what the function returns.
    pub(super) fn result(&mut self) -> Result<(Option<String>, Option<Entry>), String> {
        let written = self.written();
        let outputs = !self.outputs.is_empty();
        let constructor = matches!(self.home, Home::Constructor(_));
        match (shape(&self.known.declaration.result), outputs) {
            (Shape::Void, _) => Ok((written, None)),
            (Shape::Enum(name), outputs) => Ok(self.enumeration(&name, outputs, constructor)),
            (Shape::Number(wit), false) => Ok(self.number(wit)),
            (Shape::Number("s32" | "u32"), true) if self.bounded().is_some() => {
                Ok((written, Some(self.length())))
            }
            (Shape::Number("bool"), true) => Ok((
                written,
                Some(Entry::guess(
                    "as = \"status\", ok = [1]",
                    "a bool, beside an output",
                )),
            )),
            (Shape::Number("s32" | "u32" | "s16" | "u16" | "s8" | "u8"), true) => Ok(self.status(
                shape::only_status(&self.context.evidence.types),
                constructor,
            )),
            (Shape::Elements(of), false) if of.text => Ok(self.returned_string(of)),
            (Shape::Record(record), false) => self.returned_handle(&record),
            (Shape::Unfit(why), _) => Err(why),
            (_, true) => Err(
                "it writes an output, and returns something that is neither a length nor a status"
                    .into(),
            ),
            (_, false) => Err(format!(
                "it returns `{}`, and nothing says how long that is",
                self.known.declaration.result.spelled()
            )),
        }
    }

    /// The number of the only buffer that is not measured otherwise.
    fn bounded(&self) -> Option<usize> {
        let mut found = self
            .outputs
            .iter()
            .enumerate()
            .filter(|(_, (output, _))| matches!(output, Output::Bounded(_)))
            .map(|(number, _)| number);
        found.next().filter(|_| found.next().is_none())
    }

    fn length(&self) -> Entry {
        let field = match self.bounded() {
            Some(number) if self.outputs.len() > 1 => format!(", field = \"{number}\""),
            _ => String::new(),
        };
        Entry::guess(
            format!("as = \"length\"{field}"),
            "an integer, beside a buffer that is not measured otherwise",
        )
    }

    fn number(&self, wit: &str) -> (Option<String>, Option<Entry>) {
        let certain = self.known.source.has_types() || wit != "s32";
        let entry = Entry::guess(
            "as = \"value\"",
            "an i32, which a pointer or a status is too",
        );
        (Some(wit.to_owned()), (!certain).then_some(entry))
    }

    fn enumeration(
        &mut self,
        name: &str,
        output: bool,
        constructor: bool,
    ) -> (Option<String>, Option<Entry>) {
        let found = self.context.evidence.types.enums.get(name);
        if found.is_some_and(shape::is_status) {
            return self.status(Some(&name.to_owned()), constructor);
        }
        if output {
            return self.status(None, constructor);
        }
        match self.context.enums.get(name) {
            Some(wit) => {
                self.enums.push(name.to_owned());
                (Some(spelled(wit)), None)
            }
            None => (Some("s32".into()), None),
        }
    }

    /// A status, whose errors may be those of an enum.
    fn status(
        &mut self,
        errors: Option<&String>,
        constructor: bool,
    ) -> (Option<String>, Option<Entry>) {
        let written = self.written();
        let found = errors.and_then(|name| {
            let found = self.context.evidence.types.enums.get(name)?;
            Some((name, self.context.enums.get(name)?, found))
        });
        let text = self.error_text();
        // A constructor that can fail would have to return a `result`.
        let Some((name, wit, found)) = found.filter(|_| !constructor) else {
            return nameless_status(written, text.filter(|_| !constructor));
        };
        self.errors.push(name.clone());
        let declared = matches!(shape(&self.known.declaration.result), Shape::Enum(_));
        let mut why = if declared {
            format!("`enum {name}`, whose 0 is called a success")
        } else {
            format!("an integer; `enum {name}` has statuses, and its 0 is called a success")
        };
        let wit = spelled(wit);
        if let Some((text, _)) = text {
            let _ = write!(
                why,
                "; with `tuple<{wit}, string>` for the error in the WIT, `{text}` adds its text"
            );
        }
        let entry = Entry::guess(statuses::fields(found), why);
        let ok = written.unwrap_or_else(|| "_".into());
        (Some(format!("result<{ok}, {wit}>")), Some(entry))
    }

    fn returned_string(&self, of: Elements) -> (Option<String>, Option<Entry>) {
        let (free, why) = self.owner_of_text(of.constant);
        let entry = Entry::guess(owned("cstring", free.as_deref()), why).helped(free, FREES);
        (Some("string".into()), Some(entry))
    }

    fn returned_struct(&mut self, record: &str) -> (Option<String>, Option<Entry>) {
        let wit = self.use_struct(record);
        let entry = match self.owner_of_struct(record) {
            Ok(free) => Entry::guess(
                format!("as = \"record\", free = {}", toml_text::string(&free)),
                format!(
                    "a pointer to a struct; {} is called like what frees it",
                    toml_text::shown(&free)
                ),
            )
            .helped(Some(free), FREES),
            Err(why) => Entry::guess(
                "as = \"record\", borrowed = \"static\"",
                format!("a pointer to a struct; {why}"),
            ),
        };
        (Some(wit), Some(entry))
    }

    /// The export that frees a struct that this function hands out, or why nobody
    /// seems to have to.
    pub(super) fn owner_of_struct(&self, record: &str) -> Result<String, String> {
        let Some(free) = self.free_struct(record) else {
            return Err("nothing is called like `free`".into());
        };
        match origin::origin(self.context.evidence, self.known, record, &free) {
            Origin::Kept(why) => Err(format!("{why}, and nobody frees such a one, often")),
            _ => Ok(free),
        }
    }

    /// What shows that the function makes what it hands out, or why it is left out.
    pub(super) fn made(&self, record: &str, destroy: &str) -> Result<String, String> {
        match origin::origin(self.context.evidence, self.known, record, destroy) {
            Origin::Made(why) => Ok(why),
            other => Err(origin::undecided(record, destroy, &other)),
        }
    }

    fn returned_handle(&mut self, record: &str) -> Result<(Option<String>, Option<Entry>), String> {
        let handle = self.context.handles.get(record);
        let taken = self
            .known
            .declaration
            .parameters
            .iter()
            .any(|(_, ty)| handles::record(ty).as_deref() == Some(record));
        if handle.is_none() && self.structure(record).is_some() {
            return Ok(self.returned_struct(record));
        }
        let Some(handle) = handle.filter(|handle| handle.size.is_none() && !taken) else {
            return Err(format!(
                "it returns a pointer to `{record}`, and nothing shows who owns that"
            ));
        };
        let destroy = handle.destroy.as_deref().unwrap_or_default();
        let made = self.made(record, destroy)?;
        if handle.constructor.as_ref() == Some(&self.known.export) {
            self.home = Home::Constructor(record.to_owned());
        } else if self.home == Home::Interface {
            self.home = Home::Static(record.to_owned());
        }
        let entry = Entry::guess(
            "as = \"handle\"",
            format!(
                "a pointer to `{record}`, which {} ends; {made}",
                toml_text::shown(destroy)
            ),
        );
        let wit = spelled(&self.context.resources[record]);
        Ok((Some(wit), Some(entry)))
    }
}

/// A status whose errors no enum names.
fn nameless_status(
    written: Option<String>,
    text: Option<(String, String)>,
) -> (Option<String>, Option<Entry>) {
    let Some((text, export)) = text else {
        let entry = Entry::guess(
            "as = \"status\"",
            "an integer, beside an output: 0 is a success, all else traps; `errors` and a \
             `result` in the WIT make errors of some",
        );
        return (written, Some(entry));
    };
    let entry = Entry::guess(
        format!("as = \"status\", unknown = \"error\", {text}"),
        format!(
            "an integer, beside an output: 0 is a success, all else an error; {} is called \
             like what knows its text",
            toml_text::shown(&export)
        ),
    );
    let ok = written.unwrap_or_else(|| "_".into());
    (Some(format!("result<{ok}, string>")), Some(entry))
}

/// Whether a function that frees is called like one for strings.
fn frees_text(name: &str) -> bool {
    ["string", "str", "text", "cstring"]
        .iter()
        .any(|word| handles::has_word(name, word))
}

/// A text that this export frees, or that nobody frees.
pub(super) fn owned(kind: &str, free: Option<&str>) -> String {
    match free {
        Some(free) => format!("as = \"{kind}\", free = {}", toml_text::string(free)),
        None => format!("as = \"{kind}\", borrowed = \"static\""),
    }
}

/// What a function that frees is for.
pub(super) const FREES: &str = "it frees the result";
