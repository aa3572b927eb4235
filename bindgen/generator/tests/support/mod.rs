//! What the tests have in common: the worlds, and components made of them.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod made;

use std::path::{Path, PathBuf};

use wasmtime_bindgen_generator::{Input, Options, Package, generate};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageId, Resolve};

/// The worlds of `bindgen/cases`, but for those with what is not supported, and
/// those of these tests.
pub(crate) fn worlds() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in [here.join("../cases"), here.join("tests/wit")] {
        for entry in folder.read_dir().expect("a folder of worlds") {
            let path = entry.expect("a world").path();
            let has_wit = || {
                let mut files = path.read_dir().expect("a folder");
                files.any(|file| file.expect("a file").path().extension() == Some("wit".as_ref()))
            };
            let is_whole = !path.ends_with("unsupported") && !path.ends_with("mixed");
            if path.is_dir() && is_whole && has_wit() {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 16, "worlds are missing: {found:?}");
    found
}

/// One of the worlds.
pub(crate) fn world(name: &str) -> PathBuf {
    let mut worlds = worlds().into_iter();
    worlds
        .find(|path| path.ends_with(name))
        .expect("a world of that name")
}

pub(crate) fn unsupported() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/unsupported")
}

pub(crate) fn mixed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/mixed")
}

pub(crate) fn wit(path: &Path) -> Input {
    Input {
        component: None,
        wit: Input::read_wit(path).expect("a folder of WIT"),
    }
}

/// WIT in one file.
pub(crate) fn text(wit: &str) -> Input {
    let file = wasmtime_bindgen_generator::File {
        path: "world.wit".to_owned(),
        data: wit.as_bytes().to_vec(),
    };
    Input {
        component: None,
        wit: vec![file],
    }
}

/// A component of a world, which traps when it is called.
pub(crate) fn component(path: &Path) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(path).expect("valid WIT");
    encoded(&resolve, package).expect("a component")
}

/// As [`component`], of WIT in one file; none where the encoder refuses names
/// that WIT allows.
pub(crate) fn component_of(wit: &str) -> Option<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("world.wit", wit).expect("valid WIT");
    encoded(&resolve, package)
}

fn encoded(resolve: &Resolve, package: PackageId) -> Option<Vec<u8>> {
    let world = resolve.select_world(&[package], None).expect("one world");
    let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
    let mut module = dummy_module(resolve, world, abi);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false)
        .expect("metadata that fits");
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true);
    encoder.module(&module).expect("a valid module");
    encoder.encode().ok()
}

pub(crate) fn generated(input: &Input) -> Package {
    match generate(input, &Options::default()) {
        Ok(package) => package,
        Err(error) => panic!("{error}"),
    }
}
