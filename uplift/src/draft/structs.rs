//! Which structs become WIT records, and what their fields are.

mod kind;

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::names::{Names, kebab};
use super::shape::{self, Shape, can_be_a_length, named_like_a_length, shape, typed_like_a_length};
use crate::c::{Library, Member, Members, Number, Tag, Type};
pub(super) use kind::Kind;
use kind::kind;

/// How many numbers and pointers a struct may have, those of structs in it among
/// them.
const LARGEST_STRUCT: u32 = 256;

/// How large a struct may be for a mapping.
const LARGEST_SIZE: u32 = 1 << 16;

/// A C struct, by the WIT record that stands for it.
#[derive(Clone, Debug)]
pub(super) struct Struct {
    pub(super) size: u32,
    pub(super) fields: Vec<Field>,
    /// Its alignment, unless it is packed.
    align: u32,
    /// The number of its numbers and pointers.
    leaves: u32,
}

/// A field of such a record.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// In kebab case.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) offset: u32,
    pub(super) docs: String,
    /// The member as C declares it.
    pub(super) declared: String,
}

/// Each struct that functions mention, by its C name, or why it can't be a record.
pub(super) type Structs = BTreeMap<String, Result<Struct, String>>;

/// Looks at every struct that functions mention.
pub(super) fn find(evidence: &Evidence) -> Structs {
    let mut found = Structs::new();
    for known in &evidence.functions {
        let types = known.declaration.parameters.iter().map(|(_, ty)| ty);
        for ty in types.chain([&known.declaration.result]) {
            if let Some(name) = mentioned(ty)
                && !matches!(members(&evidence.types, &name), Members::Unknown)
            {
                look_at(&name, &evidence.types, &mut found);
            }
        }
    }
    found
}

/// The record that a parameter or a result is, or points to.
fn mentioned(ty: &Type) -> Option<String> {
    match (shape(ty), ty.resolved().0) {
        (Shape::Record(name) | Shape::HandedRecord(name), _) => Some(name),
        (_, Type::Record(_, name)) => Some(name.clone()),
        _ => None,
    }
}

fn members<'a>(types: &'a Library, name: &str) -> &'a Members {
    types
        .records
        .get(name)
        .map_or(&Members::Unknown, |record| &record.members)
}

/// Makes a record of a struct and of those in it.
fn look_at(name: &str, types: &Library, found: &mut Structs) {
    if found.contains_key(name) {
        return;
    }
    // Debugging information that is damaged may have a struct in itself.
    found.insert(name.to_owned(), Err("it is in itself".into()));
    let made = made(name, types, found);
    found.insert(name.to_owned(), made);
}

fn made(name: &str, types: &Library, found: &mut Structs) -> Result<Struct, String> {
    let own = match members(types, name) {
        Members::Known(_) => all_members(name, types, 0, 0)?,
        Members::Unfit(reason) => return Err(reason.clone()),
        Members::Unknown => return Err("nothing says what is in it".into()),
    };
    let size = types.records.get(name).and_then(|record| record.size);
    let size = size.filter(|size| (1..=LARGEST_SIZE).contains(size));
    let size = size.ok_or("its size is not known, or beyond 65536 bytes")?;
    let lengths = pair_lengths(&own);
    let mut names = Names::default();
    let mut fields = Vec::new();
    let mut leaves = 0;
    for (at, member) in own.iter().enumerate() {
        if lengths.values().any(|length| *length == at) {
            continue;
        }
        let length = lengths.get(&at).map(|length| &own[*length]);
        let kind = kind(&member.ty, length, types, found)
            .map_err(|reason| format!("its member `{}` is {reason}", member.name))?;
        leaves += kind.leaves(found);
        if leaves > LARGEST_STRUCT {
            return Err(format!("it has more than {LARGEST_STRUCT} members"));
        }
        fields.push(Field {
            name: names.unique(&kebab(&member.name, "nameless")),
            kind,
            offset: member.offset,
            docs: member.docs.clone(),
            declared: member.spelled(),
        });
    }
    if fields.is_empty() {
        return Err("it has no members".into());
    }
    let align = refuse_overlaps(&fields, size, found)?;
    Ok(Struct {
        size,
        fields,
        align,
        leaves,
    })
}

/// Refuses what damaged evidence says; the largest alignment of a member.
fn refuse_overlaps(fields: &[Field], size: u32, found: &Structs) -> Result<u32, String> {
    let mut taken = Vec::new();
    let mut largest = 1;
    for field in fields {
        let (size, align) = field.kind.size(found);
        largest = largest.max(align);
        taken.push((field.offset, size));
        if let Kind::List(_, offset, ty) = field.kind {
            taken.push((offset, if ty == "u16" { 2 } else { 4 }));
        }
    }
    taken.push((size, 0));
    taken.sort_unstable();
    let apart = taken
        .windows(2)
        .all(|pair| pair[0].0.saturating_add(pair[0].1) <= pair[1].0);
    if apart && taken.last() == Some(&(size, 0)) {
        Ok(largest)
    } else {
        Err("its members overlap, or lie beyond its end".into())
    }
}

/// The members, those of structs without a name among them.
fn all_members(
    name: &str,
    types: &Library,
    offset: u32,
    depth: usize,
) -> Result<Vec<Member>, String> {
    let own = match members(types, name) {
        Members::Known(own) if depth < crate::c::DEPTH => own,
        _ => return Err("it has a struct without a name that can't be read".into()),
    };
    let mut all = Vec::new();
    for member in own {
        let offset = member.offset.saturating_add(offset);
        match member.ty.resolved().0 {
            Type::Record(Tag::Struct, inner) if member.name.is_empty() => {
                all.extend(all_members(inner, types, offset, depth + 1)?);
            }
            _ if member.name.is_empty() => {
                return Err("it has a union or a member without a name".into());
            }
            _ => all.push(Member {
                offset,
                ..member.clone()
            }),
        }
        if all.len() > LARGEST_STRUCT as usize {
            return Err(format!("it has more than {LARGEST_STRUCT} members"));
        }
    }
    Ok(all)
}

/// The length of each pointer to numbers, by their positions: the member with the
/// pointer's name in its own, else the one after it.
fn pair_lengths(members: &[Member]) -> BTreeMap<usize, usize> {
    let pointer = |member: &Member| match shape(&member.ty) {
        Shape::Elements(of) => of.count.is_none().then_some(of),
        _ => None,
    };
    let is_length = |member: &Member| length_type(&member.ty).is_some();
    let mut lengths = BTreeMap::new();
    for by_name in [true, false] {
        for (at, member) in members.iter().enumerate() {
            let Some(of) = pointer(member).filter(|_| !lengths.contains_key(&at)) else {
                continue;
            };
            let fits = |(other, length): &(usize, &Member)| {
                is_length(length)
                    && !lengths.values().any(|taken| taken == other)
                    && if by_name {
                        shape::has_the_name_of(&length.name, &member.name)
                    } else {
                        // `char *name; int n_legs;`: the string has no length.
                        *other == at + 1
                            && (named_like_a_length(&length.name)
                                || (!of.text && typed_like_a_length(&length.ty)))
                    }
            };
            if let Some((length, _)) = members.iter().enumerate().find(fits) {
                lengths.insert(at, length);
            }
        }
    }
    lengths
}

/// The type that a mapping gives a length of this C type.
fn length_type(ty: &Type) -> Option<&'static str> {
    match ty.resolved().0 {
        _ if can_be_a_length(ty) => Some("u32"),
        Type::Number(_, Number::Unsigned(2)) => Some("u16"),
        _ => None,
    }
}

impl Struct {
    /// Whether C passes it by value as its only number or pointer.
    pub(super) fn is_passed_as_its_member(&self, found: &Structs) -> bool {
        match self.fields.as_slice() {
            [field] => match &field.kind {
                Kind::Struct(name) => match &found[name] {
                    Ok(inner) => inner.is_passed_as_its_member(found),
                    Err(_) => true,
                },
                Kind::List(..) | Kind::Inline(_) => false,
                Kind::Array(_, count) => *count == 1,
                _ => true,
            },
            _ => false,
        }
    }

    /// Whether something in it is a guess: who owns what it points to, or that an
    /// array of `char` is text.
    pub(super) fn is_guess(&self) -> bool {
        self.points() || self.holds_text()
    }

    /// Whether it has an array of `char` for a string.
    pub(super) fn holds_text(&self) -> bool {
        let mut kinds = self.fields.iter().map(|field| &field.kind);
        kinds.any(|kind| matches!(kind, Kind::Inline(_)))
    }

    /// Whether it points to something, so that it matters who owns that.
    pub(super) fn points(&self) -> bool {
        self.fields.iter().any(|field| field.kind.points())
    }
}

/// These structs and all that are in them, and the enums in those, by their C
/// names.
pub(super) fn used<'a>(
    structs: &'a Structs,
    names: impl Iterator<Item = &'a String>,
) -> (BTreeSet<&'a String>, BTreeSet<&'a String>) {
    let (mut all, mut enums) = (BTreeSet::new(), BTreeSet::new());
    let mut left: Vec<&String> = names.collect();
    while let Some(name) = left.pop() {
        let Some(Ok(found)) = structs.get(name) else {
            continue;
        };
        if !all.insert(name) {
            continue;
        }
        for (name, is_struct) in found.fields.iter().filter_map(|field| field.kind.named()) {
            if is_struct {
                left.push(name);
            } else {
                enums.insert(name);
            }
        }
    }
    (all, enums)
}
