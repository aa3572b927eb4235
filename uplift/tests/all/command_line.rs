//! What the command prints, writes and exits with when all is well, and for
//! files that can't be used at all.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::wrapped::{Wrapped, string, with_allocator};

const MODULE: &str = r#"
    (func $echo (export "echo") (param $text i32) (param $text_len i32) (result i32)
      (local.get $text))"#;
const MAPPING: &str = r#"version = 1
wit = { path = "world.wit" }
[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap" }, { as = "constant", value = 0 }]
returns = { as = "cstring", borrowed = "argument" }"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    };
    let wat = format!(
        "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func (param i32))) {}",
        &with_allocator(MODULE)[8..]
    );
    write("wasi.wasm", &wat::parse_str(&wat).expect("a valid module"));
    let module = wat::parse_str(with_allocator(MODULE)).expect("a valid module");
    write("module.wasm", &module);
    write(
        "component.wasm",
        &wat::parse_str("(component)").expect("a component"),
    );
    write("broken.wasm", &module[..module.len() - 3]);
    write("module.wat", b";; in words\n\n(module)\n");
    write(
        "world.wit",
        b"package test:wrapped; world wrapped { export echo: func(text: string) -> string; }",
    );
    write("map.toml", MAPPING.as_bytes());
    folder
}

fn uplift(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("uplift runs")
}

fn text(output: &Output) -> String {
    format!(
        "exit code {}\n{}{}",
        output.status.code().expect("an exit code"),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn inspect_says_what_is_in_a_module() {
    let folder = folder();
    insta::assert_snapshot!(text(&uplift(folder.path(), &["inspect", "wasi.wasm"])));
}

#[test]
fn inspect_says_the_same_in_json() {
    let folder = folder();
    let output = uplift(folder.path(), &["inspect", "module.wasm", "--json"]);
    insta::assert_snapshot!(text(&output));
}

#[test]
fn wrap_writes_a_component_to_a_file_or_to_standard_output() {
    let folder = folder();
    let arguments = ["wrap", "module.wasm", "--map", "map.toml", "-o"];
    let file = uplift(folder.path(), &[&arguments[..], &["out.wasm"]].concat());
    assert!(file.status.success(), "{}", text(&file));
    assert!(file.stdout.is_empty());
    let component = fs::read(folder.path().join("out.wasm")).expect("a component");
    let piped = uplift(folder.path(), &[&arguments[..], &["-"]].concat());
    assert_eq!(piped.stdout, component);
    let mut echo = Wrapped::start(&component);
    assert_eq!(echo.call("echo", &[string("Ada")]), string("Ada"));
}

#[test]
fn the_wasi_adapter_is_inside_only_if_the_module_imports_wasi() {
    let folder = folder();
    for (module, adapter) in [("module.wasm", false), ("wasi.wasm", true)] {
        // The allocator of this test looks at the size of the memory.
        let map = "memory = { growth-is-safe-because = \"it grows for itself alone\" }";
        let map = MAPPING.replace("[function.echo]", &format!("{map}\n[function.echo]"));
        fs::write(folder.path().join("map.toml"), map).expect("it can be written");
        let arguments = ["wrap", module, "--map", "map.toml", "-o", "out.wasm"];
        let output = uplift(folder.path(), &arguments);
        assert!(output.status.success(), "{}", text(&output));
        let said = String::from_utf8_lossy(&output.stderr).contains("with the WASI adapter");
        assert_eq!(said, adapter);
        let component = fs::read(folder.path().join("out.wasm")).expect("a component");
        let decoded = wit_component::decode(&component).expect("a component");
        let wit_component::DecodedWasm::Component(resolve, world) = decoded else {
            panic!("not a component");
        };
        assert_eq!(!resolve.worlds[world].imports.is_empty(), adapter);
    }
}

#[test]
fn files_that_can_not_be_used_end_in_exit_code_2_and_one_line() {
    let folder = folder();
    for (module, reason) in [
        ("absent.wasm", "absent.wasm can't be read"),
        ("map.toml", "map.toml: it is not a WebAssembly binary"),
        (
            "component.wasm",
            "component.wasm: it is a component already, and a core module is expected: \
             `wasm-tools component unbundle`",
        ),
        (
            "module.wat",
            "module.wat: it is WebAssembly's text format, and the binary format is expected: \
             `wasm-tools parse`",
        ),
        ("broken.wasm", "broken.wasm: it is not a valid core module"),
    ] {
        for arguments in [
            &["inspect", module][..],
            &["wrap", module, "--map", "map.toml", "-o", "out.wasm"],
        ] {
            let output = uplift(folder.path(), arguments);
            assert_eq!(output.status.code(), Some(2));
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(stderr.starts_with(&format!("error: {reason}")), "{stderr}");
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
            assert!(!folder.path().join("out.wasm").exists());
        }
    }
}
