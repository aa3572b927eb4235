//! What C says of functions and types, wherever it was read.

use std::collections::{BTreeMap, BTreeSet};

/// Types that refer to types: deeper than any that a person writes.
pub(crate) const DEPTH: usize = 16;

/// A C type. Qualifiers other than `const` are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Void,
    /// A number, by the name that it is spelled with.
    Number(String, Number),
    Pointer(Box<Type>),
    Const(Box<Type>),
    /// A typedef and what it stands for.
    Named(String, Box<Type>),
    /// An array and the number of its elements, where that is known.
    Array(Box<Type>, Option<u32>),
    /// A struct or a union, by its name.
    Record(Tag, String),
    Enum(String),
    Function,
    /// Something else, as it is spelled.
    Unknown(String),
}

/// The keyword of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Struct,
    Union,
}

/// A number, with its size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    Bool,
    /// `char` without a sign: a letter or a byte.
    Char,
    Signed(u32),
    Unsigned(u32),
    Float(u32),
}

/// A function as its source declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) result: Type,
    /// The name and type of each parameter; a name may be empty.
    pub(crate) parameters: Vec<(String, Type)>,
    /// Whether more arguments may follow.
    pub(crate) variadic: bool,
    /// What its doc comment says.
    pub(crate) docs: String,
    /// Which way parameters go, by their names, where the doc comment says it.
    pub(crate) ways: BTreeMap<String, Way>,
    /// Its line, counted from 1, where that is known.
    pub(crate) line: Option<usize>,
}

/// Which way that goes to which a parameter points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    In,
    Out,
    InOut,
}

/// A struct or union.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// In bytes, where that is known.
    pub(crate) size: Option<u32>,
    pub(crate) members: Members,
    pub(crate) docs: String,
}

/// What is in a struct.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Members {
    /// It is declared, and nothing says what is in it.
    #[default]
    Unknown,
    Known(Vec<Member>),
    /// Why nobody can say where its members lie, or that it is a union.
    Unfit(String),
}

/// A member of a struct. One without a name is a struct whose members are those
/// of the struct around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// In bytes.
    pub(crate) offset: u32,
    pub(crate) docs: String,
}

/// A constant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) value: i64,
    pub(crate) docs: String,
}

/// An enum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Enum {
    pub(crate) constants: Vec<Constant>,
    pub(crate) docs: String,
}

/// All that one source declares, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    pub(crate) functions: BTreeMap<String, Declaration>,
    pub(crate) records: BTreeMap<String, Record>,
    pub(crate) enums: BTreeMap<String, Enum>,
    /// The enums that are not as large as an `int`.
    pub(crate) odd_enums: BTreeSet<String>,
}

impl Type {
    pub(crate) fn pointer(to: Type) -> Self {
        Type::Pointer(Box::new(to))
    }

    pub(crate) fn constant(of: Type) -> Self {
        Type::Const(Box::new(of))
    }

    /// What stands behind names and `const`, and whether there was a `const`.
    pub(crate) fn resolved(&self) -> (&Type, bool) {
        let (mut ty, mut constant) = (self, false);
        loop {
            match ty {
                Type::Const(inner) => (ty, constant) = (inner, true),
                Type::Named(_, inner) => ty = inner,
                _ => return (ty, constant),
            }
        }
    }

    /// The type as C spells it.
    pub(crate) fn spelled(&self) -> String {
        match self {
            Type::Void => "void".into(),
            Type::Number(name, _) | Type::Named(name, _) | Type::Unknown(name) => name.clone(),
            Type::Pointer(to) => {
                let to = to.spelled();
                let space = if to.ends_with('*') { "" } else { " " };
                format!("{to}{space}*")
            }
            Type::Const(of) => match &**of {
                Type::Pointer(_) => format!("{}const", of.spelled()),
                _ => format!("const {}", of.spelled()),
            },
            Type::Array(..) => declared(self, ""),
            Type::Record(Tag::Struct, name) => format!("struct {name}"),
            Type::Record(Tag::Union, name) => format!("union {name}"),
            Type::Enum(name) => format!("enum {name}"),
            Type::Function => "(a function)".into(),
        }
    }
}

impl Declaration {
    /// The function as C declares it.
    pub(crate) fn spelled(&self, name: &str) -> String {
        let mut list: Vec<String> = self
            .parameters
            .iter()
            .map(|(name, ty)| declared(ty, name))
            .collect();
        if self.variadic {
            list.push("...".into());
        }
        if list.is_empty() {
            list.push("void".into());
        }
        format!("{}({})", declared(&self.result, name), list.join(", "))
    }
}

impl Member {
    /// The member as C declares it.
    pub(crate) fn spelled(&self) -> String {
        declared(&self.ty, &self.name)
    }
}

/// A name after its type.
fn declared(ty: &Type, name: &str) -> String {
    if let Type::Array(of, length) = ty {
        let length = length.map(|length| length.to_string()).unwrap_or_default();
        return declared(of, &format!("{name}[{length}]"));
    }
    let ty = ty.spelled();
    let space = if ty.ends_with('*') || name.is_empty() || name.starts_with('[') {
        ""
    } else {
        " "
    };
    format!("{ty}{space}{name}")
}
