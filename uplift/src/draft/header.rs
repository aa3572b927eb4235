//! A C header, read by a real C front end.

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::ast;
use super::declarations::Collector;
use crate::c::Library;

/// What is shown of a compiler's complaints.
const SHOWN_BYTES: u64 = 4096;
const SHOWN_LINES: usize = 20;

/// What a C header declares.
#[derive(Debug)]
pub struct Header {
    pub(crate) library: Library,
    /// The name of the file.
    pub(crate) name: String,
    note: Option<String>,
}

/// Why a header can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The header itself can't be read.
    #[error("{} can't be read: {error}", path.display())]
    Unreadable {
        /// The header.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },

    /// The words that name the compiler can't be told apart, or there are none.
    #[error(
        "`--cc {0}` names no program: words are separated by spaces, and quotes keep spaces \
         together"
    )]
    NoProgram(String),

    /// There is no such program.
    #[error("the C compiler `{program}` can't be started: {error}")]
    NoCompiler {
        /// The program.
        program: String,
        /// What the system says.
        error: io::Error,
    },

    /// The compiler found something wrong with the header, or is none that can
    /// do this.
    #[error(
        "`{program}` can't read {}; a header has to compile by itself, and the compiler has to be \
         clang or a program that takes its options, such as `zig cc`{said}",
        path.display()
    )]
    Refused {
        /// The program and its words.
        program: String,
        /// The header.
        path: PathBuf,
        /// What the compiler said, bounded.
        said: String,
    },
}

impl Header {
    /// A header that declares this.
    #[cfg(test)]
    pub(super) fn of(library: Library, name: &str) -> Self {
        Header {
            library,
            name: name.to_owned(),
            note: None,
        }
    }

    /// What the user should know of how the header was read.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Has the C compiler `cc` read the header at `path`. `cc` is split into
    /// words as a shell does it, so that it can have options: `zig cc -I include`.
    ///
    /// The header is read for `wasm32-wasi`. Where that fails, because the
    /// compiler lacks the headers of its C library, it is read for this machine.
    ///
    /// # Errors
    ///
    /// If there is no such file or program, or the program can't read the header.
    pub fn read(path: &Path, cc: &str) -> Result<Self, HeaderError> {
        let unreadable = |error| HeaderError::Unreadable {
            path: path.to_owned(),
            error,
        };
        let bytes = fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8_lossy(&bytes);
        let words = split(cc).ok_or_else(|| HeaderError::NoProgram(cc.to_owned()))?;
        let mut front_end = FrontEnd {
            words,
            path,
            text: &text,
        };
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let header = |library, note| Header {
            library,
            name: name.clone(),
            note,
        };
        let targeted = front_end.words.iter().any(|word| word.contains("-target"));
        if targeted {
            return Ok(header(front_end.run()?, None));
        }
        front_end.words.push("--target=wasm32-wasi".into());
        let first = match front_end.run() {
            Ok(library) => return Ok(header(library, None)),
            Err(HeaderError::Refused { said, .. }) => said,
            Err(other) => return Err(other),
        };
        front_end.words.pop();
        let library = front_end.run()?;
        let note = format!(
            "{} was read for this machine, because the compiler could not read it for \
             wasm32-wasi{first}",
            path.display()
        );
        Ok(header(library, Some(note)))
    }
}

struct FrontEnd<'a> {
    words: Vec<String>,
    path: &'a Path,
    text: &'a str,
}

impl FrontEnd<'_> {
    fn run(&self) -> Result<Library, HeaderError> {
        // `zig cc` fails for want of an object file unless it only preprocesses;
        // what the tree's option asks for happens all the same.
        let action = if self.is_zig_cc() {
            "-E"
        } else {
            "-fsyntax-only"
        };
        // An absolute path begins with no hyphen.
        let path = std::path::absolute(self.path).unwrap_or_else(|_| self.path.to_owned());
        let mut child = Command::new(&self.words[0])
            .args(&self.words[1..])
            .args([action, "-Xclang", "-ast-dump=json", "-x", "c"])
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| HeaderError::NoCompiler {
                program: self.words[0].clone(),
                error,
            })?;
        let stderr = child.stderr.take();
        let complaints = thread::spawn(move || stderr.map(first_bytes).unwrap_or_default());
        let mut collector = Collector::new(self.text);
        let tree = match child.stdout.take() {
            Some(stdout) => {
                let mut stdout = BufReader::new(stdout);
                let tree = ast::read(&mut stdout, |node| collector.take(node));
                // What is left unread would keep the compiler waiting.
                let _ = io::copy(&mut stdout, &mut io::sink());
                tree.map_err(|error| error.to_string())
            }
            None => Err("it has no output".into()),
        };
        let status = child.wait();
        let said = complaints.join().unwrap_or_default();
        match (status, tree) {
            (Ok(status), Ok(())) if status.success() => Ok(collector.library),
            (Ok(status), tree) => {
                let mut said = shown(&said);
                if said.is_empty() {
                    said = match tree {
                        Err(error) if status.success() => {
                            format!(": its output is not clang's syntax tree ({error})")
                        }
                        _ => format!(": it ended with {status}"),
                    };
                }
                Err(self.refused(said))
            }
            (Err(error), _) => Err(self.refused(format!(": {error}"))),
        }
    }

    fn refused(&self, said: String) -> HeaderError {
        HeaderError::Refused {
            program: self.words.join(" "),
            path: self.path.to_owned(),
            said,
        }
    }

    /// `zig cc`, or `python -m ziglang cc`.
    fn is_zig_cc(&self) -> bool {
        let program = Path::new(&self.words[0]).file_stem();
        let zig = program.is_some_and(|stem| stem.eq_ignore_ascii_case("zig"))
            || self.words.iter().any(|word| word == "ziglang");
        zig && self.words.iter().any(|word| word == "cc")
    }
}

/// The words of a command line, by the rules of a shell.
fn split(line: &str) -> Option<Vec<String>> {
    // A backslash separates folders on Windows, and escapes elsewhere.
    let line = if cfg!(windows) {
        line.replace('\\', "\\\\")
    } else {
        line.to_owned()
    };
    shlex::split(&line).filter(|words| words.first().is_some_and(|word| !word.is_empty()))
}

/// The beginning of what a stream says; the rest is read and dropped.
fn first_bytes(mut stream: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.by_ref().take(SHOWN_BYTES).read_to_end(&mut bytes);
    let _ = io::copy(&mut stream, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first lines, each indented, after a colon.
fn shown(said: &str) -> String {
    let lines: Vec<String> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(SHOWN_LINES)
        .map(|line| format!("\n  {line}"))
        .collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!(":{}", lines.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_compiler_is_split_into_words_as_a_shell_does_it() {
        let words = |line| split(line).expect("words");
        assert_eq!(words("zig cc -DA=1"), ["zig", "cc", "-DA=1"]);
        assert_eq!(
            words("'/opt/my tools/clang' -I \"an include\""),
            ["/opt/my tools/clang", "-I", "an include"]
        );
        if cfg!(windows) {
            assert_eq!(
                words(r#""C:\Program Files\LLVM\clang.exe" -I C:\include"#),
                [r"C:\Program Files\LLVM\clang.exe", "-I", r"C:\include"]
            );
        }
        for line in ["", "  ", "'clang", "''"] {
            assert_eq!(split(line), None);
        }
    }
}
