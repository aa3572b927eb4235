//! What a mistake is answered with: a way out of it.

use uplift::Module;

use crate::diagnostics::uplift_for;
use crate::wrapped::{Wrapped, string, with_allocator, wrap};

const WORLD: &str = "package test:wrapped;
world wrapped {
  enum bad { absent, busy }
  record pair { first: u32, second: u64 }
  export greet: func(name: string) -> string;
  export count: func(of: u64) -> u64;
  export find: func() -> result<list<u8>, bad>;
  export sum: func(of: pair) -> u32;
}";
const FUNCTIONS: &str = r#"
    (func $greet (export "greet") (param i32) (result i32) (local.get 0))
    (func (export "count") (param i32) (result i32) (local.get 0))
    (func (export "find") (param i32 i32) (result i32) (i32.const 0))
    (func (export "sum") (param i32) (result i32) (i32.const 0))"#;
const GREET: &str = r#"[function.greet]
arguments = [{ as = "cstring", param = "name", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }
"#;
const REST: &str = r#"[function.count]
arguments = [{ as = "value", param = "of", type = "u32" }]
returns = { as = "value", type = "u32" }
[function.find]
arguments = [
  { as = "buffer", capacity = { start = 4, retry-on = [2], limit = 64 } },
  { as = "buffer-length" },
]
returns = { as = "status", errors = { "1" = "absent", "3" = "busy" } }
[record.pair]
[function.sum]
arguments = [{ as = "record", param = "of" }]
"#;

/// What is said of one change to a mapping without a mistake.
fn said(from: &str, to: &str) -> String {
    said_of(&with_allocator(FUNCTIONS), from, to)
}

fn said_of(module: &str, from: &str, to: &str) -> String {
    let mapping = format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{GREET}{REST}");
    assert!(mapping.contains(from), "{from}");
    let module = wat::parse_str(module).expect("a valid module");
    uplift_for(&module, WORLD, &mapping.replacen(from, to, 1))
}

/// A module whose allocator is not exported, under these names.
fn hidden(malloc: &str, free: &str) -> String {
    with_allocator(FUNCTIONS)
        .replace("$malloc (export \"malloc\")", &format!("${malloc}"))
        .replace("$free (export \"free\")", &format!("${free}"))
}

#[test]
fn an_allocator_with_a_prefix_to_its_names_is_found_in_the_name_section() {
    let greet = "export greet: func(name: string) -> string;";
    for (malloc, free) in [("malloc", "c.malloc.free"), ("libc.malloc", "libc.free")] {
        let mut greeter = Wrapped::new(&hidden(malloc, free), greet, GREET);
        assert_eq!(greeter.call("greet", &[string("Ada")]), string("Ada"));
    }
    // These need not be a pair.
    for (malloc, free) in [("pool.malloc", "file.free"), ("malloc", "file.free")] {
        assert!(wrap(&hidden(malloc, free), greet, GREET).is_err());
    }
}

#[test]
fn a_module_without_a_known_allocator_is_answered_with_all_ways() {
    insta::assert_snapshot!(said_of(
        &hidden("heap.allocate", "heap.free_block"),
        "version",
        "version"
    ));
    insta::assert_snapshot!(said_of(
        &hidden("heap.allocate", "heap.free_block"),
        "[function.greet]",
        "[memory]\nallocator = \"promoted\"\n[function.greet]"
    ));
    insta::assert_snapshot!(said(
        "[function.greet]",
        "[memory]\nmalloc = \"malloc\"\nfree = \"sum\"\n[function.greet]"
    ));
}

#[test]
fn a_function_of_another_signature_is_answered_with_those_that_fit() {
    insta::assert_snapshot!(said("borrowed = \"argument\"", "free = \"find\""));
    insta::assert_snapshot!(said("param = \"of\", type = \"u32\"", "param = \"of\""));
    insta::assert_snapshot!(said(
        "returns = { as = \"value\", type = \"u32\" }",
        "returns = { as = \"value\" }"
    ));
}

#[test]
fn a_digest_that_is_none_and_a_version_in_quotes_are_told_once() {
    insta::assert_snapshot!(said("wit =", "module = { sha256 = \"hello\" }\nwit ="));
    insta::assert_snapshot!(said("version = 1", "version = \"1\""));
}

#[test]
fn contradictions_are_refused() {
    insta::assert_snapshot!(said("retry-on = [2]", "retry-on = [2, 0]"));
    insta::assert_snapshot!(said("\"1\" = \"absent\"", "\"0\" = \"absent\""));
    insta::assert_snapshot!(said(
        "borrowed = \"argument\"",
        "borrowed = \"argument\", free = \"free\""
    ));
    insta::assert_snapshot!(said(
        "[record.pair]",
        "[record.pair]\nfields = { first = { offset = 4 }, second = { offset = 0 } }"
    ));
    insta::assert_snapshot!(said(
        "{ start = 4, retry-on = [2], limit = 64 }",
        "{ constant = 0 }"
    ));
}

#[test]
fn a_memory_whose_name_a_function_has_is_answered_with_that() {
    let module = with_allocator(FUNCTIONS)
        .replace("(export \"memory\")", "(export \"mem\")")
        .replace("(export \"sum\")", "(export \"sum\") (export \"memory\")");
    insta::assert_snapshot!(said_of(
        &module,
        "[function.greet]",
        "[memory]\nexport = \"mem\"\n[function.greet]"
    ));
}

#[test]
fn pages_that_nothing_needs_are_not_spoken_of() {
    let module = r#"(module (memory (export "memory") 1)
        (func (export "count") (param i32) (result i32) (local.get 0)))"#;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = "package test:wrapped; world wrapped { export count: func(of: u32) -> u32; }";
    std::fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let mapping =
        "version = 1\nwit = { path = \"world.wit\" }\nmemory.allocator = \"grown-pages\"\n";
    let module = Module::read(wat::parse_str(module).expect("a valid module")).expect("a module");
    let mapping = uplift::Mapping::parse(mapping).expect("a mapping");
    let plan = uplift::Plan::check(&module, &mapping, folder.path()).expect("a plan");
    assert!(
        plan.notes().iter().all(|note| !note.contains("pages")),
        "{:?}",
        plan.notes()
    );
}

#[test]
fn inspection_says_what_can_be_done_about_shortened_imports() {
    let module = r#"(module (import "a" "a" (func)) (import "a" "clock_time_get" (func))
        (memory (export "memory") 1))"#;
    let module = Module::read(wat::parse_str(module).expect("a valid module")).expect("a module");
    let found = module.inspect();
    assert_eq!(found.refused.len(), 2, "{:#?}", found.refused);
    assert!(found.refused[0].contains("looks like Emscripten's JavaScript"));
    assert!(found.refused[0].contains("`[import.\"a.a\"]` with `stub = \"trap\"`"));
    assert!(found.refused[1].contains("`a.clock_time_get`"));
}
