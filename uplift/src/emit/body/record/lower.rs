//! Records and tuples as C structs.

use wasm_encoder::{BlockType, ValType};

use super::super::Body;
use super::{Address, Wit};
use crate::emit::runtime::at;
use crate::emit::shim::Helper;
use crate::emit::trap::Trap;
use crate::plan::{
    CType, Capacity, CstringField, Encoding, InlineField, LeafKind, Scalar, Shape, StringInput,
};

impl Body<'_, '_> {
    /// Writes a WIT value as a C struct.
    pub(in crate::emit::body) fn lower(&mut self, shape: &Shape, wit: Wit, c: Address) {
        for leaf in &shape.leaves {
            // The number of core values before it, or of bytes.
            let part = |flat: u32, bytes: u32| match wit {
                Wit::Flat(first) => Wit::Flat(first + leaf.flat + flat),
                Wit::Memory(address) => Wit::Memory(Address {
                    offset: address.plus(leaf.wit + bytes),
                    ..address
                }),
            };
            match &leaf.kind {
                LeafKind::Number(ty, scalar) => {
                    self.code.local_get(c.base);
                    self.load_wit(part(0, 0), *scalar);
                    self.convert(scalar.kind(), ty.kind(), Trap::OutOfCRange);
                    self.store(ty.core(), ty.size(), c.plus(leaf.c));
                }
                LeafKind::Cstring(field) => {
                    let (string, is_some) = match field.optional {
                        None => ((part(0, 0), part(1, 4)), None),
                        Some(payload) => {
                            let string = (part(1, payload), part(2, payload + 4));
                            (string, Some(part(0, 0)))
                        }
                    };
                    let to = Address {
                        offset: c.plus(leaf.c),
                        ..c
                    };
                    self.lower_cstring(*field, is_some, string, to);
                }
                LeafKind::Inline(field) => {
                    let to = Address {
                        offset: c.plus(leaf.c),
                        ..c
                    };
                    self.lower_inline(*field, (part(0, 0), part(1, 4)), to);
                }
                LeafKind::Sequence {
                    length,
                    length_type,
                } => {
                    self.code.local_get(c.base);
                    self.load_wit(part(0, 0), Scalar::U32);
                    self.code.i32_store(at(c.plus(leaf.c), 0)).local_get(c.base);
                    self.load_wit(part(1, 4), Scalar::U32);
                    self.convert(Scalar::U32.kind(), length_type.kind(), Trap::OutOfCRange);
                    self.store(length_type.core(), length_type.size(), c.plus(*length));
                }
            }
        }
    }

    /// Writes the pointer to a C string, or null for `none`.
    fn lower_cstring(
        &mut self,
        field: CstringField,
        is_some: Option<Wit>,
        (from, size): (Wit, Wit),
        to: Address,
    ) {
        let (pointer, length) = (self.local(ValType::I32), self.local(ValType::I32));
        let optional = is_some.is_some();
        if let Some(is_some) = is_some {
            self.load_wit(is_some, Scalar::Bool);
            self.code.if_(BlockType::Empty);
        }
        self.load_wit(from, Scalar::U32);
        self.code.local_set(pointer);
        self.load_wit(size, Scalar::U32);
        self.code.local_set(length);
        self.copy_for_latin1(field, pointer, length);
        self.string(&StringInput {
            pointer,
            length,
            some: None,
            latin1: field.fails_unencodable(),
            nul: field.nul,
        });
        self.code
            .local_get(to.base)
            .local_get(pointer)
            .i32_store(at(to.offset, 0));
        if optional {
            self.code.else_();
            self.code
                .local_get(to.base)
                .i32_const(0)
                .i32_store(at(to.offset, 0))
                .end();
        }
    }

    /// Writes a C string into an array that is filled with zeros.
    fn lower_inline(&mut self, field: InlineField, (from, size): (Wit, Wit), to: Address) {
        let (pointer, length) = (self.local(ValType::I32), self.local(ValType::I32));
        self.load_wit(from, Scalar::U32);
        self.code.local_set(pointer);
        self.load_wit(size, Scalar::U32);
        self.code.local_tee(length).if_(BlockType::Empty);
        self.copy_for_latin1(field.text, pointer, length);
        self.string(&StringInput {
            pointer,
            length,
            some: None,
            latin1: field.text.fails_unencodable(),
            nul: field.text.nul,
        });
        // Without a policy, a NUL ends it.
        let strlen = self.shim.helper(Helper::Strlen);
        self.code
            .local_get(pointer)
            .call(strlen)
            .local_tee(length)
            .i32_const(field.size.cast_signed())
            .i32_ge_u();
        self.fail_if(field.too_long, Trap::TooLong);
        self.address(to);
        self.code
            .local_get(pointer)
            .local_get(length)
            .memory_copy(0, 0)
            .end();
    }

    /// Copies a string that becomes Latin-1 in place, if there may be another try that
    /// is passed it again.
    fn copy_for_latin1(&mut self, field: CstringField, pointer: u32, length: u32) {
        let mut buffers = self.function.buffers.iter();
        let again = buffers.any(|buffer| matches!(buffer.capacity, Capacity::Grow { .. }));
        if field.encoding != Encoding::Latin1 || !again {
            return;
        }
        let copy = self.local(ValType::I32);
        let allocate = self.shim.helper(Helper::Allocate);
        self.code
            .local_get(length)
            .i32_const(1)
            .call(allocate)
            .local_tee(copy)
            .local_get(pointer)
            .local_get(length)
            .memory_copy(0, 0)
            .local_get(copy)
            .local_set(pointer);
    }

    /// Puts a WIT number on the stack.
    pub(in crate::emit::body) fn load_wit(&mut self, from: Wit, scalar: Scalar) {
        match from {
            Wit::Flat(local) => {
                self.code.local_get(local);
            }
            Wit::Memory(address) => {
                self.code.local_get(address.base);
                self.load_number(wit_in_memory(scalar), address.offset);
            }
        }
    }
}

/// How the canonical ABI has a number in memory.
fn wit_in_memory(scalar: Scalar) -> CType {
    match (scalar.in_memory(), scalar.size()) {
        (CType::U32, 1) => CType::U8,
        (CType::U32, 2) => CType::U16,
        (ty, _) => ty,
    }
}
