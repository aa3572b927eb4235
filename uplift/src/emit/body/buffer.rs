//! Buffers that the C function fills: room for them, again if need be.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use crate::emit::runtime::Words as _;
use crate::emit::shim::Helper;
use crate::emit::trap::Trap;
use crate::plan::Capacity;

impl Body<'_, '_> {
    /// Makes room for the buffers and calls the C function.
    pub(super) fn call_with_buffers(&mut self) {
        let mut growing = None;
        let function = self.function;
        for (number, buffer) in function.buffers.iter().enumerate() {
            let (_, capacity) = self.buffers[number];
            match &buffer.capacity {
                Capacity::Constant(elements) => {
                    self.code
                        .i32_const(elements.cast_signed())
                        .local_set(capacity);
                }
                Capacity::Bound(bound, length) => {
                    let bound = self.shim.callee(bound);
                    self.code.local_get(*length).call(bound).local_set(capacity);
                }
                Capacity::Local(local, limit) => {
                    self.code
                        .local_get(*local)
                        .local_tee(capacity)
                        .i32_const(limit.cast_signed())
                        .i32_gt_u();
                    self.code.trap_if(self.shim, Trap::OverLimit);
                }
                Capacity::Grow {
                    start,
                    retry_on,
                    limit,
                } => {
                    growing = Some((number, *start, retry_on, *limit));
                    continue;
                }
            }
            self.allocate_buffer(number);
        }
        match growing {
            Some((number, start, retry_on, limit)) => {
                self.call_and_grow(number, start, retry_on, limit);
            }
            None => self.call(),
        }
    }

    fn call_and_grow(&mut self, number: usize, start: u32, retry_on: &[i32], limit: u32) {
        let (_, capacity) = self.buffers[number];
        let more = self.local(ValType::I32);
        let returned = self.returned;
        self.code
            .i32_const(start.cast_signed())
            .local_set(capacity)
            .loop_(BlockType::Empty);
        self.allocate_buffer(number);
        self.call();
        // At the limit, the status counts as any other.
        self.code
            .local_get(capacity)
            .i32_const(limit.cast_signed())
            .i32_lt_u()
            .if_(BlockType::Empty);
        for status in retry_on {
            self.code
                .local_get(returned)
                .i32_const(*status)
                .i32_eq()
                .if_(BlockType::Empty);
            self.end_try();
            // min(2 * capacity, limit), without overflow
            self.code
                .local_get(capacity)
                .local_get(capacity)
                .i32_const(limit.cast_signed())
                .local_get(capacity)
                .i32_sub()
                .local_tee(more)
                .local_get(capacity)
                .local_get(more)
                .i32_lt_u()
                .select()
                .i32_add()
                .local_set(capacity)
                .br(2)
                .end();
        }
        self.code.end().end();
    }

    /// Ends what a try was handed that is going to be repeated.
    fn end_try(&mut self) {
        let function = self.function;
        for part in &function.parts {
            self.abandon(&part.output);
        }
        self.end_new_state();
    }

    fn allocate_buffer(&mut self, number: usize) {
        let (pointer, capacity) = self.buffers[number];
        let element = self.function.buffers[number].element;
        let largest = i32::MAX.cast_unsigned() / element;
        self.code
            .local_get(capacity)
            .i32_const(largest.cast_signed())
            .i32_gt_u();
        self.code.trap_if(self.shim, Trap::OutOfMemory);
        let allocate = self.shim.helper(Helper::Allocate);
        self.code
            .local_get(capacity)
            .i32_const(element.cast_signed())
            .i32_mul()
            .i32_const(8)
            .call(allocate)
            .local_set(pointer);
    }
}
