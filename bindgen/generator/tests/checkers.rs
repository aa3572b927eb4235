//! What Python and its tools say of the generated text.
//!
//! `cargo test -p wasmtime-bindgen-generator --test checkers -- --ignored`
//! with the environment that `cargo xtask build` makes, `.venv` at the root.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasmtime_bindgen_generator::{Options, Package, generate};

use support::{component_of, generated, made, text, unsupported, wit, worlds};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the runtime is, and its tests.
fn runtime() -> PathBuf {
    root().join("bindgen/python")
}

/// Writes the packages side by side into a fresh folder.
fn written(name: &str, packages: Vec<(String, Package)>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (package, generated) in packages {
        let package = folder.join(package.replace('-', "_"));
        fs::create_dir_all(&package).expect("a folder");
        for (path, text) in generated.files {
            fs::write(package.join(path), text).expect("a file");
        }
    }
    folder
}

/// Runs a module of the environment's Python on a folder.
fn passes(folder: &Path, arguments: &[&str]) {
    let environment = root().join(".venv");
    let python = if cfg!(windows) {
        environment.join("Scripts/python.exe")
    } else {
        environment.join("bin/python")
    };
    let output = Command::new(python)
        .arg("-m")
        .args(arguments)
        .current_dir(folder)
        .env("MYPYPATH", runtime())
        .output()
        .expect("the environment that `cargo xtask build` makes");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{arguments:?}:\n{said}{complained}"
    );
}

fn check(folder: &Path) {
    passes(folder, &["ruff", "format", "--isolated", "--diff", "."]);
    let rules = [
        "--isolated",
        "--extend-select",
        "I,UP",
        "--target-version",
        "py310",
    ];
    passes(
        folder,
        &[["ruff", "check"].as_slice(), &rules, &["."]].concat(),
    );
    let mut types = vec!["mypy", "--strict", "--python-version", "3.10"];
    let packages = fs::read_dir(folder).expect("a folder").map(|entry| {
        let name = entry.expect("a package").file_name();
        name.into_string().expect("a plain name")
    });
    let mut packages: Vec<String> = packages.filter(|name| !name.contains('.')).collect();
    packages.sort();
    for package in &packages {
        types.extend(["-p", package]);
    }
    passes(folder, &types);
}

#[test]
#[ignore = "needs .venv"]
fn every_world_passes_as_it_comes() {
    let mut packages = Vec::new();
    for path in worlds() {
        let name = path.file_name().expect("a name").to_string_lossy();
        packages.push((name.into_owned(), generated(&wit(&path))));
    }
    let options = Options {
        skip_unsupported: true,
        ..Options::default()
    };
    let rest = generate(&wit(&unsupported()), &options).expect("the rest");
    packages.push(("unsupported".to_owned(), rest));
    check(&written("worlds", packages));
}

#[test]
#[ignore = "needs .venv"]
fn worlds_that_nobody_chose_pass_as_they_come_and_can_be_loaded() {
    let worlds: Vec<_> = (0..60).map(made::world).collect();
    let names = (0..).map(|seed| format!("made_{seed}"));
    let packages = worlds.iter().map(|world| generated(&text(world)));
    let folder = written("made", names.clone().zip(packages).collect());
    check(&folder);
    let some: Vec<_> = names.clone().take(12).collect();
    let settings = format!(
        r#"{{"typeCheckingMode": "strict", "pythonVersion": "3.10", "include": {some:?},
            "extraPaths": ["{}"]}}"#,
        runtime().to_string_lossy().replace('\\', "/"),
    );
    fs::write(folder.join("pyrightconfig.json"), settings).expect("a file");
    passes(&folder, &["basedpyright"]);
    for (name, world) in names.zip(&worlds) {
        if let Some(component) = component_of(world) {
            fs::write(folder.join(name).join("component.wasm"), component).expect("a file");
        }
    }
    passes(&runtime(), &["tests.made", &folder.to_string_lossy()]);
}
