//! Runs the two benchmarks and reads what they measured.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::measurements::Measurements;
use crate::cargo;
use crate::progress::Progress;
use crate::repository;
use crate::virtual_environment::VirtualEnvironment;

/// How long to measure.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Length {
    /// As long as the benchmarks think right.
    Full,
    /// Only so long that all of it has run.
    Short,
}

/// What the Python harness prints.
#[derive(Deserialize)]
pub(crate) struct PythonRun {
    schema: u32,
    /// Of Python and of its wasmtime package.
    pub(crate) versions: Versions,
    /// What was measured.
    #[serde(rename = "rows")]
    pub(crate) measurements: Measurements,
}

/// Versions that only the harness knows.
#[derive(Deserialize)]
pub(crate) struct Versions {
    /// Of Python.
    pub(crate) python: String,
    /// Of the package `wasmtime`.
    pub(crate) wasmtime: String,
}

/// Runs criterion on host-rs.
///
/// # Errors
///
/// If it fails, or its results can't be read.
pub(crate) fn rust(progress: &Progress, length: Length) -> Result<Measurements> {
    let target = repository::root().join("target");
    let (results, arguments) = match length {
        Length::Full => (target.join("criterion"), "--noplot"),
        Length::Short => (
            target.join("criterion-short"),
            "--noplot --warm-up-time 0.1 --measurement-time 0.3 --sample-size 10",
        ),
    };
    match fs::remove_dir_all(&results) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
            .with_context(|| format!("{} can't be removed", repository::shown(&results)))?,
        _ => {}
    }
    progress.run(
        "Measure host-rs",
        cargo::command(["bench", "--package", "host-rs", "--bench", "calls", "--"])
            .args(arguments.split(' '))
            .env("CRITERION_HOME", &results),
    )?;
    read_criterion(&results)
}

/// Runs the harness of `host_py`.
///
/// # Errors
///
/// If it fails, or prints something else than it should.
pub(crate) fn python(
    progress: &Progress,
    environment: &VirtualEnvironment,
    length: Length,
) -> Result<PythonRun> {
    let mut harness = environment.python(["host-py/bench/calls.py"]);
    if length == Length::Short {
        harness.arg("--short");
    }
    let printed = progress.run("Measure host_py", &mut harness)?;
    let run: PythonRun = serde_json::from_str(&printed)
        .context("host-py/bench/calls.py printed something else than its results")?;
    ensure!(
        run.schema == 1,
        "host-py/bench/calls.py printed results of schema {}, and 1 is expected",
        run.schema
    );
    Ok(run)
}

/// Reads `GROUP/FUNCTION/new/estimates.json` for all groups and functions.
fn read_criterion(results: &Path) -> Result<Measurements> {
    #[derive(Deserialize)]
    struct Estimates {
        median: Estimate,
    }
    #[derive(Deserialize)]
    struct Estimate {
        point_estimate: f64,
    }
    let mut measurements = Measurements::default();
    for group in folders(results)? {
        for function in folders(&results.join(&group))? {
            let file = results
                .join(&group)
                .join(&function)
                .join("new/estimates.json");
            if !file.is_file() {
                continue;
            }
            let estimates: Estimates = serde_json::from_str(&repository::read(&file)?)
                .with_context(|| format!("{} has no median", repository::shown(&file)))?;
            measurements.add(&group, &function, estimates.median.point_estimate);
        }
    }
    Ok(measurements)
}

fn folders(folder: &Path) -> Result<Vec<String>> {
    let unreadable = || format!("{} can't be read", repository::shown(folder));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}
