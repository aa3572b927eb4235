//! Remembers what something was made from, so that it is made again only when
//! that changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::repository;

/// The digest of everything that goes into a product, kept in a file beside it.
pub(crate) struct Stamp {
    file: PathBuf,
    digest: Sha256,
}

impl Stamp {
    /// A stamp to be kept in `file`, with no inputs yet.
    pub(crate) fn new(file: PathBuf) -> Self {
        Self {
            file,
            digest: Sha256::new(),
        }
    }

    /// Adds a text, such as a version, to the inputs.
    #[must_use]
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.entry(b"text", text.as_bytes());
        self
    }

    /// Adds a file, or a folder with all the files in it, to the inputs.
    ///
    /// # Errors
    ///
    /// Names the file if it can't be read.
    pub(crate) fn path(mut self, path: &Path) -> Result<Self> {
        self.add(path)?;
        Ok(self)
    }

    /// Whether the product was last made from these very inputs.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept.trim() == self.hex())
    }

    /// Records that the product is now made from these inputs.
    ///
    /// # Errors
    ///
    /// Names the stamp's file if it can't be written.
    pub(crate) fn set(&self) -> Result<()> {
        repository::write(&self.file, format!("{}\n", self.hex()).as_bytes())
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let unreadable = || format!("{} can't be read", repository::shown(path));
        if path.is_dir() {
            let mut entries = fs::read_dir(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .with_context(unreadable)?;
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                self.add(&entry.path())?;
            }
        } else {
            let content = fs::read(path).with_context(unreadable)?;
            self.entry(repository::shown(path).as_bytes(), &content);
        }
        Ok(())
    }

    /// Lengths go in too, so that no two lists of inputs run into one another.
    fn entry(&mut self, name: &[u8], content: &[u8]) {
        for part in [name, content] {
            self.digest.update((part.len() as u64).to_le_bytes());
            self.digest.update(part);
        }
    }

    fn hex(&self) -> String {
        use std::fmt::Write as _;
        self.digest
            .clone()
            .finalize()
            .iter()
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(texts: &[&str]) -> String {
        texts
            .iter()
            .fold(Stamp::new(PathBuf::new()), |stamp, text| stamp.text(text))
            .hex()
    }

    #[test]
    fn inputs_do_not_run_into_one_another() {
        assert_ne!(hex(&["ab", "c"]), hex(&["a", "bc"]));
        assert_ne!(hex(&["abc"]), hex(&["abc", ""]));
        assert_eq!(hex(&["ab", "c"]), hex(&["ab", "c"]));
    }

    #[test]
    fn a_changed_file_and_a_changed_name_make_a_stamp_stale() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        let input = folder.join("inputs");
        fs::create_dir_all(&input)?;
        fs::write(input.join("a"), "one")?;
        let stamp = || Stamp::new(folder.join("stamp")).path(&input);

        assert!(!stamp()?.is_current());
        stamp()?.set()?;
        assert!(stamp()?.is_current());
        fs::write(input.join("a"), "two")?;
        assert!(!stamp()?.is_current());
        fs::write(input.join("a"), "one")?;
        assert!(stamp()?.is_current());
        fs::rename(input.join("a"), input.join("b"))?;
        assert!(!stamp()?.is_current());

        fs::remove_dir_all(folder)?;
        Ok(())
    }
}
