//! What the C function gives back.

use std::collections::BTreeMap;

use wasmtime::Val as Core;
use wasmtime::component::Val;

use super::arguments::size;
use super::call::{Call, Early, trap};
use super::failures;
use crate::comparison::sandbox::Ended;
use crate::comparison::types::Ty;
use crate::mapping::{
    Argument, Asked, Carried, ErrorText, NullPolicy, OnError, Returns, TrapPolicy, Unit,
};

/// The most elements of a result that are read: a value takes far more room
/// here than in the module's memory.
pub(super) const LARGEST: u32 = 1 << 21;

impl<'s> Call<'_, 's> {
    /// The WIT result.
    pub(super) fn result(&mut self) -> Result<Option<Val>, Early> {
        match &self.subject.spec.returns {
            None => match self.returned {
                Some(_) if !self.writes() => self.value(),
                _ => self.written(None),
            },
            // `known` has refused it.
            Some(Returns::Pointer { .. }) => Err(trap("a returned `pointer` is unknown")),
            Some(Returns::Record { .. }) => Err(trap("a struct is unknown")),
            Some(Returns::Value { .. }) => self.value(),
            Some(Returns::Ignored {}) => self.written(None),
            Some(Returns::Cstring {
                free,
                borrowed: _,
                null,
                null_error,
                code,
                text,
                encoding,
                ..
            }) => {
                let pointer = self.pointer();
                if pointer == 0 {
                    return match null {
                        NullPolicy::Trap => Err(trap("the module returned a null pointer")),
                        NullPolicy::None => Ok(Some(Val::Option(None))),
                        NullPolicy::Error => {
                            Err(self.null(null_error.as_ref(), code.as_ref(), text.as_ref())?)
                        }
                    };
                }
                let text = self.c_string(pointer, *encoding)?;
                if let Some(free) = free {
                    self.raw.core_u32(free, &[pointer])?;
                }
                Ok(self.wrapped(Some(Val::String(text))))
            }
            Some(Returns::Handle {
                null,
                null_error,
                code,
                text,
                ..
            }) => {
                let pointer = self.pointer();
                if pointer == 0 {
                    return match null {
                        NullPolicy::Trap => Err(trap("the module returned a null pointer")),
                        NullPolicy::None => Ok(Some(Val::Option(None))),
                        NullPolicy::Error => {
                            Err(self.null(null_error.as_ref(), code.as_ref(), text.as_ref())?)
                        }
                    };
                }
                Ok(self.wrapped(Some(Val::U32(pointer))))
            }
            Some(Returns::Length { unit, .. }) => {
                let length = self.pointer();
                self.written(Some((length, *unit)))
            }
            Some(Returns::Status {
                ok,
                carries,
                unit,
                values,
                errors,
                unknown,
                unknown_error,
                code,
                text,
                ..
            }) => {
                let status = self.status();
                if failures::is_ok(status, ok.as_deref(), values.keys()) {
                    return match carries {
                        None if values.is_empty() => self.written(None),
                        None => Ok(self.chosen(status, values)),
                        Some(Carried::Value) => self.value(),
                        Some(Carried::Length) => {
                            self.written(Some((status.cast_unsigned(), *unit)))
                        }
                    };
                }
                let mut failure = self.ask(Some(status), code.as_ref(), text.as_ref())?;
                let number = failure.code.unwrap_or(status);
                self.end_handed_out()?;
                let covering = errors
                    .iter()
                    .filter(|(key, _)| failures::covers(key, number));
                let narrowest = covering.min_by_key(|(key, _)| failures::width(key));
                failure.case = match (narrowest, unknown) {
                    (Some((_, case)), _) => Some(case.clone()),
                    (None, TrapPolicy::Error) => unknown_error.clone(),
                    (None, TrapPolicy::Trap) => {
                        return Err(trap(format!(
                            "the module returned an unknown status, {number}"
                        )));
                    }
                };
                Err(Early::Error(failure))
            }
        }
    }

    /// The WIT error for a null pointer.
    fn null(
        &mut self,
        case: Option<&String>,
        code: Option<&'s Asked>,
        text: Option<&'s ErrorText>,
    ) -> Result<Early, Early> {
        let mut failure = self.ask(None, code, text)?;
        failure.case = case.cloned();
        Ok(Early::Error(failure))
    }

    /// The WIT value that stands for a status.
    fn chosen(&self, status: i32, values: &BTreeMap<String, String>) -> Option<Val> {
        let name = values.iter().find(|(key, _)| failures::covers(key, status));
        let name = name.map(|(_, name)| name.clone()).unwrap_or_default();
        self.wrapped(Some(match self.subject.payload() {
            Some(Ty::Bool) => Val::Bool(name == "true"),
            _ => Val::Enum(name),
        }))
    }

    /// Whether the C function writes the WIT result somewhere.
    fn writes(&self) -> bool {
        self.subject.arguments().iter().any(|argument| {
            matches!(
                argument,
                Argument::Buffer { .. }
                    | Argument::OutPointer { .. }
                    | Argument::OutValue { .. }
                    | Argument::OutCstring { .. }
                    | Argument::OutHandle { .. }
                    | Argument::State { .. }
            )
        })
    }

    fn pointer(&self) -> u32 {
        self.status().cast_unsigned()
    }

    /// The value in what the WIT result puts around it.
    fn wrapped(&self, value: Option<Val>) -> Option<Val> {
        match &self.subject.result {
            Some(Ty::Option(_)) => Some(Val::Option(value.map(Box::new))),
            Some(Ty::Result(..)) => Some(Val::Result(Ok(value.map(Box::new)))),
            _ => value,
        }
    }

    fn value(&self) -> Result<Option<Val>, Early> {
        let (Some(ty), Some(returned)) = (self.subject.payload(), self.returned) else {
            return Ok(self.wrapped(None));
        };
        let narrow = || trap("the module returned a number out of the WIT type's range");
        let value = match (ty, returned) {
            (Ty::F32, Core::F32(bits)) => Val::Float32(f32::from_bits(bits)),
            (Ty::F64, Core::F64(bits)) => Val::Float64(f64::from_bits(bits)),
            (Ty::S64, Core::I64(number)) => Val::S64(number),
            (Ty::U64, Core::I64(number)) => Val::U64(number.cast_unsigned()),
            (ty, Core::I32(number)) => {
                let unsigned = number.cast_unsigned();
                match ty {
                    Ty::Bool => Val::Bool(number != 0),
                    Ty::S8 => Val::S8(i8::try_from(number).map_err(|_| narrow())?),
                    Ty::U8 => Val::U8(u8::try_from(unsigned).map_err(|_| narrow())?),
                    Ty::S16 => Val::S16(i16::try_from(number).map_err(|_| narrow())?),
                    Ty::U16 => Val::U16(u16::try_from(unsigned).map_err(|_| narrow())?),
                    Ty::S32 => Val::S32(number),
                    Ty::U32 => Val::U32(unsigned),
                    Ty::Char => Val::Char(char::from_u32(unsigned).ok_or_else(narrow)?),
                    Ty::Enum(cases) => {
                        let case = cases.get(unsigned as usize).ok_or_else(narrow)?;
                        Val::Enum(case.clone())
                    }
                    other => return Err(trap(format!("{other:?} is no number"))),
                }
            }
            (other, _) => return Err(trap(format!("{other:?} is another core type"))),
        };
        Ok(self.wrapped(Some(value)))
    }

    /// What the C function wrote. `returned` is how much of the buffer, where it
    /// returns that.
    fn written(&mut self, returned: Option<(u32, Unit)>) -> Result<Option<Val>, Early> {
        if let Some((pointer, _)) = self.state.take() {
            return Ok(self.wrapped(Some(Val::U32(pointer))));
        }
        let arguments = self.subject.arguments();
        for argument in arguments {
            match argument {
                Argument::Buffer { .. } => return self.buffer(returned),
                Argument::OutPointer { free, .. } => return self.pointed(free.as_deref()),
                Argument::OutValue { .. } => {
                    let number = self.out_number()?;
                    return Ok(self.wrapped(Some(number)));
                }
                Argument::OutCstring {
                    free,
                    null,
                    encoding,
                    ..
                } => {
                    let pointer = self.handed_out()?;
                    if pointer == 0 {
                        return none_or_trap(*null);
                    }
                    let text = self.c_string(pointer, *encoding)?;
                    if let Some(free) = free {
                        self.raw.core_u32(free, &[pointer])?;
                    }
                    return Ok(self.wrapped(Some(Val::String(text))));
                }
                Argument::OutHandle { null, .. } => {
                    let pointer = self.handed_out()?;
                    if pointer == 0 {
                        return none_or_trap(*null);
                    }
                    return Ok(self.wrapped(Some(Val::U32(pointer))));
                }
                _ => {}
            }
        }
        Ok(self.wrapped(None))
    }

    /// The pointer that the C function wrote.
    fn handed_out(&self) -> Result<u32, Early> {
        let slot = self.pointer_slot;
        let slot = slot.ok_or_else(|| trap("an out-parameter is missing"))?;
        Ok(self.raw.read_u32(slot)?)
    }

    /// The number that the C function wrote.
    fn out_number(&self) -> Result<Val, Early> {
        let slots = self.pointer_slot.zip(self.subject.payload());
        let (slot, ty) = slots.ok_or_else(|| trap("an out-parameter is missing"))?;
        let bytes = self.raw.read(slot, u64::from(size(ty)))?;
        let Ty::Enum(cases) = ty else {
            return load(ty, bytes);
        };
        let case = cases.get(self.raw.read_u32(slot)? as usize);
        let case = case.ok_or_else(|| trap("the module wrote the number of no case"))?;
        Ok(Val::Enum(case.clone()))
    }

    /// Ends what was handed out although the call has failed, if the mapping says
    /// so.
    fn end_handed_out(&mut self) -> Result<(), Early> {
        let ends = self.subject.arguments().iter().any(|argument| {
            matches!(
                argument,
                Argument::OutHandle {
                    on_error: OnError::Destroy,
                    ..
                }
            )
        });
        if let (true, Some(resource)) = (ends, self.subject.makes()) {
            let pointer = self.handed_out()?;
            if pointer != 0 {
                self.raw.drop_resource(resource, pointer)?;
            }
        }
        Ok(())
    }

    fn buffer(&mut self, returned: Option<(u32, Unit)>) -> Result<Option<Val>, Early> {
        let (pointer, capacity) = self.buffer;
        let counted = match (returned, self.length_slot) {
            (Some(counted), _) => Some(counted),
            (None, Some(slot)) => Some((self.raw.read_u32(slot)?, self.length_unit())),
            (None, None) => None,
        };
        let length = match counted {
            Some((length, unit)) => self.in_elements(length, unit)?,
            None => capacity,
        };
        if length > capacity {
            return Err(trap("the module says that it wrote beyond the buffer"));
        }
        let value = self.lift(pointer, length)?;
        Ok(self.wrapped(Some(value)))
    }

    fn pointed(&mut self, free: Option<&str>) -> Result<Option<Val>, Early> {
        let slots = self.pointer_slot.zip(self.length_slot);
        let (pointer, length) = slots.ok_or_else(|| trap("an out-parameter is missing"))?;
        let (pointer, length) = (self.raw.read_u32(pointer)?, self.raw.read_u32(length)?);
        let length = self.in_elements(length, self.length_unit())?;
        if pointer == 0 && length != 0 {
            return Err(trap("the module returned a null pointer"));
        }
        let value = self.lift(pointer, length)?;
        if let Some(free) = free
            && pointer != 0
        {
            let size = length.wrapping_mul(self.subject.element());
            self.raw.core_u32(free, &[pointer, size])?;
        }
        Ok(self.wrapped(Some(value)))
    }

    /// What the length behind a pointer counts.
    fn length_unit(&self) -> Unit {
        let mut arguments = self.subject.arguments().iter();
        arguments
            .find_map(|argument| match argument {
                Argument::BufferLength { unit, .. } | Argument::OutLength { unit, .. } => {
                    Some(*unit)
                }
                _ => None,
            })
            .unwrap_or_default()
    }

    /// A length as one of whole elements.
    fn in_elements(&self, length: u32, unit: Unit) -> Result<u32, Early> {
        let unit = self.units(unit);
        if length.is_multiple_of(unit) {
            return Ok(length / unit);
        }
        Err(trap("the module returned half an element"))
    }

    /// The string or list of so many elements at `pointer`.
    fn lift(&self, pointer: u32, length: u32) -> Result<Val, Early> {
        let element = match self.subject.payload() {
            Some(Ty::String) => {
                if length > LARGEST {
                    return Err(Ended::TooLarge.into());
                }
                let bytes = self.raw.read(pointer, u64::from(length))?;
                let text = std::str::from_utf8(bytes);
                return text
                    .map(|text| Val::String(text.to_owned()))
                    .map_err(|error| trap(format!("the result is not UTF-8: {error}")));
            }
            Some(Ty::List(element)) => element.as_ref(),
            _ => return Err(trap("the result is neither a string nor a list")),
        };
        let size = size(element);
        // The canonical ABI checks both for empty lists too.
        let bytes = self
            .raw
            .read(pointer, u64::from(length) * u64::from(size))?;
        if !pointer.is_multiple_of(size) {
            return Err(trap("the elements of the result are not aligned"));
        }
        if length > LARGEST {
            return Err(Ended::TooLarge.into());
        }
        let list = bytes
            .chunks_exact(size as usize)
            .map(|bytes| load(element, bytes));
        list.collect::<Result<_, _>>().map(Val::List)
    }
}

/// What a null pointer means that the C function wrote.
fn none_or_trap(null: NullPolicy) -> Result<Option<Val>, Early> {
    match null {
        NullPolicy::None => Ok(Some(Val::Option(None))),
        NullPolicy::Trap | NullPolicy::Error => Err(trap("the module returned a null pointer")),
    }
}

/// The number of a type in so many bytes.
fn load(ty: &Ty, bytes: &[u8]) -> Result<Val, Early> {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    let long = u64::from_le_bytes(word);
    let [a, b, c, d, ..] = word;
    let int = u32::from_le_bytes([a, b, c, d]);
    let short = u16::from_le_bytes([a, b]);
    Ok(match ty {
        Ty::Bool => Val::Bool(a != 0),
        Ty::U8 => Val::U8(a),
        Ty::S8 => Val::S8(a.cast_signed()),
        Ty::U16 => Val::U16(short),
        Ty::S16 => Val::S16(short.cast_signed()),
        Ty::U32 => Val::U32(int),
        Ty::S32 => Val::S32(int.cast_signed()),
        Ty::U64 => Val::U64(long),
        Ty::S64 => Val::S64(long.cast_signed()),
        Ty::F32 => Val::Float32(f32::from_bits(int)),
        Ty::F64 => Val::Float64(f64::from_bits(long)),
        Ty::Char => {
            Val::Char(char::from_u32(int).ok_or_else(|| trap("the result has an invalid char"))?)
        }
        other => return Err(trap(format!("{other:?} is no number"))),
    })
}
