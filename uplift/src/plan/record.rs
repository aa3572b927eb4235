//! C structs, held against the WIT records and tuples that stand for them.

use std::collections::BTreeMap;

use wit_parser::{Type, TypeDefKind, TypeId, TypeOwner};

use super::CType;
use super::check::Checker;
use super::wit::{self, WitType};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::mapping::{Field, Step};

/// The largest struct that is mapped, in bytes.
const LARGEST: u32 = 1 << 16;

/// How C lays out a record.
#[derive(Clone, Debug)]
pub(super) struct CLayout {
    pub(super) size: u32,
    align: u32,
    /// The offsets of the fields, and of the lengths of those that have one.
    pub(super) fields: Vec<(u32, Option<u32>)>,
}

/// The layouts of the records that have been looked at; `None` for one with a
/// mistake in it.
pub(super) type CLayouts = BTreeMap<TypeId, Option<CLayout>>;

impl Checker<'_> {
    /// The key of a record in the mapping; a tuple has none.
    pub(super) fn record_key(&self, id: TypeId) -> Option<String> {
        let ty = &self.resolve.types[id];
        let name = ty.name.as_ref()?;
        if !matches!(ty.kind, TypeDefKind::Record(_)) {
            return None;
        }
        let TypeOwner::Interface(interface) = ty.owner else {
            return Some(name.clone());
        };
        let interface = self.resolve.interfaces[interface].name.as_deref();
        Some(interface.map_or_else(|| name.clone(), |short| format!("{short}#{name}")))
    }

    /// Refuses records in the mapping that the WIT does not have.
    pub(super) fn unknown_records(&mut self) {
        let types = self.resolve.types.iter();
        let known: Vec<String> = types.filter_map(|(id, _)| self.record_key(id)).collect();
        let mapping = self.mapping;
        for key in mapping.root.record.keys() {
            if !known.contains(key) {
                let path = [Step::Key("record"), Step::Key(key)];
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-record",
                        mapping.document.key(&path),
                        format!("the WIT has no record `{key}`"),
                        "not in the WIT",
                    )
                    .help(did_you_mean(
                        key,
                        "its records",
                        known.iter().map(String::as_str),
                    )),
                );
            }
        }
    }

    /// How C lays out a record or a tuple.
    pub(super) fn c_layout(&mut self, id: TypeId, user: &str) -> Option<CLayout> {
        if let Some(found) = self.layouts.get(&id) {
            return found.clone();
        }
        let found = self.lay_out(id, user);
        self.layouts.insert(id, found.clone());
        found
    }

    fn lay_out(&mut self, id: TypeId, user: &str) -> Option<CLayout> {
        let key = self.record_key(id);
        let mapping = self.mapping;
        let spec = key.as_ref().and_then(|key| mapping.root.record.get(key));
        if let (Some(key), None) = (&key, spec) {
            let path = [Step::Key("function"), Step::Key(user)];
            self.mistake(
                Diagnostic::mapping(
                    "mapping::missing-record",
                    mapping.document.key(&path),
                    format!("the mapping lacks the C struct for the record `{key}`"),
                    "uses it",
                )
                .help(format!(
                    "add `[record.\"{key}\"]`: with nothing in it, the fields are laid out as C \
                     lays them out, in the order of the WIT; or give each an `offset`"
                )),
            );
            return None;
        }
        let key = key.unwrap_or_default();
        let path = [Step::Key("record"), Step::Key(&key)];
        let fields = wit::fields(self.resolve, id);
        if let Some(spec) = spec {
            self.unknown_fields(&path, spec.fields.keys(), &fields)?;
        }
        let said = |name: &str| spec.and_then(|spec| spec.fields.get(name));
        let some = fields
            .iter()
            .any(|(name, _)| said(name).is_some_and(|field| field.offset.is_some()));
        let mut layout = CLayout {
            size: 0,
            align: 1,
            fields: Vec::new(),
        };
        let mut taken: Vec<(u32, u32, String)> = Vec::new();
        for (name, ty) in &fields {
            let field = said(name);
            let at = [path.as_slice(), &[Step::Key("fields"), Step::Key(name)]].concat();
            let (size, align) = self.member(user, &at, &key, name, ty, field)?;
            let mut place = |offset: Option<u32>, size: u32, align: u32| {
                let natural = layout.size.next_multiple_of(align);
                let offset = offset.unwrap_or(natural);
                layout.align = layout.align.max(align);
                layout.size = layout.size.max(offset.saturating_add(size));
                taken.push((offset, size, name.clone()));
                offset
            };
            let offset = field.and_then(|field| field.offset);
            let length = field.and_then(|field| field.length.as_ref());
            let partly = offset.is_none() || length.is_some_and(|length| length.offset.is_none());
            if some && partly {
                return self.no_offset(&path, &at, name);
            }
            let offset = place(offset, size, align);
            let length = length.map(|length| {
                let size = length.c_type.unwrap_or(CType::U32).size();
                place(length.offset, size, size)
            });
            layout.fields.push((offset, length));
            if layout.size > LARGEST {
                return self.too_large(&at, name, user);
            }
        }
        let end = layout.size;
        layout.size = layout.size.next_multiple_of(layout.align);
        if let Some(size) = spec.and_then(|spec| spec.size) {
            if size < end {
                let at = [path[0], path[1], Step::Key("size")];
                let what = format!("the fields take {end} bytes");
                let message = "`size` can't be the size of the struct";
                let span = mapping.document.value(&at);
                self.mistake(Diagnostic::mapping("mapping::record", span, message, what));
                return None;
            }
            layout.size = size;
        }
        self.no_overlap(&path, taken)?;
        Some(layout)
    }

    fn unknown_fields<'k>(
        &mut self,
        path: &[Step<'_>],
        keys: impl Iterator<Item = &'k String>,
        fields: &[(String, Type)],
    ) -> Option<()> {
        let mut complete = Some(());
        for key in keys {
            if fields.iter().all(|(name, _)| name != key) {
                let at = [path, &[Step::Key("fields"), Step::Key(key)]].concat();
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-field",
                        self.mapping.document.key(&at),
                        format!("the WIT record has no field `{key}`"),
                        "no such field",
                    )
                    .help(did_you_mean(
                        key,
                        "its fields",
                        fields.iter().map(|(name, _)| name.as_str()),
                    )),
                );
                complete = None;
            }
        }
        complete
    }

    fn too_large<T>(&mut self, at: &[Step<'_>], name: &str, user: &str) -> Option<T> {
        let there = self.mapping.document.key(at);
        let span = if there.is_empty() {
            let path = [Step::Key("function"), Step::Key(user)];
            self.mapping.document.key(&path)
        } else {
            there
        };
        self.mistake(Diagnostic::mapping(
            "mapping::record",
            span,
            format!("the field `{name}` ends beyond {LARGEST} bytes, the most that a struct takes"),
            "",
        ));
        None
    }

    fn no_offset<T>(&mut self, path: &[Step<'_>], at: &[Step<'_>], name: &str) -> Option<T> {
        let there = self.mapping.document.key(at);
        let span = if there.is_empty() {
            self.mapping.document.key(path)
        } else {
            there
        };
        self.mistake(
            Diagnostic::mapping(
                "mapping::record",
                span,
                format!("the field `{name}` has no offset, and another one has"),
                "",
            )
            .help("give each field and each `length` an `offset`, or none"),
        );
        None
    }

    fn no_overlap(&mut self, path: &[Step<'_>], mut taken: Vec<(u32, u32, String)>) -> Option<()> {
        taken.sort();
        let pairs = taken.iter().zip(taken.iter().skip(1));
        for ((offset, size, one), (next, _, other)) in pairs {
            if offset + size > *next {
                let at = [path, &[Step::Key("fields"), Step::Key(other)]].concat();
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::record",
                        self.mapping.document.value(&at),
                        format!("the fields `{one}` and `{other}` overlap"),
                        format!("`{one}` takes the bytes from {offset} to {}", offset + size),
                    )
                    .help(
                        "give each the offset that `offsetof` has in C, or none where C lays them \
                         out in the order of the WIT",
                    ),
                );
                return None;
            }
        }
        Some(())
    }

    /// The size and alignment in C of a member.
    fn member(
        &mut self,
        user: &str,
        at: &[Step<'_>],
        record: &str,
        name: &str,
        ty: &Type,
        field: Option<&Field>,
    ) -> Option<(u32, u32)> {
        let mut found = wit::classify(self.resolve, ty).ok()?;
        let inline = field.and_then(|field| field.inline);
        let length = field.is_some_and(|field| field.length.is_some());
        let optional = matches!(found, WitType::Option(_));
        if let WitType::Option(inner) = found
            && inline.is_none()
            && !length
            && wit::classify(self.resolve, &inner) == Ok(WitType::String)
        {
            found = WitType::String;
        }
        let sequence = matches!(found, WitType::String | WitType::List(_));
        match found {
            WitType::String if !length && let Some(size @ 1..=0x1_0000) = inline => Some((size, 1)),
            WitType::Scalar(scalar) if !length && inline.is_none() => {
                let c = field.and_then(|field| field.c_type);
                let c = c.unwrap_or_else(|| scalar.in_memory());
                self.fitting_type(at, scalar, c)?;
                Some((c.size(), c.size()))
            }
            _ if found.is_same_in_c() && length && inline.is_none() => Some((4, 4)),
            WitType::String if inline.is_none() => Some((4, 4)),
            WitType::Group(id) if !length && inline.is_none() => {
                let layout = self.c_layout(id, user)?;
                Some((layout.size, layout.align))
            }
            _ => {
                let path = [Step::Key("record"), Step::Key(record)];
                let there = self.mapping.document.key(at);
                let span = if there.is_empty() {
                    self.mapping.document.key(&path)
                } else {
                    there
                };
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::record",
                        span,
                        format!("the field `{name}` can't be a member of a C struct this way"),
                        "",
                    )
                    .help(if inline.is_some() {
                        "`inline` is the size of an array that holds a string, from 1 to 65536 \
                         bytes, without a `length` and without `option`"
                    } else if optional && length {
                        "an option is null in C, and a `length` can't say that: leave `length` \
                         out, for a C string that ends with a NUL"
                    } else if sequence {
                        "a list needs its length: `length = { offset = … }`"
                    } else {
                        "numbers, strings, lists of numbers with a `length`, records and tuples \
                         can be members; an option, if it is of a C string"
                    }),
                );
                None
            }
        }
    }
}
