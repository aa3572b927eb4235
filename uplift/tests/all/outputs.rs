//! What comes back through pointers, and several outputs of one call.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, ok, string, with_allocator};

/// Functions that write through pointers to numbers, strings and buffers.
const OUTPUTS: &str = r#"
    (data (i32.const 64) "empty\00")
    ;; (a, b, int *quotient, int *remainder) -> -1 for a divisor of 0
    (func (export "divide") (param $a i32) (param $b i32) (param $q i32) (param $r i32) (result i32)
      (if (i32.or (i32.load (local.get $q)) (i32.load (local.get $r))) (then unreachable))
      (if (i32.eqz (local.get $b)) (then
        (i32.store (local.get $q) (i32.const 7))
        (return (i32.const -1))))
      (i32.store (local.get $q) (i32.div_s (local.get $a) (local.get $b)))
      (i32.store (local.get $r) (i32.rem_s (local.get $a) (local.get $b)))
      (i32.const 0))
    (func (export "increase") (param $at i32) (result i32)
      (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
      (i32.mul (i32.load (local.get $at)) (i32.const 10)))
    ;; Two keys of fixed sizes.
    (func (export "keypair") (param $public i32) (param $secret i32) (result i32)
      (memory.fill (local.get $public) (i32.const 1) (i32.const 4))
      (memory.fill (local.get $secret) (i32.const 2) (i32.const 8))
      (i32.const 0))
    ;; (row, char **text, size_t *length, char **note, double *weight) -> 100, 101 at the end
    (func (export "row") (param $row i32) (param $text i32) (param $length i32) (param $note i32) (param $weight i32) (result i32)
      (local $new i32)
      (if (i32.gt_u (local.get $row) (i32.const 3)) (then (return (i32.const 101))))
      (if (i32.eq (local.get $row) (i32.const 3)) (then (return (i32.const 21))))
      (local.set $new (call $malloc (i32.const 3)))
      (memory.fill (local.get $new) (i32.add (i32.const 65) (local.get $row)) (i32.const 3))
      (i32.store (local.get $text) (local.get $new))
      (i32.store (local.get $length) (i32.const 3))
      (if (local.get $row) (then
        (local.set $new (call $malloc (i32.const 2)))
        (i32.store16 (local.get $new) (i32.add (i32.const 97) (local.get $row)))
        (i32.store (local.get $note) (local.get $new))))
      (f64.store (local.get $weight) (f64.convert_i32_u (local.get $row)))
      (i32.const 100))
    (func (export "step") (param i32) (result i32) (local.get 0))
    (func (export "length_of") (param $at i32) (param $length i32) (param $scratch i32) (result i32)
      (if (i64.ne (i64.load offset=72 (local.get $scratch)) (i64.const 0)) (then unreachable))
      (memory.fill (local.get $scratch) (i32.const 255) (i32.const 80))
      (i32.store (local.get $length) (i32.const 5))
      (i32.const 0))
"#;

fn wrapped(world: &str, mapping: &str) -> Wrapped {
    Wrapped::compared(&with_allocator(OUTPUTS), world, mapping)
}

fn refused(world: &str, mapping: &str) -> Vec<(String, String)> {
    mistakes(&with_allocator(OUTPUTS), world, mapping)
        .into_iter()
        .map(|mistake| (mistake.message, mistake.help.unwrap_or_default()))
        .collect()
}

fn record(fields: &[(&str, Val)]) -> Val {
    Val::Record(
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn some(value: Val) -> Val {
    Val::Option(Some(Box::new(value)))
}

const DIVIDE: &str = r#"[function.divide]
arguments = [
  { as = "value", param = "a" },
  { as = "value", param = "b" },
  { as = "out-value", field = "FIRST" },
  { as = "out-value", field = "SECOND" },
]
returns = { as = "status", errors = { "-1" = "zero" } }"#;

#[test]
fn numbers_that_are_written_become_the_fields_of_a_record_or_tuple() {
    let world = "record parts { quotient: s32, remainder: s32 } enum bad { other, zero }
        export divide: func(a: s32, b: s32) -> result<parts, bad>;";
    let mapping = DIVIDE
        .replace("FIRST", "quotient")
        .replace("SECOND", "remainder");
    let mut divide = wrapped(world, &mapping);
    let parts = [("quotient", Val::S32(-3)), ("remainder", Val::S32(-1))];
    let pair = [Val::S32(-7), Val::S32(2)];
    for _ in 0..2 {
        assert_eq!(divide.call("divide", &pair), ok(record(&parts)));
        let nothing = divide.call("divide", &[Val::S32(1), Val::S32(0)]);
        assert_eq!(nothing, error("zero"));
    }

    let world = "enum bad { zero }
        export divide: func(a: s32, b: s32) -> result<tuple<s64, s16>, bad>;";
    let mapping = DIVIDE
        .replace("\"FIRST\"", "\"0\", type = \"s32\"")
        .replace("\"SECOND\"", "\"1\", type = \"s32\"");
    let mut divide = wrapped(world, &mapping);
    let parts = Val::Tuple(vec![Val::S64(-3), Val::S16(-1)]);
    assert_eq!(divide.call("divide", &pair), ok(parts));
    let wide = [Val::S32(100_000), Val::S32(200_000)];
    let trap = divide.trap("divide", &wide);
    assert!(trap.contains("out of the WIT type's range"), "{trap}");
}

#[test]
fn a_number_may_be_there_before_and_beside_what_is_returned() {
    let world = "export increase: func(value: u16) -> tuple<u32, u16>;";
    let mapping = r#"[function.increase]
arguments = [{ as = "out-value", type = "s32", param = "value", field = "1" }]
returns = { as = "value", field = "0" }"#;
    let mut increase = wrapped(world, mapping);
    let expected = Val::Tuple(vec![Val::U32(420), Val::U16(42)]);
    assert_eq!(increase.call("increase", &[Val::U16(41)]), expected);
    let trap = increase.trap("increase", &[Val::U16(u16::MAX)]);
    assert!(trap.contains("out of the WIT type's range"), "{trap}");
}

#[test]
fn two_buffers_become_two_parts() {
    let world = "record keys { secret: list<u8>, public: list<u32> }
        export keypair: func() -> keys;";
    let mapping = r#"[function.keypair]
arguments = [
  { as = "buffer", capacity = { constant = 1 }, field = "public" },
  { as = "buffer", capacity = { constant = 8 }, field = "secret" },
]
returns = { as = "status" }"#;
    let mut keys = wrapped(world, mapping);
    let expected = record(&[
        ("secret", crate::wrapped::bytes(&[2; 8])),
        ("public", Val::List(vec![Val::U32(0x0101_0101)])),
    ]);
    assert_eq!(keys.call("keypair", &[]), expected);
}

const ROW: &str = r#"[function.row]
arguments = [
  { as = "value", param = "number" },
  { as = "out-pointer", free = "free", field = "text" },
  { as = "out-length", field = "text" },
  { as = "out-cstring", free = "free", null = "none", field = "note" },
  { as = "out-value", field = "weight" },
]
returns = { as = "status", ok = [100], none = [101], errors = { "21" = "misuse" } }"#;

#[test]
fn a_status_beside_a_record_is_none_or_an_error() {
    let world = "record cells { note: option<string>, weight: f64, text: string }
        enum bad { misuse }
        export row: func(number: u32) -> result<option<cells>, bad>;
        export live: func() -> s32;";
    let mut row = wrapped(world, ROW);
    let cells = |text: &str, note: Option<&str>, weight| {
        let note = Val::Option(note.map(|note| Box::new(string(note))));
        let weight = Val::Float64(weight);
        ok(some(record(&[
            ("note", note),
            ("weight", weight),
            ("text", string(text)),
        ])))
    };
    for _ in 0..3 {
        assert_eq!(row.call("row", &[Val::U32(0)]), cells("AAA", None, 0.0));
        assert_eq!(
            row.call("row", &[Val::U32(2)]),
            cells("CCC", Some("c"), 2.0)
        );
        assert_eq!(row.call("row", &[Val::U32(3)]), error("misuse"));
        assert_eq!(row.call("row", &[Val::U32(4)]), ok(Val::Option(None)));
        let live = row.call("live", &[]);
        assert_eq!(live, Val::S32(1), "the room for results alone is left");
    }
    for _ in 0..100_000 {
        row.call("row", &[Val::U32(1)]);
    }
    assert_eq!(row.call("live", &[]), Val::S32(1));
}

#[test]
fn statuses_become_bools_enums_and_numbers() {
    let values = |values: &str| {
        format!(
            "[function.step]\nreturns = {{ as = \"status\", values = {{ {values} }}, errors = {{ \"21\" = \"misuse\" }} }}"
        )
    };
    let world = |ty: &str| {
        format!(
            "enum bad {{ misuse }} enum next {{ row, done }}
             export step: func(status: s32) -> result<{ty}, bad>;"
        )
    };
    let mut row = wrapped(
        &world("bool"),
        &values(r#""100" = "true", "101" = "false""#),
    );
    assert_eq!(row.call("step", &[Val::S32(100)]), ok(Val::Bool(true)));
    assert_eq!(row.call("step", &[Val::S32(101)]), ok(Val::Bool(false)));
    assert_eq!(row.call("step", &[Val::S32(21)]), error("misuse"));
    let trap = row.trap("step", &[Val::S32(0)]);
    assert!(trap.contains("unknown status"), "{trap}");

    let mut next = wrapped(&world("next"), &values(r#""100" = "row", "101" = "done""#));
    let done = Val::Enum("done".into());
    assert_eq!(next.call("step", &[Val::S32(101)]), ok(done));

    let mut number = wrapped(&world("s64"), &values(r#""100" = "-1", "101" = "7""#));
    assert_eq!(number.call("step", &[Val::S32(100)]), ok(Val::S64(-1)));

    let found = refused(&world("next"), &values(r#""100" = "rwo", "x" = "done""#));
    let messages: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
    let expected = ["the WIT value can't be `rwo`", "`x` is no status"];
    assert_eq!(messages, expected);
}

#[test]
fn a_status_of_success_without_a_value_is_a_mistake() {
    let world = "enum bad { misuse } enum next { row, done }
        export step: func(status: s32) -> result<next, bad>;";
    let step = |success: &str| {
        format!(
            "[function.step]\nreturns = {{ as = \"status\", {success}, values = {{ \"100\" = \"row\", \
             \"101\" = \"done\" }}, errors = {{ \"21\" = \"misuse\" }} }}"
        )
    };
    for (success, status) in [
        ("ok = [0]", 0),
        ("ok = [100, 102]", 102),
        ("ok = [\"100..=103\"]", 102),
        ("ok = [\"..=-1\"]", i32::MIN),
        ("ok = [\"100..\"]", 102),
    ] {
        let found = refused(world, &step(success));
        let messages: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
        let expected = format!("the status {status} is ok, and no value stands for it");
        assert_eq!(messages, [expected.as_str()], "{success}");
    }
    for success in ["ok = [100, 101]", "ok = [\"100..=101\"]"] {
        let mut step = wrapped(world, &step(success));
        let done = Val::Enum("done".into());
        assert_eq!(step.call("step", &[Val::S32(101)]), ok(done));
    }
    let world = "export step: func(status: s32) -> tuple<bool>;";
    let none = "[function.step]\nreturns = { as = \"status\", field = \"0\" }";
    let found = refused(world, none);
    assert_eq!(found[0].0, "the status 0 is ok, and no value stands for it");
}

#[test]
fn a_scratch_argument_is_zeroed_room_that_nobody_reads() {
    let world = "export length-of: func() -> u32;";
    let mapping = r#"[function.length-of]
arguments = [
  { as = "constant", value = 0 },
  { as = "out-value" },
  { as = "scratch", size = 80 },
]
returns = { as = "status" }"#;
    let mut length = wrapped(world, mapping);
    for _ in 0..3 {
        assert_eq!(length.call("length-of", &[]), Val::U32(5));
    }
}

#[test]
fn parts_that_come_from_nowhere_or_twice_are_refused() {
    let world = "record parts { quotient: s32, remainder: s32 } enum bad { zero }
        export divide: func(a: s32, b: s32) -> result<parts, bad>;";
    let with = |first: &str, second: &str| {
        let mapping = DIVIDE.replace("FIRST", first).replace("SECOND", second);
        refused(world, &mapping).remove(0)
    };
    let (message, help) = with("quotient", "remainders");
    assert_eq!(
        message,
        "the WIT result of `divide` has no field `remainders`"
    );
    assert_eq!(help, "did you mean `remainder`?");
    let (message, _) = with("quotient", "quotient");
    assert_eq!(
        message,
        "the field `quotient` of the WIT result is given twice"
    );

    let mapping = DIVIDE
        .replace("\"out-value\", field = \"SECOND\"", "\"scratch\", size = 4")
        .replace("FIRST", "quotient");
    let (message, help) = refused(world, &mapping).remove(0);
    assert_eq!(
        message,
        "nothing becomes `remainder` of the WIT result of `divide`"
    );
    assert!(help.contains("field = \"remainder\""), "{help}");

    let mapping = DIVIDE.replace(", field = \"FIRST\"", "");
    let (message, help) = refused(world, &mapping).remove(0);
    assert_eq!(message, "the WIT result of `divide` is not a number");
    assert!(help.contains("`field`"), "{help}");
}

#[test]
fn fields_of_a_record_are_passed_one_by_one() {
    let world = "record parts { a: s32, b: s32 }
        record both { ratio: parts, unused: bool }
        export divide: func(of: both) -> result<tuple<s32, s32>>;";
    let mapping = |rest: &str| {
        format!(
            r#"[function.divide]
arguments = [
  {{ as = "value", param = "of.ratio.a" }},
  {{ as = "value", param = "of.ratio.b" }},
  {{ as = "out-value", field = "0" }},
  {{ as = "out-value", field = "1" }},{rest}
]
returns = {{ as = "status", errors = {{ "-1" = "" }} }}"#
        )
    };
    let (message, _) = refused(world, &mapping("")).remove(0);
    assert_eq!(message, "`of.unused` is passed to nobody");
    let world = world.replace(", unused: bool", "");
    let mut divide = wrapped(&world, &mapping(""));
    let both = |a, b| {
        let parts = record(&[("a", Val::S32(a)), ("b", Val::S32(b))]);
        [record(&[("ratio", parts)])]
    };
    let parts = Val::Tuple(vec![Val::S32(3), Val::S32(2)]);
    assert_eq!(divide.call("divide", &both(17, 5)), ok(parts));
    assert_eq!(divide.call("divide", &both(1, 0)), Val::Result(Err(None)));
}
