//! What the guests import: functions that answer as they are told.

use std::collections::VecDeque;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use wasmtime::component::types::{Component, ComponentFunc, ComponentItem};
use wasmtime::component::{Linker, LinkerInstance, ResourceType, Val};
use wasmtime::{Engine, StoreContextMut};

use crate::guest::{full, said};
use crate::resources::Resources;
use crate::values;

/// An instance's store, during a call.
pub(crate) type Store<'a> = StoreContextMut<'a, Host>;

/// What the imported functions answer, and what they were asked.
pub(crate) struct Host {
    /// What is answered next, and then.
    pub(crate) answers: VecDeque<Value>,
    /// The calls, in their order.
    pub(crate) asked: Vec<Value>,
    pub(crate) resources: Resources,
}

/// Defines all that a component imports, WASI aside.
///
/// Returns the types of resources among it: for `ResourceType::host_dynamic`, the
/// host's type of each is its place in them.
pub(crate) fn define(
    linker: &mut Linker<Host>,
    component: &Component,
    engine: &Engine,
) -> Result<Vec<ResourceType>> {
    let mut resources = Vec::new();
    for (name, item) in component.imports(engine) {
        match item.ty {
            ComponentItem::ComponentInstance(instance) if !name.starts_with("wasi:") => {
                let mut entry = linker.instance(name).map_err(said)?;
                for (inner, item) in instance.exports(engine) {
                    one(&mut entry, Some(name), inner, &item.ty, &mut resources)?;
                }
            }
            item => one(&mut linker.root(), None, name, &item, &mut resources)?,
        }
    }
    Ok(resources)
}

fn one(
    linker: &mut LinkerInstance<'_, Host>,
    owner: Option<&str>,
    name: &str,
    item: &ComponentItem,
    resources: &mut Vec<ResourceType>,
) -> Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => function(linker, owner, name),
        ComponentItem::Resource(ty) => {
            // A world that uses an interface's resource imports it a second time.
            let place = resources.iter().position(|other| other == ty);
            let place = place.unwrap_or_else(|| {
                resources.push(*ty);
                resources.len() - 1
            });
            resource(linker, owner, name, u32::try_from(place)?)
        }
        _ => Ok(()),
    }
}

/// Defines a function that gives the next answer.
fn function(linker: &mut LinkerInstance<'_, Host>, owner: Option<&str>, name: &str) -> Result<()> {
    let full = full(owner, name);
    let call = move |mut store: Store<'_>,
                     ty: ComponentFunc,
                     arguments: &[Val],
                     results: &mut [Val]|
          -> wasmtime::Result<()> {
        let mut answer = || -> Result<()> {
            let arguments = values::all(arguments, &mut store)?;
            let host = store.data_mut();
            host.asked.push(json!([full, arguments]));
            if let Some(ty) = ty.results().next() {
                let answer = host.answers.pop_front();
                let answer = answer.with_context(|| format!("no answer for `{full}` is given"))?;
                results[0] = values::read(&ty, &answer, &mut store)?;
            }
            Ok(())
        };
        answer().map_err(|error| wasmtime::format_err!("{error:#}"))
    };
    linker.func_new(name, call).map_err(said)
}

/// Defines a resource whose drops are noted with the calls.
fn resource(
    linker: &mut LinkerInstance<'_, Host>,
    owner: Option<&str>,
    name: &str,
    place: u32,
) -> Result<()> {
    let full = full(owner, &format!("[resource-drop]{name}"));
    let drop = move |mut store: Store<'_>, representation: u32| -> wasmtime::Result<()> {
        let host = store.data_mut();
        host.asked.push(json!([full, [representation]]));
        Ok(())
    };
    let ty = ResourceType::host_dynamic(place);
    linker.resource(name, ty, drop).map_err(said)
}
