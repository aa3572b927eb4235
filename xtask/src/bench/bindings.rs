//! The section `bindings`: `wasmtime_bindgen`, with the generic calls as the peer.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::harnesses::{BindingsRun, MemoryRun};
use super::measurements::{Measurements, grouped, ratio, rounded, time};
use super::page;

/// The rows: a row's name, and what it says.
const ROWS: [(&str, &str); 10] = [
    ("add", "add"),
    ("greet", "greet, 5 characters"),
    ("record", "record of 10 fields, in and out"),
    ("records_100", "100 small records, in and out"),
    ("resource_method", "method of a resource"),
    ("import", "call of an import, by the host"),
    ("bytes_in_1024", "`list<u8>`, 1 KiB in"),
    ("bytes_in_1048576", "`list<u8>`, 1 MiB in"),
    ("bytes_out_1048576", "`list<u8>`, 1 MiB out"),
    ("floats_in_1048576", "`list<f64>`, 1 MiB in, from a buffer"),
];

/// The columns of the peers: a peer's name in the results, and what it says.
const PEERS: [(&str, &str); 3] = [
    ("generic", "`wasmtime.component`"),
    ("legacy", "C ABI by hand"),
    ("extism", "`extism`"),
];

/// The rows of the peers.
const GREETER: [(&str, &str); 2] = [("add", "add"), ("greet", "greet, 5 characters")];

/// What took part: its name in the results, and what it says.
const VERSIONS: [(&str, &str); 4] = [
    ("python", "Python"),
    ("wasmtime", "wasmtime-py"),
    ("wasmtime_bindgen", "wasmtime_bindgen"),
    ("extism", "extism"),
];

/// Writes the section. A peer that was not measured shows as a dash.
///
/// # Errors
///
/// If another measurement is lacking.
pub(crate) fn render(run: &BindingsRun, memory: &MemoryRun) -> Result<String> {
    Ok(format!(
        "{}\n\n{}\n\n{}\n\n{}",
        comparison(run)?,
        peers(&run.peers)?,
        growth(memory)?,
        conditions(run)
    ))
}

/// What is left of the calls of the kind that leaves most.
fn growth(memory: &MemoryRun) -> Result<String> {
    let most = memory.rows.iter().max_by_key(|(_, grown)| grown.in_use);
    let (kind, grown) = most.context("the benchmark of memory has no rows")?;
    let calls = || memory.rows.values().map(|grown| grown.calls);
    Ok(format!(
        "Memory does not grow: {} calls of each of {} kinds, {} where each takes a fresh instance, \
         left at most {} bytes more in use than before ({kind}).",
        grouped(calls().max().unwrap_or_default()),
        memory.rows.len(),
        grouped(calls().min().unwrap_or_default()),
        grouped(grown.in_use.max(0).unsigned_abs()),
    ))
}

fn comparison(run: &BindingsRun) -> Result<String> {
    let mut text = String::from(
        "Medians of one call, and how many times as fast the second is.\n\n\
         | | `wasmtime.component` | `wasmtime_bindgen` | ratio | target | |\n\
         | --- | ---: | ---: | ---: | ---: | --- |",
    );
    for (row, title) in ROWS {
        let compared = run.rows.get(row);
        let compared = compared
            .with_context(|| format!("the benchmark of the bindings has no row `{row}`"))?;
        let reached = compared.generic / compared.wasmtime_bindgen;
        let met = rounded(reached) >= compared.target;
        write!(
            text,
            "\n| {title} | {} | {} | {} | {}× | {} |",
            time(compared.generic),
            time(compared.wasmtime_bindgen),
            ratio(compared.generic, compared.wasmtime_bindgen),
            compared.target,
            if met { "met" } else { "missed" }
        )?;
    }
    Ok(text)
}

fn peers(greeter: &Measurements) -> Result<String> {
    let mut text = String::from(
        "The greeter of this repository, with the time of each peer as a ratio to \
         `wasmtime_bindgen`.\n\n| | `wasmtime_bindgen`",
    );
    for (_, title) in PEERS {
        write!(text, " | {title}")?;
    }
    write!(text, " |\n| ---{} |", " | ---:".repeat(1 + PEERS.len()))?;
    for (row, title) in GREETER {
        let ours = greeter.get(row, "wasmtime_bindgen")?;
        write!(text, "\n| {title} | {}", time(ours))?;
        for (peer, _) in PEERS {
            let shown = match greeter.get(row, peer) {
                Err(_) if peer == "extism" => "–".to_string(),
                theirs => ratio(theirs?, ours),
            };
            write!(text, " | {shown}")?;
        }
        text.push_str(" |");
    }
    Ok(text)
}

fn conditions(run: &BindingsRun) -> String {
    let versions = VERSIONS.iter().filter_map(|(name, title)| {
        let version = run.versions.get(*name)?;
        Some(format!("{title} {version}"))
    });
    page::items(&[
        versions.collect::<Vec<_>>().join(", "),
        page::machine(),
        page::COMMAND.to_string(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A run in which every generic call takes that many nanoseconds.
    fn measured(generic: f64, extism: bool) -> Result<BindingsRun> {
        let row = json!({"generic": generic, "wasmtime_bindgen": 1_000.0, "target": 12});
        let rows = ROWS.map(|(name, _)| (name.to_string(), row.clone()));
        let mut peer = json!({"generic": generic, "wasmtime_bindgen": 1_000.0, "legacy": 20_000.0});
        if extism {
            peer["extism"] = json!(25_000.0);
        }
        let run = json!({
            "schema": 1,
            "versions": {"python": "3.11.7", "wasmtime": "50.0.1", "wasmtime_bindgen": "0.1.0"},
            "rows": serde_json::Map::from_iter(rows),
            "peers": {"add": peer.clone(), "greet": peer},
        });
        Ok(serde_json::from_value(run)?)
    }

    #[test]
    fn a_target_is_met_as_soon_as_the_shown_ratio_reaches_it() -> Result<()> {
        let met = comparison(&measured(11_960.0, true)?)?;
        assert!(
            met.contains("\n| add | 12.0 µs | 1.00 µs | 12.0× | 12× | met |\n"),
            "{met}"
        );
        let missed = comparison(&measured(11_900.0, true)?)?;
        assert_eq!(
            missed.matches("| 11.9× | 12× | missed |").count(),
            ROWS.len()
        );
        Ok(())
    }

    #[test]
    fn a_peer_that_was_not_measured_shows_as_a_dash() -> Result<()> {
        let all = peers(&measured(12_000.0, true)?.peers)?;
        assert!(
            all.ends_with("\n| greet, 5 characters | 1.00 µs | 12.0× | 20.0× | 25.0× |"),
            "{all}"
        );
        let most = peers(&measured(12_000.0, false)?.peers)?;
        assert!(most.ends_with("| 12.0× | 20.0× | – |"), "{most}");
        Ok(())
    }

    fn remembered() -> Result<MemoryRun> {
        let rows = json!({
            "numbers": {"calls": 1_000_000, "in_use": 1_744, "process": 0},
            "traps": {"calls": 5_000, "in_use": 20_656, "process": 12_288},
            "text": {"calls": 1_000_000, "in_use": -800, "process": 0},
        });
        Ok(serde_json::from_value(json!({"schema": 1, "rows": rows}))?)
    }

    #[test]
    fn the_kind_that_leaves_most_memory_is_named() -> Result<()> {
        assert_eq!(
            growth(&remembered()?)?,
            "Memory does not grow: 1,000,000 calls of each of 3 kinds, 5,000 where each takes a \
             fresh instance, left at most 20,656 bytes more in use than before (traps)."
        );
        Ok(())
    }

    #[test]
    fn a_lacking_row_is_named() -> Result<()> {
        let mut run = measured(1.0, true)?;
        run.rows.remove("import");
        assert_eq!(
            render(&run, &remembered()?).unwrap_err().to_string(),
            "the benchmark of the bindings has no row `import`"
        );
        Ok(())
    }

    #[test]
    fn only_what_took_part_is_listed_with_its_version() -> Result<()> {
        let text = conditions(&measured(1.0, false)?);
        assert!(
            text.starts_with("- Python 3.11.7, wasmtime-py 50.0.1, wasmtime_bindgen 0.1.0\n"),
            "{text}"
        );
        Ok(())
    }
}
