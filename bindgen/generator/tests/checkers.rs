//! What Python's tools say of the generated text, and of names and types that
//! are too long for a line.
//!
//! `cargo test -p wasmtime-bindgen-generator --test checkers -- --ignored`
//! with the environment that `cargo xtask build` makes, `.venv` at the root.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasmtime_bindgen_generator::{Options, Package, generate};

use support::{generated, text, unsupported, wit, worlds};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
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
        .env("MYPYPATH", root().join("bindgen/python"))
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
    let mut packages: Vec<String> = packages.filter(|name| !name.starts_with('.')).collect();
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
fn worlds_with_names_and_types_of_every_length_pass_as_they_come() {
    let packages = (0..100).map(|seed| {
        let mut made = Made { seed, depth: 0 };
        let world = made.world();
        (format!("made_{seed}"), generated(&text(&world)))
    });
    check(&written("made", packages.collect()));
}

/// Makes up worlds. The same seed makes the same world.
struct Made {
    seed: u64,
    depth: u32,
}

impl Made {
    /// A number below `limit`, by a step of the generator of Knuth's MMIX.
    fn below(&mut self, limit: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % limit
    }

    /// A name of one to six words, which no other has.
    fn name(&mut self, unique: usize) -> String {
        const WORDS: &[&str] = &[
            "a",
            "of",
            "list",
            "class",
            "temperature",
            "HTTP",
            "x9",
            "pi",
        ];
        let mut name = format!("n{unique}");
        for _ in 0..self.below(6) {
            let word = usize::try_from(self.below(WORDS.len() as u64)).unwrap_or(0);
            name = format!("{name}-{}", WORDS[word]);
        }
        name
    }

    fn value(&mut self, named: &[String]) -> String {
        self.depth += 1;
        let simple = ["u8", "s32", "f64", "string", "bool", "char"];
        let kind = if self.depth > 4 { 0 } else { self.below(10) };
        let mut inner = || self.value(named);
        let made = match kind {
            3 => format!("list<{}>", inner()),
            4 => format!("option<{}>", inner()),
            5 => format!("tuple<{}, {}, {}>", inner(), inner(), inner()),
            6 => format!("result<{}, {}>", inner(), inner()),
            7..=9 if !named.is_empty() => {
                let index = self.below(named.len() as u64);
                named[usize::try_from(index).unwrap_or(0)].clone()
            }
            _ => simple[usize::try_from(self.below(6)).unwrap_or(0)].to_owned(),
        };
        self.depth -= 1;
        made
    }

    fn world(&mut self) -> String {
        let mut body = String::new();
        let mut named = Vec::new();
        for unique in 0..12 {
            let name = self.name(unique);
            let values = |made: &mut Self, count: u64, open: &str, close: &str| {
                let count = 1 + made.below(count);
                let values = (0..count).map(|index| {
                    let index = usize::try_from(index).unwrap_or(0);
                    let (name, value) = (made.name(index), made.value(&named));
                    format!("{name}{open}{value}{close}")
                });
                values.collect::<Vec<_>>().join(", ")
            };
            let _ = match self.below(4) {
                0 => writeln!(body, "record {name} {{ {} }}", values(self, 5, ": ", "")),
                1 => writeln!(body, "variant {name} {{ {} }}", values(self, 6, "(", ")")),
                2 => writeln!(body, "type {name} = {};", self.value(&named)),
                _ => writeln!(body, "enum {name} {{ one, two }}"),
            };
            named.push(name);
        }
        for unique in 20..40 {
            let name = self.name(unique);
            let params = (0..self.below(7)).map(|index| {
                let index = usize::try_from(index).unwrap_or(0);
                format!("{}: {}", self.name(index), self.value(&named))
            });
            let params = params.collect::<Vec<_>>().join(", ");
            let _ = match self.below(3) {
                0 => writeln!(body, "{name}: func({params});"),
                _ => writeln!(body, "{name}: func({params}) -> {};", self.value(&named)),
            };
        }
        let own = self.name(90);
        format!(
            "package made:up@0.1.0;\ninterface {own} {{\n{body}}}\n\
             world made {{ import {own}; export {own}; }}\n"
        )
    }
}
