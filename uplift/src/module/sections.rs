//! One pass over the sections of a module.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{
    CustomSectionReader, Encoding, ExternalKind, FunctionBody, KnownCustom, Name, Operator, Parser,
    Payload, TypeRef, ValidPayload, Validator, WasmFeatures,
};

use super::{Code, Export, Import, ItemKind, Module, Producer};
use crate::Error;

/// Reads and validates `bytes`.
pub(super) fn read(bytes: Vec<u8>) -> Result<Module, Error> {
    if !bytes.starts_with(b"\0asm") {
        return Err(if is_text(&bytes) {
            Error::IsText
        } else {
            Error::NotWasm
        });
    }
    let mut module = Module {
        bytes: Vec::new(),
        imports: Vec::new(),
        functions: Vec::new(),
        exports: Vec::new(),
        memories: Vec::new(),
        imported_functions: 0,
        imported_memories: 0,
        start: None,
        custom_sections: Vec::new(),
        function_names: BTreeMap::new(),
        local_names: BTreeMap::new(),
        producers: Vec::new(),
        code: Code::default(),
    };
    match fill(&mut module, &bytes) {
        Ok(true) => {}
        Ok(false) => return Err(Error::IsComponent),
        Err(error) => return Err(Error::Invalid(one_line(&error.to_string()))),
    }
    module.bytes = bytes;
    Ok(module)
}

/// Whether it begins as the text format does, behind comments.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(";;"));
    lines
        .next()
        .is_some_and(|line| line.starts_with("(module") || line.starts_with("(component"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether the bytes are a module.
fn fill(module: &mut Module, bytes: &[u8]) -> wasmparser::Result<bool> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut bodies = Vec::new();
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if let Payload::Version { encoding, .. } = &payload
            && *encoding != Encoding::Module
        {
            return Ok(false);
        }
        match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => {
                let mut function = function.into_validator(allocations);
                function.validate(&body)?;
                allocations = function.into_allocations();
            }
            ValidPayload::End(types) => {
                let types = types.as_ref();
                for index in 0..types.function_count() {
                    let id = types.core_function_at(index);
                    module.functions.push(types[id].unwrap_func().clone());
                }
            }
            _ => {}
        }
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    add_import(module, import?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    module.exports.push(Export {
                        name: export.name.to_owned(),
                        kind: kind(export.kind),
                        index: export.index,
                    });
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    module.memories.push(memory?);
                }
            }
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::CustomSection(section) => {
                let offset = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
                let range = offset(section.data_offset())..offset(section.range().end);
                module
                    .custom_sections
                    .push((section.name().to_owned(), range));
                // A damaged custom section is no reason to refuse the module.
                let _ = add_custom(module, &section);
            }
            _ => {}
        }
    }
    add_code(module, &bodies)?;
    Ok(true)
}

fn add_import(module: &mut Module, import: wasmparser::Import<'_>) {
    let kind = match import.ty {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => {
            module.imported_functions += 1;
            ItemKind::Function
        }
        TypeRef::Table(_) => ItemKind::Table,
        TypeRef::Memory(memory) => {
            module.imported_memories += 1;
            module.memories.push(memory);
            ItemKind::Memory
        }
        TypeRef::Global(_) => ItemKind::Global,
        TypeRef::Tag(_) => ItemKind::Tag,
    };
    module.imports.push(Import {
        module: import.module.to_owned(),
        name: import.name.to_owned(),
        kind,
    });
}

fn kind(kind: ExternalKind) -> ItemKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ItemKind::Function,
        ExternalKind::Table => ItemKind::Table,
        ExternalKind::Memory => ItemKind::Memory,
        ExternalKind::Global => ItemKind::Global,
        ExternalKind::Tag => ItemKind::Tag,
    }
}

fn add_custom(module: &mut Module, section: &CustomSectionReader<'_>) -> wasmparser::Result<()> {
    match section.as_known() {
        KnownCustom::Name(names) => {
            for name in names {
                match name? {
                    Name::Function(names) => {
                        for naming in names {
                            let naming = naming?;
                            module
                                .function_names
                                .insert(naming.index, naming.name.to_owned());
                        }
                    }
                    Name::Local(functions) => {
                        for function in functions {
                            let function = function?;
                            let mut locals = BTreeMap::new();
                            for naming in function.names {
                                let naming = naming?;
                                locals.insert(naming.index, naming.name.to_owned());
                            }
                            module.local_names.insert(function.index, locals);
                        }
                    }
                    _ => {}
                }
            }
        }
        KnownCustom::Producers(producers) => {
            for field in producers {
                let field = field?;
                for value in field.values {
                    let value = value?;
                    module.producers.push(Producer {
                        field: field.name.to_owned(),
                        name: value.name.to_owned(),
                        version: value.version.to_owned(),
                    });
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn add_code(module: &mut Module, bodies: &[FunctionBody<'_>]) -> wasmparser::Result<()> {
    let exported: BTreeSet<u32> = module
        .exported_functions()
        .map(|(_, index)| index)
        .collect();
    for (index, body) in (module.imported_functions..).zip(bodies) {
        let mut calls = Vec::new();
        let mut handed = 0;
        let mut hands_on = exported.contains(&index);
        let mut sizes = false;
        let mut grows = false;
        let mut through_table = false;
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::MemorySize { .. } => (sizes, hands_on) = (true, false),
                Operator::MemoryGrow { .. } => (grows, hands_on) = (true, false),
                Operator::Call { function_index } => calls.push(function_index),
                Operator::ReturnCall { function_index } => {
                    calls.push(function_index);
                    hands_on = false;
                }
                Operator::CallIndirect { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCallRef { .. } => (through_table, hands_on) = (true, false),
                Operator::LocalGet { local_index } if local_index == handed => handed += 1,
                Operator::End => {}
                _ => hands_on = false,
            }
        }
        if sizes {
            module.code.memory_size.push(index);
        }
        if grows {
            module.code.memory_grow.push(index);
        }
        if through_table {
            module.code.calls_through_table.push(index);
        }
        if hands_on {
            module.code.hands_on.insert(index, calls.clone());
        }
        module.code.calls.insert(index, calls);
    }
    Ok(())
}
