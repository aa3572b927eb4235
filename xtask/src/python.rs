//! Finds a Python on the machine that can make a virtual environment.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A release of Python: its major and minor number.
pub(crate) type Version = (u32, u32);

/// The oldest Python that the project supports: also `requires-python` in
/// host-py/pyproject.toml.
pub(crate) const OLDEST: Version = (3, 10);

/// The releases that the project is known to work with, or is to.
pub(crate) const RELEASES: [Version; 5] = [(3, 10), (3, 11), (3, 12), (3, 13), (3, 14)];

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
    words: Vec<String>,
}

impl Interpreter {
    /// Starts this Python.
    pub(crate) fn command(&self) -> Command {
        start(&self.words)
    }
}

/// What a candidate turned out to be.
#[derive(Debug, PartialEq)]
enum Found {
    Usable(Version),
    WithoutVenv(Version),
    TooOld(Version),
}

/// Returns the first Python that is recent enough and has venv.
///
/// # Errors
///
/// Says what to install.
pub(crate) fn find() -> Result<Interpreter, String> {
    let mut found = Vec::new();
    for words in CANDIDATES {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        match probe(&words) {
            Some(Found::Usable(_)) => return Ok(Interpreter { words }),
            other => found.extend(other),
        }
    }
    Err(remedy(&found))
}

/// Returns a Python of one release that has venv, if the machine has it: on the
/// path, by Windows's launcher, or among pyenv's, which need not be on the path.
pub(crate) fn find_release(release: Version) -> Option<Interpreter> {
    let (major, minor) = release;
    let mut candidates = vec![
        vec![format!("python{major}.{minor}")],
        vec!["py".to_owned(), format!("-{major}.{minor}")],
    ];
    let pyenv = pyenv(&format!("{major}.{minor}."));
    candidates.extend(pyenv.into_iter().map(|path| vec![path]));
    candidates
        .into_iter()
        .find(|words| probe(words) == Some(Found::Usable(release)))
        .map(|words| Interpreter { words })
}

/// The interpreters of pyenv whose versions have a beginning.
fn pyenv(beginning: &str) -> Vec<String> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let folders = versions.into_iter().flatten().flatten();
    let named = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    named
        .map(|entry| {
            entry
                .path()
                .join("bin/python")
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

fn start(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH");
    command
}

/// Runs a candidate. One that is only a stub, such as the Windows Store's or a
/// shim of pyenv with no version behind it, fails and counts as absent.
fn probe(words: &[String]) -> Option<Found> {
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
        Found::Usable(version)
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
        assert_eq!(judge("3 11 1\n"), Some(Found::Usable((3, 11))));
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
