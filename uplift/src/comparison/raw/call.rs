//! One call, from WIT values to a WIT value, in the steps that the mapping names.

use std::collections::BTreeMap;

use wasmtime::Val as Core;
use wasmtime::component::Val;

use super::failures::Failure;
use super::{Block, Raw};
use crate::comparison::sandbox::Ended;
use crate::comparison::subject::Subject;
use crate::mapping::Capacity;

/// What is passed for a WIT parameter.
#[derive(Clone, Copy)]
pub(in crate::comparison) enum Passed<'a> {
    Value(&'a Val),
    /// The pointer behind a resource.
    Handle(u32),
}

/// What came of a call that returned.
#[derive(Debug)]
pub(in crate::comparison) struct Returned {
    /// The WIT result. A handle in it is the pointer behind it, as a `u32`.
    pub(in crate::comparison) value: Option<Val>,
    /// What the module wrote where it should not.
    pub(in crate::comparison) damage: Option<String>,
}

/// Why the C function is not called, or what it returned does not count.
pub(super) enum Early {
    /// The WIT error.
    Error(Failure),
    Ended(Ended),
}

impl From<Ended> for Early {
    fn from(ended: Ended) -> Self {
        Early::Ended(ended)
    }
}

pub(super) fn trap(reason: impl Into<String>) -> Early {
    Early::Ended(Ended::Trapped(reason.into()))
}

/// A call on its way.
pub(super) struct Call<'c, 's> {
    pub(super) raw: &'c mut Raw<'s>,
    pub(super) subject: &'c Subject<'s>,
    pub(super) passed: &'c [Passed<'c>],
    /// The inputs and buffers, which live until the result has been read.
    pub(super) blocks: Vec<Block>,
    /// Where the bytes of each WIT parameter are, once they are in memory.
    pub(super) placed: BTreeMap<&'s str, u32>,
    /// What the WIT strings that are passed as C strings are in C.
    pub(super) encoded: BTreeMap<&'s str, Vec<u8>>,
    /// The buffer for the result, and how many elements it holds.
    pub(super) buffer: (u32, u32),
    /// Where the C function writes a pointer, and a length.
    pub(super) pointer_slot: Option<u32>,
    pub(super) length_slot: Option<u32>,
    /// A new state, and its size.
    pub(super) state: Option<(u32, u32)>,
    pub(super) returned: Option<Core>,
}

impl<'s> Raw<'s> {
    /// Calls a function of the world.
    pub(in crate::comparison) fn call(
        &mut self,
        subject: &Subject<'s>,
        passed: &[Passed<'_>],
    ) -> Result<Returned, Ended> {
        let mut call = Call {
            raw: self,
            subject,
            passed,
            blocks: Vec::new(),
            placed: BTreeMap::new(),
            encoded: BTreeMap::new(),
            buffer: (0, 0),
            pointer_slot: None,
            length_slot: None,
            state: None,
            returned: None,
        };
        let value = match call.run() {
            Ok(value) => value,
            Err(Early::Error(failure)) => {
                if let Some((pointer, size)) = call.state {
                    call.raw.free_state(pointer, size)?;
                }
                Some(failure.value(subject.result.as_ref()))
            }
            Err(Early::Ended(ended)) => return Err(ended),
        };
        let blocks = call.blocks;
        let damage = self.release(&blocks)?;
        Ok(Returned { value, damage })
    }
}

impl Call<'_, '_> {
    fn run(&mut self) -> Result<Option<Val>, Early> {
        self.encode_strings()?;
        match self.subject.capacity() {
            None => self.invoke()?,
            Some(Capacity::Constant { constant }) => self.invoke_with(*constant)?,
            Some(Capacity::Param { param, limit }) => {
                let room = match self.passed_for(param)? {
                    Passed::Value(Val::U32(room)) => *room,
                    _ => return Err(trap(format!("`{param}` is no u32"))),
                };
                if room > *limit {
                    return Err(trap("the buffer would be larger than the mapping's limit"));
                }
                self.invoke_with(room)?;
            }
            Some(Capacity::Bound { bound, param }) => {
                let length = self.elements(param)?;
                let room = self.raw.core_u32(bound, &[length])?;
                self.invoke_with(room)?;
            }
            Some(Capacity::Grow {
                start,
                retry_on,
                limit,
            }) => {
                let mut room = *start;
                self.invoke_with(room)?;
                // At the limit, the status counts as any other.
                while room < *limit && retry_on.contains(&self.status()) {
                    room = room.saturating_mul(2).min(*limit);
                    self.invoke_with(room)?;
                }
            }
        }
        self.result()
    }

    /// Calls the C function with a buffer of so many elements.
    fn invoke_with(&mut self, room: u32) -> Result<(), Early> {
        let size = room
            .checked_mul(self.subject.element())
            .filter(|size| i32::try_from(*size).is_ok())
            .ok_or_else(|| trap("no room for an input or a buffer"))?;
        let block = self.raw.allocate(size)?;
        self.blocks.push(block);
        self.buffer = (block.pointer, room);
        self.invoke()
    }

    fn invoke(&mut self) -> Result<(), Early> {
        let arguments = self.arguments()?;
        self.returned = self.raw.core(self.subject.calls, &arguments)?;
        Ok(())
    }

    /// What the C function returned, as a status.
    pub(super) fn status(&self) -> i32 {
        match self.returned {
            Some(Core::I32(status)) => status,
            _ => 0,
        }
    }

    pub(super) fn passed_for(&self, param: &str) -> Result<Passed<'_>, Early> {
        self.subject
            .position(param)
            .and_then(|position| self.passed.get(position).copied())
            .ok_or_else(|| trap(format!("there is no parameter `{param}`")))
    }
}
