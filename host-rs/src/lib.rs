//! Calls the greeter's guests from Rust.
//!
//! Read [`component`] first: the whole typed call, by the Component Model. Then
//! [`legacy`], the same two functions by raw pointers. The rest is what both
//! need or what is said about them: [`sandbox`] runs a guest under limits,
//! [`guest`] finds one by name, [`parity`] compares them, [`report`] prints.

pub mod capture;
pub mod component;
pub mod error;
mod files;
pub mod guest;
pub mod legacy;
pub mod parity;
pub mod report;
pub mod sandbox;

pub use error::Error;
