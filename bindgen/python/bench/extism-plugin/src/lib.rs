//! The greeter as an Extism plugin: each function takes bytes and returns bytes.

#![expect(
    clippy::unnecessary_wraps,
    reason = "Extism wants a result of every function"
)]

use extism_pdk::{Error, FnResult, plugin_fn};

/// Returns `Hello, ` followed by `name`.
#[plugin_fn]
pub fn greet(name: String) -> FnResult<String> {
    Ok(format!("Hello, {name}"))
}

/// Returns the sum of two `i32`, in as well as out in little-endian bytes. It
/// wraps on overflow.
#[plugin_fn]
pub fn add(numbers: Vec<u8>) -> FnResult<Vec<u8>> {
    let (a, b) = numbers
        .split_at_checked(4)
        .ok_or_else(|| Error::msg("two numbers of four bytes are expected"))?;
    let a = i32::from_le_bytes(a.try_into()?);
    let b = i32::from_le_bytes(b.try_into()?);
    Ok(a.wrapping_add(b).to_le_bytes().to_vec())
}
