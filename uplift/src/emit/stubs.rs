//! Modules that stand for what the original imports.
//!
//! An adapter is found by its name, which is the name of the module that the
//! imports are from. The calls go through a table that wit-component makes, so
//! the original does not change.

use std::collections::BTreeSet;

use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, NameMap,
    NameSection, TypeSection,
};

use crate::plan::{Number, Stub, StubDoes};

/// The name of each module that is imported from, with the stubs for it.
pub(super) fn encode(stubs: &[Stub]) -> Vec<(String, Vec<u8>)> {
    let names: BTreeSet<&str> = stubs.iter().map(|stub| stub.module.as_str()).collect();
    names
        .into_iter()
        .map(|name| {
            let stubs = stubs.iter().filter(|stub| stub.module == name);
            (name.to_owned(), encode_one(stubs))
        })
        .collect()
}

fn encode_one<'a>(stubs: impl Iterator<Item = &'a Stub>) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut names = NameMap::new();
    for (index, stub) in (0..).zip(stubs) {
        types
            .ty()
            .function(stub.params.iter().copied(), stub.results.iter().copied());
        functions.function(index);
        exports.export(&stub.name, ExportKind::Func, index);
        let said = match stub.does {
            StubDoes::Trap => "the module called an import that the mapping lets trap",
            StubDoes::Nothing | StubDoes::Return(_) => "stub",
        };
        names.append(
            index,
            &format!("uplift: {said}: {}.{}", stub.module, stub.name),
        );
        let mut body = Function::new([]);
        let mut sink = body.instructions();
        match &stub.does {
            StubDoes::Trap => {
                sink.unreachable();
            }
            StubDoes::Nothing => {}
            StubDoes::Return(number) => number.push(&mut sink),
        }
        sink.end();
        code.function(&body);
    }
    let mut name_section = NameSection::new();
    name_section.functions(&names);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&exports)
        .section(&code)
        .section(&name_section);
    module.finish()
}

impl Number {
    /// Puts it on the stack.
    pub(super) fn push(self, code: &mut wasm_encoder::InstructionSink<'_>) {
        match self {
            Number::I32(value) => code.i32_const(value),
            Number::I64(value) => code.i64_const(value),
            Number::F32(value) => code.f32_const(value.into()),
            Number::F64(value) => code.f64_const(value.into()),
        };
    }
}
