//! Where both sides run: the same engine, the same limits, and a system that
//! answers both alike.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use wasmtime::component;
use wasmtime::{Config, Engine, Linker, ResourceLimiter, Store};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, I32Exit, WasiCtxBuilder, WasiCtxView,
    WasiView,
};

use super::Limits;

/// How often the epoch advances: the grain of a call's time limit.
const TICK: Duration = Duration::from_millis(10);

/// The size of a page of linear memory, in bytes.
pub(super) const PAGE: usize = 1 << 16;

/// How much of the standard error of an instance is kept, in bytes.
const KEPT: usize = 1 << 16;

/// Why a call did not return.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ended {
    Trapped(Trapped),
    /// The C caller has no room for its inputs and the marks around them.
    NoRoom,
    /// It ran for too long.
    Stopped,
    /// Its result is larger than what is compared.
    TooLarge,
}

/// A trap.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trapped {
    pub(super) reason: String,
    place: Place,
}

/// Where a call was ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In the module's own code.
    Module(wasmtime::Trap),
    /// By the C caller, the shim, or the canonical ABI: what was passed, or what
    /// came back, is none of what the mapping and the WIT allow.
    Boundary,
    /// By the module, which exited, with a status of success or not. No more than
    /// that is left of it in a component.
    Exit(bool),
}

impl Trapped {
    /// At the boundary between the module and its caller.
    pub(super) fn at_boundary(reason: impl Into<String>) -> Self {
        Trapped {
            reason: reason.into(),
            place: Place::Boundary,
        }
    }

    /// Whether both mean the same failure. The words differ, as do the reasons for
    /// which the two boundaries refuse a value.
    pub(super) fn agrees(&self, other: &Trapped) -> bool {
        self.place == other.place || (self.is_overflow() && other.is_overflow())
    }

    /// The stack ends wherever it ends.
    fn is_overflow(&self) -> bool {
        self.place == Place::Module(wasmtime::Trap::StackOverflow)
    }

    pub(super) fn is_at_boundary(&self) -> bool {
        self.place == Place::Boundary
    }

    /// The place and the reason, in words.
    pub(super) fn words(&self) -> String {
        let place = match self.place {
            Place::Module(_) => "trapped in the module",
            Place::Boundary => "trapped at the boundary",
            Place::Exit(_) => "ended the program",
        };
        format!("{place}: {}", self.reason)
    }
}

/// An engine, and the stores that it makes.
pub(super) struct Sandbox {
    pub(super) engine: Engine,
    limits: Limits,
}

impl Sandbox {
    pub(super) fn new(limits: Limits) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config)?;
        let weak = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        });
        Ok(Sandbox { engine, limits })
    }

    pub(super) fn for_modules(&self) -> wasmtime::Result<Linker<State>> {
        let mut linker = Linker::new(&self.engine);
        p1::add_to_linker_sync(&mut linker, |state: &mut State| &mut state.wasi)?;
        Ok(linker)
    }

    pub(super) fn for_components(&self) -> wasmtime::Result<component::Linker<State>> {
        let mut linker = component::Linker::new(&self.engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        Ok(linker)
    }

    /// A store for one instance.
    pub(super) fn store(&self) -> Store<State> {
        let stderr = Capture(MemoryOutputPipe::new(KEPT));
        let wasi = WasiCtxBuilder::new()
            .stderr(stderr.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .secure_random(Deterministic::new(vec![0x5a, 0x17, 0xc3, 0x88]))
            .insecure_random(Deterministic::new(vec![0x3c, 0x91, 0x0f]))
            .insecure_random_seed(1)
            .wall_clock(Clock)
            .monotonic_clock(Ticks::default())
            .build_p1();
        let state = State {
            wasi,
            stderr,
            pages: 0,
            denied: false,
            limits: self.limits,
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| state);
        // A value of the dynamic interface takes far more room than a byte.
        store.set_hostcall_fuel(64 * self.limits.memory);
        self.begin(&mut store);
        store
    }

    /// Gives the next call its time.
    pub(super) fn begin(&self, store: &mut Store<State>) {
        let ticks = self.limits.time.as_millis() / TICK.as_millis();
        // The first tick may come at once.
        store.set_epoch_deadline(u64::try_from(ticks).unwrap_or(u64::MAX / 2) + 1);
    }
}

/// What a store holds for its guest.
pub(super) struct State {
    wasi: WasiP1Ctx,
    stderr: Capture,
    /// The size of the linear memory. There is one: modules with several are
    /// refused, and the WASI adapter shares the module's.
    pub(super) pages: usize,
    /// Whether it asked for more than the limit allows.
    pub(super) denied: bool,
    limits: Limits,
}

impl State {
    /// The last line that the guest wrote to its standard error.
    pub(super) fn last_words(&self) -> Option<String> {
        let bytes = self.stderr.0.contents();
        let text = String::from_utf8_lossy(&bytes);
        text.lines().rfind(|line| !line.is_empty()).map(Into::into)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let within = desired <= self.limits.memory;
        let allowed = within && maximum.is_none_or(|maximum| desired <= maximum);
        self.denied |= !within;
        if allowed {
            self.pages = desired / PAGE;
        }
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= 1 << 20)
    }
}

/// Why wasmtime ended a call.
pub(super) fn ended(error: &wasmtime::Error, state: &State) -> Ended {
    if error.downcast_ref() == Some(&wasmtime::Trap::Interrupt) {
        return Ended::Stopped;
    }
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return Ended::Trapped(Trapped {
            reason: format!("it exited with status {status}"),
            place: Place::Exit(*status == 0),
        });
    }
    let mut reason = error.root_cause().to_string();
    let mut place = Place::Boundary;
    if let Some(trap) = error.downcast_ref::<wasmtime::Trap>()
        && let Some(trace) = error.downcast_ref::<wasmtime::WasmBacktrace>()
        && let Some(frame) = trace.frames().first()
    {
        // The shim's own reasons are names of functions that do nothing but trap.
        let shim = frame
            .func_name()
            .and_then(|name| name.strip_prefix("uplift: "));
        if *trap == wasmtime::Trap::StackOverflow || shim.is_none() && !beside_the_module(frame) {
            place = Place::Module(*trap);
        }
        if let Some(shim) = shim
            && *trap == wasmtime::Trap::UnreachableCodeReached
        {
            shim.clone_into(&mut reason);
        }
    }
    if let Some(words) = state.last_words() {
        reason = format!("{reason}; it had written: {words}");
    }
    Ended::Trapped(Trapped {
        reason: reason.split_whitespace().collect::<Vec<_>>().join(" "),
        place,
    })
}

/// Whether a frame is one of the shim or of the WASI adapter, which alone import
/// from the module that is wrapped.
fn beside_the_module(frame: &wasmtime::FrameInfo) -> bool {
    let mut imports = frame.module().imports();
    imports.any(|import| import.module() == "__main_module__")
}

/// Always the same time of day.
struct Clock;

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        // 2026-01-01
        Duration::from_hours(490_896)
    }
}

/// Time passes when somebody asks for it.
#[derive(Default)]
struct Ticks(AtomicU64);

impl HostMonotonicClock for Ticks {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0.fetch_add(1_000_000, Ordering::Relaxed)
    }
}

/// Keeps the beginning of what a guest prints, and lets it go on.
#[derive(Clone)]
struct Capture(MemoryOutputPipe);

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(self.0.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

impl OutputStream for Capture {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let room = KEPT.saturating_sub(self.0.contents().len());
        let kept = bytes.slice(..bytes.len().min(room));
        self.0.write(kept)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(KEPT)
    }
}
