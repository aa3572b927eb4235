//! A component, and an instance of it.

use std::fmt::Display;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};
use wasmtime::component::types::{self, ComponentItem};
use wasmtime::component::{Component, Instance, Linker, LinkerInstance, ResourceType, Val};
use wasmtime::{Engine, Store, StoreContextMut};

use crate::types::{Resources, function};
use crate::values::{self, Handles};

/// What the imported functions answer, and what they were asked.
#[derive(Default)]
struct Host {
    answers: Value,
    asked: Vec<Value>,
    handles: Handles,
}

/// A component that can be called.
pub(crate) struct Guest {
    engine: Engine,
    component: Component,
    linker: Linker<Host>,
    running: Option<(Store<Host>, Instance)>,
}

impl Guest {
    /// Compiles the component at `path`.
    pub(crate) fn load(engine: &Engine, path: &str) -> Result<Self> {
        let component = Component::from_file(engine, path).map_err(said)?;
        let mut linker = Linker::new(engine);
        for (name, item) in component.component_type().imports(engine) {
            match item.ty {
                ComponentItem::ComponentFunc(ty) => import(&mut linker.root(), None, name, &ty)?,
                ComponentItem::ComponentInstance(instance) if !name.starts_with("wasi:") => {
                    let mut entry = linker.instance(name).map_err(said)?;
                    for (function, item) in instance.exports(engine) {
                        if let ComponentItem::ComponentFunc(ty) = item.ty {
                            import(&mut entry, Some(name), function, &ty)?;
                        }
                    }
                }
                _ => {}
            }
        }
        // WASI, which these guests need only for a panic, and resources.
        linker
            .define_unknown_imports_as_traps(&component)
            .map_err(said)?;
        Ok(Self {
            engine: engine.clone(),
            component,
            linker,
            running: None,
        })
    }

    /// The types of all functions that it exports and imports, WASI's aside.
    pub(crate) fn types(&self) -> Value {
        let ty = self.component.component_type();
        let exports = ty.exports(&self.engine).map(|(name, item)| (name, item.ty));
        let imports = ty.imports(&self.engine).map(|(name, item)| (name, item.ty));
        let imports = imports.filter(|(name, _)| !name.starts_with("wasi:"));
        json!({
            "exports": self.functions(exports, &self.resources()),
            "imports": self.functions(imports, &[]),
        })
    }

    /// The resources that its exported interfaces define.
    fn resources(&self) -> Vec<(String, ResourceType)> {
        let ty = self.component.component_type();
        let mut all = Vec::new();
        for (_, item) in ty.exports(&self.engine) {
            if let ComponentItem::ComponentInstance(instance) = item.ty {
                for (name, item) in instance.exports(&self.engine) {
                    if let ComponentItem::Resource(resource) = item.ty {
                        all.push((name.to_string(), resource));
                    }
                }
            }
        }
        all
    }

    fn functions<'a>(
        &self,
        items: impl Iterator<Item = (&'a str, ComponentItem)>,
        resources: &Resources,
    ) -> Value {
        let mut all = Map::new();
        for (name, item) in items {
            match item {
                ComponentItem::ComponentFunc(ty) => {
                    all.insert(name.to_string(), function(&ty, resources));
                }
                ComponentItem::ComponentInstance(instance) => {
                    for (inner, item) in instance.exports(&self.engine) {
                        if let ComponentItem::ComponentFunc(ty) = item.ty {
                            all.insert(full(Some(name), inner), function(&ty, resources));
                        }
                    }
                }
                _ => {}
            }
        }
        Value::Object(all)
    }

    /// Calls a function, and returns its result with what it asked of the host.
    pub(crate) fn call(&mut self, name: &str, arguments: &Value, answers: &Value) -> Result<Value> {
        let (mut store, instance) = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let host = store.data_mut();
        host.answers = answers.clone();
        host.asked.clear();
        let (owner, inner) = name
            .split_once('#')
            .map_or((None, name), |(owner, inner)| (Some(owner), inner));
        let missing = || format!("there is no function `{name}`");
        let owner = match owner {
            Some(owner) => Some(
                instance
                    .get_export_index(&mut store, None, owner)
                    .with_context(missing)?,
            ),
            None => None,
        };
        let index = instance
            .get_export_index(&mut store, owner.as_ref(), inner)
            .with_context(missing)?;
        let function = instance.get_func(&mut store, index).with_context(missing)?;
        let ty = function.ty(&store);
        let given = arguments.as_array().context("`arguments` is no array")?;
        ensure!(
            given.len() == ty.params().len(),
            "`{name}` takes {} arguments",
            ty.params().len()
        );
        let params = ty.params().zip(given);
        let params: Vec<Val> = params
            .map(|((_, ty), value)| values::read(&ty, value, &mut store.data_mut().handles))
            .collect::<Result<_>>()?;
        let mut results = vec![Val::Bool(false); ty.results().len()];
        function
            .call(&mut store, &params, &mut results)
            .map_err(said)?;
        let host = store.data_mut();
        let asked = std::mem::take(&mut host.asked);
        let result = results.first();
        let result = result.map(|value| values::write(value, &mut host.handles));
        let result = result.transpose()?;
        self.running = Some((store, instance));
        Ok(json!({"result": result, "asked": asked}))
    }

    /// Drops what a handle stands for.
    pub(crate) fn drop_handle(&mut self, number: &Value) -> Result<Value> {
        let handle = self.running.as_mut().and_then(|(store, _)| {
            let handle = store.data_mut().handles.take(number)?;
            Some((store, handle))
        });
        let (store, handle) = handle.with_context(|| format!("{number} is no handle"))?;
        handle.resource_drop(store).map_err(said)?;
        Ok(json!({}))
    }

    /// Lets the next call have a fresh instance.
    pub(crate) fn end(&mut self) -> Value {
        self.running = None;
        json!({})
    }

    fn start(&self) -> Result<(Store<Host>, Instance)> {
        let mut store = Store::new(&self.engine, Host::default());
        let instance = self.linker.instantiate(&mut store, &self.component);
        Ok((store, instance.map_err(said)?))
    }
}

/// Defines an imported function that gives the answer that the request has for it.
fn import(
    linker: &mut LinkerInstance<'_, Host>,
    owner: Option<&str>,
    name: &str,
    ty: &types::ComponentFunc,
) -> Result<()> {
    let written = function(ty, &[]).to_string();
    if written.contains("unwritten") {
        return Ok(());
    }
    let full = full(owner, name);
    let define = move |mut store: StoreContextMut<'_, Host>,
                       ty: types::ComponentFunc,
                       arguments: &[Val],
                       results: &mut [Val]|
          -> wasmtime::Result<()> {
        let mut answer = || -> Result<()> {
            let host = store.data_mut();
            host.asked
                .push(json!([full, values::all(arguments, &mut host.handles)?]));
            if let Some(ty) = ty.results().next() {
                let answer = host.answers.get(&full);
                let answer = answer.with_context(|| format!("no answer for `{full}` is given"))?;
                results[0] = values::read(&ty, answer, &mut host.handles)?;
            }
            Ok(())
        };
        answer().map_err(|error| wasmtime::format_err!("{error:#}"))
    };
    linker.func_new(name, define).map_err(said)
}

fn full(owner: Option<&str>, name: &str) -> String {
    owner.map_or_else(|| name.to_string(), |owner| format!("{owner}#{name}"))
}

/// An error of wasmtime's as one of this program's.
pub(crate) fn said(error: impl Display) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}
