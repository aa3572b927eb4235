//! The Python module of an interface.

use wit_parser::Docs;

use crate::docs::{docstring, paragraphs};
use crate::expression::Expression;
use crate::functions::{Signature, plan_line};
use crate::module::Scope;
use crate::plan::{Home, Plan};
use crate::support::Side;
use crate::traverse::DefineTypes as _;
use crate::types::{Types, class_head, member};

/// Writes the module of `home`: its types, then the classes of what is
/// exported and imported.
pub(crate) fn write(plan: &Plan<'_>, home: Home) -> String {
    let module = &plan[home];
    let mut scope = Scope::new(plan, Some(home), module.namespace.clone());
    for id in &module.types {
        let mut types = Types {
            scope: &mut scope,
            home,
        };
        types.define(plan.resolve, *id);
    }
    let docs = match home {
        Home::World => format!("The types of the world `{}` itself.", plan.world_name()),
        Home::Interface(_) => {
            if module.import.is_some() {
                imports(&mut scope, home);
            }
            if module.export.is_some() {
                exports(&mut scope, home);
            }
            paragraphs(&format!("The interface `{}`.", module.wit), module.docs)
        }
    };
    scope.finish(&docs, Some(&module.public))
}

/// The protocol of what the host provides.
fn imports(scope: &mut Scope<'_, '_>, home: Home) {
    let plan = scope.plan;
    let module = &plan[home];
    let Some(surface) = module.surface(Side::Import) else {
        return;
    };
    let resources = plan.resources(home);
    let attributes = resources.iter().map(|id| module.names[id].clone());
    // Where both sides have the resource, the attribute bears the plain name
    // of the exported class.
    scope.hiding(attributes.collect(), |scope| {
        let base = scope.standard("Protocol");
        let class = &surface.class;
        let mut text = class_head(class, Expression::atom(base));
        text += &docstring(&format!("What the host provides as `{}`.", module.wit), 4);
        for id in &resources {
            let protocol = module.hosts.get(id).unwrap_or(&module.names[id]);
            let protocol = scope.reference(home, protocol);
            let docs = format!("The class of the resource `{}`.", plan.wit_name(*id));
            text.push('\n');
            text += &Signature::property(Expression::atom(protocol), &module.names[id], &docs);
        }
        for function in surface
            .functions
            .iter()
            .filter(|f| f.kind.resource().is_none())
        {
            let python = module.function(Side::Import, function);
            let signature = Signature::imported(scope, home, function);
            text.push('\n');
            text += &signature.required(python, "self");
        }
        text
    });
}

/// The class of what the component exports.
fn exports(scope: &mut Scope<'_, '_>, home: Home) {
    let plan = scope.plan;
    let module = &plan[home];
    let Some(surface) = module.surface(Side::Export) else {
        return;
    };
    let resources = plan.resources(home);
    let attributes = resources.iter().map(|id| module.names[id].clone());
    scope.hiding(attributes.collect(), |scope| {
        let base = scope.abi("Interface");
        let class = &surface.class;
        let mut text = class_head(class, Expression::atom(base));
        text += &docstring(
            &format!("What the component exports as `{}`.", module.wit),
            4,
        );
        text.push('\n');
        for id in &resources {
            let attribute = &module.names[id];
            let resource = Expression::atom(scope.reference(home, attribute));
            let class = Expression::subscript("type", vec![resource]);
            text += &member(attribute, &class, &Docs::default());
        }
        let mut methods = String::new();
        for function in surface
            .functions
            .iter()
            .filter(|f| f.kind.resource().is_none())
        {
            let python = module.function(Side::Export, function);
            let signature = Signature::exported(scope, home, function);
            let attribute = format!("_{python}");
            text += &plan_line(scope, &attribute, &signature);
            methods.push('\n');
            methods += &signature.method(python, &attribute, "self");
        }
        text + &methods
    });
}
