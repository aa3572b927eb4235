//! Lists whose elements are of another C type than in the WIT.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, mistakes, with_allocator};

/// Copies bytes to a buffer, hands them out, and tells the bytes of an input.
const BYTES: &str = r#"
    (func (export "copy") (param $from i32) (param $size i32) (param $to i32) (param $room i32) (result i32)
      (if (i32.gt_u (local.get $size) (local.get $room)) (then unreachable))
      (memory.copy (local.get $to) (local.get $from) (local.get $size))
      (local.get $size))
    (func (export "hand_out") (param $from i32) (param $size i32) (param $out i32) (param $length i32)
      (local $at i32)
      (local.set $at (call $malloc (i32.add (local.get $size) (i32.const 1))))
      (memory.copy (local.get $at) (local.get $from) (local.get $size))
      (i32.store (local.get $out) (local.get $at))
      (i32.store (local.get $length) (local.get $size)))
"#;

/// A list of one type becomes one of another, by way of C.
fn copy(from: (&str, &str), to: (&str, &str)) -> [Wrapped; 2] {
    let c = |c: &str| match c {
        "" => String::new(),
        c => format!(", type = \"{c}\""),
    };
    let types = "enum level { low, middle, high } flags perms { read, write, run }";
    let input = format!(
        "{{ as = \"pointer\", param = \"data\"{} }}, {{ as = \"length\", param = \"data\", unit = \"bytes\" }}",
        c(from.1)
    );
    let world = |name: &str| {
        format!(
            "{types} export {name}: func(data: list<{}>) -> list<{}>; export live: func() -> s32;",
            from.0, to.0
        )
    };
    let copy = format!(
        "[function.copy]\narguments = [{input}, {{ as = \"buffer\", capacity = {{ constant = 16 }}{} }}, \
         {{ as = \"capacity\", unit = \"bytes\" }}]\nreturns = {{ as = \"length\", unit = \"bytes\" }}",
        c(to.1)
    );
    let hand_out = format!(
        "[function.hand-out]\narguments = [{input}, {{ as = \"out-pointer\", free = \"free\"{} }}, \
         {{ as = \"out-length\", unit = \"bytes\" }}]",
        c(to.1)
    );
    let module = with_allocator(BYTES);
    [
        Wrapped::compared(&module, &world("copy"), &copy),
        Wrapped::compared(&module, &world("hand-out"), &hand_out),
    ]
}

fn level(name: &str) -> Val {
    Val::Enum(name.into())
}

fn flags(names: &[&str]) -> Val {
    Val::Flags(names.iter().map(ToString::to_string).collect())
}

#[test]
fn elements_are_converted_one_by_one_both_ways() {
    for (from, given, to, expected) in [
        (
            ("u32", "u16"),
            vec![Val::U32(1), Val::U32(65_535)],
            ("u16", ""),
            vec![Val::U16(1), Val::U16(65_535)],
        ),
        (
            ("s8", "s32"),
            vec![Val::S8(-1), Val::S8(5)],
            ("s32", ""),
            vec![Val::S32(-1), Val::S32(5)],
        ),
        (
            ("s64", "s32"),
            vec![Val::S64(-7)],
            ("s64", "s32"),
            vec![Val::S64(-7)],
        ),
        (
            ("bool", "u32"),
            vec![Val::Bool(true), Val::Bool(false)],
            ("u32", ""),
            vec![Val::U32(1), Val::U32(0)],
        ),
        (
            ("u32", ""),
            vec![Val::U32(256), Val::U32(0)],
            ("bool", "s32"),
            vec![Val::Bool(true), Val::Bool(false)],
        ),
        (
            ("level", ""),
            vec![level("high"), level("low")],
            ("u32", ""),
            vec![Val::U32(2), Val::U32(0)],
        ),
        (
            ("u8", ""),
            vec![Val::U8(1), Val::U8(2)],
            ("level", "u8"),
            vec![level("middle"), level("high")],
        ),
        (
            ("perms", ""),
            vec![flags(&["run"])],
            ("perms", "s32"),
            vec![flags(&["run"])],
        ),
        (
            ("u8", "u8"),
            vec![Val::U8(5); 16],
            ("u8", ""),
            vec![Val::U8(5); 16],
        ),
    ] {
        for (module, name) in copy(from, to).iter_mut().zip(["copy", "hand-out"]) {
            for (given, expected) in [(given.clone(), expected.clone()), (vec![], vec![])] {
                let found = module.call(name, &[Val::List(given)]);
                assert_eq!(found, Val::List(expected), "{name} {from:?} {to:?}");
            }
            let live = module.call("live", &[]);
            assert!(matches!(live, Val::S32(0 | 1)), "the area alone: {live:?}");
        }
    }
}

#[test]
fn an_element_that_the_other_type_can_not_hold_traps() {
    for (from, given, to, reason) in [
        (
            ("u32", "u16"),
            Val::U32(65_536),
            ("u16", ""),
            "the C type can't hold",
        ),
        (
            ("s32", ""),
            Val::S32(-1),
            ("u32", "s32"),
            "out of the WIT type's range",
        ),
        (
            ("u32", ""),
            Val::U32(3),
            ("level", ""),
            "out of the WIT type's range",
        ),
        (
            ("u32", ""),
            Val::U32(8),
            ("perms", ""),
            "out of the WIT type's range",
        ),
    ] {
        for (module, name) in copy(from, to).iter_mut().zip(["copy", "hand-out"]) {
            let trap = module.trap(name, &[Val::List(vec![given.clone()])]);
            assert!(trap.contains(reason), "{name} {from:?} {to:?}: {trap}");
        }
    }
}

#[test]
fn a_type_that_the_elements_can_not_have_is_refused() {
    let refused = |ty: &str, c: &str| {
        let world = format!("record pair {{ a: u8 }} export copy: func(data: {ty});");
        let mapping = format!(
            "[record.pair]\n[function.copy]\ncalls = \"free\"\narguments = [{{ as = \"pointer\", param = \"data\", type = \"{c}\" }}]"
        );
        let found = mistakes(&with_allocator(BYTES), &world, &mapping);
        found[0].message.clone()
    };
    assert_eq!(
        refused("list<u32>", "f32"),
        "`f32` can't stand for the WIT type"
    );
    assert_eq!(
        refused("list<f64>", "f32"),
        "`f32` can't stand for the WIT type"
    );
    for ty in ["string", "list<pair>"] {
        assert_eq!(
            refused(ty, "u8"),
            "there are no numbers that could have a C type"
        );
    }
    assert_eq!(
        refused("list<string>", "u8"),
        "`data` is not a string, a list or a number in the WIT"
    );
    let mapping = "[function.copy]\narguments = []\n\
        returns = { as = \"pointer\", length = { calls = \"live\" }, borrowed = \"static\" }";
    let world = "enum level { low, high } export copy: func() -> list<level>;";
    let found = mistakes(&with_allocator(BYTES), world, mapping);
    let wrong = "the WIT result of `copy` is not a string or a list of numbers";
    assert!(
        found.iter().any(|mistake| mistake.message == wrong),
        "{found:#?}"
    );
}

/// Latin-1 is made in place, and a second try is not to make it again.
#[test]
fn a_struct_that_is_passed_again_holds_the_same_text() {
    let module = with_allocator(
        r#"(func (export "spell") (param $card i32) (param $to i32) (param $room i32) (result i32)
             (local $byte i32)
             (local.set $byte (i32.load8_u (i32.load (local.get $card))))
             (if (i32.lt_u (i32.load (local.get $room)) (i32.const 3)) (then
               (i32.store (local.get $room) (i32.const 0))
               (return (i32.const -5))))
             (i32.store8 (local.get $to) (local.get $byte))
             (i32.store (local.get $room) (i32.const 1))
             (i32.const 0))"#,
    );
    let world = "record card { name: string } enum bad { odd, nul, small }
        export spell: func(card: card) -> result<list<u8>, bad>;";
    let mapping = r#"[record.card.fields]
name = { encoding = "latin-1", nul = "trap", unencodable-error = "odd" }
[function.spell]
arguments = [
  { as = "record", param = "card" },
  { as = "buffer", capacity = { start = 1, retry-on = [-5], limit = 9 } },
  { as = "buffer-length" },
]
returns = { as = "status", errors = { "-5" = "small" } }"#;
    let mut spell = Wrapped::new(&module, world, mapping);
    for (name, byte) in [("ë", 0xeb), ("Ada", b'A')] {
        let card = Val::Record(vec![("name".into(), Val::String(name.into()))]);
        let expected = crate::wrapped::ok(Val::List(vec![Val::U8(byte)]));
        assert_eq!(spell.call("spell", &[card]), expected, "{name}");
    }
}
