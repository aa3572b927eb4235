//! Traps, and WIT errors with what is known of them.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use crate::emit::runtime::{Words as _, at, is_among};
use crate::emit::shim::{Global, Helper};
use crate::emit::trap::Trap;
use crate::plan::{
    Asked, At, Callee, ErrorText, ErrorValue, Failure, From, Output, Part, Scalar, Status,
    Statuses, Text, Told,
};

impl Body<'_, '_> {
    /// Fails, if the i32 on the stack is not 0.
    pub(super) fn fail_if(&mut self, failure: Failure, trap: Trap) {
        self.code.if_(BlockType::Empty);
        self.ask_about(failure);
        self.fail(failure, trap);
        self.code.end();
    }

    /// Fails, if the pointer in a local is null. What the other parts were handed is
    /// ended: resources at once, and memory in post-return.
    pub(super) fn fail_if_null(&mut self, pointer: u32, from: From, failure: Failure) {
        self.code.local_get(pointer).i32_eqz().if_(BlockType::Empty);
        self.ask_about(failure);
        if let Failure::Error(_) = failure {
            let function = self.function;
            for part in &function.parts {
                self.end_resource(&part.output, from != From::Returned);
            }
        }
        self.fail(failure, Trap::NullPointer);
        self.code.end();
    }

    /// Asks for the number and the text of an error, or words it.
    fn ask_about(&mut self, failure: Failure) {
        if let Failure::Error(error) = failure {
            match error.text {
                Some((Text::Nul, _)) => {
                    self.words("the string holds a NUL, and C strings end there");
                }
                Some((Text::Unencodable, _)) => {
                    self.words("the string holds a character that Latin-1 lacks");
                }
                Some((Text::TooLong, _)) => {
                    self.words("the string is too long for its place in the C struct");
                }
                Some((Text::Module, _)) => {
                    self.ask_code();
                    self.ask_text();
                }
                None if error.code.is_some() => self.ask_code(),
                None => {}
            }
        }
    }

    fn fail(&mut self, failure: Failure, trap: Trap) {
        match failure {
            Failure::Trap => {
                let reason = self.shim.trap(trap);
                self.code.call(reason).unreachable();
            }
            Failure::Error(error) => self.return_error(error),
        }
    }

    /// Returns the WIT error. Its number and text are in their locals.
    fn return_error(&mut self, error: ErrorValue) {
        self.end_new_state();
        let layout = self.function.layout;
        if !layout.in_memory {
            self.code.i32_const(1).return_();
            return;
        }
        let (area, code) = (self.area, self.error.code);
        let (text, text_length) = (self.error.text, self.error.text_length);
        let place = |offset: u32, align| at(u64::from(layout.error + offset), align);
        self.discriminant(0, 1);
        if let Some(case) = error.case {
            self.code
                .local_get(area)
                .i32_const(case.discriminant.cast_signed());
            match case.size {
                1 => self.code.i32_store8(place(case.offset, 0)),
                2 => self.code.i32_store16(place(case.offset, 1)),
                _ => self.code.i32_store(place(case.offset, 2)),
            };
        }
        if let Some((scalar, offset)) = error.code {
            self.code.local_get(area).local_get(code);
            match scalar {
                Scalar::S64 => self.code.i64_extend_i32_s().i64_store(place(offset, 3)),
                Scalar::U64 => self.code.i64_extend_i32_u().i64_store(place(offset, 3)),
                _ => self.code.i32_store(place(offset, 2)),
            };
        }
        if let Some((_, offset)) = error.text {
            self.code
                .local_get(area)
                .local_get(text)
                .i32_store(place(offset, 2))
                .local_get(area)
                .local_get(text_length)
                .i32_store(place(offset + 4, 2));
        }
        self.code.local_get(area).return_();
    }

    /// Gives back the state that nobody will get.
    pub(super) fn end_new_state(&mut self) {
        if let Some(number) = self.new_state() {
            let free = self.shim.free_state(number);
            let state = self.state;
            self.code
                .local_get(state)
                .if_(BlockType::Empty)
                .local_get(state)
                .call(free)
                .end();
        }
    }

    /// Goes on after a status of success with a value only.
    pub(super) fn status(&mut self, status: &Status) {
        let (returned, code) = (self.returned, self.error.code);
        self.code.block(BlockType::Empty);
        for none in &status.none {
            let (first, last) = (*none, *none);
            is_among(&mut self.code, returned, Statuses { first, last });
            self.code.if_(BlockType::Empty);
            self.absent(status.none_at);
            self.code.end();
        }
        for ok in &status.ok {
            is_among(&mut self.code, returned, *ok);
            self.code.br_if(0);
        }
        self.code.local_get(returned).local_set(code);
        self.ask_code();
        let unknown = match status.unknown {
            Failure::Error(error) => Some(error),
            Failure::Trap => None,
        };
        let mut errors = status.errors.iter().map(|(_, error)| *error).chain(unknown);
        if errors.any(|error| error.text.is_some()) {
            self.ask_text();
        }
        let function = self.function;
        for part in &function.parts {
            if part.ends_on_error {
                self.abandon(&part.output);
            }
        }
        for (statuses, error) in &status.errors {
            is_among(&mut self.code, code, *statuses);
            self.code.if_(BlockType::Empty);
            self.return_error(*error);
            self.code.end();
        }
        self.fail(status.unknown, Trap::UnknownStatus);
        self.code.end();
    }

    /// Returns `none` of the option whose discriminant is at an offset.
    fn absent(&mut self, some: u32) {
        self.consumed(true);
        let function = self.function;
        self.own_pointers(false);
        for part in &function.parts {
            self.end_resource(&part.output, false);
        }
        self.end_new_state();
        if self.function.layout.fallible {
            self.discriminant(0, 0);
        }
        self.discriminant(some, 0);
        self.code.local_get(self.area).return_();
    }

    /// Ends the resource that a part would have become. What stands in a state is
    /// ended only if the call has made one; its room is given back elsewhere.
    fn end_resource(&mut self, output: &Output, made: bool) {
        let resources = &self.shim.plan.resources;
        match output {
            Output::Handle { .. } => self.abandon(output),
            Output::State(number) if made => {
                if let Some(destroy) = &resources[*number].destroy {
                    self.code.local_get(self.state);
                    self.call_and_drop(destroy);
                }
            }
            _ => {}
        }
    }

    /// Ends at once what a part was handed, unless that is null.
    pub(super) fn abandon(&mut self, output: &Output) {
        let (pointer, end) = match output {
            Output::Handle { from, number, .. } => {
                (*from, self.shim.plan.resources[*number].destroy.as_ref())
            }
            Output::Cstring { from, release, .. }
            | Output::Record {
                at: At::Pointer(from),
                release,
                ..
            } => (*from, release.as_ref()),
            Output::Pointed {
                pointer, release, ..
            } => (From::Slot(*pointer), release.as_ref()),
            _ => return,
        };
        let Some(end) = end else { return };
        self.load_pointer(pointer);
        self.code.if_(BlockType::Empty);
        self.load_pointer(pointer);
        if end.params.len() == 2 {
            self.pointed_size(output);
        }
        self.call_and_drop(end);
        self.code.end();
    }

    fn call_and_drop(&mut self, callee: &Callee) {
        self.code.call(self.shim.callee(callee));
        for _ in &callee.results {
            self.code.drop();
        }
    }

    /// Asks for the error's number, where the returned status is not it.
    fn ask_code(&mut self) {
        let function = self.function;
        if let Some(asked) = &function.report.code {
            self.ask(asked);
            self.code.local_set(self.error.code);
        }
    }

    /// Calls an export that knows more about a call.
    pub(super) fn ask(&mut self, asked: &Asked) {
        for told in &asked.arguments {
            match told {
                Told::Code => {
                    self.code.local_get(self.error.code);
                }
                Told::Constant(value) => {
                    self.code.i32_const(*value);
                }
                Told::Handle => self.handed_out(),
                Told::Local(local, through) => {
                    self.code.local_get(*local);
                    if let Some(through) = through {
                        self.code.call(self.shim.callee(through));
                    }
                }
            }
        }
        self.code.call(self.shim.callee(&asked.callee));
    }

    /// What stands behind the resource that the call has handed out.
    fn handed_out(&mut self) {
        let function = self.function;
        let from = function.parts.iter().find_map(|part| match part.output {
            Output::Handle { from, .. } => Some(from),
            _ => None,
        });
        match from {
            Some(from) => self.load_pointer(from),
            None => {
                self.code.local_get(self.state);
            }
        }
    }

    /// Asks for the error's text.
    fn ask_text(&mut self) {
        let function = self.function;
        let Some(spec) = &function.report.text else {
            return;
        };
        let (text, text_length) = (self.error.text, self.error.text_length);
        let ErrorText {
            asked,
            release,
            null_is_empty,
            encoding,
        } = spec;
        self.ask(asked);
        self.code.local_tee(text);
        if *null_is_empty {
            self.code.if_(BlockType::Empty);
        } else {
            self.code.i32_eqz();
            self.code.trap_if(self.shim, Trap::NullPointer);
        }
        if release.is_some() {
            self.code.local_get(text).set(Global::OwnedText);
        }
        let strlen = self.shim.helper(Helper::Strlen);
        self.code
            .local_get(text)
            .call(strlen)
            .local_set(text_length);
        self.decode(*encoding, text, text_length);
        let ends = |part: &Part| part.ends_on_error || matches!(part.output, Output::Handle { .. });
        if self.new_state().is_some() || function.parts.iter().any(ends) {
            self.keep_text();
        }
        if *null_is_empty {
            self.code.end();
        }
    }

    /// Copies the text, which may lie in something that is about to end.
    fn keep_text(&mut self) {
        let (text, text_length) = (self.error.text, self.error.text_length);
        let copy = self.local(ValType::I32);
        let allocate = self.shim.helper(Helper::Allocate);
        self.code
            .local_get(text_length)
            .i32_const(1)
            .call(allocate)
            .local_tee(copy)
            .local_get(text)
            .local_get(text_length)
            .memory_copy(0, 0)
            .local_get(copy)
            .local_set(text);
    }

    /// What the shim itself says of a string that it can't pass on.
    fn words(&mut self, words: &str) {
        let (text, text_length) = (self.error.text, self.error.text_length);
        // An adapter can't have data segments.
        let mut bytes = words.as_bytes().to_vec();
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let room = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.code
            .i32_const(room)
            .i32_const(8)
            .call(self.shim.helper(Helper::Allocate))
            .local_set(text)
            .i32_const(length)
            .local_set(text_length);
        for (word, offset) in bytes.chunks_exact(8).zip((0..).step_by(8)) {
            let word = word
                .iter()
                .rev()
                .fold(0, |word: i64, byte| (word << 8) | i64::from(*byte));
            self.code
                .local_get(text)
                .i64_const(word)
                .i64_store(at(offset, 3));
        }
    }
}
