//! `cargo xtask test`: runs every check, and says at the end how each went.

mod bindgen;
mod further_python;
mod report;
mod uplift;

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::bench;
use crate::build::{self, Built};
use crate::cargo;
use crate::docs_blocks;
use crate::modules::Npm;
use crate::prerequisites;
use crate::progress::{Progress, command_line};
use crate::repository;

use report::{Report, Verdict};

/// The release that the checks need: the lesson names this tool.
const CARGO_COMPONENT: &str = "cargo install --locked cargo-component@0.21.1";

/// Runs all checks, whether or not some fail.
///
/// # Errors
///
/// If a check failed, or was skipped although the variable CI is `true`.
pub(crate) fn run(progress: &Progress) -> Result<()> {
    prerequisites::check_components()?;
    let npm = Npm::find();
    if let Err(absent) = &npm {
        progress.say(&format!("A check will be skipped: {absent}"));
    }
    let mut report = Report::default();
    report.check("docs", || docs_blocks::check().map(|()| Verdict::Passed));
    report.check("rustfmt", || {
        passes(&mut cargo::command(["fmt", "--all", "--check"]))
    });
    let mut built = None;
    report.check("build", || {
        built = Some(build::all(progress)?);
        Ok(Verdict::Passed)
    });
    if let Some(built) = &built {
        python(&mut report, progress, built);
        rust(&mut report, built);
        guests(&mut report, built);
        uplift::run(&mut report, progress, built, &npm);
        bindgen::run(&mut report, progress, built);
        report.check("README", || {
            passes(&mut xtask_test(built, ["--test", "readme"]))
        });
        report.check("bench --short", || {
            bench::run_short(progress, built).map(|()| Verdict::Passed)
        });
    } else {
        report.skip_rest("the build failed");
    }
    report.end(env::var("CI").is_ok_and(|ci| ci == "true"))
}

fn python(report: &mut Report, progress: &Progress, built: &Built) {
    let in_host_py = |module: &str, arguments: &[&str]| {
        let mut command = built.environment.python(["-m", module]);
        command
            .args(arguments)
            .current_dir(repository::root().join("host-py"));
        passes(&mut command)
    };
    report.check("ruff check", || {
        in_host_py(
            "ruff",
            &[
                "check",
                "--config",
                "pyproject.toml",
                ".",
                "../guest/python",
                "../uplift/examples",
            ],
        )
    });
    report.check("ruff format", || {
        let all = [
            "--check",
            "--config",
            "pyproject.toml",
            ".",
            "../guest/python",
            "../uplift/examples",
        ];
        in_host_py("ruff", &[["format"].as_slice(), &all].concat())
    });
    report.check("mypy: host-py", || {
        in_host_py("mypy", &["--strict", "host_py", "tests", "bench"])
    });
    report.check("mypy: guest/python", || guest_types(progress, built));
    report.check("pytest", || in_host_py("pytest", &[]));
}

/// Checks the Python guest against the bindings that its world gives it.
fn guest_types(progress: &Progress, built: &Built) -> Result<Verdict> {
    let bindings = repository::root().join("target/guest-bindings");
    if bindings.exists() {
        fs::remove_dir_all(&bindings)
            .with_context(|| format!("{} can't be removed", repository::shown(&bindings)))?;
    }
    let mut generate = built.environment.tool(
        "componentize-py",
        ["-d", "wit", "-w", "greeter", "bindings"],
    );
    progress.run(
        "Generate the Python guest's bindings",
        generate.arg(&bindings),
    )?;
    let mut mypy = built.environment.python(["-m", "mypy", "--strict"]);
    passes(mypy.arg("guest/python/app.py").env("MYPYPATH", &bindings))
}

/// Makes clippy fail where it warns.
const DENY: [&str; 3] = ["--", "--deny", "warnings"];

fn rust(report: &mut Report, built: &Built) {
    let guest_build = repository::guest_build();
    let clippy_guests = |arguments: &[&str]| {
        let mut clippy = cargo::command(["clippy", "--release", "--target", "wasm32-wasip1"]);
        clippy.arg("--target-dir").arg(&guest_build);
        passes(clippy.args(arguments).args(DENY))
    };
    // The profile of the build, so that wasmtime's build scripts and macros
    // serve both.
    report.check("clippy: host-rs", || {
        let mut clippy = cargo::command(["clippy", "--release", "--package", "host-rs"]);
        passes(clippy.arg("--all-targets").args(DENY))
    });
    for (name, package) in [("clippy: parity", "parity"), ("clippy: xtask", "xtask")] {
        report.check(name, || {
            let mut clippy = cargo::command(["clippy", "--all-targets", "--package", package]);
            passes(clippy.args(DENY))
        });
    }
    report.check("clippy: guests", || {
        clippy_guests(&[
            "--package",
            "greeter-component",
            "--package",
            "greeter-legacy",
        ])
    });
    report.check("clippy: quiet guest", || {
        clippy_guests(&["--package", "greeter-legacy", "--features", "quiet"])
    });
    report.check("rustdoc", || {
        let mut doc = cargo::command(["doc", "--release", "--no-deps", "--package", "host-rs"]);
        passes(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    });
    report.check("tests: host-rs", || {
        let mut test = cargo::command(["test", "--release", "--package", "host-rs"]);
        passes(test.env(HOST_RS, &built.host_rs))
    });
    report.check("tests: parity", || {
        passes(&mut cargo::command(["test", "--package", "parity"]))
    });
    report.check("tests: xtask", || {
        passes(&mut xtask_test(built, ["--bins"]))
    });
}

/// Rewrites the golden files from what both hosts say now, then checks that
/// the second host says the same as the first.
///
/// # Errors
///
/// If something else in those tests fails, or the hosts differ.
pub(crate) fn bless() -> Result<()> {
    for update in ["always", "no"] {
        let mut test = cargo::command(["test", "--package", "parity"]);
        passes(test.env("INSTA_UPDATE", update))?;
    }
    Ok(())
}

/// The three ways to build the Rust component.
fn guests(report: &mut Report, built: &Built) {
    report.check("cargo build --target wasm32-wasip2", || {
        passes(&mut xtask_test(built, ["--test", "three_ways"]))
    });
    report.check("cargo component build", || {
        let version = cargo::command(["component", "--version"])
            .stdin(Stdio::null())
            .output()
            .context("cargo can't be started")?;
        if !version.status.success() {
            return Ok(Verdict::Skipped(format!(
                "cargo-component is absent: {CARGO_COMPONENT}"
            )));
        }
        passes(&mut xtask_test(
            built,
            ["--test", "three_ways", "--", "--ignored"],
        ))
    });
}

/// Tells a test where the binary of host-rs is.
const HOST_RS: &str = "GREETER_HOST_RS";

fn xtask_test<const N: usize>(built: &Built, arguments: [&str; N]) -> Command {
    let mut command = cargo::command(["test", "--package", "xtask"]);
    command.args(arguments).env(HOST_RS, &built.host_rs);
    command
}

/// Runs a check whose output is for the reader.
fn passes(command: &mut Command) -> Result<Verdict> {
    let line = command_line(command);
    println!("$ {line}");
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{line} can't be started"))?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(Verdict::Passed)
}
