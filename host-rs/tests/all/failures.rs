//! A guest that misbehaves ends in a typed error, and the host goes on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use host_rs::Error;
use host_rs::component::ComponentGreeter;
use host_rs::sandbox::{CompiledCode, Limits, Sandbox};

/// A guest of `parity/misfits`, as a file.
struct Misfit(tempfile::TempDir);

impl Misfit {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let source = root.join("parity/misfits").join(name).with_extension("wat");
        let folder = tempfile::tempdir().unwrap();
        let bytes = wat::parse_file(source).unwrap_or_else(|error| panic!("{error}"));
        std::fs::write(folder.path().join("guest.wasm"), bytes).unwrap();
        Misfit(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("guest.wasm")
    }

    fn load(&self, limits: Limits) -> Result<ComponentGreeter, Error> {
        let sandbox = Sandbox::new(limits, CompiledCode::NotCached)?;
        ComponentGreeter::load(&sandbox, &self.path())
    }
}

fn refusal(name: &str) -> Error {
    let misfit = Misfit::new(name);
    match misfit.load(Limits::default()) {
        Ok(_) => panic!("{name} was accepted"),
        Err(error) => error,
    }
}

#[test]
fn a_trap_is_a_typed_error_with_its_code_and_backtrace_and_the_next_call_works() {
    let misfit = Misfit::new("traps");
    let mut greeter = misfit.load(Limits::default()).unwrap();
    let Err(Error::Trap(trap)) = greeter.greet("World") else {
        panic!("no trap");
    };
    assert_eq!(trap.function, "greet");
    assert_eq!(trap.code, Some(wasmtime::Trap::UnreachableCodeReached));
    assert_eq!(trap.backtrace.len(), 1, "{trap:?}");
    assert_eq!(greeter.add(1, 2).unwrap(), 3);
}

#[test]
fn an_endless_loop_is_stopped_and_the_next_call_works() {
    let misfit = Misfit::new("loops");
    let limits = Limits {
        timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut greeter = misfit.load(limits).unwrap();
    let stopped = greeter.greet("World");
    assert!(
        matches!(
            stopped,
            Err(Error::TimedOut {
                function: "greet",
                ..
            })
        ),
        "{stopped:?}"
    );
    assert_eq!(greeter.add(1, 2).unwrap(), 3);
}

#[test]
fn a_guest_that_runs_out_of_memory_traps_with_its_own_last_words() {
    let limits = Limits {
        memory: 3 << 20,
        ..Limits::default()
    };
    let sandbox = Sandbox::new(limits, CompiledCode::Cached).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests/rust.wasm");
    let mut greeter =
        ComponentGreeter::load(&sandbox, &path).unwrap_or_else(|error| panic!("{error}"));
    // There is room for the name, but not for the greeting.
    let Err(Error::Trap(trap)) = greeter.greet(&"a".repeat(1_300_000)) else {
        panic!("no trap");
    };
    assert_eq!(trap.stderr[0], "memory allocation of 1300007 bytes failed");
    assert_eq!(greeter.greet("World").unwrap(), "Hello, World");
}

#[test]
fn a_trap_before_the_first_call_is_a_trap_too() {
    let error = refusal("traps-at-start");
    assert!(matches!(error, Error::Trap(_)), "{error:?}");
}

#[test]
fn a_guest_that_starts_above_the_memory_limit_is_refused() {
    let error = refusal("needs-memory");
    assert!(matches!(error, Error::OverLimits { .. }), "{error:?}");
}

#[test]
fn a_component_that_exports_the_wrong_type_is_refused_by_the_function_s_name() {
    let error = refusal("exports-wrong-type");
    let Error::MissingExport { reason, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(reason.contains("`add`"), "{reason}");
}

#[test]
fn a_component_with_an_unknown_import_is_refused_by_the_import_s_name() {
    let error = refusal("imports-unknown");
    let Error::UnknownImport { import, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(import, "acme:weather/forecast@1.0.0");
}

#[test]
fn a_cut_component_is_refused_by_the_file_s_name_unless_only_names_are_cut_off() {
    let whole = std::fs::read(Misfit::new("traps").path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.wasm");
    let sandbox = Sandbox::new(Limits::default(), CompiledCode::NotCached).unwrap();
    let mut refused = 0;
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        match ComponentGreeter::load(&sandbox, &path) {
            Ok(mut greeter) => assert_eq!(greeter.add(1, 2).unwrap(), 3),
            Err(error) => {
                assert!(!error.is_guest_failure(), "{length} bytes: {error}");
                assert!(error.to_string().contains("cut.wasm"), "{error}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, whole.len() - 1);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_guest_that_loops_with_exit_code_130() {
    use std::process::{Command, Stdio};

    let misfit = Misfit::new("loops");
    let mut host = Command::new(env!("CARGO_BIN_EXE_host-rs"));
    host.args(["greet", "World", "--no-cache", "--timeout", "60", "--guest"]);
    let host = host
        .arg(misfit.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let interrupt = Command::new("kill")
        .args(["-INT", &host.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let output = host.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "interrupted\n");
}
