//! Enums of statuses, as enums of errors.

use super::names::{Names, common_prefix, kebab};
use super::toml_text;
use crate::c::{Constant, Enum};

/// The cases of a WIT enum: each constant of another value with its name.
pub(super) fn cases(constants: &[Constant], errors_only: bool) -> Vec<(&Constant, String)> {
    let all: Vec<&str> = constants
        .iter()
        .map(|constant| constant.name.as_str())
        .collect();
    let prefix = common_prefix(&all);
    let mut names = Names::default();
    let mut found: Vec<(&Constant, String)> = Vec::new();
    for constant in constants {
        let status = constant.value != 0 && i32::try_from(constant.value).is_ok();
        let known = found.iter().any(|(other, _)| other.value == constant.value);
        if known || (errors_only && !status) {
            continue;
        }
        let name = kebab(&constant.name[prefix..], "unnamed");
        found.push((constant, names.unique(&name)));
    }
    found
}

/// What a mapping says of a status whose errors are these.
pub(super) fn fields(found: &Enum) -> String {
    let errors: Vec<String> = cases(&found.constants, true)
        .iter()
        .map(|(constant, name)| format!("\"{}\" = {}", constant.value, toml_text::string(name)))
        .collect();
    format!("as = \"status\", errors = {{ {} }}", errors.join(", "))
}
