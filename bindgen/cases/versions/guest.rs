//! Serves two versions of one interface.

use bindings::demo::store1_0_0::items as host;
use bindings::exports::demo::store1_0_0::items as first;
use bindings::exports::demo::store2_0_0::items as second;
use bindings::exports::other::shop::items as shop;

struct Component;

impl first::Guest for Component {
    fn get(value: first::Item) -> first::Item {
        let given = host::Item { name: value.name };
        let name = host::get(&given).name;
        first::Item { name }
    }
}

impl second::Guest for Component {
    fn get(value: second::Item) -> second::Item {
        let price = value.price.wrapping_mul(2);
        second::Item { price, ..value }
    }
}

impl shop::Guest for Component {
    fn get(name: String) -> u32 {
        u32::try_from(name.len()).unwrap_or(u32::MAX)
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
        path: "versions",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
