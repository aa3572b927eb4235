//! The package's `_wit.py`: what the runtime reads of the WIT.

use std::collections::HashMap;

use indexmap::IndexMap;
use wit_parser::{
    Enum, Flags, Function, Handle, Record, Type, TypeDefKind, TypeId, Variant, WorldItem,
};

use crate::expression::Expression;
use crate::module::Scope;
use crate::names::{self, Namespace};
use crate::plan::{Home, Plan};
use crate::support::{Side, context, is_renamed};
use crate::traverse::{DefineTypes, definition, is_used};

/// Writes the descriptors of everything that functions and resources reach.
pub(crate) fn write(plan: &Plan<'_>) -> String {
    let mut namespace = Namespace::new(&[names::IMPORTED]);
    namespace.take("WORLD");
    for home in plan.modules() {
        namespace.take(&plan[home].python);
    }
    let mut descriptors = Descriptors {
        scope: Scope::new(plan, None, namespace),
        names: Namespace::new(&[&["WORLD"]]),
        written: HashMap::new(),
        side: Side::Import,
        plan,
    };
    let world = descriptors.world();
    let value = world.lines(0, "WORLD = ".len(), 0);
    descriptors.scope.constant(format!("WORLD = {value}\n"));
    let docs = format!(
        "What the runtime reads of the world `{}`.",
        plan.world_name()
    );
    descriptors.scope.finish(&docs, None)
}

struct Descriptors<'p, 'a> {
    scope: Scope<'p, 'a>,
    names: Namespace,
    /// The constant of each definition; of both sides, where they differ.
    written: HashMap<(TypeId, Side), String>,
    /// The side of the signature that is being written.
    side: Side,
    plan: &'p Plan<'a>,
}

impl Descriptors<'_, '_> {
    fn world(&mut self) -> Expression {
        let plan = self.plan;
        let imports = self.items(Side::Import);
        let exports = self.items(Side::Export);
        let resources: Vec<_> = plan
            .resources(Home::World)
            .into_iter()
            .map(|id| self.named(id))
            .collect();
        let keyword = |name, value| Expression::Keyword(name, Box::new(value));
        let mut arguments = vec![
            keyword("name", Expression::string(plan.world_name())),
            keyword("python", Expression::string(plan.world_python())),
            keyword("exports", Expression::tuple(exports)),
            keyword("imports", Expression::tuple(imports)),
            keyword("generator", Expression::string(crate::VERSION)),
            keyword("interface", Expression::atom(crate::INTERFACE.to_string())),
            keyword("digest", Expression::string(plan.digest)),
        ];
        if !resources.is_empty() {
            arguments.push(keyword("resources", Expression::tuple(resources)));
        }
        let left_out = self.left_out();
        if !left_out.is_empty() {
            arguments.push(keyword("left_out", Expression::tuple(left_out)));
        }
        Expression::call(self.scope.abi("WorldType"), arguments)
    }

    /// The imported functions that nobody can implement, by interface.
    fn left_out(&self) -> Vec<Expression> {
        let mut found: IndexMap<&str, Vec<Expression>> = IndexMap::new();
        for function in self.plan.supported.skipped.iter().filter(|f| f.imported) {
            let interface = function.interface.as_deref().unwrap_or_default();
            let functions = found.entry(interface).or_default();
            functions.push(Expression::string(&function.function));
        }
        let pair = |(name, functions)| {
            Expression::tuple(vec![Expression::string(name), Expression::tuple(functions)])
        };
        found.into_iter().map(pair).collect()
    }

    /// The imports or exports, in the WIT's order.
    fn items(&mut self, side: Side) -> Vec<Expression> {
        let plan = self.plan;
        let mut written = Vec::new();
        for (_, key, item) in plan.supported.items().filter(|(s, _, _)| *s == side) {
            match item {
                WorldItem::Interface { id, .. } if is_renamed(plan.resolve, key, *id) => {}
                WorldItem::Function(function) if plan.supported.has(side, None, function) => {
                    self.side = context(side, None);
                    written.push(self.function(Home::World, side, function));
                }
                WorldItem::Interface { id, .. } => {
                    let home = Home::Interface(*id);
                    if plan.modules().any(|other| other == home) {
                        self.side = side;
                        written.extend(self.interface(home, side));
                    }
                }
                WorldItem::Function(_) | WorldItem::Type { .. } => {}
            }
        }
        written
    }

    fn interface(&mut self, home: Home, side: Side) -> Option<Expression> {
        let plan = self.plan;
        let module = &plan[home];
        let surface = module.surface(side)?;
        let functions = surface.functions.iter();
        let functions: Vec<_> = functions.map(|f| self.function(home, side, f)).collect();
        let resources = plan.resources(home);
        let resources: Vec<_> = resources.into_iter().map(|id| self.named(id)).collect();
        let sibling = self.scope.sibling(&module.python);
        let keyword = |name, value| Expression::Keyword(name, Box::new(value));
        let mut arguments = vec![
            Expression::string(&module.wit),
            Expression::string(&surface.attribute),
            Expression::atom(format!("{sibling}.{}", surface.class)),
            keyword("funcs", Expression::tuple(functions)),
        ];
        if !resources.is_empty() {
            arguments.push(keyword("resources", Expression::tuple(resources)));
        }
        let head = self.scope.abi("InterfaceType");
        Some(Expression::call(head, arguments))
    }

    fn function(&mut self, home: Home, side: Side, function: &Function) -> Expression {
        let plan = self.plan;
        let params = function.params.iter().map(|param| {
            let ty = self.value(param.ty);
            Expression::tuple(vec![Expression::string(&param.name), ty])
        });
        let mut arguments = vec![
            Expression::string(&function.name),
            Expression::string(plan[home].function(side, function)),
            Expression::tuple(params.collect()),
            self.optional(function.result),
        ];
        if crate::types::result_of(plan.resolve, function.result).is_some() {
            let raises = Expression::atom(self.raised(function));
            arguments.push(Expression::Keyword("raises", Box::new(raises)));
        }
        Expression::call(self.scope.abi("Func"), arguments)
    }

    /// The exception that a function raises for its error.
    fn raised(&mut self, function: &Function) -> String {
        match self.plan.error_type(function) {
            Some(error) => {
                let module = &self.plan[self.plan.home(error)];
                let sibling = self.scope.sibling(&module.python);
                format!("{sibling}.{}", module.errors[&error])
            }
            None => self.scope.abi("WitError"),
        }
    }

    fn optional(&mut self, ty: Option<Type>) -> Expression {
        ty.map_or_else(|| Expression::atom("None"), |ty| self.value(ty))
    }

    /// The descriptor of a type where a value of it passes.
    fn value(&mut self, ty: Type) -> Expression {
        let primitive = match ty {
            Type::Bool => "BOOL",
            Type::U8 => "U8",
            Type::U16 => "U16",
            Type::U32 => "U32",
            Type::U64 => "U64",
            Type::S8 => "S8",
            Type::S16 => "S16",
            Type::S32 => "S32",
            Type::S64 => "S64",
            Type::F32 => "F32",
            Type::F64 => "F64",
            Type::Char => "CHAR",
            Type::String => "STRING",
            Type::ErrorContext => unreachable!("what is not supported is left out before"),
            Type::Id(id) => return self.definition(definition(self.plan.resolve, id)),
        };
        Expression::atom(self.scope.abi(primitive))
    }

    fn definition(&mut self, id: TypeId) -> Expression {
        let (head, items) = match &self.plan.resolve.types[id].kind {
            TypeDefKind::Type(primitive) => return self.value(*primitive),
            TypeDefKind::List(element) => ("List", vec![self.value(*element)]),
            TypeDefKind::Map(key, value) => ("Map", vec![self.value(*key), self.value(*value)]),
            TypeDefKind::Option(payload) => ("Option", vec![self.value(*payload)]),
            TypeDefKind::Result(result) => {
                let sides = vec![self.optional(result.ok), self.optional(result.err)];
                ("Result", sides)
            }
            TypeDefKind::Tuple(tuple) => {
                let items = tuple.types.iter().map(|ty| self.value(*ty)).collect();
                ("Tuple", vec![Expression::tuple(items)])
            }
            TypeDefKind::Handle(handle) => {
                let (head, Handle::Own(id) | Handle::Borrow(id)) = (
                    match handle {
                        Handle::Own(_) => "Own",
                        Handle::Borrow(_) => "Borrow",
                    },
                    handle,
                );
                let resource = definition(self.plan.resolve, *id);
                (head, vec![self.named(resource)])
            }
            TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_) => return self.named(id),
            // A resource that passes without `own` or `borrow` is owned.
            TypeDefKind::Resource => ("Own", vec![self.named(id)]),
            TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Unknown => unreachable!("what is not supported is left out before"),
        };
        Expression::call(self.scope.abi(head), items)
    }

    /// The constant of a definition, which is written first if it is new.
    fn named(&mut self, id: TypeId) -> Expression {
        let side = if self.plan.is_two_sided(Type::Id(id)) {
            self.side
        } else {
            Side::Import
        };
        if !self.written.contains_key(&(id, side)) {
            let resolve = self.plan.resolve;
            self.define(resolve, id);
        }
        Expression::atom(&self.written[&(id, side)])
    }

    fn constant(&mut self, id: TypeId, kind: &str, mut arguments: Vec<Expression>) {
        let plan = self.plan;
        let home = plan.home(id);
        let wit = plan.wit_name(id);
        let two_sided = plan.is_two_sided(Type::Id(id));
        let rivals = plan.modules().filter(|other| {
            let mut types = plan[*other].types.iter().copied();
            types.any(|id| plan.wit_name(id) == wit && !is_used(plan.resolve, id))
        });
        let module = if rivals.count() > 1 {
            format!("{}_", names::upper(&plan[home].python))
        } else {
            String::new()
        };
        let host = if two_sided && self.side == Side::Import {
            "HOST_"
        } else {
            ""
        };
        let name = self
            .names
            .claim(&format!("{host}{module}{}", names::upper(wit)));
        arguments.insert(0, Expression::string(wit));
        let value = Expression::call(self.scope.abi(kind), arguments);
        let value = value.statement(0, name.len() + 3, 0);
        self.scope.constant(format!("{name} = {value}\n"));
        let side = if two_sided { self.side } else { Side::Import };
        self.written.insert((id, side), name);
    }

    /// What the module of a type calls `name`.
    fn class(&mut self, id: TypeId, name: &str) -> Expression {
        let module = self.plan[self.plan.home(id)].python.clone();
        Expression::atom(format!("{}.{name}", self.scope.sibling(&module)))
    }

    fn own_class(&mut self, id: TypeId) -> Expression {
        let name = &self.plan[self.plan.home(id)].names[&id];
        self.class(id, name)
    }
}

impl DefineTypes for Descriptors<'_, '_> {
    fn record(&mut self, id: TypeId, record: &Record) {
        let fields = record.fields.iter().map(|field| {
            let ty = self.value(field.ty);
            Expression::tuple(vec![Expression::string(&field.name), ty])
        });
        let fields = Expression::tuple(fields.collect());
        let class = self.own_class(id);
        self.constant(id, "Record", vec![class, fields]);
    }

    fn variant(&mut self, id: TypeId, variant: &Variant) {
        let classes = &self.plan[self.plan.home(id)].cases[&id];
        let cases = variant.cases.iter().zip(classes).map(|(case, class)| {
            let class = self.class(id, class);
            let payload = self.optional(case.ty);
            Expression::tuple(vec![Expression::string(&case.name), class, payload])
        });
        let cases = Expression::tuple(cases.collect());
        self.constant(id, "Variant", vec![cases]);
    }

    fn enumeration(&mut self, id: TypeId, _: &Enum) {
        let class = self.own_class(id);
        self.constant(id, "Enum", vec![class]);
    }

    fn flags(&mut self, id: TypeId, flags: &Flags) {
        let class = self.own_class(id);
        let names = flags
            .flags
            .iter()
            .map(|flag| Expression::string(&flag.name));
        let names = Expression::tuple(names.collect());
        self.constant(id, "Flags", vec![class, names]);
    }

    fn resource(&mut self, id: TypeId) {
        let module = &self.plan[self.plan.home(id)];
        let name = &module.names[&id];
        match module.hosts.get(&id) {
            Some(host) if self.side == Side::Import => {
                let class = self.class(id, host);
                let attribute =
                    Expression::Keyword("attribute", Box::new(Expression::string(name)));
                self.constant(id, "ResourceType", vec![class, attribute]);
            }
            _ => {
                let class = self.class(id, name);
                self.constant(id, "ResourceType", vec![class]);
            }
        }
    }

    /// An alias has no descriptor: it is written out where a value passes.
    fn alias(&mut self, _: TypeId) {}

    fn used(&mut self, _: TypeId, _: TypeId) {}
}
