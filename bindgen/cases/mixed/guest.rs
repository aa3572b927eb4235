//! Synchronous functions in a world that has others, too.

use std::cell::Cell;

use bindings::cases::mixed::feed;
use bindings::exports::cases::mixed::work::{self, GuestTally, Job};
use bindings::wit_future;
use bindings::wit_stream;
use wit_bindgen::{FutureReader, StreamReader};

struct Component;

struct Tally(Cell<u32>);

impl GuestTally for Tally {
    fn new(start: u32) -> Self {
        Self(Cell::new(start))
    }

    fn add(&self, value: u32) -> u32 {
        self.0.set(self.0.get() + value);
        self.0.get()
    }

    async fn wait(&self) -> u32 {
        self.0.get()
    }
}

impl work::Guest for Component {
    type Tally = Tally;

    fn double(mut job: Job) -> Job {
        for size in &mut job.sizes {
            *size = feed::scale(*size);
        }
        job
    }

    fn refuse(job: Job) -> Result<u32, String> {
        Err(job.name)
    }

    fn try_watch() {
        drop(feed::watch());
        drop(feed::later());
    }

    fn spin() {
        let mut turns = 0_u64;
        while std::hint::black_box(turns) < u64::MAX {
            turns += 1;
        }
    }

    async fn run(job: Job) -> u32 {
        job.sizes.iter().sum()
    }

    fn numbers(_count: u32) -> StreamReader<u32> {
        wit_stream::new().1
    }

    fn soon() -> FutureReader<u32> {
        wit_future::new(|| 0).1
    }
}

impl bindings::Guest for Component {
    fn greet(name: String) -> String {
        format!("Hello, {name}")
    }

    async fn greet_all(names: Vec<String>) -> Vec<String> {
        names.into_iter().map(Self::greet).collect()
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
        path: "mixed",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
