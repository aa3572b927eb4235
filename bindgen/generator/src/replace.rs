//! The interfaces of WASI that the user supplies instead of the runtime.

use std::collections::HashSet;

use wit_parser::{InterfaceId, Resolve, TypeDefKind, TypeOwner, WorldId, WorldItem, WorldKey};

use crate::error::{Error, named};
use crate::support::is_of_runtime;
use crate::traverse::{definition, reached, signature_types};

/// Finds what `names` mean among the imports of a world.
///
/// A name is that of an interface, with or without its version or its package,
/// or that of a package, for all that is imported of it.
pub(crate) fn find(
    resolve: &Resolve,
    world: WorldId,
    names: &[String],
) -> Result<Vec<InterfaceId>, Error> {
    let supplied = supplied(resolve, world);
    let mut found = Vec::new();
    for name in names {
        let meant: Vec<_> = supplied
            .iter()
            .copied()
            .filter(|id| is_meant(resolve, *id, name))
            .collect();
        if meant.is_empty() {
            return Err(Error::NotSupplied {
                name: name.clone(),
                supplied: full_names(resolve, &supplied),
            });
        }
        if !name.contains(':') && meant.len() > 1 {
            return Err(Error::Replacement(format!(
                "`{name}` can be any of {}: say which",
                named(&full_names(resolve, &meant))
            )));
        }
        found.extend(meant);
    }
    found.sort_unstable();
    found.dedup();
    apart(resolve, &supplied, &found)?;
    Ok(found)
}

/// Adds interfaces that a component imports to the world of its WIT, which
/// need not know them: a toolchain adds WASI by itself.
pub(crate) fn adopt(
    (resolve, world): (&mut Resolve, WorldId),
    binary: &Resolve,
    interfaces: &[InterfaceId],
) -> Result<HashSet<InterfaceId>, Error> {
    let mut other = binary.clone();
    for (_, interface) in &mut other.interfaces {
        // What else the component has is none of the world's business.
        if !is_wasi(binary, interface.package) {
            interface.functions.clear();
        }
    }
    let map = resolve.merge(other).map_err(|error| {
        Error::Replacement(format!(
            "the component's WASI and that of the WIT can't be brought together: {error:#}"
        ))
    })?;
    let adopted: HashSet<_> = interfaces
        .iter()
        .filter_map(|id| map.interfaces[id.index()])
        .collect();
    let mut sorted: Vec<_> = adopted.iter().copied().collect();
    sorted.sort_unstable();
    for id in sorted {
        let item = WorldItem::Interface {
            id,
            stability: wit_parser::Stability::default(),
            docs: wit_parser::Docs::default(),
            span: wit_parser::Span::default(),
            external_id: None,
        };
        let imports = &mut resolve.worlds[world].imports;
        imports.entry(WorldKey::Interface(id)).or_insert(item);
    }
    Ok(adopted)
}

fn supplied(resolve: &Resolve, world: WorldId) -> Vec<InterfaceId> {
    let items = resolve.worlds[world].imports.values();
    let interfaces = items.filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    });
    interfaces
        .filter(|id| is_of_runtime(resolve, *id))
        .collect()
}

fn is_meant(resolve: &Resolve, id: InterfaceId, name: &str) -> bool {
    let full = resolve.id_of(id).unwrap_or_default();
    let (stem, version) = full.split_once('@').unwrap_or((&full, ""));
    let (package, interface) = stem.split_once('/').unwrap_or((stem, ""));
    let (wanted, of_version) = name.split_once('@').unwrap_or((name, version));
    of_version == version
        && (wanted == stem || wanted == package || wanted.replace('_', "-") == interface)
}

fn full_names(resolve: &Resolve, interfaces: &[InterfaceId]) -> Vec<String> {
    let names = interfaces.iter().filter_map(|id| resolve.id_of(*id));
    names.collect()
}

/// Refuses to tear apart interfaces that the runtime still supplies and those
/// whose resources they pass, and names all that belong together.
fn apart(
    resolve: &Resolve,
    supplied: &[InterfaceId],
    replaced: &[InterfaceId],
) -> Result<(), Error> {
    let mut rest = supplied.iter().filter(|id| !replaced.contains(id));
    let torn = rest.find_map(|id| Some((*id, passed(resolve, *id, replaced)?)));
    let Some((id, (owner, resource))) = torn else {
        return Ok(());
    };
    let name = |id| resolve.id_of(id).unwrap_or_default();
    Err(Error::Replacement(format!(
        "`{}` can't be replaced alone, because `{}` passes its resource `{resource}`: replace {} \
         as well",
        name(owner),
        name(id),
        named(&full_names(
            resolve,
            &belonging(resolve, supplied, replaced)
        )),
    )))
}

/// The supplied interfaces that others pass resources of, or that pass theirs,
/// and so on.
fn belonging(
    resolve: &Resolve,
    supplied: &[InterfaceId],
    others: &[InterfaceId],
) -> Vec<InterfaceId> {
    let mut together = others.to_vec();
    let mut seen = 0;
    while seen < together.len() {
        let one = together[seen];
        seen += 1;
        for id in supplied {
            let is_tied = passed(resolve, *id, &[one]).or_else(|| passed(resolve, one, &[*id]));
            if is_tied.is_some() && !together.contains(id) {
                together.push(*id);
            }
        }
    }
    together.split_off(others.len())
}

/// The first resource of some interfaces that another one passes.
fn passed<'a>(
    resolve: &'a Resolve,
    interface: InterfaceId,
    owners: &[InterfaceId],
) -> Option<(InterfaceId, &'a str)> {
    let functions = resolve.interfaces[interface].functions.values();
    let types = reached(resolve, functions.flat_map(signature_types));
    types.into_iter().find_map(|ty| {
        let ty = &resolve.types[definition(resolve, ty)];
        match (&ty.kind, ty.owner) {
            (TypeDefKind::Resource, TypeOwner::Interface(owner)) if owners.contains(&owner) => {
                Some((owner, ty.name.as_deref().unwrap_or_default()))
            }
            _ => None,
        }
    })
}

fn is_wasi(resolve: &Resolve, package: Option<wit_parser::PackageId>) -> bool {
    package.is_some_and(|package| resolve.packages[package].name.namespace == "wasi")
}
