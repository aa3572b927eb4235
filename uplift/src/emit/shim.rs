//! The shim module: its sections and index spaces.

use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function as Code,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemoryType, Module, NameMap,
    NameSection, TypeSection, ValType,
};

use super::trap::Trap;
use super::{body, late, runtime, state};
use crate::Plan;
use crate::plan::{Callee, Capacity, Function, Output, Room};

/// The globals, all of type i32 and 0 at first.
#[derive(Clone, Copy)]
pub(super) enum Global {
    /// The shim's own room, once it has been allocated.
    Area,
    /// The inputs of the current call, as a linked list.
    Inputs,
    /// The grown pages: where they start and end, what is free, and up to where
    /// it stays taken between calls.
    Start,
    End,
    Next,
    Floor,
    /// The text of an error that the module's function frees after the call.
    OwnedText,
    /// Whether a handle is dropped without an end to what stands behind it.
    Keep,
    /// What is left of the pages for states.
    PoolNext,
    PoolEnd,
    /// Which function's results the next call ends, counted from 1.
    Due,
}

/// After them come a list of freed states for each resource, and what the module's
/// functions free after the call, each with its size.
const GLOBALS: u32 = 11;

/// The functions that every shim may use.
#[derive(Clone, Copy)]
pub(super) enum Helper {
    /// `() -> area`
    Area,
    /// `(size, alignment) -> pointer`, with a NUL behind it
    Allocate,
    /// `cabi_realloc`
    Reallocate,
    /// `()`: ends the inputs of the call
    Release,
    /// `(pointer) -> length`
    Strlen,
    /// `(pointer, length) -> new length or -1`, in place
    ToLatin1,
    /// `(pointer, length) -> number of bytes above 0x7f`
    CountHigh,
    /// `(from, length, to)`
    FromLatin1,
    /// `(pointer, size) -> length`, up to a NUL
    Strnlen,
    /// `(from, length, to) -> size, or 0 if it is valid`: UTF-8 with U+FFFD for what is
    /// not; it is written unless `to` is null
    Lossily,
}

const HELPERS: u32 = 10;

/// What code in the shim refers to by index.
pub(super) struct Shim<'a> {
    pub(super) plan: &'a Plan,
    /// The functions of the main module, in the order of their imports.
    callees: Vec<Callee>,
    /// The size of the result area, without the slots.
    results: u32,
    /// The size of the slots of the function that needs most.
    slots: u32,
}

impl Shim<'_> {
    pub(super) fn helper(&self, helper: Helper) -> u32 {
        self.imports() + helper as u32
    }

    pub(super) fn trap(&self, trap: Trap) -> u32 {
        self.imports() + HELPERS + trap as u32
    }

    /// `() -> pointer`: a new state of the resource with this number.
    pub(super) fn new_state(&self, number: usize) -> u32 {
        self.trap(Trap::ALL[0]) + index(Trap::ALL.len()) + 2 * index(number)
    }

    /// `(pointer)`: gives it back.
    pub(super) fn free_state(&self, number: usize) -> u32 {
        self.new_state(number) + 1
    }

    /// `(pointer) -> handle`: the canonical ABI's `resource.new`.
    pub(super) fn resource_new(&self, number: usize) -> u32 {
        index(self.callees.len()) + index(number)
    }

    /// `(handle) -> pointer`: the canonical ABI's `resource.rep`. There are this one
    /// and the next only if some function is given a resource.
    pub(super) fn resource_rep(&self, number: usize) -> u32 {
        self.resource_new(number) + index(self.plan.resources.len())
    }

    /// `(handle)`: the canonical ABI's `resource.drop`.
    pub(super) fn resource_drop(&self, number: usize) -> u32 {
        self.resource_rep(number) + index(self.plan.resources.len())
    }

    /// `(pointer)`: ends what stands behind a resource.
    pub(super) fn destructor(&self, number: usize) -> u32 {
        self.new_state(self.plan.resources.len()) + index(number)
    }

    /// `()`: ends the results of the last call, where some function leaves that to
    /// the next one.
    pub(super) fn end_last(&self) -> Option<u32> {
        let last = late::count(self).checked_sub(1)?;
        Some(self.destructor(self.plan.resources.len()) + last)
    }

    /// Whether some function is given a resource.
    pub(super) fn gives_away(&self) -> bool {
        let mut functions = self.plan.functions.iter();
        functions.any(|function| !function.given.is_empty())
    }

    pub(super) fn callee(&self, callee: &Callee) -> u32 {
        let position = self.callees.iter().position(|found| found == callee);
        index(position.unwrap_or(0))
    }

    fn imports(&self) -> u32 {
        let kinds = if self.gives_away() { 3 } else { 1 };
        index(self.callees.len() + kinds * self.plan.resources.len())
    }

    /// The offset in the area of what is at an offset of the slots.
    pub(super) fn slot(&self, offset: u32) -> u64 {
        u64::from(self.results + offset)
    }

    /// The global of the pointer that is freed after the call as the one with this
    /// number; its size is in the next global.
    pub(super) fn owned(&self, number: usize) -> u32 {
        freed_states(self.plan.resources.len()) + 2 * index(number)
    }

    /// The global of what stands behind the resource with this number among those
    /// that a function is given; the next one says that only the state is left.
    pub(super) fn given(&self, function: &Function, number: usize) -> u32 {
        self.owned(function.releases().len() + number)
    }

    /// The size of the area; 0 where none is needed.
    pub(super) fn area_size(&self) -> u32 {
        self.results + self.slots
    }
}

/// The global with the list of freed states of the resource with this number.
pub(super) fn freed_states(number: usize) -> u32 {
    GLOBALS + index(number)
}

/// A position in an index space. There are never more than a module's exports.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Encodes the shim, without the description of its world.
pub(super) fn encode(plan: &Plan) -> Vec<u8> {
    let shim = &Shim {
        plan,
        callees: callees(plan),
        results: plan
            .functions
            .iter()
            .filter(|function| function.layout.in_memory)
            .map(|function| function.layout.size.next_multiple_of(8))
            .max()
            .unwrap_or(0),
        slots: plan
            .functions
            .iter()
            .map(Function::slots_size)
            .max()
            .unwrap_or(0),
    };
    let mut sections = Sections::default();
    for callee in &shim.callees {
        let ty = sections.ty(&callee.params, &callee.results);
        sections
            .imports
            .import("__main_module__", &callee.export, EntityType::Function(ty));
        sections.name(&callee.export);
    }
    import_resources(&mut sections, shim);
    if plan.room == Room::Unneeded {
        // The index space stays the same; wit-component drops what is unused.
        for number in 0..HELPERS {
            let mut unused = Code::new([]);
            unused.instructions().unreachable().end();
            sections.function(&format!("unused {number}"), &[], &[], &unused);
        }
    } else {
        sections.imports.import(
            "env",
            "memory",
            MemoryType {
                minimum: 0,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            },
        );
        for (name, params, results, code) in runtime::helpers(shim) {
            sections.function(name, &params, &results, &code);
        }
    }
    for trap in Trap::ALL {
        let mut code = Code::new([]);
        code.instructions().unreachable().end();
        sections.function(trap.name(), &[], &[], &code);
    }
    resources(&mut sections, shim);
    late::emit(&mut sections, shim);
    for function in &plan.functions {
        let results: Vec<ValType> = function.result.into_iter().collect();
        let code = body::wrapper(shim, function);
        let index = sections.function(&function.export, &function.params, &results, &code);
        sections
            .exports
            .export(&function.export, ExportKind::Func, index);
        if let Some(code) = body::post_return(shim, function) {
            let name = format!("cabi_post_{}", function.export);
            let index = sections.function(&name, &results, &[], &code);
            sections.exports.export(&name, ExportKind::Func, index);
        }
    }
    if plan.room != Room::Unneeded {
        sections.exports.export(
            "cabi_realloc",
            ExportKind::Func,
            shim.helper(Helper::Reallocate),
        );
    }
    let owned = plan
        .functions
        .iter()
        .map(|function| function.releases().len() + function.given.len());
    let owned = owned.max().unwrap_or(0);
    sections.finish(index(plan.resources.len() + 2 * owned))
}

/// The canonical ABI's functions for the resources.
fn import_resources(sections: &mut Sections, shim: &Shim<'_>) {
    const I32: &[ValType] = &[ValType::I32];
    let mut kinds = vec![("new", I32)];
    if shim.gives_away() {
        kinds.extend([("rep", I32), ("drop", &[])]);
    }
    for (kind, results) in kinds {
        for resource in &shim.plan.resources {
            let ty = sections.ty(I32, results);
            let name = format!("[resource-{kind}]{}", resource.name);
            let module = format!("[export]{}", resource.interface);
            let import = EntityType::Function(ty);
            sections.imports.import(&module, &name, import);
            sections.name(&name);
        }
    }
}

/// The functions that make and end states, and the destructors.
fn resources(sections: &mut Sections, shim: &Shim<'_>) {
    const POINTER: [ValType; 1] = [ValType::I32];
    for (number, resource) in shim.plan.resources.iter().enumerate() {
        let name = &resource.name;
        let new = state::new(shim, number, resource);
        sections.function(&format!("uplift: new state of {name}"), &[], &POINTER, &new);
        let free = state::free(shim, number, resource);
        sections.function(
            &format!("uplift: free state of {name}"),
            &POINTER,
            &[],
            &free,
        );
    }
    for (number, resource) in shim.plan.resources.iter().enumerate() {
        let name = format!("{}#[dtor]{}", resource.interface, resource.name);
        let code = state::destructor(shim, number, resource);
        let index = sections.function(&name, &POINTER, &[], &code);
        sections.exports.export(&name, ExportKind::Func, index);
    }
}

/// The functions of the main module that the shim calls, each once.
fn callees(plan: &Plan) -> Vec<Callee> {
    let mut callees: Vec<Callee> = Vec::new();
    let mut add = |callee: &Callee| {
        if !callees.contains(callee) {
            callees.push(callee.clone());
        }
    };
    if let Room::Allocator { malloc, free } = &plan.room {
        add(malloc);
        add(free);
    }
    for resource in &plan.resources {
        resource.destroy.iter().for_each(&mut add);
    }
    for function in &plan.functions {
        add(&function.callee);
        function.releases().into_iter().for_each(&mut add);
        function.report.callees().for_each(&mut add);
        let outputs = function.parts.iter().map(|part| &part.output);
        outputs.flat_map(Output::callees).for_each(&mut add);
        for buffer in &function.buffers {
            if let Capacity::Bound(bound, _) = &buffer.capacity {
                add(bound);
            }
        }
    }
    callees
}

/// The sections while they are being filled.
#[derive(Default)]
pub(super) struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    exports: ExportSection,
    code: CodeSection,
    names: NameMap,
    function_count: u32,
}

impl Sections {
    fn ty(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        self.types
            .ty()
            .function(params.iter().copied(), results.iter().copied());
        self.types.len() - 1
    }

    fn name(&mut self, name: &str) {
        self.names.append(self.function_count, name);
        self.function_count += 1;
    }

    pub(super) fn function(
        &mut self,
        name: &str,
        params: &[ValType],
        results: &[ValType],
        code: &Code,
    ) -> u32 {
        let ty = self.ty(params, results);
        self.functions.function(ty);
        self.code.function(code);
        self.name(name);
        self.function_count - 1
    }

    /// The module, with `more` globals than the ones that have names.
    fn finish(self, more: u32) -> Vec<u8> {
        let mut globals = GlobalSection::new();
        for _ in 0..GLOBALS + more {
            globals.global(
                GlobalType {
                    val_type: ValType::I32,
                    mutable: true,
                    shared: false,
                },
                &ConstExpr::i32_const(0),
            );
        }
        let mut names = NameSection::new();
        names.functions(&self.names);
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&globals)
            .section(&self.exports)
            .section(&self.code)
            .section(&names);
        module.finish()
    }
}
