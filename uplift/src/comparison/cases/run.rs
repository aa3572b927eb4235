//! A case on both sides.

use wasmtime::component::Val;

use super::{Case, Expected};
use crate::Error;
use crate::comparison::report::{CaseReport, Verdict};
use crate::comparison::sequence::{Seen, Step, equal, shown};
use crate::comparison::setup::Setup;
use crate::comparison::shrink;

/// Runs a case on fresh instances.
pub(in crate::comparison) fn run(setup: &Setup<'_>, case: &Case) -> Result<CaseReport, Error> {
    let answers = setup.run_afresh(&case.steps)?;
    let mut report = CaseReport {
        case: case.name.clone(),
        verdict: Verdict::AsExpected,
        steps: Vec::new(),
        expected: None,
        module: None,
        wrapped: None,
    };
    for (index, (answer, expected)) in answers.iter().zip(&case.expected).enumerate() {
        let both = |words: String| (words.clone(), words);
        let (as_expected, (module, wrapped)) = match answer {
            Seen::Same(value) => {
                let words = match &case.steps[index] {
                    Step::Call { subject, .. } => shown(&setup.subjects[*subject], value.as_ref()),
                    Step::Drop(_) => "nothing".into(),
                };
                let fits = match expected {
                    Expected::Anything => true,
                    Expected::Value(Some(expected), _) => {
                        value.as_ref().is_some_and(|value| equal(value, expected))
                    }
                    Expected::Value(None, _) => value.is_none(),
                    Expected::Made => {
                        !matches!(value, Some(Val::Result(Err(_)) | Val::Option(None)))
                    }
                    Expected::Traps => false,
                };
                (fits, both(format!("returned {words}")))
            }
            Seen::Trapped(raw, wrapped) => (
                matches!(expected, Expected::Traps),
                (format!("trapped: {raw}"), format!("trapped: {wrapped}")),
            ),
            Seen::Stopped => (false, both("ran for too long".into())),
            Seen::NoRoom => {
                let words = "was not called: the C side has no room for its inputs";
                (false, both(words.into()))
            }
            Seen::TooLarge => (false, both("returned more than what is compared".into())),
            Seen::Skipped => (false, both("was not called: there is no handle".into())),
            Seen::Different(difference) => {
                report.verdict = Verdict::Different;
                (false, (difference.raw.clone(), difference.wrapped.clone()))
            }
        };
        if as_expected {
            continue;
        }
        if report.verdict == Verdict::AsExpected {
            report.verdict = Verdict::Unexpected;
        }
        report.steps = shrink::described(setup, &case.steps[..=index]);
        report.expected = match expected {
            Expected::Anything => None,
            Expected::Value(_, text) => Some(text.clone()),
            Expected::Made => Some("a handle".into()),
            Expected::Traps => Some("a trap".into()),
        };
        (report.module, report.wrapped) = (Some(module), Some(wrapped));
        return Ok(report);
    }
    // A trap that was expected ends the case; more steps can't follow it.
    if answers.len() < case.steps.len() {
        report.verdict = Verdict::Unexpected;
        report.steps = shrink::described(setup, &case.steps[..=answers.len()]);
        report.expected = Some("a call after a trap".into());
    }
    Ok(report)
}
