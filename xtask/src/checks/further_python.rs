//! The runtime's tests on each further Python of the machine.
//!
//! A machine need not have any: what was found is said, and no more. Where the
//! variable `FURTHER_PYTHONS` names releases, such as `3.10 3.14`, they have to
//! be there.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::build::Built;
use crate::progress::Progress;
use crate::python::{self, Interpreter, Version};
use crate::repository;
use crate::stamp::Stamp;

use super::passes;
use super::report::Verdict;

const REQUIRED: &str = "FURTHER_PYTHONS";

/// The tests of what depends on Python's release: values, classes, exceptions,
/// signals, importing and the command.
const TESTS: [&str; 9] = [
    "cases",
    "command",
    "core",
    "features",
    "instance",
    "notebook",
    "resources",
    "values",
    "wasi",
];

/// What these tests need of the packages in host-py/requirements.lock.
const PACKAGES: [&str; 13] = [
    "colorama",
    "exceptiongroup",
    "hypothesis",
    "iniconfig",
    "numpy",
    "packaging",
    "pluggy",
    "pygments",
    "pytest",
    "sortedcontainers",
    "tomli",
    "typing-extensions",
    "wasmtime",
];

pub(super) fn check(progress: &Progress, built: &Built) -> Result<Verdict> {
    let own = built.environment.release()?;
    let further: Vec<Version> = python::RELEASES
        .into_iter()
        .filter(|release| *release != own)
        .collect();
    let (found, absent): (Vec<_>, Vec<_>) = further
        .iter()
        .map(|release| (*release, python::find_release(*release)))
        .partition(|(_, interpreter)| interpreter.is_some());
    println!(
        "found beside {}: {}",
        shown(&[own]),
        shown(&releases(&found))
    );
    println!("not found: {}", shown(&releases(&absent)));
    let there: Vec<_> = releases(&found).into_iter().chain([own]).collect();
    let required = env::var(REQUIRED).unwrap_or_default();
    if let Some(absent) = missing(&required, &there) {
        bail!("Python {absent} is not found, and {REQUIRED} asks for it: install it");
    }
    let mut failed = Vec::new();
    for (release, interpreter) in found {
        let Some(interpreter) = interpreter else {
            continue;
        };
        println!("-- Python {}", shown(&[release]));
        let mut pytest = tests(&ensure_environment(progress, release, &interpreter)?);
        if let Err(error) = passes(&mut pytest) {
            failed.push(format!("Python {}: {error}", shown(&[release])));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(Verdict::Passed)
}

/// The first of the required releases that is not there.
fn missing<'a>(required: &'a str, there: &[Version]) -> Option<&'a str> {
    required
        .split_whitespace()
        .find(|release| !there.iter().any(|found| shown(&[*found]) == *release))
}

fn releases(found: &[(Version, Option<Interpreter>)]) -> Vec<Version> {
    found.iter().map(|(release, _)| *release).collect()
}

fn shown(releases: &[Version]) -> String {
    if releases.is_empty() {
        return "none".to_owned();
    }
    let all = releases
        .iter()
        .map(|(major, minor)| format!("{major}.{minor}"));
    all.collect::<Vec<_>>().join(", ")
}

fn tests(python: &std::path::Path) -> Command {
    let package = repository::root().join("bindgen/python");
    let mut command = Command::new(python);
    command
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .args(TESTS.map(|name| format!("tests/test_{name}.py")))
        .env_remove("PYTHONHOME")
        .env("PYTHONPATH", &package)
        .current_dir(package);
    command
}

/// Makes an environment with what the tests need, and returns its Python.
fn ensure_environment(
    progress: &Progress,
    (major, minor): Version,
    interpreter: &Interpreter,
) -> Result<PathBuf> {
    let folder = repository::root().join(format!("target/bindgen/python-{major}.{minor}"));
    let python = if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    };
    let lock = repository::read(&repository::root().join("host-py/requirements.lock"))?;
    let requirements = locked(&lock);
    let stamp = Stamp::new(folder.join("xtask-stamp"))
        .text(&requirements)
        .text(&folder.to_string_lossy());
    let runs = Command::new(&python).arg("-V").output();
    if stamp.is_current() && runs.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{} can't be removed", repository::shown(&folder)))?;
    }
    let mut create = interpreter.command();
    progress.run(
        &format!("Create an environment for Python {major}.{minor}"),
        create.args(["-m", "venv"]).arg(&folder),
    )?;
    let list = folder.join("requirements.txt");
    repository::write(&list, requirements.as_bytes())?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--disable-pip-version-check"])
        .args(["--no-deps", "--require-hashes", "-r"])
        .env_remove("PYTHONPATH");
    progress.run("Install what the tests need", install.arg(&list))?;
    stamp.set()?;
    Ok(python)
}

/// The entries of a lock for the packages that are needed.
fn locked(lock: &str) -> String {
    let mut wanted = false;
    let mut kept = String::new();
    for line in lock.lines() {
        if !line.starts_with([' ', '#']) {
            let name = line.split("==").next().unwrap_or_default();
            wanted = PACKAGES.contains(&name);
        }
        if wanted {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_is_taken_from_the_lock() {
        let lock = "# Made by uv.\nnumpy==2.2.6 ; python_full_version < '3.11' \\\n    --hash=a\n\
                    ziglang==0.17.1 \\\n    --hash=b\npytest==9.2.0 \\\n    --hash=c\n";
        assert_eq!(
            locked(lock),
            "numpy==2.2.6 ; python_full_version < '3.11' \\\n    --hash=a\n\
             pytest==9.2.0 \\\n    --hash=c\n"
        );
    }

    #[test]
    fn all_that_is_needed_is_in_the_lock() -> Result<()> {
        let lock = repository::read(&repository::root().join("host-py/requirements.lock"))?;
        for name in PACKAGES {
            assert!(lock.contains(&format!("\n{name}==")), "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_release_that_is_asked_for_has_to_be_there() {
        let there = [(3, 10), (3, 12)];
        assert_eq!(missing("", &there), None);
        assert_eq!(missing("3.10  3.12", &there), None);
        assert_eq!(missing("3.10 3.1", &there), Some("3.1"));
        assert_eq!(missing("3.15", &there), Some("3.15"));
    }

    #[test]
    fn no_release_is_said_to_be_none() {
        assert_eq!(shown(&[]), "none");
        assert_eq!(shown(&[(3, 10), (3, 14)]), "3.10, 3.14");
    }
}
