//! Where the files go that the command writes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// How often a link may lead to another link, as on Linux.
const LINKS: usize = 40;

/// Writes the whole file or nothing, and never over one of the files that it is
/// made from.
///
/// What is no regular file, such as a device or a pipe, is written to as it is.
/// A link is followed.
pub(super) fn write(path: &Path, bytes: &[u8], inputs: &[&Path]) -> Result<(), Failure> {
    for input in inputs {
        if is_same(path, input) {
            return Err(Failure::Unusable(format!(
                "{} is not written, because it is the same file as {}, which is read: name \
                 another file",
                path.display(),
                input.display()
            )));
        }
    }
    write_at(path, bytes)
        .map_err(|error| Failure::Unusable(format!("{} can't be written: {error}", path.display())))
}

fn write_at(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = behind_links(path)?;
    let there = match fs::metadata(&target) {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        let mut file = OpenOptions::new().write(true).open(&target)?;
        return file.write_all(bytes).and_then(|()| file.flush());
    }
    // A file that may not be written would be replaced by a rename all the same.
    if there.is_some() {
        OpenOptions::new().write(true).open(&target)?;
    }
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut part = part_file(folder)?;
    part.write_all(bytes)?;
    if let Some(there) = there {
        part.as_file().set_permissions(there.permissions())?;
    }
    part.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// A file in `folder` under a name that nothing else has, with the permissions
/// that a new file has by default.
fn part_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".uplift-")
        .suffix(".part")
        .make_in(folder, |path| File::create_new(path))
}

/// The path that a link leads to in the end, whether or not a file is there.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&path) else {
            return Ok(path);
        };
        path = match path.parent() {
            Some(folder) => folder.join(next),
            None => next,
        };
    }
    Err(io::Error::other("too many links lead to each other"))
}

/// Whether both are one regular file, under whichever names. Others are not
/// opened: a pipe would wait for its other end.
fn is_same(one: &Path, other: &Path) -> bool {
    let regular = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file());
    regular(one) && regular(other) && same_file::is_same_file(one, other).unwrap_or(false)
}
