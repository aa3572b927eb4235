//! A shim with a defect is found out: each operator of it is changed in turn.

use std::ops::Range;

use uplift::{Component, Options};
use wasmparser::{Operator, Parser, Payload};

use super::{CALL_COPY, COPY, COPY_WORLD, NO_CASES, SUM, SUM_WORLD, Subject, few, module};

/// The places of the instructions in the shim, which is the second core module,
/// that can be changed by a byte into ones of the same type.
fn places(component: &[u8]) -> Vec<(usize, u8)> {
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
    for payload in Parser::new(0).parse_all(&component[start..end]) {
        let Payload::CodeSectionEntry(body) = payload.expect("a valid shim") else {
            continue;
        };
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
            found.push((start + offset(at), changed));
        }
    }
    found
}

/// How many changes there are, and how many of them nothing shows.
fn found_out(wat: &str, world: &str, mapping: &str) -> (usize, usize) {
    let mut subject = Subject::new(wat, world, mapping);
    let options = Options {
        inputs: 30,
        calls: 50,
        ..few()
    };
    let right = subject.component.bytes.clone();
    let places = places(&right);
    let mut missed = 0;
    for (at, changed) in &places {
        let mut bytes = right.clone();
        bytes[*at] = *changed;
        subject.component = Component {
            bytes,
            ..subject.component
        };
        // One that does not even start, or has no room, is found out too.
        if let Ok(comparison) = subject.compare(&options, NO_CASES)
            && comparison.agrees()
        {
            missed += 1;
        }
    }
    (places.len(), missed)
}

/// Those that are missed change nothing that a call shows: room that is never
/// used, rounding of addresses that are round already, code that only other
/// mappings reach.
#[test]
fn most_changes_of_an_operator_in_the_shim_are_found_out() {
    let sum = "[function.sum]\narguments = [{ as = \"pointer\", param = \"data\" }, \
               { as = \"length\", param = \"data\" }]";
    let (mut all, mut missed) = (0, 0);
    for (wat, world, mapping) in [
        (module(COPY), COPY_WORLD, CALL_COPY),
        (module(SUM), SUM_WORLD, sum),
    ] {
        let (changed, unnoticed) = found_out(&wat, world, mapping);
        all += changed;
        missed += unnoticed;
    }
    println!("{missed} of {all} changes are missed");
    assert!(all > 20, "{all}");
    assert!(2 * missed < all, "{missed} of {all} changes are missed");
}
