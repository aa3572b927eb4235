//! Strings and lists that the module keeps: a pointer and a length.

use wasm_encoder::{BlockType, ValType};

use super::Body;
use super::output::Ready;
use crate::emit::runtime::Words as _;
use crate::emit::trap::Trap;
use crate::plan::{Asked, Failure, From, Null};

impl Body<'_, '_> {
    pub(super) fn pointed(&mut self, (pointer, length): (u32, u32), unit: u32) -> Ready {
        let ready = Ready {
            value: self.local(ValType::I32),
            length: self.local(ValType::I32),
        };
        self.load_pointer(From::Slot(pointer));
        self.code.local_set(ready.value);
        self.load_pointer(From::Slot(length));
        self.code.local_set(ready.length);
        self.in_elements(ready.length, unit);
        self.not_null(ready.value, ready.length);
        ready
    }

    /// What the C function returns a pointer to. The length is asked for after the
    /// pointer, and only of what is there: the module may make both at once.
    pub(super) fn counted(
        &mut self,
        asked: &Asked,
        unit: u32,
        element: u32,
        null: Null,
        owned: Option<u32>,
    ) -> Ready {
        let may_be_empty = null == Null::Failure(Failure::Trap);
        let value = if may_be_empty {
            let value = self.local(ValType::I32);
            self.load_pointer(From::Returned);
            self.code.local_set(value);
            value
        } else {
            self.pointer(From::Returned, null)
        };
        let length = self.local(ValType::I32);
        let ready = Ready { value, length };
        self.code.i32_const(0).local_set(length);
        if !may_be_empty {
            self.code.local_get(value).if_(BlockType::Empty);
        }
        self.ask(asked);
        self.code.local_set(length);
        self.in_elements(length, unit);
        self.own(ready, element, owned);
        if may_be_empty {
            self.not_null(value, length);
        } else {
            self.code.end();
        }
        ready
    }

    /// Keeps in mind what has to be freed after the call.
    fn own(&mut self, ready: Ready, element: u32, owned: Option<u32>) {
        if let Some(owned) = owned {
            self.code
                .local_get(ready.value)
                .global_set(owned)
                .local_get(ready.length)
                .i32_const(element.cast_signed())
                .i32_mul()
                .global_set(owned + 1);
        }
    }

    /// Traps where there is something and the pointer to it is null.
    pub(super) fn not_null(&mut self, pointer: u32, length: u32) {
        self.code
            .local_get(pointer)
            .i32_eqz()
            .local_get(length)
            .i32_const(0)
            .i32_ne()
            .i32_and();
        self.code.trap_if(self.shim, Trap::NullPointer);
    }

    /// Makes the length in a local one of whole elements.
    pub(super) fn in_elements(&mut self, length: u32, unit: u32) {
        if unit == 1 {
            return;
        }
        let unit = unit.cast_signed();
        self.code.local_get(length).i32_const(unit).i32_rem_u();
        self.code.trap_if(self.shim, Trap::OutOfRange);
        self.code
            .local_get(length)
            .i32_const(unit)
            .i32_div_u()
            .local_set(length);
    }
}
