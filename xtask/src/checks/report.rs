//! Which checks ran, how each went, and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::progress::duration;

/// How a check ended that did not fail.
pub(crate) enum Verdict {
    /// What it checks holds.
    Passed,
    /// It could not run; the text says why, and what to do.
    Skipped(String),
}

enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// The checks so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    stopped: Option<&'static str>,
}

impl Report {
    /// Runs a check under a heading with its name.
    pub(crate) fn check(&mut self, name: &'static str, work: impl FnOnce() -> Result<Verdict>) {
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = match work() {
            Ok(Verdict::Passed) => Outcome::Passed,
            Ok(Verdict::Skipped(why)) => {
                println!("skipped: {why}");
                Outcome::Skipped(why)
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                Outcome::Failed(format!("{error:#}"))
            }
        };
        let took = started.elapsed();
        self.rows.push(Row {
            name,
            outcome,
            took,
        });
    }

    /// Says that no further check can run, and why.
    pub(crate) fn skip_rest(&mut self, why: &'static str) {
        self.stopped = Some(why);
    }

    /// Prints the table. A skipped check counts as failed if it is `strict`.
    ///
    /// # Errors
    ///
    /// If anything failed.
    pub(crate) fn end(self, strict: bool) -> Result<()> {
        println!("\n{}", self.table(strict));
        let failed = self
            .rows
            .iter()
            .filter(|row| match row.outcome {
                Outcome::Passed => false,
                Outcome::Failed(_) => true,
                Outcome::Skipped(_) => strict,
            })
            .count();
        match (failed, self.stopped) {
            (0, None) => Ok(()),
            (_, Some(why)) => bail!("the other checks did not run: {why}"),
            (failed, None) => bail!("{failed} of {} checks failed", self.rows.len()),
        }
    }

    fn table(&self, strict: bool) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max();
        let width = width.unwrap_or_default();
        let lines = self.rows.iter().map(|row| {
            let (word, why) = match &row.outcome {
                Outcome::Passed => ("pass", ""),
                Outcome::Failed(why) => ("FAIL", why.lines().next().unwrap_or_default()),
                Outcome::Skipped(why) if strict => ("FAIL", why.as_str()),
                Outcome::Skipped(why) => ("skip", why.as_str()),
            };
            let took = duration(row.took);
            format!("{word}  {:width$}  {took:>10}  {why}", row.name)
                .trim_end()
                .to_string()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(work: impl FnOnce() -> Result<Verdict>) -> Report {
        let mut report = Report::default();
        report.check("first", || Ok(Verdict::Passed));
        report.check("second one", work);
        for row in &mut report.rows {
            row.took = Duration::from_secs(75);
        }
        report
    }

    #[test]
    fn a_failed_check_fails_the_whole_and_says_why() {
        let report = report(|| bail!("it is stale\nin detail"));
        assert_eq!(
            report.table(false),
            "pass  first       1 min 15 s\nFAIL  second one  1 min 15 s  it is stale"
        );
        assert_eq!(
            report.end(false).unwrap_err().to_string(),
            "1 of 2 checks failed"
        );
    }

    #[test]
    fn a_skipped_check_fails_only_in_ci() {
        let skipped = || report(|| Ok(Verdict::Skipped("absent: install it".to_string())));
        assert!(
            skipped()
                .table(false)
                .ends_with("\nskip  second one  1 min 15 s  absent: install it")
        );
        assert!(skipped().end(false).is_ok());
        assert!(skipped().table(true).contains("\nFAIL  second one"));
        assert!(skipped().end(true).is_err());
    }

    #[test]
    fn checks_that_could_not_run_fail_the_whole() {
        let mut report = report(|| Ok(Verdict::Passed));
        report.skip_rest("the build failed");
        assert_eq!(
            report.end(false).unwrap_err().to_string(),
            "the other checks did not run: the build failed"
        );
    }
}
