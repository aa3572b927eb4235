//! The traversal of WIT types, which each writer fills in at the leaves.

use std::collections::HashSet;

use wit_parser::{
    Enum, Flags, Function, Handle, Record, Resolve, Type, TypeDefKind, TypeId, Variant,
};

/// What there is to say of each kind of type that has a name.
pub(crate) trait DefineTypes {
    fn record(&mut self, id: TypeId, record: &Record);
    fn variant(&mut self, id: TypeId, variant: &Variant);
    fn enumeration(&mut self, id: TypeId, cases: &Enum);
    fn flags(&mut self, id: TypeId, flags: &Flags);
    fn resource(&mut self, id: TypeId);
    /// A name for a type without one of its own, or a second name.
    fn alias(&mut self, id: TypeId);
    /// A type that another interface defines.
    fn used(&mut self, id: TypeId, definition: TypeId);

    fn define(&mut self, resolve: &Resolve, id: TypeId) {
        match &resolve.types[id].kind {
            TypeDefKind::Record(record) => self.record(id, record),
            TypeDefKind::Variant(variant) => self.variant(id, variant),
            TypeDefKind::Enum(cases) => self.enumeration(id, cases),
            TypeDefKind::Flags(flags) => self.flags(id, flags),
            TypeDefKind::Resource => self.resource(id),
            TypeDefKind::Type(Type::Id(_)) if is_used(resolve, id) => {
                self.used(id, definition(resolve, id));
            }
            _ => self.alias(id),
        }
    }
}

/// Whether `id` stands for a type of another interface.
pub(crate) fn is_used(resolve: &Resolve, id: TypeId) -> bool {
    match resolve.types[id].kind {
        TypeDefKind::Type(Type::Id(target)) => {
            resolve.types[target].owner != resolve.types[id].owner
        }
        _ => false,
    }
}

/// Where the type that `id` stands for is defined: through `use`, and through
/// aliases that give a second name to what has one.
pub(crate) fn definition(resolve: &Resolve, mut id: TypeId) -> TypeId {
    while let TypeDefKind::Type(Type::Id(target)) = resolve.types[id].kind {
        id = target;
    }
    id
}

/// The types that a definition is made of.
pub(crate) fn parts(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|c| c.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => vec![Type::Id(*id)],
        TypeDefKind::Future(payload) | TypeDefKind::Stream(payload) => {
            payload.iter().copied().collect()
        }
        TypeDefKind::Resource
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Vec::new(),
    }
}

/// Every definition that `types` reach, each after what it is made of.
pub(crate) fn reached(resolve: &Resolve, types: impl IntoIterator<Item = Type>) -> Vec<TypeId> {
    fn visit(resolve: &Resolve, ty: Type, seen: &mut HashSet<TypeId>, found: &mut Vec<TypeId>) {
        let Type::Id(id) = ty else { return };
        if seen.insert(id) {
            for part in parts(&resolve.types[id].kind) {
                visit(resolve, part, seen, found);
            }
            found.push(id);
        }
    }
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for ty in types {
        visit(resolve, ty, &mut seen, &mut found);
    }
    found
}

/// The types of a function's parameters and result.
pub(crate) fn signature_types(function: &Function) -> impl Iterator<Item = Type> + '_ {
    let params = function.params.iter().map(|param| param.ty);
    params.chain(function.result)
}
