//! The virtual environment `.venv` at the root: Python packages by
//! host-py/requirements.lock, and our own packages beside them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::progress::Progress;
use crate::python::{Interpreter, OLDEST, Version};
use crate::repository;
use crate::stamp::Stamp;

/// An environment in which everything is installed.
pub(crate) struct VirtualEnvironment {
    folder: PathBuf,
}

impl VirtualEnvironment {
    /// Makes the environment if it is absent, broken, or made from other
    /// requirements. `found` is the Python to make it with.
    ///
    /// # Errors
    ///
    /// If a step fails: its output has been shown by then.
    pub(crate) fn ensure(progress: &Progress, found: &Interpreter) -> Result<Self> {
        let environment = Self {
            folder: repository::root().join(".venv"),
        };
        if let Some(version) = environment.version()
            && environment.stamp(&version)?.is_current()
        {
            return Ok(environment);
        }
        environment.make(progress, found)?;
        Ok(environment)
    }

    /// The release of the environment's Python.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub(crate) fn release(&self) -> Result<Version> {
        let version = self.version().context("the Python in .venv does not run")?;
        let mut numbers = version.split(['.', ' ']).map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
            _ => bail!("the Python in .venv says that its version is {version}"),
        }
    }

    /// Starts the environment's Python at the root.
    pub(crate) fn python<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let program = if cfg!(windows) {
            "python.exe"
        } else {
            "python"
        };
        self.program(program, arguments)
    }

    /// Starts a program that a package installed.
    pub(crate) fn tool<const N: usize>(&self, name: &str, arguments: [&str; N]) -> Command {
        self.program(
            &format!("{name}{}", std::env::consts::EXE_SUFFIX),
            arguments,
        )
    }

    /// The folder of `python` and the other programs.
    pub(crate) fn programs(&self) -> PathBuf {
        let name = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(name)
    }

    fn program<const N: usize>(&self, file: &str, arguments: [&str; N]) -> Command {
        let mut command = Command::new(self.programs().join(file));
        command
            .args(arguments)
            .current_dir(repository::root())
            .env_remove("PYTHONHOME")
            .env_remove("PYTHONPATH");
        command
    }

    /// The version of the environment's Python, or nothing if it doesn't run,
    /// as happens when the Python that it was made from was removed.
    fn version(&self) -> Option<String> {
        let (major, minor) = OLDEST;
        let probe = format!(
            "import sys, pip; assert sys.version_info >= ({major}, {minor}); print(sys.version)"
        );
        let output = self
            .python(["-c", &probe])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The folder counts too: installed programs hold its absolute path.
    fn stamp(&self, version: &str) -> Result<Stamp> {
        let host_py = repository::root().join("host-py");
        Stamp::new(self.folder.join("xtask-stamp"))
            .text(version)
            .text(&self.folder.to_string_lossy())
            .path(&host_py.join("requirements.lock"))?
            .path(&host_py.join("pyproject.toml"))?
            .path(&repository::root().join("bindgen/python/pyproject.toml"))
    }

    fn make(&self, progress: &Progress, found: &Interpreter) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)
                .context(".venv is out of date and can't be removed: close what uses it")?;
        }
        let mut create = found.command();
        create.args(["-m", "venv"]).arg(&self.folder);
        progress.run("Create .venv", &mut create)?;
        progress.run(
            "Install the Python packages of host-py/requirements.lock",
            &mut self.python([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
                "host-py/requirements.lock",
            ]),
        )?;
        progress.run(
            "Install host-py and wasmtime_bindgen",
            &mut self.python([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--no-deps",
                "--no-build-isolation",
                "--editable",
                "host-py",
                "--editable",
                "bindgen/python",
            ]),
        )?;
        let version = self
            .version()
            .context("the Python in .venv does not run, although it was just installed")?;
        self.stamp(&version)?.set()
    }
}
