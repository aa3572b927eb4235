//! Files of cases.

use uplift::{Comparison, Error, Options, Verdict};

use super::resources::{CALL_COUNTER, COUNTER, COUNTER_WORLD};
use super::{CALL_COPY, COPY, COPY_WORLD, Subject, few, module};

fn without_inputs() -> Options {
    Options { inputs: 0, ..few() }
}

fn copy(cases: &str) -> Result<Comparison, Error> {
    Subject::new(&module(COPY), COPY_WORLD, CALL_COPY).compare(&without_inputs(), cases)
}

fn counter(cases: &str) -> Result<Comparison, Error> {
    Subject::new(&module(COUNTER), COUNTER_WORLD, CALL_COUNTER).compare(&without_inputs(), cases)
}

#[test]
fn cases_pass_with_the_results_that_they_expect() {
    let comparison = copy(
        r#"version = 1
[[case]]
name = "a name"
steps = [{ call = "copy", arguments = ['"Ada"'], result = '"Ada"' }]
[[case]]
name = "a NUL"
steps = [{ call = "copy", arguments = ['"Ada\u{0}"'], traps = true }]
[[case]]
name = "whatever comes"
steps = [{ call = "copy", arguments = ['""'] }]"#,
    )
    .expect("a comparison");
    assert!(comparison.agrees(), "{comparison:#?}");
    assert_eq!(comparison.cases.len(), 3);
}

#[test]
fn a_mapping_that_is_wrong_on_both_sides_alike_fails_its_case() {
    // The function returns its argument, and the mapping forgets the rest.
    let wrong = CALL_COPY.replace("nul = \"trap\"", "nul = \"truncate\"");
    let subject = Subject::new(&module(COPY), COPY_WORLD, &wrong);
    let cases = r#"version = 1
[[case]]
name = "a NUL"
steps = [{ call = "copy", arguments = ['"Ada\u{0}Grace"'], traps = true }]"#;
    let comparison = subject.compare(&few(), cases).expect("a comparison");
    assert_eq!(comparison.functions[0].different, 0);
    let case = &comparison.cases[0];
    assert_eq!(case.verdict, Verdict::Unexpected);
    assert_eq!(case.expected.as_deref(), Some("a trap"));
    assert_eq!(case.module.as_deref(), Some("returned \"Ada\""));
    assert!(!comparison.agrees());
}

#[test]
fn steps_share_handles_and_go_on_from_each_other() {
    let comparison = counter(
        r#"version = 1
[[case]]
name = "counting"
steps = [
  { call = "counters#counter.make", arguments = ["5"], result = "ok", as = "counter" },
  { call = "counters#counter.add", arguments = ["counter", "3"], result = "8" },
  { call = "counters#same", arguments = ["counter", "counter"], result = "true" },
  { drop = "counter" },
]
[[case]]
name = "no luck"
steps = [{ call = "counters#counter.make", arguments = ["64"], result = "err(unlucky)" }]
[[case]]
name = "no such luck"
steps = [{ call = "counters#counter.make", arguments = ["63"], result = "err(unlucky)" }]"#,
    )
    .expect("a comparison");
    let verdicts: Vec<Verdict> = comparison.cases.iter().map(|case| case.verdict).collect();
    assert_eq!(
        verdicts,
        [
            Verdict::AsExpected,
            Verdict::AsExpected,
            Verdict::Unexpected
        ]
    );
    let module = comparison.cases[2].module.as_deref();
    assert_eq!(module, Some("returned ok(a handle)"));
}

/// The messages of the mistakes in the cases, with the text that each is about.
fn mistakes(cases: &str) -> Vec<String> {
    match counter(cases) {
        Err(Error::Cases(mistakes)) => mistakes
            .into_iter()
            .map(|mistake| {
                let at = mistake.span.expect("a place");
                format!("{}: {}", &cases[at], mistake.message)
            })
            .collect(),
        other => panic!("mistakes were expected: {other:?}"),
    }
}

#[test]
fn mistakes_in_cases_come_all_at_once_and_say_where_they_are() {
    let found = mistakes(
        r#"version = 1
[[case]]
name = "wrong"
steps = [
  { call = "counters#counter.mike", arguments = ["5"] },
  { call = "counters#counter.make", arguments = [] },
  { call = "counters#counter.make", arguments = ["-5"] },
  { call = "counters#counter.make", arguments = ["5"], result = "7" },
  { call = "counters#counter.add", arguments = ["counter", "3"] },
  { drop = "counter", call = "counters#same" },
  { call = "counters#counter.make", arguments = ["5"], result = "ok", traps = true },
]"#,
    );
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn a_file_of_cases_of_another_form_is_refused() {
    for (text, message) in [
        ("version = 2", "`version` has to be 1"),
        ("", "the file of cases can't be read"),
        ("version = 1\n[[cases]]", "the file of cases can't be read"),
        (
            "version = 1\n[[case]]\nname = \"no steps\"",
            "the file of cases can't be read",
        ),
        ("\0", "the file of cases can't be read"),
    ] {
        let Err(Error::Cases(mistakes)) = copy(text) else {
            panic!("{text} was read");
        };
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0].message, message);
    }
}
