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
    /// Drops a handle that a step before has made.
    Drop(Made),
}

/// An argument.
#[derive(Clone, Debug)]
pub(super) enum Input {
    Value(Val),
    /// A handle that a step before has made.
    Handle(Made),
    /// The same, in an option.
    Some(Made),
}

/// A handle that a step has made, by its number among those in the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Made {
    pub(super) step: usize,
    pub(super) number: usize,
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
    /// The C caller has no room for its inputs and the marks around them.
    NoRoom,
    /// The result is larger than what is compared, or takes more memory than there
    /// is.
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

/// The handles that each step has made; those that are gone are none.
type Handles = Vec<Vec<Option<Handle>>>;

fn place(handles: &mut Handles, made: Made) -> Option<&mut Option<Handle>> {
    handles.get_mut(made.step)?.get_mut(made.number)
}

/// Takes the steps in order. The answers end with the first one after which the
/// two can't go on.
pub(super) fn run<'s>(setup: &Setup<'s>, pair: &mut Pair<'s>, steps: &[Step]) -> Vec<Seen> {
    let mut handles = Handles::new();
    let mut answers = Vec::new();
    for step in steps {
        let mut made = Vec::new();
        let seen = match step {
            Step::Call { subject, arguments } => {
                call(setup, pair, *subject, arguments, &mut handles, &mut made)
            }
            Step::Drop(made) => match place(&mut handles, *made).and_then(Option::take) {
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
    handles: &mut Handles,
    made: &mut Vec<Option<Handle>>,
) -> Seen {
    let mut raw = Vec::new();
    let mut wrapped = Vec::new();
    for argument in arguments {
        let (Input::Handle(wanted) | Input::Some(wanted)) = argument else {
            continue;
        };
        if place(handles, *wanted).is_none_or(|handle| handle.is_none()) {
            return Seen::Skipped;
        }
    }
    for (argument, param) in arguments.iter().zip(&setup.subjects[subject].params) {
        match argument {
            Input::Value(value) => {
                raw.push(Passed::Value(value));
                wrapped.push(value.clone());
            }
            Input::Handle(wanted) | Input::Some(wanted) => {
                let handle = place(handles, *wanted).and_then(|handle| match param.ty {
                    // It is given away.
                    Ty::Own(_) => handle.take(),
                    _ => *handle,
                });
                let Some(handle) = handle else {
                    return Seen::Skipped;
                };
                raw.push(Passed::Handle(handle.raw));
                let resource = Val::Resource(handle.wrapped);
                wrapped.push(match argument {
                    Input::Some(_) => Val::Option(Some(Box::new(resource))),
                    _ => resource,
                });
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
    // The two need different amounts of memory: at the limit, one can fail alone.
    let full = match (&raw, &wrapped) {
        (Err(Ended::Trapped(_)), Ok(_)) => pair.raw.was_denied(),
        (Ok(_), Err(Ended::Trapped(_))) => pair.wrapped.was_denied(),
        (Err(Ended::Trapped(one)), Err(Ended::Trapped(other))) => {
            !one.agrees(other) && (pair.raw.was_denied() || pair.wrapped.was_denied())
        }
        _ => false,
    };
    if full {
        return Seen::TooLarge;
    }
    answer(subject, raw, wrapped, made)
}

fn drop_both(pair: &mut Pair<'_>, handle: Handle) -> Seen {
    let raw = pair.raw.drop_resource(handle.resource, handle.raw);
    let wrapped = pair.wrapped.drop_resource(handle.wrapped);
    match (raw, wrapped) {
        (Ok(()), Ok(())) => Seen::Same(None),
        (Err(Ended::Trapped(raw)), Err(Ended::Trapped(wrapped))) if raw.agrees(&wrapped) => {
            Seen::Trapped(raw.reason, wrapped.reason)
        }
        (Err(Ended::NoRoom), _) => Seen::NoRoom,
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
    made: &mut Vec<Option<Handle>>,
) -> Seen {
    let (raw, wrapped) = match (raw, wrapped) {
        (Err(Ended::Trapped(raw)), Err(Ended::Trapped(wrapped))) if raw.agrees(&wrapped) => {
            return Seen::Trapped(raw.reason, wrapped.reason);
        }
        // The shim has none either, or needs less of it.
        (Err(Ended::NoRoom), Err(Ended::Trapped(wrapped))) if wrapped.is_at_boundary() => {
            return Seen::Trapped(said(&Ended::NoRoom), wrapped.reason);
        }
        (Err(Ended::NoRoom), _) => return Seen::NoRoom,
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
    let mut handles = Vec::new();
    let alike = match (&subject.result, &raw.value, &wrapped) {
        (None, None, None) => true,
        (Some(ty), Some(raw), Some(wrapped)) => same(ty, raw, wrapped, &mut handles),
        _ => false,
    };
    if alike && raw.damage.is_none() {
        *made = handles;
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
        Ended::Trapped(trapped) => trapped.words(),
        Ended::NoRoom => "had no room for an input or a buffer".into(),
        Ended::Stopped => "ran for too long".into(),
        Ended::TooLarge => "returned more than what is compared".into(),
    }
}

/// A value in WAVE, with words for what has no form there.
pub(super) fn shown(subject: &Subject<'_>, value: Option<&Val>) -> String {
    match value {
        None => "nothing".into(),
        Some(value) if subject.makes().is_empty() => wave(value),
        Some(value) => subject
            .result
            .as_ref()
            .map_or_else(|| wave(value), |ty| with_handles(ty, value)),
    }
}

/// A value that may have handles in it.
fn with_handles(ty: &Ty, value: &Val) -> String {
    match (ty, value) {
        (Ty::Own(_), _) => "a handle".into(),
        (Ty::Result(Some(ty), _), Val::Result(Ok(Some(value)))) => {
            format!("ok({})", with_handles(ty, value))
        }
        (Ty::Option(ty), Val::Option(Some(value))) => format!("some({})", with_handles(ty, value)),
        (Ty::Tuple(types), Val::Tuple(values)) => {
            let values = types.iter().zip(values);
            let values: Vec<String> = values.map(|(ty, value)| with_handles(ty, value)).collect();
            format!("({})", values.join(", "))
        }
        (Ty::Record { fields, .. }, Val::Record(values)) => {
            let values = fields.iter().zip(values);
            let values: Vec<String> = values
                .map(|((name, ty), (_, value))| format!("{name}: {}", with_handles(ty, value)))
                .collect();
            format!("{{{}}}", values.join(", "))
        }
        (_, value) => wave(value),
    }
}

pub(super) fn wave(value: &Val) -> String {
    value.to_wave().unwrap_or_else(|_| format!("{value:?}"))
}

/// Whether the two sides mean the same value. Each NaN is as good as any other,
/// and handles are kept in `made`, in the order of the type.
fn same(ty: &Ty, raw: &Val, wrapped: &Val, made: &mut Vec<Option<Handle>>) -> bool {
    // What is not there leaves its place empty.
    let skip = |ty: &Ty, made: &mut Vec<Option<Handle>>| {
        made.extend(ty.owned().iter().map(|_| None));
    };
    match (ty, raw, wrapped) {
        (Ty::Own(resource), Val::U32(raw), Val::Resource(wrapped)) => {
            made.push(Some(Handle {
                resource: *resource,
                raw: *raw,
                wrapped: *wrapped,
            }));
            true
        }
        (Ty::Result(Some(ok), _), Val::Result(Ok(Some(raw))), Val::Result(Ok(Some(wrapped)))) => {
            same(ok, raw, wrapped, made)
        }
        (Ty::Option(some), Val::Option(Some(raw)), Val::Option(Some(wrapped))) => {
            same(some, raw, wrapped, made)
        }
        (Ty::Tuple(types), Val::Tuple(raw), Val::Tuple(wrapped)) => {
            let values = types.iter().zip(raw.iter().zip(wrapped));
            values.fold(true, |alike, (ty, (raw, wrapped))| {
                same(ty, raw, wrapped, made) && alike
            })
        }
        (Ty::Record { fields, .. }, Val::Record(raw), Val::Record(wrapped)) => {
            let values = fields.iter().zip(raw.iter().zip(wrapped));
            values.fold(true, |alike, ((_, ty), ((_, raw), (_, wrapped)))| {
                same(ty, raw, wrapped, made) && alike
            })
        }
        _ => {
            skip(ty, made);
            equal(raw, wrapped)
        }
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
