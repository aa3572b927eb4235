//! The same two functions by raw pointers: all legacy access, and the only
//! pointer arithmetic of this host.
//!
//! The module's type says only `(i32) -> i32`. What the integers mean, who
//! allocates, who frees and where a string ends is knowledge of this file, and
//! a mistake in it is memory corruption inside the guest.

use std::path::Path;

use wasmtime::{Instance, Memory, Store, TypedFunc};

use crate::Error;
use crate::sandbox::{Live, Sandbox, State};

/// The size of a page of linear memory, in bytes.
const PAGE: usize = 65_536;

/// A core module that exports the greeter by its C ABI.
pub struct LegacyGreeter {
    guest: Live<Exports>,
}

/// What the module exports, and the room that this host made for its inputs.
struct Exports {
    memory: Memory,
    custom_greet: TypedFunc<u32, u32>,
    free_string: TypedFunc<u32, ()>,
    add: TypedFunc<(i32, i32), i32>,
    scratch: Scratch,
}

/// Pages that this host added to the guest's memory. The allocator of this
/// guest hands out only pages that it asked for itself. Not every allocator
/// does: one that takes all memory up to its current end would hand these out.
#[derive(Default)]
struct Scratch {
    start: usize,
    len: usize,
}

impl LegacyGreeter {
    /// Compiles the core module in the file at `path`, or takes it from the
    /// cache, and starts an instance.
    ///
    /// # Errors
    ///
    /// If the file is no core module, lacks one of the functions or the memory,
    /// or traps when it starts.
    pub fn load(sandbox: &Sandbox, path: &Path) -> Result<Self, Error> {
        let pre = sandbox.module(path)?;
        let owned = path.to_owned();
        let guest = Live::start(sandbox, path, move |store| {
            let instance = pre.instantiate(&mut *store)?;
            Exports::find(&instance, store)
                .map_err(|reason| Error::lacks_c_abi(&owned, &reason).into())
        })?;
        Ok(LegacyGreeter { guest })
    }

    /// Returns what the guest's `custom_greet` returns for `name`, and frees it
    /// in the guest.
    ///
    /// # Errors
    ///
    /// If `name` holds a NUL, which would end it early; if the guest traps or
    /// runs too long, or returns no valid string. The next call gets a fresh
    /// instance.
    pub fn greet(&mut self, name: &str) -> Result<String, Error> {
        if let Some(nul) = name.bytes().position(|byte| byte == 0) {
            return Err(Error::InteriorNul(nul));
        }
        let greeting = self.guest.call("custom_greet", |exports, store| {
            let input = exports.write(store, name)?;
            let output = exports.custom_greet.call(&mut *store, input)?;
            // A pointer that is wrong is not given back to the guest: the error
            // ends the instance, and its memory with it.
            let greeting = exports.read(store, output)?;
            exports.free_string.call(store, output)?;
            Ok(greeting)
        })?;
        String::from_utf8(greeting)
            .map_err(|error| legacy_abi(format!("it returned a string that is not UTF-8: {error}")))
    }

    /// Returns the sum of `a` and `b`, which wraps on overflow.
    ///
    /// # Errors
    ///
    /// If the guest traps or runs too long.
    pub fn add(&mut self, a: i32, b: i32) -> Result<i32, Error> {
        self.guest
            .call("add", |exports, store| exports.add.call(store, (a, b)))
    }

    /// The size of the guest's linear memory, in bytes; 0 after a trap, until
    /// the next call starts a fresh instance.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        self.guest
            .inspect(|exports, store| exports.memory.data_size(store))
            .unwrap_or(0)
    }

    /// Takes what the guest printed since this was last asked, as lines.
    #[must_use]
    pub fn take_printed(&self) -> Vec<String> {
        self.guest
            .inspect(|_, store| store.data().stdout.take_lines())
            .unwrap_or_default()
    }
}

impl Exports {
    fn find(instance: &Instance, store: &mut Store<State>) -> wasmtime::Result<Self> {
        Ok(Exports {
            memory: instance
                .get_memory(&mut *store, "memory")
                .ok_or_else(|| wasmtime::format_err!("no memory `memory`"))?,
            custom_greet: instance.get_typed_func(&mut *store, "custom_greet")?,
            free_string: instance.get_typed_func(&mut *store, "free_string")?,
            add: instance.get_typed_func(&mut *store, "add")?,
            scratch: Scratch::default(),
        })
    }

    /// Copies `name` and the NUL that ends it into the scratch pages, and
    /// returns where they start.
    fn write(&mut self, store: &mut Store<State>, name: &str) -> wasmtime::Result<u32> {
        let needed = name.len() + 1;
        if self.scratch.len < needed {
            // Outgrown pages are lost: doubling bounds the loss.
            let pages = needed.max(2 * self.scratch.len).div_ceil(PAGE);
            let first = self
                .memory
                .grow(&mut *store, pages as u64)
                .map_err(|_| Error::NoRoom(name.len()))?;
            self.scratch = Scratch {
                start: usize::try_from(first)? * PAGE,
                len: pages * PAGE,
            };
        }
        let room = &mut self.memory.data_mut(store)[self.scratch.start..][..needed];
        room[..name.len()].copy_from_slice(name.as_bytes());
        room[name.len()] = 0;
        Ok(u32::try_from(self.scratch.start)?)
    }

    /// Copies the string at `pointer` out of linear memory, up to the NUL.
    fn read(&self, store: &Store<State>, pointer: u32) -> Result<Vec<u8>, Error> {
        let memory = self.memory.data(store);
        if pointer == 0 {
            return Err(legacy_abi("it returned null".into()));
        }
        let outside = || {
            let length = memory.len();
            legacy_abi(format!(
                "it returned the pointer {pointer:#x}, outside of a memory of {length} bytes"
            ))
        };
        let bytes = memory
            .get(pointer as usize..)
            .filter(|rest| !rest.is_empty());
        let bytes = bytes.ok_or_else(outside)?;
        let end = memchr::memchr(0, bytes)
            .ok_or_else(|| legacy_abi(format!("no NUL ends the string at {pointer:#x}")))?;
        Ok(bytes[..end].to_owned())
    }
}

fn legacy_abi(reason: String) -> Error {
    Error::LegacyAbi {
        function: "custom_greet",
        reason,
    }
}
