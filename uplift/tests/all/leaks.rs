//! That no way for a call to end leaves anything behind.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, ok, string};

const CALLS: u32 = 100_000;

/// An allocator of blocks of one size, which it reuses. What is not taken can't be
/// freed. `produce` hands out what the bits of a number say: 1 a text, 2 data of
/// 3 bytes, 4 a thing, 8 the returned text.
const MODULE: &str = r#"(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 4096))
  (global $list (mut i32) (i32.const 0))
  (global $live (mut i32) (i32.const 0))
  (func $malloc (export "malloc") (param $size i32) (result i32)
    (local $at i32)
    (if (i32.gt_u (local.get $size) (i32.const 248)) (then unreachable))
    (if (global.get $list)
      (then
        (local.set $at (global.get $list))
        (global.set $list (i32.load (local.get $at))))
      (else
        (local.set $at (global.get $top))
        (global.set $top (i32.add (global.get $top) (i32.const 256)))
        (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
          (then (drop (memory.grow (i32.const 1)))))))
    (i32.store (local.get $at) (i32.const 0x616c69))
    (global.set $live (i32.add (global.get $live) (i32.const 1)))
    (i32.add (local.get $at) (i32.const 8)))
  (func $free (export "free") (param $at i32)
    (local.set $at (i32.sub (local.get $at) (i32.const 8)))
    (if (i32.ne (i32.load (local.get $at)) (i32.const 0x616c69)) (then unreachable))
    (memory.fill (local.get $at) (i32.const 0xee) (i32.const 256))
    (i32.store (local.get $at) (global.get $list))
    (global.set $list (local.get $at))
    (global.set $live (i32.sub (global.get $live) (i32.const 1))))
  (func $free_data (export "free_data") (param $at i32) (param $size i32)
    (if (i32.ne (local.get $size) (i32.const 6)) (then unreachable))
    (call $free (local.get $at)))
  (func (export "three") (result i32) (i32.const 3))
  (func (export "live") (result i32) (global.get $live))
  (func (export "pages") (result i32) (memory.size))
  (func $text (result i32)
    (local $at i32)
    (local.set $at (call $malloc (i32.const 8)))
    (i64.store (local.get $at) (i64.const 0x616441))
    (local.get $at))
  (func (export "text_of") (param $thing i32) (result i32) (i32.add (local.get $thing) (i32.const 8)))
  (func (export "last_text") (result i32) (call $text))
  (func $thing (result i32)
    (local $at i32)
    (local.set $at (call $malloc (i32.const 24)))
    (call $init (local.get $at))
    (local.get $at))
  ;; A thing owns more than itself, and its text is in it.
  (func $init (param $at i32)
    (i32.store (local.get $at) (call $malloc (i32.const 8)))
    (i64.store offset=8 (local.get $at) (i64.const 0x64_6e_69_68_65_62))
    (i64.store offset=16 (local.get $at) (i64.const 0)))
  (func $clear (export "clear") (param $thing i32)
    (call $free (i32.load (local.get $thing)))
    (i32.store (local.get $thing) (i32.const 0)))
  (func (export "end") (param $thing i32)
    (call $clear (local.get $thing))
    (call $free (local.get $thing)))
  (func $hand_out (param $bits i32) (param $text i32) (param $data i32) (param $length i32) (param $thing i32)
    (if (i32.and (local.get $bits) (i32.const 1)) (then
      (i32.store (local.get $text) (call $text))))
    (if (i32.and (local.get $bits) (i32.const 2)) (then
      (i32.store (local.get $data) (call $text))
      (i32.store (local.get $length) (i32.const 3))))
    (if (i32.and (local.get $bits) (i32.const 4)) (then
      (i32.store (local.get $thing) (call $thing)))))
  (func (export "produce") (param $bits i32) (param $text i32) (param $data i32) (param $length i32) (param $thing i32) (result i32)
    (call $hand_out (local.get $bits) (local.get $text) (local.get $data) (local.get $length) (local.get $thing))
    (if (result i32) (i32.and (local.get $bits) (i32.const 8)) (then (call $text)) (else (i32.const 0))))
  (func (export "report") (param $bits i32) (param $status i32) (param $text i32) (param $data i32) (param $length i32) (param $thing i32) (result i32)
    (call $hand_out (local.get $bits) (local.get $text) (local.get $data) (local.get $length) (local.get $thing))
    (local.get $status))
  ;; Hands out everything at each try, and wants room for 100 bytes.
  (func (export "collect") (param $status i32) (param $to i32) (param $room i32) (param $text i32) (param $data i32) (param $length i32) (param $thing i32) (result i32)
    (local $needs i32)
    (local.set $needs (i32.gt_u (i32.const 100) (i32.load (local.get $room))))
    (i32.store (local.get $room) (i32.const 0))
    (call $hand_out (i32.const 7) (local.get $text) (local.get $data) (local.get $length) (local.get $thing))
    (select (i32.const -5) (local.get $status) (local.get $needs)))
  (func (export "start") (param $bits i32) (param $thing i32) (param $text i32) (result i32)
    (if (i32.and (local.get $bits) (i32.const 4)) (then (call $init (local.get $thing))))
    (call $hand_out (i32.and (local.get $bits) (i32.const 1)) (local.get $text) (i32.const 0) (i32.const 0) (i32.const 0))
    (select (i32.const 0) (i32.const 9) (i32.and (local.get $bits) (i32.const 4))))
  (func (export "take") (param $first i32) (param $second i32) (param $rest i32) (result i32)
    (i32.const 0)))"#;

const WORLD: &str = "package test:wrapped;
interface things {
  enum bad { absent, failed }
  resource thing {}
  FUNCTIONS
}
interface other { live: func() -> s32; pages: func() -> s32; }
world wrapped { export things; export other; }";

const REST: &str = r#"
[resource."things#thing"]
destroy = "end"
[function."other#live"]
calls = "live"
[function."other#pages"]
calls = "pages"
"#;

fn start(functions: &str, mapping: &str) -> Wrapped {
    let world = WORLD.replace("FUNCTIONS", functions);
    Wrapped::compared(MODULE, &world, &format!("{mapping}\n{REST}"))
}

fn things(name: &str) -> String {
    format!("test:wrapped/things#{name}")
}

fn live(module: &mut Wrapped) -> Val {
    module.call("test:wrapped/other#live", &[])
}

/// Drops the handles in a value.
fn drop_handles(module: &mut Wrapped, value: &Val) {
    match value {
        Val::Resource(_) => module.drop_resource(value),
        Val::Tuple(values) => {
            for value in values {
                drop_handles(module, value);
            }
        }
        Val::Result(Ok(Some(value))) | Val::Option(Some(value)) => drop_handles(module, value),
        _ => {}
    }
}

/// Calls a function with each of these arguments in turn, again and again; after
/// the first round nothing may be left but the shim's own room.
fn stays_flat(module: &mut Wrapped, name: &str, arguments: &[Vec<Val>]) {
    let mut before = None;
    for (number, arguments) in (0..CALLS).zip(arguments.iter().cycle()) {
        let value = module.call(&things(name), arguments);
        drop_handles(module, &value);
        if number < 64 {
            assert_eq!(live(module), Val::S32(1), "{name} {arguments:?} {value:?}");
        }
        if number == 64 {
            before = Some(module.call("test:wrapped/other#pages", &[]));
        }
    }
    assert_eq!(live(module), Val::S32(1), "{name}");
    assert_eq!(Some(module.call("test:wrapped/other#pages", &[])), before);
}

const OUTS: &str = r#"
  { as = "out-cstring", free = "free", field = "0"TEXT },
  { as = "out-pointer", free = "free_data", field = "1"DATA },
  { as = "out-length", field = "1" },
  { as = "out-handle", field = "2"THING },
"#;

fn outs(text: &str, data: &str, thing: &str) -> String {
    OUTS.replace("TEXT", text)
        .replace("DATA", data)
        .replace("THING", thing)
}

const ABSENT: &str = ", null = \"error\", null-error = \"absent\"";

#[test]
fn a_null_pointer_that_is_an_error_leaves_nothing_of_the_other_outputs() {
    let outs = outs(ABSENT, "", ABSENT);
    let mapping = format!(
        r#"[function."things#produce"]
arguments = [{{ as = "value", param = "bits" }}, {outs}]
returns = {{ as = "cstring", free = "free", field = "3"{ABSENT} }}"#
    );
    let mut produce = start(
        "produce: func(bits: u32) -> result<tuple<string, list<u16>, thing, string>, bad>;",
        &mapping.replace("\"out-length\"", "\"out-length\", unit = \"elements\""),
    );
    for bits in 0..16 {
        let found = produce.call(&things("produce"), &[Val::U32(bits)]);
        assert_eq!(found == error("absent"), bits & 0b1101 != 0b1101, "{bits}");
        drop_handles(&mut produce, &found);
    }
    let arguments: Vec<Vec<Val>> = (0..16).map(|bits| vec![Val::U32(bits)]).collect();
    stays_flat(&mut produce, "produce", &arguments);
}

/// Its length has to be asked for before the other part turns out to be null, because
/// what frees it is told its size.
#[test]
fn a_null_pointer_that_is_an_error_leaves_nothing_of_what_is_counted() {
    let scratch = r#"{ as = "scratch", size = 4 }"#;
    let mapping = format!(
        r#"[function."things#produce"]
arguments = [{{ as = "value", param = "bits" }}, {{ as = "out-cstring", free = "free", field = "0"{ABSENT} }}, {scratch}, {scratch}, {scratch}]
returns = {{ as = "pointer", length = {{ calls = "three" }}, free = "free_data", field = "1"{ABSENT} }}"#
    );
    let function = "produce: func(bits: u32) -> result<tuple<string, list<u16>>, bad>;";
    let mut produce = start(function, &mapping);
    let bits = [0, 1, 8, 9].map(|bits| vec![Val::U32(bits)]);
    for arguments in &bits[..3] {
        assert_eq!(produce.call(&things("produce"), arguments), error("absent"));
    }
    stays_flat(&mut produce, "produce", &bits);
}

/// The text is freed after the call, and the thing that has a text is ended before
/// the text is read.
#[test]
fn an_error_text_may_lie_in_a_thing_that_is_ended_because_of_a_null_pointer() {
    for (text, expected) in [
        (
            r#"{ calls = "text_of", arguments = [{ as = "handle" }], borrowed = "static" }"#,
            "behind",
        ),
        (r#"{ calls = "last_text", free = "free" }"#, "Ada"),
    ] {
        let mapping = format!(
            r#"[function."things#produce"]
arguments = [{{ as = "value", param = "bits" }}, {{ as = "scratch", size = 4 }}, {{ as = "scratch", size = 4 }}, {{ as = "scratch", size = 4 }}, {{ as = "out-handle", field = "0" }}]
returns = {{ as = "cstring", free = "free", field = "1", null = "error", text = {text} }}"#
        );
        let function = "produce: func(bits: u32) -> result<tuple<thing, string>, string>;";
        let mut produce = start(function, &mapping);
        let found = produce.call(&things("produce"), &[Val::U32(4)]);
        assert_eq!(found, Val::Result(Err(Some(Box::new(string(expected))))));
        stays_flat(
            &mut produce,
            "produce",
            &[vec![Val::U32(4)], vec![Val::U32(12)]],
        );
    }
}

fn report(text: &str, data: &str, thing: &str) -> Wrapped {
    let outs = outs(text, data, thing);
    start(
        "report: func(bits: u32, status: s32) -> result<option<tuple<string, list<u16>, thing>>, bad>;",
        &format!(
            r#"[function."things#report"]
arguments = [{{ as = "value", param = "bits" }}, {{ as = "value", param = "status" }}, {outs}]
returns = {{ as = "status", ok = [0], none = [100], errors = {{ "-1" = "failed" }} }}"#
        ),
    )
}

const FREE: &str = ", on-error = \"free\"";
const DESTROY: &str = ", on-error = \"destroy\"";

#[test]
fn a_status_leaves_what_was_handed_out_to_what_the_mapping_says() {
    let pair = |bits: u32, status: i32| vec![Val::U32(bits), Val::S32(status)];
    let mut arguments: Vec<Vec<Val>> = (0..8).map(|bits| pair(bits, -1)).collect();
    arguments.push(pair(7, 0));
    stays_flat(&mut report(FREE, FREE, DESTROY), "report", &arguments);

    // What it hands out with an error is said to be nothing that can be freed.
    let mut ignored = report("", "", "");
    for (status, left) in [(-1, 5), (0, 5), (-1, 9)] {
        let found = ignored.call(&things("report"), &pair(7, status));
        drop_handles(&mut ignored, &found);
        assert_eq!(live(&mut ignored), Val::S32(left), "{status}");
    }
}

#[test]
fn a_status_of_none_ends_what_was_handed_out() {
    let arguments: Vec<Vec<Val>> = (0..8)
        .map(|bits| vec![Val::U32(bits), Val::S32(100)])
        .collect();
    let mut report = report("", "", "");
    let found = report.call(&things("report"), &arguments[7]);
    assert_eq!(found, ok(Val::Option(None)));
    stays_flat(&mut report, "report", &arguments);
}

fn collect(limit: u32) -> Wrapped {
    let outs = outs("", "", "");
    start(
        "collect: func(status: s32) -> result<tuple<string, list<u16>, thing, list<u8>>, bad>;",
        &format!(
            r#"[function."things#collect"]
arguments = [
  {{ as = "value", param = "status" }},
  {{ as = "buffer", field = "3", capacity = {{ start = 1, retry-on = [-5], limit = {limit} }} }},
  {{ as = "buffer-length", field = "3" }}, {outs}]
returns = {{ as = "status", ok = [0], errors = {{ "-1" = "failed", "-5" = "absent" }} }}"#
        ),
    )
}

#[test]
fn a_try_that_is_repeated_leaves_nothing_behind() {
    let mut collect = collect(200);
    stays_flat(&mut collect, "collect", &[vec![Val::S32(0)]]);
}

#[test]
fn a_state_is_ended_with_what_it_owns() {
    let functions = "resource state {}
        start: func(bits: u32) -> result<tuple<state, string>, bad>;";
    let mapping = r#"[resource."things#state"]
size = 24
destroy = "clear"
[function."things#start"]
arguments = [
  { as = "value", param = "bits" },
  { as = "state", field = "0" },
  { as = "out-cstring", free = "free", field = "1", null = "error", null-error = "absent" },
]
returns = { as = "status", errors = { "9" = "failed" } }"#;
    let mut start = start(functions, mapping);
    for (bits, expected) in [(0, "failed"), (4, "absent")] {
        let found = start.call(&things("start"), &[Val::U32(bits)]);
        assert_eq!(found, error(expected));
    }
    let arguments: Vec<Vec<Val>> = [0, 4, 5].map(|bits| vec![Val::U32(bits)]).into();
    stays_flat(&mut start, "start", &arguments);
}

#[test]
fn an_input_that_is_refused_leaves_nothing_of_the_others() {
    let mapping = r#"[function."things#take"]
arguments = [
  { as = "cstring", param = "first", nul-error = "failed" },
  { as = "cstring", param = "second", nul-error = "failed", encoding = "latin-1", unencodable-error = "absent" },
  { as = "consumed", param = "third" },
]
returns = { as = "value" }
[function."things#produce"]
arguments = [
  { as = "constant", value = 4 },
  { as = "scratch", size = 4 }, { as = "scratch", size = 4 }, { as = "scratch", size = 4 },
  { as = "out-handle" },
]
returns = { as = "ignored" }"#;
    let mut take = start(
        "take: func(first: string, second: string, third: thing) -> result<u32, bad>;
         produce: func() -> thing;",
        mapping,
    );
    for number in 0..CALLS {
        let (first, second, case) = [
            ("a\0", "b", "failed"),
            ("a", "\0", "failed"),
            ("", "€", "absent"),
        ][number as usize % 3];
        let third = take.call(&things("produce"), &[]);
        let found = take.call(&things("take"), &[string(first), string(second), third]);
        assert_eq!(found, error(case));
    }
    assert_eq!(live(&mut take), Val::S32(1));
}

#[test]
fn what_one_try_takes_over_is_not_given_to_a_second_one() {
    let world = WORLD.replace(
        "FUNCTIONS",
        "take: func(first: thing) -> result<list<u8>, bad>;",
    );
    let mapping = |on_error: &str| {
        format!(
            r#"[function."things#take"]
arguments = [
  {{ as = "consumed", param = "first"{on_error} }},
  {{ as = "buffer", capacity = {{ start = 1, retry-on = [-5], limit = 9 }} }},
  {{ as = "buffer-length" }},
]
returns = {{ as = "status", errors = {{ "-5" = "failed" }} }}
{REST}"#
        )
    };
    let found = mistakes(MODULE, &world, &mapping(""));
    assert_eq!(
        found[0].message,
        "a call that may be repeated can't take over `first`"
    );
    assert!(crate::wrapped::wrap(MODULE, &world, &mapping(DESTROY)).is_ok());
}
