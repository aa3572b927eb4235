//! Resources that are given away, and parameters that may be null.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, ok, string, with_allocator};

/// A note is a mark, a number and a text of 8 bytes; its end traps the second time.
const NOTES: &str = r#"
    (func $alive (param $at i32) (result i32)
      (if (i32.ne (i32.load (local.get $at)) (i32.const 0x6e)) (then unreachable))
      (local.get $at))
    (func (export "note_new") (param $number i32) (result i32)
      (local $at i32)
      (local.set $at (call $malloc (i32.const 16)))
      (call $init (local.get $at) (local.get $number))
      (local.get $at))
    (func $init (export "note_init") (param $at i32) (param $number i32)
      (i32.store (local.get $at) (i32.const 0x6e))
      (i32.store offset=4 (local.get $at) (local.get $number))
      (i64.store offset=8 (local.get $at) (i64.const 0x21_64_72_6f_77)))
    (func $end (export "note_end") (param $at i32)
      (i32.store (call $alive (local.get $at)) (i32.const 0))
      (call $free (local.get $at)))
    (func (export "note_clear") (param $at i32)
      (i32.store (call $alive (local.get $at)) (i32.const 0)))
    (func $number (export "note_number") (param $at i32) (result i32)
      (i32.load offset=4 (call $alive (local.get $at))))
    ;; Takes the first note over and ends it.
    (func (export "note_merge") (param $from i32) (param $to i32) (result i32)
      (i32.store offset=4 (local.get $to)
        (i32.add (call $number (local.get $to)) (call $number (local.get $from))))
      (call $end (local.get $from))
      (i32.const 0))
    ;; Ends a note, but not one with the number 13.
    (func (export "note_close") (param $at i32) (result i32)
      (if (i32.eq (call $number (local.get $at)) (i32.const 13)) (then (return (i32.const 5))))
      (if (i32.eq (call $number (local.get $at)) (i32.const 14)) (then
        (call $end (local.get $at)) (return (i32.const 101))))
      (call $end (local.get $at))
      (i32.const 0))
    (func (export "note_text") (param $at i32) (result i32)
      (i32.add (call $alive (local.get $at)) (i32.const 8)))
    ;; The number of a note or -1, and how long the text, the list and the pair are.
    (func (export "describe") (param $note i32) (param $text i32) (param $list i32) (param $length i32) (param $pair i32) (result i32)
      (local $sum i32)
      (local.set $sum (if (result i32) (local.get $note)
        (then (call $number (local.get $note))) (else (i32.const -1))))
      (if (local.get $text) (then
        (local.set $sum (i32.add (local.get $sum) (i32.mul (i32.const 100) (i32.add (i32.const 1) (i32.load8_u (local.get $text))))))))
      (if (local.get $list) (then
        (local.set $sum (i32.add (local.get $sum) (i32.mul (i32.const 100000) (i32.add (i32.const 1) (local.get $length)))))))
      (if (local.get $pair) (then
        (local.set $sum (i32.add (local.get $sum) (i32.mul (i32.const 10000000) (i32.load16_s (local.get $pair)))))))
      (local.get $sum))
"#;

const WORLD: &str = "package test:wrapped;
interface notes {
  enum bad { busy, nul }
  record pair { first: s32, second: s32 }
  resource note {
    constructor(number: u32);
    number: func() -> u32;
  }
  merge: func(source: note, to: borrow<note>) -> result<_, bad>;
  close: func(of: note) -> result<option<u32>, bad>;
  rename: func(of: note, to: string) -> result<u32, bad>;
  last-text: func(of: note) -> string;
  describe: func(of: option<borrow<note>>, text: option<string>, all: option<list<pair>>,
    both: option<pair>) -> s32;
  live: func() -> s32;
}
world wrapped { export notes; }";

const REST: &str = r#"
[record."notes#pair"]
fields = { first = { type = "s16" }, second = { type = "s64" } }
[function."notes#note.number"]
calls = "note_number"
[function."notes#merge"]
calls = "note_merge"
arguments = [{ as = "consumed", param = "source" }, { as = "value", param = "to" }]
returns = { as = "status" }
[function."notes#last-text"]
calls = "note_text"
arguments = [{ as = "value", param = "of" }]
returns = { as = "cstring", borrowed = "argument" }
[function."notes#rename"]
calls = "note_merge"
arguments = [{ as = "consumed", param = "of" }, { as = "cstring", param = "to", nul-error = "nul" }]
returns = { as = "value" }
[function."notes#describe"]
arguments = [
  { as = "value", param = "of" },
  { as = "cstring", param = "text", nul = "trap" },
  { as = "pointer", param = "all" },
  { as = "length", param = "all" },
  { as = "record", param = "both" },
]
"#;

const CLOSE: &str = r#"
[function."notes#close"]
calls = "note_close"
arguments = [{ as = "consumed", param = "of", on-error = "destroy" }]
returns = { as = "status", none = [0, 101], errors = { "5" = "busy" }, ok = [1], carries = "value" }
"#;

fn owned() -> Wrapped {
    let mapping = format!(
        r#"[resource."notes#note"]
destroy = "note_end"
[function."notes#note.constructor"]
calls = "note_new"
returns = {{ as = "handle" }}
{REST}{CLOSE}"#
    );
    Wrapped::compared(&with_allocator(NOTES), WORLD, &mapping)
}

/// States of the shim's, which the module clears and does not free.
fn states() -> Wrapped {
    let mapping = format!(
        r#"[resource."notes#note"]
destroy = "note_clear"
size = 16
[function."notes#note.constructor"]
calls = "note_init"
arguments = [{{ as = "state" }}, {{ as = "value", param = "number" }}]
{REST}{CLOSE}"#
    );
    let module = NOTES.replace(
        "(i32.const 0))\n      (call $free (local.get $at)))",
        "(i32.const 0)))",
    );
    assert_ne!(module, NOTES);
    Wrapped::compared(&with_allocator(&module), WORLD, &mapping)
}

fn call(notes: &mut Wrapped, name: &str, arguments: &[Val]) -> Val {
    notes.call(&format!("test:wrapped/notes#{name}"), arguments)
}

fn note(notes: &mut Wrapped, number: u32) -> Val {
    call(notes, "[constructor]note", &[Val::U32(number)])
}

fn live(notes: &mut Wrapped) -> Val {
    call(notes, "live", &[])
}

#[test]
fn a_consumed_resource_is_ended_by_the_function_alone() {
    for mut notes in [owned(), states()] {
        let to = note(&mut notes, 1);
        for _ in 0..1000 {
            let source = note(&mut notes, 2);
            let merged = call(&mut notes, "merge", &[source, to.clone()]);
            assert_eq!(merged, Val::Result(Ok(None)));
        }
        let live = live(&mut notes);
        assert_eq!(live, Val::S32(2), "one note, and the room for results");
        let number = call(&mut notes, "[method]note.number", std::slice::from_ref(&to));
        assert_eq!(number, Val::U32(2001));
        notes.drop_resource(&to);
    }
}

#[test]
fn a_resource_that_a_failed_call_leaves_alone_is_ended_by_the_shim() {
    for mut notes in [owned(), states()] {
        for round in 0..3 {
            for (number, expected) in [
                (13, error("busy")),
                (1, ok(Val::Option(None))),
                (14, ok(Val::Option(None))),
            ] {
                let of = note(&mut notes, number);
                assert_eq!(call(&mut notes, "close", &[of]), expected);
                assert_eq!(live(&mut notes), Val::S32(1), "{round} {number}");
            }
        }
    }
}

#[test]
fn a_resource_that_is_only_read_is_ended_after_the_result_is_lifted() {
    for mut notes in [owned(), states()] {
        for _ in 0..1000 {
            let of = note(&mut notes, 7);
            assert_eq!(call(&mut notes, "last-text", &[of]), string("word!"));
        }
        assert_eq!(live(&mut notes), Val::S32(1), "the room for results alone");
    }
}

#[test]
fn a_resource_is_ended_where_the_call_is_never_made() {
    for mut notes in [owned(), states()] {
        for _ in 0..3 {
            let of = note(&mut notes, 7);
            let failed = call(&mut notes, "rename", &[of, string("a\0b")]);
            assert_eq!(failed, error("nul"));
            assert_eq!(live(&mut notes), Val::S32(1));
        }
    }
}

#[test]
fn an_option_is_null_where_it_is_none() {
    let mut notes = owned();
    let of = note(&mut notes, 3);
    let some = |value: Val| Val::Option(Some(Box::new(value)));
    let none = Val::Option(None);
    let pair = |first, second| {
        Val::Record(vec![
            ("first".into(), Val::S32(first)),
            ("second".into(), Val::S32(second)),
        ])
    };
    let list = Val::List(vec![pair(1, 2), pair(3, 4)]);
    let cases = [
        ([none.clone(), none.clone(), none.clone(), none.clone()], -1),
        (
            [some(of.clone()), none.clone(), none.clone(), none.clone()],
            3,
        ),
        (
            [
                some(of.clone()),
                some(string("")),
                none.clone(),
                none.clone(),
            ],
            103,
        ),
        (
            [
                none.clone(),
                some(string("\u{1}")),
                none.clone(),
                none.clone(),
            ],
            199,
        ),
        (
            [
                none.clone(),
                none.clone(),
                some(Val::List(vec![])),
                none.clone(),
            ],
            99_999,
        ),
        (
            [none.clone(), none.clone(), some(list), none.clone()],
            299_999,
        ),
        (
            [none.clone(), none.clone(), none, some(pair(-4, 9))],
            -40_000_001,
        ),
    ];
    for (arguments, expected) in cases {
        let found = call(&mut notes, "describe", &arguments);
        assert_eq!(found, Val::S32(expected), "{arguments:?}");
    }
    notes.drop_resource(&of);
    assert_eq!(live(&mut notes), Val::S32(1));
}

#[test]
fn what_is_not_given_away_can_not_be_consumed() {
    let mapping = format!(
        r#"[resource."notes#note"]
destroy = "note_end"
[function."notes#note.constructor"]
calls = "note_new"
returns = {{ as = "handle" }}
{REST}{CLOSE}"#
    )
    .replace("\"value\", param = \"to\"", "\"consumed\", param = \"to\"")
    .replace("{ as = \"value\", param = \"of\" }]\n", "]\n");
    let found: Vec<String> = mistakes(&with_allocator(NOTES), WORLD, &mapping)
        .into_iter()
        .map(|mistake| mistake.message)
        .collect();
    assert!(
        found.contains(&"`to` is not a resource that is given away in the WIT".to_owned()),
        "{found:#?}"
    );
    assert!(
        found.contains(&"`of` is passed to nobody".to_owned()),
        "{found:#?}"
    );
}
