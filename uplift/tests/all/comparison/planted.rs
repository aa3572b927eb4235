//! A component with one defect, against a module without it: each is found.

use uplift::Options;

use super::{
    CALL_COPY, COPY, COPY_WORLD, Comparison, NO_CASES, SUM, SUM_WORLD, Subject, few, module, only,
};

/// The component that another mapping makes, or another module.
fn planted(right: Subject, defect: Subject) -> Comparison {
    let subject = right.against(defect);
    subject.compare(&few(), NO_CASES).expect("a comparison")
}

/// The first words of the difference, by the module and by the component.
fn said(comparison: &Comparison) -> (&str, &str) {
    let finding = only(comparison).finding.as_ref().expect("a finding");
    (&finding.module, &finding.wrapped)
}

const SHAPE: &str = r#"(func (export "area") (param $at i32) (result i32)
  (i32.mul (i32.load (local.get $at)) (i32.load offset=8 (local.get $at))))"#;
const SHAPE_WORLD: &str =
    "record shape { width: u32, height: u32 } export area: func(of: shape) -> u32;";
const CALL_SHAPE: &str = r#"[record.shape]
size = 16
fields = { width = { offset = 0 }, height = { offset = 8 } }
[function.area]
arguments = [{ as = "record", param = "of" }]"#;

fn shape(mapping: &str) -> Subject {
    Subject::new(&module(SHAPE), SHAPE_WORLD, mapping)
}

#[test]
fn a_member_at_another_offset_is_found() {
    assert!(planted(shape(CALL_SHAPE), shape(CALL_SHAPE)).agrees());
    let wrong = CALL_SHAPE.replace("height = { offset = 8 }", "height = { offset = 4 }");
    assert!(!planted(shape(CALL_SHAPE), shape(&wrong)).agrees());
}

#[test]
fn members_that_are_swapped_are_found() {
    let difference = |width: u32, height: u32| {
        let area = SHAPE.replace("i32.mul", "i32.sub");
        let mapping = CALL_SHAPE.replace("offset = 0", &format!("offset = {width}"));
        let mapping = mapping.replace(
            "height = { offset = 8",
            &format!("height = {{ offset = {height}"),
        );
        Subject::new(&module(&area), SHAPE_WORLD, &mapping)
    };
    assert!(planted(difference(0, 8), difference(0, 8)).agrees());
    assert!(!planted(difference(0, 8), difference(8, 0)).agrees());
}

fn copy(mapping: &str) -> Subject {
    Subject::new(&module(COPY), COPY_WORLD, mapping)
}

#[test]
fn a_result_that_one_side_does_not_free_is_found_by_the_memory() {
    let kept = CALL_COPY.replace("free = \"free\"", "free = \"keep\"");
    for comparison in [
        planted(copy(CALL_COPY), copy(&kept)),
        planted(copy(&kept), copy(CALL_COPY)),
    ] {
        assert!(only(&comparison).memory_differs(), "{comparison:#?}");
        assert!(!comparison.agrees());
    }
}

/// Few bytes at each call: a page is full only after thousands of them.
#[test]
fn a_small_leak_of_one_side_is_found_by_more_calls() {
    let name = r#"(func (export "name") (param i32) (result i32)
      (local $at i32)
      (local.set $at (call $malloc (i32.const 4)))
      (i32.store (local.get $at) (i32.const 0x616441))
      (local.get $at))"#;
    let named = |free: &str| {
        let mapping =
            format!("[function.name]\nreturns = {{ as = \"cstring\", free = \"{free}\" }}");
        Subject::new(
            &module(name),
            "export name: func(number: u32) -> string;",
            &mapping,
        )
    };
    let options = Options {
        inputs: 5,
        calls: 1000,
        ..few()
    };
    let compared = |module: &str, component: &str| {
        let subject = named(module).against(named(component));
        subject.compare(&options, NO_CASES).expect("a comparison")
    };
    let comparison = compared("free", "keep");
    assert!(!comparison.agrees(), "{comparison:#?}");
    let comparison = compared("keep", "keep");
    assert!(only(&comparison).leaks(), "{comparison:#?}");
    let comparison = compared("free", "free");
    assert!(comparison.agrees() && !only(&comparison).leaks());
}

#[test]
fn what_is_freed_by_the_wrong_function_is_found() {
    let functions = format!(
        "{COPY} (func (export \"destroy\") (param i32)
          (if (i32.ne (i32.load (local.get 0)) (i32.const 0x600d)) (then unreachable)))"
    );
    let freed = |by: &str| {
        let mapping = CALL_COPY.replace("free = \"free\"", &format!("free = \"{by}\""));
        Subject::new(&module(&functions), COPY_WORLD, &mapping)
    };
    let comparison = planted(freed("free"), freed("destroy"));
    let (module, wrapped) = said(&comparison);
    assert!(module.starts_with("returned "), "{module}");
    assert!(wrapped.starts_with("trapped in the module: "), "{wrapped}");
}

#[test]
fn a_length_that_is_off_by_one_is_found() {
    let call = "[function.sum]\narguments = [{ as = \"pointer\", param = \"data\" }, \
                { as = \"length\", param = \"data\" }]";
    let sum = |functions: &str| Subject::new(&module(functions), SUM_WORLD, call);
    assert!(planted(sum(SUM), sum(SUM)).agrees());
    // One less, and one more.
    for change in ["i32.sub", "i32.add"] {
        let first = format!(
            "(param $count i32) (result i32)
      (local $sum i32)
      (local.set $count ({change} (local.get $count) (i32.const 1)))"
        );
        let off = SUM.replace(
            "(param $count i32) (result i32)\n      (local $sum i32)",
            &first,
        );
        assert_ne!(off, SUM);
        let off = off.replace(
            "(i32.eqz (local.get $count))",
            "(i32.le_s (local.get $count) (i32.const 0))",
        );
        assert!(!planted(sum(SUM), sum(&off)).agrees(), "{change}");
    }
}

#[test]
fn a_number_that_is_extended_by_the_wrong_sign_is_found() {
    let store = r#"(func (export "store") (param $number i32) (param $to i32)
      (STORE (local.get $to) (local.get $number)))"#;
    for (right, wrong) in [("s8", "u8"), ("s16", "u16"), ("u8", "s8"), ("u16", "s16")] {
        let store = store.replace(
            "STORE",
            if right.ends_with('8') {
                "i32.store8"
            } else {
                "i32.store16"
            },
        );
        let stored = |ty: &str| {
            let mapping = format!(
                "[function.store]\narguments = [{{ as = \"value\", param = \"number\" }}, \
                 {{ as = \"out-value\", type = \"{ty}\" }}]"
            );
            let world = "export store: func(number: u16) -> s32;";
            Subject::new(&module(&store), world, &mapping)
        };
        assert!(planted(stored(right), stored(right)).agrees());
        assert!(!planted(stored(right), stored(wrong)).agrees(), "{right}");
    }
}
