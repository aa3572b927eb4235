//! A package of npm: fetched, compared with its digest, and unpacked.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::progress::Progress;
use crate::repository;
use crate::stamp::Stamp;
use crate::virtual_environment::VirtualEnvironment;

/// A release of a package, and what is taken out of it.
pub(crate) struct Package {
    name: &'static str,
    version: &'static str,
    /// The SHA-256 of the archive.
    sha256: &'static str,
    member: &'static str,
}

/// The module that it has for Cloudflare Workers is a file of its own.
pub(crate) const XXHASH: Package = Package {
    name: "xxhash-wasm",
    version: "1.1.0",
    sha256: "cddd90f792012cd253728e11a643e15251268a7a9588851ccc51a5c8f16340ad",
    member: "package/workerd/xxhash.wasm",
};

/// Prints a member of an archive: every platform has Python, and not all have tar.
const UNPACK: &str = "\
import shutil, sys, tarfile
with tarfile.open(sys.argv[1]) as archive, open(sys.argv[3], 'wb') as out:
    shutil.copyfileobj(archive.extractfile(sys.argv[2]), out)";

/// The machine's npm.
pub(crate) struct Npm {
    program: &'static str,
}

impl Npm {
    /// Looks for npm.
    ///
    /// # Errors
    ///
    /// Says how to install it.
    pub(crate) fn find() -> Result<Self, String> {
        // It is a script, which Windows runs by its whole name only.
        let npm = Self {
            program: if cfg!(windows) { "npm.cmd" } else { "npm" },
        };
        let mut version = npm.command(["--version"]);
        let answer = version.stdin(Stdio::null()).output();
        if answer.is_ok_and(|output| output.status.success()) {
            return Ok(npm);
        }
        Err("npm is absent: install Node.js (Debian: apt-get install npm), or see https://nodejs.org".to_owned())
    }

    /// Writes the member of the package to `module`, unless it is there.
    ///
    /// # Errors
    ///
    /// If npm fails, or the archive is not the one that is expected.
    pub(crate) fn take(
        &self,
        progress: &Progress,
        environment: &VirtualEnvironment,
        package: &Package,
        module: &Path,
    ) -> Result<()> {
        let Package { name, version, .. } = package;
        let folder = repository::root().join("target").join("npm");
        let archive = folder.join(format!("{name}-{version}.tgz"));
        if !archive.is_file() {
            fs::create_dir_all(&folder)
                .with_context(|| format!("{} can't be written", repository::shown(&folder)))?;
            let mut pack = self.command(["pack"]);
            pack.arg(format!("{name}@{version}")).current_dir(&folder);
            progress.run(&format!("Download {name} {version}"), &mut pack)?;
        }
        let digest = sha256(&archive)?;
        ensure!(
            digest == package.sha256,
            "{}: the SHA-256 is {digest}, and {} is expected: remove the file to download it again",
            repository::shown(&archive),
            package.sha256
        );
        let stamp = Stamp::new(module.with_extension("stamp"))
            .text(package.sha256)
            .text(package.member);
        if module.is_file() && stamp.is_current() {
            return Ok(());
        }
        let part = module.with_extension("part");
        repository::write(&part, b"")?;
        let mut unpack = environment.python(["-c", UNPACK]);
        unpack.arg(&archive).arg(package.member).arg(&part);
        progress.run(&format!("Unpack {name}"), &mut unpack)?;
        fs::rename(&part, module)
            .with_context(|| format!("{} can't be written", repository::shown(module)))?;
        stamp.set()
    }

    fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(self.program);
        command.args(arguments);
        command
    }
}

fn sha256(file: &Path) -> Result<String> {
    let content =
        fs::read(file).with_context(|| format!("{} can't be read", repository::shown(file)))?;
    let mut text = String::new();
    for byte in Sha256::digest(content) {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
