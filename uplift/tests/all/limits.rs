//! What is larger, or newer, than a component or a host can take.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::diagnostics::uplift_for;
use crate::wrapped::{mistakes, with_allocator};

const RECORD: &str = "record position { shelf: s16, height: f64 }
    export at: func(p: position) -> s32;";
const MODULE: &str = r#"(func (export "at") (param i32) (result i32) (i32.const 0))"#;

fn refused(record: &str) -> String {
    let mapping = format!(
        "[record.position]\n{record}\n[function.at]\narguments = [{{ as = \"record\", param = \"p\" }}]"
    );
    let found = mistakes(&with_allocator(MODULE), RECORD, &mapping);
    let found: Vec<String> = found
        .into_iter()
        .map(|mistake| format!("{}: {}", mistake.code, mistake.message))
        .collect();
    found.join("\n")
}

#[test]
fn offsets_and_sizes_of_structs_are_bounded() {
    for offset in [65_536u32, 70_000, 4_294_967_280, u32::MAX] {
        let fields =
            format!("fields = {{ shelf = {{ offset = 0 }}, height = {{ offset = {offset} }} }}");
        assert_eq!(
            refused(&fields),
            "mapping::out-of-range: `offset` is out of range"
        );
    }
    for size in [65_537u32, u32::MAX] {
        assert_eq!(
            refused(&format!("size = {size}")),
            "mapping::out-of-range: `size` is out of range"
        );
    }
    assert_eq!(
        refused("size = 4"),
        "mapping::record: `size` can't be the size of the struct"
    );
    assert_eq!(
        refused("fields = { shelf = { offset = 0 }, height = { offset = 65535 } }"),
        "mapping::record: the field `height` ends beyond 65536 bytes, the most that a struct takes"
    );
}

#[test]
fn structs_of_very_many_fields_are_refused_by_their_size() {
    let mut fields = String::new();
    for number in 0..9000 {
        let _ = write!(fields, "a{number}: u64, ");
    }
    let world = format!("record wide {{ {fields} }} export at: func(p: wide) -> s32;");
    let mapping = "[record.wide]\n[function.at]\narguments = [{ as = \"record\", param = \"p\" }]";
    let found = mistakes(&with_allocator(MODULE), &world, mapping);
    assert_eq!(
        found[0].message,
        "the field `a8192` ends beyond 65536 bytes, the most that a struct takes"
    );
}

#[test]
fn a_wit_beyond_the_limits_of_components_is_a_mistake_in_the_wit() {
    let mut fields = String::new();
    for number in 0..10_001 {
        let _ = write!(fields, "a{number}: u8, ");
    }
    let world = format!(
        "package test:wrapped; world wrapped {{ record wide {{ {fields} }} \
         export at: func(p: wide) -> s32; }}"
    );
    let module = wat::parse_str(with_allocator(MODULE)).expect("a valid module");
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n";
    insta::assert_snapshot!(uplift_for(&module, &world, mapping));
}

#[test]
fn parts_of_webassembly_that_hosts_may_lack_are_noted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = r#"(module (type $s (struct (field i32))) (memory (export "memory") 1) (tag $t)
        (func (export "add") (param i32 i32) (result i32)
          (i32.add (local.get 0) (local.get 1)))
        (func (export "mk") (result (ref $s)) (struct.new $s (i32.const 1))))"#;
    let module = wat::parse_str(module).expect("a valid module");
    let world = "package test:wrapped; world wrapped { export add: func(a: s32, b: s32) -> s32; }";
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n";
    for (name, bytes) in [
        ("module.wasm", &module[..]),
        ("map.toml", mapping.as_bytes()),
        ("world.wit", world.as_bytes()),
    ] {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_uplift"))
            .args([arguments, &["module.wasm", "--map", "map.toml"]].concat())
            .current_dir(folder.path())
            .output()
            .expect("uplift runs");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        (output.status.code(), stderr)
    };
    let (code, stderr) = run(&["wrap", "-o", "out.wasm"]);
    assert_eq!(code, Some(0));
    assert!(
        stderr.contains(
            "note: the module uses garbage collection, exceptions, which not \
             every host has"
        ),
        "{stderr}"
    );
    if cfg!(feature = "check") {
        let (code, stderr) = run(&["check"]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(
            stderr.starts_with("error: module.wasm: it can't be run: "),
            "{stderr}"
        );
    }
}
