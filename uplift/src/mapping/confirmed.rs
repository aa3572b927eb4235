//! The key `confirmed`, by which a drafted entry says that it is a guess.

use std::ops::Range;

use serde_json::Value;

/// The key itself. It belongs to each entry of `arguments`, to `returns`, and to
/// a resource, a struct, an import and a call at the start.
pub(super) const KEY: &str = "confirmed";

/// An entry that is marked by `confirmed = false`.
#[derive(Clone, Debug)]
pub(crate) struct Unconfirmed {
    /// The bytes of the mark.
    pub(crate) span: Range<usize>,
    /// The keys that lead to the entry, such as `function`, `greet`, `returns`.
    pub(crate) path: Vec<String>,
    /// The entry without the mark.
    pub(crate) entry: Value,
}

/// Adds the key to the schema of a table, or of each alternative of one.
#[cfg(test)]
pub(super) fn allowed(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(alternatives)) = object.get_mut("oneOf") {
        for alternative in alternatives.iter_mut().filter_map(Value::as_object_mut) {
            add(alternative);
        }
    } else {
        add(object);
    }
}

#[cfg(test)]
fn add(object: &mut serde_json::Map<String, Value>) {
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        let description = "Whether somebody has looked at what `uplift draft` guessed here. \
                           `false` keeps the module from being wrapped; the key is left out \
                           otherwise.";
        properties.insert(
            KEY.into(),
            serde_json::json!({ "description": description, "type": "boolean" }),
        );
    }
}
