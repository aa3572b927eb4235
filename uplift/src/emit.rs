//! From a checked plan to a component: a shim module that owns the world's
//! exports, joined with the original by wit-component.

mod body;
mod main_module;
mod runtime;
mod shim;
mod state;
mod strings;
mod trap;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
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
        let mut encoder = ComponentEncoder::default();
        let joined = encoder
            .module(&self.main)
            .and_then(|encoder| encoder.adapter(SHIM, &shim))
            .and_then(|encoder| {
                if self.wasi {
                    encoder.adapter(
                        WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                        WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
                    )
                } else {
                    Ok(encoder)
                }
            })
            .and_then(|encoder| encoder.validate(true).encode());
        Ok(Component {
            bytes: joined.map_err(|error| defect(&format!("{error:#}")))?,
            module_size: self.main.len(),
            wasi_adapter: self.wasi,
        })
    }
}
