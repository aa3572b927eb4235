//! Shows on stderr what a long step does and how long it took.
//!
//! On a terminal each running step is a spinner with the last line of the
//! child's output; elsewhere a step is one line at its start and one at its
//! end. A child's output is otherwise kept back, and shown whole if it fails.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal as _, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::repository;

/// All steps that run at the moment.
pub(crate) struct Progress {
    bars: MultiProgress,
    on_terminal: bool,
}

impl Progress {
    /// Shows nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            bars: MultiProgress::new(),
            on_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Runs a child as a step called `what` and returns its stdout.
    ///
    /// # Errors
    ///
    /// If it can't be started, or fails: then its output has been shown.
    pub(crate) fn run(&self, what: &str, command: &mut Command) -> Result<String> {
        let step = self.start(what);
        let outcome = run_quietly(command, &|line| step.bar.set_message(line.to_string()));
        match outcome {
            Ok(stdout) => {
                step.end("done in");
                Ok(stdout)
            }
            Err(failure) => {
                step.end("failed after");
                self.say(&format!("{failure:#}\n"));
                bail!("`{what}` failed: its output is above")
            }
        }
    }

    /// Writes a line to stderr, above the spinners.
    pub(crate) fn say(&self, line: &str) {
        self.bars.suspend(|| eprintln!("{line}"));
    }

    fn start<'a>(&'a self, what: &'a str) -> Step<'a> {
        let bar = if self.on_terminal {
            let bar = self.bars.add(ProgressBar::new_spinner());
            let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_prefix(what.to_string());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            self.say(&format!("{what} …"));
            ProgressBar::hidden()
        };
        Step {
            progress: self,
            what,
            bar,
            started: Instant::now(),
        }
    }
}

struct Step<'a> {
    progress: &'a Progress,
    what: &'a str,
    bar: ProgressBar,
    started: Instant,
}

impl Step<'_> {
    fn end(&self, how: &str) {
        self.bar.finish_and_clear();
        let took = duration(self.started.elapsed());
        self.progress.say(&format!("{}: {how} {took}", self.what));
    }
}

/// A time span as people say it: `0.4 s`, `12 s`, `4 min 05 s`.
pub(crate) fn duration(span: Duration) -> String {
    let seconds = span.as_secs_f64().round();
    if span.as_secs_f64() < 9.95 {
        format!("{:.1} s", span.as_secs_f64())
    } else if seconds < 60.0 {
        format!("{seconds:.0} s")
    } else {
        format!(
            "{:.0} min {:02.0} s",
            (seconds / 60.0).floor(),
            seconds % 60.0
        )
    }
}

/// A command as one would type it at the root.
pub(crate) fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = if env::var_os("CARGO").is_some_and(|cargo| *cargo == *program) {
        "cargo".to_string()
    } else {
        repository::shown(program)
    };
    let arguments = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(program.into())
        .chain(arguments)
        .map(|word| match shlex::try_quote(&word) {
            Ok(quoted) => quoted.into_owned(),
            Err(_) => word.into_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a child with its output kept back. The error holds the command line
/// and all the output.
fn run_quietly(command: &mut Command, show: &(impl Fn(&str) + Sync)) -> Result<String> {
    let line = command_line(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{line} can't be started"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let stdout = stdout.context("the child has no stdout")?;
    let stderr = stderr.context("the child has no stderr")?;
    let (output, transcript) = (Mutex::new(String::new()), Mutex::new(String::new()));
    let add = |text: &Mutex<String>, line: &str| {
        let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for_each_line(stdout, |line| {
                add(&output, line);
                if !is_message_of_cargo(line) {
                    add(&transcript, line);
                    show(line.trim());
                }
            });
        });
        for_each_line(stderr, |line| {
            add(&transcript, line);
            show(line.trim());
        });
    });
    let status = child.wait().with_context(|| format!("{line} was lost"))?;
    if status.success() {
        return Ok(output.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
    let transcript = transcript
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    Err(anyhow!("$ {line}\n{}\n({status})", transcript.trim_end()))
}

/// Cargo's JSON messages are for us; people read what it says on stderr.
fn is_message_of_cargo(line: &str) -> bool {
    line.starts_with(r#"{"reason":"#)
}

fn for_each_line(source: impl Read, mut take: impl FnMut(&str)) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    while source
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        take(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spans_read_as_people_say_them() {
        let said = |milliseconds| duration(Duration::from_millis(milliseconds));
        assert_eq!(said(40), "0.0 s");
        assert_eq!(said(9_940), "9.9 s");
        assert_eq!(said(9_960), "10 s");
        assert_eq!(said(59_400), "59 s");
        assert_eq!(said(59_600), "1 min 00 s");
        assert_eq!(said(245_000), "4 min 05 s");
    }

    #[test]
    fn a_failing_child_is_reported_with_its_command_and_all_its_output() {
        let mut failing = Command::new("rustc");
        failing.args(["--print", "no such thing"]);
        let error = run_quietly(&mut failing, &|_| ()).unwrap_err().to_string();
        assert!(
            error.starts_with("$ rustc --print 'no such thing'\n"),
            "{error}"
        );
        assert!(error.contains("error: unknown print request"), "{error}");
        assert!(error.contains("\n(exit "), "{error}");
    }

    #[test]
    fn a_child_that_can_not_start_is_named() {
        let mut absent = Command::new("no-such-program-here");
        let error = run_quietly(&mut absent, &|_| ()).unwrap_err().to_string();
        assert_eq!(error, "no-such-program-here can't be started");
    }
}
