//! Numbers: the WIT types that are one core value, and those of C.

use wasm_encoder::ValType;

use super::CType;

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
    /// So many flags, of which the first is the lowest bit.
    Flags(u32),
    /// What stands behind a borrowed resource.
    Pointer,
}

/// What a number of some type can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Float(ValType),
    /// An integer from the first to the second number.
    Integer(ValType, i128, i128),
    /// True if it is not 0.
    Truth,
}

const fn bits(count: u32) -> i128 {
    (1 << count) - 1
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
            Scalar::Flags(count) if count <= 8 => 1,
            Scalar::Flags(count) if count <= 16 => 2,
            Scalar::S32
            | Scalar::U32
            | Scalar::F32
            | Scalar::Char
            | Scalar::Enum(_)
            | Scalar::Flags(_)
            | Scalar::Pointer => 4,
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Scalar::Bool => Kind::Truth,
            Scalar::Enum(cases) => Kind::Integer(ValType::I32, 0, i128::from(cases) - 1),
            Scalar::Flags(count) => Kind::Integer(ValType::I32, 0, bits(count)),
            other => other.in_memory().kind(),
        }
    }

    /// The C type of the same width; enums and flags are of 32 bits in C.
    pub(crate) fn in_memory(self) -> CType {
        match self {
            Scalar::Bool | Scalar::U8 => CType::U8,
            Scalar::S8 => CType::S8,
            Scalar::S16 => CType::S16,
            Scalar::U16 => CType::U16,
            Scalar::S32 => CType::S32,
            Scalar::S64 => CType::S64,
            Scalar::U64 => CType::U64,
            Scalar::F32 => CType::F32,
            Scalar::F64 => CType::F64,
            Scalar::U32 | Scalar::Char | Scalar::Enum(_) | Scalar::Flags(_) | Scalar::Pointer => {
                CType::U32
            }
        }
    }

    /// The C type of a parameter or a result: never narrower than 32 bits.
    pub(crate) fn by_value(self) -> CType {
        self.in_memory().extended()
    }

    /// Whether the C type can stand for it: integers for integers, and floats of
    /// the same width.
    pub(crate) fn fits(self, c: CType) -> bool {
        match (self.kind(), c.kind()) {
            (Kind::Float(wit), Kind::Float(c)) => wit == c,
            (Kind::Float(_), _) | (_, Kind::Float(_)) => false,
            _ => true,
        }
    }
}

impl CType {
    /// The core type of a parameter or a result.
    pub(crate) fn core(self) -> ValType {
        match self {
            CType::S64 | CType::U64 => ValType::I64,
            CType::F32 => ValType::F32,
            CType::F64 => ValType::F64,
            _ => ValType::I32,
        }
    }

    /// The size of one in memory, in bytes.
    pub(crate) fn size(self) -> u32 {
        match self {
            CType::S8 | CType::U8 => 1,
            CType::S16 | CType::U16 => 2,
            CType::S32 | CType::U32 | CType::F32 => 4,
            CType::S64 | CType::U64 | CType::F64 => 8,
        }
    }

    /// What it becomes as a parameter or a result: never narrower than 32 bits.
    pub(crate) fn extended(self) -> CType {
        match self {
            CType::S8 | CType::S16 => CType::S32,
            CType::U8 | CType::U16 => CType::U32,
            wide => wide,
        }
    }

    pub(crate) fn kind(self) -> Kind {
        let signed = |width: u32| Kind::Integer(self.core(), -(1 << (width - 1)), bits(width - 1));
        let unsigned = |width: u32| Kind::Integer(self.core(), 0, bits(width));
        match self {
            CType::S8 => signed(8),
            CType::U8 => unsigned(8),
            CType::S16 => signed(16),
            CType::U16 => unsigned(16),
            CType::S32 => signed(32),
            CType::U32 => unsigned(32),
            CType::S64 => signed(64),
            CType::U64 => unsigned(64),
            CType::F32 | CType::F64 => Kind::Float(self.core()),
        }
    }

    /// The integer of this type that has these bits, as signed or unsigned.
    pub(crate) fn holding(self, number: i64) -> Option<i64> {
        let Kind::Integer(_, low, high) = self.kind() else {
            return None;
        };
        let number = i128::from(number);
        let span = high - low + 1;
        if !(-span / 2..span).contains(&number) {
            return None;
        }
        let found = match number {
            _ if number > high => number - span,
            _ if number < low => number + span,
            _ => number,
        };
        // A `u64` keeps its bits.
        #[expect(clippy::cast_possible_truncation)]
        Some(found as i64)
    }

    /// Its name in a mapping.
    pub(crate) fn name(self) -> &'static str {
        match self {
            CType::S8 => "s8",
            CType::U8 => "u8",
            CType::S16 => "s16",
            CType::U16 => "u16",
            CType::S32 => "s32",
            CType::U32 => "u32",
            CType::S64 => "s64",
            CType::U64 => "u64",
            CType::F32 => "f32",
            CType::F64 => "f64",
        }
    }
}
