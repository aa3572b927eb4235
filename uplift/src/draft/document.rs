//! The mapping of a draft.

use std::fmt::Write as _;

use super::Sketch;
use super::interface::INTERFACE;
use super::roles::{Entry, Home};
use super::start::Start;
use super::structs::Struct;
use super::toml_text::{line, shown, string};
use super::{Drafted, LeftOut};
use crate::module::Module;

pub(super) fn write(sketch: &Sketch, module: &Module) -> String {
    let mut out = String::from(
        "#\n# Each entry with `confirmed = false` is a guess: decide it, change the entry if it is\n\
         # wrong, and remove the mark. `uplift wrap` lists all that are left.\nversion = 1\n",
    );
    // Writing to a String can't fail.
    let _ = writeln!(out, "module = {{ sha256 = \"{}\" }}", module.sha256());
    let _ = writeln!(out, "wit = {{ path = \"{}.wit\" }}", sketch.name);
    out.push_str(&memory(sketch, module));
    out.push_str(&start(&sketch.start));
    for (name, wit, found) in sketch.structs_used() {
        out.push_str(&record(name, wit, found));
    }
    for (record, wit) in &sketch.resources {
        let handle = &sketch.handles[record];
        let _ = writeln!(
            out,
            "\n# {}",
            line(&match (&handle.destroy, handle.size) {
                (Some(destroy), None) => format!(
                    "`{record}`: a pointer that functions hand out; `{destroy}` takes it alone and \
                     is called like what ends it."
                ),
                (Some(destroy), _) => format!(
                    "`{record}`: a state that the caller allocates; `{destroy}` is called like what \
                     ends it."
                ),
                (None, _) => format!(
                    "`{record}`: a state that the caller allocates; nothing is called like what \
                     ends it."
                ),
            })
        );
        let _ = writeln!(out, "[resource.\"{INTERFACE}#{wit}\"]");
        if let Some(destroy) = &handle.destroy {
            let _ = writeln!(out, "destroy = {}", string(destroy));
        }
        if let Some(size) = handle.size {
            let _ = writeln!(out, "size = {size}");
        }
        out.push_str("confirmed = false\n");
    }
    for function in &sketch.functions {
        out.push_str(&entry(sketch, function));
    }
    out.push_str(&left_out(&sketch.left_out));
    out
}

/// The stubs and the calls at the start.
fn start(start: &Start) -> String {
    let mut out = String::new();
    for stub in &start.stubs {
        let does = if stub.nothing { "nothing" } else { "trap" };
        let _ = writeln!(
            out,
            "\n# {}: {}.\n[import.{}]\nstub = \"{does}\"\nconfirmed = false",
            line(&stub.core),
            stub.why,
            string(&stub.name)
        );
    }
    for call in &start.calls {
        let _ = writeln!(
            out,
            "\n# {}: {}.\n[[init]]\ncalls = {}\nconfirmed = false",
            shown(&call.export),
            call.why,
            string(&call.export)
        );
    }
    out
}

/// How a struct lies in memory.
fn record(name: &str, wit: &str, found: &Struct) -> String {
    let mut out = format!("\n# `struct {}`", line(name));
    let mut guesses = Vec::new();
    if found.points() {
        guesses.push("what it points to belongs to it");
    }
    if found.holds_text() {
        guesses.push("an array of `char` is text up to its first NUL");
    }
    if guesses.is_empty() {
        out.push_str(".\n");
    } else {
        let _ = writeln!(out, ": {}.", guesses.join("; "));
    }
    let key = format!("[record.\"{INTERFACE}#{wit}\"");
    let _ = writeln!(out, "{key}]\nsize = {}", found.size);
    if found.is_guess() {
        out.push_str("confirmed = false\n");
    }
    let _ = writeln!(out, "{key}.fields]");
    for field in &found.fields {
        let _ = writeln!(
            out,
            "{} = {{ {} }}",
            field.name,
            field.kind.fields(field.offset)
        );
    }
    out
}

fn entry(sketch: &Sketch, function: &Drafted) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\n# {}", line(&function.spelled()));
    let _ = writeln!(
        out,
        "# Evidence: {}.",
        line(&function.known.source.to_string())
    );
    if let Some(contradicted) = &function.known.contradicted {
        let _ = writeln!(out, "# Not used: {}.", line(contradicted));
    }
    let home = |record: &String, name: &str| format!("{}.{name}", sketch.resources[record]);
    let key = match &function.proposal.home {
        Home::Interface => function.name.clone(),
        Home::Constructor(record) => home(record, "constructor"),
        Home::Method(record) | Home::Static(record) => home(record, &function.name),
    };
    let _ = writeln!(out, "[function.\"{INTERFACE}#{key}\"]");
    let _ = writeln!(out, "calls = {}", string(&function.known.export));
    let arguments = &function.proposal.arguments;
    let by_value = |entry: &Entry| entry.certain && entry.fields.starts_with("as = \"value\"");
    if !arguments.iter().all(by_value) {
        out.push_str("arguments = [\n");
        for entry in arguments {
            let _ = writeln!(out, "{}    {},", why("    ", entry), braces(entry));
        }
        out.push_str("]\n");
    }
    if let Some(entry) = &function.proposal.returns {
        let _ = writeln!(out, "{}returns = {}", why("", entry), braces(entry));
    }
    out
}

fn why(indent: &str, entry: &Entry) -> String {
    if entry.why.is_empty() {
        String::new()
    } else {
        format!("{indent}# {}\n", line(&entry.why))
    }
}

fn braces(entry: &Entry) -> String {
    if entry.certain {
        format!("{{ {} }}", entry.fields)
    } else {
        format!("{{ {}, confirmed = false }}", entry.fields)
    }
}

/// What inspection knows of the memory and the allocator.
fn memory(sketch: &Sketch, module: &Module) -> String {
    let mut out = String::new();
    let names: Vec<&str> = module
        .exported_memories()
        .map(|export| export.name.as_str())
        .collect();
    if !names.contains(&"memory")
        && let Some(name) = names.first()
    {
        let _ = writeln!(out, "export = {}", string(name));
    }
    let found = module.allocator();
    let growth = module.growth();
    if !sketch.needs_room() || module.memories.is_empty() {
    } else if let Some(exported) = &found.exported {
        let _ = writeln!(
            out,
            "# Inputs are placed by {} and {}, which are exported.",
            shown(&exported.malloc.name),
            shown(&exported.free.name)
        );
    } else if let Some(internal) = &found.internal {
        let _ = writeln!(
            out,
            "# {} and {} are in the name section only: they get exported.\nallocator = \"promoted\"",
            shown(&internal.malloc.name),
            shown(&internal.free.name)
        );
    } else if growth.tolerated {
        let _ = writeln!(
            out,
            "# There is no allocator, and inputs go to pages that the shim grows: {}.",
            line(&growth.evidence)
        );
    } else {
        let _ = writeln!(
            out,
            "# No allocator was found. Name it by `malloc` and `free`, or choose\n# `allocator = \
             \"grown-pages\"` and say `growth-is-safe-because`: {}.",
            line(&growth.evidence)
        );
    }
    if out.is_empty() {
        out
    } else {
        format!("\n[memory]\n{out}")
    }
}

fn left_out(all: &[LeftOut]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n# Left out:\n");
    for one in all {
        let _ = writeln!(out, "#   {}: {}.", shown(&one.export), line(&one.reason));
    }
    out
}
