//! Both hosts say the same, word for word, and refuse the same.

use std::fmt::Write as _;

use parity::{Host, root};

/// Runs each line of `commands` in `host` and writes down what `keep` takes of
/// what it said.
fn transcript(host: &Host, commands: &[&str], keep: fn(&parity::Said) -> &str) -> String {
    parity::build_misfits();
    let mut transcript = String::new();
    for command in commands {
        let arguments: Vec<String> = command
            .split_whitespace()
            .map(|word| word.replace('_', " "))
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let said = host.run(&arguments);
        let exit = said.exit.map_or("a signal".into(), |code| code.to_string());
        writeln!(
            transcript,
            "$ {command}\n{}[exit code {exit}]\n",
            keep(&said)
        )
        .unwrap();
    }
    transcript
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter("0x[0-9a-f]+", "0x…");
    // A snapshot names the code that it covers by the guest's own symbols.
    settings.add_filter(r" +\d+: +0x… - ", "    N:  0x… - ");
    settings
}

const ANSWERS: &[&str] = &[
    "",
    "greet World",
    "greet Ada Grace --guest python",
    "greet Ada --guest legacy",
    "--guests target/guests greet Ada",
    "greet Ada --guests target/guests --guest target/guests/python.wasm",
    "greet -- --guest",
    "add 5 3",
    "add -5 3 --guest python",
    "add -2147483648 -1 --guest legacy",
    "add --guest rust -- -1 -2",
    "parity",
    "parity --guest target/misfits/answers-wrong.wasm --guest rust",
    "parity --guest rust --guest target/misfits/traps.wasm --cases parity/tests/declared.json",
    "--json",
    "greet Ada_Lovelace Zoë --json",
    "add 2147483647 1 --json --guest python",
    "parity --json --guest rust --cases parity/tests/declared.json",
];

#[test]
fn both_hosts_answer_alike_to_the_letter() {
    for host in [Host::rust(), Host::python()] {
        settings().bind(|| {
            insta::assert_snapshot!(
                "answers",
                transcript(&host, ANSWERS, |said| {
                    assert_eq!(said.stderr, "", "{said:#?}");
                    &said.stdout
                })
            );
        });
    }
}

/// What this project words itself, so that both hosts can say it alike.
const REFUSALS: &[&str] = &[
    "greet Ada --guest nobody",
    "greet Ada --guest ./rust",
    "greet Ada --guest target/guests/legacy.wasm",
    "greet Ada --guest Cargo.toml",
    "greet Ada --guests wit",
    "greet Ada --guest target/misfits/imports-unknown.wasm",
    "greet Ada --guest target/misfits/loops.wasm --timeout 0.2",
    "greet Ada --guest target/misfits/traps.wasm",
    "add 1 2 --guest target/misfits/traps-at-start.wasm",
    "parity --cases parity/tests/schema-2.json",
];

#[test]
fn both_hosts_refuse_alike_to_the_letter() {
    for host in [Host::rust(), Host::python()] {
        settings().bind(|| {
            insta::assert_snapshot!(
                "refusals",
                transcript(&host, REFUSALS, |said| {
                    assert_eq!(said.stdout, "", "{said:#?}");
                    &said.stderr
                })
            );
        });
    }
}

/// What a library words: the parser of arguments, or the runtime.
const LIBRARY_REFUSALS: &[&str] = &[
    "greet",
    "add 2147483648 1",
    "add 1 -2147483649",
    "add one 2",
    "greet Ada --timeout 0",
    "greet Ada --memory 0",
    "greet Ada --guest target/misfits/exports-nothing.wasm",
    "greet Ada --guest target/misfits/exports-wrong-type.wasm",
    "greet Ada --guest target/misfits/needs-memory.wasm",
    "parity --cases parity/tests/unknown-key.json",
];

#[test]
fn what_a_library_words_is_still_one_error_with_exit_code_2() {
    for (name, host) in [("rust", Host::rust()), ("python", Host::python())] {
        // Python's own words for an unknown command differ between its versions.
        for command in LIBRARY_REFUSALS.iter().chain(&["dance"]) {
            assert!(
                transcript(&host, &[command], |said| {
                    assert_eq!(said.exit, Some(2), "{said:#?}");
                    assert_eq!(said.stdout, "", "{said:#?}");
                    assert!(!said.stderr.contains("Traceback"), "{said:#?}");
                    &said.stderr
                })
                .contains("error: "),
                "{command}"
            );
        }
        settings().bind(|| {
            let transcript = transcript(&host, LIBRARY_REFUSALS, |said| &said.stderr);
            insta::assert_snapshot!(format!("refusals-by-libraries-{name}"), transcript);
        });
    }
}

#[test]
fn the_wit_that_both_hosts_read_exports_two_functions_and_imports_nothing() {
    let wit = std::fs::read_to_string(root().join("wit/greeter.wit")).unwrap();
    let items: Vec<&str> = wit
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("export") || line.starts_with("import"))
        .collect();
    assert_eq!(
        items,
        [
            "export greet: func(name: string) -> string;",
            "export add: func(a: s32, b: s32) -> s32;",
        ]
    );
}
