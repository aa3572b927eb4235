//! Random functions with mappings that fit them, put together from every kind of
//! argument and result; and the same with something wrong.

use proptest::prelude::*;
use uplift::Error;

use crate::wrapped::{with_allocator, wrap};

/// A WIT parameter, and the C arguments that can pass it on.
const PARAMS: &[(&str, &[&[&str]])] = &[
    (
        "a: u32",
        &[
            &[r#"as = "value", param = "a""#],
            &[r#"as = "value", param = "a", type = "s32""#],
        ],
    ),
    ("b: s8", &[&[r#"as = "value", param = "b""#]]),
    ("c: perms", &[&[r#"as = "value", param = "c""#]]),
    (
        "text: string",
        &[
            &[r#"as = "cstring", param = "text", nul = "trap""#],
            &[
                r#"as = "cstring", param = "text", nul = "truncate", encoding = "latin-1", unencodable = "trap""#,
            ],
            &[
                r#"as = "pointer", param = "text""#,
                r#"as = "length", param = "text""#,
            ],
        ],
    ),
    (
        "maybe: option<string>",
        &[
            &[r#"as = "cstring", param = "maybe", nul = "trap""#],
            &[
                r#"as = "length", param = "maybe""#,
                r#"as = "pointer", param = "maybe""#,
            ],
        ],
    ),
    (
        "words: list<u16>",
        &[&[
            r#"as = "pointer", param = "words""#,
            r#"as = "length", param = "words", unit = "bytes""#,
        ]],
    ),
    (
        "pair: pair",
        &[
            &[r#"as = "record", param = "pair""#],
            &[
                r#"as = "value", param = "pair.second""#,
                r#"as = "value", param = "pair.first""#,
            ],
        ],
    ),
    (
        "people: list<person>",
        &[&[
            r#"as = "pointer", param = "people""#,
            r#"as = "length", param = "people", unit = "bytes""#,
        ]],
    ),
    (
        "somebody: option<person>",
        &[&[r#"as = "record", param = "somebody""#]],
    ),
    (
        "note: borrow<note>",
        &[&[r#"as = "value", param = "note""#]],
    ),
    (
        "given: note",
        &[
            &[r#"as = "consumed", param = "given""#],
            &[r#"as = "consumed", param = "given", on-error = "destroy""#],
            &[r#"as = "value", param = "given""#],
        ],
    ),
    (
        "other: option<borrow<note>>",
        &[&[r#"as = "value", param = "other""#]],
    ),
];

/// A part of a WIT result, and the C arguments that it can come from; `FIELD` says
/// which part it is.
const PARTS: &[(&str, &[&[&str]])] = &[
    (
        "u32",
        &[
            &[r#"as = "out-value" FIELD"#],
            &[r#"as = "out-value", type = "s64" FIELD"#],
        ],
    ),
    ("bool", &[&[r#"as = "out-value", type = "s32" FIELD"#]]),
    ("level", &[&[r#"as = "out-value" FIELD"#]]),
    ("f64", &[&[r#"as = "out-value" FIELD"#]]),
    (
        "string",
        &[
            &[r#"as = "out-cstring", free = "free" FIELD"#],
            &[r#"as = "buffer", capacity = { constant = 9 } FIELD"#],
            &[
                r#"as = "out-length" FIELD"#,
                r#"as = "out-pointer", borrowed = "static" FIELD"#,
            ],
        ],
    ),
    (
        "option<string>",
        &[&[
            r#"as = "out-cstring", borrowed = "static", null = "none", encoding = "latin-1" FIELD"#,
        ]],
    ),
    (
        "list<u64>",
        &[
            &[
                r#"as = "capacity", unit = "bytes" FIELD"#,
                r#"as = "buffer", capacity = { constant = 3 } FIELD"#,
                r#"as = "buffer-length" FIELD"#,
            ],
            &[
                r#"as = "out-pointer", free = "free" FIELD"#,
                r#"as = "out-length", unit = "bytes" FIELD"#,
            ],
        ],
    ),
    (
        "list<person>",
        &[
            &[
                r#"as = "buffer", capacity = { constant = 3 } FIELD"#,
                r#"as = "buffer-length", unit = "bytes" FIELD"#,
            ],
            &[
                r#"as = "out-pointer", free = "free" FIELD"#,
                r#"as = "out-length" FIELD"#,
            ],
        ],
    ),
    (
        "person",
        &[
            &[r#"as = "out-record" FIELD"#],
            &[r#"as = "out-record", free = "free" FIELD"#],
            &[r#"as = "out-pointer", free = "free" FIELD"#],
        ],
    ),
    (
        "option<person>",
        &[&[r#"as = "out-pointer", borrowed = "static" FIELD"#]],
    ),
    (
        "note",
        &[
            &[r#"as = "out-handle" FIELD"#],
            &[r#"as = "out-handle", null = "trap", on-error = "destroy" FIELD"#],
        ],
    ),
    (
        "option<note>",
        &[&[r#"as = "out-handle", null = "none" FIELD"#]],
    ),
];

/// What is around the parts, and what the C function returns then; `T` stands for
/// them.
const AROUND: &[(&str, &str)] = &[
    ("T", r#"as = "ignored""#),
    ("T", r#"as = "status", ok = ["0.."]"#),
    ("result<T>", r#"as = "status", errors = { "..=-1" = "" }"#),
    (
        "result<T, bad>",
        r#"as = "status", errors = { "1" = "worse" }, unknown = "trap""#,
    ),
    (
        "result<T, string>",
        r#"as = "status", unknown = "error", text = { calls = "same", borrowed = "static" }"#,
    ),
];

const TYPES: &str = "package test:wrapped;
interface all {
  enum bad { bad, worse }
  enum level { low, middle, high }
  flags perms { read, write, run }
  record pair { first: s32, second: s32 }
  record person { name: string, pair: pair, level: level, nick: option<string> }
  resource note { constructor(number: u32); }
  FUNCTION
}
world wrapped { export all; }";

const MAPPING: &str = r#"
[record."all#pair"]
[record."all#person"]
fields = { name = { nul = "trap" }, level = { type = "u8" }, nick = { nul = "truncate" } }
[resource."all#note"]
destroy = "free"
[function."all#note.constructor"]
calls = "same"
returns = { as = "handle" }
[function."all#f"]
"#;

/// A function of the world: its WIT, its C arguments, and what it returns.
#[derive(Clone, Debug)]
struct Case {
    wit: String,
    arguments: Vec<String>,
    returns: String,
}

/// Some of the entries of a table, each with one of its ways.
fn some(
    table: &'static [(&'static str, &'static [&'static [&'static str]])],
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<(&'static str, &'static [&'static str])>> {
    let indices = (0..table.len()).collect::<Vec<_>>();
    let count = count.start..=(count.end - 1);
    prop::sample::subsequence(indices, count).prop_flat_map(move |chosen| {
        chosen
            .into_iter()
            .map(|index| {
                let (name, ways) = table[index];
                prop::sample::select(ways).prop_map(move |way| (name, way))
            })
            .collect::<Vec<_>>()
    })
}

fn case() -> impl Strategy<Value = Case> {
    let around = prop::sample::select(AROUND);
    (some(PARAMS, 0..8), some(PARTS, 1..5), around).prop_map(|(params, parts, around)| {
        let mut arguments: Vec<String> = Vec::new();
        for (_, way) in &params {
            arguments.extend(way.iter().map(ToString::to_string));
        }
        for (number, (_, way)) in parts.iter().enumerate() {
            let field = match parts.len() {
                1 => String::new(),
                _ => format!(", field = \"{number}\""),
            };
            arguments.extend(
                way.iter()
                    .map(|argument| argument.replace(" FIELD", &field)),
            );
        }
        let params: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
        let types: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        let value = match types.as_slice() {
            [only] => (*only).to_owned(),
            several => format!("tuple<{}>", several.join(", ")),
        };
        Case {
            wit: format!(
                "f: func({}) -> {};",
                params.join(", "),
                around.0.replace('T', &value)
            ),
            arguments,
            returns: around.1.to_owned(),
        }
    })
}

fn wrapped(case: &Case) -> Result<(), Error> {
    let params = "i32 ".repeat(case.arguments.len());
    let module = with_allocator(&format!(
        "(func (export \"same\") (param i32) (result i32) (local.get 0))
         (func (export \"f\") (param {params}) (result i32) (i32.const 0))"
    ));
    let arguments: Vec<String> = case
        .arguments
        .iter()
        .map(|argument| format!("  {{ {argument} }},\n"))
        .collect();
    let mapping = format!(
        "{MAPPING}arguments = [\n{}]\nreturns = {{ {} }}\n",
        arguments.concat(),
        case.returns
    );
    wrap(&module, &TYPES.replace("FUNCTION", &case.wit), &mapping).map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_mapping_that_fits_gives_a_component(case in case()) {
        if let Err(error) = wrapped(&case) {
            return Err(TestCaseError::fail(format!("{error:?}")));
        }
    }

    #[test]
    fn a_mapping_with_another_argument_or_result_is_refused_or_gives_a_component(
        case in case(),
        other in case(),
        at in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        kind in 0..3,
    ) {
        let mut case = case;
        let argument = other.arguments[from.index(other.arguments.len())].clone();
        let at = at.index(case.arguments.len());
        match kind {
            0 => case.arguments[at] = argument,
            1 => case.arguments.insert(at, argument),
            _ => case.returns = other.returns,
        }
        match wrapped(&case) {
            Ok(()) | Err(Error::Mapping(_)) => {}
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }
}
