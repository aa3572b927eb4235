//! The end of what the C function handed out and nobody gets to see: where the
//! call fails, gives `none`, or is repeated.

use super::call::{Call, Early};
use crate::comparison::types::Ty;
use crate::mapping::{Argument, OnError, OnErrorMemory, Returns, Unit};

/// What one argument was handed, or what was returned.
struct HandedOut<'s> {
    end: &'s str,
    told: [u32; 2],
    resource: bool,
    /// Whether it is ended where the status is an error.
    on_error: bool,
}

impl<'s> Call<'_, 's> {
    /// All that was handed out and is not null.
    fn handed(&self) -> Result<Vec<HandedOut<'s>>, Early> {
        let mut found = Vec::new();
        let plan = self.raw.plan;
        let destroy = |field: Option<&str>| match self.subject.part(field).map(Ty::plain) {
            Some(Ty::Own(number)) => plan.resources[*number].destroy.as_ref(),
            _ => None,
        };
        let arguments = self.subject.arguments();
        for (index, argument) in arguments.iter().enumerate() {
            let (end, size, resource, on_error) = match argument {
                Argument::OutHandle {
                    on_error, field, ..
                } => {
                    let end = destroy(field.as_deref()).map(|end| end.export.as_str());
                    (end, 0, true, *on_error == OnError::Destroy)
                }
                Argument::OutCstring { free, on_error, .. } => {
                    (free.as_deref(), 0, false, *on_error == OnErrorMemory::Free)
                }
                Argument::OutPointer {
                    free,
                    on_error,
                    field,
                    ..
                } => {
                    let on_error = *on_error == OnErrorMemory::Free;
                    let size = self.size_of(field.as_deref())?;
                    (free.as_deref(), size, false, on_error)
                }
                _ => continue,
            };
            let pointer = self.pointer_at(index)?;
            if let Some(end) = end
                && pointer != 0
            {
                found.push(HandedOut {
                    end,
                    told: [pointer, size],
                    resource,
                    on_error,
                });
            }
        }
        if let Some(Returns::Handle { field, .. }) = &self.subject.spec.returns
            && let Some(end) = destroy(field.as_deref())
            && self.status() != 0
        {
            found.push(HandedOut {
                end: &end.export,
                told: [self.status().cast_unsigned(), 0],
                resource: true,
                on_error: false,
            });
        }
        Ok(found)
    }

    /// The bytes behind an out-pointer, by the length beside it.
    fn size_of(&self, field: Option<&str>) -> Result<u32, Early> {
        for (index, argument) in self.subject.arguments().iter().enumerate() {
            if let Argument::OutLength { unit, field: of } = argument
                && of.as_deref() == field
            {
                let length = self.pointer_at(index)?;
                let c = self.subject.written_elements(field);
                let element = self.element(self.part_type(field)?, c);
                return Ok(match unit {
                    Unit::Bytes => length,
                    Unit::Elements => length.wrapping_mul(element),
                });
            }
        }
        Ok(0)
    }

    /// After a status that is an error: what the mapping says.
    pub(super) fn end_failed(&mut self) -> Result<(), Early> {
        for handed in self.handed()? {
            if handed.on_error {
                self.raw.core_u32(handed.end, &handed.told)?;
            }
        }
        Ok(())
    }

    /// After a null pointer that is an error: the resources. Memory is freed as
    /// after any call.
    pub(super) fn end_resources(&mut self) -> Result<(), Early> {
        for handed in self.handed()? {
            if handed.resource {
                self.raw.core_u32(handed.end, &handed.told)?;
            }
        }
        Ok(())
    }

    /// After a status that is `none`: everything, and the memory at last.
    pub(super) fn end_unseen(&mut self) -> Result<(), Early> {
        for handed in self.handed()? {
            if handed.resource {
                self.raw.core_u32(handed.end, &handed.told)?;
            } else {
                self.frees.push((handed.end, handed.told));
            }
        }
        self.free_new_state()
    }

    /// Before the call is repeated: everything.
    pub(super) fn end_try(&mut self) -> Result<(), Early> {
        for handed in self.handed()? {
            self.raw.core_u32(handed.end, &handed.told)?;
        }
        self.free_new_state()
    }

    fn free_new_state(&mut self) -> Result<(), Early> {
        if let Some((pointer, size)) = self.state.take() {
            self.raw.free_state(pointer, size)?;
        }
        Ok(())
    }

    /// Ends what stands in a new state; its room is given back elsewhere.
    pub(super) fn destroy_state(&mut self) -> Result<(), Early> {
        let Some((pointer, _)) = self.state else {
            return Ok(());
        };
        let plan = self.raw.plan;
        for argument in self.subject.arguments() {
            if let Argument::State { field } = argument
                && let Some(Ty::Own(number)) = self.subject.part(field.as_deref()).map(Ty::plain)
                && let Some(destroy) = &plan.resources[*number].destroy
            {
                self.raw.core_u32(&destroy.export, &[pointer])?;
            }
        }
        Ok(())
    }
}
