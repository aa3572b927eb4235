//! Returns variants as they came.

use bindings::exports::cases::variants::shapes::{Guest as Shapes, Payload, Shape};

struct Component;

impl Shapes for Component {
    fn echo_shape(value: Shape) -> Shape {
        value
    }

    fn echo_payload(value: Payload) -> Payload {
        value
    }

    fn echo_shapes(value: Vec<Shape>) -> Vec<Shape> {
        value
    }

    fn corners(value: Shape) -> u32 {
        match value {
            Shape::Polygon(points) => u32::try_from(points.len()).unwrap_or(u32::MAX),
            Shape::Circle(_) | Shape::Label(_) | Shape::Empty => 0,
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
        path: "variants",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
