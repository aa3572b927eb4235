//! Works on lamps that the host has.

use bindings::Lamp;

struct Component;

impl bindings::Guest for Component {
    fn light_all(level: u8) -> Result<u32, String> {
        let lamps = bindings::lamps();
        for lamp in &lamps {
            lamp.light(level)?;
        }
        Ok(u32::try_from(lamps.len()).unwrap_or(u32::MAX))
    }

    fn find_or_make(name: String) -> (Lamp, u8) {
        let lamp = Lamp::find(&name).unwrap_or_else(|| Lamp::new(&name));
        let level = bindings::level(&lamp);
        (lamp, level)
    }

    fn brighter(left: Lamp, right: Lamp) -> Lamp {
        if bindings::level(&right) > bindings::level(&left) {
            right
        } else {
            left
        }
    }

    fn names(left: &Lamp, right: &Lamp) -> Vec<String> {
        vec![left.name(), right.name()]
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
        path: "world-resources",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
