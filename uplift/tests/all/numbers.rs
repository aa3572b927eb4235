//! Integers, floats, bool, char and enums; exports under other names.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, mistakes};

const NUMBERS: &str = r#"(module
  (func (export "a") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "same32") (param i32) (result i32) (local.get 0))
  (func (export "same64") (param i64) (result i64) (local.get 0))
  (func (export "half_single") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
  (func (export "half_double") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
  (func (export "nothing"))
  (func (export "nine") (param i32 i64 f32 f64 i32 i32 i32 i32 i32) (result i32)
    (i32.sub (local.get 8) (local.get 0))))"#;

#[test]
fn an_export_under_another_name_is_called() {
    let mut wrapped = Wrapped::compared(
        NUMBERS,
        "export add: func(a: s32, b: s32) -> s32;",
        "[function.add]\ncalls = \"a\"",
    );
    let sum = wrapped.call("add", &[Val::S32(i32::MAX), Val::S32(1)]);
    assert_eq!(sum, Val::S32(i32::MIN));
}

#[test]
fn a_function_of_numbers_whose_export_has_its_name_needs_no_entry() {
    let mut wrapped = Wrapped::compared(
        NUMBERS,
        "export half-double: func(a: f64) -> f64; export nothing: func();",
        "",
    );
    let half = wrapped.call("half-double", &[Val::Float64(0.1)]);
    assert_eq!(half, Val::Float64(0.05));
    wrapped.call("nothing", &[]);
}

#[test]
fn every_width_and_sign_survives_at_its_ends() {
    let types = [
        ("bool", "same32", vec![Val::Bool(false), Val::Bool(true)]),
        ("s8", "same32", vec![Val::S8(i8::MIN), Val::S8(i8::MAX)]),
        ("u8", "same32", vec![Val::U8(0), Val::U8(u8::MAX)]),
        (
            "s16",
            "same32",
            vec![Val::S16(i16::MIN), Val::S16(i16::MAX)],
        ),
        ("u16", "same32", vec![Val::U16(0), Val::U16(u16::MAX)]),
        (
            "s32",
            "same32",
            vec![Val::S32(i32::MIN), Val::S32(i32::MAX)],
        ),
        ("u32", "same32", vec![Val::U32(0), Val::U32(u32::MAX)]),
        (
            "char",
            "same32",
            vec![Val::Char('\0'), Val::Char('\u{10ffff}')],
        ),
        (
            "s64",
            "same64",
            vec![Val::S64(i64::MIN), Val::S64(i64::MAX)],
        ),
        ("u64", "same64", vec![Val::U64(0), Val::U64(u64::MAX)]),
    ];
    for (ty, export, values) in types {
        let mut wrapped = Wrapped::compared(
            NUMBERS,
            &format!("export same: func(value: {ty}) -> {ty};"),
            &format!("[function.same]\ncalls = \"{export}\""),
        );
        for value in values {
            assert_eq!(wrapped.call("same", std::slice::from_ref(&value)), value);
        }
    }
}

#[test]
fn an_enum_is_passed_by_the_number_of_its_case() {
    let mut wrapped = Wrapped::compared(
        NUMBERS,
        "enum level { low, middle, high } export same32: func(value: level) -> level;",
        "",
    );
    let middle = Val::Enum("middle".into());
    assert_eq!(
        wrapped.call("same32", std::slice::from_ref(&middle)),
        middle
    );
}

#[test]
fn a_number_that_the_wit_type_can_not_hold_traps() {
    for (ty, returned) in [
        ("u8", 256),
        ("u8", -1),
        ("s8", 128),
        ("u16", 65_536),
        ("s16", -32_769),
    ] {
        let module = format!("(module (func (export \"f\") (result i32) (i32.const {returned})))");
        let mut wrapped = Wrapped::compared(&module, &format!("export f: func() -> {ty};"), "");
        let trap = wrapped.trap("f", &[]);
        assert!(trap.contains("out of the WIT type's range"), "{ty}: {trap}");
    }
}

/// A caller in C relies on the function to extend what it returns.
#[test]
fn a_returned_number_that_its_c_type_can_not_hold_traps() {
    for (ty, c, returned, right) in [
        ("s8", "s8", 128, None),
        ("s8", "s8", -129, None),
        ("s8", "s8", -128, Some(Val::S8(-128))),
        ("u8", "u8", 256, None),
        ("u8", "u8", -1, None),
        ("u8", "u8", 255, Some(Val::U8(255))),
        ("s16", "s16", 32_768, None),
        ("u16", "u16", 65_536, None),
        ("s32", "s8", 300, None),
        ("s32", "s8", -3, Some(Val::S32(-3))),
        ("bool", "u8", 256, None),
        ("bool", "u8", 2, Some(Val::Bool(true))),
        ("level", "u8", 258, None),
        ("level", "u8", 2, Some(Val::Enum("high".into()))),
        ("char", "u16", 65_536, None),
        ("char", "u16", 65, Some(Val::Char('A'))),
    ] {
        let module = format!("(module (func (export \"f\") (result i32) (i32.const {returned})))");
        let world = format!("enum level {{ low, middle, high }} export f: func() -> {ty};");
        let mapping = format!("[function.f]\nreturns = {{ as = \"value\", type = \"{c}\" }}");
        let mut wrapped = Wrapped::compared(&module, &world, &mapping);
        if let Some(right) = right {
            assert_eq!(wrapped.call("f", &[]), right, "{ty}: {c}");
        } else {
            let trap = wrapped.trap("f", &[]);
            assert!(trap.contains("out of its C type's range"), "{ty}: {trap}");
        }
    }
}

#[test]
fn constants_stand_between_parameters() {
    let module = r#"(module
  (func (export "f") (param i32 i64 i32) (result i64)
    (i64.add
      (i64.mul (i64.extend_i32_u (local.get 0)) (local.get 1))
      (i64.extend_i32_s (local.get 2)))))"#;
    let mut wrapped = Wrapped::compared(
        module,
        "export f: func(a: s32) -> s64;",
        r#"[function.f]
arguments = [
  { as = "constant", value = 4294967295 },
  { as = "constant", value = 2 },
  { as = "value", param = "a" },
]"#,
    );
    let sum = wrapped.call("f", &[Val::S32(-1)]);
    assert_eq!(sum, Val::S64(2 * 4_294_967_295 - 1));
}

#[test]
fn functions_of_an_interface_are_mapped_by_its_name() {
    let world = "package test:wrapped@1.2.0;
interface math { add: func(a: s32, b: s32) -> s32; }
world wrapped { export math; }";
    let mut wrapped = Wrapped::compared(NUMBERS, world, "[function.\"math#add\"]\ncalls = \"a\"");
    let sum = wrapped.call("test:wrapped/math@1.2.0#add", &[Val::S32(2), Val::S32(3)]);
    assert_eq!(sum, Val::S32(5));
}

#[test]
fn a_type_that_the_export_does_not_take_is_refused() {
    let found = mistakes(
        NUMBERS,
        "export a: func(a: s64, b: s32) -> s32;",
        "[function.a]",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "`a` takes (i32, i32), and the mapping gives it (i64, i32)"
    );
}
