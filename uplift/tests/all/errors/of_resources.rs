//! Errors whose text is kept with a resource.

use wasmtime::component::Val;

use super::{LIBRARY, WORDS, failed, wrapped};
use crate::wrapped::{mistakes, string, with_allocator};

const CONNECTION: &str = "package test:wrapped;
interface database {
  resource connection {
    open: static func(code: s32) -> result<connection, string>;
    step: func(code: s32) -> result<_, string>;
  }
}
interface other { live: func() -> s32; }
world wrapped { export database; export other; }";

#[test]
fn an_error_text_comes_from_a_function_that_takes_the_handle() {
    for through in ["", ", through = \"itself\""] {
        let mapping = format!(
            r#"[resource."database#connection"]
size = 32
[function."database#connection.open"]
calls = "open"
arguments = [{{ as = "state" }}, {{ as = "value", param = "code" }}]
returns = {{ as = "status", unknown = "error", text = {{ calls = "inside", arguments = [{{ as = "constant", value = 1 }}], borrowed = "static" }} }}
[function."database#connection.step"]
calls = "step"
returns = {{ as = "status", unknown = "error", text = {{ calls = "text_of", arguments = [{{ as = "value", param = "self"{through} }}], borrowed = "static" }} }}
[function."other#live"]
calls = "live""#
        );
        let mut database = wrapped(CONNECTION, &mapping);
        let at = |name: &str| format!("test:wrapped/database#{name}");
        let open = at("[static]connection.open");
        assert_eq!(database.call(&open, &[Val::S32(3)]), failed(string(WORDS)));
        let live = database.call("test:wrapped/other#live", &[]);
        assert_eq!(live, Val::S32(1), "the area alone");
        let Val::Result(Ok(Some(connection))) = database.call(&open, &[Val::S32(0)]) else {
            panic!("no connection");
        };
        let mut step = |code| {
            let arguments = [(*connection).clone(), Val::S32(code)];
            database.call(&at("[method]connection.step"), &arguments)
        };
        assert_eq!(step(9), failed(string(WORDS)));
        assert_eq!(step(8), failed(string("fine")));
        assert_eq!(step(0), Val::Result(Ok(None)));
    }
}

#[test]
fn an_error_text_lies_in_what_a_failed_call_hands_out() {
    let mapping = r#"[resource."database#connection"]
destroy = "disconnect"
[function."database#connection.open"]
calls = "connect"
arguments = [{ as = "value", param = "code" }, { as = "out-handle", on-error = "destroy" }]
returns = { as = "status", unknown = "error", text = { calls = "text_in", arguments = [{ as = "handle" }], borrowed = "static" } }
[function."database#connection.step"]
calls = "step"
returns = { as = "status" }
[function."other#live"]
calls = "live""#;
    let mut database = wrapped(CONNECTION, mapping);
    let open = "test:wrapped/database#[static]connection.open";
    for (code, text) in [(3, "wrong"), (7, WORDS), (4, "wrong")] {
        let answer = database.call(open, &[Val::S32(code)]);
        assert_eq!(answer, failed(string(text)));
        let live = database.call("test:wrapped/other#live", &[]);
        assert_eq!(live, Val::S32(1), "the area alone");
    }
    let Val::Result(Ok(Some(connection))) = database.call(open, &[Val::S32(0)]) else {
        panic!("no connection");
    };
    database.drop_resource(&connection);

    let found = mistakes(
        &with_allocator(LIBRARY),
        "export same: func(status: s32) -> result<_, string>;",
        "[function.same]\nreturns = { as = \"status\", unknown = \"error\", text = { calls = \"text_in\", arguments = [{ as = \"handle\" }], borrowed = \"static\" } }",
    );
    assert_eq!(
        found[0].message,
        "the function hands out no resource when it fails"
    );
}
