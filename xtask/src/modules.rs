//! The modules that uplift is tried on and that nobody here wrote: C libraries,
//! compiled for WebAssembly, and a package of npm as it ships. They are made in
//! `target/modules` and used until what they are made from changes.

mod c_library;
mod npm;

use std::path::PathBuf;

use anyhow::Result;

use crate::progress::Progress;
use crate::repository;
use crate::virtual_environment::VirtualEnvironment;

pub(crate) use npm::Npm;

/// Makes all of them; without npm, all but xxhash-wasm.
///
/// # Errors
///
/// If a step fails: its output has been shown by then.
pub(crate) fn all(
    progress: &Progress,
    environment: &VirtualEnvironment,
    npm: Result<&Npm, &String>,
) -> Result<()> {
    c_libraries(progress, environment)?;
    match npm {
        Ok(npm) => xxhash(progress, environment, npm),
        Err(absent) => {
            progress.say(&format!("xxhash-wasm is left out: {absent}"));
            Ok(())
        }
    }
}

/// Compiles the C libraries, from sources that crates carry.
///
/// # Errors
///
/// If cargo can't get the sources, or zig fails.
pub(crate) fn c_libraries(progress: &Progress, environment: &VirtualEnvironment) -> Result<()> {
    let sources = c_library::Sources::fetch(progress)?;
    for library in &c_library::LIBRARIES {
        library.compile(progress, environment, &sources)?;
    }
    Ok(())
}

/// Takes the module out of xxhash-wasm.
///
/// # Errors
///
/// If npm can't get the package, or gets another one.
pub(crate) fn xxhash(
    progress: &Progress,
    environment: &VirtualEnvironment,
    npm: &Npm,
) -> Result<()> {
    npm.take(progress, environment, &npm::XXHASH, &path("xxhash"))
}

/// Where the module called `name` is, once it is made.
fn path(name: &str) -> PathBuf {
    let folder = repository::root().join("target").join("modules");
    folder.join(name).with_extension("wasm")
}
