//! The helper functions of the shim: memory.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, MemArgTarget, ValType};

use super::shim::{Global, Helper, Shim};
use super::trap::Trap;
use super::{strings, utf8};
use crate::plan::{Room, Statuses};

const I32: ValType = ValType::I32;

/// The next input and the size of this one stand before it.
const HEADER: i32 = 8;

type Described = (&'static str, Vec<ValType>, Vec<ValType>, Function);

/// Every helper, in the order of [`Helper`].
pub(super) fn helpers(shim: &Shim<'_>) -> Vec<Described> {
    vec![
        ("uplift: area", vec![], vec![I32], area(shim)),
        ("uplift: allocate", vec![I32; 2], vec![I32], allocate(shim)),
        ("cabi_realloc", vec![I32; 4], vec![I32], reallocate(shim)),
        ("uplift: release", vec![], vec![], release(shim)),
        ("uplift: strlen", vec![I32], vec![I32], strings::strlen()),
        (
            "uplift: to Latin-1",
            vec![I32; 2],
            vec![I32],
            strings::to_latin1(),
        ),
        (
            "uplift: count high bytes",
            vec![I32; 2],
            vec![I32],
            strings::count_high(),
        ),
        (
            "uplift: from Latin-1",
            vec![I32; 3],
            vec![],
            strings::from_latin1(),
        ),
        (
            "uplift: strnlen",
            vec![I32; 2],
            vec![I32],
            strings::strnlen(),
        ),
        (
            "uplift: UTF-8 lossily",
            vec![I32; 3],
            vec![I32],
            utf8::lossily(),
        ),
    ]
}

pub(super) fn at(offset: u64, align: u32) -> MemArg {
    MemArg {
        offset,
        align,
        target: MemArgTarget::Memory(0),
        ordering: None,
    }
}

/// Code with a few words of its own.
pub(super) trait Words {
    fn get(&mut self, global: Global) -> &mut Self;
    fn set(&mut self, global: Global) -> &mut Self;
    /// Traps for a reason, if the i32 on the stack is not 0.
    fn trap_if(&mut self, shim: &Shim<'_>, trap: Trap) -> &mut Self;
}

impl Words for InstructionSink<'_> {
    fn get(&mut self, global: Global) -> &mut Self {
        self.global_get(global as u32)
    }

    fn set(&mut self, global: Global) -> &mut Self {
        self.global_set(global as u32)
    }

    fn trap_if(&mut self, shim: &Shim<'_>, trap: Trap) -> &mut Self {
        self.if_(BlockType::Empty)
            .call(shim.trap(trap))
            .unreachable()
            .end()
    }
}

/// Whether the number in a local is one of `statuses`.
pub(super) fn is_among(code: &mut InstructionSink<'_>, local: u32, statuses: Statuses) {
    match (statuses.first, statuses.last) {
        (i32::MIN, i32::MAX) => code.i32_const(1),
        (i32::MIN, last) => code.local_get(local).i32_const(last).i32_le_s(),
        (first, i32::MAX) => code.local_get(local).i32_const(first).i32_ge_s(),
        (one, last) if one == last => code.local_get(local).i32_const(one).i32_eq(),
        (first, last) => code
            .local_get(local)
            .i32_const(first)
            .i32_ge_s()
            .local_get(local)
            .i32_const(last)
            .i32_le_s()
            .i32_and(),
    };
}

/// The shim's own room, allocated once: results and slots.
fn area(shim: &Shim<'_>) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    let size = shim.area_size().cast_signed();
    code.get(Global::Area).i32_eqz().if_(BlockType::Empty);
    match &shim.plan.room {
        Room::Allocator { malloc, .. } => {
            code.i32_const(size + 8);
            if malloc.params.len() == 2 {
                code.i32_const(8);
            }
            code.call(shim.callee(malloc)).set(Global::Area);
            code.get(Global::Area).i32_eqz();
            code.trap_if(shim, Trap::OutOfMemory);
            // Whatever alignment the allocator gives.
            code.get(Global::Area)
                .i32_const(7)
                .i32_add()
                .i32_const(-8)
                .i32_and()
                .set(Global::Area);
        }
        Room::GrownPages | Room::Unneeded => {
            code.i32_const(size)
                .i32_const(8)
                .call(shim.helper(Helper::Allocate))
                .set(Global::Area);
            // It stays when the inputs go.
            code.get(Global::Next).set(Global::Floor);
        }
    }
    code.end().get(Global::Area).end();
    function
}

/// Room for one input or buffer, until the call ends, with a NUL behind it.
fn allocate(shim: &Shim<'_>) -> Function {
    match &shim.plan.room {
        Room::Allocator { malloc, .. } => {
            let (size, align, total, raw) = (0, 1, 2, 3);
            let mut function = Function::new([(2, I32)]);
            let mut code = function.instructions();
            // The alignment leaves a byte for the NUL.
            code.local_get(size)
                .local_get(align)
                .i32_add()
                .i32_const(HEADER)
                .i32_add()
                .local_tee(total)
                .local_get(size)
                .i32_lt_u();
            code.trap_if(shim, Trap::OutOfMemory);
            code.local_get(total);
            if malloc.params.len() == 2 {
                code.i32_const(8);
            }
            code.call(shim.callee(malloc)).local_tee(raw).i32_eqz();
            code.trap_if(shim, Trap::OutOfMemory);
            code.local_get(raw)
                .get(Global::Inputs)
                .i32_store(at(0, 0))
                .local_get(raw)
                .local_get(total)
                .i32_store(at(4, 0))
                .local_get(raw)
                .set(Global::Inputs);
            code.local_get(raw).i32_const(HEADER).i32_add();
            aligned(&mut code, align);
            code.local_tee(raw)
                .local_get(size)
                .i32_add()
                .i32_const(0)
                .i32_store8(at(0, 0))
                .local_get(raw)
                .end();
            function
        }
        Room::GrownPages | Room::Unneeded => allocate_in_pages(shim),
    }
}

/// The pointer on the stack, rounded up to the alignment in a local.
fn aligned(code: &mut InstructionSink<'_>, align: u32) {
    code.local_get(align)
        .i32_add()
        .i32_const(1)
        .i32_sub()
        .i32_const(0)
        .local_get(align)
        .i32_sub()
        .i32_and();
}

fn allocate_in_pages(shim: &Shim<'_>) -> Function {
    let (size, align, need, pages, base) = (0, 1, 2, 3, 4);
    let mut function = Function::new([(3, I32)]);
    let mut code = function.instructions();
    code.local_get(size)
        .local_get(align)
        .i32_add()
        .local_tee(need)
        .local_get(size)
        .i32_lt_u();
    code.trap_if(shim, Trap::OutOfMemory);
    let room_left = |code: &mut InstructionSink<'_>| {
        code.get(Global::End).get(Global::Next).i32_sub();
    };
    room_left(&mut code);
    code.local_get(need).i32_lt_u().if_(BlockType::Empty);
    // As much again as there is, so that the pages that get lost when the memory
    // has grown in between are bounded by the largest call.
    code.get(Global::End)
        .get(Global::Start)
        .i32_sub()
        .local_tee(pages)
        .local_get(need)
        .local_get(pages)
        .local_get(need)
        .i32_gt_u()
        .select();
    page_count(&mut code);
    code.local_tee(pages).memory_grow(0).local_tee(base);
    code.i32_const(-1).i32_eq().if_(BlockType::Empty);
    code.local_get(need);
    page_count(&mut code);
    code.local_tee(pages).memory_grow(0).local_tee(base);
    code.i32_const(-1).i32_eq();
    code.trap_if(shim, Trap::OutOfMemory);
    code.end();
    code.local_get(base)
        .i32_const(16)
        .i32_shl()
        .local_tee(base)
        .get(Global::End)
        .i32_ne()
        .if_(BlockType::Empty);
    for global in [Global::Start, Global::Next, Global::Floor] {
        code.local_get(base).set(global);
    }
    code.end();
    code.local_get(base)
        .local_get(pages)
        .i32_const(16)
        .i32_shl()
        .i32_add()
        .set(Global::End)
        .end();
    code.get(Global::Next);
    aligned(&mut code, align);
    code.local_tee(base)
        .local_get(size)
        .i32_add()
        .i32_const(0)
        .i32_store8(at(0, 0));
    code.local_get(base)
        .local_get(size)
        .i32_add()
        .i32_const(1)
        .i32_add()
        .set(Global::Next);
    code.local_get(base).end();
    function
}

/// The number of pages for the number of bytes on the stack.
fn page_count(code: &mut InstructionSink<'_>) {
    code.i32_const(16).i32_shr_u().i32_const(1).i32_add();
}

/// `cabi_realloc` of the canonical ABI.
fn reallocate(shim: &Shim<'_>) -> Function {
    let (old, old_size, align, size, new) = (0, 1, 2, 3, 4);
    let mut function = Function::new([(1, I32)]);
    let mut code = function.instructions();
    // No room is needed, and the pointer may not be null.
    code.local_get(size)
        .i32_eqz()
        .if_(BlockType::Empty)
        .local_get(align)
        .return_()
        .end();
    if shim.area_size() > 0 {
        // Before the first input, because it stays when the inputs go.
        code.call(shim.helper(Helper::Area)).drop();
    }
    code.local_get(old_size)
        .local_get(size)
        .i32_ge_u()
        .if_(BlockType::Empty);
    code.local_get(old)
        .local_get(size)
        .i32_add()
        .i32_const(0)
        .i32_store8(at(0, 0))
        .local_get(old)
        .return_()
        .end();
    code.local_get(size)
        .local_get(align)
        .call(shim.helper(Helper::Allocate))
        .local_tee(new)
        .local_get(old)
        .local_get(old_size)
        .memory_copy(0, 0)
        .local_get(new)
        .end();
    function
}

/// Gives back the inputs and buffers of the call.
fn release(shim: &Shim<'_>) -> Function {
    let raw = 0;
    let mut function = Function::new([(1, I32)]);
    let mut code = function.instructions();
    match &shim.plan.room {
        Room::Allocator { free, .. } => {
            code.loop_(BlockType::Empty)
                .get(Global::Inputs)
                .local_tee(raw)
                .if_(BlockType::Empty);
            code.local_get(raw)
                .i32_load(at(0, 0))
                .set(Global::Inputs)
                .local_get(raw);
            if free.params.len() >= 2 {
                code.local_get(raw).i32_load(at(4, 0));
            }
            if free.params.len() >= 3 {
                code.i32_const(8);
            }
            code.call(shim.callee(free)).br(1).end().end();
        }
        Room::GrownPages | Room::Unneeded => {
            code.get(Global::Floor).set(Global::Next);
        }
    }
    code.end();
    function
}
