//! What `cargo xtask build` leaves for these tests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// A path below the root that the build made.
///
/// # Panics
///
/// If the build didn't.
pub(crate) fn path(inside: &str) -> PathBuf {
    present(root().join(inside))
}

/// The binary of host-rs: where `cargo xtask test` says, or where cargo puts it.
///
/// # Panics
///
/// If it was not built.
pub(crate) fn host_rs() -> PathBuf {
    let named = env::var_os("GREETER_HOST_RS").map(PathBuf::from);
    present(named.unwrap_or_else(|| {
        let file = format!("host-rs{}", env::consts::EXE_SUFFIX);
        root().join("target/release").join(file)
    }))
}

/// A call of cargo at the root, where nothing but the repository decides where
/// its output goes.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(arguments)
        .current_dir(root())
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET_DIR");
    command
}

fn present(path: PathBuf) -> PathBuf {
    assert!(
        path.exists(),
        "{} is absent: run `cargo xtask build` first",
        path.display()
    );
    path
}
