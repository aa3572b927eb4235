//! Options of numbers: a number that stands for `none`, and pointers to numbers.

use wasmtime::component::Val;

use crate::out_values::{NUMBERS, put, wrapped};
use crate::wrapped::{Wrapped, mistakes, ok, with_allocator};

fn some(value: Val) -> Val {
    Val::Option(Some(Box::new(value)))
}

const NONE: Val = Val::Option(None);

#[test]
fn a_returned_number_stands_for_none() {
    for (ty, returns, given, expected) in [
        ("option<u32>", "none = -1", -1, NONE),
        ("option<u32>", "none = 4294967295", -1, NONE),
        ("option<u32>", "none = -1", 0, some(Val::U32(0))),
        ("option<u32>", "none = -1, type = \"s32\"", -1, NONE),
        (
            "option<u32>",
            "none = -1, type = \"s32\"",
            7,
            some(Val::U32(7)),
        ),
        ("option<s64>", "none = -1, type = \"s32\"", -1, NONE),
        (
            "option<s64>",
            "none = -1, type = \"s32\"",
            -2,
            some(Val::S64(-2)),
        ),
        ("option<bool>", "none = 2", 2, NONE),
        ("option<bool>", "none = 2", 256, some(Val::Bool(true))),
        ("option<char>", "none = -1", -1, NONE),
        ("option<level>", "none = 9", 9, NONE),
        (
            "option<level>",
            "none = 9",
            1,
            some(Val::Enum("high".into())),
        ),
    ] {
        let world = format!("enum level {{ low, high }} export same32: func(value: s32) -> {ty};");
        let mapping = format!("[function.same32]\nreturns = {{ as = \"value\", {returns} }}");
        let mut same = wrapped(&world, &mapping);
        let found = same.call("same32", &[Val::S32(given)]);
        assert_eq!(found, expected, "{ty} {returns}");
    }
    let mapping = "[function.same64]\nreturns = { as = \"value\", none = -1 }";
    let world = "enum bad { x } export same64: func(value: s64) -> result<option<u64>, bad>;";
    let mut same = wrapped(world, mapping);
    assert_eq!(same.call("same64", &[Val::S64(-1)]), ok(NONE));
    let large = ok(some(Val::U64(u64::MAX - 1)));
    assert_eq!(same.call("same64", &[Val::S64(-2)]), large);
}

#[test]
fn a_written_number_stands_for_none() {
    for (ty, export, none, given, expected) in [
        ("option<u8>", "put8", "-1", 255, NONE),
        ("option<u8>", "put8", "255", 255, NONE),
        ("option<u8>", "put8", "255", 254, some(Val::U8(254))),
        ("option<s16>", "put16", "-32768", -32_768, NONE),
        ("option<s16>", "put16", "32768", -32_768, NONE),
        ("option<s16>", "put16", "-32768", -1, some(Val::S16(-1))),
    ] {
        let keys = format!(", none = {none}");
        let found = put(export, ("s32", ty), &keys, &Val::S32(given));
        assert_eq!(found, [expected.clone(), expected], "{ty} {none}");
    }
}

#[test]
fn none_is_passed_as_a_number_that_no_other_value_may_be() {
    let world = "export same32: func(value: option<u32>) -> s32;
        export same64: func(value: option<u8>) -> s64;";
    let mapping = r#"[function.same32]
arguments = [{ as = "value", param = "value", none = -1 }]
[function.same64]
arguments = [{ as = "value", param = "value", type = "s64", none = -1 }]"#;
    let mut same = wrapped(world, mapping);
    assert_eq!(same.call("same32", &[NONE]), Val::S32(-1));
    assert_eq!(same.call("same32", &[some(Val::U32(5))]), Val::S32(5));
    assert_eq!(same.call("same64", &[NONE]), Val::S64(-1));
    assert_eq!(same.call("same64", &[some(Val::U8(255))]), Val::S64(255));
    let trap = same.trap("same32", &[some(Val::U32(u32::MAX))]);
    assert!(trap.contains("this number stands for none in C"), "{trap}");
}

#[test]
fn a_number_is_passed_by_pointer_and_none_is_null() {
    for (ty, export, c, result, value, expected, null) in [
        (
            "s32",
            "behind",
            "",
            "s64",
            Val::S32(-5),
            Val::S64(-5),
            Val::S64(-1000),
        ),
        (
            "bool",
            "behind8",
            "",
            "s64",
            Val::Bool(true),
            Val::S64(1),
            Val::S64(-1000),
        ),
        (
            "s64",
            "behind",
            ", type = \"s32\"",
            "s64",
            Val::S64(-5),
            Val::S64(-5),
            Val::S64(-1000),
        ),
        (
            "f64",
            "behind64",
            "",
            "f64",
            Val::Float64(0.5),
            Val::Float64(0.5),
            Val::Float64(-1000.0),
        ),
    ] {
        let world = format!("export behind: func(value: {ty}) -> {result};");
        let mapping = format!(
            "[function.behind]\ncalls = \"{export}\"\n\
             arguments = [{{ as = \"pointer\", param = \"value\"{c} }}]"
        );
        let mut behind = wrapped(&world, &mapping);
        let found = behind.call("behind", std::slice::from_ref(&value));
        assert_eq!(found, expected, "{ty}");
        let world = world.replace(&format!("value: {ty}"), &format!("value: option<{ty}>"));
        let mut behind = wrapped(&world, &mapping);
        assert_eq!(behind.call("behind", &[some(value)]), expected, "{ty}");
        assert_eq!(behind.call("behind", &[NONE]), null, "{ty}");
    }
}

/// So many parameters are passed in memory.
#[test]
fn options_among_many_parameters_are_found() {
    let many: Vec<String> = (0..16).map(|number| format!("p{number}: u32")).collect();
    let many = many.join(", ");
    let world = format!("export same32: func({many}, value: option<u16>) -> s32;");
    let mapping = r#"[function.same32]
arguments = [{ as = "value", param = "value", none = -1 }]"#;
    let found = mistakes(&with_allocator(NUMBERS), &world, mapping);
    assert_eq!(found.len(), 16, "the others are passed to nobody");

    let functions: String = (0..16).map(|_| "i32 ").collect();
    let module = with_allocator(&format!(
        "(func (export \"last\") (param {functions} i32) (result i32) (local.get 16))"
    ));
    let world = world.replace("same32", "last");
    let passed: Vec<String> = (0..16)
        .map(|number| format!("{{ as = \"value\", param = \"p{number}\" }}"))
        .collect();
    let passed = passed.join(", ");
    let mapping = format!(
        "[function.last]\narguments = [{passed}, {{ as = \"value\", param = \"value\", none = -1 }}]"
    );
    let mut last = Wrapped::compared(&module, &world, &mapping);
    let mut arguments = vec![Val::U32(0); 16];
    arguments.push(NONE);
    assert_eq!(last.call("last", &arguments), Val::S32(-1));
    arguments[16] = some(Val::U16(65_535));
    assert_eq!(last.call("last", &arguments), Val::S32(65_535));
}

#[test]
fn an_option_that_nothing_stands_for_is_refused() {
    let same = |world: &str, keys: &str| {
        let mapping = format!("[function.same32]\n{keys}");
        let found = mistakes(&with_allocator(NUMBERS), world, &mapping);
        found[0].message.clone()
    };
    let value = |keys: &str| format!("arguments = [{{ as = \"value\", param = \"value\"{keys} }}]");
    let option = "export same32: func(value: option<u32>) -> s32;";
    assert_eq!(
        same(option, &value("")),
        "`value` is an option, and the mapping does not say which number is `none`"
    );
    assert_eq!(
        same(option, &value(", none = 4294967296")),
        "`u32` can't hold 4294967296"
    );
    assert_eq!(
        same(option, &value(", none = -2147483649")),
        "`u32` can't hold -2147483649"
    );
    let plain = "export same32: func(value: u32) -> s32;";
    assert_eq!(
        same(plain, &value(", none = -1")),
        "`value` is not an option of a number in the WIT"
    );
    assert_eq!(
        same(plain, "returns = { as = \"value\", none = -1 }"),
        "the WIT result of `same32` is not an option"
    );
    let result = "export same32: func(value: s32) -> option<s32>;";
    assert_eq!(
        same(result, "returns = { as = \"value\" }"),
        "the WIT result is an option, and nothing in the mapping is `none`"
    );
}
