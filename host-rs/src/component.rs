//! The typed call: a component behind its WIT interface.

use std::path::Path;

use crate::Error;
use crate::sandbox::{Live, Sandbox};

/// What `bindgen!` makes of the world in `wit/greeter.wit`: `Greeter`, with a
/// typed function for each export, and `GreeterPre`, which checks a component
/// against the world.
mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "greeter" });
}

/// A component that exports the world `greeter`, in whatever language it was
/// written.
pub struct ComponentGreeter {
    guest: Live<bindings::Greeter>,
}

impl ComponentGreeter {
    /// Compiles the component in the file at `path`, or takes it from the
    /// cache, and starts an instance.
    ///
    /// # Errors
    ///
    /// If the file is no component, does not export the world, imports what the
    /// sandbox does not offer, or traps when it starts.
    pub fn load(sandbox: &Sandbox, path: &Path) -> Result<Self, Error> {
        let pre = bindings::GreeterPre::new(sandbox.component(path)?)
            .map_err(|reason| Error::lacks_world(path, &reason))?;
        let guest = Live::start(sandbox, path, move |store| pre.instantiate(store))?;
        Ok(ComponentGreeter { guest })
    }

    /// Returns what the guest's `greet` returns for `name`.
    ///
    /// # Errors
    ///
    /// If the guest traps or runs too long; the next call gets a fresh instance.
    pub fn greet(&mut self, name: &str) -> Result<String, Error> {
        self.guest
            .call("greet", |exports, store| exports.call_greet(store, name))
    }

    /// Returns the sum of `a` and `b`, which wraps on overflow.
    ///
    /// # Errors
    ///
    /// As [`greet`](Self::greet).
    pub fn add(&mut self, a: i32, b: i32) -> Result<i32, Error> {
        self.guest
            .call("add", |exports, store| exports.call_add(store, a, b))
    }
}
