//! Passes on to the host what it is asked.

use bindings::cases::imports::host::{self, Failure, Request, Response};

struct Component;

impl bindings::Guest for Component {
    fn nop() {
        host::nop();
    }

    fn ask(request: Request) -> Result<Response, Failure> {
        host::send(&request)
    }

    fn echo_list(value: Vec<f64>) -> Vec<f64> {
        host::echo_list(&value)
    }

    fn echo_nested(value: Option<Option<u8>>) -> Result<Option<Option<u8>>, String> {
        host::echo_nested(value)
    }

    fn call_double(value: u32) -> u32 {
        bindings::double(value)
    }

    fn call_describe(value: f64, name: String) -> Result<String, ()> {
        bindings::describe(value, &name)
    }

    fn loop_(value: u32, times: u32) -> u32 {
        (0..times).fold(value, |value, _| bindings::double(value))
    }

    fn panic(message: String) {
        panic!("{message}");
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
        path: "imports",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
