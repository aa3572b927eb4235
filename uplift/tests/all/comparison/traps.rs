//! Which traps are the same, and functions that do nothing else.

use super::{CALL_COPY, COPY, COPY_WORLD, Comparison, NO_CASES, Subject, few, module, only};

const WORLD: &str = "export name: func(number: u32) -> string;";
const NAME: &str = "[function.name]\nreturns = { as = \"cstring\", borrowed = \"static\" }";

/// A name for each number but 0; what is done there.
fn naming(zero: &str) -> Subject {
    let name = format!(
        r#"(data (i32.const 16) "Ada\00")
        (func (export "name") (param $number i32) (result i32)
          (if (i32.eqz (local.get $number)) (then {zero}))
          (i32.const 16))"#
    );
    Subject::new(&module(&name), WORLD, NAME)
}

fn compared(raw: &str, wrapped: &str) -> Comparison {
    let subject = naming(raw).against(naming(wrapped));
    subject.compare(&few(), NO_CASES).expect("a comparison")
}

const UNREACHABLE: &str = "unreachable";
const DIVISION: &str = "(drop (i32.div_u (i32.const 1) (local.get $number)))";
const NULL: &str = "(return (i32.const 0))";
const BEYOND: &str = "(return (i32.const -8))";

#[test]
fn the_same_trap_on_both_sides_agrees() {
    for trap in [UNREACHABLE, DIVISION, NULL, BEYOND] {
        let comparison = compared(trap, trap);
        assert!(comparison.agrees(), "{comparison:#?}");
        assert!(only(&comparison).trapped > 0, "{comparison:#?}");
        assert!(comparison.never_answered.is_empty());
    }
}

#[test]
fn what_the_caller_refuses_agrees_with_what_the_shim_or_the_canonical_abi_does() {
    assert!(compared(NULL, BEYOND).agrees());
    assert!(compared(BEYOND, NULL).agrees());
}

#[test]
fn traps_with_other_codes_differ() {
    let comparison = compared(UNREACHABLE, DIVISION);
    let finding = only(&comparison).finding.as_ref().expect("a finding");
    assert_eq!(finding.steps, ["name(0)"]);
    assert!(finding.module.contains("unreachable"), "{finding:#?}");
    assert!(finding.wrapped.contains("divide by zero"), "{finding:#?}");
}

#[test]
fn a_trap_in_the_module_differs_from_a_refusal_of_its_result() {
    for (raw, wrapped) in [(UNREACHABLE, NULL), (NULL, UNREACHABLE), (DIVISION, BEYOND)] {
        let comparison = compared(raw, wrapped);
        assert!(!comparison.agrees(), "{raw} {wrapped}");
    }
    let comparison = compared(UNREACHABLE, NULL);
    let finding = only(&comparison).finding.as_ref().expect("a finding");
    assert!(finding.module.starts_with("trapped in the module: "));
    let refused = "trapped at the boundary: the module returned a null pointer";
    assert_eq!(finding.wrapped, refused);
}

#[test]
fn a_stack_that_overflows_and_an_exit_agree() {
    let endless = "(module (func $down (export \"down\") (param i32) (result i32)
      (i32.add (call $down (local.get 0)) (i32.const 1))))";
    let subject = Subject::new(endless, "export down: func(number: u32) -> u32;", "");
    let comparison = subject.compare(&few(), NO_CASES).expect("a comparison");
    assert!(comparison.agrees(), "{comparison:#?}");
    assert_eq!(comparison.never_answered, ["down"]);
    let exit = r#"(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "leave") (param i32) (result i32) (call $exit (i32.const 3)) (i32.const 0)))"#;
    let subject = Subject::new(exit, "export leave: func(number: u32) -> u32;", "");
    let comparison = subject.compare(&few(), NO_CASES).expect("a comparison");
    assert!(comparison.agrees(), "{comparison:#?}");
}

#[test]
fn a_case_shows_that_a_function_answers_or_is_meant_to_trap() {
    // The only text that it takes.
    let picky = r#"(func (export "picky") (param $text i32) (result i32)
      (if (i32.ne (i32.load (local.get $text)) (i32.const 0x616441)) (then unreachable))
      (call $copy (local.get $text)))"#;
    let wat = module(&format!("{COPY}{picky}")).replace("(func (export \"copy\")", "(func $copy");
    let world = COPY_WORLD.replace("copy", "picky");
    let mapping = CALL_COPY.replace("copy", "picky");
    let subject = Subject::new(&wat, &world, &mapping);
    let compared = |cases: &str| {
        let comparison = subject.compare(&few(), cases).expect("a comparison");
        assert!(comparison.agrees(), "{comparison:#?}");
        comparison.never_answered
    };
    assert_eq!(compared(NO_CASES), ["picky"]);
    let case = |step: &str| {
        format!("version = 1\n[[case]]\nname = \"one\"\nsteps = [{{ call = \"picky\", {step} }}]")
    };
    let answers = r#"arguments = ['"Ada"'], result = '"Ada"'"#;
    assert!(compared(&case(answers)).is_empty());
    let traps = r#"arguments = ['"Grace"'], traps = true"#;
    assert!(compared(&case(traps)).is_empty());
}

/// An allocator at the end of a memory that does not grow: the marks of the C side
/// do not fit.
#[test]
fn an_input_without_room_on_the_c_side_is_no_difference() {
    let full = r#"(module (memory (export "memory") 2 2)
      (global $top (mut i32) (i32.const 0x1e000))
      (func $malloc (export "malloc") (param $size i32) (result i32)
        (local $at i32)
        (local.set $at (global.get $top))
        (global.set $top (i32.and (i32.add (i32.add (local.get $at) (local.get $size))
          (i32.const 15)) (i32.const -16)))
        (if (i32.ge_u (global.get $top) (i32.const 0x40000)) (then (return (i32.const 0))))
        (local.get $at))
      (func (export "free") (param $at i32) (global.set $top (local.get $at)))
      (func (export "first") (param $at i32) (param $length i32) (result i32)
        (if (i32.eqz (local.get $length)) (then (return (i32.const 0))))
        (i32.load8_u (local.get $at))))"#;
    let world = "export first: func(data: list<u8>) -> u8;";
    let mapping = "[function.first]\narguments = [{ as = \"pointer\", param = \"data\" }, \
                   { as = \"length\", param = \"data\" }]";
    let subject = Subject::new(full, world, mapping);
    let comparison = subject.compare(&few(), NO_CASES).expect("a comparison");
    assert!(comparison.agrees(), "{comparison:#?}");
    let first = only(&comparison);
    assert!(first.no_room > 0 && first.same > 0, "{first:#?}");
}
