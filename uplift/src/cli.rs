//! Arguments, files and exit codes.

#[cfg(feature = "check")]
mod comparison;
mod draft;
mod excerpt;
mod output;
mod plain;
mod report;
mod table;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "check")]
use uplift::Cases;
use uplift::{Component, Error, Mapping, Module, Plan};

/// Wraps a core WebAssembly module with a C ABI as a component, without
/// recompiling it.
///
/// The boundary gets safe; the code inside stays what it was.
#[derive(Parser)]
#[command(name = "uplift", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says what is in a module: exports, imports, memory, allocator, and a guess
    /// at each C signature.
    Inspect {
        /// A core module.
        module: PathBuf,
        /// Print JSON, of the schema that its first key names.
        #[arg(long)]
        json: bool,
    },
    /// Drafts a WIT and a mapping for a module, from the best evidence at hand.
    ///
    /// That is a C header, then DWARF in the module, then core types and names.
    /// What no evidence can give, such as which length belongs to which pointer or
    /// who frees a result, is marked by `confirmed = false`: `wrap` lists these
    /// marks, and refuses until somebody has decided and removed them.
    Draft(draft::Arguments),
    /// Wraps a module as a component, as a mapping says.
    ///
    /// Every mistake in the mapping is reported at once, and nothing is written
    /// then. The original module is embedded byte for byte, but for exports that
    /// the mapping has renamed or added; these are printed.
    Wrap {
        /// A core module.
        module: PathBuf,
        /// The mapping, a TOML file; docs/UPLIFT.md describes it.
        #[arg(long, value_name = "MAP.toml")]
        map: PathBuf,
        /// Where the component goes; `-` is standard output.
        #[arg(short, long, value_name = "OUT.wasm")]
        output: PathBuf,
    },
    /// Runs the module by its C ABI and the wrapped component side by side.
    ///
    /// Both get the same calls: the cases of a file, if there is one, and
    /// generated inputs, boundaries first. What differs is reported, on the
    /// smallest input that shows it, and the exit code is 1 then.
    #[cfg(feature = "check")]
    Check(comparison::Check),
}

/// Why the command ends early.
enum Failure {
    /// An argument or input can't be used: exit code 2.
    Unusable(String),
    /// Reported in full already: exit code 2.
    Reported,
    /// A defect of this program: exit code 1.
    Defect(String),
    /// The two sides of a comparison differ, as has been printed: exit code 1.
    #[cfg(feature = "check")]
    Different,
}

pub(crate) fn run() -> ExitCode {
    // Without it the shell sees a signal; with it, the documented exit code.
    let _ = ctrlc::set_handler(|| {
        eprintln!("interrupted");
        std::process::exit(130);
    });
    let result = match Arguments::parse().command {
        Command::Inspect { module, json } => inspect(&module, json),
        Command::Draft(arguments) => draft::run(&arguments),
        Command::Wrap {
            module,
            map,
            output,
        } => wrap(&module, &map, &output),
        #[cfg(feature = "check")]
        Command::Check(arguments) => check(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Unusable(message)) => {
            eprintln!("error: {}", plain::lines(&message));
            ExitCode::from(2)
        }
        Err(Failure::Reported) => ExitCode::from(2),
        Err(Failure::Defect(message)) => {
            eprintln!("error: {}", plain::lines(&message));
            ExitCode::FAILURE
        }
        #[cfg(feature = "check")]
        Err(Failure::Different) => ExitCode::FAILURE,
    }
}

fn inspect(path: &Path, json: bool) -> Result<(), Failure> {
    let inspection = read_module(path)?.inspect();
    let text = if json {
        let json = serde_json::to_string_pretty(&inspection)
            .map_err(|error| Failure::Defect(error.to_string()))?;
        json + "\n"
    } else {
        table::render(&path.display().to_string(), &inspection)
    };
    print(text.as_bytes())
}

/// A mapping and what it makes of a module; mistakes have been printed.
struct Planned {
    #[cfg(feature = "check")]
    mapping: Mapping,
    plan: Plan,
    component: Component,
}

fn plan(path: &Path, map: &Path) -> Result<Planned, Failure> {
    let module = read_module(path)?;
    let text = fs::read_to_string(map).map_err(|error| unreadable(map, &error))?;
    let failed = |error: Error| match error {
        Error::Mapping(mistakes) => {
            report::print(&mistakes, path, map, &text, ", and nothing was written");
            Failure::Reported
        }
        other => failure(path, &other),
    };
    let mapping = Mapping::parse(&text).map_err(failed)?;
    let folder = map.parent().unwrap_or(Path::new(""));
    let plan = Plan::check(&module, &mapping, folder).map_err(failed)?;
    let component = plan.emit().map_err(failed)?;
    Ok(Planned {
        #[cfg(feature = "check")]
        mapping,
        plan,
        component,
    })
}

fn failure(path: &Path, error: &Error) -> Failure {
    match error {
        Error::Defect(_) => Failure::Defect(error.to_string()),
        other => Failure::Unusable(format!("{}: {other}", path.display())),
    }
}

#[cfg(feature = "check")]
fn check(arguments: &comparison::Check) -> Result<(), Failure> {
    let path = &arguments.module;
    let planned = plan(path, &arguments.map)?;
    let no_file = PathBuf::new();
    let file = arguments.cases.as_ref().unwrap_or(&no_file);
    let text = match &arguments.cases {
        Some(file) => fs::read_to_string(file).map_err(|error| unreadable(file, &error))?,
        None => "version = 1".into(),
    };
    let failed = |error: Error| match error {
        Error::Cases(mistakes) => {
            report::print(&mistakes, path, file, &text, ", and nothing was compared");
            Failure::Reported
        }
        other => failure(path, &other),
    };
    let cases = Cases::parse(&text).map_err(failed)?;
    let Planned {
        mapping,
        plan,
        component,
    } = &planned;
    let comparison = plan
        .compare(mapping, component, &arguments.options(), &cases)
        .map_err(failed)?;
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&comparison)
            .map_err(|error| Failure::Defect(error.to_string()))?;
        json + "\n"
    } else {
        plain::lines(&comparison::render(&comparison)).into_owned()
    };
    print(text.as_bytes())?;
    if comparison.is_empty() {
        Err(Failure::Unusable(format!(
            "{}: nothing was compared: no function came to an end on any input, and no case was \
             given",
            arguments.map.display()
        )))
    } else if comparison.agrees() && comparison.never_answered.is_empty() {
        Ok(())
    } else {
        Err(Failure::Different)
    }
}

fn wrap(path: &Path, map: &Path, output: &Path) -> Result<(), Failure> {
    let Planned {
        plan, component, ..
    } = plan(path, map)?;
    if output == Path::new("-") {
        print(&component.bytes)?;
    } else {
        let mut inputs = vec![path, map];
        inputs.extend(plan.wit_files().iter().map(PathBuf::as_path));
        output::write(output, &component.bytes, &inputs)?;
    }
    for change in plan.changes() {
        eprintln!("changed: {}", plain::line(change));
    }
    for note in plan.notes() {
        eprintln!("note: {}", plain::line(note));
    }
    eprintln!(
        "{}: {} bytes, of which the module is {}{}",
        output.display(),
        component.bytes.len(),
        component.module_size,
        if component.wasi_adapter {
            ", with the WASI adapter"
        } else {
            ""
        }
    );
    Ok(())
}

fn read_module(path: &Path) -> Result<Module, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    Module::read(bytes).map_err(|error| Failure::Unusable(format!("{}: {error}", path.display())))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Unusable(format!("{} can't be read: {error}", path.display()))
}

fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // Who reads has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::Unusable(format!(
            "standard output can't be written: {error}"
        ))),
        Ok(()) => Ok(()),
    }
}
