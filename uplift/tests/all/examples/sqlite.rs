//! `SQLite`, compiled from its C source.

use std::sync::LazyLock;

use wasmtime::component::{ComponentType, Lift, ResourceAny};

use super::typed::{Compiled, Typed};
use super::{made, wrap};

const SQL: &str = "uplift:sqlite/sql";

#[derive(ComponentType, Lift, Clone, Debug, PartialEq)]
#[component(record)]
struct Error {
    code: i32,
    message: String,
}

#[derive(ComponentType, Lift, Clone, Copy, Debug, PartialEq)]
#[component(enum)]
#[repr(u8)]
enum Progress {
    #[component(name = "row")]
    Row,
    #[component(name = "done")]
    Done,
}

type Outcome<T> = Result<T, Error>;

/// Compiled once, because that takes longer than all the tests.
static SQLITE: LazyLock<Compiled> = LazyLock::new(|| {
    Compiled::new(&wrap(&made("modules/sqlite.wasm"), "sqlite/sqlite.toml").bytes)
});

fn sqlite() -> Typed {
    SQLITE.start()
}

fn failure(code: i32, message: &str) -> Error {
    let message = message.to_owned();
    Error { code, message }
}

fn open(sqlite: &mut Typed, name: &str) -> Outcome<ResourceAny> {
    sqlite
        .call::<_, (Outcome<ResourceAny>,)>(SQL, "[static]database.open", (name,))
        .0
}

fn execute(sqlite: &mut Typed, database: ResourceAny, sql: &str) -> Outcome<()> {
    let arguments = (database, sql);
    sqlite
        .call::<_, (Outcome<()>,)>(SQL, "[method]database.execute", arguments)
        .0
}

fn prepare(sqlite: &mut Typed, database: ResourceAny, sql: &str) -> Outcome<Option<ResourceAny>> {
    let arguments = (database, sql);
    sqlite
        .call::<_, (Outcome<Option<ResourceAny>>,)>(SQL, "[method]database.prepare", arguments)
        .0
}

fn bind_text(sqlite: &mut Typed, statement: ResourceAny, number: u32, text: &str) -> Outcome<()> {
    let arguments = (statement, number, text);
    sqlite
        .call::<_, (Outcome<()>,)>(SQL, "[method]statement.bind-text", arguments)
        .0
}

fn step(sqlite: &mut Typed, statement: ResourceAny) -> Outcome<Progress> {
    sqlite
        .call::<_, (Outcome<Progress>,)>(SQL, "[method]statement.step", (statement,))
        .0
}

fn column_text(sqlite: &mut Typed, statement: ResourceAny, column: u32) -> Option<String> {
    let arguments = (statement, column);
    sqlite
        .call::<_, (Option<String>,)>(SQL, "[method]statement.column-text", arguments)
        .0
}

/// Makes an empty database.
fn in_memory(sqlite: &mut Typed) -> ResourceAny {
    open(sqlite, ":memory:").expect("a database")
}

/// Compiles a statement and gives it a text.
fn prepared(sqlite: &mut Typed, database: ResourceAny, sql: &str, text: &str) -> ResourceAny {
    let statement = prepare(sqlite, database, sql).expect("it can be compiled");
    let statement = statement.expect("a statement");
    bind_text(sqlite, statement, 1, text).expect("it has a parameter");
    statement
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn sqlite_returns_rows_and_keeps_what_was_inserted() {
    let mut sqlite = sqlite();
    let database = in_memory(&mut sqlite);
    execute(&mut sqlite, database, "CREATE TABLE greeting (name TEXT)").expect("it is new");
    for name in ["World", "Ada", "", "Zoë\0"] {
        let sql = "INSERT INTO greeting VALUES (?)";
        let insert = prepared(&mut sqlite, database, sql, name);
        assert_eq!(step(&mut sqlite, insert), Ok(Progress::Done));
        sqlite.drop_resource(insert);
    }
    let sql = "SELECT 'Hello, ' || name, NULL FROM greeting WHERE name <> ? ORDER BY name";
    let select = prepared(&mut sqlite, database, sql, "World");
    for greeting in ["Hello, ", "Hello, Ada", "Hello, Zoë\0"] {
        assert_eq!(step(&mut sqlite, select), Ok(Progress::Row));
        let text = column_text(&mut sqlite, select, 0);
        assert_eq!(text.as_deref(), Some(greeting));
        assert_eq!(column_text(&mut sqlite, select, 1), None);
    }
    assert_eq!(step(&mut sqlite, select), Ok(Progress::Done));
    // The statement outlives the handle of its database.
    sqlite.drop_resource(database);
    assert_eq!(step(&mut sqlite, select), Ok(Progress::Row));
    sqlite.drop_resource(select);
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn sqlite_says_what_failed_and_goes_on() {
    let mut sqlite = sqlite();
    let opened = open(&mut sqlite, "greetings.db");
    assert_eq!(
        opened.expect_err("there are no files"),
        failure(14, "unable to open database file")
    );
    let database = in_memory(&mut sqlite);
    let absent = prepare(&mut sqlite, database, "SELECT * FROM nobody");
    assert_eq!(
        absent.expect_err("no such table"),
        failure(1, "no such table: nobody")
    );
    assert_eq!(
        execute(&mut sqlite, database, "SELEC 1"),
        Err(failure(1, "near \"SELEC\": syntax error"))
    );
    let empty = prepare(&mut sqlite, database, "-- a comment");
    assert!(empty.expect("no mistake").is_none());
    execute(&mut sqlite, database, "CREATE TABLE t (name TEXT UNIQUE)").expect("it is new");
    let insert = prepared(&mut sqlite, database, "INSERT INTO t VALUES (?)", "Ada");
    assert_eq!(
        bind_text(&mut sqlite, insert, 2, "Grace"),
        Err(failure(25, "column index out of range"))
    );
    assert_eq!(step(&mut sqlite, insert), Ok(Progress::Done));
    assert_eq!(
        execute(&mut sqlite, database, "INSERT INTO t VALUES ('Ada')"),
        Err(failure(19, "UNIQUE constraint failed: t.name"))
    );
    assert_eq!(execute(&mut sqlite, database, "DROP TABLE t"), Ok(()));
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn sqlite_takes_and_returns_texts_of_nothing_1_mib_and_64_mib() {
    let mut sqlite = sqlite();
    let database = in_memory(&mut sqlite);
    for length in [0, 1 << 20, 64 << 20] {
        let text = "a".repeat(length);
        let select = prepared(&mut sqlite, database, "SELECT ?", &text);
        assert_eq!(step(&mut sqlite, select), Ok(Progress::Row));
        assert!(
            column_text(&mut sqlite, select, 0) == Some(text),
            "{length}"
        );
        sqlite.drop_resource(select);
    }
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn sqlite_leaves_nothing_behind_in_100_000_statements() {
    let mut sqlite = sqlite();
    let database = in_memory(&mut sqlite);
    let text = "Hello, World. ".repeat(20);
    sqlite.stays_flat(|sqlite, turn| {
        let text = &text[..turn % text.len()];
        let select = prepared(sqlite, database, "SELECT upper(?)", text);
        assert_eq!(step(sqlite, select), Ok(Progress::Row));
        column_text(sqlite, select, 0).expect("a text");
        sqlite.drop_resource(select);
        prepare(sqlite, database, "SELEC").expect_err("a mistake");
        if turn % 100 == 0 {
            let other = in_memory(sqlite);
            sqlite.drop_resource(other);
            open(sqlite, "greetings.db").expect_err("there are no files");
        }
    });
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn sqlite_gets_a_shim_of_less_than_a_kib_for_each_function() {
    let component = wrap(&made("modules/sqlite.wasm"), "sqlite/sqlite.toml");
    let added = component.bytes.len() - component.module_size;
    assert!(added < 21 * 1024, "{added} bytes were added");
}

#[cfg(feature = "check")]
#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn sqlite_by_its_c_abi_and_as_a_component_do_the_same() {
    let module = made("modules/sqlite.wasm");
    let comparison = super::compare_on((8, 5), &module, "sqlite/sqlite.toml", "cases.toml");
    assert!(comparison.agrees(), "{comparison:#?}");
    assert!(comparison.left_out.is_empty(), "{:?}", comparison.left_out);
}
