//! What stands for the functions that the module imports.

use std::ops::Range;

use wasm_encoder::ValType;
use wasmparser::FuncType;

use super::check::Checker;
use super::memory::encoded;
use super::{Number, Stub, StubDoes};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::inspection::Origin;
use crate::mapping::{self, Step};
use crate::module::{Import, Module, core_type};

impl Import {
    /// Its name in a mapping.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

impl Module {
    /// The imported functions with their types.
    pub(crate) fn imported_functions(&self) -> impl Iterator<Item = (&Import, &FuncType)> {
        self.imports
            .iter()
            .filter(|import| import.kind == crate::module::ItemKind::Function)
            .zip(&self.functions)
    }
}

impl Checker<'_> {
    /// Checks what stands for each import.
    pub(super) fn stubs(&mut self) -> Vec<Stub> {
        let module = self.module;
        let known: Vec<(String, &Import, &FuncType)> = module
            .imported_functions()
            .map(|(import, ty)| (import.full_name(), import, ty))
            .collect();
        let mapping = self.mapping;
        let mut stubs = Vec::new();
        for (key, spec) in &mapping.root.import {
            let path = [Step::Key("import"), Step::Key(key)];
            let Some((_, import, ty)) = known.iter().find(|(name, ..)| name == key) else {
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::unknown-import",
                        mapping.document.key(&path),
                        format!("the module imports no function `{key}`"),
                        "no such import",
                    )
                    .help(did_you_mean(
                        key,
                        "imported functions",
                        known.iter().map(|(name, ..)| name.as_str()),
                    )),
                );
                continue;
            };
            if let Some(does) = self.stub(&path, spec, ty) {
                let types = |types: &[wasmparser::ValType]| {
                    types.iter().map(|ty| encoded(*ty)).collect::<Vec<_>>()
                };
                self.note(format!(
                    "the import `{key}` is a stub that {}",
                    match does {
                        StubDoes::Trap => "traps",
                        StubDoes::Nothing => "does nothing",
                        StubDoes::Return(_) => "returns a constant",
                    }
                ));
                stubs.push(Stub {
                    module: import.module.clone(),
                    name: import.name.clone(),
                    params: types(ty.params()),
                    results: types(ty.results()),
                    does,
                });
            }
        }
        self.all_or_no_wasi(&known);
        stubs
    }

    /// Tells that nothing stands behind the imports yet when the start function runs.
    pub(super) fn start_function(&mut self) {
        let start = self.module.start;
        if start.is_some_and(|start| self.module.may_call_out(start)) {
            self.note(
                "the module's start function may call an import: it runs while the instance is \
                 being made, when nothing stands behind the imports yet, and such a call traps \
                 (`uninitialized element`)"
                    .into(),
            );
        }
    }

    /// WASI comes from one place: the adapter, or stubs.
    fn all_or_no_wasi(&mut self, known: &[(String, &Import, &FuncType)]) {
        let stubbed = &self.mapping.root.import;
        let (stubs, others): (Vec<&str>, Vec<&str>) = known
            .iter()
            .filter(|(_, import, _)| import.origin() == Origin::WasiP1)
            .map(|(name, ..)| name.as_str())
            .partition(|name| stubbed.contains_key(*name));
        if let ([first, ..], [_, ..]) = (stubs.as_slice(), others.as_slice()) {
            let span = self
                .mapping
                .document
                .key(&[Step::Key("import"), Step::Key(first)]);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::import",
                    span,
                    "some imports of WASI are stubs and some are not",
                    "a stub",
                )
                .help(format!(
                    "leave all of them to the adapter, or add stubs for {}",
                    listed(&others)
                )),
            );
        }
    }

    fn stub(
        &mut self,
        path: &[Step<'_>],
        spec: &mapping::Import,
        ty: &FuncType,
    ) -> Option<StubDoes> {
        let mistake = match (spec.stub, spec.returns) {
            (Some(mapping::Stub::Trap), None) => return Some(StubDoes::Trap),
            (Some(mapping::Stub::Nothing), None) => {
                if ty.results().is_empty() {
                    return Some(StubDoes::Nothing);
                }
                "it returns something, so `stub = \"nothing\"` is not enough"
            }
            (None, Some(number)) => {
                let span = self
                    .mapping
                    .document
                    .value(&[path, &[Step::Key("returns")]].concat());
                if let [result] = ty.results() {
                    return self
                        .number(number, encoded(*result), &span)
                        .map(StubDoes::Return);
                }
                "it does not return one number"
            }
            (Some(_), Some(_)) => "either `stub` or `returns` says what it does, not both",
            (None, None) => "nothing says what it does",
        };
        let span = self.mapping.document.key(path);
        self.mistake(
            Diagnostic::mapping("mapping::import", span, mistake, core_type(ty)).help(
                match ty.results() {
                    [] => "add `stub = \"trap\"`, or `stub = \"nothing\"` to let it do nothing",
                    [_] => "add `stub = \"trap\"`, or the number by `returns = …`",
                    _ => "add `stub = \"trap\"`",
                },
            ),
        );
        None
    }

    /// A number as one of a core type.
    pub(super) fn number(
        &mut self,
        number: mapping::Number,
        ty: ValType,
        span: &Range<usize>,
    ) -> Option<Number> {
        use mapping::Number::{Float, Integer};
        let found = match (ty, number) {
            // Signed or unsigned: C knows which.
            (ValType::I32, Integer(value)) => i32::try_from(value)
                .or_else(|_| u32::try_from(value).map(u32::cast_signed))
                .ok()
                .map(Number::I32),
            (ValType::I64, Integer(value)) => Some(Number::I64(value)),
            (ValType::F64, Float(value)) => Some(Number::F64(value)),
            #[expect(clippy::cast_possible_truncation)]
            (ValType::F32, Float(value)) => Some(Number::F32(value as f32)),
            (ValType::F64, Integer(value)) => i32::try_from(value)
                .ok()
                .map(|value| Number::F64(value.into())),
            (ValType::F32, Integer(value)) => i16::try_from(value)
                .ok()
                .map(|value| Number::F32(value.into())),
            _ => None,
        };
        if found.is_none() {
            self.mistake(Diagnostic::mapping(
                "mapping::core-signature",
                span.clone(),
                format!("this number is no {}", format!("{ty:?}").to_lowercase()),
                "does not fit",
            ));
        }
        found
    }
}
