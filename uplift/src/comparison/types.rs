//! WIT types as trees, with each resource by its number in the plan.

use wasmtime::component;
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::plan::Resource;

/// A WIT type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    String,
    List(Box<Ty>),
    /// A record, by its key in a mapping.
    Record {
        key: String,
        fields: Vec<(String, Ty)>,
    },
    Tuple(Vec<Ty>),
    Variant(Vec<(String, Option<Ty>)>),
    Enum(Vec<String>),
    Flags(Vec<String>),
    Option(Box<Ty>),
    Result(Option<Box<Ty>>, Option<Box<Ty>>),
    /// A handle that its receiver owns.
    Own(usize),
    /// A handle that its receiver gives back.
    Borrow(usize),
    /// A type that this crate maps nothing to, by what it is called.
    Other(String),
}

impl Ty {
    pub(super) fn of(resolve: &Resolve, resources: &[Resource], ty: &Type) -> Self {
        let inner = |ty: &Type| Ty::of(resolve, resources, ty);
        let boxed = |ty: &Option<Type>| ty.as_ref().map(|ty| Box::new(inner(ty)));
        let id = match ty {
            Type::Bool => return Ty::Bool,
            Type::U8 => return Ty::U8,
            Type::U16 => return Ty::U16,
            Type::U32 => return Ty::U32,
            Type::U64 => return Ty::U64,
            Type::S8 => return Ty::S8,
            Type::S16 => return Ty::S16,
            Type::S32 => return Ty::S32,
            Type::S64 => return Ty::S64,
            Type::F32 => return Ty::F32,
            Type::F64 => return Ty::F64,
            Type::Char => return Ty::Char,
            Type::String => return Ty::String,
            Type::ErrorContext => return Ty::Other("an error context".into()),
            Type::Id(id) => *id,
        };
        match &resolve.types[id].kind {
            TypeDefKind::Type(alias) => inner(alias),
            TypeDefKind::List(element) => Ty::List(Box::new(inner(element))),
            TypeDefKind::Record(record) => Ty::Record {
                key: key(resolve, id),
                fields: record
                    .fields
                    .iter()
                    .map(|field| (field.name.clone(), inner(&field.ty)))
                    .collect(),
            },
            TypeDefKind::Tuple(tuple) => Ty::Tuple(tuple.types.iter().map(inner).collect()),
            TypeDefKind::Variant(variant) => Ty::Variant(
                variant
                    .cases
                    .iter()
                    .map(|case| (case.name.clone(), case.ty.as_ref().map(inner)))
                    .collect(),
            ),
            TypeDefKind::Enum(cases) => {
                Ty::Enum(cases.cases.iter().map(|case| case.name.clone()).collect())
            }
            TypeDefKind::Flags(flags) => {
                Ty::Flags(flags.flags.iter().map(|flag| flag.name.clone()).collect())
            }
            TypeDefKind::Option(some) => Ty::Option(Box::new(inner(some))),
            TypeDefKind::Result(result) => Ty::Result(boxed(&result.ok), boxed(&result.err)),
            TypeDefKind::Handle(Handle::Own(id)) => handle(resolve, resources, *id, Ty::Own),
            TypeDefKind::Handle(Handle::Borrow(id)) => handle(resolve, resources, *id, Ty::Borrow),
            other => Ty::Other(format!("a {}", other.as_str())),
        }
    }
}

impl Ty {
    /// The type without the option around it.
    pub(super) fn plain(&self) -> &Ty {
        match self {
            Ty::Option(some) => some,
            other => other,
        }
    }

    /// The fields of a record by their names, or of a tuple by their numbers.
    pub(super) fn fields(&self) -> Vec<(String, &Ty)> {
        match self {
            Ty::Record { fields, .. } => {
                fields.iter().map(|(name, ty)| (name.clone(), ty)).collect()
            }
            Ty::Tuple(types) => types
                .iter()
                .enumerate()
                .map(|(number, ty)| (number.to_string(), ty))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What a path such as `size.width` leads to.
    pub(super) fn at(&self, path: &str) -> Option<&Ty> {
        let mut found = self;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            let mut fields = found.fields().into_iter();
            found = fields.find(|(field, _)| field == name)?.1;
        }
        Some(found)
    }

    /// Whether it is a record or a tuple.
    pub(super) fn is_group(&self) -> bool {
        matches!(self, Ty::Record { .. } | Ty::Tuple(_))
    }

    /// How many values a record or a tuple has in it; another type is one.
    pub(super) fn leaves(&self) -> u32 {
        let fields = self.fields();
        match fields.as_slice() {
            [] => 1,
            fields => fields.iter().map(|(_, ty)| ty.leaves()).sum(),
        }
    }

    /// The resources of the handles in it that their receiver owns, in order.
    pub(super) fn owned(&self) -> Vec<usize> {
        match self {
            Ty::Own(resource) => vec![*resource],
            Ty::Option(inner) => inner.owned(),
            Ty::Result(Some(ok), _) => ok.owned(),
            group => {
                let fields = group.fields().into_iter();
                fields.flat_map(|(_, ty)| ty.owned()).collect()
            }
        }
    }
}

/// The key of a record in a mapping: `shapes#point` for one of an interface.
fn key(resolve: &Resolve, id: TypeId) -> String {
    let ty = &resolve.types[id];
    let name = ty.name.clone().unwrap_or_default();
    let interface = match ty.owner {
        TypeOwner::Interface(interface) => resolve.interfaces[interface].name.as_ref(),
        _ => None,
    };
    match interface {
        Some(interface) => format!("{interface}#{name}"),
        None => name,
    }
}

fn handle(resolve: &Resolve, resources: &[Resource], id: TypeId, make: fn(usize) -> Ty) -> Ty {
    let mut id = id;
    while let TypeDefKind::Type(Type::Id(inner)) = &resolve.types[id].kind {
        id = *inner;
    }
    match resources.iter().position(|resource| resource.id == id) {
        Some(number) => make(number),
        None => Ty::Other("a handle to a resource of somebody else".into()),
    }
}

/// The type as WIT writes it.
pub(super) fn type_name(ty: &component::Type) -> String {
    match ty {
        component::Type::Bool => "bool".into(),
        component::Type::S8 => "s8".into(),
        component::Type::U8 => "u8".into(),
        component::Type::S16 => "s16".into(),
        component::Type::U16 => "u16".into(),
        component::Type::S32 => "s32".into(),
        component::Type::U32 => "u32".into(),
        component::Type::S64 => "s64".into(),
        component::Type::U64 => "u64".into(),
        component::Type::Float32 => "f32".into(),
        component::Type::Float64 => "f64".into(),
        component::Type::Char => "char".into(),
        component::Type::String => "string".into(),
        component::Type::List(list) => format!("list<{}>", type_name(&list.ty())),
        component::Type::Option(some) => format!("option<{}>", type_name(&some.ty())),
        component::Type::Result(result) => {
            let name = |ty: Option<component::Type>| ty.map_or("_".to_owned(), |ty| type_name(&ty));
            format!("result<{}, {}>", name(result.ok()), name(result.err()))
        }
        component::Type::Enum(cases) => {
            let names: Vec<&str> = cases.names().collect();
            format!("enum {{ {} }}", names.join(", "))
        }
        component::Type::Record(record) => {
            let fields: Vec<String> = record
                .fields()
                .map(|field| format!("{}: {}", field.name, type_name(&field.ty)))
                .collect();
            format!("record {{ {} }}", fields.join(", "))
        }
        component::Type::Tuple(tuple) => {
            let types: Vec<String> = tuple.types().map(|ty| type_name(&ty)).collect();
            format!("tuple<{}>", types.join(", "))
        }
        component::Type::Flags(flags) => {
            let names: Vec<&str> = flags.names().collect();
            format!("flags {{ {} }}", names.join(", "))
        }
        _ => "of this parameter or result".into(),
    }
}
