//! The call of the C function: its arguments and the slots that they point to.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use super::record::{Address, Wit};
use crate::emit::runtime::{Words as _, at};
use crate::emit::trap::Trap;
use crate::plan::{Argument, Initial, Slot};

/// Up to so many bytes are set to zero word by word.
const FEW: u32 = 64;

impl Body<'_, '_> {
    /// Calls the C function, and keeps what it returns.
    pub(super) fn call(&mut self) {
        let function = self.function;
        if let Some(number) = self.new_state() {
            let new = self.shim.new_state(number);
            self.code.call(new).local_set(self.state);
        }
        self.clear_slots();
        for slot in &function.slots {
            self.fill_slot(slot);
        }
        for argument in &function.arguments {
            self.argument(*argument);
        }
        let callee = self.shim.callee(&function.callee);
        self.code.call(callee);
        self.consumed(false);
        match function.callee.results.len() {
            0 => {}
            1 => {
                self.code.local_set(self.returned);
            }
            many => {
                for _ in 0..many {
                    self.code.drop();
                }
            }
        }
    }

    fn clear_slots(&mut self) {
        let size = self.function.slots_size();
        if size > FEW {
            self.code.local_get(self.area);
            let offset = self.slot_offset(0);
            self.code
                .i32_const(offset)
                .i32_add()
                .i32_const(0)
                .i32_const(size.cast_signed())
                .memory_fill(0);
            return;
        }
        for offset in (0..size).step_by(8) {
            let place = at(self.shim.slot(offset), 3);
            self.code.local_get(self.area).i64_const(0).i64_store(place);
        }
    }

    fn fill_slot(&mut self, slot: &Slot) {
        let place = self.shim.slot(slot.offset);
        match &slot.initial {
            Initial::Zero => {}
            Initial::Capacity(buffer, units) => {
                let (_, capacity) = self.buffers[*buffer];
                self.code
                    .local_get(self.area)
                    .local_get(capacity)
                    .i32_const(units.cast_signed())
                    .i32_mul()
                    .i32_store(at(place, 2));
            }
            Initial::Number(local, wit, c) => {
                self.code.local_get(self.area).local_get(*local);
                self.convert(wit.kind(), c.kind(), Trap::OutOfCRange);
                self.store(c.core(), c.size(), place);
            }
            Initial::Record(local, some, shape) => {
                let to = Address {
                    base: self.area,
                    offset: place,
                };
                self.if_some(*some, |body| body.lower(shape, Wit::Flat(*local), to));
            }
        }
    }

    /// The offset of a slot in the area, as an i32.
    fn slot_offset(&self, slot: u32) -> i32 {
        i32::try_from(self.shim.slot(slot)).unwrap_or(i32::MAX)
    }

    /// Puts an argument on the stack.
    pub(super) fn argument(&mut self, argument: Argument) {
        match argument {
            Argument::Local(local) => {
                self.code.local_get(local);
            }
            Argument::Number(local, wit, c) => {
                self.code.local_get(local);
                self.convert(wit.kind(), c.kind(), Trap::OutOfCRange);
            }
            Argument::NumberIf {
                some,
                local,
                scalar,
                c,
                none,
            } => {
                let number = self.local(c.core());
                self.code.local_get(some).if_(BlockType::Result(c.core()));
                self.code.local_get(local);
                self.convert(scalar.kind(), c.kind(), Trap::OutOfCRange);
                self.code.local_set(number);
                self.is_number(number, c, none);
                self.code.trap_if(self.shim, Trap::StandsForNone);
                self.code.local_get(number).else_();
                self.number(c, none);
                self.code.end();
            }
            Argument::Constant(value, ValType::I64) => {
                self.code.i64_const(value);
            }
            // The low bits: signed or unsigned, they are the same.
            #[expect(clippy::cast_possible_truncation)]
            Argument::Constant(value, _) => {
                self.code.i32_const(value as i32);
            }
            Argument::Scaled(local, size) => {
                self.code
                    .local_get(local)
                    .i32_const(size.cast_signed())
                    .i32_mul();
            }
            Argument::State(_) => {
                self.code.local_get(self.state);
            }
            Argument::Buffer(number) => {
                let (pointer, _) = self.buffers[number];
                self.code.local_get(pointer);
            }
            Argument::Capacity(number, units) => {
                let (_, capacity) = self.buffers[number];
                self.code
                    .local_get(capacity)
                    .i32_const(units.cast_signed())
                    .i32_mul();
            }
            Argument::Slot(slot) => {
                let offset = self.slot_offset(slot);
                self.code.local_get(self.area).i32_const(offset).i32_add();
            }
            Argument::SlotIf(slot, some) => {
                let offset = self.slot_offset(slot);
                self.code
                    .local_get(self.area)
                    .i32_const(offset)
                    .i32_add()
                    .i32_const(0)
                    .local_get(some)
                    .select();
            }
        }
    }
}
