//! A checked function: what is passed, and what comes back.

use wasm_encoder::ValType;

use super::{Asked, CType, Callee, Encoding, Failure, Report, Scalar, Shape, Status};

/// A function of the shim that implements one of the world's.
#[derive(Debug)]
pub(crate) struct Function {
    /// The key of its entry in the mapping, whether or not there is one.
    #[cfg_attr(
        not(feature = "check"),
        expect(dead_code, reason = "only comparisons look it up")
    )]
    pub(crate) key: String,
    /// The name by which wit-component finds it.
    pub(crate) export: String,
    /// The core signature that the canonical ABI gives it.
    pub(crate) params: Vec<ValType>,
    pub(crate) result: Option<ValType>,
    pub(crate) callee: Callee,
    /// The parameters, where the only core one is a pointer to all of them.
    pub(crate) indirect: Vec<Loaded>,
    /// What to do with strings before the call.
    pub(crate) strings: Vec<StringInput>,
    /// The lists of records that are copied before the call.
    pub(crate) lists: Vec<ListInput>,
    /// The resources that the caller gives away.
    pub(crate) given: Vec<Given>,
    pub(crate) arguments: Vec<Argument>,
    /// The places in the shim's own room that arguments point to.
    pub(crate) slots: Vec<Slot>,
    pub(crate) buffers: Vec<Buffer>,
    pub(crate) status: Option<Status>,
    pub(crate) report: Report,
    /// The parts of the WIT result.
    pub(crate) parts: Vec<Part>,
    pub(crate) layout: Layout,
    /// Whether the caller places a parameter in the module's memory.
    pub(crate) params_in_memory: bool,
    /// Whether the next call ends the results, because post-return may not.
    pub(crate) ends_late: bool,
}

impl Function {
    /// What frees a part of the result after the call, part by part.
    pub(crate) fn releases(&self) -> Vec<&Callee> {
        self.parts
            .iter()
            .filter_map(|part| part.output.release())
            .collect()
    }

    /// Whether it needs the shim's own room.
    pub(crate) fn needs_area(&self) -> bool {
        self.layout.in_memory || !self.slots.is_empty()
    }

    /// The size of all slots in bytes.
    pub(crate) fn slots_size(&self) -> u32 {
        self.slots
            .last()
            .map_or(0, |slot| (slot.offset + slot.size).next_multiple_of(8))
    }
}

/// A number that is loaded into the next local.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loaded {
    pub(crate) offset: u32,
    pub(crate) scalar: Scalar,
    /// The local of the discriminant of the option around it; without a value the
    /// number is 0.
    pub(crate) some: Option<u32>,
}

/// A WIT string that is passed as a C string.
#[derive(Debug)]
pub(crate) struct StringInput {
    /// The locals of pointer and length.
    pub(crate) pointer: u32,
    pub(crate) length: u32,
    /// The local that says whether there is one, for an option.
    pub(crate) some: Option<u32>,
    pub(crate) latin1: Option<Failure>,
    /// What to do about a NUL in it; `None` lets it end the string.
    pub(crate) nul: Option<Failure>,
}

/// A WIT list that is passed as an array of structs.
#[derive(Debug)]
pub(crate) struct ListInput {
    /// The locals of pointer and length.
    pub(crate) pointer: u32,
    pub(crate) length: u32,
    /// The local that says whether there is one, for an option.
    pub(crate) some: Option<u32>,
    pub(crate) shape: Shape,
    /// Whether a null pointer follows the last element.
    pub(crate) null_behind: bool,
}

/// A resource that the caller gives away.
#[derive(Debug)]
pub(crate) struct Given {
    /// The local of the handle, and after it has been taken of what stands behind.
    pub(crate) local: u32,
    /// The number of the resource.
    pub(crate) resource: usize,
    /// Whether the C function takes it over; otherwise it is ended after the call.
    pub(crate) consumed: bool,
    /// Whether the C function leaves it alone where the status is an error.
    pub(crate) unless_error: bool,
}

/// A C argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Argument {
    /// A parameter of the shim's function.
    Local(u32),
    /// The same, as a number of another width.
    Number(u32, Scalar, CType),
    /// The same, or what stands for `none` if a local is 0.
    NumberIf {
        some: u32,
        local: u32,
        scalar: Scalar,
        c: CType,
        none: i64,
    },
    /// A number, as bits of the type.
    Constant(i64, ValType),
    /// A parameter that is a number of elements, as a number of so many bytes.
    Scaled(u32, u32),
    /// The pointer to a new state of the resource with this number.
    State(usize),
    /// The pointer to the buffer with this number.
    Buffer(usize),
    /// The capacity of the buffer, in elements of so many units.
    Capacity(usize, u32),
    /// The address of the slot at this offset.
    Slot(u32),
    /// The same, or null if a local is 0.
    SlotIf(u32, u32),
}

/// A place in the shim's own room that an argument points to.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Its offset from the first slot.
    pub(crate) offset: u32,
    /// Its size in bytes.
    pub(crate) size: u32,
    pub(crate) initial: Initial,
}

/// What is in a slot before the call.
#[derive(Debug)]
pub(crate) enum Initial {
    Zero,
    /// The capacity of the buffer with this number, in elements of so many units.
    Capacity(usize, u32),
    /// A parameter of the shim's function.
    Number(u32, Scalar, CType),
    /// A record whose first local this is, if the other local is not 0.
    Record(u32, Option<u32>, Shape),
}

impl Initial {
    /// The size of a record as a struct.
    pub(crate) fn size(&self) -> u32 {
        match self {
            Initial::Record(_, _, shape) => shape.size,
            _ => 0,
        }
    }
}

/// Room that the shim allocates for the C function to fill.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) capacity: Capacity,
    /// The size of an element in bytes.
    pub(crate) element: u32,
    pub(crate) written: Written,
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

/// How much of a buffer was written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written {
    All,
    /// What is there says so, in elements of so many units.
    Said(From, u32),
}

/// A part of the WIT result.
#[derive(Debug)]
pub(crate) struct Part {
    /// The offset of its value in the result.
    pub(crate) offset: u32,
    /// The offset of the discriminant of the option around it.
    pub(crate) some: Option<u32>,
    /// Whether what it was handed is ended where the status is an error.
    pub(crate) ends_on_error: bool,
    pub(crate) output: Output,
}

impl Part {
    /// The same, if a policy says that it ends what it was handed.
    pub(crate) fn ending_on_error(self, ends_on_error: bool) -> Self {
        Part {
            ends_on_error,
            ..self
        }
    }
}

/// Where something that the C function gives back is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum From {
    /// What it returns.
    Returned,
    /// The slot at this offset.
    Slot(u32),
}

/// Where a struct is that the C function gives back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum At {
    /// In the slot at this offset.
    Slot(u32),
    /// Where something points to.
    Pointer(From),
}

/// Where the value of a part comes from.
#[derive(Debug)]
pub(crate) enum Output {
    /// A number, and the one that stands for `none` of the option around the part.
    Number {
        from: From,
        c: CType,
        wit: Scalar,
        none: Option<i64>,
    },
    /// A number for each status.
    Chosen(Vec<(i32, i64)>, Scalar),
    /// The resource with this number, behind which stands the new state.
    State(usize),
    /// The same, behind which stands a pointer.
    Handle {
        from: From,
        number: usize,
        null: Null,
    },
    /// A C string.
    Cstring {
        from: From,
        release: Option<Callee>,
        null: Null,
        encoding: Encoding,
    },
    /// What is in the buffer with this number, as structs that have to be copied.
    Buffer(usize, Option<Shape>),
    /// What a slot points to.
    Pointed {
        /// The offsets of the slots.
        pointer: u32,
        length: u32,
        /// The units of the length in an element.
        unit: u32,
        /// The size of an element in bytes.
        element: u32,
        /// The structs that have to be copied.
        shape: Option<Shape>,
        release: Option<Callee>,
    },
    /// What the C function returns a pointer to, in a length that an export knows.
    Counted {
        length: Asked,
        /// The units of the length in an element.
        unit: u32,
        /// The size of an element in bytes.
        element: u32,
        null: Null,
        release: Option<Callee>,
    },
    /// A struct.
    Record {
        at: At,
        shape: Shape,
        null: Null,
        /// What frees it, or what it owns.
        release: Option<Callee>,
    },
}

impl Output {
    /// What frees it after the call.
    pub(crate) fn release(&self) -> Option<&Callee> {
        match self {
            Output::Cstring { release, .. }
            | Output::Pointed { release, .. }
            | Output::Counted { release, .. }
            | Output::Record { release, .. } => release.as_ref(),
            _ => None,
        }
    }

    /// The functions that are called for its length.
    pub(crate) fn callees(&self) -> impl Iterator<Item = &Callee> {
        let length = match self {
            Output::Counted { length, .. } => Some(length),
            _ => None,
        };
        length.into_iter().flat_map(Asked::callees)
    }

    /// Whether a null pointer in it is a WIT error.
    pub(crate) fn may_fail(&self) -> bool {
        let (Output::Cstring { null, .. }
        | Output::Handle { null, .. }
        | Output::Counted { null, .. }
        | Output::Record { null, .. }) = self
        else {
            return false;
        };
        matches!(null, Null::Failure(Failure::Error(_)))
    }

    /// Whether it may take room besides what the C function gives back.
    pub(crate) fn takes_room(&self) -> bool {
        match self {
            Output::Cstring { encoding, .. } => *encoding != Encoding::Utf8,
            Output::Buffer(_, shape) | Output::Pointed { shape, .. } => shape.is_some(),
            Output::Record { shape, .. } => shape.takes_room(),
            _ => false,
        }
    }
}

/// What a null pointer means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Null {
    /// `none` of the option around the part.
    None,
    Failure(Failure),
}

/// Where the parts of the WIT result go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    /// Whether the result is returned in memory.
    pub(crate) in_memory: bool,
    /// Whether it is a `result`.
    pub(crate) fallible: bool,
    /// The offset of the discriminant of an option around all parts.
    pub(crate) some: Option<u32>,
    /// The size of the result in memory, in bytes.
    pub(crate) size: u32,
    /// The offset of the error in it.
    pub(crate) error: u32,
}
