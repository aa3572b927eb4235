//! The examples, on modules that nobody here wrote. `cargo xtask build` and
//! `cargo xtask modules` make what they need, so they run by `--ignored` only.

mod drafted_structs;
mod drafted_texts;
mod drafts;
mod embedded;
mod greeter;
mod sqlite;
mod typed;
mod xxhash;
mod zlib;

use std::fs;
use std::path::{Path, PathBuf};

use uplift::{Component, Error, Mapping, Module, Plan};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file that xtask makes in the folder `target`.
fn made(path: &str) -> Vec<u8> {
    let path = root().join("target").join(path);
    fs::read(&path).unwrap_or_else(|error| {
        let path = path.display();
        panic!("{path}: {error}: `cargo xtask build` and `cargo xtask modules` make it")
    })
}

fn wrap(module: &[u8], map: &str) -> Component {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let map = examples.join(map);
    let module = Module::read(module.to_vec()).expect("a module");
    let mapping = Mapping::parse(&fs::read_to_string(&map).expect("the mapping"));
    let folder = map.parent().expect("a folder");
    match mapping.and_then(|mapping| Plan::check(&module, &mapping, folder)?.emit()) {
        Ok(component) => component,
        Err(Error::Mapping(mistakes)) => panic!("{mistakes:#?}"),
        Err(other) => panic!("{other}"),
    }
}

/// Whether module and component do the same, and both what the cases say.
#[cfg(feature = "check")]
fn compare(module: &[u8], map: &str, cases: &str) -> uplift::Comparison {
    // Without optimization, a call takes its time.
    compare_on((60, 100), module, map, cases)
}

/// The same on so many inputs, with so many calls for the memory.
#[cfg(feature = "check")]
fn compare_on(
    (inputs, calls): (u32, u32),
    module: &[u8],
    map: &str,
    cases: &str,
) -> uplift::Comparison {
    let map = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(map);
    let read = |path: &Path| fs::read_to_string(path).expect("a text");
    let folder = map.parent().expect("a folder");
    let module = Module::read(module.to_vec()).expect("a module");
    let mapping = Mapping::parse(&read(&map)).expect("a mapping");
    let plan = Plan::check(&module, &mapping, folder).expect("a plan");
    let component = plan.emit().expect("a component");
    let cases = uplift::Cases::parse(&read(&folder.join(cases))).expect("cases");
    let options = uplift::Options {
        inputs,
        calls,
        ..uplift::Options::default()
    };
    let compared = plan.compare(&mapping, &component, &options, &cases);
    compared.expect("both sides run")
}

/// Bytes without a pattern, of 32 different values.
fn noise(length: usize) -> Vec<u8> {
    let mut noise = 1u32;
    let mut next = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_le_bytes()[3] & 0x1f
    };
    (0..length).map(|_| next()).collect()
}
