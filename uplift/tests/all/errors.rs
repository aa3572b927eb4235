//! What a WIT error says of a failure, and where that comes from.

mod of_resources;
mod statuses;

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, mistakes, ok, string, with_allocator};

/// A library whose functions return what they are given, or fail in the usual
/// ways, and the exports that know more about it.
const LIBRARY: &str = r#"
    (data (i32.const 64) "fine\00")
    (data (i32.const 80) "no such thing\00")
    (data (i32.const 112) "caf\e9\00")
    (global $last (mut i32) (i32.const 0))
    (func (export "same") (param i32) (result i32)
      (global.set $last (i32.sub (i32.const 0) (local.get 0)))
      (local.get 0))
    (func (export "minus_one") (param i32) (result i32)
      (global.set $last (local.get 0))
      (select (i32.const -1) (i32.const 0) (local.get 0)))
    (func (export "find") (param i32) (result i32)
      (global.set $last (local.get 0))
      (select (i32.const 0) (i32.const 64) (local.get 0)))
    (func (export "length") (param $at i32) (result i32)
      (i32.load8_u (local.get $at)))
    (func (export "read") (param $to i32) (param $room i32) (param $size i32) (result i32)
      (memory.fill (local.get $to) (i32.const 9) (local.get $room))
      (local.get $size))
    (func (export "error_number") (result i32) (global.get $last))
    (func (export "error_text") (param $code i32) (result i32)
      (if (i32.eq (local.get $code) (i32.const 77)) (then (return (i32.const 0))))
      (select (i32.const 80) (i32.const 64) (local.get $code)))
    (func (export "last_text") (result i32)
      (select (i32.const 80) (i32.const 64) (global.get $last)))
    (func (export "latin_text") (result i32) (i32.const 112))
    (func (export "new_text") (param $code i32) (result i32)
      (local $at i32)
      (local.set $at (call $malloc (i32.const 8)))
      (i64.store (local.get $at) (i64.const 0x21736c_696166))
      (i32.store8 (i32.add (local.get $at) (i32.const 7)) (i32.const 0))
      (local.get $at))
    ;; A connection keeps its last error, and a statement knows its connection.
    (func (export "open") (param $at i32) (param $code i32) (result i32)
      (i32.store (local.get $at) (local.get $code))
      (i64.store offset=8 (local.get $at) (i64.const 0x646573_6f6c63))
      (local.get $code))
    (func (export "step") (param $at i32) (param $code i32) (result i32)
      (i32.store (local.get $at) (local.get $code))
      (local.get $code))
    (func (export "text_of") (param $at i32) (result i32)
      (if (i32.eq (i32.load (local.get $at)) (i32.const 9)) (then (return (i32.const 80))))
      (i32.const 64))
    ;; (code, struct connection **out): its text is in the connection, which a
    ;; failure hands out too, unless the code is 7.
    (func (export "connect") (param $code i32) (param $out i32) (result i32)
      (local $at i32)
      (if (i32.eq (local.get $code) (i32.const 7)) (then (return (local.get $code))))
      (local.set $at (call $malloc (i32.const 16)))
      (i64.store (local.get $at) (i64.const 0x676e6f_7277))
      (i64.store offset=8 (local.get $at) (i64.const 0))
      (i32.store (local.get $out) (local.get $at))
      (local.get $code))
    (func (export "disconnect") (param $at i32)
      (memory.fill (local.get $at) (i32.const 0x21) (i32.const 16))
      (call $free (local.get $at)))
    (func (export "text_in") (param $at i32) (result i32)
      (select (local.get $at) (i32.const 80) (local.get $at)))
    (func (export "itself") (param $at i32) (result i32) (local.get $at))
    (func (export "inside") (param $at i32) (result i32) (i32.const 80))
"#;

const WORDS: &str = "no such thing";

fn wrapped(world: &str, mapping: &str) -> Wrapped {
    Wrapped::compared(&with_allocator(LIBRARY), world, mapping)
}

/// `same` with what is said of its status.
fn same(world: &str, status: &str) -> Wrapped {
    wrapped(
        world,
        &format!("[function.same]\nreturns = {{ as = \"status\"{status} }}"),
    )
}

fn refused(world: &str, status: &str) -> String {
    let mapping = format!("[function.same]\nreturns = {{ as = \"status\"{status} }}");
    let found = mistakes(&with_allocator(LIBRARY), world, &mapping);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].message.clone()
}

fn failed(value: Val) -> Val {
    Val::Result(Err(Some(Box::new(value))))
}

fn record(fields: &[(&str, Val)]) -> Val {
    Val::Record(
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn case(name: &str, value: Val) -> Val {
    Val::Variant(name.to_owned(), Some(Box::new(value)))
}

#[test]
fn an_error_text_comes_from_a_function_that_takes_the_status() {
    let text = ", unknown = \"error\", text = { calls = \"error_text\", borrowed = \"static\" }";
    let mut plain = same("export same: func(status: s32) -> result<_, string>;", text);
    assert_eq!(plain.call("same", &[Val::S32(4)]), failed(string(WORDS)));
    assert!(plain.trap("same", &[Val::S32(77)]).contains("null pointer"));

    let mut both = same(
        "record bad { code: s32, message: string }
         export same: func(status: s32) -> result<u32, bad>;",
        &format!(", ok = [\"0..=3\"], carries = \"value\"{text}"),
    );
    let bad = record(&[("code", Val::S32(-4)), ("message", string(WORDS))]);
    assert_eq!(both.call("same", &[Val::S32(-4)]), failed(bad));
    assert_eq!(both.call("same", &[Val::S32(3)]), ok(Val::U32(3)));
}

#[test]
fn an_error_is_a_case_with_a_number_and_a_text() {
    let text = "text = { calls = \"error_text\", borrowed = \"static\" }";
    let mut variant = same(
        "record more { text: string, number: u64 }
         variant bad { two, three(string), other(more) }
         export same: func(status: s32) -> result<_, bad>;",
        &format!(
            ", errors = {{ \"-2\" = \"two\", \"-3\" = \"three\" }}, unknown = \"error\", \
             unknown-error = \"other\", {text}"
        ),
    );
    assert_eq!(
        variant.call("same", &[Val::S32(-3)]),
        failed(case("three", string(WORDS)))
    );
    let more = record(&[("text", string(WORDS)), ("number", Val::U64(44))]);
    assert_eq!(
        variant.call("same", &[Val::S32(44)]),
        failed(case("other", more))
    );

    let mut kind = same(
        "enum kind { two, other } record bad { message: string, kind: kind }
         export same: func(status: s32) -> result<_, bad>;",
        &format!(", errors = {{ \"-2\" = \"two\", \"..\" = \"other\" }}, {text}"),
    );
    for (status, name) in [(-2, "two"), (-3, "other")] {
        let bad = record(&[("message", string(WORDS)), ("kind", Val::Enum(name.into()))]);
        assert_eq!(kind.call("same", &[Val::S32(status)]), failed(bad));
    }
}

#[test]
fn an_error_text_comes_from_a_function_that_remembers_the_last_one() {
    let mut last = same(
        "export same: func(status: s32) -> result<_, string>;",
        ", unknown = \"error\", text = { calls = \"last_text\", borrowed = \"static\" }",
    );
    assert_eq!(last.call("same", &[Val::S32(4)]), failed(string(WORDS)));
}

#[test]
fn an_error_text_may_be_empty_in_latin_1_or_freed_by_the_caller() {
    let world = "export same: func(status: s32) -> result<_, string>; export live: func() -> s32;";
    let mut empty = same(
        world,
        ", unknown = \"error\", text = { calls = \"error_text\", borrowed = \"static\", null = \"empty\" }",
    );
    assert_eq!(empty.call("same", &[Val::S32(77)]), failed(string("")));
    assert_eq!(empty.call("same", &[Val::S32(7)]), failed(string(WORDS)));
    let mut latin = same(
        world,
        ", unknown = \"error\", text = { calls = \"latin_text\", borrowed = \"static\", encoding = \"latin-1\" }",
    );
    assert_eq!(latin.call("same", &[Val::S32(7)]), failed(string("café")));
    let mut freed = same(
        world,
        ", unknown = \"error\", text = { calls = \"new_text\", free = \"free\" }",
    );
    for _ in 0..3 {
        assert_eq!(freed.call("same", &[Val::S32(7)]), failed(string("fails!")));
        assert_eq!(freed.call("live", &[]), Val::S32(1), "the area alone");
        assert_eq!(freed.call("same", &[Val::S32(0)]), Val::Result(Ok(None)));
    }
}

#[test]
fn minus_one_has_its_number_elsewhere() {
    let mapping = r#"[function.minus-one]
returns = { as = "status", code = { calls = "error_number" }, errors = { "2" = "absent" }, unknown = "error", unknown-error = "other", text = { calls = "error_text", borrowed = "static" } }"#;
    let world = "variant bad { absent, other(tuple<s32, string>) }
        export minus-one: func(number: s32) -> result<_, bad>;";
    let mut minus_one = wrapped(world, mapping);
    let absent = failed(Val::Variant("absent".into(), None));
    assert_eq!(minus_one.call("minus-one", &[Val::S32(2)]), absent);
    let other = Val::Tuple(vec![Val::S32(13), string(WORDS)]);
    assert_eq!(
        minus_one.call("minus-one", &[Val::S32(13)]),
        failed(case("other", other))
    );
    assert_eq!(
        minus_one.call("minus-one", &[Val::S32(0)]),
        Val::Result(Ok(None))
    );
}

#[test]
fn a_null_pointer_is_an_error_with_its_number_and_text() {
    let mapping = r#"[function.find]
returns = { as = "cstring", borrowed = "static", null = "error", code = { calls = "error_number" }, text = { calls = "error_text", borrowed = "static" } }"#;
    let world = "record bad { code: s32, message: string }
        export find: func(number: s32) -> result<string, bad>;";
    let mut find = wrapped(world, mapping);
    assert_eq!(find.call("find", &[Val::S32(0)]), ok(string("fine")));
    let bad = record(&[("code", Val::S32(6)), ("message", string(WORDS))]);
    assert_eq!(find.call("find", &[Val::S32(6)]), failed(bad));

    let mapping = r#"[function.find]
returns = { as = "cstring", borrowed = "static", null = "error", text = { calls = "last_text", borrowed = "static" } }"#;
    let mut find = wrapped(
        "export find: func(number: s32) -> result<string, string>;",
        mapping,
    );
    assert_eq!(find.call("find", &[Val::S32(6)]), failed(string(WORDS)));
}

#[test]
fn the_shim_words_its_own_errors() {
    let mapping = r#"[function.length]
arguments = [{ as = "cstring", param = "text", encoding = "latin-1" }]
returns = { as = "value" }"#;
    let world = "export length: func(text: string) -> result<u32, string>;
        export live: func() -> s32;";
    let mut length = wrapped(world, mapping);
    for _ in 0..2 {
        for (text, said) in [
            ("a\0b", "the string holds a NUL, and C strings end there"),
            ("1 €", "the string holds a character that Latin-1 lacks"),
        ] {
            assert_eq!(length.call("length", &[string(text)]), failed(string(said)));
            assert_eq!(length.call("live", &[]), Val::S32(1), "the area alone");
        }
    }
    assert_eq!(length.call("length", &[string("é")]), ok(Val::U32(0xe9)));
    let found = mistakes(
        &with_allocator(LIBRARY),
        "record bad { code: s32, message: string }
         export length: func(text: string) -> result<u32, bad>;",
        "[function.length]\narguments = [{ as = \"cstring\", param = \"text\" }]",
    );
    assert_eq!(
        found[0].message,
        "the WIT error has a number in it, and a string with a NUL in it has none"
    );
}

#[test]
fn an_error_that_the_wit_has_no_place_for_is_refused() {
    let world = |ty: &str| {
        format!(
            "enum bad {{ two }} record both {{ code: s32, text: string }} \
             export same: func(status: s32) -> result<_, {ty}>;"
        )
    };
    assert_eq!(
        refused(
            &world("bad"),
            ", unknown = \"error\", unknown-error = \"two\""
        ),
        "every unknown status would become the same WIT error, which has no place for the number"
    );
    assert_eq!(
        refused(&world("both"), ", unknown = \"error\""),
        "the WIT error has a text in it, and the mapping does not say where it comes from"
    );
    assert_eq!(
        refused(&world("string"), ", errors = { \"-2\" = \"two\" }"),
        "the WIT error has no cases, so it has no `two`"
    );
    assert_eq!(
        refused(&world("bad"), ", errors = { \"0\" = \"two\" }"),
        "0 is both ok and an error"
    );
    assert_eq!(
        refused(&world("bad"), ", ok = [\"7..1\"]"),
        "`7..1` is no status"
    );
    assert_eq!(
        refused(&world("list<u8>"), ""),
        "the result of `same` is a result whose error is made of something else than an enum or \
         variant, a string, and an integer of 32 or 64 bits"
    );
    assert_eq!(
        refused(
            &world("string"),
            ", unknown = \"error\", text = { calls = \"read\", borrowed = \"static\" }"
        ),
        "`read` is (i32, i32, i32) -> i32, and (i32) -> i32 is expected"
    );
    assert_eq!(
        refused(
            &world("string"),
            ", unknown = \"error\", text = { calls = \"last_text\" }"
        ),
        "the mapping does not say who frees the result"
    );
}
