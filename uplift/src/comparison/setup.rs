//! Both sides, compiled once and started as often as need be.

use wasmtime::component::Component;
use wasmtime::{InstancePre, Module, component};

use super::raw::{self, Raw};
use super::sandbox::{Ended, Sandbox, State};
use super::sequence::{Pair, Seen, Step, run};
use super::subject::Subject;
use super::wrapped::Wrapped;
use crate::plan::Plan;
use crate::{Error, Mapping};

/// Both sides, compiled.
pub(super) struct Setup<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) plan: &'s Plan,
    mapping: &'s Mapping,
    pub(super) subjects: Vec<Subject<'s>>,
    module: InstancePre<State>,
    component: component::InstancePre<State>,
}

impl<'s> Setup<'s> {
    pub(super) fn new(
        sandbox: &'s Sandbox,
        plan: &'s Plan,
        mapping: &'s Mapping,
        subjects: Vec<Subject<'s>>,
        component: &[u8],
    ) -> wasmtime::Result<Self> {
        let module = Module::from_binary(&sandbox.engine, &plan.main)?;
        let component = Component::from_binary(&sandbox.engine, component)?;
        let mut for_modules = sandbox.for_modules()?;
        raw::stubs(&mut for_modules, &module, mapping)?;
        Ok(Setup {
            sandbox,
            plan,
            mapping,
            subjects,
            module: for_modules.instantiate_pre(&module)?,
            component: sandbox.for_components()?.instantiate_pre(&component)?,
        })
    }

    /// A fresh instance of both.
    pub(super) fn start(&self) -> Result<Pair<'s>, Error> {
        let words = |ended: Ended| match ended {
            Ended::Trapped(trapped) => trapped.reason,
            Ended::NoRoom => "there is no room for its inputs".into(),
            Ended::Stopped | Ended::TooLarge => "it runs for too long".into(),
        };
        let raw = Raw::start(self.sandbox, self.plan, self.mapping, &self.module);
        let raw = raw.map_err(|ended| Error::NotRunnable(words(ended)))?;
        let wrapped = Wrapped::start(self.sandbox, &self.component, &self.subjects);
        let wrapped = wrapped.map_err(|ended| {
            Error::Defect(format!("the component does not start: {}", words(ended)))
        })?;
        Ok(Pair { raw, wrapped })
    }

    /// Takes the steps on fresh instances.
    pub(super) fn run_afresh(&self, steps: &[Step]) -> Result<Vec<Seen>, Error> {
        let mut pair = self.start()?;
        Ok(run(self, &mut pair, steps))
    }
}
