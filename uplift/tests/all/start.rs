//! What the module imports, and what starts it.

use uplift::{Mapping, Module, Plan};
use wasmtime::component::Val;

use crate::wrapped::{Wrapped, core_modules, mistakes, string, wrap};

/// Calls what it imports; `log` on a name, as a library does that prints.
const IMPORTING: &str = r#"(module
  (import "env" "log" (func $log (param i32)))
  (import "env" "now" (func $now (result i64)))
  (import "env" "ratio" (func $ratio (result f64)))
  (import "host" "callback" (func $callback (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "now") (result i64) (call $log (i32.const 1)) (call $now))
  (func (export "ratio") (result f64) (call $ratio))
  (func (export "visit") (param i32) (result i32) (call $callback (local.get 0)))
  (func (export "echo") (param i32) (result i32) (local.get 0)))"#;

const WORLD: &str = "export now: func() -> s64; export ratio: func() -> f64;
    export visit: func(node: s32) -> s32;
    export echo: func(text: string) -> string;";

const STUBS: &str = r#"[import."env.log"]
stub = "nothing"
[import."env.now"]
returns = 1_700_000_000
[import."env.ratio"]
returns = 0.5
[import."host.callback"]
stub = "trap"
[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }
"#;

#[test]
fn an_import_returns_a_constant_does_nothing_or_traps_with_its_name() {
    let mut wrapped = Wrapped::compared(IMPORTING, WORLD, STUBS);
    assert_eq!(wrapped.call("now", &[]), Val::S64(1_700_000_000));
    assert_eq!(wrapped.call("ratio", &[]), Val::Float64(0.5));
    assert_eq!(wrapped.call("echo", &[string("Ada")]), string("Ada"));
    let trap = wrapped.trap("visit", &[Val::S32(1)]);
    let named = "uplift: the module called an import that the mapping lets trap: host.callback";
    assert!(trap.contains(named), "{trap}");
}

#[test]
fn stubs_leave_the_module_as_it_is() {
    let component = wrap(IMPORTING, WORLD, STUBS).expect("it can be wrapped");
    let original = wat::parse_str(IMPORTING).expect("a valid module");
    assert_eq!(core_modules(&component.bytes)[0], original);
}

#[test]
fn stubs_for_every_import_of_wasi_take_the_place_of_the_adapter() {
    let module = r#"(module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_sync" (func $sync (param i32) (result i32)))
      (import "uplift" "answer" (func $answer (result i32)))
      (memory (export "memory") 1)
      (func (export "print") (result i32)
        (i32.add (call $answer)
          (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))))"#;
    let world = "export print: func() -> s32;";
    let write = "[import.\"wasi_snapshot_preview1.fd_write\"]\nreturns = 8\n";
    let sync = "[import.\"wasi_snapshot_preview1.fd_sync\"]\nreturns = 8\n";
    let answer = "[import.\"uplift.answer\"]\nreturns = 34\n";
    let component = wrap(module, world, &format!("{write}{sync}{answer}"));
    let component = component.expect("it can be wrapped");
    assert!(!component.wasi_adapter);
    let mut print = Wrapped::start(&component.bytes);
    assert_eq!(print.call("print", &[]), Val::S32(42));
    let found = mistakes(module, world, &format!("{write}{answer}"));
    let growth = "memory = { growth-is-safe-because = \"it does not grow\" }\n";
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        found[0].message,
        "some imports of WASI are stubs and some are not"
    );
    assert!(wrap(module, world, &format!("{growth}{answer}")).is_ok_and(|it| it.wasi_adapter));
}

#[test]
fn a_stub_that_does_not_fit_is_refused() {
    let change = |from: &str, to: &str| STUBS.replace(from, to);
    for (mapping, message) in [
        (
            change("env.now", "env.nwo"),
            "the module imports no function `env.nwo`",
        ),
        (
            change("returns = 1_700_000_000", "stub = \"nothing\""),
            "it returns something, so `stub = \"nothing\"` is not enough",
        ),
        (
            change("stub = \"nothing\"", "returns = 1"),
            "it does not return one number",
        ),
        (change("returns = 0.5", ""), "nothing says what it does"),
        (change("1_700_000_000", "0.5"), "this number is no i64"),
    ] {
        let found = mistakes(IMPORTING, WORLD, &mapping);
        assert!(
            found.iter().any(|mistake| mistake.message == message),
            "{found:#?}"
        );
    }
}

/// It has to be set up, in order, and counts how often.
const STARTED: &str = r#"(module
  (import "env" "log" (func $log))
  (memory (export "memory") 1)
  (global $steps (mut i32) (i32.const 0))
  (global $size (mut i64) (i64.const 0))
  (func (export "_initialize")
    (if (global.get $steps) (then unreachable))
    (global.set $steps (i32.const 1)))
  (func (export "setup") (param $size i64) (param $mode i32) (result i32)
    (call $log)
    (global.set $steps (i32.add (i32.mul (global.get $steps) (i32.const 10)) (i32.const 2)))
    (global.set $size (local.get $size))
    (i32.sub (local.get $mode) (i32.const 1)))
  (func (export "open")
    (global.set $steps (i32.add (i32.mul (global.get $steps) (i32.const 10)) (i32.const 3))))
  (func (export "steps") (result i32) (global.get $steps))
  (func (export "size") (result i64) (global.get $size))
  (func (export "first") (param i32) (result i32)
    (if (i32.ne (global.get $steps) (i32.const 123)) (then unreachable))
    (i32.load8_u (local.get 0))))"#;

const STARTED_WORLD: &str = "export steps: func() -> u32; export size: func() -> u64;
    export first: func(text: string) -> u32;";

fn started(init: &str) -> String {
    format!(
        "init = [{init}]\n[import.\"env.log\"]\nstub = \"nothing\"\n[function.first]\n\
         arguments = [{{ as = \"cstring\", param = \"text\", nul = \"trap\" }}]"
    )
}

#[test]
fn the_module_is_started_once_and_in_order() {
    let init = r#"{ calls = "setup", arguments = [0x1_0000_0000, 1] }, { calls = "open" }"#;
    let mut wrapped = Wrapped::compared(STARTED, STARTED_WORLD, &started(init));
    assert_eq!(wrapped.call("first", &[string("A")]), Val::U32(65));
    for _ in 0..2 {
        assert_eq!(wrapped.call("steps", &[]), Val::U32(123));
    }
    assert_eq!(wrapped.call("size", &[]), Val::U64(1 << 32));
}

#[test]
fn a_start_that_fails_traps_with_the_name_of_the_function() {
    let with = |ok: &str| {
        let init = format!("{{ calls = \"setup\", arguments = [0, 7]{ok} }}");
        wrap(STARTED, STARTED_WORLD, &started(&init)).expect("it can be wrapped")
    };
    let trap = Wrapped::try_start(&with("").bytes)
        .err()
        .map(|error| format!("{error:?}"));
    let trap = trap.expect("a trap");
    assert!(
        trap.contains("uplift: `setup` returned a status of failure"),
        "{trap}"
    );
    assert!(Wrapped::try_start(&with(", ok = [\"5..=6\"]").bytes).is_ok());
}

#[test]
fn a_start_that_does_not_fit_is_refused() {
    for (init, message) in [
        (
            "{ calls = \"setpu\" }",
            "the module exports no function `setpu`",
        ),
        (
            "{ calls = \"setup\" }",
            "`setup` is (i64, i32) -> i32, and the mapping gives it 0 numbers",
        ),
        (
            "{ calls = \"setup\", arguments = [0, 0.5] }",
            "this number is no i32",
        ),
        ("{ calls = \"open\", ok = [0] }", "`open` returns no status"),
        (
            "{ calls = \"_initialize\" }",
            "`_initialize` runs by itself, before the calls in `init`",
        ),
    ] {
        let found = mistakes(STARTED, STARTED_WORLD, &started(init));
        assert_eq!(found[0].message, message, "{found:#?}");
    }
}

/// Exports around `plus` and `minus`, each made of this, and what is exported as
/// a wrapper.
fn wrappers(plus: &str, minus: &str) -> Vec<String> {
    let module = format!(
        "(module
          (global $starts (mut i32) (i32.const 0))
          (func $before (global.set $starts (i32.add (global.get $starts) (i32.const 1))))
          (func $after (global.set $starts (i32.add (global.get $starts) (i32.const 10))))
          (func $plus (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func $minus (param i32) (result i32) (i32.sub (i32.const 0) (local.get 0)))
          (func (export \"plus\") (param i32 i32) (result i32) {plus})
          {minus})"
    );
    let module = wat::parse_str(module).expect("a valid module");
    let module = Module::read(module).expect("a module");
    module.inspect().command_wrappers
}

#[test]
fn exports_that_run_constructors_at_each_call_are_found_without_names() {
    let minus = |body: &str| format!("(func (export \"minus\") (param i32) (result i32) {body})");
    let (plus, less) = (
        "local.get 0 local.get 1 call $plus",
        "local.get 0 call $minus",
    );
    for (before, after) in [
        ("call $before", "call $after"),
        ("call $before", ""),
        ("", "call $after"),
    ] {
        let minus = minus(&format!("{before} {less} {after}"));
        let plus = format!("{before} {plus} {after}");
        assert_eq!(wrappers(&plus, &minus), ["plus", "minus"]);
    }
    let around = format!("call $before {plus} call $after");
    assert_eq!(wrappers(&around, ""), ["plus"]);

    let none: [&str; 0] = [];
    assert_eq!(wrappers(plus, &minus(less)), none);
    assert_eq!(wrappers(&around, &minus(less)), none);
    assert_eq!(wrappers(&format!("call $before {plus}"), ""), none);
    let backwards = "call $before local.get 1 local.get 0 call $plus call $after";
    assert_eq!(wrappers(backwards, ""), none);
    let other = minus(&format!("call $after {less} call $before"));
    assert_eq!(wrappers(&around, &other), none);
}

#[test]
fn exports_that_run_constructors_at_each_call_are_told_and_called_as_they_are() {
    let module = r#"(module
      (global $starts (mut i32) (i32.const 0))
      (func $before (global.set $starts (i32.add (global.get $starts) (i32.const 1))))
      (func $starts (result i32) (global.get $starts))
      (func $starts.command_export (export "starts") (result i32) call $before call $starts))"#;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = "package test:wrapped; world wrapped { export starts: func() -> s32; }";
    std::fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let module = wat::parse_str(module).expect("a valid module");
    let module = Module::read(module).expect("a module");
    let mapping = Mapping::parse("version = 1\nwit = { path = \"world.wit\" }");
    let mapping = mapping.expect("a mapping");
    let plan = Plan::check(&module, &mapping, folder.path()).expect("a plan");
    let told = "constructors run before and destructors after each call of `starts`";
    assert!(
        plan.notes().iter().any(|note| note.starts_with(told)),
        "{:?}",
        plan.notes()
    );
    let mut starts = Wrapped::start(&plan.emit().expect("a component").bytes);
    assert_eq!(starts.call("starts", &[]), Val::S32(1));
    assert_eq!(starts.call("starts", &[]), Val::S32(2));
}

/// A module whose start function calls what stands behind a name, the first time
/// that it runs where `first` is 1.
fn beginning(callee: &str, first: u32) -> String {
    format!(
        r#"(module
      (import "env" "log" (func $log (param i32)))
      (memory (export "memory") 1)
      (global $at (mut i32) (i32.const 0))
      (func $count (param i32) (global.set $at (i32.const 42)))
      (func $begin
        (global.set $at (i32.const 1))
        (if (i32.const {first}) (then (call {callee} (i32.const 1)))))
      (func (export "at") (result i32) (global.get $at))
      (start $begin))"#
    )
}

#[test]
fn a_start_function_that_may_call_an_import_is_told_because_the_call_would_trap() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = "package test:wrapped; world wrapped { export at: func() -> u32; }";
    std::fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let mapping = Mapping::parse(
        "version = 1\nwit = { path = \"world.wit\" }\n[import.\"env.log\"]\nstub = \"nothing\"",
    );
    let mapping = mapping.expect("a mapping");
    for (callee, first, told, at) in [
        ("$count", 1, false, Some(42)),
        ("$log", 0, true, Some(1)),
        ("$log", 1, true, None),
    ] {
        let module = wat::parse_str(beginning(callee, first)).expect("a valid module");
        let module = Module::read(module).expect("a module");
        let plan = Plan::check(&module, &mapping, folder.path()).expect("a plan");
        let note = "the module's start function may call an import";
        let found = plan.notes().iter().any(|found| found.starts_with(note));
        assert_eq!(found, told, "{callee}");
        let begun = Wrapped::try_start(&plan.emit().expect("a component").bytes);
        match (begun, at) {
            (Ok(mut begun), Some(at)) => assert_eq!(begun.call("at", &[]), Val::U32(at)),
            (Err(error), None) => {
                let error = format!("{error:?}");
                assert!(error.contains("uninitialized element"), "{error}");
            }
            (begun, at) => panic!("{at:?}: {:?}", begun.err()),
        }
    }
}
