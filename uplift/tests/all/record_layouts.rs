//! How structs lie in memory, and mistakes in what a mapping says of that.

use wasmtime::component::Val;

use crate::diagnostics::uplift_for;
use crate::records::{POINT, SHAPES, WIT, call, point, record};
use crate::wrapped::{Wrapped, mistakes, string, with_allocator};

fn refused(functions: &str, mapping: &str) -> Vec<String> {
    let world = WIT.replace("FUNCTIONS", functions);
    mistakes(&with_allocator(SHAPES), &world, mapping)
        .into_iter()
        .map(|mistake| mistake.message)
        .collect()
}

#[test]
fn a_tuple_in_a_record_is_an_array() {
    // `{ uint8_t rgba[4]; float weights[2]; bool on; int level; }`
    let module = r#"
    (func (export "mix") (param $at i32) (result i32)
      (i32.store8 offset=2 (local.get $at) (i32.load8_u offset=1 (local.get $at)))
      (f32.store offset=4 (local.get $at) (f32.load offset=8 (local.get $at)))
      (i32.store8 offset=12 (local.get $at) (i32.const 1))
      (i32.load offset=16 (local.get $at)))"#;
    let world = "package test:wrapped;
interface shapes {
  enum level { low, middle, high }
  type rgba = tuple<u8, u8, u8, u8>;
  record colour { rgba: rgba, weights: tuple<f32, f32>, on: bool, level: level }
  mix: func(colour: colour) -> tuple<colour, level>;
}
world wrapped { export shapes; }";
    let mapping = r#"[record."shapes#colour"]
[function."shapes#mix"]
arguments = [{ as = "out-record", param = "colour", field = "0" }]
returns = { as = "value", field = "1" }"#;
    let mut shapes = Wrapped::compared(&with_allocator(module), world, mapping);
    let colour = |rgba: [u8; 4], weights: [f32; 2], on| {
        record(&[
            ("rgba", Val::Tuple(rgba.map(Val::U8).to_vec())),
            ("weights", Val::Tuple(weights.map(Val::Float32).to_vec())),
            ("on", Val::Bool(on)),
            ("level", Val::Enum("middle".into())),
        ])
    };
    let before = colour([1, 200, 3, 255], [0.5, 1.5], false);
    let after = colour([1, 200, 200, 255], [1.5, 1.5], true);
    let expected = Val::Tuple(vec![after, Val::Enum("middle".into())]);
    assert_eq!(call(&mut shapes, "mix", &[before]), expected);
}

#[test]
fn structs_are_converted_in_grown_pages_too() {
    let module = r#"(module
    (memory (export "memory") 1)
    (func (export "sum") (param $at i32) (param $count i32) (param $out i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (i64.store (local.get $out) (i64.add (i64.load (local.get $out))
          (i64.mul (i64.load16_s (local.get $at)) (i64.load8_u (i32.load offset=4 (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))))"#;
    let world = "record item { count: s32, name: string }
        export sum: func(all: list<item>) -> s64;";
    let mapping = r#"[record.item]
fields = { count = { type = "s16" }, name = { nul = "trap" } }
[function.sum]
arguments = [
  { as = "pointer", param = "all" },
  { as = "length", param = "all" },
  { as = "out-value" },
]"#;
    let mut sum = Wrapped::compared(module, world, mapping);
    let item = |count, name: &str| record(&[("count", Val::S32(count)), ("name", string(name))]);
    for count in [0, 1, 20_000, 3] {
        let all = Val::List(vec![item(-2, "A"); count]);
        let expected = -130 * i64::try_from(count).expect("a small count");
        assert_eq!(sum.call("sum", &[all]), Val::S64(expected));
    }
    let trap = sum.trap("sum", &[Val::List(vec![item(1, ""), item(40_000, "")])]);
    assert!(trap.contains("the C type can't hold this number"), "{trap}");
}

#[test]
fn memory_that_grows_during_the_call_moves_nothing() {
    let module = r#"
    (func (export "grow") (param $from i32) (param $to i32) (param $more i32) (result i32)
      (drop (memory.grow (i32.const 64)))
      (f64.store offset=8 (local.get $to) (f64.load (local.get $from)))
      (i32.store (local.get $more) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 16)))
      (i32.store (i32.load (local.get $more)) (i32.const 0x0079_7865))
      (memory.size))"#;
    let functions = "grow: func(p: point) -> tuple<point, string, u32>;";
    let mapping = format!(
        r#"{POINT}[function."shapes#grow"]
arguments = [
  {{ as = "record", param = "p" }},
  {{ as = "out-record", field = "0" }},
  {{ as = "out-cstring", borrowed = "static", field = "1" }},
]
returns = {{ as = "value", field = "2" }}"#
    );
    let world = WIT.replace("FUNCTIONS", functions);
    let mut shapes = Wrapped::compared(&with_allocator(module), &world, &mapping);
    for round in 1..4 {
        let found = call(&mut shapes, "grow", &[point(1.5, 0.0)]);
        let pages = Val::U32(1 + 64 * round);
        let expected = vec![point(0.0, 1.5), string("exy"), pages];
        assert_eq!(found, Val::Tuple(expected));
    }
}

#[test]
fn more_than_16_core_values_are_passed_in_memory() {
    // Eight points, a byte, a string, an option of a point and one of a string.
    let module = r#"
    (func (export "far") (param $a i32) (param $h i32) (param $y f64) (param $byte i32) (param $text i32)
      (param $maybe i32) (param $note i32) (result f64)
      (f64.add
        (f64.add (f64.load (local.get $a)) (f64.load offset=8 (local.get $h)))
        (f64.add
          (f64.mul (f64.const 100) (f64.add (local.get $y) (f64.convert_i32_s (local.get $byte))))
          (f64.convert_i32_u (i32.add
            (i32.mul (i32.const 1000) (i32.load8_u (local.get $text)))
            (i32.add
              (i32.mul (i32.const 1000000) (i32.ne (local.get $maybe) (i32.const 0)))
              (i32.mul (i32.const 2000000) (i32.ne (local.get $note) (i32.const 0)))))))))"#;
    let functions = "far: func(a: point, h: point, rest: tuple<point, point, point, point, point>,
        byte: s8, text: string, maybe: option<point>, note: option<string>) -> f64;";
    let mapping = format!(
        r#"{POINT}[function."shapes#far"]
arguments = [
  {{ as = "record", param = "a" }},
  {{ as = "record", param = "h" }},
  {{ as = "value", param = "rest.4.y" }},
  {{ as = "value", param = "byte" }},
  {{ as = "cstring", param = "text", nul = "trap" }},
  {{ as = "record", param = "maybe" }},
  {{ as = "cstring", param = "note", nul = "trap" }},
UNUSED]"#
    );
    let world = WIT.replace("FUNCTIONS", functions);
    // Each number of the tuple has to go somewhere.
    let unused: Vec<String> = (0..5)
        .flat_map(|number| [(number, "x"), (number, "y")])
        .filter(|place| *place != (4, "y"))
        .map(|(number, field)| {
            format!("  {{ as = \"value\", param = \"rest.{number}.{field}\" }},\n")
        })
        .collect();
    let note = "(param $note i32)";
    let module = module.replace(
        note,
        &format!("{note}{}", "(param f64)".repeat(unused.len())),
    );
    let mapping = mapping.replace("UNUSED", &unused.concat());
    let mut shapes = Wrapped::compared(&with_allocator(&module), &world, &mapping);
    let rest = |y| {
        let mut points = vec![point(0.0, 0.0); 4];
        points.push(point(0.0, y));
        Val::Tuple(points)
    };
    let some = |value: Val| Val::Option(Some(Box::new(value)));
    for _ in 0..1000 {
        for (maybe, note, more) in [
            (Val::Option(None), Val::Option(None), 0.0),
            (some(point(9.0, 9.0)), Val::Option(None), 1_000_000.0),
            (Val::Option(None), some(string("")), 2_000_000.0),
        ] {
            let (a, h) = (point(0.5, 9.0), point(9.0, 0.25));
            let arguments = [a, h, rest(2.0), Val::S8(-1), string("\u{1}"), maybe, note];
            let found = call(&mut shapes, "far", &arguments);
            assert_eq!(found, Val::Float64(0.75 + 100.0 + 1000.0 + more));
        }
    }
    assert_eq!(call(&mut shapes, "live", &[]), Val::S32(1));
}

#[test]
fn mistakes_in_a_struct_are_refused() {
    let functions = "norm: func(p: point) -> f64;";
    let norm = "[function.\"shapes#norm\"]\narguments = [{ as = \"record\", param = \"p\" }]\n";
    let with = |record: &str| refused(functions, &format!("{record}{norm}"));
    assert_eq!(
        with(""),
        ["the mapping lacks the C struct for the record `shapes#point`"]
    );
    let point = |fields: &str| with(&format!("{POINT}{fields}\n"));
    assert_eq!(
        point("fields = { x = { offset = 0 }, z = { offset = 8 } }"),
        ["the WIT record has no field `z`"]
    );
    assert_eq!(
        point("fields = { x = { offset = 0 } }"),
        ["the field `y` has no offset, and another one has"]
    );
    assert_eq!(
        point("fields = { x = { offset = 0 }, y = { offset = 4 } }"),
        ["the fields `x` and `y` overlap"]
    );
    assert_eq!(
        point("size = 12"),
        ["`size` can't be the size of the struct"]
    );
    assert_eq!(
        point("fields = { x = { type = \"f32\" } }"),
        ["`f32` can't stand for the WIT type"]
    );
    assert_eq!(
        point("fields = { x = { length = {} } }"),
        ["the field `x` can't be a member of a C struct this way"]
    );
    assert_eq!(
        with("[record.\"shapes#dot\"]\n[record.\"shapes#point\"]\n"),
        ["the WIT has no record `shapes#dot`"]
    );
    let wrong = "[function.\"shapes#norm\"]\narguments = [{ as = \"pointer\", param = \"p\" }]";
    assert_eq!(
        refused(functions, &format!("{POINT}{wrong}"))[0],
        "`p` is not a string, a list or a number in the WIT"
    );
}

#[test]
fn an_optional_string_in_a_struct_has_no_length() {
    let world = "record note { text: option<string> } export write: func(note: note);";
    let write = r#"(func (export "write") (param i32))"#;
    let mapping = "[record.note]\nfields = { text = { nul = \"trap\", length = {} } }
[function.write]\narguments = [{ as = \"record\", param = \"note\" }]";
    let found = mistakes(&with_allocator(write), world, mapping);
    let found: Vec<(String, Option<String>)> = found
        .iter()
        .map(|mistake| (mistake.message.clone(), mistake.help.clone()))
        .collect();
    let message = "the field `text` can't be a member of a C struct this way";
    let help = "an option is null in C, and a `length` can't say that: leave `length` out, for a C \
                string that ends with a NUL";
    assert_eq!(found, [(message.to_owned(), Some(help.to_owned()))]);
}

#[test]
fn mistakes_in_structs_and_parts_are_shown_where_they_are() {
    let world = WIT.replace(
        "FUNCTIONS",
        "norm: func(p: point) -> f64;
         same: func(of: person) -> person;
         middle: func(a: point, b: option<point>) -> result<tuple<point, u32>, bad>;",
    );
    let mapping = r#"version = 1
wit = { path = "world.wit" }

[record."shapes#point"]
fields = { x = { offset = 0, type = "u8" }, z = { offset = 8 } }

[record."shapes#person"]
size = 40
[record."shapes#person".fields]
name = { offset = 0 }
age = { offset = 2, type = "s16" }

[function."shapes#norm"]
arguments = [{ as = "value", param = "p" }]

[function."shapes#same"]
arguments = [{ as = "record", param = "of" }, { as = "out-record", field = "name" }]

[function."shapes#middle"]
arguments = [
  { as = "record", param = "a" },
  { as = "consumed", param = "b" },
  { as = "out-record", field = "0" },
  { as = "out-value", field = "0.x" },
  { as = "out-handle", field = "1" },
]
returns = { as = "status", values = { "0" = "many" }, field = "2" }
"#;
    let module = wat::parse_str(with_allocator(SHAPES)).expect("a valid module");
    insta::assert_snapshot!(uplift_for(&module, &world, mapping));
}
