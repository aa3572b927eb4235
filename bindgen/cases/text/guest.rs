//! Returns text as it came.

struct Component;

impl bindings::Guest for Component {
    fn echo_char(value: char) -> char {
        value
    }

    fn echo_string(value: String) -> String {
        value
    }

    fn join(parts: Vec<String>, between: String) -> String {
        parts.join(&between)
    }

    fn size(value: String) -> u32 {
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
        path: "text",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
