//! Builds all guests into `target/guests`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

use crate::cargo;
use crate::progress::Progress;
use crate::repository;
use crate::stamp::Stamp;
use crate::virtual_environment::VirtualEnvironment;

/// Builds the guests that are written in Rust: `rust.wasm`, `legacy.wasm` and
/// `legacy-quiet.wasm`.
///
/// # Errors
///
/// If cargo fails, or its core module can't be made into a component.
pub(crate) fn build_rust(progress: &Progress) -> Result<()> {
    let folder = repository::guest_build();
    let messages = progress.run(
        "Compile the Rust guests",
        cargo::command(["build", "--release", "--target", "wasm32-wasip1"])
            .args(["--package", "greeter-component"])
            .args(["--package", "greeter-legacy"])
            .arg(cargo::MESSAGES)
            .arg("--target-dir")
            .arg(&folder),
    )?;
    let component = component(&module(&messages, "greeter_component")?)?;
    let legacy = module(&messages, "greeter_legacy")?;
    // The same file name with another feature: another folder.
    let messages = progress.run(
        "Compile the legacy guest without its printing",
        cargo::command(["build", "--release", "--target", "wasm32-wasip1"])
            .args(["--package", "greeter-legacy", "--features", "quiet"])
            .arg(cargo::MESSAGES)
            .arg("--target-dir")
            .arg(folder.join("quiet")),
    )?;
    let quiet = module(&messages, "greeter_legacy")?;

    let guests = repository::guests();
    repository::write(&guests.join("rust.wasm"), &component)?;
    repository::write(&guests.join("legacy.wasm"), &legacy)?;
    repository::write(&guests.join("legacy-quiet.wasm"), &quiet)
}

/// Builds `python.wasm`, if what it is made from has changed.
///
/// # Errors
///
/// If componentize-py fails: its output has been shown by then.
pub(crate) fn build_python(progress: &Progress, environment: &VirtualEnvironment) -> Result<()> {
    let root = repository::root();
    let guest = repository::guests().join("python.wasm");
    let stamp = Stamp::new(repository::guest_build().join("python.stamp"))
        .path(&root.join("wit"))?
        .path(&root.join("guest/python/app.py"))?
        .path(&root.join("host-py/requirements.lock"))?;
    if guest.is_file() && stamp.is_current() {
        return Ok(());
    }
    let part = repository::guest_build().join("python.wasm");
    fs::create_dir_all(repository::guest_build())
        .and_then(|()| fs::create_dir_all(repository::guests()))
        .context("target can't be written")?;
    progress.run(
        "Componentize the Python guest",
        environment
            .tool("componentize-py", ["-d", "wit", "-w", "greeter"])
            .args(["componentize", "-p", "guest/python", "app", "-o"])
            .arg(&part),
    )?;
    fs::rename(&part, &guest)
        .with_context(|| format!("{} can't be written", repository::shown(&guest)))?;
    stamp.set()
}

/// The core module that cargo wrote for the package's library `name`.
fn module(messages: &str, name: &str) -> Result<Vec<u8>> {
    let path: PathBuf = cargo::artifacts(messages, name)
        .into_iter()
        .flat_map(|artifact| artifact.filenames)
        .find(|path| path.extension().is_some_and(|end| end == "wasm"))
        .with_context(|| format!("cargo wrote no WebAssembly module for {name}"))?;
    fs::read(&path).with_context(|| format!("{} can't be read", path.display()))
}

/// Makes a component of a core module that wit-bindgen's `export!` has given a
/// description of its world, and that calls WASI 0.1: the adapter translates
/// those calls to WASI 0.2.
fn component(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| {
            encoder.adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            )
        })
        .and_then(ComponentEncoder::encode)
        .context("wit-component can't make a component of guest/component")
}
