//! `cargo xtask bindgen`: the generator of `wasmtime_bindgen`, compiled to a
//! component and put into the Python package, with the bindings that it makes
//! for itself, and those of the Python host. docs/BINDINGS.md explains the loop.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::cargo;
use crate::progress::Progress;
use crate::repository;
use crate::stamp::Stamp;
use crate::virtual_environment::VirtualEnvironment;

/// How often the tool may regenerate its own bindings: once with the generator
/// that was there, once with the new one, and once to see that nothing changes.
const ROUNDS: usize = 4;

/// Compiles the generator, puts it into the package, and regenerates the
/// package's bindings until they no longer change.
///
/// # Errors
///
/// If a step fails, or there is no fixed point.
pub(crate) fn run(progress: &Progress, environment: &VirtualEnvironment) -> Result<()> {
    let component = compile(progress)?;
    let staged = build_folder().join("generator");
    for round in 0..ROUNDS {
        let made = progress.run(
            "Generate the generator's own bindings",
            generate(environment, &component).arg(&staged),
        );
        if let Err(error) = made {
            // The package has no generator, or one that this runtime can't call.
            ensure!(round == 0, error);
            progress.say("The package's generator does not work: a native build helps out");
            let seeded = build_folder().join("seed");
            seed(progress, &component, &seeded)?;
            replace(&seeded, &package())?;
            continue;
        }
        if !replace(&staged, &package())? {
            stamp()?.set()?;
            return progress
                .run(
                    "Generate the Python host's bindings",
                    &mut greeter(environment),
                )
                .map(drop);
        }
    }
    bail!("the generator's own bindings differ in each of {ROUNDS} rounds: this is a defect of it")
}

/// Checks that the component was made from the present sources, and that it
/// still makes the bindings through which it is called, and the Python host's.
///
/// # Errors
///
/// If it is stale.
pub(crate) fn check(progress: &Progress, environment: &VirtualEnvironment) -> Result<()> {
    const REMEDY: &str = "run `cargo xtask bindgen`";
    let shown = repository::shown(&package());
    ensure!(
        stamp()?.is_current(),
        "{shown} was made from other sources of bindgen/generator: {REMEDY}"
    );
    let mut check = generate(environment, &package().join("component.wasm"));
    progress
        .run(
            "Check the generator's own bindings",
            check.arg(package()).arg("--check"),
        )
        .with_context(|| format!("{shown} is not what the generator makes: {REMEDY}"))?;
    // What it says if they are stale ends in the command that mends it.
    progress
        .run(
            "Check the Python host's bindings",
            greeter(environment).arg("--check"),
        )
        .map(drop)
}

/// `python -m wasmtime_bindgen` for the world of the lesson.
fn greeter(environment: &VirtualEnvironment) -> Command {
    let mut command = environment.python(["-m", "wasmtime_bindgen", "wit"]);
    command.args(["--world", "greeter", "--out-dir", "host-py/host_py/greeter"]);
    command
}

/// The component, and the bindings through which `wasmtime_bindgen` calls it.
fn package() -> PathBuf {
    repository::root().join("bindgen/python/wasmtime_bindgen/generator")
}

/// Its own, because the flags below are nobody else's.
fn build_folder() -> PathBuf {
    repository::root().join("target").join("bindgen")
}

/// Compiles the generator without paths of this machine in it.
fn compile(progress: &Progress) -> Result<PathBuf> {
    let mut build = cargo::command(["build", "--locked", "--profile", "component"]);
    build
        .args(["--target", "wasm32-wasip2"])
        .args(["--package", "wasmtime-bindgen-generator", "--lib"])
        .arg(cargo::MESSAGES)
        .arg("--target-dir")
        .arg(build_folder())
        .env("CARGO_ENCODED_RUSTFLAGS", remapping()?);
    let messages = progress.run("Compile the generator to a component", &mut build)?;
    cargo::artifacts(&messages, "wasmtime_bindgen_generator")
        .into_iter()
        .flat_map(|artifact| artifact.filenames)
        .find(|path| path.extension().is_some_and(|end| end == "wasm"))
        .context("cargo wrote no WebAssembly for wasmtime-bindgen-generator")
}

/// The flags that cut the folders of the registry and the repository from the
/// places that panics name.
fn remapping() -> Result<String> {
    let metadata = answer(&mut cargo::command([
        "metadata",
        "--format-version=1",
        "--filter-platform=wasm32-wasip2",
    ]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let mut folders: Vec<_> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|package| package["manifest_path"].as_str())
        .filter_map(|manifest| Path::new(manifest).parent()?.parent())
        .filter(|folder| !folder.starts_with(repository::root()))
        .map(Path::to_path_buf)
        .collect();
    folders.sort();
    folders.dedup();
    folders.push(repository::root().to_path_buf());
    let flags = folders
        .iter()
        .map(|folder| format!("--remap-path-prefix={}=", folder.display()));
    Ok(flags.collect::<Vec<_>>().join("\x1f"))
}

/// `python -m wasmtime_bindgen` for the generator's own world; the folder for
/// the package is to follow.
fn generate(environment: &VirtualEnvironment, component: &Path) -> Command {
    let mut command = environment.python(["-m", "wasmtime_bindgen"]);
    command
        .arg(component)
        .args(["--wit", "bindgen/generator/wit", "--out-dir"]);
    command
}

/// Makes the package by a native build of the generator.
fn seed(progress: &Progress, component: &Path, folder: &Path) -> Result<()> {
    let mut native = cargo::command(["run", "--package", "wasmtime-bindgen-generator"]);
    native
        .args(["--example", "generate", "--"])
        .arg(component)
        .args(["bindgen/generator/wit", "--out-dir"])
        .arg(folder);
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} can't be removed", repository::shown(folder)))?;
    }
    progress.run("Generate by the native build", &mut native)?;
    let content =
        fs::read(component).with_context(|| format!("{} can't be read", component.display()))?;
    repository::write(&folder.join("component.wasm"), &content)
}

/// Makes one folder hold what the other does; says whether anything differed.
fn replace(from: &Path, to: &Path) -> Result<bool> {
    let (new, old) = (files(from)?, files(to)?);
    let mut changed = false;
    for name in &new {
        let content = fs::read(from.join(name))?;
        changed |= !fs::read(to.join(name)).is_ok_and(|present| present == content);
        repository::write(&to.join(name), &content)?;
    }
    for name in old.iter().filter(|name| !new.contains(name)) {
        fs::remove_file(to.join(name))?;
        changed = true;
    }
    Ok(changed)
}

fn files(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// What the component in the package was made from. Not the compiler: another
/// release of it makes other bytes of the same program.
fn stamp() -> Result<Stamp> {
    let generator = repository::root().join("bindgen/generator");
    Stamp::new(generator.join("component.sha256"))
        .path(&generator.join("Cargo.toml"))?
        .path(&generator.join("src"))?
        .path(&generator.join("wit"))?
        .text(&dependencies()?)
        .path(&package().join("component.wasm"))
}

/// The packages that are compiled into the component, with their versions.
fn dependencies() -> Result<String> {
    let tree = answer(
        cargo::command([
            "tree",
            "--locked",
            "--package",
            "wasmtime-bindgen-generator",
        ])
        .args([
            "--target",
            "wasm32-wasip2",
            "--edges",
            "normal,no-proc-macro",
        ])
        .args(["--prefix", "none", "--format", "{p}"]),
    )?;
    let mut packages: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split(" (").next())
        .collect();
    packages.sort_unstable();
    packages.dedup();
    Ok(packages.join("\n"))
}

fn answer(command: &mut Command) -> Result<String> {
    let line = crate::progress::command_line(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{line} can't be started"))?;
    ensure!(output.status.success(), "{line}: {}", output.status);
    String::from_utf8(output.stdout).with_context(|| format!("{line} did not write UTF-8"))
}
