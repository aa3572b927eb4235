//! What is done to both sides, and what they answered.

use wasmtime::component::{ResourceAny, Val};

use super::raw::{Passed, Raw, Returned};
use super::sandbox::Ended;
use super::setup::Setup;
use super::subject::Subject;
use super::types::Ty;
use super::wrapped::Wrapped;

/// A step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Calls the function with this number.
    Call {
        subject: usize,
        arguments: Vec<Input>,
    },
    /// Drops the handle that a step before has made.
    Drop(usize),
}

/// An argument.
#[derive(Clone, Debug)]
pub(super) enum Input {
    Value(Val),
    /// The handle that a step before has made.
    Handle(usize),
}

/// What both sides answered to a step.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// The same. A handle in it is a pointer, as a `u32`.
    Same(Option<Val>),
    /// Both trapped, for these reasons.
    Trapped(String, String),
    /// Both ran for too long.
    Stopped,
    /// The result is larger than what is compared.
    TooLarge,
    /// It needs a handle that no step before has made.
    Skipped,
    Different(Difference),
}

/// What either side did, in words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Difference {
    pub(super) raw: String,
    pub(super) wrapped: String,
}

/// Both sides, running.
pub(super) struct Pair<'s> {
    pub(super) raw: Raw<'s>,
    pub(super) wrapped: Wrapped<'s>,
}

/// A handle on both sides.
#[derive(Clone, Copy)]
struct Handle {
    resource: usize,
    raw: u32,
    wrapped: ResourceAny,
}

/// Takes the steps in order. The answers end with the first one after which the
/// two can't go on.
pub(super) fn run<'s>(setup: &Setup<'s>, pair: &mut Pair<'s>, steps: &[Step]) -> Vec<Seen> {
    let mut handles: Vec<Option<Handle>> = Vec::new();
    let mut answers = Vec::new();
    for step in steps {
        let mut made = None;
        let seen = match step {
            Step::Call { subject, arguments } => {
                call(setup, pair, *subject, arguments, &handles, &mut made)
            }
            Step::Drop(index) => match handles.get_mut(*index).and_then(Option::take) {
                Some(handle) => drop_both(pair, handle),
                None => Seen::Skipped,
            },
        };
        handles.push(made);
        let go_on = matches!(seen, Seen::Same(_) | Seen::Skipped);
        answers.push(seen);
        if !go_on {
            break;
        }
    }
    answers
}

fn call<'s>(
    setup: &Setup<'s>,
    pair: &mut Pair<'s>,
    subject: usize,
    arguments: &[Input],
    handles: &[Option<Handle>],
    made: &mut Option<Handle>,
) -> Seen {
    let mut raw = Vec::new();
    let mut wrapped = Vec::new();
    for argument in arguments {
        match argument {
            Input::Value(value) => {
                raw.push(Passed::Value(value));
                wrapped.push(value.clone());
            }
            Input::Handle(index) => {
                let Some(handle) = handles.get(*index).copied().flatten() else {
                    return Seen::Skipped;
                };
                raw.push(Passed::Handle(handle.raw));
                wrapped.push(Val::Resource(handle.wrapped));
            }
        }
    }
    let number = subject;
    let subject = &setup.subjects[number];
    let raw = pair.raw.call(subject, &raw);
    if matches!(raw, Err(Ended::TooLarge)) {
        return Seen::TooLarge;
    }
    let wrapped = pair.wrapped.call(number, &wrapped);
    answer(subject, raw, wrapped, made)
}

fn drop_both(pair: &mut Pair<'_>, handle: Handle) -> Seen {
    let raw = pair.raw.drop_resource(handle.resource, handle.raw);
    let wrapped = pair.wrapped.drop_resource(handle.wrapped);
    match (raw, wrapped) {
        (Ok(()), Ok(())) => Seen::Same(None),
        (Err(Ended::Trapped(raw)), Err(Ended::Trapped(wrapped))) => Seen::Trapped(raw, wrapped),
        (Err(Ended::Stopped), Err(Ended::Stopped)) => Seen::Stopped,
        (raw, wrapped) => {
            let said = |side: Result<(), Ended>| match side {
                Ok(()) => "returned from the destructor".to_owned(),
                Err(ended) => said(&ended),
            };
            Seen::Different(Difference {
                raw: said(raw),
                wrapped: said(wrapped),
            })
        }
    }
}

fn answer(
    subject: &Subject<'_>,
    raw: Result<Returned, Ended>,
    wrapped: Result<Option<Val>, Ended>,
    made: &mut Option<Handle>,
) -> Seen {
    let (raw, wrapped) = match (raw, wrapped) {
        (Err(Ended::Trapped(raw)), Err(Ended::Trapped(wrapped))) => {
            return Seen::Trapped(raw, wrapped);
        }
        (Err(Ended::Stopped), Err(Ended::Stopped)) => return Seen::Stopped,
        (Ok(raw), Ok(wrapped)) => (raw, wrapped),
        (raw, wrapped) => {
            let returned = |value: Option<&Val>| format!("returned {}", shown(subject, value));
            return Seen::Different(Difference {
                raw: match &raw {
                    Ok(raw) => returned(raw.value.as_ref()),
                    Err(ended) => said(ended),
                },
                wrapped: match &wrapped {
                    Ok(wrapped) => returned(wrapped.as_ref()),
                    Err(ended) => said(ended),
                },
            });
        }
    };
    let mut handle = None;
    let alike = match (&subject.result, &raw.value, &wrapped) {
        (None, None, None) => true,
        (Some(ty), Some(raw), Some(wrapped)) => same(ty, raw, wrapped, &mut handle),
        _ => false,
    };
    if alike && raw.damage.is_none() {
        *made = handle;
        return Seen::Same(raw.value);
    }
    let mut by_raw = format!("returned {}", shown(subject, raw.value.as_ref()));
    if let Some(damage) = raw.damage {
        by_raw = format!("{by_raw}, and {damage}");
    }
    Seen::Different(Difference {
        raw: by_raw,
        wrapped: format!("returned {}", shown(subject, wrapped.as_ref())),
    })
}

/// What kept a call from returning, in words.
fn said(ended: &Ended) -> String {
    match ended {
        Ended::Trapped(reason) => format!("trapped: {reason}"),
        Ended::Stopped => "ran for too long".into(),
        Ended::TooLarge => "returned more than what is compared".into(),
    }
}

/// A value in WAVE, with words for what has no form there.
pub(super) fn shown(subject: &Subject<'_>, value: Option<&Val>) -> String {
    let handle = subject.makes().is_some();
    match value {
        None => "nothing".into(),
        Some(Val::Result(Ok(Some(_)))) if handle => "ok(a handle)".into(),
        Some(Val::Option(Some(_))) if handle => "some(a handle)".into(),
        Some(Val::U32(_) | Val::Resource(_)) if handle => "a handle".into(),
        Some(value) => wave(value),
    }
}

pub(super) fn wave(value: &Val) -> String {
    value.to_wave().unwrap_or_else(|_| format!("{value:?}"))
}

/// Whether the two sides mean the same value. Each NaN is as good as any other,
/// and handles are kept in `made`.
fn same(ty: &Ty, raw: &Val, wrapped: &Val, made: &mut Option<Handle>) -> bool {
    match (ty, raw, wrapped) {
        (Ty::Own(resource), Val::U32(raw), Val::Resource(wrapped)) => {
            *made = Some(Handle {
                resource: *resource,
                raw: *raw,
                wrapped: *wrapped,
            });
            true
        }
        (Ty::Result(ok, _), Val::Result(Ok(raw)), Val::Result(Ok(wrapped))) => {
            match (ok, raw, wrapped) {
                (Some(ok), Some(raw), Some(wrapped)) => same(ok, raw, wrapped, made),
                (_, raw, wrapped) => raw.is_none() && wrapped.is_none(),
            }
        }
        (Ty::Option(some), Val::Option(Some(raw)), Val::Option(Some(wrapped))) => {
            same(some, raw, wrapped, made)
        }
        _ => equal(raw, wrapped),
    }
}

/// Whether two values without handles are the same.
pub(super) fn equal(one: &Val, other: &Val) -> bool {
    let all = |ones: &[Val], others: &[Val]| {
        ones.len() == others.len()
            && ones
                .iter()
                .zip(others)
                .all(|(one, other)| equal(one, other))
    };
    let both = |one: &Option<Box<Val>>, other: &Option<Box<Val>>| match (one, other) {
        (Some(one), Some(other)) => equal(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    match (one, other) {
        (Val::Float32(one), Val::Float32(other)) => {
            one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
        }
        (Val::Float64(one), Val::Float64(other)) => {
            one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
        }
        (Val::List(ones), Val::List(others)) | (Val::Tuple(ones), Val::Tuple(others)) => {
            all(ones, others)
        }
        (Val::Record(ones), Val::Record(others)) => {
            ones.len() == others.len()
                && ones
                    .iter()
                    .zip(others)
                    .all(|((name, one), (other_name, other))| {
                        name == other_name && equal(one, other)
                    })
        }
        (Val::Variant(name, one), Val::Variant(other_name, other)) => {
            name == other_name && both(one, other)
        }
        (Val::Option(one), Val::Option(other))
        | (Val::Result(Ok(one)), Val::Result(Ok(other)))
        | (Val::Result(Err(one)), Val::Result(Err(other))) => both(one, other),
        (one, other) => one == other,
    }
}
