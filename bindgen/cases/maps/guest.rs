//! Returns maps as they came.

use std::collections::BTreeMap;

use bindings::exports::cases::maps::tables::Guest as Tables;

struct Component;

impl Tables for Component {
    fn echo(value: BTreeMap<String, u32>) -> BTreeMap<String, u32> {
        value
    }

    fn echo_lists(value: BTreeMap<u8, Vec<String>>) -> BTreeMap<u8, Vec<String>> {
        value
    }

    fn mirror(value: BTreeMap<i16, Option<bool>>) -> (BTreeMap<i16, Option<bool>>, String) {
        let seen = format!("{value:?}");
        (value, seen)
    }

    fn count(value: BTreeMap<String, u32>) -> u32 {
        u32::try_from(value.len()).unwrap_or(u32::MAX)
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
        path: "maps",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
