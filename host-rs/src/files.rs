//! Reads the files that a user names, up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::Error;

/// What a file is expected to hold, in the words of errors.
pub(crate) const COMPONENT: &str = "component";
pub(crate) const CORE_MODULE: &str = "core module";

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 1 << 30;

/// Reads the WebAssembly binary in the file at `path`, which has to be of the
/// expected kind.
pub(crate) fn read_wasm(path: &Path, expected: &'static str) -> Result<Vec<u8>, Error> {
    let mut start = [0; 8];
    let read_start = File::open(path).and_then(|file| {
        let mut start = start.as_mut_slice();
        io::copy(&mut file.take(8), &mut start)
    });
    let length = read_start.map_err(|reason| unreadable(path, reason))?;
    if !start.starts_with(b"\0asm") {
        return Err(Error::NotWasm {
            path: path.into(),
            expected,
        });
    }
    // The layer field after the version tells the two kinds apart (Component
    // Model, Binary.md).
    match (start[6..] == [0, 0], expected) {
        (true, COMPONENT) if length == 8 => Err(Error::CoreModule(path.into())),
        (false, CORE_MODULE) => Err(Error::Component(path.into())),
        _ => read(path),
    }
}

/// Reads the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let length = File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|reason| unreadable(path, reason))?;
    if length as u64 > LARGEST_FILE {
        let reason = format!("it is larger than {LARGEST_FILE} bytes");
        return Err(unreadable(path, io::Error::other(reason)));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, reason: io::Error) -> Error {
    Error::Unreadable {
        path: path.into(),
        reason,
    }
}

/// Finds `relative` in the current directory or the nearest one above it.
pub(crate) fn nearest(relative: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors()
        .map(|folder| folder.join(relative))
        .find(|path| path.exists())
}
