//! `cargo xtask`: builds, runs, tests and measures everything, on every
//! platform, with nothing but cargo and Python. The only orchestration.

mod bench;
mod bindgen;
mod build;
mod cargo;
mod checks;
mod clean;
mod demo;
mod docs_blocks;
mod guests;
mod lock;
mod modules;
mod prerequisites;
mod progress;
mod python;
mod repository;
mod stamp;
mod virtual_environment;

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::modules::Npm;
use crate::progress::Progress;

/// Builds, runs, tests and measures everything in this repository.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build what is out of date, then run both hosts on all guests
    Demo,
    /// Build .venv, all guests (into target/guests) and the Rust host
    Build,
    /// Run every check: tests, lints, types, formats, the README's commands
    Test,
    /// Measure calls in both hosts and write the table in docs/PERFORMANCE.md
    Bench {
        /// Take few samples, to see that it works, and write nothing
        #[arg(long)]
        short: bool,
    },
    /// Refresh the code blocks in Markdown that are included from sources
    Docs {
        /// Change nothing, and fail if a block differs from its source
        #[arg(long)]
        check: bool,
    },
    /// Compile the generator of `wasmtime_bindgen` into its Python package
    Bindgen {
        /// Change nothing, and fail if the package's generator is stale
        #[arg(long)]
        check: bool,
    },
    /// Fetch and compile the modules that uplift is tried on (into target/modules)
    Modules,
    /// Rewrite the golden files in parity/tests from what the hosts say now
    Bless,
    /// Pin the Python packages anew in host-py/requirements.lock
    Lock,
    /// Remove target and .venv
    Clean,
}

/// An error of exit code 2: something about the machine, the arguments or the
/// input can't be used, so nothing was run.
#[derive(Debug)]
struct Unusable(String);

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unusable {}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Unusable>() { 2 } else { 1 })
        }
    }
}

fn run(task: &Task) -> Result<()> {
    let progress = Progress::new();
    match task {
        Task::Demo => demo::run(&build::all(&progress)?),
        Task::Build => build::all(&progress).map(drop),
        Task::Test => checks::run(&progress),
        Task::Bench { short: false } => bench::run(&progress, &build::all(&progress)?),
        Task::Bench { short: true } => bench::run_short(&progress, &build::all(&progress)?),
        Task::Docs { check: true } => docs_blocks::check(),
        Task::Docs { check: false } => docs_blocks::refresh(&progress),
        Task::Bindgen { check: true } => bindgen::check(&progress, &build::environment(&progress)?),
        Task::Bindgen { check: false } => bindgen::run(&progress, &build::environment(&progress)?),
        Task::Modules => {
            let npm = Npm::find();
            modules::all(&progress, &build::environment(&progress)?, npm.as_ref())
        }
        Task::Bless => {
            build::all(&progress)?;
            checks::bless()
        }
        Task::Lock => lock::run(&progress, &build::environment(&progress)?),
        Task::Clean => clean::run(),
    }
}
