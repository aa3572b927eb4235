//! Finds a guest by name or path, and calls it whichever way it needs.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::Error;
use crate::component::ComponentGreeter;
use crate::files::nearest;
use crate::legacy::LegacyGreeter;
use crate::sandbox::Sandbox;

/// Which guest is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestName {
    /// The component in Rust.
    Rust,
    /// The component in Python.
    Python,
    /// The core module with a C ABI.
    Legacy,
    /// A component in a file of the user's.
    Path(String),
}

impl GuestName {
    /// The guests that `cargo xtask build` makes.
    pub const BUILT: [GuestName; 3] = [GuestName::Rust, GuestName::Python, GuestName::Legacy];
}

impl FromStr for GuestName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "rust" => GuestName::Rust,
            "python" => GuestName::Python,
            "legacy" => GuestName::Legacy,
            path => GuestName::Path(path.to_owned()),
        })
    }
}

impl fmt::Display for GuestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GuestName::Rust => "rust",
            GuestName::Python => "python",
            GuestName::Legacy => "legacy",
            GuestName::Path(path) => path,
        })
    }
}

/// Which build of the legacy guest is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// The one that says on stdout what it does.
    Printing,
    /// The one that does not, for long inputs and for measurements.
    Quiet,
}

/// Where the guests are that `cargo xtask build` made.
#[derive(Clone, Debug)]
pub struct GuestsFolder(Option<PathBuf>);

impl GuestsFolder {
    /// Takes the folder that the user named, or the nearest `target/guests` in
    /// the current directory or above. That there is one is asked only when a
    /// guest from it is.
    #[must_use]
    pub fn new(named: Option<PathBuf>) -> Self {
        GuestsFolder(named.or_else(|| nearest(Path::new("target/guests"))))
    }

    fn file(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.0.as_ref().ok_or(Error::NoGuestsFolder)?;
        let file = folder.join(name);
        if file.is_file() {
            Ok(file)
        } else {
            Err(Error::MissingGuest {
                file: name.to_owned(),
                folder: folder.clone(),
            })
        }
    }
}

/// A guest that is ready to be called.
pub enum Guest {
    /// By its WIT interface.
    Component(ComponentGreeter),
    /// By its C ABI.
    Legacy(LegacyGreeter),
}

impl Guest {
    /// Loads the guest that `name` means.
    ///
    /// # Errors
    ///
    /// If there is no such guest, or it can't be used.
    pub fn load(
        sandbox: &Sandbox,
        folder: &GuestsFolder,
        name: &GuestName,
        legacy: Legacy,
    ) -> Result<Self, Error> {
        let path = match (name, legacy) {
            (GuestName::Rust, _) => folder.file("rust.wasm")?,
            (GuestName::Python, _) => folder.file("python.wasm")?,
            (GuestName::Legacy, Legacy::Printing) => folder.file("legacy.wasm")?,
            (GuestName::Legacy, Legacy::Quiet) => folder.file("legacy-quiet.wasm")?,
            (GuestName::Path(path), _) if Path::new(path).exists() => path.into(),
            (GuestName::Path(path), _) => return Err(Error::NoSuchGuest(path.clone())),
        };
        if *name == GuestName::Legacy {
            LegacyGreeter::load(sandbox, &path).map(Guest::Legacy)
        } else {
            ComponentGreeter::load(sandbox, &path).map(Guest::Component)
        }
    }

    /// Greets `name`.
    ///
    /// # Errors
    ///
    /// As the guest's own `greet`.
    pub fn greet(&mut self, name: &str) -> Result<String, Error> {
        match self {
            Guest::Component(guest) => guest.greet(name),
            Guest::Legacy(guest) => guest.greet(name),
        }
    }

    /// Adds `a` and `b`.
    ///
    /// # Errors
    ///
    /// As the guest's own `add`.
    pub fn add(&mut self, a: i32, b: i32) -> Result<i32, Error> {
        match self {
            Guest::Component(guest) => guest.add(a, b),
            Guest::Legacy(guest) => guest.add(a, b),
        }
    }
}
