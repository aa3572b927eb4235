//! Text in another encoding, made UTF-8.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use crate::emit::shim::Helper;
use crate::plan::Encoding;

impl Body<'_, '_> {
    /// Makes a string one in UTF-8.
    pub(super) fn decode(&mut self, encoding: Encoding, pointer: u32, length: u32) {
        match encoding {
            Encoding::Utf8 => {}
            Encoding::Utf8Lossy => self.decode_lossily(pointer, length),
            Encoding::Latin1 => self.decode_latin1(pointer, length),
        }
    }

    /// Puts U+FFFD in the place of what is not UTF-8 in a string.
    fn decode_lossily(&mut self, pointer: u32, length: u32) {
        let (size, decoded) = (self.local(ValType::I32), self.local(ValType::I32));
        let decode = self.shim.helper(Helper::Lossily);
        self.code
            .local_get(pointer)
            .local_get(length)
            .i32_const(0)
            .call(decode)
            .local_tee(size)
            .if_(BlockType::Empty);
        self.code
            .local_get(size)
            .i32_const(1)
            .call(self.shim.helper(Helper::Allocate))
            .local_set(decoded);
        self.code
            .local_get(pointer)
            .local_get(length)
            .local_get(decoded)
            .call(decode)
            .local_set(length)
            .local_get(decoded)
            .local_set(pointer)
            .end();
    }

    /// Makes a string in Latin-1 one in UTF-8.
    fn decode_latin1(&mut self, pointer: u32, length: u32) {
        let (high, decoded) = (self.local(ValType::I32), self.local(ValType::I32));
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
            .local_tee(high)
            .if_(BlockType::Empty);
        self.code
            .local_get(length)
            .local_get(high)
            .i32_add()
            .i32_const(1)
            .call(allocate)
            .local_set(decoded);
        self.code
            .local_get(pointer)
            .local_get(length)
            .local_get(decoded)
            .call(decode)
            .local_get(decoded)
            .local_set(pointer)
            .local_get(length)
            .local_get(high)
            .i32_add()
            .local_set(length)
            .end();
    }
}
