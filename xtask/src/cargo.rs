//! How this program calls cargo.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::progress::Progress;
use crate::repository;

/// A call of the cargo that runs this program, at the root.
pub(crate) fn command<const N: usize>(arguments: [&str; N]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(repository::root());
    command
}

/// Compiles the Rust host and returns the path of its binary.
///
/// # Errors
///
/// If cargo fails: its output has been shown by then.
pub(crate) fn build_host_rs(progress: &Progress) -> Result<PathBuf> {
    let mut build = command(["build", "--release", "--package", "host-rs"]);
    build.arg(MESSAGES);
    let messages = progress.run("Compile host-rs (minutes the first time)", &mut build)?;
    artifacts(&messages, "host-rs")
        .into_iter()
        .find_map(|artifact| artifact.executable)
        .context("cargo built no binary `host-rs`: host-rs/Cargo.toml should have one")
}

/// The argument that makes cargo say on stdout what it wrote where.
pub(crate) const MESSAGES: &str = "--message-format=json-render-diagnostics";

/// One thing that cargo wrote.
#[derive(Deserialize)]
pub(crate) struct Artifact {
    target: Target,
    /// Every file of it.
    pub(crate) filenames: Vec<PathBuf>,
    /// The program, where it is one.
    pub(crate) executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// What cargo wrote for the target called `name`, by its messages.
pub(crate) fn artifacts(messages: &str, name: &str) -> Vec<Artifact> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok())
        .filter(|artifact| artifact.target.name == name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::artifacts;

    #[test]
    fn the_binary_is_found_among_other_messages() {
        let messages = r#"
{"reason":"build-script-executed","package_id":"x","linked_libs":[]}
{"reason":"compiler-artifact","target":{"name":"host_rs"},"filenames":["/t/libhost_rs.rlib"],"executable":null}
{"reason":"compiler-artifact","target":{"name":"host-rs"},"filenames":["/t/host-rs"],"executable":"/t/host-rs"}
{"reason":"build-finished","success":true}"#;
        let found = artifacts(messages, "host-rs");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].executable.as_deref(), Some("/t/host-rs".as_ref()));
        assert!(artifacts(messages, "host").is_empty());
    }
}
