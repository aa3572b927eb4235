//! A peer of the bindings: the greeter as an Extism plugin, and what calls it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::cargo;
use crate::progress::Progress;
use crate::repository;
use crate::stamp::Stamp;
use crate::virtual_environment::VirtualEnvironment;

/// The plugin's package, with the lock of the Python packages beside it.
const PACKAGE: &str = "bindgen/python/bench/extism-plugin";

const TARGET: &str = "wasm32-wasip1";

/// What the harness needs.
pub(crate) struct Extism {
    /// The plugin.
    pub(crate) plugin: PathBuf,
    /// The folder of the Python packages: only the benchmark may find them.
    pub(crate) packages: PathBuf,
}

/// Compiles the plugin and installs the Python packages, if they are out of date.
///
/// # Errors
///
/// If cargo or pip fails: its output has been shown by then.
pub(crate) fn ensure(progress: &Progress, environment: &VirtualEnvironment) -> Result<Extism> {
    progress.run("Compile the Extism plugin", &mut compile("build"))?;
    let packages = folder().join("python");
    let lock = repository::root().join(PACKAGE).join("requirements.lock");
    let stamp = Stamp::new(packages.join("xtask-stamp")).path(&lock)?;
    if !stamp.is_current() {
        let mut install = environment.python(["-m", "pip", "install"]);
        install
            .args(["--disable-pip-version-check", "--no-deps", "--upgrade"])
            .args(["--require-hashes", "--target"])
            .arg(&packages)
            .arg("-r");
        progress.run("Install extism", install.arg(&lock))?;
        stamp.set()?;
    }
    Ok(Extism {
        plugin: folder().join(TARGET).join("release/greeter_extism.wasm"),
        packages,
    })
}

/// `cargo build` of the plugin, or another subcommand that compiles it.
pub(crate) fn compile(subcommand: &str) -> Command {
    let mut command = cargo::command([subcommand, "--locked", "--release", "--target", TARGET]);
    command
        .arg("--manifest-path")
        .arg(manifest())
        .arg("--target-dir")
        .arg(folder());
    command
}

/// `cargo fmt --check` of the plugin.
pub(crate) fn format_check() -> Command {
    let mut command = cargo::command(["fmt", "--check", "--manifest-path"]);
    command.arg(manifest());
    command
}

fn manifest() -> PathBuf {
    repository::root().join(PACKAGE).join("Cargo.toml")
}

fn folder() -> PathBuf {
    repository::root().join("target/bench/extism")
}
