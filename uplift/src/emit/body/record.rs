//! Records and tuples to and from C structs.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use crate::emit::runtime::{Words as _, at};
use crate::emit::shim::Helper;
use crate::emit::trap::Trap;
use crate::plan::{
    CType, Capacity, CstringField, Encoding, InlineField, LeafKind, ListInput, Scalar, Shape,
    StringInput,
};

/// An address: a local and an offset of what it holds.
#[derive(Clone, Copy)]
pub(super) struct Address {
    pub(super) base: u32,
    pub(super) offset: u64,
}

/// Where a WIT value is that is passed on.
#[derive(Clone, Copy)]
pub(super) enum Wit {
    /// In locals, from this one on.
    Flat(u32),
    Memory(Address),
}

impl Address {
    fn plus(self, offset: u32) -> u64 {
        self.offset + u64::from(offset)
    }
}

impl Body<'_, '_> {
    /// Makes structs of the records of a list, in room of their own.
    pub(super) fn list(&mut self, list: &ListInput) {
        let ListInput {
            pointer,
            length,
            shape,
            null_behind,
            ..
        } = list;
        self.copy_all(
            (*pointer, *length),
            (shape.size, *null_behind),
            shape.wit_size,
            |body, from, to| {
                // What no field covers is zero.
                body.code
                    .local_get(to.base)
                    .i32_const(0)
                    .i32_const(shape.size.cast_signed())
                    .memory_fill(0);
                body.lower(shape, Wit::Memory(from), to);
            },
        );
    }

    /// Makes WIT values of the structs of an array, in room of their own.
    pub(super) fn lift_all(&mut self, pointer: u32, length: u32, shape: &Shape) {
        self.copy_all(
            (pointer, length),
            (shape.wit_size, false),
            shape.size,
            |body, from, to| {
                body.lift(shape, from, to);
            },
        );
    }

    /// Copies what is at a pointer, element by element, and lets it point to the
    /// copy, behind which there may be a null pointer.
    fn copy_all(
        &mut self,
        (pointer, length): (u32, u32),
        (new_size, null_behind): (u32, bool),
        old_size: u32,
        copy: impl FnOnce(&mut Self, Address, Address),
    ) {
        let [from, to, copied, left] = [(); 4].map(|()| self.local(ValType::I32));
        let largest = i32::MAX.cast_unsigned() / new_size.max(1);
        self.code
            .local_get(length)
            .i32_const(largest.cast_signed())
            .i32_gt_u();
        self.code.trap_if(self.shim, Trap::OutOfMemory);
        let allocate = self.shim.helper(Helper::Allocate);
        self.code
            .local_get(pointer)
            .local_set(from)
            .local_get(length)
            .i32_const(new_size.cast_signed())
            .i32_mul()
            .i32_const(if null_behind { 4 } else { 0 })
            .i32_add()
            .i32_const(8)
            .call(allocate)
            .local_tee(copied)
            .local_set(to)
            .local_get(length)
            .local_set(left)
            .block(BlockType::Empty)
            .loop_(BlockType::Empty)
            .local_get(left)
            .i32_eqz()
            .br_if(1);
        let place = |base| Address { base, offset: 0 };
        copy(self, place(from), place(to));
        for (local, step) in [(from, old_size), (to, new_size)] {
            self.code
                .local_get(local)
                .i32_const(step.cast_signed())
                .i32_add()
                .local_set(local);
        }
        self.code
            .local_get(left)
            .i32_const(1)
            .i32_sub()
            .local_set(left)
            .br(0)
            .end()
            .end()
            .local_get(copied)
            .local_set(pointer);
        if null_behind {
            self.code.local_get(to).i32_const(0).i32_store(at(0, 0));
        }
    }

    /// Writes a WIT value as a C struct.
    pub(super) fn lower(&mut self, shape: &Shape, wit: Wit, c: Address) {
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

    /// Puts an address on the stack.
    fn address(&mut self, address: Address) {
        let offset = i32::try_from(address.offset).unwrap_or(i32::MAX);
        self.code
            .local_get(address.base)
            .i32_const(offset)
            .i32_add();
    }

    /// Puts a WIT number on the stack.
    pub(super) fn load_wit(&mut self, from: Wit, scalar: Scalar) {
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

    /// Writes a C struct as a WIT value in memory.
    pub(super) fn lift(&mut self, shape: &Shape, c: Address, wit: Address) {
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

/// How the canonical ABI has a number in memory.
fn wit_in_memory(scalar: Scalar) -> CType {
    match (scalar.in_memory(), scalar.size()) {
        (CType::U32, 1) => CType::U8,
        (CType::U32, 2) => CType::U16,
        (ty, _) => ty,
    }
}
