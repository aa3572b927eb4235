//! WIT types as Python annotations.

use wit_parser::{Handle, Type, TypeDefKind, TypeId};

use crate::expression::Expression;
use crate::module::Scope;
use crate::plan::is_nominal;
use crate::support::Side;
use crate::traverse::definition;

/// Who makes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// The user, so that whatever can be lowered is welcome.
    Given,
    /// The runtime, so that exact types can be promised.
    Made,
}

impl Scope<'_, '_> {
    /// The annotation of a type, or `None` for no type.
    pub(crate) fn optional(
        &mut self,
        ty: Option<Type>,
        position: Position,
        side: Option<Side>,
    ) -> Expression {
        match ty {
            Some(ty) => self.annotation(ty, position, side),
            None => Expression::atom("None"),
        }
    }

    /// The annotation of a type in a signature on `side`, or in a definition
    /// that both sides share.
    pub(crate) fn annotation(
        &mut self,
        ty: Type,
        position: Position,
        side: Option<Side>,
    ) -> Expression {
        Expression::atom(match ty {
            Type::Bool => "bool",
            Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::S8
            | Type::S16
            | Type::S32
            | Type::S64 => "int",
            Type::F32 | Type::F64 => "float",
            Type::Char | Type::String => "str",
            Type::ErrorContext => unreachable!("what is not supported is left out before"),
            Type::Id(id) if self.has_name_for(id, position, side) => {
                return Expression::atom(self.type_name(id, side));
            }
            Type::Id(id) => return self.structure(id, position, side),
        })
    }

    /// The annotation of what a definition is made of.
    pub(crate) fn structure(
        &mut self,
        id: TypeId,
        position: Position,
        side: Option<Side>,
    ) -> Expression {
        let resolve = self.plan.resolve;
        match &resolve.types[id].kind {
            TypeDefKind::Type(ty) => self.annotation(*ty, position, side),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => {
                Expression::atom(self.type_name(*id, side))
            }
            TypeDefKind::List(element) => self.list(*element, position, side),
            TypeDefKind::Map(key, value) => {
                let items = vec![
                    self.annotation(*key, position, side),
                    self.annotation(*value, position, side),
                ];
                match position {
                    Position::Given => Expression::subscript(self.standard("Mapping"), items),
                    Position::Made => Expression::subscript("dict", items),
                }
            }
            TypeDefKind::Option(payload) => {
                let inner = self.annotation(*payload, position, side);
                if self.is_option(*payload) {
                    Expression::subscript(self.abi("Some"), vec![inner]).or_none()
                } else {
                    inner.or_none()
                }
            }
            TypeDefKind::Result(result) => {
                let ok = self.optional(result.ok, position, side);
                let err = self.optional(result.err, position, side);
                let ok = Expression::subscript(self.abi("Ok"), vec![ok]);
                ok.or(Expression::subscript(self.abi("Err"), vec![err]))
            }
            TypeDefKind::Tuple(tuple) => {
                let items = tuple.types.iter();
                let items: Vec<_> = items
                    .map(|ty| self.annotation(*ty, position, side))
                    .collect();
                if items.is_empty() {
                    Expression::atom("tuple[()]")
                } else {
                    Expression::subscript("tuple", items)
                }
            }
            TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource => Expression::atom(self.type_name(id, side)),
            TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Unknown => unreachable!("what is not supported is left out before"),
        }
    }

    fn list(&mut self, element: Type, position: Position, side: Option<Side>) -> Expression {
        match (self.primitive(element), position) {
            (Some(Type::U8), Position::Given) => Expression::atom(self.abi("Buffer")),
            (Some(Type::U8), Position::Made) => Expression::atom("bytes"),
            (_, Position::Made) => {
                Expression::subscript("list", vec![self.annotation(element, position, side)])
            }
            (primitive, Position::Given) => {
                let item = self.annotation(element, position, side);
                let sequence = Expression::subscript(self.standard("Sequence"), vec![item]);
                if primitive.is_some_and(is_numeric) {
                    sequence.or(Expression::atom(self.abi("Buffer")))
                } else {
                    sequence
                }
            }
        }
    }

    /// The primitive type that `ty` is, by whatever name.
    fn primitive(&self, ty: Type) -> Option<Type> {
        let resolve = self.plan.resolve;
        match ty {
            Type::Id(id) => match resolve.types[definition(resolve, id)].kind {
                TypeDefKind::Type(primitive) => Some(primitive),
                _ => None,
            },
            primitive => Some(primitive),
        }
    }

    /// Whether the type's own name says what an annotation here has to say: an
    /// alias is written for what the user gives, and for what both sides share.
    fn has_name_for(&self, id: TypeId, position: Position, side: Option<Side>) -> bool {
        let plan = self.plan;
        plan.resolve.types[id].name.is_some()
            && (position == Position::Given || !self.depends_on_position(Type::Id(id)))
            && (side != Some(Side::Export)
                || is_nominal_or_resource(&plan.resolve.types[definition(plan.resolve, id)].kind)
                || !plan.is_two_sided(Type::Id(id)))
    }

    /// Whether a list or map is in the type, outside of what has a class.
    fn depends_on_position(&self, ty: Type) -> bool {
        let Type::Id(id) = ty else { return false };
        let kind = &self.plan.resolve.types[id].kind;
        match kind {
            TypeDefKind::List(_) | TypeDefKind::Map(..) => true,
            kind if is_nominal_or_resource(kind) => false,
            TypeDefKind::Handle(_) => false,
            kind => crate::traverse::parts(kind)
                .into_iter()
                .any(|part| self.depends_on_position(part)),
        }
    }

    fn is_option(&self, ty: Type) -> bool {
        let Type::Id(id) = ty else { return false };
        let id = definition(self.plan.resolve, id);
        matches!(self.plan.resolve.types[id].kind, TypeDefKind::Option(_))
    }
}

fn is_nominal_or_resource(kind: &TypeDefKind) -> bool {
    is_nominal(kind) || matches!(kind, TypeDefKind::Resource)
}

fn is_numeric(ty: Type) -> bool {
    !matches!(ty, Type::Bool | Type::Char | Type::String | Type::Id(_))
}
