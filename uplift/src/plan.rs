//! The mapping held against the module and the WIT: all mistakes are found
//! here, so that emitting can't fail.

mod argument;
mod check;
mod confirmed;
mod error;
mod function;
mod imports;
mod init;
mod memory;
mod output;
mod pointer;
mod refusal;
mod report;
mod resource;
mod result;
mod status;
mod wit;

use std::path::Path;

use wasm_encoder::ValType;
use wit_parser::{Resolve, TypeId, WorldId};

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

/// A function of the shim that implements one of the world's.
#[derive(Debug)]
pub(crate) struct Function {
    /// The name by which wit-component finds it.
    pub(crate) export: String,
    /// The core signature that the canonical ABI gives it.
    pub(crate) params: Vec<ValType>,
    pub(crate) result: Option<ValType>,
    pub(crate) callee: Callee,
    /// What to do with strings before the call.
    pub(crate) strings: Vec<StringInput>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) buffer: Option<Buffer>,
    pub(crate) status: Option<Status>,
    pub(crate) report: Report,
    pub(crate) output: Output,
    pub(crate) layout: Layout,
    /// Whether the caller places a parameter in the module's memory.
    pub(crate) params_in_memory: bool,
}

/// A WIT string that is passed as a C string.
#[derive(Debug)]
pub(crate) struct StringInput {
    /// The locals of pointer and length.
    pub(crate) pointer: u32,
    pub(crate) length: u32,
    pub(crate) latin1: Option<Failure>,
    /// What to do about a NUL in it; `None` lets it end the string.
    pub(crate) nul: Option<Failure>,
}

/// What happens instead of going on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Failure {
    Trap,
    /// Return the WIT error.
    Error(ErrorValue),
}

/// A WIT error, part by part. Offsets start where the payload of the result does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ErrorValue {
    /// Which case of an enum or variant it is.
    pub(crate) case: Option<ErrorCase>,
    /// The type and offset of the error's number.
    pub(crate) code: Option<(Scalar, u32)>,
    /// Where the error's text comes from, and its offset.
    pub(crate) text: Option<(Text, u32)>,
}

/// The case of an enum or variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ErrorCase {
    pub(crate) discriminant: u32,
    /// The size of the discriminant in bytes.
    pub(crate) size: u32,
    pub(crate) offset: u32,
}

/// Who words an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Text {
    /// The module.
    Module,
    /// The shim, which has found a NUL in a string.
    Nul,
    /// The shim, which has found a character that an encoding lacks.
    Unencodable,
}

/// Whom to ask about a call that has failed.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Who knows the error's number, if the returned status is not it.
    pub(crate) code: Option<Asked>,
    pub(crate) text: Option<ErrorText>,
}

impl Report {
    /// The functions that are called for it.
    pub(crate) fn callees(&self) -> impl Iterator<Item = &Callee> {
        let text = self.text.as_ref();
        let asked = self.code.iter().chain(text.map(|text| &text.asked));
        asked
            .flat_map(|asked| {
                let through = asked.arguments.iter().filter_map(|told| match told {
                    Told::Local(_, through) => through.as_ref(),
                    Told::Code | Told::Constant(_) => None,
                });
                through.chain([&asked.callee])
            })
            .chain(text.and_then(|text| text.release.as_ref()))
    }
}

/// An export that is asked about an error.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Told>,
}

/// What such an export is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// The number of the error.
    Code,
    /// A local, or what an export makes of it.
    Local(u32, Option<Callee>),
    Constant(i32),
}

/// An export that returns the text of an error.
#[derive(Debug)]
pub(crate) struct ErrorText {
    pub(crate) asked: Asked,
    pub(crate) release: Option<Callee>,
    /// Whether a null pointer is an empty text.
    pub(crate) null_is_empty: bool,
    pub(crate) latin1: bool,
}

/// A C argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Argument {
    /// A parameter of the shim's function.
    Local(u32),
    /// A number, as bits of the type.
    Constant(i64, ValType),
    /// A parameter that is a number of elements, as a number of so many bytes.
    Scaled(u32, u32),
    /// The pointer to a new state of the resource with this number.
    State(usize),
    /// The pointer to the buffer.
    Buffer,
    /// The capacity of the buffer, in elements of so many units.
    Capacity(u32),
    /// The address of a slot that the C function writes.
    Slot(u32),
    /// The address of a slot that holds the buffer's capacity, in elements of so
    /// many units, before the call.
    CapacitySlot(u32, u32),
}

/// Room that the shim allocates for the C function to fill.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) capacity: Capacity,
    /// The size of an element in bytes.
    pub(crate) element: u32,
}

/// How many elements a buffer holds.
#[derive(Debug)]
pub(crate) enum Capacity {
    Constant(u32),
    /// What an export answers for the length in a local.
    Bound(Callee, u32),
    /// What a local says, up to a limit.
    Local(u32, u32),
    Grow {
        start: u32,
        retry_on: Vec<i32>,
        limit: u32,
    },
}

/// What the returned status means.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) ok: Vec<Statuses>,
    /// The first one that fits counts.
    pub(crate) errors: Vec<(Statuses, ErrorValue)>,
    pub(crate) unknown: Failure,
}

/// The statuses from the first to the last number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statuses {
    pub(crate) first: i32,
    pub(crate) last: i32,
}

/// Where the value of the WIT result comes from.
#[derive(Debug)]
pub(crate) enum Output {
    Nothing,
    /// What the C function returns, by value.
    Value(Scalar),
    /// A number that stands for what the C function returns, and its type.
    Chosen(Vec<(i32, u32)>, Scalar),
    /// The resource with this number, behind which stands the new state.
    State(usize),
    /// The same, behind which stands what the C function returns.
    Handle(usize, Failure),
    /// A C string that the C function returns.
    Cstring {
        release: Option<Callee>,
        null: Null,
        latin1: bool,
    },
    /// What is in the buffer.
    Buffer(Written),
    /// What a slot points to.
    Pointed {
        pointer: u32,
        length: u32,
        /// The units of the length in an element.
        unit: u32,
        /// The size of an element in bytes.
        element: u32,
        release: Option<Callee>,
    },
}

/// How much of the buffer was written, in elements of so many units.
#[derive(Debug)]
pub(crate) enum Written {
    All,
    Returned(u32),
    Slot(u32, u32),
}

/// What a null pointer means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Null {
    None,
    Failure(Failure),
}

/// Where the parts of the WIT result go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    /// Whether the result is returned in memory.
    pub(crate) in_memory: bool,
    pub(crate) wrap: Wrap,
    /// The size of the result in memory, in bytes.
    pub(crate) size: u32,
    /// The offset of the value in it.
    pub(crate) payload: u32,
}

/// What is around the value of the WIT result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    Plain,
    Option,
    Result,
}

/// A WIT type that is one core value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    /// An enum of so many cases.
    Enum(u32),
    /// What stands behind a borrowed resource.
    Pointer,
}

impl Scalar {
    pub(crate) fn core(self) -> ValType {
        match self {
            Scalar::S64 | Scalar::U64 => ValType::I64,
            Scalar::F32 => ValType::F32,
            Scalar::F64 => ValType::F64,
            _ => ValType::I32,
        }
    }

    /// The size of one in memory, in bytes.
    pub(crate) fn size(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::S8 | Scalar::U8 => 1,
            Scalar::S16 | Scalar::U16 => 2,
            Scalar::S64 | Scalar::U64 | Scalar::F64 => 8,
            Scalar::Enum(cases) if cases <= 1 << 8 => 1,
            Scalar::Enum(cases) if cases <= 1 << 16 => 2,
            Scalar::S32
            | Scalar::U32
            | Scalar::F32
            | Scalar::Char
            | Scalar::Enum(_)
            | Scalar::Pointer => 4,
        }
    }
}
