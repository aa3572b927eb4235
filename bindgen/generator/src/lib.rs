//! WIT in, a typed Python package out: the generator of `wasmtime_bindgen`.
//!
//! What comes out is names, types and signatures, and the descriptors from
//! which the runtime, `wasmtime_bindgen` itself, learns how to call a
//! component. How values are lowered and lifted is the runtime's business
//! alone.
//!
//! The modules in the order of the work: `input` reads WIT and component,
//! `fit` holds one to the other, `support` says which functions can be called,
//! `plan` decides which Python modules there are and every name in them.
//! Then `interface` writes a module for each interface, `world` the package's
//! `__init__.py`, and `descriptors` its `_wit.py`.

mod annotations;
mod descriptors;
mod docs;
mod error;
mod expression;
mod fit;
mod functions;
mod input;
mod interface;
mod module;
mod names;
mod plan;
mod replace;
mod support;
mod traverse;
mod types;
mod world;

#[cfg(target_family = "wasm")]
mod component;

use std::collections::BTreeMap;

pub use error::{Error, Unsupported};
pub use input::{File, Input};

/// The version of the generator, which a generated package states.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The number of `wasmtime_bindgen.abi` that the generated code is written
/// for: `abi.INTERFACE` there.
pub const INTERFACE: u32 = 1;

/// What to generate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The world, by its name or with package and version. Needed where the
    /// WIT has several; a component has one.
    pub world: Option<String>,
    /// Leave out the functions that are not supported, instead of failing.
    pub skip_unsupported: bool,
    /// The interfaces of WASI that the host's Python provides instead of the
    /// runtime: `wasi:random/random`, with or without version or package, or
    /// `wasi:random` for all of a package.
    pub replace: Vec<String>,
}

/// A generated package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The text of each file, by its path in the package's directory.
    pub files: BTreeMap<String, String>,
    /// What the package is made from and for.
    pub manifest: Manifest,
    /// The functions that were left out.
    pub skipped: Vec<Unsupported>,
}

/// What a generated package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// [`VERSION`] of the generator.
    pub generator: String,
    /// [`INTERFACE`], the number that the runtime has to have.
    pub interface: u32,
    /// `sha256:` and the digest in hexadecimal: of the component, or, without
    /// one, of the WIT.
    pub digest: String,
    /// The world, with its package and version; `root` for that of a component
    /// without WIT, which does not carry the name.
    pub world: String,
    /// The Python class of the world.
    pub class: String,
}

/// Generates the package for a world.
///
/// The same input gives the same text, on every machine.
///
/// # Errors
///
/// If the input can't be read, has no such world, contradicts itself, or needs
/// something that Python can't call and `options` does not leave out.
pub fn generate(input: &Input, options: &Options) -> Result<Package, Error> {
    let source = input.load(options)?;
    let supported = support::Supported::find(&source.resolve, source.world, &source.replaced);
    let preventing = supported.skipped.iter().filter(|f| f.prevents);
    let preventing: Vec<_> = preventing.cloned().collect();
    if source.runs && !preventing.is_empty() {
        return Err(Error::CannotRun {
            functions: preventing,
        });
    }
    if !supported.skipped.is_empty() && !options.skip_unsupported {
        return Err(Error::Unsupported {
            functions: supported.skipped,
        });
    }
    let plan = plan::Plan::new(&source, &supported);
    let mut files = BTreeMap::from([("py.typed".to_owned(), String::new())]);
    for module in plan.modules() {
        let path = format!("{}.py", plan[module].python);
        files.insert(path, interface::write(&plan, module));
    }
    files.insert("_wit.py".to_owned(), descriptors::write(&plan));
    files.insert("__init__.py".to_owned(), world::write(&plan));
    Ok(Package {
        files,
        manifest: Manifest {
            generator: VERSION.to_owned(),
            interface: INTERFACE,
            digest: source.digest.clone(),
            world: plan.world_name().to_owned(),
            class: plan.world_class().to_owned(),
        },
        skipped: supported.skipped,
    })
}
