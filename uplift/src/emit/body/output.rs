//! From what the C function returned and wrote to the WIT result.

use wasm_encoder::{BlockType, ValType};

use super::{Body, Locals};
use crate::emit::runtime::{Words as _, at};
use crate::emit::shim::{Global, Helper};
use crate::emit::trap::Trap;
use crate::plan::{Layout, Null, Output, Scalar, Wrap, Written};

impl Body<'_, '_> {
    /// Writes the result, and leaves what is returned on the stack.
    pub(super) fn output(&mut self) {
        let Locals {
            pointer,
            length,
            returned,
            ..
        } = self.locals;
        let layout = self.function.layout;
        match &self.function.output {
            Output::Nothing => self.finish(layout, |_| {}),
            Output::Value(scalar) => {
                self.check_range(*scalar);
                self.number(*scalar);
            }
            Output::Chosen(values, scalar) => {
                self.chosen(values);
                self.number(*scalar);
            }
            Output::State(number) => self.handle(*number, pointer),
            Output::Handle(number, failure) => {
                self.code.local_get(returned).i32_eqz();
                self.fail_if(*failure, Trap::NullPointer);
                self.handle(*number, returned);
            }
            Output::Cstring {
                release,
                null,
                latin1,
            } => {
                self.code.local_get(returned).local_tee(pointer).i32_eqz();
                self.null(*null);
                if release.is_some() {
                    self.code.local_get(pointer).set(Global::Owned);
                }
                let strlen = self.shim.helper(Helper::Strlen);
                self.code.local_get(pointer).call(strlen).local_set(length);
                if *latin1 {
                    self.decode_latin1(pointer, length);
                }
                self.finish(layout, Body::store_pointer_and_length);
            }
            Output::Buffer(written) => {
                self.code.local_get(self.locals.buffer).local_set(pointer);
                self.written(written);
                self.finish(layout, Body::store_pointer_and_length);
            }
            Output::Pointed {
                pointer: pointer_slot,
                length: length_slot,
                unit,
                element,
                release,
            } => {
                self.load_slot(*pointer_slot, pointer);
                self.load_slot(*length_slot, length);
                self.in_elements(*unit);
                self.code
                    .local_get(pointer)
                    .i32_eqz()
                    .local_get(length)
                    .i32_const(0)
                    .i32_ne()
                    .i32_and();
                self.code.trap_if(self.shim, Trap::NullPointer);
                if release.is_some() {
                    self.code
                        .local_get(pointer)
                        .set(Global::Owned)
                        .local_get(length)
                        .i32_const(element.cast_signed())
                        .i32_mul()
                        .set(Global::OwnedSize);
                }
                self.finish(layout, Body::store_pointer_and_length);
            }
        }
    }

    /// The number that the C function returned.
    fn number(&mut self, scalar: Scalar) {
        let layout = self.function.layout;
        let returned = self.locals.returned;
        if layout.in_memory {
            self.finish(layout, |body| {
                body.code.local_get(body.locals.area).local_get(returned);
                body.store(scalar);
            });
        } else {
            self.code.local_get(returned);
        }
    }

    /// Makes a handle to a resource, behind which stands the pointer in a local.
    fn handle(&mut self, number: usize, pointer: u32) {
        let new = self.shim.resource_new(number);
        let layout = self.function.layout;
        if layout.in_memory {
            self.finish(layout, |body| {
                body.code
                    .local_get(body.locals.area)
                    .local_get(pointer)
                    .call(new)
                    .i32_store(at(u64::from(layout.payload), 2));
            });
        } else {
            self.code.local_get(pointer).call(new);
        }
    }

    /// What a null pointer means, if the i32 on the stack is not 0.
    fn null(&mut self, null: Null) {
        match null {
            Null::Failure(failure) => self.fail_if(failure, Trap::NullPointer),
            Null::None => {
                self.code.if_(BlockType::Empty);
                self.discriminant(0);
                self.code.local_get(self.locals.area).return_().end();
            }
        }
    }

    fn load_slot(&mut self, slot: u32, local: u32) {
        let place = at(self.shim.slot(slot), 2);
        self.code
            .local_get(self.locals.area)
            .i32_load(place)
            .local_set(local);
    }

    /// Makes the length one of whole elements.
    fn in_elements(&mut self, unit: u32) {
        let length = self.locals.length;
        if unit == 1 {
            return;
        }
        let unit = unit.cast_signed();
        self.code.local_get(length).i32_const(unit).i32_rem_u();
        self.code.trap_if(self.shim, Trap::OutOfRange);
        self.code
            .local_get(length)
            .i32_const(unit)
            .i32_div_u()
            .local_set(length);
    }

    /// The length of what was written to the buffer.
    fn written(&mut self, written: &Written) {
        let Locals {
            capacity,
            length,
            returned,
            ..
        } = self.locals;
        match written {
            Written::All => {
                self.code.local_get(capacity).local_set(length);
                return;
            }
            Written::Returned(unit) => {
                self.code.local_get(returned).local_set(length);
                self.in_elements(*unit);
            }
            Written::Slot(slot, unit) => {
                self.load_slot(*slot, length);
                self.in_elements(*unit);
            }
        }
        self.code.local_get(length).local_get(capacity).i32_gt_u();
        self.code.trap_if(self.shim, Trap::BufferOverrun);
    }

    /// Makes a string in Latin-1 one in UTF-8.
    pub(super) fn decode_latin1(&mut self, pointer: u32, length: u32) {
        let Locals {
            capacity, buffer, ..
        } = self.locals;
        let helper = |helper| self.shim.helper(helper);
        let (count, allocate, decode) = (
            helper(Helper::CountHigh),
            helper(Helper::Allocate),
            helper(Helper::FromLatin1),
        );
        self.code
            .local_get(pointer)
            .local_get(length)
            .call(count)
            .local_tee(capacity)
            .if_(BlockType::Empty);
        self.code
            .local_get(length)
            .local_get(capacity)
            .i32_add()
            .i32_const(1)
            .call(allocate)
            .local_set(buffer);
        self.code
            .local_get(pointer)
            .local_get(length)
            .local_get(buffer)
            .call(decode)
            .local_get(buffer)
            .local_set(pointer)
            .local_get(length)
            .local_get(capacity)
            .i32_add()
            .local_set(length)
            .end();
    }

    /// Traps if the returned number is none of the narrow WIT type, which would
    /// only keep its low bits.
    fn check_range(&mut self, scalar: Scalar) {
        let returned = self.locals.returned;
        let code = &mut self.code;
        match scalar {
            Scalar::U8 => code.local_get(returned).i32_const(0xff).i32_gt_u(),
            Scalar::U16 => code.local_get(returned).i32_const(0xffff).i32_gt_u(),
            Scalar::S8 => code
                .local_get(returned)
                .i32_extend8_s()
                .local_get(returned)
                .i32_ne(),
            Scalar::S16 => code
                .local_get(returned)
                .i32_extend16_s()
                .local_get(returned)
                .i32_ne(),
            _ => return,
        };
        code.trap_if(self.shim, Trap::OutOfRange);
    }

    /// Writes the result around a value that `store` writes, and leaves what is
    /// returned on the stack.
    fn finish(&mut self, layout: Layout, store: impl FnOnce(&mut Self)) {
        if !layout.in_memory {
            // A result without any payload is its discriminant.
            if layout.wrap == Wrap::Result {
                self.code.i32_const(0);
            }
            return;
        }
        match layout.wrap {
            Wrap::Plain => {}
            Wrap::Option => self.discriminant(1),
            Wrap::Result => self.discriminant(0),
        }
        store(self);
        self.code.local_get(self.locals.area);
    }

    fn store_pointer_and_length(&mut self) {
        let Locals {
            area,
            pointer,
            length,
            ..
        } = self.locals;
        let payload = u64::from(self.function.layout.payload);
        self.code
            .local_get(area)
            .local_get(pointer)
            .i32_store(at(payload, 2))
            .local_get(area)
            .local_get(length)
            .i32_store(at(payload + 4, 2));
    }

    /// Stores the number on the stack where the value of the result goes.
    fn store(&mut self, scalar: Scalar) {
        let place = |align| at(u64::from(self.function.layout.payload), align);
        match (scalar.core(), scalar.size()) {
            (ValType::I64, _) => self.code.i64_store(place(3)),
            (ValType::F32, _) => self.code.f32_store(place(2)),
            (ValType::F64, _) => self.code.f64_store(place(3)),
            (_, 1) => self.code.i32_store8(place(0)),
            (_, 2) => self.code.i32_store16(place(1)),
            _ => self.code.i32_store(place(2)),
        };
    }
}
