//! An inspection as text.

use std::fmt::Write as _;

use uplift::{Inspection, Origin};

use super::plain;

/// The inspection, a section for each question, without trailing spaces.
pub(super) fn render(path: &str, inspection: &Inspection) -> String {
    let mut out = String::new();
    // Writing to a String can't fail.
    let _ = write(&mut out, path, inspection);
    out
}

/// A line of what is true of the whole module.
fn line(out: &mut String, what: &str, text: &str) -> std::fmt::Result {
    writeln!(out, "{what:<10} {}", plain::line(text))
}

fn write(out: &mut String, path: &str, found: &Inspection) -> std::fmt::Result {
    writeln!(out, "{}: {} bytes", plain::line(path), found.size)?;
    writeln!(out, "sha256     {}", found.sha256)?;
    writeln!(out, "kind       {}", found.kind)?;
    if found.start {
        writeln!(out, "start      a start function runs at instantiation")?;
    }
    for memory in &found.memories {
        let name = if memory.exports.is_empty() {
            "not exported".to_owned()
        } else {
            format!("exported as {}", memory.exports.join(", "))
        };
        let maximum = match memory.maximum {
            Some(maximum) => format!("at most {maximum}"),
            None => "no maximum".into(),
        };
        let mut words = vec![name, format!("{} pages", memory.minimum), maximum];
        for (holds, word) in [
            (memory.imported, "imported"),
            (memory.shared, "shared"),
            (memory.memory64, "64-bit"),
        ] {
            if holds {
                words.push(word.into());
            }
        }
        line(out, "memory", &words.join(", "))?;
    }
    let allocator = match (&found.allocator.exported, &found.allocator.internal) {
        (Some(pair), _) => format!("exported: {} and {}", pair.malloc.name, pair.free.name),
        (None, Some(pair)) => format!(
            "only in the name section: {} (function {}) and {} (function {})",
            pair.malloc.name, pair.malloc.index, pair.free.name, pair.free.index
        ),
        (None, None) => "none found".into(),
    };
    line(out, "allocator", &allocator)?;
    let pages = if found.growth.tolerated {
        "stay untouched"
    } else {
        "may be overwritten"
    };
    let growth = format!(
        "pages grown from outside {pages}: {}",
        found.growth.evidence
    );
    line(out, "growth", &growth)?;
    let present = |yes| if yes { "present" } else { "absent" };
    writeln!(
        out,
        "names      name section {}, DWARF {}",
        present(found.names),
        present(found.dwarf)
    )?;
    if !found.producers.is_empty() {
        line(out, "made by", &found.producers.join("; "))?;
    }
    for reason in &found.refused {
        line(out, "refused", reason)?;
    }
    imports(out, found)?;
    exports(out, found)
}

fn imports(out: &mut String, found: &Inspection) -> std::fmt::Result {
    if found.imports.is_empty() {
        return writeln!(out, "\nno imports");
    }
    writeln!(out, "\nimports")?;
    let rows = found
        .imports
        .iter()
        .map(|import| {
            vec![
                match import.module.as_str() {
                    "a" if import.origin == Origin::Emscripten => "like Emscripten".into(),
                    _ => import.origin.to_string(),
                },
                import.ty.clone().unwrap_or_else(|| import.kind.to_string()),
                format!("{}.{}", import.module, import.name),
            ]
        })
        .collect();
    columns(out, rows)
}

fn exports(out: &mut String, found: &Inspection) -> std::fmt::Result {
    if found.exports.is_empty() {
        return writeln!(out, "\nno exports");
    }
    writeln!(out, "\nexports")?;
    let rows = found
        .exports
        .iter()
        .map(|export| {
            let guess = export.guess.as_ref().map_or_else(String::new, |guess| {
                format!("{}  [{}]", guess.signature, guess.evidence.join(", "))
            });
            vec![
                export.name.clone(),
                export.ty.clone().unwrap_or_else(|| export.kind.to_string()),
                guess,
            ]
        })
        .collect();
    columns(out, rows)
}

/// Rows with their columns under each other.
fn columns(out: &mut String, rows: Vec<Vec<String>>) -> std::fmt::Result {
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            row.iter()
                .map(|cell| plain::line(cell).into_owned())
                .collect()
        })
        .collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
                .min(40)
        })
        .collect();
    for row in rows {
        let mut line = String::from("  ");
        for (cell, width) in row.iter().zip(&widths) {
            write!(line, "{cell:width$}  ")?;
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
