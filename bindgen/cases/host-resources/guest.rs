//! Works on files that the host has.

use bindings::cases::host_resources::files::{self, Errno, File};

struct Component;

impl bindings::Guest for Component {
    fn write_file(name: String, data: Vec<u8>) -> Result<Vec<u8>, Errno> {
        let file = File::new(&name);
        let (head, tail) = data.split_at(data.len() / 2);
        file.append(head)?;
        file.append(tail)?;
        file.read(0, u32::MAX)
    }

    fn read_file(name: String, length: u32) -> Result<Vec<u8>, Errno> {
        File::open(&name)?.read(0, length)
    }

    fn names(of: Vec<File>) -> Vec<String> {
        of.iter().map(File::name).collect()
    }

    fn name(of: &File) -> String {
        of.name()
    }

    fn choose(left: File, right: File) -> File {
        files::longer(left, right)
    }

    fn now() -> File {
        files::current()
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
        path: "host-resources",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
