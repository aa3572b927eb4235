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

/// Where bytes are replaced, removed or repeated, and by what.
pub(crate) fn damages() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..6)
}

/// The bytes with the damage.
pub(crate) fn damaged_by(mut bytes: Vec<u8>, damage: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (at, byte, kind) in damage {
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 if bytes.len() > 1 => {
                bytes.remove(at);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

/// A valid text with some bytes replaced, removed or repeated.
fn damaged(original: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    damages().prop_map(move |damage| damaged_by(original.clone(), &damage))
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

/// The commands that read a module, and those that read a mapping with it.
fn commands() -> Vec<Vec<&'static str>> {
    let mut all = vec![
        vec!["inspect", "module.wasm"],
        vec!["draft", "module.wasm", "--out-dir", "drafts"],
        vec!["wrap", "module.wasm", "--map", "map.toml", "-o", "out.wasm"],
    ];
    if cfg!(feature = "check") {
        all.push(vec!["check", "module.wasm", "--map", "map.toml"]);
    }
    all
}

/// Runs a command on these files: it says that they can't be used, in one
/// message.
fn refused(command: &[&str], module: &[u8], mapping: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in [("module.wasm", module), ("map.toml", mapping)] {
        std::fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(command)
        .current_dir(folder.path())
        .output()
        .expect("uplift runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{command:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{command:?}");
    assert_eq!(
        stderr.matches("error: ").count(),
        1,
        "{command:?}: {stderr}"
    );
    for written in ["out.wasm", "drafts"] {
        assert!(!folder.path().join(written).exists(), "{command:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_end_every_command_with_exit_code_2_and_one_message(
        module in prop::collection::vec(any::<u8>(), 0..64),
        mapping in prop::collection::vec(any::<u8>(), 0..64),
        magic in any::<bool>(),
    ) {
        // Bytes that are a module by accident would be one of no sections.
        let mut bytes = if magic { b"\0asm\x01\0\0\0\x01".to_vec() } else { Vec::new() };
        bytes.extend(module);
        for command in commands() {
            if Module::read(bytes.clone()).is_err() {
                refused(&command, &bytes, &mapping);
            }
            // The mapping is never right, because it names no WIT.
            if command.contains(&"--map") {
                refused(&command, &crate::arbitrary_bytes::module(), &mapping);
            }
        }
    }
}
