//! Numbers that are written through pointers, of every width, and numbers of
//! another width than in the WIT.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, ok, with_allocator};

/// Functions that write a number to a pointer, or return it; and the number behind a
/// pointer, or -1000 where there is none.
pub(crate) const NUMBERS: &str = r#"
    (func (export "put8") (param i32 i32) (result i32) (i32.store8 (local.get 1) (local.get 0)) (i32.const 0))
    (func (export "put16") (param i32 i32) (result i32) (i32.store16 (local.get 1) (local.get 0)) (i32.const 0))
    (func (export "put32") (param i32 i32) (result i32) (i32.store (local.get 1) (local.get 0)) (i32.const 0))
    (func (export "put64") (param i64 i32) (result i32) (i64.store (local.get 1) (local.get 0)) (i32.const 0))
    (func (export "put_single") (param f32 i32) (result i32) (f32.store (local.get 1) (local.get 0)) (i32.const 0))
    (func (export "put_double") (param f64 i32) (result i32) (f64.store (local.get 1) (local.get 0)) (i32.const 0))
    (func (export "same32") (param i32) (result i32) (local.get 0))
    (func (export "same64") (param i64) (result i64) (local.get 0))
    (func (export "step") (param i32) (result i32) (local.get 0))
    (func (export "behind") (param i32) (result i64)
      (if (result i64) (local.get 0)
        (then (i64.load32_s (local.get 0))) (else (i64.const -1000))))
    (func (export "behind8") (param i32) (result i64)
      (if (result i64) (local.get 0)
        (then (i64.load8_u (local.get 0))) (else (i64.const -1000))))
    (func (export "behind64") (param i32) (result f64)
      (if (result f64) (local.get 0)
        (then (f64.load (local.get 0))) (else (f64.const -1000))))
"#;

pub(crate) fn wrapped(world: &str, mapping: &str) -> Wrapped {
    Wrapped::compared(&with_allocator(NUMBERS), world, mapping)
}

const TYPES: &str = "enum level { low, middle, high } flags perms { read, write, run }";

/// `put`, which writes what it is given through a pointer, of which the mapping says
/// `keys`.
fn putting(export: &str, (input, result): (&str, &str), keys: &str, returns: &str) -> Wrapped {
    let world = format!("{TYPES} export put: func(value: {input}) -> {result};");
    let mapping = format!(
        "[function.put]\ncalls = \"{export}\"\narguments = [
         {{ as = \"value\", param = \"value\" }}, {{ as = \"out-value\"{keys} }}]
         returns = {{ as = {returns} }}"
    );
    wrapped(&world, &mapping)
}

/// What `put` gives back: alone, where it may be returned without memory, and as a
/// part of a tuple.
pub(crate) fn put(
    export: &str,
    (input, result): (&str, &str),
    keys: &str,
    value: &Val,
) -> [Val; 2] {
    let value = std::slice::from_ref(value);
    let mut alone = putting(export, (input, result), keys, "\"ignored\"");
    let tuple = format!("tuple<u8, {result}>");
    let keys = format!("{keys}, field = \"1\"");
    let status = "\"status\", values = { \"0\" = \"9\" }, field = \"0\"";
    let mut part = putting(export, (input, &tuple), &keys, status);
    match part.call("put", value) {
        Val::Tuple(parts) if parts[0] == Val::U8(9) => [alone.call("put", value), parts[1].clone()],
        other => panic!("{other:?}"),
    }
}

/// WIT type, parameter, C type, export, what is passed, what comes back.
type Width = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Val,
    Val,
);

fn narrow() -> Vec<Width> {
    vec![
        ("bool", "s32", "u8", "put8", Val::S32(1), Val::Bool(true)),
        (
            "bool",
            "s32",
            "s32",
            "put32",
            Val::S32(256),
            Val::Bool(true),
        ),
        ("s8", "s32", "", "put8", Val::S32(-128), Val::S8(-128)),
        ("u8", "s32", "", "put8", Val::S32(255), Val::U8(255)),
        (
            "s16",
            "s32",
            "",
            "put16",
            Val::S32(-32_768),
            Val::S16(-32_768),
        ),
        (
            "u16",
            "s32",
            "",
            "put16",
            Val::S32(65_535),
            Val::U16(65_535),
        ),
        (
            "s32",
            "s32",
            "",
            "put32",
            Val::S32(i32::MIN),
            Val::S32(i32::MIN),
        ),
        (
            "u32",
            "u32",
            "",
            "put32",
            Val::U32(u32::MAX),
            Val::U32(u32::MAX),
        ),
        (
            "char",
            "s32",
            "",
            "put32",
            Val::S32(0x1f600),
            Val::Char('😀'),
        ),
    ]
}

fn wide() -> Vec<Width> {
    vec![
        (
            "s64",
            "s64",
            "",
            "put64",
            Val::S64(i64::MIN),
            Val::S64(i64::MIN),
        ),
        (
            "u64",
            "u64",
            "",
            "put64",
            Val::U64(u64::MAX),
            Val::U64(u64::MAX),
        ),
        ("u8", "s64", "s64", "put64", Val::S64(200), Val::U8(200)),
        ("s64", "s32", "s8", "put8", Val::S32(-3), Val::S64(-3)),
        (
            "f32",
            "f32",
            "",
            "put_single",
            Val::Float32(0.5),
            Val::Float32(0.5),
        ),
        (
            "f64",
            "f64",
            "",
            "put_double",
            Val::Float64(0.1),
            Val::Float64(0.1),
        ),
        (
            "level",
            "s32",
            "",
            "put32",
            Val::S32(2),
            Val::Enum("high".into()),
        ),
        (
            "level",
            "s32",
            "u8",
            "put8",
            Val::S32(1),
            Val::Enum("middle".into()),
        ),
        (
            "perms",
            "s32",
            "",
            "put32",
            Val::S32(5),
            Val::Flags(vec!["read".into(), "run".into()]),
        ),
    ]
}

#[test]
fn every_width_is_written_and_read() {
    for (ty, input, c, export, value, expected) in [narrow(), wide()].concat() {
        let keys = match c {
            "" => String::new(),
            c => format!(", type = \"{c}\""),
        };
        let found = put(export, (input, ty), &keys, &value);
        assert_eq!(found, [expected.clone(), expected], "{ty} {c}");
    }
}

#[test]
fn a_number_that_the_part_can_not_hold_traps() {
    for (ty, c, export, value) in [
        ("u8", "s16", "put16", -1),
        ("s8", "u8", "put8", 128),
        ("u64", "s8", "put8", -1),
        ("level", "s32", "put32", 256),
        ("level", "s32", "put32", -1),
        ("perms", "u32", "put32", 8),
    ] {
        let keys = format!(", type = \"{c}\"");
        let mut put = putting(export, ("s32", ty), &keys, "\"ignored\"");
        let trap = put.trap("put", &[Val::S32(value)]);
        assert!(trap.contains("out of the WIT type's range"), "{ty}: {trap}");
    }
}

#[test]
fn a_returned_number_in_a_result_keeps_all_its_bits() {
    let world = "enum level { low, middle, high }
        export same32: func(value: s32) -> result<bool>;
        export step: func(value: s32) -> result<level>;";
    let mapping = "[function.same32]\nreturns = { as = \"value\" }
        [function.step]\nreturns = { as = \"value\" }";
    let mut same = wrapped(world, mapping);
    let yes = same.call("same32", &[Val::S32(256)]);
    assert_eq!(yes, ok(Val::Bool(true)), "true is whatever is not 0");
    let trap = same.trap("step", &[Val::S32(256)]);
    assert!(trap.contains("out of the WIT type's range"), "{trap}");
}

#[test]
fn numbers_of_another_width_are_passed_and_returned() {
    let world = "export same32: func(value: u64) -> s64; export same64: func(value: s8) -> s16;";
    let mapping = r#"[function.same32]
arguments = [{ as = "value", param = "value", type = "u32" }]
returns = { as = "value", type = "s32" }
[function.same64]
arguments = [{ as = "value", param = "value", type = "s64" }]
returns = { as = "value", type = "s64" }"#;
    let mut same = wrapped(world, mapping);
    let minus_one = same.call("same32", &[Val::U64(u64::from(u32::MAX))]);
    assert_eq!(minus_one, Val::S64(-1));
    assert_eq!(same.call("same64", &[Val::S8(-5)]), Val::S16(-5));
    let trap = same.trap("same32", &[Val::U64(1 << 32)]);
    assert!(trap.contains("the C type can't hold this number"), "{trap}");
}

#[test]
fn flags_are_an_integer_by_value() {
    let world = "flags perms { read, write, run }
        export same32: func(value: perms) -> perms;
        export step: func(value: u32) -> perms;
        export same64: func(value: perms) -> u64;";
    let mapping = r#"[function.same64]
arguments = [{ as = "value", param = "value", type = "u64" }]"#;
    let mut same = wrapped(world, mapping);
    let flags = |names: &[&str]| Val::Flags(names.iter().map(ToString::to_string).collect());
    for names in [&[][..], &["write"], &["read", "write", "run"]] {
        let found = same.call("same32", &[flags(names)]);
        assert_eq!(found, flags(names));
    }
    assert_eq!(same.call("same64", &[flags(&["run"])]), Val::U64(4));
    assert_eq!(same.call("step", &[Val::U32(3)]), flags(&["read", "write"]));
    let trap = same.trap("step", &[Val::U32(8)]);
    assert!(trap.contains("out of the WIT type's range"), "{trap}");
}
