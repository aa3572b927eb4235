//! C libraries: the source from a crate, the compiler and the C library from the
//! Python package `ziglang`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::cargo;
use crate::progress::Progress;
use crate::repository;
use crate::stamp::Stamp;
use crate::virtual_environment::VirtualEnvironment;

/// The package that names the crates; its lock says which release of each.
const MANIFEST: &str = "uplift/examples/sources/Cargo.toml";

/// What is compiled into one module.
pub(crate) struct CLibrary {
    /// The module's name.
    name: &'static str,
    /// The crate that carries the source, and the folder in it.
    source: (&'static str, &'static str),
    /// The files of that folder, without their extension.
    files: &'static [&'static str],
    /// C files of this repository that the library needs beside its own.
    added: &'static [&'static str],
    /// What it is compiled with.
    defines: &'static [&'static str],
    /// What the module exports: with an allocator, because inputs have to be
    /// placed somewhere.
    exports: &'static [&'static str],
}

/// All of them.
pub(crate) const LIBRARIES: [CLibrary; 2] = [ZLIB, SQLITE];

const ZLIB: CLibrary = CLibrary {
    name: "zlib",
    source: ("libz-sys", "src/zlib"),
    files: &[
        "adler32", "compress", "crc32", "deflate", "inffast", "inflate", "inftrees", "trees",
        "uncompr", "zutil",
    ],
    added: &[],
    defines: &[],
    exports: &[
        "malloc",
        "free",
        "compress",
        "compressBound",
        "uncompress",
        "crc32",
        "zlibVersion",
    ],
};

/// For databases in memory alone: there are no files, threads or extensions.
const SQLITE: CLibrary = CLibrary {
    name: "sqlite",
    source: ("libsqlite3-sys", "sqlite3"),
    files: &["sqlite3"],
    added: &["uplift/examples/sqlite/memory.c"],
    defines: &[
        "SQLITE_OS_OTHER=1",
        "SQLITE_THREADSAFE=0",
        "SQLITE_TEMP_STORE=3",
        "SQLITE_DQS=0",
        "SQLITE_ENABLE_API_ARMOR=1",
        "SQLITE_OMIT_DEPRECATED=1",
        "SQLITE_OMIT_LOAD_EXTENSION=1",
        "SQLITE_OMIT_LOCALTIME=1",
        "SQLITE_OMIT_SHARED_CACHE=1",
        "SQLITE_OMIT_WAL=1",
    ],
    exports: &[
        "malloc",
        "free",
        "sqlite3_bind_blob",
        "sqlite3_bind_double",
        "sqlite3_bind_int64",
        "sqlite3_bind_null",
        "sqlite3_bind_parameter_count",
        "sqlite3_bind_text",
        "sqlite3_changes64",
        "sqlite3_close_v2",
        "sqlite3_column_blob",
        "sqlite3_column_bytes",
        "sqlite3_column_count",
        "sqlite3_column_double",
        "sqlite3_column_int64",
        "sqlite3_column_name",
        "sqlite3_column_text",
        "sqlite3_column_type",
        "sqlite3_db_handle",
        "sqlite3_errmsg",
        "sqlite3_errstr",
        "sqlite3_exec",
        "sqlite3_finalize",
        "sqlite3_last_insert_rowid",
        "sqlite3_libversion",
        "sqlite3_open",
        "sqlite3_prepare_v2",
        "sqlite3_reset",
        "sqlite3_step",
    ],
};

/// A reactor: a module that is called, not run. With debug information, because
/// `uplift inspect` shows what is in it.
const FLAGS: [&str; 4] = ["--target=wasm32-wasi", "-mexec-model=reactor", "-O2", "-g"];

impl CLibrary {
    /// Compiles the library, if what it is made from has changed.
    ///
    /// # Errors
    ///
    /// If zig fails: its output has been shown by then.
    pub(crate) fn compile(
        &self,
        progress: &Progress,
        environment: &VirtualEnvironment,
        sources: &Sources,
    ) -> Result<()> {
        let module = super::path(self.name);
        let exports = self
            .exports
            .iter()
            .map(|name| format!("-Wl,--export={name}"));
        let defines = self.defines.iter().map(|define| format!("-D{define}"));
        let flags: Vec<_> = FLAGS
            .map(String::from)
            .into_iter()
            .chain(defines)
            .chain(exports)
            .collect();
        let root = repository::root();
        let mut stamp = Stamp::new(module.with_extension("stamp"))
            .path(&root.join(MANIFEST).with_extension("lock"))?
            .path(&root.join("host-py/requirements.lock"))?
            .text(&self.files.join(" "))
            .text(&flags.join(" "));
        for file in self.added {
            stamp = stamp.path(&root.join(file))?;
        }
        if module.is_file() && stamp.is_current() {
            return Ok(());
        }
        let (package, folder) = self.source;
        let source = sources.folder(package)?.join(folder);
        let part = module.with_extension("part");
        repository::write(&part, b"")?;
        // In a folder of the project: the user's holds other releases of zig.
        let cache = root.join("target").join("zig");
        let mut compile = environment.python(["-m", "ziglang", "cc"]);
        compile
            .args(&flags)
            .arg("-I")
            .arg(&source)
            .args(self.added)
            .args(
                self.files
                    .iter()
                    .map(|file| source.join(file).with_extension("c")),
            )
            .arg("-o")
            .arg(&part)
            .env("ZIG_GLOBAL_CACHE_DIR", &cache)
            .env("ZIG_LOCAL_CACHE_DIR", &cache);
        progress.run(&format!("Compile {} by zig", self.name), &mut compile)?;
        std::fs::rename(&part, &module)
            .with_context(|| format!("{} can't be written", repository::shown(&module)))?;
        stamp.set()
    }
}

/// Where cargo has put the crates.
#[derive(Deserialize)]
pub(crate) struct Sources {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

impl Sources {
    /// Downloads the crates, if cargo has not got them. Compiles nothing.
    ///
    /// # Errors
    ///
    /// If cargo fails: its output has been shown by then.
    pub(crate) fn fetch(progress: &Progress) -> Result<Self> {
        let mut metadata = cargo::command(["metadata", "--locked", "--format-version=1"]);
        metadata.args(["--manifest-path", MANIFEST]);
        let text = progress.run("Look for the C sources", &mut metadata)?;
        serde_json::from_str(&text).context("cargo metadata printed something else than metadata")
    }

    fn folder(&self, package: &str) -> Result<&Path> {
        let found = self.packages.iter().find(|found| found.name == package);
        found
            .and_then(|found| found.manifest_path.parent())
            .with_context(|| format!("{MANIFEST} does not depend on {package}"))
    }
}
