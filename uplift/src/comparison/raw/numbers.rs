//! Numbers: in WIT, in C's memory, and as arguments and results of a C function.

use wasmtime::component::Val;
use wasmtime::{Val as Core, ValType};

use super::call::{Early, trap};
use crate::comparison::types::Ty;
use crate::mapping::CType;

/// A number of any type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    /// By its bits, so that a NaN stays as it is.
    Float(u32),
    Double(u64),
}

/// How many bytes a C number takes.
pub(super) fn width(c: CType) -> u32 {
    match c {
        CType::S8 | CType::U8 => 1,
        CType::S16 | CType::U16 => 2,
        CType::S32 | CType::U32 | CType::F32 => 4,
        CType::S64 | CType::U64 | CType::F64 => 8,
    }
}

fn is_signed(c: CType) -> bool {
    matches!(c, CType::S8 | CType::S16 | CType::S32 | CType::S64)
}

/// Whether a C integer can be this number.
fn holds(c: CType, number: i128) -> bool {
    let bits = 8 * width(c);
    let (least, most) = if is_signed(c) {
        (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
    } else {
        (0, (1_i128 << bits) - 1)
    };
    (least..=most).contains(&number)
}

/// The C type of a WIT number that lies in memory, if the mapping names none.
pub(super) fn natural(ty: &Ty) -> CType {
    match ty {
        Ty::Bool | Ty::U8 => CType::U8,
        Ty::S8 => CType::S8,
        Ty::U16 => CType::U16,
        Ty::S16 => CType::S16,
        Ty::S32 => CType::S32,
        Ty::U64 => CType::U64,
        Ty::S64 => CType::S64,
        Ty::F32 => CType::F32,
        Ty::F64 => CType::F64,
        _ => CType::U32,
    }
}

/// The number that a WIT value is.
pub(super) fn of(ty: &Ty, value: &Val) -> Result<Number, Early> {
    let integer = match value {
        Val::Bool(yes) => i128::from(*yes),
        Val::S8(number) => i128::from(*number),
        Val::U8(number) => i128::from(*number),
        Val::S16(number) => i128::from(*number),
        Val::U16(number) => i128::from(*number),
        Val::S32(number) => i128::from(*number),
        Val::U32(number) => i128::from(*number),
        Val::S64(number) => i128::from(*number),
        Val::U64(number) => i128::from(*number),
        Val::Char(c) => i128::from(u32::from(*c)),
        Val::Float32(number) => return Ok(Number::Float(number.to_bits())),
        Val::Float64(number) => return Ok(Number::Double(number.to_bits())),
        Val::Enum(case) => match ty {
            Ty::Enum(cases) => position(cases, case)?,
            other => return Err(trap(format!("{other:?} has no cases"))),
        },
        Val::Flags(set) => match ty {
            Ty::Flags(all) => {
                let mut bits = 0;
                for flag in set {
                    bits |= 1 << position(all, flag)?;
                }
                bits
            }
            other => return Err(trap(format!("{other:?} has no flags"))),
        },
        other => return Err(trap(format!("{other:?} is no number"))),
    };
    Ok(Number::Integer(integer))
}

fn position(names: &[String], name: &str) -> Result<i128, Early> {
    let position = names.iter().position(|found| found == name);
    let position = position.and_then(|position| i128::try_from(position).ok());
    position.ok_or_else(|| trap(format!("there is no `{name}`")))
}

/// The WIT value that a number of C is, or a trap if the type can't be it.
pub(super) fn value(ty: &Ty, number: Number) -> Result<Val, Early> {
    let narrow = || trap("the module returned a number out of the WIT type's range");
    let integer = match number {
        Number::Integer(integer) => integer,
        Number::Float(bits) if *ty == Ty::F32 => return Ok(Val::Float32(f32::from_bits(bits))),
        Number::Double(bits) if *ty == Ty::F64 => return Ok(Val::Float64(f64::from_bits(bits))),
        other => return Err(trap(format!("{other:?} is no {ty:?}"))),
    };
    macro_rules! narrowed {
        ($make:path) => {
            $make(integer.try_into().map_err(|_| narrow())?)
        };
    }
    Ok(match ty {
        Ty::Bool => Val::Bool(integer != 0),
        Ty::S8 => narrowed!(Val::S8),
        Ty::U8 => narrowed!(Val::U8),
        Ty::S16 => narrowed!(Val::S16),
        Ty::U16 => narrowed!(Val::U16),
        Ty::S32 => narrowed!(Val::S32),
        Ty::U32 => narrowed!(Val::U32),
        Ty::S64 => narrowed!(Val::S64),
        Ty::U64 => narrowed!(Val::U64),
        Ty::Char => {
            let code = u32::try_from(integer).map_err(|_| narrow())?;
            Val::Char(char::from_u32(code).ok_or_else(narrow)?)
        }
        Ty::Enum(cases) => {
            let case = usize::try_from(integer).ok().and_then(|at| cases.get(at));
            Val::Enum(case.ok_or_else(narrow)?.clone())
        }
        Ty::Flags(flags) => {
            if integer < 0 || integer >> flags.len() != 0 {
                return Err(narrow());
            }
            let set = flags.iter().enumerate();
            let set = set.filter(|(bit, _)| integer >> bit & 1 == 1);
            Val::Flags(set.map(|(_, flag)| flag.clone()).collect())
        }
        other => return Err(trap(format!("{other:?} is no number"))),
    })
}

/// The bytes of a number in C's memory.
pub(super) fn to_bytes(number: Number, c: CType) -> Result<Vec<u8>, Early> {
    Ok(match number {
        Number::Float(bits) => bits.to_le_bytes().to_vec(),
        Number::Double(bits) => bits.to_le_bytes().to_vec(),
        Number::Integer(integer) => {
            fits(integer, c)?;
            integer.to_le_bytes()[..width(c) as usize].to_vec()
        }
    })
}

fn fits(integer: i128, c: CType) -> Result<(), Early> {
    if holds(c, integer) {
        Ok(())
    } else {
        Err(trap("the C type can't hold this number"))
    }
}

/// The number that these bytes are, as many as the type has.
pub(super) fn from_bytes(bytes: &[u8], c: CType) -> Number {
    let mut long = [0; 8];
    long[..bytes.len()].copy_from_slice(bytes);
    let long = u64::from_le_bytes(long);
    let integer = i128::from(long);
    match c {
        // The low bits are all there is.
        #[expect(clippy::cast_possible_truncation)]
        CType::F32 => Number::Float(long as u32),
        CType::F64 => Number::Double(long),
        c if is_signed(c) && integer >> (8 * width(c) - 1) == 1 => {
            Number::Integer(integer - (1 << (8 * width(c))))
        }
        _ => Number::Integer(integer),
    }
}

/// Whether a number of a C type has the bits of another one.
pub(super) fn is_same(number: Number, other: i64, c: CType) -> bool {
    let bits = (1_i128 << (8 * width(c))) - 1;
    match number {
        Number::Integer(number) => (number ^ i128::from(other)) & bits == 0,
        Number::Float(_) | Number::Double(_) => false,
    }
}

/// A number as an argument, which the C type has to hold, if one is named.
pub(super) fn to_core(number: Number, c: Option<CType>, ty: &ValType) -> Result<Core, Early> {
    let integer = match number {
        Number::Float(bits) => return Ok(Core::F32(bits)),
        Number::Double(bits) => return Ok(Core::F64(bits)),
        Number::Integer(integer) => integer,
    };
    if let Some(c) = c {
        fits(integer, c)?;
    }
    // The low bits: signed or unsigned, they are the same.
    #[expect(clippy::cast_possible_truncation)]
    Ok(match ty {
        ValType::I64 => Core::I64(integer as i64),
        _ => Core::I32(integer as i32),
    })
}

/// The number that a C function has returned for a WIT type.
pub(super) fn from_core(returned: Core, c: Option<CType>, ty: &Ty) -> Result<Number, Early> {
    let signed = is_signed(c.unwrap_or_else(|| natural(ty)));
    let integer = match (returned, signed) {
        (Core::F32(bits), _) => return Ok(Number::Float(bits)),
        (Core::F64(bits), _) => return Ok(Number::Double(bits)),
        (Core::I32(number), true) => i128::from(number),
        (Core::I32(number), false) => i128::from(number.cast_unsigned()),
        (Core::I64(number), true) => i128::from(number),
        (Core::I64(number), false) => i128::from(number.cast_unsigned()),
        (other, _) => return Err(trap(format!("{other:?} is no number"))),
    };
    match c {
        Some(c) if !holds(c, integer) => Err(trap(
            "the module returned a number out of its C type's range",
        )),
        _ => Ok(Number::Integer(integer)),
    }
}

#[cfg(test)]
mod tests {
    use super::{CType, Number, from_bytes, holds, to_bytes};

    #[test]
    fn integers_of_c_end_where_their_bits_do() {
        for (c, least, most) in [
            (CType::S8, -128, 127),
            (CType::U8, 0, 255),
            (CType::S16, -32768, 32767),
            (CType::U16, 0, 65535),
            (CType::S32, i128::from(i32::MIN), i128::from(i32::MAX)),
            (CType::U32, 0, i128::from(u32::MAX)),
            (CType::S64, i128::from(i64::MIN), i128::from(i64::MAX)),
            (CType::U64, 0, i128::from(u64::MAX)),
        ] {
            assert!(holds(c, least) && holds(c, most), "{c:?}");
            assert!(!holds(c, least - 1) && !holds(c, most + 1), "{c:?}");
            for number in [least, most, 0, 1] {
                let bytes = to_bytes(Number::Integer(number), c).ok().expect("it fits");
                assert_eq!(from_bytes(&bytes, c), Number::Integer(number), "{c:?}");
            }
        }
    }
}
