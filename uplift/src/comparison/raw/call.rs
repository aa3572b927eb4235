//! One call, from WIT values to a WIT value, in the steps that the mapping names.

use std::collections::BTreeMap;

use wasmtime::Val as Core;
use wasmtime::component::Val;

use super::failures::Failure;
use super::given::Given;
use super::parts::Found;
use super::results::NullError;
use super::{Block, Raw};
use crate::comparison::sandbox::{Ended, Trapped};
use crate::comparison::subject::Subject;
use crate::mapping::{Argument, Capacity, Unit};

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
    Early::Ended(Ended::Trapped(Trapped::at_boundary(reason)))
}

/// A call on its way.
pub(super) struct Call<'c, 's> {
    pub(super) raw: &'c mut Raw<'s>,
    pub(super) subject: &'c Subject<'s>,
    passed: &'c [Passed<'c>],
    /// The inputs and buffers, which live until the result has been read.
    pub(super) blocks: Vec<Block>,
    /// What each WIT parameter that is passed by pointer is in C.
    pub(super) encoded: BTreeMap<&'s str, Vec<u8>>,
    /// The C strings of each list of them.
    pub(super) arrays: BTreeMap<&'s str, Vec<Vec<u8>>>,
    /// Where these bytes are, once they are in memory.
    pub(super) placed: BTreeMap<&'s str, u32>,
    /// The resources that the caller gives away.
    pub(super) given: Vec<Given>,
    /// The buffers for parts of the result, and how many elements each holds, by
    /// the numbers of their arguments.
    buffers: BTreeMap<usize, (u32, u32)>,
    /// Where other arguments point to, by their numbers.
    pub(super) slots: BTreeMap<usize, u32>,
    /// A new state, and its size.
    pub(super) state: Option<(u32, u32)>,
    pub(super) returned: Option<Core>,
    /// The parts of the WIT result by their paths; nothing is `none`.
    pub(super) parts: BTreeMap<&'s str, Option<Found>>,
    /// The first null pointer that is the WIT error.
    pub(super) null_error: Option<NullError<'s>>,
    /// What frees results, and what it is told.
    pub(super) frees: Vec<(&'s str, [u32; 2])>,
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
            encoded: BTreeMap::new(),
            arrays: BTreeMap::new(),
            placed: BTreeMap::new(),
            given: Vec::new(),
            buffers: BTreeMap::new(),
            slots: BTreeMap::new(),
            state: None,
            returned: None,
            parts: BTreeMap::new(),
            null_error: None,
            frees: Vec::new(),
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
        call.end_given()?;
        for (free, told) in std::mem::take(&mut call.frees) {
            call.raw.core_u32(free, &told)?;
        }
        let blocks = call.blocks;
        let damage = self.release(&blocks)?;
        Ok(Returned { value, damage })
    }
}

impl<'c> Call<'c, '_> {
    fn run(&mut self) -> Result<Option<Val>, Early> {
        self.take_given()?;
        self.encode()?;
        let mut growing = None;
        for (index, argument) in self.subject.arguments().iter().enumerate() {
            let Argument::Buffer {
                capacity, field, ..
            } = argument
            else {
                continue;
            };
            let room = match capacity {
                Capacity::Constant { constant } => *constant,
                Capacity::Param { param, limit } => match self.there(param)? {
                    Some(Val::U32(room)) if room <= limit => *room,
                    Some(Val::U32(_)) => {
                        let reason = "the buffer would be larger than the mapping's limit";
                        return Err(trap(reason));
                    }
                    _ => return Err(trap(format!("`{param}` is no u32"))),
                },
                Capacity::Bound { bound, param } => {
                    let length = self.length(param)?;
                    self.raw.core_u32(bound, &[length])?
                }
                Capacity::Grow {
                    start,
                    retry_on,
                    limit,
                } => {
                    growing = Some((index, field.as_deref(), *start, retry_on, *limit));
                    continue;
                }
            };
            self.make_room(index, field.as_deref(), room)?;
        }
        let Some((index, field, mut room, retry_on, limit)) = growing else {
            self.invoke()?;
            return self.result();
        };
        self.make_room(index, field, room)?;
        self.invoke()?;
        // At the limit, the status counts as any other.
        while room < limit && retry_on.contains(&self.status()) {
            self.end_try()?;
            room = room.saturating_mul(2).min(limit);
            self.make_room(index, field, room)?;
            self.invoke()?;
        }
        self.result()
    }

    /// A buffer of so many elements for a part of the result.
    fn make_room(&mut self, index: usize, field: Option<&str>, room: u32) -> Result<(), Early> {
        let c = self.subject.written_elements(field);
        let element = self.subject.part(field).map_or(1, |ty| self.element(ty, c));
        let size = room
            .checked_mul(element)
            .filter(|size| i32::try_from(*size).is_ok())
            .ok_or_else(|| trap("no room for an input or a buffer"))?;
        let block = self.raw.allocate(size)?;
        self.blocks.push(block);
        self.buffers.insert(index, (block.pointer, room));
        Ok(())
    }

    /// The buffer for a part of the result, and how many elements it holds.
    pub(super) fn buffer(&self, field: Option<&str>) -> Result<(u32, u32), Early> {
        let mut arguments = self.subject.arguments().iter();
        let index = arguments.position(|argument| {
            matches!(argument, Argument::Buffer { field: found, .. } if found.as_deref() == field)
        });
        let buffer = index.and_then(|index| self.buffers.get(&index));
        buffer.copied().ok_or_else(|| trap("there is no buffer"))
    }

    /// How much that buffer holds, in these units.
    pub(super) fn capacity(&self, unit: Unit, field: Option<&str>) -> Result<u32, Early> {
        let (_, room) = self.buffer(field)?;
        Ok(room.wrapping_mul(self.units(unit, field)))
    }

    fn invoke(&mut self) -> Result<(), Early> {
        let arguments = self.arguments()?;
        self.returned = self.raw.core(self.subject.calls, &arguments)?;
        self.taken_over(false);
        Ok(())
    }

    /// What the C function returned, as a status.
    pub(super) fn status(&self) -> i32 {
        match self.returned {
            Some(Core::I32(status)) => status,
            _ => 0,
        }
    }

    /// What is passed for a parameter, or for a part of one such as `point.x`.
    pub(super) fn passed_for(&self, path: &str) -> Result<Passed<'c>, Early> {
        let absent = || trap(format!("there is no parameter `{path}`"));
        let (position, rest) = self.subject.position(path).ok_or_else(absent)?;
        let passed = *self.passed.get(position).ok_or_else(absent)?;
        let Passed::Value(mut value) = passed else {
            return Ok(passed);
        };
        for name in rest.split('.').filter(|name| !name.is_empty()) {
            let field = match value {
                Val::Record(fields) => fields.iter().find(|(field, _)| field == name),
                _ => None,
            };
            let member = match (value, name.parse::<usize>()) {
                (Val::Tuple(members), Ok(number)) => members.get(number),
                _ => None,
            };
            value = field
                .map(|(_, value)| value)
                .or(member)
                .ok_or_else(absent)?;
        }
        Ok(Passed::Value(value))
    }
}
