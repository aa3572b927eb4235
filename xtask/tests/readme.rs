//! Every command that the README and two guides show runs, and prints what
//! they show.

mod built;

use std::env;
use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

/// Lines that are not run here, and why.
const ELSEWHERE: [(&str, &str); 8] = [
    ("cargo xtask test", "it runs this test"),
    (
        "cargo xtask bench",
        "it takes minutes: a short one is a check of its own",
    ),
    ("cargo xtask clean", "it removes what the other checks use"),
    ("cargo install", "it changes the machine"),
    ("rustup", "it changes the machine"),
    ("git clone", "the clone is here"),
    ("cd ", "the clone is here"),
    ("source ", "`python` is that of .venv here"),
];

/// The pages whose commands run, the README first, because it tells how to
/// build what they use.
const PAGES: [&str; 3] = ["README.md", "docs/MIGRATION.md", "docs/UPLIFT.md"];

/// `uplift` as this repository builds it, because nothing is installed here.
const UPLIFT: [&str; 6] = ["cargo", "run", "--quiet", "--package", "uplift", "--"];

/// A command and the lines below it.
#[derive(Debug, PartialEq)]
struct Example<'a> {
    page: &'a str,
    line: usize,
    command: &'a str,
    shown: Vec<&'a str>,
}

#[test]
fn commands_of_the_pages_print_what_they_show() {
    let mut failures: Vec<String> = Vec::new();
    for page in PAGES {
        let text = fs::read_to_string(built::root().join(page)).expect(page);
        let examples = examples(page, &text);
        assert!(!examples.is_empty(), "{page} has no ```console block");
        failures.extend(examples.iter().filter_map(failure));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// The `$ ` lines of the blocks marked `console`, with the output below each.
fn examples<'a>(page: &'a str, markdown: &'a str) -> Vec<Example<'a>> {
    let mut examples: Vec<Example> = Vec::new();
    let mut in_console = false;
    let mut in_other = false;
    for (index, text) in markdown.lines().enumerate() {
        if let Some(kind) = text.strip_prefix("```") {
            let opens = !in_console && !in_other;
            in_console = opens && kind.trim() == "console";
            in_other = opens && !in_console;
        } else if let (true, Some(command)) = (in_console, text.strip_prefix("$ ")) {
            examples.push(Example {
                page,
                line: index + 1,
                command: command.trim(),
                shown: Vec::new(),
            });
        } else if in_console && let Some(example) = examples.last_mut() {
            example.shown.push(text);
        }
    }
    examples
}

/// Runs an example; says what is wrong with it, if anything is.
fn failure(example: &Example) -> Option<String> {
    let command = example.command;
    if let Some((_, why)) = ELSEWHERE
        .iter()
        .find(|(start, _)| command.starts_with(start))
    {
        println!("$ {command}\n  not run: {why}");
        return None;
    }
    if command.starts_with("cargo component") && !has_cargo_component() {
        println!("$ {command}\n  not run: cargo-component is absent");
        return None;
    }
    let started = Instant::now();
    let output = run(command);
    println!("$ {command}\n  {:.1} s", started.elapsed().as_secs_f64());
    let printed = redacted(&String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n"));
    let shown = redacted(&example.shown.join("\n"));
    let place = format!("{}:{}: $ {command}", example.page, example.line);
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Some(format!("{place}: {}\n{printed}{stderr}", output.status));
    }
    // A command with nothing below it promises only that it works.
    if example.shown.is_empty() || printed.trim_end() == shown.trim_end() {
        return None;
    }
    Some(format!(
        "{place}\n--- shown\n{shown}\n--- printed\n{printed}"
    ))
}

/// Runs a command at the root, with `python` from .venv and `host-rs` as built.
fn run(command: &str) -> Output {
    let words = shlex::split(command).unwrap_or_else(|| panic!("{command}: unbalanced quotes"));
    assert!(
        !words
            .iter()
            .any(|word| ["|", "&&", ";", ">", "<"].contains(&word.as_str())),
        "{command}: a page's commands run without a shell, so that they run everywhere"
    );
    let uplift = UPLIFT.map(str::to_owned);
    let words = match words.split_first() {
        Some((program, rest)) if program == "uplift" => [&uplift, rest].concat(),
        _ => words,
    };
    let (program, arguments) = words.split_first().expect("a command");
    let programs = if cfg!(windows) {
        ".venv/Scripts"
    } else {
        ".venv/bin"
    };
    let host_rs = built::host_rs();
    let mut folders = vec![built::path(programs)];
    folders.extend(host_rs.parent().map(Into::into));
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    // `target/release/host-rs` means a file below the root wherever it is read.
    let program = if program.contains('/') {
        built::root().join(program)
    } else {
        program.into()
    };
    Command::new(program)
        .args(arguments)
        .current_dir(built::root())
        .env("PATH", env::join_paths(folders).expect("a PATH"))
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command}: {error}"))
}

fn has_cargo_component() -> bool {
    let version = built::cargo(&["component", "--version"]).output();
    version.is_ok_and(|version| version.status.success())
}

/// Addresses differ from run to run: `0x10fa70` becomes `0x…`.
fn redacted(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut redacted = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let rest = part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
        redacted.push_str(if rest.len() < part.len() {
            "0x…"
        } else {
            "0x"
        });
        redacted.push_str(rest);
    }
    redacted
}

#[test]
fn examples_are_the_commands_of_console_blocks() {
    let markdown =
        "```console\n$ cargo xtask demo\none\n\ntwo\n$ host-rs\n```\n```sh\n$ not this\n```\n";
    assert_eq!(
        examples("README.md", markdown),
        [
            Example {
                page: "README.md",
                line: 2,
                command: "cargo xtask demo",
                shown: vec!["one", "", "two"],
            },
            Example {
                page: "README.md",
                line: 6,
                command: "host-rs",
                shown: vec![],
            },
        ]
    );
}

#[test]
fn addresses_are_redacted_and_nothing_else() {
    assert_eq!(
        redacted("at pointer 0x10fa70\n0x and 0xg"),
        "at pointer 0x…\n0x and 0xg"
    );
}
