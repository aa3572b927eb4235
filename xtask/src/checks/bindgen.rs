//! The checks of `bindgen`: the generator, the Python package, the cases.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::bench::extism;
use crate::bindgen;
use crate::build::Built;
use crate::cargo;
use crate::progress::Progress;
use crate::repository;

use super::report::{Report, Verdict};
use super::{DENY, further_python, passes};

const GENERATOR: &str = "wasmtime-bindgen-generator";
const CASES: &str = "wasmtime-bindgen-cases";
/// Calls the guests of the cases too, for the Python tests to compare with.
const REFERENCE: &str = "wasmtime-bindgen-reference";
const WASM: [&str; 2] = ["--target", "wasm32-wasip2"];

/// The oldest release of wasmtime that the package says it works with.
const OLDEST: &str = "bindgen/python/wasmtime-48.lock";
/// One that is neither the oldest nor that of the environment.
const BETWEEN: &str = "bindgen/python/wasmtime-49.lock";

pub(super) fn run(report: &mut Report, progress: &Progress, built: &Built) {
    generator(report);
    report.check("bindgen: fresh", || {
        bindgen::check(progress, &built.environment).map(|()| Verdict::Passed)
    });
    report.check("bindgen: guests", || {
        passes(cargo::command(["build", "--package", CASES, "--examples"]).args(WASM))?;
        passes(&mut cargo::command(["build", "--package", REFERENCE]))
    });
    let in_python = |arguments: &[&str]| {
        let mut command = built.environment.python(["-m"]);
        command
            .args(arguments)
            .current_dir(repository::root().join("bindgen/python"));
        command
    };
    report.check("bindgen: ruff check", || {
        passes(&mut in_python(&["ruff", "check", "."]))
    });
    report.check("bindgen: ruff format", || {
        passes(&mut in_python(&["ruff", "format", "--check", "."]))
    });
    report.check("bindgen: mypy", || {
        let folders = ["mypy", "wasmtime_bindgen", "tests", "bench"];
        passes(&mut in_python(&folders))
    });
    report.check("bindgen: pytest", || passes(&mut in_python(&["pytest"])));
    report.check("bindgen: pytest, oldest wasmtime", || {
        let folder = other_wasmtime(progress, built, OLDEST)?;
        let apart = ["tests/test_typing.py", "tests/test_packaging.py"];
        let mut pytest = in_python(&["pytest", "--ignore", apart[0], "--ignore", apart[1]]);
        passes(pytest.env("PYTHONPATH", folder))
    });
    report.check("bindgen: pytest, wasmtime between", || {
        let folder = other_wasmtime(progress, built, BETWEEN)?;
        let calls = ["tests/test_cases.py", "tests/test_resources.py"];
        let mut pytest = in_python(&["pytest", calls[0], calls[1]]);
        passes(pytest.env("PYTHONPATH", folder))
    });
    report.check("bindgen: pytest, further Pythons", || {
        further_python::check(progress, built)
    });
}

fn generator(report: &mut Report) {
    report.check("bindgen: clippy", || {
        for package in [GENERATOR, REFERENCE] {
            let mut clippy = cargo::command(["clippy", "--all-targets", "--package", package]);
            passes(clippy.args(DENY))?;
        }
        Ok(Verdict::Passed)
    });
    report.check("bindgen: clippy, wasm", || {
        let mut generator = cargo::command(["clippy", "--package", GENERATOR, "--lib"]);
        passes(generator.args(WASM).args(DENY))?;
        let mut cases = cargo::command(["clippy", "--package", CASES, "--lib", "--examples"]);
        passes(cases.args(WASM).args(DENY))
    });
    // A workspace of its own.
    report.check("bindgen: clippy, Extism plugin", || {
        passes(&mut extism::format_check())?;
        passes(extism::compile("clippy").args(DENY))
    });
    // All of them: those that are ignored by default need .venv, which is there.
    report.check("bindgen: generator", || {
        let mut test = cargo::command(["test", "--package", GENERATOR]);
        passes(test.args(["--", "--include-ignored"]))
    });
}

/// Another wasmtime in a folder of its own, to be found before that of the
/// environment.
fn other_wasmtime(progress: &Progress, built: &Built, lock: &str) -> Result<PathBuf> {
    let lock = repository::root().join(lock);
    let name = lock.file_stem().context("the lock has no name")?;
    let folder = repository::root().join("target/bindgen").join(name);
    let stamp = crate::stamp::Stamp::new(folder.join("xtask-stamp")).path(&lock)?;
    if !stamp.is_current() {
        let mut install = built.environment.python(["-m", "pip", "install"]);
        install
            .args(["--disable-pip-version-check", "--no-deps", "--upgrade"])
            .args(["--require-hashes", "-r"])
            .arg(&lock);
        progress.run(
            &format!("Install {}", name.to_string_lossy()),
            install.arg("--target").arg(&folder),
        )?;
        stamp.set()?;
    }
    Ok(folder)
}
