//! Returns flags and enums as they came.

use bindings::exports::cases::flags_enums::sets::{Access, Bits, Color, Guest as Sets};

struct Component;

impl Sets for Component {
    fn echo_access(value: Access) -> Access {
        value
    }

    fn echo_bits(value: Bits) -> Bits {
        value
    }

    fn echo_color(value: Color) -> Color {
        value
    }

    fn echo_colors(value: Vec<Color>) -> Vec<Color> {
        value
    }

    fn complement(value: Access) -> Access {
        !value
    }

    fn next(value: Color) -> Color {
        match value {
            Color::Red => Color::DarkGreen,
            Color::DarkGreen => Color::Blue,
            Color::Blue => Color::Red,
        }
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
        path: "flags-enums",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
