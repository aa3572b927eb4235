//! One function of the world, held against what the mapping says of it.

use std::collections::BTreeSet;

use wasm_encoder::ValType;
use wit_parser::Function as WitFunction;
use wit_parser::abi::{AbiVariant, WasmType};

use super::check::Checker;
use super::error::Errors;
use super::exports::default_export;
use super::outs::Outs;
use super::param::{Param, Use};
use super::wit::{self, WitResult};
use super::{
    Argument, Callee, Function, Given, Layout, ListInput, Part, Report, Status, StringInput,
};
use crate::diagnostic::Diagnostic;
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
    pub(super) lists: Vec<ListInput>,
    pub(super) given: Vec<Given>,
    pub(super) status: Option<Status>,
    /// Whom to ask about a call that has failed.
    pub(super) report: Report,
    pub(super) parts: Vec<Part>,
    /// The parts of the result that come from somewhere, by their names.
    pub(super) claims: Vec<String>,
    /// Whether a status makes the result `none`.
    pub(super) status_none: bool,
    pub(super) outs: Outs,
    /// The WIT parameters that some argument passes on, and how.
    pub(super) used: BTreeSet<(String, Use)>,
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
            lists: Vec::new(),
            given: Vec::new(),
            status: None,
            report: Report::default(),
            parts: Vec::new(),
            claims: Vec::new(),
            status_none: matches!(
                &spec.returns,
                Some(mapping::Returns::Status { none, .. }) if !none.is_empty()
            ),
            outs: Outs::new(spec.arguments.as_deref().unwrap_or_default()),
            used: BTreeSet::new(),
        };
        let returns = draft.path([Step::Key("returns")]);
        let report = self.report(&draft, &returns, spec.returns.as_ref());
        let reported = report.is_some();
        draft.report = report.unwrap_or_default();
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
            self.taken_once(&draft, spec);
            self.all_used(&draft);
            self.fits(&draft, arguments, &name, spec.arguments.is_some());
        }
        self.uncallable(&draft, spec);
        if !reported {
            return None;
        }
        let returns = self.returns(&mut draft, spec.returns.as_ref(), span);
        self.retries_fail(&draft, spec);
        let (arguments, ()) = (arguments?, returns?);
        self.all_claimed(&draft)?;
        let signature = self.resolve.wasm_signature(AbiVariant::GuestExport, wit);
        let types = |types: &[WasmType]| types.iter().copied().map(core).collect::<Vec<_>>();
        let whole = draft.claims.iter().any(String::is_empty);
        Some(Function {
            key: key.to_owned(),
            export: export.to_owned(),
            params: types(&signature.params),
            result: types(&signature.results).first().copied(),
            params_in_memory: signature.indirect_params
                || draft.params.iter().any(|param| self.in_memory(param.ty)),
            callee: draft.callee,
            indirect: if signature.indirect_params {
                self.indirect(wit)
            } else {
                Vec::new()
            },
            strings: draft.strings,
            lists: draft.lists,
            given: draft.given,
            arguments,
            slots: draft.outs.slots,
            buffers: draft.outs.buffers,
            status: draft.status,
            report: draft.report,
            parts: draft.parts,
            ends_late: false,
            layout: Layout {
                in_memory: signature.retptr,
                fallible: draft.result.fallible,
                some: draft.result.some.filter(|_| !whole),
                size: draft.result.size,
                error: draft.result.error_offset,
            },
        })
    }

    pub(super) fn unsupported(&mut self, key: &str, reason: &str) {
        let span = self
            .mapping
            .document
            .key(&[Step::Key("function"), Step::Key(key)]);
        self.mistake(
            Diagnostic::mapping("wit::unsupported", span, reason, "can't be mapped yet").help(
                "integers, floats, bool, char, enums, flags, strings, resources, lists of numbers, of \
                 records and of tuples, and records, tuples, options and results of these can be mapped",
            ),
        );
    }

    /// Holds the arguments against the core type of the export.
    fn fits(&mut self, draft: &Draft<'_>, arguments: &[Argument], name: &str, listed: bool) {
        let first = draft.params.first().map_or(0, |param| param.local);
        let flat = draft
            .params
            .iter()
            .flat_map(|param| param.ty.flat(self.resolve));
        let locals: Vec<ValType> = (0..first).map(|_| ValType::I32).chain(flat).collect();
        let given: Vec<ValType> = arguments
            .iter()
            .map(|argument| match argument {
                Argument::Local(local) => locals[*local as usize],
                Argument::Number(_, _, c) | Argument::NumberIf { c, .. } => c.core(),
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
        let integers = |index: usize| {
            let types = (given.get(index)?, expected.get(index)?);
            match types {
                (ValType::I64, ValType::I32) => Some("u32"),
                (ValType::I32, ValType::I64) => Some("u64"),
                _ => None,
            }
        };
        let help = match differing.as_slice() {
            [only] if given.len() == expected.len() => integers(*only),
            _ => None,
        };
        let help = match help {
            Some(ty) => format!(
                "an integer may have another width in C than in the WIT: say which, as in \
                 `{{ as = \"value\", param = \"…\", type = \"{ty}\" }}`"
            ),
            None => {
                "core types are i32, i64, f32 and f64; a pointer and a length are i32 each".into()
            }
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
            .help(help),
        );
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
