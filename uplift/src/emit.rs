//! From a checked plan to a component: a shim module that owns the world's
//! exports, joined with the original by wit-component.

mod body;
mod init;
mod late;
mod main_module;
mod runtime;
mod shim;
mod state;
mod strings;
mod stubs;
mod trap;
mod utf8;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Validator, WasmFeatures};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::{Error, Plan};

pub(crate) use main_module::{MainChange, change_main};

/// The name of the shim among the modules of the component.
const SHIM: &str = "uplift";

/// What came of a plan.
#[derive(Debug)]
pub struct Component {
    /// The component.
    pub bytes: Vec<u8>,
    /// The size of the core module inside, in bytes.
    pub module_size: usize,
    /// Whether the WASI adapter is inside.
    pub wasi_adapter: bool,
}

impl Plan {
    /// Writes the component.
    ///
    /// # Errors
    ///
    /// [`Error::Defect`]: a checked plan can be emitted, so this is a defect of
    /// this crate.
    pub fn emit(&self) -> Result<Component, Error> {
        let defect = |error: &dyn std::fmt::Display| Error::Defect(error.to_string());
        let mut shim = shim::encode(self);
        embed_component_metadata(
            &mut shim,
            &self.resolve,
            self.world,
            StringEncoding::UTF8,
            false,
        )
        .map_err(|error| defect(&format!("{error:#}")))?;
        let joined = self.join(&shim).map_err(Error::Defect)?;
        let bytes = init::append(joined, &self.init)
            .ok_or_else(|| defect(&"the joined component can't be read"))?;
        Validator::new_with_features(WasmFeatures::all())
            .validate_all(&bytes)
            .map_err(|error| defect(&error))?;
        Ok(Component {
            bytes,
            module_size: self.main.len(),
            wasi_adapter: self.wasi,
        })
    }

    /// The original, the shim, and what stands for the original's imports, as one
    /// component.
    fn join(&self, shim: &[u8]) -> Result<Vec<u8>, String> {
        // An adapter's name is the module that is imported from.
        let stubs = stubs::encode(&self.stubs);
        let mut name = SHIM.to_owned();
        while stubs.iter().any(|(taken, _)| *taken == name) {
            name.push('\'');
        }
        let mut adapters = vec![(name.as_str(), shim)];
        if self.wasi {
            adapters.push((
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            ));
        }
        adapters.extend(stubs.iter().map(|(name, stub)| (name.as_str(), &stub[..])));
        let mut encoder = ComponentEncoder::default();
        let words = |error| format!("{error:#}");
        encoder.module(&self.main).map_err(words)?;
        for (name, adapter) in adapters {
            encoder.adapter(name, adapter).map_err(words)?;
        }
        encoder.encode().map_err(words)
    }
}
