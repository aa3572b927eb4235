//! The mapping held against the module and the WIT: all mistakes are found
//! here, so that emitting can't fail.

mod argument;
mod buffer;
mod call;
mod check;
mod confirmed;
mod error;
mod exports;
mod failed;
mod function;
mod given;
mod imports;
mod init;
mod late;
mod member;
mod memory;
mod number;
mod out_argument;
mod outs;
mod param;
mod part;
mod pointer;
mod record;
mod refusal;
mod report;
mod resource;
mod returns;
mod shape;
mod status;
mod statuses;
mod text;
mod uncallable;
mod wit;
mod world;

use std::path::{Path, PathBuf};

use wasm_encoder::ValType;
use wit_parser::{Resolve, TypeId, WorldId};

pub(crate) use call::{
    Argument, At, Buffer, Capacity, From, Function, Given, Initial, Layout, ListInput, Loaded,
    Null, Output, Part, Slot, StringInput, Written,
};
pub(crate) use failed::{
    Asked, ErrorCase, ErrorText, ErrorValue, Failure, Report, Status, Text, Told,
};
pub(crate) use number::{Kind, Scalar};
pub(crate) use shape::{CstringField, InlineField, LeafKind, Shape, Way};
pub(crate) use statuses::Statuses;

pub(crate) use crate::mapping::{CType, Encoding};
use crate::{Error, Mapping, Module};

/// How a module is to be wrapped; everything in it has been checked.
#[derive(Debug)]
pub struct Plan {
    /// The module, with the changes that the mapping asks for.
    pub(crate) main: Vec<u8>,
    /// Whether the module imports WASI.
    pub(crate) wasi: bool,
    pub(crate) resolve: Resolve,
    pub(crate) world: WorldId,
    pub(crate) room: Room,
    /// What stands for functions that the module imports.
    pub(crate) stubs: Vec<Stub>,
    /// What is called once, before anything else but `_initialize`.
    pub(crate) init: Vec<InitCall>,
    /// The resources of the world.
    pub(crate) resources: Vec<Resource>,
    /// The functions of the world.
    pub(crate) functions: Vec<Function>,
    wit_files: Vec<PathBuf>,
    changes: Vec<String>,
    notes: Vec<String>,
}

impl Plan {
    /// Holds `mapping` against `module` and the WIT that it names; relative paths
    /// in it start at `folder`.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] with every mistake.
    pub fn check(module: &Module, mapping: &Mapping, folder: &Path) -> Result<Self, Error> {
        check::check(module, mapping, folder).map_err(Error::Mapping)
    }

    /// What is changed in the module, because the mapping asks for it: one
    /// sentence each. Empty where the module stays as it is, byte for byte.
    #[must_use]
    pub fn changes(&self) -> &[String] {
        &self.changes
    }

    /// The files that the WIT was read from.
    #[must_use]
    pub fn wit_files(&self) -> &[PathBuf] {
        &self.wit_files
    }

    /// What the user should know besides.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Where the shim gets room for inputs and buffers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Room {
    /// Nothing needs any.
    Unneeded,
    /// By functions of the module.
    Allocator { malloc: Callee, free: Callee },
    /// In pages that the shim grows.
    GrownPages,
}

/// What stands for a function that the module imports.
#[derive(Debug)]
pub(crate) struct Stub {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
    pub(crate) does: StubDoes,
}

#[derive(Debug)]
pub(crate) enum StubDoes {
    Trap,
    Nothing,
    Return(Number),
}

/// A number of a core type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    I32(i32),
    I64(i64),
    F32(f32),
    F64(f64),
}

/// A call that starts the module.
#[derive(Debug)]
pub(crate) struct InitCall {
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Number>,
    /// The statuses of success, if it returns one.
    pub(crate) ok: Vec<Statuses>,
}

/// A function of the module that the shim calls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Callee {
    pub(crate) export: String,
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
}

/// A resource that the world exports.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) id: TypeId,
    /// The interface that exports it, and its name in there.
    pub(crate) interface: String,
    pub(crate) name: String,
    pub(crate) destroy: Option<Callee>,
    /// The size in bytes of a state that the shim allocates.
    pub(crate) size: Option<u32>,
}
