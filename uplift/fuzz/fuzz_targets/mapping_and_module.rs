//! A mapping and a module of any bytes: they are refused, or a valid component
//! comes of them.
//!
//! The first two bytes are the length of the mapping, which stands before the
//! module.
//!
//! Values are not compared here: code of any bytes reads what nobody wrote, and hands
//! out addresses as numbers, so that two runs differ without a defect. The tests of
//! random mappings compare those of functions that do what their mappings say.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use uplift::{Error, Mapping, Module, Plan};
use wasmparser::{Validator, WasmFeatures};

const WORLD: &str = "package fuzz:world;
interface counters {
    record point { x: s32, y: f64 }
    enum bad { worse, worst }
    resource counter {
        constructor(start: u32);
        make: static func(start: u32) -> result<counter, bad>;
        add: func(more: list<u8>) -> result<list<u16>, bad>;
    }
    at: func(name: string) -> option<string>;
    move: func(p: point) -> point;
}
world fuzzed {
    export echo: func(text: string) -> string;
    export sum: func(data: list<u32>, seed: u64) -> u32;
    export counters;
}
world small { export add: func(a: s32, b: s32) -> s32; }
world empty {}
";

/// A folder with the WIT, which mappings name by its path.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("world.wit"), WORLD).expect("it can be written");
    folder
});

fuzz_target!(|input: &[u8]| {
    let [low, high, rest @ ..] = input else {
        return;
    };
    let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
    let (mapping, module) = rest.split_at(length);
    let module = Module::read(module.to_vec());
    if let Ok(module) = &module {
        let _ = module.inspect();
    }
    let mapping = Mapping::parse(&String::from_utf8_lossy(mapping));
    let (Ok(module), Ok(mapping)) = (module, mapping) else {
        return;
    };
    // Another path could lead anywhere.
    if mapping.wit() != "world.wit" {
        return;
    }
    let plan = match Plan::check(&module, &mapping, FOLDER.path()) {
        Ok(plan) => plan,
        Err(Error::Mapping(_)) => return,
        Err(other) => panic!("{other}"),
    };
    let component = plan.emit().expect("a checked plan can be emitted");
    Validator::new_with_features(WasmFeatures::default() | WasmFeatures::COMPONENT_MODEL)
        .validate_all(&component.bytes)
        .expect("a valid component");
});
