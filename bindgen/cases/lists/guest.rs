//! Returns lists as they came.

struct Component;

macro_rules! echo {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(fn $name(value: $type) -> $type { value })*
    };
}

impl bindings::Guest for Component {
    echo! {
        echo_bytes: Vec<u8>,
        echo_s8s: Vec<i8>,
        echo_u16s: Vec<u16>,
        echo_s32s: Vec<i32>,
        echo_u64s: Vec<u64>,
        echo_f32s: Vec<f32>,
        echo_f64s: Vec<f64>,
        echo_bools: Vec<bool>,
        echo_strings: Vec<String>,
        echo_nested: Vec<Vec<u32>>,
        echo_blobs: Vec<Vec<u8>>,
        echo_tuples: Vec<(u8, String)>,
    }

    fn reverse(mut value: Vec<u8>) -> Vec<u8> {
        value.reverse();
        value
    }

    fn make(count: u32) -> Vec<u8> {
        vec![7; count as usize]
    }

    fn total(value: Vec<f64>) -> f64 {
        value.into_iter().sum()
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
        path: "lists",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
