//! What was measured, and how numbers are written.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// Medians in nanoseconds, by row (what was done) and by guest.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Measurements(BTreeMap<String, BTreeMap<String, f64>>);

impl Measurements {
    /// Adds one median.
    pub(crate) fn add(&mut self, row: &str, guest: &str, nanoseconds: f64) {
        let row = self.0.entry(row.to_string()).or_default();
        row.insert(guest.to_string(), nanoseconds);
    }

    /// The median of `guest` in `row`.
    ///
    /// # Errors
    ///
    /// If that was not measured.
    pub(crate) fn get(&self, row: &str, guest: &str) -> Result<f64> {
        self.0
            .get(row)
            .and_then(|guests| guests.get(guest))
            .copied()
            .with_context(|| format!("no measurement of `{guest}` in `{row}`"))
    }

    /// All of them in the order of their names.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        self.0.iter().flat_map(|(row, guests)| {
            guests
                .iter()
                .map(move |(guest, &median)| (row.as_str(), guest.as_str(), median))
        })
    }
}

/// `361 ns`, `11.2 µs`, `4.60 ms`, `1.20 s`: three digits that mean something.
pub(crate) fn time(nanoseconds: f64) -> String {
    let units = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let (unit, size) = units
        .into_iter()
        .rev()
        .find(|(_, size)| nanoseconds >= *size)
        .unwrap_or(units[0]);
    format!("{} {unit}", three_digits(nanoseconds / size))
}

/// `800`, `1,000`, `1,000,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(String::from_utf8_lossy);
    let all = (!head.is_empty()).then(|| head.into()).into_iter();
    all.chain(groups).collect::<Vec<_>>().join(",")
}

/// `1.62×`, `12.3×`, `340×`.
pub(crate) fn ratio(of: f64, to: f64) -> String {
    format!("{}×", three_digits(of / to))
}

/// `number` as exact as it is shown, so that what is shown as 12.0 is not below 12.
pub(crate) fn rounded(number: f64) -> f64 {
    let shown = 10_f64.powi(i32::from(decimals(number)));
    (number * shown).round() / shown
}

fn three_digits(number: f64) -> String {
    format!("{number:.*}", usize::from(decimals(number)))
}

fn decimals(number: f64) -> u8 {
    match number {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_suits_them() {
        assert_eq!(time(0.8), "0.80 ns");
        assert_eq!(time(361.4), "361 ns");
        assert_eq!(time(11_240.0), "11.2 µs");
        assert_eq!(time(4_600_000.0), "4.60 ms");
        assert_eq!(time(1.2e9), "1.20 s");
    }

    #[test]
    fn whole_numbers_are_grouped_by_thousands() {
        let shown = [0, 800, 1_000, 20_656, 1_000_000].map(grouped);
        assert_eq!(shown, ["0", "800", "1,000", "20,656", "1,000,000"]);
    }

    #[test]
    fn ratios_have_three_digits() {
        assert_eq!(ratio(162.0, 100.0), "1.62×");
        assert_eq!(ratio(999.6, 100.0), "10.0×");
        assert_eq!(ratio(1_234.0, 100.0), "12.3×");
        assert_eq!(ratio(34_000.0, 100.0), "340×");
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "rounding gives the nearest number of all")]
    fn a_number_is_rounded_as_it_is_shown() {
        assert_eq!(rounded(7.994), 7.99);
        assert_eq!(rounded(11.96), 12.0);
        assert_eq!(rounded(11.94), 11.9);
        assert_eq!(rounded(123.4), 123.0);
    }

    #[test]
    fn what_was_not_measured_is_named() {
        let mut some = Measurements::default();
        some.add("greet_5", "rust", 1.0);
        assert!(some.get("greet_5", "rust").is_ok());
        assert_eq!(
            some.get("greet_5", "python").unwrap_err().to_string(),
            "no measurement of `python` in `greet_5`"
        );
    }
}
