//! `cargo xtask bench`: measures both hosts, the bindings and what wrapping
//! costs, and writes down the ratios.

mod bindings;
pub(crate) mod extism;
mod greeter;
mod harnesses;
mod measurements;
mod page;
mod wrapped;

use anyhow::Result;

use crate::build::Built;
use crate::modules;
use crate::progress::Progress;
use crate::repository;

use harnesses::Length;
use page::PAGE;

/// Measures, and writes the sections of docs/PERFORMANCE.md.
///
/// # Errors
///
/// If a benchmark fails, a measurement is lacking or the page lacks a section.
pub(crate) fn run(progress: &Progress, built: &Built) -> Result<()> {
    let (page, text) = measure(progress, built, Length::Full)?;
    repository::write(&repository::root().join(PAGE), page.as_bytes())?;
    println!("{text}");
    progress.say(&format!("{PAGE}: the sections are written"));
    Ok(())
}

/// Measures with few samples, to see that all of it works, and prints the
/// sections without writing them.
///
/// # Errors
///
/// Those of a full run.
pub(crate) fn run_short(progress: &Progress, built: &Built) -> Result<()> {
    let (_, text) = measure(progress, built, Length::Short)?;
    println!("{text}");
    Ok(())
}

/// The page with its new sections, and the sections alone.
fn measure(progress: &Progress, built: &Built, length: Length) -> Result<(String, String)> {
    let page = repository::read(&repository::root().join(PAGE))?;
    // A page without a section is found before minutes of measuring.
    page::replace(&page, "greeter", "")?;
    page::replace(&page, "bindings", "")?;
    page::replace(&page, "wrapped", "")?;
    modules::c_libraries(progress, &built.environment)?;
    let rust = harnesses::criterion(progress, "host-rs", "calls", length)?;
    let python = harnesses::python(progress, &built.environment, length)?;
    let bindings = harnesses::bindings(progress, &built.environment, length)?;
    let memory = harnesses::memory(progress, &built.environment, length)?;
    let wrapped = harnesses::criterion(progress, "uplift", "wrapped", length)?;
    let greeter = greeter::render(&rust, &python, &greeter::Machine::this(&python)?)?;
    let bindings = bindings::render(&bindings, &memory)?;
    let wrapped = wrapped::render(&wrapped, &page::rust()?)?;
    let page = page::replace(&page, "greeter", &greeter)?;
    let page = page::replace(&page, "bindings", &bindings)?;
    let page = page::replace(&page, "wrapped", &wrapped)?;
    Ok((page, [greeter, bindings, wrapped].join("\n\n")))
}
