//! Generates a package from a component, WIT, or both, without Python.
//!
//! `cargo run -p wasmtime-bindgen-generator --example generate -- INPUT… --out-dir DIR`
//! where an input is a component or a folder or file of WIT.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wasmtime_bindgen_generator::{Input, Options, generate};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut input = Input::default();
    let mut options = Options::default();
    let mut out_dir = PathBuf::from("generated");
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--out-dir" => out_dir = value()?.into(),
            "--world" => options.world = Some(value()?),
            "--replace" => options.replace.push(value()?),
            "--skip-unsupported" => options.skip_unsupported = true,
            path if Path::new(path)
                .extension()
                .is_some_and(|kind| kind == "wasm") =>
            {
                input.component = Some(fs::read(path)?);
            }
            path => input.wit = Input::read_wit(path.as_ref())?,
        }
    }
    let package = generate(&input, &options)?;
    fs::create_dir_all(&out_dir)?;
    for (path, text) in &package.files {
        fs::write(out_dir.join(path), text)?;
    }
    for function in &package.skipped {
        println!("left out: {function}");
    }
    println!("{}: {} files", package.manifest.world, package.files.len());
    Ok(())
}
