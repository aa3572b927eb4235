//! The calls that start the module: a module of their own, instantiated last,
//! when everything that the original imports is in place.

use wasm_encoder::{
    BlockType, CodeSection, Component, EntityType, Function, FunctionSection, ImportSection,
    InstanceSection, Module, ModuleArg, ModuleSection, NameMap, NameSection, StartSection,
    TypeSection, ValType,
};
use wasmparser::{Instance, Parser, Payload};

use super::runtime::is_among;
use crate::plan::InitCall;

/// The name that the original goes by here.
const MAIN: &str = "main";

/// The component, with these calls at the end of its instantiation.
pub(super) fn append(component: Vec<u8>, calls: &[InitCall]) -> Option<Vec<u8>> {
    if calls.is_empty() {
        return Some(component);
    }
    let Counted { modules, main } = count(&component)?;
    let starter = starter(calls);
    let mut more = Component::new();
    more.section(&ModuleSection(&starter));
    let mut instances = InstanceSection::new();
    instances.instantiate(modules, [(MAIN, ModuleArg::Instance(main))]);
    more.section(&instances);
    let header = Component::new().finish().len();
    Some([&component[..], &more.finish()[header..]].concat())
}

/// What the new sections refer to by index.
struct Counted {
    /// The number of core modules.
    modules: u32,
    /// The core instance of the original, which is the first core module.
    main: u32,
}

fn count(component: &[u8]) -> Option<Counted> {
    let mut modules = 0;
    let mut instances = 0;
    let mut main = None;
    // Inside of a module or a component that this one contains.
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.ok()? {
            Payload::ModuleSection { .. } => {
                modules += u32::from(depth == 0);
                depth += 1;
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::InstanceSection(section) if depth == 0 => {
                for instance in section {
                    if let Instance::Instantiate {
                        module_index: 0, ..
                    } = instance.ok()?
                    {
                        main.get_or_insert(instances);
                    }
                    instances += 1;
                }
            }
            _ => {}
        }
    }
    Some(Counted {
        modules,
        main: main?,
    })
}

/// A module whose start function makes the calls.
fn starter(calls: &[InitCall]) -> Module {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut names = NameMap::new();
    for (index, call) in (0..).zip(calls) {
        let callee = &call.callee;
        types.ty().function(
            callee.params.iter().copied(),
            callee.results.iter().copied(),
        );
        imports.import(MAIN, &callee.export, EntityType::Function(index));
        names.append(index, &callee.export);
    }
    let count = types.len();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let start = count;
    functions.function(count);
    names.append(start, "uplift: start the module");
    let mut body = Function::new([(1, ValType::I32)]);
    let mut sink = body.instructions();
    let mut traps = 0;
    for (index, call) in (0..).zip(calls) {
        for argument in &call.arguments {
            argument.push(&mut sink);
        }
        sink.call(index);
        if call.callee.results.is_empty() {
            continue;
        }
        // Each call that may fail has a trap of its own, which names it.
        traps += 1;
        let trap = start + traps;
        functions.function(count);
        names.append(
            trap,
            &format!(
                "uplift: `{}` returned a status of failure",
                call.callee.export
            ),
        );
        sink.local_set(0).block(BlockType::Empty);
        for ok in &call.ok {
            is_among(&mut sink, 0, *ok);
            sink.br_if(0);
        }
        sink.call(trap).unreachable().end();
    }
    sink.end();
    code.function(&body);
    for _ in 0..traps {
        let mut trap = Function::new([]);
        trap.instructions().unreachable().end();
        code.function(&trap);
    }
    let mut name_section = NameSection::new();
    name_section.functions(&names);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&StartSection {
            function_index: start,
        })
        .section(&code)
        .section(&name_section);
    module
}
