//! A shim with a defect is found out: each operator of it is changed in turn.

use std::ops::Range;

use uplift::{Component, Options};
use wasmparser::{Operator, Parser, Payload};

use super::{CALL_COPY, COPY, COPY_WORLD, NO_CASES, REUSING, SUM, SUM_WORLD, Subject, few};
use crate::wrapped::guarded;

/// The places of the instructions in the shim, which is the second core module,
/// that can be changed by a byte into ones of the same type, and what they are.
fn places(component: &[u8]) -> Vec<(usize, u8, String)> {
    let mut shims = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload.expect("a valid component")
        {
            shims.push(unchecked_range);
        }
    }
    let Range { start, end } = shims.swap_remove(1);
    let offset = |at: u64| usize::try_from(at).expect("an offset");
    let (start, end) = (offset(start), offset(end));
    let mut found = Vec::new();
    let mut function = 0;
    for payload in Parser::new(0).parse_all(&component[start..end]) {
        let Payload::CodeSectionEntry(body) = payload.expect("a valid shim") else {
            continue;
        };
        function += 1;
        let operators = body.get_operators_reader().expect("code");
        for operator in operators.into_iter_with_offsets() {
            let (operator, at) = operator.expect("code");
            let changed = match operator {
                Operator::I32Add => 0x6b, // i32.sub
                Operator::I32Sub => 0x6a, // i32.add
                Operator::I32Eq => 0x47,  // i32.ne
                Operator::I32Ne => 0x46,  // i32.eq
                Operator::I32GtU => 0x4d, // i32.le_u
                Operator::I32LtU => 0x4f, // i32.ge_u
                _ => continue,
            };
            let name = format!("{operator:?} of function {function}, at {at:#x}");
            found.push((start + offset(at), changed, name));
        }
    }
    found
}

/// How many changes there are, and what is left of them that nothing shows: neither
/// with an allocator that reuses what was freed, nor with one that notices what is
/// written beside its blocks.
fn found_out(functions: &str, world: &str, mapping: &str) -> (usize, Vec<String>) {
    let mut missed: Option<Vec<usize>> = None;
    let mut names = Vec::new();
    // What is never reused says nothing of what is left behind.
    for (allocator, calls) in [(REUSING.to_owned(), 50), (guarded(19), 0)] {
        let options = Options {
            inputs: 30,
            calls,
            ..few()
        };
        let wat = format!("(module {allocator} {functions})");
        let mut subject = Subject::new(&wat, world, mapping);
        let right = subject.compare(&options, NO_CASES).expect("a comparison");
        assert!(right.agrees(), "{right:#?}");
        let bytes = subject.component.bytes.clone();
        let places = places(&bytes);
        let before = missed.unwrap_or_else(|| (0..places.len()).collect());
        missed = Some(Vec::new());
        for number in before {
            let (at, changed, _) = &places[number];
            let mut bytes = bytes.clone();
            bytes[*at] = *changed;
            subject.component = Component {
                bytes,
                ..subject.component
            };
            // One that does not even start, or has no room, is found out too.
            if let Ok(comparison) = subject.compare(&options, NO_CASES)
                && comparison.agrees()
            {
                missed.get_or_insert_default().push(number);
            }
        }
        names = places.into_iter().map(|(_, _, name)| name).collect();
    }
    let missed = missed.unwrap_or_default().into_iter();
    let missed = missed.map(|number| names[number].clone()).collect();
    (names.len(), missed)
}

/// Those that are missed are in what these calls do not reach: an input that shrinks,
/// which no UTF-8 does, and the size of an input, which not every allocator is told
/// when it is freed. The tests of memory have both.
#[test]
fn nearly_all_changes_of_an_operator_in_the_shim_are_found_out() {
    let sum = "[function.sum]\narguments = [{ as = \"pointer\", param = \"data\" }, \
               { as = \"length\", param = \"data\" }]";
    let mut all = 0;
    let mut missed = Vec::new();
    for (functions, world, mapping) in [(COPY, COPY_WORLD, CALL_COPY), (SUM, SUM_WORLD, sum)] {
        let (changed, unnoticed) = found_out(functions, world, mapping);
        all += changed;
        missed.extend(unnoticed);
    }
    println!("{} of {all} changes are missed: {missed:#?}", missed.len());
    assert!(all > 20, "{all}");
    assert!(8 * missed.len() <= all, "of {all}: {missed:#?}");
}
