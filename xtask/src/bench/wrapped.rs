//! The section `wrapped`: a wrapped core module, with a native component and
//! the module's own C ABI as the peers.

use std::fmt::Write as _;

use anyhow::Result;

use super::measurements::{Measurements, ratio, rounded, time};
use super::page;

/// The peers: a peer's name in the results, and what it says.
const PEERS: [(&str, &str); 2] = [("native", "native component"), ("raw", "C ABI")];

/// One row: a call.
struct Row {
    name: &'static str,
    title: &'static str,
    /// Whether a native component does the same.
    has_native: bool,
    /// The peer of the target, and how many times its time is allowed.
    target: Option<(&'static str, f64)>,
}

const fn row(name: &'static str, title: &'static str, target: Option<(&'static str, f64)>) -> Row {
    Row {
        name,
        title,
        has_native: true,
        target,
    }
}

const SMALL: Option<(&str, f64)> = Some(("native", 1.35));
const LARGE: Option<(&str, f64)> = Some(("raw", 1.25));

const ROWS: [Row; 6] = [
    row("greet_5", "greet, 5 B", SMALL),
    row("add", "add", SMALL),
    row("greet_1024", "greet, 1 KiB", None),
    row("greet_65536", "greet, 64 KiB", LARGE),
    row("greet_1048576", "greet, 1 MiB", LARGE),
    Row {
        has_native: false,
        ..row("compress_1048576", "zlib: compress, 1 MiB", LARGE)
    },
];

/// How long the command may take, in nanoseconds: well under a second.
const COMMAND: f64 = 250e6;

/// Writes the section; `versions` are those of what measured.
///
/// # Errors
///
/// If a measurement is lacking.
pub(crate) fn render(measured: &Measurements, versions: &str) -> Result<String> {
    let lines = [
        versions.to_string(),
        page::machine(),
        page::COMMAND.to_string(),
    ];
    Ok(format!(
        "{}\n\n{}\n\n{}",
        comparison(measured)?,
        command(measured)?,
        page::items(&lines)
    ))
}

fn comparison(measured: &Measurements) -> Result<String> {
    let mut text = String::from(
        "Medians of one call, and the time of wrapped as a ratio to each peer.\n\n| | wrapped",
    );
    for (_, title) in PEERS {
        write!(text, " | {title} | ratio")?;
    }
    write!(
        text,
        " | target | |\n| ---{} | --- | --- |",
        " | ---:".repeat(1 + 2 * PEERS.len())
    )?;
    for row in &ROWS {
        let Row { name, title, .. } = row;
        let wrapped = measured.get(name, "wrapped")?;
        write!(text, "\n| {title} | {}", time(wrapped))?;
        for (peer, _) in PEERS {
            if peer == "native" && !row.has_native {
                text.push_str(" | – | –");
                continue;
            }
            let theirs = measured.get(name, peer)?;
            write!(text, " | {} | {}", time(theirs), ratio(wrapped, theirs))?;
        }
        let Some((peer, most)) = row.target else {
            text.push_str(" | – | |");
            continue;
        };
        let met = rounded(wrapped / measured.get(name, peer)?) <= most;
        let peer = PEERS.iter().find(|(other, _)| *other == peer);
        let peer = peer.map_or("", |(_, title)| title);
        write!(text, " | at most {most}× {peer} | {} |", word(met))?;
    }
    Ok(text)
}

fn command(measured: &Measurements) -> Result<String> {
    let took = measured.get("command", "wrap")?;
    Ok(format!(
        "`uplift wrap` takes {} for a module of 1 MB, as a whole process (target: under {}, {}).",
        time(took),
        time(COMMAND),
        word(took < COMMAND)
    ))
}

fn word(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run in which every peer takes a microsecond.
    fn measured(wrapped: f64) -> Measurements {
        let mut all = Measurements::default();
        for row in &ROWS {
            all.add(row.name, "wrapped", wrapped);
            all.add(row.name, "raw", 1_000.0);
            if row.has_native {
                all.add(row.name, "native", 1_000.0);
            }
        }
        all.add("command", "wrap", 12e6);
        all
    }

    #[test]
    fn a_target_is_met_up_to_the_shown_ratio_and_missed_beyond() -> Result<()> {
        let met = comparison(&measured(1_254.0))?;
        assert!(
            met.contains("\n| greet, 64 KiB | 1.25 µs | 1.00 µs | 1.25× | 1.00 µs | 1.25× | at most 1.25× C ABI | met |\n"),
            "{met}"
        );
        assert!(!met.contains("missed"), "{met}");
        let missed = comparison(&measured(1_260.0))?;
        assert_eq!(missed.matches("C ABI | missed |").count(), 3, "{missed}");
        assert_eq!(
            missed.matches("native component | met |").count(),
            2,
            "{missed}"
        );
        Ok(())
    }

    #[test]
    fn a_row_without_a_native_component_shows_dashes() -> Result<()> {
        let text = comparison(&measured(1_000.0))?;
        assert!(
            text.ends_with("| zlib: compress, 1 MiB | 1.00 µs | – | – | 1.00 µs | 1.00× | at most 1.25× C ABI | met |"),
            "{text}"
        );
        Ok(())
    }

    #[test]
    fn a_lacking_measurement_is_named() {
        let error = render(&Measurements::default(), "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no measurement of `wrapped` in `greet_5`"
        );
    }
}
