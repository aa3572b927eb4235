//! What a C function gives back, held against the WIT result.

use std::ops::Range;

use wasm_encoder::ValType;

use super::argument::{LENGTH_SLOT, POINTER_SLOT, units};
use super::check::Checker;
use super::function::{Draft, Ownership};
use super::memory::encoded;
use super::wit::WitType;
use super::{Failure, Null, Output, Status, Wrap, Written};
use crate::diagnostic::{Diagnostic, nearest};
use crate::mapping::{Encoding, ErrorPolicy, HandlePolicy, NullPolicy, Owner, Returns, Step};

impl Checker<'_> {
    /// Checks what the C function returns and writes.
    pub(super) fn returns(
        &mut self,
        draft: &mut Draft<'_>,
        spec: Option<&Returns>,
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
            Some(Returns::Cstring {
                free,
                borrowed,
                null,
                null_error,
                encoding,
            }) => {
                expect(self, ValType::I32)?;
                self.no_written_output(draft, &span)?;
                if draft.result.value != Some(WitType::String) {
                    return self.wrong_wit(draft, &span, "a string");
                }
                let Ownership { release } =
                    self.owner(&path, free.as_deref(), *borrowed, &["(i32)"])?;
                let null = self.null(draft, &path, *null, null_error.as_deref())?;
                let output = Output::Cstring {
                    release,
                    null,
                    latin1: *encoding == Encoding::Latin1,
                };
                Some((output, None))
            }
            Some(Returns::Handle { null, null_error }) => {
                expect(self, ValType::I32)?;
                self.no_written_output(draft, &span)?;
                let Some(number) = self.returned_resource(draft) else {
                    return self.wrong_wit(draft, &span, "a resource");
                };
                let null_span = self
                    .mapping
                    .document
                    .value(&[path.as_slice(), &[Step::Key("null")]].concat());
                let policy = match null {
                    HandlePolicy::Trap => ErrorPolicy::Trap,
                    HandlePolicy::Error => ErrorPolicy::Error,
                };
                let words = ("a null pointer", "null-error", "choose `null = \"trap\"`");
                let case = null_error.as_deref();
                let failure = self.failure(&draft.errors, policy, case, &null_span, words)?;
                Some((Output::Handle(number, failure), None))
            }
            Some(Returns::Length { unit }) => {
                expect(self, ValType::I32)?;
                if draft.buffer.is_none() || draft.slots.buffer_length.is_some() {
                    self.mistake(
                        Diagnostic::mapping(
                            "mapping::returns",
                            span,
                            "there is no buffer that this could be the length of",
                            "a length",
                        )
                        .help("`length` goes with an argument `buffer`, without `buffer-length`"),
                    );
                    return None;
                }
                let output = Output::Buffer(Written::Returned(units(draft, *unit)));
                Some((output, None))
            }
            Some(Returns::Status { ok, errors }) => {
                expect(self, ValType::I32)?;
                let status = self.status(draft, &path, ok, errors)?;
                let output = self.written(draft, &span)?;
                Some((output, Some(status)))
            }
        }
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

    fn wrong_wit<T>(
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

    fn value(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<Output> {
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
    fn written(&mut self, draft: &mut Draft<'_>, span: &Range<usize>) -> Option<Output> {
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

    fn no_written_output(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<()> {
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

    fn null(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        policy: NullPolicy,
        case: Option<&str>,
    ) -> Option<Null> {
        let span = self
            .mapping
            .document
            .value(&[path, &[Step::Key("null")]].concat());
        let optional = draft.result.wrap == Wrap::Option;
        match policy {
            NullPolicy::None if optional => Some(Null::None),
            NullPolicy::None => self.wrong_wit(draft, &span, "an option"),
            NullPolicy::Trap if !optional => Some(Null::Failure(Failure::Trap)),
            NullPolicy::Error if !optional => self
                .failure(
                    &draft.errors,
                    ErrorPolicy::Error,
                    case,
                    &span,
                    ("a null pointer", "null-error", "choose `null = \"trap\"`"),
                )
                .map(Null::Failure),
            NullPolicy::Trap | NullPolicy::Error => {
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::returns",
                        span,
                        "the WIT result is an option, and nothing in the mapping is `none`",
                        "",
                    )
                    .help("add `null = \"none\"`"),
                );
                None
            }
        }
    }

    /// The function that frees a result, if the caller has to.
    pub(super) fn owner(
        &mut self,
        path: &[Step<'_>],
        free: Option<&str>,
        borrowed: Option<Owner>,
        expected: &[&str],
    ) -> Option<Ownership> {
        let mistake = match (free, borrowed) {
            (None, Some(_)) => return Some(Ownership { release: None }),
            (Some(name), None) => {
                let span = self
                    .mapping
                    .document
                    .value(&[path, &[Step::Key("free")]].concat());
                let release = Some(self.release(name, span, expected)?);
                return Some(Ownership { release });
            }
            (Some(_), Some(_)) => (
                "a result is either freed or borrowed, not both",
                String::new(),
            ),
            (None, None) => {
                let exports = self.module.exported_functions().map(|(name, _)| name);
                let guess = exports
                    .clone()
                    .find(|name| name.contains("free"))
                    .or_else(|| nearest("free", exports));
                (
                    "the mapping does not say who frees the result",
                    format!(
                        "add `free = \"{}\"`, or `borrowed = \"static\"` if nobody has to",
                        guess.unwrap_or("…")
                    ),
                )
            }
        };
        let span = self.mapping.document.value(path);
        let (message, help) = mistake;
        let diagnostic = Diagnostic::mapping("mapping::owner", span, message, "");
        self.mistake(if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        });
        None
    }
}
