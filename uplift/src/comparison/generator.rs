//! Steps that end in a call of one function, with whatever it takes to get there.

use fastrand::Rng;
use wasmtime::component::Val;

use super::cases::Vocabulary;
use super::inputs;
use super::known;
use super::sequence::{Input, Made, Step};
use super::setup::Setup;
use super::subject::Subject;
use super::types::Ty;

/// Makes steps that end in a call of one function.
pub(super) struct Generator<'a, 's> {
    setup: &'a Setup<'s>,
    subject: usize,
    rng: Rng,
    /// What is left of the boundaries, the next one last.
    boundaries: Vec<Vec<Val>>,
    /// What the cases pass to functions.
    vocabulary: &'a Vocabulary,
    /// How many calls it takes to make each resource, less one.
    ranks: Vec<Option<usize>>,
}

/// Steps in the making.
#[derive(Default)]
struct Draft {
    steps: Vec<Step>,
    /// The handles that have been made and not given away, by their resources.
    handles: Vec<(usize, Made)>,
}

/// How a parameter takes a handle.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Borrowed(usize),
    Given(usize),
    /// Or none.
    Maybe(usize),
}

fn takes(ty: &Ty) -> Option<Takes> {
    match ty {
        Ty::Borrow(resource) => Some(Takes::Borrowed(*resource)),
        Ty::Own(resource) => Some(Takes::Given(*resource)),
        Ty::Option(some) => match some.as_ref() {
            Ty::Borrow(resource) => Some(Takes::Maybe(*resource)),
            _ => None,
        },
        _ => None,
    }
}

/// The resources that a call needs.
fn needs(subject: &Subject<'_>) -> impl Iterator<Item = usize> {
    subject
        .params
        .iter()
        .filter_map(|param| match takes(&param.ty) {
            Some(Takes::Borrowed(resource) | Takes::Given(resource)) => Some(resource),
            _ => None,
        })
}

/// The types of the parameters that are no handles.
fn values<'a>(subject: &'a Subject<'_>) -> Vec<&'a Ty> {
    let types = subject.params.iter().map(|param| &param.ty);
    types.filter(|ty| takes(ty).is_none()).collect()
}

/// How many calls it takes to make each resource, less one; none if nothing makes
/// it that does not need one first.
fn ranks(setup: &Setup<'_>) -> Vec<Option<usize>> {
    let mut ranks = vec![None; setup.plan.resources.len()];
    loop {
        let before = ranks.clone();
        for subject in &setup.subjects {
            if known::unknown(subject).is_some() {
                continue;
            }
            let needed: Option<Vec<usize>> = needs(subject).map(|needed| ranks[needed]).collect();
            let Some(needed) = needed else {
                continue;
            };
            let rank = needed.into_iter().max().map_or(0, |most| most + 1);
            for made in subject.makes() {
                ranks[made] = Some(ranks[made].map_or(rank, |old: usize| old.min(rank)));
            }
        }
        if ranks == before {
            return ranks;
        }
    }
}

impl<'a, 's> Generator<'a, 's> {
    pub(super) fn new(
        setup: &'a Setup<'s>,
        subject: usize,
        seed: u64,
        vocabulary: &'a Vocabulary,
    ) -> Result<Self, String> {
        let tested = &setup.subjects[subject];
        let ranks = ranks(setup);
        if let Some(needed) = needs(tested).find(|needed| ranks[*needed].is_none()) {
            let name = &setup.plan.resources[needed].name;
            return Err(format!("no function makes a `{name}` without needing one"));
        }
        let mut boundaries = inputs::one_at_a_time(&values(tested));
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
            vocabulary,
            ranks,
        })
    }

    /// The steps, and which one calls the function.
    pub(super) fn next(&mut self) -> (Vec<Step>, usize) {
        let plain = !self.boundaries.is_empty();
        let mut draft = Draft::default();
        for needed in needs(&self.setup.subjects[self.subject]) {
            let known = draft.handles.iter().any(|(found, _)| *found == needed);
            if !known || self.rng.u8(..4) != 0 {
                self.make(&mut draft, needed, plain);
            }
        }
        if !plain {
            for _ in 0..self.rng.usize(..3) {
                self.method(&mut draft);
            }
        }
        let values = match self.boundaries.pop() {
            Some(values) => values,
            None => self.any_values(self.subject),
        };
        let target = self.call(&mut draft, self.subject, values, plain);
        for (_, made) in draft.handles.into_iter().rev() {
            draft.steps.push(Step::Drop(made));
        }
        (draft.steps, target)
    }

    /// Adds a call that makes a resource, and calls that make what it needs.
    fn make(&mut self, draft: &mut Draft, resource: usize, plain: bool) -> Option<Made> {
        let rank = self.ranks[resource]?;
        let subjects = &self.setup.subjects;
        let fits = |index: &usize| {
            let subject = &subjects[*index];
            subject.makes().contains(&resource)
                && known::unknown(subject).is_none()
                && needs(subject).all(|needed| self.ranks[needed].is_some_and(|need| need < rank))
        };
        let makers: Vec<usize> = (0..subjects.len()).filter(fits).collect();
        let maker = makers[self.rng.usize(..makers.len())];
        let words = self.vocabulary.of(maker);
        let values = match (plain, words.first()) {
            (true, Some(words)) => words.clone(),
            (true, None) => inputs::one_at_a_time(&values(&subjects[maker])).swap_remove(0),
            (false, _) => self.any_values(maker),
        };
        let step = self.call(draft, maker, values, plain);
        let made = draft.handles.iter().rev();
        let mut made = made.filter(|(found, made)| *found == resource && made.step == step);
        made.next().map(|(_, made)| *made)
    }

    /// Adds a call of something else that the handles are enough for.
    fn method(&mut self, draft: &mut Draft) {
        let fits = |index: &usize| {
            let subject = &self.setup.subjects[*index];
            let kinds = subject.params.iter().filter_map(|param| takes(&param.ty));
            let kinds: Vec<Takes> = kinds.collect();
            known::unknown(subject).is_none()
                && subject.makes().is_empty()
                && kinds.iter().any(|kind| matches!(kind, Takes::Borrowed(_)))
                && kinds.iter().all(|kind| match kind {
                    Takes::Borrowed(resource) => {
                        draft.handles.iter().any(|(found, _)| found == resource)
                    }
                    Takes::Maybe(_) => true,
                    Takes::Given(_) => false,
                })
        };
        let all: Vec<usize> = (0..self.setup.subjects.len()).filter(fits).collect();
        if !all.is_empty() {
            let subject = all[self.rng.usize(..all.len())];
            let values = self.any_values(subject);
            self.call(draft, subject, values, false);
        }
    }

    /// Any values, and often ones that a case passes.
    fn any_values(&mut self, subject: usize) -> Vec<Val> {
        let types = values(&self.setup.subjects[subject]);
        let words = self.vocabulary.of(subject);
        let said = match words.len() {
            0 => None,
            count => self.rng.bool().then(|| &words[self.rng.usize(..count)]),
        };
        let types = types.into_iter().enumerate();
        types
            .map(|(index, ty)| match said.and_then(|said| said.get(index)) {
                Some(value) if self.rng.u8(..4) != 0 => value.clone(),
                _ => inputs::any(&mut self.rng, ty),
            })
            .collect()
    }

    /// Adds a call with these values, and with handles where it takes some.
    fn call(&mut self, draft: &mut Draft, subject: usize, values: Vec<Val>, plain: bool) -> usize {
        let mut values = values.into_iter();
        let mut unused = draft.handles.clone();
        let mut arguments = Vec::new();
        for param in &self.setup.subjects[subject].params {
            arguments.push(match takes(&param.ty) {
                None => Input::Value(values.next().unwrap_or(Val::Bool(false))),
                Some(Takes::Given(resource)) => {
                    let made = self.make(draft, resource, plain);
                    draft.handles.retain(|(_, found)| Some(*found) != made);
                    made.map_or(Input::Value(Val::Bool(false)), Input::Handle)
                }
                Some(Takes::Borrowed(resource)) => {
                    // Each handle once, as long as there are enough.
                    let fits = |(found, _): &(usize, Made)| *found == resource;
                    let made = match unused.iter().position(fits) {
                        Some(index) => Some(unused.remove(index).1),
                        None => draft
                            .handles
                            .iter()
                            .find(|handle| fits(handle))
                            .map(|h| h.1),
                    };
                    let made = match made {
                        Some(made) => Some(made),
                        None => self.make(draft, resource, plain),
                    };
                    made.map_or(Input::Value(Val::Bool(false)), Input::Handle)
                }
                Some(Takes::Maybe(resource)) => {
                    let made = draft.handles.iter().find(|(found, _)| *found == resource);
                    match (made.map(|(_, made)| *made), self.rng.bool()) {
                        (Some(made), true) => Input::Some(made),
                        (None, true) => match self.make(draft, resource, plain) {
                            Some(made) => Input::Some(made),
                            None => Input::Value(Val::Option(None)),
                        },
                        (_, false) => Input::Value(Val::Option(None)),
                    }
                }
            });
        }
        let step = draft.steps.len();
        draft.steps.push(Step::Call { subject, arguments });
        let makes = self.setup.subjects[subject].makes().into_iter().enumerate();
        let made = makes.map(|(number, resource)| (resource, Made { step, number }));
        draft.handles.extend(made);
        step
    }
}
