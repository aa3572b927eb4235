//! Drafts from C headers, read by the clang of the Python package `ziglang`, and
//! what becomes of them once somebody has confirmed the guesses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use uplift::{Error, Mapping, Module, Plan};
use wasmtime::component::{ResourceAny, Val};

use super::typed::Typed;
use super::{made, root};
use crate::wrapped::{Wrapped, bytes, with_allocator};

/// A module with the exports that `store.h` declares.
const STORE: &str = r#"
    (func (export "store_open") (param i32) (result i32) (local.get 0))
    (func (export "store_close") (param i32))
    (func (export "store_put") (param i32 i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "store_get") (param i32 i32 i32 i32) (result i32) (i32.const -1))
    (func (export "store_free_bytes") (param i32))
    (func (export "store_read") (param i32 i32 i32) (result i32) (i32.const 0))
    (func (export "store_find") (param i32 i32) (result i32) (i32.const -1))
    (func (export "store_digest") (param i32 i32))
    (func (export "store_size") (param i32 i32 i32))
    (func (export "store_version") (result i32) (i32.const 16))
    (func (export "average") (param i32 i32) (result f64) (f64.const 0))
    (func (export "is_open") (param i32) (result i32) (i32.const 1))
    (func (export "store_log") (param i32 i32 i32) (result i32) (i32.const 0))
    (func (export "store_visit") (param i32 i32 i32) (result i32) (i32.const 0))
    (func (export "store_move") (param i32 i32))
    (func (export "store_file") (param i32) (result i32) (i32.const 0))
    (func (export "store_scan") (param i32) (result i32) (i32.const 24))
    (func (export "cursor_close") (param i32))
    (func (export "cursor_next") (param i32) (result i32) (i32.const 0))
    (func (export "cursor_store") (param i32) (result i32) (i32.const 16))
    (func (export "cursor_parent_store") (param i32) (result i32) (i32.const 16))
    (func (export "use") (param i32 i32) (result i32) (i32.const 0))"#;

pub(super) fn header(name: &str) -> PathBuf {
    let headers = "tests/all/examples/headers";
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(headers)
        .join(name)
}

/// A folder with the module in it, drafted with these arguments.
pub(super) fn draft(name: &str, module: &[u8], arguments: &[&str]) -> (tempfile::TempDir, Output) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name).with_extension("wasm");
    fs::write(&file, module).expect("it can be written");
    // In a folder of the project: the user's holds other releases of zig.
    let cache = root().join("target").join("zig");
    let output = Command::new(env!("CARGO_BIN_EXE_uplift"))
        .arg("draft")
        .arg(&file)
        .args(arguments)
        .arg("--out-dir")
        .arg(folder.path())
        .env("ZIG_GLOBAL_CACHE_DIR", &cache)
        .env("ZIG_LOCAL_CACHE_DIR", &cache)
        .output()
        .expect("uplift runs");
    (folder, output)
}

/// The Python that `cargo xtask build` makes, with the package `ziglang`.
pub(super) fn python() -> PathBuf {
    let python = if cfg!(windows) {
        ".venv/Scripts/python.exe"
    } else {
        ".venv/bin/python"
    };
    std::path::absolute(root().join(python)).expect("a path")
}

/// The same with a header, read by `zig cc`.
pub(super) fn with_header(name: &str, module: &[u8], header: &Path) -> (tempfile::TempDir, Output) {
    let python = python();
    let cc = format!("\"{}\" -m ziglang cc", python.display());
    let header = header.display().to_string();
    draft(name, module, &["--header", &header, "--cc", &cc])
}

pub(super) fn read(folder: &tempfile::TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).expect("a file")
}

/// What comes of the draft if every guess is taken as right.
pub(super) fn confirmed(folder: &tempfile::TempDir, name: &str, module: Vec<u8>) -> Vec<u8> {
    let mapping = read(folder, &format!("{name}.toml"));
    assert!(mapping.contains("confirmed = false"));
    let mapping = mapping.replace("confirmed = false", "confirmed = true");
    let mapping = Mapping::parse(&mapping).expect("a mapping");
    let module = Module::read(module).expect("a module");
    let plan = Plan::check(&module, &mapping, folder.path());
    let plan = plan.unwrap_or_else(|error| panic!("{error:#?}"));
    plan.emit().expect("a component").bytes
}

/// A folder in the crate that carries a library's source.
fn source(package: &str, folder: &str) -> PathBuf {
    let manifest = root().join("uplift/examples/sources/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
        ])
        .arg(manifest)
        .output()
        .expect("cargo runs");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = json["packages"].as_array().expect("packages");
    let found = packages.iter().find(|found| found["name"] == package);
    let manifest = found.and_then(|package| package["manifest_path"].as_str());
    let manifest = Path::new(manifest.expect("the crate"));
    manifest.with_file_name(folder)
}

fn zlib_header() -> PathBuf {
    source("libz-sys", "src").join("zlib").join("zlib.h")
}

#[test]
#[ignore = "needs the Python environment that `cargo xtask build` makes"]
fn a_header_with_much_of_what_headers_have_is_drafted() {
    let module = wat::parse_str(with_allocator(STORE)).expect("a valid module");
    let (folder, output) = with_header("store", &module, &header("store.h"));
    assert!(output.status.success(), "{output:?}");
    insta::assert_snapshot!("store_wit", read(&folder, "store.wit"));
    insta::assert_snapshot!("store_mapping", read(&folder, "store.toml"));
    confirmed(&folder, "store", module);
}

#[test]
#[ignore = "needs the Python environment that `cargo xtask build` makes"]
fn a_header_with_a_mistake_is_answered_with_what_the_compiler_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let broken = folder.path().join("a broken header.h");
    fs::write(&broken, "#include <stdint.h>\nint list(\n").expect("it can be written");
    let module = wat::parse_str(with_allocator("")).expect("a valid module");
    let (drafted, output) = with_header("store", &module, &broken);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("expected parameter declarator"), "{stderr}");
    assert!(stderr.lines().count() < 24, "{stderr}");
    assert!(!drafted.path().join("store.wit").exists());
}

#[test]
#[ignore = "needs the modules that `cargo xtask modules` makes"]
fn what_hands_out_a_resource_that_something_else_owns_is_left_out() {
    let module = made("modules/sqlite.wasm");
    let header = source("libsqlite3-sys", "sqlite3").join("sqlite3.h");
    let (folder, output) = with_header("sqlite", &module, &header);
    assert!(output.status.success(), "{output:?}");
    let mapping = read(&folder, "sqlite.toml");
    // The database would be closed a second time.
    assert!(
        !mapping.contains("calls = \"sqlite3_db_handle\""),
        "{mapping}"
    );
    let reason = "`sqlite3_db_handle`: it hands out a pointer to `sqlite3`, and `handle` is in \
                  the name, so something else seems to own that: if its caller has to end it by \
                  `sqlite3_close_v2`";
    assert!(mapping.contains(reason), "{mapping}");
    for made in ["sqlite3_open", "sqlite3_prepare_v2"] {
        assert!(
            mapping.contains(&format!("calls = \"{made}\"")),
            "{mapping}"
        );
    }
}

#[test]
#[ignore = "needs the modules that `cargo xtask modules` makes"]
fn zlib_runs_as_drafted_from_its_header_and_from_dwarf() {
    let module = made("modules/zlib.wasm");
    let by_header = with_header("zlib", &module, &zlib_header());
    for (folder, output) in [by_header, draft("zlib", &module, &[])] {
        assert!(output.status.success(), "{output:?}");
        let mut zlib = Wrapped::start(&confirmed(&folder, "zlib", module.clone()));
        let mut call =
            |name: &str, arguments: &[Val]| zlib.call(&format!("draft:zlib/api#{name}"), arguments);
        let sum = call("crc32", &[Val::U32(0), bytes(b"123456789")]);
        assert_eq!(sum, Val::U32(0xcbf4_3926));
        let text = bytes(&b"uplift ".repeat(1000));
        let there = call("compress", std::slice::from_ref(&text));
        assert_eq!(call("uncompress", &[Val::U32(7000), there]), text);
        let version = call("zlib-version", &[]);
        assert!(matches!(&version, Val::String(text) if text.starts_with("1.")));
    }
}

#[test]
#[ignore = "needs the modules that `cargo xtask modules` makes"]
fn xxhash_runs_as_drafted_from_a_header() {
    let module = made("modules/xxhash.wasm");
    let (folder, output) = with_header("xxhash", &module, &header("xxhash.h"));
    assert!(output.status.success(), "{output:?}");
    let mut hashes = Typed::start(&confirmed(&folder, "xxhash", module));
    let api = "draft:xxhash/api";
    let text = &b"Nobody inspects the spammish repetition"[..];
    let (once,) = hashes.call::<_, (u64,)>(api, "xxh64", (text, 0u64));
    assert_eq!(once, 0xfbce_a83c_8a37_8bf1);
    let (state,) = hashes.call::<_, (ResourceAny,)>(api, "[constructor]state64", (0u64,));
    for piece in text.chunks(7) {
        hashes.call::<_, ()>(api, "[method]state64.update64", (state, piece));
    }
    let (pieces,) = hashes.call::<_, (u64,)>(api, "[method]state64.digest64", (state,));
    assert_eq!(pieces, once);
}

#[test]
#[ignore = "needs the guests that `cargo xtask build` makes"]
fn the_greeter_runs_as_drafted_from_a_header() {
    let module = made("guests/legacy-quiet.wasm");
    let (folder, output) = with_header("legacy", &module, &header("greeter.h"));
    assert!(output.status.success(), "{output:?}");
    let mut greeter = Typed::start(&confirmed(&folder, "legacy", module));
    let greet = |greeter: &mut Typed| {
        let (greeting,) =
            greeter.call::<_, (String,)>("draft:legacy/api", "custom-greet", ("Ada",));
        greeting
    };
    for _ in 0..1000 {
        assert_eq!(greet(&mut greeter), "Hello, Ada");
    }
    let (sum,) = greeter.call::<_, (i32,)>("draft:legacy/api", "add", (5, 3));
    assert_eq!(sum, 8);
}

/// What a module itself can be missing, which no draft mends.
const NOT_OF_THE_DRAFT: [&str; 3] = [
    "mapping::memory",
    "mapping::no-allocator",
    "mapping::growth",
];

#[test]
#[ignore = "needs the modules that `cargo xtask modules` makes"]
fn every_example_can_be_wrapped_as_drafted_or_lacks_what_no_draft_gives() {
    let sqlite = source("libsqlite3-sys", "sqlite3").join("sqlite3.h");
    let examples = [
        ("zlib", "modules/zlib.wasm", zlib_header(), 4),
        ("sqlite", "modules/sqlite.wasm", sqlite, 19),
        ("xxhash", "modules/xxhash.wasm", header("xxhash.h"), 8),
        ("legacy", "guests/legacy-quiet.wasm", header("greeter.h"), 2),
    ];
    for (name, module, header, least) in examples {
        let module = made(module);
        let by_header = with_header(name, &module, &header);
        // Without a header, by DWARF or by core types alone.
        let without = draft(name, &module, &[]);
        for ((folder, output), least) in [(by_header, least), (without, 1)] {
            assert!(output.status.success(), "{name}: {output:?}");
            let mapping = read(&folder, &format!("{name}.toml"));
            let functions = mapping.matches("[function.").count();
            assert!(functions >= least, "{name}: {functions}\n{mapping}");
            let mapping = mapping.replace("confirmed = false", "confirmed = true");
            let mapping = Mapping::parse(&mapping).expect("a mapping");
            let module = Module::read(module.clone()).expect("a module");
            match Plan::check(&module, &mapping, folder.path()) {
                Ok(plan) => drop(plan.emit().expect("a component")),
                Err(Error::Mapping(mistakes)) => {
                    for mistake in mistakes {
                        let listed = NOT_OF_THE_DRAFT.contains(&mistake.code);
                        assert!(listed, "{name}: {mistake:#?}");
                    }
                }
                Err(other) => panic!("{name}: {other}"),
            }
        }
    }
}
