//! The generator as a component: the world in `wit/generator.wit`.

use std::io::{self, Read as _};

use crate::{Error, Unsupported};
use bindings::uplift::bindgen::types;

struct Component;

impl bindings::Guest for Component {
    fn generate(
        input: types::Input,
        options: types::Options,
    ) -> Result<types::Package, types::Failure> {
        let component = match input.component.then(standard_input).transpose() {
            Ok(component) => component,
            Err(error) => {
                let reason = format!("the component can't be read: {error}");
                return Err(failure(Error::InvalidComponent(reason)));
            }
        };
        let input = crate::Input {
            component,
            wit: input.wit.into_iter().map(file).collect(),
        };
        let options = crate::Options {
            world: options.world,
            skip_unsupported: options.skip_unsupported,
            replace: options.replace,
        };
        match crate::generate(&input, &options) {
            Ok(package) => Ok(lowered(package)),
            Err(error) => Err(failure(error)),
        }
    }
}

fn standard_input() -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    io::stdin().lock().read_to_end(&mut data)?;
    Ok(data)
}

fn file(file: types::File) -> crate::File {
    let types::File { path, data } = file;
    crate::File { path, data }
}

fn lowered(package: crate::Package) -> types::Package {
    let files = package.files.into_iter();
    let crate::Manifest {
        generator,
        interface,
        digest,
        world,
        class,
    } = package.manifest;
    types::Package {
        files: files
            .map(|(path, text)| types::Source { path, text })
            .collect(),
        manifest: types::Manifest {
            generator,
            interface,
            digest,
            world,
            class,
        },
        skipped: package.skipped.into_iter().map(unsupported).collect(),
    }
}

fn unsupported(function: Unsupported) -> types::Unsupported {
    let Unsupported {
        imported,
        interface,
        function,
        reason,
        prevents: _,
    } = function;
    types::Unsupported {
        imported,
        interface,
        function,
        reason,
    }
}

fn failure(error: Error) -> types::Failure {
    let message = error.to_string();
    let problem = match error {
        Error::NoInput => types::Problem::NoInput,
        Error::InvalidComponent(_) => types::Problem::InvalidComponent,
        Error::InvalidWit(_) => types::Problem::InvalidWit,
        Error::NoWorld(_) => types::Problem::NoWorld,
        Error::Mismatch { .. } => types::Problem::Mismatch,
        Error::NotSupplied { .. } => types::Problem::NotSupplied,
        Error::Replacement(_) => types::Problem::Replacement,
        Error::Unsupported { .. } | Error::CannotRun { .. } => types::Problem::Unsupported,
    };
    let supplied = match error {
        Error::NotSupplied { supplied, .. } => supplied,
        _ => Vec::new(),
    };
    types::Failure {
        problem,
        message,
        supplied,
    }
}

/// What wit-bindgen makes of the world.
#[allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "generator",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
