//! How types are written.
//!
//! A primitive type is its WIT name, such as `"u8"`. Any other is an object with
//! one key that says what it is:
//!
//! ```text
//! {"list": TYPE}  {"option": TYPE}  {"map": [TYPE, TYPE]}  {"tuple": [TYPE, …]}
//! {"record": [["name", TYPE], …]}   {"variant": [["name", TYPE or null], …]}
//! {"enum": ["name", …]}             {"flags": ["name", …]}
//! {"result": [TYPE or null, TYPE or null]}
//! ```
//!
//! A resource is `{"own": "name"}` or `{"borrow": "name"}`. What no value can be
//! written of, such as a stream, is `{"unwritten": "stream"}`.

use serde_json::{Value, json};
use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{ResourceType, Type};

/// Resources of the guest and of the host, with their names.
pub(crate) type Names = [(String, ResourceType)];

/// Parameters and result of a function.
pub(crate) fn function(function: &ComponentFunc, resources: &Names) -> Value {
    let params: Vec<_> = function
        .params()
        .map(|(_, ty)| describe(&ty, resources))
        .collect();
    json!({"params": params, "result": optional(function.results().next(), resources)})
}

fn optional(ty: Option<Type>, resources: &Names) -> Value {
    ty.map_or(Value::Null, |ty| describe(&ty, resources))
}

/// A type, as it is written.
pub(crate) fn describe(ty: &Type, resources: &Names) -> Value {
    match ty {
        Type::Bool => json!("bool"),
        Type::S8 => json!("s8"),
        Type::U8 => json!("u8"),
        Type::S16 => json!("s16"),
        Type::U16 => json!("u16"),
        Type::S32 => json!("s32"),
        Type::U32 => json!("u32"),
        Type::S64 => json!("s64"),
        Type::U64 => json!("u64"),
        Type::Float32 => json!("f32"),
        Type::Float64 => json!("f64"),
        Type::Char => json!("char"),
        Type::String => json!("string"),
        Type::List(list) => json!({"list": describe(&list.ty(), resources)}),
        Type::Map(map) => {
            json!({"map": [describe(&map.key(), resources), describe(&map.value(), resources)]})
        }
        Type::Tuple(tuple) => {
            let items: Vec<_> = tuple.types().map(|ty| describe(&ty, resources)).collect();
            json!({"tuple": items})
        }
        Type::Record(record) => {
            let fields = record.fields();
            let fields: Vec<_> = fields
                .map(|f| json!([f.name, describe(&f.ty, resources)]))
                .collect();
            json!({"record": fields})
        }
        Type::Variant(variant) => {
            let cases = variant.cases();
            let cases: Vec<_> = cases
                .map(|c| json!([c.name, optional(c.ty, resources)]))
                .collect();
            json!({"variant": cases})
        }
        Type::Enum(cases) => json!({"enum": cases.names().collect::<Vec<_>>()}),
        Type::Flags(flags) => json!({"flags": flags.names().collect::<Vec<_>>()}),
        Type::Option(option) => json!({"option": describe(&option.ty(), resources)}),
        Type::Result(result) => {
            json!({"result": [optional(result.ok(), resources), optional(result.err(), resources)]})
        }
        Type::Own(resource) => handle("own", *resource, resources),
        Type::Borrow(resource) => handle("borrow", *resource, resources),
        Type::Future(_) => json!({"unwritten": "future"}),
        Type::Stream(_) => json!({"unwritten": "stream"}),
        Type::ErrorContext => json!({"unwritten": "error-context"}),
        Type::FixedLengthList(_) => json!({"unwritten": "fixed-length list"}),
    }
}

fn handle(kind: &str, resource: ResourceType, resources: &Names) -> Value {
    let mut named = resources.iter();
    match named.find(|(_, other)| *other == resource) {
        Some((name, _)) => json!({kind: name}),
        None => json!({"unwritten": kind}),
    }
}
