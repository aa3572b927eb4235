//! Random worlds with modules and mappings that fit them, and damaged ones: what
//! is accepted is a valid component with that world, which does what the module
//! does.

use std::fmt::Write as _;
use std::fs;

use proptest::prelude::*;
use uplift::{Component, Error, Mapping, Module, Plan};
use wasmparser::{Validator, WasmFeatures};

use crate::arbitrary_bytes::{damaged_by, damages};

/// Numbers, as WIT, as core type, and how to make one of the i32 `$sum`.
const NUMBERS: [(&str, &str, &str); 11] = [
    ("bool", "i32", "(i32.and (local.get $sum) (i32.const 1))"),
    ("u8", "i32", "(i32.and (local.get $sum) (i32.const 255))"),
    ("s8", "i32", "(i32.extend8_s (local.get $sum))"),
    ("u16", "i32", "(i32.and (local.get $sum) (i32.const 65535))"),
    ("s16", "i32", "(i32.extend16_s (local.get $sum))"),
    ("u32", "i32", "(local.get $sum)"),
    ("s32", "i32", "(local.get $sum)"),
    ("u64", "i64", "(i64.extend_i32_u (local.get $sum))"),
    ("s64", "i64", "(i64.extend_i32_s (local.get $sum))"),
    ("f32", "f32", "(f32.convert_i32_s (local.get $sum))"),
    ("f64", "f64", "(f64.convert_i32_s (local.get $sum))"),
];

/// A parameter of the WIT function, with the C arguments that pass it on.
#[derive(Clone, Debug)]
enum Param {
    Number(usize),
    CString { policy: usize, latin1: bool },
    Text,
    List { element: usize, in_bytes: bool },
}

/// What the WIT function returns, and how the C function gives it back.
#[derive(Clone, Debug)]
enum Outcome {
    Nothing,
    Number(usize),
    Static {
        latin1: bool,
        null: usize,
    },
    Owned,
    Filled {
        element: usize,
        room: u32,
    },
    Counted {
        element: usize,
        start: u32,
        in_bytes: bool,
    },
    HandedOut {
        element: usize,
        in_bytes: bool,
    },
}

/// A function of the world, and of the module.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    params: Vec<Param>,
    outcome: Outcome,
    status: bool,
}

fn param() -> impl Strategy<Value = Param> {
    prop_oneof![
        (0..NUMBERS.len()).prop_map(Param::Number),
        (0..3usize, any::<bool>()).prop_map(|(policy, latin1)| Param::CString { policy, latin1 }),
        Just(Param::Text),
        (0..NUMBERS.len(), any::<bool>())
            .prop_map(|(element, in_bytes)| Param::List { element, in_bytes }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let element = 0..NUMBERS.len();
    prop_oneof![
        Just(Outcome::Nothing),
        element.clone().prop_map(Outcome::Number),
        (any::<bool>(), 0..3usize).prop_map(|(latin1, null)| Outcome::Static { latin1, null }),
        Just(Outcome::Owned),
        (element.clone(), 1..70u32).prop_map(|(element, room)| Outcome::Filled { element, room }),
        (element.clone(), 1..9u32, any::<bool>()).prop_map(|(element, start, in_bytes)| {
            Outcome::Counted {
                element,
                start,
                in_bytes,
            }
        }),
        (element, any::<bool>())
            .prop_map(|(element, in_bytes)| Outcome::HandedOut { element, in_bytes }),
    ]
}

pub(crate) fn function() -> impl Strategy<Value = Function> {
    let params = prop::collection::vec(param(), 0..4);
    (params, outcome(), any::<bool>()).prop_map(|(params, outcome, status)| Function {
        // Only what is written elsewhere can go with a status.
        status: status
            && !matches!(
                outcome,
                Outcome::Number(_) | Outcome::Static { .. } | Outcome::Owned
            )
            || matches!(outcome, Outcome::Counted { .. }),
        params,
        outcome,
    })
}

/// A function in three languages.
#[derive(Default)]
struct Written {
    wit: String,
    mapping: String,
    wat: String,
}

fn size(element: usize) -> u32 {
    match NUMBERS[element].0 {
        "bool" | "u8" | "s8" => 1,
        "u16" | "s16" => 2,
        "u64" | "s64" | "f64" => 8,
        _ => 4,
    }
}

impl Function {
    /// Whether the WIT function returns a `result`.
    fn may_fail(&self) -> bool {
        let mut params = self.params.iter();
        let input = params.any(|param| match param {
            Param::CString { policy, latin1 } => *policy == 0 || *latin1,
            _ => false,
        });
        input || self.status || matches!(self.outcome, Outcome::Static { null: 2, .. })
    }

    fn write(&self, name: &str) -> Written {
        let mut parts = Parts::default();
        for (index, param) in self.params.iter().enumerate() {
            parts.param(&format!("p{index}"), param);
        }
        let (result, returns) = parts.outcome(self);
        let error = self.may_fail();
        let wit = match (result.as_str(), error) {
            ("", false) => String::new(),
            ("", true) => " -> result<_, bad>".into(),
            (result, false) => format!(" -> {result}"),
            (result, true) => format!(" -> result<{result}, bad>"),
        };
        let Parts {
            wit_params,
            arguments,
            core,
            body,
            result,
            ..
        } = parts;
        Written {
            wit: format!("export {name}: func({}){wit};\n", wit_params.join(", ")),
            mapping: format!(
                "[function.{name}]\narguments = [{}]\n{returns}\n",
                arguments.join(", ")
            ),
            wat: format!("(func (export \"{name}\") {core} (local $sum i32) {body})\n")
                .replace("RESULT", &result),
        }
    }
}

#[derive(Default)]
struct Parts {
    wit_params: Vec<String>,
    arguments: Vec<String>,
    /// The parameters and the result of the C function.
    core: String,
    body: String,
    result: String,
}

impl Parts {
    /// An argument of the C function, by the name that it has there.
    fn argument(&mut self, name: &str, core: &str, entry: &str) {
        let _ = write!(self.core, "(param ${name} {core}) ");
        self.arguments.push(format!("{{ {entry} }}"));
    }

    fn add(&mut self, term: &str) {
        let _ = writeln!(
            self.body,
            "(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) {term}))"
        );
    }

    fn param(&mut self, name: &str, param: &Param) {
        let first_byte = format!("(i32.load8_u (local.get ${name}))");
        let (wit, length) = match param {
            Param::Number(number) => {
                let (wit, core, _) = NUMBERS[*number];
                self.argument(name, core, &format!("as = \"value\", param = \"{name}\""));
                self.add(&match core {
                    "i32" => format!("(local.get ${name})"),
                    "i64" => format!("(i32.wrap_i64 (local.get ${name}))"),
                    _ => format!("({core}.eq (local.get ${name}) (local.get ${name}))"),
                });
                (wit.to_owned(), None)
            }
            Param::CString { policy, latin1 } => {
                let nul = [
                    "nul-error = \"worse\"",
                    "nul = \"trap\"",
                    "nul = \"truncate\"",
                ];
                let encoding = if *latin1 {
                    ", encoding = \"latin-1\", unencodable-error = \"worst\""
                } else {
                    ""
                };
                let nul = nul[*policy];
                let entry = format!("as = \"cstring\", param = \"{name}\", {nul}{encoding}");
                self.argument(name, "i32", &entry);
                self.add(&first_byte);
                ("string".into(), None)
            }
            Param::Text => ("string".into(), Some("elements")),
            Param::List { element, in_bytes } => {
                let unit = if *in_bytes { "bytes" } else { "elements" };
                (format!("list<{}>", NUMBERS[*element].0), Some(unit))
            }
        };
        if let Some(unit) = length {
            self.argument(
                name,
                "i32",
                &format!("as = \"pointer\", param = \"{name}\""),
            );
            let count = format!("{name}n");
            let entry = format!("as = \"length\", param = \"{name}\", unit = \"{unit}\"");
            self.argument(&count, "i32", &entry);
            self.add(&format!("(local.get ${count})"));
            self.add(&format!(
                "(if (result i32) (local.get ${count}) (then {first_byte}) (else (i32.const 7)))"
            ));
        }
        self.wit_params.push(format!("{name}: {wit}"));
    }

    /// The value in the WIT result, and what the mapping says of what is returned.
    fn outcome(&mut self, function: &Function) -> (String, String) {
        let status = "(i32.sub (i32.const 0) (i32.rem_u (local.get $sum) (i32.const 4)))";
        let wit = match &function.outcome {
            Outcome::Nothing => String::new(),
            Outcome::Number(number) => {
                let (wit, core, make) = NUMBERS[*number];
                let _ = write!(self.core, "(result {core})");
                self.body.push_str(make);
                return (wit.to_owned(), String::new());
            }
            Outcome::Static { latin1, null } => {
                let _ = write!(self.core, "(result i32)");
                self.body.push_str(
                    "(select (i32.const 64) (i32.const 0) (i32.and (local.get $sum) (i32.const 3)))",
                );
                let null = [
                    "",
                    ", null = \"trap\"",
                    ", null = \"error\", null-error = \"worse\"",
                ][*null];
                let encoding = if *latin1 {
                    ", encoding = \"latin-1\""
                } else {
                    ""
                };
                let returns = format!(
                    "returns = {{ as = \"cstring\", borrowed = \"static\"{null}{encoding} }}"
                );
                return ("string".into(), returns);
            }
            Outcome::Owned => {
                let _ = write!(self.core, "(result i32)");
                self.body.push_str("(call $greeting)");
                let returns = "returns = { as = \"cstring\", free = \"free\" }";
                return ("string".into(), returns.into());
            }
            Outcome::Filled { element, room } => {
                let entry = format!("as = \"buffer\", capacity = {{ constant = {room} }}");
                self.argument("to", "i32", &entry);
                let bytes = room * size(*element);
                let _ = writeln!(
                    self.body,
                    "(memory.fill (local.get $to) (i32.const 1) (i32.const {bytes}))"
                );
                format!("list<{}>", NUMBERS[*element].0)
            }
            Outcome::Counted {
                element,
                start,
                in_bytes,
            } => {
                let entry = format!(
                    "as = \"buffer\", capacity = {{ start = {start}, retry-on = [-5], limit = 64 }}"
                );
                self.argument("to", "i32", &entry);
                let unit = if *in_bytes { size(*element) } else { 1 };
                let word = if *in_bytes { "bytes" } else { "elements" };
                let entry = format!("as = \"buffer-length\", unit = \"{word}\"");
                self.argument("written", "i32", &entry);
                // Twelve elements, if there is room for them.
                let (all, bytes) = (12 * unit, 12 * size(*element));
                let _ = writeln!(
                    self.body,
                    "(if (i32.lt_u (i32.load (local.get $written)) (i32.const {all}))
                       (then (return (i32.const -5))))
                     (i32.store (local.get $written) (i32.const {all}))
                     (memory.fill (local.get $to) (i32.const 1) (i32.const {bytes}))"
                );
                format!("list<{}>", NUMBERS[*element].0)
            }
            Outcome::HandedOut { element, in_bytes } => {
                self.argument("at", "i32", "as = \"out-pointer\", borrowed = \"static\"");
                let unit = if *in_bytes { size(*element) } else { 1 };
                let word = if *in_bytes { "bytes" } else { "elements" };
                let entry = format!("as = \"out-length\", unit = \"{word}\"");
                self.argument("count", "i32", &entry);
                let count = 2 * unit;
                let _ = writeln!(
                    self.body,
                    "(i32.store (local.get $at) (i32.const 128))
                     (i32.store (local.get $count) (i32.const {count}))"
                );
                format!("list<{}>", NUMBERS[*element].0)
            }
        };
        if !function.status {
            return (wit, String::new());
        }
        let _ = write!(self.core, "(result i32)");
        self.body.push_str(status);
        let returns =
            "returns = { as = \"status\", errors = { \"-1\" = \"worse\", \"-2\" = \"worst\" } }";
        (wit, returns.into())
    }
}

/// The module, the WIT and the mapping.
pub(crate) fn written(functions: &[Function], allocator: &str) -> (Vec<u8>, String, String) {
    let mut all = Written::default();
    for (index, function) in functions.iter().enumerate() {
        let one = function.write(&format!("f{index}"));
        all.wit.push_str(&one.wit);
        all.mapping.push_str(&one.mapping);
        all.wat.push_str(&one.wat);
    }
    // It frees nothing, and has room for a few calls.
    let exported = allocator == "exported";
    let exports = if exported {
        ["(export \"malloc\")", "(export \"free\")"]
    } else {
        [""; 2]
    };
    let [malloc, free] = exports;
    let wat = format!(
        r#"(module (memory (export "memory") 4)
        (global $top (mut i32) (i32.const 1024))
        (data (i32.const 64) "Zo\c3\ab Lovelace\00")
        (data (i32.const 128) "\01\00\01\00\01\00\01\00\01\00\01\00\01\00\01\00")
        (func $malloc {malloc} (param $size i32) (result i32)
          (global.get $top)
          (global.set $top (i32.and (i32.const -16)
            (i32.add (global.get $top) (i32.add (local.get $size) (i32.const 15)))))
          (if (i32.gt_u (global.get $top) (i32.const 0x40000)) (then unreachable)))
        (func $free {free} (param i32))
        (func $greeting (result i32)
          (local $at i32)
          (local.set $at (call $malloc (i32.const 8)))
          (i64.store (local.get $at) (i64.const 0x61_64_41))
          (local.get $at))
        {})"#,
        all.wat
    );
    // Some outcomes free by the export, which is there only with an allocator.
    let mapping = if exported {
        all.mapping
    } else {
        all.mapping
            .replace("free = \"free\"", "borrowed = \"static\"")
    };
    let mapping = format!(
        "version = 1\nwit = {{ path = \"world.wit\" }}\nmemory.allocator = \"{allocator}\"\n{mapping}"
    );
    let wit = format!(
        "package test:wrapped;\nworld wrapped {{\n{}enum bad {{ worse, worst }}\n}}\n",
        all.wit
    );
    let wasm = wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}: {wat}"));
    (wasm, wit, mapping)
}

/// Plans and emits, and holds what comes out against the world.
pub(crate) fn refused_or_valid(
    wasm: &[u8],
    wit: &str,
    mapping: &str,
) -> Result<(Plan, Mapping, Component), Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let module = Module::read(wasm.to_vec())?;
    let mapping = Mapping::parse(mapping)?;
    let plan = Plan::check(&module, &mapping, folder.path())?;
    let component = plan.emit().unwrap_or_else(|error| panic!("{error}"));
    let features = WasmFeatures::default() | WasmFeatures::COMPONENT_MODEL;
    Validator::new_with_features(features)
        .validate_all(&component.bytes)
        .expect("a valid component");
    let decoded = wit_component::decode(&component.bytes).expect("a component");
    let wit_component::DecodedWasm::Component(resolve, world) = decoded else {
        panic!("not a component");
    };
    let functions = wit.lines().filter(|line| line.starts_with("export f"));
    for function in functions.clone() {
        let name = function["export ".len()..]
            .split(':')
            .next()
            .expect("a name");
        let key = wit_parser::WorldKey::Name(name.to_owned());
        assert!(resolve.worlds[world].exports.contains_key(&key), "{name}");
    }
    Ok((plan, mapping, component))
}

/// The C caller of `check` and the shim were written apart.
#[cfg(feature = "check")]
fn agrees(plan: &Plan, mapping: &Mapping, component: &Component) {
    let options = uplift::Options {
        inputs: 12,
        calls: 0,
        limits: uplift::Limits {
            memory: 16 << 20,
            ..uplift::Limits::default()
        },
        ..uplift::Options::default()
    };
    let cases = uplift::Cases::default();
    let comparison = plan
        .compare(mapping, component, &options, &cases)
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(comparison.agrees(), "{comparison:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_fits_is_wrapped_as_its_world_and_does_what_the_module_does(
        functions in prop::collection::vec(function(), 1..4),
        allocator in prop::sample::select(vec!["exported", "promoted", "grown-pages"]),
    ) {
        let (wasm, wit, mapping) = written(&functions, allocator);
        match refused_or_valid(&wasm, &wit, &mapping) {
            #[cfg(feature = "check")]
            Ok((plan, mapping, component)) => agrees(&plan, &mapping, &component),
            #[cfg(not(feature = "check"))]
            Ok(_) => {}
            Err(error) => panic!("{error:#?}\n{wit}\n{mapping}"),
        }
    }

    #[test]
    fn a_damaged_mapping_of_a_module_that_fits_it_is_refused_or_wrapped(
        functions in prop::collection::vec(function(), 1..3),
        damage in damages(),
    ) {
        let (wasm, wit, mapping) = written(&functions, "exported");
        let mapping = damaged_by(mapping.into_bytes(), &damage);
        let _ = refused_or_valid(&wasm, &wit, &String::from_utf8_lossy(&mapping));
    }
}
