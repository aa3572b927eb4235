//! What the author of a mapping reads.

use std::fs;
use std::process::Command;

use crate::wrapped::with_allocator;

const MODULE: &str = r#"
    (func (export "greet") (param i32) (result i32) (local.get 0))
    (func (export "free_text") (param i32))
    (func (export "add") (param i32 i32) (result i32) (i32.const 0))"#;
const WORLD: &str = "package test:wrapped;
world wrapped {
  export greet: func(name: string) -> string;
  export add: func(a: s32, b: s32) -> s32;
}";

/// The exit code and all that `uplift wrap` says.
fn uplift(module: &[u8], mapping: &str) -> String {
    uplift_for(module, WORLD, mapping)
}

/// The same for another world.
pub(crate) fn uplift_for(module: &[u8], world: &str, mapping: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    };
    write("module.wasm", module);
    write("world.wit", world.as_bytes());
    write("map.toml", mapping.as_bytes());
    let output = Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(["wrap", "module.wasm", "--map", "map.toml", "-o", "out.wasm"])
        .current_dir(folder.path())
        .output()
        .expect("uplift runs");
    assert!(output.stdout.is_empty());
    assert!(!folder.path().join("out.wasm").exists());
    let code = output.status.code().expect("an exit code");
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    format!("exit code {code}\n{text}")
}

fn wat(functions: &str) -> Vec<u8> {
    wat::parse_str(with_allocator(functions)).expect("a valid module")
}

#[test]
fn unknown_keys_and_names_come_with_suggestions_all_at_once() {
    let mapping = r#"version = 2

[wit]
path = "world.wit"
wolrd = "wrapped"

[memory]
allocator = "exportd"

[function.greet]
argument = []
arguments = [{ as = "cstr", param = "name" }, { param = "name" }, { as = "constant", value = "1" }]
returns = { as = "cstring", free = 3 }
"#;
    insta::assert_snapshot!(uplift(&wat(MODULE), mapping));
}

#[test]
fn mistakes_against_module_and_wit_come_all_at_once() {
    let mapping = r#"version = 1

[module]
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[wit]
path = "world.wit"

[function.greet]
calls = "gret"

[function.add]
arguments = [{ as = "value", param = "a" }, { as = "value", param = "c" }]

[function.subtract]
"#;
    insta::assert_snapshot!(uplift(&wat(MODULE), mapping));
}

#[test]
fn a_missing_function_and_owner_are_asked_for() {
    let mapping = r#"version = 1
wit = { path = "world.wit" }

[function.greet]
arguments = [{ as = "cstring", param = "name" }]
returns = { as = "cstring", free = "add" }
"#;
    let module = MODULE.replace("\"add\"", "\"plus\"");
    insta::assert_snapshot!(uplift(&wat(&module), mapping));
}

#[test]
fn refused_kinds_of_modules_say_why() {
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n";
    let module = wat::parse_str(
        r#"(module
          (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))
          (import "host" "callback" (func))
          (import "wasi_snapshot_preview1" "sock_open" (func (param i32) (result i32)))
          (memory (export "memory") 1 2 shared)
          (func (export "_start"))
          (func (export "cabi_realloc"))
          (func (export "add") (param i32 i32) (result i32) (i32.const 0)))"#,
    )
    .expect("a valid module");
    insta::assert_snapshot!(uplift(&module, mapping));
}

#[test]
fn a_text_that_is_no_toml_is_shown_where_it_ends_to_be() {
    insta::assert_snapshot!(uplift(&wat(MODULE), "version = 1\n[wit\npath = \"x\"\n"));
}

#[test]
fn an_absent_allocator_is_answered_with_what_there_is() {
    let module = with_allocator(MODULE)
        .replace("(export \"malloc\")", "")
        .replace("(export \"free\")", "")
        .replace("memory.grow", "i32.clz");
    let mapping = r#"version = 1
wit = { path = "world.wit" }
[function.greet]
arguments = [{ as = "cstring", param = "name", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }
"#;
    let module = wat::parse_str(module).expect("a valid module");
    insta::assert_snapshot!(uplift(&module, mapping));
}

#[test]
fn guesses_that_nobody_has_confirmed_are_listed_with_all_other_mistakes() {
    let mapping = r#"version = 1
wit = { path = "world.wit" }

[function.greet]
arguments = [
    { as = "cstring", param = "name", nul = "trap", confirmed = false },
]
returns = { as = "cstring", free = "free_text", confirmed = false }

[function.add]
calls = "ad"
arguments = [
    { as = "value", param = "a", confirmed = true },
    { as = "value", param = "b", confirmed = false },
]
"#;
    insta::assert_snapshot!(uplift(&wat(MODULE), mapping));
}

#[test]
fn confirmed_is_a_boolean_and_belongs_to_entries_alone() {
    let mapping = r#"version = 1
wit = { path = "world.wit" }
confirmed = false

[function.greet]
confirmed = false
arguments = [{ as = "cstring", param = "name", confirmed = "no" }]
"#;
    insta::assert_snapshot!(uplift(&wat(MODULE), mapping));
}

#[test]
fn mistakes_about_statuses_and_errors_come_with_what_the_wit_has() {
    let world = "package test:wrapped;
world wrapped {
  enum bad { absent, busy }
  export first: func() -> result<u32, bad>;
  export second: func() -> result<u32, string>;
}";
    let module = r#"
    (func (export "first") (result i32) (i32.const 0))
    (func (export "second") (result i32) (i32.const 0))
    (func (export "reason") (param i32 i32) (result i32) (i32.const 0))"#;
    let mapping = r#"version = 1
wit = { path = "world.wit" }

[function.first]
returns = { as = "status", ok = ["0.."], carries = "value", errors = { "-1" = "abset", "5" = "busy", "minus two" = "busy" }, unknown = "error", unknown-error = "busy" }

[function.second]
returns = { as = "status", ok = ["0..", "7..1"], carries = "length", unknown = "error", text = { calls = "reason", arguments = [{ as = "handle" }] } }
"#;
    insta::assert_snapshot!(uplift_for(&wat(module), world, mapping));
}

#[test]
fn mistakes_about_imports_and_the_start_name_what_there_is() {
    let module = wat::parse_str(
        r#"(module
          (import "env" "now" (func (result i64)))
          (import "host" "log" (func (param i32)))
          (func (export "setup") (param i32))
          (func (export "add") (param i32 i32) (result i32) (i32.const 0)))"#,
    )
    .expect("a valid module");
    let world = "package test:wrapped; world wrapped { export add: func(a: s32, b: s32) -> s32; }";
    let mapping = r#"version = 1
wit = { path = "world.wit" }
init = [{ calls = "setup", arguments = ["one"] }, { calls = "set_up" }]

[import."env.now"]
returns = 0.5

[import."env.log"]
stub = "nothing"
"#;
    insta::assert_snapshot!(uplift_for(&module, world, mapping));
    let mapping = mapping.replace("\"one\"", "1");
    insta::assert_snapshot!(uplift_for(&module, world, &mapping));
}

#[test]
fn a_mistake_in_the_wit_is_shown_in_the_wit() {
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n";
    for world in [
        "package test:wrapped;\nworld wrapped {\n  export add: func(a: s32 b: s32) -> s32;\n}",
        "package test:wrapped;\nworld wrapped {\n  export add: func(a: numbr) -> s32;\n}",
        "package test:wrapped;\nworld wrapped {\n  export other:pack/face@1.0.0;\n}",
    ] {
        insta::assert_snapshot!(uplift_for(&wat(MODULE), world, mapping));
    }
}

#[test]
fn a_choice_among_several_worlds_is_on_one_line() {
    let world = "package test:wrapped; world one {} world two {}";
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n";
    let text = uplift_for(&wat(MODULE), world, mapping);
    assert!(text.contains("test:wrapped/one test:wrapped/two"), "{text}");
}
