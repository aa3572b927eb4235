//! A checked C struct beside the WIT record or tuple that stands for it.

use super::{CType, Encoding, Failure, Kind, Scalar};

/// The members of a struct, those of nested ones among them.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The size of the C struct in bytes.
    pub(crate) size: u32,
    /// The size of the WIT value in memory.
    pub(crate) wit_size: u32,
    pub(crate) leaves: Vec<Leaf>,
}

/// A member that is not a struct itself.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Its offset in the C struct.
    pub(crate) c: u32,
    /// Its offset in the WIT value in memory.
    pub(crate) wit: u32,
    /// The number of the core values before it, where the WIT value is passed as
    /// such.
    pub(crate) flat: u32,
    pub(crate) kind: LeafKind,
}

/// What a member is.
#[derive(Clone, Debug)]
pub(crate) enum LeafKind {
    Number(CType, Scalar),
    /// A pointer to a C string.
    Cstring(CstringField),
    /// The C string itself.
    Inline(InlineField),
    /// A pointer to elements, and their number at an offset.
    Sequence {
        length: u32,
        length_type: CType,
    },
}

/// An array of characters in a struct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InlineField {
    /// Its size in bytes.
    pub(crate) size: u32,
    pub(crate) text: CstringField,
    /// What to do about a string that leaves no room for a NUL.
    pub(crate) too_long: Failure,
}

/// A pointer to a C string in a struct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CstringField {
    /// The offset of the string in the option around it, if there is one: null is
    /// `none` then.
    pub(crate) optional: Option<u32>,
    pub(crate) encoding: Encoding,
    /// What to do about a string that can't be passed on.
    pub(crate) unencodable: Failure,
    pub(crate) nul: Option<Failure>,
}

impl CstringField {
    /// What to do about a character that Latin-1 lacks, where it becomes that.
    pub(crate) fn fails_unencodable(self) -> Option<Failure> {
        (self.encoding == Encoding::Latin1).then_some(self.unencodable)
    }
}

/// The way that a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToC,
    FromC,
}

impl Shape {
    /// A number, for one in a list.
    pub(crate) fn of_number(c: CType, wit: Scalar) -> Self {
        Shape {
            size: c.size(),
            wit_size: wit.size(),
            leaves: vec![Leaf {
                c: 0,
                wit: 0,
                flat: 0,
                kind: LeafKind::Number(c, wit),
            }],
        }
    }

    /// A pointer to a C string, for a string in a list.
    pub(crate) fn of_cstring(latin1: Option<Failure>, nul: Option<Failure>) -> Self {
        let field = CstringField {
            optional: None,
            encoding: match latin1 {
                Some(_) => Encoding::Latin1,
                None => Encoding::Utf8,
            },
            unencodable: latin1.unwrap_or(Failure::Trap),
            nul,
        };
        Shape {
            size: 4,
            wit_size: 8,
            leaves: vec![Leaf {
                c: 0,
                wit: 0,
                flat: 0,
                kind: LeafKind::Cstring(field),
            }],
        }
    }

    /// Whether the struct and the value are the same bytes, so that a list of
    /// them needs no copy.
    pub(crate) fn is_same(&self, way: Way) -> bool {
        self.size == self.wit_size
            && self.leaves.iter().all(|leaf| {
                let LeafKind::Number(c, wit) = leaf.kind else {
                    return false;
                };
                // A bool, the number of a case and a char are checked by whoever
                // reads them; a superfluous flag would get lost.
                let same = match wit {
                    Scalar::Bool | Scalar::Enum(_) | Scalar::Char => {
                        !matches!(c.kind(), Kind::Float(_))
                    }
                    Scalar::Flags(_) => way == Way::ToC || c.kind() == wit.kind(),
                    _ => c.kind() == wit.kind(),
                };
                leaf.c == leaf.wit && c.size() == wit.size() && same
            })
    }

    /// Whether a string in it may take room of its own.
    pub(crate) fn takes_room(&self) -> bool {
        self.leaves
            .iter()
            .any(|leaf| matches!(leaf.kind, LeafKind::Cstring(_) | LeafKind::Inline(_)))
    }
}
