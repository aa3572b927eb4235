//! Calls a wrapped module by wasmtime's typed functions: fast enough for large
//! inputs and many calls. It watches how the linear memory grows.

use wasmtime::component::{
    Component, ComponentNamedList, Instance, Lift, Linker, Lower, ResourceAny,
};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, ResourceLimiter, Store};

/// What has been granted.
#[derive(Default)]
struct Granted {
    memory: usize,
}

impl ResourceLimiter for Granted {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.memory += desired - current;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// A wrapped module that is compiled.
pub(super) struct Compiled(Component);

impl Compiled {
    /// Compiles it as fast as can be: wasmtime is not optimised here.
    pub(super) fn new(component: &[u8]) -> Self {
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::None);
        config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
        let engine = Engine::new(&config).expect("an engine");
        Self(Component::new(&engine, component).expect("a valid component"))
    }

    /// Starts it. What it imports of WASI ends the call if it is used.
    pub(super) fn start(&self) -> Typed {
        let engine = self.0.engine();
        let mut store = Store::new(engine, Granted::default());
        store.limiter(|granted| granted);
        let mut linker = Linker::new(engine);
        linker
            .define_unknown_imports_as_traps(&self.0)
            .expect("imports can be defined");
        let instance = linker
            .instantiate(&mut store, &self.0)
            .expect("an instance");
        Typed { store, instance }
    }
}

/// A wrapped module that runs.
pub(super) struct Typed {
    store: Store<Granted>,
    instance: Instance,
}

impl Typed {
    /// Compiles and starts it.
    pub(super) fn start(component: &[u8]) -> Self {
        Compiled::new(component).start()
    }

    /// How large the linear memory is.
    pub(super) fn memory(&self) -> usize {
        self.store.data().memory
    }

    /// Calls a function of the interface, or of the world if that is empty.
    pub(super) fn call<P, R>(&mut self, interface: &str, name: &str, arguments: P) -> R
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + 'static,
    {
        let store = &mut self.store;
        let inside = (!interface.is_empty()).then(|| {
            let index = self.instance.get_export_index(&mut *store, None, interface);
            index.unwrap_or_else(|| panic!("no export {interface}"))
        });
        let index = self
            .instance
            .get_export_index(&mut *store, inside.as_ref(), name);
        let index = index.unwrap_or_else(|| panic!("no export {name}"));
        let function = self
            .instance
            .get_typed_func::<P, R>(&mut *store, index)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        function
            .call(store, arguments)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Drops a handle, as its owner does.
    pub(super) fn drop_resource(&mut self, handle: ResourceAny) {
        handle
            .resource_drop(&mut self.store)
            .expect("the destructor returns");
    }

    /// Runs `call` often enough that whatever it leaves behind shows, and
    /// checks that the memory stays as it is.
    pub(super) fn stays_flat(&mut self, mut call: impl FnMut(&mut Self, usize)) {
        for turn in 0..1_000 {
            call(self, turn);
        }
        let before = self.memory();
        for turn in 0..100_000 {
            call(self, turn);
        }
        assert_eq!(self.memory(), before, "100,000 calls left something behind");
    }
}
