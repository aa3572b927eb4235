//! Whatever comes in, nothing panics.

use proptest::prelude::*;
use uplift::{Mapping, Module, Plan};

use crate::wrapped::with_allocator;

const MAPPING: &str = r#"version = 1
[module]
sha256 = "00"
[wit]
path = "world.wit"
world = "wrapped"
[memory]
export = "mem"
allocator = "exported"
malloc = "malloc"
[function.echo]
calls = "echo"
arguments = [{ as = "cstring", param = "text", nul = "trap" }, { as = "buffer", capacity = { start = 1, retry-on = [-5], limit = 64 } }]
returns = { as = "status", ok = [0, 1], errors = { "-3" = "data-error" } }
"#;

/// A valid text with some bytes replaced, removed or repeated.
fn damaged(original: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = original.len();
    prop::collection::vec((0..length, any::<u8>(), 0..4u8), 1..6).prop_map(move |edits| {
        let mut bytes = original.clone();
        for (at, byte, kind) in edits {
            let at = at.min(bytes.len().saturating_sub(1));
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 if bytes.len() > 1 => {
                    bytes.remove(at);
                }
                _ => bytes.truncate(at.max(1)),
            }
        }
        bytes
    })
}

fn module() -> Vec<u8> {
    wat::parse_str(with_allocator(
        "(func $echo (export \"echo\") (param $text i32) (result i32) (local.get $text))",
    ))
    .expect("a valid module")
}

fn use_module(bytes: Vec<u8>) {
    let Ok(module) = Module::read(bytes) else {
        return;
    };
    let _ = module.inspect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = "package test:wrapped; world wrapped { export echo: func(text: string) -> string; }";
    std::fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let text = "version = 1\nwit = { path = \"world.wit\" }\n[function.echo]\narguments = \
                [{ as = \"cstring\", param = \"text\", nul = \"trap\" }]\nreturns = { as = \
                \"cstring\", borrowed = \"argument\" }";
    let mapping = Mapping::parse(text).expect("a mapping");
    if let Ok(plan) = Plan::check(&module, &mapping, folder.path()) {
        plan.emit().expect("a checked plan can be emitted");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        use_module(bytes.clone());
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend(bytes);
        use_module(wasm);
    }

    #[test]
    fn a_damaged_module_is_refused_or_wrapped(bytes in damaged(module())) {
        use_module(bytes);
    }

    #[test]
    fn debugging_information_of_arbitrary_bytes_is_left_out(
        info in prop::collection::vec(any::<u8>(), 0..200),
        abbreviations in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let length = u32::try_from(info.len() + 7).expect("a short section").to_le_bytes();
        // The header of a unit of DWARF 4, so that what follows is looked at.
        let unit = [&length[..], &[4, 0, 0, 0, 0, 0, 4], &info].concat();
        let mut wasm = module();
        for (name, content) in [(".debug_info", &unit), (".debug_abbrev", &abbreviations)] {
            let section = wasm_encoder::CustomSection {
                name: name.into(),
                data: content.into(),
            };
            wasm.push(wasm_encoder::Section::id(&section));
            wasm_encoder::Encode::encode(&section, &mut wasm);
        }
        use_module(wasm);
    }

    #[test]
    fn a_damaged_mapping_is_refused_or_read(bytes in damaged(MAPPING.as_bytes().to_vec())) {
        let _ = Mapping::parse(&String::from_utf8_lossy(&bytes));
    }
}
