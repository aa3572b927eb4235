//! The WIT types that a mapping can give a C counterpart.

use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

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
    /// The names of the error's cases, where it is an enum or a variant; `None`
    /// where the error has no payload.
    pub(super) cases: Option<Vec<String>>,
}

/// Takes a WIT result apart, or says in words why it can't be.
pub(super) fn take_apart(resolve: &Resolve, ty: Option<&Type>) -> Result<WitResult, String> {
    let plain = |value| WitResult {
        wrap: Wrap::Plain,
        value,
        cases: None,
    };
    let Some(ty) = ty else {
        return Ok(plain(None));
    };
    match resolved(resolve, ty) {
        Err(TypeDefKind::Option(inner)) => Ok(WitResult {
            wrap: Wrap::Option,
            value: Some(classify(resolve, inner)?),
            cases: None,
        }),
        Err(TypeDefKind::Result(result)) => Ok(WitResult {
            wrap: Wrap::Result,
            value: result.ok.map(|ok| classify(resolve, &ok)).transpose()?,
            cases: result.err.map(|error| cases(resolve, &error)).transpose()?,
        }),
        _ => classify(resolve, ty).map(|value| plain(Some(value))),
    }
}

fn cases(resolve: &Resolve, error: &Type) -> Result<Vec<String>, String> {
    match resolved(resolve, error) {
        Err(TypeDefKind::Enum(ty)) => Ok(ty.cases.iter().map(|case| case.name.clone()).collect()),
        Err(TypeDefKind::Variant(ty)) if ty.cases.iter().all(|case| case.ty.is_none()) => {
            Ok(ty.cases.iter().map(|case| case.name.clone()).collect())
        }
        _ => Err("a result whose error is no enum".into()),
    }
}
