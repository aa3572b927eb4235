//! Reads and prints.

use std::io::{self, BufRead as _, Read as _, Write as _};

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
