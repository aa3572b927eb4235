//! What a field of a record is.

use std::collections::BTreeMap;

use super::super::names::spelled;
use super::super::shape::{self, Elements, Shape, shape};
use super::{Structs, length_type, look_at};
use crate::c::{Library, Member, Number, Tag, Type};

/// The largest array that is drafted, as a tuple.
const LARGEST_ARRAY: u32 = 16;

/// The largest array of `char` that is drafted, as a string.
const LARGEST_TEXT: u32 = 1 << 16;

/// What a field is.
#[derive(Clone, Debug)]
pub(in crate::draft) enum Kind {
    /// A number, by its WIT type.
    Number(&'static str),
    /// By its C name.
    Enum(String),
    /// By its C name.
    Struct(String),
    Array(Box<Kind>, u32),
    /// An array of `char` of this size, with a C string in it.
    Inline(u32),
    /// A pointer to a C string.
    Text,
    /// A pointer to numbers of this WIT type; the offset and the type of their
    /// number.
    List(&'static str, u32, &'static str),
}

/// What a member is, or what keeps it out of a WIT record.
pub(super) fn kind(
    ty: &Type,
    length: Option<&Member>,
    types: &Library,
    found: &mut Structs,
) -> Result<Kind, String> {
    if let Type::Array(of, count) = ty.resolved().0 {
        return match count {
            // One alone has no room for more than the end of a string.
            Some(count @ 2..=LARGEST_TEXT) if is_text(of) => Ok(Kind::Inline(*count)),
            Some(count @ 1..=LARGEST_ARRAY) => match kind(of, None, types, found)? {
                Kind::Inline(_) => Err("an array of arrays of `char`".into()),
                of if of.points() => Err("an array of pointers".into()),
                of if of.is_packed(found) => Err("an array of packed structs".into()),
                of => Ok(Kind::Array(Box::new(of), *count)),
            },
            Some(count) => Err(format!(
                "an array of {count} elements, and at most {LARGEST_ARRAY} are drafted"
            )),
            None => Err("an array of no fixed length".into()),
        };
    }
    match (ty.resolved().0, shape(ty)) {
        (Type::Record(Tag::Union, _), _) => Err("a union".into()),
        (Type::Record(Tag::Struct, name), _) => {
            look_at(name, types, found);
            match &found[name] {
                Ok(_) => Ok(Kind::Struct(name.clone())),
                Err(reason) => Err(format!(
                    "`struct {name}`, which can't be a record: {reason}"
                )),
            }
        }
        (_, Shape::Number(wit)) => Ok(Kind::Number(wit)),
        (_, Shape::Enum(name)) if types.odd_enums.contains(&name) => {
            Err("an enum that is not as large as an `int`".into())
        }
        // A status has its success among its values.
        (_, Shape::Enum(name)) if types.enums.get(&name).is_some_and(shape::is_status) => {
            Ok(Kind::Number("s32"))
        }
        (_, Shape::Enum(name)) => Ok(Kind::Enum(name)),
        (_, Shape::Elements(of)) => elements(of, length),
        (_, Shape::Record(name)) => Err(format!("a pointer to `{name}`")),
        (_, Shape::Handed(_) | Shape::HandedRecord(_)) => Err("a pointer to a pointer".into()),
        (_, Shape::Void) => Err("of a type that can't be read".into()),
        // `` `int *const *` is … ``: the type is in the way.
        (_, Shape::Unfit(why)) => Err(match why.split_once("` is ") {
            Some((_, what)) => what.to_owned(),
            None => why,
        }),
    }
}

/// Whether an array of these holds text rather than small numbers.
fn is_text(of: &Type) -> bool {
    matches!(of.resolved().0, Type::Number(_, Number::Char))
}

fn elements(of: Elements, length: Option<&Member>) -> Result<Kind, String> {
    match length.and_then(|length| Some((length.offset, length_type(&length.ty)?))) {
        Some((offset, ty)) => Ok(Kind::List(of.wit, offset, ty)),
        None if of.text => Ok(Kind::Text),
        None => Err("a pointer, and no length was found that belongs to it".into()),
    }
}

impl Kind {
    pub(super) fn leaves(&self, found: &Structs) -> u32 {
        match self {
            Kind::Struct(name) => match &found[name] {
                Ok(found) => found.leaves,
                Err(_) => 0,
            },
            Kind::Array(of, count) => of.leaves(found).saturating_mul(*count),
            _ => 1,
        }
    }

    /// The size and alignment in C of the member itself.
    pub(super) fn size(&self, found: &Structs) -> (u32, u32) {
        match self {
            Kind::Number(wit) => {
                let size = match *wit {
                    "bool" | "u8" | "s8" => 1,
                    "u16" | "s16" => 2,
                    "u64" | "s64" | "f64" => 8,
                    _ => 4,
                };
                (size, size)
            }
            Kind::Struct(name) => match &found[name] {
                Ok(found) => (found.size, found.align),
                Err(_) => (0, 1),
            },
            Kind::Array(of, count) => {
                let (size, align) = of.size(found);
                (size.saturating_mul(*count), align)
            }
            Kind::Inline(size) => (*size, 1),
            Kind::Enum(_) | Kind::Text | Kind::List(..) => (4, 4),
        }
    }

    /// Whether the second one of two would not be aligned.
    fn is_packed(&self, found: &Structs) -> bool {
        let (size, align) = self.size(found);
        !size.is_multiple_of(align)
    }

    /// The struct or enum that it is made of.
    pub(super) fn named(&self) -> Option<(&String, bool)> {
        match self {
            Kind::Struct(name) => Some((name, true)),
            Kind::Enum(name) => Some((name, false)),
            Kind::Array(of, _) => of.named(),
            _ => None,
        }
    }

    /// Whether it points to something, so that it matters who owns that.
    pub(super) fn points(&self) -> bool {
        match self {
            Kind::Text | Kind::List(..) => true,
            Kind::Array(of, _) => of.points(),
            _ => false,
        }
    }

    /// The WIT type; `records` and `enums` are the WIT names by the C names.
    pub(in crate::draft) fn wit(
        &self,
        records: &BTreeMap<String, String>,
        enums: &BTreeMap<String, String>,
    ) -> String {
        match self {
            Kind::Number(wit) => (*wit).to_owned(),
            Kind::Enum(name) => enums.get(name).map_or("s32".into(), |wit| spelled(wit)),
            Kind::Struct(name) => spelled(&records[name]),
            Kind::Array(of, count) => {
                let one = of.wit(records, enums);
                let all = vec![one; *count as usize];
                format!("tuple<{}>", all.join(", "))
            }
            Kind::Text | Kind::Inline(_) => "string".into(),
            Kind::List(wit, ..) => format!("list<{wit}>"),
        }
    }

    /// What a mapping says of it.
    pub(in crate::draft) fn fields(&self, offset: u32) -> String {
        match self {
            Kind::Text => format!("offset = {offset}, nul = \"trap\""),
            Kind::Inline(size) => {
                format!("offset = {offset}, inline = {size}, nul = \"trap\", too-long = \"trap\"")
            }
            Kind::List(_, length, ty) => {
                format!("offset = {offset}, length = {{ offset = {length}, type = \"{ty}\" }}")
            }
            _ => format!("offset = {offset}"),
        }
    }
}
