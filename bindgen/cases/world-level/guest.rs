//! Walks where the host says.

use bindings::{Errno, Motion, Point};

struct Component;

impl bindings::Guest for Component {
    fn walk(start: Point, motions: Vec<Motion>) -> Result<Vec<Point>, Errno> {
        let mut path = vec![start];
        for motion in motions {
            let here = path[path.len() - 1];
            path.push(bindings::move_(here, motion)?);
        }
        Ok(path)
    }

    fn echo(value: Motion) -> Motion {
        value
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
        path: "world-level",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
