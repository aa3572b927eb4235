//! From what the C function returned and wrote to the WIT result.
//!
//! Everything is checked before the first part is stored, so that a part that
//! turns out to be an error leaves no handle behind.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use super::record::Address;
use crate::emit::runtime::{Words as _, at};
use crate::emit::shim::Helper;
use crate::emit::trap::Trap;
use crate::plan::{
    Argument, At, CType, Encoding, From, LeafKind, Null, Output, Part, Scalar, Shape, Written,
};

/// A part that has been checked: its locals.
#[derive(Clone, Copy, Default)]
pub(super) struct Ready {
    /// The number or the pointer.
    pub(super) value: u32,
    pub(super) length: u32,
}

impl Body<'_, '_> {
    /// Writes the result, and leaves what is returned on the stack.
    pub(super) fn output(&mut self) {
        let function = self.function;
        let globals = self.own_pointers(true);
        let mut ready = vec![Ready::default(); function.parts.len()];
        // A part whose null pointer is an error comes after all whose size has to be
        // known to free them.
        let mut order: Vec<usize> = (0..function.parts.len()).collect();
        order.sort_by_key(|number| match &function.parts[*number].output {
            output @ Output::Counted { .. } => (output.may_fail(), 0),
            output => (output.may_fail(), 1),
        });
        for number in order {
            ready[number] = self.checked(&function.parts[number], globals[number]);
        }
        let layout = function.layout;
        if !layout.in_memory {
            match (function.parts.as_slice(), ready.as_slice()) {
                ([part], [ready]) => self.push(&part.output, *ready),
                // A result without any payload is its discriminant.
                _ if layout.fallible => {
                    self.code.i32_const(0);
                }
                _ => {}
            }
            return;
        }
        if layout.fallible {
            self.discriminant(0, 0);
        }
        if let Some(some) = layout.some {
            self.discriminant(some, 1);
        }
        for (part, ready) in function.parts.iter().zip(ready) {
            self.store_part(part, ready);
        }
        self.code.local_get(self.area);
    }

    /// Keeps in mind what post-return has to free, before anything can be an error:
    /// in a global for each part that has something to free, and in the one after it
    /// the size. A struct in the shim's own room owns something once it is filled.
    pub(super) fn own_pointers(&mut self, filled: bool) -> Vec<Option<u32>> {
        let function = self.function;
        let mut count = 0;
        let mut globals = Vec::new();
        for part in &function.parts {
            let Some(release) = part.output.release() else {
                globals.push(None);
                continue;
            };
            let owned = self.shim.owned(count);
            count += 1;
            globals.push(Some(owned));
            match &part.output {
                Output::Cstring { from, .. }
                | Output::Record {
                    at: At::Pointer(from),
                    ..
                } => self.load_pointer(*from),
                Output::Record {
                    at: At::Slot(slot), ..
                } if filled => self.argument(Argument::Slot(*slot)),
                Output::Pointed { pointer, .. } => self.load_pointer(From::Slot(*pointer)),
                // The length of what is counted is not known yet.
                _ => continue,
            }
            self.code.global_set(owned);
            if release.params.len() == 2 {
                self.pointed_size(&part.output);
                self.code.global_set(owned + 1);
            }
        }
        globals
    }

    /// Puts the size in bytes of what an out-pointer leads to on the stack.
    pub(super) fn pointed_size(&mut self, output: &Output) {
        if let Output::Pointed {
            length,
            unit,
            element,
            ..
        } = output
        {
            self.load_pointer(From::Slot(*length));
            if unit != element {
                self.code.i32_const(element.cast_signed()).i32_mul();
            }
        }
    }

    /// Loads a part and checks it. What only now turns out to have to be freed goes to
    /// the `owned` global and the one after it.
    fn checked(&mut self, part: &Part, owned: Option<u32>) -> Ready {
        match &part.output {
            Output::Number {
                from,
                c,
                wit,
                none: Some(none),
            } => self.number_or_none(*from, *c, *wit, *none),
            Output::Number { from, c, wit, .. } => {
                let value = self.local(wit.core());
                self.load(*from, *c);
                self.convert(c.kind(), wit.kind(), Trap::OutOfRange);
                self.code.local_set(value);
                Ready { value, length: 0 }
            }
            Output::Chosen(values, wit) => self.chosen(values, *wit),
            Output::State(_) => Ready {
                value: self.state,
                length: 0,
            },
            Output::Handle { from, null, .. } => {
                let value = self.pointer(*from, *null);
                Ready { value, length: 0 }
            }
            Output::Cstring {
                from,
                null,
                encoding,
                ..
            } => self.cstring(*from, *null, *encoding),
            Output::Buffer(number, shape) => {
                let (value, _) = self.buffers[*number];
                let length = self.written(*number);
                if let Some(shape) = shape {
                    self.lift_all(value, length, shape);
                }
                Ready { value, length }
            }
            Output::Counted {
                length,
                unit,
                element,
                null,
                ..
            } => self.counted(length, *unit, *element, *null, owned),
            Output::Record {
                at, shape, null, ..
            } => self.record(*at, shape, *null),
            Output::Pointed {
                pointer,
                length,
                unit,
                shape,
                ..
            } => {
                let ready = self.pointed((*pointer, *length), *unit);
                if let Some(shape) = shape {
                    self.lift_all(ready.value, ready.length, shape);
                }
                ready
            }
        }
    }

    /// A number, and in place of its length whether it is another one than the one
    /// that stands for `none`.
    fn number_or_none(&mut self, from: From, c: CType, wit: Scalar, none: i64) -> Ready {
        let (given, value) = (self.local(c.core()), self.local(wit.core()));
        let length = self.local(ValType::I32);
        self.load(from, c);
        self.code.local_set(given);
        self.is_number(given, c, none);
        self.code
            .i32_eqz()
            .local_tee(length)
            .if_(BlockType::Empty)
            .local_get(given);
        self.convert(c.kind(), wit.kind(), Trap::OutOfRange);
        self.code.local_set(value).end();
        Ready { value, length }
    }

    fn chosen(&mut self, values: &[(i32, i64)], wit: Scalar) -> Ready {
        let value = self.local(wit.core());
        for (status, number) in values {
            self.code
                .local_get(self.returned)
                .i32_const(*status)
                .i32_eq()
                .if_(BlockType::Empty);
            if wit.core() == ValType::I64 {
                self.code.i64_const(*number);
            } else {
                // The low bits: signed or unsigned, they are the same.
                #[expect(clippy::cast_possible_truncation)]
                self.code.i32_const(*number as i32);
            }
            self.code.local_set(value).end();
        }
        Ready { value, length: 0 }
    }

    /// A pointer, after a check for null.
    pub(super) fn pointer(&mut self, from: From, null: Null) -> u32 {
        let pointer = self.local(ValType::I32);
        self.load_pointer(from);
        self.code.local_set(pointer);
        if let Null::Failure(failure) = null {
            self.fail_if_null(pointer, from, failure);
        }
        pointer
    }

    fn cstring(&mut self, from: From, null: Null, encoding: Encoding) -> Ready {
        let value = self.pointer(from, null);
        let length = self.local(ValType::I32);
        let strlen = self.shim.helper(Helper::Strlen);
        self.code
            .local_get(value)
            .if_(BlockType::Empty)
            .local_get(value)
            .call(strlen)
            .local_set(length);
        let ready = Ready { value, length };
        self.decode(encoding, value, length);
        self.code.end();
        ready
    }

    /// The pointer to a struct; where the result is not returned in memory, the
    /// number that is all of it.
    fn record(&mut self, at: At, shape: &Shape, null: Null) -> Ready {
        let value = match at {
            At::Pointer(from) => self.pointer(from, null),
            At::Slot(slot) => {
                let value = self.local(ValType::I32);
                self.argument(Argument::Slot(slot));
                self.code.local_set(value);
                value
            }
        };
        let single = shape.leaves.first().map(|leaf| (leaf.c, &leaf.kind));
        match single {
            Some((offset, LeafKind::Number(c, wit))) if !self.function.layout.in_memory => {
                let number = self.local(wit.core());
                self.code.local_get(value);
                self.load_number(*c, u64::from(offset));
                self.convert(c.kind(), wit.kind(), Trap::OutOfRange);
                self.code.local_set(number);
                Ready {
                    value: number,
                    length: 0,
                }
            }
            _ => Ready { value, length: 0 },
        }
    }

    /// The length of what was written to the buffer.
    fn written(&mut self, number: usize) -> u32 {
        let (_, capacity) = self.buffers[number];
        let Written::Said(from, unit) = self.function.buffers[number].written else {
            return capacity;
        };
        let length = self.local(ValType::I32);
        self.load_pointer(from);
        self.code.local_set(length);
        self.in_elements(length, unit);
        self.code.local_get(length).local_get(capacity).i32_gt_u();
        self.code.trap_if(self.shim, Trap::BufferOverrun);
        length
    }

    /// Puts a part that is one core value on the stack.
    fn push(&mut self, output: &Output, ready: Ready) {
        self.code.local_get(ready.value);
        if let Output::State(number) | Output::Handle { number, .. } = output {
            let new = self.shim.resource_new(*number);
            self.code.call(new);
        }
    }

    /// Writes a part to its place in the result, and the option around it.
    fn store_part(&mut self, part: &Part, ready: Ready) {
        // What is 0 if there is nothing.
        let there = match part.output {
            Output::Cstring {
                null: Null::None, ..
            }
            | Output::Handle {
                null: Null::None, ..
            }
            | Output::Counted {
                null: Null::None, ..
            }
            | Output::Record {
                null: Null::None, ..
            } => Some(ready.value),
            Output::Number { none: Some(_), .. } => Some(ready.length),
            _ => None,
        };
        let Some(some) = part.some else {
            self.store_value(part, ready);
            return;
        };
        self.discriminant(some, 1);
        if let Some(there) = there {
            self.code.local_get(there).if_(BlockType::Empty);
            self.store_value(part, ready);
            self.code.else_();
            self.discriminant(some, 0);
            self.code.end();
        } else {
            self.store_value(part, ready);
        }
    }

    fn store_value(&mut self, part: &Part, ready: Ready) {
        let offset = u64::from(part.offset);
        if let Output::Record { shape, .. } = &part.output {
            let from = Address {
                base: ready.value,
                offset: 0,
            };
            let to = Address {
                base: self.area,
                offset,
            };
            self.lift(shape, from, to);
            return;
        }
        self.code.local_get(self.area);
        self.push(&part.output, ready);
        match &part.output {
            Output::Number { wit, .. } | Output::Chosen(_, wit) => {
                self.store(wit.core(), wit.size(), offset);
            }
            Output::State(_) | Output::Handle { .. } => {
                self.code.i32_store(at(offset, 2));
            }
            Output::Cstring { .. }
            | Output::Buffer(..)
            | Output::Pointed { .. }
            | Output::Counted { .. }
            | Output::Record { .. } => {
                self.code
                    .i32_store(at(offset, 2))
                    .local_get(self.area)
                    .local_get(ready.length)
                    .i32_store(at(offset + 4, 2));
            }
        }
    }
}
