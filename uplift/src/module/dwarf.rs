//! What the debugging information knows of C signatures.
//!
//! It knows the types as the source spells them, and the names of parameters. It
//! never knows which length belongs to which pointer, who owns what, or whether
//! a pointer may be null.

mod record;

use std::cell::RefCell;
use std::collections::BTreeMap;

use gimli::{
    AttributeValue, DwarfSections, EndianSlice, LittleEndian, Unit, UnitOffset, constants,
};

use crate::c::{Constant, DEPTH, Declaration, Library, Number, Tag, Type};

type Slice<'a> = EndianSlice<'a, LittleEndian>;
type Dwarf<'a> = gimli::Dwarf<Slice<'a>>;
type Entry<'a> = gimli::DebuggingInformationEntry<Slice<'a>>;

/// The functions that are defined, the first one where several have a name, and
/// the types that their signatures mention. What can't be read is left out.
pub(super) fn library<'a>(section: impl Fn(&str) -> Option<&'a [u8]>) -> Library {
    let mut library = Library::default();
    let Ok(sections) =
        DwarfSections::load(|id| Ok::<_, gimli::Error>(section(id.name()).unwrap_or_default()))
    else {
        return library;
    };
    let dwarf: Dwarf<'_> = sections.borrow(|bytes| EndianSlice::new(bytes, LittleEndian));
    let mut headers = dwarf.units();
    while let Ok(Some(header)) = headers.next() {
        let Ok(unit) = dwarf.unit(header) else {
            continue;
        };
        let reader = Reader {
            dwarf: &dwarf,
            unit: &unit,
            records: RefCell::default(),
        };
        // A damaged unit says no more than it did so far.
        let _ = reader.functions(&mut library);
        reader.members(&mut library);
    }
    library
}

struct Reader<'r, 'a> {
    dwarf: &'r Dwarf<'a>,
    unit: &'r Unit<Slice<'a>>,
    /// The records that were mentioned, and where what is in them is said.
    records: RefCell<Vec<(String, UnitOffset)>>,
}

impl<'a> Reader<'_, 'a> {
    fn functions(&self, library: &mut Library) -> gimli::Result<()> {
        let mut entries = self.unit.entries();
        while let Some(entry) = entries.next_dfs()? {
            if entry.tag() != constants::DW_TAG_subprogram
                || entry.attr_value(constants::DW_AT_low_pc).is_none()
            {
                continue;
            }
            // Of a function that was inlined elsewhere, too, the entry with the
            // address has nothing but a reference to the one that declares it.
            let declared = match entry.attr_value(constants::DW_AT_abstract_origin) {
                Some(AttributeValue::UnitRef(origin)) => origin,
                _ => entry.offset(),
            };
            if let Some((name, declaration)) = self.declaration(declared, library)? {
                library.functions.entry(name).or_insert(declaration);
            }
        }
        Ok(())
    }

    /// The function that the entry at `offset` declares, if it has a name.
    fn declaration(
        &self,
        offset: UnitOffset,
        library: &mut Library,
    ) -> gimli::Result<Option<(String, Declaration)>> {
        let mut tree = self.unit.entries_tree(Some(offset))?;
        let root = tree.root()?;
        let Some(name) = self.name(root.entry()) else {
            return Ok(None);
        };
        let mut declaration = Declaration {
            result: self.type_of(root.entry(), library, DEPTH),
            parameters: Vec::new(),
            variadic: false,
            docs: String::new(),
            ways: BTreeMap::new(),
            line: None,
        };
        let mut children = root.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            match entry.tag() {
                constants::DW_TAG_formal_parameter => {
                    let name = self.name(entry).unwrap_or_default();
                    let ty = self.type_of(entry, library, DEPTH);
                    declaration.parameters.push((name, ty));
                }
                constants::DW_TAG_unspecified_parameters => declaration.variadic = true,
                _ => {}
            }
        }
        Ok(Some((name, declaration)))
    }

    /// The name that the linker knows, else the one in the source.
    fn name(&self, entry: &Entry<'a>) -> Option<String> {
        let value = entry
            .attr_value(constants::DW_AT_linkage_name)
            .or_else(|| entry.attr_value(constants::DW_AT_name))?;
        let text = self.dwarf.attr_string(self.unit, value).ok()?;
        Some(text.to_string_lossy().into_owned())
    }

    /// The type that an entry refers to.
    fn type_of(&self, entry: &Entry<'a>, library: &mut Library, depth: usize) -> Type {
        match entry.attr_value(constants::DW_AT_type) {
            None => Type::Void,
            Some(AttributeValue::UnitRef(offset)) if depth > 0 => self
                .type_at(offset, None, library, depth - 1)
                .unwrap_or_else(unknown),
            Some(_) => unknown(),
        }
    }

    /// The type at `offset`; `typedef` is the name that it was reached by.
    fn type_at(
        &self,
        offset: UnitOffset,
        typedef: Option<&str>,
        library: &mut Library,
        depth: usize,
    ) -> Option<Type> {
        let entry = self.unit.entry(offset).ok()?;
        let name = self.name(&entry);
        // What a typedef names has no name of its own, often.
        let tag = || name.clone().or_else(|| typedef.map(str::to_owned));
        Some(match entry.tag() {
            constants::DW_TAG_pointer_type | constants::DW_TAG_reference_type => {
                let to = self.type_of(&entry, library, depth);
                // Rust has no type for it.
                let constant = name.is_some_and(|name| name.starts_with("*const "));
                Type::pointer(if constant { Type::constant(to) } else { to })
            }
            constants::DW_TAG_const_type => Type::constant(self.type_of(&entry, library, depth)),
            constants::DW_TAG_volatile_type | constants::DW_TAG_restrict_type => {
                self.type_of(&entry, library, depth)
            }
            constants::DW_TAG_typedef => {
                let name = name?;
                let of = match entry.attr_value(constants::DW_AT_type) {
                    Some(AttributeValue::UnitRef(offset)) if depth > 0 => self
                        .type_at(offset, Some(&name), library, depth - 1)
                        .unwrap_or_else(unknown),
                    Some(_) => unknown(),
                    None => Type::Void,
                };
                Type::Named(name, Box::new(of))
            }
            constants::DW_TAG_base_type => number(&entry, name?),
            constants::DW_TAG_array_type => {
                let of = self.type_of(&entry, library, depth);
                let mut counts = self.counts(offset).unwrap_or_default();
                if counts.is_empty() {
                    counts.push(None);
                }
                let array = |of, count| Type::Array(Box::new(of), count);
                // More dimensions than anybody writes: a damaged unit.
                counts.into_iter().take(DEPTH).rev().fold(of, array)
            }
            constants::DW_TAG_structure_type => self.record(&entry, Tag::Struct, tag()?, library),
            constants::DW_TAG_union_type => self.record(&entry, Tag::Union, tag()?, library),
            constants::DW_TAG_enumeration_type => {
                let name = tag()?;
                if size(&entry) != Some(4) {
                    library.odd_enums.insert(name.clone());
                }
                let constants = self.constants(offset).unwrap_or_default();
                let known = library.enums.entry(name.clone()).or_default();
                if known.constants.is_empty() {
                    known.constants = constants;
                }
                Type::Enum(name)
            }
            constants::DW_TAG_subroutine_type => Type::Function,
            _ => Type::Unknown(name?),
        })
    }

    fn constants(&self, offset: UnitOffset) -> gimli::Result<Vec<Constant>> {
        let mut tree = self.unit.entries_tree(Some(offset))?;
        let mut children = tree.root()?.children();
        let mut found = Vec::new();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            let value = entry.attr_value(constants::DW_AT_const_value);
            let value = value.and_then(|value| {
                value
                    .sdata_value()
                    .or_else(|| i64::try_from(value.udata_value()?).ok())
            });
            if let (Some(name), Some(value)) = (self.name(entry), value) {
                found.push(Constant {
                    name,
                    value,
                    docs: String::new(),
                });
            }
        }
        Ok(found)
    }
}

fn unknown() -> Type {
    Type::Unknown("?".into())
}

fn size(entry: &Entry<'_>) -> Option<u32> {
    let size = entry
        .attr_value(constants::DW_AT_byte_size)?
        .udata_value()?;
    u32::try_from(size).ok()
}

fn number(entry: &Entry<'_>, name: String) -> Type {
    let encoding = entry.attr_value(constants::DW_AT_encoding);
    let (Some(AttributeValue::Encoding(encoding)), Some(size)) = (encoding, size(entry)) else {
        return Type::Unknown(name);
    };
    let kind = match encoding {
        constants::DW_ATE_boolean => Number::Bool,
        _ if name == "char" => Number::Char,
        constants::DW_ATE_signed | constants::DW_ATE_signed_char => Number::Signed(size),
        constants::DW_ATE_unsigned | constants::DW_ATE_unsigned_char => Number::Unsigned(size),
        constants::DW_ATE_float => Number::Float(size),
        _ => return Type::Unknown(name),
    };
    Type::Number(name, kind)
}
