//! The checks of `uplift`: its own, and its examples on modules that nobody
//! here wrote.

use std::path::PathBuf;

use anyhow::Result;

use crate::build::Built;
use crate::cargo;
use crate::modules::{self, Npm};
use crate::progress::Progress;
use crate::repository;

use super::report::{Report, Verdict};
use super::{DENY, HOST_RS, passes};

/// An example: a module, and the folder of `uplift/examples` with its mapping,
/// its WIT and a Python program on top.
struct Example {
    check: &'static str,
    name: &'static str,
    module: &'static str,
    wit: &'static str,
}

const GREETER: Example = Example {
    check: "uplift: Python on the greeter",
    name: "greeter",
    module: "target/guests/legacy-quiet.wasm",
    wit: "wit",
};

const ZLIB: Example = Example {
    check: "uplift: Python on zlib",
    name: "zlib",
    module: "target/modules/zlib.wasm",
    wit: "uplift/examples/zlib/zlib.wit",
};

const SQLITE: Example = Example {
    check: "uplift: Python on sqlite",
    name: "sqlite",
    module: "target/modules/sqlite.wasm",
    wit: "uplift/examples/sqlite/sqlite.wit",
};

const XXHASH: Example = Example {
    check: "uplift: Python on xxhash",
    name: "xxhash",
    module: "target/modules/xxhash.wasm",
    wit: "uplift/examples/xxhash/xxhash.wit",
};

pub(super) fn run(
    report: &mut Report,
    progress: &Progress,
    built: &Built,
    npm: &Result<Npm, String>,
) {
    report.check("uplift: clippy", || {
        let mut clippy = cargo::command(["clippy", "--all-targets", "--package", "uplift"]);
        passes(clippy.args(DENY))
    });
    // What `cargo install --no-default-features` compiles.
    report.check("uplift: clippy without `check`", || {
        let mut clippy = cargo::command(["clippy", "--package", "uplift"]);
        passes(clippy.arg("--no-default-features").args(DENY))
    });
    report.check("uplift: rustdoc", || {
        let mut doc = cargo::command(["doc", "--no-deps", "--package", "uplift"]);
        passes(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    });
    report.check("uplift: tests", || {
        passes(&mut cargo::command(["test", "--package", "uplift"]))
    });
    report.check("uplift: C libraries by zig", || {
        modules::c_libraries(progress, &built.environment).map(|()| Verdict::Passed)
    });
    report.check("uplift: xxhash-wasm from npm", || match npm {
        Ok(npm) => modules::xxhash(progress, &built.environment, npm).map(|()| Verdict::Passed),
        Err(absent) => Ok(Verdict::Skipped(absent.clone())),
    });
    report.check("uplift: examples", || {
        let mut test = cargo::command(["test", "--package", "uplift", "--test", "all", "--"]);
        test.args(["--ignored", "examples::"]);
        if npm.is_err() {
            test.args(["--skip", "examples::xxhash"]);
            test.args(["--skip", "examples::drafts::xxhash"]);
        }
        passes(test.env(HOST_RS, &built.host_rs))
    });
    for example in [&GREETER, &ZLIB, &SQLITE, &XXHASH] {
        report.check(example.check, || match npm {
            Err(absent) if example.name == XXHASH.name => Ok(Verdict::Skipped(absent.clone())),
            _ => python(example, progress, built),
        });
    }
}

/// Wraps the module by the command, generates its bindings, and checks and runs
/// the program on top.
fn python(example: &Example, progress: &Progress, built: &Built) -> Result<Verdict> {
    let Example {
        name, module, wit, ..
    } = example;
    let component = format!("target/uplift/examples/{name}.wasm");
    std::fs::create_dir_all(repository::root().join("target/uplift/examples"))?;
    let packages: PathBuf = repository::root().join("target/uplift/python");
    let mut wrap = cargo::command(["run", "--quiet", "--package", "uplift", "--", "wrap"]);
    wrap.args([module, "--map"])
        .arg(format!("uplift/examples/{name}/{name}.toml"))
        .args(["-o", &component]);
    progress.run(&format!("Wrap {module}"), &mut wrap)?;
    let mut generate = built.environment.python(["-m", "wasmtime_bindgen"]);
    generate
        .args([&component, "--wit", wit, "--out-dir"])
        .arg(packages.join(format!("{name}_wasm")));
    progress.run(&format!("Generate {name}_wasm"), &mut generate)?;
    let program = format!("uplift/examples/{name}/use_{name}.py");
    let mut mypy = built.environment.python(["-m", "mypy", "--strict"]);
    passes(mypy.arg(&program).env("MYPYPATH", &packages))?;
    passes(
        built
            .environment
            .python([&program])
            .env("PYTHONPATH", &packages),
    )
}
