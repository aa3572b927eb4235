//! Returns what it is given, whatever it is called.

use bindings::exports::cases::names::clashes::{self, Clashes, Io, IoError, Shape};
use bindings::exports::cases::names::keywords::{self, Class, Lambda, None as NoneOf, Protocol};

struct Component;
struct Handle(u32);

impl keywords::Guest for Component {
    fn pass(value: Class) -> Class {
        value
    }

    fn list(self_: u32, cls: u32, in_: u32, l: u32) -> u32 {
        self_.wrapping_add(cls).wrapping_add(in_).wrapping_add(l)
    }

    fn bool(value: NoneOf) -> NoneOf {
        value
    }

    fn abi(value: Protocol) -> Protocol {
        value
    }

    fn yield_(value: Lambda) -> Lambda {
        value
    }
}

impl clashes::Guest for Component {
    type Handle = Handle;

    fn echo_shape(value: Shape) -> Shape {
        value
    }

    fn echo_clashes(value: Clashes) -> Clashes {
        value
    }

    fn fail_error() -> Result<(), clashes::Error> {
        Err(clashes::Error::NotFound)
    }

    fn fail_io_error() -> Result<(), IoError> {
        Err(IoError::Closed)
    }

    fn fail_io() -> Result<(), Io> {
        Err(Io::Busy)
    }
}

impl clashes::GuestHandle for Handle {
    fn new(value: u32) -> Self {
        Self(value)
    }

    fn drop(&self) -> u32 {
        self.0
    }

    fn static_(&self) -> u32 {
        self.0
    }

    fn class(type_: u32, self_: u32) -> u32 {
        type_.wrapping_add(self_)
    }
}

impl bindings::Guest for Component {
    fn load(imports: u8, component: u8) -> u32 {
        u32::from(imports) + u32::from(component)
    }

    fn close(value: u8) -> u8 {
        value
    }

    fn interrupt(value: u8) -> u8 {
        value
    }

    fn keywords(value: u8) -> u8 {
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
        path: "names",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
