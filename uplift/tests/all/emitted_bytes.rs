//! What of the original is in the component.

use uplift::{Mapping, Module, Plan};
use wasmparser::Parser;

use crate::wrapped::{core_modules, with_allocator, wrap};

/// The sections of each core module inside, as their id and bytes; custom
/// sections too.
fn modules(component: &[u8]) -> Vec<Vec<(u8, Vec<u8>)>> {
    core_modules(component)
        .iter()
        .map(|module| sections(module))
        .collect()
}

/// Whether the first module inside is `original`, but for its exports where
/// `exports_change`.
pub(crate) fn embeds(component: &[u8], original: &[u8], exports_change: bool) {
    let embedded = &modules(component)[0];
    let original = sections(original);
    assert_eq!(embedded.len(), original.len());
    for (found, expected) in embedded.iter().zip(&original) {
        let same = found == expected;
        let change = exports_change && expected.0 == EXPORT_SECTION;
        assert_eq!(same, !change, "section {}", expected.0);
    }
}

fn sections(module: &[u8]) -> Vec<(u8, Vec<u8>)> {
    Parser::new(0)
        .parse_all(module)
        .filter_map(|payload| {
            let payload = payload.expect("a valid module");
            let (id, range) = payload.as_section()?;
            let range = usize::try_from(range.start).expect("an offset")
                ..usize::try_from(range.end).expect("an offset");
            Some((id, module[range].to_vec()))
        })
        .collect()
}

const ECHO: &str = r#"
    (func $echo (export "echo") (param $text i32) (result i32) (local.get $text))
    (data (i32.const 0) "kept")
    (@custom "kept" "as it is")"#;
const MAPPING: &str = r#"[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }"#;
const WORLD: &str = "export echo: func(text: string) -> string;";
const EXPORT_SECTION: u8 = 7;

#[test]
fn every_section_of_the_module_is_embedded_byte_for_byte() {
    let wat = with_allocator(ECHO);
    let original = wat::parse_str(&wat).expect("a valid module");
    let component = wrap(&wat, WORLD, MAPPING).expect("it can be wrapped");
    let embedded = &modules(&component.bytes)[0];
    assert_eq!(*embedded, sections(&original));
    assert!(
        component
            .bytes
            .windows(original.len())
            .any(|window| window == original)
    );
}

#[test]
fn a_rename_and_a_promotion_change_the_export_section_alone() {
    let wat = with_allocator(ECHO)
        .replace(
            "(memory (export \"memory\") 1)",
            "(memory (export \"mem\") 1)",
        )
        .replace("(func $malloc (export \"malloc\")", "(func $malloc")
        .replace("(func $free (export \"free\")", "(func $free");
    let original = sections(&wat::parse_str(&wat).expect("a valid module"));
    let mapping = format!("memory = {{ export = \"mem\", allocator = \"promoted\" }}\n{MAPPING}");
    let component = wrap(&wat, WORLD, &mapping).expect("it can be wrapped");
    let embedded = &modules(&component.bytes)[0];
    assert_eq!(embedded.len(), original.len());
    for (found, expected) in embedded.iter().zip(&original) {
        assert_eq!(found == expected, expected.0 != EXPORT_SECTION);
    }
}

#[test]
fn changes_are_told_and_nothing_else_is() {
    let wat = with_allocator(ECHO).replace("(export \"memory\")", "(export \"mem\")");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = format!("package test:wrapped; world wrapped {{ {WORLD} }}");
    std::fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let module = Module::read(wat::parse_str(&wat).expect("a valid module")).expect("a module");
    let text = format!(
        "version = 1\nmodule = {{ sha256 = \"{}\" }}\nwit = {{ path = \"world.wit\" }}\n\
         memory = {{ export = \"mem\" }}\n{MAPPING}",
        module.sha256()
    );
    let mapping = Mapping::parse(&text).expect("a mapping");
    let plan = Plan::check(&module, &mapping, folder.path()).expect("a plan");
    assert_eq!(
        plan.changes(),
        ["the memory that was exported as `mem` is exported as `memory`"]
    );
    assert!(plan.notes().is_empty(), "{:?}", plan.notes());
}

#[test]
fn the_shim_adds_a_few_kibibytes_and_no_adapter_for_a_module_without_wasi() {
    let component = wrap(&with_allocator(ECHO), WORLD, MAPPING).expect("it can be wrapped");
    let added = component.bytes.len() - component.module_size;
    assert!(added < 4096, "{added} bytes were added");
    assert!(!component.wasi_adapter);
    assert_eq!(modules(&component.bytes).len(), 2);
}

#[test]
fn the_component_prints_the_world() {
    let component = wrap(&with_allocator(ECHO), WORLD, MAPPING).expect("it can be wrapped");
    let decoded = wit_component::decode(&component.bytes).expect("a component");
    let wit_component::DecodedWasm::Component(resolve, world) = decoded else {
        panic!("not a component");
    };
    let names: Vec<String> = resolve.worlds[world]
        .exports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect();
    assert_eq!(names, ["echo"]);
    assert!(resolve.worlds[world].imports.is_empty());
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let once = wrap(&with_allocator(ECHO), WORLD, MAPPING).expect("it can be wrapped");
    let again = wrap(&with_allocator(ECHO), WORLD, MAPPING).expect("it can be wrapped");
    assert_eq!(once.bytes, again.bytes);
}
