//! What the debugging information knows of C signatures.
//!
//! It knows the types as the source spells them, and the names of parameters. It
//! never knows which length belongs to which pointer, who owns what, or whether
//! a pointer may be null.

use std::collections::BTreeMap;

use gimli::{
    AttributeValue, DwarfSections, EndianSlice, LittleEndian, Unit, UnitOffset, constants,
};

type Slice<'a> = EndianSlice<'a, LittleEndian>;
type Dwarf<'a> = gimli::Dwarf<Slice<'a>>;

/// Types that refer to types: deeper than any that a person writes.
const DEPTH: usize = 16;

/// A C function as its source declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) result: String,
    pub(super) parameters: Vec<Parameter>,
    /// Whether there is a `...` after the parameters.
    pub(super) variadic: bool,
}

/// A parameter as its source declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) ty: String,
    pub(super) name: String,
    /// Whether it points to a function.
    pub(super) callback: bool,
}

/// The signatures of the functions that are defined, by their names; the first
/// one where there are several. What can't be read is left out.
pub(super) fn signatures<'a>(
    section: impl Fn(&str) -> Option<&'a [u8]>,
) -> BTreeMap<String, Signature> {
    let mut found = BTreeMap::new();
    let Ok(sections) =
        DwarfSections::load(|id| Ok::<_, gimli::Error>(section(id.name()).unwrap_or_default()))
    else {
        return found;
    };
    let dwarf: Dwarf<'_> = sections.borrow(|bytes| EndianSlice::new(bytes, LittleEndian));
    let mut headers = dwarf.units();
    while let Ok(Some(header)) = headers.next() {
        let Ok(unit) = dwarf.unit(header) else {
            continue;
        };
        // A damaged unit says no more than it did so far.
        let _ = read_unit(&dwarf, &unit, &mut found);
    }
    found
}

fn read_unit(
    dwarf: &Dwarf<'_>,
    unit: &Unit<Slice<'_>>,
    found: &mut BTreeMap<String, Signature>,
) -> gimli::Result<()> {
    let mut entries = unit.entries();
    // The function whose parameters are being read, and its depth.
    let mut current: Option<(String, Signature, isize)> = None;
    while let Some(entry) = entries.next_dfs()? {
        let depth = entry.depth();
        if let Some((name, signature, at)) = current.take() {
            if depth > at {
                current = Some((name, signature, at));
            } else {
                found.entry(name).or_insert(signature);
            }
        }
        match entry.tag() {
            constants::DW_TAG_subprogram if entry.attr_value(constants::DW_AT_low_pc).is_some() => {
                if let Some(name) = name(dwarf, unit, entry) {
                    let signature = Signature {
                        result: type_name(dwarf, unit, entry, DEPTH),
                        parameters: Vec::new(),
                        variadic: false,
                    };
                    current = Some((name, signature, depth));
                }
            }
            constants::DW_TAG_formal_parameter => {
                if let Some((_, signature, at)) = &mut current
                    && depth == *at + 1
                {
                    signature.parameters.push(Parameter {
                        ty: type_name(dwarf, unit, entry, DEPTH),
                        name: name(dwarf, unit, entry).unwrap_or_default(),
                        callback: is_callback(unit, entry).unwrap_or(false),
                    });
                }
            }
            constants::DW_TAG_unspecified_parameters => {
                if let Some((_, signature, at)) = &mut current
                    && depth == *at + 1
                {
                    signature.variadic = true;
                }
            }
            _ => {}
        }
    }
    if let Some((name, signature, _)) = current {
        found.entry(name).or_insert(signature);
    }
    Ok(())
}

/// Whether the type of an entry is a pointer to a function, under whatever name.
fn is_callback(unit: &Unit<Slice<'_>>, entry: &Entry<'_>) -> Option<bool> {
    let mut pointed = false;
    let mut next = entry.attr_value(constants::DW_AT_type)?;
    for _ in 0..DEPTH {
        let AttributeValue::UnitRef(offset) = next else {
            return None;
        };
        let entry = unit.entry(offset).ok()?;
        match entry.tag() {
            constants::DW_TAG_subroutine_type => return Some(pointed),
            constants::DW_TAG_pointer_type if pointed => return Some(false),
            constants::DW_TAG_pointer_type => pointed = true,
            constants::DW_TAG_typedef
            | constants::DW_TAG_const_type
            | constants::DW_TAG_volatile_type
            | constants::DW_TAG_restrict_type => {}
            _ => return Some(false),
        }
        next = entry.attr_value(constants::DW_AT_type)?;
    }
    None
}

type Entry<'a> = gimli::DebuggingInformationEntry<Slice<'a>>;

/// The name that the linker knows, else the one in the source.
fn name(dwarf: &Dwarf<'_>, unit: &Unit<Slice<'_>>, entry: &Entry<'_>) -> Option<String> {
    let value = entry
        .attr_value(constants::DW_AT_linkage_name)
        .or_else(|| entry.attr_value(constants::DW_AT_name))?;
    let text = dwarf.attr_string(unit, value).ok()?;
    Some(text.to_string_lossy().into_owned())
}

/// The type of an entry as C spells it.
fn type_name(dwarf: &Dwarf<'_>, unit: &Unit<Slice<'_>>, entry: &Entry<'_>, depth: usize) -> String {
    match entry.attr_value(constants::DW_AT_type) {
        None => "void".into(),
        Some(AttributeValue::UnitRef(offset)) if depth > 0 => {
            spelled(dwarf, unit, offset, depth - 1).unwrap_or_else(|| "?".into())
        }
        Some(_) => "?".into(),
    }
}

fn spelled(
    dwarf: &Dwarf<'_>,
    unit: &Unit<Slice<'_>>,
    offset: UnitOffset,
    depth: usize,
) -> Option<String> {
    let entry = unit.entry(offset).ok()?;
    let inner = |entry| type_name(dwarf, unit, entry, depth);
    let named = |prefix: &str| name(dwarf, unit, &entry).map(|name| format!("{prefix}{name}"));
    match entry.tag() {
        constants::DW_TAG_pointer_type | constants::DW_TAG_reference_type => {
            let target = inner(&entry);
            let space = if target.ends_with('*') { "" } else { " " };
            Some(format!("{target}{space}*"))
        }
        constants::DW_TAG_const_type => Some(format!("const {}", inner(&entry))),
        constants::DW_TAG_volatile_type | constants::DW_TAG_restrict_type => Some(inner(&entry)),
        constants::DW_TAG_structure_type => named("struct "),
        constants::DW_TAG_union_type => named("union "),
        constants::DW_TAG_enumeration_type => named("enum "),
        constants::DW_TAG_subroutine_type => Some("(a function)".into()),
        _ => named(""),
    }
}
