//! What a machine must have before any long step starts, and the command that
//! installs what it lacks.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::Unusable;
use crate::cargo;
use crate::progress::{self, Progress};
use crate::python::{self, Interpreter};

/// The oldest Rust that wasmtime 48 compiles with: also `rust-version` in
/// Cargo.toml.
const RUST: (u32, u32) = (1, 95);

/// What the guests are compiled for: the one cargo-component and `xtask build`
/// use, and the one upstream advises for new work.
const TARGETS: [&str; 2] = ["wasm32-wasip1", "wasm32-wasip2"];

/// Checks everything, adds missing WebAssembly targets, and returns the Python
/// to make the virtual environment with.
///
/// # Errors
///
/// Lists all that is missing, each with the command that installs it.
pub(crate) fn check(progress: &Progress) -> Result<Interpreter> {
    let mut missing = Vec::new();
    missing.extend(rust().err());
    missing.extend(c_compiler().err());
    let python = python::find().map_err(|problem| missing.push(problem)).ok();
    if missing.is_empty() {
        missing.extend(TARGETS.iter().filter_map(|target| {
            let outcome = add_target(progress, target);
            outcome.err()
        }));
    }
    match python {
        Some(python) if missing.is_empty() => Ok(python),
        _ => Err(Unusable(format!("this machine lacks:\n  {}", missing.join("\n  "))).into()),
    }
}

/// Checks that cargo has what the checks call beside the compiler.
///
/// # Errors
///
/// Lists what is missing, with the command that adds it.
pub(crate) fn check_components() -> Result<()> {
    let missing: Vec<_> = [("clippy", "clippy"), ("fmt", "rustfmt")]
        .into_iter()
        .filter(|(command, _)| answer(&mut cargo::command([command, "--version"])).is_none())
        .map(|(_, component)| format!("{component}: rustup component add {component}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Unusable(format!("this machine lacks:\n  {}", missing.join("\n  "))).into())
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// The stdout of a short command that succeeds, trimmed.
fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn rust() -> Result<(), String> {
    let (major, minor) = RUST;
    let remedy = "rustup update stable (rustup comes from https://rustup.rs)";
    let Some(version) = answer(rustc().arg("--version")) else {
        return Err(format!("Rust {major}.{minor} or later: {remedy}"));
    };
    match rust_version(&version) {
        Some(found) if found >= RUST => Ok(()),
        _ => Err(format!(
            "Rust {major}.{minor} or later (this is {version}): {remedy}"
        )),
    }
}

/// `rustc 1.95.0-nightly (…)` is `(1, 95)`.
fn rust_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("rustc ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// wasmtime's cache compresses by zstd, which is C. On Windows the compiler
/// comes with the linker that Rust needs, and cargo finds both by itself.
fn c_compiler() -> Result<(), String> {
    if cfg!(windows) {
        return Ok(());
    }
    let named = env::var("CC").ok().filter(|name| !name.trim().is_empty());
    let compiler = named.as_deref().unwrap_or("cc");
    let mut words = compiler.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("cc"));
    match answer(command.args(words).arg("--version")) {
        Some(_) => Ok(()),
        None if named.is_some() => Err(format!(
            "a C compiler: `{compiler}`, which the variable CC names, does not run"
        )),
        None if cfg!(target_os = "macos") => {
            Err("a C compiler (cc): xcode-select --install".to_string())
        }
        None => Err(
            "a C compiler (cc): sudo apt-get install build-essential, or sudo dnf install gcc"
                .to_string(),
        ),
    }
}

fn add_target(progress: &Progress, target: &str) -> Result<(), String> {
    if has_target(target) {
        return Ok(());
    }
    if answer(Command::new("rustup").arg("--version")).is_none() {
        return Err(format!(
            "Rust's standard library for {target}, and rustup, which adds it: install Rust from https://rustup.rs"
        ));
    }
    let mut add = Command::new("rustup");
    add.args(["target", "add", target]);
    let line = progress::command_line(&add);
    progress
        .run(&format!("Add the Rust target {target}"), &mut add)
        .map_err(|_| {
            format!("Rust's standard library for {target}: {line} (it failed, see above)")
        })?;
    if has_target(target) {
        Ok(())
    } else {
        Err(format!(
            "Rust's standard library for {target}: `{line}` added it to another toolchain than the rustc in PATH uses"
        ))
    }
}

/// Whether the standard library for `target` is installed: rustc names the
/// folder in any case.
fn has_target(target: &str) -> bool {
    answer(rustc().args(["--print", "target-libdir", "--target", target])).is_some_and(|folder| {
        fs::read_dir(Path::new(&folder)).is_ok_and(|mut entries| entries.next().is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::rust_version;

    #[test]
    fn the_version_of_rust_is_read_from_what_rustc_says() {
        assert_eq!(
            rust_version("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some((1, 95))
        );
        assert_eq!(rust_version("rustc 1.98.0-nightly (x)"), Some((1, 98)));
        assert!(rust_version("rustc 2.0.0") > Some((1, 95)));
        assert_eq!(rust_version("rust"), None);
    }
}
