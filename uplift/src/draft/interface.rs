//! The WIT of a draft.

use std::fmt::Write as _;

use super::names::spelled;
use super::roles::Home;
use super::statuses;
use super::structs::Struct;
use super::toml_text;
use super::{Drafted, Sketch};
use crate::c::Constant;

/// The interface that holds everything.
pub(super) const INTERFACE: &str = "api";

pub(super) fn write(sketch: &Sketch) -> String {
    let mut out = format!("package draft:{};\n\n", spelled(&sketch.name));
    let world = if sketch.name == INTERFACE {
        "api-world".to_owned()
    } else {
        spelled(&sketch.name)
    };
    let _ = writeln!(out, "interface {INTERFACE} {{");
    let mut parts = Vec::new();
    for (wit, found, is_error) in sketch.used_enums() {
        let mut text = docs("    ", &found.docs, None);
        let cases = statuses::cases(&found.constants, is_error);
        let _ = writeln!(text, "    enum {} {{", spelled(wit));
        for (constant, name) in cases {
            text.push_str(&case_docs(constant));
            let _ = writeln!(text, "        {},", spelled(&name));
        }
        text.push_str("    }\n");
        parts.push(text);
    }
    for (name, wit, found) in sketch.structs_used() {
        parts.push(record(sketch, name, wit, found));
    }
    for (record, wit) in &sketch.resources {
        let known = sketch.evidence.types.records.get(record);
        let mut text = docs("    ", known.map_or("", |known| &known.docs), None);
        let _ = writeln!(text, "    resource {} {{", spelled(wit));
        let methods: Vec<String> = sketch
            .functions
            .iter()
            .filter(|function| function.belongs_to(record))
            .map(|function| signature("        ", function))
            .collect();
        text.push_str(&methods.join("\n"));
        text.push_str("    }\n");
        parts.push(text);
    }
    for function in &sketch.functions {
        if function.proposal.home == Home::Interface {
            parts.push(signature("    ", function));
        }
    }
    out.push_str(&parts.join("\n"));
    // An interface without functions can't be exported.
    let export = if sketch.functions.is_empty() {
        String::new()
    } else {
        format!("    export {INTERFACE};\n")
    };
    let _ = write!(out, "}}\n\nworld {world} {{\n{export}}}\n");
    out
}

fn record(sketch: &Sketch, name: &str, wit: &str, found: &Struct) -> String {
    let known = sketch.evidence.types.records.get(name);
    let mut out = docs("    ", known.map_or("", |known| &known.docs), None);
    let _ = writeln!(out, "    record {} {{", spelled(wit));
    for field in &found.fields {
        out.push_str(&docs("        ", &field.docs, Some(&field.declared)));
        let ty = field.kind.wit(&sketch.records, &sketch.enums);
        let _ = writeln!(out, "        {}: {ty},", spelled(&field.name));
    }
    out.push_str("    }\n");
    out
}

fn signature(indent: &str, function: &Drafted) -> String {
    let mut out = docs(
        indent,
        &function.known.declaration.docs,
        Some(&function.spelled()),
    );
    let parameters: Vec<String> = function
        .proposal
        .parameters
        .iter()
        .map(|(name, ty)| format!("{}: {ty}", spelled(name)))
        .collect();
    let parameters = parameters.join(", ");
    let result = match &function.proposal.result {
        Some(result) => format!(" -> {result}"),
        None => String::new(),
    };
    let name = spelled(&function.name);
    // Writing to a String can't fail.
    let _ = match function.proposal.home {
        Home::Constructor(_) => writeln!(out, "{indent}constructor({parameters});"),
        Home::Static(_) => writeln!(out, "{indent}{name}: static func({parameters}){result};"),
        Home::Interface | Home::Method(_) => {
            writeln!(out, "{indent}{name}: func({parameters}){result};")
        }
    };
    out
}

fn case_docs(constant: &Constant) -> String {
    let value = format!("{} = {}", constant.name, constant.value);
    docs("        ", &constant.docs, Some(&value))
}

/// A doc comment: what the header says, or else the C declaration.
fn docs(indent: &str, text: &str, otherwise: Option<&str>) -> String {
    let text = match (text.is_empty(), otherwise) {
        (true, Some(declaration)) => format!("`{declaration}`"),
        _ => text.to_owned(),
    };
    let mut out = String::new();
    for line in text.lines() {
        let line = toml_text::line(line.trim_end());
        let space = if line.is_empty() { "" } else { " " };
        let _ = writeln!(out, "{indent}///{space}{line}");
    }
    out
}
