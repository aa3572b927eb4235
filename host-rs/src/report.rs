//! What the program says on stdout, as text or as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Style};
use serde::Serialize;

use crate::parity::{Comparison, Outcome, Summary, Undeclared};

/// The version of the JSON that `--json` writes: see
/// `parity/output.schema.json`.
const SCHEMA: u32 = 1;

/// The colours of text; none where they are not wanted.
#[derive(Clone, Copy)]
pub struct Paint {
    coloured: bool,
}

impl Paint {
    /// Colours the text, or leaves it as it is.
    #[must_use]
    pub fn new(coloured: bool) -> Self {
        Paint { coloured }
    }

    fn colour(self, colour: AnsiColor) -> Style {
        let colour = self.coloured.then_some(Color::Ansi(colour));
        Style::new().fg_color(colour)
    }

    fn heading(self) -> Style {
        self.colour(AnsiColor::Cyan)
    }
}

/// One result of the program.
#[derive(Serialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Report {
    /// Every guest asked once, and the parity summary.
    Run {
        /// What each answered.
        guests: Vec<Asked>,
        /// How the cases came out.
        parity: Summary,
        /// What the cases file does not declare.
        #[serde(skip)]
        undeclared: Vec<Undeclared>,
    },
    /// Some names greeted by one guest.
    Greet {
        /// The guest.
        guest: String,
        /// The greetings, in the order of the names.
        greetings: Vec<Greeting>,
    },
    /// Two numbers added by one guest.
    Add {
        /// The guest.
        guest: String,
        /// The first number and the second, and their sum.
        #[serde(flatten)]
        addition: Addition,
    },
    /// Every case through every guest.
    Parity(Comparison),
}

/// What one guest answered in the default run.
#[derive(Serialize)]
pub struct Asked {
    /// The guest.
    pub guest: String,
    /// `component` or `core module`.
    pub kind: &'static str,
    /// The greeting.
    pub greet: Greeting,
    /// The sum.
    pub add: Addition,
    /// What the guest printed meanwhile, as lines.
    pub printed: Vec<String>,
}

/// A name and its greeting.
#[derive(Serialize)]
pub struct Greeting {
    /// What was passed.
    pub name: String,
    /// What came back.
    pub greeting: String,
}

/// Two numbers and their sum.
#[derive(Serialize)]
pub struct Addition {
    /// The first.
    pub a: i32,
    /// The second.
    pub b: i32,
    /// What came back.
    pub sum: i32,
}

#[derive(Serialize)]
struct Envelope<'a> {
    schema: u32,
    #[serde(flatten)]
    report: &'a Report,
}

impl Report {
    /// Whether a comparison came out other than its file declares.
    #[must_use]
    pub fn has_undeclared(&self) -> bool {
        match self {
            Report::Run { undeclared, .. } => !undeclared.is_empty(),
            Report::Parity(comparison) => !comparison.undeclared.is_empty(),
            Report::Greet { .. } | Report::Add { .. } => false,
        }
    }

    /// Writes the report as JSON.
    ///
    /// # Errors
    ///
    /// If `out` can't be written to.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let envelope = Envelope {
            schema: SCHEMA,
            report: self,
        };
        serde_json::to_writer_pretty(&mut *out, &envelope)?;
        writeln!(out)
    }

    /// Writes the report as text. What a guest said is written as it is.
    ///
    /// # Errors
    ///
    /// If `out` can't be written to.
    pub fn write_text(&self, out: &mut dyn Write, paint: Paint) -> io::Result<()> {
        match self {
            Report::Run {
                guests,
                parity,
                undeclared,
            } => {
                for asked in guests {
                    write_asked(out, paint, asked)?;
                }
                writeln!(out)?;
                writeln!(out, "parity: {}", summary(parity))?;
                write_undeclared(out, undeclared)
            }
            Report::Greet { greetings, .. } => greetings
                .iter()
                .try_for_each(|greeting| writeln!(out, "{}", greeting.greeting)),
            Report::Add { addition, .. } => writeln!(out, "{}", addition.sum),
            Report::Parity(comparison) => write_table(out, paint, comparison),
        }
    }
}

fn write_asked(out: &mut dyn Write, paint: Paint, asked: &Asked) -> io::Result<()> {
    let Asked { greet, add, .. } = asked;
    let what = match asked.kind {
        "component" => "component",
        _ => "core module with a C ABI",
    };
    let heading = paint.heading();
    writeln!(out, "{heading}{} ({what}){heading:#}", asked.guest)?;
    let asked_greet = format!("greet(\"{}\")", greet.name);
    writeln!(out, "  {asked_greet:14}  {}", greet.greeting)?;
    let asked_add = format!("add({}, {})", add.a, add.b);
    writeln!(out, "  {asked_add:14}  {}", add.sum)?;
    for (index, line) in asked.printed.iter().enumerate() {
        let label = if index == 0 { "it printed" } else { "" };
        writeln!(out, "  {label:14}  {line}")?;
    }
    Ok(())
}

fn write_table(out: &mut dyn Write, paint: Paint, comparison: &Comparison) -> io::Result<()> {
    let mut table = vec![vec![("case".to_owned(), paint.heading())]];
    let headings = comparison.guests.iter();
    table[0].extend(headings.map(|guest| (guest.clone(), paint.heading())));
    for row in &comparison.rows {
        let mut line = vec![(format!("{}: {}", row.call, row.case), Style::new())];
        line.extend(row.outcomes.iter().map(|&(_, outcome)| {
            let style = match outcome {
                Outcome::Same => paint.colour(AnsiColor::Green),
                Outcome::Different => paint.colour(AnsiColor::Red),
                Outcome::NotExpressible => paint.colour(AnsiColor::Yellow),
            };
            (outcome.words().to_owned(), style)
        }));
        table.push(line);
    }
    write_columns(out, &table)?;
    writeln!(out)?;
    writeln!(out, "{}", summary(&comparison.summary))?;
    write_undeclared(out, &comparison.undeclared)
}

fn write_undeclared(out: &mut dyn Write, undeclared: &[Undeclared]) -> io::Result<()> {
    for cell in undeclared {
        let place = format!("{}: {}, {}", cell.call, cell.case, cell.guest);
        let (expected, got) = (&cell.expected, &cell.got);
        if cell.missed {
            writeln!(
                out,
                "declared: {place}: declared {expected}, but it is {got}"
            )?;
        } else {
            writeln!(out, "undeclared: {place}: expected {expected}, got {got}")?;
        }
    }
    Ok(())
}

fn write_columns(out: &mut dyn Write, table: &[Vec<(String, Style)>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = table.iter().map(|line| line[column].0.chars().count());
        cells.max().unwrap_or_default()
    };
    for line in table {
        let mut gap = 0;
        for (column, (text, style)) in line.iter().enumerate() {
            write!(out, "{:gap$}{style}{text}{style:#}", "")?;
            gap = width(column) + 2 - text.chars().count();
        }
        writeln!(out)?;
    }
    Ok(())
}

fn summary(summary: &Summary) -> String {
    let Summary {
        cases,
        guests,
        same,
        different,
        not_expressible,
    } = summary;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    format!(
        "{cases} case{} x {guests} guest{}: {same} same, {different} different, \
         {not_expressible} not expressible in the C ABI",
        plural(*cases),
        plural(*guests)
    )
}
