//! The package's `__init__.py`: the class of the world, and its imports.

use std::collections::HashSet;

use crate::docs::{docstring, paragraphs};
use crate::expression::Expression;
use crate::functions::{Signature, plan_line};
use crate::module::{Scope, sort_exports};
use crate::names::{self, Namespace};
use crate::plan::{Home, Plan};
use crate::support::Side;
use crate::types::{class_head, dataclass, member};

/// Writes the package itself.
pub(crate) fn write(plan: &Plan<'_>) -> String {
    let mut namespace = Namespace::new(&[names::IMPORTED]);
    let class = namespace.claim(plan.world_class());
    let imports = has_imports(plan).then(|| namespace.claim(&format!("{class}Imports")));
    let mut all = vec![class.clone()];
    all.extend(imports.clone());

    // A name that several modules have is nobody's here.
    let mut owned = HashSet::new();
    for home in plan.modules() {
        for name in plan.own_names(home) {
            if !owned.insert(name) {
                namespace.take(name);
            }
        }
    }

    let mut scope = Scope::new(plan, None, namespace);
    scope.sibling("_wit");
    reexport(&mut scope, &mut all);
    if let Some(imports) = &imports {
        write_imports(&mut scope, imports);
    }
    write_world(&mut scope, &class, imports.as_deref());
    sort_exports(&mut all);
    let docs = format!("The world `{}`.", plan.world_name());
    scope.finish(&docs, Some(&all))
}

/// Makes what is public in one module only importable from the package, and
/// every module of an interface an attribute of it.
fn reexport(scope: &mut Scope<'_, '_>, all: &mut Vec<String>) {
    let plan = scope.plan;
    for home in plan.modules() {
        let module = &plan[home];
        for name in plan.own_names(home) {
            if scope.import_if_free(home, name) {
                all.push(name.clone());
            }
        }
        if let Home::Interface(_) = home {
            scope.sibling(&module.python);
            all.push(module.python.clone());
        }
    }
}

fn has_imports(plan: &Plan<'_>) -> bool {
    plan.modules().any(|home| plan[home].import.is_some()) || plan[Home::World].import.is_some()
}

/// The dataclass of what the host provides.
fn write_imports(scope: &mut Scope<'_, '_>, class: &str) {
    let plan = scope.plan;
    let world = &plan[Home::World];
    let resources = plan.resources(Home::World);
    let hidden = resources.iter().map(|id| world.names[id].clone());
    scope.hiding(hidden.collect(), |scope| {
        let mut fields = String::new();
        let none = wit_parser::Docs::default();
        for home in plan.modules() {
            if let (Home::Interface(_), Some(import)) = (home, &plan[home].import) {
                let protocol = Expression::atom(scope.reference(home, &import.class));
                fields += &member(&import.attribute, &protocol, &none);
            }
        }
        for id in &resources {
            let name = &world.names[id];
            let protocol = Expression::atom(scope.reference(Home::World, name));
            let annotation = Expression::subscript("type", vec![protocol]);
            fields += &member(name, &annotation, &none);
        }
        let functions = world.import.iter().flat_map(|surface| &surface.functions);
        for function in functions.filter(|f| f.kind.resource().is_none()) {
            let name = world.function(Side::Import, function);
            let callable = Signature::imported(scope, Home::World, function).callable(scope);
            fields += &member(name, &callable, &function.docs);
        }
        let docs = format!(
            "What the host provides to the world `{}`.",
            plan.world_name()
        );
        dataclass(scope, class, &docs, &fields)
    });
}

/// The class of the world.
fn write_world(scope: &mut Scope<'_, '_>, class: &str, imports: Option<&str>) {
    let plan = scope.plan;
    let base = scope.abi("World");
    let mut text = class_head(class, Expression::atom(base));
    let docs = format!("An instance of the world `{}`.", plan.world_name());
    text += &docstring(&paragraphs(&docs, plan.world_docs), 4);
    text.push('\n');
    let mut has_attributes = false;
    for home in plan.modules() {
        if let (Home::Interface(_), Some(export)) = (home, &plan[home].export) {
            let interface = Expression::atom(scope.reference(home, &export.class));
            text += &member(&export.attribute, &interface, &wit_parser::Docs::default());
            has_attributes = true;
        }
    }
    let mut methods = String::new();
    let world = &plan[Home::World];
    if let Some(export) = world.surface(Side::Export) {
        for function in &export.functions {
            let python = world.function(Side::Export, function);
            let attribute = format!("_{python}");
            let signature = Signature::exported(scope, Home::World, function);
            text += &plan_line(scope, &attribute, &signature);
            methods.push('\n');
            methods += &signature.method(python, &attribute, "self");
            has_attributes = true;
        }
    }
    if has_attributes {
        text.push('\n');
    }
    text += &load(scope, class, imports);
    scope.class(text + &methods);
}

/// The class method that makes an instance.
fn load(scope: &mut Scope<'_, '_>, class: &str, imports: Option<&str>) -> String {
    let optional = |name: &str| Expression::atom(name).or_none().flat();
    let source = optional(&scope.abi("Source"));
    let wasi = optional(&scope.abi("Wasi"));
    let limits = optional(&scope.abi("Limits"));
    let imports = imports.map_or_else(|| "None = None".to_owned(), str::to_owned);
    let docs = docstring(
        "Return an instance of `component`, or of the one in this package.",
        8,
    );
    let arguments = [
        "_wit.WORLD",
        "component",
        "imports",
        "wasi",
        "limits",
        "cache",
    ];
    let arguments = arguments.map(Expression::atom).to_vec();
    let result = Expression::atom(class).statement(4, 4 + ") -> ".len(), 1);
    let call = Expression::call("cls._load_", arguments).lines(8, 8 + "return ".len(), 0);
    format!(
        "    @classmethod\n    def load(\n        cls,\n        component: {source} = None,\n        \
         *,\n        imports: {imports},\n        wasi: {wasi} = None,\n        \
         limits: {limits} = None,\n        cache: bool = True,\n    ) -> {result}:\n{docs}        \
         return {call}\n"
    )
}
