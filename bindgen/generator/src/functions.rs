//! WIT functions as Python methods: those that call the guest, and the
//! signatures of those that the host implements.

use std::fmt::Write as _;

use wit_parser::{Function, FunctionKind, Type, TypeId};

use crate::annotations::Position;
use crate::docs::{docstring, paragraphs};
use crate::expression::{Expression, WIDTH};
use crate::module::Scope;
use crate::names::{self, Namespace};
use crate::plan::{self, Home};
use crate::support::{Side, context};
use crate::types::{class_head, result_of};

/// A function in Python's terms.
pub(crate) struct Signature {
    /// Name and annotation of each parameter, without `self`.
    params: Vec<(String, Expression)>,
    result: Expression,
    docs: String,
}

impl Signature {
    /// How Python calls an exported function.
    pub(crate) fn exported(scope: &mut Scope<'_, '_>, home: Home, function: &Function) -> Self {
        let side = side_of(home, Side::Export);
        Self::new(scope, function, side, Position::Given, Position::Made)
    }

    /// How the guest calls an imported function.
    pub(crate) fn imported(scope: &mut Scope<'_, '_>, home: Home, function: &Function) -> Self {
        let side = side_of(home, Side::Import);
        Self::new(scope, function, side, Position::Made, Position::Given)
    }

    fn new(
        scope: &mut Scope<'_, '_>,
        function: &Function,
        side: Side,
        given: Position,
        returned: Position,
    ) -> Self {
        let mut names = Namespace::new(&[&["self", "cls"]]);
        let receiver = usize::from(matches!(function.kind, FunctionKind::Method(_)));
        let params = function.params.iter().skip(receiver).map(|param| {
            let name = names.claim(&names::snake(&param.name));
            (name, scope.annotation(param.ty, given, Some(side)))
        });
        let params = params.collect();
        let docs = plan::text(&function.docs);
        let resolve = scope.plan.resolve;
        let parts = result_of(resolve, function.result);
        let (result, docs) = if let Some(parts) = parts {
            let raises = raises(scope, function, parts.err, returned, side);
            let result = scope.optional(parts.ok, returned, Some(side));
            (result, paragraphs(docs, &raises))
        } else {
            let result = scope.optional(function.result, returned, Some(side));
            (result, docs.to_owned())
        };
        let result = match function.kind {
            FunctionKind::Constructor(_) => Expression::atom("None"),
            _ => result,
        };
        Self {
            params,
            result,
            docs,
        }
    }

    /// `Callable[[int, str], bool]`.
    pub(crate) fn callable(&self, scope: &mut Scope<'_, '_>) -> Expression {
        let params = self.params.iter().map(|(_, ty)| ty.clone()).collect();
        self.callable_with(Expression::list(params), scope)
    }

    /// As [`Self::callable`], for what is called on the class. Pyright looks for
    /// the class among the parameters, and reports it if there are none.
    fn callable_on_class(&self, scope: &mut Scope<'_, '_>) -> Expression {
        if self.params.is_empty() {
            return self.callable_with(Expression::atom("..."), scope);
        }
        self.callable(scope)
    }

    fn callable_with(&self, params: Expression, scope: &mut Scope<'_, '_>) -> Expression {
        let head = scope.standard("Callable");
        Expression::subscript(head, vec![params, self.result.clone()])
    }

    fn returns(&self) -> bool {
        self.result != Expression::atom("None")
    }

    /// A method that hands its arguments to the plan that the runtime sets.
    pub(crate) fn method(&self, name: &str, plan: &str, receiver: &str) -> String {
        let mut lines = Vec::new();
        if receiver == "cls" {
            lines.push("    @classmethod\n".to_owned());
        }
        lines.push(self.define(name, receiver, false, ""));
        lines.push(docstring(&self.docs, 8));
        let arguments = self.params.iter().map(|(name, _)| Expression::atom(name));
        let call = Expression::call(format!("{receiver}.{plan}"), arguments.collect());
        let before = if self.returns() { "return " } else { "" };
        let call = call.statement(8, 8 + before.len(), 0);
        lines.push(format!("        {before}{call}\n"));
        lines.concat()
    }

    /// A method of a protocol.
    pub(crate) fn required(&self, name: &str, receiver: &str) -> String {
        let decorator = if receiver == "cls" {
            "    @classmethod\n"
        } else {
            ""
        };
        let docs = docstring(&self.docs, 8);
        if docs.is_empty() {
            return format!("{decorator}{}", self.define(name, receiver, true, " ..."));
        }
        let head = self.define(name, receiver, true, "");
        // The dots tell type checkers that no body is missing.
        format!("{decorator}{head}{docs}        ...\n")
    }

    /// A property of a protocol: the class of a resource.
    pub(crate) fn property(class: Expression, name: &str, docs: &str) -> String {
        let signature = Self {
            params: Vec::new(),
            result: Expression::subscript("type", vec![class]),
            docs: String::new(),
        };
        let head = signature.define(name, "self", false, "");
        format!("    @property\n{head}{}        ...\n", docstring(docs, 8))
    }

    fn define(&self, name: &str, receiver: &str, positional: bool, tail: &str) -> String {
        let params = self.params.iter().map(|(name, ty)| (name.as_str(), ty));
        let slash = positional.then_some("/");
        let mut written = vec![receiver.to_owned()];
        written.extend(
            params
                .clone()
                .map(|(name, ty)| format!("{name}: {}", ty.flat())),
        );
        written.extend(slash.map(str::to_owned));
        let result = self.result.flat();
        let line = format!("    def {name}({}) -> {result}:", written.join(", "));
        if line.chars().count() + tail.len() <= WIDTH {
            return format!("{line}{tail}\n");
        }
        let mut text = format!("    def {name}(\n        {receiver},\n");
        for (name, ty) in params {
            let annotation = ty.lines(8, 8 + name.len() + 2, 1);
            let _ = writeln!(text, "        {name}: {annotation},");
        }
        if let Some(slash) = slash {
            let _ = writeln!(text, "        {slash},");
        }
        let result = self.result.statement(4, 4 + ") -> ".len(), 1 + tail.len());
        text + &format!("    ) -> {result}:{tail}\n")
    }
}

/// The sentence on what a function raises for its error.
fn raises(
    scope: &mut Scope<'_, '_>,
    function: &Function,
    error: Option<Type>,
    position: Position,
    side: Side,
) -> String {
    let plan = scope.plan;
    if let Some(error) = plan.error_type(function) {
        return format!("Raises `{}`.", plan[plan.home(error)].errors[&error]);
    }
    let error = scope.unimported(|scope| scope.optional(error, position, Some(side)));
    format!("Raises `WitError[{}]`.", error.flat())
}

fn side_of(home: Home, side: Side) -> Side {
    match home {
        Home::Interface(id) => context(side, Some(id)),
        Home::World => context(side, None),
    }
}

/// The class of a resource: for one that lives in the guest, with methods that
/// call it; for one of the host's, with what the host's class has to have.
pub(crate) fn resource(
    scope: &mut Scope<'_, '_>,
    home: Home,
    id: TypeId,
    side: Side,
    name: &str,
    docs: &str,
) -> String {
    let plan = scope.plan;
    let base = match side {
        Side::Export => scope.abi("Resource"),
        Side::Import => scope.standard("Protocol").to_owned(),
    };
    let (mut plans, mut methods) = (String::new(), String::new());
    for function in plan.resource_functions(home, side, id) {
        let python = plan[home].function(side, function);
        let (method, receiver) = match function.kind {
            FunctionKind::Constructor(_) => ("__init__", "self"),
            FunctionKind::Static(_) => (python, "cls"),
            _ => (python, "self"),
        };
        methods.push('\n');
        methods += &match side {
            Side::Export => {
                let signature = Signature::exported(scope, home, function);
                let attribute = format!("_{python}");
                let annotation = if receiver == "cls" {
                    let head = scope.standard("ClassVar");
                    Expression::subscript(head, vec![signature.callable_on_class(scope)])
                } else {
                    signature.callable(scope)
                };
                plans += &annotated(&attribute, &annotation);
                signature.method(method, &attribute, receiver)
            }
            Side::Import => Signature::imported(scope, home, function).required(method, receiver),
        };
    }
    if !plans.is_empty() {
        plans.insert(0, '\n');
    }
    let head = class_head(name, Expression::atom(base));
    let docs = docstring(docs, 4);
    format!("{head}{docs}{plans}{methods}")
}

/// `_area: Callable[[Shape], float]`, which the runtime sets.
pub(crate) fn plan_line(
    scope: &mut Scope<'_, '_>,
    attribute: &str,
    signature: &Signature,
) -> String {
    annotated(attribute, &signature.callable(scope))
}

fn annotated(attribute: &str, annotation: &Expression) -> String {
    let annotation = annotation.statement(4, 4 + attribute.len() + 2, 0);
    format!("    {attribute}: {annotation}\n")
}
