//! Finds a Python on the machine that can make a virtual environment.

use std::process::{Command, Stdio};

/// The oldest Python that the project supports: also `requires-python` in
/// host-py/pyproject.toml.
pub(crate) const OLDEST: (u32, u32) = (3, 10);

/// The commands that may start Python, in the order they are tried. The plain
/// names come first: they are what the user chose.
const CANDIDATES: [&[&str]; 8] = [
    &["python3"],
    &["python"],
    &["py", "-3"],
    &["python3.14"],
    &["python3.13"],
    &["python3.12"],
    &["python3.11"],
    &["python3.10"],
];

/// Says the version, and whether venv can be used: Debian packs it apart.
const PROBE: &str = "\
import sys, importlib.util as u
v = sys.version_info
print(v[0], v[1], int(all(u.find_spec(m) for m in ('venv', 'ensurepip'))))";

/// A Python of the machine: a command, such as `py -3`.
#[derive(Debug)]
pub(crate) struct Interpreter {
    words: &'static [&'static str],
}

impl Interpreter {
    /// Starts this Python.
    pub(crate) fn command(&self) -> Command {
        start(self.words)
    }
}

/// What a candidate turned out to be.
#[derive(Debug, PartialEq)]
enum Found {
    Usable,
    WithoutVenv((u32, u32)),
    TooOld((u32, u32)),
}

/// Returns the first Python that is recent enough and has venv.
///
/// # Errors
///
/// Says what to install.
pub(crate) fn find() -> Result<Interpreter, String> {
    let mut found = Vec::new();
    for words in CANDIDATES {
        match probe(words) {
            Some(Found::Usable) => return Ok(Interpreter { words }),
            other => found.extend(other),
        }
    }
    Err(remedy(&found))
}

fn start(words: &[&str]) -> Command {
    let (program, arguments) = words.split_first().unwrap_or((&"python3", &[]));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH");
    command
}

/// Runs a candidate. One that is only a stub, such as the Windows Store's or a
/// shim of pyenv with no version behind it, fails and counts as absent.
fn probe(words: &[&str]) -> Option<Found> {
    let output = start(words)
        .args(["-c", PROBE])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    judge(&String::from_utf8_lossy(&output.stdout))
}

fn judge(said: &str) -> Option<Found> {
    let mut numbers = said.split_whitespace().map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    let version = (next()?, next()?);
    let has_venv = next()? == 1;
    Some(if version < OLDEST {
        Found::TooOld(version)
    } else if has_venv {
        Found::Usable
    } else {
        Found::WithoutVenv(version)
    })
}

fn remedy(found: &[Found]) -> String {
    let without_venv = found.iter().find_map(|found| match found {
        Found::WithoutVenv(version) => Some(version),
        _ => None,
    });
    if let Some((major, minor)) = without_venv {
        return format!(
            "venv for Python {major}.{minor}: sudo apt-get install python{major}.{minor}-venv"
        );
    }
    let newest = found.iter().filter_map(|found| match found {
        Found::TooOld(version) => Some(version),
        _ => None,
    });
    let instead = newest.max().map_or_else(String::new, |(major, minor)| {
        format!(" (the newest here is {major}.{minor})")
    });
    let command = if cfg!(windows) {
        "winget install Python.Python.3.13"
    } else if cfg!(target_os = "macos") {
        "brew install python, or https://www.python.org/downloads"
    } else {
        "sudo apt-get install python3 python3-venv, or sudo dnf install python3"
    };
    let (major, minor) = OLDEST;
    format!("Python {major}.{minor} or later{instead}: {command}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_judged_by_version_and_venv() {
        assert_eq!(judge("3 11 1\n"), Some(Found::Usable));
        assert_eq!(judge("3 10 0\n"), Some(Found::WithoutVenv((3, 10))));
        assert_eq!(judge("3 9 1\n"), Some(Found::TooOld((3, 9))));
        assert_eq!(judge("2 7 0\r\n"), Some(Found::TooOld((2, 7))));
        assert_eq!(judge("Python was not found; run without arguments"), None);
        assert_eq!(judge(""), None);
    }

    #[test]
    fn the_remedy_names_what_is_nearest_to_usable() {
        let nothing = remedy(&[]);
        assert!(nothing.starts_with("Python 3.10 or later: "), "{nothing}");
        let old = remedy(&[Found::TooOld((3, 8)), Found::TooOld((3, 9))]);
        assert!(old.contains("(the newest here is 3.9)"), "{old}");
        let bare = remedy(&[Found::TooOld((3, 9)), Found::WithoutVenv((3, 11))]);
        assert_eq!(
            bare,
            "venv for Python 3.11: sudo apt-get install python3.11-venv"
        );
    }
}
