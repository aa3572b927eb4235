//! Modules and functions that can't be wrapped, and what is said of them.

use uplift::{Error, Module};
use wasm_encoder::{CustomSection, Encode as _, Section as _};

use crate::diagnostics::uplift_for;
use crate::wrapped::{Wrapped, with_allocator, wrap_bytes};

/// What `uplift wrap` says of a module that exports `add`.
fn refused(module: &str) -> String {
    let module = wat::parse_str(module).expect("a valid module");
    let world = "package test:wrapped; world wrapped { export add: func(a: s32, b: s32) -> s32; }";
    let text = uplift_for(
        &module,
        world,
        "version = 1\nwit = { path = \"world.wit\" }\n",
    );
    let said: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("note: "))
        .collect();
    said.join("\n")
}

/// A module that adds, with more in it.
fn adding(more: &str) -> String {
    format!(
        "(module {more} (func (export \"add\") (param i32 i32) (result i32) \
         (i32.add (local.get 0) (local.get 1))))"
    )
}

#[test]
fn a_position_independent_module_is_refused() {
    let module = r#"(import "env" "memory" (memory 1))
        (import "env" "__memory_base" (global i32))
        (import "env" "puts" (func (param i32) (result i32)))
        (@custom "dylink.0" "")"#;
    insta::assert_snapshot!(refused(&adding(module)));
}

#[test]
fn a_shared_memory_is_refused() {
    insta::assert_snapshot!(refused(&adding("(memory (export \"memory\") 1 2 shared)")));
}

#[test]
fn a_memory_of_64_bit_addresses_is_refused() {
    insta::assert_snapshot!(refused(&adding("(memory (export \"memory\") i64 1)")));
}

#[test]
fn several_memories_are_refused() {
    insta::assert_snapshot!(refused(&adding(
        "(memory (export \"memory\") 1) (memory (export \"more\") 1)"
    )));
}

#[test]
fn an_imported_memory_is_refused() {
    insta::assert_snapshot!(refused(&adding("(import \"env\" \"memory\" (memory 1))")));
}

#[test]
fn imports_of_emscripten_are_named() {
    let module = r#"(import "env" "invoke_vi" (func (param i32 i32)))
        (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))
        (import "env" "_emscripten_runtime_keepalive_clear" (func))"#;
    insta::assert_snapshot!(refused(&adding(module)));
}

#[test]
fn shortened_imports_of_emscripten_are_named() {
    let module = r#"(import "a" "a" (func (param i32 i32)))
        (import "a" "b" (func (param i32) (result i32)))"#;
    insta::assert_snapshot!(refused(&adding(module)));
}

#[test]
fn callbacks_that_the_host_hands_in_are_named() {
    let module = r#"(import "host" "on_event" (func (param i32)))
        (import "host" "callbacks" (table 4 funcref))
        (import "host" "on_event" (func (param i32)))"#;
    insta::assert_snapshot!(refused(&adding(module)));
}

/// The sections `.debug_abbrev` and `.debug_info` of
/// `int sum(int count, ...)` and `int each(visitor visit, int count)`, where
/// `visitor` is a pointer to a function.
fn debug_sections() -> [(&'static str, Vec<u8>); 2] {
    const STRING: [u8; 2] = [0x03, 0x08];
    const REFERENCE: [u8; 2] = [0x49, 0x13];
    const LOW_PC: [u8; 2] = [0x11, 0x01];
    const END: [u8; 2] = [0, 0];
    // The number, tag and attributes of each kind of entry, and whether it has
    // entries inside.
    let abbreviations = [
        &[1, 0x11, 1][..],
        &END,
        &[2, 0x2e, 1],
        &LOW_PC,
        &STRING,
        &REFERENCE,
        &END,
        &[3, 0x05, 0],
        &STRING,
        &REFERENCE,
        &END,
        &[4, 0x18, 0],
        &END,
        &[5, 0x24, 0],
        &STRING,
        &END,
        &[6, 0x0f, 0],
        &REFERENCE,
        &END,
        &[7, 0x16, 0],
        &STRING,
        &REFERENCE,
        &END,
        &[8, 0x15, 0],
        &END,
        &[9, 0x13, 0],
        &STRING,
        &END,
        &[0],
    ]
    .concat();
    // Where the entries of the types stand, after the header of 11 bytes.
    let (int, function, pointer, visitor, pair) = (12u32, 17u32, 18, 23, 36);
    let named = |kind: u8, name: &str, ty: u32| {
        [&[kind][..], name.as_bytes(), &[0], &ty.to_le_bytes()].concat()
    };
    let subprogram = |name: &str, ty| [&[2, 0, 0, 0, 0], &named(0, name, ty)[1..]].concat();
    let entries = [
        vec![1],
        b"\x05int\0".to_vec(),
        vec![8],
        [&[6][..], &function.to_le_bytes()].concat(),
        named(7, "visitor", pointer),
        b"\x09pair\0".to_vec(),
        subprogram("sum", int),
        named(3, "count", int),
        vec![4, 0],
        subprogram("each", int),
        named(3, "visit", visitor),
        named(3, "count", int),
        vec![0],
        subprogram("pick", pair),
        named(3, "visit", visitor),
        named(3, "count", int),
        vec![0, 0],
    ]
    .concat();
    let length = u32::try_from(entries.len() + 7).expect("a short section");
    let info = [&length.to_le_bytes()[..], &[4, 0, 0, 0, 0, 0, 4], &entries].concat();
    [(".debug_abbrev", abbreviations), (".debug_info", info)]
}

const DEBUGGED: &str = r#"
    (func (export "sum") (param i32 i32) (result i32) (local.get 0))
    (func (export "each") (param i32 i32) (result i32) (local.get 1))
    (func (export "pick") (param i32 i32 i32))"#;

fn with_debug_sections() -> Vec<u8> {
    let mut module = wat::parse_str(with_allocator(DEBUGGED)).expect("a valid module");
    for (name, data) in &debug_sections() {
        let section = CustomSection {
            name: (*name).into(),
            data: data.into(),
        };
        module.push(section.id());
        section.encode(&mut module);
    }
    module
}

#[test]
fn variable_arguments_and_callbacks_are_refused_where_debugging_information_shows_them() {
    let world = "package test:wrapped; world wrapped {
        export sum: func(count: s32, rest: s32) -> s32;
        export each: func(visit: s32, count: s32) -> s32;
    }";
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n\n[function.sum]\ncalls = \"sum\"\n\n\
        [function.each]\narguments = [{ as = \"value\", param = \"visit\" }, { as = \"value\", param = \"count\" }]\n";
    insta::assert_snapshot!(uplift_for(&with_debug_sections(), world, mapping));
}

#[test]
fn a_callback_behind_the_place_for_a_struct_is_refused_too() {
    let world = "export pick: func(visit: s32, count: s32) -> tuple<s32, s32>;";
    let mapping = |visit: &str| {
        format!(
            "[function.pick]\narguments = [{{ as = \"out-record\" }}, {visit}, \
             {{ as = \"value\", param = \"count\" }}]"
        )
    };
    let passed = mapping(r#"{ as = "value", param = "visit" }"#);
    let Err(Error::Mapping(found)) = wrap_bytes(with_debug_sections(), world, &passed) else {
        panic!("it is wrapped");
    };
    assert_eq!(found[0].code, "mapping::callback");
    let world = "export pick: func(count: s32) -> tuple<s32, s32>;";
    let constant = mapping(r#"{ as = "constant", value = 0 }"#);
    assert!(wrap_bytes(with_debug_sections(), world, &constant).is_ok());
    let module = Module::read(with_debug_sections()).expect("a module");
    let inspection = module.inspect();
    let pick = inspection
        .exports
        .iter()
        .find(|export| export.name == "pick");
    let guess = pick.and_then(|pick| pick.guess.as_ref()).expect("a guess");
    assert_eq!(
        guess.signature,
        "struct pair pick(visitor visit, int count)"
    );
}

#[test]
fn a_callback_may_be_a_constant() {
    let world = "export each: func(count: s32) -> s32;";
    let mapping = "[function.each]\narguments = [{ as = \"constant\", value = 0 }, { as = \"value\", param = \"count\" }]";
    let component = wrap_bytes(with_debug_sections(), world, mapping);
    let mut each = Wrapped::start(&component.expect("it can be wrapped").bytes);
    let count = wasmtime::component::Val::S32(7);
    assert_eq!(each.call("each", std::slice::from_ref(&count)), count);
}
