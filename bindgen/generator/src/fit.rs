//! Whether a component is what the WIT says of it.

use std::collections::HashSet;

use wit_parser::{
    Function, IndexMap, InterfaceId, Resolve, Type, TypeDefKind, TypeId, WorldId, WorldItem,
    WorldKey,
};

use crate::error::Error;
use crate::support::{Side, is_of_runtime};
use crate::traverse::definition;

/// Checks that the component exports all that the world does, and imports
/// nothing but what the world does or the runtime supplies.
pub(crate) fn check(binary: (&Resolve, WorldId), wit: (&Resolve, WorldId)) -> Result<(), Error> {
    let mut fit = Fit {
        binary: binary.0,
        wit: wit.0,
        same: HashSet::new(),
        differences: Vec::new(),
    };
    let (component, world) = (&binary.0.worlds[binary.1], &wit.0.worlds[wit.1]);
    for (key, item) in &world.exports {
        let name = wit.0.name_world_key(key);
        match (item, find(binary.0, &component.exports, &name)) {
            (WorldItem::Function(expected), Some(WorldItem::Function(found))) => {
                fit.functions(None, found, expected);
            }
            (WorldItem::Interface { id, .. }, Some(WorldItem::Interface { id: found, .. })) => {
                fit.interface(&name, Side::Export, *found, *id);
            }
            (_, Some(found)) => fit.other_kind(&name, Side::Export, found, item),
            (_, None) => fit.missing(&name, Side::Export, binary.0, &component.exports),
        }
    }
    for (key, item) in &component.imports {
        let name = binary.0.name_world_key(key);
        match (item, find(wit.0, &world.imports, &name)) {
            (WorldItem::Interface { id, .. }, _) if is_of_runtime(binary.0, *id) => {}
            (WorldItem::Function(found), Some(WorldItem::Function(expected))) => {
                fit.functions(None, found, expected);
            }
            (WorldItem::Interface { id, .. }, Some(WorldItem::Interface { id: expected, .. })) => {
                fit.interface(&name, Side::Import, *id, *expected);
            }
            (WorldItem::Interface { id, .. }, None)
                if binary.0.interfaces[*id].functions.is_empty() => {}
            (WorldItem::Type { .. }, _) => {}
            (_, Some(expected)) => fit.other_kind(&name, Side::Import, item, expected),
            (_, None) => fit.missing(&name, Side::Import, wit.0, &world.imports),
        }
    }
    if fit.differences.is_empty() {
        return Ok(());
    }
    Err(Error::Mismatch {
        world: world.name.clone(),
        differences: fit.differences,
    })
}

fn find<'a>(
    resolve: &Resolve,
    items: &'a IndexMap<WorldKey, WorldItem>,
    name: &str,
) -> Option<&'a WorldItem> {
    let mut named = items.iter();
    named
        .find(|(key, _)| resolve.name_world_key(key) == name)
        .map(|(_, item)| item)
}

/// A comparison of a component with WIT.
struct Fit<'a> {
    binary: &'a Resolve,
    wit: &'a Resolve,
    /// Pairs of types that were found to be the same.
    same: HashSet<(TypeId, TypeId)>,
    differences: Vec<String>,
}

impl Fit<'_> {
    /// Notes that an item is a function on one side and an interface on the other.
    fn other_kind(&mut self, name: &str, side: Side, found: &WorldItem, expected: &WorldItem) {
        let kind = |item: &WorldItem| match item {
            WorldItem::Function(_) => "a function",
            WorldItem::Interface { .. } => "an interface",
            WorldItem::Type { .. } => "a type",
        };
        let verb = match side {
            Side::Export => "exports",
            Side::Import => "imports",
        };
        let (found, expected) = (kind(found), kind(expected));
        self.differences.push(format!(
            "the component {verb} {found} `{name}`, the world {verb} {expected} of that name"
        ));
    }

    /// Notes that an item of one side is not on the other, `there`.
    fn missing(
        &mut self,
        name: &str,
        side: Side,
        resolve: &Resolve,
        there: &IndexMap<WorldKey, WorldItem>,
    ) {
        let stem = |name: &str| name.split('@').next().unwrap_or(name).to_owned();
        let mut names = there.keys().map(|key| resolve.name_world_key(key));
        let other = names.find(|other| stem(other) == stem(name));
        let (verb, owner) = match side {
            Side::Export => ("does not export", "it"),
            Side::Import => ("imports", "the world"),
        };
        let but = match (side, other) {
            (_, Some(other)) => format!(": {owner} has `{other}`"),
            (Side::Import, None) => ", which the world does not".to_owned(),
            (Side::Export, None) => String::new(),
        };
        self.differences
            .push(format!("the component {verb} `{name}`{but}"));
    }

    fn interface(&mut self, name: &str, side: Side, found: InterfaceId, expected: InterfaceId) {
        let found = &self.binary.interfaces[found].functions;
        let expected = &self.wit.interfaces[expected].functions;
        let (all, others) = match side {
            Side::Export => (expected, found),
            Side::Import => (found, expected),
        };
        for (function, one) in all {
            match (others.get(function), side) {
                (Some(other), Side::Export) => self.functions(Some(name), other, one),
                (Some(other), Side::Import) => self.functions(Some(name), one, other),
                (None, Side::Export) => self.differences.push(format!(
                    "the component does not export `{function}` of `{name}`"
                )),
                (None, Side::Import) => self.differences.push(format!(
                    "the component imports `{function}` of `{name}`, which the world does not"
                )),
            }
        }
    }

    fn functions(&mut self, interface: Option<&str>, found: &Function, expected: &Function) {
        if let Err(difference) = self.signatures(found, expected) {
            let of = interface.map_or_else(String::new, |name| format!(" of `{name}`"));
            self.differences
                .push(format!("`{}`{of}: {difference}", found.name));
        }
    }

    fn signatures(&mut self, found: &Function, expected: &Function) -> Result<(), String> {
        if found.kind.is_async() != expected.kind.is_async() {
            return Err(differ(
                if found.kind.is_async() {
                    "async"
                } else {
                    "synchronous"
                },
                if expected.kind.is_async() {
                    "async"
                } else {
                    "synchronous"
                },
            ));
        }
        let names = |function: &Function| {
            let names = function.params.iter().map(|param| param.name.clone());
            format!("({})", names.collect::<Vec<_>>().join(", "))
        };
        if names(found) != names(expected) {
            return Err(differ(&names(found), &names(expected)));
        }
        for (found, expected) in found.params.iter().zip(&expected.params) {
            self.types(found.ty, expected.ty)
                .map_err(|reason| format!("the parameter `{}`: {reason}", found.name))?;
        }
        self.optional(found.result, expected.result)
            .map_err(|reason| format!("the result: {reason}"))
    }

    fn optional(&mut self, found: Option<Type>, expected: Option<Type>) -> Result<(), String> {
        match (found, expected) {
            (Some(found), Some(expected)) => self.types(found, expected),
            (None, None) => Ok(()),
            (found, expected) => {
                let found = found.map_or_else(nothing, |ty| shown(self.binary, ty));
                let expected = expected.map_or_else(nothing, |ty| shown(self.wit, ty));
                Err(differ(&found, &expected))
            }
        }
    }

    fn types(&mut self, found: Type, expected: Type) -> Result<(), String> {
        let (found, expected) = (meant(self.binary, found), meant(self.wit, expected));
        let (Type::Id(left), Type::Id(right)) = (found, expected) else {
            if found == expected {
                return Ok(());
            }
            return Err(differ(
                &shown(self.binary, found),
                &shown(self.wit, expected),
            ));
        };
        if self.same.contains(&(left, right)) {
            return Ok(());
        }
        self.kinds(left, right)?;
        self.same.insert((left, right));
        Ok(())
    }

    fn kinds(&mut self, left: TypeId, right: TypeId) -> Result<(), String> {
        use TypeDefKind as Kind;
        let (binary, wit) = (self.binary, self.wit);
        let different = || {
            let found = shown(binary, Type::Id(left));
            Err(differ(&found, &shown(wit, Type::Id(right))))
        };
        let (found, expected) = (&binary.types[left], &wit.types[right]);
        match (&found.kind, &expected.kind) {
            (Kind::Record(found), Kind::Record(expected)) => {
                let found: Vec<_> = found.fields.iter().map(|f| (&f.name, Some(f.ty))).collect();
                let expected = expected.fields.iter().map(|f| (&f.name, Some(f.ty)));
                self.members("fields", &found, &expected.collect::<Vec<_>>())
            }
            (Kind::Variant(found), Kind::Variant(expected)) => {
                let found: Vec<_> = found.cases.iter().map(|c| (&c.name, c.ty)).collect();
                let expected = expected.cases.iter().map(|c| (&c.name, c.ty));
                self.members("cases", &found, &expected.collect::<Vec<_>>())
            }
            (Kind::Enum(found), Kind::Enum(expected)) => {
                let found: Vec<_> = found.cases.iter().map(|c| (&c.name, None)).collect();
                let expected = expected.cases.iter().map(|c| (&c.name, None));
                self.members("cases", &found, &expected.collect::<Vec<_>>())
            }
            (Kind::Flags(found), Kind::Flags(expected)) => {
                let found: Vec<_> = found.flags.iter().map(|f| (&f.name, None)).collect();
                let expected = expected.flags.iter().map(|f| (&f.name, None));
                self.members("flags", &found, &expected.collect::<Vec<_>>())
            }
            (Kind::Resource, Kind::Resource) if found.name != expected.name => different(),
            (Kind::Handle(found), Kind::Handle(expected)) => {
                use wit_parser::Handle::{Borrow, Own};
                match (found, expected) {
                    (Own(found), Own(expected)) | (Borrow(found), Borrow(expected)) => {
                        self.types(Type::Id(*found), Type::Id(*expected))
                    }
                    _ => different(),
                }
            }
            (Kind::Result(found), Kind::Result(expected)) => {
                self.optional(found.ok, expected.ok)?;
                self.optional(found.err, expected.err)
            }
            (Kind::FixedLengthList(_, found), Kind::FixedLengthList(_, expected))
                if found != expected =>
            {
                different()
            }
            (Kind::Future(found), Kind::Future(expected))
            | (Kind::Stream(found), Kind::Stream(expected)) => self.optional(*found, *expected),
            (found, expected)
                if std::mem::discriminant(found) == std::mem::discriminant(expected) =>
            {
                let (found, expected) = (
                    crate::traverse::parts(found),
                    crate::traverse::parts(expected),
                );
                if found.len() != expected.len() {
                    return different();
                }
                let mut pairs = found.into_iter().zip(expected);
                pairs.try_for_each(|(found, expected)| self.types(found, expected))
            }
            _ => different(),
        }
    }

    /// Compares fields, cases or flags by name, order and type.
    fn members(
        &mut self,
        kind: &str,
        found: &[(&String, Option<Type>)],
        expected: &[(&String, Option<Type>)],
    ) -> Result<(), String> {
        let names = |members: &[(&String, Option<Type>)]| {
            let names = members.iter().map(|(name, _)| name.as_str());
            names.collect::<Vec<_>>().join(", ")
        };
        let (here, there) = (names(found), names(expected));
        if here != there {
            return Err(differ(&format!("the {kind} {here}"), &there));
        }
        let mut pairs = found.iter().zip(expected);
        pairs.try_for_each(|((name, found), (_, expected))| {
            self.optional(*found, *expected)
                .map_err(|reason| format!("`{name}`: {reason}"))
        })
    }
}

fn differ(found: &str, expected: &str) -> String {
    format!("the component has {found}, the WIT has {expected}")
}

fn nothing() -> String {
    "no type".to_owned()
}

/// The type behind all names for it.
fn meant(resolve: &Resolve, ty: Type) -> Type {
    let Type::Id(id) = ty else { return ty };
    let id = definition(resolve, id);
    match resolve.types[id].kind {
        TypeDefKind::Type(primitive) => primitive,
        // A resource by its bare name is `own<…>`.
        _ => Type::Id(id),
    }
}

fn shown(resolve: &Resolve, ty: Type) -> String {
    let Type::Id(id) = ty else {
        return format!("{ty:?}").to_lowercase();
    };
    let definition = &resolve.types[id];
    let kind = definition.kind.as_str();
    match &definition.name {
        Some(name) => format!("the {kind} `{name}`"),
        None => format!("{} {kind}", if kind.starts_with('o') { "an" } else { "a" }),
    }
}
