//! What every guest and both hosts have to agree on.
//!
//! `cases.json` holds the questions that the hosts' command `parity` asks of
//! every guest, `misfits/` guests that no host may accept or be harmed by, and
//! `tests/snapshots/` what the hosts say. This library runs a host and writes
//! down what it said.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository, where the hosts are run.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One of the two hosts.
pub struct Host {
    program: PathBuf,
    arguments: &'static [&'static str],
}

impl Host {
    /// The Rust host, as `cargo build --release -p host-rs` leaves it.
    #[must_use]
    pub fn rust() -> Self {
        let name = format!("host-rs{}", std::env::consts::EXE_SUFFIX);
        Host {
            program: target().join("release").join(name),
            arguments: &[],
        }
    }

    /// The Python host, in the project's virtual environment.
    #[must_use]
    pub fn python() -> Self {
        let python = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        Host {
            program: root().join(".venv").join(python),
            arguments: &["-m", "host_py"],
        }
    }

    /// Runs the host once at the root of the repository.
    ///
    /// # Panics
    ///
    /// If it can't be started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(&self.program)
            .args(self.arguments)
            .args(arguments)
            .current_dir(root())
            .env("NO_COLOR", "1")
            .output()
            .unwrap_or_else(|error| {
                let program = self.program.display();
                panic!("{program} can't be run: {error}: run `cargo xtask build`")
            });
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Said {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            exit: output.status.code(),
        }
    }
}

/// What a host said in one run.
#[derive(Debug)]
pub struct Said {
    /// On stdout.
    pub stdout: String,
    /// On stderr.
    pub stderr: String,
    /// By its exit code; `None` where a signal ended it.
    pub exit: Option<i32>,
}

/// Makes components of the texts in `misfits/`, in `target/misfits` below the
/// root.
///
/// # Panics
///
/// If a text is no component, or the folder can't be written to.
pub fn build_misfits() {
    let folder = root().join("target/misfits");
    std::fs::create_dir_all(&folder).expect("a folder for the misfits");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("misfits");
    for source in std::fs::read_dir(sources).expect("the misfits") {
        let source = source.expect("a misfit").path();
        let bytes = wat::parse_file(&source).unwrap_or_else(|error| panic!("{error}"));
        let file = folder.join(source.with_extension("wasm").file_name().expect("a name"));
        // Tests run side by side: no reader may see half a file.
        let half = file.with_extension(format!("{:?}", std::thread::current().id()));
        std::fs::write(&half, bytes).expect("a misfit written");
        std::fs::rename(&half, &file).expect("a misfit in place");
    }
}

/// The target directory of the build that this is part of.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let target = test.ancestors().nth(3).expect("target/debug/deps/test");
    target.to_owned()
}
