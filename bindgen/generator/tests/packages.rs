//! The generated text: golden files, and what holds for every world.

mod support;

use std::fmt::Write as _;

use wasmtime_bindgen_generator::{Input, Options, Package, generate};

use support::{component, generated, text, wit, world, worlds};

/// The whole package as one text.
fn whole(package: &Package) -> String {
    let mut text = String::new();
    for (path, contents) in package.files.iter().filter(|(path, _)| *path != "py.typed") {
        let _ = writeln!(text, "######## {path}\n{contents}");
    }
    text
}

/// Compares with the golden file; `INSTA_UPDATE=always` writes it anew.
fn golden(name: &str) {
    let text = whole(&generated(&wit(&world(name))));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_world_of_the_contract_is_written_as_the_golden_file() {
    golden("demo");
}

#[test]
fn names_that_are_taken_are_written_as_the_golden_file() {
    golden("names");
}

#[test]
fn versions_side_by_side_are_written_as_the_golden_file() {
    golden("versions");
}

#[test]
fn the_same_input_gives_the_same_text() {
    for path in worlds() {
        let input = wit(&path);
        let mut shuffled = input.clone();
        shuffled.wit.reverse();
        assert_eq!(generated(&input), generated(&shuffled), "{path:?}");
    }
}

#[test]
fn a_checkout_with_windows_line_ends_gives_the_same_text() {
    for path in worlds() {
        let input = wit(&path);
        let mut windows = input.clone();
        for file in &mut windows.wit {
            let text = String::from_utf8(file.data.clone()).expect("WIT");
            file.data = text.replace('\n', "\r\n").into_bytes();
        }
        assert_eq!(generated(&input), generated(&windows), "{path:?}");
    }
}

#[test]
fn a_component_alone_gives_the_types_without_names_of_the_world_and_docs() {
    for path in worlds() {
        let component = component(&path);
        let input = Input {
            component: Some(component),
            wit: Vec::new(),
        };
        let package = generated(&input);
        assert_eq!(package.manifest.class, "Root");
        assert_eq!(package.manifest.world, "root");
        let expected: Vec<_> = generated(&wit(&path)).files.into_keys().collect();
        let found: Vec<_> = package.files.into_keys().collect();
        // Types that no function mentions are not in a component.
        let missing: Vec<_> = expected.iter().filter(|f| !found.contains(f)).collect();
        assert!(missing.is_empty(), "{path:?} lacks {missing:?}");
    }
}

#[test]
fn a_component_with_its_wit_gives_what_the_wit_gives() {
    for path in worlds() {
        let mut input = wit(&path);
        let from_wit = generated(&input);
        input.component = Some(component(&path));
        let mut from_both = generated(&input);
        let digest = from_both.manifest.digest.clone();
        for text in from_both.files.values_mut() {
            *text = text.replace(&digest, &from_wit.manifest.digest);
        }
        assert_eq!(from_wit.files, from_both.files, "{path:?}");
    }
}

#[test]
fn the_digest_of_a_component_is_that_of_its_bytes() {
    let input = Input {
        component: Some(component(&world("demo"))),
        wit: Vec::new(),
    };
    let package = generated(&input);
    let digest = &package.manifest.digest;
    assert_eq!(digest.len(), "sha256:".len() + 64);
    assert!(package.files["_wit.py"].contains(digest));
    let mut changed = input.clone();
    changed
        .component
        .as_mut()
        .expect("a component")
        .extend([0, 1, 0]);
    assert_ne!(generated(&changed).manifest.digest, *digest);
}

#[test]
fn a_module_gives_way_to_what_annotations_mention() {
    let package = generated(&text(
        "package a:b;
        interface float { type number = f32; zero: func() -> number; }
        interface property { use float.{number}; one: func() -> option<number>; }
        world w { export float; export property; }",
    ));
    let modules: Vec<_> = package.files.keys().collect();
    let expected = [
        "__init__.py",
        "_wit.py",
        "float_.py",
        "property_.py",
        "py.typed",
    ];
    assert_eq!(modules, expected);
    assert!(package.files["_wit.py"].contains("\"float_\""));
}

#[test]
fn a_function_of_the_world_has_a_name_for_each_side() {
    let package = generated(&text(
        "package a:b;
        world w { import close: func() -> u8; export close: func() -> u8; }",
    ));
    let world = &package.files["__init__.py"];
    assert!(world.contains("    close: Callable[[], int]"), "{world}");
    assert!(world.contains("    def close_(self) -> int:"), "{world}");
    let types = &package.files["_wit.py"];
    assert!(types.contains("abi.Func(\"close\", \"close_\","), "{types}");
    assert!(types.contains("abi.Func(\"close\", \"close\","), "{types}");
}

#[test]
fn an_interface_can_be_imported_by_its_own_name_and_another() {
    let wit = "package a:b;
        interface k { resource r; f: func(x: r); }
        world w { import k; import other: k; }";
    let options = Options {
        skip_unsupported: true,
        ..Options::default()
    };
    let package = generate(&text(wit), &options).expect("the rest");
    let types = &package.files["_wit.py"];
    assert_eq!(types.matches("abi.InterfaceType(").count(), 1, "{types}");
    assert!(types.contains("abi.Func(\"f\", \"f\","), "{types}");
    assert!(types.contains("(\"other\", (\"f\", \"r\"))"), "{types}");
}
