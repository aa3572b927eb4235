//! Traps, and WIT errors with what is known of them.

use wasm_encoder::{BlockType, ValType};

use super::{Body, Locals};
use crate::emit::runtime::{Words as _, at, is_among};
use crate::emit::shim::{Global, Helper};
use crate::emit::trap::Trap;
use crate::plan::{Asked, ErrorText, ErrorValue, Failure, Scalar, Status, Text, Told};

impl Body<'_, '_> {
    /// Fails, if the i32 on the stack is not 0.
    pub(super) fn fail_if(&mut self, failure: Failure, trap: Trap) {
        self.code.if_(BlockType::Empty);
        if let Failure::Error(error) = failure {
            match error.text {
                Some((Text::Nul, _)) => {
                    self.words("the string holds a NUL, and C strings end there");
                }
                Some((Text::Unencodable, _)) => {
                    self.words("the string holds a character that Latin-1 lacks");
                }
                Some((Text::Module, _)) => {
                    self.ask_code();
                    self.ask_text();
                }
                None if error.code.is_some() => self.ask_code(),
                None => {}
            }
        }
        self.fail(failure, trap);
        self.code.end();
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
        let Locals {
            area,
            code,
            text,
            text_length,
            ..
        } = self.locals;
        let place = |offset: u32, align| at(u64::from(layout.payload + offset), align);
        self.discriminant(1);
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
    fn end_new_state(&mut self) {
        if let Some(number) = self.new_state() {
            let free = self.shim.free_state(number);
            let state = self.locals.pointer;
            self.code
                .local_get(state)
                .if_(BlockType::Empty)
                .local_get(state)
                .call(free)
                .end();
        }
    }

    /// Goes on after a status of success only.
    pub(super) fn status(&mut self, status: &Status) {
        let Locals { returned, code, .. } = self.locals;
        self.code.block(BlockType::Empty);
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
        for (statuses, error) in &status.errors {
            is_among(&mut self.code, code, *statuses);
            self.code.if_(BlockType::Empty);
            self.return_error(*error);
            self.code.end();
        }
        self.fail(status.unknown, Trap::UnknownStatus);
        self.code.end();
    }

    /// Asks for the error's number, where the returned status is not it.
    fn ask_code(&mut self) {
        let function = self.function;
        if let Some(asked) = &function.report.code {
            self.ask(asked);
            self.code.local_set(self.locals.code);
        }
    }

    fn ask(&mut self, asked: &Asked) {
        for told in &asked.arguments {
            match told {
                Told::Code => self.code.local_get(self.locals.code),
                Told::Constant(value) => self.code.i32_const(*value),
                Told::Local(local, None) => self.code.local_get(*local),
                Told::Local(local, Some(through)) => {
                    self.code.local_get(*local).call(self.shim.callee(through))
                }
            };
        }
        self.code.call(self.shim.callee(&asked.callee));
    }

    /// Asks for the error's text.
    fn ask_text(&mut self) {
        let function = self.function;
        let Some(spec) = &function.report.text else {
            return;
        };
        let Locals {
            text, text_length, ..
        } = self.locals;
        let ErrorText {
            asked,
            release,
            null_is_empty,
            latin1,
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
        if *latin1 {
            self.decode_latin1(text, text_length);
        }
        if self.new_state().is_some() {
            self.keep_text();
        }
        if *null_is_empty {
            self.code.end();
        }
    }

    /// Copies the text, which may lie in a state that is about to end.
    fn keep_text(&mut self) {
        let Locals {
            text,
            text_length,
            buffer,
            ..
        } = self.locals;
        let allocate = self.shim.helper(Helper::Allocate);
        self.code
            .local_get(text_length)
            .i32_const(1)
            .call(allocate)
            .local_tee(buffer)
            .local_get(text)
            .local_get(text_length)
            .memory_copy(0, 0)
            .local_get(buffer)
            .local_set(text);
    }

    /// What the shim itself says of a string that it can't pass on.
    fn words(&mut self, words: &str) {
        let Locals {
            text, text_length, ..
        } = self.locals;
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

    /// Writes which case of an option or result this is.
    pub(super) fn discriminant(&mut self, case: i32) {
        self.code
            .local_get(self.locals.area)
            .i32_const(case)
            .i32_store8(at(0, 0));
    }

    /// Picks the number that stands for what the C function returned, which is
    /// one of these.
    pub(super) fn chosen(&mut self, values: &[(i32, u32)]) {
        let returned = self.locals.returned;
        self.code.i32_const(0);
        for (status, value) in values {
            self.code
                .i32_const(value.cast_signed())
                .local_get(returned)
                .i32_const(*status)
                .i32_ne()
                .typed_select(ValType::I32);
        }
        self.code.local_set(returned);
    }
}
