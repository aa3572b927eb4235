//! Worlds that nobody chose: what the generator makes of WIT made up at random.

mod support;

use std::collections::BTreeMap;

use wasmtime_bindgen_generator::{Error, Options, Package, generate};

use support::{component_of, generated, made, text};

/// The files, without the digest of what they are made from.
fn files(package: &Package) -> BTreeMap<&str, String> {
    let digest = &package.manifest.digest;
    let files = package.files.iter();
    files
        .map(|(path, text)| (path.as_str(), text.replace(digest, "")))
        .collect()
}

#[test]
fn a_world_is_generated_whole_and_its_component_gives_the_same() {
    let mut components = 0;
    for seed in 0..30 {
        let wit = made::world(seed);
        let mut input = text(&wit);
        let package = generated(&input);
        assert_eq!(generated(&input), package, "seed {seed}");
        assert!(package.skipped.is_empty(), "seed {seed}");
        let Some(component) = component_of(&wit) else {
            continue;
        };
        components += 1;
        input.component = Some(component);
        assert_eq!(files(&generated(&input)), files(&package), "seed {seed}");
        input.wit.clear();
        let bare = generated(&input);
        assert_eq!(generated(&input), bare, "seed {seed}");
        assert_eq!(bare.manifest.class, "Root", "seed {seed}");
    }
    assert!(components > 25, "{components} components");
}

#[test]
fn what_can_not_be_called_is_named_and_the_rest_generated() {
    let options = Options {
        skip_unsupported: true,
        ..Options::default()
    };
    let mut refused = 0;
    for seed in 0..30 {
        let input = text(&made::world_with_unsupported(seed));
        let rest = match generate(&input, &options) {
            Ok(package) => package,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        match generate(&input, &Options::default()) {
            Ok(package) => assert_eq!(rest, package, "seed {seed}"),
            Err(Error::Unsupported { functions }) => {
                assert_eq!(rest.skipped, functions, "seed {seed}");
                refused += 1;
            }
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    assert!(refused > 15, "{refused} refused");
}
