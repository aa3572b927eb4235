//! What each argument and result of a function is for.

mod argument;
mod by_value;
mod handed;
mod messages;
mod owner;
mod result;
mod structure;

use std::collections::BTreeMap;

use wasmparser::ValType;

use super::evidence::{Evidence, Known};
use super::handles::{self, Handle};
use super::names::{Names, spelled};
use super::shape::{
    Shape, can_be_a_length, has_the_name_of, named_like_a_length, shape, typed_like_a_length,
};
use super::structs::{Struct, Structs};
use crate::c::{Type, Way};

/// An entry of the mapping that the draft proposes.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What is inside of the braces, without `confirmed`.
    pub(super) fields: String,
    /// What the guess rests on.
    pub(super) why: String,
    /// Whether the evidence leaves no doubt.
    pub(super) certain: bool,
    /// An export that the entry needs, and what for.
    pub(super) helper: Option<(String, &'static str)>,
}

impl Entry {
    fn certain(fields: String) -> Self {
        Entry {
            fields,
            why: String::new(),
            certain: true,
            helper: None,
        }
    }

    fn guess(fields: impl Into<String>, why: impl Into<String>) -> Self {
        Entry {
            fields: fields.into(),
            why: why.into(),
            certain: false,
            helper: None,
        }
    }

    fn helped(mut self, export: Option<String>, what: &'static str) -> Self {
        self.helper = export.map(|export| (export, what));
        self
    }
}

/// Where a function goes in the WIT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Interface,
    /// The constructor, a method or a static function of the resource that stands
    /// for a record.
    Constructor(String),
    Method(String),
    Static(String),
}

/// What a draft says of a function.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub(super) home: Home,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) result: Option<String>,
    pub(super) arguments: Vec<Entry>,
    pub(super) returns: Option<Entry>,
    /// The enums that the signature mentions, and those of errors.
    pub(super) enums: Vec<String>,
    pub(super) errors: Vec<String>,
    /// The structs that the signature mentions, by their C names.
    pub(super) structs: Vec<String>,
}

/// What the functions share.
pub(super) struct Context<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) handles: &'a BTreeMap<String, Handle>,
    /// The WIT names of resources, by their records.
    pub(super) resources: &'a BTreeMap<String, String>,
    /// The WIT names of enums and of error enums, by their C names.
    pub(super) enums: &'a BTreeMap<String, String>,
    /// The structs that are no resources.
    pub(super) structs: &'a Structs,
    /// Their WIT names, by their C names.
    pub(super) records: &'a BTreeMap<String, String>,
}

/// What the function writes for its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Output {
    /// A buffer with its room, so that what is returned may be its length; the WIT
    /// type of an element.
    Bounded(String),
    /// A buffer that is measured otherwise, or memory that is handed out.
    List(String),
    Number(&'static str),
    /// A struct, by its C name.
    Struct(String),
    Text,
    /// A new state of a resource, or a pointer to one.
    Resource(String),
}

impl Output {
    fn wit(&self, context: &Context<'_>) -> String {
        match self {
            Output::Bounded(of) | Output::List(of) => format!("list<{of}>"),
            Output::Number(wit) => (*wit).to_owned(),
            Output::Struct(name) => spelled(&context.records[name]),
            Output::Text => "string".into(),
            Output::Resource(record) => spelled(&context.resources[record]),
        }
    }
}

/// Proposes what to make of a function, or says why it is left out.
pub(super) fn propose(known: &Known, context: &Context<'_>) -> Result<Proposal, String> {
    if known.declaration.variadic {
        return Err("it takes a variable number of arguments".into());
    }
    if known.core.results().len() > 1 {
        return Err("it returns several values".into());
    }
    let odd = |ty: &ValType| matches!(ty, ValType::V128 | ValType::Ref(_));
    if known
        .core
        .params()
        .iter()
        .chain(known.core.results())
        .any(odd)
    {
        return Err("it takes or returns vectors or references".into());
    }
    let lowered = by_value::lowered(known, context)?;
    let mut roles = Roles {
        known: lowered.as_ref().map_or(known, |lowered| &lowered.known),
        by_value: lowered.as_ref().map_or(&[], |lowered| &lowered.by_value),
        context,
        names: Names::without(&["self"]),
        entries: Vec::new(),
        lengths: BTreeMap::new(),
        parameters: Vec::new(),
        outputs: Vec::new(),
        home: Home::Interface,
        enums: Vec::new(),
        errors: Vec::new(),
        structs: Vec::new(),
    };
    roles.entries = vec![None; roles.known.declaration.parameters.len()];
    roles.pair_lengths();
    for at in 0..roles.entries.len() {
        // A length comes with its pointer, wherever that is.
        if roles.entries[at].is_none() && !roles.lengths.values().any(|length| *length == at) {
            let entry = roles.argument(at)?;
            roles.entries[at] = Some(entry);
        }
    }
    roles.finish()
}

struct Roles<'a> {
    known: &'a Known,
    /// Where structs are passed that C passes by value.
    by_value: &'a [usize],
    context: &'a Context<'a>,
    names: Names,
    entries: Vec<Option<Entry>>,
    /// The position of a pointer's length, by the position of the pointer.
    lengths: BTreeMap<usize, usize>,
    parameters: Vec<(String, String)>,
    /// Each with the arguments that it takes.
    outputs: Vec<(Output, Vec<usize>)>,
    home: Home,
    enums: Vec<String>,
    errors: Vec<String>,
    structs: Vec<String>,
}

impl<'a> Roles<'a> {
    fn name(&self, at: usize) -> &'a str {
        &self.known.declaration.parameters[at].0
    }

    fn ty(&self, at: usize) -> &'a Type {
        &self.known.declaration.parameters[at].1
    }

    fn shape(&self, at: usize) -> Option<Shape> {
        let (_, ty) = self.known.declaration.parameters.get(at)?;
        Some(shape(ty))
    }

    /// The parameter in words.
    fn called(&self, at: usize) -> String {
        match self.name(at) {
            "" => format!("argument {at}"),
            name => format!("`{name}`"),
        }
    }

    /// Finds the length of each pointer: the one that has its name in its own,
    /// else the one after it.
    fn pair_lengths(&mut self) {
        let count = self.entries.len();
        let pointers: Vec<usize> = (0..count).filter(|at| self.needs_a_length(*at)).collect();
        let mut free: Vec<usize> = (0..count)
            .filter(|at| can_be_a_length(self.ty(*at)))
            .collect();
        for by_name in [true, false] {
            for &pointer in &pointers {
                if self.lengths.contains_key(&pointer) {
                    continue;
                }
                let found = free.iter().position(|&length| {
                    if by_name {
                        has_the_name_of(self.name(length), self.name(pointer))
                    } else {
                        length == pointer + 1 && self.looks_like_a_length(length, pointer)
                    }
                });
                if let Some(found) = found {
                    self.lengths.insert(pointer, free.remove(found));
                }
            }
        }
        self.pair_what_is_left(&pointers, &free);
    }

    /// Where other pointers have their lengths, one pointer and one length that
    /// are left belong together: `(src, dst, packedSize, dstCapacity)`.
    fn pair_what_is_left(&mut self, pointers: &[usize], free: &[usize]) {
        let mut lengths = free
            .iter()
            .filter(|length| named_like_a_length(self.name(**length)));
        let mut pointers = pointers.iter().filter(|pointer| {
            !self.lengths.contains_key(*pointer) && !self.length_pointer_after(**pointer)
        });
        let one = (
            lengths.next(),
            lengths.next(),
            pointers.next(),
            pointers.next(),
        );
        if let (Some(&length), None, Some(&pointer), None) = one
            && !self.lengths.is_empty()
            && length > pointer
        {
            self.lengths.insert(pointer, length);
        }
    }

    /// Whether it points to numbers or structs, and nothing says to how many.
    fn needs_a_length(&self, at: usize) -> bool {
        match self.shape(at) {
            Some(Shape::Elements(of)) => of.count.is_none(),
            Some(Shape::Record(name)) => {
                !self.by_value.contains(&at)
                    && self.structure(&name).is_some()
                    && !matches!(self.ty(at).resolved().0, Type::Array(_, Some(_)))
            }
            _ => false,
        }
    }

    /// The struct that a WIT record stands for, and no resource.
    fn structure(&self, name: &str) -> Option<&'a Struct> {
        if self.context.handles.contains_key(name) {
            return None;
        }
        let found = self.context.structs.get(name)?;
        found.as_ref().ok()
    }

    /// Whether what a parameter points to is `const`.
    fn points_to_const(&self, at: usize) -> bool {
        match self.ty(at).resolved().0 {
            Type::Pointer(to) | Type::Array(to, _) => to.resolved().1,
            _ => false,
        }
    }

    /// Which way that goes to which a parameter points, as far as its doc comment
    /// or its name says it.
    fn way(&self, at: usize) -> Option<Way> {
        let name = self.name(at);
        let called = |words: &[&str]| words.iter().any(|word| handles::has_word(name, word));
        let said = self.known.declaration.ways.get(name).copied();
        let in_out = called(&["inout", "io"]) || (called(&["in"]) && called(&["out"]));
        said.or_else(|| in_out.then_some(Way::InOut))
    }

    fn looks_like_a_length(&self, length: usize, pointer: usize) -> bool {
        let bytes = matches!(self.shape(pointer), Some(Shape::Elements(of)) if !of.text);
        named_like_a_length(self.name(length))
            || typed_like_a_length(self.ty(length))
            // Without names, what follows bytes is their length more often than
            // not; a string and a struct have none.
            || (self.name(length).is_empty() && bytes && self.known.source.has_types())
    }

    fn finish(mut self) -> Result<Proposal, String> {
        let handles = self.outputs.iter().find_map(|(output, _)| match output {
            Output::Resource(record) => Some(record.clone()),
            _ => None,
        });
        if let (Home::Interface, Some(record)) = (&self.home, handles) {
            self.home = Home::Static(record);
        }
        if self.outputs.len() > 1 && matches!(self.home, Home::Constructor(_)) {
            return Err("it fills a state and has other outputs besides".into());
        }
        let (result, returns) = self.result()?;
        self.number_outputs();
        let arguments: Vec<Entry> = self.entries.into_iter().flatten().collect();
        Ok(Proposal {
            home: self.home,
            parameters: self.parameters,
            result,
            arguments,
            returns,
            enums: self.enums,
            errors: self.errors,
            structs: self.structs,
        })
    }

    /// The WIT type of all that the function writes.
    fn written(&self) -> Option<String> {
        let types: Vec<String> = self
            .outputs
            .iter()
            .map(|(output, _)| output.wit(self.context))
            .collect();
        match types.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(format!("tuple<{}>", several.join(", "))),
        }
    }

    /// Says of each argument which of several outputs it belongs to.
    fn number_outputs(&mut self) {
        if self.outputs.len() < 2 {
            return;
        }
        for (number, (_, arguments)) in self.outputs.iter().enumerate() {
            for at in arguments {
                if let Some(entry) = &mut self.entries[*at] {
                    entry.fields = format!("{}, field = \"{number}\"", entry.fields);
                }
            }
        }
    }
}
