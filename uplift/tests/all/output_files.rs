//! What `-o` replaces, and what it leaves alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::wrapped::with_allocator;

const MAPPING: &str = "version = 1\nwit = { path = \"world.wit\" }\n";
const WORLD: &str = "package test:wrapped; world wrapped { export live: func() -> s32; }";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = wat::parse_str(with_allocator("")).expect("a valid module");
    for (name, bytes) in [
        ("module.wasm", &module[..]),
        ("map.toml", MAPPING.as_bytes()),
        ("world.wit", WORLD.as_bytes()),
    ] {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    folder
}

fn command(folder: &Path, output: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uplift"));
    command
        .args(["wrap", "module.wasm", "--map", "map.toml", "-o", output])
        .current_dir(folder);
    command
}

fn wrap(folder: &Path, output: &str) -> Output {
    command(folder, output).output().expect("uplift runs")
}

fn is_component(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\0asm\x0d\0\x01\0"))
}

/// Refused, with the two names, and nothing has changed.
fn refuses(folder: &Path, output: &str, input: &str) {
    let before = fs::read(folder.join(input)).expect("the input");
    let run = wrap(folder, output);
    let stderr = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.starts_with(&format!(
            "error: {output} is not written, because it is the same file as {input}, which is read"
        )),
        "{stderr}"
    );
    assert_eq!(fs::read(folder.join(input)).expect("the input"), before);
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = folder();
    for input in ["module.wasm", "map.toml", "world.wit"] {
        refuses(folder.path(), input, input);
        refuses(folder.path(), &format!("./{input}"), input);
        let link = format!("another-{input}");
        fs::hard_link(folder.path().join(input), folder.path().join(&link)).expect("a link");
        refuses(folder.path(), &link, input);
    }
}

#[test]
fn a_file_beside_the_output_is_left_alone_and_none_is_left_behind() {
    let folder = folder();
    let part = folder.path().join("out.wasm.part");
    fs::write(&part, "mine").expect("it can be written");
    fs::write(folder.path().join("out.wasm"), "old").expect("it can be written");
    assert!(wrap(folder.path(), "out.wasm").status.success());
    assert!(is_component(&folder.path().join("out.wasm")));
    assert_eq!(fs::read(&part).expect("the file"), b"mine");
    let files = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, 5);
}

#[test]
fn a_folder_is_no_output() {
    let folder = folder();
    fs::create_dir(folder.path().join("out.wasm")).expect("a folder");
    let run = wrap(folder.path(), "out.wasm");
    let stderr = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(2));
    assert!(
        stderr.starts_with("error: out.wasm can't be written"),
        "{stderr}"
    );
    let missing = wrap(folder.path(), "absent/out.wasm");
    assert_eq!(missing.status.code(), Some(2));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_symbolic_link_is_followed_also_to_a_file_that_is_not_there_yet() {
        let folder = folder();
        fs::create_dir(folder.path().join("built")).expect("a folder");
        for (link, target, exists) in [
            ("one.wasm", "built/one.wasm", true),
            ("two.wasm", "built/two.wasm", false),
        ] {
            if exists {
                fs::write(folder.path().join(target), "old").expect("it can be written");
            }
            symlink(target, folder.path().join(link)).expect("a link");
            assert!(wrap(folder.path(), link).status.success());
            let kept = fs::symlink_metadata(folder.path().join(link)).expect("the link");
            assert!(kept.is_symlink());
            assert!(is_component(&folder.path().join(target)));
        }
        symlink("module.wasm", folder.path().join("link.wasm")).expect("a link");
        refuses(folder.path(), "link.wasm", "module.wasm");
        symlink("round.wasm", folder.path().join("round.wasm")).expect("a link");
        assert_eq!(wrap(folder.path(), "round.wasm").status.code(), Some(2));
    }

    #[test]
    fn permissions_are_the_usual_ones_or_those_that_the_file_had() {
        let folder = folder();
        let mode = |name: &str| {
            let found = fs::metadata(folder.path().join(name)).expect("the file");
            found.permissions().mode() & 0o777
        };
        assert!(wrap(folder.path(), "out.wasm").status.success());
        // The module was written by the test, with nothing special about it.
        assert_eq!(mode("out.wasm"), mode("module.wasm"));
        let mut narrow = fs::metadata(folder.path().join("out.wasm"))
            .expect("the file")
            .permissions();
        narrow.set_mode(0o600);
        fs::set_permissions(folder.path().join("out.wasm"), narrow).expect("it can be set");
        assert!(wrap(folder.path(), "out.wasm").status.success());
        assert_eq!(mode("out.wasm"), 0o600);
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_a_pipe() {
        let folder = folder();
        let pipe = folder.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo runs").success());
        let before = fs::metadata(&pipe).expect("the pipe").ino();
        let mut run = command(folder.path(), "pipe");
        let mut run = run.stderr(Stdio::null()).spawn().expect("uplift runs");
        // Where the pipe was replaced, this would wait for ever, so it is looked at
        // through a copy with a limit.
        let read = Command::new("timeout")
            .args(["60", "cat", "pipe"])
            .current_dir(folder.path())
            .output()
            .expect("cat runs");
        assert!(run.wait().expect("it ends").success());
        assert!(read.stdout.starts_with(b"\0asm\x0d\0\x01\0"));
        assert_eq!(fs::metadata(&pipe).expect("the pipe").ino(), before);
    }
}
