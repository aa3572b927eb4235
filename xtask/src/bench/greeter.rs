//! The section `greeter`: both hosts, with the legacy guest as the peer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::harnesses::PythonRun;
use super::measurements::{Measurements, ratio, time};
use super::page;

/// The rows of the headline table: a row's name, and what it says.
const HEADLINE: [(&str, &str); 6] = [
    ("greet_5", "greet, 5 B"),
    ("greet_1024", "greet, 1 KiB"),
    ("greet_1048576", "greet, 1 MiB"),
    ("add", "add"),
    ("start", "cached start to first greeting"),
    ("instantiate", "store and instantiate"),
];

/// What a target limits.
enum Limit {
    /// The ratio to another function of the same row.
    Times(f64, &'static str),
    /// The time in nanoseconds.
    Below(f64),
}

/// The targets: what they say, the row, the guest, the limit. In the Rust host.
const TARGETS: [(&str, &str, &str, Limit); 6] = [
    (
        "greet, 5 B: Rust component at most 2× quiet legacy",
        "greet_5",
        "rust",
        Limit::Times(2.0, "legacy"),
    ),
    (
        "greet, 1 MiB: Rust component at most 1× quiet legacy",
        "greet_1048576",
        "rust",
        Limit::Times(1.0, "legacy"),
    ),
    (
        "add: Rust component at most 6× a raw typed call",
        "add",
        "rust",
        Limit::Times(6.0, "raw"),
    ),
    (
        "cached start to first greeting: Rust component under 10 ms",
        "start",
        "rust",
        Limit::Below(10e6),
    ),
    (
        "cached start to first greeting: Python component under 200 ms",
        "start",
        "python",
        Limit::Below(200e6),
    ),
    (
        "store and instantiate: Rust component under 20 µs",
        "instantiate",
        "rust",
        Limit::Below(20e3),
    ),
];

/// What the numbers were measured on: versions and kind of machine.
pub(crate) struct Machine {
    lines: Vec<String>,
}

impl Machine {
    /// This machine.
    ///
    /// # Errors
    ///
    /// If a version can't be told.
    pub(crate) fn this(python: &PythonRun) -> Result<Self> {
        Ok(Self {
            lines: vec![
                format!("Rust host: {}", page::rust()?),
                format!(
                    "Python host: Python {}, wasmtime-py {}",
                    python.versions.python, python.versions.wasmtime
                ),
                page::machine(),
            ],
        })
    }
}

/// Writes the section.
///
/// # Errors
///
/// If a measurement is lacking.
pub(crate) fn render(rust: &Measurements, python: &PythonRun, machine: &Machine) -> Result<String> {
    let python = &python.measurements;
    Ok(format!(
        "{}\n\n{}\n\n{}\n\n{}",
        headline(rust, python)?,
        targets(rust)?,
        conditions(machine),
        appendix(rust, python)
    ))
}

fn headline(rust: &Measurements, python: &Measurements) -> Result<String> {
    let mut text = String::from(
        "Medians, as ratios to the quiet legacy guest in the same host and run.\n\n\
         | | Rust host: legacy | Rust component | Python component \
         | Python host: legacy | Rust component | Python component |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    );
    for (row, title) in HEADLINE {
        write!(text, "\n| {title}")?;
        for (host, measurements) in [("Rust", rust), ("Python", python)] {
            let median = |guest| {
                measurements
                    .get(row, guest)
                    .with_context(|| format!("the {host} benchmark is incomplete"))
            };
            let legacy = median("legacy")?;
            write!(
                text,
                " | {} | {} | {}",
                time(legacy),
                ratio(median("rust")?, legacy),
                ratio(median("python")?, legacy)
            )?;
        }
        text.push_str(" |");
    }
    Ok(text)
}

fn targets(rust: &Measurements) -> Result<String> {
    let mut text = String::from("| target, in the Rust host | measured | |\n| --- | ---: | --- |");
    for (title, row, guest, limit) in TARGETS {
        let median = rust.get(row, guest)?;
        let (measured, met) = match limit {
            Limit::Times(most, peer) => {
                let peer = rust.get(row, peer)?;
                // As exact as what is shown, so that 1.00× is not above 1×.
                let shown = (median / peer * 100.0).round() / 100.0;
                (ratio(median, peer), shown <= most)
            }
            Limit::Below(nanoseconds) => (time(median), median < nanoseconds),
        };
        let word = if met { "met" } else { "missed" };
        write!(text, "\n| {title} | {measured} | {word} |")?;
    }
    Ok(text)
}

fn conditions(machine: &Machine) -> String {
    page::items(&[machine.lines.as_slice(), &[page::COMMAND.to_string()]].concat())
}

/// Everything that was measured, as absolute times.
fn appendix(rust: &Measurements, python: &Measurements) -> String {
    let mut rows: BTreeMap<(usize, &str, &str), [Option<f64>; 2]> = BTreeMap::new();
    for (host, measurements) in [rust, python].into_iter().enumerate() {
        for (row, guest, median) in measurements.all() {
            let place = HEADLINE.iter().position(|(name, _)| *name == row);
            let key = (place.unwrap_or(HEADLINE.len()), row, guest);
            rows.entry(key).or_default()[host] = Some(median);
        }
    }
    let mut text = String::from(
        "### Appendix: all medians\n\n\
         | | guest | Rust host | Python host |\n| --- | --- | ---: | ---: |",
    );
    for ((place, row, guest), medians) in rows {
        let title = HEADLINE.get(place).map_or(row, |(_, title)| title);
        let [rust, python] = medians.map(|median| median.map_or_else(|| "–".to_string(), time));
        let _ = write!(text, "\n| {title} | {guest} | {rust} | {python} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(rust_component: f64) -> Measurements {
        let mut all = Measurements::default();
        for (row, _) in HEADLINE {
            all.add(row, "legacy", 1_000.0);
            all.add(row, "rust", rust_component);
            all.add(row, "python", 50_000.0);
        }
        all.add("add", "raw", 500.0);
        all
    }

    #[test]
    fn the_headline_has_one_row_a_call_with_ratios_in_both_hosts() -> Result<()> {
        let table = headline(&measured(1_500.0), &measured(900.0))?;
        assert_eq!(table.lines().count(), 4 + HEADLINE.len());
        assert!(
            table
                .contains("\n| greet, 5 B | 1.00 µs | 1.50× | 50.0× | 1.00 µs | 0.90× | 50.0× |\n")
        );
        Ok(())
    }

    #[test]
    fn targets_are_met_up_to_their_limit_and_missed_beyond() -> Result<()> {
        let met = targets(&measured(1_000.0))?;
        assert!(!met.contains("missed"), "{met}");
        assert!(
            met.contains("at most 6× a raw typed call | 2.00× | met |"),
            "{met}"
        );
        let missed = targets(&measured(20_000.0))?;
        assert_eq!(missed.matches("| missed |").count(), 4, "{missed}");
        Ok(())
    }

    #[test]
    fn the_appendix_shows_what_only_one_host_measures() {
        let table = appendix(&measured(1.0), &Measurements::default());
        assert!(table.contains("\n| add | raw | 500 ns | – |"), "{table}");
    }

    #[test]
    fn a_lacking_measurement_is_named() {
        let error = headline(&measured(1.0), &Measurements::default()).unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "the Python benchmark is incomplete: no measurement of `legacy` in `greet_5`"
        );
    }
}
