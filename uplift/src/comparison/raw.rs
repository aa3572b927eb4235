//! The module as a C program would use it: its exports are called with pointers
//! into its memory, and what it hands out is read there and freed.
//!
//! This side is written against the mapping alone. It shares nothing with the
//! shim, so that a defect of the shim is a difference between the two.

mod arguments;
mod call;
mod endings;
mod failures;
mod given;
mod numbers;
mod outputs;
mod parts;
mod results;
mod start;
mod strings;
mod structs;

use wasmtime::{Func, Instance, InstancePre, Memory, Store, Val, ValType};

use super::sandbox::{Ended, PAGE, Sandbox, State, Trapped, ended};
use crate::Mapping;
use crate::plan::{Plan, Room};

pub(super) use call::{Passed, Returned};
pub(super) use start::stubs;

/// What stands around each input and buffer, and in it where nothing was
/// written: nobody else has a reason to write it.
const MARK: u8 = 0xa5;

/// The marked bytes in front of an input.
const BEFORE: u32 = 16;

/// The marked bytes behind it: enough for a function that takes bytes for
/// elements of eight, and for one that forgets its limits.
fn behind(size: u32) -> u32 {
    size.saturating_mul(7).clamp(64, 4096)
}

/// Room in the module's memory.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// What the allocator gave.
    whole: u32,
    whole_size: u32,
    /// What the module gets to see of it.
    pointer: u32,
    size: u32,
}

/// The module, running.
pub(super) struct Raw<'s> {
    sandbox: &'s Sandbox,
    plan: &'s Plan,
    mapping: &'s Mapping,
    store: Store<State>,
    instance: Instance,
    memory: Option<Memory>,
    /// Pages that were grown for inputs, where the module has no allocator:
    /// where they begin and end, and what is free.
    pages: (u32, u32, u32),
    /// The same for states, which outlive a call, and the ones given back.
    states: (u32, u32),
    freed: Vec<(u32, u32)>,
}

impl<'s> Raw<'s> {
    pub(super) fn start(
        sandbox: &'s Sandbox,
        plan: &'s Plan,
        mapping: &'s Mapping,
        module: &InstancePre<State>,
    ) -> Result<Self, Ended> {
        let mut store = sandbox.store();
        let started = module.instantiate(&mut store);
        let instance = started.map_err(|error| ended(&error, store.data()))?;
        let memory = instance.get_memory(&mut store, "memory");
        let mut raw = Raw {
            sandbox,
            plan,
            mapping,
            store,
            instance,
            memory,
            pages: (0, 0, 0),
            states: (0, 0),
            freed: Vec::new(),
        };
        raw.initialize(mapping)?;
        Ok(raw)
    }

    /// The size of the memory, in pages.
    pub(super) fn pages(&self) -> usize {
        self.store.data().pages
    }

    /// Whether it asked for more memory than it may have.
    pub(super) fn was_denied(&self) -> bool {
        self.store.data().denied
    }

    fn function(&mut self, export: &str) -> Result<Func, Ended> {
        self.instance
            .get_func(&mut self.store, export)
            .ok_or_else(|| {
                let reason = format!("there is no export `{export}`");
                Ended::Trapped(Trapped::at_boundary(reason))
            })
    }

    /// The types of the arguments of an export.
    fn parameters(&mut self, export: &str) -> Result<Vec<ValType>, Ended> {
        let function = self.function(export)?;
        Ok(function.ty(&self.store).params().collect())
    }

    /// Calls an export. What comes back is there if it is one value.
    fn core(&mut self, export: &str, arguments: &[Val]) -> Result<Option<Val>, Ended> {
        let function = self.function(export)?;
        self.sandbox.begin(&mut self.store);
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        function
            .call(&mut self.store, arguments, &mut results)
            .map_err(|error| ended(&error, self.store.data()))?;
        Ok(match results.as_slice() {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// Calls an export with as many of the numbers as it takes. What comes back
    /// is 0 where it returns nothing.
    fn core_u32(&mut self, export: &str, arguments: &[u32]) -> Result<u32, Ended> {
        let count = self.parameters(export)?.len();
        let arguments: Vec<Val> = arguments
            .iter()
            .take(count)
            .map(|number| Val::I32(number.cast_signed()))
            .collect();
        Ok(match self.core(export, &arguments)? {
            Some(Val::I32(number)) => number.cast_unsigned(),
            _ => 0,
        })
    }

    fn bytes(&self) -> &[u8] {
        self.memory.map_or(&[], |memory| memory.data(&self.store))
    }

    /// The bytes at `pointer`, or a trap where the memory ends before.
    fn read(&self, pointer: u32, size: u64) -> Result<&[u8], Ended> {
        let start = u64::from(pointer);
        let range = usize::try_from(start)
            .ok()
            .zip(usize::try_from(start + size).ok());
        range
            .and_then(|(start, end)| self.bytes().get(start..end))
            .ok_or_else(|| {
                Ended::Trapped(Trapped::at_boundary(format!(
                    "{size} bytes at {pointer:#x} do not lie inside of the memory"
                )))
            })
    }

    fn read_u32(&self, pointer: u32) -> Result<u32, Ended> {
        let bytes = self.read(pointer, 4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Ended> {
        self.read(pointer, bytes.len() as u64)?;
        let start = pointer as usize;
        if let Some(memory) = self.memory {
            memory.data_mut(&mut self.store)[start..start + bytes.len()].copy_from_slice(bytes);
        }
        Ok(())
    }

    /// Grows the memory by enough pages for so many bytes.
    fn grow(&mut self, size: u32) -> Result<(u32, u32), Ended> {
        let pages = u64::from(size).div_ceil(PAGE as u64);
        let memory = self.memory.ok_or(Ended::NoRoom)?;
        let grown = memory.grow(&mut self.store, pages);
        let before = grown.map_err(|_| Ended::NoRoom)?;
        let at = |pages: u64| u32::try_from(pages * PAGE as u64).unwrap_or(u32::MAX);
        Ok((at(before), at(before + pages)))
    }

    /// Asks the module's allocator for room. One that is out of it gives null, or a
    /// place beyond the memory because nobody has grown that, or traps.
    fn malloc(&mut self, malloc: &str, size: u32) -> Result<u32, Ended> {
        match self.core_u32(malloc, &[size, 8]) {
            Ok(0) | Err(Ended::Trapped(_)) => Err(Ended::NoRoom),
            Ok(pointer) if self.read(pointer, u64::from(size)).is_err() => Err(Ended::NoRoom),
            other => other,
        }
    }

    /// Room between marks, filled with marks.
    fn allocate(&mut self, size: u32) -> Result<Block, Ended> {
        let whole_size = size
            .checked_add(BEFORE + 8 + behind(size))
            .ok_or(Ended::NoRoom)?;
        let plan = self.plan;
        let whole = match &plan.room {
            Room::Allocator { malloc, .. } => self.malloc(&malloc.export, whole_size)?,
            Room::GrownPages | Room::Unneeded => self.in_pages(whole_size)?,
        };
        let block = Block {
            whole,
            whole_size,
            pointer: whole.saturating_add(BEFORE + 7) & !7,
            size,
        };
        self.write(whole, &vec![MARK; whole_size as usize])?;
        Ok(block)
    }

    fn in_pages(&mut self, size: u32) -> Result<u32, Ended> {
        let (start, end, next) = self.pages;
        if end - next < size {
            // Twice as many each time, because the old ones may be lost.
            let (from, to) = self.grow(size.max(end - start))?;
            self.pages = if from == end {
                (start, to, next)
            } else {
                (from, to, from)
            };
        }
        let at = self.pages.2;
        self.pages.2 = (at + size).next_multiple_of(8).min(self.pages.1);
        Ok(at)
    }

    /// Gives back the room of a call. Says so where the module wrote around it.
    fn release(&mut self, blocks: &[Block]) -> Result<Option<String>, Ended> {
        let mut damage = None;
        for block in blocks {
            let before = self.read(block.whole, u64::from(block.pointer - block.whole))?;
            let front = before.iter().any(|byte| *byte != MARK);
            let end = block.pointer + block.size;
            let after = self.read(end, u64::from(block.whole + block.whole_size - end))?;
            let back = after.iter().rposition(|byte| *byte != MARK);
            if front {
                damage = Some("it wrote in front of what it was given".into());
            } else if let Some(last) = back {
                damage = Some(format!(
                    "it wrote beyond the {} bytes that it was given, the last time {} after their \
                     end",
                    block.size,
                    last + 1
                ));
            }
        }
        let plan = self.plan;
        match &plan.room {
            Room::Allocator { free, .. } => {
                for block in blocks {
                    self.core_u32(&free.export, &[block.whole, block.whole_size, 8])?;
                }
            }
            Room::GrownPages | Room::Unneeded => self.pages.2 = self.pages.0,
        }
        Ok(damage)
    }

    /// A state of so many bytes, all zero.
    fn new_state(&mut self, size: u32) -> Result<u32, Ended> {
        let plan = self.plan;
        let pointer = match &plan.room {
            Room::Allocator { malloc, .. } => self.malloc(&malloc.export, size)?,
            Room::GrownPages | Room::Unneeded => {
                let free = self.freed.iter().position(|(_, freed)| *freed == size);
                if let Some(free) = free {
                    self.freed.swap_remove(free).0
                } else {
                    if self.states.1 - self.states.0 < size {
                        self.states = self.grow(size)?;
                    }
                    let at = self.states.0;
                    self.states.0 = (at + size).next_multiple_of(16).min(self.states.1);
                    at
                }
            }
        };
        self.write(pointer, &vec![0; size as usize])?;
        Ok(pointer)
    }

    fn free_state(&mut self, pointer: u32, size: u32) -> Result<(), Ended> {
        let plan = self.plan;
        match &plan.room {
            Room::Allocator { free, .. } => {
                self.core_u32(&free.export, &[pointer, size, 8])?;
                Ok(())
            }
            Room::GrownPages | Room::Unneeded => {
                self.freed.push((pointer, size));
                Ok(())
            }
        }
    }

    /// Ends what stands behind a resource, as its owner does.
    pub(super) fn drop_resource(&mut self, number: usize, pointer: u32) -> Result<(), Ended> {
        let plan = self.plan;
        let resource = &plan.resources[number];
        if let Some(destroy) = &resource.destroy {
            self.core_u32(&destroy.export, &[pointer])?;
        }
        match resource.size {
            Some(size) => self.free_state(pointer, size),
            None => Ok(()),
        }
    }
}
