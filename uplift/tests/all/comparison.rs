//! `uplift check` finds what is wrong, and nothing where nothing is.

use std::fs;
use std::time::Duration;

use uplift::{
    Cases, Comparison, Component, Error, FunctionReport, Limits, Mapping, Module, Options, Plan,
    Verdict,
};

mod cases;
mod command;
mod mutants;
mod planted;
mod resources;
mod shapes;
mod traps;

/// A C library with an allocator that reuses what was freed, in lists by powers
/// of two.
const REUSING: &str = r#"
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 4096))
    (func $malloc (export "malloc") (param $size i32) (result i32)
      (local $class i32) (local $at i32)
      (local.set $class
        (i32.sub (i32.const 32) (i32.clz (i32.add (local.get $size) (i32.const 15)))))
      (local.set $at (i32.load offset=1024 (i32.shl (local.get $class) (i32.const 2))))
      (if (local.get $at)
        (then
          (i32.store offset=1024 (i32.shl (local.get $class) (i32.const 2))
            (i32.load offset=8 (local.get $at))))
        (else
          (local.set $at (global.get $top))
          (global.set $top
            (i32.add (global.get $top) (i32.shl (i32.const 1) (local.get $class))))
          (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))
            (then (drop (memory.grow (i32.add (i32.const 1)
              (i32.shr_u (i32.shl (i32.const 1) (local.get $class)) (i32.const 16)))))))))
      (i32.store (local.get $at) (local.get $class))
      (i32.add (local.get $at) (i32.const 8)))
    (func $free (export "free") (param $at i32)
      (local $list i32)
      (if (i32.eqz (local.get $at)) (then (return)))
      (local.set $list (i32.shl (i32.load (i32.sub (local.get $at) (i32.const 8))) (i32.const 2)))
      (i32.store (local.get $at) (i32.load offset=1024 (local.get $list)))
      (i32.store offset=1024 (local.get $list) (i32.sub (local.get $at) (i32.const 8))))
    (func (export "keep") (param i32))
"#;

/// Copies a C string into memory of its own.
const COPY: &str = r#"
    (func (export "copy") (param $text i32) (result i32)
      (local $length i32) (local $to i32)
      (block $end (loop $next
        (br_if $end (i32.eqz (i32.load8_u (i32.add (local.get $text) (local.get $length)))))
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (br $next)))
      (local.set $to (call $malloc (i32.add (local.get $length) (i32.const 1))))
      (memory.copy (local.get $to) (local.get $text)
        (i32.add (local.get $length) (i32.const 1)))
      (local.get $to))
"#;
const COPY_WORLD: &str = "export copy: func(text: string) -> string;";
const CALL_COPY: &str = r#"[function.copy]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", free = "free" }
"#;

/// Sums elements of four bytes.
const SUM: &str = r#"
    (func (export "sum") (param $at i32) (param $count i32) (result i32)
      (local $sum i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))
"#;
const SUM_WORLD: &str = "export sum: func(data: list<u32>) -> u32;";

fn module(functions: &str) -> String {
    format!("(module {REUSING} {functions})")
}

/// What is compared, planned and emitted.
struct Subject {
    mapping: Mapping,
    plan: Plan,
    component: Component,
}

impl Subject {
    fn new(wat: &str, world: &str, mapping: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let wit = if world.contains("world ") {
            world.to_owned()
        } else {
            format!("package test:wrapped; world wrapped {{ {world} }}")
        };
        fs::write(folder.path().join("world.wit"), wit).expect("the WIT can be written");
        let mapping = format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{mapping}");
        let module = wat::parse_str(wat).expect("the test's module is valid");
        let module = Module::read(module).expect("a module");
        let mapping = Mapping::parse(&mapping).expect("a mapping");
        let plan = match Plan::check(&module, &mapping, folder.path()) {
            Ok(plan) => plan,
            Err(Error::Mapping(mistakes)) => panic!("{mistakes:#?}"),
            Err(other) => panic!("{other}"),
        };
        let component = plan.emit().expect("a component");
        Subject {
            mapping,
            plan,
            component,
        }
    }

    /// The module of this one, and the component of another.
    fn against(self, other: Subject) -> Self {
        Subject {
            component: other.component,
            ..self
        }
    }

    fn compare(&self, options: &Options, cases: &str) -> Result<Comparison, Error> {
        let cases = Cases::parse(cases)?;
        self.plan
            .compare(&self.mapping, &self.component, options, &cases)
    }
}

/// Few inputs: these tests run without optimization.
fn few() -> Options {
    Options {
        inputs: 60,
        calls: 200,
        limits: Limits {
            time: Duration::from_secs(2),
            ..Limits::default()
        },
        ..Options::default()
    }
}

const NO_CASES: &str = "version = 1";

fn compare(wat: &str, world: &str, mapping: &str) -> Comparison {
    let compared = Subject::new(wat, world, mapping).compare(&few(), NO_CASES);
    compared.expect("a comparison")
}

/// The report of the only function.
fn only(comparison: &Comparison) -> &FunctionReport {
    assert_eq!(comparison.functions.len(), 1);
    &comparison.functions[0]
}

#[test]
fn a_right_mapping_agrees_and_its_memory_stays_flat() {
    let comparison = compare(&module(COPY), COPY_WORLD, CALL_COPY);
    assert!(comparison.agrees(), "{comparison:#?}");
    let copy = only(&comparison);
    assert_eq!(copy.same + copy.trapped, copy.inputs);
    // The strings with a NUL in them.
    assert!(copy.trapped > 2, "{copy:#?}");
    let memory = copy.memory.as_ref().expect("it was called many times");
    assert_eq!(memory.calls, 200);
    assert_eq!((memory.module.growth(), memory.wrapped.growth()), (0, 0));
    assert!(!copy.leaks());
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let report = || {
        let comparison = compare(&module(COPY), COPY_WORLD, CALL_COPY);
        serde_json::to_string(&comparison).expect("a report is JSON")
    };
    assert_eq!(report(), report());
}

#[test]
fn a_function_that_frees_nothing_shows_as_memory_that_grows_on_both_sides() {
    let wrong = CALL_COPY.replace("free = \"free\"", "free = \"keep\"");
    let comparison = compare(&module(COPY), COPY_WORLD, &wrong);
    let copy = only(&comparison);
    assert!(copy.leaks(), "{copy:#?}");
    assert!(comparison.agrees(), "both sides do what the mapping says");
}

#[test]
fn a_function_that_frees_the_wrong_thing_traps_or_differs() {
    // The state behind the pointer is not what this one expects.
    let destroy = r#"(func (export "destroy") (param i32)
      (if (i32.ne (i32.load (local.get 0)) (i32.const 0x600d)) (then unreachable)))"#;
    let wrong = CALL_COPY.replace("free = \"free\"", "free = \"destroy\"");
    let comparison = compare(&module(&format!("{COPY}{destroy}")), COPY_WORLD, &wrong);
    let copy = only(&comparison);
    assert_eq!(copy.same, 0);
    assert_eq!(copy.trapped, copy.inputs);
    assert_eq!(comparison.never_answered, ["copy"]);
}

#[test]
fn a_length_in_bytes_where_elements_are_meant_shows_in_what_is_read_beyond_them() {
    let right = r#"[function.sum]
arguments = [{ as = "pointer", param = "data" }, { as = "length", param = "data" }]"#;
    assert!(compare(&module(SUM), SUM_WORLD, right).agrees());
    let wrong = right.replace("\"length\",", "\"length\", unit = \"bytes\",");
    let comparison = compare(&module(SUM), SUM_WORLD, &wrong);
    let sum = only(&comparison);
    assert!(sum.different > 0);
    let finding = sum.finding.as_ref().expect("a finding");
    // The smallest input that shows it.
    assert_eq!(finding.steps, ["sum([0])"]);
    assert!(finding.alone);
}

#[test]
fn a_buffer_that_is_too_small_shows_as_bytes_written_beyond_it() {
    let fill = r#"(func (export "fill") (param $to i32)
      (memory.fill (local.get $to) (i32.const 0x2e) (i32.const 9)))"#;
    let mapping = r#"[function.fill]
arguments = [{ as = "buffer", capacity = { constant = 8 } }]"#;
    let comparison = compare(&module(fill), "export fill: func() -> list<u8>;", mapping);
    let finding = only(&comparison).finding.as_ref().expect("a finding");
    let said = "and it wrote beyond the 8 bytes that it was given, the last time 1 after their end";
    assert!(finding.module.ends_with(said), "{finding:#?}");
}

#[test]
fn a_buffer_that_is_not_filled_shows_as_a_difference() {
    let fill = r#"(func (export "fill") (param $to i32)
      (memory.fill (local.get $to) (i32.const 0x2e) (i32.const 7)))"#;
    let mapping = r#"[function.fill]
arguments = [{ as = "buffer", capacity = { constant = 8 } }]"#;
    let comparison = compare(&module(fill), "export fill: func() -> list<u8>;", mapping);
    assert!(!comparison.agrees());
}

#[test]
fn a_difference_that_needs_earlier_calls_is_reported_with_that() {
    // The wrapped side makes one call more for each of these.
    let count = r#"(global $calls (mut i32) (i32.const 0))
      (func (export "count") (param i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.gt_u (global.get $calls) (i32.const 20)))
      (func (export "free") (param i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
      (memory (export "memory") 1)
      (func (export "malloc") (param i32) (result i32) (i32.const 1024))"#;
    let world = "export count: func(data: list<u8>) -> bool;";
    let mapping = "[function.count]\narguments = [{ as = \"pointer\", param = \"data\" }, \
                   { as = \"length\", param = \"data\" }]";
    let count = count.replace(
        "(param i32) (result i32)\n",
        "(param i32 i32) (result i32)\n",
    );
    let comparison = compare(&format!("(module {count})"), world, mapping);
    let finding = only(&comparison).finding.as_ref().expect("a finding");
    assert!(!finding.alone, "{finding:#?}");
}

#[test]
fn nan_is_nan_whatever_its_payload_and_zeros_differ_by_their_sign() {
    let negate = r#"(func (export "negate") (param f64) (result f64) (f64.neg (local.get 0)))"#;
    let comparison = compare(
        &format!("(module {negate})"),
        "export negate: func(x: f64) -> f64;",
        "",
    );
    assert!(comparison.agrees(), "{comparison:#?}");
}

#[test]
fn a_module_that_loops_or_wants_all_memory_is_stopped() {
    let hostile = r#"(module (memory (export "memory") 1)
      (func (export "spin") (loop $again (br $again)))
      (func (export "swallow") (result i32)
        (loop $again
          (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))
        (i32.const 7)))"#;
    let world = "export spin: func(); export swallow: func() -> s32;";
    let subject = Subject::new(hostile, world, "");
    let options = Options {
        limits: Limits {
            time: Duration::from_millis(50),
            memory: 16 << 20,
        },
        ..few()
    };
    let comparison = subject.compare(&options, NO_CASES).expect("a comparison");
    let [spin, swallow] = comparison.functions.as_slice() else {
        panic!("two functions");
    };
    assert_eq!((spin.stopped, spin.same), (2, 0));
    assert!(spin.cut_short);
    assert_eq!(swallow.same, swallow.inputs);
}

#[test]
fn what_the_module_imports_stands_still_on_both_sides() {
    let clock = r#"(module
      (import "wasi_snapshot_preview1" "random_get"
        (func $random (param i32 i32) (result i32)))
      (import "env" "now" (func $now (result i64)))
      (memory (export "memory") 1)
      (func (export "draw") (result i64)
        (drop (call $random (i32.const 1024) (i32.const 8)))
        (i64.add (call $now) (i64.load (i32.const 1024)))))"#;
    let mapping = "[import.\"env.now\"]\nreturns = 5";
    let comparison = compare(clock, "export draw: func() -> s64;", mapping);
    assert!(comparison.agrees(), "{comparison:#?}");
}

#[test]
fn a_function_that_frees_may_call_wasi() {
    // In post-return that would trap.
    let library = r#"(import "wasi_snapshot_preview1" "random_get"
      (func $random (param i32 i32) (result i32)))"#;
    let functions = r#"
      (func (export "name") (result i32)
        (local $at i32)
        (local.set $at (call $malloc (i32.const 4)))
        (i32.store (local.get $at) (i32.const 0x616441))
        (local.get $at))
      (func (export "free_name") (param $at i32)
        (drop (call $random (i32.const 512) (i32.const 8)))
        (call $free (local.get $at)))"#;
    let module = module(functions).replacen("(module", &format!("(module {library}"), 1);
    let mapping = "[memory]\ngrowth-is-safe-because = \"it is never grown\"
[function.name]\nreturns = { as = \"cstring\", free = \"free_name\" }";
    let comparison = compare(&module, "export name: func() -> string;", mapping);
    assert!(comparison.agrees(), "{comparison:#?}");
    let name = only(&comparison);
    assert_eq!((name.same, name.trapped), (name.inputs, 0), "{name:#?}");
}

#[test]
fn a_module_that_does_not_start_can_not_be_compared() {
    let broken = "(module (func $start unreachable) (start $start)
      (func (export \"one\") (result i32) (i32.const 1)))";
    let subject = Subject::new(broken, "export one: func() -> s32;", "");
    let error = subject.compare(&few(), NO_CASES).expect_err("it traps");
    assert!(matches!(error, Error::NotRunnable(_)), "{error}");
}

#[test]
fn errors_with_a_status_a_number_and_a_text_are_the_same_on_both_sides() {
    let fail = r#"
      (data (i32.const 16) "no luck\00")
      (func (export "fail") (param i32) (result i32)
        (i32.sub (i32.const 0) (i32.rem_u (local.get 0) (i32.const 5))))
      (func (export "why") (param i32) (result i32)
        (select (i32.const 16) (i32.const 0) (i32.lt_s (local.get 0) (i32.const -1))))"#;
    let world = "variant error { minor, other(tuple<s32, string>) }
      export fail: func(x: u32) -> result<_, error>;";
    let mapping = r#"[function.fail]
returns = { as = "status", errors = { "-1" = "minor", "..=-2" = "other" }, text = { calls = "why", borrowed = "static", null = "empty" } }"#;
    let comparison = compare(&module(fail), world, mapping);
    assert!(comparison.agrees(), "{comparison:#?}");
    let cases = "version = 1
[[case]]
name = \"a third failure\"
steps = [{ call = \"fail\", arguments = [\"3\"], result = 'err(other((-3, \"no luck\")))' }]";
    let compared = Subject::new(&module(fail), world, mapping).compare(&few(), cases);
    let comparison = compared.expect("a comparison");
    assert_eq!(
        comparison.cases[0].verdict,
        Verdict::AsExpected,
        "{comparison:#?}"
    );
}
