//! A mapping with every key that takes a number, and any numbers in them.

use proptest::prelude::*;
use uplift::Error;

use crate::wrapped::{with_allocator, wrap};

const WORLD: &str = "package test:wrapped;
interface all {
  enum bad { worse, worst }
  record pair { first: s32, second: u64 }
  record person { data: list<u16>, age: u8, pair: pair }
  resource note { constructor(number: u32); }
  f: func(pair: pair, person: person) -> result<option<list<u8>>, bad>;
  g: func(all: list<pair>) -> list<pair>;
}
world wrapped { export all; }";

/// `<…>` is a number that fits.
const MAPPING: &str = r#"
[[init]]
calls = "setup"
arguments = [<7>]
ok = [<0>]
[import."env.now"]
returns = <5>
[record."all#pair"]
size = <16>
fields = { first = { offset = <0> }, second = { offset = <8> } }
[record."all#person"]
fields = { data = { offset = <0>, length = { offset = <4> } }, age = { offset = <8> }, pair = { offset = <16> } }
[resource."all#note"]
size = <24>
[function."all#note.constructor"]
calls = "note"
arguments = [{ as = "state" }, { as = "value", param = "number" }]
[function."all#f"]
arguments = [
  { as = "scratch", size = <32> },
  { as = "record", param = "pair" },
  { as = "constant", value = <1> },
  { as = "record", param = "person" },
  { as = "buffer", capacity = { start = <4>, retry-on = [<3>], limit = <64> } },
  { as = "buffer-length" },
]
returns = { as = "status", ok = [<0>], none = [<2>], errors = { "<4>" = "worse", "<-1>" = "worst" } }
[function."all#g"]
arguments = [
  { as = "pointer", param = "all" },
  { as = "length", param = "all" },
  { as = "buffer", capacity = { constant = <2> } },
]
"#;

const MODULE: &str = r#"
    (func (export "setup") (param i32) (result i32) (i32.const 0))
    (func (export "note") (param i32 i32))
    (func (export "f") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "g") (param i32 i32 i32))"#;

/// Numbers at and beyond limits.
const NUMBERS: [i64; 22] = [
    i64::MIN,
    -0x8000_0001,
    -0x8000_0000,
    -1,
    0,
    1,
    2,
    3,
    4,
    8,
    12,
    0xfff8,
    0xffff,
    0x1_0000,
    0x1_0001,
    0x100_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff0,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX,
];

/// The mapping, in which the numbers at some places are others.
fn with(changes: &[(prop::sample::Index, usize)]) -> String {
    let mut pieces: Vec<String> = MAPPING.split(['<', '>']).map(str::to_owned).collect();
    // Every other piece is a number.
    let count = pieces.len() / 2;
    for (place, number) in changes {
        pieces[2 * place.index(count) + 1] = NUMBERS[*number].to_string();
    }
    pieces.concat()
}

fn wrapped(mapping: &str) -> Result<(), Error> {
    let module = with_allocator(MODULE).replacen(
        "(module",
        "(module (import \"env\" \"now\" (func (result i64)))",
        1,
    );
    wrap(&module, WORLD, mapping).map(|_| ())
}

#[test]
fn a_mapping_with_every_kind_of_number_gives_a_component() {
    if let Err(error) = wrapped(&with(&[])) {
        panic!("{error:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_numbers_in_a_mapping_are_refused_or_give_a_component(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..NUMBERS.len()), 1..4),
    ) {
        match wrapped(&with(&changes)) {
            Ok(()) | Err(Error::Mapping(_)) => {}
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }
}
