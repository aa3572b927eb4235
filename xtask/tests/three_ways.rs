//! The Rust guest becomes the same component whichever tool builds it, from
//! the same unedited source, and no tool overwrites another's output.

mod built;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use wit_component::{DecodedWasm, WitPrinter};

/// What `cargo xtask build` makes by wasm32-wasip1 and wit-component.
const BY_WIT_COMPONENT: &str = "target/guests/rust.wasm";
/// What `cargo build --target wasm32-wasip2` makes.
const BY_CARGO: &str = "target/wasm32-wasip2/debug/greeter_component.wasm";
/// What `cargo component build` makes.
const BY_CARGO_COMPONENT: &str = "target/wasm32-wasip1/debug/greeter_component.wasm";

/// One test at a time looks at what the others write.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn plain_cargo_makes_the_same_component_as_wit_component() {
    let _alone = alone();
    let before = Before::note(&[BY_WIT_COMPONENT, BY_CARGO_COMPONENT]);
    build(&[
        "build",
        "--package",
        "greeter-component",
        "--target",
        "wasm32-wasip2",
    ]);
    before.assert_unchanged();
    assert_same_component(BY_CARGO);
}

#[test]
#[ignore = "needs `cargo install --locked cargo-component@0.21.1`"]
fn cargo_component_makes_the_same_component_as_wit_component() {
    let _alone = alone();
    let before = Before::note(&[BY_WIT_COMPONENT, BY_CARGO]);
    build(&["component", "build"]);
    before.assert_unchanged();
    assert_same_component(BY_CARGO_COMPONENT);
}

fn build(arguments: &[&str]) {
    let status = built::cargo(arguments).status().expect("cargo starts");
    assert!(status.success(), "cargo {}: {status}", arguments.join(" "));
}

/// The guest's source and the other ways' output, before a build.
struct Before(BTreeMap<PathBuf, Vec<u8>>);

impl Before {
    fn note(outputs: &[&str]) -> Self {
        let root = built::root();
        let mut files: Vec<PathBuf> = outputs.iter().map(|file| root.join(file)).collect();
        for folder in ["guest/component", "guest/component/src", "wit"] {
            let entries = fs::read_dir(root.join(folder)).expect("the guest has a source");
            files.extend(entries.map(|entry| entry.expect("an entry").path()));
        }
        let digests = files.into_iter().filter(|file| file.is_file());
        Self(digests.map(|file| (file.clone(), digest(&file))).collect())
    }

    fn assert_unchanged(&self) {
        let now = Self::note(&[]);
        for file in now.0.keys() {
            assert!(
                self.0.contains_key(file),
                "the build made {}",
                file.display()
            );
        }
        for (file, digest_before) in &self.0 {
            assert!(file.is_file(), "the build removed {}", file.display());
            assert!(
                *digest_before == digest(file),
                "the build changed {}",
                file.display()
            );
        }
    }
}

fn digest(file: &Path) -> Vec<u8> {
    Sha256::digest(fs::read(file).expect("a readable file")).to_vec()
}

fn assert_same_component(other: &str) {
    let contract = declared_exports(&built::root().join("wit/greeter.wit"));
    assert_eq!(contract.len(), 2, "wit/greeter.wit exports two functions");
    let first = built::path(BY_WIT_COMPONENT);
    let second = built::path(other);
    assert_eq!(exports(&first), contract);
    assert_eq!(exports(&second), contract);

    let outcomes = parity(&second);
    assert_eq!(outcomes, parity(&first));
    assert!(outcomes.len() > 10, "few cases: {outcomes:?}");
    assert!(
        outcomes.iter().all(|(_, outcome)| outcome == "same"),
        "{outcomes:?}"
    );
}

/// The lines of a world in a WIT file that export something.
fn declared_exports(file: &Path) -> Vec<String> {
    exports_in(&fs::read_to_string(file).expect("a readable file"))
}

/// The same of a component, whose world is read from its binary form.
fn exports(component: &Path) -> Vec<String> {
    let bytes = fs::read(component).expect("a readable file");
    let decoded = wit_component::decode(&bytes).expect("a component");
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("{} is not a component", component.display());
    };
    let package = resolve.worlds[world].package.expect("a world in a package");
    let mut printer = WitPrinter::default();
    printer.print(&resolve, package, &[]).expect("printable");
    exports_in(&printer.output.to_string())
}

fn exports_in(wit: &str) -> Vec<String> {
    let lines = wit.lines().map(str::trim);
    let mut exports: Vec<String> = lines
        .filter(|line| line.starts_with("export "))
        .map(ToString::to_string)
        .collect();
    exports.sort();
    exports
}

/// How the component did in each case of parity/cases.json, by host-rs.
fn parity(component: &Path) -> Vec<(String, String)> {
    let output = Command::new(built::host_rs())
        .current_dir(built::root())
        .args(["--json", "parity", "--guest"])
        .arg(component)
        .output()
        .expect("host-rs starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = report["rows"].as_array().expect("rows");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_string();
    rows.iter()
        .map(|row| {
            let case = format!("{}: {}", text(&row["call"]), text(&row["case"]));
            let outcomes = row["outcomes"].as_object().expect("outcomes");
            (case, text(outcomes.values().next().expect("one guest")))
        })
        .collect()
}
