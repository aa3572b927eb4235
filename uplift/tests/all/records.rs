//! Records and tuples as C structs: by pointer, in lists, with strings and other
//! structs in them.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, bytes, error, ok, string, with_allocator};

/// `point` is `{ double x, y; }`, as in WIT. `person` is
/// `{ const char *name; int16_t age; const char *nick; struct point at;
///    const uint8_t *data; uint16_t size; uint8_t level; uint32_t perms; }`
/// of 48 bytes.
pub(crate) const SHAPES: &str = r#"
    (data (i32.const 64) "Ada\00")
    (data (i32.const 72) "\48\00\00\00")
    (data (i32.const 80) "\ff\fe\00")
    ;; A person at 128: Ada, -7, no nick, (0.5, 2), 3 bytes at 64, level 2, perms 5.
    (data (i32.const 128) "\40\00\00\00\f9\ff\aa\aa\00\00\00\00\aa\aa\aa\aa\00\00\00\00\00\00\e0\3f\00\00\00\00\00\00\00\40\40\00\00\00\03\00\02\aa\05\00\00\00\aa\aa\aa\aa")
    (func (export "norm") (param $at i32) (result f64)
      (f64.add
        (f64.mul (f64.load (local.get $at)) (f64.load (local.get $at)))
        (f64.mul (f64.load offset=8 (local.get $at)) (f64.load offset=8 (local.get $at)))))
    (func (export "middle") (param $a i32) (param $b i32) (param $out i32) (result i32)
      (if (f64.ne (f64.load (local.get $out)) (f64.const 0)) (then unreachable))
      (f64.store (local.get $out) (f64.mul (f64.const 0.5)
        (f64.add (f64.load (local.get $a)) (f64.load (local.get $b)))))
      (f64.store offset=8 (local.get $out) (f64.mul (f64.const 0.5)
        (f64.add (f64.load offset=8 (local.get $a)) (f64.load offset=8 (local.get $b)))))
      (select (i32.const 0) (i32.const 1) (f64.lt (f64.load (local.get $out)) (f64.const 100))))
    (func (export "shift") (param $at i32) (param $by f64)
      (f64.store (local.get $at) (f64.add (f64.load (local.get $at)) (local.get $by))))
    (func (export "sum_x") (param $at i32) (param $count i32) (param $stride i32) (result f64)
      (local $sum f64)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    ;; The sum of int16_t ages, 4 bytes into structs of 48.
    (func (export "ages") (param $at i32) (param $count i32) (result i32)
      (local $sum i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (if (i32.load8_u offset=39 (local.get $at)) (then unreachable))
        (local.set $sum (i32.add (local.get $sum) (i32.load16_s offset=4 (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 48)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func (export "find") (param $id i32) (result i32)
      (select (i32.const 128) (i32.const 0) (i32.eq (local.get $id) (i32.const 1))))
    (func $copy (export "copy") (param $from i32) (result i32)
      (local $to i32)
      (local.set $to (call $malloc (i32.const 48)))
      (memory.copy (local.get $to) (local.get $from) (i32.const 48))
      (local.get $to))
    (func (export "same") (param $from i32) (param $to i32)
      (memory.copy (local.get $to) (local.get $from) (i32.const 48)))
    ;; (count, struct person **out, size_t *length)
    (func (export "people") (param $count i32) (param $out i32) (param $length i32)
      (local $to i32)
      (local.set $to (call $malloc (i32.add (i32.const 1) (i32.mul (local.get $count) (i32.const 48)))))
      (i32.store (local.get $out) (local.get $to))
      (i32.store (local.get $length) (local.get $count))
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (memory.copy (local.get $to) (i32.const 128) (i32.const 48))
        (local.set $to (i32.add (local.get $to) (i32.const 48)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))
    ;; (struct person *to, size_t room) -> how many were written
    (func (export "fill_people") (param $to i32) (param $room i32) (result i32)
      (memory.copy (local.get $to) (i32.const 128) (i32.const 48))
      (memory.copy (i32.add (local.get $to) (i32.const 48)) (i32.const 128) (i32.const 48))
      (i32.const 2))
    ;; (double *to, count): points of a diagonal
    (func (export "diagonal") (param $to i32) (param $count i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (f64.store (local.get $to) (f64.convert_i32_u (local.get $count)))
        (f64.store offset=8 (local.get $to) (f64.convert_i32_u (local.get $count)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))
    (func (export "hand_out") (param $out i32) (result i32)
      (i32.store (local.get $out) (call $copy (i32.const 128)))
      (i32.const 0))
"#;

pub(crate) const WIT: &str = "package test:wrapped;
interface shapes {
  record point { x: f64, y: f64 }
  enum level { low, middle, high }
  flags perms { read, write, run }
  record person {
    name: string, age: s32, nick: option<string>, at: point, data: list<u8>,
    level: level, perms: perms,
  }
  enum bad { far, nul, absent }
  FUNCTIONS
  live: func() -> s32;
}
world wrapped { export shapes; }";

pub(crate) const POINT: &str = "[record.\"shapes#point\"]\n";
const PERSON: &str = r#"[record."shapes#point"]
[record."shapes#person"]
size = 48
[record."shapes#person".fields]
name = { offset = 0, nul = "trap" }
age = { offset = 4, type = "s16" }
nick = { offset = 8, nul = "truncate" }
at = { offset = 16 }
data = { offset = 32, length = { offset = 36, type = "u16" } }
level = { offset = 38, type = "u8" }
perms = { offset = 40 }
"#;

fn wrapped(functions: &str, mapping: &str) -> Wrapped {
    let world = WIT.replace("FUNCTIONS", functions);
    Wrapped::compared(&with_allocator(SHAPES), &world, mapping)
}

pub(crate) fn call(shapes: &mut Wrapped, name: &str, arguments: &[Val]) -> Val {
    shapes.call(&format!("test:wrapped/shapes#{name}"), arguments)
}

fn trap(shapes: &mut Wrapped, name: &str, arguments: &[Val]) -> String {
    shapes.trap(&format!("test:wrapped/shapes#{name}"), arguments)
}

pub(crate) fn record(fields: &[(&str, Val)]) -> Val {
    Val::Record(
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

pub(crate) fn point(x: f64, y: f64) -> Val {
    record(&[("x", Val::Float64(x)), ("y", Val::Float64(y))])
}

fn person(name: &str, age: i32, nick: Option<&str>, data: &[u8]) -> Val {
    record(&[
        ("name", string(name)),
        ("age", Val::S32(age)),
        ("nick", Val::Option(nick.map(|nick| Box::new(string(nick))))),
        ("at", point(0.5, 2.0)),
        ("data", bytes(data)),
        ("level", Val::Enum("high".into())),
        ("perms", Val::Flags(vec!["read".into(), "run".into()])),
    ])
}

fn ada() -> Val {
    person("Ada", -7, None, b"Ada")
}

const MIDDLE: &str = r#"[function."shapes#middle"]
arguments = [
  { as = "record", param = "a" },
  { as = "record", param = "b" },
  { as = "out-record" },
]
returns = { as = "status", errors = { "1" = "far" } }
"#;

#[test]
fn records_go_in_and_come_out_by_pointer() {
    let functions = "norm: func(p: point) -> f64;
        middle: func(a: point, b: tuple<f64, f64>) -> result<point, bad>;
        shift: func(p: point, by: f64) -> tuple<f64, f64>;";
    let mapping = format!(
        r#"{POINT}{MIDDLE}
[function."shapes#norm"]
arguments = [{{ as = "record", param = "p" }}]
[function."shapes#shift"]
arguments = [{{ as = "out-record", param = "p" }}, {{ as = "value", param = "by" }}]
"#
    );
    let mut shapes = wrapped(functions, &mapping);
    for _ in 0..3 {
        let norm = call(&mut shapes, "norm", &[point(3.0, 4.0)]);
        assert_eq!(norm, Val::Float64(25.0));
        let pair = Val::Tuple(vec![Val::Float64(6.0), Val::Float64(-2.0)]);
        let middle = call(&mut shapes, "middle", &[point(4.0, 2.0), pair.clone()]);
        assert_eq!(middle, ok(point(5.0, 0.0)));
        let far = call(&mut shapes, "middle", &[point(4000.0, 2.0), pair]);
        assert_eq!(far, error("far"));
        let moved = call(&mut shapes, "shift", &[point(1.0, 2.0), Val::Float64(0.5)]);
        let expected = Val::Tuple(vec![Val::Float64(1.5), Val::Float64(2.0)]);
        assert_eq!(moved, expected);
    }
}

const SUM: &str = r#"[function."shapes#sum-x"]
arguments = [
  { as = "pointer", param = "all" },
  { as = "length", param = "all" },
  { as = "constant", value = 16 },
]
"#;

#[test]
fn a_list_of_records_goes_in_and_comes_out_without_a_copy_where_it_can() {
    let functions = "sum-x: func(all: list<point>) -> f64;
        diagonal: func(count: u32) -> list<point>;";
    let mapping = format!(
        r#"{POINT}{SUM}[function."shapes#diagonal"]
arguments = [
  {{ as = "buffer", capacity = {{ param = "count", limit = 1000000 }} }},
  {{ as = "capacity" }},
]"#
    );
    let mut shapes = wrapped(functions, &mapping);
    for count in [0, 1, 3, 10_000] {
        let all = call(&mut shapes, "diagonal", &[Val::U32(count)]);
        let Val::List(points) = &all else {
            panic!("{all:?}");
        };
        assert_eq!(points.len(), count as usize);
        let sum = call(&mut shapes, "sum-x", &[all]);
        let count = f64::from(count);
        assert_eq!(sum, Val::Float64(count * (count + 1.0) / 2.0));
    }
    assert_eq!(call(&mut shapes, "live", &[]), Val::S32(1));
}

const PEOPLE: &str = r#"[function."shapes#ages"]
arguments = [{ as = "pointer", param = "all" }, { as = "length", param = "all" }]
[function."shapes#find"]
returns = { as = "record", borrowed = "static", null = "none" }
[function."shapes#copy"]
arguments = [{ as = "record", param = "of" }]
returns = { as = "record", free = "free" }
[function."shapes#same"]
arguments = [{ as = "record", param = "of" }, { as = "out-record" }]
[function."shapes#people"]
arguments = [
  { as = "value", param = "count" },
  { as = "out-pointer", free = "free" },
  { as = "out-length" },
]
[function."shapes#fill-people"]
arguments = [{ as = "buffer", capacity = { constant = 5 } }, { as = "capacity" }]
returns = { as = "length" }
[function."shapes#hand-out"]
arguments = [{ as = "out-pointer", free = "free" }]
returns = { as = "ignored" }
"#;

const WITH_PEOPLE: &str = "ages: func(all: list<person>) -> s32;
    find: func(id: u32) -> option<person>;
    copy: func(of: person) -> person;
    same: func(of: person) -> person;
    people: func(count: u32) -> list<person>;
    fill-people: func() -> list<person>;
    hand-out: func() -> person;";

#[test]
fn structs_with_strings_lists_and_other_structs_are_converted() {
    let mut shapes = wrapped(WITH_PEOPLE, &format!("{PERSON}{PEOPLE}"));
    let long = "Grace".repeat(20_000);
    for _ in 0..3 {
        let found = call(&mut shapes, "find", &[Val::U32(1)]);
        assert_eq!(found, Val::Option(Some(Box::new(ada()))));
        let found = call(&mut shapes, "find", &[Val::U32(2)]);
        assert_eq!(found, Val::Option(None));
        for of in [
            ada(),
            person("", 32_767, Some(""), &[]),
            person(&long, -32_768, Some("Amazing"), &vec![7; 65_535]),
        ] {
            for name in ["copy", "same"] {
                assert_eq!(call(&mut shapes, name, std::slice::from_ref(&of)), of);
            }
        }
        assert_eq!(call(&mut shapes, "hand-out", &[]), ada());
        assert_eq!(call(&mut shapes, "live", &[]), Val::S32(1));
    }
}

#[test]
fn lists_of_structs_are_converted_one_by_one() {
    let mut shapes = wrapped(WITH_PEOPLE, &format!("{PERSON}{PEOPLE}"));
    for count in [0, 1, 2, 1000] {
        let all = call(&mut shapes, "people", &[Val::U32(count)]);
        assert_eq!(all, Val::List(vec![ada(); count as usize]));
        let sum = call(&mut shapes, "ages", &[all]);
        assert_eq!(sum, Val::S32(-7 * i32::try_from(count).expect("small")));
    }
    let two = call(&mut shapes, "fill-people", &[]);
    assert_eq!(two, Val::List(vec![ada(); 2]));
    assert_eq!(call(&mut shapes, "live", &[]), Val::S32(1));
}

#[test]
fn converting_100_000_times_leaves_nothing_behind() {
    let mut shapes = wrapped(WITH_PEOPLE, &format!("{PERSON}{PEOPLE}"));
    let of = [person("Ada", 1, Some("Countess"), b"data")];
    for _ in 0..100_000 {
        call(&mut shapes, "copy", &of);
    }
    assert_eq!(call(&mut shapes, "live", &[]), Val::S32(1));
}

#[test]
fn a_struct_of_one_number_is_read_where_nothing_else_goes_through_memory() {
    let module = r#"(module (memory (export "memory") 1) (data (i32.const 16) "\2a")
      (func (export "data") (result i32) (i32.const 16)))"#;
    let mut wrapped = Wrapped::new(
        module,
        "record single { only: s32 } export data: func() -> single;",
        "[record.single]\n[function.data]\nreturns = { as = \"record\", borrowed = \"static\" }",
    );
    let single = Val::Record(vec![("only".into(), Val::S32(42))]);
    assert_eq!(wrapped.call("data", &[]), single);
}

#[test]
fn a_member_that_does_not_fit_traps() {
    let start = || wrapped(WITH_PEOPLE, &format!("{PERSON}{PEOPLE}"));
    for (of, expected) in [
        (
            person("Ada", 40_000, None, b""),
            "the C type can't hold this number",
        ),
        (
            person("Ada", 0, None, &vec![0; 65_536]),
            "the C type can't hold this number",
        ),
        (person("A\0da", 0, None, b""), "can't hold the NUL"),
    ] {
        let trap = trap(&mut start(), "copy", std::slice::from_ref(&of));
        assert!(trap.contains(expected), "{trap}");
        let trap = start().trap("test:wrapped/shapes#ages", &[Val::List(vec![of])]);
        assert!(trap.contains(expected), "{trap}");
    }
    // A nick may be cut, as the mapping says.
    let cut = person("Ada", 0, Some("a\0b"), b"");
    let expected = person("Ada", 0, Some("a"), b"");
    assert_eq!(call(&mut start(), "copy", &[cut]), expected);
}

#[test]
fn a_struct_that_the_module_gets_wrong_traps() {
    for (from, to, expected) in [
        // No name, level 3 of 3, an unknown flag, no data but a length.
        (
            "\"\\40\\00\\00\\00\\f9",
            "\"\\00\\00\\00\\00\\f9",
            "returned a null pointer",
        ),
        (
            "\\02\\aa\\05",
            "\\03\\aa\\05",
            "out of the WIT type's range",
        ),
        (
            "\\aa\\05\\00",
            "\\aa\\0d\\00",
            "out of the WIT type's range",
        ),
        (
            "\\40\\40\\00\\00\\00\\03",
            "\\40\\00\\00\\00\\00\\03",
            "returned a null pointer",
        ),
    ] {
        let module = SHAPES.replace(from, to);
        assert_ne!(module, SHAPES);
        let world = WIT.replace("FUNCTIONS", WITH_PEOPLE);
        let mapping = format!("{PERSON}{PEOPLE}");
        let mut shapes = Wrapped::compared(&with_allocator(&module), &world, &mapping);
        let trap = trap(&mut shapes, "find", &[Val::U32(1)]);
        assert!(trap.contains(expected), "{trap}");
    }
}

#[test]
fn a_string_in_a_struct_may_be_an_error_of_the_call() {
    let functions = "copy: func(of: person) -> result<person, bad>;";
    let person_with = PERSON.replace("nul = \"trap\"", "nul-error = \"nul\"");
    let mapping = format!(
        r#"{person_with}[function."shapes#copy"]
arguments = [{{ as = "record", param = "of" }}]
returns = {{ as = "record", free = "free", null = "error", null-error = "absent" }}"#
    );
    let mut shapes = wrapped(functions, &mapping);
    let broken = person("A\0da", 0, None, b"");
    assert_eq!(call(&mut shapes, "copy", &[broken]), error("nul"));
    assert_eq!(call(&mut shapes, "copy", &[ada()]), ok(ada()));
    assert_eq!(call(&mut shapes, "live", &[]), Val::S32(1));
}
