//! Diagnostics as rustc shows them: the file, the line, what is wrong, and how to
//! mend it.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode,
};
use uplift::{Diagnostic, Source};

/// Prints all mistakes to standard error, how many there are, and what did not
/// happen.
pub(super) fn print(
    mistakes: &[Diagnostic],
    module: &Path,
    map: &Path,
    text: &str,
    consequence: &str,
) {
    let color =
        io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let theme = if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    eprint!("{}", render(mistakes, module, map, text, theme));
    let count = match mistakes.len() {
        1 => "1 mistake".to_owned(),
        many => format!("{many} mistakes"),
    };
    eprintln!("error: {count}{consequence}");
}

fn render(
    mistakes: &[Diagnostic],
    module: &Path,
    map: &Path,
    text: &str,
    theme: GraphicalTheme,
) -> String {
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_links(false);
    let mut out = String::new();
    for mistake in mistakes {
        let shown = Shown {
            mistake,
            module,
            source: NamedSource::new(map.display().to_string(), text.to_owned()),
        };
        // Writing to a String can't fail.
        let _ = handler.render_report(&mut out, &shown);
        out.push('\n');
    }
    out
}

/// A diagnostic in miette's terms.
struct Shown<'a> {
    mistake: &'a Diagnostic,
    module: &'a Path,
    source: NamedSource<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistake.source {
            Source::Mapping => f.write_str(&self.mistake.message),
            Source::Module => write!(f, "{}: {}", self.module.display(), self.mistake.message),
        }
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.mistake.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.mistake
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.mistake
            .span
            .as_ref()
            .map(|_| &self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.mistake.span.clone()?;
        let label = (!self.mistake.label.is_empty()).then(|| self.mistake.label.clone());
        let label = LabeledSpan::new(label, span.start, span.len());
        Some(Box::new(std::iter::once(label)))
    }
}
