//! Runs every case of the shared cases file through every guest, and compares.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::Error;
use crate::files::{nearest, read};
use crate::guest::Guest;

/// How a guest's answer compares to the one that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The same answer.
    Same,
    /// Another answer, or a trap.
    Different,
    /// The C ABI has no way to ask.
    #[serde(rename = "not expressible")]
    NotExpressible,
}

impl Outcome {
    /// The outcome as the table words it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Same => "same",
            Outcome::Different => "different",
            Outcome::NotExpressible => "not expressible in the C ABI",
        }
    }
}

/// The guest of which the cases say what C can't express.
const LEGACY: &str = "legacy";

/// The longest name that a case may make by repetition, in bytes.
const LONGEST_NAME: usize = 1 << 30;

/// What tells whether the rest of a cases file can be read.
#[derive(Deserialize)]
struct Schema {
    schema: u64,
}

/// The contents of a cases file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    #[serde(rename = "schema")]
    _schema: u64,
    greeting: String,
    greet: Vec<GreetCase>,
    add: Vec<AddCase>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GreetCase {
    case: String,
    name: String,
    #[serde(default = "once")]
    times: usize,
    #[serde(default)]
    declared: BTreeMap<String, Outcome>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddCase {
    case: String,
    a: i32,
    b: i32,
    sum: i32,
    #[serde(default)]
    declared: BTreeMap<String, Outcome>,
}

fn once() -> usize {
    1
}

impl Cases {
    /// Reads the file at `path`, or the nearest `parity/cases.json` in the
    /// current directory or above.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not of schema 1.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        let path: PathBuf = match path {
            Some(path) => path.into(),
            None => nearest(Path::new("parity/cases.json")).ok_or_else(|| Error::Cases {
                reason: "no parity/cases.json here or above: run in the repository, \
                         or name the file with --cases FILE"
                    .into(),
            })?,
        };
        let unusable = |reason: String| Error::Cases { reason };
        let shown = path.display();
        let bytes = read(&path)?;
        let not_cases =
            |reason| unusable(format!("{shown} is not a file of parity cases: {reason}"));
        let Schema { schema } = serde_json::from_slice(&bytes).map_err(not_cases)?;
        if schema != 1 {
            return Err(unusable(format!(
                "{shown} has schema {schema}, and 1 is expected"
            )));
        }
        let cases: Cases = serde_json::from_slice(&bytes).map_err(not_cases)?;
        let too_long = |case: &GreetCase| {
            let length = case.name.len().checked_mul(case.times);
            length.is_none_or(|length| length > LONGEST_NAME)
        };
        match cases.greet.iter().position(too_long) {
            None => Ok(cases),
            Some(index) => Err(unusable(format!(
                "{shown}: the name of greet[{index}] is longer than {LONGEST_NAME} bytes"
            ))),
        }
    }

    /// Runs every case through every guest. A guest that traps in one gets a
    /// fresh instance for the next.
    pub fn run(&self, guests: &mut [(String, Guest)]) -> Comparison {
        let mut comparison = Comparison {
            guests: guests.iter().map(|(name, _)| name.clone()).collect(),
            summary: Summary {
                guests: guests.len(),
                ..Summary::default()
            },
            ..Comparison::default()
        };
        for case in &self.greet {
            let name = case.name.repeat(case.times);
            let expected = Value::from(format!("{}{name}", self.greeting));
            let head: Head<'_> = ("greet", &case.case, &case.declared);
            comparison.add_row(head, guests, &expected, |guest| {
                guest.greet(&name).map(Value::from)
            });
        }
        for case in &self.add {
            let head: Head<'_> = ("add", &case.case, &case.declared);
            comparison.add_row(head, guests, &case.sum.into(), |guest| {
                guest.add(case.a, case.b).map(Value::from)
            });
        }
        comparison
    }
}

/// What came of a run.
#[derive(Debug, Default, Serialize)]
pub struct Comparison {
    /// The guests, in order.
    #[serde(skip)]
    pub guests: Vec<String>,
    /// A row for each case.
    pub rows: Vec<Row>,
    /// The counts.
    pub summary: Summary,
    /// What the file does not declare, or declares and did not happen.
    pub undeclared: Vec<Undeclared>,
}

/// One case, and its outcome for each guest.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The function.
    pub call: &'static str,
    /// The case's name in the file.
    pub case: String,
    /// Each guest with its outcome.
    #[serde(serialize_with = "as_map")]
    pub outcomes: Vec<(String, Outcome)>,
}

/// How many answers came out how.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// Cases in the file.
    pub cases: usize,
    /// Guests that each went through.
    pub guests: usize,
    /// Answers that are the expected one.
    pub same: usize,
    /// Answers that are not.
    pub different: usize,
    /// Questions that the C ABI can't express.
    pub not_expressible: usize,
}

/// An outcome that the file did not lead to expect.
#[derive(Debug, Serialize)]
pub struct Undeclared {
    /// The function.
    pub call: &'static str,
    /// The case's name in the file.
    pub case: String,
    /// The guest.
    pub guest: String,
    /// The expected answer, or the declared outcome.
    pub expected: String,
    /// What came instead.
    pub got: String,
    /// Whether a difference was declared that did not show.
    #[serde(skip)]
    pub missed: bool,
}

type Head<'a> = (&'static str, &'a str, &'a BTreeMap<String, Outcome>);

impl Comparison {
    fn add_row(
        &mut self,
        (call, case, declared): Head<'_>,
        guests: &mut [(String, Guest)],
        expected: &Value,
        ask: impl Fn(&mut Guest) -> Result<Value, Error>,
    ) {
        let mut outcomes = Vec::new();
        for (name, guest) in guests {
            let answer = ask(guest);
            let outcome = match &answer {
                Ok(value) if value == expected => Outcome::Same,
                Err(error) if error.is_not_expressible() => Outcome::NotExpressible,
                Ok(_) | Err(_) => Outcome::Different,
            };
            match outcome {
                Outcome::Same => self.summary.same += 1,
                Outcome::Different => self.summary.different += 1,
                Outcome::NotExpressible => self.summary.not_expressible += 1,
            }
            // What C can't express is declared of the legacy guest, for all that wrap it.
            let of_legacy = declared
                .get(LEGACY)
                .filter(|_| outcome == Outcome::NotExpressible);
            let declared = declared.get(name).or(of_legacy);
            let declared = declared.copied().unwrap_or(Outcome::Same);
            if outcome != declared {
                self.undeclared.push(Undeclared {
                    call,
                    case: case.to_owned(),
                    guest: name.clone(),
                    expected: match declared {
                        Outcome::Same => shown(expected),
                        other => other.words().to_owned(),
                    },
                    missed: outcome == Outcome::Same,
                    got: match (outcome, answer) {
                        (Outcome::Different, Ok(value)) => shown(&value),
                        (Outcome::Different, Err(error)) => trap(&error),
                        (other, _) => other.words().to_owned(),
                    },
                });
            }
            outcomes.push((name.clone(), outcome));
        }
        self.summary.cases += 1;
        self.rows.push(Row {
            call,
            case: case.to_owned(),
            outcomes,
        });
    }
}

/// The answer as JSON, cut to its first 60 characters.
fn shown(answer: &Value) -> String {
    const KEPT: usize = 60;
    let text = answer.to_string();
    let count = text.chars().count();
    if count <= KEPT {
        text
    } else {
        let start: String = text.chars().take(KEPT).collect();
        format!("{start}… ({count} characters)")
    }
}

fn trap(error: &Error) -> String {
    let text = error.to_string();
    format!("a trap: {}", text.lines().next().unwrap_or_default())
}

fn as_map<S: Serializer>(outcomes: &[(String, Outcome)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(outcomes.iter().map(|(guest, outcome)| (guest, outcome)))
}
