//! What can be wrong with an input, in the words that a user reads.

use std::fmt;

/// Why no package was generated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is neither a component nor WIT.
    #[error("there is nothing to generate from: give a component, WIT, or both")]
    NoInput,
    /// The component is no WebAssembly, or a core module, or damaged.
    #[error("{0}")]
    InvalidComponent(String),
    /// The WIT can't be read; the text has file, line and column.
    #[error("the WIT can't be used: {0}")]
    InvalidWit(String),
    /// There is no such world, or several and none is named.
    #[error("{0}")]
    NoWorld(String),
    /// The component is not what the WIT says.
    #[error(
        "the component does not fit the world `{world}`:{}",
        listed(differences)
    )]
    Mismatch {
        /// The world in the WIT.
        world: String,
        /// What differs, one sentence each.
        differences: Vec<String>,
    },
    /// What is to be replaced is no import that the runtime supplies.
    #[error(
        "`{name}` can't be replaced, because it is no import that the runtime supplies: of those \
         there is {}",
        named(supplied)
    )]
    NotSupplied {
        /// What was to be replaced, as the user wrote it.
        name: String,
        /// The interfaces that can be.
        supplied: Vec<String>,
    },
    /// What is to be replaced is one of several, or can't be replaced by itself.
    #[error("{0}")]
    Replacement(String),
    /// The component has what wasmtime refuses, even if nobody calls it.
    #[error(
        "the component can't run in wasmtime 48 to 50, whatever is left out:{}",
        listed(functions)
    )]
    CannotRun {
        /// Which functions it can't have, and why.
        functions: Vec<Unsupported>,
    },
    /// The world has functions that can't be called.
    #[error(
        "{} not supported:{}\nLeave them out with --skip-unsupported.",
        counted(functions.len()),
        listed(functions)
    )]
    Unsupported {
        /// Which functions, and why.
        functions: Vec<Unsupported>,
    },
}

/// A function that is left out, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// Whether the world imports it; if not, the world exports it.
    pub imported: bool,
    /// The interface, with its package and version; `None` for a function of
    /// the world itself.
    pub interface: Option<String>,
    /// The function's WIT name, such as `[method]canvas.draw`.
    pub function: String,
    /// Why it can't be called.
    pub reason: String,
    /// Whether wasmtime refuses a component that has it, even if nobody calls it.
    pub prevents: bool,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.imported { "import" } else { "export" };
        let Self {
            interface,
            function,
            reason,
            ..
        } = self;
        match interface {
            Some(interface) => write!(formatter, "{side} `{interface}`: `{function}`: {reason}"),
            None => write!(formatter, "{side} `{function}`: {reason}"),
        }
    }
}

fn listed<T: fmt::Display>(items: &[T]) -> String {
    let lines: Vec<String> = items.iter().map(|item| format!("\n  {item}")).collect();
    lines.concat()
}

/// Names between commas, as messages list them.
pub(crate) fn named(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

fn counted(functions: usize) -> String {
    match functions {
        1 => "one function is".to_owned(),
        many => format!("{many} functions are"),
    }
}
