//! Parameters, each with the ways in which C passes it, and with what a C function
//! does then, in the text format. Parts of results are in `parts`.
//!
//! `#0`, `#1` and so on are the C arguments of the way. The function mixes what it
//! is given into `$h`, and makes of `$h` what it gives back, so that every byte
//! counts; addresses don't, because the two sides of a comparison place things
//! differently.

/// How C passes something.
#[derive(Debug)]
pub(super) struct Way {
    /// The entries of the mapping; `FIELD` says which part of a result it is.
    pub(super) arguments: &'static [&'static str],
    /// What the function does with it.
    pub(super) code: &'static str,
    /// Whether it does that only if it does not fail.
    pub(super) unless_failed: bool,
}

/// What the function does before it may fail.
pub(super) const fn first(arguments: &'static [&'static str], code: &'static str) -> Way {
    Way {
        arguments,
        code,
        unless_failed: false,
    }
}

/// What the function does after that.
pub(super) const fn then(arguments: &'static [&'static str], code: &'static str) -> Way {
    Way {
        arguments,
        code,
        unless_failed: true,
    }
}

/// A WIT type with its ways, and before it the name if it is a parameter.
pub(super) type Entry = (&'static str, &'static [Way]);

const NUMBER: &str = "(call $mix #0)";
const TEXT: &str = "(call $mix-text #0)";
const BYTES: &str = "(call $mix-bytes #0 #1) (call $mix #1)";
const PERSON: &str = "(if #0 (then (call $mix-person #0)))";
const NOTE: &str = "(if #0 (then (call $mix (i32.load #0))))";

pub(super) const PARAMS: &[Entry] = &[
    (
        "a: u32",
        &[
            first(&[r#"as = "value", param = "a""#], NUMBER),
            first(&[r#"as = "value", param = "a", type = "s32""#], NUMBER),
            first(
                &[r#"as = "pointer", param = "a", type = "u16""#],
                "(call $mix (i32.load16_u #0))",
            ),
        ],
    ),
    (
        "b: s8",
        &[
            first(&[r#"as = "value", param = "b""#], NUMBER),
            first(
                &[r#"as = "pointer", param = "b", type = "s64""#],
                "(call $mix (i32.wrap_i64 (i64.load #0))) (call $mix (i32.load offset=4 #0))",
            ),
        ],
    ),
    (
        "c: perms",
        &[first(&[r#"as = "value", param = "c""#], NUMBER)],
    ),
    (
        "text: string",
        &[
            first(&[r#"as = "cstring", param = "text", nul = "trap""#], TEXT),
            first(
                &[
                    r#"as = "cstring", param = "text", nul = "truncate", encoding = "latin-1", unencodable = "trap""#,
                ],
                TEXT,
            ),
            first(
                &[
                    r#"as = "pointer", param = "text""#,
                    r#"as = "length", param = "text""#,
                ],
                BYTES,
            ),
        ],
    ),
    (
        "maybe: option<string>",
        &[
            first(&[r#"as = "cstring", param = "maybe", nul = "trap""#], TEXT),
            first(
                &[
                    r#"as = "length", param = "maybe""#,
                    r#"as = "pointer", param = "maybe""#,
                ],
                "(call $mix-bytes #1 #0) (call $mix #0) (call $mix (i32.eqz #1))",
            ),
        ],
    ),
    (
        "words: list<u16>",
        &[
            first(
                &[
                    r#"as = "pointer", param = "words""#,
                    r#"as = "length", param = "words", unit = "bytes""#,
                ],
                BYTES,
            ),
            first(
                &[
                    r#"as = "pointer", param = "words", type = "s64""#,
                    r#"as = "length", param = "words", unit = "bytes""#,
                ],
                BYTES,
            ),
        ],
    ),
    (
        "sets: option<list<perms>>",
        &[first(
            &[
                r#"as = "pointer", param = "sets""#,
                r#"as = "length", param = "sets", unit = "bytes""#,
            ],
            BYTES,
        )],
    ),
    (
        "names: list<string>",
        &[first(
            &[
                r#"as = "length", param = "names""#,
                r#"as = "cstrings", param = "names", nul = "truncate""#,
            ],
            "(call $mix-texts #1) (call $mix #0)",
        )],
    ),
    (
        "pair: pair",
        &[
            first(
                &[r#"as = "record", param = "pair""#],
                "(call $mix-bytes #0 (i32.const 8))",
            ),
            first(
                &[
                    r#"as = "value", param = "pair.second""#,
                    r#"as = "value", param = "pair.first""#,
                ],
                "(call $mix #0) (call $mix #1)",
            ),
        ],
    ),
    (
        "people: list<person>",
        &[first(
            &[
                r#"as = "pointer", param = "people""#,
                r#"as = "length", param = "people", unit = "bytes""#,
            ],
            "(local.set $i (i32.const 0))
             (block $done (loop $next
               (br_if $done (i32.ge_u (local.get $i) #1))
               (call $mix-person (i32.add #0 (local.get $i)))
               (local.set $i (i32.add (local.get $i) (i32.const 20)))
               (br $next)))",
        )],
    ),
    (
        "somebody: option<person>",
        &[first(&[r#"as = "record", param = "somebody""#], PERSON)],
    ),
    (
        "note: borrow<note>",
        &[first(&[r#"as = "value", param = "note""#], NOTE)],
    ),
    (
        "given: note",
        &[
            first(
                &[r#"as = "consumed", param = "given""#],
                "(call $mix (i32.load #0)) (call $note-end #0)",
            ),
            // What fails leaves it alone.
            then(
                &[r#"as = "consumed", param = "given", on-error = "destroy""#],
                "(call $mix (i32.load #0)) (call $note-end #0)",
            ),
            first(&[r#"as = "value", param = "given""#], NOTE),
        ],
    ),
    (
        "other: option<borrow<note>>",
        &[first(&[r#"as = "value", param = "other""#], NOTE)],
    ),
];

/// What the code of the ways calls.
pub(super) const LIBRARY: &str = include_str!("library.wat");
