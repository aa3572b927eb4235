//! What each status means: a value, none, or which error.

use wasmtime::component::Val;

use super::{case, failed, same, wrapped};
use crate::wrapped::{bytes, error, ok};

#[test]
fn statuses_of_success_are_values_and_ranges() {
    let mut same = same(
        "export same: func(status: s32) -> result;",
        ", ok = [\"0..=7\", 100, \"..=-1000\"], errors = { \"8..=9\" = \"\" }",
    );
    let fine = Val::Result(Ok(None));
    for status in [0, 7, 100, -1000, i32::MIN] {
        assert_eq!(same.call("same", &[Val::S32(status)]), fine, "{status}");
    }
    for status in [8, 9] {
        assert_eq!(
            same.call("same", &[Val::S32(status)]),
            Val::Result(Err(None))
        );
    }
    let trap = same.trap("same", &[Val::S32(10)]);
    assert!(trap.contains("unknown status"), "{trap}");
}

#[test]
fn the_narrowest_range_of_errors_counts() {
    let mut same = same(
        "enum bad { two, low, other } export same: func(status: s32) -> result<_, bad>;",
        ", errors = { \"..\" = \"other\", \"-2\" = \"two\", \"-9..=-1\" = \"low\" }",
    );
    for (status, name) in [
        (-2, "two"),
        (-9, "low"),
        (-1, "low"),
        (-10, "other"),
        (5, "other"),
    ] {
        assert_eq!(same.call("same", &[Val::S32(status)]), error(name));
    }
}

#[test]
fn a_negative_status_is_an_error_and_another_one_the_value() {
    let mut same = same(
        "enum bad { two } export same: func(status: s32) -> result<u32, bad>;",
        ", ok = [\"0..\"], carries = \"value\", errors = { \"-2\" = \"two\" }",
    );
    assert_eq!(same.call("same", &[Val::S32(0)]), ok(Val::U32(0)));
    assert_eq!(same.call("same", &[Val::S32(9)]), ok(Val::U32(9)));
    assert_eq!(same.call("same", &[Val::S32(-2)]), error("two"));
    assert!(
        same.trap("same", &[Val::S32(-3)])
            .contains("unknown status")
    );
}

#[test]
fn a_negative_status_is_an_error_and_another_one_the_length() {
    let mapping = r#"[function.read]
arguments = [
  { as = "buffer", capacity = { constant = 4 } },
  { as = "capacity" },
  { as = "value", param = "size" },
]
returns = { as = "status", ok = ["0.."], carries = "length", unknown = "error" }"#;
    let mut read = wrapped(
        "export read: func(size: s32) -> result<list<u8>, s32>;",
        mapping,
    );
    assert_eq!(read.call("read", &[Val::S32(3)]), ok(bytes(&[9; 3])));
    assert_eq!(read.call("read", &[Val::S32(-3)]), failed(Val::S32(-3)));
    assert!(
        read.trap("read", &[Val::S32(5)])
            .contains("beyond the buffer")
    );
}

#[test]
fn statuses_of_success_stand_for_the_values_of_an_enum() {
    let mut same = same(
        "enum step { row, done } export same: func(status: s32) -> result<step, s32>;",
        ", values = { \"100\" = \"row\", \"101\" = \"done\" }, unknown = \"error\"",
    );
    let value = |name: &str| ok(Val::Enum(name.into()));
    assert_eq!(same.call("same", &[Val::S32(100)]), value("row"));
    assert_eq!(same.call("same", &[Val::S32(101)]), value("done"));
    assert_eq!(same.call("same", &[Val::S32(0)]), failed(Val::S32(0)));
}

#[test]
fn an_unknown_status_is_an_error_that_keeps_its_number() {
    let unknown = ", unknown = \"error\"";
    for (ty, number) in [
        ("s32", Val::S32(-5)),
        ("u32", Val::U32(5_u32.wrapping_neg())),
        ("s64", Val::S64(-5)),
        ("u64", Val::U64(u64::from(5_u32.wrapping_neg()))),
    ] {
        let world = format!("export same: func(status: s32) -> result<_, {ty}>;");
        let mut same = same(&world, unknown);
        assert_eq!(same.call("same", &[Val::S32(-5)]), failed(number));
    }
    let mut same = same(
        "variant bad { two, other(s32) } export same: func(status: s32) -> result<_, bad>;",
        ", errors = { \"-2\" = \"two\" }, unknown = \"error\", unknown-error = \"other\"",
    );
    assert_eq!(
        same.call("same", &[Val::S32(-2)]),
        failed(Val::Variant("two".into(), None))
    );
    assert_eq!(
        same.call("same", &[Val::S32(-7)]),
        failed(case("other", Val::S32(-7)))
    );
}
