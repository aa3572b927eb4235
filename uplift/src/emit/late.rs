//! What may call WASI when it ends the results of a call. That is forbidden in
//! post-return, so the next call into the component does it, before anything else.

use wasm_encoder::{BlockType, Function as Code, InstructionSink};

use super::body;
use super::runtime::Words as _;
use super::shim::{Global, Sections, Shim};
use crate::plan::Function;

/// The functions of the world whose results are ended by the next call.
fn functions<'a>(shim: &Shim<'a>) -> impl Iterator<Item = &'a Function> {
    let functions = shim.plan.functions.iter();
    functions.filter(|function| function.ends_late)
}

/// How many functions [`emit`] adds.
pub(super) fn count(shim: &Shim<'_>) -> u32 {
    match functions(shim).count() {
        0 => 0,
        many => u32::try_from(many).unwrap_or(u32::MAX) + 1,
    }
}

/// Adds what ends each function's results, and last the function that calls the
/// one that is due.
pub(super) fn emit(sections: &mut Sections, shim: &Shim<'_>) {
    let mut ends = Vec::new();
    for function in functions(shim) {
        let mut code = Code::new([]);
        let mut sink = code.instructions();
        body::end(shim, function, &mut sink);
        sink.end();
        let name = format!("uplift: end the results of {}", function.export);
        ends.push(sections.function(&name, &[], &[], &code));
    }
    if ends.is_empty() {
        return;
    }
    let due = 0;
    let mut code = Code::new([(1, wasm_encoder::ValType::I32)]);
    let mut sink = code.instructions();
    sink.get(Global::Due)
        .local_set(due)
        .i32_const(0)
        .set(Global::Due);
    for (end, number) in ends.into_iter().zip(1..) {
        sink.local_get(due)
            .i32_const(number)
            .i32_eq()
            .if_(BlockType::Empty)
            .call(end)
            .end();
    }
    sink.end();
    sections.function("uplift: end the last results", &[], &[], &code);
}

/// Ends the results of the last call.
pub(super) fn end_last(shim: &Shim<'_>, code: &mut InstructionSink<'_>) {
    if let Some(index) = shim.end_last() {
        code.get(Global::Due)
            .if_(BlockType::Empty)
            .call(index)
            .end();
    }
}

/// Leaves the results of `function` to the next call.
pub(super) fn leave(shim: &Shim<'_>, function: &Function, code: &mut InstructionSink<'_>) {
    let number = functions(shim).position(|late| std::ptr::eq(late, function));
    if let Some(number) = number.and_then(|number| i32::try_from(number + 1).ok()) {
        code.i32_const(number).set(Global::Due);
    }
}
