//! A guess at the C signature behind an export.
//!
//! A core type has lost most of what C knew: a pointer, a length and a status
//! are all `i32`. What is left are names, and those only hint.

use serde::Serialize;
use wasmparser::ValType;

use super::Module;

/// A guess at a C signature.
#[derive(Clone, Debug, Serialize)]
pub struct Guess {
    /// As C would declare it.
    pub signature: String,
    /// Its parameters.
    pub parameters: Vec<GuessedParameter>,
    /// What the guess rests on.
    pub evidence: Vec<String>,
}

/// A guess at one parameter.
#[derive(Clone, Debug, Serialize)]
pub struct GuessedParameter {
    /// The name in the name section, or one made up from the position.
    pub name: String,
    /// The C type.
    #[serde(rename = "type")]
    pub ty: &'static str,
    /// Whether the name comes from the name section.
    pub named: bool,
}

impl Module {
    /// Guesses the C signature of the function exported as `name`.
    pub(crate) fn guess(&self, name: &str, index: u32) -> Guess {
        let ty = self.function(index);
        let inner = self.wrapped_function(index);
        let names = self.local_names.get(&inner.unwrap_or(index));
        let mut evidence = vec!["core type".to_owned()];
        let parameters: Vec<GuessedParameter> = (0u32..)
            .zip(ty.params())
            .map(|(position, ty)| {
                let found = names
                    .and_then(|names| names.get(&position))
                    .filter(|name| !name.is_empty());
                GuessedParameter {
                    name: found.cloned().unwrap_or_else(|| format!("a{position}")),
                    ty: c_type(*ty, found.map(String::as_str)),
                    named: found.is_some(),
                }
            })
            .collect();
        if parameters.iter().any(|parameter| parameter.named) {
            evidence.push("names of its parameters".into());
        }
        let result = match ty.results() {
            [] => "void",
            [one] => c_type(*one, None),
            _ => "(several results)",
        };
        let list = if parameters.is_empty() {
            "void".to_owned()
        } else {
            parameters
                .iter()
                .map(|parameter| format!("{} {}", parameter.ty, parameter.name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        Guess {
            signature: format!("{result} {name}({list})"),
            parameters,
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

fn c_type(ty: ValType, name: Option<&str>) -> &'static str {
    match ty {
        ValType::I32 => match name {
            Some(name) if is_length(name) => "size_t",
            Some(name) if is_pointer(name) => "void *",
            _ => "int32_t",
        },
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
