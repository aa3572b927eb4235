//! What can go wrong, in words for the person at the keyboard.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::sandbox::one_line;

/// Why a guest could not be loaded or called.
///
/// The text of each names the file, function or value, what was expected, and
/// how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No folder of built guests was found.
    #[error(
        "no target/guests here or above: run `cargo xtask build`, or name the folder with --guests DIR"
    )]
    NoGuestsFolder,

    /// The folder does not hold the guest that was asked for.
    #[error("no {file} in {}: run `cargo xtask build`", folder.display())]
    MissingGuest {
        /// The file that is not there.
        file: String,
        /// Where it was looked for.
        folder: PathBuf,
    },

    /// Neither a guest's name nor a file.
    #[error("no file `{0}`: --guest takes rust, python, legacy or the path of a component")]
    NoSuchGuest(String),

    /// A file could not be read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: std::io::Error,
    },

    /// A core module where a component is expected.
    #[error(
        "{} is a core module, and a component is expected: a component is what \
         `cargo component build` or wit-component makes of one", .0.display()
    )]
    CoreModule(PathBuf),

    /// A component where a core module is expected.
    #[error("{} is a component, and a core module is expected", .0.display())]
    Component(PathBuf),

    /// Not a WebAssembly binary at all.
    #[error(
        "{} is not a WebAssembly binary, and a {expected} is expected: \
         it does not begin with `\\0asm`", path.display()
    )]
    NotWasm {
        /// The file.
        path: PathBuf,
        /// `component` or `core module`.
        expected: &'static str,
    },

    /// A binary that does not compile: truncated, corrupt, or too new.
    #[error("{} is not a valid {expected}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// `component` or `core module`.
        expected: &'static str,
        /// What the runtime says of it.
        reason: String,
    },

    /// A guest that imports what the sandbox does not offer.
    #[error(
        "{} imports `{import}`, which this host does not offer: \
         it offers {offered} without files, environment or network", path.display()
    )]
    UnknownImport {
        /// The file.
        path: PathBuf,
        /// The WASI that there is for a guest of this kind.
        offered: &'static str,
        /// The name of the import.
        import: String,
    },

    /// A guest that lacks an export, or exports it with another type.
    #[error("{} does not export {expected}: {reason}", path.display())]
    MissingExport {
        /// The file.
        path: PathBuf,
        /// What was expected of it.
        expected: &'static str,
        /// What the runtime says of it.
        reason: String,
    },

    /// A guest that needs more than the limits allow before it even runs.
    #[error("{} does not fit the limits: {reason}{}", path.display(), advice(reason))]
    OverLimits {
        /// The file.
        path: PathBuf,
        /// What the runtime says of it.
        reason: String,
    },

    /// The per-user cache of compiled code can't be used.
    #[error("the cache of compiled code can't be used: {0}: mend it, or pass --no-cache")]
    Cache(String),

    /// The runtime itself could not be set up.
    #[error("wasmtime could not be set up: {0}")]
    Runtime(String),

    /// The guest ended in a trap. Its instance is gone; the next call gets a
    /// fresh one.
    #[error("{0}")]
    Trap(Box<Trap>),

    /// The guest ran longer than it may and was stopped.
    #[error(
        "the guest was stopped in `{function}`: it ran for more than {} s (--timeout)",
        limit.as_secs_f64()
    )]
    TimedOut {
        /// The function that was called.
        function: &'static str,
        /// The limit.
        limit: Duration,
    },

    /// The guest ended itself, as a program does that calls `exit`.
    #[error("the guest ended itself in `{function}`, with exit status {status}")]
    Exited {
        /// The function that was called.
        function: &'static str,
        /// What the guest gave as its status.
        status: i32,
    },

    /// The legacy guest's memory could not grow for a name.
    #[error("the guest's memory has no room for a name of {0} bytes (--memory)")]
    NoRoom(usize),

    /// A name that the C ABI has no way to pass on.
    #[error(
        "the name holds a NUL at byte {0}, which a C string cannot express: use a component guest"
    )]
    InteriorNul(usize),

    /// The legacy guest broke the rules that its C ABI leaves unsaid.
    #[error("the legacy guest broke its C ABI in `{function}`: {reason}")]
    LegacyAbi {
        /// The function that was called.
        function: &'static str,
        /// Which rule.
        reason: String,
    },

    /// A file of parity cases that can't be used.
    #[error("{reason}")]
    Cases {
        /// What is wrong, with the file's name.
        reason: String,
    },
}

impl Error {
    pub(crate) fn lacks_world(path: &Path, reason: &wasmtime::Error) -> Self {
        Error::MissingExport {
            path: path.into(),
            expected: "the world `greeter`",
            reason: one_line(reason),
        }
    }

    pub(crate) fn lacks_c_abi(path: &Path, reason: &wasmtime::Error) -> Self {
        Error::MissingExport {
            path: path.into(),
            expected: "the greeter's C ABI",
            reason: one_line(reason),
        }
    }

    /// Whether the guest ran and failed, as opposed to an input that could not
    /// be used at all.
    #[must_use]
    pub fn is_guest_failure(&self) -> bool {
        matches!(
            self,
            Error::Trap(_)
                | Error::TimedOut { .. }
                | Error::Exited { .. }
                | Error::NoRoom(_)
                | Error::LegacyAbi { .. }
        )
    }
}

/// Which flag mends it, where one does.
fn advice(reason: &str) -> &'static str {
    if reason.contains("minimum size") {
        ": raise --memory or --table"
    } else {
        ""
    }
}

/// What the backtrace names where a component that `uplift` made of a C module is
/// passed a NUL in a name.
const WRAPPED_NUL: &str = "uplift: a C string can't hold the NUL in this string";

impl Error {
    /// Whether C has no way to ask the guest this: the host refuses to, or the guest
    /// says that it wraps a C module.
    #[must_use]
    pub fn is_not_expressible(&self) -> bool {
        match self {
            Error::InteriorNul(_) => true,
            Error::Trap(trap) => {
                let mut frames = trap.backtrace.iter();
                frames.any(|frame| frame.contains(WRAPPED_NUL))
            }
            _ => false,
        }
    }
}

/// How a guest trapped.
#[derive(Debug)]
pub struct Trap {
    /// The function that was called.
    pub function: &'static str,
    /// The reason, as the runtime words it.
    pub message: String,
    /// WebAssembly's own code for the reason, where there is one.
    pub code: Option<wasmtime::Trap>,
    /// What the guest wrote to its stderr during the call: a panic's text.
    pub stderr: Vec<String>,
    /// The frames of WebAssembly that were active, innermost first, a line each.
    pub backtrace: Vec<String>,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the guest trapped in `{}`: {}",
            self.function, self.message
        )?;
        for line in self.stderr.iter().filter(|line| !line.is_empty()) {
            write!(f, "\n  guest stderr: {line}")?;
        }
        if !self.backtrace.is_empty() {
            write!(f, "\n  wasm backtrace:")?;
        }
        for frame in &self.backtrace {
            write!(f, "\n  {frame}")?;
        }
        Ok(())
    }
}
