//! What the debugging information knows of structs: their members and where they
//! lie.

use std::collections::BTreeSet;

use gimli::{UnitOffset, constants};

use super::{Entry, Reader, size};
use crate::c::{DEPTH, Library, Member, Members, Tag, Type};

impl<'a> Reader<'_, 'a> {
    /// A record that something mentions. What is in it is read later, because it
    /// may mention itself.
    pub(super) fn record(
        &self,
        entry: &Entry<'a>,
        tag: Tag,
        name: String,
        library: &mut Library,
    ) -> Type {
        let known = library.records.entry(name.clone()).or_default();
        known.size = known.size.or_else(|| size(entry));
        let declared = entry.attr_value(constants::DW_AT_declaration).is_some();
        if known.members == Members::Unknown && !declared {
            if tag == Tag::Union {
                known.members = Members::Unfit("it is a union".into());
            } else {
                self.records
                    .borrow_mut()
                    .push((name.clone(), entry.offset()));
            }
        }
        Type::Record(tag, name)
    }

    /// Reads what is in the records that were mentioned.
    pub(super) fn members(&self, library: &mut Library) {
        let mut read = BTreeSet::new();
        loop {
            let next = self.records.borrow_mut().pop();
            let Some((name, offset)) = next else { return };
            let known = library.records.get(&name).map(|known| &known.members);
            if known != Some(&Members::Unknown) || !read.insert(offset.0) {
                continue;
            }
            let members = match self.members_at(offset, &name, library) {
                Ok(Ok(members)) => Members::Known(members),
                Ok(Err(reason)) => Members::Unfit(reason),
                Err(_) => continue,
            };
            library.records.entry(name).or_default().members = members;
        }
    }

    /// The members, or why nobody can say where they lie.
    fn members_at(
        &self,
        offset: UnitOffset,
        record: &str,
        library: &mut Library,
    ) -> gimli::Result<Result<Vec<Member>, String>> {
        let mut tree = self.unit.entries_tree(Some(offset))?;
        let mut children = tree.root()?.children();
        let mut members = Vec::new();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            match entry.tag() {
                constants::DW_TAG_member => {}
                constants::DW_TAG_variant_part => return Ok(Err("it has variants".into())),
                constants::DW_TAG_inheritance => return Ok(Err("it inherits".into())),
                // Types and functions that are declared in it.
                _ => continue,
            }
            if entry.attr_value(constants::DW_AT_external).is_some() {
                continue;
            }
            let bits = [
                constants::DW_AT_bit_size,
                constants::DW_AT_bit_offset,
                constants::DW_AT_data_bit_offset,
            ];
            if bits.iter().any(|bit| entry.attr_value(*bit).is_some()) {
                return Ok(Err("it has bit fields".into()));
            }
            let name = self.name(entry).unwrap_or_default();
            let offset = entry
                .attr_value(constants::DW_AT_data_member_location)
                .and_then(|location| u32::try_from(location.udata_value()?).ok());
            let Some(offset) = offset else {
                return Ok(Err(format!("nothing says where its member `{name}` lies")));
            };
            members.push(Member {
                ty: self.member_type(entry, &format!("{record}_{name}"), library),
                name,
                offset,
                docs: String::new(),
            });
        }
        Ok(Ok(members))
    }

    /// The type of a member; a struct without a name is called `name`.
    fn member_type(&self, entry: &Entry<'a>, name: &str, library: &mut Library) -> Type {
        match entry.attr_value(constants::DW_AT_type) {
            Some(gimli::AttributeValue::UnitRef(offset)) => self
                .type_at(offset, Some(name), library, DEPTH)
                .unwrap_or_else(super::unknown),
            _ => super::unknown(),
        }
    }

    /// The number of elements in each dimension of an array.
    pub(super) fn counts(&self, offset: UnitOffset) -> gimli::Result<Vec<Option<u32>>> {
        let mut tree = self.unit.entries_tree(Some(offset))?;
        let mut children = tree.root()?.children();
        let mut counts = Vec::new();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            if entry.tag() != constants::DW_TAG_subrange_type {
                continue;
            }
            let number = |name| entry.attr_value(name)?.udata_value();
            let count = number(constants::DW_AT_count).or_else(|| {
                number(constants::DW_AT_upper_bound).and_then(|last| last.checked_add(1))
            });
            counts.push(count.and_then(|count| u32::try_from(count).ok()));
        }
        Ok(counts)
    }
}
