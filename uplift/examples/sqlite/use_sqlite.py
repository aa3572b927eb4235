"""SQLite as a component, side by side with the SQLite that Python was built with."""

import sqlite3
from collections.abc import Iterator

from sqlite_wasm import Database, ErrorException, Kind, Progress, Sqlite, Statement

Value = int | float | str | bytes | None

SCHEMA = """
    CREATE TABLE greeting (id INTEGER PRIMARY KEY, name TEXT UNIQUE, weight REAL, raw BLOB);
    CREATE INDEX by_weight ON greeting (weight);
"""
GREETINGS: list[tuple[Value, ...]] = [
    ("World", 1.5, b"\x00\x01"),
    ("Ada", -2, None),
    ("Zoë", 1e300, b""),
    (None, None, bytes(range(256))),
    ("a\x00b", 0.25, b"a"),
]
QUERIES = [
    "SELECT id, name, weight, raw FROM greeting ORDER BY id",
    "SELECT count(*), sum(weight) FROM greeting WHERE weight < 10",
    "SELECT group_concat(name, ', ') FROM (SELECT name FROM greeting ORDER BY id)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
    "SELECT sum(i), avg(i), max(i * i) FROM n",
    "SELECT json_group_array(upper(name)), hex(max(raw)) FROM (SELECT * FROM greeting ORDER BY id)",
    "SELECT typeof(name), weight IS NULL, -9223372036854775808 FROM greeting ORDER BY id",
]
MISTAKES = ["SELEC 1", "SELECT * FROM nobody", "INSERT INTO greeting (name) VALUES ('Ada')"]


def bind(statement: Statement, parameter: int, value: Value) -> None:
    """Give a parameter a value of any type."""
    match value:
        case None:
            statement.bind_null(parameter)
        case int():
            statement.bind_integer(parameter, value)
        case float():
            statement.bind_float(parameter, value)
        case str():
            statement.bind_text(parameter, value)
        case bytes():
            statement.bind_blob(parameter, value)


def column(statement: Statement, number: int) -> Value:
    """Read a column of any type."""
    match statement.column_kind(number):
        case Kind.INTEGER:
            return statement.column_integer(number)
        case Kind.FLOAT:
            return statement.column_float(number)
        case Kind.TEXT:
            return statement.column_text(number)
        case Kind.BLOB:
            return statement.column_blob(number)
        case Kind.NULL:
            return None


def run(database: Database, sql: str, *values: Value) -> Iterator[tuple[Value, ...]]:
    """Run one statement and yield its rows."""
    statement = database.prepare(sql)
    assert statement is not None
    with statement:
        for parameter, value in enumerate(values, 1):
            bind(statement, parameter, value)
        while statement.step() is Progress.ROW:
            yield tuple(column(statement, number) for number in range(statement.columns()))


def main() -> None:
    """Ask both the same."""
    peer = sqlite3.connect(":memory:")
    peer.executescript(SCHEMA)
    with Sqlite.load() as world, world.sql.Database.open(":memory:") as database:
        print("SQLite", world.sql.version())
        database.execute(SCHEMA)
        insert = "INSERT INTO greeting (name, weight, raw) VALUES (?, ?, ?)"
        for greeting in GREETINGS:
            assert list(run(database, insert, *greeting)) == []
            assert database.changes() == 1
            assert database.last_insert_rowid() == peer.execute(insert, greeting).lastrowid
        for query in QUERIES:
            rows = list(run(database, query))
            assert rows == peer.execute(query).fetchall(), query
            print(len(rows), "rows, the first:", rows[0])
        for mistake in MISTAKES:
            try:
                list(run(database, mistake))
            except ErrorException as refused:
                message = refused.value.message
            try:
                peer.execute(mistake)
            except sqlite3.Error as error:
                assert str(error) == message
            print("refused:", message)
        try:
            world.sql.Database.open("greetings.db")
        except ErrorException as error:
            assert error.value.code == sqlite3.SQLITE_CANTOPEN
            print("refused:", error.value.message)


main()
