//! Drafts without a C compiler, and what the command does with files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::wrapped::{Wrapped, string, with_allocator};

/// With the names of parameters, as compilers keep them, and without types.
const MODULE: &str = r#"
    (func (export "shout") (param $text i32) (result i32) (local.get $text))
    (func (export "sum") (param $data i32) (param $dataLen i32) (param $seed i64) (result i64)
      (local.get $seed))
    (func (export "encode")
      (param $dst i32) (param $dst_capacity i32) (param $src i32) (param $src_size i32) (result i32)
      (i32.const 0))
    (func (export "unpack")
      (param $src i32) (param $dst i32) (param $packed_size i32) (param $dst_capacity i32) (result i32)
      (i32.const 0))
    (func (export "scale") (param f64) (result f64) (local.get 0))
    (func (export "list") (param i32))
    (func (export "re-ad") (param $self i32))
    (func (export "re_ad"))
    (func (export "pair") (result i32 i32) (i32.const 1) (i32.const 2))
    (func (export "wide") (param v128))"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = wat::parse_str(with_allocator(MODULE)).expect("a valid module");
    fs::write(folder.path().join("text tools.wasm"), module).expect("it can be written");
    folder
}

fn uplift(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(arguments)
        .current_dir(folder)
        // Whatever is installed here, no compiler is found.
        .env("PATH", "")
        .output()
        .expect("uplift runs")
}

fn draft(folder: &Path, arguments: &[&str]) -> Output {
    uplift(folder, &[&["draft", "text tools.wasm"], arguments].concat())
}

fn said(output: &Output) -> String {
    assert!(output.stdout.is_empty());
    let code = output.status.code().expect("an exit code");
    format!(
        "exit code {code}\n{}",
        String::from_utf8_lossy(&output.stderr)
    )
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).expect("a file")
}

#[test]
fn names_and_core_types_alone_make_a_draft_of_guesses() {
    let folder = folder();
    let output = draft(folder.path(), &[]);
    insta::assert_snapshot!(said(&output));
    insta::assert_snapshot!("names_wit", read(folder.path(), "text-tools.wit"));
    insta::assert_snapshot!("names_mapping", read(folder.path(), "text-tools.toml"));
}

#[test]
fn a_module_without_functions_of_a_library_is_refused_with_the_flag_that_exports_them() {
    let folder = folder();
    let bare = r#"(module (memory (export "memory") 1) (func (export "_initialize")))"#;
    let bare = wat::parse_str(bare).expect("a valid module");
    fs::write(folder.path().join("bare.wasm"), bare).expect("it can be written");
    let output = uplift(folder.path(), &["draft", "bare.wasm"]);
    assert_eq!(
        said(&output),
        "exit code 2\nerror: bare.wasm exports no function of a library: a linker drops what \
         nobody asks for, so link it again with `-Wl,--export=NAME` for each function\n"
    );
    assert!(!folder.path().join("bare.toml").exists());
}

#[test]
fn a_draft_says_why_no_mapping_will_do_for_the_module() {
    let folder = folder();
    let command = with_allocator(r#"(func (export "_start")) (func (export "sum"))"#);
    let command = wat::parse_str(command).expect("a valid module");
    fs::write(folder.path().join("command.wasm"), command).expect("it can be written");
    let said = said(&uplift(folder.path(), &["draft", "command.wasm"]));
    let note = "note: `wrap` refuses this module: the module is a command: `_start` runs it once";
    assert!(said.contains(note), "{said}");
    assert!(said.starts_with("exit code 0\n"), "{said}");
}

#[test]
fn wrap_lists_all_guesses_of_a_draft_and_takes_it_once_they_are_decided() {
    let folder = folder();
    draft(folder.path(), &[]);
    let wrap = [
        "wrap",
        "text tools.wasm",
        "--map",
        "text-tools.toml",
        "-o",
        "out.wasm",
    ];
    let mapping = read(folder.path(), "text-tools.toml");
    let refused = uplift(folder.path(), &wrap);
    assert_eq!(refused.status.code(), Some(2));
    let listed = said(&refused).matches("mapping::unconfirmed").count();
    assert_eq!(listed, mapping.matches(", confirmed = false").count());
    assert!(!folder.path().join("out.wasm").exists());

    let decided = mapping
        .replace(", confirmed = false", "")
        // The core type can't tell that this is a string.
        .replace(
            "nul = \"trap\" },\n]\n# an i32, which a pointer or a status is too\nreturns = { as = \"value\" }",
            "nul = \"trap\" },\n]\nreturns = { as = \"cstring\", borrowed = \"argument\" }",
        );
    let wit = read(folder.path(), "text-tools.wit");
    let wit = wit.replace("func(text: string) -> s32", "func(text: string) -> string");
    fs::write(folder.path().join("text-tools.toml"), decided).expect("it can be written");
    fs::write(folder.path().join("text-tools.wit"), wit).expect("it can be written");
    let wrapped = uplift(folder.path(), &wrap);
    assert!(wrapped.status.success(), "{}", said(&wrapped));
    let component = fs::read(folder.path().join("out.wasm")).expect("a component");
    let mut tools = Wrapped::start(&component);
    let shouted = tools.call("draft:text-tools/api#shout", &[string("Ada")]);
    assert_eq!(shouted, string("Ada"));
}

/// With imports that nobody provides, and with functions that start it.
const STARTED: &str = r#"(module
    (import "env" "now" (func (result i32)))
    (import "env" "a \"b\"" (func (param i32)))
    (import "env" "emscripten_notify_memory_growth" (func (param i32)))
    (memory (export "memory") 1)
    (global $ready (mut i32) (i32.const 0))
    (func (export "__wasm_call_ctors") (global.set $ready (i32.const 1)))
    (func (export "lib_setup") (global.set $ready (i32.mul (global.get $ready) (i32.const 7))))
    (func (export "init_size") (result i32) (i32.const 5))
    (func (export "ready") (result i32) (global.get $ready)))"#;

#[test]
fn stubs_and_calls_at_the_start_are_drafted_and_wait_to_be_confirmed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = wat::parse_str(STARTED).expect("a valid module");
    fs::write(folder.path().join("text tools.wasm"), module).expect("it can be written");
    insta::assert_snapshot!(said(&draft(folder.path(), &[])));
    let mapping = read(folder.path(), "text-tools.toml");
    insta::assert_snapshot!("started_mapping", mapping);
    let wrap = [
        "wrap",
        "text tools.wasm",
        "--map",
        "text-tools.toml",
        "-o",
        "out.wasm",
    ];
    let refused = uplift(folder.path(), &wrap);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!("started_refused", said(&refused));

    let decided = mapping.replace("confirmed = false", "");
    let decided = decided.replace(",  }", " }");
    fs::write(folder.path().join("text-tools.toml"), decided).expect("it can be written");
    let wrapped = uplift(folder.path(), &wrap);
    assert!(wrapped.status.success(), "{}", said(&wrapped));
    let component = fs::read(folder.path().join("out.wasm")).expect("a component");
    let mut tools = Wrapped::start(&component);
    let ready = tools.call("draft:text-tools/api#ready", &[]);
    assert_eq!(ready, wasmtime::component::Val::S32(7));
}

#[test]
fn an_import_that_is_there_twice_is_drafted_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = wat::parse_str(
        r#"(module (import "env" "now" (func)) (import "env" "now" (func))
             (memory (export "memory") 1) (func (export "list")))"#,
    );
    let module = module.expect("a valid module");
    fs::write(folder.path().join("text tools.wasm"), module).expect("it can be written");
    assert!(draft(folder.path(), &[]).status.success());
    let mapping = read(folder.path(), "text-tools.toml");
    assert_eq!(mapping.matches("[import.\"env.now\"]").count(), 1);
    uplift::Mapping::parse(&mapping).expect("a mapping");
}

#[test]
fn what_initialize_calls_is_not_called_a_second_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = wat::parse_str(with_allocator(
        r#"(func (export "_initialize")) (func (export "__wasm_call_ctors"))"#,
    ));
    let module = module.expect("a valid module");
    fs::write(folder.path().join("text tools.wasm"), module).expect("it can be written");
    assert!(draft(folder.path(), &[]).status.success());
    let mapping = read(folder.path(), "text-tools.toml");
    assert!(!mapping.contains("[[init]]"), "{mapping}");
    let reason = "`__wasm_call_ctors`: it belongs to the tool chain.";
    assert!(mapping.contains(reason), "{mapping}");
}

#[test]
fn a_draft_is_written_again_until_somebody_edits_it() {
    let folder = folder();
    assert!(draft(folder.path(), &[]).status.success());
    let first = read(folder.path(), "text-tools.toml");
    assert!(draft(folder.path(), &[]).status.success());
    assert_eq!(read(folder.path(), "text-tools.toml"), first);

    let edited = first.replace(", confirmed = false", "");
    fs::write(folder.path().join("text-tools.toml"), &edited).expect("it can be written");
    insta::assert_snapshot!(said(&draft(folder.path(), &[])));
    assert_eq!(read(folder.path(), "text-tools.toml"), edited);
    assert!(
        draft(folder.path(), &["--out-dir", "an other/folder"])
            .status
            .success()
    );
    assert_eq!(
        read(folder.path(), "an other/folder/text-tools.toml"),
        first
    );
    assert!(draft(folder.path(), &["--force"]).status.success());
    assert_eq!(read(folder.path(), "text-tools.toml"), first);
}

#[test]
fn without_a_compiler_the_header_is_passed_over_and_that_is_said() {
    let folder = folder();
    fs::write(folder.path().join("tools.h"), "int list(int);").expect("it can be written");
    let output = draft(folder.path(), &["--header", "tools.h"]);
    assert!(output.status.success());
    let first = said(&output);
    let first = first.lines().nth(1).unwrap_or_default();
    assert_eq!(
        first,
        "note: tools.h is not read, because there is no `clang`: install it, or name another C \
         compiler by `--cc`, such as `--cc \"zig cc\"`"
    );
}

#[test]
fn headers_and_compilers_that_can_not_be_used_end_in_exit_code_2_and_write_nothing() {
    let folder = folder();
    fs::write(folder.path().join("tools.h"), "int list(int);").expect("it can be written");
    for (arguments, reason) in [
        (&["--header", "absent.h"][..], "absent.h can't be read: "),
        (
            &["--header", "tools.h", "--cc", "no-such-compiler -v"],
            "the C compiler `no-such-compiler` can't be started: ",
        ),
        (
            &["--header", "tools.h", "--cc", "'clang"],
            "`--cc 'clang` names no program: ",
        ),
        // It takes none of clang's options.
        (
            &[
                "--header",
                "tools.h",
                "--cc",
                concat!("'", env!("CARGO_BIN_EXE_uplift"), "' inspect"),
            ],
            concat!(
                "`",
                env!("CARGO_BIN_EXE_uplift"),
                " inspect` can't read tools.h; "
            ),
        ),
    ] {
        let output = draft(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with(&format!("error: {reason}")), "{stderr}");
        assert!(!folder.path().join("text-tools.wit").exists());
    }
}
