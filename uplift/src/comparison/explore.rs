//! One function on generated inputs, and then many times on one of them.

use std::time::{Duration, Instant};

use fastrand::Rng;
use wasmtime::component::Val;

use super::Options;
use super::inputs;
use super::known;
use super::report::{Finding, FunctionReport, MemoryReport, Pages};
use super::sequence::{Difference, Input, Pair, Seen, Step, run};
use super::setup::Setup;
use super::shrink;
use super::types::Ty;
use crate::Error;

/// How long one function may take, for its inputs and for the calls after them.
const BUDGET: Duration = Duration::from_secs(20);

/// How many calls may run into their time limit before the function is left.
const PATIENCE: u32 = 2;

/// The largest input for the many calls, in bytes: so large that a leak shows.
const REPEATED: usize = 8 << 10;

/// Compares one function.
pub(super) fn explore(
    setup: &Setup<'_>,
    subject: usize,
    options: &Options,
) -> Result<FunctionReport, Error> {
    let tested = &setup.subjects[subject];
    let mut report = FunctionReport::new(tested.key, tested.calls);
    if let Some(unknown) = known::unknown(tested) {
        report.left_out = Some(unknown);
        return Ok(report);
    }
    let mut generator = match Generator::new(setup, subject, options.seed) {
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
    for call in 0..calls {
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
                Input::Value(Val::String(text)) => text.len(),
                Input::Value(Val::List(list)) => 2 * list.len(),
                _ => 4,
            })
            .sum(),
    }
}

/// Makes steps that end in a call of one function.
struct Generator<'a, 's> {
    setup: &'a Setup<'s>,
    subject: usize,
    rng: Rng,
    /// What is left of the boundaries, the next one last.
    boundaries: Vec<Vec<Val>>,
}

impl<'a, 's> Generator<'a, 's> {
    fn new(setup: &'a Setup<'s>, subject: usize, seed: u64) -> Result<Self, String> {
        let tested = &setup.subjects[subject];
        for param in &tested.params {
            match &param.ty {
                Ty::Borrow(resource) if makers(setup, *resource).next().is_none() => {
                    return Err(format!(
                        "no function makes a `{}` without needing one",
                        setup.plan.resources[*resource].name
                    ));
                }
                Ty::Own(_) | Ty::Other(_) => {
                    return Err(format!("`{}` can't be generated yet", param.name));
                }
                _ => {}
            }
        }
        let mut boundaries = inputs::one_at_a_time(&values(setup, subject));
        boundaries.reverse();
        // Each function has its own numbers, whichever others there are.
        let seed = tested.key.bytes().fold(seed, |seed, byte| {
            seed.rotate_left(5).wrapping_add(u64::from(byte))
        });
        Ok(Generator {
            setup,
            subject,
            rng: Rng::with_seed(seed),
            boundaries,
        })
    }

    /// The steps, and which one calls the function.
    fn next(&mut self) -> (Vec<Step>, usize) {
        let mut steps = Vec::new();
        let plain = !self.boundaries.is_empty();
        let mut handles: Vec<(usize, usize)> = Vec::new();
        for param in &self.setup.subjects[self.subject].params {
            if let Ty::Borrow(resource) = param.ty {
                let known = handles.iter().any(|(found, _)| *found == resource);
                if !known || self.rng.u8(..4) != 0 {
                    handles.push((resource, steps.len()));
                    steps.push(self.maker(resource, plain));
                }
            }
        }
        if !handles.is_empty() && !plain {
            for _ in 0..self.rng.usize(..3) {
                steps.extend(self.method(&handles));
            }
        }
        let target = steps.len();
        let values = match self.boundaries.pop() {
            Some(values) => values,
            None => self.any_values(self.subject),
        };
        steps.push(self.call(self.subject, values, &handles));
        if self.setup.subjects[self.subject].makes().is_some() {
            steps.push(Step::Drop(target));
        }
        let made = handles.iter().rev();
        steps.extend(made.map(|(_, step)| Step::Drop(*step)));
        (steps, target)
    }

    /// A call that makes a resource.
    fn maker(&mut self, resource: usize, plain: bool) -> Step {
        let makers: Vec<usize> = makers(self.setup, resource).collect();
        let maker = makers[self.rng.usize(..makers.len())];
        let values = if plain {
            let mut all = inputs::one_at_a_time(&values(self.setup, maker));
            all.swap_remove(0)
        } else {
            self.any_values(maker)
        };
        self.call(maker, values, &[])
    }

    /// A call of something else that takes these handles only.
    fn method(&mut self, handles: &[(usize, usize)]) -> Option<Step> {
        let fits = |subject: &usize| {
            let subject = &self.setup.subjects[*subject];
            let known = known::unknown(subject).is_none();
            let mut taken = subject.params.iter().map(|param| &param.ty);
            known
                && subject.makes().is_none()
                && subject
                    .params
                    .iter()
                    .any(|param| matches!(param.ty, Ty::Borrow(_)))
                && taken.all(|ty| match ty {
                    Ty::Borrow(resource) => handles.iter().any(|(found, _)| found == resource),
                    Ty::Own(_) | Ty::Other(_) => false,
                    _ => true,
                })
        };
        let all: Vec<usize> = (0..self.setup.subjects.len()).filter(fits).collect();
        if all.is_empty() {
            return None;
        }
        let subject = all[self.rng.usize(..all.len())];
        let values = self.any_values(subject);
        Some(self.call(subject, values, handles))
    }

    fn any_values(&mut self, subject: usize) -> Vec<Val> {
        let types = values(self.setup, subject);
        types
            .into_iter()
            .map(|ty| inputs::any(&mut self.rng, ty))
            .collect()
    }

    /// A call with these values, and with handles where it takes some.
    fn call(&mut self, subject: usize, values: Vec<Val>, handles: &[(usize, usize)]) -> Step {
        let mut values = values.into_iter();
        let mut unused = handles.to_vec();
        let arguments = self.setup.subjects[subject]
            .params
            .iter()
            .map(|param| match param.ty {
                Ty::Borrow(resource) => {
                    // Each handle once, as long as there are enough.
                    let fits = |(found, _): &(usize, usize)| *found == resource;
                    let step = match unused.iter().position(fits) {
                        Some(index) => unused.remove(index).1,
                        None => handles
                            .iter()
                            .find(|handle| fits(handle))
                            .map_or(0, |h| h.1),
                    };
                    Input::Handle(step)
                }
                _ => Input::Value(values.next().unwrap_or(Val::Bool(false))),
            })
            .collect();
        Step::Call { subject, arguments }
    }
}

/// The types of the parameters that are no handles.
fn values<'a>(setup: &'a Setup<'_>, subject: usize) -> Vec<&'a Ty> {
    let params = setup.subjects[subject].params.iter();
    params
        .map(|param| &param.ty)
        .filter(|ty| !matches!(ty, Ty::Borrow(_)))
        .collect()
}

/// The functions that make a resource and need no handle for that.
fn makers<'a>(setup: &'a Setup<'_>, resource: usize) -> impl Iterator<Item = usize> + 'a {
    let handle = |ty: &Ty| matches!(ty, Ty::Borrow(_) | Ty::Own(_) | Ty::Other(_));
    (0..setup.subjects.len()).filter(move |index| {
        let subject = &setup.subjects[*index];
        subject.makes() == Some(resource)
            && known::unknown(subject).is_none()
            && !subject.params.iter().any(|param| handle(&param.ty))
    })
}
