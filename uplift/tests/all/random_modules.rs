//! Modules that no C compiler makes: they are refused, or wrapped as any other.

use std::fmt::Write as _;

use proptest::prelude::*;
use uplift::Module;

use crate::random_mappings::{function, refused_or_valid, written};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_module_of_any_kind_is_refused_or_wrapped(
        seed in prop::collection::vec(any::<u8>(), 64..2048),
        functions in prop::collection::vec(function(), 1..3),
    ) {
        let config = wasm_smith::Config {
            export_everything: true,
            max_memories: 2,
            max_imports: 3,
            ..wasm_smith::Config::default()
        };
        let mut seed = arbitrary::Unstructured::new(&seed);
        let Ok(module) = wasm_smith::Module::new(config, &mut seed) else {
            return Ok(());
        };
        let wasm = module.to_bytes();
        let (_, wit, mapping) = written(&functions, "grown-pages");
        let _ = refused_or_valid(&wasm, &wit, &mapping);
        // The world asks for exactly what the module has.
        if let Ok(module) = Module::read(wasm.clone()) {
            let _ = module.inspect();
            let (wit, mapping) = by_value(&wasm);
            let _ = refused_or_valid(&wasm, &wit, &mapping);
        }
    }
}

/// A world and a mapping for the exported functions that take and return numbers.
fn by_value(wasm: &[u8]) -> (String, String) {
    use wasmparser::{ExternalKind, Parser, Payload, TypeRef, ValType};
    let (mut types, mut functions, mut exports) = (Vec::new(), Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a valid module") {
            Payload::TypeSection(section) => {
                types.extend(section.into_iter_err_on_gc_types().flatten());
            }
            Payload::ImportSection(section) => {
                functions.extend(section.into_imports().flatten().filter_map(|import| {
                    match import.ty {
                        TypeRef::Func(ty) => Some(ty),
                        _ => None,
                    }
                }));
            }
            Payload::FunctionSection(section) => functions.extend(section.into_iter().flatten()),
            Payload::ExportSection(section) => exports.extend(
                section
                    .into_iter()
                    .flatten()
                    .filter(|export| export.kind == ExternalKind::Func),
            ),
            _ => {}
        }
    }
    let wit_type = |ty: &ValType| match ty {
        ValType::I32 => Some("s32"),
        ValType::I64 => Some("s64"),
        ValType::F32 => Some("f32"),
        ValType::F64 => Some("f64"),
        _ => None,
    };
    let (mut wit, mut mapping) = (String::new(), String::new());
    for (index, export) in exports.iter().enumerate() {
        let ty = functions
            .get(export.index as usize)
            .and_then(|ty| types.get(*ty as usize));
        let Some(ty) = ty else {
            continue;
        };
        let params: Option<Vec<_>> = ty.params().iter().map(wit_type).collect();
        let (Some(params), 0..=1) = (params, ty.results().len()) else {
            continue;
        };
        let params: Vec<String> = (0..)
            .zip(params)
            .map(|(index, ty)| format!("p{index}: {ty}"))
            .collect();
        let result = match ty.results().first().map(wit_type) {
            Some(Some(ty)) => format!(" -> {ty}"),
            Some(None) => continue,
            None => String::new(),
        };
        let _ = writeln!(wit, "export f{index}: func({}){result};", params.join(", "));
        let name = toml::Value::String(export.name.to_owned());
        let _ = writeln!(mapping, "[function.f{index}]\ncalls = {name}");
    }
    (
        format!("package test:wrapped;\nworld wrapped {{\n{wit}}}\n"),
        format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{mapping}"),
    )
}
