//! Drafts of functions that hand out texts, and of statuses with texts.

use wasmtime::component::Val;

use super::drafted_structs::{compiled, record};
use super::drafts::{confirmed, header, read, with_header};
use crate::wrapped::{Wrapped, error, ok, string, with_allocator};

const EXPORTS: &str = "malloc free inv_open inv_close inv_put inv_find inv_describe inv_free_text \
                       inv_first inv_strerror inv_list inv_checksum inv_version inv_shout inv_unit \
                       inv_shift inv_label inv_size inventory_size";

/// A module with the exports that `dial.h` declares: a dial is its value, and 13
/// is broken.
const DIAL: &str = r#"
    (data (i32.const 16) "the dial is broken\00no dial\00")
    (func (export "dial_new") (param i32) (result i32) (local.get 0))
    (func (export "dial_free") (param i32))
    (func (export "dial_read") (param i32 i32) (result i32)
      (i32.store (local.get 1) (local.get 0))
      (i32.eq (local.get 0) (i32.const 13)))
    (func (export "dial_last_error") (param i32) (result i32) (i32.const 16))
    (func (export "measure") (param i32) (result i32) (i32.const 35))
    (func (export "dial_strerror") (param i32) (result i32) (local.get 0))"#;

fn position(shelf: i16, height: f64) -> Val {
    record(&[("shelf", Val::S16(shelf)), ("height", Val::Float64(height))])
}

fn label(text: &str, number: u16) -> Val {
    record(&[
        ("text", string(text)),
        ("code", string("A")),
        ("number", Val::U16(number)),
    ])
}

/// A mapping without what differs from one release of the compiler to another.
fn stable(mapping: &str) -> String {
    let lines = mapping.lines();
    let lines: Vec<&str> = lines
        .filter(|line| !line.contains("sha256") && !line.contains("digest"))
        .collect();
    lines.join("\n")
}

#[test]
#[ignore = "needs the Python environment that `cargo xtask build` makes"]
fn texts_are_drafted_with_their_owners_and_every_call_can_be_repeated() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = compiled(folder.path(), "inventory.c", EXPORTS);
    let (folder, output) = with_header("inventory", &module, &header("inventory.h"));
    assert!(output.status.success(), "{output:?}");
    insta::assert_snapshot!("inventory_wit", read(&folder, "inventory.wit"));
    let mapping = read(&folder, "inventory.toml");
    insta::assert_snapshot!("inventory_mapping", stable(&mapping));

    let mut library = Wrapped::start(&confirmed(&folder, "inventory", module));
    let mut call = |name: &str, arguments: &[Val]| {
        library.call(&format!("draft:inventory/api#{name}"), arguments)
    };
    let store = call("[constructor]inventory", &[Val::U32(1)]);
    let thing = |name: &str| [store.clone(), string(name), position(3, 1.5)];
    assert_eq!(call("[method]inventory.put", &thing("")), error("bad-name"));
    let put = call("[method]inventory.put", &thing("Ada"));
    assert_eq!(put, Val::Result(Ok(None)));
    assert_eq!(
        call("[method]inventory.put", &thing("Grace")),
        error("full")
    );
    let found = call("[method]inventory.find", &thing("Ada")[..2]);
    assert_eq!(found, ok(position(3, 1.5)));
    // The allocator's lists would not outlive the free of a text that is not its own.
    let ada = "Ada: shelf 3, height 1.5";
    for _ in 0..1000 {
        for (function, arguments, text) in [
            ("[method]inventory.describe", &thing("Ada")[..2], ada),
            ("[method]inventory.first", &thing("")[..1], "Ada"),
            ("inv-strerror", &[Val::S32(2)], "the store is full"),
            ("inv-shout", &[string("World")], "WORLD"),
            ("inv-version", &[], "1.2"),
            ("inv-unit", &[], "m"),
        ] {
            assert_eq!(call(function, arguments), string(text));
        }
    }
    let before = label("twenty-three letters in", 7);
    let after = label("twenty-three letters in", 8);
    assert_eq!(call("inv-label", &[before]), after);
}

/// What the comment at a status with an enum says.
#[test]
#[ignore = "needs the Python environment that `cargo xtask build` makes"]
fn a_text_can_stand_beside_the_case_as_the_draft_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = compiled(folder.path(), "inventory.c", EXPORTS);
    let (folder, output) = with_header("inventory", &module, &header("inventory.h"));
    assert!(output.status.success(), "{output:?}");
    let text = r#"text = { calls = "inv_strerror", borrowed = "static" }"#;
    let said = format!(
        "with `tuple<inv-status, string>` for the error in the WIT, `{text}` adds its text"
    );
    let mapping = read(&folder, "inventory.toml");
    assert!(mapping.contains(&said), "{mapping}");
    let edit = |file: &str, from: &str, to: &str| {
        let before = read(&folder, file);
        let after = before.replace(from, to);
        assert_ne!(before, after);
        std::fs::write(folder.path().join(file), after).expect("it can be written");
    };
    edit(
        "inventory.wit",
        ", inv-status>",
        ", tuple<inv-status, string>>",
    );
    let to = format!("as = \"status\", {text}, ");
    edit("inventory.toml", "as = \"status\", ", &to);
    let mut library = Wrapped::start(&confirmed(&folder, "inventory", module));
    let mut call = |name: &str, arguments: &[Val]| {
        library.call(&format!("draft:inventory/api#{name}"), arguments)
    };
    let store = call("[constructor]inventory", &[Val::U32(1)]);
    let found = call("[method]inventory.find", &[store, string("Ada")]);
    let error = Val::Tuple(vec![Val::Enum("not-found".into()), string("no such thing")]);
    assert_eq!(found, Val::Result(Err(Some(Box::new(error)))));
}

#[test]
#[ignore = "needs the Python environment that `cargo xtask build` makes"]
fn statuses_without_an_enum_become_errors_with_the_text_that_the_module_knows() {
    let module = wat::parse_str(with_allocator(DIAL)).expect("a valid module");
    let (folder, output) = with_header("dial", &module, &header("dial.h"));
    assert!(output.status.success(), "{output:?}");
    insta::assert_snapshot!("dial_wit", read(&folder, "dial.wit"));
    insta::assert_snapshot!("dial_mapping", read(&folder, "dial.toml"));
    let mut dial = Wrapped::start(&confirmed(&folder, "dial", module));
    let mut call =
        |name: &str, arguments: &[Val]| dial.call(&format!("draft:dial/api#{name}"), arguments);
    let failed = |text| Val::Result(Err(Some(Box::new(string(text)))));
    let five = call("[constructor]dial", &[Val::S32(5)]);
    assert_eq!(call("[method]dial.read", &[five]), ok(Val::S32(5)));
    let broken = call("[constructor]dial", &[Val::S32(13)]);
    let read = call("[method]dial.read", &[broken]);
    assert_eq!(read, failed("the dial is broken"));
    assert_eq!(call("measure", &[]), failed("no dial"));
}
