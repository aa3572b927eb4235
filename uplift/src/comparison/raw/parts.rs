//! From the parts that the C function gave back to the WIT result.

use wasmtime::component::Val;

use super::call::{Call, Early, trap};
use super::numbers::{self, natural, width};
use super::results::LARGEST;
use crate::comparison::sandbox::Ended;
use crate::comparison::types::Ty;
use crate::mapping::{CType, Encoding};

/// Where the value of a part is. It is read once nothing can turn out to be an
/// error any more.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Value(Val),
    CString(u32, Encoding),
    Struct(u32),
    /// So many elements.
    Sequence(u32, u32),
}

impl<'c, 's> Call<'c, 's> {
    /// Keeps a part of the result; nothing is `none`.
    pub(super) fn part(&mut self, field: Option<&'s str>, found: Option<Found>) {
        self.parts.insert(field.unwrap_or_default(), found);
    }

    /// The type of a part, without the option around it.
    pub(super) fn part_type(&self, field: Option<&str>) -> Result<&'c Ty, Early> {
        let ty = self.subject.part(field).map(Ty::plain);
        ty.ok_or_else(|| trap("a part of the result has no place"))
    }

    /// The WIT result of all parts.
    pub(super) fn assembled(&mut self) -> Result<Option<Val>, Early> {
        let value = self.subject.value().map(|ty| self.value(ty, ""));
        let value = value.transpose()?;
        Ok(match &self.subject.result {
            Some(Ty::Result(..)) => Some(Val::Result(Ok(value.map(Box::new)))),
            _ => value,
        })
    }

    fn value(&self, ty: &Ty, path: &str) -> Result<Val, Early> {
        let plain = ty.plain();
        let value = match self.parts.get(path) {
            Some(None) => return Ok(Val::Option(None)),
            Some(Some(found)) => match found {
                Found::Value(value) => value.clone(),
                Found::CString(pointer, encoding) => {
                    Val::String(self.c_string(*pointer, *encoding)?)
                }
                Found::Struct(pointer) => self.lift_struct(plain, *pointer)?,
                Found::Sequence(pointer, count) => {
                    let field = (!path.is_empty()).then_some(path);
                    let c = self.subject.written_elements(field);
                    self.lift(plain, c, (*pointer, *count))?
                }
            },
            None => self.group(plain, path)?,
        };
        Ok(match ty {
            Ty::Option(_) => Val::Option(Some(Box::new(value))),
            _ => value,
        })
    }

    fn group(&self, ty: &Ty, path: &str) -> Result<Val, Early> {
        let mut fields = Vec::new();
        for (name, ty) in ty.fields() {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            let value = self.value(ty, &path)?;
            fields.push((name, value));
        }
        Ok(match ty {
            Ty::Record { .. } => Val::Record(fields),
            Ty::Tuple(_) => Val::Tuple(fields.into_iter().map(|(_, value)| value).collect()),
            _ => return Err(trap(format!("nothing becomes the result{path}"))),
        })
    }

    /// The string or list of so many elements at `pointer`, which may have another
    /// type in C.
    pub(super) fn lift(
        &self,
        ty: &Ty,
        c: Option<CType>,
        (pointer, length): (u32, u32),
    ) -> Result<Val, Early> {
        let element = match ty {
            Ty::String => {
                if length > LARGEST {
                    return Err(Ended::TooLarge.into());
                }
                let bytes = self.raw.read(pointer, u64::from(length))?;
                let text = std::str::from_utf8(bytes);
                return text
                    .map(|text| Val::String(text.to_owned()))
                    .map_err(|error| trap(format!("the result is not UTF-8: {error}")));
            }
            Ty::List(element) => element.as_ref(),
            _ => return Err(trap("the result is neither a string nor a list")),
        };
        let size = self.element(ty, c);
        // The canonical ABI checks both for empty lists too.
        let bytes = self
            .raw
            .read(pointer, u64::from(length) * u64::from(size))?;
        // What is converted is copied, and so aligned.
        let converted = matches!(element, Ty::Enum(_) | Ty::Flags(_))
            || c.is_some_and(|c| c != natural(element));
        if !element.is_group() && !converted && !pointer.is_multiple_of(size) {
            return Err(trap("the elements of the result are not aligned"));
        }
        let each = element.leaves();
        if length > LARGEST / (each * each) {
            return Err(Ended::TooLarge.into());
        }
        if element.is_group() {
            let list = (0..length).map(|index| self.lift_struct(element, pointer + index * size));
            return list.collect::<Result<_, _>>().map(Val::List);
        }
        let c = c.unwrap_or_else(|| natural(element));
        let list = bytes
            .chunks_exact(width(c) as usize)
            .map(|bytes| numbers::value(element, numbers::from_bytes(bytes, c)));
        list.collect::<Result<_, _>>().map(Val::List)
    }
}
