//! A guess at the C signature behind an export.
//!
//! A core type has lost most of what C knew: a pointer, a length and a status
//! are all `i32`. What is left are names, and those only hint.

use std::collections::BTreeMap;

use serde::Serialize;
use wasmparser::{FuncType, ValType};

use super::Module;
use super::dwarf;
use crate::c::{Declaration, Library, Number, Type};

/// A guess at a C signature.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// What the debugging information knows.
    pub(crate) fn debugging_information(&self) -> Library {
        dwarf::library(|name| self.custom_section(name))
    }

    /// Guesses the C signature of the function exported as `name`.
    pub(crate) fn guess(&self, name: &str, index: u32, known: &Library) -> Guess {
        let core = self.function(index);
        if let Some(declaration) = self.by_dwarf(name, index, known)
            // What follows the `...` is passed as a pointer to all of it, and the
            // place for a struct comes first.
            && declaration.parameters.len()
                + usize::from(declaration.variadic)
                + usize::from(returns_by_pointer(declaration, core))
                == core.params().len()
        {
            return guess(name, declaration, &["DWARF"]);
        }
        if let Some(declaration) = of_c(name, core) {
            let evidence = ["core type", "the name of C's function"];
            let mut guess = guess(name, &declaration, &evidence);
            for parameter in &mut guess.parameters {
                parameter.named = false;
            }
            return guess;
        }
        let (declaration, named) = self.by_names(index);
        if named {
            guess(
                name,
                &declaration,
                &["core type", "names of its parameters"],
            )
        } else {
            guess(name, &declaration, &["core type"])
        }
    }

    /// The function as the debugging information declares it, whether or not that
    /// fits the core type.
    pub(crate) fn by_dwarf<'l>(
        &self,
        name: &str,
        index: u32,
        known: &'l Library,
    ) -> Option<&'l Declaration> {
        let inner = self.wrapped_function(index).unwrap_or(index);
        let internal = self.function_names.get(&inner).map_or(name, String::as_str);
        known
            .functions
            .get(internal)
            .or_else(|| known.functions.get(name))
    }

    /// The function as its core type and the names of its parameters suggest it,
    /// and whether there are such names.
    pub(crate) fn by_names(&self, index: u32) -> (Declaration, bool) {
        let ty = self.function(index);
        let inner = self.wrapped_function(index).unwrap_or(index);
        let names = self.local_names.get(&inner);
        let parameters: Vec<(String, Type)> = (0u32..)
            .zip(ty.params())
            .map(|(position, ty)| {
                let name = names.and_then(|names| names.get(&position));
                let name = name.cloned().unwrap_or_default();
                let ty = c_type(*ty, &name);
                (name, ty)
            })
            .collect();
        let some_named = parameters.iter().any(|(name, _)| !name.is_empty());
        let declaration = Declaration {
            result: match ty.results() {
                [] => Type::Void,
                [one] => c_type(*one, ""),
                _ => Type::Unknown("(several results)".into()),
            },
            parameters,
            variadic: false,
            docs: String::new(),
            ways: BTreeMap::new(),
            line: None,
        };
        (declaration, some_named)
    }

    /// The function that a command-mode wrapper calls between constructors and
    /// destructors.
    fn wrapped_function(&self, index: u32) -> Option<u32> {
        let name = self.function_names.get(&index)?;
        let inner = name.strip_suffix(".command_export")?;
        self.internal_function(inner)
    }
}

/// Whether the function is given a pointer to where its result goes.
fn returns_by_pointer(declaration: &Declaration, core: &FuncType) -> bool {
    core.results().is_empty() && matches!(declaration.result.resolved().0, Type::Record(..))
}

fn guess(name: &str, declaration: &Declaration, evidence: &[&str]) -> Guess {
    let mut shown = declaration.clone();
    let mut parameters = Vec::new();
    for (position, (name, ty)) in shown.parameters.iter_mut().enumerate() {
        let named = !name.is_empty();
        if !named {
            *name = format!("a{position}");
        }
        parameters.push(GuessedParameter {
            name: name.clone(),
            ty: ty.spelled(),
            named,
            callback: matches!(ty.resolved().0,
                Type::Pointer(to) if *to.resolved().0 == Type::Function),
        });
    }
    Guess {
        signature: shown.spelled(name),
        parameters,
        variadic: declaration.variadic,
        evidence: evidence.iter().map(|source| (*source).to_owned()).collect(),
    }
}

/// C's allocating functions, as they are declared.
fn of_c(name: &str, ty: &FuncType) -> Option<Declaration> {
    let size = |name: &str| {
        let ty = Type::Number("size_t".into(), Number::Unsigned(4));
        (name.to_owned(), ty)
    };
    let pointer = || ("ptr".to_owned(), Type::pointer(Type::Void));
    let parameters = match name.trim_start_matches('_') {
        "malloc" => vec![size("size")],
        "calloc" => vec![size("count"), size("size")],
        "realloc" => vec![pointer(), size("size")],
        "free" => vec![pointer()],
        _ => return None,
    };
    let result = match ty.results() {
        [] if name.ends_with("free") => Type::Void,
        [ValType::I32] if !name.ends_with("free") => Type::pointer(Type::Void),
        _ => return None,
    };
    (ty.params() == vec![ValType::I32; parameters.len()]).then(|| Declaration {
        result,
        parameters,
        variadic: false,
        docs: String::new(),
        ways: BTreeMap::new(),
        line: None,
    })
}

fn c_type(ty: ValType, name: &str) -> Type {
    let number = |name: &str, number| Type::Number(name.into(), number);
    match ty {
        ValType::I32 if is_length(name) => number("size_t", Number::Unsigned(4)),
        ValType::I32 if is_pointer(name) => Type::pointer(Type::Void),
        ValType::I32 => number("int32_t", Number::Signed(4)),
        ValType::I64 => number("int64_t", Number::Signed(8)),
        ValType::F32 => number("float", Number::Float(4)),
        ValType::F64 => number("double", Number::Float(8)),
        ValType::V128 => Type::Unknown("v128_t".into()),
        ValType::Ref(_) => Type::Unknown("(a reference)".into()),
    }
}

/// Whether a parameter of this name is a length, as far as names go.
pub(crate) fn is_length(name: &str) -> bool {
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
