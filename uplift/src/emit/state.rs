//! What stands behind the resources that the world exports.

use wasm_encoder::{BlockType, Function, ValType};

use super::late;
use super::runtime::{Words as _, at};
use super::shim::{Global, Shim, freed_states};
use super::trap::Trap;
use crate::plan::{Resource, Room};

/// Room for a new state, filled with zeros.
pub(super) fn new(shim: &Shim<'_>, number: usize, resource: &Resource) -> Function {
    let Some(size) = resource.size else {
        return unused();
    };
    let (pointer, pages) = (0, 1);
    let mut function = Function::new([(2, ValType::I32)]);
    let mut code = function.instructions();
    match &shim.plan.room {
        Room::Allocator { malloc, .. } => {
            code.i32_const(size.cast_signed());
            if malloc.params.len() == 2 {
                code.i32_const(8);
            }
            code.call(shim.callee(malloc)).local_tee(pointer).i32_eqz();
            code.trap_if(shim, Trap::OutOfMemory);
        }
        Room::GrownPages | Room::Unneeded => {
            let slot = slot(size).cast_signed();
            let list = freed_states(number);
            code.global_get(list)
                .local_tee(pointer)
                .if_(BlockType::Empty)
                .local_get(pointer)
                .i32_load(at(0, 2))
                .global_set(list)
                .else_();
            code.get(Global::PoolEnd)
                .get(Global::PoolNext)
                .i32_sub()
                .i32_const(slot)
                .i32_lt_u()
                .if_(BlockType::Empty);
            code.i32_const((slot >> 16) + 1)
                .memory_grow(0)
                .local_tee(pages)
                .i32_const(-1)
                .i32_eq();
            code.trap_if(shim, Trap::OutOfMemory);
            code.local_get(pages)
                .i32_const(16)
                .i32_shl()
                .set(Global::PoolNext)
                .get(Global::PoolNext)
                .i32_const(((slot >> 16) + 1) << 16)
                .i32_add()
                .set(Global::PoolEnd)
                .end();
            code.get(Global::PoolNext)
                .local_tee(pointer)
                .i32_const(slot)
                .i32_add()
                .set(Global::PoolNext)
                .end();
        }
    }
    code.local_get(pointer)
        .i32_const(0)
        .i32_const(size.cast_signed())
        .memory_fill(0)
        .local_get(pointer)
        .end();
    function
}

/// Gives back a state.
pub(super) fn free(shim: &Shim<'_>, number: usize, resource: &Resource) -> Function {
    let Some(size) = resource.size else {
        return unused();
    };
    let pointer = 0;
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.local_get(pointer);
    match &shim.plan.room {
        Room::Allocator { free, .. } => {
            if free.params.len() >= 2 {
                code.i32_const(size.cast_signed());
            }
            if free.params.len() >= 3 {
                code.i32_const(8);
            }
            code.call(shim.callee(free));
        }
        Room::GrownPages | Room::Unneeded => {
            let list = freed_states(number);
            code.global_get(list)
                .i32_store(at(0, 2))
                .local_get(pointer)
                .global_set(list);
        }
    }
    code.end();
    function
}

/// What runs when the resource is dropped.
pub(super) fn destructor(shim: &Shim<'_>, number: usize, resource: &Resource) -> Function {
    let pointer = 0;
    let mut function = Function::new([]);
    let mut code = function.instructions();
    if shim.gives_away() {
        code.get(Global::Keep).if_(BlockType::Empty).return_().end();
    }
    late::end_last(shim, &mut code);
    if let Some(destroy) = &resource.destroy {
        code.local_get(pointer).call(shim.callee(destroy));
        for _ in &destroy.results {
            code.drop();
        }
    }
    if resource.size.is_some() {
        code.local_get(pointer).call(shim.free_state(number));
    }
    code.end();
    function
}

fn unused() -> Function {
    let mut function = Function::new([]);
    function.instructions().unreachable().end();
    function
}

/// The bytes that a state takes in grown pages.
fn slot(size: u32) -> u32 {
    size.next_multiple_of(16)
}
