//! What a user reads when an input can't be used.

mod support;

use wasmtime_bindgen_generator::{Error, File, Input, Options, generate};

use support::{component, mixed, text, unsupported, wit, world};

fn refused(input: &Input) -> String {
    refused_with(input, &Options::default())
}

fn refused_with(input: &Input, options: &Options) -> String {
    match generate(input, options) {
        Ok(_) => panic!("it was accepted"),
        Err(error) => error.to_string(),
    }
}

fn bytes(component: &[u8]) -> Input {
    Input {
        component: Some(component.to_vec()),
        wit: Vec::new(),
    }
}

#[test]
fn nothing_to_generate_from() {
    let message = refused(&Input::default());
    assert_eq!(
        message,
        "there is nothing to generate from: give a component, WIT, or both"
    );
}

#[test]
fn what_is_no_component_is_named() {
    let message = refused(&bytes(b"package a:b;"));
    assert!(message.contains("is not a WebAssembly binary"), "{message}");
    let message = refused(&bytes(b"\0asm\x01\0\0\0"));
    assert!(message.contains("a core module was given"), "{message}");
    let whole = component(&world("demo"));
    let message = refused(&bytes(&whole[..whole.len() / 2]));
    assert!(
        message.starts_with("the component is not valid: "),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
}

#[test]
fn a_damaged_component_is_refused_and_nothing_worse() {
    let whole = component(&world("demo"));
    for position in (0..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x15;
        let _ = generate(&bytes(&damaged), &Options::default());
    }
}

#[test]
fn a_mistake_in_wit_is_shown_with_its_place() {
    let message = refused(&text(
        "package a:b;\n\nworld w { export f: func(x: u33); }\n",
    ));
    assert!(message.contains("world.wit:3:"), "{message}");
    let message = refused(&text("package a:b;\nworld w { import c:d/e; }\n"));
    assert!(message.contains("c:d"), "{message}");
}

#[test]
fn wit_that_is_not_utf_8_is_named() {
    let mut input = text("");
    input.wit[0].data = vec![0xff];
    assert!(refused(&input).contains("world.wit is not UTF-8"));
}

#[test]
fn dependencies_alone_are_no_package() {
    let file = File {
        path: "deps/a.wit".to_owned(),
        data: b"package a:b;".to_vec(),
    };
    let message = refused(&Input {
        component: None,
        wit: vec![file],
    });
    assert!(message.contains("beside the folder `deps`"), "{message}");
}

#[test]
fn the_worlds_to_choose_from_are_listed() {
    let input = text("package a:b; world one {} world two {}");
    let several = refused(&input);
    assert!(several.contains("`one`, `two`"), "{several}");
    let options = Options {
        world: Some("three".to_owned()),
        ..Options::default()
    };
    let unknown = refused_with(&input, &options);
    assert!(
        unknown.contains("no world `three`: it has `one`, `two`"),
        "{unknown}"
    );
    let options = Options {
        world: Some("a:b/two".to_owned()),
        ..Options::default()
    };
    assert_eq!(
        generate(&input, &options).map(|package| package.manifest.class),
        Ok("Two".to_owned())
    );
}

#[test]
fn a_world_may_be_called_by_a_word_of_wit() {
    let input = text("package a:b@1.0.0; world %list {} world %async {}");
    for (name, class) in [("list", "List"), ("a:b/async@1.0.0", "Async")] {
        let options = Options {
            world: Some(name.to_owned()),
            ..Options::default()
        };
        let package = generate(&input, &options);
        assert_eq!(
            package.map(|package| package.manifest.class),
            Ok(class.to_owned())
        );
    }
}

#[test]
fn each_function_that_is_not_supported_is_listed_with_the_reason() {
    let error = generate(&wit(&unsupported()), &Options::default());
    let Err(error) = error else {
        panic!("it was accepted");
    };
    let message = error.to_string();
    insta::assert_snapshot!(message, @r"
    15 functions are not supported:
      import `cases:unsupported/tasks`: `[method]worker.run`: it is async, and wasmtime's C API can't give a component such functions
      import `cases:unsupported/tasks`: `start`: it is async, and wasmtime's C API can't give a component such functions
      import `cases:unsupported/tasks`: `watch`: its result has a `stream`, which the runtime can't pass
      import `cases:unsupported/tasks`: `submit`: its parameter `job` has a `stream`, which the runtime can't pass
      import `cases:unsupported/tasks`: `later`: its result has a `future`, which the runtime can't pass
      import `cases:unsupported/tasks`: `fixed`: its parameter `key` has a list of the fixed length 32, which no setting of wasmtime allows
      import `cases:unsupported/tasks`: `explain`: its parameter `error` has an `error-context`, which no setting of wasmtime allows
      export `run`: it is async, and the runtime calls synchronous functions only
      export `cases:unsupported/tasks`: `[method]worker.run`: it is async, and the runtime calls synchronous functions only
      export `cases:unsupported/tasks`: `start`: it is async, and the runtime calls synchronous functions only
      export `cases:unsupported/tasks`: `watch`: its result has a `stream`, which the runtime can't pass
      export `cases:unsupported/tasks`: `submit`: its parameter `job` has a `stream`, which the runtime can't pass
      export `cases:unsupported/tasks`: `later`: its result has a `future`, which the runtime can't pass
      export `cases:unsupported/tasks`: `fixed`: its parameter `key` has a list of the fixed length 32, which no setting of wasmtime allows
      export `cases:unsupported/tasks`: `explain`: its parameter `error` has an `error-context`, which no setting of wasmtime allows
    Leave them out with --skip-unsupported.
    ");
    let Error::Unsupported { functions } = error else {
        panic!("another error: {message}");
    };
    assert_eq!(functions.len(), 15);
}

#[test]
fn what_is_not_supported_can_be_left_out() {
    let options = Options {
        skip_unsupported: true,
        ..Options::default()
    };
    let package = generate(&wit(&unsupported()), &options).expect("the rest");
    assert_eq!(package.skipped.len(), 15);
    let tasks = &package.files["tasks.py"];
    assert!(tasks.contains("def fine"));
    assert!(!tasks.contains("def watch"));
    assert!(!tasks.contains("class Job"));
    let function = "abi.Func(\"[method]worker.run\"";
    assert!(!package.files["_wit.py"].contains(function));
}

/// A component of one world, and the WIT of another.
fn mismatch(built: &str, claimed: &str) -> String {
    let folder = tempfile(built);
    let mut input = text(claimed);
    input.component = Some(component(&folder));
    refused(&input)
}

fn tempfile(wit: &str) -> std::path::PathBuf {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hash = DefaultHasher::new();
    wit.hash(&mut hash);
    let name = format!("{:016x}.wit", hash.finish());
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, wit).expect("a file");
    path
}

#[test]
fn a_component_that_differs_from_the_wit_is_refused_by_the_function() {
    let message = mismatch(
        "package a:b; interface i { record r { x: u8, y: u8 } f: func(r: r) -> u32; }
         world w { export i; export g: func(); }",
        "package a:b; interface i { record r { x: u8, y: u16 } f: func(r: r) -> u32; h: func(); }
         world w { export i; export g: func(a: string); export j: func(); }",
    );
    for expected in [
        "the component does not fit the world `w`:",
        "`f` of `a:b/i`: the parameter `r`: `y`: the component has u8, the WIT has u16",
        "the component does not export `h` of `a:b/i`",
        "`g`: the component has (), the WIT has (a)",
        "the component does not export `j`",
    ] {
        assert!(
            message.contains(expected),
            "{expected:?} is not in {message}"
        );
    }
}

#[test]
fn a_component_of_another_version_is_refused_with_both_versions() {
    let message = mismatch(
        "package a:b@1.0.0; interface i { f: func(); } world w { export i; }",
        "package a:b@2.0.0; interface i { f: func(); } world w { export i; }",
    );
    let expected = "the component does not export `a:b/i@2.0.0`: it has `a:b/i@1.0.0`";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_function_in_place_of_an_interface_is_told_apart() {
    let function = "export add: func(); import log: func();";
    let interface = "export add: interface { add: func(); } import log: interface { f: func(); }";
    let world = |items: &str| format!("package a:b; world w {{ {items} }}");
    let message = mismatch(&world(interface), &world(function));
    for expected in [
        "the component exports an interface `add`, the world exports a function of that name",
        "the component imports an interface `log`, the world imports a function of that name",
    ] {
        assert!(
            message.contains(expected),
            "{expected:?} is not in {message}"
        );
    }
    let message = mismatch(&world(function), &world(interface));
    let expected = "exports a function `add`, the world exports an interface of that name";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn the_world_of_a_bare_component_is_root() {
    let demo = world("demo");
    let root = |world: &str| {
        let options = Options {
            world: Some(world.to_owned()),
            ..Options::default()
        };
        generate(&bytes(&component(&demo)), &options)
    };
    let made = root("root").expect("the name that messages give it");
    assert_eq!(made.manifest.class, "Root");
    let message = root("demo").expect_err("it is not known").to_string();
    assert!(message.contains("so it is `root` here"), "{message}");
}
#[test]
fn a_component_that_imports_more_than_the_world_is_refused() {
    let message = mismatch(
        "package a:b; interface i { f: func(); g: func(); } world w { import i; import h: func(); }",
        "package a:b; interface i { f: func(); } world w { import i; }",
    );
    for expected in [
        "the component imports `g` of `a:b/i`, which the world does not",
        "the component imports `h`, which the world does not",
    ] {
        assert!(
            message.contains(expected),
            "{expected:?} is not in {message}"
        );
    }
}

#[test]
fn what_is_replaced_is_one_import_of_the_runtime_or_refused() {
    let input = wit(&world("wasi"));
    let replacing = |name: &str| Options {
        replace: vec![name.to_owned()],
        ..Options::default()
    };
    for name in ["wasi:clocks/wall-clock@0.2.3", "wasi:clocks", "wall_clock"] {
        let package = generate(&input, &replacing(name)).expect("a package");
        assert!(package.files["__init__.py"].contains("    wall_clock: WallClockImports\n"));
        assert!(package.files["wall_clock.py"].contains("def now(self, /) -> Datetime"));
    }
    let message = refused_with(&input, &replacing("wasi:clocks/wall-clock@0.2.0"));
    assert_eq!(
        message,
        "`wasi:clocks/wall-clock@0.2.0` can't be replaced, because it is no import that the \
         runtime supplies: of those there is `wasi:clocks/wall-clock@0.2.3`"
    );
}

#[test]
fn a_component_that_wasmtime_refuses_is_refused_whatever_is_left_out() {
    let mut input = bytes(&component(&unsupported()));
    for wit in [Vec::new(), wit(&unsupported()).wit] {
        input.wit = wit;
        for skip_unsupported in [false, true] {
            let options = Options {
                skip_unsupported,
                ..Options::default()
            };
            let message = refused_with(&input, &options);
            insta::allow_duplicates! {
                insta::assert_snapshot!(message, @r"
                the component can't run in wasmtime 48 to 50, whatever is left out:
                  import `cases:unsupported/tasks`: `[method]worker.run`: it is async, and wasmtime's C API can't give a component such functions
                  import `cases:unsupported/tasks`: `start`: it is async, and wasmtime's C API can't give a component such functions
                  import `cases:unsupported/tasks`: `fixed`: its parameter `key` has a list of the fixed length 32, which no setting of wasmtime allows
                  import `cases:unsupported/tasks`: `explain`: its parameter `error` has an `error-context`, which no setting of wasmtime allows
                  export `cases:unsupported/tasks`: `fixed`: its parameter `key` has a list of the fixed length 32, which no setting of wasmtime allows
                  export `cases:unsupported/tasks`: `explain`: its parameter `error` has an `error-context`, which no setting of wasmtime allows
                ");
            }
        }
    }
}

#[test]
fn a_component_with_streams_can_be_used_for_the_rest() {
    let options = Options {
        skip_unsupported: true,
        ..Options::default()
    };
    let mut input = bytes(&component(&mixed()));
    let package = generate(&input, &options).expect("the rest");
    assert_eq!(package.skipped.len(), 7);
    input.wit = wit(&mixed()).wit;
    let package = generate(&input, &options).expect("the rest");
    let expected = "left_out=((\"cases:mixed/feed\", (\"watch\", \"later\")),),";
    assert!(package.files["_wit.py"].contains(expected));
}

#[test]
fn a_resource_that_is_imported_under_another_name_is_told() {
    let wit = "package a:b;
        interface k { resource r; }
        world w { import other: k; }";
    let message = refused(&text(wit));
    assert!(
        message.contains("import `other`: `r`: it is a resource of an interface that goes by"),
        "{message}"
    );
}

#[test]
fn what_prevents_a_component_from_running_is_told_whatever_its_interface_is_called() {
    let wit = "package a:b;
        interface k { f: async func(); }
        world w { import other: k; }";
    let message = refused(&text(wit));
    assert!(
        message.contains("import `other`: `f`: it is async,"),
        "{message}"
    );
}
