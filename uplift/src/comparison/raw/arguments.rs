//! The C arguments.

use wasmtime::component::Val;
use wasmtime::{Val as Core, ValType};

use super::call::{Call, Early, Passed, trap};
use super::failures::Failure;
use crate::comparison::types::Ty;
use crate::mapping::{Argument, Encoding, ErrorPolicy, NulPolicy, Unit};

impl<'s> Call<'_, 's> {
    /// Makes C strings of the WIT strings that become some, in the order of the
    /// arguments.
    pub(super) fn encode_strings(&mut self) -> Result<(), Early> {
        for argument in self.subject.arguments() {
            let Argument::Cstring {
                param,
                nul,
                nul_error,
                encoding,
                unencodable,
                unencodable_error,
            } = argument
            else {
                continue;
            };
            let Passed::Value(Val::String(text)) = self.passed_for(param)? else {
                return Err(trap(format!("`{param}` is no string")));
            };
            let bytes = match encoding {
                Encoding::Utf8 | Encoding::Utf8Lossy => Some(text.as_bytes().to_vec()),
                Encoding::Latin1 => text.chars().map(|c| u8::try_from(c).ok()).collect(),
            };
            let Some(mut bytes) = bytes else {
                return Err(match unencodable {
                    ErrorPolicy::Error => Failure::of_input(
                        unencodable_error.as_ref(),
                        "the string holds a character that Latin-1 lacks",
                    ),
                    ErrorPolicy::Trap => trap("Latin-1 lacks a character of this string"),
                });
            };
            if bytes.contains(&0) {
                match nul {
                    NulPolicy::Error => {
                        return Err(Failure::of_input(
                            nul_error.as_ref(),
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
            self.encoded.insert(param, bytes);
        }
        Ok(())
    }

    /// The arguments of the C function, with everything that they point to.
    pub(super) fn arguments(&mut self) -> Result<Vec<Core>, Early> {
        let types = self.raw.parameters(self.subject.calls)?;
        let Some(specified) = &self.subject.spec.arguments else {
            let params = self.passed.iter().zip(&self.subject.params);
            return params
                .zip(&types)
                .map(|((passed, param), ty)| by_value(*passed, &param.ty, ty))
                .collect();
        };
        let mut arguments = Vec::new();
        for (index, argument) in specified.iter().enumerate() {
            let ty = types.get(index).cloned().unwrap_or(ValType::I32);
            arguments.push(self.argument(argument, &ty)?);
        }
        Ok(arguments)
    }

    fn argument(&mut self, argument: &'s Argument, ty: &ValType) -> Result<Core, Early> {
        let number = match argument {
            Argument::Value { param, .. } => return self.by_value(param, ty),
            Argument::Constant { value } => return Ok(constant(*value, ty)),
            Argument::Cstring { param, .. } => {
                let bytes = self
                    .encoded
                    .get(param.as_str())
                    .cloned()
                    .unwrap_or_default();
                self.place(param, &bytes)?
            }
            Argument::Pointer { param, .. } => {
                let mut bytes = Vec::new();
                match self.passed_for(param)? {
                    Passed::Value(value) => elements(value, &mut bytes)?,
                    Passed::Handle(_) => return Err(trap(format!("`{param}` is a handle"))),
                }
                self.place(param, &bytes)?
            }
            Argument::Length { param, unit } => {
                let elements = self.elements(param)?;
                match unit {
                    Unit::Elements => elements,
                    Unit::Bytes => elements * self.subject.ty(param).map_or(1, size),
                }
            }
            Argument::Buffer { .. } => self.buffer.0,
            Argument::Capacity { unit, .. } => self.buffer.1.wrapping_mul(self.units(*unit)),
            Argument::BufferLength { unit, .. } => {
                let capacity = self.buffer.1.wrapping_mul(self.units(*unit));
                let slot = self.slot(capacity)?;
                self.length_slot = Some(slot);
                slot
            }
            Argument::State { .. } => self.state()?,
            Argument::OutPointer { .. }
            | Argument::OutCstring { .. }
            | Argument::OutHandle { .. } => {
                let slot = self.slot(0)?;
                self.pointer_slot = Some(slot);
                slot
            }
            Argument::OutValue { param, .. } => {
                let mut before = vec![0; self.subject.element() as usize];
                if let Some(param) = param {
                    before = match self.by_value(param, ty_of(self.subject.ty(param)))? {
                        Core::I32(number) => number.to_le_bytes().to_vec(),
                        Core::I64(number) => number.to_le_bytes().to_vec(),
                        Core::F32(bits) => bits.to_le_bytes().to_vec(),
                        Core::F64(bits) => bits.to_le_bytes().to_vec(),
                        _ => return Err(trap(format!("`{param}` is no number"))),
                    };
                    before.truncate(self.subject.element() as usize);
                }
                let slot = self.filled(&before)?;
                self.pointer_slot = Some(slot);
                slot
            }
            Argument::Scratch { size } => self.filled(&vec![0; *size as usize])?,
            Argument::OutLength { .. } => {
                let slot = self.slot(0)?;
                self.length_slot = Some(slot);
                slot
            }
            // `known` has refused them.
            Argument::Consumed { .. }
            | Argument::Cstrings { .. }
            | Argument::Record { .. }
            | Argument::OutRecord { .. } => {
                return Err(trap("an argument is unknown"));
            }
        };
        Ok(Core::I32(number.cast_signed()))
    }

    /// A parameter that is a number, as the core type.
    pub(super) fn by_value(&self, param: &str, ty: &ValType) -> Result<Core, Early> {
        let wit = self.subject.ty(param).unwrap_or(&Ty::U32);
        by_value(self.passed_for(param)?, wit, ty)
    }

    /// Writes the bytes of a parameter into room of their own, once in a call.
    fn place(&mut self, param: &'s str, bytes: &[u8]) -> Result<u32, Early> {
        if let Some(pointer) = self.placed.get(param) {
            return Ok(*pointer);
        }
        let pointer = self.filled(bytes)?;
        self.placed.insert(param, pointer);
        Ok(pointer)
    }

    /// Room for a number that the C function writes.
    fn slot(&mut self, number: u32) -> Result<u32, Early> {
        self.filled(&number.to_le_bytes())
    }

    /// Room of its own for these bytes.
    fn filled(&mut self, bytes: &[u8]) -> Result<u32, Early> {
        let size = u32::try_from(bytes.len()).map_err(|_| trap("an input is too large"))?;
        let block = self.raw.allocate(size)?;
        self.raw.write(block.pointer, bytes)?;
        self.blocks.push(block);
        Ok(block.pointer)
    }

    fn state(&mut self) -> Result<u32, Early> {
        let number = self.subject.makes();
        let size = number.and_then(|number| self.raw.plan.resources[number].size);
        let size = size.ok_or_else(|| trap("the resource has no state"))?;
        let pointer = self.raw.new_state(size)?;
        self.state = Some((pointer, size));
        Ok(pointer)
    }

    /// The number of elements of a list, or of bytes of a string.
    pub(super) fn elements(&self, param: &str) -> Result<u32, Early> {
        // Latin-1 has another length than the string in the WIT.
        let length = match (self.encoded.get(param), self.passed_for(param)?) {
            (Some(bytes), _) => bytes.len() - 1,
            (None, Passed::Value(Val::String(text))) => text.len(),
            (None, Passed::Value(Val::List(list))) => list.len(),
            _ => return Err(trap(format!("`{param}` has no length"))),
        };
        u32::try_from(length).map_err(|_| trap("an input is too large"))
    }

    /// How many units there are in an element of the WIT result.
    pub(super) fn units(&self, unit: Unit) -> u32 {
        match unit {
            Unit::Elements => 1,
            Unit::Bytes => self.subject.element(),
        }
    }
}

fn by_value(passed: Passed<'_>, wit: &Ty, ty: &ValType) -> Result<Core, Early> {
    let number = match passed {
        Passed::Handle(pointer) => i64::from(pointer),
        Passed::Value(value) => match value {
            Val::Bool(yes) => i64::from(*yes),
            Val::S8(number) => i64::from(*number),
            Val::U8(number) => i64::from(*number),
            Val::S16(number) => i64::from(*number),
            Val::U16(number) => i64::from(*number),
            Val::S32(number) => i64::from(*number),
            Val::U32(number) => i64::from(*number),
            Val::S64(number) => *number,
            Val::U64(number) => number.cast_signed(),
            Val::Char(c) => i64::from(u32::from(*c)),
            Val::Float32(number) => return Ok(Core::F32(number.to_bits())),
            Val::Float64(number) => return Ok(Core::F64(number.to_bits())),
            Val::Enum(case) => match wit {
                Ty::Enum(cases) => number_of(case, cases),
                _ => 0,
            },
            other => return Err(trap(format!("{other:?} is no number"))),
        },
    };
    Ok(constant(number, ty))
}

/// The core type of a WIT number.
fn ty_of(ty: Option<&Ty>) -> &'static ValType {
    match ty {
        Some(Ty::S64 | Ty::U64) => &ValType::I64,
        Some(Ty::F32) => &ValType::F32,
        Some(Ty::F64) => &ValType::F64,
        _ => &ValType::I32,
    }
}

/// The number of a case, in their order.
fn number_of(case: &str, cases: &[String]) -> i64 {
    let position = cases.iter().position(|found| found == case);
    position
        .and_then(|position| i64::try_from(position).ok())
        .unwrap_or(0)
}

/// The low bits: signed or unsigned, they are the same.
#[expect(clippy::cast_possible_truncation)]
fn constant(number: i64, ty: &ValType) -> Core {
    match ty {
        ValType::I64 => Core::I64(number),
        _ => Core::I32(number as i32),
    }
}

/// The elements of a list of numbers, or the bytes of a string.
fn elements(value: &Val, bytes: &mut Vec<u8>) -> Result<(), Early> {
    match value {
        Val::String(text) => bytes.extend(text.as_bytes()),
        Val::List(list) => {
            for element in list {
                match element {
                    Val::Bool(yes) => bytes.push(u8::from(*yes)),
                    Val::S8(number) => bytes.extend(number.to_le_bytes()),
                    Val::U8(number) => bytes.push(*number),
                    Val::S16(number) => bytes.extend(number.to_le_bytes()),
                    Val::U16(number) => bytes.extend(number.to_le_bytes()),
                    Val::S32(number) => bytes.extend(number.to_le_bytes()),
                    Val::U32(number) => bytes.extend(number.to_le_bytes()),
                    Val::S64(number) => bytes.extend(number.to_le_bytes()),
                    Val::U64(number) => bytes.extend(number.to_le_bytes()),
                    Val::Float32(number) => bytes.extend(number.to_le_bytes()),
                    Val::Float64(number) => bytes.extend(number.to_le_bytes()),
                    Val::Char(c) => bytes.extend(u32::from(*c).to_le_bytes()),
                    other => return Err(trap(format!("{other:?} is no number"))),
                }
            }
        }
        other => return Err(trap(format!("{other:?} is neither string nor list"))),
    }
    Ok(())
}

/// The size of an element, in bytes.
pub(in crate::comparison) fn size(ty: &Ty) -> u32 {
    match ty {
        Ty::Bool | Ty::S8 | Ty::U8 | Ty::String => 1,
        Ty::S16 | Ty::U16 => 2,
        Ty::S64 | Ty::U64 | Ty::F64 => 8,
        Ty::List(element) => size(element),
        _ => 4,
    }
}
