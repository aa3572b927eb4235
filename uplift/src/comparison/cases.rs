//! A file of cases: calls with the results that they should have.

mod run;
mod vocabulary;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use wasmtime::component::{Type, Val};

use super::known;
use super::sequence::{Input, Made, Pair, Step};
use super::setup::Setup;
use super::types::{Ty, type_name};
use crate::Error;
use crate::diagnostic::{Diagnostic, did_you_mean};

pub(super) use run::run;
pub(super) use vocabulary::Vocabulary;

/// A file of cases, read but not yet held against a world.
#[derive(Debug, Default)]
pub struct Cases {
    cases: Vec<CaseEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<i64>,
    #[serde(default, rename = "case")]
    cases: Vec<CaseEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    name: String,
    steps: Vec<Spanned<StepEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepEntry {
    call: Option<Spanned<String>>,
    #[serde(default)]
    arguments: Vec<Spanned<String>>,
    result: Option<Spanned<String>>,
    #[serde(default)]
    traps: bool,
    #[serde(default, rename = "as")]
    names: Names,
    drop: Option<Spanned<String>>,
}

/// The names of the handles that a call makes.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Names {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn list(&self) -> &[String] {
        match self {
            Names::None => &[],
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        }
    }
}

impl Cases {
    /// Reads the text of a file of cases.
    ///
    /// # Errors
    ///
    /// [`Error::Cases`] where the text is no TOML of the right form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(text.len()..text.len());
            let message = "the file of cases can't be read";
            mistake("cases::unreadable", span, message, error.message())
        })?;
        if *file.version.get_ref() != 1 {
            return Err(mistake(
                "cases::unknown-version",
                file.version.span(),
                "`version` has to be 1",
                "this uplift reads version 1 only",
            ));
        }
        Ok(Cases { cases: file.cases })
    }
}

fn mistake(code: &'static str, span: Range<usize>, message: &str, label: &str) -> Error {
    Error::Cases(vec![Diagnostic::mapping(code, span, message, label)])
}

/// A case that fits its world.
pub(super) struct Case {
    name: String,
    steps: Vec<Step>,
    expected: Vec<Expected>,
}

impl Case {
    /// The functions that it calls.
    pub(super) fn subjects(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().filter_map(|step| match step {
            Step::Call { subject, .. } => Some(*subject),
            Step::Drop(_) => None,
        })
    }
}

/// What a case says of a step.
enum Expected {
    Anything,
    Value(Option<Val>, String),
    /// A handle.
    Made,
    Traps,
}

/// Holds the cases against the world.
pub(super) fn check(
    cases: &Cases,
    setup: &Setup<'_>,
    pair: &Pair<'_>,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let mut checker = Checker {
        setup,
        pair,
        mistakes: Vec::new(),
    };
    let cases = cases.cases.iter().map(|case| checker.case(case)).collect();
    if checker.mistakes.is_empty() {
        Ok(cases)
    } else {
        Err(checker.mistakes)
    }
}

struct Checker<'a, 's> {
    setup: &'a Setup<'s>,
    pair: &'a Pair<'s>,
    mistakes: Vec<Diagnostic>,
}

impl Checker<'_, '_> {
    fn mistake(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.mistakes
            .push(Diagnostic::mapping(code, span, message, "").help(help));
    }

    fn case(&mut self, case: &CaseEntry) -> Case {
        let mut handles = BTreeMap::new();
        let mut steps = Vec::new();
        let mut expected = Vec::new();
        for (index, entry) in case.steps.iter().enumerate() {
            if let Some((step, says)) = self.step(entry, &handles) {
                steps.push(step);
                expected.push(says);
            }
            for (number, name) in entry.get_ref().names.list().iter().enumerate() {
                let step = index;
                handles.insert(name.as_str(), Made { step, number });
            }
        }
        Case {
            name: case.name.clone(),
            steps,
            expected,
        }
    }

    fn step(
        &mut self,
        entry: &Spanned<StepEntry>,
        handles: &BTreeMap<&str, Made>,
    ) -> Option<(Step, Expected)> {
        let step = entry.get_ref();
        match (&step.call, &step.drop) {
            (None, Some(name)) if step.result.is_none() && step.arguments.is_empty() => {
                let made = self.handle(name, handles)?;
                let says = if step.traps {
                    Expected::Traps
                } else {
                    Expected::Anything
                };
                Some((Step::Drop(made), says))
            }
            (Some(call), None) => self.call(step, call, handles),
            _ => {
                self.mistake(
                    "cases::step",
                    entry.span(),
                    "a step either calls or drops",
                    "`call = \"…\"` with `arguments` and `result`, or `drop = \"…\"` alone",
                );
                None
            }
        }
    }

    fn handle(&mut self, name: &Spanned<String>, known: &BTreeMap<&str, Made>) -> Option<Made> {
        let found = known.get(name.get_ref().as_str()).copied();
        if found.is_none() {
            self.mistake(
                "cases::unknown-handle",
                name.span(),
                format!("no step before has made `{}`", name.get_ref()),
                did_you_mean(name.get_ref(), "handles", known.keys().copied()),
            );
        }
        found
    }

    fn call(
        &mut self,
        step: &StepEntry,
        call: &Spanned<String>,
        handles: &BTreeMap<&str, Made>,
    ) -> Option<(Step, Expected)> {
        let setup = self.setup;
        let keys = setup.subjects.iter().map(|subject| subject.key);
        let Some(number) = keys.clone().position(|key| key == call.get_ref()) else {
            self.mistake(
                "cases::unknown-function",
                call.span(),
                format!("the world exports no function `{}`", call.get_ref()),
                did_you_mean(call.get_ref(), "its functions", keys),
            );
            return None;
        };
        let subject = &setup.subjects[number];
        if let Some(unknown) = known::unknown(subject) {
            let help = "leave the case out";
            self.mistake("cases::unknown-kind", call.span(), unknown, help);
            return None;
        }
        let (types, result) = self.pair.wrapped.types(number);
        if types.len() != step.arguments.len() {
            let names: Vec<&str> = subject
                .params
                .iter()
                .map(|param| param.name.as_str())
                .collect();
            self.mistake(
                "cases::arguments",
                call.span(),
                format!(
                    "the case gives `{}` {} of its {} arguments",
                    subject.key,
                    step.arguments.len(),
                    types.len()
                ),
                format!("its parameters: {}", names.join(", ")),
            );
            return None;
        }
        let mut arguments = Vec::new();
        for ((text, ty), param) in step.arguments.iter().zip(&types).zip(&subject.params) {
            arguments.push(match &param.ty {
                Ty::Borrow(_) | Ty::Own(_) => Input::Handle(self.handle(text, handles)?),
                Ty::Option(_) if param.is_handle() => match text.get_ref().trim() {
                    "none" => Input::Value(Val::Option(None)),
                    _ => Input::Some(self.handle(text, handles)?),
                },
                _ => Input::Value(self.value(text, ty)?),
            });
        }
        let says = match (&step.result, step.traps) {
            (None, false) => Expected::Anything,
            (None, true) => Expected::Traps,
            (Some(text), false) => self.expected(!subject.makes().is_empty(), text, result)?,
            (Some(text), true) => {
                let message = "a call that traps has no result";
                self.mistake("cases::step", text.span(), message, "leave one of them out");
                return None;
            }
        };
        let subject = number;
        Some((Step::Call { subject, arguments }, says))
    }

    fn expected(
        &mut self,
        makes: bool,
        text: &Spanned<String>,
        result: Option<Type>,
    ) -> Option<Expected> {
        let Some(ty) = result else {
            let message = "this function has no result";
            self.mistake("cases::result", text.span(), message, "leave `result` out");
            return None;
        };
        if !makes {
            let value = self.value(text, &ty)?;
            return Some(Expected::Value(Some(value), text.get_ref().clone()));
        }
        // WAVE has no form for a handle.
        let word = text.get_ref().trim();
        if word == "none" && matches!(ty, Type::Option(_)) {
            return Some(Expected::Value(Some(Val::Option(None)), word.to_owned()));
        }
        if word == "ok" {
            return Some(Expected::Made);
        }
        let error = match &ty {
            Type::Result(result) => result.err(),
            _ => None,
        };
        let payload = word
            .strip_prefix("err(")
            .and_then(|rest| rest.strip_suffix(')'));
        let payload = match (payload, error) {
            (Some(payload), Some(error)) => Val::from_wave(&error, payload).ok().map(Some),
            (None, None) if word == "err" => Some(None),
            _ => None,
        };
        if let Some(payload) = payload {
            let value = Val::Result(Err(payload.map(Box::new)));
            return Some(Expected::Value(Some(value), word.to_owned()));
        }
        self.mistake(
            "cases::result",
            text.span(),
            "this function makes a handle, which has no text",
            "`ok` expects that it does, `err(…)` an error; `as = \"…\"` names the handle",
        );
        None
    }

    fn value(&mut self, text: &Spanned<String>, ty: &Type) -> Option<Val> {
        match Val::from_wave(ty, text.get_ref()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistake(
                    "cases::value",
                    text.span(),
                    format!("this is no value of the type {}: {error:#}", type_name(ty)),
                    "values are written in WAVE: 5, 'a', \"Ada\", [1, 2], ok(3), some(4)",
                );
                None
            }
        }
    }
}
