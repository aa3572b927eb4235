//! What each status means.

use std::collections::BTreeMap;

use super::check::Checker;
use super::error::{Cause, Errors};
use super::function::Draft;
use super::wit::{self, WitType};
use super::{ErrorValue, Failure, Kind, Output, Report, Scalar, Status, Statuses};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::mapping::{self, Carried, ErrorPolicy, Returns, Step, TrapPolicy};

impl Checker<'_> {
    /// Checks what each status means, and what stands for it in the WIT.
    pub(super) fn status(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        spec: &Returns,
    ) -> Option<Status> {
        let Returns::Status {
            ok,
            none,
            values,
            errors,
            unknown,
            unknown_error,
            carries,
            field,
            ..
        } = spec
        else {
            return None;
        };
        let mut complete = self.success(draft, path, spec).is_some();
        if !none.is_empty() && draft.result.some.is_none() {
            let path = [path, &[Step::Key("none")]].concat();
            return self.wrong_part(draft, &path, None, "an option");
        }
        if carries.is_none() && (field.is_some() || !values.is_empty()) {
            complete &= self.all_valued(path, ok.as_deref(), none, values);
        }
        let report = &draft.report;
        let ok = self.ok(path, ok.as_deref(), none, Some(values));
        complete &= ok.is_some();
        let ok = ok.unwrap_or_default();
        let mut found: Vec<(Statuses, ErrorValue)> = Vec::new();
        for (key, case) in errors {
            let entry = [path, &[Step::Key("errors"), Step::Key(key)]].concat();
            let range = self.statuses(key, &entry);
            if let Some(range) = range
                && report.code.is_none()
                && ok.iter().any(|ok| ok.contains(range))
            {
                let span = self.mapping.document.value(&entry);
                let mistake = format!("{key} is both ok and an error");
                self.mistake(
                    Diagnostic::mapping("mapping::status", span, mistake, "").help(
                        "remove it from `errors`, or say in `ok` which statuses are success; left \
                         out, that is 0",
                    ),
                );
                complete = false;
            }
            let case = (!case.is_empty()).then_some(case.as_str());
            let span = self.mapping.document.value(&entry);
            let words = (
                "a status",
                "errors",
                "leave `errors` out, which makes them trap",
            );
            let errors = (&draft.errors, Cause::Status(report));
            let failure = self.failure(errors, ErrorPolicy::Error, case, &span, words);
            match (range, failure) {
                (Some(range), Some(Failure::Error(error))) => found.push((range, error)),
                _ => complete = false,
            }
        }
        found.sort_by_key(|(range, _)| range.size());
        let unknown = match unknown {
            TrapPolicy::Trap => Failure::Trap,
            TrapPolicy::Error => {
                self.unknown(&draft.errors, path, unknown_error.as_deref(), report)?
            }
        };
        complete.then_some(Status {
            ok,
            none: none.clone(),
            none_at: draft.result.some.unwrap_or_default(),
            errors: found,
            unknown,
        })
    }

    /// The statuses of success.
    pub(super) fn ok(
        &mut self,
        path: &[Step<'_>],
        ok: Option<&[mapping::Statuses]>,
        none: &[i32],
        values: Option<&BTreeMap<String, String>>,
    ) -> Option<Vec<Statuses>> {
        let mut found = Vec::new();
        let mut complete = true;
        for (index, entry) in ok.unwrap_or_default().iter().enumerate() {
            let range = match entry {
                mapping::Statuses::One(status) => Some(Statuses::one(*status)),
                mapping::Statuses::Range(text) => {
                    let entry = [path, &[Step::Key("ok"), Step::Item(index)]].concat();
                    self.statuses(text, &entry)
                }
            };
            complete &= range.is_some();
            found.extend(range);
        }
        let mut values = values.into_iter().flatten().peekable();
        if ok.is_none() && values.peek().is_none() && none.is_empty() {
            found.push(Statuses::one(0));
        }
        found.extend(none.iter().map(|status| Statuses::one(*status)));
        // What is wrong with these is said where they get their values.
        found.extend(values.filter_map(|(key, _)| Statuses::parse(key)));
        complete.then_some(found)
    }

    /// What happens at a status that is not in the mapping. Its number may not get
    /// lost.
    fn unknown(
        &mut self,
        errors: &Errors,
        path: &[Step<'_>],
        case: Option<&str>,
        report: &Report,
    ) -> Option<Failure> {
        let span = self
            .mapping
            .document
            .value(&[path, &[Step::Key("unknown")]].concat());
        let words = (
            "an unknown status",
            "unknown-error",
            "choose `unknown = \"trap\"`",
        );
        let errors = (errors, Cause::Status(report));
        let failure = self.failure(errors, ErrorPolicy::Error, case, &span, words)?;
        if let Failure::Error(error) = failure
            && error.code.is_none()
            && error.text.is_none()
        {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::status",
                    span,
                    "every unknown status would become the same WIT error, which has no place \
                     for the number",
                    "would get lost",
                )
                .help(
                    "give the WIT error, or its case, a number or a text; or list the statuses in \
                     `errors`, where `\"..\"` stands for all others",
                ),
            );
            return None;
        }
        Some(failure)
    }

    /// The numbers that the key or value at `path` stands for.
    fn statuses(&mut self, text: &str, path: &[Step<'_>]) -> Option<Statuses> {
        let found = Statuses::parse(text);
        if found.is_none() {
            let span = self.mapping.document.key(path);
            self.mistake(Diagnostic::mapping(
                "mapping::status",
                span,
                format!("`{text}` is no status"),
                "an integer of 32 bits or a range like 0..=7, 0.. or ..=-1 is expected, in quotes",
            ));
        }
        found
    }

    /// What a status of success is in the WIT result.
    fn success(&mut self, draft: &mut Draft<'_>, path: &[Step<'_>], spec: &Returns) -> Option<()> {
        let Returns::Status {
            carries,
            unit,
            values,
            field,
            ..
        } = spec
        else {
            return None;
        };
        let field = field.as_deref();
        match carries {
            None if values.is_empty() && field.is_none() => Some(()),
            None => self.values(draft, path, values, field),
            Some(_) if !values.is_empty() => self.carries_twice(path),
            Some(Carried::Value) => self.value(draft, path, (None, None), field),
            Some(Carried::Length) => self.returned_length(draft, path, *unit, field),
        }
    }

    /// Whether each status in `ok` has its value.
    fn all_valued(
        &mut self,
        path: &[Step<'_>],
        ok: Option<&[mapping::Statuses]>,
        none: &[i32],
        values: &BTreeMap<String, String>,
    ) -> bool {
        let known: Vec<Statuses> = values
            .keys()
            .filter_map(|key| Statuses::parse(key))
            .chain(none.iter().map(|status| Statuses::one(*status)))
            .collect();
        let mut complete = true;
        // Without a word of it, 0 is ok.
        let zero = [mapping::Statuses::One(0)];
        let silent = ok.is_none() && known.is_empty();
        let ok = if silent { Some(&zero[..]) } else { ok };
        for (index, entry) in ok.unwrap_or_default().iter().enumerate() {
            let range = match entry {
                mapping::Statuses::One(status) => Some(Statuses::one(*status)),
                mapping::Statuses::Range(text) => Statuses::parse(text),
            };
            // One that can't be read is a mistake of its own.
            let Some(Statuses { first, last }) = range else {
                continue;
            };
            let chosen = |status: i32| {
                let status = Statuses::one(status);
                known.iter().any(|known| known.contains(status))
            };
            // The first that is not known comes after the known ones at the latest.
            let Some(status) = (first..=last).find(|status| !chosen(*status)) else {
                continue;
            };
            let entry = [path, &[Step::Key("ok"), Step::Item(index)]].concat();
            let span = if silent {
                self.mapping.document.value(path)
            } else {
                self.mapping.document.value(&entry)
            };
            self.mistake(
                Diagnostic::mapping(
                    "mapping::status",
                    span,
                    format!("the status {status} is ok, and no value stands for it"),
                    "",
                )
                .help(format!(
                    "give it one in `values`: `\"{status}\" = \"…\"`; what is in `values` is ok \
                     without being in `ok`"
                )),
            );
            complete = false;
        }
        complete
    }

    fn carries_twice<T>(&mut self, path: &[Step<'_>]) -> Option<T> {
        let key = [path, &[Step::Key("carries")]].concat();
        let span = self.mapping.document.value(&key);
        self.mistake(Diagnostic::mapping(
            "mapping::returns",
            span,
            "a status can't be a value by itself and stand for one of `values`",
            "leave one of them out",
        ));
        None
    }

    /// The WIT value for each status of success.
    fn values(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        values: &BTreeMap<String, String>,
        field: Option<&str>,
    ) -> Option<()> {
        let target = self.claim(draft, path, field, "status")?;
        let WitType::Scalar(scalar) = target.ty else {
            return self.wrong_part(draft, path, field, "an enum, a bool or an integer");
        };
        self.never_none(draft, path, target, "add `none = […]`")?;
        let names = wit::value_names(self.resolve, &target.wit);
        let mut found = Vec::new();
        for (status, name) in values {
            let entry = [path, &[Step::Key("values"), Step::Key(status)]].concat();
            let number = self.statuses(status, &entry);
            if number.is_some_and(|number| number.first != number.last) {
                let span = self.mapping.document.key(&entry);
                let mistake = format!("`{status}` is more than one status");
                self.mistake(Diagnostic::mapping("mapping::status", span, mistake, ""));
                continue;
            }
            let value = choice(scalar, &names, name);
            if value.is_none() {
                let span = self.mapping.document.value(&entry);
                let message = format!("the WIT value can't be `{name}`");
                let mistake =
                    Diagnostic::mapping("mapping::status", span, message, "no such value");
                let names = names.iter().map(String::as_str);
                self.mistake(if names.len() == 0 {
                    mistake
                } else {
                    mistake.help(did_you_mean(name, "values", names))
                });
            }
            found.extend(number.map(|number| number.first).zip(value));
        }
        if found.len() < values.len() {
            return None;
        }
        draft
            .parts
            .push(target.filled(Output::Chosen(found, scalar)));
        Some(())
    }
}

/// The number that stands for a value in words.
fn choice(scalar: Scalar, names: &[String], value: &str) -> Option<i64> {
    if let Some(index) = names.iter().position(|name| name == value) {
        return i64::try_from(index).ok();
    }
    let Kind::Integer(_, low, high) = scalar.kind() else {
        return None;
    };
    let number = value.parse::<i128>().ok()?;
    // The low 64 bits: signed or unsigned, they are the same.
    #[expect(clippy::cast_possible_truncation)]
    (names.is_empty() && (low..=high).contains(&number)).then_some(number as i64)
}
