//! Records and tuples to and from C structs: where they are, and lists of them.

mod lift;
mod lower;

use wasm_encoder::{BlockType, ValType};

use super::Body;
use crate::emit::runtime::{Words as _, at};
use crate::emit::shim::Helper;
use crate::emit::trap::Trap;
use crate::plan::{ListInput, Shape};

/// An address: a local and an offset of what it holds.
#[derive(Clone, Copy)]
pub(super) struct Address {
    pub(super) base: u32,
    pub(super) offset: u64,
}

/// Where a WIT value is that is passed on.
#[derive(Clone, Copy)]
pub(super) enum Wit {
    /// In locals, from this one on.
    Flat(u32),
    Memory(Address),
}

impl Address {
    fn plus(self, offset: u32) -> u64 {
        self.offset + u64::from(offset)
    }
}

impl Body<'_, '_> {
    /// Makes structs of the records of a list, in room of their own.
    pub(super) fn list(&mut self, list: &ListInput) {
        let ListInput {
            pointer,
            length,
            shape,
            null_behind,
            ..
        } = list;
        self.copy_all(
            (*pointer, *length),
            (shape.size, *null_behind),
            shape.wit_size,
            |body, from, to| {
                // What no field covers is zero.
                body.code
                    .local_get(to.base)
                    .i32_const(0)
                    .i32_const(shape.size.cast_signed())
                    .memory_fill(0);
                body.lower(shape, Wit::Memory(from), to);
            },
        );
    }

    /// Makes WIT values of the structs of an array, in room of their own.
    pub(super) fn lift_all(&mut self, pointer: u32, length: u32, shape: &Shape) {
        self.copy_all(
            (pointer, length),
            (shape.wit_size, false),
            shape.size,
            |body, from, to| {
                body.lift(shape, from, to);
            },
        );
    }

    /// Copies what is at a pointer, element by element, and lets it point to the
    /// copy, behind which there may be a null pointer.
    fn copy_all(
        &mut self,
        (pointer, length): (u32, u32),
        (new_size, null_behind): (u32, bool),
        old_size: u32,
        copy: impl FnOnce(&mut Self, Address, Address),
    ) {
        let [from, to, copied, left] = [(); 4].map(|()| self.local(ValType::I32));
        let largest = i32::MAX.cast_unsigned() / new_size.max(1);
        self.code
            .local_get(length)
            .i32_const(largest.cast_signed())
            .i32_gt_u();
        self.code.trap_if(self.shim, Trap::OutOfMemory);
        let allocate = self.shim.helper(Helper::Allocate);
        self.code
            .local_get(pointer)
            .local_set(from)
            .local_get(length)
            .i32_const(new_size.cast_signed())
            .i32_mul()
            .i32_const(if null_behind { 4 } else { 0 })
            .i32_add()
            .i32_const(8)
            .call(allocate)
            .local_tee(copied)
            .local_set(to)
            .local_get(length)
            .local_set(left)
            .block(BlockType::Empty)
            .loop_(BlockType::Empty)
            .local_get(left)
            .i32_eqz()
            .br_if(1);
        let place = |base| Address { base, offset: 0 };
        copy(self, place(from), place(to));
        for (local, step) in [(from, old_size), (to, new_size)] {
            self.code
                .local_get(local)
                .i32_const(step.cast_signed())
                .i32_add()
                .local_set(local);
        }
        self.code
            .local_get(left)
            .i32_const(1)
            .i32_sub()
            .local_set(left)
            .br(0)
            .end()
            .end()
            .local_get(copied)
            .local_set(pointer);
        if null_behind {
            self.code.local_get(to).i32_const(0).i32_store(at(0, 0));
        }
    }

    /// Puts an address on the stack.
    fn address(&mut self, address: Address) {
        let offset = i32::try_from(address.offset).unwrap_or(i32::MAX);
        self.code
            .local_get(address.base)
            .i32_const(offset)
            .i32_add();
    }
}
