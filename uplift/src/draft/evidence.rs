//! What is known of each exported function, and where from.

use std::collections::BTreeSet;
use std::fmt;

use wasmparser::{FuncType, ValType};

use super::header::Header;
use crate::c::{Declaration, Library, Members, Number, Type};
use crate::module::{Module, core_type};

/// Where a declaration was found, the best evidence first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The header of that name, at that line.
    Header(String, Option<usize>),
    Dwarf,
    /// The core type, and the names of its parameters where there are some.
    Names(bool),
}

impl Source {
    /// Whether C types are known, and not only core types.
    pub(super) fn has_types(&self) -> bool {
        !matches!(self, Source::Names(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Header(name, Some(line)) => write!(f, "the header {name}, line {line}"),
            Source::Header(name, None) => write!(f, "a header that {name} includes"),
            Source::Dwarf => f.write_str("DWARF in the module"),
            Source::Names(true) => f.write_str("the core type and the names of its parameters"),
            Source::Names(false) => f.write_str("the core type alone"),
        }
    }
}

/// A function that the module exports.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) export: String,
    pub(super) core: FuncType,
    pub(super) declaration: Declaration,
    pub(super) source: Source,
    /// What better evidence says and the module contradicts.
    pub(super) contradicted: Option<String>,
}

/// All that is known.
pub(super) struct Evidence {
    /// In the order of the export section.
    pub(super) functions: Vec<Known>,
    /// The exports that are not for callers, but may serve other functions.
    pub(super) set_aside: BTreeSet<String>,
    /// The types that the declarations mention.
    pub(super) types: Library,
}

impl Evidence {
    /// Gathers what the header, the debugging information and the core types say
    /// of each exported function: the first that declares it and fits counts.
    pub(super) fn gather(module: &Module, header: Option<&Header>) -> Self {
        let dwarf = module.debugging_information();
        let functions = module
            .exported_functions()
            .map(|(name, index)| known(module, header, &dwarf, name, index))
            .collect();
        let mut types = header
            .map(|header| header.library.clone())
            .unwrap_or_default();
        for (name, record) in dwarf.records {
            let known = types.records.entry(name).or_default();
            // A header often declares a struct alone.
            if known.members == Members::Unknown {
                known.size = record.size;
                known.members = record.members;
            }
        }
        for (name, found) in dwarf.enums {
            types.enums.entry(name).or_insert(found);
        }
        types.odd_enums.extend(dwarf.odd_enums);
        Evidence {
            functions,
            set_aside: BTreeSet::new(),
            types,
        }
    }
}

fn known(
    module: &Module,
    header: Option<&Header>,
    dwarf: &Library,
    name: &str,
    index: u32,
) -> Known {
    let core = module.function(index);
    let by_dwarf = module.by_dwarf(name, index, dwarf);
    // Emscripten puts a `_` before every name.
    let by_header = header.and_then(|header| {
        let functions = &header.library.functions;
        let declaration = functions
            .get(name)
            .or_else(|| functions.get(name.strip_prefix('_')?))?;
        let source = Source::Header(header.name.clone(), declaration.line);
        Some((declaration, source))
    });
    let mut contradicted = None;
    let best = by_header
        .into_iter()
        .chain(by_dwarf.map(|declaration| (declaration, Source::Dwarf)))
        .find(|(declaration, source)| {
            let fits = declaration.variadic || fits(declaration, core);
            if !fits {
                contradicted = Some(format!(
                    "{source} says `{}`, which does not fit {}",
                    declaration.spelled(name),
                    core_type(core)
                ));
            }
            fits
        });
    let (declaration, source) = if let Some((declaration, source)) = best {
        (named(declaration.clone(), by_dwarf), source)
    } else {
        let (declaration, named) = module.by_names(index);
        (declaration, Source::Names(named))
    };
    Known {
        export: name.to_owned(),
        core: core.clone(),
        declaration,
        source,
        contradicted,
    }
}

/// With the names that the header leaves out and the debugging information has.
fn named(mut declaration: Declaration, by_dwarf: Option<&Declaration>) -> Declaration {
    let Some(other) = by_dwarf else {
        return declaration;
    };
    if other.parameters.len() == declaration.parameters.len() {
        for ((name, _), (found, _)) in declaration.parameters.iter_mut().zip(&other.parameters) {
            if name.is_empty() {
                name.clone_from(found);
            }
        }
    }
    declaration
}

/// Whether a declaration can be that of a function of this core type. A type that
/// is not known fits everywhere: it is looked at later.
pub(super) fn fits(declaration: &Declaration, core: &FuncType) -> bool {
    let one = |ty: &Type, core: ValType| match ty.resolved().0 {
        Type::Number(_, Number::Signed(8) | Number::Unsigned(8)) => core == ValType::I64,
        Type::Number(_, Number::Float(4)) => core == ValType::F32,
        Type::Number(_, Number::Float(8)) => core == ValType::F64,
        Type::Number(_, Number::Signed(16) | Number::Unsigned(16) | Number::Float(16))
        | Type::Record(..)
        | Type::Unknown(_) => true,
        _ => core == ValType::I32,
    };
    let odd = |ty: &Type| {
        matches!(
            ty.resolved().0,
            Type::Record(..)
                | Type::Unknown(_)
                | Type::Number(
                    _,
                    Number::Signed(16) | Number::Unsigned(16) | Number::Float(16)
                )
        )
    };
    // Such a parameter or result takes another number of core values.
    if odd(&declaration.result) || declaration.parameters.iter().any(|(_, ty)| odd(ty)) {
        return true;
    }
    let result = match (declaration.result.resolved().0, core.results()) {
        (Type::Void, []) => true,
        (Type::Void, _) | (_, []) => false,
        (ty, [core]) => one(ty, *core),
        _ => false,
    };
    result
        && declaration.parameters.len() == core.params().len()
        && declaration
            .parameters
            .iter()
            .zip(core.params())
            .all(|((_, ty), core)| one(ty, *core))
}
