//! Functions and structs of a library as there are many: so that handles, buffers
//! and structs are not left to chance.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::syntax::read_type;
use super::Exported;
use crate::c::{Member, Members, Number, Tag, Type};

/// A name, a result, and parameters.
type Function = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const FUNCTIONS: &[Function] = &[
    ("thing_new", "struct thing *", &[("const char *", "name")]),
    (
        "thing_open",
        "struct thing *",
        &[("const void *", "data"), ("size_t", "n")],
    ),
    ("thing_free", "void", &[("struct thing *", "self")]),
    (
        "thing_read",
        "int",
        &[
            ("struct thing *", "t"),
            ("unsigned char *", "dst"),
            ("size_t", "cap"),
        ],
    ),
    (
        "thing_join",
        "enum status",
        &[
            ("struct thing *", "t"),
            ("struct thing *", "t"),
            ("const void *", "data"),
            ("size_t", "n"),
        ],
    ),
    ("thing_name", "const char *", &[("struct thing *", "t")]),
    (
        "thing_find",
        "enum status",
        &[("const char *", "name"), ("struct thing **", "out")],
    ),
    (
        "state_init",
        "int",
        &[("struct state_t *", "s"), ("size_t", "seed")],
    ),
    ("state_end", "int", &[("struct state_t *", "s")]),
    (
        "state_add",
        "void",
        &[
            ("struct state_t *", "s"),
            ("const void *", "data"),
            ("size_t", "n"),
        ],
    ),
    (
        "pack",
        "enum status",
        &[
            ("unsigned char *", "dst"),
            ("size_t *", "dst_len"),
            ("const void *", "src"),
            ("size_t", "n"),
        ],
    ),
    ("packBound", "size_t", &[("size_t", "n")]),
    (
        "make",
        "enum status",
        &[("unsigned char **", "out"), ("size_t *", "out_len")],
    ),
    (
        "measure",
        "int",
        &[("int *", "width"), ("double *", "height")],
    ),
    (
        "describe",
        "void",
        &[
            ("struct thing *", "t"),
            ("char **", "out"),
            ("unsigned char *", "dst"),
            ("size_t", "cap"),
        ],
    ),
    (
        "point_move",
        "struct point",
        &[("struct point", "by"), ("int", "n")],
    ),
    (
        "point_sum",
        "double",
        &[("const struct point *", "points"), ("size_t", "n")],
    ),
    (
        "point_all",
        "int",
        &[("struct point *", "points"), ("size_t", "pointsCapacity")],
    ),
    (
        "point_measured",
        "enum status",
        &[("struct point *", "points"), ("size_t *", "count")],
    ),
    ("point_four", "void", &[("struct point[4]", "points")]),
    ("point_first", "const struct point *", &[]),
    (
        "point_in",
        "void",
        &[("struct point *", "inout"), ("int", "by")],
    ),
    (
        "person_greet",
        "const char *",
        &[("const struct person *", "p"), ("int", "loud")],
    ),
    (
        "person_get",
        "enum status",
        &[("struct person *", "p"), ("int", "id")],
    ),
    ("person_next", "int", &[("struct person **", "out")]),
    (
        "person_all",
        "int",
        &[("struct person **", "out"), ("size_t *", "n")],
    ),
    (
        "person_make",
        "struct person *",
        &[("const char *", "name")],
    ),
    ("person_free", "void", &[("struct person *", "p")]),
    (
        "person_trim",
        "int",
        &[("struct person *", "p"), ("size_t", "n")],
    ),
    ("single_first", "const struct single *", &[]),
    ("single_half", "double", &[("struct single", "of")]),
    ("thing_strerror", "const char *", &[("int", "status")]),
    (
        "thing_last_error",
        "const char *",
        &[("const struct thing *", "t")],
    ),
    ("status_text", "const char *", &[("enum status", "status")]),
    ("label_next", "int", &[("struct label *", "inout")]),
    ("setup", "int", &[]),
    ("free_text", "void", &[("const char *", "text")]),
    ("free", "void", &[("void *", "at")]),
];

/// One of the functions.
pub(super) fn typical() -> impl Strategy<Value = Exported> {
    let ty = |text| read_type(text, &BTreeMap::new());
    let function = move |(name, result, parameters): &Function| Exported {
        name: (*name).to_owned(),
        parameters: parameters
            .iter()
            .map(|(parameter, name)| ((*name).to_owned(), ty(parameter)))
            .collect(),
        result: ty(result),
        declared: true,
        variadic: false,
        docs: String::new(),
        way: None,
    };
    let all: Vec<Exported> = FUNCTIONS.iter().map(function).collect();
    prop::sample::select(all)
}

/// Structs of all kinds, also those that only damaged evidence has.
pub(super) fn structs() -> Vec<(&'static str, Option<u32>, Members)> {
    let int = || Type::Number("int".into(), Number::Signed(4));
    let double = || Type::Number("double".into(), Number::Float(8));
    let size = || Type::Number("size_t".into(), Number::Unsigned(4));
    let text = || Type::pointer(Type::constant(Type::Number("char".into(), Number::Char)));
    let letters = |count| {
        Type::Array(
            Type::Number("char".into(), Number::Char).into(),
            Some(count),
        )
    };
    let record = |name: &str| Type::Record(Tag::Struct, name.into());
    let array = |of, count| Type::Array(Box::new(of), Some(count));
    let known = |members: Vec<(&str, Type, u32)>| {
        let member = |(name, ty, offset): (&str, Type, u32)| Member {
            name: name.to_owned(),
            ty,
            offset,
            docs: String::new(),
        };
        Members::Known(members.into_iter().map(member).collect())
    };
    let person = vec![
        ("name", text(), 0),
        ("at", record("point"), 8),
        ("list", Type::pointer(double()), 24),
        ("list_length", size(), 28),
        ("corners", array(record("point"), 2), 32),
        ("color", Type::Enum("color".into()), 64),
        ("status", Type::Enum("status".into()), 68),
        ("", record("small"), 72),
    ];
    vec![
        ("thing", None, Members::Unknown),
        ("state_t", Some(88), Members::Unknown),
        (
            "point",
            Some(16),
            known(vec![("x", int(), 0), ("y", double(), 8)]),
        ),
        ("person", Some(80), known(person)),
        ("small", Some(8), known(vec![("se-lf", array(int(), 2), 0)])),
        ("single", Some(8), known(vec![("only", double(), 0)])),
        (
            "label",
            Some(24),
            known(vec![("text", letters(20), 0), ("code", letters(1), 20)]),
        ),
        (
            "node",
            Some(4),
            known(vec![("next", Type::pointer(record("node")), 0)]),
        ),
        (
            "within",
            Some(4),
            known(vec![("itself", record("within"), 0)]),
        ),
        ("bits", None, Members::Unfit("it has bit fields".into())),
        (
            "short",
            Some(1),
            known(vec![("x", int(), 0), ("y", int(), 8)]),
        ),
        (
            "overlap",
            Some(8),
            known(vec![("x", int(), 0), ("y", int(), 2)]),
        ),
    ]
}
