//! The exports that know more about a call that has failed.

use wasm_encoder::ValType;

use super::check::Checker;
use super::function::Draft;
use super::wit::WitType;
use super::{Asked, ErrorText, Report, Told};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, Returns, Step, TextPolicy};

impl Checker<'_> {
    /// Checks whom to ask about a call that has failed.
    pub(super) fn report(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        spec: Option<&Returns>,
    ) -> Option<Report> {
        let (code, text) = match spec {
            Some(
                Returns::Status { code, text, .. }
                | Returns::Cstring { code, text, .. }
                | Returns::Handle { code, text, .. }
                | Returns::Pointer { code, text, .. }
                | Returns::Record { code, text, .. },
            ) => (code.as_ref(), text.as_ref()),
            _ => (None, None),
        };
        let returned = matches!(spec, Some(Returns::Status { .. }));
        let code = match code {
            None => None,
            Some(code) => {
                let path = [path, &[Step::Key("code")]].concat();
                Some(self.asked(draft, &path, &code.calls, &code.arguments, false)?)
            }
        };
        let known = returned || code.is_some();
        let text = match text {
            None => None,
            Some(text) => {
                let path = [path, &[Step::Key("text")]].concat();
                Some(self.error_text(draft, &path, text, known)?)
            }
        };
        Some(Report { code, text })
    }

    fn error_text(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        spec: &mapping::ErrorText,
        code_known: bool,
    ) -> Option<ErrorText> {
        let owner = self.owner(
            draft.key,
            path,
            spec.free.as_deref(),
            spec.borrowed,
            &["(i32)"],
        );
        let by_code = [mapping::Told::Code {}];
        let arguments: &[mapping::Told] = match &spec.arguments {
            Some(arguments) => arguments,
            None => match self.module.exported_function(&spec.calls) {
                Some((_, ty)) if !ty.params().is_empty() => &by_code,
                _ => &[],
            },
        };
        let asked = self.asked(draft, path, &spec.calls, arguments, code_known);
        Some(ErrorText {
            asked: asked?,
            release: owner?.release,
            null_is_empty: spec.null == TextPolicy::Empty,
            encoding: spec.encoding,
        })
    }

    /// Checks an export that is told `arguments` and returns an i32.
    pub(super) fn asked(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        name: &str,
        arguments: &[mapping::Told],
        code_known: bool,
    ) -> Option<Asked> {
        let span = self
            .mapping
            .document
            .value(&[path, &[Step::Key("calls")]].concat());
        let callee = self.callee(name, span.clone());
        let told: Vec<_> = arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| {
                let path = [path, &[Step::Key("arguments"), Step::Item(index)]].concat();
                self.told(draft, &path, argument, code_known)
            })
            .collect();
        let arguments: Vec<Told> = told.into_iter().collect::<Option<_>>()?;
        let callee = callee?;
        if callee.params == vec![ValType::I32; arguments.len()] && callee.results == [ValType::I32]
        {
            return Some(Asked { callee, arguments });
        }
        let found = self
            .module
            .exported_function(name)
            .map(|(_, ty)| crate::module::core_type(ty));
        let given = vec!["i32"; arguments.len()].join(", ");
        self.mistake(
            Diagnostic::mapping(
                "mapping::core-signature",
                span,
                format!(
                    "`{name}` is {}, and ({given}) -> i32 is expected",
                    found.unwrap_or_default()
                ),
                "another signature",
            )
            .help("`arguments` says what it is told"),
        );
        None
    }

    fn told(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        argument: &mapping::Told,
        code_known: bool,
    ) -> Option<Told> {
        match argument {
            mapping::Told::Code {} if code_known => Some(Told::Code),
            mapping::Told::Code {} => {
                let span = self.mapping.document.value(path);
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::arguments",
                        span,
                        "no number of an error is known here",
                        "asks for the number",
                    )
                    .help(
                        "say by `code = { calls = \"…\" }` which export knows it, or by \
                         `arguments = []` that the export is told nothing",
                    ),
                );
                None
            }
            mapping::Told::Handle {} if draft.outs.hands_out => Some(Told::Handle),
            mapping::Told::Handle {} => {
                let span = self.mapping.document.value(path);
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::arguments",
                        span,
                        "the function hands out no resource when it fails",
                        "asks for it",
                    )
                    .help(
                        "`handle` goes with an argument `out-handle` or `state`; a resource that \
                         is passed in is `{ as = \"value\", param = \"self\" }`",
                    ),
                );
                None
            }
            mapping::Told::Constant { value } => Some(Told::Constant(*value)),
            mapping::Told::Value { param, through } => {
                let key = [path, &[Step::Key("param")]].concat();
                let (local, ty) = self.param(draft, &key, param)?;
                if !matches!(ty, WitType::Scalar(scalar) if scalar.core() == ValType::I32) {
                    let span = self.mapping.document.value(path);
                    self.mistake(Diagnostic::mapping(
                        "mapping::arguments",
                        span,
                        format!("`{param}` is no number of 32 bits and no resource in the WIT"),
                        "such a one is expected",
                    ));
                    return None;
                }
                let through = match through {
                    None => None,
                    Some(name) => {
                        let key = [path, &[Step::Key("through")]].concat();
                        let span = self.mapping.document.value(&key);
                        Some(self.release(
                            name,
                            span,
                            &["(i32) -> i32"],
                            &format!("makes of `{param}` what is passed on"),
                        )?)
                    }
                };
                Some(Told::Local(local, through))
            }
        }
    }
}
