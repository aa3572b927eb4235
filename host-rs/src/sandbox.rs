//! Runs a guest under limits: no files, no environment, no network, and an end
//! to memory and time.

use std::path::Path;
use std::time::Duration;

use wasmtime::component::{self, Component};
use wasmtime::{
    Cache, Config, Engine, InstancePre, Linker, Module, Store, StoreLimits, StoreLimitsBuilder,
    WasmBacktrace,
};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{I32Exit, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::Error;
use crate::capture::Capture;
use crate::error::Trap;
use crate::files::{COMPONENT, CORE_MODULE, read_wasm};

/// How often the epoch advances: the grain of [`Limits::timeout`].
const TICK: Duration = Duration::from_millis(10);

/// How many linear memories, tables and core instances one guest may have, so
/// that the limits on each bound the whole. The Python guest, which links
/// `CPython` from its libraries, has the most.
const MEMORIES: usize = 4;
const TABLES: usize = 16;
const INSTANCES: usize = 100;

/// How much a guest may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long one call, or the start of an instance, may run.
    pub timeout: Duration,
    /// How large one linear memory may grow, in bytes.
    pub memory: usize,
    /// How large one table may grow, in elements.
    pub table: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(10),
            memory: 256 << 20,
            table: 20_000,
        }
    }
}

/// Whether compiled code is kept for the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompiledCode {
    /// In wasmtime's cache directory of this user.
    Cached,
    /// Not at all: every guest is compiled afresh.
    NotCached,
}

/// Compiles guests and starts instances of them, all under the same limits.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    limits: Limits,
    /// The limit on time, in ticks of the epoch.
    deadline: u64,
    for_components: component::Linker<State>,
    for_modules: Linker<State>,
}

impl Sandbox {
    /// Sets up the runtime.
    ///
    /// # Errors
    ///
    /// If the cache of compiled code is asked for and can't be used.
    pub fn new(limits: Limits, compiled_code: CompiledCode) -> Result<Self, Error> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        if compiled_code == CompiledCode::Cached {
            let cache = Cache::from_file(None).map_err(|error| Error::Cache(one_line(&error)))?;
            config.cache(Some(cache));
        }
        let runtime = |error: wasmtime::Error| Error::Runtime(one_line(&error));
        let engine = Engine::new(&config).map_err(runtime)?;
        let mut for_components = component::Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut for_components).map_err(runtime)?;
        let mut for_modules = Linker::new(&engine);
        p1::add_to_linker_sync(&mut for_modules, |state: &mut State| &mut state.wasi)
            .map_err(runtime)?;
        advance_epoch(&engine);
        Ok(Sandbox {
            engine,
            limits,
            deadline: ticks(limits.timeout),
            for_components,
            for_modules,
        })
    }

    /// Compiles the component in the file at `path`, or takes it from the
    /// cache, and links it to WASI 0.2.
    ///
    /// # Errors
    ///
    /// If the file can't be read, is no valid component, or imports what the
    /// sandbox does not offer.
    pub fn component(&self, path: &Path) -> Result<component::InstancePre<State>, Error> {
        let bytes = read_wasm(path, COMPONENT)?;
        let component = Component::from_binary(&self.engine, &bytes)
            .map_err(|error| invalid(path, COMPONENT, &error))?;
        let unknown = |import| Error::UnknownImport {
            path: path.into(),
            offered: "WASI 0.2",
            import,
        };
        // An interface without functions would link to nothing at all.
        let ty = component.component_type();
        for (name, _) in ty.imports(&self.engine) {
            if !name.starts_with("wasi:") {
                return Err(unknown(name.to_owned()));
            }
        }
        self.for_components
            .instantiate_pre(&component)
            .map_err(|error| unknown(quoted(&error)))
    }

    /// Compiles the core module in the file at `path`, or takes it from the
    /// cache, and links it to WASI preview 1.
    ///
    /// # Errors
    ///
    /// As [`component`](Self::component).
    pub fn module(&self, path: &Path) -> Result<InstancePre<State>, Error> {
        let bytes = read_wasm(path, CORE_MODULE)?;
        let module = Module::from_binary(&self.engine, &bytes)
            .map_err(|error| invalid(path, CORE_MODULE, &error))?;
        self.for_modules
            .instantiate_pre(&module)
            .map_err(|error| Error::UnknownImport {
                path: path.into(),
                offered: "WASI 0.1",
                import: quoted(&error),
            })
    }

    /// Returns a store for one instance, under the limits; its first deadline
    /// has begun.
    #[must_use]
    pub fn store(&self) -> Store<State> {
        let (stdout, stderr) = (Capture::default(), Capture::default());
        let mut store = Store::new(
            &self.engine,
            State {
                wasi: WasiCtxBuilder::new()
                    .stdout(stdout.clone())
                    .stderr(stderr.clone())
                    .allow_tcp(false)
                    .allow_udp(false)
                    .build_p1(),
                limits: StoreLimitsBuilder::new()
                    .memory_size(self.limits.memory)
                    .table_elements(self.limits.table)
                    .memories(MEMORIES)
                    .tables(TABLES)
                    .instances(INSTANCES)
                    .build(),
                stdout,
                stderr,
            },
        );
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(self.deadline);
        store
    }

    fn failure(&self, function: &'static str, state: &State, error: wasmtime::Error) -> Error {
        let code = error.downcast_ref::<wasmtime::Trap>().copied();
        if code == Some(wasmtime::Trap::Interrupt) {
            return Error::TimedOut {
                function,
                limit: self.limits.timeout,
            };
        }
        if let Some(I32Exit(status)) = error.downcast_ref() {
            return Error::Exited {
                function,
                status: *status,
            };
        }
        let backtrace = error
            .downcast_ref::<WasmBacktrace>()
            .map(ToString::to_string);
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Error::Trap(Box::new(Trap {
                function,
                message: error.root_cause().to_string(),
                code,
                stderr: state.stderr.take_lines(),
                backtrace: backtrace
                    .iter()
                    .flat_map(|text| text.lines().skip(1))
                    .map(str::to_owned)
                    .collect(),
            })),
        }
    }
}

/// What a store holds for its guest.
pub struct State {
    wasi: WasiP1Ctx,
    limits: StoreLimits,
    /// What the guest printed.
    pub stdout: Capture,
    stderr: Capture,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

/// A guest with an instance that is ready to be called. One that traps is
/// replaced by a fresh one at the next call.
pub struct Live<E> {
    sandbox: Sandbox,
    instantiate: Box<Instantiate<E>>,
    instance: Option<(Store<State>, E)>,
}

type Instantiate<E> = dyn Fn(&mut Store<State>) -> wasmtime::Result<E> + Send + Sync;

impl<E> Live<E> {
    /// Starts the first instance of the guest in the file at `path`.
    ///
    /// # Errors
    ///
    /// If it traps, runs too long, or does not fit the limits.
    pub fn start(
        sandbox: &Sandbox,
        path: &Path,
        instantiate: impl Fn(&mut Store<State>) -> wasmtime::Result<E> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let mut live = Live {
            sandbox: sandbox.clone(),
            instantiate: Box::new(instantiate),
            instance: None,
        };
        live.call("instantiate", |_, _| Ok(()))
            .map_err(|error| match error {
                // A trap has a backtrace; a limit is met before any code runs.
                Error::Trap(trap) if trap.code.is_none() && trap.backtrace.is_empty() => {
                    Error::OverLimits {
                        path: path.into(),
                        reason: trap.message,
                    }
                }
                other => other,
            })?;
        Ok(live)
    }

    /// Calls `body` with the exports of the instance; `function` names the call
    /// in errors. What `body` fails with ends the instance.
    ///
    /// # Errors
    ///
    /// The [`Error`] that `body` failed with, or what a trap is made into.
    pub fn call<T>(
        &mut self,
        function: &'static str,
        body: impl FnOnce(&mut E, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let (store, exports) = match &mut self.instance {
            Some(instance) => instance,
            none => none.insert(start(&self.sandbox, &*self.instantiate)?),
        };
        store.set_epoch_deadline(self.sandbox.deadline);
        match body(exports, store) {
            Ok(value) => Ok(value),
            Err(error) => {
                let failure = self.sandbox.failure(function, store.data(), error);
                self.instance = None;
                Err(failure)
            }
        }
    }

    /// Looks at the instance without calling it; `None` where there is none
    /// since a trap.
    pub fn inspect<T>(&self, look: impl FnOnce(&E, &Store<State>) -> T) -> Option<T> {
        self.instance
            .as_ref()
            .map(|(store, exports)| look(exports, store))
    }
}

fn start<E>(sandbox: &Sandbox, instantiate: &Instantiate<E>) -> Result<(Store<State>, E), Error> {
    let mut store = sandbox.store();
    match instantiate(&mut store) {
        Ok(exports) => Ok((store, exports)),
        Err(error) => Err(sandbox.failure("instantiate", store.data(), error)),
    }
}

/// The number of ticks after which `timeout` is over for certain: the first
/// one may come at once, so it does not count.
fn ticks(timeout: Duration) -> u64 {
    let ticks = timeout.as_nanos().div_ceil(TICK.as_nanos());
    // A deadline is added to the current epoch, and the sum must not overflow.
    u64::try_from(ticks).unwrap_or(u64::MAX).min(u64::MAX / 2) + 1
}

/// Advances the epoch at every tick for as long as the engine lives: guests
/// compare it with their deadline in every loop.
fn advance_epoch(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

fn invalid(path: &Path, expected: &'static str, error: &wasmtime::Error) -> Error {
    Error::Invalid {
        path: path.into(),
        expected,
        reason: one_line(error),
    }
}

/// The whole chain of `error` on one line.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What the message of `error` puts between its first two backticks: the name
/// of the import that wasmtime's linker did not find.
fn quoted(error: &wasmtime::Error) -> String {
    let message = error.to_string();
    match message.split('`').nth(1) {
        Some(name) => name.to_owned(),
        None => message,
    }
}
