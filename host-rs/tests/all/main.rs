//! The Rust host with the real guests.

mod answers;
mod failures;
