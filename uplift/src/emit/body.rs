//! The functions of the shim that implement the world's.

mod buffer;
mod call;
mod decode;
mod failure;
mod given;
mod number;
mod output;
mod record;
mod sequence;

use wasm_encoder::{BlockType, Function as Code, InstructionSink, ValType};

use self::record::{Address, Wit};
use super::late;
use super::runtime::at;
use super::shim::{Global, Helper, Shim};
use super::trap::Trap;
use crate::plan::{Argument, Function, Room, StringInput};

/// The code of one function while it is being written.
struct Body<'a, 'c> {
    shim: &'a Shim<'a>,
    function: &'a Function,
    code: InstructionSink<'c>,
    /// The types of the locals after the parameters.
    types: Vec<ValType>,
    /// The shim's own room.
    area: u32,
    /// What the C function returns.
    returned: u32,
    /// The new state, if there is one.
    state: u32,
    error: ErrorLocals,
    /// The pointer and the capacity, in elements, of each buffer.
    buffers: Vec<(u32, u32)>,
}

/// The number and the text of an error.
#[derive(Clone, Copy, Default)]
struct ErrorLocals {
    code: u32,
    text: u32,
    text_length: u32,
}

/// The function that implements one of the world's.
pub(super) fn wrapper(shim: &Shim<'_>, function: &Function) -> Code {
    let returned = function.callee.results.first().copied();
    let mut bytes = Vec::new();
    let mut body = Body {
        shim,
        function,
        code: InstructionSink::new(&mut bytes),
        types: Vec::new(),
        area: 0,
        returned: 0,
        state: 0,
        error: ErrorLocals::default(),
        buffers: Vec::new(),
    };
    for loaded in &function.indirect {
        body.local(loaded.scalar.core());
    }
    body.area = body.local(ValType::I32);
    body.returned = body.local(returned.unwrap_or(ValType::I32));
    body.state = body.local(ValType::I32);
    body.error = ErrorLocals {
        code: body.local(ValType::I32),
        text: body.local(ValType::I32),
        text_length: body.local(ValType::I32),
    };
    for _ in &function.buffers {
        let buffer = (body.local(ValType::I32), body.local(ValType::I32));
        body.buffers.push(buffer);
    }
    body.write();
    let mut code = Code::new_with_locals_types(body.types);
    code.raw(bytes);
    code
}

/// The function that gives back what the result and the inputs took, where they
/// took anything.
pub(super) fn post_return(shim: &Shim<'_>, function: &Function) -> Option<Code> {
    let text = function.report.text.as_ref();
    let room = function.params_in_memory
        || text.is_some()
        || !function.buffers.is_empty()
        || function.parts.iter().any(|part| part.output.takes_room());
    let ends = !function.ends_late
        && (!function.releases().is_empty()
            || text.is_some_and(|text| text.release.is_some())
            || !function.given.is_empty());
    if !ends && !room {
        return None;
    }
    let mut code = Code::new([]);
    let mut sink = code.instructions();
    if ends {
        end(shim, function, &mut sink);
    }
    if room && shim.plan.room != Room::Unneeded {
        sink.call(shim.helper(Helper::Release));
    }
    sink.end();
    Some(code)
}

/// Ends what a call got from the module or was given.
pub(super) fn end(shim: &Shim<'_>, function: &Function, sink: &mut InstructionSink<'_>) {
    given::end(shim, function, sink);
    let parts = function.releases().into_iter().enumerate();
    let parts = parts.map(|(number, release)| (shim.owned(number), release));
    let text = function.report.text.as_ref();
    let text = text.and_then(|text| text.release.as_ref());
    let text = text.map(|release| (Global::OwnedText as u32, release));
    for (owned, release) in parts.chain(text) {
        sink.global_get(owned)
            .if_(BlockType::Empty)
            .global_get(owned);
        if release.params.len() == 2 {
            sink.global_get(owned + 1);
        }
        sink.call(shim.callee(release));
        for _ in &release.results {
            sink.drop();
        }
        sink.i32_const(0).global_set(owned).end();
    }
}

impl Body<'_, '_> {
    /// A new local.
    fn local(&mut self, ty: ValType) -> u32 {
        self.types.push(ty);
        u32::try_from(self.function.params.len() + self.types.len() - 1).unwrap_or(u32::MAX)
    }

    fn write(&mut self) {
        let function = self.function;
        late::end_last(self.shim, &mut self.code);
        late::leave(self.shim, function, &mut self.code);
        if function.needs_area() {
            let area = self.shim.helper(Helper::Area);
            self.code.call(area).local_set(self.area);
        }
        self.load_params();
        for (number, given) in function.given.iter().enumerate() {
            self.take(number, given);
        }
        for string in &function.strings {
            self.if_some(string.some, |body| body.string(string));
        }
        for list in &function.lists {
            self.if_some(list.some, |body| body.list(list));
        }
        self.call_with_buffers();
        if let Some(status) = &function.status {
            self.status(status);
        }
        self.consumed(true);
        self.output();
        self.code.end();
    }

    /// Loads the parameters that are passed in memory.
    fn load_params(&mut self) {
        let function = self.function;
        for (loaded, local) in function.indirect.iter().zip(1..) {
            let from = Address {
                base: 0,
                offset: u64::from(loaded.offset),
            };
            self.if_some(loaded.some, |body| {
                body.load_wit(Wit::Memory(from), loaded.scalar);
                body.code.local_set(local);
            });
        }
    }

    /// Code that counts if an option is `some`; `none` is null as it is.
    fn if_some(&mut self, some: Option<u32>, code: impl FnOnce(&mut Self)) {
        if let Some(some) = some {
            self.code.local_get(some).if_(BlockType::Empty);
        }
        code(self);
        if some.is_some() {
            self.code.end();
        }
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

    /// Writes which case of an option or result this is, at an offset of the
    /// result.
    fn discriminant(&mut self, offset: u32, case: i32) {
        self.code
            .local_get(self.area)
            .i32_const(case)
            .i32_store8(at(u64::from(offset), 0));
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
}
