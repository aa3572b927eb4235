//! A component, and an instance of it.

use std::collections::VecDeque;
use std::fmt::Display;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Instance, Linker, Val};
use wasmtime::{AsContextMut as _, Engine, Store};

use crate::host::{self, Host};
use crate::resources::{self, Resources};
use crate::types::{self, function};
use crate::values;

/// A component that can be called.
pub(crate) struct Guest {
    engine: Engine,
    component: Component,
    linker: Linker<Host>,
    /// How many types of resources it imports.
    host_resources: u32,
    running: Option<(Store<Host>, Instance)>,
}

impl Guest {
    /// Compiles the component at `path`.
    pub(crate) fn load(engine: &Engine, path: &str) -> Result<Self> {
        let component = Component::from_file(engine, path).map_err(said)?;
        let mut linker = Linker::new(engine);
        let resources = host::define(&mut linker, &component.component_type(), engine)?;
        // WASI, which these guests need only for a panic.
        linker
            .define_unknown_imports_as_traps(&component)
            .map_err(said)?;
        Ok(Self {
            engine: engine.clone(),
            component,
            linker,
            host_resources: u32::try_from(resources.len())?,
            running: None,
        })
    }

    /// The types of all functions that it exports and imports, WASI's aside.
    pub(crate) fn types(&self) -> Value {
        let ty = self.component.component_type();
        let exports = ty.exports(&self.engine).map(|(name, item)| (name, item.ty));
        let imports = ty.imports(&self.engine).map(|(name, item)| (name, item.ty));
        let imports = imports.filter(|(name, _)| !name.starts_with("wasi:"));
        let (exports, imports) = (self.flat(exports), self.flat(imports));
        let all = exports.iter().chain(&imports);
        let resources = all.filter_map(|(_, name, item)| match item {
            ComponentItem::Resource(resource) => Some((name.clone(), *resource)),
            _ => None,
        });
        let resources: Vec<_> = resources.collect();
        json!({
            "exports": functions(&exports, &resources),
            "imports": functions(&imports, &resources),
        })
    }

    /// Items, and those of the interfaces among them.
    fn flat<'a>(&self, items: impl Iterator<Item = (&'a str, ComponentItem)>) -> Vec<Named> {
        let mut all = Vec::new();
        for (name, item) in items {
            if let ComponentItem::ComponentInstance(instance) = &item {
                for (inner, item) in instance.exports(&self.engine) {
                    all.push((Some(name.to_string()), inner.to_string(), item.ty));
                }
            } else {
                all.push((None, name.to_string(), item));
            }
        }
        all
    }

    /// Calls a function, and returns its result with what it asked of the host.
    pub(crate) fn call(&mut self, name: &str, arguments: &Value, answers: &Value) -> Result<Value> {
        let (mut store, instance) = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let host = store.data_mut();
        let answers = answers.as_array().context("`answers` is no array")?;
        host.answers = answers.iter().cloned().collect();
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
        let mut context = store.as_context_mut();
        let params = ty.params().zip(given);
        let params: Vec<Val> = params
            .map(|((_, ty), value)| values::read(&ty, value, &mut context))
            .collect::<Result<_>>()?;
        let mut results = vec![Val::Bool(false); ty.results().len()];
        function
            .call(&mut context, &params, &mut results)
            .map_err(said)?;
        resources::take_back(&mut context)?;
        let result = results.first();
        let result = result.map(|value| values::write(value, &mut context));
        let result = result.transpose()?;
        let host = context.data_mut();
        ensure!(
            host.answers.is_empty(),
            "{} answers were not asked for",
            host.answers.len()
        );
        let asked = std::mem::take(&mut host.asked);
        self.running = Some((store, instance));
        Ok(json!({"result": result, "asked": asked}))
    }

    /// Drops what a handle stands for.
    pub(crate) fn drop_handle(&mut self, number: &Value) -> Result<Value> {
        let (store, _) = self.running.as_mut().context("no instance is running")?;
        let handle = store.data_mut().resources.take(values::number(number)?)?;
        handle.resource_drop(&mut *store).map_err(said)?;
        let asked = std::mem::take(&mut store.data_mut().asked);
        Ok(json!({"asked": asked}))
    }

    /// Lets the next call have a fresh instance.
    pub(crate) fn end(&mut self) -> Value {
        self.running = None;
        json!({})
    }

    fn start(&self) -> Result<(Store<Host>, Instance)> {
        let host = Host {
            answers: VecDeque::new(),
            asked: Vec::new(),
            resources: Resources::new(self.host_resources),
        };
        let mut store = Store::new(&self.engine, host);
        let instance = self.linker.instantiate(&mut store, &self.component);
        Ok((store, instance.map_err(said)?))
    }
}

/// An item after the name of its interface, if it has one, and its own.
type Named = (Option<String>, String, ComponentItem);

fn functions(items: &[Named], resources: &types::Names) -> Value {
    let functions = items.iter().filter_map(|(owner, name, item)| match item {
        ComponentItem::ComponentFunc(ty) => {
            Some((full(owner.as_deref(), name), function(ty, resources)))
        }
        _ => None,
    });
    Value::Object(functions.collect())
}

/// The name of a function for requests and answers.
pub(crate) fn full(owner: Option<&str>, name: &str) -> String {
    owner.map_or_else(|| name.to_string(), |owner| format!("{owner}#{name}"))
}

/// An error of wasmtime's as one of this program's.
pub(crate) fn said(error: impl Display) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}
