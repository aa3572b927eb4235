//! What a C function gives back, held against the WIT result.

use std::ops::Range;

use wasm_encoder::ValType;

use super::argument::{LENGTH_SLOT, POINTER_SLOT, units};
use super::check::Checker;
use super::function::Draft;
use super::memory::encoded;
use super::wit::WitType;
use super::{Output, Report, Status, Wrap, Written};
use crate::diagnostic::Diagnostic;
use crate::mapping::{Returns, Step, Unit};

/// What a call gives back.
pub(super) struct Outputs {
    pub(super) output: Output,
    pub(super) status: Option<Status>,
    pub(super) report: Report,
}

impl Checker<'_> {
    /// Checks what the C function returns and writes.
    pub(super) fn returns(
        &mut self,
        draft: &mut Draft<'_>,
        spec: Option<&Returns>,
        entry: Range<usize>,
    ) -> Option<Outputs> {
        let path = draft.path([Step::Key("returns")]);
        let report = self.report(draft, &path, spec)?;
        let (output, status) = self.output(draft, spec, &report, entry)?;
        Some(Outputs {
            output,
            status,
            report,
        })
    }

    fn output(
        &mut self,
        draft: &mut Draft<'_>,
        spec: Option<&Returns>,
        report: &Report,
        entry: Range<usize>,
    ) -> Option<(Output, Option<Status>)> {
        let path = draft.path([Step::Key("returns")]);
        let span = if spec.is_some() {
            self.mapping.document.value(&path)
        } else {
            entry
        };
        let results = draft.callee.results.clone();
        let expect = |checker: &mut Self, ty: ValType| {
            let fits = results == [ty] || !draft.known;
            if !fits {
                checker.wrong_result(draft, &span, &format!("{ty:?}").to_lowercase());
            }
            fits.then_some(())
        };
        match spec {
            None if !draft.known => None,
            None => self
                .default_output(draft, &span)
                .map(|output| (output, None)),
            Some(Returns::Value {}) => {
                self.no_written_output(draft, &span)?;
                self.value(draft, &span).map(|output| (output, None))
            }
            Some(Returns::Ignored {}) => {
                let output = self.written(draft, &span)?;
                Some((output, None))
            }
            Some(spec @ Returns::Cstring { .. }) => {
                expect(self, ValType::I32)?;
                self.no_written_output(draft, &span)?;
                self.cstring_output(draft, spec, report, &span)
                    .map(|output| (output, None))
            }
            Some(spec @ Returns::Handle { .. }) => {
                expect(self, ValType::I32)?;
                self.no_written_output(draft, &span)?;
                self.handle_output(draft, spec, report, &span)
                    .map(|output| (output, None))
            }
            Some(Returns::Length { unit }) => {
                expect(self, ValType::I32)?;
                let output = self.returned_length(draft, *unit, &span)?;
                Some((output, None))
            }
            Some(spec @ Returns::Status { .. }) => {
                expect(self, ValType::I32)?;
                let status = self.status(draft, &path, spec, report)?;
                let output = self.status_output(draft, spec, &span)?;
                Some((output, Some(status)))
            }
        }
    }

    pub(super) fn returned_length(
        &mut self,
        draft: &Draft<'_>,
        unit: Unit,
        span: &Range<usize>,
    ) -> Option<Output> {
        if draft.buffer.is_some() && draft.slots.buffer_length.is_none() {
            self.not_optional(draft, span)?;
            return Some(Output::Buffer(Written::Returned(units(draft, unit))));
        }
        self.mistake(
            Diagnostic::mapping(
                "mapping::returns",
                span.clone(),
                "there is no buffer that this could be the length of",
                "a length",
            )
            .help("`length` goes with an argument `buffer`, without `buffer-length`"),
        );
        None
    }

    fn wrong_result(&mut self, draft: &Draft<'_>, span: &Range<usize>, expected: &str) {
        let name = &draft.callee.export;
        let found = match self.module.exported_function(name) {
            Some((_, ty)) if !ty.results().is_empty() => {
                format!("{:?}", encoded(ty.results()[0])).to_lowercase()
            }
            _ => "nothing".into(),
        };
        self.mistake(Diagnostic::mapping(
            "mapping::core-signature",
            span.clone(),
            format!("`{name}` returns {found}, and {expected} is expected"),
            "does not fit",
        ));
    }

    pub(super) fn wrong_wit<T>(
        &mut self,
        draft: &Draft<'_>,
        span: &Range<usize>,
        expected: &str,
    ) -> Option<T> {
        self.mistake(Diagnostic::mapping(
            "mapping::returns",
            span.clone(),
            format!("the WIT result of `{}` is not {expected}", draft.key),
            format!("gives {expected}"),
        ));
        None
    }

    /// The number of the resource that the WIT function returns.
    pub(super) fn returned_resource(&self, draft: &Draft<'_>) -> Option<usize> {
        let Some(WitType::Own(id)) = draft.result.value else {
            return None;
        };
        (draft.result.wrap != Wrap::Option)
            .then(|| self.resources.iter().position(|found| found.id == id))
            .flatten()
    }

    /// Without a word in the mapping: by value, or nothing.
    fn default_output(&mut self, draft: &mut Draft<'_>, span: &Range<usize>) -> Option<Output> {
        if draft.buffer.is_some() || draft.slots.pointer.is_some() || draft.state.is_some() {
            return if draft.callee.results.is_empty() {
                self.written(draft, span)
            } else {
                self.unsaid(draft, span)
            };
        }
        match (draft.result.value, draft.callee.results.as_slice()) {
            (None, []) => Some(Output::Nothing),
            (Some(WitType::Scalar(_)), _) => self.value(draft, span),
            _ => self.unsaid(draft, span),
        }
    }

    fn unsaid<T>(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<T> {
        let help = match (draft.result.value, draft.callee.results.is_empty()) {
            (Some(WitType::String), false) => {
                "add `returns = { as = \"cstring\", free = \"…\" }`, or `borrowed = \"static\"`"
            }
            (Some(_), true) => "add an argument `buffer` or `out-pointer` that becomes the result",
            (Some(WitType::Own(_)), false) => "add `returns = { as = \"handle\" }`",
            _ => "add `returns = { as = \"status\" }`, or `{ as = \"ignored\" }`",
        };
        self.mistake(
            Diagnostic::mapping(
                "mapping::returns",
                span.clone(),
                format!(
                    "the mapping does not say how what `{}` returns becomes the WIT result of `{}`",
                    draft.callee.export, draft.key
                ),
                "",
            )
            .help(help),
        );
        None
    }

    pub(super) fn value(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<Output> {
        let Some(WitType::Scalar(scalar)) = draft.result.value else {
            return self.wrong_wit(draft, span, "a number");
        };
        if draft.result.wrap == Wrap::Option {
            return self.wrong_wit(draft, span, "a number without `option`");
        }
        if draft.known && draft.callee.results != [scalar.core()] {
            let expected = format!("{:?}", scalar.core()).to_lowercase();
            self.wrong_result(draft, span, &expected);
            return None;
        }
        Some(Output::Value(scalar))
    }

    /// What the C function wrote for the WIT result, if anything.
    pub(super) fn written(&mut self, draft: &mut Draft<'_>, span: &Range<usize>) -> Option<Output> {
        if let Some(number) = draft.state {
            self.no_other_output(draft, span)?;
            return Some(Output::State(number));
        }
        let slots = &mut draft.slots;
        if let Some(buffer) = &draft.buffer {
            if slots.pointer.is_some() || slots.length.is_some() {
                self.mistake(Diagnostic::mapping(
                    "mapping::arguments",
                    span.clone(),
                    "there are two outputs, `buffer` and `out-pointer`, for one WIT result",
                    "",
                ));
                return None;
            }
            if matches!(buffer.capacity, super::Capacity::Grow { .. })
                && slots.buffer_length.is_none()
            {
                self.mistake(Diagnostic::mapping(
                    "mapping::arguments",
                    span.clone(),
                    "how much of the growing buffer was written is not said",
                    "needs an argument `buffer-length`",
                ));
                return None;
            }
            return self.not_optional(draft, span).map(|()| {
                Output::Buffer(match draft.slots.buffer_length {
                    Some(units) => Written::Slot(LENGTH_SLOT, units),
                    None => Written::All,
                })
            });
        }
        if slots.buffer_length.is_some() || slots.capacity {
            return self.lacks(span, "`buffer-length` or `capacity`", "`buffer`");
        }
        match (slots.pointer.take(), slots.length) {
            (Some(pointed), Some(unit)) => {
                self.not_optional(draft, span)?;
                Some(Output::Pointed {
                    pointer: POINTER_SLOT,
                    length: LENGTH_SLOT,
                    unit,
                    element: draft.result.value.map_or(1, WitType::element),
                    release: pointed.release,
                })
            }
            (Some(_), None) => self.lacks(span, "`out-pointer`", "`out-length`"),
            (None, Some(_)) => self.lacks(span, "`out-length`", "`out-pointer`"),
            (None, None) if draft.result.value.is_none() => Some(Output::Nothing),
            (None, None) => self.unsaid(draft, span),
        }
    }

    fn not_optional(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<()> {
        if draft.result.wrap == Wrap::Option {
            return self.wrong_wit(draft, span, "a string or a list without `option`");
        }
        Some(())
    }

    fn lacks<T>(&mut self, span: &Range<usize>, what: &str, other: &str) -> Option<T> {
        self.mistake(Diagnostic::mapping(
            "mapping::arguments",
            span.clone(),
            format!("there is an argument {what} and none {other}"),
            "",
        ));
        None
    }

    pub(super) fn no_written_output(
        &mut self,
        draft: &Draft<'_>,
        span: &Range<usize>,
    ) -> Option<()> {
        if draft.state.is_none() {
            return self.no_other_output(draft, span);
        }
        self.mistake(Diagnostic::mapping(
            "mapping::returns",
            span.clone(),
            "the `state` is the WIT result already",
            "a second output",
        ));
        None
    }

    fn no_other_output(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<()> {
        let slots = &draft.slots;
        if draft.buffer.is_none()
            && slots.pointer.is_none()
            && slots.length.is_none()
            && slots.buffer_length.is_none()
            && !slots.capacity
        {
            return Some(());
        }
        self.mistake(
            Diagnostic::mapping(
                "mapping::returns",
                span.clone(),
                "what the function returns and what it writes can't both be the WIT result",
                "a second output",
            )
            .help("say `returns = { as = \"ignored\" }`, or `status`, if only the latter counts"),
        );
        None
    }
}
