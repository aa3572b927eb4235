//! Counters, which know how many of them there are.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use bindings::exports::cases::resources::counters::{
    Counter as Handle, CounterBorrow, Guest as Counters, GuestCounter, GuestSmall, GuestToken,
    Holder, Pair, Refusal, Token as TokenHandle,
};

struct Component;
struct Counter(Cell<u32>);
struct Small(Cell<u32>);
struct Token(u32);

static ALIVE: AtomicU32 = AtomicU32::new(0);
static ISSUED: AtomicU32 = AtomicU32::new(0);

/// The largest value of a small counter.
const SMALL: u32 = 9;

impl Counters for Component {
    type Counter = Counter;
    type Small = Small;
    type Token = Token;

    fn pass(value: Handle) -> Handle {
        value
    }

    fn pass_pair(value: Pair) -> Pair {
        value
    }

    fn pass_holder(value: Holder) -> Holder {
        value
    }

    fn total(of: Vec<CounterBorrow<'_>>) -> u32 {
        let values = of.iter().map(|counter| counter.get::<Counter>().value());
        values.fold(0, u32::wrapping_add)
    }

    fn make(count: u32) -> Vec<Handle> {
        (0..count)
            .map(|start| Handle::new(Counter::new(start)))
            .collect()
    }

    fn alive() -> u32 {
        ALIVE.load(Relaxed)
    }

    fn issue() -> TokenHandle {
        TokenHandle::new(Token(ISSUED.fetch_add(1, Relaxed)))
    }
}

impl GuestCounter for Counter {
    fn new(start: u32) -> Self {
        ALIVE.fetch_add(1, Relaxed);
        Self(Cell::new(start))
    }

    fn add(&self, step: u32) -> u32 {
        self.0.set(self.0.get().wrapping_add(step));
        self.0.get()
    }

    fn value(&self) -> u32 {
        self.0.get()
    }

    fn merge(left: CounterBorrow<'_>, right: CounterBorrow<'_>) -> Handle {
        let (left, right) = (left.get::<Counter>(), right.get::<Counter>());
        Handle::new(Self::new(left.value().wrapping_add(right.value())))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
    }
}

impl GuestSmall for Small {
    fn new(start: u32) -> Result<Self, Refusal> {
        if start > SMALL {
            return Err(Refusal::TooLarge);
        }
        Ok(Self(Cell::new(start)))
    }

    fn add(&self, step: u32) -> Result<u32, Refusal> {
        let value = self.0.get().saturating_add(step);
        if value > SMALL {
            return Err(Refusal::TooLarge);
        }
        self.0.set(value);
        Ok(value)
    }
}

impl GuestToken for Token {
    fn name(&self) -> String {
        format!("token {}", self.0)
    }
}

#[allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "resources",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
