//! C structs: how C lays them out, from WIT values to their bytes and back.
//!
//! The layout is worked out here a second time, from the mapping, so that a
//! mistake in the one that the shim is made by shows.

use std::collections::BTreeMap;

use wasmtime::component::Val;

use super::call::{Call, Early, trap};
use super::numbers::{self, Number, natural, width};
use super::strings;
use crate::comparison::types::Ty;
use crate::mapping::{CType, Field, Record};

/// How C lays out a struct.
pub(super) struct Layout {
    pub(super) size: u32,
    align: u32,
    members: Vec<Member>,
}

/// Where a member is, and where and what its length is, if it has one.
struct Member {
    offset: u32,
    length: Option<(u32, CType)>,
}

/// The struct for a record or a tuple.
pub(super) fn layout(records: &BTreeMap<String, Record>, ty: &Ty) -> Layout {
    let said = match ty {
        Ty::Record { key, .. } => records.get(key),
        _ => None,
    };
    let mut found = Layout {
        size: 0,
        align: 1,
        members: Vec::new(),
    };
    for (name, ty) in ty.fields() {
        let field = said.and_then(|said| said.fields.get(&name));
        let (size, align) = if let Some(size) = field.and_then(|field| field.inline) {
            (size, 1)
        } else if ty.is_group() {
            let inner = layout(records, ty);
            (inner.size, inner.align)
        } else {
            let size = match ty.plain() {
                Ty::String | Ty::List(_) => 4,
                number => width(c_type(field, number)),
            };
            (size, size)
        };
        let offset = found.place(field.and_then(|field| field.offset), size, align);
        let length = field.and_then(|field| field.length.as_ref());
        let length = length.map(|length| {
            let c = length.c_type.unwrap_or(CType::U32);
            (found.place(length.offset, width(c), width(c)), c)
        });
        found.members.push(Member { offset, length });
    }
    let rounded = found.size.next_multiple_of(found.align);
    found.size = said.and_then(|said| said.size).unwrap_or(rounded);
    found
}

impl Layout {
    /// The place of the next member, unless it is said.
    fn place(&mut self, offset: Option<u32>, size: u32, align: u32) -> u32 {
        let offset = offset.unwrap_or(self.size.next_multiple_of(align));
        self.align = self.align.max(align);
        self.size = self.size.max(offset + size);
        offset
    }
}

fn c_type(field: Option<&Field>, ty: &Ty) -> CType {
    let said = field.and_then(|field| field.c_type);
    said.unwrap_or_else(|| natural(ty))
}

impl<'s> Call<'_, 's> {
    pub(super) fn layout(&self, ty: &Ty) -> Layout {
        layout(&self.raw.mapping.root.record, ty)
    }

    /// What the mapping says of the fields of a record.
    fn said(&self, ty: &Ty, name: &str) -> Option<&'s Field> {
        let Ty::Record { key, .. } = ty else {
            return None;
        };
        self.raw.mapping.root.record.get(key)?.fields.get(name)
    }

    /// The bytes of a struct. What it points to gets room of its own.
    pub(super) fn lower(&mut self, ty: &Ty, value: &Val) -> Result<Vec<u8>, Early> {
        let layout = self.layout(ty);
        let mut bytes = vec![0; layout.size as usize];
        let values: Vec<&Val> = match value {
            Val::Record(fields) => fields.iter().map(|(_, value)| value).collect(),
            Val::Tuple(values) => values.iter().collect(),
            other => return Err(trap(format!("{other:?} is no record"))),
        };
        let fields = ty.fields().into_iter().zip(&layout.members);
        for (((name, field_ty), member), value) in fields.zip(values) {
            let field = self.said(ty, &name);
            let mut put = |offset: u32, part: &[u8]| {
                let start = offset as usize;
                bytes[start..start + part.len()].copy_from_slice(part);
            };
            if field_ty.is_group() {
                put(member.offset, &self.lower(field_ty, value)?);
                continue;
            }
            if let (Some(field), Val::String(text)) = (field, value)
                && field.inline.is_some()
            {
                put(member.offset, &strings::for_field(field, text)?);
                continue;
            }
            let (pointer, count) = match (field_ty.plain(), some(value), member.length) {
                (_, None, _) => (0, 0),
                (Ty::String | Ty::List(_), Some(value), Some(_)) => {
                    let elements = self.elements_of(field_ty.plain(), None, value)?;
                    (self.filled(&elements)?, count(value)?)
                }
                (Ty::String, Some(Val::String(text)), None) => {
                    let default = Field::default();
                    let field = field.unwrap_or(&default);
                    let text = strings::for_field(field, text)?;
                    (self.filled(&text)?, 0)
                }
                (number, Some(value), _) => {
                    let c = c_type(field, number);
                    let number = numbers::of(number, value)?;
                    put(member.offset, &numbers::to_bytes(number, c)?);
                    continue;
                }
            };
            put(member.offset, &pointer.to_le_bytes());
            if let Some((offset, c)) = member.length {
                let count = Number::Integer(i128::from(count));
                put(offset, &numbers::to_bytes(count, c)?);
            }
        }
        Ok(bytes)
    }

    /// The WIT value of the struct at `pointer`.
    pub(super) fn lift_struct(&self, ty: &Ty, pointer: u32) -> Result<Val, Early> {
        let layout = self.layout(ty);
        let bytes = self.raw.read(pointer, u64::from(layout.size))?;
        let mut values = Vec::new();
        for ((name, field_ty), member) in ty.fields().into_iter().zip(&layout.members) {
            let field = self.said(ty, &name);
            let number = |offset: u32, c: CType| {
                let start = offset as usize;
                numbers::from_bytes(&bytes[start..start + width(c) as usize], c)
            };
            if let Some(field) = field
                && let Some(size) = field.inline
            {
                let start = member.offset as usize;
                let text = strings::before_nul(&bytes[start..start + size as usize]);
                let text = strings::decoded(text, field.encoding)?;
                values.push((name, Val::String(text)));
                continue;
            }
            let value = match field_ty.plain() {
                group if group.is_group() => self.lift_struct(group, pointer + member.offset)?,
                sequence @ (Ty::String | Ty::List(_)) => {
                    let at = match number(member.offset, CType::U32) {
                        Number::Integer(at) => u32::try_from(at).unwrap_or_default(),
                        _ => 0,
                    };
                    let length = match member.length {
                        None => None,
                        Some((offset, c)) => Some(match number(offset, c) {
                            Number::Integer(length) => u32::try_from(length).map_err(|_| {
                                trap("the module returned a number out of the WIT type's range")
                            })?,
                            _ => 0,
                        }),
                    };
                    let optional = matches!(field_ty, Ty::Option(_));
                    if at == 0 && optional {
                        values.push((name, Val::Option(None)));
                        continue;
                    }
                    if at == 0 && length != Some(0) {
                        return Err(trap("the module returned a null pointer"));
                    }
                    let encoding = field.map(|field| field.encoding).unwrap_or_default();
                    let found = match length {
                        Some(length) => self.lift(sequence, None, (at, length))?,
                        None => Val::String(self.c_string(at, encoding)?),
                    };
                    if optional {
                        Val::Option(Some(Box::new(found)))
                    } else {
                        found
                    }
                }
                scalar => numbers::value(scalar, number(member.offset, c_type(field, scalar)))?,
            };
            values.push((name, value));
        }
        Ok(match ty {
            Ty::Tuple(_) => Val::Tuple(values.into_iter().map(|(_, value)| value).collect()),
            _ => Val::Record(values),
        })
    }
}

/// What is in an option; another value is there by itself.
pub(super) fn some(value: &Val) -> Option<&Val> {
    match value {
        Val::Option(inner) => inner.as_deref(),
        other => Some(other),
    }
}

/// The number of the elements of a list, or of the bytes of a string.
pub(super) fn count(value: &Val) -> Result<u32, Early> {
    let count = match value {
        Val::String(text) => text.len(),
        Val::List(list) => list.len(),
        other => return Err(trap(format!("{other:?} has no length"))),
    };
    u32::try_from(count).map_err(|_| trap("an input is too large"))
}
