//! The greeter as a core module with a C ABI, kept for parity.
//!
//! Nothing in this module's type says what its integers mean; the comments
//! below are the whole contract. A string is a pointer into linear memory to
//! bytes of UTF-8 that end at the first NUL. The module exports no allocator:
//! a host has to find room for its input by itself.

use std::ffi::{CStr, CString, c_char};

/// Prints what the guest does, unless the feature `quiet` leaves it out.
macro_rules! say {
    ($($arg:tt)*) => {
        if cfg!(not(feature = "quiet")) {
            println!($($arg)*);
        }
    };
}

/// Returns `Hello, ` followed by `name` as a new string, which the caller owns
/// and gives back to [`free_string`] once. Null is answered with null.
///
/// # Panics
///
/// If `name` is not UTF-8.
///
/// # Safety
///
/// `name` is null or points to bytes that end with a NUL, all inside linear
/// memory, and nobody writes to them during the call: the allocator neither.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn custom_greet(name: *const c_char) -> *mut c_char {
    if name.is_null() {
        say!("Received null pointer, no action taken.");
        return std::ptr::null_mut();
    }
    // SAFETY: `name` is not null, and the caller promises the rest.
    let name = unsafe { CStr::from_ptr(name) };
    let Ok(name) = name.to_str() else {
        panic!("the name is not UTF-8");
    };
    let Ok(greeting) = CString::new(format!("Hello, {name}")) else {
        panic!("the greeting holds a NUL, which would end it early");
    };
    let pointer = greeting.into_raw();
    say!("Allocated string 'Hello, {name}' at pointer {pointer:p}");
    pointer
}

/// Frees a string that [`custom_greet`] returned. Null is ignored.
///
/// # Safety
///
/// `pointer` is null or came from [`custom_greet`], and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_string(pointer: *mut c_char) {
    if pointer.is_null() {
        say!("Received null pointer, no action taken.");
        return;
    }
    say!("Freeing memory at pointer {pointer:p}");
    // SAFETY: `pointer` came from `CString::into_raw`, as the caller promises.
    drop(unsafe { CString::from_raw(pointer) });
}

/// Returns the sum of `a` and `b`; on overflow it wraps around.
#[unsafe(no_mangle)]
pub extern "C" fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}
