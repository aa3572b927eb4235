//! Names and texts that come from outside, and are printed.

use std::fs;
use std::process::Command;

use crate::diagnostics::uplift_for;

const WORLD: &str = "package test:wrapped; world wrapped { export add: func(a: s32) -> s32; }";

fn module() -> Vec<u8> {
    wat::parse_str(r#"(module (func (export "add") (param i32) (result i32) (local.get 0)))"#)
        .expect("a valid module")
}

/// How long the longest line is, in characters.
fn longest(text: &str) -> usize {
    let lengths = text.lines().map(|line| line.chars().count());
    lengths.max().unwrap_or(0)
}

#[test]
fn a_mistake_far_to_the_right_is_shown_in_a_part_of_its_line() {
    let spaces = " ".repeat(70_000);
    let mapping = format!("version = 1\nwit = {{ path = \"world.wit\" {spaces}, wrld = \"é\" }}\n");
    let text = uplift_for(&module(), WORLD, &mapping);
    assert!(text.starts_with("exit code 2\n"), "{text}");
    assert!(text.contains("map.toml:2:70030]"), "{text}");
    assert!(text.contains("did you mean `world`?"), "{text}");
    assert!(longest(&text) < 400, "{}", longest(&text));
}

#[test]
fn thousands_of_mistakes_on_one_line_are_each_shown_in_a_part_of_it() {
    let arguments = "{ as = \"value\", param = \"b\" }, ".repeat(2000);
    let mapping = format!(
        "version = 1\nwit = {{ path = \"world.wit\" }}\n[function.add]\narguments = [{arguments}]\n"
    );
    let text = uplift_for(&module(), WORLD, &mapping);
    assert!(text.starts_with("exit code 2\n"));
    assert!(longest(&text) < 400, "{}", longest(&text));
}

#[test]
fn an_excerpt_is_cut_on_both_sides_and_says_the_real_place() {
    let filler = "x".repeat(300);
    let mapping = format!(
        "version = 1\n# {filler}\nwit = {{ path = \"world.wit\", wrld = \"{filler}\" }} # {filler}\n"
    );
    insta::assert_snapshot!(uplift_for(&module(), WORLD, &mapping));
    let mapping =
        format!("version = 1\nwit = {{ path = \"world.wit\", world = [\"{filler}\"] }}\n");
    insta::assert_snapshot!(uplift_for(&module(), WORLD, &mapping));
}

#[test]
fn control_characters_reach_no_terminal() {
    let mapping = "version = 1\nwit = { path = \"world.wit\" }\n\
        [function.\"\\u001b[31madd\\nerror: 0\"]\ncalls = \"\\u009b2J\"\n# \u{202e}bidi\n";
    let text = uplift_for(&module(), WORLD, mapping);
    assert!(text.contains("`\\u{1b}[31madd\\nerror: 0`"), "{text}");
    let raw = "version = 1\nwit = { path = \"world.wit\" }\nx = \"\u{1b}[31m\u{7f}\"\n";
    let raw = uplift_for(&module(), WORLD, raw);
    assert!(raw.contains("x = \"␛[31m␡\""), "{raw}");
    for text in [text, raw] {
        let hidden = |char: char| char != '\n' && (char.is_control() || char == '\u{202e}');
        assert!(!text.contains(hidden), "{text:?}");
    }
}

#[test]
fn names_in_a_module_forge_no_rows_of_its_inspection() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = wat::parse_str(
        r#"(module (import "env\1b[2J" "x\07" (func))
          (memory (export "a\0d") 1)
          (func (export "\1b[31mEVIL\1b[0m\0a  fake  () -> i32 row") (param $a\1b i32) (result i32)
            (i32.const 1)))"#
            .replace("$a\\1b", "$a"),
    )
    .expect("a valid module");
    fs::write(folder.path().join("evil.wasm"), module).expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(["inspect", "evil.wasm"])
        .current_dir(folder.path())
        .output()
        .expect("uplift runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        !text.contains(|char: char| char != '\n' && char.is_control()),
        "{text:?}"
    );
    insta::assert_snapshot!(text);
}
