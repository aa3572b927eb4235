//! What `uplift check` prints, and its exit codes.

use std::fs;
use std::process::{Command, Output};

use super::{CALL_COPY, COPY, COPY_WORLD, module};

fn folder(mapping: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    };
    write(
        "module.wasm",
        &wat::parse_str(module(COPY)).expect("a valid module"),
    );
    let wit = format!("package test:wrapped; world wrapped {{ {COPY_WORLD} }}");
    write("world.wit", wit.as_bytes());
    let mapping = format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{mapping}");
    write("map.toml", mapping.as_bytes());
    folder
}

fn check(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let few: &[&str] = match arguments {
        ["--inputs", ..] => &[],
        _ => &["--inputs", "60"],
    };
    Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(["check", "module.wasm", "--map", "map.toml"])
        .args(["--calls", "100"])
        .args(few)
        .args(arguments)
        .current_dir(folder.path())
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
fn agreement_is_a_table_and_exit_code_0() {
    insta::assert_snapshot!(text(&check(&folder(CALL_COPY), &[])));
}

#[test]
fn agreement_is_the_same_in_json() {
    insta::assert_snapshot!(text(&check(&folder(CALL_COPY), &["--json"])));
}

/// The result is what lies behind the argument.
const READS_ON: &str = r#"[function.copy]
arguments = [{ as = "pointer", param = "text" }]
returns = { as = "cstring", free = "free" }
"#;

#[test]
fn differences_are_shown_on_their_smallest_input_with_exit_code_1() {
    // A length that nobody asks for is refused, so it is passed to somebody.
    let folder = folder(READS_ON);
    let with_length = READS_ON.replace(
        "\"text\" }]",
        "\"text\" }, { as = \"length\", param = \"text\" }]",
    );
    let mapping = format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{with_length}");
    fs::write(folder.path().join("map.toml"), mapping).expect("it can be written");
    let wat = module(COPY).replace("(param $text i32)", "(param $text i32) (param i32)");
    let wasm = wat::parse_str(wat).expect("a valid module");
    fs::write(folder.path().join("module.wasm"), wasm).expect("it can be written");
    insta::assert_snapshot!(text(&check(&folder, &[])));
}

#[test]
fn cases_are_counted_and_the_ones_that_fail_are_shown_with_exit_code_1() {
    let folder = folder(CALL_COPY);
    let cases = r#"version = 1
[[case]]
name = "Ada"
steps = [{ call = "copy", arguments = ['"Ada"'], result = '"Ada"' }]
[[case]]
name = "Grace"
steps = [{ call = "copy", arguments = ['"Grace"'], result = '"Hopper"' }]
"#;
    fs::write(folder.path().join("cases.toml"), cases).expect("it can be written");
    insta::assert_snapshot!(text(&check(&folder, &["--cases", "cases.toml"])));
}

#[test]
fn mistakes_in_cases_are_diagnosed_with_exit_code_2() {
    let folder = folder(CALL_COPY);
    let cases = "version = 1\n[[case]]\nname = \"Ada\"\nsteps = [{ call = \"cop\" }]\n";
    fs::write(folder.path().join("cases.toml"), cases).expect("it can be written");
    insta::assert_snapshot!(text(&check(&folder, &["--cases", "cases.toml"])));
    let absent = check(&folder, &["--cases", "absent.toml"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(
        text(&absent).contains("absent.toml can't be read"),
        "{}",
        text(&absent)
    );
}

#[test]
fn a_run_that_compares_nothing_is_no_success() {
    let folder = folder(CALL_COPY);
    let output = check(&folder, &["--inputs", "0"]);
    insta::assert_snapshot!(text(&output));
}

#[test]
fn a_function_that_never_answers_is_named_with_exit_code_1() {
    // What is not free memory is freed.
    let folder = folder(&CALL_COPY.replace("\"free\"", "\"destroy\""));
    let destroy = "(func (export \"destroy\") (param i32) unreachable)";
    let wasm = wat::parse_str(module(&format!("{COPY}{destroy}"))).expect("a valid module");
    fs::write(folder.path().join("module.wasm"), wasm).expect("it can be written");
    insta::assert_snapshot!(text(&check(&folder, &[])));
}

#[test]
fn functions_that_are_left_out_are_counted_and_named() {
    let folder = folder(
        r#"[resource."notes#note"]
destroy = "free"
[function."notes#note.erase"]
calls = "free"
[function."notes#copy"]
calls = "copy"
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", free = "free" }
"#,
    );
    let wit = "package test:wrapped;
interface notes { resource note { erase: func(); } copy: func(text: string) -> string; }
world wrapped { export notes; }";
    fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    insta::assert_snapshot!(text(&check(&folder, &[])));
}
