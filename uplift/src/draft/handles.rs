//! Which pointers stand for resources: those that one function makes and another
//! one ends.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, Known};
use super::names::kebab;
use super::origin::{self, MAKING, Origin};
use super::shape::{Shape, shape};
use super::structs::Structs;
use crate::c::Type;

/// Words in the names of functions that end what they are given.
const ENDING: &str = "free destroy delete del close release end dispose fini finalize finalise cleanup drop deinit \
     term unref";

/// A record that becomes a resource.
#[derive(Clone, Debug)]
pub(super) struct Handle {
    /// The export that becomes the constructor, if any.
    pub(super) constructor: Option<String>,
    /// The export that ends it.
    pub(super) destroy: Option<String>,
    /// The size of a state that the caller allocates.
    pub(super) size: Option<u32>,
}

/// Leaves to records what a function hands out for its caller to look into: of
/// what is known of these structs, everything can be passed, and no function but
/// the one that ends it takes it.
pub(super) fn without_records(
    handles: &mut BTreeMap<String, Handle>,
    structs: &Structs,
    evidence: &Evidence,
) {
    handles.retain(|name, handle| {
        let taken = evidence.functions.iter().any(|known| {
            Some(&known.export) != handle.destroy.as_ref()
                && known
                    .declaration
                    .parameters
                    .iter()
                    .any(|(_, ty)| record(ty).as_ref() == Some(name))
        });
        taken || handle.size.is_some() || !matches!(structs.get(name), Some(Ok(_)))
    });
}

/// The records that become resources, by name.
pub(super) fn find(evidence: &Evidence) -> BTreeMap<String, Handle> {
    let mut mentioned = BTreeSet::new();
    for known in &evidence.functions {
        let types = known.declaration.parameters.iter().map(|(_, ty)| ty);
        for ty in types.chain([&known.declaration.result]) {
            mentioned.extend(record(ty).or_else(|| handed_record(ty)));
        }
    }
    mentioned
        .into_iter()
        .filter_map(|name| {
            let handle = handed_out(evidence, &name).or_else(|| allocated(evidence, &name))?;
            Some((name, handle))
        })
        .collect()
}

/// The record that a type points to.
pub(super) fn record(ty: &Type) -> Option<String> {
    match shape(ty) {
        Shape::Record(name) => Some(name),
        _ => None,
    }
}

/// The record that a type points to by a pointer.
fn handed_record(ty: &Type) -> Option<String> {
    match shape(ty) {
        Shape::HandedRecord(name) => Some(name),
        _ => None,
    }
}

/// A function returns it or writes a pointer to it, and another one ends it.
fn handed_out(evidence: &Evidence, name: &str) -> Option<Handle> {
    let destroy = ending(evidence, name)?;
    let makes = |known: &&Known| {
        let declaration = &known.declaration;
        record(&declaration.result).as_deref() == Some(name)
            && !pointed_is_constant(&declaration.result)
            && !declaration
                .parameters
                .iter()
                .any(|(_, ty)| record(ty).as_deref() == Some(name))
    };
    let hands_out = |known: &Known| {
        let parameters = &known.declaration.parameters;
        parameters
            .iter()
            .any(|(_, ty)| handed_record(ty).as_deref() == Some(name))
    };
    evidence
        .functions
        .iter()
        .find(|known| makes(known) || hands_out(known))?;
    // A constructor belongs to its resource, a method of another one does not.
    let constructor = first_by_words(
        evidence.functions.iter().filter(makes).filter(|known| {
            !known.declaration.variadic
                && matches!(
                    origin::origin(evidence, known, name, &destroy),
                    Origin::Made(_)
                )
                && known
                    .declaration
                    .parameters
                    .iter()
                    .all(|(_, ty)| matches!(shape(ty), Shape::Number(_) | Shape::Elements(_)))
        }),
        MAKING,
    );
    Some(Handle {
        constructor,
        destroy: Some(destroy),
        size: None,
    })
}

/// The caller allocates it, a function fills it, and others work on it.
fn allocated(evidence: &Evidence, name: &str) -> Option<Handle> {
    let size = evidence.types.records.get(name)?.size?;
    if size == 0 || size > 1 << 24 {
        return None;
    }
    let destroy = ending(evidence, name);
    let first = |known: &&Known| {
        let parameters = &known.declaration.parameters;
        parameters
            .first()
            .is_some_and(|(_, ty)| record(ty).as_deref() == Some(name))
    };
    let fills = |known: &&Known| {
        first(known)
            && !known.declaration.variadic
            && known
                .declaration
                .parameters
                .first()
                .is_some_and(|(_, ty)| !pointed_is_constant(ty))
    };
    let constructor = first_by_words(evidence.functions.iter().filter(fills), MAKING)?;
    let used = evidence
        .functions
        .iter()
        .filter(first)
        .any(|known| known.export != constructor && Some(&known.export) != destroy.as_ref());
    used.then_some(Handle {
        constructor: Some(constructor),
        destroy,
        size: Some(size),
    })
}

/// The export that takes the record alone and is called like one that ends it.
pub(super) fn ending(evidence: &Evidence, name: &str) -> Option<String> {
    let ends = evidence.functions.iter().filter(|known| {
        let declaration = &known.declaration;
        let result = shape(&declaration.result);
        !declaration.variadic
            && matches!(declaration.parameters.as_slice(),
                [(_, ty)] if record(ty).as_deref() == Some(name))
            && matches!(
                result,
                Shape::Void | Shape::Number("s32" | "u32" | "bool") | Shape::Enum(_)
            )
    });
    first_by_words(ends, ENDING)
}

/// The first function that has one of the words in its name; an earlier word
/// counts for more.
fn first_by_words<'a>(
    functions: impl IntoIterator<Item = &'a Known>,
    words: &str,
) -> Option<String> {
    let functions: Vec<&Known> = functions.into_iter().collect();
    words.split_whitespace().find_map(|word| {
        functions
            .iter()
            .find(|known| has_word(&known.export, word))
            .map(|known| known.export.clone())
    })
}

/// The first of the words that a name has.
pub(super) fn first_word<'a>(name: &str, words: &'a str) -> Option<&'a str> {
    words.split_whitespace().find(|word| has_word(name, word))
}

/// Whether a name has the word, with or without a number behind it.
pub(super) fn has_word(name: &str, word: &str) -> bool {
    kebab(name, "")
        .split('-')
        .any(|found| found.trim_end_matches(|digit: char| digit.is_ascii_digit()) == word)
}

pub(super) fn pointed_is_constant(ty: &Type) -> bool {
    matches!(ty.resolved().0, Type::Pointer(to) if to.resolved().1)
}
