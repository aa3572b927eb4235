//! Resources that the caller gives away: what the C function does not take over
//! is ended after the call.

use super::call::{Call, Early, Passed, trap};
use crate::comparison::sandbox::Ended;
use crate::comparison::types::Ty;
use crate::mapping::{Argument, OnError};

/// A resource that is given away.
pub(super) struct Given {
    resource: usize,
    pointer: u32,
    taking: Taking,
    taken: bool,
}

/// Whether the C function takes it over.
#[derive(Clone, Copy, PartialEq)]
enum Taking {
    Never,
    Always,
    OnSuccess,
}

impl Call<'_, '_> {
    pub(super) fn take_given(&mut self) -> Result<(), Early> {
        for argument in self.subject.arguments() {
            let (param, taking) = match argument {
                Argument::Value { param, .. } => (param, Taking::Never),
                Argument::Consumed { param, on_error } => match on_error {
                    OnError::Ignore => (param, Taking::Always),
                    OnError::Destroy => (param, Taking::OnSuccess),
                },
                _ => continue,
            };
            let Some(Ty::Own(resource)) = self.subject.ty(param) else {
                continue;
            };
            let Passed::Handle(pointer) = self.passed_for(param)? else {
                return Err(trap(format!("`{param}` is no handle")));
            };
            self.given.push(Given {
                resource: *resource,
                pointer,
                taking,
                taken: false,
            });
        }
        Ok(())
    }

    /// Notes what the C function has taken over by now: because it was called, or
    /// because it has succeeded.
    pub(super) fn taken_over(&mut self, succeeded: bool) {
        for given in &mut self.given {
            given.taken |= match given.taking {
                Taking::Never => false,
                Taking::Always => true,
                Taking::OnSuccess => succeeded,
            };
        }
    }

    /// Ends what nobody has taken over.
    pub(super) fn end_given(&mut self) -> Result<(), Ended> {
        for given in std::mem::take(&mut self.given) {
            let size = self.raw.plan.resources[given.resource].size;
            match (given.taken, size) {
                (false, _) => self.raw.drop_resource(given.resource, given.pointer)?,
                // The room of a state is still the caller's.
                (true, Some(size)) => self.raw.free_state(given.pointer, size)?,
                (true, None) => {}
            }
        }
        Ok(())
    }
}
