//! The members of C structs, those of nested ones among them.

use wit_parser::{Int, Type, TypeId};

use super::check::Checker;
use super::function::Draft;
use super::shape::{CstringField, InlineField, Leaf, LeafKind, Shape, Way};
use super::text::{PassedText, TextKeys};
use super::wit::{self, WitType};
use super::{CType, Failure};
use crate::mapping::{Field, Step};

/// The place of a record in both worlds while its members are listed.
#[derive(Clone, Copy, Default)]
struct Base {
    c: u32,
    wit: u32,
    flat: u32,
}

impl Checker<'_> {
    /// The struct for a record or a tuple that goes one way.
    pub(super) fn shape(&mut self, draft: &Draft<'_>, id: TypeId, way: Way) -> Option<Shape> {
        let layout = self.c_layout(id, draft.key)?;
        let mut leaves = Vec::new();
        self.leaves(draft, id, way, Base::default(), &mut leaves)?;
        Some(Shape {
            size: layout.size,
            wit_size: wit::narrow(self.sizes.size(&Type::Id(id)).size_wasm32()),
            leaves,
        })
    }

    fn leaves(
        &mut self,
        draft: &Draft<'_>,
        id: TypeId,
        way: Way,
        base: Base,
        leaves: &mut Vec<Leaf>,
    ) -> Option<()> {
        let layout = self.c_layout(id, draft.key)?;
        let key = self.record_key(id).unwrap_or_default();
        let spec = self.mapping.root.record.get(&key);
        let fields = wit::fields(self.resolve, id);
        let types: Vec<&Type> = fields.iter().map(|(_, ty)| ty).collect();
        let offsets = self.sizes.field_offsets(types);
        let offsets: Vec<u32> = offsets
            .iter()
            .map(|(offset, _)| wit::narrow(offset.size_wasm32()))
            .collect();
        let mut flat = base.flat;
        for (number, (name, ty)) in fields.iter().enumerate() {
            let (c, length) = *layout.fields.get(number)?;
            let at = Base {
                c: base.c + c,
                wit: base.wit + offsets.get(number)?,
                flat,
            };
            let found = wit::classify(self.resolve, ty).ok()?;
            flat += wit::narrow(found.flat(self.resolve).len());
            let default = Field::default();
            let field = spec
                .and_then(|spec| spec.fields.get(name))
                .unwrap_or(&default);
            let path = [
                Step::Key("record"),
                Step::Key(&key),
                Step::Key("fields"),
                Step::Key(name),
            ];
            let kind = match (found, length) {
                (WitType::Group(inner), _) => {
                    self.leaves(draft, inner, way, at, leaves)?;
                    continue;
                }
                (WitType::Scalar(scalar), _) => {
                    LeafKind::Number(field.c_type.unwrap_or_else(|| scalar.in_memory()), scalar)
                }
                (WitType::String | WitType::List(_), Some(length)) => LeafKind::Sequence {
                    length: base.c + length,
                    length_type: field
                        .length
                        .as_ref()
                        .and_then(|length| length.c_type)
                        .unwrap_or(CType::U32),
                },
                (WitType::String, None) if field.inline.is_some() => {
                    let field = (field, field.inline?);
                    LeafKind::Inline(self.inline_field(draft, &path, field, way)?)
                }
                (WitType::String, None) => {
                    LeafKind::Cstring(self.cstring_field(draft, &path, field, way, None)?)
                }
                (WitType::Option(inner), None) => {
                    let cases = [None, Some(&inner)];
                    let payload = self.sizes.payload_offset(Int::U8, cases).size_wasm32();
                    let payload = Some(wit::narrow(payload));
                    LeafKind::Cstring(self.cstring_field(draft, &path, field, way, payload)?)
                }
                _ => return None,
            };
            leaves.push(Leaf {
                c: at.c,
                wit: at.wit,
                flat: at.flat,
                kind,
            });
        }
        Some(())
    }

    fn cstring_field(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        field: &Field,
        way: Way,
        optional: Option<u32>,
    ) -> Option<CstringField> {
        let mut found = CstringField {
            optional,
            encoding: field.encoding,
            unencodable: Failure::Trap,
            nul: None,
        };
        if way == Way::FromC {
            return Some(found);
        }
        let keys = TextKeys {
            nul: field.nul,
            nul_error: field.nul_error.as_deref(),
            encoding: field.encoding,
            unencodable: field.unencodable,
            unencodable_error: field.unencodable_error.as_deref(),
            of: " for the field",
        };
        let PassedText { latin1, nul } = self.passed_text(draft, path, keys)?;
        found.nul = nul;
        found.unencodable = latin1.unwrap_or(Failure::Trap);
        Some(found)
    }

    fn inline_field(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        (field, size): (&Field, u32),
        way: Way,
    ) -> Option<InlineField> {
        Some(InlineField {
            size,
            text: self.cstring_field(draft, path, field, way, None)?,
            too_long: match way {
                Way::ToC => self.too_long(draft, path, field)?,
                Way::FromC => Failure::Trap,
            },
        })
    }
}
