//! A pointer that the C function returns, with a length that another one knows.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, bytes, mistakes, string, with_allocator};

/// `item` returns a pointer to what is in a table under a number, and
/// `item_length` the number of bytes: 0 is a text with a NUL in it, 1 is null and
/// empty, 2 is null and not empty, 3 is numbers, 4 is half a number, 5 is null
/// and its length must not be asked.
const ITEMS: &str = r#"
    (data (i32.const 1024) "a\00b\00\01\02\00\00")
    (global $ended (mut i32) (i32.const 0))
    (func (export "item") (param $number i32) (result i32)
      (if (i32.or (i32.eqz (local.get $number)) (i32.eq (local.get $number) (i32.const 4)))
        (then (return (i32.const 1024))))
      (if (i32.eq (local.get $number) (i32.const 3)) (then (return (i32.const 1028))))
      (i32.const 0))
    (func (export "item_length") (param $number i32) (result i32)
      (if (i32.eq (local.get $number) (i32.const 5)) (then (unreachable)))
      (if (i32.eq (local.get $number) (i32.const 1)) (then (return (i32.const 0))))
      (if (i32.eq (local.get $number) (i32.const 3)) (then (return (i32.const 4))))
      (i32.const 3))
    (func (export "end") (param i32) (global.set $ended (i32.add (global.get $ended) (i32.const 1))))
    (func (export "ended") (result i32) (global.get $ended))
"#;

/// A mapping of `item` with these keys in `returns`.
fn returning(keys: &str) -> String {
    format!(
        r#"[function.item]
returns = {{ as = "pointer", length = {{ calls = "item_length", arguments = [{{ as = "value", param = "number" }}] }}, {keys} }}"#
    )
}

fn start(result: &str, keys: &str) -> Wrapped {
    let world = format!("export item: func(number: u32) -> {result}; export ended: func() -> u32;");
    Wrapped::compared(&with_allocator(ITEMS), &world, &returning(keys))
}

const STATIC: &str = r#"borrowed = "static""#;

#[test]
fn a_text_is_as_long_as_the_module_says_with_the_nul_in_it() {
    let mut items = start("string", STATIC);
    assert_eq!(items.call("item", &[Val::U32(0)]), string("a\0b"));
    assert_eq!(items.call("item", &[Val::U32(1)]), string(""));
    let trap = items.trap("item", &[Val::U32(2)]);
    assert!(trap.contains("null pointer"), "{trap}");
}

#[test]
fn bytes_are_as_many_as_the_module_says() {
    let mut items = start("list<u8>", STATIC);
    assert_eq!(items.call("item", &[Val::U32(0)]), bytes(b"a\0b"));
    assert_eq!(items.call("item", &[Val::U32(1)]), bytes(b""));
}

#[test]
fn a_length_in_bytes_holds_whole_elements() {
    let mut items = start("list<u16>", r#"borrowed = "static", unit = "bytes""#);
    let numbers = Val::List(vec![Val::U16(0x0201), Val::U16(0)]);
    assert_eq!(items.call("item", &[Val::U32(3)]), numbers);
    items.trap("item", &[Val::U32(4)]);
}

#[test]
fn a_null_pointer_is_none_whatever_its_length() {
    let mut items = start("option<string>", r#"borrowed = "static", null = "none""#);
    let some = Val::Option(Some(Box::new(string("a\0b"))));
    assert_eq!(items.call("item", &[Val::U32(0)]), some);
    for number in [1, 2, 5] {
        let none = items.call("item", &[Val::U32(number)]);
        assert_eq!(none, Val::Option(None), "{number}");
    }
}

#[test]
fn a_null_pointer_is_an_error_that_the_mapping_names() {
    let world = "interface i { enum error { absent, other } item: func(number: u32) -> result<string, error>; } world w { export i; }";
    let world = format!("package test:items; {world}");
    let mapping = returning(r#"borrowed = "static", null = "error", null-error = "absent""#);
    let mapping = mapping.replace("function.item", "function.\"i#item\"");
    let mut items = Wrapped::compared(&with_allocator(ITEMS), &world, &mapping);
    let found = items.call("test:items/i#item", &[Val::U32(0)]);
    assert_eq!(found, crate::wrapped::ok(string("a\0b")));
    let found = items.call("test:items/i#item", &[Val::U32(5)]);
    assert_eq!(found, crate::wrapped::error("absent"));
}

#[test]
fn what_has_to_be_freed_is_freed_once_and_null_never() {
    let mut items = start("option<string>", r#"free = "end", null = "none""#);
    for number in [0, 1, 0, 5] {
        items.call("item", &[Val::U32(number)]);
    }
    assert_eq!(items.call("ended", &[]), Val::U32(2));
}

#[test]
fn a_null_pointer_that_is_none_needs_an_option() {
    let found = mistakes(
        &with_allocator(ITEMS),
        "export item: func(number: u32) -> string;",
        &returning(r#"borrowed = "static", null = "none""#),
    );
    assert_eq!(
        found[0].message,
        "the WIT result of `item` is not an option"
    );
}

#[test]
fn a_number_has_no_length() {
    let found = mistakes(
        &with_allocator(ITEMS),
        "export item: func(number: u32) -> u32;",
        &returning(STATIC),
    );
    assert_eq!(
        found[0].message,
        "the WIT result of `item` is not a string or a list of numbers"
    );
}

#[test]
fn who_frees_the_result_has_to_be_said() {
    let found = mistakes(
        &with_allocator(ITEMS),
        "export item: func(number: u32) -> string;",
        &returning(r#"null = "trap""#),
    );
    assert_eq!(
        found[0].message,
        "the mapping does not say who frees the result"
    );
}
