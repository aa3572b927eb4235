//! Which form of a value the author means, where it may have several.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::schema::Schema;
use super::{Walk, allows};
use crate::diagnostic::{Diagnostic, did_you_mean, listed, nearest};

impl Walk {
    /// The alternative that the value means: by its `as`, or by the keys that
    /// only one alternative requires.
    pub(super) fn alternative<'s>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        alternatives: &[Schema<'s>],
        what: &str,
    ) -> Option<Schema<'s>> {
        if let [only] = alternatives {
            return Some(*only);
        }
        let DeValue::Table(table) = value.get_ref() else {
            let fitting = json_type(value.get_ref());
            let found = alternatives.iter().find(|other| allows(**other, fitting));
            if found.is_none() {
                let mut types = alternatives
                    .iter()
                    .flat_map(|a| a.types())
                    .collect::<Vec<_>>();
                types.dedup();
                self.wrong_type(value, &types, what);
            }
            return found.copied();
        };
        let tags: Vec<&str> = alternatives
            .iter()
            .filter_map(|alternative| alternative.property("as")?.constant()?.as_str())
            .collect();
        if tags.is_empty() {
            return self.by_required_keys(value, table, alternatives, what);
        }
        let Some(tag) = table.get("as") else {
            self.mistakes.push(
                Diagnostic::mapping(
                    "mapping::missing-key",
                    value.span(),
                    format!("`as` is missing in an entry of `{what}`"),
                    "",
                )
                .help(format!("`as` is one of {}", listed(&tags))),
            );
            return None;
        };
        let DeValue::String(name) = tag.get_ref() else {
            self.wrong_type(tag, &["string"], "as");
            return None;
        };
        let found = tags.iter().position(|tag| *tag == name.as_ref());
        if found.is_none() {
            self.mistakes.push(
                Diagnostic::mapping(
                    "mapping::unknown-name",
                    tag.span(),
                    format!("`as` can't be \"{name}\" in `{what}`"),
                    "unknown name",
                )
                .help(did_you_mean(name, "names", tags)),
            );
        }
        Some(alternatives[found?])
    }

    fn by_required_keys<'s>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        table: &DeTable<'_>,
        alternatives: &[Schema<'s>],
        what: &str,
    ) -> Option<Schema<'s>> {
        let found = alternatives
            .iter()
            .filter(|alternative| {
                alternative
                    .required()
                    .iter()
                    .all(|required| table.contains_key(*required))
            })
            .max_by_key(|alternative| alternative.required().len());
        if found.is_none() {
            let forms: Vec<String> = alternatives
                .iter()
                .map(|alternative| alternative.required().join(" + "))
                .collect();
            let keys: Vec<&str> = alternatives.iter().flat_map(|a| a.required()).collect();
            let misspelt = table
                .iter()
                .find_map(|(key, _)| nearest(key.get_ref(), keys.iter().copied()));
            let mistake = Diagnostic::mapping(
                "mapping::missing-key",
                value.span(),
                format!("`{what}` has none of the forms that it can have"),
                match misspelt {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => String::new(),
                },
            )
            .help(format!("its keys are one of: {}", forms.join("; ")));
            self.mistakes.push(mistake);
        }
        found.copied()
    }
}

/// The type of a value that is no table, in the words of JSON Schema.
fn json_type(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "string",
        DeValue::Integer(_) => "integer",
        DeValue::Boolean(_) => "boolean",
        DeValue::Float(_) => "number",
        DeValue::Array(_) => "array",
        _ => "of another type",
    }
}
