//! `uplift check`: arguments, and a comparison as text.

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use uplift::{Comparison, Finding, FunctionReport, Options, Pages, Verdict};

/// The arguments of `uplift check`.
#[derive(clap::Args)]
pub(super) struct Check {
    /// A core module.
    pub(super) module: PathBuf,
    /// The mapping, a TOML file; docs/UPLIFT.md describes it.
    #[arg(long, value_name = "MAP.toml")]
    pub(super) map: PathBuf,
    /// A TOML file of calls with the results that they should have.
    #[arg(long, value_name = "CASES.toml")]
    pub(super) cases: Option<PathBuf>,
    /// The seed of the generated inputs.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// How many generated inputs each function gets.
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    inputs: u32,
    /// How many times each function is then called with one of them, to see
    /// whether the memory grows.
    #[arg(long, value_name = "NUMBER", default_value_t = 1000)]
    calls: u32,
    /// Print JSON, of the schema that its first key names.
    #[arg(long)]
    pub(super) json: bool,
}

impl Check {
    pub(super) fn options(&self) -> Options {
        Options {
            seed: self.seed,
            inputs: self.inputs,
            calls: self.calls,
            ..Options::default()
        }
    }
}

/// The comparison: a table, what is to be known besides, and every difference.
pub(super) fn render(comparison: &Comparison) -> String {
    let mut out = String::new();
    // Writing to a String can't fail.
    let _ = write(&mut out, comparison);
    out
}

fn write(out: &mut String, comparison: &Comparison) -> fmt::Result {
    table(out, &comparison.functions)?;
    for function in &comparison.functions {
        notes(out, function)?;
    }
    for function in &comparison.functions {
        if let Some(finding) = &function.finding {
            found(out, function, finding)?;
        }
    }
    for case in &comparison.cases {
        if case.verdict == Verdict::AsExpected {
            continue;
        }
        let words = match case.verdict {
            Verdict::Different => "the two sides differ",
            _ => "both sides do something else",
        };
        writeln!(out, "\ncase \"{}\": {words}", case.case)?;
        steps(out, &case.steps)?;
        for (side, words) in [
            ("expected", &case.expected),
            ("module", &case.module),
            ("wrapped", &case.wrapped),
        ] {
            if let Some(words) = words {
                writeln!(out, "  {side:<9} {}", cut(words))?;
            }
        }
    }
    summary(out, comparison)
}

fn table(out: &mut String, functions: &[FunctionReport]) -> fmt::Result {
    let header = [
        "function",
        "inputs",
        "same",
        "trapped",
        "different",
        "calls",
        "pages",
        "wrapped",
    ];
    let mut rows = vec![header.map(ToOwned::to_owned)];
    for function in functions
        .iter()
        .filter(|function| function.left_out.is_none())
    {
        let memory = function.memory.as_ref();
        let pages = |side: Option<Pages>| match side {
            Some(pages) if pages.first == pages.last => pages.last.to_string(),
            Some(pages) => format!("{} to {}", pages.first, pages.last),
            None => "-".into(),
        };
        rows.push([
            function.function.clone(),
            function.inputs.to_string(),
            function.same.to_string(),
            function.trapped.to_string(),
            function.different.to_string(),
            memory.map_or("-".into(), |memory| memory.calls.to_string()),
            pages(memory.map(|memory| memory.module)),
            pages(memory.map(|memory| memory.wrapped)),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..header.len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if column == 0 {
                write!(line, "{cell:<width$}")?;
            } else {
                write!(line, "  {cell:>width$}")?;
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What the numbers in the table do not say.
fn notes(out: &mut String, function: &FunctionReport) -> fmt::Result {
    let name = &function.function;
    let note = |out: &mut String, words: fmt::Arguments<'_>| writeln!(out, "{name}: {words}");
    if let Some(reason) = &function.left_out {
        note(out, format_args!("not compared: {reason}"))?;
    }
    if let Some(trap) = &function.trap {
        note(
            out,
            format_args!("both sides trapped, first because: {}", cut(trap)),
        )?;
    }
    for (count, words) in [
        (function.stopped, "ran for too long on both sides"),
        (
            function.too_large,
            "needed more memory, or gave a larger result, than can be compared",
        ),
        (
            function.no_room,
            "found no room on the C side, where marked bytes stand around each input",
        ),
        (
            function.unreached,
            "never got to the function: the steps before made no handle",
        ),
    ] {
        if count > 0 {
            note(out, format_args!("{count} of the inputs {words}"))?;
        }
    }
    if function.cut_short {
        note(
            out,
            format_args!("time ran out before all inputs and calls were through"),
        )?;
    }
    if function.leaks() {
        note(
            out,
            format_args!(
                "the memory keeps growing on both sides: is everything freed that it hands out?"
            ),
        )?;
    }
    if function.memory_differs() {
        note(
            out,
            format_args!("the memory of one side keeps growing, and the other's does not"),
        )?;
    }
    Ok(())
}

fn found(out: &mut String, function: &FunctionReport, finding: &Finding) -> fmt::Result {
    let times = match function.different {
        1 => "once".to_owned(),
        many => format!("{many} times"),
    };
    let how = if finding.alone {
        "on fresh instances"
    } else {
        "after other calls on the same instances"
    };
    writeln!(
        out,
        "\n{}: the two sides differ {times}, here {how}",
        function.function
    )?;
    steps(out, &finding.steps)?;
    writeln!(out, "  {:<9} {}", "module", cut(&finding.module))?;
    writeln!(out, "  {:<9} {}", "wrapped", cut(&finding.wrapped))
}

fn steps(out: &mut String, steps: &[String]) -> fmt::Result {
    for step in steps {
        writeln!(out, "  {}", cut(step))?;
    }
    Ok(())
}

/// Long values by their beginning.
fn cut(text: &str) -> String {
    const SHOWN: usize = 300;
    let count = text.chars().count();
    if count <= SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start}… ({count} characters)")
}

fn summary(out: &mut String, comparison: &Comparison) -> fmt::Result {
    let functions = &comparison.functions;
    let inputs: u32 = functions.iter().map(|function| function.inputs).sum();
    let different: u32 = functions.iter().map(|function| function.different).sum();
    write!(out, "\nseed {}: ", comparison.seed)?;
    if comparison.compared == 0 {
        write!(out, "no function compared")?;
    } else {
        write!(
            out,
            "{} compared on {}, {}",
            counted(comparison.compared, "function"),
            counted(inputs as usize, "input"),
            if different == 0 {
                "no difference".to_owned()
            } else {
                counted(different as usize, "difference")
            }
        )?;
    }
    if !comparison.cases.is_empty() {
        let as_expected = |case: &&uplift::CaseReport| case.verdict == Verdict::AsExpected;
        write!(
            out,
            "; {} of {} as expected",
            comparison.cases.iter().filter(as_expected).count(),
            counted(comparison.cases.len(), "case")
        )?;
    }
    for (words, names) in [
        ("not compared", &comparison.left_out),
        ("never answered", &comparison.never_answered),
    ] {
        if !names.is_empty() {
            write!(out, "\n{words}: {}: {}", names.len(), names.join(", "))?;
        }
    }
    if !comparison.never_answered.is_empty() {
        write!(
            out,
            "\nhelp: each input trapped, so nothing says that this mapping is right; is the function \
             that frees the result the right one? A case with a sensible input shows that it \
             answers, and one with `traps = true` that it is meant to trap."
        )?;
    }
    writeln!(out)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}
