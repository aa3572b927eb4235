//! What a call costs: every guest in one run, so that their ratios hold.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use host_rs::guest::{Guest, GuestName, GuestsFolder, Legacy};
use host_rs::sandbox::{CompiledCode, Limits, Sandbox};

fn guests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests")
}

fn sandbox() -> Sandbox {
    Sandbox::new(Limits::default(), CompiledCode::Cached).unwrap_or_else(|error| panic!("{error}"))
}

fn load(sandbox: &Sandbox, name: &GuestName) -> Guest {
    let folder = GuestsFolder::new(Some(guests_folder()));
    Guest::load(sandbox, &folder, name, Legacy::Quiet).unwrap_or_else(|error| panic!("{error}"))
}

fn greet(c: &mut Criterion) {
    let sandbox = sandbox();
    for length in [5, 1024, 1 << 20] {
        let mut group = c.benchmark_group(format!("greet_{length}"));
        group.throughput(Throughput::Bytes(length as u64));
        let name = "a".repeat(length);
        for guest_name in &GuestName::BUILT {
            let mut guest = load(&sandbox, guest_name);
            group.bench_function(guest_name.to_string(), |b| {
                b.iter(|| guest.greet(black_box(&name)).expect("a greeting"));
            });
        }
    }
}

fn add(c: &mut Criterion) {
    let sandbox = sandbox();
    let mut group = c.benchmark_group("add");
    // A typed call of the core function and nothing around it: no new deadline,
    // no care for traps.
    let module = sandbox.module(&guests_folder().join("legacy-quiet.wasm"));
    let mut store = sandbox.store();
    let instance = module.expect("a module").instantiate(&mut store);
    let raw = instance
        .and_then(|instance| instance.get_typed_func::<(i32, i32), i32>(&mut store, "add"))
        .expect("the export `add`");
    store.set_epoch_deadline(u64::MAX / 2);
    group.bench_function("raw", |b| {
        b.iter(|| raw.call(&mut store, black_box((5, 3))).expect("a sum"));
    });
    for guest_name in &GuestName::BUILT {
        let mut guest = load(&sandbox, guest_name);
        group.bench_function(guest_name.to_string(), |b| {
            b.iter(|| guest.add(black_box(5), black_box(3)).expect("a sum"));
        });
    }
}

/// From the start of a process to its end with the first greeting, with the
/// compiled code in the cache.
fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    group.sample_size(20);
    for guest_name in &GuestName::BUILT {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-rs"));
        let guest = guest_name.to_string();
        command.args(["greet", "World", "--guest", &guest, "--guests"]);
        command.arg(guests_folder());
        group.bench_function(guest, |b| {
            b.iter(|| {
                let output = command.output().expect("the host starts");
                assert_eq!(output.stdout, b"Hello, World\n");
            });
        });
    }
}

/// A store and an instance of a guest that is compiled already.
fn instantiate(c: &mut Criterion) {
    let sandbox = sandbox();
    let folder = guests_folder();
    let mut group = c.benchmark_group("instantiate");
    for (name, file) in [("rust", "rust.wasm"), ("python", "python.wasm")] {
        let component = sandbox.component(&folder.join(file)).expect("a component");
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut store = sandbox.store();
                component.instantiate(&mut store).expect("an instance");
                store
            });
        });
    }
    let module = sandbox.module(&folder.join("legacy-quiet.wasm"));
    let module = module.expect("a core module");
    group.bench_function("legacy", |b| {
        b.iter(|| {
            let mut store = sandbox.store();
            module.instantiate(&mut store).expect("an instance");
            store
        });
    });
}

criterion_group!(calls, greet, add, start, instantiate);
criterion_main!(calls);
