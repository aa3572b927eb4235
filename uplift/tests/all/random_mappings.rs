//! Random worlds with modules and mappings that fit them, and damaged ones: what
//! is accepted is a valid component with that world, which does what the module
//! does.

mod written;

use std::fs;

use proptest::prelude::*;
use uplift::{Component, Error, Mapping, Module, Plan};
use wasmparser::{Validator, WasmFeatures};

use crate::arbitrary_bytes::{damaged_by, damages};

pub(crate) use written::written;

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
    CString {
        policy: usize,
        latin1: bool,
    },
    Text,
    List {
        element: usize,
        in_bytes: bool,
    },
    /// A struct of two numbers, with bytes before, between and after them.
    Struct {
        fields: [usize; 2],
        gaps: [u32; 3],
    },
    /// Room that the function has for itself, and no parameter.
    Scratch {
        size: u32,
    },
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
        (
            [0..NUMBERS.len(), 0..NUMBERS.len()],
            [0..9u32, 0..9u32, 0..9u32]
        )
            .prop_map(|(fields, gaps)| Param::Struct { fields, gaps }),
        (4..80u32).prop_map(|size| Param::Scratch { size }),
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
