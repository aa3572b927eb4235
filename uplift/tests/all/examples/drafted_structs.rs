//! Drafts of functions that pass structs, from a C source that is compiled here.

use std::fs;
use std::path::Path;
use std::process::Command;

use wasmtime::component::Val;

use super::drafts::{confirmed, draft, header, python, read, with_header};
use super::root;
use crate::wrapped::{Wrapped, bytes, string};

const EXPORTS: &str = "malloc free shapes_setup shape_area shape_bounds shape_grid shape_unit \
                       point_move person_twin person_describe box_grow count_up people_all \
                       report_make report_free bits_get either_get tail_get tight_get visitor_get \
                       node_get long_name_get only_get opaque_get";

/// The module of a source beside the headers, with debugging information.
pub(super) fn compiled(folder: &Path, source: &str, exports: &str) -> Vec<u8> {
    let cache = root().join("target").join("zig");
    let module = folder.join("compiled.wasm");
    let exports = exports
        .split_whitespace()
        .map(|name| format!("-Wl,--export={name}"));
    let output = Command::new(python())
        .args(["-m", "ziglang", "cc", "--target=wasm32-wasi"])
        .args(["-mexec-model=reactor", "-O1", "-g"])
        .args(exports)
        .arg(header(source))
        .arg("-o")
        .arg(&module)
        .env("ZIG_GLOBAL_CACHE_DIR", &cache)
        .env("ZIG_LOCAL_CACHE_DIR", &cache)
        .output()
        .expect("zig runs");
    assert!(output.status.success(), "{output:?}");
    fs::read(module).expect("a module")
}

/// The part of a mapping that is about structs, without its comments.
fn records(mapping: &str) -> Vec<&str> {
    let begin = mapping.find("[record.").expect("a struct");
    let end = mapping.find("[function.").expect("a function");
    let lines = mapping[begin..end].lines();
    lines.filter(|line| !line.starts_with('#')).collect()
}

pub(super) fn record(fields: &[(&str, Val)]) -> Val {
    let field = |(name, value): &(&str, Val)| ((*name).to_owned(), value.clone());
    Val::Record(fields.iter().map(field).collect())
}

fn point(x: f64, y: f64) -> Val {
    record(&[("x", Val::Float64(x)), ("y", Val::Float64(y))])
}

fn person(name: &str, age: u16, home: Val, data: &[u8]) -> Val {
    record(&[
        ("name", string(name)),
        ("age", Val::U16(age)),
        ("home", home),
        ("data", bytes(data)),
    ])
}

/// A `struct box`; `right` and `depth` are its last members.
fn box_of(low: Val, high: Val, filled: bool, corners: [u8; 4], last: (i16, i16, u16)) -> Val {
    let (left, right, depth) = last;
    let color = if filled { "green" } else { "red" };
    record(&[
        ("low", low),
        ("high", high),
        ("color", Val::Enum(color.into())),
        ("filled", Val::Bool(filled)),
        ("corners", Val::Tuple(corners.map(Val::U8).to_vec())),
        (
            "margin",
            record(&[("left", Val::S16(left)), ("right", Val::S16(right))]),
        ),
        ("depth", Val::U16(depth)),
    ])
}

/// What both drafts can do.
fn use_it(component: &[u8]) -> Wrapped {
    let mut shapes = Wrapped::start(component);
    let mut call =
        |name: &str, arguments: &[Val]| shapes.call(&format!("draft:shapes/api#{name}"), arguments);
    let square = Val::List(vec![
        point(0.0, 0.0),
        point(2.0, 0.0),
        point(2.0, 3.0),
        point(0.0, 3.0),
    ]);
    assert_eq!(
        call("shape-area", std::slice::from_ref(&square)),
        Val::Float64(6.0)
    );
    assert_eq!(
        call("shape-bounds", &[square]),
        box_of(
            point(0.0, 0.0),
            point(2.0, 3.0),
            true,
            [1, 2, 3, 4],
            (-1, 300, 60000)
        )
    );
    assert_eq!(
        call("shape-grid", &[Val::U32(2)]),
        Val::List(vec![point(0.0, 0.0), point(1.0, -1.0)])
    );
    let unit = box_of(
        point(0.0, 0.0),
        point(1.0, 1.0),
        false,
        [9, 8, 7, 6],
        (0, 0, 5),
    );
    assert_eq!(call("shape-unit", &[]), unit);
    assert_eq!(
        call("point-move", &[point(1.0, 2.0), Val::Float64(-2.0)]),
        point(-2.0, -4.0)
    );
    let ada = |age| person("Ada", age, point(1.0, 2.0), b"\x05");
    assert_eq!(call("person-twin", &[ada(36)]), ada(37));
    assert_eq!(
        call("person-describe", &[ada(36), Val::U32(80)]),
        bytes(b"Ada, 36, at 1 2, 1 bytes")
    );
    let report = record(&[("size", Val::U32(5)), ("text", string("Grace"))]);
    for _ in 0..1000 {
        assert_eq!(call("report-make", &[string("Grace")]), report);
    }
    shapes
}

#[test]
#[ignore = "needs the Python environment that `cargo xtask build` makes"]
fn structs_are_drafted_from_a_header_as_the_compiler_lays_them_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = compiled(folder.path(), "shapes.c", EXPORTS);
    let (by_header, output) = with_header("shapes", &module, &header("shapes.h"));
    assert!(output.status.success(), "{output:?}");
    insta::assert_snapshot!("shapes_wit", read(&by_header, "shapes.wit"));
    // The digests are those of what this release of zig compiles.
    let mapping = read(&by_header, "shapes.toml");
    let stable: Vec<&str> = mapping
        .lines()
        .filter(|line| !line.contains("sha256") && !line.contains("digest"))
        .collect();
    insta::assert_snapshot!("shapes_mapping", stable.join("\n"));

    let (by_dwarf, output) = draft("shapes", &module, &[]);
    assert!(output.status.success(), "{output:?}");
    let dwarf = read(&by_dwarf, "shapes.toml");
    // The compiler itself says where each member lies. Only a packed struct is
    // beyond what is known of a header.
    let mut compiled = records(&dwarf);
    let tight = compiled.iter().position(|line| line.contains("tight"));
    compiled.drain(tight.expect("the packed struct")..);
    assert_eq!(records(&mapping), compiled);
    assert!(
        dwarf.contains("[record.\"api#tight\"]\nsize = 5\n"),
        "{dwarf}"
    );

    let opaque = "`opaque` points to `opaque`, which no function was found to make";
    assert!(
        mapping.contains(opaque) && dwarf.contains(opaque),
        "{dwarf}"
    );

    let mut shapes = use_it(&confirmed(&by_header, "shapes", module.clone()));
    let mut call =
        |name: &str, arguments: &[Val]| shapes.call(&format!("draft:shapes/api#{name}"), arguments);
    // The header says that these are read as well.
    let before = box_of(point(0.0, 0.0), point(1.0, 1.0), true, [0; 4], (0, 6, 7));
    let after = box_of(point(0.0, 0.0), point(1.5, 1.0), true, [0; 4], (0, 7, 8));
    assert_eq!(call("box-grow", &[before, Val::Float64(0.5)]), after);
    assert_eq!(
        call("count-up", &[Val::S32(41)]),
        Val::Tuple(vec![Val::S32(42), Val::S32(41)])
    );
    use_it(&confirmed(&by_dwarf, "shapes", module));
}
