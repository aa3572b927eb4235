//! A guess at the C signature behind an export.
//!
//! A core type has lost most of what C knew: a pointer, a length and a status
//! are all `i32`. What is left are names, and those only hint.

use std::collections::BTreeMap;

use serde::Serialize;
use wasmparser::ValType;

use super::Module;
use super::dwarf::{self, Signature};

/// What the debugging information knows, by the names of the functions.
pub(crate) struct Signatures(BTreeMap<String, Signature>);

/// A guess at a C signature.
#[derive(Clone, Debug, Serialize)]
pub struct Guess {
    /// As C would declare it.
    pub signature: String,
    /// Its parameters.
    pub parameters: Vec<GuessedParameter>,
    /// Whether there is a `...` after them.
    pub variadic: bool,
    /// What the guess rests on.
    pub evidence: Vec<String>,
}

/// A guess at one parameter.
#[derive(Clone, Debug, Serialize)]
pub struct GuessedParameter {
    /// The name in the debugging information or the name section, or one made up
    /// from the position.
    pub name: String,
    /// The C type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Whether the module knows the name.
    pub named: bool,
    /// Whether it is known to point to a function.
    pub callback: bool,
}

impl Module {
    /// The signatures of all functions that the debugging information describes.
    pub(crate) fn c_signatures(&self) -> Signatures {
        Signatures(dwarf::signatures(|name| self.custom_section(name)))
    }

    /// Guesses the C signature of the function exported as `name`.
    pub(crate) fn guess(&self, name: &str, index: u32, known: &Signatures) -> Guess {
        let inner = self.wrapped_function(index);
        self.by_dwarf(name, inner.unwrap_or(index), known)
            .unwrap_or_else(|| self.by_names(name, index, inner))
    }

    /// By the debugging information, if it fits the core type.
    fn by_dwarf(&self, name: &str, index: u32, known: &Signatures) -> Option<Guess> {
        let internal = self.function_names.get(&index).map_or(name, String::as_str);
        let signature = known.0.get(internal).or_else(|| known.0.get(name))?;
        // What follows the `...` is passed as a pointer to all of it.
        let count = signature.parameters.len() + usize::from(signature.variadic);
        if count != self.function(index).params().len() {
            return None;
        }
        let parameters: Vec<GuessedParameter> = signature
            .parameters
            .iter()
            .zip(0..)
            .map(|(found, position)| GuessedParameter {
                callback: found.callback,
                ..parameter(&found.name, position, &found.ty)
            })
            .collect();
        Some(Guess {
            signature: declaration(&signature.result, name, &parameters, signature.variadic),
            parameters,
            variadic: signature.variadic,
            evidence: vec!["DWARF".into()],
        })
    }

    fn by_names(&self, name: &str, index: u32, inner: Option<u32>) -> Guess {
        let ty = self.function(index);
        let names = self.local_names.get(&inner.unwrap_or(index));
        let mut evidence = vec!["core type".to_owned()];
        let parameters: Vec<GuessedParameter> = (0u32..)
            .zip(ty.params())
            .map(|(position, ty)| {
                let found = names.and_then(|names| names.get(&position));
                let found = found.map_or("", String::as_str);
                parameter(found, position, c_type(*ty, found))
            })
            .collect();
        if parameters.iter().any(|parameter| parameter.named) {
            evidence.push("names of its parameters".into());
        }
        let result = match ty.results() {
            [] => "void",
            [one] => c_type(*one, ""),
            _ => "(several results)",
        };
        Guess {
            signature: declaration(result, name, &parameters, false),
            parameters,
            variadic: false,
            evidence,
        }
    }

    /// The function that a command-mode wrapper calls between constructors and
    /// destructors.
    fn wrapped_function(&self, index: u32) -> Option<u32> {
        let name = self.function_names.get(&index)?;
        let inner = name.strip_suffix(".command_export")?;
        self.internal_function(inner)
    }
}

fn parameter(name: &str, position: u32, ty: &str) -> GuessedParameter {
    GuessedParameter {
        name: if name.is_empty() {
            format!("a{position}")
        } else {
            name.to_owned()
        },
        ty: ty.to_owned(),
        named: !name.is_empty(),
        callback: false,
    }
}

/// The function as C declares it.
fn declaration(
    result: &str,
    name: &str,
    parameters: &[GuessedParameter],
    variadic: bool,
) -> String {
    let typed = |ty: &str, name: &str| {
        let space = if ty.ends_with('*') { "" } else { " " };
        format!("{ty}{space}{name}")
    };
    let list = if parameters.is_empty() && !variadic {
        "void".to_owned()
    } else {
        parameters
            .iter()
            .map(|parameter| typed(&parameter.ty, &parameter.name))
            .chain(variadic.then(|| "...".to_owned()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    format!("{}({list})", typed(result, name))
}

fn c_type(ty: ValType, name: &str) -> &'static str {
    match ty {
        ValType::I32 if is_length(name) => "size_t",
        ValType::I32 if is_pointer(name) => "void *",
        ValType::I32 => "int32_t",
        ValType::I64 => "int64_t",
        ValType::F32 => "float",
        ValType::F64 => "double",
        ValType::V128 => "v128_t",
        ValType::Ref(_) => "(a reference)",
    }
}

fn is_length(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["len", "length", "size", "count", "nbytes"]
        .iter()
        .any(|word| name == *word || name.ends_with(&format!("_{word}")) || name.ends_with(word))
}

fn is_pointer(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["ptr", "buf", "buffer", "str", "dst", "src", "dest", "data"]
        .iter()
        .any(|word| name == *word || name.ends_with(&format!("_{word}")))
}
