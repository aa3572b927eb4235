//! Wraps a module in the text format and calls it as a component.

use std::fs;

use uplift::{Component, Diagnostic, Error, Mapping, Module, Plan};
use wasmtime::component::{Component as Compiled, Instance, Linker, Val};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

/// A C library in the text format: a malloc that never reuses, so that a read
/// after free shows, and counters of what was allocated and freed.
pub(crate) const ALLOCATOR: &str = r#"
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 4096))
    (global $live (mut i32) (i32.const 0))
    (func $malloc (export "malloc") (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $top))
      (global.set $top (i32.and (i32.add (i32.add (global.get $top) (local.get $size)) (i32.const 15)) (i32.const -16)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
        (drop (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1)))))
      (global.set $live (i32.add (global.get $live) (i32.const 1)))
      (local.get $at))
    (func $free (export "free") (param $at i32)
      (global.set $live (i32.sub (global.get $live) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.const 0x21)))
    (func (export "live") (result i32) (global.get $live))
"#;

/// An allocator that never reuses, either, and puts each block between marked bytes,
/// so many bytes after a multiple of 16. It traps at its next use if these were
/// written to. What it hands out was in use before.
pub(crate) fn guarded(after: u32) -> String {
    GUARDED.replace("AFTER", &after.to_string())
}

const GUARDED: &str = r#"
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 4096))
    (func $malloc (export "malloc") (param $size i32) (result i32)
      (local $at i32)
      (call $intact)
      (local.set $at (global.get $top))
      (global.set $top (call $behind (local.get $at) (local.get $size)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
        (drop (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1)))))
      (memory.fill (local.get $at) (i32.const 0x5a) (i32.sub (global.get $top) (local.get $at)))
      (i32.store (local.get $at) (local.get $size))
      (i32.add (local.get $at) (i32.const AFTER)))
    (func $free (export "free") (param $at i32)
      (call $intact))
    (func $behind (param $at i32) (param $size i32) (result i32)
      (i32.and (i32.const -16)
        (i32.add (local.get $at) (i32.add (local.get $size) (i32.const 48)))))
    (func $intact
      (local $at i32) (local $data i32) (local $end i32)
      (local.set $at (i32.const 4096))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $at) (global.get $top)))
        (local.set $data (i32.add (local.get $at) (i32.const AFTER)))
        (local.set $end (i32.add (local.get $data) (i32.load (local.get $at))))
        (call $marked (i32.add (local.get $at) (i32.const 4)) (local.get $data))
        (local.set $at (call $behind (local.get $at) (i32.load (local.get $at))))
        (call $marked (local.get $end) (local.get $at))
        (br $next))))
    (func $marked (param $at i32) (param $end i32)
      (loop $next
        (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x5a)) (then unreachable))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))
"#;

/// A function that sums bytes.
pub(crate) const SUM: &str = r#"
    (func (export "sum") (param $at i32) (param $length i32) (result i32)
      (local $sum i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
      (local.get $sum))
"#;

/// How [`SUM`] is called.
pub(crate) const CALL_SUM: &str = r#"[function.sum]
arguments = [{ as = "pointer", param = "data" }, { as = "length", param = "data" }]
"#;

/// A module with [`ALLOCATOR`] and `functions`.
pub(crate) fn with_allocator(functions: &str) -> String {
    format!("(module {ALLOCATOR} {functions})")
}

/// Plans and emits; the WIT is the body of a world.
pub(crate) fn wrap(wat: &str, world: &str, mapping: &str) -> Result<Component, Error> {
    let module = wat::parse_str(wat).expect("the test's module is valid");
    wrap_bytes(module, world, mapping)
}

/// The same for a module in its binary form.
pub(crate) fn wrap_bytes(module: Vec<u8>, world: &str, mapping: &str) -> Result<Component, Error> {
    planned(module, world, mapping).map(|(_, _, component)| component)
}

/// The component, with what it was made by.
pub(crate) fn planned(
    module: Vec<u8>,
    world: &str,
    mapping: &str,
) -> Result<(Plan, Mapping, Component), Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = if world.contains("world ") {
        world.to_owned()
    } else {
        format!("package test:wrapped; world wrapped {{ {world} }}")
    };
    fs::write(folder.path().join("world.wit"), wit).expect("the WIT can be written");
    let mapping = format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{mapping}");
    let module = Module::read(module)?;
    let mapping = Mapping::parse(&mapping)?;
    let plan = Plan::check(&module, &mapping, folder.path())?;
    let component = plan.emit()?;
    Ok((plan, mapping, component))
}

/// What counts calls or blocks: the two sides of a comparison make different ones.
#[cfg(feature = "check")]
const COUNTERS: [&str; 2] = ["live", "ended"];

#[cfg(feature = "check")]
fn compare(plan: &Plan, mapping: &Mapping, component: &Component) {
    let options = uplift::Options {
        inputs: 16,
        calls: 0,
        ..uplift::Options::default()
    };
    let compared = plan.compare(mapping, component, &options, &uplift::Cases::default());
    let comparison = match compared {
        Ok(comparison) => comparison,
        // That a module does not start is for the test to say.
        Err(Error::NotRunnable(_)) => return,
        Err(other) => panic!("{other}"),
    };
    for function in &comparison.functions {
        let name = function.function.rsplit(['#', '.']).next();
        let counts = name.is_some_and(|name| COUNTERS.contains(&name));
        assert!(function.different == 0 || counts, "{function:#?}");
        let unknown = function.left_out.as_ref();
        assert!(
            !unknown.is_some_and(|reason| reason.contains("does not know")),
            "{function:#?}"
        );
    }
}

/// The mistakes that keep a module from being wrapped.
pub(crate) fn mistakes(wat: &str, world: &str, mapping: &str) -> Vec<Diagnostic> {
    match wrap(wat, world, mapping) {
        Err(Error::Mapping(mistakes)) => mistakes,
        Err(other) => panic!("mistakes in the mapping were expected, not: {other}"),
        Ok(_) => panic!("mistakes were expected"),
    }
}

/// A wrapped module that runs.
pub(crate) struct Wrapped {
    store: Store<StoreLimits>,
    instance: Instance,
}

impl Wrapped {
    pub(crate) fn new(wat: &str, world: &str, mapping: &str) -> Self {
        match wrap(wat, world, mapping) {
            Ok(component) => Wrapped::start(&component.bytes),
            Err(Error::Mapping(mistakes)) => panic!("{mistakes:#?}"),
            Err(other) => panic!("{other}"),
        }
    }

    /// The same for a module that does what its mapping says on every input: it is
    /// compared by `check`, too, whose C caller and the shim were written apart.
    pub(crate) fn compared(wat: &str, world: &str, mapping: &str) -> Self {
        #[cfg(feature = "check")]
        {
            let module = wat::parse_str(wat).expect("the test's module is valid");
            if let Ok((plan, mapping, component)) = planned(module, world, mapping) {
                compare(&plan, &mapping, &component);
            }
        }
        Wrapped::new(wat, world, mapping)
    }

    pub(crate) fn start(component: &[u8]) -> Self {
        Wrapped::try_start(component).unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Instantiates a component, which may trap.
    pub(crate) fn try_start(component: &[u8]) -> wasmtime::Result<Self> {
        let engine = Engine::new(&Config::new()).expect("an engine");
        let compiled = Compiled::new(&engine, component).expect("a valid component");
        let limits = StoreLimitsBuilder::new().memory_size(512 << 20).build();
        let mut store = Store::new(&engine, limits);
        store.limiter(|limits| limits);
        // A value of the dynamic interface takes far more room than a byte.
        store.set_hostcall_fuel(usize::MAX);
        let instance = Linker::new(&engine).instantiate(&mut store, &compiled)?;
        Ok(Wrapped { store, instance })
    }

    /// Calls a function that returns something.
    pub(crate) fn call(&mut self, name: &str, arguments: &[Val]) -> Val {
        self.try_call(name, arguments)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// The text of the trap that a call ends in, with the backtrace.
    pub(crate) fn trap(&mut self, name: &str, arguments: &[Val]) -> String {
        match self.try_call(name, arguments) {
            Ok(value) => panic!("{name} returned {value:?}"),
            Err(error) => format!("{error:?}"),
        }
    }

    /// Drops a handle, as its owner does.
    pub(crate) fn drop_resource(&mut self, handle: &Val) {
        let Val::Resource(resource) = handle else {
            panic!("no resource: {handle:?}");
        };
        resource
            .resource_drop(&mut self.store)
            .expect("the destructor returns");
    }

    fn try_call(&mut self, name: &str, arguments: &[Val]) -> wasmtime::Result<Val> {
        let mut path: Vec<&str> = name.split('#').collect();
        let last = path.pop().expect("a name");
        let mut index = None;
        for interface in path {
            index = self
                .instance
                .get_export_index(&mut self.store, index.as_ref(), interface);
        }
        let index = self
            .instance
            .get_export_index(&mut self.store, index.as_ref(), last)
            .unwrap_or_else(|| panic!("no export {name}"));
        let function = self
            .instance
            .get_func(&mut self.store, index)
            .expect("a function");
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::Bool(false); count];
        function.call(&mut self.store, arguments, &mut results)?;
        Ok(results.pop().unwrap_or(Val::Bool(false)))
    }
}

pub(crate) fn string(text: &str) -> Val {
    Val::String(text.into())
}

pub(crate) fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().copied().map(Val::U8).collect())
}

pub(crate) fn ok(value: Val) -> Val {
    Val::Result(Ok(Some(Box::new(value))))
}

pub(crate) fn error(case: &str) -> Val {
    Val::Result(Err(Some(Box::new(Val::Enum(case.into())))))
}

/// The core modules inside of a component, in their order.
pub(crate) fn core_modules(component: &[u8]) -> Vec<Vec<u8>> {
    let mut modules = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        if let wasmparser::Payload::ModuleSection {
            unchecked_range, ..
        } = payload.expect("a valid component")
        {
            let range = usize::try_from(unchecked_range.start).expect("an offset")
                ..usize::try_from(unchecked_range.end).expect("an offset");
            modules.push(component[range].to_vec());
        }
    }
    modules
}
