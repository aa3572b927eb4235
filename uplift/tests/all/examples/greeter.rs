//! The legacy greeter, with the section of names and without it.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::typed::Typed;
use super::{made, root, wrap};

pub(super) const WITH_NAMES: &str = "greeter/greeter.toml";

/// Without names there is no allocator to promote, and inspection shows that
/// this C library leaves grown pages alone.
const WITHOUT_NAMES: &str = "greeter/without-names.toml";

/// The module as it is, and without its section of names: each with its mapping.
pub(super) fn both() -> [(Vec<u8>, &'static str); 2] {
    let module = made("guests/legacy-quiet.wasm");
    let bare = without_names(&module);
    [(module, WITH_NAMES), (bare, WITHOUT_NAMES)]
}

/// The module without its section of names.
fn without_names(module: &[u8]) -> Vec<u8> {
    let mut out = module[..8].to_vec();
    let mut done = 8;
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        let payload = payload.expect("a valid module");
        let Some((_, range)) = payload.as_section() else {
            continue;
        };
        let end = usize::try_from(range.end).expect("an offset");
        let names = matches!(&payload,
            wasmparser::Payload::CustomSection(section) if section.name() == "name");
        if !names {
            out.extend_from_slice(&module[done..end]);
        }
        done = end;
    }
    out
}

#[test]
#[ignore = "needs the guests that `cargo xtask build` makes"]
fn the_greeter_takes_no_name_and_names_of_1_mib_and_64_mib() {
    for (module, map) in both() {
        let mut greeter = Typed::start(&wrap(&module, map).bytes);
        for length in [0, 1 << 20, 64 << 20, 5] {
            let name = "a".repeat(length);
            let (greeting,) = greeter.call::<_, (String,)>("", "greet", (&name,));
            assert!(
                greeting.strip_prefix("Hello, ") == Some(&name),
                "{length} bytes"
            );
        }
    }
}

#[test]
#[ignore = "needs the guests that `cargo xtask build` makes"]
fn the_greeter_leaves_nothing_behind_in_100_000_calls() {
    let names = "a".repeat(300);
    for (module, map) in both() {
        let mut greeter = Typed::start(&wrap(&module, map).bytes);
        greeter.stays_flat(|greeter, turn| {
            let name = &names[..turn % names.len()];
            greeter.call::<_, (String,)>("", "greet", (name,));
        });
    }
}

#[test]
#[ignore = "needs the guests and hosts that `cargo xtask build` makes"]
fn the_greeter_passes_the_parity_suite_in_both_hosts() {
    let host = host_rs();
    let python = if cfg!(windows) {
        ".venv/Scripts/python.exe"
    } else {
        ".venv/bin/python"
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("any name.wasm");
    for (module, map) in both() {
        let component = wrap(&module, map);
        assert!(component.wasi_adapter);
        fs::write(&out, component.bytes).expect("it can be written");
        let hosts = [Command::new(&host), Command::new(root().join(python))];
        for (mut command, arguments) in hosts.into_iter().zip([&[][..], &["-m", "host_py"]]) {
            command
                .args(arguments)
                .args(["parity", "--guest"])
                .arg(&out);
            let text = printed(command.current_dir(root()));
            // The NUL in a name: the component says so by itself, wherever it is.
            let expected = "22 same, 0 different, 1 not expressible in the C ABI";
            assert!(text.contains(expected), "{text}");
        }
    }
}

#[test]
#[ignore = "needs the guests and hosts that `cargo xtask build` makes"]
fn the_greeter_that_prints_when_it_frees_answers_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("greeter.wasm");
    let component = wrap(&made("guests/legacy.wasm"), WITH_NAMES);
    fs::write(&out, component.bytes).expect("it can be written");
    let mut command = Command::new(host_rs());
    command.args(["greet", "Ada", "Grace", "--guest"]).arg(&out);
    assert_eq!(printed(&mut command), "Hello, Ada\nHello, Grace\n");
}

fn host_rs() -> PathBuf {
    env::var_os("GREETER_HOST_RS")
        .map_or_else(|| root().join("target/release/host-rs"), PathBuf::from)
}

fn printed(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
