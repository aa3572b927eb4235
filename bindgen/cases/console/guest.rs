//! Reads and prints, and asks for chance, time and the environment.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

struct Component;

impl bindings::Guest for Component {
    fn read_line() -> Option<String> {
        io::stdin().lock().lines().next()?.ok()
    }

    fn read_all() -> Vec<u8> {
        let mut all = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut all);
        read.map_or_else(|_| Vec::new(), |_| all)
    }

    fn print(line: String) {
        println!("{line}");
    }

    fn complain(line: String) {
        eprintln!("{line}");
    }

    fn print_much(count: u32) {
        let mut out = io::stdout().lock();
        let piece = [b'x'; 4096];
        let mut left = count as usize;
        while left > 0 {
            let now = left.min(piece.len());
            out.write_all(&piece[..now]).expect("it can be printed");
            left -= now;
        }
        out.flush().expect("it can be printed");
    }

    fn roll() -> u64 {
        RandomState::new().build_hasher().finish()
    }

    fn seconds() -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs())
    }

    fn variable(name: String) -> Option<String> {
        env::var(name).ok()
    }

    fn wait(milliseconds: u32) {
        thread::sleep(Duration::from_millis(milliseconds.into()));
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
        path: "console",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
