//! `cargo xtask clean`: removes what the other commands made.

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::repository;

/// Removes target, .venv and the package that the README makes. The compiled
/// guests that the hosts keep in the user's cache folder stay.
///
/// # Errors
///
/// If something can't be removed.
pub(crate) fn run() -> Result<()> {
    for folder in [".venv", "bindgen/python/examples/greeter", "target"] {
        let folder = repository::root().join(folder);
        remove(&folder).with_context(|| {
            format!(
                "{} can't be removed: close what uses it",
                repository::shown(&folder)
            )
        })?;
    }
    Ok(())
}

/// Removes a folder with all that is in it. Windows keeps this very program,
/// which runs from target; the rest goes there too.
fn remove(folder: &Path) -> io::Result<()> {
    let keeps_this_program =
        cfg!(windows) && env::current_exe().is_ok_and(|program| program.starts_with(folder));
    if keeps_this_program {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                remove(&path)?;
            } else if env::current_exe()? != path {
                fs::remove_file(path)?;
            }
        }
        return Ok(());
    }
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
