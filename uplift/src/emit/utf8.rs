//! The helper function of the shim for text that should be UTF-8 and may not be.

use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

use super::runtime::at;

const I32: ValType = ValType::I32;
const HIGH_BITS: i64 = 0x8080_8080_8080_8080_u64.cast_signed();

// The parameters: what is read, its length, which becomes its end, and where the
// result goes unless that is null.
const FROM: u32 = 0;
const END: u32 = 1;
const TO: u32 = 2;
/// How large the result is so far.
const SIZE: u32 = 3;
/// Whether something was replaced.
const REPLACED: u32 = 4;
/// How many bytes of the character are still missing; -1 if it is none.
const MISSING: u32 = 5;
/// Between which numbers its next byte is.
const LEAST: u32 = 6;
const MOST: u32 = 7;
/// How many bytes of it have been read.
const READ: u32 = 8;
const BYTE: u32 = 9;

/// UTF-8 with U+FFFD for each longest part of a character that is not completed, and
/// for each byte that begins none. The size of the result, or 0 if nothing has to be
/// replaced.
pub(super) fn lossily() -> Function {
    let mut function = Function::new([(7, I32)]);
    let mut code = function.instructions();
    code.local_get(FROM)
        .local_get(END)
        .i32_add()
        .local_set(END)
        .block(BlockType::Empty)
        .loop_(BlockType::Empty)
        .local_get(FROM)
        .local_get(END)
        .i32_ge_u()
        .br_if(1);
    eight_of_ascii(&mut code);
    code.local_get(FROM).i32_load8_u(at(0, 0)).local_set(BYTE);
    begin(&mut code);
    go_on(&mut code);
    code.local_get(MISSING)
        .i32_const(0)
        .i32_lt_s()
        .if_(BlockType::Empty)
        .i32_const(1)
        .local_set(REPLACED);
    // EF BF BD is U+FFFD.
    if_written(&mut code, |code| {
        result(code).i32_const(0xbfef).i32_store16(at(0, 0));
        result(code).i32_const(0xbd).i32_store8(at(2, 0));
    });
    code.local_get(SIZE)
        .i32_const(3)
        .i32_add()
        .local_set(SIZE)
        .else_();
    if_written(&mut code, |code| {
        result(code)
            .local_get(FROM)
            .local_get(READ)
            .memory_copy(0, 0);
    });
    code.local_get(SIZE)
        .local_get(READ)
        .i32_add()
        .local_set(SIZE)
        .end()
        .local_get(FROM)
        .local_get(READ)
        .i32_add()
        .local_set(FROM)
        .br(0)
        .end()
        .end()
        .local_get(SIZE)
        .i32_const(0)
        .local_get(REPLACED)
        .select()
        .end();
    function
}

/// Puts the address on the stack where the result goes on.
fn result<'a, 'c>(code: &'a mut InstructionSink<'c>) -> &'a mut InstructionSink<'c> {
    code.local_get(TO).local_get(SIZE).i32_add()
}

/// Code that counts where the result is written.
fn if_written(code: &mut InstructionSink<'_>, write: impl FnOnce(&mut InstructionSink<'_>)) {
    code.local_get(TO).if_(BlockType::Empty);
    write(code);
    code.end();
}

/// Goes on after eight bytes at once if they are ASCII.
fn eight_of_ascii(code: &mut InstructionSink<'_>) {
    code.local_get(END)
        .local_get(FROM)
        .i32_sub()
        .i32_const(8)
        .i32_ge_u()
        .if_(BlockType::Empty)
        .local_get(FROM)
        .i64_load(at(0, 0))
        .i64_const(HIGH_BITS)
        .i64_and()
        .i64_eqz()
        .if_(BlockType::Empty);
    if_written(code, |code| {
        result(code)
            .local_get(FROM)
            .i64_load(at(0, 0))
            .i64_store(at(0, 0));
    });
    for local in [FROM, SIZE] {
        code.local_get(local)
            .i32_const(8)
            .i32_add()
            .local_set(local);
    }
    code.br(2).end().end();
}

/// What the first byte of a character says of the rest.
fn begin(code: &mut InstructionSink<'_>) {
    // From 80, C2, E0, F0 and F5 on, another number is missing.
    for missing in [0, -1, 1, 2, 3, -1] {
        code.i32_const(missing);
    }
    for below in [0xf5, 0xf0, 0xe0, 0xc2, 0x80] {
        code.local_get(BYTE).i32_const(below).i32_lt_u().select();
    }
    code.local_set(MISSING);
    // Not longer forms than needed, surrogates, or what is beyond U+10FFFF.
    code.i32_const(0x80);
    if_first(code, 0xe0, 0x20);
    code.i32_add();
    if_first(code, 0xf0, 0x10);
    code.i32_add().local_set(LEAST).i32_const(0xbf);
    if_first(code, 0xed, 0x20);
    code.i32_sub();
    if_first(code, 0xf4, 0x30);
    code.i32_sub().local_set(MOST).i32_const(1).local_set(READ);
}

/// A number, or 0 if the byte is another one.
fn if_first(code: &mut InstructionSink<'_>, byte: i32, number: i32) {
    code.local_get(BYTE)
        .i32_const(byte)
        .i32_eq()
        .i32_const(number)
        .i32_mul();
}

/// Reads the rest of a character, as far as it fits.
fn go_on(code: &mut InstructionSink<'_>) {
    code.loop_(BlockType::Empty)
        .local_get(MISSING)
        .i32_const(0)
        .i32_gt_s()
        .if_(BlockType::Empty);
    // Beyond the end stands 0, which fits nowhere.
    code.local_get(FROM)
        .local_get(READ)
        .i32_add()
        .local_get(END)
        .i32_lt_u()
        .if_(BlockType::Result(I32))
        .local_get(FROM)
        .local_get(READ)
        .i32_add()
        .i32_load8_u(at(0, 0))
        .else_()
        .i32_const(0)
        .end()
        .local_tee(BYTE)
        .local_get(LEAST)
        .i32_ge_u()
        .local_get(BYTE)
        .local_get(MOST)
        .i32_le_u()
        .i32_and()
        .if_(BlockType::Empty)
        .i32_const(0x80)
        .local_set(LEAST)
        .i32_const(0xbf)
        .local_set(MOST)
        .local_get(READ)
        .i32_const(1)
        .i32_add()
        .local_set(READ)
        .local_get(MISSING)
        .i32_const(1)
        .i32_sub()
        .local_set(MISSING)
        .br(2)
        .else_()
        .i32_const(-1)
        .local_set(MISSING)
        .end()
        .end()
        .end();
}
