//! C structs as records and tuples.

use wasm_encoder::{BlockType, ValType};

use super::super::Body;
use super::Address;
use crate::emit::runtime::{Words as _, at};
use crate::emit::shim::Helper;
use crate::emit::trap::Trap;
use crate::plan::{CType, CstringField, InlineField, LeafKind, Scalar, Shape};

impl Body<'_, '_> {
    /// Writes a C struct as a WIT value in memory.
    pub(in crate::emit::body) fn lift(&mut self, shape: &Shape, c: Address, wit: Address) {
        for leaf in &shape.leaves {
            let (from, to) = (c.plus(leaf.c), wit.plus(leaf.wit));
            match &leaf.kind {
                LeafKind::Number(ty, scalar) => {
                    self.code.local_get(wit.base).local_get(c.base);
                    self.load_number(*ty, from);
                    self.convert(ty.kind(), scalar.kind(), Trap::OutOfRange);
                    self.store(scalar.core(), scalar.size(), to);
                }
                LeafKind::Cstring(field) => {
                    let from = Address { offset: from, ..c };
                    let to = Address { offset: to, ..wit };
                    self.lift_cstring(*field, from, to);
                }
                LeafKind::Inline(field) => {
                    let from = Address { offset: from, ..c };
                    let to = Address { offset: to, ..wit };
                    self.lift_inline(*field, from, to);
                }
                LeafKind::Sequence {
                    length,
                    length_type,
                } => {
                    let length = Address {
                        offset: c.plus(*length),
                        ..c
                    };
                    let from = Address { offset: from, ..c };
                    let to = Address { offset: to, ..wit };
                    self.lift_sequence(from, (length, *length_type), to);
                }
            }
        }
    }

    fn lift_cstring(&mut self, field: CstringField, from: Address, to: Address) {
        let (pointer, length) = (self.local(ValType::I32), self.local(ValType::I32));
        self.code
            .local_get(from.base)
            .i32_load(at(from.offset, 0))
            .local_set(pointer);
        let payload = u64::from(field.optional.unwrap_or_default());
        if field.optional.is_some() {
            self.code
                .local_get(to.base)
                .local_get(pointer)
                .i32_const(0)
                .i32_ne()
                .i32_store8(at(to.offset, 0))
                .local_get(pointer)
                .if_(BlockType::Empty);
        } else {
            self.code.local_get(pointer).i32_eqz();
            self.code.trap_if(self.shim, Trap::NullPointer);
        }
        let strlen = self.shim.helper(Helper::Strlen);
        self.code.local_get(pointer).call(strlen).local_set(length);
        self.decode(field.encoding, pointer, length);
        self.store_sequence(pointer, length, to, payload);
        if field.optional.is_some() {
            self.code.end();
        }
    }

    /// The string in an array, up to its NUL or the end.
    fn lift_inline(&mut self, field: InlineField, from: Address, to: Address) {
        let (pointer, length) = (self.local(ValType::I32), self.local(ValType::I32));
        let strnlen = self.shim.helper(Helper::Strnlen);
        self.address(from);
        self.code
            .local_tee(pointer)
            .i32_const(field.size.cast_signed())
            .call(strnlen)
            .local_set(length);
        self.decode(field.text.encoding, pointer, length);
        self.store_sequence(pointer, length, to, 0);
    }

    fn lift_sequence(&mut self, from: Address, (size, ty): (Address, CType), to: Address) {
        let (pointer, length) = (self.local(ValType::I32), self.local(ValType::I32));
        self.code
            .local_get(from.base)
            .i32_load(at(from.offset, 0))
            .local_set(pointer)
            .local_get(size.base);
        self.load_number(ty, size.offset);
        self.convert(ty.kind(), Scalar::U32.kind(), Trap::OutOfRange);
        self.code.local_set(length);
        self.not_null(pointer, length);
        self.store_sequence(pointer, length, to, 0);
    }

    fn store_sequence(&mut self, pointer: u32, length: u32, to: Address, payload: u64) {
        let place = |offset| at(to.offset + payload + offset, 0);
        self.code
            .local_get(to.base)
            .local_get(pointer)
            .i32_store(place(0))
            .local_get(to.base)
            .local_get(length)
            .i32_store(place(4));
    }
}
