//! One function on generated inputs, and then many times on one of them.

use std::time::{Duration, Instant};

use wasmtime::component::Val;

use super::Options;
use super::cases::Vocabulary;
use super::generator::Generator;
use super::known;
use super::report::{Finding, FunctionReport, MemoryReport, Pages};
use super::sequence::{Difference, Input, Pair, Seen, Step, run};
use super::setup::Setup;
use super::shrink;
use crate::Error;

/// How long one function may take, for its inputs and for the calls after them.
const BUDGET: Duration = Duration::from_secs(20);

/// How many calls may run into their time limit before the function is left.
const PATIENCE: u32 = 2;

/// A call without handles that takes no more than so many bytes is made so many
/// times as often, unless that takes long: a leak of a few bytes fills a page only
/// after thousands of calls.
const SMALL: usize = 256;
const MORE: u32 = 20;
const SPARE: Duration = Duration::from_secs(3);

/// The largest input for the many calls, in bytes: so large that a leak shows.
const REPEATED: usize = 8 << 10;

/// Compares one function.
pub(super) fn explore(
    setup: &Setup<'_>,
    subject: usize,
    options: &Options,
    vocabulary: &Vocabulary,
) -> Result<FunctionReport, Error> {
    let tested = &setup.subjects[subject];
    let mut report = FunctionReport::new(tested.key, tested.calls);
    if let Some(unknown) = known::unknown(tested) {
        report.left_out = Some(unknown);
        return Ok(report);
    }
    let mut generator = match Generator::new(setup, subject, options.seed, vocabulary) {
        Ok(generator) => generator,
        Err(reason) => {
            report.left_out = Some(reason);
            return Ok(report);
        }
    };
    let start = Instant::now();
    let mut pair = None;
    let mut repeated: Option<(usize, Vec<Step>)> = None;
    for _ in 0..options.inputs {
        if start.elapsed() > BUDGET || report.stopped >= PATIENCE {
            report.cut_short = true;
            break;
        }
        let (steps, target) = generator.next();
        let running = match &mut pair {
            Some(running) => running,
            none => none.insert(setup.start()?),
        };
        let answers = run(setup, running, &steps);
        report.inputs += 1;
        match (answers.last(), answers.get(target)) {
            (Some(Seen::Different(difference)), _) => {
                report.different += 1;
                if report.finding.is_none() {
                    report.finding = Some(found(setup, &steps, &answers, difference.clone())?);
                }
            }
            (_, Some(Seen::Same(_))) => {
                report.same += 1;
                let weight = steps.iter().map(weight).sum();
                if weight <= REPEATED && repeated.as_ref().is_none_or(|(old, _)| weight >= *old) {
                    repeated = Some((weight, steps));
                }
            }
            (_, Some(Seen::Trapped(raw, _))) => {
                report.trapped += 1;
                report.trap.get_or_insert_with(|| raw.clone());
            }
            (_, Some(Seen::Stopped)) => report.stopped += 1,
            (_, Some(Seen::TooLarge)) => report.too_large += 1,
            (_, Some(Seen::NoRoom)) => report.no_room += 1,
            _ => report.unreached += 1,
        }
        if !matches!(answers.last(), Some(Seen::Same(_) | Seen::Skipped) | None) {
            pair = None;
        }
    }
    if let Some((_, steps)) = repeated {
        repeat(setup, &steps, options.calls, &mut report)?;
    }
    Ok(report)
}

/// A difference, on the smallest input that shows it.
fn found(
    setup: &Setup<'_>,
    steps: &[Step],
    answers: &[Seen],
    difference: Difference,
) -> Result<Finding, Error> {
    let shrunk = shrink::smallest(setup, steps)?;
    let alone = shrunk.is_some();
    let (steps, difference) = shrunk.unwrap_or((steps[..answers.len()].to_vec(), difference));
    Ok(Finding {
        steps: shrink::described(setup, &steps),
        module: difference.raw,
        wrapped: difference.wrapped,
        alone,
    })
}

/// Takes the same steps many times, and looks at the memory.
fn repeat(
    setup: &Setup<'_>,
    steps: &[Step],
    calls: u32,
    report: &mut FunctionReport,
) -> Result<(), Error> {
    let start = Instant::now();
    let mut pair = setup.start()?;
    let pages = |pair: &Pair<'_>| (pair.raw.pages(), pair.wrapped.pages());
    let mut seen = Vec::new();
    let small = matches!(steps, [only] if weight(only) <= SMALL);
    let more = if small { MORE } else { 1 };
    for call in 0..calls.saturating_mul(more) {
        // What nobody asked for is not missed.
        if call >= calls && start.elapsed() > SPARE {
            break;
        }
        let answers = run(setup, &mut pair, steps);
        match answers.last() {
            Some(Seen::Different(difference)) => {
                report.different += 1;
                if report.finding.is_none() {
                    let mut steps = shrink::described(setup, &steps[..answers.len()]);
                    steps.push(format!("(call {} of the same)", call + 1));
                    report.finding = Some(Finding {
                        steps,
                        module: difference.raw.clone(),
                        wrapped: difference.wrapped.clone(),
                        alone: false,
                    });
                }
                break;
            }
            Some(Seen::Same(_) | Seen::Skipped) => {}
            // A leak can end this way: the pages so far tell.
            _ => break,
        }
        seen.push(pages(&pair));
        if start.elapsed() > BUDGET {
            report.cut_short = true;
            break;
        }
    }
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Ok(());
    };
    let half = seen[(seen.len() - 1) / 2];
    report.memory = Some(MemoryReport {
        calls: u32::try_from(seen.len()).unwrap_or(u32::MAX),
        module: Pages::new(first.0, half.0, last.0),
        wrapped: Pages::new(first.1, half.1, last.1),
    });
    Ok(())
}

/// The size of what a step passes, in bytes, more or less.
fn weight(step: &Step) -> usize {
    match step {
        Step::Drop(_) => 0,
        Step::Call { arguments, .. } => arguments
            .iter()
            .map(|argument| match argument {
                Input::Value(value) => size(value),
                Input::Handle(_) | Input::Some(_) => 4,
            })
            .sum(),
    }
}

fn size(value: &Val) -> usize {
    match value {
        Val::String(text) => text.len(),
        Val::List(list) => 2 * list.len(),
        Val::Record(fields) => fields.iter().map(|(_, value)| size(value)).sum(),
        Val::Tuple(values) => values.iter().map(size).sum(),
        Val::Option(Some(value)) => size(value),
        _ => 4,
    }
}
