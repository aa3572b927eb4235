//! Returns options as they came, and fails when told to.

use bindings::exports::cases::options_results::outcomes::{Errno, Failure, Guest as Outcomes};

struct Component;

impl Outcomes for Component {
    fn echo_option(value: Option<String>) -> Option<String> {
        value
    }

    fn echo_nested(value: Option<Option<u32>>) -> Option<Option<u32>> {
        value
    }

    fn echo_deep(value: Option<Option<Option<bool>>>) -> Option<Option<Option<bool>>> {
        value
    }

    fn echo_aliased(value: Option<Option<u32>>) -> Option<Option<u32>> {
        value
    }

    fn echo_result(value: Option<Result<u32, String>>) -> Option<Result<u32, String>> {
        value
    }

    fn echo_results(
        value: Vec<Result<Option<u8>, Result<(), Errno>>>,
    ) -> Vec<Result<Option<u8>, Result<(), Errno>>> {
        value
    }

    fn both(value: u32) -> Result<u32, Errno> {
        if value.is_multiple_of(2) {
            Ok(value)
        } else {
            Err(Errno::NotFound)
        }
    }

    fn only_ok(value: String) -> Result<String, ()> {
        if value.is_empty() { Err(()) } else { Ok(value) }
    }

    fn only_err(value: String) -> Result<(), String> {
        if value.is_empty() { Ok(()) } else { Err(value) }
    }

    fn neither(value: bool) -> Result<(), ()> {
        if value { Ok(()) } else { Err(()) }
    }

    fn fail(value: Option<Failure>) -> Result<(), Failure> {
        value.map_or(Ok(()), Err)
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
        path: "options-results",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
