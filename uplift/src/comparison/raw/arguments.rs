//! The C arguments.

use wasmtime::component::Val;
use wasmtime::{Val as Core, ValType};

use super::call::{Call, Early, Passed, trap};
use super::numbers::{self, Number, natural, width};
use super::strings;
use super::structs::{count, some};
use crate::comparison::types::Ty;
use crate::mapping::{Argument, CType, Unit};

impl<'c, 's> Call<'c, 's> {
    /// Makes C strings of the WIT strings that become some, and after them structs
    /// of the records in lists, in the order of the arguments.
    pub(super) fn encode(&mut self) -> Result<(), Early> {
        for argument in self.subject.arguments() {
            if let Argument::Cstring { param, .. } = argument
                && let Some(value) = self.there(param)?
            {
                let Val::String(text) = value else {
                    return Err(trap(format!("`{param}` is no string")));
                };
                let bytes = strings::for_argument(argument, text)?;
                self.encoded.insert(param, bytes);
            }
            if let Argument::Cstrings { param, .. } = argument
                && let Some(value) = self.there(param)?
            {
                let Val::List(texts) = value else {
                    return Err(trap(format!("`{param}` is no list")));
                };
                let mut all = Vec::new();
                for text in texts {
                    let Val::String(text) = text else {
                        return Err(trap(format!("`{param}` is no list of strings")));
                    };
                    all.push(strings::for_argument(argument, text)?);
                }
                self.arrays.insert(param, all);
            }
        }
        for argument in self.subject.arguments() {
            if let Argument::Pointer { param, c_type } = argument
                && matches!(self.plain(param)?, Ty::String | Ty::List(_))
                && let Some(value) = self.there(param)?
            {
                let bytes = self.elements_of(self.plain(param)?, *c_type, value)?;
                self.encoded.insert(param, bytes);
            }
        }
        Ok(())
    }

    /// The arguments of the C function, with everything that they point to.
    pub(super) fn arguments(&mut self) -> Result<Vec<Core>, Early> {
        let types = self.raw.parameters(self.subject.calls)?;
        let Some(specified) = &self.subject.spec.arguments else {
            let subject = self.subject;
            let params = subject.params.iter().zip(&types);
            return params
                .map(|(param, ty)| numbers::to_core(self.number(&param.name)?, None, ty))
                .collect();
        };
        // Structs can turn out to be errors; numbers only trap.
        for (index, argument) in specified.iter().enumerate() {
            if let Some(bytes) = self.in_slot(argument)? {
                let pointer = self.filled(&bytes)?;
                self.slots.insert(index, pointer);
            }
        }
        let mut arguments = Vec::new();
        for (index, argument) in specified.iter().enumerate() {
            let ty = types.get(index).cloned().unwrap_or(ValType::I32);
            arguments.push(self.argument(index, argument, &ty)?);
        }
        Ok(arguments)
    }

    /// What is in the room that an argument points to, where that is for this
    /// argument alone.
    fn in_slot(&mut self, argument: &'s Argument) -> Result<Option<Vec<u8>>, Early> {
        Ok(Some(match argument {
            Argument::Record { param } => match self.there(param)? {
                Some(value) => self.lower(self.plain(param)?, value)?,
                // A null pointer.
                None => return Ok(None),
            },
            Argument::Pointer { param, c_type } => {
                let ty = self.plain(param)?;
                if matches!(ty, Ty::String | Ty::List(_)) || self.there(param)?.is_none() {
                    return Ok(None);
                }
                let c = c_type.unwrap_or_else(|| natural(ty));
                numbers::to_bytes(self.number(param)?, c)?
            }
            Argument::OutRecord { param, field, .. } => {
                let ty = self.subject.part(field.as_deref()).map(Ty::plain);
                let ty = ty.ok_or_else(|| trap("an out-parameter has no place"))?;
                let mut bytes = vec![0; self.layout(ty).size as usize];
                if let Some(param) = param
                    && let Some(value) = self.there(param)?
                {
                    let before = self.lower(self.plain(param)?, value)?;
                    bytes.resize(bytes.len().max(before.len()), 0);
                    bytes[..before.len()].copy_from_slice(&before);
                }
                bytes
            }
            Argument::OutValue {
                c_type,
                param,
                field,
                ..
            } => {
                let c = self.out_type(*c_type, field.as_deref())?;
                match param {
                    Some(param) => numbers::to_bytes(self.number(param)?, c)?,
                    None => vec![0; width(c) as usize],
                }
            }
            Argument::BufferLength { unit, field } => {
                self.capacity(*unit, field.as_deref())?.to_le_bytes().into()
            }
            Argument::OutPointer { .. }
            | Argument::OutLength { .. }
            | Argument::OutCstring { .. }
            | Argument::OutHandle { .. } => vec![0; 4],
            Argument::Scratch { size } => vec![0; *size as usize],
            _ => return Ok(None),
        }))
    }

    fn argument(
        &mut self,
        index: usize,
        argument: &'s Argument,
        ty: &ValType,
    ) -> Result<Core, Early> {
        let number = match argument {
            Argument::Value {
                param,
                c_type,
                none,
            } => {
                let Some(none) = none else {
                    return numbers::to_core(self.number(param)?, *c_type, ty);
                };
                let none = match c_type {
                    Some(c) => numbers::from_bytes(&none.to_le_bytes()[..width(*c) as usize], *c),
                    None => Number::Integer(i128::from(*none)),
                };
                let none = numbers::to_core(none, None, ty)?;
                if self.there(param)?.is_none() {
                    return Ok(none);
                }
                let some = numbers::to_core(self.number(param)?, *c_type, ty)?;
                if some.i32() == none.i32() && some.i64() == none.i64() {
                    return Err(trap("this number stands for `none`"));
                }
                return Ok(some);
            }
            Argument::Consumed { param, .. } => {
                return numbers::to_core(self.number(param)?, None, ty);
            }
            Argument::Constant { value } => {
                let number = Number::Integer(i128::from(*value));
                return numbers::to_core(number, None, ty);
            }
            Argument::Cstring { param, .. } => self.placed(param)?,
            Argument::Pointer { param, .. } => match self.slots.get(&index) {
                Some(slot) => *slot,
                None => self.placed(param)?,
            },
            Argument::Length { param, unit } => {
                let elements = self.length(param)?;
                match unit {
                    Unit::Elements => elements,
                    Unit::Bytes => {
                        let c = self.subject.passed_elements(param);
                        elements.wrapping_mul(self.element(self.plain(param)?, c))
                    }
                }
            }
            Argument::Buffer { field, .. } => self.buffer(field.as_deref())?.0,
            Argument::Capacity { unit, field } => self.capacity(*unit, field.as_deref())?,
            Argument::State { field } => self.state(field.as_deref())?,
            Argument::Cstrings { param, .. } => self.array(param)?,
            // A struct that is not there is a null pointer.
            _ => self.slots.get(&index).copied().unwrap_or(0),
        };
        Ok(Core::I32(number.cast_signed()))
    }

    /// The C type of a number that an argument points to.
    pub(super) fn out_type(&self, c: Option<CType>, field: Option<&str>) -> Result<CType, Early> {
        let ty = self.subject.part(field).map(Ty::plain);
        let ty = ty.ok_or_else(|| trap("an out-parameter has no place"))?;
        Ok(c.unwrap_or_else(|| natural(ty)))
    }

    /// The value of a parameter that is no handle, without the option around it.
    pub(super) fn there(&self, param: &str) -> Result<Option<&'c Val>, Early> {
        match self.passed_for(param)? {
            Passed::Value(value) => Ok(some(value)),
            Passed::Handle(_) => Err(trap(format!("`{param}` is a handle"))),
        }
    }

    /// The type of a parameter, without the option around it.
    fn plain(&self, param: &str) -> Result<&'c Ty, Early> {
        let ty = self.subject.ty(param).map(Ty::plain);
        ty.ok_or_else(|| trap(format!("there is no parameter `{param}`")))
    }

    /// A parameter that is a number or stands for one; no handle is null.
    pub(super) fn number(&self, param: &str) -> Result<Number, Early> {
        if let Passed::Handle(pointer) = self.passed_for(param)? {
            return Ok(Number::Integer(i128::from(pointer)));
        }
        match self.there(param)? {
            Some(value) => numbers::of(self.plain(param)?, value),
            None => Ok(Number::Integer(0)),
        }
    }

    /// The pointer to the bytes of a parameter, which are placed once in a call.
    fn placed(&mut self, param: &'s str) -> Result<u32, Early> {
        if let Some(pointer) = self.placed.get(param) {
            return Ok(*pointer);
        }
        let Some(bytes) = self.encoded.get(param).cloned() else {
            return Ok(0);
        };
        let pointer = self.filled(&bytes)?;
        self.placed.insert(param, pointer);
        Ok(pointer)
    }

    /// An array of pointers to C strings, with a null pointer behind the last one.
    fn array(&mut self, param: &str) -> Result<u32, Early> {
        let Some(texts) = self.arrays.get(param).cloned() else {
            return Ok(0);
        };
        let mut pointers = Vec::new();
        for text in texts {
            pointers.extend(self.filled(&text)?.to_le_bytes());
        }
        pointers.extend([0; 4]);
        self.filled(&pointers)
    }

    /// Room of its own for these bytes.
    pub(super) fn filled(&mut self, bytes: &[u8]) -> Result<u32, Early> {
        let size = u32::try_from(bytes.len()).map_err(|_| trap("an input is too large"))?;
        let block = self.raw.allocate(size)?;
        self.raw.write(block.pointer, bytes)?;
        self.blocks.push(block);
        Ok(block.pointer)
    }

    fn state(&mut self, field: Option<&str>) -> Result<u32, Early> {
        let size = match self.subject.part(field).map(Ty::plain) {
            Some(Ty::Own(number)) => self.raw.plan.resources[*number].size,
            _ => None,
        };
        let size = size.ok_or_else(|| trap("the resource has no state"))?;
        let pointer = self.raw.new_state(size)?;
        self.state = Some((pointer, size));
        Ok(pointer)
    }

    /// The number of elements of a list, or of bytes of a string.
    pub(super) fn length(&self, param: &str) -> Result<u32, Early> {
        let Some(value) = self.there(param)? else {
            return Ok(0);
        };
        // Latin-1 has another length than the string in the WIT.
        let c_string = self.subject.arguments().iter().any(
            |argument| matches!(argument, Argument::Cstring { param: found, .. } if found == param),
        );
        match self.encoded.get(param) {
            Some(bytes) if c_string => {
                u32::try_from(bytes.len() - 1).map_err(|_| trap("an input is too large"))
            }
            _ => count(value),
        }
    }

    /// The elements of a list of numbers, which may have another type in C, or of
    /// records; or the bytes of a string.
    pub(super) fn elements_of(
        &mut self,
        ty: &Ty,
        c: Option<CType>,
        value: &Val,
    ) -> Result<Vec<u8>, Early> {
        let (element, list) = match (ty, value) {
            (_, Val::String(text)) => return Ok(text.as_bytes().to_vec()),
            (Ty::List(element), Val::List(list)) => (element.as_ref(), list),
            (_, other) => return Err(trap(format!("{other:?} is neither string nor list"))),
        };
        let mut bytes = Vec::new();
        for value in list {
            if element.is_group() {
                bytes.extend(self.lower(element, value)?);
            } else {
                let number = numbers::of(element, value)?;
                let c = c.unwrap_or_else(|| natural(element));
                bytes.extend(numbers::to_bytes(number, c)?);
            }
        }
        Ok(bytes)
    }

    /// The size of an element of a list or string, in bytes.
    pub(super) fn element(&self, ty: &Ty, c: Option<CType>) -> u32 {
        match ty.plain() {
            Ty::List(element) if element.is_group() => self.layout(element).size.max(1),
            Ty::List(element) => width(c.unwrap_or_else(|| natural(element))),
            _ => 1,
        }
    }

    /// How many units there are in an element of a part of the WIT result.
    pub(super) fn units(&self, unit: Unit, field: Option<&str>) -> u32 {
        match (unit, self.subject.part(field)) {
            (Unit::Bytes, Some(ty)) => self.element(ty, self.subject.written_elements(field)),
            _ => 1,
        }
    }
}
