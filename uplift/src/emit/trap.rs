//! Traps that say why: each reason is a function of its own, whose name shows in
//! the backtrace.

/// Why the shim ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trap {
    OutOfMemory,
    InteriorNul,
    Unencodable,
    TooLong,
    NullPointer,
    UnknownStatus,
    OutOfRange,
    OutOfCRange,
    NotExtended,
    StandsForNone,
    BufferOverrun,
    OverLimit,
}

impl Trap {
    pub(super) const ALL: [Trap; 12] = [
        Trap::OutOfMemory,
        Trap::InteriorNul,
        Trap::Unencodable,
        Trap::TooLong,
        Trap::NullPointer,
        Trap::UnknownStatus,
        Trap::OutOfRange,
        Trap::OutOfCRange,
        Trap::NotExtended,
        Trap::StandsForNone,
        Trap::BufferOverrun,
        Trap::OverLimit,
    ];

    /// The name of the function.
    pub(super) fn name(self) -> &'static str {
        match self {
            Trap::OutOfMemory => "uplift: no room for an input or a buffer",
            Trap::InteriorNul => "uplift: a C string can't hold the NUL in this string",
            Trap::Unencodable => "uplift: Latin-1 lacks a character of this string",
            Trap::TooLong => "uplift: this string is too long for the array in the C struct",
            Trap::NullPointer => "uplift: the module returned a null pointer",
            Trap::UnknownStatus => "uplift: the module returned an unknown status",
            Trap::OutOfRange => "uplift: the module returned a number out of the WIT type's range",
            Trap::OutOfCRange => "uplift: the C type can't hold this number",
            Trap::NotExtended => "uplift: the module returned a number out of its C type's range",
            Trap::StandsForNone => "uplift: this number stands for none in C",
            Trap::BufferOverrun => "uplift: the module says that it wrote beyond the buffer",
            Trap::OverLimit => "uplift: the buffer would be larger than the mapping's limit",
        }
    }
}
