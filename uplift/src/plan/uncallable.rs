//! What C can be called with that a component can't.

use super::check::Checker;
use super::function::Draft;
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Step};

impl Checker<'_> {
    /// Refuses variable arguments and callbacks, where the debugging information
    /// shows them.
    pub(super) fn uncallable(&mut self, draft: &Draft<'_>, spec: &mapping::Function) {
        let name = &draft.callee.export;
        let Some((index, _)) = self.module.exported_function(name) else {
            return;
        };
        let guess = self.module.guess(name, index, &self.signatures);
        if guess.variadic {
            let span = self
                .mapping
                .document
                .value(&draft.path([Step::Key("calls")]));
            self.mistake(
                Diagnostic::mapping(
                    "mapping::varargs",
                    span,
                    format!("`{name}` takes variable arguments: {}", guess.signature),
                    "can't be called",
                )
                .help(
                    "where such arguments lie is between the caller's compiler and this one: \
                     call a function with a fixed number of them, such as its `va_list` or array \
                     counterpart",
                ),
            );
            return;
        }
        // The place for a struct that is returned comes first, and is no parameter in C.
        let first = self
            .module
            .function(index)
            .params()
            .len()
            .saturating_sub(guess.parameters.len());
        for (position, parameter) in (first..).zip(&guess.parameters) {
            let constant = spec.arguments.as_ref().is_some_and(|arguments| {
                matches!(
                    arguments.get(position),
                    None | Some(mapping::Argument::Constant { .. })
                )
            });
            if parameter.callback && !constant {
                let path = draft.path([Step::Key("arguments"), Step::Item(position)]);
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::callback",
                        self.mapping.document.value(&path),
                        format!("`{}` of `{name}` points to a function", parameter.name),
                        "a callback",
                    )
                    .help(
                        "a component can't be handed a function: pass \
                         `{ as = \"constant\", value = 0 }` if the C function takes a null pointer",
                    ),
                );
            }
        }
    }
}
