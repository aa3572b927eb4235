//! What the C function writes where its arguments point to.

use wasmtime::Val as Core;
use wasmtime::component::Val;

use super::call::{Call, Early, trap};
use super::numbers::{self, width};
use super::parts::Found;
use crate::comparison::types::Ty;
use crate::mapping::{Argument, CType, Carried, Encoding, NullPolicy, Returns, Unit};

impl<'s> Call<'_, 's> {
    /// The parts that arguments point to, but for lists and strings with a length.
    pub(super) fn written(&mut self) -> Result<(), Early> {
        for (index, argument) in self.subject.arguments().iter().enumerate() {
            match argument {
                Argument::OutValue {
                    c_type,
                    none,
                    field,
                    ..
                } => {
                    let field = field.as_deref();
                    let c = self.out_type(*c_type, field)?;
                    let bytes = self.raw.read(self.slot(index)?, u64::from(width(c)))?;
                    let number = numbers::from_bytes(bytes, c);
                    if none.is_some_and(|none| numbers::is_same(number, none, c)) {
                        self.part(field, None);
                        continue;
                    }
                    let value = numbers::value(self.part_type(field)?, number)?;
                    self.part(field, Some(Found::Value(value)));
                }
                Argument::OutRecord { free, field, .. } => {
                    let pointer = self.slot(index)?;
                    let null = (NullPolicy::Trap, None);
                    self.record_part(pointer, field.as_deref(), free.as_deref(), null, false)?;
                }
                Argument::OutCstring {
                    free,
                    null,
                    null_error,
                    encoding,
                    field,
                    ..
                } => {
                    let pointer = self.pointer_at(index)?;
                    let null = (*null, null_error.as_ref());
                    let (field, free) = (field.as_deref(), free.as_deref());
                    self.c_string_part(pointer, field, free, (null, *encoding), false)?;
                }
                Argument::OutHandle {
                    null,
                    null_error,
                    field,
                    ..
                } => {
                    let pointer = self.pointer_at(index)?;
                    let null = (*null, null_error.as_ref());
                    self.handle_part(pointer, field.as_deref(), null, false)?;
                }
                Argument::OutPointer { free, field, .. } if self.is_group(field.as_deref()) => {
                    let pointer = self.pointer_at(index)?;
                    let null = match self.subject.part(field.as_deref()) {
                        Some(Ty::Option(_)) => NullPolicy::None,
                        _ => NullPolicy::Trap,
                    };
                    let (field, free) = (field.as_deref(), free.as_deref());
                    self.record_part(pointer, field, free, (null, None), false)?;
                }
                Argument::State { field } => {
                    let state = self.state.ok_or_else(|| trap("there is no state"))?;
                    self.part(field.as_deref(), Some(Found::Value(Val::U32(state.0))));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The lists and strings in buffers, and after them the ones that the module
    /// hands out with a length.
    pub(super) fn sequences(&mut self) -> Result<(), Early> {
        let arguments = self.subject.arguments();
        for argument in arguments {
            let Argument::Buffer { field, .. } = argument else {
                continue;
            };
            let field = field.as_deref();
            let (pointer, capacity) = self.buffer(field)?;
            let count = match self.said_length(field)? {
                Some((length, unit)) => self.in_elements(length, unit, field)?,
                None => capacity,
            };
            if count > capacity {
                return Err(trap("the module says that it wrote beyond the buffer"));
            }
            self.sequence_part(pointer, count, field, None)?;
        }
        for (index, argument) in arguments.iter().enumerate() {
            let Argument::OutPointer { free, field, .. } = argument else {
                continue;
            };
            let field = field.as_deref();
            if self.is_group(field) {
                continue;
            }
            let pointer = self.pointer_at(index)?;
            let length =
                arguments
                    .iter()
                    .enumerate()
                    .find_map(|(index, argument)| match argument {
                        Argument::OutLength { unit, field: of } if of.as_deref() == field => {
                            Some((index, *unit))
                        }
                        _ => None,
                    });
            let (length, unit) = length.ok_or_else(|| trap("a length is missing"))?;
            let count = self.in_elements(self.pointer_at(length)?, unit, field)?;
            self.sequence_part(pointer, count, field, free.as_deref())?;
        }
        Ok(())
    }

    /// What says how much of a buffer was written.
    fn said_length(&self, field: Option<&str>) -> Result<Option<(u32, Unit)>, Early> {
        let returned = match &self.subject.spec.returns {
            Some(
                Returns::Length { unit, field: of }
                | Returns::Status {
                    carries: Some(Carried::Length),
                    unit,
                    field: of,
                    ..
                },
            ) => Some((unit, of)),
            _ => None,
        };
        if let Some((unit, of)) = returned
            && of.as_deref() == field
        {
            return Ok(Some((self.status().cast_unsigned(), *unit)));
        }
        for (index, argument) in self.subject.arguments().iter().enumerate() {
            if let Argument::BufferLength { unit, field: of } = argument
                && of.as_deref() == field
            {
                return Ok(Some((self.pointer_at(index)?, *unit)));
            }
        }
        Ok(None)
    }

    /// Where the argument with this number points to.
    fn slot(&self, index: usize) -> Result<u32, Early> {
        let slot = self.slots.get(&index).copied();
        slot.ok_or_else(|| trap("an out-parameter is missing"))
    }

    /// The pointer, or the length, that the C function wrote there.
    pub(super) fn pointer_at(&self, index: usize) -> Result<u32, Early> {
        Ok(self.raw.read_u32(self.slot(index)?)?)
    }

    fn is_group(&self, field: Option<&str>) -> bool {
        self.part_type(field).is_ok_and(Ty::is_group)
    }

    /// The number that the C function returned, as a part.
    pub(super) fn number_part(
        &mut self,
        c: Option<CType>,
        none: Option<i64>,
        field: Option<&'s str>,
    ) -> Result<(), Early> {
        let returned = self.returned.ok_or_else(|| trap("it returned nothing"))?;
        let ty = self.part_type(field)?;
        let number = numbers::from_core(returned, c, ty)?;
        let wide = c.unwrap_or(match returned {
            Core::I64(_) => CType::S64,
            _ => CType::S32,
        });
        if none.is_some_and(|none| numbers::is_same(number, none, wide)) {
            self.part(field, None);
            return Ok(());
        }
        let value = numbers::value(ty, number)?;
        self.part(field, Some(Found::Value(value)));
        Ok(())
    }

    pub(super) fn c_string_part(
        &mut self,
        pointer: u32,
        field: Option<&'s str>,
        free: Option<&'s str>,
        (null, encoding): ((NullPolicy, Option<&'s String>), Encoding),
        returned: bool,
    ) -> Result<(), Early> {
        if self.is_null(pointer, null, returned)? {
            self.part(field, None);
            return Ok(());
        }
        self.part(field, Some(Found::CString(pointer, encoding)));
        self.free_later(free, pointer, 0);
        Ok(())
    }

    pub(super) fn record_part(
        &mut self,
        pointer: u32,
        field: Option<&'s str>,
        free: Option<&'s str>,
        null: (NullPolicy, Option<&'s String>),
        returned: bool,
    ) -> Result<(), Early> {
        if self.is_null(pointer, null, returned)? {
            self.part(field, None);
            return Ok(());
        }
        self.part(field, Some(Found::Struct(pointer)));
        self.free_later(free, pointer, 0);
        Ok(())
    }

    pub(super) fn handle_part(
        &mut self,
        pointer: u32,
        field: Option<&'s str>,
        null: (NullPolicy, Option<&'s String>),
        returned: bool,
    ) -> Result<(), Early> {
        let null = self.is_null(pointer, null, returned)?;
        let handle = Found::Value(Val::U32(pointer));
        self.part(field, (!null).then_some(handle));
        Ok(())
    }

    /// So many elements at a pointer.
    pub(super) fn sequence_part(
        &mut self,
        pointer: u32,
        count: u32,
        field: Option<&'s str>,
        free: Option<&'s str>,
    ) -> Result<(), Early> {
        if pointer == 0 && count != 0 {
            return Err(trap("the module returned a null pointer"));
        }
        let c = self.subject.written_elements(field);
        let element = self.element(self.part_type(field)?, c);
        self.part(field, Some(Found::Sequence(pointer, count)));
        self.free_later(free, pointer, count.wrapping_mul(element));
        Ok(())
    }

    /// Frees what was handed out once all of the result has been read.
    fn free_later(&mut self, free: Option<&'s str>, pointer: u32, size: u32) {
        if let Some(free) = free
            && pointer != 0
        {
            self.frees.push((free, [pointer, size]));
        }
    }

    /// A length as one of whole elements.
    pub(super) fn in_elements(
        &self,
        length: u32,
        unit: Unit,
        field: Option<&str>,
    ) -> Result<u32, Early> {
        let unit = self.units(unit, field);
        if length.is_multiple_of(unit) {
            return Ok(length / unit);
        }
        Err(trap("the module returned half an element"))
    }
}
