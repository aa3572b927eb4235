//! Keeps code blocks in Markdown equal to the sources that they show.
//!
//! A block that follows `<!-- include PATH -->` shows the whole file, one that
//! follows `<!-- include PATH "TEXT" -->` the item that begins on the line
//! with TEXT. Paths are seen from the root.

mod item;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::progress::Progress;
use crate::repository;

/// Rewrites every block that differs from its source.
///
/// # Errors
///
/// Names file and line of a marker that can't be followed.
pub(crate) fn refresh(progress: &Progress) -> Result<()> {
    for page in pages()? {
        let text = repository::read(&page)?;
        let (fresh, stale) = with_fresh_blocks(&repository::shown(&page), &text, &source)?;
        repository::write(&page, fresh.as_bytes())?;
        for block in stale {
            progress.say(&format!("{block}: refreshed"));
        }
    }
    Ok(())
}

/// Checks that every block equals its source.
///
/// # Errors
///
/// Lists the file and line of each that does not.
pub(crate) fn check() -> Result<()> {
    let mut stale = Vec::new();
    for page in pages()? {
        let text = repository::read(&page)?;
        stale.extend(with_fresh_blocks(&repository::shown(&page), &text, &source)?.1);
    }
    ensure!(
        stale.is_empty(),
        "{}: differs from its source: run `cargo xtask docs`",
        stale.join("\n")
    );
    Ok(())
}

fn source(path: &str) -> Result<String> {
    repository::read(&repository::root().join(path))
}

/// All Markdown files of the repository, but those in folders of build output.
fn pages() -> Result<Vec<PathBuf>> {
    fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
        let unreadable = || format!("{} can't be read", repository::shown(folder));
        for entry in fs::read_dir(folder).with_context(unreadable)? {
            let path = entry.with_context(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    collect(&path, pages)?;
                }
            } else if path.extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
        Ok(())
    }
    let mut pages = Vec::new();
    collect(repository::root(), &mut pages)?;
    pages.sort();
    Ok(pages)
}

/// What a marker asks for.
#[derive(Debug, PartialEq)]
struct Marker<'a> {
    path: &'a str,
    item: Option<&'a str>,
}

/// Reads a marker line; nothing if the line is none.
fn marker(line: &str) -> Option<Result<Marker<'_>>> {
    let asked = line
        .trim()
        .strip_prefix("<!-- include ")?
        .strip_suffix("-->")
        .map(str::trim);
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
        return Some(Err(anyhow!(
            "a marker reads <!-- include PATH --> or <!-- include PATH \"TEXT\" -->"
        )));
    };
    Some(match asked.split_once(" \"") {
        None => Ok(Marker {
            path: asked,
            item: None,
        }),
        Some((path, item)) => item
            .strip_suffix('"')
            .map(|item| Marker {
                path: path.trim(),
                item: Some(item),
            })
            .context("the text after the path ends with a quotation mark"),
    })
}

/// The page with every block equal to its source, and `FILE:LINE` of each
/// block that was not.
fn with_fresh_blocks(
    name: &str,
    text: &str,
    source: &impl Fn(&str) -> Result<String>,
) -> Result<(String, Vec<String>)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut fresh = Vec::with_capacity(lines.len());
    let mut stale = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let place = format!("{name}:{}", at + 1);
        fresh.push(line.to_string());
        at += 1;
        if is_fence(line) {
            // A block that shows what a marker looks like holds no marker.
            let end = end_of_block(&lines, at).with_context(|| place.clone())?;
            fresh.extend(lines[at..=end].iter().map(ToString::to_string));
            at = end + 1;
            continue;
        }
        let Some(asked) = marker(line) else { continue };
        let asked = asked.with_context(|| place.clone())?;
        while lines.get(at).is_some_and(|line| line.trim().is_empty()) {
            fresh.push(String::new());
            at += 1;
        }
        let opening = lines.get(at).copied().filter(|line| is_fence(line));
        let opening =
            opening.with_context(|| format!("{place}: no code block follows the marker"))?;
        let end = end_of_block(&lines, at + 1).with_context(|| place.clone())?;
        let shown = excerpt(&asked, source).with_context(|| place.clone())?;
        if lines[at + 1..end].join("\n") != shown {
            stale.push(place);
        }
        fresh.extend([opening.to_string(), shown, lines[end].to_string()]);
        at = end + 1;
    }
    let mut fresh = fresh.join("\n");
    if text.ends_with('\n') {
        fresh.push('\n');
    }
    Ok((fresh, stale))
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```")
}

/// The index of the closing fence of the block whose opening is before `from`.
fn end_of_block(lines: &[&str], from: usize) -> Result<usize> {
    let fence = lines[from - 1];
    let ticks = fence.len() - fence.trim_start_matches('`').len();
    (from..lines.len())
        .find(|&index| {
            let line = lines[index].trim_end();
            line.len() >= ticks && line.chars().all(|character| character == '`')
        })
        .context("the code block has no end")
}

fn excerpt(asked: &Marker<'_>, source: &impl Fn(&str) -> Result<String>) -> Result<String> {
    let text = source(asked.path)?;
    let shown = match asked.item {
        None => text.lines().collect::<Vec<_>>().join("\n"),
        Some(item) => item::containing(&text, item, item::Language::of(asked.path)?)
            .with_context(|| asked.path.to_string())?,
    };
    let shown = shown.trim_end().to_string();
    if shown.lines().any(is_fence) {
        bail!("{} holds a line that would end the code block", asked.path);
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(path: &str) -> Result<String> {
        match path {
            "a.rs" => Ok("fn greet() {\n    hello();\n}\n\nfn add() {}\n".to_string()),
            "fence.rs" => Ok("/*\n```\n*/\n".to_string()),
            other => Err(anyhow!("{other} can't be read")),
        }
    }

    fn refreshed(text: &str) -> Result<(String, Vec<String>)> {
        with_fresh_blocks("page.md", text, &lesson)
    }

    fn complaint(text: &str) -> String {
        format!("{:#}", refreshed(text).unwrap_err())
    }

    #[test]
    fn a_stale_block_is_replaced_and_located() -> Result<()> {
        let page = "# Page\n\n<!-- include a.rs \"fn greet\" -->\n\n```rust\nold\n```\n\nText.\n";
        let (fresh, stale) = refreshed(page)?;
        assert_eq!(
            fresh,
            "# Page\n\n<!-- include a.rs \"fn greet\" -->\n\n```rust\nfn greet() {\n    hello();\n}\n```\n\nText.\n"
        );
        assert_eq!(stale, ["page.md:3"]);
        Ok(())
    }

    #[test]
    fn a_refreshed_page_is_fresh() -> Result<()> {
        let page = "<!-- include a.rs -->\n```rust\n```\n";
        let (fresh, stale) = refreshed(page)?;
        assert_eq!(stale.len(), 1);
        assert_eq!(refreshed(&fresh)?, (fresh, Vec::new()));
        Ok(())
    }

    #[test]
    fn blocks_without_a_marker_are_left_alone() -> Result<()> {
        let page =
            "```text\n<!-- include gone.rs -->\n```\n\n````\n```\n````\nno newline at the end";
        assert_eq!(refreshed(page)?, (page.to_string(), Vec::new()));
        Ok(())
    }

    #[test]
    fn a_marker_that_can_not_be_followed_is_located() {
        assert_eq!(
            complaint("\n<!-- include gone.rs -->\n```\n```\n"),
            "page.md:2: gone.rs can't be read"
        );
        assert_eq!(
            complaint("<!-- include a.rs -->\nText.\n"),
            "page.md:1: no code block follows the marker"
        );
        assert_eq!(
            complaint("<!-- include a.rs -->\n```rust\n"),
            "page.md:1: the code block has no end"
        );
        assert_eq!(
            complaint("<!-- include a.rs \"fn greet -->\n```\n```\n"),
            "page.md:1: the text after the path ends with a quotation mark"
        );
        assert_eq!(
            complaint("<!-- include a.rs \"fn sub\" -->\n```\n```\n"),
            "page.md:1: a.rs: no line holds `fn sub`"
        );
        assert_eq!(
            complaint("<!-- include fence.rs -->\n```\n```\n"),
            "page.md:1: fence.rs holds a line that would end the code block"
        );
    }
}
