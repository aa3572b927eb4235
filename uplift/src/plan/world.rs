//! The WIT that the mapping names.

use std::fs;
use std::path::{Path, PathBuf};

use wasmparser::{Validator, WasmFeatures};
use wit_parser::{ParseError, Resolve, ResolveError, Span, WorldId};

use crate::diagnostic::{Diagnostic, Source};
use crate::mapping::{Mapping, Step};

/// What was read.
pub(super) struct Wit {
    pub(super) resolve: Resolve,
    pub(super) world: WorldId,
    pub(super) files: Vec<PathBuf>,
}

/// Reads the WIT and finds the world in it.
pub(super) fn read(mapping: &Mapping, folder: &Path) -> Result<Wit, Box<Diagnostic>> {
    let path = folder.join(&mapping.root.wit.path);
    let failed = |key, reason: String| {
        let reason: Vec<&str> = reason.split_whitespace().collect();
        Diagnostic::mapping(
            "wit::unreadable",
            mapping.document.value(&[Step::Key("wit"), Step::Key(key)]),
            format!("the WIT in {} can't be used", path.display()),
            reason.join(" "),
        )
    };
    let mut resolve = Resolve::default();
    let (package, files) = match resolve.push_path(&path) {
        Ok(read) => read,
        Err(error) => {
            let parse = error.downcast_ref::<ParseError>().map(|error| {
                let kind = error.kind();
                (kind.span(), kind.to_string())
            });
            let resolution = || {
                let kind = error.downcast_ref::<ResolveError>()?.kind();
                Some((kind.span(), kind.to_string()))
            };
            let found = parse
                .or_else(resolution)
                .and_then(|(span, reason)| in_the_wit(&resolve, span, &reason));
            let mistake = found.unwrap_or_else(|| failed("path", format!("{error:#}")));
            return Err(Box::new(mistake));
        }
    };
    let world = resolve
        .select_world(&[package], mapping.root.wit.world.as_deref())
        .map_err(|error| Box::new(failed("world", format!("{error:#}"))))?;
    within_limits(&resolve, world).map_err(|reason| {
        let help = "a component can't hold this world, with or without uplift";
        Box::new(failed("path", reason).help(help))
    })?;
    Ok(Wit {
        resolve,
        world,
        files: files.paths().map(Path::to_owned).collect(),
    })
}

/// A mistake in a file of the WIT.
fn in_the_wit(resolve: &Resolve, span: Span, reason: &str) -> Option<Diagnostic> {
    let place = resolve.source_map.resolve_span(span)?;
    let path = PathBuf::from(place.path);
    let text = fs::read_to_string(&path).ok()?;
    let reason: Vec<&str> = reason.split_whitespace().collect();
    let message = format!("the WIT can't be used: {}", reason.join(" "));
    let mut mistake = Diagnostic::mapping("wit::unreadable", place.range, message, "");
    mistake.source = Source::Wit { path, text };
    Some(mistake)
}

/// Components have limits that the language WIT has not.
fn within_limits(resolve: &Resolve, world: WorldId) -> Result<(), String> {
    let Some(package) = resolve.worlds[world].package else {
        return Ok(());
    };
    let encoded =
        wit_component::encode(resolve, package, false).map_err(|error| format!("{error:#}"))?;
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(&encoded)
        .map(|_| ())
        .map_err(|error| error.message().to_owned())
}
