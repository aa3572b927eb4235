//! The resources that the world exports.

use wit_parser::{Function as WitFunction, FunctionKind, Resolve, TypeDefKind, WorldId, WorldItem};

use super::Resource;
use super::check::Checker;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::mapping::Step;

/// The name of a function in its interface, without the brackets of its kind:
/// `stream.constructor` for `[constructor]stream`.
pub(super) fn plain_name(function: &WitFunction) -> String {
    let name = &function.name;
    match (&function.kind, name.split_once(']')) {
        (FunctionKind::Constructor(_), Some((_, resource))) => format!("{resource}.constructor"),
        (_, Some((_, rest))) => rest.to_owned(),
        (_, None) => name.clone(),
    }
}

impl Checker<'_> {
    /// Checks every resource of the world, and that nothing else is mapped.
    pub(super) fn resources(&mut self, world: WorldId) -> Vec<Resource> {
        let exported = exported(self.resolve, world);
        let mapping = self.mapping;
        let keys: Vec<&str> = exported.iter().map(|(key, _)| key.as_str()).collect();
        for key in mapping.root.resource.keys() {
            if !keys.contains(&key.as_str()) {
                let path = [Step::Key("resource"), Step::Key(key)];
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-resource",
                        mapping.document.key(&path),
                        format!("the world exports no resource `{key}`"),
                        "not in the world",
                    )
                    .help(did_you_mean(
                        key,
                        "its resources",
                        keys.iter().copied(),
                    )),
                );
            }
        }
        exported
            .into_iter()
            .map(|(key, resource)| self.resource(&key, resource))
            .collect()
    }

    fn resource(&mut self, key: &str, mut resource: Resource) -> Resource {
        let path = [Step::Key("resource"), Step::Key(key)];
        let Some(spec) = self.mapping.root.resource.get(key) else {
            let span = self
                .mapping
                .document
                .value(&[Step::Key("wit"), Step::Key("world")]);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::missing-resource",
                    span,
                    format!("the mapping lacks the resource `{key}` of the world"),
                    "this world",
                )
                .help(format!("add `[resource.\"{key}\"]` with what ends it")),
            );
            return resource;
        };
        if let Some(name) = &spec.destroy {
            let span = self
                .mapping
                .document
                .value(&[path[0], path[1], Step::Key("destroy")]);
            resource.destroy = self.release(
                name,
                span,
                &["(i32)", "(i32) -> i32"],
                &format!("ends `{key}`"),
            );
        }
        resource.size = spec.size;
        if spec.destroy.is_none() && spec.size.is_none() {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::owner",
                    self.mapping.document.key(&path),
                    format!("the mapping does not say what ends `{key}`"),
                    "",
                )
                .help(
                    "add `destroy = \"…\"`, or `size = …` for a state that the shim allocates \
                     and frees",
                ),
            );
        }
        if let Some(size) = spec.size
            && (size == 0 || size > 1 << 24)
        {
            let span = self
                .mapping
                .document
                .value(&[path[0], path[1], Step::Key("size")]);
            self.mistake(Diagnostic::mapping(
                "mapping::out-of-range",
                span,
                "`size` is out of range",
                "from 1 to 16777216 bytes",
            ));
        }
        resource
    }
}

fn exported(resolve: &Resolve, world: WorldId) -> Vec<(String, Resource)> {
    let mut found = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = resolve.name_world_key(key);
        let short = resolve.interfaces[*id]
            .name
            .as_deref()
            .unwrap_or(&interface);
        for (name, id) in &resolve.interfaces[*id].types {
            if matches!(resolve.types[*id].kind, TypeDefKind::Resource) {
                let resource = Resource {
                    id: *id,
                    interface: interface.clone(),
                    name: name.clone(),
                    destroy: None,
                    size: None,
                };
                found.push((format!("{short}#{name}"), resource));
            }
        }
    }
    found
}
