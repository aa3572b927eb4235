//! Returns records as they came.

use bindings::exports::cases::records::people::{Guest as People, Person, Widths};

struct Component;

impl People for Component {
    fn echo_person(value: Person) -> Person {
        value
    }

    fn echo_widths(value: Widths) -> Widths {
        value
    }

    fn echo_people(value: Vec<Person>) -> Vec<Person> {
        value
    }

    fn echo_tuple(value: (u8, String, (bool,))) -> (u8, String, (bool,)) {
        value
    }

    fn birthday(who: Person) -> Person {
        let age = who.age.saturating_add(1);
        Person { age, ..who }
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
        path: "records",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
