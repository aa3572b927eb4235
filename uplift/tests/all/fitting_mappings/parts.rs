//! Parts of results, each with the ways in which C writes it, and what may be around
//! them.

use super::ways::{Entry, first, then};

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
