//! The part of JSON Schema that the mapping's own schema uses.

use serde_json::{Map, Value};

/// A node of the schema.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    root: &'a Value,
    node: &'a Value,
}

impl<'a> Schema<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Schema { root, node: root }
    }

    /// The node, with references followed.
    fn at(self, node: &'a Value) -> Self {
        let mut node = node;
        while let Some(reference) = node["$ref"].as_str() {
            let name = reference.trim_start_matches("#/$defs/");
            node = &self.root["$defs"][name];
        }
        Schema { node, ..self }
    }

    /// The alternatives of which a value has to fit one.
    pub(super) fn alternatives(self) -> Option<Vec<Self>> {
        let list = ["oneOf", "anyOf"]
            .iter()
            .find_map(|key| self.node[*key].as_array())?;
        Some(
            list.iter()
                .filter(|node| node["type"] != "null")
                .map(|node| self.at(node))
                .collect(),
        )
    }

    /// The types that a value may have.
    pub(super) fn types(self) -> Vec<&'a str> {
        match &self.node["type"] {
            Value::String(one) => vec![one],
            Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The only value that is allowed.
    pub(super) fn constant(self) -> Option<&'a Value> {
        self.node.get("const")
    }

    /// The strings that are allowed, where only some are.
    pub(super) fn names(self) -> Option<Vec<&'a str>> {
        if let Some(names) = self.node["enum"].as_array() {
            return Some(names.iter().filter_map(Value::as_str).collect());
        }
        if let Some(name) = self.node["const"].as_str() {
            return Some(vec![name]);
        }
        let alternatives = self.alternatives()?;
        let names: Vec<Vec<&str>> = alternatives
            .iter()
            .map(|alternative| alternative.names())
            .collect::<Option<_>>()?;
        Some(names.concat())
    }

    pub(super) fn items(self) -> Option<Self> {
        self.node.get("items").map(|node| self.at(node))
    }

    pub(super) fn properties(self) -> Option<&'a Map<String, Value>> {
        self.node["properties"].as_object()
    }

    pub(super) fn property(self, name: &str) -> Option<Self> {
        self.properties()?.get(name).map(|node| self.at(node))
    }

    /// The schema of the values in a table whose keys are free.
    pub(super) fn any_property(self) -> Option<Self> {
        let node = self.node.get("additionalProperties")?;
        node.is_object().then(|| self.at(node))
    }

    pub(super) fn required(self) -> Vec<&'a str> {
        self.node["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }

    /// The range of an integer.
    pub(super) fn range(self) -> (i128, i128) {
        let limit = |key, default| self.node[key].as_i64().map_or(default, i128::from);
        let (low, high) = match self.node["format"].as_str() {
            Some("uint32") => (0, i128::from(u32::MAX)),
            Some("int32") => (i128::from(i32::MIN), i128::from(i32::MAX)),
            _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
        };
        (limit("minimum", low), limit("maximum", high))
    }
}
