//! How values are written.
//!
//! Integers and booleans are JSON's, and text is a string. A float is the integer
//! that its bits are, or `"nan"`: which one it is, nobody promises. A list or
//! tuple is an array, a map an array of pairs, a record an object, an enum its
//! case's name, and flags are the names of those that are set, in the type's
//! order. An option is `null` or `{"some": VALUE}`, a variant is
//! `{"case": VALUE or null}`, and a result `{"ok": …}` or `{"err": …}`. `resources`
//! says which number stands for a resource.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value, json};
use wasmtime::component::{Type, Val};

use crate::host::Store;
use crate::resources;

/// Reads a value of a type.
pub(crate) fn read(ty: &Type, value: &Value, store: &mut Store<'_>) -> Result<Val> {
    let unfit = || format!("{value} is no {}", super::types::describe(ty, &[]));
    Ok(match ty {
        Type::Bool => Val::Bool(value.as_bool().with_context(unfit)?),
        Type::S8 => Val::S8(signed(value).with_context(unfit)?),
        Type::S16 => Val::S16(signed(value).with_context(unfit)?),
        Type::S32 => Val::S32(signed(value).with_context(unfit)?),
        Type::S64 => Val::S64(value.as_i64().with_context(unfit)?),
        Type::U8 => Val::U8(unsigned(value).with_context(unfit)?),
        Type::U16 => Val::U16(unsigned(value).with_context(unfit)?),
        Type::U32 => Val::U32(unsigned(value).with_context(unfit)?),
        Type::U64 => Val::U64(value.as_u64().with_context(unfit)?),
        Type::Float32 if value == "nan" => Val::Float32(f32::NAN),
        Type::Float64 if value == "nan" => Val::Float64(f64::NAN),
        Type::Float32 => Val::Float32(f32::from_bits(unsigned(value).with_context(unfit)?)),
        Type::Float64 => Val::Float64(f64::from_bits(value.as_u64().with_context(unfit)?)),
        Type::Char => {
            let mut all = value.as_str().with_context(unfit)?.chars();
            let first = all.next().with_context(unfit)?;
            ensure!(all.next().is_none(), unfit());
            Val::Char(first)
        }
        Type::String => Val::String(value.as_str().with_context(unfit)?.to_string()),
        Type::List(list) => Val::List(
            array(value)?
                .iter()
                .map(|item| read(&list.ty(), item, store))
                .collect::<Result<_>>()?,
        ),
        Type::Map(map) => Val::Map(
            array(value)?
                .iter()
                .map(|pair| {
                    Ok((
                        read(&map.key(), &pair[0], store)?,
                        read(&map.value(), &pair[1], store)?,
                    ))
                })
                .collect::<Result<_>>()?,
        ),
        Type::Tuple(tuple) => {
            let items = array(value)?;
            ensure!(items.len() == tuple.types().len(), unfit());
            let items = tuple
                .types()
                .zip(items)
                .map(|(ty, item)| read(&ty, item, store));
            Val::Tuple(items.collect::<Result<_>>()?)
        }
        Type::Record(record) => {
            let fields = value.as_object().with_context(unfit)?;
            ensure!(fields.len() == record.fields().len(), unfit());
            let fields = record.fields().map(|field| {
                Ok((
                    field.name.to_string(),
                    read(&field.ty, &value[field.name], store)?,
                ))
            });
            Val::Record(fields.collect::<Result<_>>()?)
        }
        Type::Variant(variant) => {
            let (name, payload) = only(value).with_context(unfit)?;
            let case = variant.cases().find(|case| case.name == name);
            let case = case.with_context(unfit)?;
            Val::Variant(name.to_string(), side(case.ty, payload, store)?)
        }
        Type::Enum(cases) => {
            let name = value.as_str().with_context(unfit)?;
            ensure!(cases.names().any(|case| case == name), unfit());
            Val::Enum(name.to_string())
        }
        Type::Flags(_) => {
            let names = array(value)?
                .iter()
                .map(|name| name.as_str().map(str::to_string));
            Val::Flags(names.collect::<Option<_>>().with_context(unfit)?)
        }
        Type::Option(_) if value.is_null() => Val::Option(None),
        Type::Option(option) => {
            let ("some", payload) = only(value).with_context(unfit)? else {
                bail!(unfit());
            };
            Val::Option(Some(Box::new(read(&option.ty(), payload, store)?)))
        }
        Type::Result(result) => match only(value).with_context(unfit)? {
            ("ok", payload) => Val::Result(Ok(side(result.ok(), payload, store)?)),
            ("err", payload) => Val::Result(Err(side(result.err(), payload, store)?)),
            _ => bail!(unfit()),
        },
        Type::Own(ty) => Val::Resource(resources::own(*ty, number(value)?, store)?),
        Type::Borrow(ty) => Val::Resource(resources::lend(*ty, number(value)?, store)?),
        _ => bail!(unfit()),
    })
}

fn signed<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_i64()?).ok()
}

fn unsigned<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_u64()?).ok()
}

/// The number that stands for a resource.
pub(crate) fn number(value: &Value) -> Result<u32> {
    unsigned(value).with_context(|| format!("{value} is no number of a resource"))
}

fn array(value: &Value) -> Result<&Vec<Value>> {
    value
        .as_array()
        .with_context(|| format!("{value} is no array"))
}

/// The key and the value of an object that has one.
fn only(value: &Value) -> Option<(&str, &Value)> {
    let mut entries = value.as_object()?.iter();
    let (key, value) = entries.next()?;
    entries.next().is_none().then_some((key, value))
}

fn side(ty: Option<Type>, value: &Value, store: &mut Store<'_>) -> Result<Option<Box<Val>>> {
    match ty {
        Some(ty) => Ok(Some(Box::new(read(&ty, value, store)?))),
        None if value.is_null() => Ok(None),
        None => bail!("{value} is given where there is no type"),
    }
}

/// Writes a value.
pub(crate) fn write(value: &Val, store: &mut Store<'_>) -> Result<Value> {
    Ok(match value {
        Val::Bool(value) => json!(value),
        Val::S8(value) => json!(value),
        Val::U8(value) => json!(value),
        Val::S16(value) => json!(value),
        Val::U16(value) => json!(value),
        Val::S32(value) => json!(value),
        Val::U32(value) => json!(value),
        Val::S64(value) => json!(value),
        Val::U64(value) => json!(value),
        Val::Float32(value) if value.is_nan() => json!("nan"),
        Val::Float64(value) if value.is_nan() => json!("nan"),
        Val::Float32(value) => json!(value.to_bits()),
        Val::Float64(value) => json!(value.to_bits()),
        Val::Char(value) => json!(value),
        Val::String(value) => json!(value),
        Val::List(items) | Val::Tuple(items) => Value::Array(all(items, store)?),
        Val::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| Ok(json!([write(key, store)?, write(value, store)?])));
            Value::Array(pairs.collect::<Result<_>>()?)
        }
        Val::Record(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), write(value, store)?)));
            Value::Object(fields.collect::<Result<Map<_, _>>>()?)
        }
        Val::Variant(name, payload) => {
            json!({name.as_str(): optional(payload.as_deref(), store)?})
        }
        Val::Enum(name) => json!(name),
        Val::Flags(names) => json!(names),
        Val::Option(None) => Value::Null,
        Val::Option(Some(payload)) => json!({"some": write(payload, store)?}),
        Val::Result(Ok(payload)) => json!({"ok": optional(payload.as_deref(), store)?}),
        Val::Result(Err(payload)) => json!({"err": optional(payload.as_deref(), store)?}),
        Val::Resource(resource) => json!(resources::number(*resource, store)?),
        other => bail!("{other:?} can't be written"),
    })
}

/// Writes several values.
pub(crate) fn all(values: &[Val], store: &mut Store<'_>) -> Result<Vec<Value>> {
    values.iter().map(|value| write(value, store)).collect()
}

fn optional(payload: Option<&Val>, store: &mut Store<'_>) -> Result<Value> {
    payload.map_or(Ok(Value::Null), |value| write(value, store))
}
