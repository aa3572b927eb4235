//! A TOML document with the place of everything in it, held against a schema.

mod alternative;

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::confirmed::{self, Unconfirmed};
use super::place::{Place, Step};
use super::schema::Schema;
use crate::MAPPING_SCHEMA;
use crate::diagnostic::{Diagnostic, did_you_mean};

/// Where things stand in a mapping file.
#[derive(Debug)]
pub(crate) struct Document {
    places: Place,
    unconfirmed: Vec<Unconfirmed>,
}

impl Document {
    /// Parses `text` and holds it against the schema.
    ///
    /// # Errors
    ///
    /// Every mistake.
    pub(super) fn parse(text: &str) -> Result<(Self, Value), Vec<Diagnostic>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(errors.iter().map(|error| not_toml(text, error)).collect());
        }
        let schema: Value = serde_json::from_str(MAPPING_SCHEMA).unwrap_or_default();
        let mut walk = Walk::default();
        let span = table.span();
        let mut places = Place {
            key: 0..0,
            value: 0..0,
            children: Vec::new(),
        };
        let json = walk.table(
            table.get_ref(),
            Schema::new(&schema),
            &(0..0),
            "the mapping",
            &mut places,
        );
        places.value = span;
        if walk.mistakes.is_empty() {
            let document = Document {
                places,
                unconfirmed: walk.unconfirmed,
            };
            Ok((document, json))
        } else {
            walk.mistakes
                .sort_by_key(|mistake| mistake.span.as_ref().map(|span| span.start));
            Err(walk.mistakes)
        }
    }

    /// The bytes of the value at `path`, or of the nearest thing around it that
    /// is there.
    pub(crate) fn value(&self, path: &[Step<'_>]) -> Range<usize> {
        self.places.value_at(path)
    }

    /// What is marked as not confirmed, in the order of the text.
    pub(crate) fn unconfirmed(&self) -> &[Unconfirmed] {
        &self.unconfirmed
    }

    /// The bytes of the key of the value at `path`.
    pub(crate) fn key(&self, path: &[Step<'_>]) -> Range<usize> {
        self.places.key_at(path)
    }
}

fn not_toml(text: &str, error: &toml::de::Error) -> Diagnostic {
    let end = text.len();
    let span = error.span().unwrap_or(end..end);
    Diagnostic::mapping(
        "mapping::not-toml",
        span,
        "the mapping is not TOML",
        error.message(),
    )
}

#[derive(Default)]
struct Walk {
    /// The keys of the tables that the walk is in.
    path: Vec<String>,
    unconfirmed: Vec<Unconfirmed>,
    mistakes: Vec<Diagnostic>,
}

impl Walk {
    fn table(
        &mut self,
        table: &DeTable<'_>,
        schema: Schema<'_>,
        around: &Range<usize>,
        what: &str,
        place: &mut Place,
    ) -> Value {
        let mut json = Map::new();
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        // Where this table is marked as not confirmed, among the marks so far.
        let mut mark = None;
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            let found = schema.property(name).or_else(|| schema.any_property());
            let Some(inner) = found else {
                self.unknown_key(name, key.span(), schema, what);
                continue;
            };
            let mut child = Place {
                key: key.span(),
                value: value.span(),
                children: Vec::new(),
            };
            if name == confirmed::KEY && schema.property(name).is_some() {
                let span = key.span().start..value.span().end;
                let said = self.value(value, inner, &key.span(), name, &mut child);
                if said == Value::Bool(false) {
                    mark = Some(span);
                }
                // It says something of the entry, not of the module.
                continue;
            }
            self.path.push(name.to_owned());
            let value = self.value(value, inner, &key.span(), name, &mut child);
            self.path.pop();
            json.insert(name.to_owned(), value);
            place.children.push((name.to_owned(), child));
        }
        for required in schema.required() {
            if !table.contains_key(required) {
                self.mistakes.push(
                    Diagnostic::mapping(
                        "mapping::missing-key",
                        around.clone(),
                        format!("`{required}` is missing in {what}"),
                        "",
                    )
                    .help(format!("add `{required} = …`{}", example(required))),
                );
            }
        }
        if let Some(span) = mark {
            self.unconfirmed.push(Unconfirmed {
                span,
                path: self.path.clone(),
                entry: Value::Object(json.clone()),
            });
        }
        Value::Object(json)
    }

    fn unknown_key(&mut self, name: &str, span: Range<usize>, schema: Schema<'_>, what: &str) {
        let known: Vec<&str> = schema
            .properties()
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default();
        self.mistakes.push(
            Diagnostic::mapping(
                "mapping::unknown-key",
                span,
                format!("there is no key `{name}` in {what}"),
                "unknown key",
            )
            .help(did_you_mean(name, "keys", known)),
        );
    }

    fn value(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        schema: Schema<'_>,
        key: &Range<usize>,
        what: &str,
        place: &mut Place,
    ) -> Value {
        if let (Some(names), DeValue::String(name)) = (schema.names(), value.get_ref()) {
            if !names.contains(&name.as_ref()) {
                self.mistakes.push(
                    Diagnostic::mapping(
                        "mapping::unknown-name",
                        value.span(),
                        format!("`{what}` can't be \"{name}\""),
                        "unknown name",
                    )
                    .help(did_you_mean(name, "names", names)),
                );
            }
            return Value::from(name.as_ref());
        }
        if let Some(alternatives) = schema.alternatives() {
            return match self.alternative(value, &alternatives, what) {
                Some(alternative) => self.value(value, alternative, key, what, place),
                None => Value::Null,
            };
        }
        let json = match value.get_ref() {
            DeValue::String(text) if allows(schema, "string") => Value::from(text.as_ref()),
            DeValue::Boolean(yes) if allows(schema, "boolean") => Value::from(*yes),
            DeValue::Integer(_) if allows(schema, "integer") => {
                return self.integer(value, schema, what);
            }
            DeValue::Float(float) if allows(schema, "number") => {
                let number = float.as_str().replace('_', "").parse::<f64>();
                let number = number.ok().and_then(serde_json::Number::from_f64);
                if number.is_none() {
                    self.wrong_type(value, &schema.types(), what);
                }
                number.map_or(Value::Null, Value::Number)
            }
            DeValue::Array(items) if schema.items().is_some() => {
                let Some(inner) = schema.items() else {
                    return Value::Null;
                };
                let mut list = Vec::new();
                for item in items {
                    let span = item.span();
                    let mut child = Place {
                        key: span.clone(),
                        value: span.clone(),
                        children: Vec::new(),
                    };
                    list.push(self.value(item, inner, &span, what, &mut child));
                    place.children.push((String::new(), child));
                }
                Value::Array(list)
            }
            DeValue::Table(table)
                if schema.properties().is_some() || schema.any_property().is_some() =>
            {
                return self.table(table, schema, key, &format!("`{what}`"), place);
            }
            _ => {
                self.wrong_type(value, &schema.types(), what);
                Value::Null
            }
        };
        if let Some(constant) = schema.constant()
            && !json.is_null()
            && *constant != json
        {
            self.not_the_constant(value.span(), what, constant);
        }
        json
    }

    fn integer(&mut self, value: &Spanned<DeValue<'_>>, schema: Schema<'_>, what: &str) -> Value {
        let DeValue::Integer(integer) = value.get_ref() else {
            return Value::Null;
        };
        let text = integer.as_str().replace('_', "");
        let number = i128::from_str_radix(&text, integer.radix()).ok();
        let (low, high) = schema.range();
        let Some(number) = number.filter(|number| (low..=high).contains(number)) else {
            self.mistakes.push(Diagnostic::mapping(
                "mapping::out-of-range",
                value.span(),
                format!("`{what}` is out of range"),
                format!("from {low} to {high}"),
            ));
            return Value::Null;
        };
        let json = i64::try_from(number).map_or(Value::Null, Value::from);
        if let Some(constant) = schema.constant()
            && *constant != json
        {
            self.not_the_constant(value.span(), what, constant);
        }
        json
    }

    fn not_the_constant(&mut self, span: Range<usize>, what: &str, constant: &Value) {
        self.mistakes.push(Diagnostic::mapping(
            "mapping::unknown-version",
            span,
            format!("`{what}` has to be {constant}"),
            format!("this uplift reads {what} {constant} only"),
        ));
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, types: &[&str], what: &str) {
        let expected = types
            .iter()
            .copied()
            .filter(|ty| *ty != "null")
            .map(|ty| match ty {
                "object" => "a table",
                "array" => "an array",
                "integer" => "an integer",
                "number" => "a finite number",
                "boolean" => "a boolean",
                _ => "a string",
            })
            .collect::<Vec<_>>()
            .join(" or ");
        self.mistakes.push(Diagnostic::mapping(
            "mapping::wrong-type",
            value.span(),
            format!("`{what}` is of a wrong type"),
            format!("{expected} is expected"),
        ));
    }
}

fn allows(schema: Schema<'_>, ty: &str) -> bool {
    schema.types().contains(&ty)
}

fn example(key: &str) -> &'static str {
    match key {
        "version" => ": `version = 1` is the first line of a mapping",
        "wit" => ": `wit = { path = \"world.wit\" }`",
        _ => "",
    }
}
