//! `cargo xtask bench`: measures both hosts and writes down the ratios.

mod harnesses;
mod measurements;
mod section;

use anyhow::Result;

use crate::build::Built;
use crate::progress::Progress;
use crate::repository;

use harnesses::Length;

/// The page with the marked section.
const PAGE: &str = "docs/PERFORMANCE.md";

/// Measures, and writes the section of docs/PERFORMANCE.md.
///
/// # Errors
///
/// If a benchmark fails, a measurement is lacking or the page has no section.
pub(crate) fn run(progress: &Progress, built: &Built) -> Result<()> {
    let (page, text) = measure(progress, built, Length::Full)?;
    repository::write(&repository::root().join(PAGE), page.as_bytes())?;
    println!("{text}");
    progress.say(&format!("{PAGE}: the section is written"));
    Ok(())
}

/// Measures with few samples, to see that all of it works, and prints the
/// section without writing it.
///
/// # Errors
///
/// Those of a full run.
pub(crate) fn run_short(progress: &Progress, built: &Built) -> Result<()> {
    let (_, text) = measure(progress, built, Length::Short)?;
    println!("{text}");
    Ok(())
}

/// The page with its new section, and the section alone.
fn measure(progress: &Progress, built: &Built, length: Length) -> Result<(String, String)> {
    let page = repository::read(&repository::root().join(PAGE))?;
    // A page without a section is found before minutes of measuring.
    section::replace(&page, "")?;
    let rust = harnesses::rust(progress, length)?;
    let python = harnesses::python(progress, &built.environment, length)?;
    let text = section::render(&rust, &python, &section::Machine::this(&python)?)?;
    Ok((section::replace(&page, &text)?, text))
}
