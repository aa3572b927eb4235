//! Builds everything: the environment, all guests, the Rust host.

use std::path::PathBuf;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, anyhow};

use crate::progress::Progress;
use crate::virtual_environment::VirtualEnvironment;
use crate::{cargo, guests, prerequisites};

/// What was built.
pub(crate) struct Built {
    /// Where `python -m host_py` runs.
    pub(crate) environment: VirtualEnvironment,
    /// The binary of host-rs.
    pub(crate) host_rs: PathBuf,
}

/// Only the environment.
///
/// # Errors
///
/// If something is missing on the machine, or a step fails.
pub(crate) fn environment(progress: &Progress) -> Result<VirtualEnvironment> {
    let python = prerequisites::check(progress)?;
    VirtualEnvironment::ensure(progress, &python)
}

/// Builds what is out of date, side by side: wasmtime takes minutes to compile
/// while the Python side waits for the network.
///
/// # Errors
///
/// The first failure, after all have ended.
pub(crate) fn all(progress: &Progress) -> Result<Built> {
    let python = prerequisites::check(progress)?;
    thread::scope(|scope| {
        let python_side = scope.spawn(|| {
            let environment = VirtualEnvironment::ensure(progress, &python)?;
            guests::build_python(progress, &environment)?;
            anyhow::Ok(environment)
        });
        let rust_guests = scope.spawn(|| guests::build_rust(progress));
        let host_rs = cargo::build_host_rs(progress);
        join(rust_guests)?;
        Ok(Built {
            environment: join(python_side)?,
            host_rs: host_rs?,
        })
    })
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread
        .join()
        .unwrap_or_else(|_| Err(anyhow!("a build step panicked: this is a defect of xtask")))
}
