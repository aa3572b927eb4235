//! Resources that the module hands out through pointers, in the shape of a
//! database: `open`, `prepare`, `step`, `close`.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, ok, string, with_allocator};

/// A connection is its mode and the number of its statements; a statement knows
/// its connection and the rows that are left. Each end traps when it comes twice.
const DATABASE: &str = r#"
    ;; (name, struct db **out): `bad` fails and hands out a connection all the same,
    ;; `none` fails with null, `null` succeeds with null.
    (func (export "db_open") (param $name i32) (param $out i32) (result i32)
      (local $new i32) (local $first i32)
      (local.set $first (i32.load8_u (local.get $name)))
      (i32.store (local.get $out) (i32.const 0))
      (if (i32.eq (local.get $first) (i32.const 110)) (then
        (return (select (i32.const 7) (i32.const 0)
          (i32.eq (i32.load8_u offset=1 (local.get $name)) (i32.const 111))))))
      (local.set $new (call $malloc (i32.const 8)))
      (i32.store (local.get $new) (i32.const 0xdb))
      (i32.store (local.get $out) (local.get $new))
      (i32.const 14) (i32.const 0)
      (select (i32.eq (local.get $first) (i32.const 98))))
    (func $alive (param $at i32) (param $kind i32)
      (if (i32.ne (i32.load (local.get $at)) (local.get $kind)) (then unreachable)))
    (func (export "db_close") (param $db i32) (result i32)
      (call $alive (local.get $db) (i32.const 0xdb))
      (i32.store (local.get $db) (i32.const 0))
      (call $free (local.get $db))
      (i32.const 0))
    ;; (db, sql, size, struct stmt **out, const char **tail)
    (func (export "db_prepare") (param $db i32) (param $sql i32) (param $size i32) (param $out i32) (param $tail i32) (result i32)
      (local $new i32)
      (call $alive (local.get $db) (i32.const 0xdb))
      (if (local.get $tail) (then (i32.store (local.get $tail) (local.get $sql))))
      (if (i32.eqz (local.get $size)) (then (return (i32.const 0))))
      (if (i32.eq (i32.load8_u (local.get $sql)) (i32.const 33)) (then (return (i32.const 1))))
      (local.set $new (call $malloc (i32.const 12)))
      (i32.store (local.get $new) (i32.const 0x57))
      (i32.store offset=4 (local.get $new) (local.get $db))
      (i32.store offset=8 (local.get $new) (local.get $size))
      (i32.store (local.get $out) (local.get $new))
      (i32.const 0))
    (func (export "db_step") (param $stmt i32) (result i32)
      (call $alive (local.get $stmt) (i32.const 0x57))
      (call $alive (i32.load offset=4 (local.get $stmt)) (i32.const 0xdb))
      (i32.store offset=8 (local.get $stmt) (i32.sub (i32.load offset=8 (local.get $stmt)) (i32.const 1)))
      (select (i32.const 101) (i32.const 100) (i32.lt_s (i32.load offset=8 (local.get $stmt)) (i32.const 0))))
    (func (export "db_finalize") (param $stmt i32) (result i32)
      (call $alive (local.get $stmt) (i32.const 0x57))
      (i32.store (local.get $stmt) (i32.const 0))
      (call $free (local.get $stmt))
      (i32.const 0))
"#;

const WORLD: &str = "package test:wrapped;
interface db {
  enum bad { cannot-open, syntax, absent }
  resource statement { step: func() -> bool; }
  resource connection {
    open: static func(name: string) -> result<connection, bad>;
    prepare: func(sql: string) -> result<PREPARED, bad>;
  }
}
interface other { live: func() -> s32; }
world wrapped { export db; export other; }";

const MAPPING: &str = r#"
[resource."db#connection"]
destroy = "db_close"
[resource."db#statement"]
destroy = "db_finalize"
[function."db#connection.open"]
calls = "db_open"
arguments = [
  { as = "cstring", param = "name", nul-error = "cannot-open" },
  { as = "out-handle", null = "error", null-error = "absent"ON_ERROR },
]
returns = { as = "status", errors = { "7" = "absent", "14" = "cannot-open" } }
[function."db#connection.prepare"]
calls = "db_prepare"
arguments = [
  { as = "value", param = "self" },
  { as = "pointer", param = "sql" },
  { as = "length", param = "sql" },
  { as = "out-handle", NULL },
  { as = "constant", value = 0 },
]
returns = { as = "status", errors = { "1" = "syntax" } }
[function."db#statement.step"]
calls = "db_step"
returns = { as = "status", values = { "100" = "true", "101" = "false" } }
[function."other#live"]
calls = "live"
"#;

fn database(on_error: &str, null: &str, prepared: &str) -> Wrapped {
    let mapping = MAPPING.replace("ON_ERROR", on_error).replace("NULL", null);
    let world = WORLD.replace("PREPARED", prepared);
    Wrapped::compared(&with_allocator(DATABASE), &world, &mapping)
}

const DESTROY: &str = ", on-error = \"destroy\"";

fn call(db: &mut Wrapped, name: &str, arguments: &[Val]) -> Val {
    db.call(&format!("test:wrapped/db#{name}"), arguments)
}

fn live(db: &mut Wrapped) -> Val {
    db.call("test:wrapped/other#live", &[])
}

fn inside(value: Val) -> Val {
    match value {
        Val::Result(Ok(Some(inside))) | Val::Option(Some(inside)) => *inside,
        other => panic!("nothing inside of {other:?}"),
    }
}

#[test]
fn a_resource_through_an_out_pointer_makes_another_one() {
    let mut db = database(DESTROY, "null = \"trap\"", "statement");
    let connection = inside(call(&mut db, "[static]connection.open", &[string("a")]));
    let sql = |sql: &str| [connection.clone(), string(sql)];
    let statement = inside(call(&mut db, "[method]connection.prepare", &sql("12")));
    for row in [true, true, false] {
        let found = call(
            &mut db,
            "[method]statement.step",
            std::slice::from_ref(&statement),
        );
        assert_eq!(found, Val::Bool(row));
    }
    let found = call(&mut db, "[method]connection.prepare", &sql("!"));
    assert_eq!(found, error("syntax"));
    db.drop_resource(&statement);
    db.drop_resource(&connection);
    assert_eq!(live(&mut db), Val::S32(1), "the room for results alone");
    let connection = inside(call(&mut db, "[static]connection.open", &[string("a")]));
    let trap = db.trap(
        "test:wrapped/db#[method]connection.prepare",
        &[connection, string("")],
    );
    assert!(trap.contains("returned a null pointer"), "{trap}");
}

#[test]
fn null_may_be_no_resource_at_all() {
    let mut db = database(DESTROY, "null = \"none\"", "option<statement>");
    let connection = inside(call(&mut db, "[static]connection.open", &[string("a")]));
    let sql = |sql: &str| [connection.clone(), string(sql)];
    let nothing = call(&mut db, "[method]connection.prepare", &sql(""));
    assert_eq!(nothing, ok(Val::Option(None)));
    let one = inside(inside(call(
        &mut db,
        "[method]connection.prepare",
        &sql("1"),
    )));
    let row = call(
        &mut db,
        "[method]statement.step",
        std::slice::from_ref(&one),
    );
    assert_eq!(row, Val::Bool(true));
    db.drop_resource(&one);
    db.drop_resource(&connection);
}

#[test]
fn what_is_handed_out_with_an_error_is_ended_if_the_mapping_says_so() {
    for (on_error, left) in [(DESTROY, 1), ("", 4)] {
        let mut db = database(on_error, "null = \"trap\"", "statement");
        for _ in 0..3 {
            for (name, case) in [("bad", "cannot-open"), ("no", "absent"), ("nu", "absent")] {
                let found = call(&mut db, "[static]connection.open", &[string(name)]);
                assert_eq!(found, error(case));
            }
        }
        assert_eq!(live(&mut db), Val::S32(left));
    }
}

#[test]
fn opening_and_closing_100_000_times_leaves_nothing_behind() {
    let mut db = database(DESTROY, "null = \"trap\"", "statement");
    for _ in 0..100_000 {
        let connection = inside(call(&mut db, "[static]connection.open", &[string("a")]));
        db.drop_resource(&connection);
    }
    assert_eq!(live(&mut db), Val::S32(1));
}

#[test]
fn a_handle_that_has_no_place_or_no_end_is_refused() {
    let mapping = MAPPING
        .replace("ON_ERROR", DESTROY)
        .replace("NULL", "null = \"none\"")
        .replace("destroy = \"db_close\"", "size = 8");
    let world = WORLD.replace("PREPARED", "string");
    let found: Vec<String> = mistakes(&with_allocator(DATABASE), &world, &mapping)
        .into_iter()
        .map(|mistake| mistake.message)
        .collect();
    assert_eq!(
        found,
        [
            "the resource has no function that ends it",
            "the WIT result of `db#connection.prepare` is not a resource",
        ]
    );
}
