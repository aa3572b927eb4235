//! C strings in and out: NUL, null, encodings, who frees.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, ok, string, with_allocator};

/// `echo` returns its argument, `copy` a new string, `word` a static one, `none`
/// null, `length` what strlen says.
const STRINGS: &str = r#"
    (data (i32.const 64) "caf\e9\00")
    (data (i32.const 80) "static\00")
    (data (i32.const 96) "\ff\fe\00")
    (func $length (export "length") (param $at i32) (result i32)
      (local $end i32)
      (local.set $end (local.get $at))
      (block $found (loop $next
        (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
      (i32.sub (local.get $end) (local.get $at)))
    (func (export "echo") (param i32) (result i32) (local.get 0))
    (func (export "tail") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "first") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "copy") (param $from i32) (result i32)
      (local $to i32) (local $size i32)
      (local.set $size (i32.add (call $length (local.get $from)) (i32.const 1)))
      (local.set $to (call $malloc (local.get $size)))
      (memory.copy (local.get $to) (local.get $from) (local.get $size))
      (local.get $to))
    (func (export "latin") (result i32) (i32.const 64))
    (func (export "word") (result i32) (i32.const 80))
    (func (export "broken") (result i32) (i32.const 96))
    (func (export "none") (result i32) (i32.const 0))
"#;

fn strings() -> String {
    with_allocator(STRINGS)
}

fn wrapped(world: &str, mapping: &str) -> Wrapped {
    Wrapped::new(&strings(), world, mapping)
}

const COPY: &str = r#"[function.copy]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", free = "free" }"#;

#[test]
fn strings_of_every_alignment_and_length_come_back() {
    let world = "export copy: func(text: string) -> string;";
    let mut wrapped = wrapped(world, COPY);
    for length in (0..70).chain([255, 4095, 4096, 65_535, 65_536, 1 << 20]) {
        let text: String = "aé😀".chars().cycle().take(length).collect();
        let text = string(&text);
        assert_eq!(wrapped.call("copy", std::slice::from_ref(&text)), text);
    }
}

#[test]
fn what_the_module_and_the_shim_allocate_is_freed() {
    let world = "export copy: func(text: string) -> string; export live: func() -> s32;";
    let mut wrapped = wrapped(world, COPY);
    for text in ["once", "", "again"] {
        wrapped.call("copy", &[string(text)]);
        let live = wrapped.call("live", &[]);
        assert_eq!(live, Val::S32(1), "the room for results alone is left");
    }
}

#[test]
fn a_result_that_is_an_argument_is_lifted_before_it_is_freed() {
    let world =
        "export echo: func(text: string) -> string; export tail: func(text: string) -> string;";
    let mapping = r#"[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }
[function.tail]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }"#;
    let mut wrapped = wrapped(world, mapping);
    assert_eq!(wrapped.call("echo", &[string("Grace")]), string("Grace"));
    assert_eq!(wrapped.call("tail", &[string("Grace")]), string("race"));
    assert_eq!(wrapped.call("echo", &[string("")]), string(""));
}

#[test]
fn an_interior_nul_traps_fails_or_cuts_as_the_mapping_says() {
    let name = string("root\0.example.com");
    let entry = |rest: &str| {
        format!("[function.length]\narguments = [{{ as = \"cstring\", param = \"text\"{rest} }}]")
    };
    let plain = "export length: func(text: string) -> u32;";
    let mut trap = wrapped(plain, &entry(", nul = \"trap\""));
    assert!(
        trap.trap("length", std::slice::from_ref(&name))
            .contains("can't hold the NUL")
    );
    let mut cut = wrapped(plain, &entry(", nul = \"truncate\""));
    assert_eq!(cut.call("length", std::slice::from_ref(&name)), Val::U32(4));

    let fails = "enum bad { other, nul } export length: func(text: string) -> result<u32, bad>;";
    let mut fail = wrapped(fails, &entry(", nul-error = \"nul\""));
    assert_eq!(
        fail.call("length", std::slice::from_ref(&name)),
        error("nul")
    );
    assert_eq!(fail.call("length", &[string("Ada")]), ok(Val::U32(3)));

    let bare = "export length: func(text: string) -> result<u32>;";
    let mut fail = wrapped(bare, &entry(""));
    assert_eq!(fail.call("length", &[name]), Val::Result(Err(None)));
}

#[test]
fn an_error_without_a_place_in_the_wit_is_refused() {
    let found = mistakes(
        &strings(),
        "export length: func(text: string) -> u32;",
        "[function.length]\narguments = [{ as = \"cstring\", param = \"text\" }]",
    );
    assert_eq!(found[0].code, "mapping::no-error");
}

#[test]
fn null_traps_or_is_none_or_an_error() {
    let with = |rest: &str| {
        format!("[function.none]\nreturns = {{ as = \"cstring\", borrowed = \"static\"{rest} }}")
    };
    let mut trap = wrapped("export none: func() -> string;", &with(""));
    assert!(trap.trap("none", &[]).contains("returned a null pointer"));
    let mut none = wrapped(
        "export none: func() -> option<string>;",
        &with(", null = \"none\""),
    );
    assert_eq!(none.call("none", &[]), Val::Option(None));
    let mut fail = wrapped(
        "enum bad { absent } export none: func() -> result<string, bad>;",
        &with(", null = \"error\", null-error = \"absent\""),
    );
    assert_eq!(fail.call("none", &[]), error("absent"));
}

#[test]
fn a_present_string_is_some_or_ok() {
    let mapping = r#"[function.word]
returns = { as = "cstring", borrowed = "static", null = "none" }"#;
    let mut some = wrapped("export word: func() -> option<string>;", mapping);
    let expected = Val::Option(Some(Box::new(string("static"))));
    assert_eq!(some.call("word", &[]), expected);
}

#[test]
fn latin_1_goes_in_and_comes_out() {
    let out = r#"[function.latin]
returns = { as = "cstring", borrowed = "static", encoding = "latin-1" }"#;
    let mut latin = wrapped("export latin: func() -> string;", out);
    assert_eq!(latin.call("latin", &[]), string("café"));

    let both = r#"[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap", encoding = "latin-1", unencodable = "trap" }]
returns = { as = "cstring", borrowed = "argument", encoding = "latin-1" }
[function.length]
arguments = [{ as = "cstring", param = "text", nul = "trap", encoding = "latin-1", unencodable = "trap" }]"#;
    let world =
        "export echo: func(text: string) -> string; export length: func(text: string) -> u32;";
    let mut both = wrapped(world, both);
    let every: String = (1..=255u8).map(char::from).collect();
    assert_eq!(both.call("length", &[string(&every)]), Val::U32(255));
    assert_eq!(both.call("echo", &[string(&every)]), string(&every));
    let trap = both.trap("length", &[string("1 €")]);
    assert!(trap.contains("Latin-1 lacks"), "{trap}");
}

#[test]
fn bytes_that_are_not_utf_8_trap() {
    let mapping = "[function.broken]\nreturns = { as = \"cstring\", borrowed = \"static\" }";
    let mut broken = wrapped("export broken: func() -> string;", mapping);
    let trap = broken.trap("broken", &[]);
    assert!(trap.contains("utf-8"), "{trap}");
}

#[test]
fn a_missing_owner_is_asked_for_with_the_likely_function() {
    let found = mistakes(
        &strings(),
        "export word: func() -> string;",
        "[function.word]\nreturns = { as = \"cstring\" }",
    );
    assert_eq!(
        found[0].message,
        "the mapping does not say who frees the result"
    );
    assert!(
        found[0]
            .help
            .as_ref()
            .is_some_and(|help| help.contains("free = \"free\""))
    );
}
