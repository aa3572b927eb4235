//! The module by its C ABI and the wrapped component, side by side.
//!
//! Both get the same calls. On the one side, this crate is the C program: it
//! writes the arguments into the module's memory as the mapping says, calls the
//! export, reads what came of it, and frees it. On the other side it calls the
//! component as any host does. What the two answer has to be the same.
//!
//! Whether a mapping is right about the C functions is another question: where
//! it is wrong, both sides may be wrong alike. Some of that shows even so,
//! because the inputs of the one side lie between marked bytes and those of the
//! other do not; the rest is what a file of [`Cases`] is for.

mod cases;
mod explore;
mod generator;
mod inputs;
mod known;
mod raw;
mod report;
mod sandbox;
mod sequence;
mod setup;
mod shrink;
mod subject;
mod types;
mod wrapped;

use std::collections::BTreeSet;
use std::time::Duration;

pub use cases::Cases;
pub use report::{CaseReport, Comparison, Finding, FunctionReport, MemoryReport, Pages, Verdict};

use crate::{Component, Error, Mapping, Plan, mapping};
use sandbox::Sandbox;
use setup::Setup;

/// How much either side may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long one call may run.
    pub time: Duration,
    /// How large the linear memory may get, in bytes.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            time: Duration::from_secs(5),
            memory: 256 << 20,
        }
    }
}

/// How much is compared.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed of the generated inputs.
    pub seed: u64,
    /// How many generated inputs each function gets.
    pub inputs: u32,
    /// How many times each function is called with one of them, to see whether
    /// the memory grows.
    pub calls: u32,
    /// How much either side may use.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            inputs: 200,
            calls: 1000,
            limits: Limits::default(),
        }
    }
}

impl Plan {
    /// Runs the module and the component that this plan made of it side by side,
    /// on generated inputs and on `cases`.
    ///
    /// # Errors
    ///
    /// [`Error::Cases`] with every mistake in the cases, [`Error::NotRunnable`]
    /// if the module does not even start, and [`Error::Defect`] if the component
    /// does not, and the module does.
    pub fn compare(
        &self,
        mapping: &Mapping,
        component: &Component,
        options: &Options,
        cases: &Cases,
    ) -> Result<Comparison, Error> {
        let defect = |error: wasmtime::Error| Error::Defect(format!("{error:#}"));
        let plain = mapping::Function::default();
        let sandbox = Sandbox::new(options.limits).map_err(defect)?;
        wasmtime::Module::validate(&sandbox.engine, &self.main)
            .map_err(|error| Error::NotRunnable(format!("{error:#}")))?;
        let subjects = subject::all(self, mapping, &plain);
        let setup =
            Setup::new(&sandbox, self, mapping, subjects, &component.bytes).map_err(defect)?;
        let pair = setup.start()?;
        let cases = cases::check(cases, &setup, &pair).map_err(Error::Cases)?;
        drop(pair);
        let vocabulary = cases::Vocabulary::new(&setup, &cases);
        let functions = (0..setup.subjects.len())
            .map(|subject| explore::explore(&setup, subject, options, &vocabulary))
            .collect::<Result<_, _>>()?;
        let mut told = BTreeSet::new();
        let mut reports = Vec::new();
        for case in &cases {
            let report = cases::run(&setup, case)?;
            if report.verdict == Verdict::AsExpected {
                told.extend(case.subjects());
            }
            reports.push(report);
        }
        Ok(Comparison::new(options.seed, functions, reports, &told))
    }
}
