//! `cargo xtask lock`: pins the Python packages again.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::progress::Progress;
use crate::repository;
use crate::virtual_environment::VirtualEnvironment;

/// The release of uv that is used where the machine has none.
const UV: &str = "uv==0.13.9";

/// Resolves host-py/requirements.in anew, to the latest releases that it
/// allows, and writes host-py/requirements.lock. The comment on top stays.
///
/// # Errors
///
/// If uv can't be had, or finds no set of releases.
pub(crate) fn run(progress: &Progress, environment: &VirtualEnvironment) -> Result<()> {
    let folder = repository::root().join("host-py");
    let lock = folder.join("requirements.lock");
    let present = repository::read(&lock)?;
    let mut uv = uv(progress, environment)?;
    let resolved = progress.run(
        "Resolve host-py/requirements.in",
        uv.current_dir(&folder).args([
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            "3.10",
            "--generate-hashes",
            "--no-header",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "requirements.in",
        ]),
    )?;
    let mut text = String::new();
    for line in present.lines().take_while(|line| line.starts_with('#')) {
        writeln!(text, "{line}")?;
    }
    text.push_str(&resolved);
    repository::write(&lock, text.as_bytes())
}

/// The machine's uv, or one in a folder of its own: the lock pins what the
/// checks need, and they don't need uv.
fn uv(progress: &Progress, environment: &VirtualEnvironment) -> Result<Command> {
    let present = Command::new("uv")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    if present.is_ok_and(|output| output.status.success()) {
        return Ok(Command::new("uv"));
    }
    let folder = repository::root().join("target").join("uv");
    let program = folder
        .join("bin")
        .join(format!("uv{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} can't be written", repository::shown(&folder)))?;
        let mut install = environment.python(["-m", "pip", "install"]);
        install.args(["--disable-pip-version-check", "--target"]);
        progress.run("Install uv", install.arg(&folder).arg(UV))?;
    }
    Ok(Command::new(program))
}
