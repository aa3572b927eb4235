//! Numbers between C and WIT, and in memory.

use wasm_encoder::ValType;

use super::Body;
use crate::emit::runtime::{Words as _, at};
use crate::emit::trap::Trap;
use crate::plan::{CType, From, Kind};

impl Body<'_, '_> {
    /// Makes the number on the stack one of another kind; one that this can't hold
    /// traps.
    pub(super) fn convert(&mut self, from: Kind, to: Kind, trap: Trap) {
        let (from_core, low, high) = match from {
            Kind::Float(_) => return,
            Kind::Integer(core, low, high) => (core, low, high),
            Kind::Truth => (ValType::I32, 0, 1),
        };
        let (to_core, least, most) = match to {
            Kind::Float(_) => return,
            Kind::Integer(core, least, most) => (core, least, most),
            Kind::Truth => {
                self.is_not_zero(from_core);
                return;
            }
        };
        if low < least || high > most {
            self.widen(from_core, low);
            let wide = self.local(ValType::I64);
            self.code.local_set(wide);
            // Compared without a sign where the number has none and takes all bits.
            let unsigned = high > i128::from(i64::MAX);
            if low < least {
                self.code.local_get(wide).i64_const(bits(least)).i64_lt_s();
                self.code.trap_if(self.shim, trap);
            }
            if high > most {
                self.code.local_get(wide).i64_const(bits(most));
                if unsigned {
                    self.code.i64_gt_u();
                } else {
                    self.code.i64_gt_s();
                }
                self.code.trap_if(self.shim, trap);
            }
            self.code.local_get(wide);
            if to_core == ValType::I32 {
                self.code.i32_wrap_i64();
            }
        } else if to_core == ValType::I64 {
            self.widen(from_core, low);
        } else if from_core == ValType::I64 {
            self.code.i32_wrap_i64();
        }
    }

    fn is_not_zero(&mut self, core: ValType) {
        if core == ValType::I64 {
            self.code.i64_eqz();
        } else {
            self.code.i32_eqz();
        }
        self.code.i32_eqz();
    }

    fn widen(&mut self, core: ValType, low: i128) {
        if core == ValType::I32 {
            if low < 0 {
                self.code.i64_extend_i32_s();
            } else {
                self.code.i64_extend_i32_u();
            }
        }
    }

    /// Puts an integer of a C type on the stack.
    pub(super) fn number(&mut self, c: CType, number: i64) {
        if c.core() == ValType::I64 {
            self.code.i64_const(number);
        } else {
            // The low bits: signed or unsigned, they are the same.
            #[expect(clippy::cast_possible_truncation)]
            self.code.i32_const(number as i32);
        }
    }

    /// Whether the integer in a local is this one.
    pub(super) fn is_number(&mut self, local: u32, c: CType, number: i64) {
        self.code.local_get(local);
        self.number(c, number);
        if c.core() == ValType::I64 {
            self.code.i64_eq();
        } else {
            self.code.i32_eq();
        }
    }

    /// Puts what the C function gave back on the stack, as a number of its C type.
    pub(super) fn load(&mut self, from: From, c: CType) {
        match from {
            // C's callers rely on a callee to extend a narrow number to 32 bits, and the
            // canonical ABI would lift one that is not by its low bits alone.
            From::Returned => {
                self.code.local_get(self.returned);
                self.convert(c.extended().kind(), c.kind(), Trap::NotExtended);
            }
            From::Slot(slot) => {
                self.code.local_get(self.area);
                self.load_number(c, self.shim.slot(slot));
            }
        }
    }

    /// Puts the pointer that the C function gave back on the stack.
    pub(super) fn load_pointer(&mut self, from: From) {
        self.load(from, CType::U32);
    }

    /// Loads a C number at an offset of the address on the stack.
    pub(super) fn load_number(&mut self, c: CType, offset: u64) {
        let place = |align| at(offset, align);
        match c {
            CType::S8 => self.code.i32_load8_s(place(0)),
            CType::U8 => self.code.i32_load8_u(place(0)),
            CType::S16 => self.code.i32_load16_s(place(0)),
            CType::U16 => self.code.i32_load16_u(place(0)),
            CType::S32 | CType::U32 => self.code.i32_load(place(0)),
            CType::S64 | CType::U64 => self.code.i64_load(place(0)),
            CType::F32 => self.code.f32_load(place(0)),
            CType::F64 => self.code.f64_load(place(0)),
        };
    }

    /// Stores the number on the stack, in so many bytes, at an offset of the
    /// address below it.
    pub(super) fn store(&mut self, core: ValType, size: u32, offset: u64) {
        let place = at(offset, 0);
        match (core, size) {
            (ValType::I64, _) => self.code.i64_store(place),
            (ValType::F32, _) => self.code.f32_store(place),
            (ValType::F64, _) => self.code.f64_store(place),
            (_, 1) => self.code.i32_store8(place),
            (_, 2) => self.code.i32_store16(place),
            _ => self.code.i32_store(place),
        };
    }
}

/// The low 64 bits of a limit.
#[expect(clippy::cast_possible_truncation)]
fn bits(limit: i128) -> i64 {
    limit as i64
}
