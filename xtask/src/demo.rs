//! Runs both hosts, one after the other.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::build::Built;
use crate::progress::command_line;
use crate::repository;

/// Shows what each host does when it is called without arguments. Nothing but
/// the hosts' output, with the command above each, goes to stdout.
///
/// # Errors
///
/// If a host can't be run, or fails: it has said why on stderr.
pub(crate) fn run(built: &Built) -> Result<()> {
    let hosts = [
        ("host-rs", Command::new(&built.host_rs)),
        (
            "python -m host_py",
            built.environment.python(["-m", "host_py"]),
        ),
    ];
    let mut failed = Vec::new();
    for (index, (name, mut host)) in hosts.into_iter().enumerate() {
        let mut stdout = io::stdout();
        if index > 0 {
            writeln!(stdout)?;
        }
        writeln!(stdout, "== {name}")?;
        stdout.flush()?;
        let status = host
            .current_dir(repository::root())
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("{} can't be started", command_line(&host)))?;
        if !status.success() {
            failed.push(format!("`{name}` failed ({status})"));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join(", "));
    }
    Ok(())
}
