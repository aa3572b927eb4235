//! Python expressions, laid out as `ruff format` would at 88 columns.
//!
//! What fits on its line stays there. What does not is opened at its outermost
//! bracket, one item a line, with a comma after the last, which the formatter
//! takes as a wish to keep it so.

/// The line length, ruff's and black's default.
pub(crate) const WIDTH: usize = 88;

/// An expression, as far as generated code has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// A name or literal: what has no place to break at.
    Atom(String),
    /// `head`, then items between brackets.
    Bracketed {
        /// What stands before the bracket, such as the called function.
        head: String,
        /// Which brackets.
        brackets: Brackets,
        /// What stands between them.
        items: Vec<Expression>,
    },
    /// `a | b`.
    Union(Vec<Expression>),
    /// `name=value`.
    Keyword(&'static str, Box<Expression>),
}

/// The kinds of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brackets {
    /// `f(a, b)`.
    Call,
    /// `(a, b)`, `(a,)`.
    Tuple,
    /// `[a, b]`.
    List,
    /// `list[a]`.
    Subscript,
}

impl Expression {
    pub(crate) fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    /// A string literal of a WIT name, in which nothing needs escaping.
    pub(crate) fn string(text: &str) -> Self {
        Self::Atom(format!("\"{text}\""))
    }

    pub(crate) fn call(head: impl Into<String>, items: Vec<Self>) -> Self {
        Self::bracketed(head, Brackets::Call, items)
    }

    pub(crate) fn tuple(items: Vec<Self>) -> Self {
        Self::bracketed("", Brackets::Tuple, items)
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::bracketed("", Brackets::List, items)
    }

    pub(crate) fn subscript(head: impl Into<String>, items: Vec<Self>) -> Self {
        Self::bracketed(head, Brackets::Subscript, items)
    }

    fn bracketed(head: impl Into<String>, brackets: Brackets, items: Vec<Self>) -> Self {
        Self::Bracketed {
            head: head.into(),
            brackets,
            items,
        }
    }

    /// `self | other`, without brackets between.
    pub(crate) fn or(self, other: Self) -> Self {
        let mut operands = match self {
            Self::Union(operands) => operands,
            operand => vec![operand],
        };
        match other {
            Self::Union(more) => operands.extend(more),
            operand => operands.push(operand),
        }
        Self::Union(operands)
    }

    pub(crate) fn or_none(self) -> Self {
        self.or(Self::atom("None"))
    }

    /// On one line.
    pub(crate) fn flat(&self) -> String {
        match self {
            Self::Atom(text) => text.clone(),
            Self::Bracketed {
                head,
                brackets,
                items,
            } => {
                let (open, close) = brackets.ends();
                let comma = match (brackets, items.as_slice()) {
                    (Brackets::Tuple, [_]) => ",",
                    _ => "",
                };
                format!("{head}{open}{}{comma}{close}", joined(items, ", "))
            }
            Self::Union(operands) => joined(operands, " | "),
            Self::Keyword(name, value) => format!("{name}={}", value.flat()),
        }
    }

    /// Laid out inside of brackets, or where brackets can't be added.
    ///
    /// `indent` is the line's own indentation, `before` what its letters take
    /// before the expression, the indentation included, and `after` what has
    /// to follow on the last line.
    pub(crate) fn lines(&self, indent: usize, before: usize, after: usize) -> String {
        let flat = self.flat();
        if before + flat.chars().count() + after <= WIDTH {
            return flat;
        }
        match self {
            Self::Atom(_) => flat,
            Self::Keyword(name, value) => {
                format!(
                    "{name}={}",
                    value.lines(indent, before + name.len() + 1, after)
                )
            }
            Self::Union(operands) => operands
                .iter()
                .enumerate()
                .map(|(index, operand)| {
                    let (sign, column) = if index == 0 {
                        (String::new(), before)
                    } else {
                        (format!("\n{}| ", " ".repeat(indent)), indent + 2)
                    };
                    let last = index + 1 == operands.len();
                    let after = if last { after } else { 0 };
                    sign + &operand.lines(indent, column, after)
                })
                .collect(),
            Self::Bracketed { items, .. } if items.is_empty() => flat,
            Self::Bracketed {
                head,
                brackets,
                items,
            } => {
                let (open, close) = brackets.ends();
                // A comma makes a tuple of a lone subscript.
                let comma = match (brackets, items.as_slice()) {
                    (Brackets::Subscript, [_]) => "",
                    _ => ",",
                };
                let inner = indent + 4;
                let mut text = format!("{head}{open}\n");
                for item in items {
                    text.push_str(&" ".repeat(inner));
                    text.push_str(&item.lines(inner, inner, comma.len()));
                    text.push_str(comma);
                    text.push('\n');
                }
                text.push_str(&" ".repeat(indent));
                text.push_str(close);
                text
            }
        }
    }

    /// Whether every line fits, if the first begins at `indent`.
    fn fits(&self, indent: usize) -> bool {
        let text = " ".repeat(indent) + &self.lines(indent, indent, 0);
        text.lines().all(|line| line.chars().count() <= WIDTH)
    }

    /// As [`Self::lines`], where parentheses go around a union that is too long
    /// for its line, and around what has no place to break at if that helps.
    pub(crate) fn statement(&self, indent: usize, before: usize, after: usize) -> String {
        let length = self.flat().chars().count();
        let inner = indent + 4;
        // Nothing helps where the opening parenthesis is too far out already.
        let has_room = before < WIDTH;
        let helps = match self {
            Self::Union(_) => true,
            Self::Bracketed { head, items, .. } if !items.is_empty() => {
                let is_too_long = before + head.chars().count() + 1 > WIDTH;
                has_room && is_too_long && self.fits(inner)
            }
            Self::Atom(_) | Self::Bracketed { .. } => has_room && inner + length <= WIDTH,
            Self::Keyword(..) => false,
        };
        match self {
            _ if helps && before + length + after > WIDTH => {
                format!(
                    "(\n{}{}\n{})",
                    " ".repeat(inner),
                    self.lines(inner, inner, 0),
                    " ".repeat(indent)
                )
            }
            _ => self.lines(indent, before, after),
        }
    }
}

fn joined(items: &[Expression], between: &str) -> String {
    let flat: Vec<String> = items.iter().map(Expression::flat).collect();
    flat.join(between)
}

impl Brackets {
    fn ends(self) -> (&'static str, &'static str) {
        match self {
            Self::Call | Self::Tuple => ("(", ")"),
            Self::List | Self::Subscript => ("[", "]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Expression;

    fn name(letter: &str, length: usize) -> Expression {
        Expression::atom(letter.repeat(length))
    }

    #[test]
    fn what_fits_stays_on_its_line() {
        let call = Expression::call("f", vec![name("a", 40), name("b", 43)]);
        assert!(!call.lines(0, 0, 0).contains('\n'));
    }

    #[test]
    fn what_does_not_fit_is_opened_at_the_outer_bracket() {
        let call = Expression::call("f", vec![name("a", 40), name("b", 44)]);
        let (a, b) = ("a".repeat(40), "b".repeat(44));
        assert_eq!(call.lines(0, 0, 0), format!("f(\n    {a},\n    {b},\n)"));
    }

    #[test]
    fn a_lone_subscript_gets_no_comma() {
        let list = Expression::subscript("list", vec![name("a", 90)]);
        assert_eq!(
            list.lines(0, 0, 0),
            format!("list[\n    {}\n]", "a".repeat(90))
        );
    }

    #[test]
    fn a_long_union_is_put_in_parentheses() {
        let union = name("a", 60).or(name("b", 30));
        let (a, b) = ("a".repeat(60), "b".repeat(30));
        assert_eq!(
            union.statement(0, 0, 0),
            format!("(\n    {a}\n    | {b}\n)")
        );
    }

    #[test]
    fn a_long_name_is_put_in_parentheses_if_it_fits_there() {
        let fits = name("a", 84);
        assert_eq!(
            fits.statement(0, 8, 0),
            format!("(\n    {}\n)", "a".repeat(84))
        );
        assert_eq!(name("a", 85).statement(0, 8, 0), "a".repeat(85));
    }

    #[test]
    fn no_parentheses_go_where_they_would_be_too_far_out() {
        assert_eq!(name("a", 5).statement(0, 88, 0), "aaaaa");
        let call = Expression::call("f", vec![name("a", 5)]);
        assert_eq!(call.statement(0, 88, 0), "f(\n    aaaaa,\n)");
    }

    #[test]
    fn a_call_that_opens_beyond_the_line_is_put_in_parentheses() {
        let call = Expression::call("call", vec![name("a", 5)]);
        assert_eq!(call.statement(0, 83, 0), "call(\n    aaaaa,\n)");
        assert_eq!(call.statement(0, 84, 0), "(\n    call(aaaaa)\n)");
        let empty = Expression::call("call", Vec::new());
        assert_eq!(empty.statement(0, 83, 0), "(\n    call()\n)");
    }

    #[test]
    fn a_tuple_of_one_keeps_its_comma() {
        assert_eq!(Expression::tuple(vec![name("a", 1)]).flat(), "(a,)");
    }
}
