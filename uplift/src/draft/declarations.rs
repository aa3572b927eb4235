//! From clang's syntax tree to declarations.

mod layout;

use std::collections::BTreeMap;

use super::ast::Node;
use super::syntax::{read_type, result_of};
use crate::c::{Constant, Declaration, Enum, Library, Tag, Type, Way};

/// Collects declarations from the top-level nodes of a tree.
pub(super) struct Collector<'a> {
    /// The text of the header.
    text: &'a str,
    pub(super) library: Library,
    typedefs: BTreeMap<String, Type>,
    /// The sizes and alignments of complete records.
    layouts: BTreeMap<String, (u32, u32)>,
    /// A record or enum without a name, which the typedef after it may give it.
    unnamed: Option<Node>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Collector {
            text,
            library: Library::default(),
            typedefs: BTreeMap::new(),
            layouts: BTreeMap::new(),
            unnamed: None,
        }
    }

    pub(super) fn take(&mut self, node: Node) {
        let unnamed = self.unnamed.take();
        match node.kind.as_str() {
            "RecordDecl" | "EnumDecl" if node.name.is_empty() => self.unnamed = Some(node),
            "RecordDecl" => self.record(&node.name, &node),
            "EnumDecl" => self.enumeration(&node.name, &node),
            "TypedefDecl" => self.typedef(&node, unnamed),
            "FunctionDecl" => self.function(&node),
            _ => {}
        }
    }

    fn typedef(&mut self, node: &Node, unnamed: Option<Node>) {
        let direct = !node.ty.ends_with(['*', ']', ')']) || node.ty.contains("(unnamed");
        let ty = match unnamed {
            Some(tag) if direct && !node.ty.ends_with('*') => {
                if tag.kind == "EnumDecl" {
                    self.enumeration(&node.name, &tag);
                    Type::Enum(node.name.clone())
                } else {
                    self.record(&node.name, &tag);
                    Type::Record(keyword(&tag), node.name.clone())
                }
            }
            // It is aligned otherwise than what it stands for.
            _ if node.inner.iter().any(|inner| inner.kind == "AlignedAttr") => {
                Type::Unknown(node.name.clone())
            }
            _ => read_type(&node.ty, &self.typedefs),
        };
        // A comment often stands at the typedef alone.
        if let Type::Record(_, name) = &ty {
            let known = self.library.records.entry(name.clone()).or_default();
            if known.docs.is_empty() {
                known.docs = docs(node);
            }
        }
        self.typedefs.insert(node.name.clone(), ty);
    }

    fn enumeration(&mut self, name: &str, node: &Node) {
        let packed = node.inner.iter().any(|inner| inner.kind == "PackedAttr");
        if packed || !["", "int", "unsigned int"].contains(&node.underlying.as_str()) {
            self.library.odd_enums.insert(name.to_owned());
        }
        let mut next = Some(0i64);
        let mut constants = Vec::new();
        for constant in node
            .inner
            .iter()
            .filter(|node| node.kind == "EnumConstantDecl")
        {
            let value = match constant
                .inner
                .iter()
                .find(|node| node.kind.ends_with("Expr"))
            {
                Some(expression) => value(expression),
                None => next,
            };
            // A value that can't be read leaves those after it unknown too.
            let Some(value) = value else { return };
            next = value.checked_add(1);
            constants.push(Constant {
                name: constant.name.clone(),
                value,
                docs: docs(constant),
            });
        }
        let wide = |constant: &Constant| {
            i32::try_from(constant.value).is_err() && u32::try_from(constant.value).is_err()
        };
        if constants.iter().any(wide) {
            self.library.odd_enums.insert(name.to_owned());
        }
        if !constants.is_empty() {
            let docs = docs(node);
            let found = Enum { constants, docs };
            self.library.enums.insert(name.to_owned(), found);
        }
    }

    fn function(&mut self, node: &Node) {
        let parameters = node
            .inner
            .iter()
            .filter(|inner| inner.kind == "ParmVarDecl")
            .map(|parameter| (parameter.name.clone(), self.parameter(parameter)))
            .collect();
        let declaration = Declaration {
            result: result_of(&node.ty, &self.typedefs),
            parameters,
            variadic: node.variadic,
            docs: docs(node),
            ways: ways(node),
            line: node.location.offset().and_then(|offset| {
                let before = self.text.get(..offset)?;
                Some(before.matches('\n').count() + 1)
            }),
        };
        let known = self.library.functions.get(&node.name);
        // The declaration that says more, where there are several.
        if known.is_none_or(|known| known.docs.is_empty() && !declaration.docs.is_empty()) {
            self.library
                .functions
                .insert(node.name.clone(), declaration);
        }
    }

    /// The type of a parameter. The tree turns arrays into pointers; the text
    /// still has their lengths.
    fn parameter(&self, node: &Node) -> Type {
        let ty = read_type(&node.ty, &self.typedefs);
        let length = node
            .range
            .text(self.text)
            .and_then(|text| text.strip_suffix(']'))
            .or_else(|| node.range.text(self.text).filter(|text| text.contains('[')))
            .and_then(|text| text.rsplit_once('['))
            .and_then(|(_, length)| length.trim().parse::<u32>().ok());
        match (length, &ty) {
            (Some(length), Type::Pointer(of)) => Type::Array(of.clone(), Some(length)),
            _ => ty,
        }
    }
}

fn keyword(node: &Node) -> Tag {
    if node.tag == "union" {
        Tag::Union
    } else {
        Tag::Struct
    }
}

/// The value of a constant expression.
fn value(node: &Node) -> Option<i64> {
    if node.value.is_empty() {
        return node.inner.iter().find_map(value);
    }
    node.value.parse().ok()
}

/// What the doc comment of a declaration says.
fn docs(node: &Node) -> String {
    let Some(comment) = node.inner.iter().find(|node| node.kind == "FullComment") else {
        return String::new();
    };
    let blocks: Vec<String> = comment
        .inner
        .iter()
        .map(block)
        .filter(|block| !block.is_empty())
        .collect();
    blocks.join("\n\n")
}

/// Which way each parameter goes, where the doc comment says it.
fn ways(node: &Node) -> BTreeMap<String, Way> {
    let comments = node.inner.iter().filter(|node| node.kind == "FullComment");
    comments
        .flat_map(|comment| &comment.inner)
        .filter(|node| node.kind == "ParamCommandComment" && node.explicit == Some(true))
        .filter_map(|node| {
            let way = match node.direction.as_str() {
                "in" => Way::In,
                "out" => Way::Out,
                "in,out" => Way::InOut,
                _ => return None,
            };
            Some((node.param.clone(), way))
        })
        .collect()
}

fn block(node: &Node) -> String {
    let text = || {
        let lines: Vec<String> = node.inner.iter().map(block).collect();
        lines.join("\n").trim().to_owned()
    };
    match node.kind.as_str() {
        "ParagraphComment" => paragraph(node),
        "ParamCommandComment" => format!("`{}`: {}", node.param, text()),
        "BlockCommandComment" => match node.name.as_str() {
            "brief" | "short" | "details" | "par" => text(),
            "return" | "returns" | "result" => format!("Returns {}", text()),
            name => format!("{name}: {}", text()),
        },
        "VerbatimBlockLineComment" | "VerbatimLineComment" => node.text.clone(),
        _ => text(),
    }
}

fn paragraph(node: &Node) -> String {
    let mut text = String::new();
    let mut after_text = false;
    for part in &node.inner {
        if part.kind == "TextComment" {
            // Each one is a line, or what follows a command in one.
            if after_text {
                text.push('\n');
            }
            text.push_str(if after_text {
                part.text.trim()
            } else {
                &part.text
            });
            after_text = true;
        } else {
            text.push_str(&part.arguments.join(" "));
            after_text = false;
        }
    }
    text.trim().to_owned()
}
