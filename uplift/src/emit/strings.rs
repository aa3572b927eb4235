//! The helper functions of the shim: strings.

use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

use super::runtime::at;

const I32: ValType = ValType::I32;

/// The number of bytes before the first NUL, a word of eight bytes at a time.
pub(super) fn strlen() -> Function {
    const ONES: i64 = 0x0101_0101_0101_0101;
    const HIGHS: i64 = ONES << 7;
    let (start, at_byte, word) = (0, 1, 2);
    let mut function = Function::new([(1, I32), (1, ValType::I64)]);
    let mut code = function.instructions();
    code.local_get(start).local_set(at_byte);
    // Up to a multiple of eight, so that no word lies across the memory's end.
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(at_byte)
        .i32_const(7)
        .i32_and()
        .i32_eqz()
        .br_if(1);
    code.local_get(at_byte)
        .i32_load8_u(at(0, 0))
        .i32_eqz()
        .if_(BlockType::Empty)
        .local_get(at_byte)
        .local_get(start)
        .i32_sub()
        .return_()
        .end();
    code.local_get(at_byte)
        .i32_const(1)
        .i32_add()
        .local_set(at_byte)
        .br(0)
        .end()
        .end();
    // A byte is zero if subtracting one sets its high bit, which was not set;
    // the lowest such byte is the first in memory.
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(at_byte)
        .i64_load(at(0, 3))
        .local_tee(word)
        .i64_const(ONES)
        .i64_sub()
        .local_get(word)
        .i64_const(-1)
        .i64_xor()
        .i64_and()
        .i64_const(HIGHS)
        .i64_and()
        .local_tee(word)
        .i64_const(0)
        .i64_ne()
        .br_if(1);
    code.local_get(at_byte)
        .i32_const(8)
        .i32_add()
        .local_set(at_byte)
        .br(0)
        .end()
        .end();
    code.local_get(at_byte)
        .local_get(start)
        .i32_sub()
        .local_get(word)
        .i64_ctz()
        .i32_wrap_i64()
        .i32_const(3)
        .i32_shr_u()
        .i32_add()
        .end();
    function
}

/// The number of bytes before the first NUL, or all of them.
pub(super) fn strnlen() -> Function {
    let (start, end, from, byte) = (0, 1, 2, 3);
    let mut function = Function::new([(2, I32)]);
    let mut code = function.instructions();
    // The length becomes the end.
    code.local_get(start).local_set(from);
    each_byte(&mut code, (from, end), byte, |code| {
        code.local_get(byte)
            .i32_eqz()
            .if_(BlockType::Empty)
            .local_get(from)
            .local_get(start)
            .i32_sub()
            .return_()
            .end();
    });
    code.local_get(end).local_get(start).i32_sub().end();
    function
}

/// Puts one more into a local.
fn next(code: &mut InstructionSink<'_>, local: u32) {
    code.local_get(local)
        .i32_const(1)
        .i32_add()
        .local_set(local);
}

/// Code for each of so many bytes from an address on, with the byte in a local. The
/// length becomes the end.
fn each_byte(
    code: &mut InstructionSink<'_>,
    (from, length): (u32, u32),
    byte: u32,
    each: impl FnOnce(&mut InstructionSink<'_>),
) {
    code.local_get(from)
        .local_get(length)
        .i32_add()
        .local_set(length)
        .block(BlockType::Empty)
        .loop_(BlockType::Empty)
        .local_get(from)
        .local_get(length)
        .i32_ge_u()
        .br_if(1)
        .local_get(from)
        .i32_load8_u(at(0, 0))
        .local_set(byte);
    each(code);
    next(code, from);
    code.br(0).end().end();
}

/// Begins code for a byte that is no ASCII.
fn if_high(code: &mut InstructionSink<'_>, byte: u32) {
    code.local_get(byte)
        .i32_const(0x80)
        .i32_ge_u()
        .if_(BlockType::Empty);
}

/// Encodes UTF-8 as Latin-1 in place, which never takes more room.
pub(super) fn to_latin1() -> Function {
    let (start, length, from, to, byte) = (0, 1, 2, 3, 4);
    let mut function = Function::new([(3, I32)]);
    let mut code = function.instructions();
    code.local_get(start).local_tee(from).local_set(to);
    each_byte(&mut code, (from, length), byte, |code| {
        if_high(code, byte);
        // U+0080 to U+00FF begin with C2 or C3, and only they do.
        code.local_get(byte)
            .i32_const(0xfe)
            .i32_and()
            .i32_const(0xc2)
            .i32_ne()
            .if_(BlockType::Empty)
            .i32_const(-1)
            .return_()
            .end();
        code.local_get(byte)
            .i32_const(6)
            .i32_shl()
            .local_get(from)
            .i32_load8_u(at(1, 0))
            .i32_const(0x3f)
            .i32_and()
            .i32_or()
            .local_set(byte);
        next(code, from);
        code.end()
            .local_get(to)
            .local_get(byte)
            .i32_store8(at(0, 0));
        next(code, to);
    });
    code.local_get(to)
        .i32_const(0)
        .i32_store8(at(0, 0))
        .local_get(to)
        .local_get(start)
        .i32_sub()
        .end();
    function
}

/// The number of bytes that take two in UTF-8.
pub(super) fn count_high() -> Function {
    let (from, length, count, byte) = (0, 1, 2, 3);
    let mut function = Function::new([(2, I32)]);
    let mut code = function.instructions();
    each_byte(&mut code, (from, length), byte, |code| {
        code.local_get(byte)
            .i32_const(7)
            .i32_shr_u()
            .local_get(count)
            .i32_add()
            .local_set(count);
    });
    code.local_get(count).end();
    function
}

/// Encodes Latin-1 as UTF-8 into other room.
pub(super) fn from_latin1() -> Function {
    let (from, length, to, byte) = (0, 1, 2, 3);
    let mut function = Function::new([(1, I32)]);
    let mut code = function.instructions();
    each_byte(&mut code, (from, length), byte, |code| {
        if_high(code, byte);
        code.local_get(to)
            .local_get(byte)
            .i32_const(6)
            .i32_shr_u()
            .i32_const(0xc0)
            .i32_or()
            .i32_store8(at(0, 0));
        next(code, to);
        code.local_get(byte)
            .i32_const(0x3f)
            .i32_and()
            .i32_const(0x80)
            .i32_or()
            .local_set(byte)
            .end()
            .local_get(to)
            .local_get(byte)
            .i32_store8(at(0, 0));
        next(code, to);
    });
    code.end();
    function
}
