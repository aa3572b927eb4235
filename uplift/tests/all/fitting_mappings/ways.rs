//! Parameters and parts of results, each with the ways in which C passes it, and
//! with what a C function does then, in the text format.
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
const fn first(arguments: &'static [&'static str], code: &'static str) -> Way {
    Way {
        arguments,
        code,
        unless_failed: false,
    }
}

/// What the function does after that.
const fn then(arguments: &'static [&'static str], code: &'static str) -> Way {
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

pub(super) const PARTS: &[Entry] = &[
    (
        "u32",
        &[
            then(
                &[r#"as = "out-value" FIELD"#],
                "(call $mix (i32.load #0)) (i32.store #0 (call $some))",
            ),
            then(
                &[r#"as = "out-value", type = "s64" FIELD"#],
                "(i64.store #0 (i64.extend_i32_u (call $some)))",
            ),
        ],
    ),
    (
        "bool",
        &[then(
            &[r#"as = "out-value", type = "s32" FIELD"#],
            "(i32.store #0 (i32.and (call $some) (i32.const 0x10100)))",
        )],
    ),
    (
        "level",
        &[then(
            &[r#"as = "out-value" FIELD"#],
            "(i32.store #0 (i32.rem_u (call $some) (i32.const 3)))",
        )],
    ),
    (
        "f64",
        &[then(
            &[r#"as = "out-value" FIELD"#],
            "(f64.store #0 (f64.convert_i32_s (call $some)))",
        )],
    ),
    (
        "string",
        &[
            then(
                &[r#"as = "out-cstring", free = "free" FIELD"#],
                "(i32.store #0 (call $text))",
            ),
            then(
                &[r#"as = "buffer", capacity = { constant = 9 } FIELD"#],
                "(call $letters #0 (i32.const 9))",
            ),
            then(
                &[
                    r#"as = "out-length" FIELD"#,
                    r#"as = "out-pointer", borrowed = "static" FIELD"#,
                ],
                "(local.set $i (i32.rem_u (call $some) (i32.const 12)))
                 (i32.store #0 (local.get $i))
                 (i32.store #1 (call $malloc (i32.add (local.get $i) (i32.const 1))))
                 (call $letters (i32.load #1) (local.get $i))",
            ),
        ],
    ),
    (
        "option<string>",
        &[then(
            &[
                r#"as = "out-cstring", borrowed = "static", null = "none", encoding = "latin-1" FIELD"#,
            ],
            "(i32.store #0 (i32.mul (i32.const 16) (i32.rem_u (call $some) (i32.const 3))))",
        )],
    ),
    (
        "list<u64>",
        &[
            then(
                &[
                    r#"as = "capacity", unit = "bytes" FIELD"#,
                    r#"as = "buffer", capacity = { constant = 3 } FIELD"#,
                    r#"as = "buffer-length" FIELD"#,
                ],
                "(call $mix #0) (call $mix (i32.load #2))
                 (call $letters #1 #0)
                 (i32.store #2 (i32.rem_u (call $some) (i32.const 4)))",
            ),
            then(
                &[
                    r#"as = "out-pointer", free = "free" FIELD"#,
                    r#"as = "out-length", unit = "bytes" FIELD"#,
                ],
                "(local.set $i (i32.mul (i32.const 8) (i32.rem_u (call $some) (i32.const 4))))
                 (i32.store #0 (call $malloc (i32.add (local.get $i) (i32.const 1))))
                 (i32.store #1 (local.get $i))
                 (call $letters (i32.load #0) (local.get $i))",
            ),
        ],
    ),
    (
        "list<level>",
        &[
            then(
                &[
                    r#"as = "buffer", capacity = { constant = 2 } FIELD"#,
                    r#"as = "capacity", unit = "bytes" FIELD"#,
                ],
                "(call $mix #1)
                 (i32.store #0 (i32.rem_u (call $some) (i32.const 3)))
                 (i32.store offset=4 #0 (i32.rem_u (call $some) (i32.const 3)))",
            ),
            then(
                &[
                    r#"as = "out-pointer", free = "free", type = "s16" FIELD"#,
                    r#"as = "out-length", unit = "bytes" FIELD"#,
                ],
                "(i32.store #0 (call $malloc (i32.const 4)))
                 (i32.store #1 (i32.const 4))
                 (i32.store16 (i32.load #0) (i32.rem_u (call $some) (i32.const 3)))
                 (i32.store16 offset=2 (i32.load #0) (i32.rem_u (call $some) (i32.const 3)))",
            ),
        ],
    ),
    (
        "list<person>",
        &[
            then(
                &[
                    r#"as = "buffer", capacity = { constant = 3 } FIELD"#,
                    r#"as = "buffer-length", unit = "bytes" FIELD"#,
                ],
                "(call $mix (i32.load #1))
                 (i32.store #1 (i32.mul (i32.const 20) (i32.rem_u (call $some) (i32.const 4))))
                 (call $people #0 (i32.load #1))",
            ),
            then(
                &[
                    r#"as = "out-pointer", free = "free" FIELD"#,
                    r#"as = "out-length" FIELD"#,
                ],
                "(i32.store #0 (call $malloc (i32.const 60)))
                 (i32.store #1 (i32.rem_u (call $some) (i32.const 4)))
                 (call $people (i32.load #0) (i32.const 60))",
            ),
        ],
    ),
    (
        "person",
        &[
            then(
                &[r#"as = "out-record" FIELD"#],
                "(call $mix-bytes #0 (i32.const 20)) (call $person #0)",
            ),
            then(
                &[r#"as = "out-record", free = "person_end" FIELD"#],
                "(call $mix-bytes #0 (i32.const 20)) (call $person #0)",
            ),
            then(
                &[r#"as = "out-pointer", free = "free" FIELD"#],
                "(i32.store #0 (call $malloc (i32.const 20))) (call $person (i32.load #0))",
            ),
        ],
    ),
    (
        "option<person>",
        &[then(
            &[r#"as = "out-pointer", borrowed = "static" FIELD"#],
            "(if (i32.and (call $some) (i32.const 1)) (then
               (i32.store #0 (call $malloc (i32.const 20))) (call $person (i32.load #0))))",
        )],
    ),
    (
        "note",
        &[
            then(
                &[r#"as = "out-handle" FIELD"#],
                "(i32.store #0 (call $note-new (call $some)))",
            ),
            first(
                &[r#"as = "out-handle", null = "trap", on-error = "destroy" FIELD"#],
                "(i32.store #0 (call $note-new (call $some)))",
            ),
        ],
    ),
    (
        "option<note>",
        &[then(
            &[r#"as = "out-handle", null = "none" FIELD"#],
            "(if (i32.and (call $some) (i32.const 1)) (then
               (i32.store #0 (call $note-new (call $some)))))",
        )],
    ),
];

/// What is around the parts, what the C function returns then, and whether its
/// status is a failure; `T` stands for the parts.
pub(super) const AROUND: &[(&str, &str, &str)] = &[
    ("T", r#"as = "ignored""#, "(i32.const 0)"),
    (
        "T",
        r#"as = "status", ok = ["0.."]"#,
        "(i32.lt_s (local.get $status) (i32.const 0))",
    ),
    (
        "result<T>",
        r#"as = "status", errors = { "..=-1" = "" }"#,
        "(local.get $status)",
    ),
    (
        "result<T, bad>",
        r#"as = "status", errors = { "1" = "worse" }, unknown = "trap""#,
        "(local.get $status)",
    ),
    (
        "result<T, string>",
        r#"as = "status", unknown = "error", text = { calls = "status_text", borrowed = "static" }"#,
        "(local.get $status)",
    ),
];

/// What the code above calls.
pub(super) const LIBRARY: &str = include_str!("library.wat");
