//! The part of clang's syntax tree, as JSON, that declarations are read from.
//!
//! A header that includes others makes a large tree. Each top-level node is read,
//! handed over and dropped, and what lies in function bodies is skipped.

use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A node of the tree.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) kind: String,
    pub(super) name: String,
    /// The type as it is spelled.
    pub(super) ty: String,
    pub(super) location: Location,
    pub(super) range: Range,
    pub(super) variadic: bool,
    pub(super) complete: bool,
    pub(super) bit_field: bool,
    /// The type of an enum's constants, where it is declared.
    pub(super) underlying: String,
    /// `struct` or `union`.
    pub(super) tag: String,
    pub(super) value: String,
    /// In a comment.
    pub(super) text: String,
    pub(super) param: String,
    /// Which way a parameter goes, where a comment says it: `in`, `out`, `in,out`.
    pub(super) direction: String,
    pub(super) explicit: Option<bool>,
    pub(super) arguments: Vec<String>,
    pub(super) inner: Vec<Node>,
}

/// Where a node stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Location {
    offset: Option<usize>,
    /// Present in files that the header includes.
    included_from: Option<IgnoredAny>,
    /// Where the macro stands that the name comes from.
    expansion_loc: Option<Box<Location>>,
}

/// From where to where a node goes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Range {
    begin: Location,
    end: Location,
}

impl Location {
    /// The offset in the header itself.
    pub(super) fn offset(&self) -> Option<usize> {
        if let Some(expansion) = &self.expansion_loc {
            return expansion.offset();
        }
        self.offset.filter(|_| self.included_from.is_none())
    }
}

impl Range {
    /// The text of the node in the header, up to its last token.
    pub(super) fn text<'a>(&self, header: &'a str) -> Option<&'a str> {
        header.get(self.begin.offset()?..=self.end.offset()?)
    }
}

/// Reads the whole tree, and hands each top-level node to `take`.
pub(super) fn read(json: impl Read, take: impl FnMut(Node)) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_reader(json);
    deserializer.deserialize_map(TopLevel(take))
}

struct TopLevel<F>(F);

impl<'de, F: FnMut(Node)> Visitor<'de> for TopLevel<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("clang's syntax tree")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "inner" {
                map.next_value_seed(Each(&mut self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Each<'f, F>(&'f mut F);

impl<'de, F: FnMut(Node)> DeserializeSeed<'de> for Each<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Node)> Visitor<'de> for Each<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declarations")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut nodes: A) -> Result<(), A::Error> {
        while let Some(node) = nodes.next_element()? {
            self.0(node);
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct QualifiedType {
    qual_type: String,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node of clang's syntax tree")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut node = Node::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => node.kind = map.next_value()?,
                "name" => node.name = map.next_value()?,
                "type" => node.ty = map.next_value::<QualifiedType>()?.qual_type,
                "loc" => node.location = map.next_value()?,
                "range" => node.range = map.next_value()?,
                "variadic" => node.variadic = map.next_value()?,
                "completeDefinition" => node.complete = map.next_value()?,
                "isBitfield" => node.bit_field = map.next_value()?,
                "tagUsed" => node.tag = map.next_value()?,
                "value" if node.kind == "ConstantExpr" => node.value = map.next_value()?,
                "text" => node.text = map.next_value()?,
                "fixedUnderlyingType" => {
                    node.underlying = map.next_value::<QualifiedType>()?.qual_type;
                }
                "direction" => node.direction = map.next_value()?,
                "explicit" => node.explicit = Some(map.next_value()?),
                "param" => node.param = map.next_value()?,
                "args" => node.arguments = map.next_value()?,
                // The kind always comes before what is inside. Bodies and
                // expressions nest deeply, and nothing here asks for them.
                "inner" if holds_declarations(&node.kind) => node.inner = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(node)
    }
}

fn holds_declarations(kind: &str) -> bool {
    kind.ends_with("Comment")
        || matches!(
            kind,
            "FunctionDecl"
                | "RecordDecl"
                | "EnumDecl"
                | "EnumConstantDecl"
                | "ImplicitCastExpr"
                | "TypedefDecl"
                | "FieldDecl"
        )
}
