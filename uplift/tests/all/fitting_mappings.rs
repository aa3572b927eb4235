//! Random functions with mappings that fit them, put together from every kind of
//! argument and result; and the same with something wrong.

mod parts;
mod ways;

use proptest::prelude::*;
use uplift::{Component, Error, Mapping, Plan};

use crate::wrapped::{guarded, planned};
use parts::{AROUND, PARTS};
use ways::{Entry, LIBRARY, PARAMS, Way};

const TYPES: &str = "package test:wrapped;
interface all {
  enum bad { bad, worse }
  enum level { low, middle, high }
  flags perms { read, write, run }
  record pair { first: s32, second: s32 }
  record person { name: string, pair: pair, level: level, nick: option<string> }
  resource note { constructor(number: u32); }
  FUNCTION
}
world wrapped { export all; }";

const MAPPING: &str = r#"
[record."all#pair"]
[record."all#person"]
fields = { name = { nul = "trap" }, level = { type = "u8" }, nick = { nul = "truncate" } }
[resource."all#note"]
destroy = "note_end"
[function."all#note.constructor"]
calls = "note_new"
returns = { as = "handle" }
[function."all#f"]
"#;

/// A function of the world: its WIT, its C arguments and result, and its code.
#[derive(Clone, Debug)]
struct Case {
    wit: String,
    arguments: Vec<String>,
    returns: String,
    code: String,
}

/// Some of the entries of a table, each with one of its ways.
fn some(
    table: &'static [Entry],
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<(&'static str, &'static Way)>> {
    let indices = (0..table.len()).collect::<Vec<_>>();
    let count = count.start..=(count.end - 1);
    prop::sample::subsequence(indices, count).prop_flat_map(move |chosen| {
        chosen
            .into_iter()
            .map(|index| {
                let (name, ways) = table[index];
                (0..ways.len()).prop_map(move |way| (name, &ways[way]))
            })
            .collect::<Vec<_>>()
    })
}

/// What a function does with one argument after the other.
#[derive(Default)]
struct Code {
    first: String,
    unless_failed: String,
    arguments: Vec<String>,
}

impl Code {
    fn pass(&mut self, way: &Way, field: &str) {
        let mut code = way.code.to_owned();
        for (number, argument) in way.arguments.iter().enumerate() {
            let local = format!("(local.get {})", self.arguments.len());
            code = code.replace(&format!("#{number}"), &local);
            self.arguments.push(argument.replace(" FIELD", field));
        }
        let place = if way.unless_failed {
            &mut self.unless_failed
        } else {
            &mut self.first
        };
        place.push_str(&code);
    }
}

fn case() -> impl Strategy<Value = Case> {
    let around = prop::sample::select(AROUND);
    (some(PARAMS, 0..8), some(PARTS, 1..5), around).prop_map(
        |(params, parts, (result, returns, fails))| {
            let mut code = Code::default();
            for (_, way) in &params {
                code.pass(way, "");
            }
            for (number, (_, way)) in parts.iter().enumerate() {
                let field = match parts.len() {
                    1 => String::new(),
                    _ => format!(", field = \"{number}\""),
                };
                code.pass(way, &field);
            }
            let params: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
            let types: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
            let value = match types.as_slice() {
                [only] => (*only).to_owned(),
                several => format!("tuple<{}>", several.join(", ")),
            };
            Case {
                wit: format!(
                    "f: func({}) -> {};",
                    params.join(", "),
                    result.replace('T', &value)
                ),
                returns: returns.to_owned(),
                code: format!(
                    "(global.set $h (i32.const 17))
                     {}
                     (local.set $status (call $status))
                     (if {fails} (then (return (local.get $status))))
                     {}
                     (local.get $status)",
                    code.first, code.unless_failed
                ),
                arguments: code.arguments,
            }
        },
    )
}

fn wrapped(case: &Case) -> Result<(Plan, Mapping, Component), Error> {
    let params = "i32 ".repeat(case.arguments.len());
    let module = format!(
        "(module {} {LIBRARY}
         (func (export \"f\") (param {params}) (result i32) (local $i i32) (local $status i32)
           {}))",
        guarded(16),
        case.code
    );
    let module = wat::parse_str(module).expect("the test's module is valid");
    let arguments: Vec<String> = case
        .arguments
        .iter()
        .map(|argument| format!("  {{ {argument} }},\n"))
        .collect();
    let mapping = format!(
        "{MAPPING}arguments = [\n{}]\nreturns = {{ {} }}\n",
        arguments.concat(),
        case.returns
    );
    planned(module, &TYPES.replace("FUNCTION", &case.wit), &mapping)
}

/// How many inputs gave the same value in the module, called as C does it, and in
/// the component, and how many were tried.
#[cfg(feature = "check")]
fn same((plan, mapping, component): &(Plan, Mapping, Component)) -> Result<(u32, u32), String> {
    let options = uplift::Options {
        inputs: 10,
        calls: 0,
        ..uplift::Options::default()
    };
    let comparison = plan
        .compare(mapping, component, &options, &uplift::Cases::default())
        .map_err(|error| error.to_string())?;
    let mut functions = comparison.functions.iter();
    if let Some(left_out) = functions.find(|found| found.left_out.is_some() || found.different > 0)
    {
        return Err(format!("{left_out:#?}"));
    }
    let functions = comparison.functions.iter();
    Ok(functions.fold((0, 0), |(same, inputs), found| {
        (same + found.same, inputs + found.inputs)
    }))
}

#[cfg(feature = "check")]
#[test]
fn every_mapping_that_fits_gives_a_component_that_does_what_the_module_does() {
    use std::cell::Cell;

    use proptest::test_runner::{Config, TestRunner};

    let config = Config {
        cases: 48,
        failure_persistence: None,
        max_shrink_iters: 50,
        ..Config::default()
    };
    let (all_same, all_inputs) = (Cell::new(0), Cell::new(0));
    let result = TestRunner::new(config).run(&case(), |case| {
        let fail = |reason: String| TestCaseError::fail(format!("{reason}\n{case:#?}"));
        let parts = wrapped(&case).map_err(|error| fail(format!("{error:?}")))?;
        let (same, inputs) = same(&parts).map_err(fail)?;
        all_same.set(all_same.get() + same);
        all_inputs.set(all_inputs.get() + inputs);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    // What trapped on both sides says little.
    let (same, inputs) = (all_same.get(), all_inputs.get());
    println!("{same} of {inputs} inputs gave the same value");
    assert!(2 * same > inputs, "{same} of {inputs}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mapping_with_another_argument_or_result_is_refused_or_gives_a_component(
        case in case(),
        other in case(),
        at in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        kind in 0..3,
    ) {
        let mut case = case;
        let argument = other.arguments[from.index(other.arguments.len())].clone();
        let at = at.index(case.arguments.len());
        match kind {
            0 => case.arguments[at] = argument,
            1 => case.arguments.insert(at, argument),
            _ => case.returns = other.returns,
        }
        match wrapped(&case) {
            Ok(_) | Err(Error::Mapping(_)) => {}
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }
}
