//! What wrapping costs: the same call of a native component, of a wrapped core
//! module, and of that module by its C ABI.

use std::ffi::CStr;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use uplift::{Mapping, Module, Plan};
use wasmtime::component::{Component, ComponentNamedList, Lift, Lower};
use wasmtime::{Engine, Instance, Memory, Store, TypedFunc, component};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file that xtask makes in the folder `target`.
fn made(path: &str) -> Vec<u8> {
    let path = root().join("target").join(path);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn wrap(module: &[u8], example: &str) -> Vec<u8> {
    let map = root().join("uplift/examples").join(example);
    let folder = map.parent().expect("a folder");
    let mapping = Mapping::parse(&fs::read_to_string(&map).expect("a mapping"));
    let module = Module::read(module.to_vec()).expect("a module");
    let component = mapping.and_then(|mapping| Plan::check(&module, &mapping, folder)?.emit());
    component.expect("a component").bytes
}

/// The module as it lies in the component: with what the mapping has exported.
fn embedded(component: &[u8]) -> &[u8] {
    let mut modules = wasmparser::Parser::new(0).parse_all(component);
    let module = modules.find_map(|payload| match payload.expect("a valid component") {
        wasmparser::Payload::ModuleSection {
            unchecked_range, ..
        } => Some(unchecked_range),
        _ => None,
    });
    let module = module.expect("a module");
    let at = |offset: u64| usize::try_from(offset).expect("an offset");
    &component[at(module.start)..at(module.end)]
}

/// A component that runs. Nothing here uses what it imports.
struct Typed {
    store: Store<()>,
    instance: component::Instance,
}

impl Typed {
    fn start(engine: &Engine, bytes: &[u8]) -> Self {
        let compiled = Component::new(engine, bytes).expect("a component");
        let mut linker = component::Linker::new(engine);
        let defined = linker.define_unknown_imports_as_traps(&compiled);
        defined.expect("imports can be defined");
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &compiled);
        let instance = instance.expect("an instance");
        Self { store, instance }
    }

    /// A function of the world, or of the interface before the `#`.
    fn function<P, R>(&mut self, name: &str) -> component::TypedFunc<P, R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let mut index = None;
        for part in name.split('#') {
            let found = self
                .instance
                .get_export_index(&mut self.store, index.as_ref(), part);
            index = Some(found.unwrap_or_else(|| panic!("no export {part}")));
        }
        let index = index.expect("a name");
        let function = self.instance.get_typed_func(&mut self.store, index);
        function.expect("a function of that type")
    }
}

/// A core module that runs, with what every C ABI here has.
struct Raw {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    malloc: TypedFunc<u32, u32>,
    free: TypedFunc<u32, ()>,
}

impl Raw {
    fn start(engine: &Engine, bytes: &[u8]) -> Self {
        let compiled = wasmtime::Module::new(engine, bytes).expect("a module");
        let mut linker = wasmtime::Linker::new(engine);
        let defined = linker.define_unknown_imports_as_traps(&compiled);
        defined.expect("imports can be defined");
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &compiled);
        let instance = instance.expect("an instance");
        let memory = instance.get_memory(&mut store, "memory");
        let malloc = instance.get_typed_func(&mut store, "malloc");
        let free = instance.get_typed_func(&mut store, "free");
        Self {
            memory: memory.expect("a memory"),
            malloc: malloc.expect("malloc"),
            free: free.expect("free"),
            store,
            instance,
        }
    }

    fn function<P, R>(&mut self, name: &str) -> TypedFunc<P, R>
    where
        P: wasmtime::WasmParams,
        R: wasmtime::WasmResults,
    {
        let function = self.instance.get_typed_func(&mut self.store, name);
        function.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Allocates room, and writes into its beginning.
    fn place(&mut self, room: usize, content: &[u8]) -> u32 {
        let room = u32::try_from(room).expect("a size");
        let at = self.malloc.call(&mut self.store, room).expect("room");
        assert_ne!(at, 0);
        self.memory
            .write(&mut self.store, at as usize, content)
            .expect("it lies inside");
        at
    }

    fn release(&mut self, at: u32) {
        self.free.call(&mut self.store, at).expect("it is freed");
    }

    fn after(&self, at: u32) -> &[u8] {
        self.memory
            .data(&self.store)
            .get(at as usize..)
            .expect("it lies inside")
    }
}

/// The greeter by its C ABI.
struct RawGreeter {
    raw: Raw,
    greet: TypedFunc<u32, u32>,
    free_string: TypedFunc<u32, ()>,
}

impl RawGreeter {
    fn start(engine: &Engine, module: &[u8]) -> Self {
        let mut raw = Raw::start(engine, module);
        Self {
            greet: raw.function("custom_greet"),
            free_string: raw.function("free_string"),
            raw,
        }
    }

    fn greet(&mut self, name: &str) -> String {
        assert!(!name.as_bytes().contains(&0));
        let input = self.raw.place(name.len() + 1, name.as_bytes());
        let end = input as usize + name.len();
        let ended = self.raw.memory.write(&mut self.raw.store, end, &[0]);
        ended.expect("it lies inside");
        let greeting = self.greet.call(&mut self.raw.store, input);
        let greeting = greeting.expect("a greeting");
        let text = CStr::from_bytes_until_nul(self.raw.after(greeting)).expect("an end");
        let text = text.to_str().expect("UTF-8").to_owned();
        let freed = self.free_string.call(&mut self.raw.store, greeting);
        freed.expect("it is freed");
        self.raw.release(input);
        text
    }
}

const GREETER: &str = "guests/legacy-quiet.wasm";

fn greet(c: &mut Criterion) {
    let engine = Engine::default();
    let wrapped = wrap(&made(GREETER), "greeter/greeter.toml");
    for length in [5, 1 << 10, 64 << 10, 1 << 20] {
        let name = "a".repeat(length);
        let mut group = c.benchmark_group(format!("greet_{length}"));
        group.throughput(Throughput::Bytes(length as u64));
        let native = made("guests/rust.wasm");
        for (function, component) in [("native", &native), ("wrapped", &wrapped)] {
            let mut typed = Typed::start(&engine, component);
            let greet = typed.function::<(&str,), (String,)>("greet");
            group.bench_function(function, |b| {
                b.iter(|| {
                    let (greeting,) = greet
                        .call(&mut typed.store, (black_box(&name),))
                        .expect("a greeting");
                    greeting
                });
            });
        }
        let mut raw = RawGreeter::start(&engine, embedded(&wrapped));
        group.bench_function("raw", |b| b.iter(|| raw.greet(black_box(&name))));
    }
}

fn add(c: &mut Criterion) {
    let engine = Engine::default();
    let wrapped = wrap(&made(GREETER), "greeter/greeter.toml");
    let mut group = c.benchmark_group("add");
    for (function, component) in [("native", &made("guests/rust.wasm")), ("wrapped", &wrapped)] {
        let mut typed = Typed::start(&engine, component);
        let add = typed.function::<(i32, i32), (i32,)>("add");
        group.bench_function(function, |b| {
            b.iter(|| {
                add.call(&mut typed.store, black_box((5, 3)))
                    .expect("a sum")
            });
        });
    }
    let mut raw = Raw::start(&engine, embedded(&wrapped));
    let add = raw.function::<(i32, i32), i32>("add");
    group.bench_function("raw", |b| {
        b.iter(|| add.call(&mut raw.store, black_box((5, 3))).expect("a sum"));
    });
}

/// zlib by its C ABI.
struct RawZlib {
    raw: Raw,
    bound: TypedFunc<u32, u32>,
    compress: TypedFunc<(u32, u32, u32, u32), i32>,
}

impl RawZlib {
    fn start(engine: &Engine, module: &[u8]) -> Self {
        let mut raw = Raw::start(engine, module);
        Self {
            bound: raw.function("compressBound"),
            compress: raw.function("compress"),
            raw,
        }
    }

    fn compress(&mut self, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).expect("a size");
        let input = self.raw.place(data.len(), data);
        let bound = self.bound.call(&mut self.raw.store, length);
        let bound = bound.expect("a bound");
        let output = self.raw.place(bound as usize, &[]);
        let written = self.raw.place(4, &bound.to_le_bytes());
        let arguments = (output, written, input, length);
        let status = self.compress.call(&mut self.raw.store, arguments);
        assert_eq!(status.expect("a status"), 0);
        let count = self
            .raw
            .after(written)
            .first_chunk()
            .expect("it lies inside");
        let count = u32::from_le_bytes(*count) as usize;
        let packed = self.raw.after(output)[..count].to_vec();
        for at in [written, output, input] {
            self.raw.release(at);
        }
        packed
    }
}

/// Lines that repeat, as text does, but no two alike.
fn text(length: usize) -> Vec<u8> {
    let lines = (0..).flat_map(|line| format!("line {line}: Hello, World\n").into_bytes());
    lines.take(length).collect()
}

#[derive(component::ComponentType, Lift, Clone, Copy, Debug)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "what lifting makes is not seen to be made")]
enum ZlibError {
    #[component(name = "data")]
    Data,
    #[component(name = "memory")]
    Memory,
    #[component(name = "too-large")]
    TooLarge,
}

fn compress(c: &mut Criterion) {
    type Packed = (Result<Vec<u8>, ZlibError>,);
    let engine = Engine::default();
    let wrapped = wrap(&made("modules/zlib.wasm"), "zlib/zlib.toml");
    let data = text(1 << 20);
    let mut group = c.benchmark_group("compress_1048576");
    group.throughput(Throughput::Bytes(data.len() as u64));
    group.sample_size(20);
    let mut typed = Typed::start(&engine, &wrapped);
    let compress = typed.function::<(&[u8],), Packed>("uplift:zlib/codec#compress");
    group.bench_function("wrapped", |b| {
        b.iter(|| {
            compress
                .call(&mut typed.store, (black_box(&data),))
                .expect("no trap")
        });
    });
    let mut raw = RawZlib::start(&engine, embedded(&wrapped));
    group.bench_function("raw", |b| b.iter(|| raw.compress(black_box(&data))));
}

/// The command, from its start to its end, for a module of 1 MB: zlib with its
/// debug information.
fn command(c: &mut Criterion) {
    let out = root().join("target/uplift/bench.wasm");
    fs::create_dir_all(root().join("target/uplift")).expect("a folder");
    let mut wrap = Command::new(env!("CARGO_BIN_EXE_uplift"));
    wrap.arg("wrap")
        .arg(root().join("target/modules/zlib.wasm"))
        .arg("--map")
        .arg(root().join("uplift/examples/zlib/zlib.toml"))
        .arg("-o")
        .arg(out);
    let mut group = c.benchmark_group("command");
    group.sample_size(20);
    group.bench_function("wrap", |b| {
        b.iter(|| {
            let output = wrap.output().expect("uplift starts");
            assert!(output.status.success());
        });
    });
}

criterion_group!(wrapped, greet, add, compress, command);
criterion_main!(wrapped);
