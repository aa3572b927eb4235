//! WIT types as Python classes.

use std::fmt::Write as _;

use wit_parser::{Docs, Enum, Flags, Record, Result_, Type, TypeDefKind, TypeId, Variant};

use crate::annotations::Position;
use crate::docs::{docstring, paragraphs};
use crate::expression::Expression;
use crate::functions;
use crate::module::Scope;
use crate::names::{self, Namespace};
use crate::plan::{self, Home};
use crate::support::Side;
use crate::traverse::{DefineTypes, definition};

/// Writes the types of a module into it.
pub(crate) struct Types<'s, 'p, 'a> {
    pub(crate) scope: &'s mut Scope<'p, 'a>,
    pub(crate) home: Home,
}

impl Types<'_, '_, '_> {
    fn name(&self, id: TypeId) -> String {
        self.scope.plan[self.home].names[&id].clone()
    }

    /// The WIT's words on a type, or what kind of thing it is.
    fn docs(&self, id: TypeId, kind: &str) -> String {
        match self.scope.plan.docs(id) {
            "" => format!("The {kind} `{}`.", self.scope.plan.wit_name(id)),
            docs => docs.to_owned(),
        }
    }

    fn resource_class(&mut self, id: TypeId, side: Side, name: &str, docs: &str) {
        let class = functions::resource(self.scope, self.home, id, side, name, docs);
        self.scope.class(class);
    }

    /// The exception that carries a type, if some function fails with it.
    fn exception(&mut self, id: TypeId) {
        let plan = self.scope.plan;
        if let Some(exception) = plan[self.home].errors.get(&id) {
            let value = Expression::atom(self.name(id));
            let base = Expression::subscript(self.scope.abi("WitError"), vec![value]);
            let docs = format!("Raised for an error of the type `{}`.", plan.wit_name(id));
            let head = class_head(exception, base);
            self.scope.class(head + &docstring(&docs, 4));
        }
    }
}

impl DefineTypes for Types<'_, '_, '_> {
    fn record(&mut self, id: TypeId, record: &Record) {
        let mut names = Namespace::new(&[names::ANNOTATIONS, names::FIELDS]);
        let fields = record.fields.iter().map(|field| {
            let name = names.claim(&names::snake(&field.name));
            let annotation = self.scope.annotation(field.ty, Position::Given, None);
            member(&name, &annotation, &field.docs)
        });
        let fields: String = fields.collect();
        let docs = self.docs(id, "record");
        let class = dataclass(self.scope, &self.name(id), &docs, &fields);
        self.scope.class(class);
        self.exception(id);
    }

    fn variant(&mut self, id: TypeId, variant: &Variant) {
        let plan = self.scope.plan;
        let classes = &plan[self.home].cases[&id];
        for (case, class) in variant.cases.iter().zip(classes) {
            let fields = case.ty.map_or_else(String::new, |ty| {
                let annotation = self.scope.annotation(ty, Position::Given, None);
                member("value", &annotation, &Docs::default())
            });
            let docs = match plan::text(&case.docs) {
                "" => format!("The case `{}` of `{}`.", case.name, plan.wit_name(id)),
                docs => docs.to_owned(),
            };
            let class = dataclass(self.scope, class, &docs, &fields);
            self.scope.class(class);
        }
        let classes = classes.iter().map(Expression::atom);
        let union = classes.reduce(Expression::or);
        let union = union.unwrap_or_else(|| Expression::atom("None"));
        let docs = self.docs(id, "variant");
        let name = self.name(id);
        self.scope.alias(&name, &union, &docs);
        self.exception(id);
    }

    fn enumeration(&mut self, id: TypeId, cases: &Enum) {
        let base = self.scope.standard("Enum");
        let mut text = class_head(&self.name(id), Expression::atom(base));
        text += &docstring(&self.docs(id, "enum"), 4);
        text.push('\n');
        let mut names = Namespace::default();
        for case in &cases.cases {
            let name = names.claim(&names::upper(&case.name));
            text += &value_line(&name, &Expression::string(&case.name), &case.docs);
        }
        self.scope.class(text);
        self.exception(id);
    }

    fn flags(&mut self, id: TypeId, flags: &Flags) {
        let base = self.scope.standard("Flag");
        let mut text = class_head(&self.name(id), Expression::atom(base));
        text += &docstring(&self.docs(id, "flags"), 4);
        let mut names = Namespace::default();
        for (bit, flag) in flags.flags.iter().enumerate() {
            if bit == 0 {
                text.push('\n');
            }
            let name = names.claim(&names::upper(&flag.name));
            let value = Expression::atom((1_u64 << bit).to_string());
            text += &value_line(&name, &value, &flag.docs);
        }
        self.scope.class(text);
        self.exception(id);
    }

    fn resource(&mut self, id: TypeId) {
        let plan = self.scope.plan;
        let module = &plan[self.home];
        let docs = self.docs(id, "resource");
        if module.export.is_some() && self.home != Home::World {
            let name = self.name(id);
            self.resource_class(id, Side::Export, &name, &docs);
        }
        if module.import.is_some() {
            let (name, docs) = match module.hosts.get(&id) {
                Some(host) => (
                    host.clone(),
                    paragraphs(&docs, "This is the one that the host implements."),
                ),
                None => (self.name(id), docs),
            };
            self.resource_class(id, Side::Import, &name, &docs);
        }
    }

    fn alias(&mut self, id: TypeId) {
        let value = self.scope.structure(id, Position::Given, None);
        let name = self.name(id);
        self.scope.alias(&name, &value, self.scope.plan.docs(id));
    }

    fn used(&mut self, id: TypeId, target: TypeId) {
        let plan = self.scope.plan;
        let (name, home) = (self.name(id), plan.home(target));
        let module = &plan[home];
        let origin = &module.names[&target];
        if *origin == name {
            self.scope.import(&module.python, origin);
        } else {
            let sibling = self.scope.sibling(&module.python);
            let value = Expression::atom(format!("{sibling}.{origin}"));
            self.scope.alias(&name, &value, "");
        }
    }
}

/// The two sides of a result type.
pub(crate) fn result_of(resolve: &wit_parser::Resolve, ty: Option<Type>) -> Option<&Result_> {
    let Type::Id(id) = ty? else { return None };
    match &resolve.types[definition(resolve, id)].kind {
        TypeDefKind::Result(result) => Some(result),
        _ => None,
    }
}

/// `class Name(Base):`.
pub(crate) fn class_head(name: &str, base: Expression) -> String {
    let head = Expression::call(name, vec![base]);
    format!("class {}:\n", head.lines(0, "class ".len(), 1))
}

/// A frozen dataclass.
pub(crate) fn dataclass(scope: &mut Scope<'_, '_>, name: &str, docs: &str, fields: &str) -> String {
    let decorator = scope.standard("dataclass");
    let mut text = format!("@{decorator}(frozen=True, slots=True)\nclass {name}:\n");
    text += &docstring(docs, 4);
    if !fields.is_empty() {
        text.push('\n');
        text += fields;
    }
    text
}

/// `name: annotation`, with a docstring.
pub(crate) fn member(name: &str, annotation: &Expression, docs: &Docs) -> String {
    let annotation = annotation.statement(4, 4 + name.chars().count() + 2, 0);
    let mut text = String::new();
    let _ = writeln!(text, "    {name}: {annotation}");
    text + &docstring(plan::text(docs), 4)
}

fn value_line(name: &str, value: &Expression, docs: &Docs) -> String {
    let value = value.statement(4, 4 + name.len() + " = ".len(), 0);
    format!("    {name} = {value}\n{}", docstring(plan::text(docs), 4))
}
