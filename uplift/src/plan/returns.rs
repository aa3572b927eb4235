//! What a C function returns, held against the WIT result.

use std::ops::Range;

use wasm_encoder::ValType;

use super::check::Checker;
use super::function::Draft;
use super::memory::encoded;
use super::pointer::Said;
use super::wit::WitType;
use super::{CType, Capacity, From, Output, Part, Way, Written};
use crate::diagnostic::Diagnostic;
use crate::mapping::{OnErrorMemory, Returns, Step};

impl Checker<'_> {
    /// Checks what the C function returns and writes.
    pub(super) fn returns(
        &mut self,
        draft: &mut Draft<'_>,
        spec: Option<&Returns>,
        entry: Range<usize>,
    ) -> Option<()> {
        let path = draft.path([Step::Key("returns")]);
        let span = if spec.is_some() {
            self.mapping.document.value(&path)
        } else {
            entry
        };
        match spec {
            None if !draft.known => return None,
            None => self.unmapped(draft, &path, &span)?,
            Some(Returns::Value {
                c_type,
                none,
                field,
            }) => {
                self.value(draft, &path, (*c_type, *none), field.as_deref())?;
            }
            Some(Returns::Ignored {}) => {}
            Some(
                spec @ (Returns::Cstring { .. }
                | Returns::Pointer { .. }
                | Returns::Handle { .. }
                | Returns::Record { .. }),
            ) => {
                self.expect(draft, &span, ValType::I32)?;
                let part = self.pointer(draft, &path, spec)?;
                draft.parts.push(part);
            }
            Some(Returns::Length { unit, field }) => {
                self.expect(draft, &span, ValType::I32)?;
                self.returned_length(draft, &path, *unit, field.as_deref())?;
            }
            Some(spec @ Returns::Status { .. }) => {
                self.expect(draft, &span, ValType::I32)?;
                draft.status = Some(self.status(draft, &path, spec)?);
            }
        }
        self.written(draft, &span)?;
        if draft.claims.is_empty() && draft.result.value.is_some() {
            return self.unsaid(draft, &span);
        }
        Some(())
    }

    /// The part that a returned pointer becomes.
    fn pointer(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &Returns,
    ) -> Option<Part> {
        let said = said(spec)?;
        match spec {
            Returns::Cstring { encoding, .. } => self.cstring_part(draft, path, said, *encoding),
            Returns::Pointer { length, unit, .. } => {
                self.counted_part(draft, path, said, (length, *unit))
            }
            Returns::Record { .. } => self.record_behind(draft, path, said),
            _ => self.handle_part(draft, path, said).map(|(part, _)| part),
        }
    }

    fn expect(&mut self, draft: &Draft<'_>, span: &Range<usize>, ty: ValType) -> Option<()> {
        let fits = draft.callee.results == [ty] || !draft.known;
        if !fits {
            self.wrong_result(draft, span, &format!("{ty:?}").to_lowercase());
        }
        fits.then_some(())
    }

    fn wrong_result(&mut self, draft: &Draft<'_>, span: &Range<usize>, expected: &str) {
        let name = &draft.callee.export;
        let found = match self.module.exported_function(name) {
            Some((_, ty)) if !ty.results().is_empty() => {
                format!("{:?}", encoded(ty.results()[0])).to_lowercase()
            }
            _ => "nothing".into(),
        };
        let help = match (found.as_str(), expected) {
            ("i32", "i64") => {
                "an integer may have another width in C than in the WIT: say which, as in \
                 `returns = { as = \"value\", type = \"u32\" }`"
            }
            ("i64", "i32") => {
                "an integer may have another width in C than in the WIT: say which, as in \
                 `returns = { as = \"value\", type = \"u64\" }`"
            }
            _ => "`returns` says what the function returns; a pointer and a status are i32 each",
        };
        self.mistake(
            Diagnostic::mapping(
                "mapping::core-signature",
                span.clone(),
                format!("`{name}` returns {found}, and {expected} is expected"),
                "does not fit",
            )
            .help(help),
        );
    }

    /// Without a word in the mapping: by value, or nothing.
    fn unmapped(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        span: &Range<usize>,
    ) -> Option<()> {
        let target = self.target(draft, None);
        match (
            target.map(|target| target.ty),
            draft.callee.results.is_empty(),
        ) {
            (_, true) => Some(()),
            (Some(WitType::Scalar(_)), false) if draft.claims.is_empty() => {
                self.value(draft, path, (None, None), None)
            }
            _ => self.unsaid(draft, span),
        }
    }

    fn unsaid<T>(&mut self, draft: &Draft<'_>, span: &Range<usize>) -> Option<T> {
        let help = match (draft.result.value, draft.callee.results.is_empty()) {
            (Some(WitType::String), false) => {
                "add `returns = { as = \"cstring\", free = \"…\" }`, or `borrowed = \"static\"`"
            }
            (Some(WitType::Own(_)), false) => "add `returns = { as = \"handle\" }`",
            (Some(WitType::Own(_)), true) => {
                "add an argument `out-handle` or `state` that becomes the result"
            }
            (Some(WitType::Scalar(_)), true) => {
                "add an argument `out-value` that becomes the result"
            }
            (Some(_), true) => "add an argument `buffer` or `out-pointer` that becomes the result",
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

    pub(super) fn value(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        (c, none): (Option<CType>, Option<i64>),
        field: Option<&str>,
    ) -> Option<()> {
        let target = self.claim(draft, path, field, "value")?;
        let WitType::Scalar(scalar) = target.ty else {
            return self.wrong_part(draft, path, field, "a number");
        };
        if let Some(c) = c {
            self.fitting_type(path, scalar, c)?;
        }
        let c = c.unwrap_or_else(|| scalar.by_value());
        let help = "add `none = -1`, or another number that stands for it";
        self.none_of_part(draft, path, target, (none, c), help)?;
        let none = none.and_then(|none| c.holding(none));
        let span = self.mapping.document.value(path);
        self.expect(draft, &span, c.core())?;
        let output = Output::Number {
            from: From::Returned,
            c,
            wit: scalar,
            none,
        };
        draft.parts.push(target.filled(output));
        Some(())
    }

    /// Makes parts of what the C function wrote.
    fn written(&mut self, draft: &mut Draft<'_>, span: &Range<usize>) -> Option<()> {
        for (number, written) in std::mem::take(&mut draft.outs.written) {
            if let Some(buffer) = draft.outs.buffers.get_mut(number) {
                buffer.written = written;
            }
        }
        let filled = std::mem::take(&mut draft.outs.filled);
        for (number, target) in filled.into_iter().enumerate() {
            let buffer = draft.outs.buffers.get(number)?;
            if matches!(buffer.capacity, Capacity::Grow { .. })
                && matches!(buffer.written, Written::All)
            {
                self.mistake(Diagnostic::mapping(
                    "mapping::arguments",
                    span.clone(),
                    "how much of the growing buffer was written is not said",
                    "needs an argument `buffer-length`",
                ));
                return None;
            }
            let (target, c) = target?;
            let shape = self.copied(draft, target.ty, c, Way::FromC);
            let output = Output::Buffer(number, shape);
            draft.parts.push(target.filled(output));
        }
        let pointed = std::mem::take(&mut draft.outs.pointed);
        for (number, pointed) in pointed.into_iter().enumerate() {
            let mut lengths = draft.outs.lengths.iter();
            let Some((_, length, unit)) = lengths.find(|(found, ..)| *found == number) else {
                self.mistake(
                    Diagnostic::mapping(
                        "mapping::arguments",
                        span.clone(),
                        "there is an argument `out-pointer` and none `out-length`",
                        "",
                    )
                    .help("add an argument `out-length` with the same `field`"),
                );
                return None;
            };
            let (length, unit) = (*length, *unit);
            let pointed = pointed?;
            let output = Output::Pointed {
                pointer: pointed.slot,
                length,
                unit,
                element: self.element_size(draft, pointed.target.ty, pointed.c_type),
                shape: self.copied(draft, pointed.target.ty, pointed.c_type, Way::FromC),
                release: pointed.owner.release,
            };
            let part = pointed.target.filled(output);
            let frees = pointed.on_error == OnErrorMemory::Free;
            draft.parts.push(part.ending_on_error(frees));
        }
        Some(())
    }
}

/// What the mapping says of a returned pointer.
fn said(spec: &Returns) -> Option<Said<'_>> {
    let (what, free, borrowed, null, null_error, field) = match spec {
        Returns::Cstring {
            free,
            borrowed,
            null,
            null_error,
            field,
            ..
        } => ("cstring", free, borrowed, null, null_error, field),
        Returns::Pointer {
            free,
            borrowed,
            null,
            null_error,
            field,
            ..
        } => ("pointer", free, borrowed, null, null_error, field),
        Returns::Record {
            free,
            borrowed,
            null,
            null_error,
            field,
            ..
        } => ("record", free, borrowed, null, null_error, field),
        Returns::Handle {
            null,
            null_error,
            field,
            ..
        } => ("handle", &None, &None, null, null_error, field),
        _ => return None,
    };
    Some(Said {
        what,
        from: From::Returned,
        free: free.as_deref(),
        borrowed: *borrowed,
        null: *null,
        null_error: null_error.as_deref(),
        field: field.as_deref(),
    })
}
