//! The page's marked sections, and what all of them say.

use std::env::consts::{ARCH, OS};
use std::thread;

use anyhow::{Context as _, Result, ensure};

/// The page.
pub(crate) const PAGE: &str = "docs/PERFORMANCE.md";

/// Which command makes the tables.
pub(crate) const COMMAND: &str = "Command: `cargo xtask bench`";

/// The kind of this machine.
pub(crate) fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("Machine: {OS}, {ARCH}, {cores} cores")
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
}
