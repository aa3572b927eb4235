//! Runs the benchmarks and reads what they measured.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::extism;
use super::measurements::Measurements;
use crate::cargo;
use crate::progress::Progress;
use crate::repository;
use crate::virtual_environment::VirtualEnvironment;

const HOST_PY: &str = "host-py/bench/calls.py";
const BINDINGS: &str = "bindgen/python/bench/calls.py";
const MEMORY: &str = "bindgen/python/bench/memory.py";

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

/// What the harness of the bindings prints.
#[derive(Deserialize)]
pub(crate) struct BindingsRun {
    schema: u32,
    /// Of everything that took part, by name.
    pub(crate) versions: BTreeMap<String, String>,
    /// The same call by both, by the name of the row.
    pub(crate) rows: BTreeMap<String, Compared>,
    /// The greeter by every peer.
    pub(crate) peers: Measurements,
}

/// One row: medians in nanoseconds.
#[derive(Deserialize)]
pub(crate) struct Compared {
    /// By `wasmtime_bindgen`.
    pub(crate) wasmtime_bindgen: f64,
    /// By `wasmtime.component`.
    pub(crate) generic: f64,
    /// How many times the first should be as fast as the second, at least.
    pub(crate) target: f64,
}

/// What the harness of the bindings' memory prints.
#[derive(Deserialize)]
pub(crate) struct MemoryRun {
    schema: u32,
    /// By kind of call.
    pub(crate) rows: BTreeMap<String, Grown>,
}

/// What is left of many calls of one kind.
#[derive(Deserialize)]
pub(crate) struct Grown {
    /// How many calls there were.
    pub(crate) calls: u64,
    /// How many bytes more are in use than before.
    pub(crate) in_use: i64,
}

/// Runs the criterion benchmark `bench` of a package.
///
/// # Errors
///
/// If it fails, or its results can't be read.
pub(crate) fn criterion(
    progress: &Progress,
    package: &str,
    bench: &str,
    length: Length,
) -> Result<Measurements> {
    let (folder, arguments) = match length {
        Length::Full => ("criterion", "--noplot"),
        Length::Short => (
            "criterion-short",
            "--noplot --warm-up-time 0.1 --measurement-time 0.3 --sample-size 10",
        ),
    };
    let results = repository::root().join("target").join(folder).join(package);
    match fs::remove_dir_all(&results) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
            .with_context(|| format!("{} can't be removed", repository::shown(&results)))?,
        _ => {}
    }
    progress.run(
        &format!("Measure {package}"),
        cargo::command(["bench", "--package", package, "--bench", bench, "--"])
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
    let mut harness = environment.python([HOST_PY]);
    if length == Length::Short {
        harness.arg("--short");
    }
    let run: PythonRun = printed(HOST_PY, &progress.run("Measure host_py", &mut harness)?)?;
    of_schema_1(HOST_PY, run.schema)?;
    Ok(run)
}

/// Runs the harness of `wasmtime_bindgen`. A short run leaves out the peer that
/// has to be downloaded and compiled first.
///
/// # Errors
///
/// If it fails, or prints something else than it should.
pub(crate) fn bindings(
    progress: &Progress,
    environment: &VirtualEnvironment,
    length: Length,
) -> Result<BindingsRun> {
    let mut harness = environment.python([BINDINGS]);
    match length {
        Length::Full => {
            let peer = extism::ensure(progress, environment)?;
            harness.arg("--extism").arg(peer.plugin);
            harness.env("PYTHONPATH", peer.packages);
        }
        Length::Short => {
            harness.arg("--short");
        }
    }
    let text = progress.run("Measure wasmtime_bindgen", &mut harness)?;
    let run: BindingsRun = printed(BINDINGS, &text)?;
    of_schema_1(BINDINGS, run.schema)?;
    Ok(run)
}

/// Makes a million calls of each kind through `wasmtime_bindgen`.
///
/// # Errors
///
/// If memory grows, or the harness prints something else than it should.
pub(crate) fn memory(
    progress: &Progress,
    environment: &VirtualEnvironment,
    length: Length,
) -> Result<MemoryRun> {
    let mut harness = environment.python([MEMORY]);
    if length == Length::Short {
        harness.args(["--calls", "3000"]);
    }
    let text = progress.run("Look for growth of memory", &mut harness)?;
    let run: MemoryRun = printed(MEMORY, &text)?;
    of_schema_1(MEMORY, run.schema)?;
    Ok(run)
}

fn printed<T: DeserializeOwned>(harness: &str, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .with_context(|| format!("{harness} printed something else than its results"))
}

fn of_schema_1(harness: &str, schema: u32) -> Result<()> {
    ensure!(
        schema == 1,
        "{harness} printed results of schema {schema}, and 1 is expected"
    );
    Ok(())
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
