//! Where the members of structs lie, by the C ABI of wasm32.

use super::super::ast::Node;
use super::super::syntax::read_type;
use super::{Collector, docs, keyword};
use crate::c::{Member, Members, Number, Record, Tag, Type};

/// Attributes that leave the layout alone.
const HARMLESS: [&str; 6] = [
    "AnnotateAttr",
    "DeprecatedAttr",
    "MayAliasAttr",
    "UnusedAttr",
    "VisibilityAttr",
    "WarnUnusedResultAttr",
];

/// What is known of a record so far.
struct Layout {
    tag: Tag,
    size: u32,
    align: u32,
    members: Vec<Member>,
}

impl Collector<'_> {
    pub(super) fn record(&mut self, name: &str, node: &Node) {
        let found = node.complete.then(|| self.lay_out(name, node));
        let known = self.library.records.entry(name.to_owned()).or_default();
        if known.docs.is_empty() {
            known.docs = docs(node);
        }
        let Some(found) = found else { return };
        *known = match found {
            Ok(layout) => {
                self.layouts
                    .insert(name.to_owned(), (layout.size, layout.align));
                Record {
                    size: Some(layout.size),
                    members: match layout.tag {
                        Tag::Struct => Members::Known(layout.members),
                        Tag::Union => Members::Unfit("it is a union".into()),
                    },
                    docs: docs(node),
                }
            }
            Err(reason) => Record {
                size: None,
                members: Members::Unfit(reason),
                docs: docs(node),
            },
        };
    }

    /// The layout, or why there is none.
    fn lay_out(&mut self, name: &str, node: &Node) -> Result<Layout, String> {
        let mut layout = Layout {
            tag: keyword(node),
            size: 0,
            align: 1,
            members: Vec::new(),
        };
        let mut unnamed = None;
        for inner in &node.inner {
            match inner.kind.as_str() {
                "FieldDecl" if inner.bit_field => return Err("it has bit fields".into()),
                "FieldDecl" => {
                    refuse_attributes(inner)?;
                    let own = format!("{name}_{}", inner.name);
                    let ty = self.member_type(&own, inner, unnamed.take());
                    let offset = self.place(&mut layout, &inner.name, &ty)?;
                    layout.members.push(Member {
                        name: inner.name.clone(),
                        ty,
                        offset,
                        docs: docs(inner),
                    });
                }
                // What is declared in a struct is known outside of it as well.
                "RecordDecl" if !inner.name.is_empty() => self.record(&inner.name, inner),
                "EnumDecl" if !inner.name.is_empty() => self.enumeration(&inner.name, inner),
                "RecordDecl" | "EnumDecl" => unnamed = Some(inner),
                _ => {}
            }
        }
        refuse_attributes(node)?;
        let size = layout.size.checked_next_multiple_of(layout.align);
        layout.size = size.ok_or_else(too_large)?;
        Ok(layout)
    }

    /// The type of a member; `unnamed` is the record or enum without a name that
    /// stands before it, which may be its type, and is called `name` then.
    fn member_type(&mut self, name: &str, node: &Node, unnamed: Option<&Node>) -> Type {
        let text = &node.ty;
        let nameless = text.contains("(unnamed") || text.contains("(anonymous");
        let Some(unnamed) = unnamed.filter(|_| nameless && !text.contains("(*")) else {
            return read_type(text, &self.typedefs);
        };
        let keyword = if unnamed.kind == "EnumDecl" {
            self.enumeration(name, unnamed);
            "enum"
        } else {
            self.record(name, unnamed);
            match keyword(unnamed) {
                Tag::Struct => "struct",
                Tag::Union => "union",
            }
        };
        // `struct (unnamed at a.h:1:2)[3]`
        let after = text.rsplit_once(')').map_or("", |(_, after)| after);
        read_type(&format!("{keyword} {name}{after}"), &self.typedefs)
    }

    /// Gives a member its place; the offset.
    fn place(&self, layout: &mut Layout, name: &str, ty: &Type) -> Result<u32, String> {
        let (size, align) = self.size_of(ty).ok_or_else(|| match ty.resolved().0 {
            Type::Array(_, None | Some(0)) => {
                format!("its member `{name}` is an array of no fixed length")
            }
            _ => format!("the size of its member `{name}` is not known"),
        })?;
        layout.align = layout.align.max(align);
        if layout.tag == Tag::Union {
            layout.size = layout.size.max(size);
            return Ok(0);
        }
        let offset = layout.size.checked_next_multiple_of(align);
        let offset = offset.ok_or_else(too_large)?;
        layout.size = offset.checked_add(size).ok_or_else(too_large)?;
        Ok(offset)
    }

    fn size_of(&self, ty: &Type) -> Option<(u32, u32)> {
        match ty.resolved().0 {
            Type::Number(_, number) => {
                let size = match number {
                    Number::Bool | Number::Char => 1,
                    Number::Signed(size) | Number::Unsigned(size) | Number::Float(size) => *size,
                };
                Some((size, size))
            }
            Type::Enum(name) if self.library.odd_enums.contains(name) => None,
            Type::Pointer(_) | Type::Enum(_) => Some((4, 4)),
            Type::Array(of, Some(length @ 1..)) => {
                let (size, align) = self.size_of(of)?;
                Some((size.checked_mul(*length)?, align))
            }
            Type::Record(_, name) => self.layouts.get(name).copied(),
            _ => None,
        }
    }
}

fn too_large() -> String {
    "it is too large".into()
}

fn refuse_attributes(node: &Node) -> Result<(), String> {
    let harmful = |node: &&Node| node.kind.ends_with("Attr") && !HARMLESS.contains(&&*node.kind);
    match node.inner.iter().find(harmful) {
        Some(_) => Err("an attribute changes where its members lie".into()),
        None => Ok(()),
    }
}
