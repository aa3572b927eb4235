//! Resources that the world's functions make.

use super::{compare, module};

pub(super) const COUNTER: &str = r#"
    (func (export "counter_new") (param $start i32) (result i32)
      (local $at i32)
      (if (i32.eq (local.get $start) (i32.const 64)) (then (return (i32.const 0))))
      (local.set $at (call $malloc (i32.const 4)))
      (i32.store (local.get $at) (local.get $start))
      (local.get $at))
    (func (export "counter_add") (param $at i32) (param $more i32) (result i32)
      (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (local.get $more)))
      (i32.load (local.get $at)))
    (func (export "same") (param i32 i32) (result i32) (i32.eq (local.get 0) (local.get 1)))
"#;
pub(super) const COUNTER_WORLD: &str = "package test:wrapped;
interface counters {
  enum bad { unlucky }
  resource counter {
    make: static func(start: u32) -> result<counter, bad>;
    add: func(more: u32) -> u32;
  }
  same: func(a: borrow<counter>, b: borrow<counter>) -> bool;
}
world wrapped { export counters; }";
pub(super) const CALL_COUNTER: &str = r#"
[resource."counters#counter"]
destroy = "free"
[function."counters#counter.make"]
calls = "counter_new"
returns = { as = "handle", null = "error", null-error = "unlucky" }
[function."counters#counter.add"]
calls = "counter_add"
"#;

#[test]
fn resources_are_made_used_and_dropped_on_both_sides() {
    let comparison = compare(&module(COUNTER), COUNTER_WORLD, CALL_COUNTER);
    assert!(comparison.agrees(), "{comparison:#?}");
    for function in &comparison.functions {
        assert!(function.same > 40, "{function:#?}");
        let memory = function.memory.as_ref().expect("it was called many times");
        assert_eq!((memory.module.growth(), memory.wrapped.growth()), (0, 0));
    }
}

#[test]
fn a_resource_that_nothing_makes_is_said_to_be_left_out() {
    let world = COUNTER_WORLD.replace("make: static func(start: u32) -> result<counter, bad>;", "");
    let mapping = CALL_COUNTER
        .lines()
        .filter(|line| !line.contains("make") && !line.contains("_new") && !line.contains("null"))
        .collect::<Vec<_>>()
        .join("\n");
    let comparison = compare(&module(COUNTER), &world, &mapping);
    for function in &comparison.functions {
        let reason = function.left_out.as_deref();
        assert_eq!(
            reason,
            Some("no function makes a `counter` without needing one")
        );
    }
}

#[test]
fn what_a_function_hands_out_by_its_arguments_is_read_and_ended() {
    let opening = r#"
      (func (export "open") (param $start i32) (param $at i32) (param $scratch i32) (result i32)
        (local $new i32)
        (if (i32.load (local.get $scratch)) (then unreachable))
        (local.set $new (call $malloc (i32.const 4)))
        (i32.store (local.get $new) (local.get $start))
        (i32.store (local.get $at) (local.get $new))
        (i32.rem_u (local.get $start) (i32.const 3)))
      (func (export "read") (param $at i32) (param $to i32) (result i32)
        (i64.store (local.get $to) (i64.extend_i32_u (i32.load (local.get $at))))
        (i32.const 0))"#;
    let world = "package test:wrapped;
interface counters {
  resource counter {
    open: static func(start: u32) -> result<counter, s32>;
    read: func() -> result<u64>;
  }
}
world wrapped { export counters; }";
    let mapping = r#"
[resource."counters#counter"]
destroy = "free"
[function."counters#counter.open"]
calls = "open"
arguments = [{ as = "value", param = "start" }, { as = "out-handle", on-error = "destroy" }, { as = "scratch", size = 8 }]
returns = { as = "status", errors = { "1..=2" = "" } }
[function."counters#counter.read"]
calls = "read"
arguments = [{ as = "value", param = "self" }, { as = "out-value" }]
returns = { as = "status" }
"#;
    let comparison = compare(&module(opening), world, mapping);
    assert!(comparison.agrees(), "{comparison:#?}");
    for function in &comparison.functions {
        assert_eq!(function.left_out, None);
        assert!(function.same > 10, "{function:#?}");
    }
}
