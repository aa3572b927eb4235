//! A C header, read by a real C front end.

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::ast;
use super::declarations::Collector;
use crate::c::Library;

/// What is shown of a compiler's complaints.
const SHOWN_BYTES: u64 = 4096;
const SHOWN_LINES: usize = 20;

/// How long a compiler may take. A large header takes seconds; the first run of
/// `zig cc` makes the files of its C library.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a compiler that has said everything is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// For a syntax tree as deep as its reader allows.
const STACK: usize = 16 << 20;

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

    /// The compiler did not end.
    #[error(
        "`{program}` has not read {} within {} seconds, and was stopped; does it wait for \
         something, or is it a program that is no C compiler?",
        path.display(),
        limit.as_secs()
    )]
    TooSlow {
        /// The program and its words.
        program: String,
        /// The header.
        path: PathBuf,
        /// How long it may take.
        limit: Duration,
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
    /// Each attempt may take a minute.
    ///
    /// # Errors
    ///
    /// If there is no such file or program, or the program can't read the header
    /// or does not end.
    pub fn read(path: &Path, cc: &str) -> Result<Self, HeaderError> {
        let unreadable = |error| HeaderError::Unreadable {
            path: path.to_owned(),
            error,
        };
        let bytes = fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8_lossy(&bytes).into();
        let words = split(cc).ok_or_else(|| HeaderError::NoProgram(cc.to_owned()))?;
        let mut front_end = FrontEnd {
            words,
            path,
            text,
            limit: PATIENCE,
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
    text: Arc<str>,
    limit: Duration,
}

impl FrontEnd<'_> {
    fn run(&self) -> Result<Library, HeaderError> {
        let end = Instant::now() + self.limit;
        let mut child = self.start()?;
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        // A program that it starts may keep both open when it is stopped, so
        // nobody waits for the threads.
        let text = Arc::clone(&self.text);
        let tree = in_background(move || read_tree(&text, stdout));
        let complaints = in_background(move || stderr.map(first_bytes).unwrap_or_default());
        let ended =
            until(&tree, end, Err("there was no thread to read it".into())).and_then(|tree| {
                let said = until(&complaints, end, String::new())?;
                Some((tree, said, wait_until(&mut child, end)?))
            });
        let Some((tree, said, status)) = ended else {
            // It has ended by itself, or can't be stopped: there is nothing to do.
            let _ = child.kill();
            let _ = child.wait();
            return Err(HeaderError::TooSlow {
                program: self.words.join(" "),
                path: self.path.to_owned(),
                limit: self.limit,
            });
        };
        match (status, tree) {
            (Ok(status), Ok(library)) if status.success() => Ok(library),
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

    fn start(&self) -> Result<Child, HeaderError> {
        // `zig cc` fails for want of an object file unless it only preprocesses;
        // what the tree's option asks for happens all the same.
        let action = if self.is_zig_cc() {
            "-E"
        } else {
            "-fsyntax-only"
        };
        // An absolute path begins with no hyphen.
        let path = std::path::absolute(self.path).unwrap_or_else(|_| self.path.to_owned());
        Command::new(&self.words[0])
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
            })
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

/// What the tree on a compiler's standard output declares.
fn read_tree(header: &str, stdout: Option<ChildStdout>) -> Result<Library, String> {
    let mut stdout = BufReader::new(stdout.ok_or("it has no output")?);
    let mut collector = Collector::new(header);
    let tree = ast::read(&mut stdout, |node| collector.take(node));
    // What is left unread would keep the compiler waiting.
    let _ = io::copy(&mut stdout, &mut io::sink());
    tree.map(|()| collector.library)
        .map_err(|error| error.to_string())
}

/// Does something in a thread that nobody has to wait for.
fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    // Without a thread, nothing arrives. What nobody waits for is dropped.
    let _ = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || sender.send(work()));
    receiver
}

/// What a thread sends before `end`; `otherwise` if it can never send anything.
fn until<T>(receiver: &Receiver<T>, end: Instant, otherwise: T) -> Option<T> {
    match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok(value) => Some(value),
        Err(RecvTimeoutError::Disconnected) => Some(otherwise),
        Err(RecvTimeoutError::Timeout) => None,
    }
}

/// How the program ended, if it did before `end`.
fn wait_until(child: &mut Child, end: Instant) -> Option<io::Result<ExitStatus>> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(Ok(status)),
            Err(error) => return Some(Err(error)),
            Ok(None) if Instant::now() >= end => return None,
            Ok(None) => thread::sleep(PAUSE),
        }
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

    #[cfg(unix)]
    #[test]
    fn a_compiler_that_does_not_end_is_stopped_and_named() {
        use std::path::Path;
        use std::time::{Duration, Instant};

        use super::{FrontEnd, HeaderError};

        for script in [
            "exec sleep 50",
            // It says all, and goes on.
            "exec >&- 2>&-; sleep 50",
            // What it starts keeps its output open.
            "sleep 50 & exit 0",
        ] {
            let begin = Instant::now();
            let front_end = FrontEnd {
                words: ["sh", "-c", script].map(String::from).to_vec(),
                path: Path::new("slow.h"),
                text: "".into(),
                limit: Duration::from_millis(1200),
            };
            match front_end.run() {
                Err(error @ HeaderError::TooSlow { .. }) => assert_eq!(
                    error.to_string(),
                    format!(
                        "`sh -c {script}` has not read slow.h within 1 seconds, and was stopped; \
                         does it wait for something, or is it a program that is no C compiler?"
                    )
                ),
                other => panic!("{script}: {other:?}"),
            }
            assert!(begin.elapsed() < Duration::from_secs(40), "{script}");
        }
    }

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
