//! The command line of the Rust host: arguments in, text and exit code out.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{ExitCode, exit};
use std::sync::LazyLock;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use host_rs::Error;
use host_rs::guest::{Guest, GuestName, GuestsFolder, Legacy};
use host_rs::parity::{Cases, Comparison};
use host_rs::report::{Addition, Asked, Greeting, Paint, Report};
use host_rs::sandbox::{CompiledCode, Limits, Sandbox};

static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} (wasmtime {})",
        env!("CARGO_PKG_VERSION"),
        wasmtime_environ::VERSION
    )
});

/// Calls the greeter's guests from Rust: components by their WIT interface, the
/// legacy core module by its C ABI.
///
/// Without a command, greets `World` and adds 5 and 3 on every guest, then
/// compares them all.
#[derive(Parser)]
#[command(
    version = VERSION.as_str(),
    after_help = "Exit codes: 0 done; 1 the guest trapped or ran too long, or guests differ; \
                  2 the arguments or the input can't be used; 130 interrupted.\n\n\
                  `python -m host_py` does the same, and has `trace` and `hazards` besides.",
)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Options {
    /// The folder that `cargo xtask build` filled [default: the nearest
    /// target/guests here or above]
    #[arg(long, global = true, value_name = "DIR")]
    guests: Option<PathBuf>,
    /// Write JSON, as parity/output.schema.json describes it; errors stay text
    #[arg(long, global = true)]
    json: bool,
    /// Compile guests afresh, past the per-user cache of compiled code
    #[arg(long, global = true)]
    no_cache: bool,
    /// How long one call of a guest may run
    #[arg(long, global = true, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,
    /// How large a guest's linear memory may grow
    #[arg(long, global = true, value_name = "MIB", default_value = "256",
          value_parser = clap::value_parser!(u32).range(1..=4096))]
    memory: u32,
    /// How large a guest's table may grow
    #[arg(long, global = true, value_name = "ELEMENTS", default_value = "20000")]
    table: u32,
}

#[derive(Subcommand)]
enum Command {
    /// Greet each NAME, one greeting a line
    Greet {
        /// Whom to greet
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        #[command(flatten)]
        one: OneGuest,
    },
    /// Add two 32-bit integers; the sum wraps on overflow
    #[command(allow_negative_numbers = true)]
    Add {
        /// The first number
        a: i32,
        /// The second number
        b: i32,
        #[command(flatten)]
        one: OneGuest,
    },
    /// Run every case of a file through every guest, and compare
    Parity {
        /// A guest to compare, again for more: rust, python, legacy or the path
        /// of a component [default: rust, python and legacy]
        #[arg(id = "compared", long = "guest", value_name = "GUEST")]
        guests: Vec<GuestName>,
        /// The cases [default: the nearest parity/cases.json here or above]
        #[arg(long, value_name = "FILE")]
        cases: Option<PathBuf>,
    },
}

#[derive(Args)]
struct OneGuest {
    /// Who is asked: rust, python, legacy or the path of a component that
    /// exports the world `greeter`
    #[arg(long, value_name = "GUEST", default_value = "rust")]
    guest: GuestName,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse_arguments(&error),
    };
    // The guest may be in an endless loop, so the process ends from here. A
    // second handler can't be there: this is the first thing that it does.
    let interruptible = ctrlc::set_handler(|| {
        let _ = writeln!(io::stderr(), "interrupted");
        exit(130);
    });
    if let Err(reason) = interruptible {
        let _ = writeln!(io::stderr(), "warning: Ctrl-C can't be handled: {reason}");
    }
    let report = match run(&cli) {
        Ok(report) => report,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            return ExitCode::from(if error.is_guest_failure() { 1 } else { 2 });
        }
    };
    // Colours are chosen here, because a stream that takes them out would take
    // them out of what a guest said, too.
    let coloured = io::stdout().is_terminal() && colours_are_welcome();
    let mut out: Box<dyn Write> = if coloured {
        Box::new(anstream::stdout().lock())
    } else {
        Box::new(io::stdout().lock())
    };
    let written = if cli.options.json {
        report.write_json(&mut out)
    } else {
        report.write_text(&mut out, Paint::new(coloured))
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => refuse_stdout(&error),
        // Where the pipe is broken, whoever reads has seen enough.
        _ => ExitCode::from(u8::from(report.has_undeclared())),
    }
}

fn refuse_stdout(error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    let _ = writeln!(io::stderr(), "error: cannot write to stdout: {error}");
    ExitCode::from(2)
}

/// The longest `--timeout`, in seconds.
const LONGEST_TIMEOUT: f64 = 1e9;

/// Whether neither `NO_COLOR` nor a terminal without colours speaks against them.
fn colours_are_welcome() -> bool {
    let empty = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    empty("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Prints the help or version that was asked for, or the error on one line.
fn refuse_arguments(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return match error.print().and_then(|()| io::stdout().flush()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => refuse_stdout(&error),
        };
    }
    let text = error.render().to_string();
    let said = text.split("\n\n").map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        words.join(" ")
    });
    // What follows is the usage.
    let said = said.take_while(|words| words.starts_with("error:") || words.starts_with("tip:"));
    let line = said.collect::<Vec<_>>().join("; ");
    let _ = writeln!(io::stderr(), "{line} (see --help)");
    ExitCode::from(2)
}

fn run(cli: &Cli) -> Result<Report, Error> {
    let options = &cli.options;
    let limits = Limits {
        timeout: options.timeout,
        memory: options.memory as usize * 1024 * 1024,
        table: options.table as usize,
    };
    let compiled_code = if options.no_cache {
        CompiledCode::NotCached
    } else {
        CompiledCode::Cached
    };
    let sandbox = Sandbox::new(limits, compiled_code)?;
    let folder = GuestsFolder::new(options.guests.clone());
    let load = |name: &GuestName, legacy| Guest::load(&sandbox, &folder, name, legacy);
    match &cli.command {
        None => {
            let cases = Cases::read(None)?;
            let (mut asked, mut compared) = (Vec::new(), Vec::new());
            for name in GuestName::BUILT {
                let mut guest = load(&name, Legacy::Printing)?;
                asked.push(ask(&name, &mut guest)?);
                if name == GuestName::Legacy {
                    // What it prints for the cases is nobody's concern.
                    guest = load(&name, Legacy::Quiet)?;
                }
                compared.push((name.to_string(), guest));
            }
            let Comparison {
                summary,
                undeclared,
                ..
            } = cases.run(&mut compared);
            Ok(Report::Run {
                guests: asked,
                parity: summary,
                undeclared,
            })
        }
        Some(Command::Greet { names, one }) => {
            let mut guest = load(&one.guest, Legacy::Printing)?;
            let mut greetings = Vec::new();
            for name in names {
                greetings.push(Greeting {
                    name: name.clone(),
                    greeting: guest.greet(name)?,
                });
            }
            Ok(Report::Greet {
                guest: one.guest.to_string(),
                greetings,
            })
        }
        Some(Command::Add { a, b, one }) => {
            let (a, b) = (*a, *b);
            let sum = load(&one.guest, Legacy::Printing)?.add(a, b)?;
            Ok(Report::Add {
                guest: one.guest.to_string(),
                addition: Addition { a, b, sum },
            })
        }
        Some(Command::Parity { guests, cases }) => {
            let cases = Cases::read(cases.as_deref())?;
            let mut named: Vec<GuestName> = Vec::new();
            for guest in guests {
                if !named.contains(guest) {
                    named.push(guest.clone());
                }
            }
            if named.is_empty() {
                named.extend(GuestName::BUILT);
            }
            let mut guests = Vec::new();
            for name in named {
                guests.push((name.to_string(), load(&name, Legacy::Quiet)?));
            }
            Ok(Report::Parity(cases.run(&mut guests)))
        }
    }
}

fn ask(name: &GuestName, guest: &mut Guest) -> Result<Asked, Error> {
    let greet = Greeting {
        name: "World".into(),
        greeting: guest.greet("World")?,
    };
    let (a, b) = (5, 3);
    let add = Addition {
        a,
        b,
        sum: guest.add(a, b)?,
    };
    let (kind, printed) = match guest {
        Guest::Component(_) => ("component", Vec::new()),
        Guest::Legacy(guest) => ("core module", guest.take_printed()),
    };
    Ok(Asked {
        guest: name.to_string(),
        kind,
        greet,
        add,
        printed,
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = text.parse().ok().filter(|_| plain);
    seconds
        .filter(|&seconds| seconds > 0.0 && seconds <= LONGEST_TIMEOUT)
        .map(Duration::from_secs_f64)
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| {
            format!("a number of seconds above 0, at most {LONGEST_TIMEOUT}, is expected")
        })
}
