//! The page's marked sections, and what all of them say.

use std::env::consts::{ARCH, OS};
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, ensure};

use crate::repository;

/// The page.
pub(crate) const PAGE: &str = "docs/PERFORMANCE.md";

/// Which command makes the tables.
pub(crate) const COMMAND: &str = "Command: `cargo xtask bench`";

/// The kind of this machine.
pub(crate) fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("Machine: {OS}, {ARCH}, {cores} cores")
}

/// The compiler and the runtime of what is measured in Rust.
///
/// # Errors
///
/// If a version can't be told.
pub(crate) fn rust() -> Result<String> {
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.context("rustc can't be started")?;
    let rustc = String::from_utf8_lossy(&rustc.stdout);
    let lock = repository::read(&repository::root().join("Cargo.lock"))?;
    let wasmtime = locked(&lock, "wasmtime").context("Cargo.lock has no wasmtime")?;
    let rustc = rustc.split(" (").next().unwrap_or_default();
    Ok(format!("{}, wasmtime {wasmtime}", rustc.trim()))
}

/// The version of a package by the text of Cargo.lock.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
}

/// A list of these lines.
pub(crate) fn items(lines: &[String]) -> String {
    let items = lines.iter().map(|line| format!("- {line}"));
    items.collect::<Vec<_>>().join("\n")
}

/// Puts `text` between the markers of the section called `name`.
///
/// # Errors
///
/// If the page has no such section, or more than one.
pub(crate) fn replace(page: &str, name: &str, text: &str) -> Result<String> {
    let begin = format!("<!-- {name}:begin -->");
    let end = format!("<!-- {name}:end -->");
    let parts = page
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) =
        parts.with_context(|| format!("{PAGE} has no lines {begin} and {end}"))?;
    ensure!(!after.contains(&begin), "{PAGE} has two lines {begin}");
    Ok(format!(
        "{before}{begin}\n\n{}\n\n{end}{after}",
        text.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_text_between_the_markers_of_that_name_is_replaced() -> Result<()> {
        let marked = |name, text| format!("<!-- {name}:begin -->\n{text}\n<!-- {name}:end -->\n");
        let other = marked("other", "kept");
        let page = format!("# Page\n{}rest\n{other}", marked("some", "old"));
        let fresh = replace(&page, "some", "new")?;
        let expected = format!("# Page\n{}rest\n{other}", marked("some", "\nnew\n"));
        assert_eq!(fresh, expected);
        assert_eq!(replace(&fresh, "some", "new")?, fresh);
        Ok(())
    }

    #[test]
    fn a_page_has_the_section_once() {
        let section = "<!-- some:begin -->\n<!-- some:end -->\n";
        assert!(replace("# Page\n", "some", "new").is_err());
        assert!(replace(&section.repeat(2), "some", "new").is_err());
    }

    #[test]
    fn a_locked_version_is_that_of_the_package_by_its_whole_name() {
        let lock = "[[package]]\nname = \"wasmtime-wasi\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasmtime\"\nversion = \"48.0.8\"\n";
        assert_eq!(locked(lock, "wasmtime"), Some("48.0.8"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}
