//! Returns numbers as they came.

struct Component;

macro_rules! echo {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(fn $name(value: $type) -> $type { value })*
    };
}

impl bindings::Guest for Component {
    echo! {
        echo_bool: bool,
        echo_s8: i8,
        echo_u8: u8,
        echo_s16: i16,
        echo_u16: u16,
        echo_s32: i32,
        echo_u32: u32,
        echo_s64: i64,
        echo_u64: u64,
        echo_f32: f32,
        echo_f64: f64,
    }

    fn nop() {}

    #[rustfmt::skip]
    #[allow(clippy::many_single_char_names, reason = "the subject of the function")]
    fn sum(
        a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64, i: u64,
        j: u64, k: u64, l: u64, m: u64, n: u64, o: u64, p: u64, q: u64, r: u64,
    ) -> u64 {
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r]
            .into_iter()
            .fold(0, u64::wrapping_add)
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
        path: "numbers",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
