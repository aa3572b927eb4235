//! The WIT types that a mapping can give a C counterpart.

use wasm_encoder::ValType;
use wit_parser::{Handle, Int, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

use super::Scalar;
use super::error::{self, ErrorType};

/// A WIT type, as far as this crate knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WitType {
    Scalar(Scalar),
    String,
    List(Scalar),
    /// A handle to a resource that the function's interface exports.
    Own(TypeId),
    Borrow(TypeId),
    Option(Type),
    /// A record or a tuple.
    Group(TypeId),
    /// A list of records or tuples.
    Groups(TypeId),
    /// A list of strings.
    Strings,
}

impl WitType {
    /// Whether it is a list or a string.
    pub(super) fn is_sequence(self) -> bool {
        matches!(
            self,
            WitType::String | WitType::List(_) | WitType::Groups(_) | WitType::Strings
        )
    }

    /// Whether it is a string, or a list that is the same bytes in C.
    pub(super) fn is_same_in_c(self) -> bool {
        match self {
            WitType::String => true,
            WitType::List(scalar) => !matches!(scalar, Scalar::Enum(_) | Scalar::Flags(_)),
            _ => false,
        }
    }

    /// The size of an element in bytes, which is no record.
    pub(super) fn element(self) -> u32 {
        match self {
            WitType::Scalar(scalar) | WitType::List(scalar) => scalar.size(),
            WitType::String => 1,
            _ => 4,
        }
    }

    /// The core values that pass it.
    pub(super) fn flat(self, resolve: &Resolve) -> Vec<ValType> {
        match self {
            WitType::Scalar(scalar) => vec![scalar.core()],
            WitType::Own(_) | WitType::Borrow(_) => vec![ValType::I32],
            WitType::String | WitType::List(_) | WitType::Groups(_) | WitType::Strings => {
                vec![ValType::I32; 2]
            }
            WitType::Option(inner) => {
                let inner = classify(resolve, &inner).map(|inner| inner.flat(resolve));
                [vec![ValType::I32], inner.unwrap_or_default()].concat()
            }
            WitType::Group(id) => fields(resolve, id)
                .iter()
                .filter_map(|(_, ty)| classify(resolve, ty).ok())
                .flat_map(|ty| ty.flat(resolve))
                .collect(),
        }
    }
}

/// The fields of a record by their names, or of a tuple by their numbers.
pub(super) fn fields(resolve: &Resolve, id: TypeId) -> Vec<(String, Type)> {
    match &resolve.types[id].kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.ty))
            .collect(),
        TypeDefKind::Tuple(tuple) => tuple
            .types
            .iter()
            .enumerate()
            .map(|(number, ty)| (number.to_string(), *ty))
            .collect(),
        _ => Vec::new(),
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
            Ok(WitType::Scalar(scalar)) => Ok(WitType::List(scalar)),
            Ok(WitType::Group(id)) => Ok(WitType::Groups(id)),
            Ok(WitType::String) => Ok(WitType::Strings),
            _ => Err("a list of something else than numbers, strings, records and tuples".into()),
        },
        Err(TypeDefKind::Handle(Handle::Own(id))) => Ok(WitType::Own(base(resolve, *id))),
        Err(TypeDefKind::Handle(Handle::Borrow(id))) => Ok(WitType::Borrow(base(resolve, *id))),
        Err(TypeDefKind::Flags(flags)) if flags.flags.len() <= 32 => Ok(WitType::Scalar(
            Scalar::Flags(u32::try_from(flags.flags.len()).unwrap_or(32)),
        )),
        Err(TypeDefKind::Option(inner)) => {
            classify(resolve, inner)?;
            Ok(WitType::Option(*inner))
        }
        Err(TypeDefKind::Record(_) | TypeDefKind::Tuple(_)) => {
            let Type::Id(id) = *ty else {
                return Err("of an unknown kind".into());
            };
            let id = base(resolve, id);
            for (_, field) in fields(resolve, id) {
                classify(resolve, &field)?;
            }
            Ok(WitType::Group(id))
        }
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
    /// Whether it is a `result`.
    pub(super) fallible: bool,
    /// `None` where an error has no payload.
    pub(super) error: Option<ErrorType>,
    /// The offset of the discriminant of an option around the value.
    pub(super) some: Option<u32>,
    pub(super) value: Option<WitType>,
    /// The value's type as the WIT has it.
    pub(super) wit: Option<Type>,
    /// The offset of the value.
    pub(super) offset: u32,
    /// The offset of the error.
    pub(super) error_offset: u32,
    /// The size of all of it.
    pub(super) size: u32,
}

/// Takes a WIT result apart, or says in words why it can't be.
pub(super) fn take_apart(
    resolve: &Resolve,
    sizes: &SizeAlign,
    ty: Option<&Type>,
) -> Result<WitResult, String> {
    let mut found = WitResult {
        fallible: false,
        error: None,
        some: None,
        value: None,
        wit: None,
        offset: 0,
        error_offset: 0,
        size: ty.map_or(0, |ty| narrow(sizes.size(ty).size_wasm32())),
    };
    let payload =
        |cases: [Option<&Type>; 2]| narrow(sizes.payload_offset(Int::U8, cases).size_wasm32());
    let mut value = ty.copied();
    if let Some(Err(TypeDefKind::Result(result))) = value.map(|ty| resolved(resolve, &ty)) {
        found.fallible = true;
        found.error = result
            .err
            .map(|error| error::error_type(resolve, sizes, &error))
            .transpose()?;
        found.offset = payload([result.ok.as_ref(), result.err.as_ref()]);
        found.error_offset = found.offset;
        value = result.ok;
    }
    if let Some(Err(TypeDefKind::Option(inner))) = value.map(|ty| resolved(resolve, &ty)) {
        found.some = Some(found.offset);
        found.offset += payload([None, Some(inner)]);
        value = Some(*inner);
    }
    found.wit = value;
    found.value = value.map(|value| classify(resolve, &value)).transpose()?;
    if found.value == Some(WitType::Strings) {
        return Err("a list of strings, which only parameters may be".into());
    }
    Ok(found)
}

/// A size or offset of the canonical ABI, which has 32 bits.
pub(super) fn narrow(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// The names of the values of an enum or a bool, in the order of their numbers.
pub(super) fn value_names(resolve: &Resolve, ty: &Type) -> Vec<String> {
    match resolved(resolve, ty) {
        Ok(Type::Bool) => vec!["false".into(), "true".into()],
        Err(TypeDefKind::Enum(ty)) => ty.cases.iter().map(|case| case.name.clone()).collect(),
        _ => Vec::new(),
    }
}
