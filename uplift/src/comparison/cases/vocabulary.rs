//! What cases pass to functions.

use std::collections::BTreeMap;

use wasmtime::component::Val;

use super::Case;
use crate::comparison::sequence::{Input, Step};
use crate::comparison::setup::Setup;

/// What the cases pass to each function, besides handles: words for inputs that
/// are made up.
#[derive(Debug, Default)]
pub(in crate::comparison) struct Vocabulary {
    values: BTreeMap<usize, Vec<Vec<Val>>>,
}

impl Vocabulary {
    pub(in crate::comparison) fn new(setup: &Setup<'_>, cases: &[Case]) -> Self {
        let mut values: BTreeMap<usize, Vec<Vec<Val>>> = BTreeMap::new();
        for step in cases.iter().flat_map(|case| &case.steps) {
            let Step::Call { subject, arguments } = step else {
                continue;
            };
            let params = setup.subjects[*subject].params.iter();
            let passed = arguments
                .iter()
                .zip(params)
                .filter(|(_, param)| !param.is_handle());
            let passed = passed.filter_map(|(argument, _)| match argument {
                Input::Value(value) => Some(value.clone()),
                Input::Handle(_) | Input::Some(_) => None,
            });
            values.entry(*subject).or_default().push(passed.collect());
        }
        Vocabulary { values }
    }

    /// The values of each call of a function.
    pub(in crate::comparison) fn of(&self, subject: usize) -> &[Vec<Val>] {
        self.values.get(&subject).map_or(&[], Vec::as_slice)
    }
}
