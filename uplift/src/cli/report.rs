//! Diagnostics as rustc shows them: the file, the line, what is wrong, and how to
//! mend it.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use uplift::{Diagnostic, Source};

use super::excerpt::Excerpt;
use super::plain;

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
        // Writing to a String can't fail.
        let _ = handler.render_report(&mut out, &Shown::new(mistake, module, map, text));
        out.push('\n');
    }
    out
}

/// A diagnostic in miette's terms.
struct Shown {
    code: &'static str,
    message: String,
    label: Option<String>,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

impl Shown {
    fn new(mistake: &Diagnostic, module: &Path, map: &Path, text: &str) -> Self {
        let plain = |text: &str| plain::line(text).into_owned();
        let (path, text) = match &mistake.source {
            Source::Mapping => (Some(map), text),
            Source::Wit { path, text } => (Some(path.as_path()), text.as_str()),
            Source::Module => (None, ""),
        };
        let excerpt = match (path, &mistake.span) {
            (Some(path), Some(span)) => Some(Excerpt::new(&path.display().to_string(), text, span)),
            _ => None,
        };
        let message = match path {
            Some(_) => plain(&mistake.message),
            None => plain(&format!("{}: {}", module.display(), mistake.message)),
        };
        Shown {
            code: mistake.code,
            message,
            label: (!mistake.label.is_empty()).then(|| plain(&mistake.label)),
            help: mistake.help.as_deref().map(plain),
            excerpt,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let excerpt = self.excerpt.as_ref()?;
        Some(excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = &self.excerpt.as_ref()?.span;
        let label = LabeledSpan::new(self.label.clone(), span.start, span.len());
        Some(Box::new(std::iter::once(label)))
    }
}
