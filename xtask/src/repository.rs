//! Where things are in the repository, and how text is put there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::LazyLock;

use anyhow::{Context as _, Result};

/// The repository's root. `cargo run` says where this package is; the path
/// that was compiled in serves a direct call of the program.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        package
            .parent()
            .map_or_else(|| package.clone(), Path::to_path_buf)
    });
    &ROOT
}

/// The folder that holds all built guests: the hosts look there by default.
pub(crate) fn guests() -> PathBuf {
    root().join("target").join("guests")
}

/// Where the guests are compiled. A folder of its own, because cargo-component
/// and plain cargo both write `target/wasm32-wasip1/…/greeter_component.wasm`.
pub(crate) fn guest_build() -> PathBuf {
    root().join("target").join("guest-build")
}

/// `path` as seen from the root, with forward slashes.
pub(crate) fn shown(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    inside.display().to_string().replace('\\', "/")
}

/// Reads a text file of the repository.
///
/// # Errors
///
/// Names the file if it can't be read or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} can't be read", shown(path)))
}

/// Writes a file whole or not at all, and leaves one alone that already holds
/// `content`, so that its time of change tells of changes only.
///
/// # Errors
///
/// Names the file if it can't be written.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    let unwritable = || format!("{} can't be written", shown(path));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(unwritable)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", process::id()));
    let part = path.with_file_name(name);
    fs::write(&part, content).with_context(unwritable)?;
    fs::rename(&part, path).with_context(unwritable)
}
