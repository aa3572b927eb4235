//! Structs, several outputs, resources that are given away, and optional ones.

use super::{NO_CASES, Subject, compare, few, module, only};

/// Compares, and all of it was compared and agrees.
fn agrees(functions: &str, world: &str, mapping: &str) {
    let comparison = compare(&module(functions), world, mapping);
    assert!(comparison.agrees(), "{comparison:#?}");
    assert!(comparison.left_out.is_empty(), "{comparison:#?}");
    for function in &comparison.functions {
        assert!(function.same > 10, "{function:#?}");
    }
}

/// `(x, s32 *sum, f64 *half) -> x`.
const SPLIT: &str = r#"
    (func (export "split") (param $x i32) (param $sum i32) (param $half i32) (result i32)
      (i32.store (local.get $sum) (i32.add (local.get $x) (i32.const 1)))
      (f64.store (local.get $half) (f64.mul (f64.convert_i32_u (local.get $x)) (f64.const 0.5)))
      (local.get $x))"#;
const SPLIT_WORLD: &str = "record parts { sum: u32, half: f64, x: u32 }
    export split: func(x: u32) -> parts;";
const CALL_SPLIT: &str = r#"[function.split]
arguments = [
    { as = "value", param = "x" },
    { as = "out-value", field = "sum" },
    { as = "out-value", field = "half" },
]
returns = { as = "value", field = "x" }"#;

#[test]
fn several_outputs_are_compared() {
    agrees(SPLIT, SPLIT_WORLD, CALL_SPLIT);
}

/// A point is `{ int16_t x; double weight; const char *name; }`: 24 bytes.
const POINT: &str = r#"
    (func (export "move") (param $at i32) (param $by i32) (param $to i32)
      (memory.copy (local.get $to) (local.get $at) (i32.const 24))
      (i32.store16 (local.get $to) (i32.xor (i32.load16_s (local.get $at)) (local.get $by))))
    (func (export "total") (param $at i32) (param $count i32) (result i32)
      (local $sum i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31))
          (i32.add (i32.load16_s (local.get $at)) (i32.load8_u (i32.load offset=16 (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 24)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))"#;
const POINT_WORLD: &str = "record point { x: s16, weight: f64, name: string }
    export move: func(at: point, by: s16) -> point;
    export total: func(all: list<point>) -> s32;";
const CALL_POINT: &str = r#"
[record.point]
fields = { name = { nul = "truncate" } }
[function.move]
arguments = [
    { as = "record", param = "at" },
    { as = "value", param = "by" },
    { as = "out-record" },
]
[function.total]
arguments = [{ as = "pointer", param = "all" }, { as = "length", param = "all" }]"#;

#[test]
fn structs_and_arrays_of_them_are_compared() {
    agrees(POINT, POINT_WORLD, CALL_POINT);
}

/// Notes are numbers; `first` may be null, and `join` takes both over.
const NOTES: &str = r#"
    (func $new (export "new") (param $number i32) (result i32)
      (local $at i32)
      (local.set $at (call $malloc (i32.const 4)))
      (i32.store (local.get $at) (local.get $number))
      (local.get $at))
    (func (export "join") (param $a i32) (param $b i32) (param $out i32) (param $rest i32) (result i32)
      (i32.store (local.get $out)
        (call $new (i32.add (i32.load (local.get $a)) (i32.load (local.get $b)))))
      (if (i32.and (i32.load (local.get $a)) (i32.const 1)) (then
        (i32.store (local.get $rest) (call $new (i32.load (local.get $a))))))
      (call $free (local.get $a))
      (call $free (local.get $b))
      (i32.const 0))
    (func (export "number") (param $at i32) (result i32) (i32.load (local.get $at)))
    (func (export "maybe") (param $at i32) (result i32)
      (if (result i32) (local.get $at) (then (i32.load (local.get $at))) (else (i32.const -1))))"#;
const NOTES_WORLD: &str = "package test:wrapped;
interface notes {
  resource note { constructor(number: u32); number: func() -> u32; }
  join: func(a: note, b: note) -> result<tuple<note, option<note>>>;
  maybe: func(of: option<borrow<note>>) -> s32;
}
world wrapped { export notes; }";
const CALL_NOTES: &str = r#"
[resource."notes#note"]
destroy = "free"
[function."notes#note.constructor"]
calls = "new"
returns = { as = "handle" }
[function."notes#note.number"]
calls = "number"
[function."notes#join"]
arguments = [
    { as = "consumed", param = "a" },
    { as = "consumed", param = "b" },
    { as = "out-handle", field = "0" },
    { as = "out-handle", field = "1", null = "none" },
]
returns = { as = "status" }
[function."notes#maybe"]
arguments = [{ as = "value", param = "of" }]"#;

#[test]
fn resources_that_are_given_away_and_several_that_come_back_are_compared() {
    agrees(NOTES, NOTES_WORLD, CALL_NOTES);
    let cases = r#"version = 1
[[case]]
name = "joined"
steps = [
    { call = "notes#note.constructor", arguments = ["3"], as = "a" },
    { call = "notes#note.constructor", arguments = ["4"], as = "b" },
    { call = "notes#join", arguments = ["a", "b"], result = "ok", as = ["sum", "first"] },
    { call = "notes#note.number", arguments = ["sum"], result = "7" },
    { call = "notes#maybe", arguments = ["first"], result = "3" },
    { call = "notes#maybe", arguments = ["none"], result = "-1" },
    { drop = "first" },
    { drop = "sum" },
]"#;
    let subject = Subject::new(&module(NOTES), NOTES_WORLD, CALL_NOTES);
    let comparison = subject.compare(&few(), cases).expect("a comparison");
    assert!(comparison.agrees(), "{:#?}", comparison.cases);
}

#[test]
fn a_resource_that_only_a_method_of_another_makes_is_made_for_it() {
    let world = NOTES_WORLD.replace(
        "resource note { constructor(number: u32); number: func() -> u32; }",
        "resource page { constructor(); note: func(number: u32) -> note; }
         resource note { number: func() -> u32; }",
    );
    let mapping = CALL_NOTES
        .replace("notes#note.constructor", "notes#page.note")
        .replace("calls = \"new\"", "calls = \"note_of\"")
        + "\n[resource.\"notes#page\"]\ndestroy = \"free\"
[function.\"notes#page.constructor\"]\ncalls = \"page\"\nreturns = { as = \"handle\" }";
    let pages = r#"
    (func (export "page") (result i32) (call $malloc (i32.const 4)))
    (func (export "note_of") (param i32) (param $number i32) (result i32)
      (call $new (local.get $number)))"#;
    agrees(&format!("{NOTES}{pages}"), &world, &mapping);
}

#[test]
fn a_wrong_offset_in_a_struct_is_found_where_the_module_reads_beyond_it() {
    // The C program follows the mapping too: the module reads what it left out.
    let wrong = CALL_POINT.replace("[record.point]\n", "[record.point]\nsize = 32\n");
    let comparison = compare(&module(POINT), POINT_WORLD, &wrong);
    let total = &comparison.functions[1];
    assert!(total.trapped + total.different > 0, "{total:#?}");
}

#[test]
fn what_a_shim_swaps_is_found() {
    let swapped = CALL_SPLIT
        .replace("\"sum\"", "\"first\"")
        .replace("field = \"x\"", "field = \"sum\"")
        .replace("\"first\"", "\"x\"");
    let right = Subject::new(&module(SPLIT), SPLIT_WORLD, CALL_SPLIT);
    let wrong = Subject::new(&module(SPLIT), SPLIT_WORLD, &swapped);
    let mixed = Subject {
        component: wrong.component,
        ..right
    };
    let comparison = mixed.compare(&few(), NO_CASES).expect("a comparison");
    let finding = only(&comparison).finding.as_ref().expect("a finding");
    assert_eq!(finding.steps, ["split(0)"]);
}

#[test]
fn lists_of_strings_are_arrays_of_c_strings_on_both_sides() {
    // The sum of their bytes and of their number; null is none at all.
    let digest = r#"(func (export "digest") (param $names i32) (param $many i32) (result i32)
      (local $sum i32) (local $at i32)
      (if (i32.eqz (local.get $names)) (then (return (i32.const -1))))
      (local.set $sum (i32.shl (local.get $many) (i32.const 16)))
      (block $done (loop $next
        (br_if $done (i32.eqz (i32.load (local.get $names))))
        (local.set $at (i32.load (local.get $names)))
        (block $end (loop $more
          (br_if $end (i32.eqz (i32.load8_u (local.get $at))))
          (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31))
            (i32.load8_u (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $more)))
        (local.set $names (i32.add (local.get $names) (i32.const 4)))
        (br $next)))
      (local.get $sum))"#;
    let world = |ty: &str| {
        format!("enum bad {{ nul, odd }} export digest: func(names: {ty}) -> result<s32, bad>;")
    };
    let mapping = r#"[function.digest]
arguments = [
  { as = "cstrings", param = "names", nul-error = "nul", encoding = "latin-1", unencodable-error = "odd" },
  { as = "length", param = "names" },
]"#;
    for ty in ["list<string>", "option<list<string>>"] {
        let comparison = compare(&module(digest), &world(ty), mapping);
        assert!(comparison.agrees(), "{comparison:#?}");
        assert!(only(&comparison).same > 50, "{comparison:#?}");
    }
}
