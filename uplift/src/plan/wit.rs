//! The WIT types that a mapping can give a C counterpart.

use wit_parser::{Handle, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

use super::error::{self, ErrorType};
use super::{Scalar, Wrap};

/// A WIT type, as far as this crate knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WitType {
    Scalar(Scalar),
    String,
    List(Scalar),
    /// A handle to a resource that the function's interface exports.
    Own(TypeId),
    Borrow(TypeId),
}

impl WitType {
    /// The size of an element in bytes.
    pub(super) fn element(self) -> u32 {
        match self {
            WitType::Scalar(scalar) | WitType::List(scalar) => scalar.size(),
            WitType::String => 1,
            WitType::Own(_) | WitType::Borrow(_) => 4,
        }
    }

    /// The number of core values that pass it.
    pub(super) fn flat(self) -> u32 {
        match self {
            WitType::Scalar(_) | WitType::Own(_) | WitType::Borrow(_) => 1,
            WitType::String | WitType::List(_) => 2,
        }
    }
}

/// Follows type aliases.
pub(super) fn resolved<'a>(resolve: &'a Resolve, ty: &Type) -> Result<Type, &'a TypeDefKind> {
    let mut ty = *ty;
    while let Type::Id(id) = ty {
        match &resolve.types[id].kind {
            TypeDefKind::Type(inner) => ty = *inner,
            other => return Err(other),
        }
    }
    Ok(ty)
}

/// The type, or its name in words where it is not known.
pub(super) fn classify(resolve: &Resolve, ty: &Type) -> Result<WitType, String> {
    match resolved(resolve, ty) {
        Ok(Type::String) => Ok(WitType::String),
        Ok(simple) => scalar(&simple).map(WitType::Scalar),
        Err(TypeDefKind::Enum(cases)) => Ok(WitType::Scalar(Scalar::Enum(
            u32::try_from(cases.cases.len()).unwrap_or(u32::MAX),
        ))),
        Err(TypeDefKind::List(element)) => match classify(resolve, element) {
            Ok(WitType::Scalar(scalar)) if !matches!(scalar, Scalar::Enum(_) | Scalar::Pointer) => {
                Ok(WitType::List(scalar))
            }
            _ => Err("a list of something else than numbers".into()),
        },
        Err(TypeDefKind::Handle(Handle::Own(id))) => Ok(WitType::Own(base(resolve, *id))),
        Err(TypeDefKind::Handle(Handle::Borrow(id))) => Ok(WitType::Borrow(base(resolve, *id))),
        Err(other) => Err(format!("a {}", other.as_str())),
    }
}

/// The resource that a type is another name of.
fn base(resolve: &Resolve, id: TypeId) -> TypeId {
    let mut id = id;
    while let TypeDefKind::Type(Type::Id(inner)) = &resolve.types[id].kind {
        id = *inner;
    }
    id
}

fn scalar(ty: &Type) -> Result<Scalar, String> {
    Ok(match ty {
        Type::Bool => Scalar::Bool,
        Type::U8 => Scalar::U8,
        Type::U16 => Scalar::U16,
        Type::U32 => Scalar::U32,
        Type::U64 => Scalar::U64,
        Type::S8 => Scalar::S8,
        Type::S16 => Scalar::S16,
        Type::S32 => Scalar::S32,
        Type::S64 => Scalar::S64,
        Type::F32 => Scalar::F32,
        Type::F64 => Scalar::F64,
        Type::Char => Scalar::Char,
        Type::String | Type::ErrorContext | Type::Id(_) => return Err("of an unknown kind".into()),
    })
}

/// A WIT result, taken apart.
#[derive(Clone, Debug)]
pub(super) struct WitResult {
    pub(super) wrap: Wrap,
    pub(super) value: Option<WitType>,
    /// The names of its values, where it is an enum or a bool.
    pub(super) value_names: Vec<String>,
    /// `None` where an error has no payload.
    pub(super) error: Option<ErrorType>,
}

impl WitResult {
    pub(super) fn is_option(&self) -> bool {
        self.wrap == Wrap::Option
    }
}

/// The names of the values of an enum or a bool.
fn value_names(resolve: &Resolve, ty: &Type) -> Vec<String> {
    match resolved(resolve, ty) {
        Ok(Type::Bool) => vec!["false".into(), "true".into()],
        Err(TypeDefKind::Enum(ty)) => ty.cases.iter().map(|case| case.name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Takes a WIT result apart, or says in words why it can't be.
pub(super) fn take_apart(
    resolve: &Resolve,
    sizes: &SizeAlign,
    ty: Option<&Type>,
) -> Result<WitResult, String> {
    let of = |wrap, value: Option<&Type>| {
        Ok::<_, String>(WitResult {
            wrap,
            value: value.map(|ty| classify(resolve, ty)).transpose()?,
            value_names: value.map_or_else(Vec::new, |ty| value_names(resolve, ty)),
            error: None,
        })
    };
    let Some(ty) = ty else {
        return of(Wrap::Plain, None);
    };
    match resolved(resolve, ty) {
        Err(TypeDefKind::Option(inner)) => of(Wrap::Option, Some(inner)),
        Err(TypeDefKind::Result(result)) => Ok(WitResult {
            error: result
                .err
                .map(|error| error::error_type(resolve, sizes, &error))
                .transpose()?,
            ..of(Wrap::Result, result.ok.as_ref())?
        }),
        _ => of(Wrap::Plain, Some(ty)),
    }
}
