//! Opaque handles as resources: made and ended by the module, or a state of the
//! shim's.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, with_allocator};

/// A counter behind a pointer of the module's, and one in a caller's state.
const COUNTERS: &str = r#"
    (func (export "counter_new") (param $start i32) (result i32)
      (local $at i32)
      (if (i32.eq (local.get $start) (i32.const 13)) (then (return (i32.const 0))))
      (local.set $at (call $malloc (i32.const 4)))
      (i32.store (local.get $at) (local.get $start))
      (local.get $at))
    (func (export "counter_init") (param $at i32) (param $start i32) (result i32)
      (if (i32.load (local.get $at)) (then unreachable))
      (i32.store (local.get $at) (local.get $start))
      (select (i32.const -1) (i32.const 0) (i32.eq (local.get $start) (i32.const 13))))
    (func (export "counter_add") (param $at i32) (param $more i32) (result i32)
      (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (local.get $more)))
      (i32.load (local.get $at)))
    (func (export "same") (param i32 i32) (result i32) (i32.eq (local.get 0) (local.get 1)))
"#;

const WORLD: &str = "package test:wrapped;
interface counters {
  enum bad { unlucky }
  resource counter {
    constructor(start: u32);
    add: func(more: u32) -> u32;
    make: static func(start: u32) -> result<counter, bad>;
  }
  same: func(a: borrow<counter>, b: borrow<counter>) -> bool;
}
interface other { live: func() -> s32; }
world wrapped { export counters; export other; }";

const REST: &str = r#"
[function."counters#counter.add"]
calls = "counter_add"
[function."other#live"]
calls = "live"
"#;

fn module() -> String {
    with_allocator(COUNTERS)
}

fn owned() -> Wrapped {
    let mapping = format!(
        r#"[resource."counters#counter"]
destroy = "free"
[function."counters#counter.constructor"]
calls = "counter_new"
returns = {{ as = "handle" }}
[function."counters#counter.make"]
calls = "counter_new"
returns = {{ as = "handle", null = "error", null-error = "unlucky" }}
{REST}"#
    );
    Wrapped::compared(&module(), WORLD, &mapping)
}

fn state() -> Wrapped {
    let mapping = format!(
        r#"[resource."counters#counter"]
size = 4
[function."counters#counter.constructor"]
calls = "counter_init"
arguments = [{{ as = "state" }}, {{ as = "value", param = "start" }}]
returns = {{ as = "status" }}
[function."counters#counter.make"]
calls = "counter_init"
arguments = [{{ as = "state" }}, {{ as = "value", param = "start" }}]
returns = {{ as = "status", errors = {{ "-1" = "unlucky" }} }}
{REST}"#
    );
    Wrapped::compared(&module(), WORLD, &mapping)
}

fn at(name: &str) -> String {
    format!("test:wrapped/counters#{name}")
}

#[test]
fn resources_count_on_their_own_and_are_freed_when_dropped() {
    for mut counters in [owned(), state()] {
        let live = |counters: &mut Wrapped| counters.call("test:wrapped/other#live", &[]);
        let before = live(&mut counters);
        let new = at("[constructor]counter");
        let first = counters.call(&new, &[Val::U32(5)]);
        let second = counters.call(&new, &[Val::U32(100)]);
        let add = at("[method]counter.add");
        for (counter, sum) in [(&first, 8), (&second, 103), (&first, 11)] {
            let more = [counter.clone(), Val::U32(3)];
            assert_eq!(counters.call(&add, &more), Val::U32(sum));
        }
        let same = [first.clone(), second.clone()];
        assert_eq!(counters.call(&at("same"), &same), Val::Bool(false));
        counters.drop_resource(&first);
        counters.drop_resource(&second);
        assert_eq!(live(&mut counters), before);
    }
}

#[test]
fn a_failed_constructor_is_an_error_and_leaves_nothing_behind() {
    for mut counters in [owned(), state()] {
        let live = |counters: &mut Wrapped| counters.call("test:wrapped/other#live", &[]);
        let make = at("[static]counter.make");
        assert_eq!(counters.call(&make, &[Val::U32(13)]), error("unlucky"));
        let before = live(&mut counters);
        assert_eq!(counters.call(&make, &[Val::U32(13)]), error("unlucky"));
        assert_eq!(live(&mut counters), before);
        let counter = counters.call(&make, &[Val::U32(2)]);
        let Val::Result(Ok(Some(counter))) = counter else {
            panic!("no counter");
        };
        let more = [(*counter).clone(), Val::U32(3)];
        assert_eq!(
            counters.call(&at("[method]counter.add"), &more),
            Val::U32(5)
        );
    }
}

#[test]
fn a_constructor_that_may_not_fail_traps_on_null() {
    let mut counters = owned();
    let trap = counters.trap(&at("[constructor]counter"), &[Val::U32(13)]);
    assert!(trap.contains("returned a null pointer"), "{trap}");
}

#[test]
fn a_resource_without_an_end_is_refused() {
    let found = mistakes(&module(), WORLD, "[resource.\"counters#counter\"]");
    assert!(found.iter().any(|mistake| {
        mistake.message == "the mapping does not say what ends `counters#counter`"
    }));
    let found = mistakes(&module(), WORLD, "");
    assert!(
        found
            .iter()
            .any(|mistake| mistake.code == "mapping::missing-resource")
    );
}

#[test]
fn an_interface_without_functions_is_refused() {
    let world = "package test:wrapped;
        interface nothing { resource thing; }
        world wrapped { export nothing; }";
    let mapping = "[resource.\"nothing#thing\"]\nsize = 8";
    let mistakes = mistakes(&with_allocator(""), world, mapping);
    assert_eq!(mistakes.len(), 1);
    assert_eq!(
        mistakes[0].message,
        "the world exports `test:wrapped/nothing`, which has no functions"
    );
}
