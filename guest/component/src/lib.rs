//! The greeter as a component: the whole guest.

struct Greeter;

impl bindings::Guest for Greeter {
    fn greet(name: String) -> String {
        format!("Hello, {name}")
    }

    fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
}

/// What wit-bindgen makes of the world in `wit/greeter.wit`: the trait `Guest`,
/// and by `export!` the functions that the canonical ABI calls. Those lift the
/// arguments out of linear memory and lower the result back into it, so that
/// the code above deals in strings and integers only.
#[allow(unsafe_code, missing_docs, clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "greeter",
    });

    export!(Greeter);

    use super::Greeter;
}
