//! What starts the module.

use wasm_encoder::ValType;

use super::check::Checker;
use super::{InitCall, Number};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Step};
use crate::module::core_type;

impl Checker<'_> {
    /// Checks what is called once, before anything else.
    pub(super) fn init(&mut self) -> Vec<InitCall> {
        let mapping = self.mapping;
        mapping
            .root
            .init
            .iter()
            .enumerate()
            .filter_map(|(index, spec)| self.init_call(index, spec))
            .collect()
    }

    fn init_call(&mut self, index: usize, spec: &mapping::Init) -> Option<InitCall> {
        let path = [Step::Key("init"), Step::Item(index)];
        let at = |key| [path[0], path[1], Step::Key(key)];
        let name = &spec.calls;
        let span = self.mapping.document.value(&at("calls"));
        let callee = self.callee(name, span.clone())?;
        if name == "_initialize" {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::init",
                    span,
                    "`_initialize` runs by itself, before the calls in `init`",
                    "would run twice",
                )
                .help("leave it out"),
            );
            return None;
        }
        if callee.params.len() != spec.arguments.len() {
            let found = self.module.exported_function(name);
            let found = found.map(|(_, ty)| core_type(ty)).unwrap_or_default();
            self.mistake(Diagnostic::mapping(
                "mapping::core-signature",
                span,
                format!(
                    "`{name}` is {found}, and the mapping gives it {} numbers",
                    spec.arguments.len()
                ),
                "does not fit",
            ));
            return None;
        }
        let mut arguments: Vec<Option<Number>> = Vec::new();
        for (position, (number, ty)) in spec.arguments.iter().zip(&callee.params).enumerate() {
            let path = [
                path[0],
                path[1],
                Step::Key("arguments"),
                Step::Item(position),
            ];
            let span = self.mapping.document.value(&path);
            arguments.push(self.number(*number, *ty, &span));
        }
        let ok = match callee.results.as_slice() {
            [] if spec.ok.is_none() => Vec::new(),
            [ValType::I32] => self.ok(&path, spec.ok.as_deref(), &[], None)?,
            _ => {
                let span = self.mapping.document.value(&at("ok"));
                self.mistake(Diagnostic::mapping(
                    "mapping::init",
                    span,
                    format!("`{name}` returns no status"),
                    "an i32, or nothing without `ok`, is expected",
                ));
                return None;
            }
        };
        Some(InitCall {
            callee,
            arguments: arguments.into_iter().collect::<Option<_>>()?,
            ok,
        })
    }
}
