//! Strings: from WIT to C and back.

use super::call::{Call, Early, trap};
use super::failures::Failure;
use super::results::LARGEST;
use crate::comparison::sandbox::Ended;
use crate::mapping::{Argument, Encoding, ErrorPolicy, Field, NulPolicy};

/// What the mapping says of a string that becomes one of C.
struct Spelling<'m> {
    nul: NulPolicy,
    nul_error: Option<&'m String>,
    encoding: Encoding,
    unencodable: ErrorPolicy,
    unencodable_error: Option<&'m String>,
}

impl Spelling<'_> {
    /// The bytes, up to the NUL at their end.
    fn encode(&self, text: &str) -> Result<Vec<u8>, Early> {
        let bytes = match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Lossy => Some(text.as_bytes().to_vec()),
            Encoding::Latin1 => text.chars().map(|c| u8::try_from(c).ok()).collect(),
        };
        let Some(mut bytes) = bytes else {
            return Err(match self.unencodable {
                ErrorPolicy::Error => Failure::of_input(
                    self.unencodable_error,
                    "the string holds a character that Latin-1 lacks",
                ),
                ErrorPolicy::Trap => trap("Latin-1 lacks a character of this string"),
            });
        };
        if bytes.contains(&0) {
            match self.nul {
                NulPolicy::Error => {
                    return Err(Failure::of_input(
                        self.nul_error,
                        "the string holds a NUL, and C strings end there",
                    ));
                }
                NulPolicy::Trap => {
                    return Err(trap("a C string can't hold the NUL in this string"));
                }
                // The C function stops there by itself.
                NulPolicy::Truncate => {}
            }
        }
        bytes.push(0);
        Ok(bytes)
    }
}

/// The C string for an argument, with the NUL at its end.
pub(super) fn for_argument(argument: &Argument, text: &str) -> Result<Vec<u8>, Early> {
    let (Argument::Cstring {
        nul,
        nul_error,
        encoding,
        unencodable,
        unencodable_error,
        ..
    }
    | Argument::Cstrings {
        nul,
        nul_error,
        encoding,
        unencodable,
        unencodable_error,
        ..
    }) = argument
    else {
        return Err(trap("an argument is no C string"));
    };
    let spelling = Spelling {
        nul: *nul,
        nul_error: nul_error.as_ref(),
        encoding: *encoding,
        unencodable: *unencodable,
        unencodable_error: unencodable_error.as_ref(),
    };
    spelling.encode(text)
}

/// The same for a member of a struct.
pub(super) fn for_field(field: &Field, text: &str) -> Result<Vec<u8>, Early> {
    let spelling = Spelling {
        nul: field.nul,
        nul_error: field.nul_error.as_ref(),
        encoding: field.encoding,
        unencodable: field.unencodable,
        unencodable_error: field.unencodable_error.as_ref(),
    };
    let bytes = spelling.encode(text)?;
    let Some(size) = field.inline else {
        return Ok(bytes);
    };
    let text = before_nul(&bytes);
    if text.len() < size as usize {
        return Ok(text.to_vec());
    }
    Err(match field.too_long {
        ErrorPolicy::Error => Failure::of_input(
            field.too_long_error.as_ref(),
            "the string is too long for its place in the C struct",
        ),
        ErrorPolicy::Trap => trap("this string is too long for the array in the C struct"),
    })
}

/// The bytes up to the first NUL, or all of them.
pub(super) fn before_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0);
    &bytes[..end.unwrap_or(bytes.len())]
}

impl Call<'_, '_> {
    /// The C string at `pointer`.
    pub(super) fn c_string(&self, pointer: u32, encoding: Encoding) -> Result<String, Early> {
        let rest = self.raw.bytes().get(pointer as usize..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == 0);
        let bytes = end.map(|end| &rest[..end]);
        let bytes = bytes.ok_or_else(|| trap("the C string has no end inside of the memory"))?;
        if bytes.len() > LARGEST as usize {
            return Err(Ended::TooLarge.into());
        }
        decoded(bytes, encoding)
    }
}

/// The bytes of a C string as text.
pub(super) fn decoded(bytes: &[u8], encoding: Encoding) -> Result<String, Early> {
    match encoding {
        Encoding::Latin1 => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Encoding::Utf8Lossy => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Encoding::Utf8 => std::str::from_utf8(bytes)
            .map(ToOwned::to_owned)
            .map_err(|error| trap(format!("the result is not UTF-8: {error}"))),
    }
}
