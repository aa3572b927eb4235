//! Finds one item, such as a function with its doc comment, in a source file
//! by its layout: rustfmt, ruff and WIT's usual style make that reliable.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// How a language's items begin and end.
#[derive(Clone, Copy)]
pub(crate) enum Language {
    /// Rust and WIT: an item ends with a bracket at its own indentation.
    Brackets,
    /// Python: an item ends before a line that is indented
    /// no deeper.
    Indentation,
}

impl Language {
    /// The language of the file at `path`.
    ///
    /// # Errors
    ///
    /// Names the extension if its language is unknown.
    pub(crate) fn of(path: &str) -> Result<Self> {
        match Path::new(path).extension().and_then(|end| end.to_str()) {
            Some("rs" | "wit") => Ok(Self::Brackets),
            Some("py") => Ok(Self::Indentation),
            _ => bail!("{path}: items are found in .rs, .wit and .py files only"),
        }
    }

    fn belongs_to_item_below(self, line: &str) -> bool {
        match self {
            Self::Brackets => ["//", "#[", "@"].iter().any(|mark| line.starts_with(mark)),
            Self::Indentation => ["#", "@"].iter().any(|mark| line.starts_with(mark)),
        }
    }
}

/// The item whose first line holds `wanted`, with the comments, attributes and
/// decorators above it, moved to the left margin.
///
/// # Errors
///
/// If no line or several lines hold `wanted`, or the item has no end.
pub(crate) fn containing(text: &str, wanted: &str, language: Language) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let matches: Vec<usize> = (0..lines.len())
        .filter(|&index| lines[index].contains(wanted))
        .collect();
    let [first] = matches[..] else {
        if matches.is_empty() {
            bail!("no line holds `{wanted}`");
        }
        let numbers: Vec<_> = matches
            .iter()
            .map(|index| (index + 1).to_string())
            .collect();
        bail!(
            "the lines {} hold `{wanted}`: make it longer",
            numbers.join(", ")
        );
    };
    let indent = indent_of(lines[first]);
    let above = lines[..first]
        .iter()
        .rev()
        .take_while(|line| indent_of(line) == indent && language.belongs_to_item_below(line.trim()))
        .count();
    let last = match language {
        Language::Brackets => end_by_brackets(&lines, first, indent),
        Language::Indentation => Some(end_by_indentation(&lines, first, indent)),
    };
    let last = last.with_context(|| format!("the item at line {} has no end", first + 1))?;
    let moved = lines[first - above..=last]
        .iter()
        .map(|line| line.get(indent..).unwrap_or_default());
    Ok(moved.collect::<Vec<_>>().join("\n"))
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn end_by_brackets(lines: &[&str], first: usize, indent: usize) -> Option<usize> {
    let opens = |line: &str| line.ends_with(['{', '(', '[']);
    let mut in_brackets = false;
    (first..lines.len()).find(|&index| {
        let line = lines[index].trim_end();
        let closes = indent_of(line) == indent && line.trim_start().starts_with(['}', ')', ']']);
        if in_brackets && !closes {
            return false;
        }
        // `) -> String {` closes the arguments and opens the body.
        in_brackets = opens(line);
        let ends = line.ends_with([';', '}']) || (line.ends_with(',') && index == first);
        ends || (closes && !in_brackets)
    })
}

fn end_by_indentation(lines: &[&str], first: usize, indent: usize) -> usize {
    let is_blank = |line: &str| line.trim().is_empty();
    let after = (first + 1..lines.len())
        .find(|&index| {
            let line = lines[index];
            // `) -> str:` closes the arguments before the body.
            let closes = line.trim_start().starts_with([')', ']', '}']);
            !is_blank(line) && indent_of(line) <= indent && !closes
        })
        .unwrap_or(lines.len());
    (first..after)
        .rev()
        .find(|&index| !is_blank(lines[index]))
        .unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = r#"//! A module.

use std::fmt;

/// Greets.
///
/// Politely.
#[must_use]
fn greet(name: &str) -> String {
    if name.is_empty() {
        bare()
    } else {
        full(name)
    }
}

impl Host {
    // Wraps around.
    fn add(
        self,
        a: i32,
    ) -> i32 {
        self.add_later(a)
    }

    const NAMES: [&str; 2] = [
        "Ada",
        "Grace",
    ];
}

const LONG: &str =
    "text";

struct Unit;

impl<T> Call for T
where
    T: Clone,
{
    fn call(&self) {}
}
"#;

    fn rust(wanted: &str) -> Result<String> {
        containing(RUST, wanted, Language::Brackets)
    }

    #[test]
    fn a_rust_item_comes_with_its_docs_and_attributes() -> Result<()> {
        let greet = rust("fn greet(")?;
        assert!(greet.starts_with("/// Greets.\n///\n/// Politely.\n#[must_use]\nfn greet("));
        assert!(greet.ends_with("full(name)\n    }\n}"), "{greet}");
        Ok(())
    }

    #[test]
    fn a_rust_method_is_moved_to_the_margin() -> Result<()> {
        assert_eq!(
            rust("fn add(")?,
            "// Wraps around.\nfn add(\n    self,\n    a: i32,\n) -> i32 {\n    self.add_later(a)\n}"
        );
        Ok(())
    }

    #[test]
    fn rust_items_without_a_body_end_where_they_end() -> Result<()> {
        assert_eq!(rust("struct Unit")?, "struct Unit;");
        assert_eq!(rust("const LONG")?, "const LONG: &str =\n    \"text\";");
        assert_eq!(
            rust("const NAMES")?,
            "const NAMES: [&str; 2] = [\n    \"Ada\",\n    \"Grace\",\n];"
        );
        assert_eq!(rust("use std::fmt")?, "use std::fmt;");
        assert_eq!(rust("fn call")?, "fn call(&self) {}");
        Ok(())
    }

    #[test]
    fn a_where_clause_is_part_of_the_rust_item() -> Result<()> {
        let call = rust("impl<T> Call")?;
        assert!(call.ends_with("{\n    fn call(&self) {}\n}"), "{call}");
        Ok(())
    }

    #[test]
    fn text_in_several_lines_is_refused_with_their_numbers() {
        assert_eq!(
            rust("name").unwrap_err().to_string(),
            "the lines 9, 10, 13 hold `name`: make it longer"
        );
    }

    #[test]
    fn an_item_without_an_end_is_refused() {
        let error = containing("fn greet() {\n", "fn greet", Language::Brackets);
        assert_eq!(
            error.unwrap_err().to_string(),
            "the item at line 1 has no end"
        );
    }

    #[test]
    fn a_wit_function_comes_with_its_docs() -> Result<()> {
        let wit = "world greeter {\n    /// Greets.\n    export greet: func(name: string) -> string;\n\n    /// Adds.\n    export add: func();\n}\n";
        assert_eq!(
            containing(wit, "export greet", Language::Brackets)?,
            "/// Greets.\nexport greet: func(name: string) -> string;"
        );
        assert_eq!(
            containing(wit, "world greeter", Language::Brackets)?,
            wit.trim_end()
        );
        Ok(())
    }

    #[test]
    fn a_python_item_ends_at_the_dedent() -> Result<()> {
        let python = "import x\n\n\n@dataclass\nclass Host:\n    \"\"\"A host.\"\"\"\n\n    def greet(\n        self,\n    ) -> str:\n        return 'a'\n\n    def add(self) -> int:\n        return 1\n\n\nLAST = 1\n";
        assert_eq!(
            containing(python, "def greet", Language::Indentation)?,
            "def greet(\n    self,\n) -> str:\n    return 'a'"
        );
        let class = containing(python, "class Host", Language::Indentation)?;
        assert!(class.starts_with("@dataclass\nclass Host:"));
        assert!(class.ends_with("        return 1"), "{class}");
        assert_eq!(
            containing(python, "LAST", Language::Indentation)?,
            "LAST = 1"
        );
        Ok(())
    }
}
