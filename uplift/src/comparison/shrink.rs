//! The smallest steps that show a difference, found by trying smaller ones.

use std::time::{Duration, Instant};

use wasmtime::component::Val;

use super::sequence::{Difference, Input, Made, Seen, Step, wave};
use super::setup::Setup;
use crate::Error;

/// How many smaller inputs are tried, and for how long.
const TRIES: usize = 400;
const TIME: Duration = Duration::from_secs(10);

/// Smaller steps that still differ on fresh instances, or nothing where these
/// do not differ there.
pub(super) fn smallest(
    setup: &Setup<'_>,
    steps: &[Step],
) -> Result<Option<(Vec<Step>, Difference)>, Error> {
    let Some(mut best) = differing(setup, steps.to_vec())? else {
        return Ok(None);
    };
    let start = Instant::now();
    let mut tries = 0;
    'again: loop {
        for smaller in smaller_steps(&best.0) {
            tries += 1;
            if tries > TRIES || start.elapsed() > TIME {
                break 'again;
            }
            if let Some(found) = differing(setup, smaller)? {
                best = found;
                continue 'again;
            }
        }
        break;
    }
    Ok(Some(best))
}

/// The steps up to the one that differs, if one does.
fn differing(
    setup: &Setup<'_>,
    mut steps: Vec<Step>,
) -> Result<Option<(Vec<Step>, Difference)>, Error> {
    let answers = setup.run_afresh(&steps)?;
    let Some(Seen::Different(difference)) = answers.last() else {
        return Ok(None);
    };
    steps.truncate(answers.len());
    Ok(Some((steps, difference.clone())))
}

fn smaller_steps(steps: &[Step]) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if index + 1 < steps.len() && !needed(steps, index) {
            all.push(without(steps, index));
        }
        let Step::Call { subject, arguments } = step else {
            continue;
        };
        for (position, argument) in arguments.iter().enumerate() {
            let Input::Value(value) = argument else {
                continue;
            };
            for value in smaller(value) {
                let mut arguments = arguments.clone();
                arguments[position] = Input::Value(value);
                let mut steps = steps.to_vec();
                steps[index] = Step::Call {
                    subject: *subject,
                    arguments,
                };
                all.push(steps);
            }
        }
    }
    all
}

/// Whether a later step uses what this one makes.
fn needed(steps: &[Step], index: usize) -> bool {
    steps.iter().any(|step| {
        match step {
        Step::Drop(made) => made.step == index,
        Step::Call { arguments, .. } => arguments.iter().any(|argument| {
            matches!(argument, Input::Handle(made) | Input::Some(made) if made.step == index)
        }),
    }
    })
}

fn without(steps: &[Step], index: usize) -> Vec<Step> {
    let moved = |made: &mut Made| {
        if made.step > index {
            made.step -= 1;
        }
    };
    let mut steps = steps.to_vec();
    steps.remove(index);
    for step in &mut steps {
        match step {
            Step::Drop(made) => moved(made),
            Step::Call { arguments, .. } => {
                for argument in arguments {
                    if let Input::Handle(made) | Input::Some(made) = argument {
                        moved(made);
                    }
                }
            }
        }
    }
    steps
}

/// Values that are smaller, the smallest first.
fn smaller(value: &Val) -> Vec<Val> {
    fn numbers<T: Copy + PartialEq>(number: T, smaller: [T; 4], make: fn(T) -> Val) -> Vec<Val> {
        let changed = smaller.into_iter().filter(|smaller| *smaller != number);
        changed.map(make).collect()
    }
    let inner = |value: &Option<Box<Val>>| value.as_deref().map(smaller).unwrap_or_default();
    match value {
        Val::Bool(true) => vec![Val::Bool(false)],
        Val::U8(n) => numbers(*n, [0, 1, n / 2, n.saturating_sub(1)], Val::U8),
        Val::U16(n) => numbers(*n, [0, 1, n / 2, n.saturating_sub(1)], Val::U16),
        Val::U32(n) => numbers(*n, [0, 1, n / 2, n.saturating_sub(1)], Val::U32),
        Val::U64(n) => numbers(*n, [0, 1, n / 2, n.saturating_sub(1)], Val::U64),
        Val::S8(n) => numbers(*n, [0, 0, n / 2, n - n.signum()], Val::S8),
        Val::S16(n) => numbers(*n, [0, 0, n / 2, n - n.signum()], Val::S16),
        Val::S32(n) => numbers(*n, [0, 0, n / 2, n - n.signum()], Val::S32),
        Val::S64(n) => numbers(*n, [0, 0, n / 2, n - n.signum()], Val::S64),
        Val::Float32(n) if n.to_bits() != 0 => vec![Val::Float32(0.0)],
        Val::Float64(n) if n.to_bits() != 0 => vec![Val::Float64(0.0)],
        Val::Char(c) if *c != 'a' => vec![Val::Char('a')],
        Val::String(text) => {
            let chars: Vec<char> = text.chars().collect();
            let shorter = shorter(&chars)
                .into_iter()
                .map(|chars| chars.into_iter().collect());
            let plain = chars.iter().position(|c| *c != 'a').map(|index| {
                let mut chars = chars.clone();
                chars[index] = 'a';
                chars.into_iter().collect()
            });
            shorter.chain(plain).map(Val::String).collect()
        }
        Val::List(list) => {
            let mut all: Vec<Val> = shorter(list).into_iter().map(Val::List).collect();
            for (index, element) in list.iter().enumerate().take(8) {
                for smaller in smaller(element) {
                    let mut list = list.clone();
                    list[index] = smaller;
                    all.push(Val::List(list));
                }
            }
            all
        }
        Val::Record(fields) => {
            let mut all = Vec::new();
            for (index, (_, field)) in fields.iter().enumerate() {
                for smaller in smaller(field) {
                    let mut fields = fields.clone();
                    fields[index].1 = smaller;
                    all.push(Val::Record(fields));
                }
            }
            all
        }
        Val::Tuple(values) => {
            let mut all = Vec::new();
            for (index, value) in values.iter().enumerate() {
                for smaller in smaller(value) {
                    let mut values = values.clone();
                    values[index] = smaller;
                    all.push(Val::Tuple(values));
                }
            }
            all
        }
        Val::Flags(flags) => shorter(flags).into_iter().map(Val::Flags).collect(),
        Val::Option(Some(some)) => {
            let inner = smaller(some).into_iter();
            let inner = inner.map(|value| Val::Option(Some(Box::new(value))));
            std::iter::once(Val::Option(None)).chain(inner).collect()
        }
        Val::Result(Ok(ok)) => {
            let inner = inner(ok).into_iter();
            inner
                .map(|value| Val::Result(Ok(Some(Box::new(value)))))
                .collect()
        }
        Val::Result(Err(error)) => {
            let inner = inner(error).into_iter();
            inner
                .map(|value| Val::Result(Err(Some(Box::new(value)))))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Nothing, each half, and the same without one end.
fn shorter<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return Vec::new();
    }
    let half = items.len() / 2;
    let mut all = vec![Vec::new(), items[..half].to_vec(), items[half..].to_vec()];
    let quarter = (items.len() / 4).max(1);
    all.push(items[..items.len() - quarter].to_vec());
    all.push(items[quarter..].to_vec());
    all.push(items[..items.len() - 1].to_vec());
    all.push(items[1..].to_vec());
    all.retain(|some| some.len() < items.len());
    all
}

/// The steps in words, one a line: each handle gets a name.
pub(super) fn described(setup: &Setup<'_>, steps: &[Step]) -> Vec<String> {
    let name = |made: Made| {
        let makes = match steps.get(made.step) {
            Some(Step::Call { subject, .. }) => setup.subjects[*subject].makes().len(),
            _ => 0,
        };
        match makes {
            0 | 1 => format!("h{}", made.step + 1),
            _ => format!("h{}.{}", made.step + 1, made.number),
        }
    };
    steps
        .iter()
        .enumerate()
        .map(|(index, step)| match step {
            Step::Drop(made) => format!("drop {}", name(*made)),
            Step::Call { subject, arguments } => {
                let subject = &setup.subjects[*subject];
                let arguments: Vec<String> = arguments
                    .iter()
                    .map(|argument| match argument {
                        Input::Value(value) => wave(value),
                        Input::Handle(made) => name(*made),
                        Input::Some(made) => format!("some({})", name(*made)),
                    })
                    .collect();
                let call = subject.call(&arguments);
                let names: Vec<String> = (0..subject.makes().len())
                    .map(|number| {
                        let step = index;
                        name(Made { step, number })
                    })
                    .collect();
                if names.is_empty() {
                    call
                } else {
                    format!("{} = {call}", names.join(", "))
                }
            }
        })
        .collect()
}
