//! Resources that the caller gives away.
//!
//! The handle is dropped at once, and what stands behind it stays in a global:
//! whatever the C function does not take over is ended in post-return, because
//! the result may point into it.

use wasm_encoder::{BlockType, InstructionSink};

use super::Body;
use crate::emit::runtime::Words as _;
use crate::emit::shim::{Global, Shim};
use crate::plan::{Function, Given};

impl Body<'_, '_> {
    /// Takes what stands behind a handle out of it.
    pub(super) fn take(&mut self, number: usize, given: &Given) {
        let owned = self.shim.given(self.function, number);
        let local = given.local;
        self.code
            .local_get(local)
            .call(self.shim.resource_rep(given.resource))
            .global_set(owned);
        self.code
            .i32_const(1)
            .set(Global::Keep)
            .local_get(local)
            .call(self.shim.resource_drop(given.resource))
            .i32_const(0)
            .set(Global::Keep);
        self.code.global_get(owned).local_set(local);
    }

    /// Leaves to the C function what it has taken over: always, or because it has
    /// succeeded.
    pub(super) fn consumed(&mut self, succeeded: bool) {
        let function = self.function;
        for (number, given) in function.given.iter().enumerate() {
            if !given.consumed || given.unless_error != succeeded {
                continue;
            }
            let owned = self.shim.given(function, number);
            if self.shim.plan.resources[given.resource].size.is_some() {
                // The state itself is still the shim's.
                self.code.i32_const(1).global_set(owned + 1);
            } else {
                self.code.i32_const(0).global_set(owned);
            }
        }
    }
}

/// Ends what nobody has taken over.
pub(super) fn end(shim: &Shim<'_>, function: &Function, code: &mut InstructionSink<'_>) {
    for (number, given) in function.given.iter().enumerate() {
        let owned = shim.given(function, number);
        code.global_get(owned).if_(BlockType::Empty);
        if given.consumed && shim.plan.resources[given.resource].size.is_some() {
            code.global_get(owned + 1)
                .if_(BlockType::Empty)
                .global_get(owned)
                .call(shim.free_state(given.resource))
                .else_()
                .global_get(owned)
                .call(shim.destructor(given.resource))
                .end()
                .i32_const(0)
                .global_set(owned + 1);
        } else {
            code.global_get(owned).call(shim.destructor(given.resource));
        }
        code.i32_const(0).global_set(owned).end();
    }
}
