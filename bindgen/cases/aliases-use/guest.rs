//! Returns what it is given, by the names of several packages.

use bindings::cases::aliases_use::types::{Errno, Ids, Person};
use bindings::demo::geo::places::{Place, Route};
use bindings::exports::cases::aliases_use::directory::{Entry, Guest as Directory};

struct Component;

impl Directory for Component {
    fn echo_entry(value: Entry) -> Entry {
        value
    }

    fn friends(of: Person) -> Result<Ids, Errno> {
        if of.friends.is_empty() {
            Err(Errno::Unknown)
        } else {
            Ok(of.friends)
        }
    }

    fn echo_route(value: Route) -> Route {
        value
    }
}

impl bindings::Guest for Component {
    fn echo_human(value: Person) -> Person {
        value
    }

    fn echo_blob(value: Vec<u8>) -> Vec<u8> {
        value
    }

    fn echo_place(value: Place) -> Place {
        value
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
        path: "aliases-use",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
