//! The functions of the shim that implement the world's.

mod failure;
mod output;

use wasm_encoder::{BlockType, Function as Code, InstructionSink, ValType};

use super::runtime::{Words as _, at};
use super::shim::{Global, Helper, Shim};
use super::trap::Trap;
use crate::plan::{Argument, Buffer, Capacity, Function, Output, Room, StringInput};

/// The locals after the parameters.
#[derive(Clone, Copy)]
struct Locals {
    area: u32,
    buffer: u32,
    /// Of the buffer, in elements.
    capacity: u32,
    pointer: u32,
    length: u32,
    /// The number and the text of an error.
    code: u32,
    text: u32,
    text_length: u32,
    /// Of the type that the C function returns.
    returned: u32,
}

struct Body<'a, 'c> {
    shim: &'a Shim<'a>,
    function: &'a Function,
    code: InstructionSink<'c>,
    locals: Locals,
}

/// The function that implements one of the world's.
pub(super) fn wrapper(shim: &Shim<'_>, function: &Function) -> Code {
    let first = u32::try_from(function.params.len()).unwrap_or(u32::MAX);
    let returned = function.callee.results.first().copied();
    let mut code = Code::new([(8, ValType::I32), (1, returned.unwrap_or(ValType::I32))]);
    let mut body = Body {
        shim,
        function,
        code: code.instructions(),
        locals: Locals {
            area: first,
            buffer: first + 1,
            capacity: first + 2,
            pointer: first + 3,
            length: first + 4,
            code: first + 5,
            text: first + 6,
            text_length: first + 7,
            returned: first + 8,
        },
    };
    body.write();
    code
}

/// The function that gives back what the result and the inputs took, where they
/// took anything.
pub(super) fn post_return(shim: &Shim<'_>, function: &Function) -> Option<Code> {
    let release = match &function.output {
        Output::Cstring { release, .. } | Output::Pointed { release, .. } => release.as_ref(),
        _ => None,
    };
    let latin1 = matches!(function.output, Output::Cstring { latin1: true, .. });
    let text = function.report.text.as_ref();
    let release_text = text.and_then(|text| text.release.as_ref());
    let room = function.params_in_memory || function.buffer.is_some() || latin1 || text.is_some();
    if release.is_none() && release_text.is_none() && !room {
        return None;
    }
    let mut code = Code::new([]);
    let mut sink = code.instructions();
    if let Some(release) = release {
        sink.get(Global::Owned)
            .if_(BlockType::Empty)
            .get(Global::Owned);
        if release.params.len() == 2 {
            sink.get(Global::OwnedSize);
        }
        sink.call(shim.callee(release))
            .i32_const(0)
            .set(Global::Owned)
            .end();
    }
    if let Some(release) = release_text {
        sink.get(Global::OwnedText)
            .if_(BlockType::Empty)
            .get(Global::OwnedText)
            .call(shim.callee(release))
            .i32_const(0)
            .set(Global::OwnedText)
            .end();
    }
    if room && shim.plan.room != Room::Unneeded {
        sink.call(shim.helper(Helper::Release));
    }
    sink.end();
    Some(code)
}

impl Body<'_, '_> {
    fn write(&mut self) {
        let function = self.function;
        let slots = function
            .arguments
            .iter()
            .any(|argument| matches!(argument, Argument::Slot(_) | Argument::CapacitySlot(..)));
        if function.layout.in_memory || slots {
            let area = self.shim.helper(Helper::Area);
            self.code.call(area).local_set(self.locals.area);
        }
        for string in &function.strings {
            self.string(string);
        }
        match &function.buffer {
            Some(buffer) => self.call_with_buffer(buffer),
            None => self.call(),
        }
        if let Some(status) = &function.status {
            self.status(status);
        }
        self.output();
        self.code.end();
    }

    /// Makes a WIT string a C string.
    fn string(&mut self, string: &StringInput) {
        let (pointer, length) = (string.pointer, string.length);
        let allocate = self.shim.helper(Helper::Allocate);
        // An empty string may come without any room, and C wants a NUL.
        self.code
            .local_get(length)
            .i32_eqz()
            .if_(BlockType::Empty)
            .i32_const(0)
            .i32_const(1)
            .call(allocate)
            .local_set(pointer)
            .end();
        // `cabi_realloc` keeps a byte behind each input for it.
        self.code
            .local_get(pointer)
            .local_get(length)
            .i32_add()
            .i32_const(0)
            .i32_store8(at(0, 0));
        if let Some(failure) = string.latin1 {
            let to_latin1 = self.shim.helper(Helper::ToLatin1);
            self.code
                .local_get(pointer)
                .local_get(length)
                .call(to_latin1)
                .local_tee(length)
                .i32_const(-1)
                .i32_eq();
            self.fail_if(failure, Trap::Unencodable);
        }
        if let Some(failure) = string.nul {
            let strlen = self.shim.helper(Helper::Strlen);
            self.code
                .local_get(pointer)
                .call(strlen)
                .local_get(length)
                .i32_ne();
            self.fail_if(failure, Trap::InteriorNul);
        }
    }

    fn call_with_buffer(&mut self, buffer: &Buffer) {
        let Locals { capacity, .. } = self.locals;
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
            } => return self.call_and_grow(buffer.element, *start, retry_on, *limit),
        }
        self.allocate_buffer(buffer.element);
        self.call();
    }

    fn call_and_grow(&mut self, element: u32, start: u32, retry_on: &[i32], limit: u32) {
        let Locals {
            capacity,
            length,
            returned,
            ..
        } = self.locals;
        self.code
            .i32_const(start.cast_signed())
            .local_set(capacity)
            .loop_(BlockType::Empty);
        self.allocate_buffer(element);
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
            // min(2 * capacity, limit), without overflow
            self.code
                .local_get(capacity)
                .local_get(capacity)
                .i32_const(limit.cast_signed())
                .local_get(capacity)
                .i32_sub()
                .local_tee(length)
                .local_get(capacity)
                .local_get(length)
                .i32_lt_u()
                .select()
                .i32_add()
                .local_set(capacity)
                .br(2)
                .end();
        }
        self.code.end().end();
    }

    fn allocate_buffer(&mut self, element: u32) {
        let Locals {
            buffer, capacity, ..
        } = self.locals;
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
            .local_set(buffer);
    }

    /// The number of the resource that gets a new state.
    fn new_state(&self) -> Option<usize> {
        self.function
            .arguments
            .iter()
            .find_map(|argument| match argument {
                Argument::State(number) => Some(*number),
                _ => None,
            })
    }

    /// Calls the C function, and keeps what it returns.
    fn call(&mut self) {
        let Locals {
            area,
            buffer,
            capacity,
            pointer,
            returned,
            ..
        } = self.locals;
        if let Some(number) = self.new_state() {
            let new = self.shim.new_state(number);
            self.code.call(new).local_set(pointer);
        }
        for argument in &self.function.arguments {
            match argument {
                Argument::Slot(slot) => {
                    let place = at(self.shim.slot(*slot), 2);
                    self.code.local_get(area).i32_const(0).i32_store(place);
                }
                Argument::CapacitySlot(slot, units) => {
                    let place = at(self.shim.slot(*slot), 2);
                    self.code
                        .local_get(area)
                        .local_get(capacity)
                        .i32_const(units.cast_signed())
                        .i32_mul()
                        .i32_store(place);
                }
                _ => {}
            }
        }
        for argument in &self.function.arguments {
            match argument {
                Argument::Local(local) => self.code.local_get(*local),
                Argument::Constant(value, ValType::I64) => self.code.i64_const(*value),
                // The low bits: signed or unsigned, they are the same.
                #[expect(clippy::cast_possible_truncation)]
                Argument::Constant(value, _) => self.code.i32_const(*value as i32),
                Argument::Scaled(local, size) => self
                    .code
                    .local_get(*local)
                    .i32_const(size.cast_signed())
                    .i32_mul(),
                Argument::State(_) => self.code.local_get(pointer),
                Argument::Buffer => self.code.local_get(buffer),
                Argument::Capacity(units) => self
                    .code
                    .local_get(capacity)
                    .i32_const(units.cast_signed())
                    .i32_mul(),
                Argument::Slot(slot) | Argument::CapacitySlot(slot, _) => {
                    let offset = i32::try_from(self.shim.slot(*slot)).unwrap_or(i32::MAX);
                    self.code.local_get(area).i32_const(offset).i32_add()
                }
            };
        }
        let callee = self.shim.callee(&self.function.callee);
        self.code.call(callee);
        match self.function.callee.results.len() {
            0 => {}
            1 => {
                self.code.local_set(returned);
            }
            many => {
                for _ in 0..many {
                    self.code.drop();
                }
            }
        }
    }
}
