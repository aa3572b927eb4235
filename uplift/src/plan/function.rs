//! One function of the world, held against what the mapping says of it.

use std::collections::BTreeSet;

use wasm_encoder::ValType;
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function as WitFunction, Type};

use super::check::{Checker, default_export};
use super::error::Errors;
use super::wit::{self, WitResult, WitType};
use super::{Argument, Buffer, Callee, Function, Scalar, StringInput};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::mapping::{self, Step};

/// A function while it is being checked.
pub(super) struct Draft<'a> {
    pub(super) key: &'a str,
    /// What is called; a stand-in without a type where the module lacks it.
    pub(super) callee: Callee,
    pub(super) known: bool,
    pub(super) params: Vec<Param>,
    pub(super) result: WitResult,
    pub(super) errors: Errors,
    pub(super) strings: Vec<StringInput>,
    pub(super) buffer: Option<Buffer>,
    /// The number of the resource that gets a new state.
    pub(super) state: Option<usize>,
    pub(super) slots: Slots,
    /// The WIT parameters that some argument passes on, and how.
    pub(super) used: BTreeSet<(String, Use)>,
}

/// A WIT parameter.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) ty: WitType,
    /// The first of its locals.
    pub(super) local: u32,
}

/// How an argument uses a WIT parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Value,
    Pointer,
    Length,
}

/// What the slots in the shim's own room are for.
#[derive(Default)]
pub(super) struct Slots {
    pub(super) buffer_length: Option<u32>,
    pub(super) capacity: bool,
    pub(super) pointer: Option<Ownership>,
    pub(super) length: Option<u32>,
}

/// What happens to memory of the module once the caller has copied it.
pub(super) struct Ownership {
    /// What frees it, unless it is borrowed.
    pub(super) release: Option<Callee>,
}

impl<'a> Draft<'a> {
    /// The path of something in the entry of this function.
    pub(super) fn path<const N: usize>(&self, rest: [Step<'a>; N]) -> Vec<Step<'a>> {
        [Step::Key("function"), Step::Key(self.key)]
            .into_iter()
            .chain(rest)
            .collect()
    }
}

impl Checker<'_> {
    /// Checks one function.
    pub(super) fn function(
        &mut self,
        key: &str,
        export: &str,
        wit: &WitFunction,
        spec: &mapping::Function,
    ) -> Option<Function> {
        let entry = [Step::Key("function"), Step::Key(key)];
        let span = self.mapping.document.key(&entry);
        let params = self.params(key, wit)?;
        let result = match wit::take_apart(self.resolve, &self.sizes, wit.result.as_ref()) {
            Ok(result) => result,
            Err(what) => {
                self.unsupported(key, &format!("the result of `{key}` is {what}"));
                return None;
            }
        };
        let name = spec.calls.clone().unwrap_or_else(|| default_export(wit));
        let calls = [entry.as_slice(), &[Step::Key("calls")]].concat();
        let calls_span = self.mapping.document.value(&calls);
        let callee = self.callee(&name, calls_span);
        let mut draft = Draft {
            key,
            known: callee.is_some(),
            callee: callee.unwrap_or_else(|| Callee {
                export: name.clone(),
                params: Vec::new(),
                results: Vec::new(),
            }),
            params,
            errors: Errors::new(&result),
            result,
            strings: Vec::new(),
            buffer: None,
            state: None,
            slots: Slots::default(),
            used: BTreeSet::new(),
        };
        let arguments = match &spec.arguments {
            // All of them are checked, whether or not one is wrong.
            Some(list) => list
                .iter()
                .enumerate()
                .map(|(index, argument)| self.argument(&mut draft, index, argument))
                .collect::<Vec<_>>()
                .into_iter()
                .collect::<Option<Vec<_>>>(),
            None => self.by_value(&mut draft),
        };
        if let Some(arguments) = &arguments {
            self.all_used(&draft);
            self.fits(&draft, arguments, &name, spec.arguments.is_some());
        }
        let outputs = self.returns(&mut draft, spec.returns.as_ref(), span);
        let (arguments, outputs) = (arguments?, outputs?);
        let signature = self.resolve.wasm_signature(AbiVariant::GuestExport, wit);
        let layout = self.layout(wit, &draft.result, signature.retptr);
        let types = |types: &[WasmType]| types.iter().copied().map(core).collect::<Vec<_>>();
        Some(Function {
            export: export.to_owned(),
            params: types(&signature.params),
            result: types(&signature.results).first().copied(),
            params_in_memory: draft
                .params
                .iter()
                .any(|param| !matches!(param.ty, WitType::Scalar(_))),
            callee: draft.callee,
            strings: draft.strings,
            arguments,
            buffer: draft.buffer,
            status: outputs.status,
            report: outputs.report,
            output: outputs.output,
            layout,
        })
    }

    fn unsupported(&mut self, key: &str, reason: &str) {
        let span = self
            .mapping
            .document
            .key(&[Step::Key("function"), Step::Key(key)]);
        self.mistake(
            Diagnostic::mapping("wit::unsupported", span, reason, "can't be mapped yet").help(
                "integers, floats, bool, char, enums, strings, lists of numbers, resources, and \
                 options and results of these can be mapped",
            ),
        );
    }

    fn params(&mut self, key: &str, wit: &WitFunction) -> Option<Vec<Param>> {
        if wit.kind.is_async() {
            self.unsupported(key, &format!("`{key}` is async"));
            return None;
        }
        let signature = self.resolve.wasm_signature(AbiVariant::GuestExport, wit);
        if signature.indirect_params {
            self.unsupported(
                key,
                &format!("the parameters of `{key}` take more than 16 core values"),
            );
            return None;
        }
        let mut local = 0;
        let mut params = Vec::new();
        for param in &wit.params {
            match self.param_type(&param.ty) {
                Ok(ty) => {
                    params.push(Param {
                        name: param.name.clone(),
                        ty,
                        local,
                    });
                    local += ty.flat();
                }
                Err(what) => {
                    self.unsupported(
                        key,
                        &format!("the parameter `{}` of `{key}` is {what}", param.name),
                    );
                    return None;
                }
            }
        }
        Some(params)
    }

    /// The type of a parameter: a borrowed resource is what stands behind it.
    fn param_type(&self, ty: &Type) -> Result<WitType, String> {
        match wit::classify(self.resolve, ty)? {
            WitType::Borrow(id) if self.resources.iter().any(|found| found.id == id) => {
                Ok(WitType::Scalar(Scalar::Pointer))
            }
            WitType::Borrow(_) => Err("a handle to a resource of somebody else".into()),
            WitType::Own(_) => Err("a resource that is given away".into()),
            other => Ok(other),
        }
    }

    /// Each WIT parameter as the C argument in its place.
    fn by_value(&mut self, draft: &mut Draft<'_>) -> Option<Vec<Argument>> {
        let structured: Vec<&str> = draft
            .params
            .iter()
            .filter(|param| !matches!(param.ty, WitType::Scalar(_)))
            .map(|param| param.name.as_str())
            .collect();
        if !structured.is_empty() {
            let span = self.mapping.document.key(&draft.path([]));
            let first = structured[0];
            self.mistake(
                Diagnostic::mapping(
                    "mapping::arguments",
                    span,
                    format!(
                        "the mapping does not say how `{}` is given {}",
                        draft.callee.export,
                        listed(&structured)
                    ),
                    "",
                )
                .help(format!(
                    "add `arguments = [{{ as = \"cstring\", param = \"{first}\" }}]`, or `pointer` \
                     and `length`"
                )),
            );
            return None;
        }
        draft
            .used
            .extend(draft.params.iter().map(|p| (p.name.clone(), Use::Value)));
        Some(
            draft
                .params
                .iter()
                .map(|param| Argument::Local(param.local))
                .collect(),
        )
    }

    /// Nothing that the caller passes may get lost.
    fn all_used(&mut self, draft: &Draft<'_>) {
        let span = self
            .mapping
            .document
            .key(&draft.path([Step::Key("arguments")]));
        for param in &draft.params {
            let used = |how| draft.used.contains(&(param.name.clone(), how));
            let name = &param.name;
            let (lacks, help) = match param.ty {
                WitType::Scalar(_) if !used(Use::Value) => (
                    format!("`{name}` is passed to nobody"),
                    format!("add `{{ as = \"value\", param = \"{name}\" }}` to the arguments"),
                ),
                WitType::String | WitType::List(_) if !used(Use::Pointer) => (
                    format!("`{name}` is passed to nobody"),
                    format!("add `{{ as = \"pointer\", param = \"{name}\" }}` to the arguments"),
                ),
                WitType::String | WitType::List(_) if !used(Use::Length) => (
                    format!("`{name}` is passed without its length"),
                    format!("add `{{ as = \"length\", param = \"{name}\" }}` to the arguments"),
                ),
                _ => continue,
            };
            self.mistake(
                Diagnostic::mapping("mapping::arguments", span.clone(), lacks, "these arguments")
                    .help(help),
            );
        }
    }

    /// Holds the arguments against the core type of the export.
    fn fits(&mut self, draft: &Draft<'_>, arguments: &[Argument], name: &str, listed: bool) {
        let locals: Vec<ValType> = draft
            .params
            .iter()
            .flat_map(|param| match param.ty {
                WitType::Scalar(scalar) => vec![scalar.core()],
                _ => vec![ValType::I32; 2],
            })
            .collect();
        let given: Vec<ValType> = arguments
            .iter()
            .map(|argument| match argument {
                Argument::Local(local) => locals[*local as usize],
                Argument::Constant(_, ty) => *ty,
                _ => ValType::I32,
            })
            .collect();
        let expected = &draft.callee.params;
        if given == *expected || !draft.known {
            return;
        }
        let differing: Vec<usize> = (0..given.len())
            .filter(|index| expected.get(*index) != given.get(*index))
            .collect();
        let span = match differing.as_slice() {
            [only] if given.len() == expected.len() && listed => {
                let path = draft.path([Step::Key("arguments"), Step::Item(*only)]);
                self.mapping.document.value(&path)
            }
            _ => self
                .mapping
                .document
                .key(&draft.path([Step::Key("arguments")])),
        };
        self.mistake(
            Diagnostic::mapping(
                "mapping::core-signature",
                span,
                format!(
                    "`{name}` takes {}, and the mapping gives it {}",
                    shown(expected),
                    shown(&given)
                ),
                "does not fit",
            )
            .help("core types are i32, i64, f32 and f64; a pointer and a length are i32 each"),
        );
    }

    /// The WIT parameter called `name`, or a mistake.
    pub(super) fn param<'d>(
        &mut self,
        draft: &'d Draft<'_>,
        path: &[Step<'_>],
        name: &str,
    ) -> Option<&'d Param> {
        let found = draft.params.iter().find(|param| param.name == name);
        if found.is_none() {
            let span = self.mapping.document.value(path);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::unknown-parameter",
                    span,
                    format!("`{}` has no parameter `{name}` in the WIT", draft.key),
                    "no such parameter",
                )
                .help(did_you_mean(
                    name,
                    "its parameters",
                    draft.params.iter().map(|param| param.name.as_str()),
                )),
            );
        }
        found
    }
}

fn shown(types: &[ValType]) -> String {
    let names: Vec<&str> = types
        .iter()
        .map(|ty| match ty {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::Ref(_) => "a reference",
        })
        .collect();
    format!("({})", names.join(", "))
}

/// The wasm32 type: pointers and lengths are i32.
fn core(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}
