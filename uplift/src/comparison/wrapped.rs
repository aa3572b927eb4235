//! The wrapped component, called as any host calls one.

use wasmtime::Store;
use wasmtime::component::{Func, InstancePre, ResourceAny, Type, Val};

use super::sandbox::{Ended, Sandbox, State, Trapped, ended};
use super::subject::Subject;

/// The component, running.
pub(super) struct Wrapped<'s> {
    sandbox: &'s Sandbox,
    store: Store<State>,
    /// In the order of the subjects.
    functions: Vec<Func>,
}

impl<'s> Wrapped<'s> {
    pub(super) fn start(
        sandbox: &'s Sandbox,
        component: &InstancePre<State>,
        subjects: &[Subject<'_>],
    ) -> Result<Self, Ended> {
        let mut store = sandbox.store();
        let started = component.instantiate(&mut store);
        let instance = started.map_err(|error| ended(&error, store.data()))?;
        let mut functions = Vec::new();
        for subject in subjects {
            let interface = subject
                .interface
                .as_ref()
                .map(|interface| instance.get_export_index(&mut store, None, interface));
            // An interface that is not there is no reason to look elsewhere.
            let index = match interface {
                Some(None) => None,
                Some(Some(interface)) => {
                    instance.get_export_index(&mut store, Some(&interface), &subject.name)
                }
                None => instance.get_export_index(&mut store, None, &subject.name),
            };
            let function = index.and_then(|index| instance.get_func(&mut store, index));
            functions.push(function.ok_or_else(|| {
                let reason = format!("the component does not export `{}`", subject.key);
                Ended::Trapped(Trapped::at_boundary(reason))
            })?);
        }
        Ok(Wrapped {
            sandbox,
            store,
            functions,
        })
    }

    /// The size of the memory, in pages.
    pub(super) fn pages(&self) -> usize {
        self.store.data().pages
    }

    /// Whether it asked for more memory than it may have.
    pub(super) fn was_denied(&self) -> bool {
        self.store.data().denied
    }

    /// The types of the parameters of a function, and of its result.
    pub(super) fn types(&self, subject: usize) -> (Vec<Type>, Option<Type>) {
        let ty = self.functions[subject].ty(&self.store);
        let params = ty.params().map(|(_, ty)| ty).collect();
        (params, ty.results().next())
    }

    /// Calls a function of the world.
    pub(super) fn call(&mut self, subject: usize, arguments: &[Val]) -> Result<Option<Val>, Ended> {
        let function = self.functions[subject];
        self.sandbox.begin(&mut self.store);
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::Bool(false); count];
        function
            .call(&mut self.store, arguments, &mut results)
            .map_err(|error| ended(&error, self.store.data()))?;
        Ok(results.pop())
    }

    /// Drops a handle, as its owner does.
    pub(super) fn drop_resource(&mut self, handle: ResourceAny) -> Result<(), Ended> {
        self.sandbox.begin(&mut self.store);
        handle
            .resource_drop(&mut self.store)
            .map_err(|error| ended(&error, self.store.data()))
    }
}
