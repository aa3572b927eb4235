//! The WIT parameters of a function, and whether something becomes of each.

use wit_parser::abi::AbiVariant;
use wit_parser::{Function as WitFunction, Int, Type};

use super::check::Checker;
use super::function::Draft;
use super::wit::{self, WitType};
use super::{Argument, Loaded, Scalar};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::mapping::Step;

/// A WIT parameter.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) ty: WitType,
    /// The first of its locals.
    pub(super) local: u32,
}

/// How an argument uses a WIT parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Value,
    Pointer,
    Length,
}

impl Checker<'_> {
    /// Whether the caller places something of the type in memory.
    pub(super) fn in_memory(&self, ty: WitType) -> bool {
        match ty {
            WitType::String | WitType::List(_) | WitType::Groups(_) | WitType::Strings => true,
            WitType::Option(inner) => {
                wit::classify(self.resolve, &inner).is_ok_and(|inner| self.in_memory(inner))
            }
            WitType::Group(id) => wit::fields(self.resolve, id)
                .iter()
                .any(|(_, ty)| wit::classify(self.resolve, ty).is_ok_and(|ty| self.in_memory(ty))),
            _ => false,
        }
    }

    pub(super) fn params(&mut self, key: &str, wit: &WitFunction) -> Option<Vec<Param>> {
        if wit.kind.is_async() {
            self.unsupported(key, &format!("`{key}` is async"));
            return None;
        }
        let signature = self.resolve.wasm_signature(AbiVariant::GuestExport, wit);
        // The pointer to all of them comes first then.
        let mut local = u32::from(signature.indirect_params);
        let mut params = Vec::new();
        for param in &wit.params {
            match self.param_type(&param.ty) {
                Ok(ty) => {
                    params.push(Param {
                        name: param.name.clone(),
                        ty,
                        local,
                    });
                    local += wit::narrow(ty.flat(self.resolve).len());
                }
                Err(what) => {
                    self.unsupported(
                        key,
                        &format!("the parameter `{}` of `{key}` is {what}", param.name),
                    );
                    return None;
                }
            }
        }
        Some(params)
    }

    /// What to load where the parameters take too many core values and are passed
    /// in memory.
    pub(super) fn indirect(&self, wit: &WitFunction) -> Vec<Loaded> {
        let mut found = Vec::new();
        let types = wit.params.iter().map(|param| &param.ty);
        for (offset, ty) in self.sizes.field_offsets(types) {
            let offset = wit::narrow(offset.size_wasm32());
            self.loaded(ty, offset, None, &mut found);
        }
        found
    }

    fn loaded(&self, ty: &Type, offset: u32, some: Option<u32>, found: &mut Vec<Loaded>) {
        let mut add = |offset, scalar| {
            found.push(Loaded {
                offset,
                scalar,
                some,
            });
        };
        match wit::classify(self.resolve, ty) {
            Ok(WitType::Scalar(scalar)) => add(offset, scalar),
            Ok(WitType::Own(_) | WitType::Borrow(_)) => add(offset, Scalar::Pointer),
            Ok(WitType::String | WitType::List(_) | WitType::Groups(_) | WitType::Strings) => {
                add(offset, Scalar::U32);
                add(offset + 4, Scalar::U32);
            }
            Ok(WitType::Option(inner)) => {
                add(offset, Scalar::Bool);
                // The locals begin after the pointer.
                let some = Some(wit::narrow(found.len()));
                let payload = self.sizes.payload_offset(Int::U8, [None, Some(&inner)]);
                let offset = offset + wit::narrow(payload.size_wasm32());
                self.loaded(&inner, offset, some, found);
            }
            Ok(WitType::Group(id)) => {
                let fields = wit::fields(self.resolve, id);
                let types: Vec<&Type> = fields.iter().map(|(_, ty)| ty).collect();
                for (at, ty) in self.sizes.field_offsets(types) {
                    self.loaded(ty, offset + wit::narrow(at.size_wasm32()), some, found);
                }
            }
            // Refused as a parameter before.
            Err(_) => {}
        }
    }

    /// The type of a parameter: a borrowed resource is what stands behind it.
    pub(super) fn param_type(&self, ty: &Type) -> Result<WitType, String> {
        match wit::classify(self.resolve, ty)? {
            WitType::Borrow(id) if self.resources.iter().any(|found| found.id == id) => {
                Ok(WitType::Scalar(Scalar::Pointer))
            }
            WitType::Borrow(_) => Err("a handle to a resource of somebody else".into()),
            WitType::Own(id) if self.resources.iter().all(|found| found.id != id) => {
                Err("a resource of somebody else".into())
            }
            WitType::Option(inner) => match self.param_type(&inner)? {
                WitType::Scalar(_) | WitType::Group(_) => Ok(WitType::Option(inner)),
                sequence if sequence.is_sequence() => Ok(WitType::Option(inner)),
                _ => Err("an option of a resource that is given away, or of an option".into()),
            },
            WitType::Group(id) => {
                for (_, field) in wit::fields(self.resolve, id) {
                    if let WitType::Own(_) = self.param_type(&field)? {
                        return Err("a record with a resource in it that is given away".into());
                    }
                }
                Ok(WitType::Group(id))
            }
            other => Ok(other),
        }
    }

    /// Each WIT parameter as the C argument in its place.
    pub(super) fn by_value(&mut self, draft: &mut Draft<'_>) -> Option<Vec<Argument>> {
        let structured: Vec<&str> = draft
            .params
            .iter()
            .filter(|param| !matches!(param.ty, WitType::Scalar(_)))
            .map(|param| param.name.as_str())
            .collect();
        if !structured.is_empty() {
            let span = self.mapping.document.key(&draft.path([]));
            let first = structured[0];
            self.mistake(
                Diagnostic::mapping(
                    "mapping::arguments",
                    span,
                    format!(
                        "the mapping does not say how `{}` is given {}",
                        draft.callee.export,
                        listed(&structured)
                    ),
                    "",
                )
                .help(format!(
                    "add `arguments = [{{ as = \"cstring\", param = \"{first}\" }}]`, or `pointer` \
                     and `length`"
                )),
            );
            return None;
        }
        draft
            .used
            .extend(draft.params.iter().map(|p| (p.name.clone(), Use::Value)));
        Some(
            draft
                .params
                .iter()
                .map(|param| Argument::Local(param.local))
                .collect(),
        )
    }

    /// Nothing that the caller passes may get lost.
    pub(super) fn all_used(&mut self, draft: &Draft<'_>) {
        let params: Vec<(String, WitType)> = draft
            .params
            .iter()
            .map(|param| (param.name.clone(), param.ty))
            .collect();
        for (name, ty) in params {
            self.is_used(draft, &name, ty);
        }
    }

    fn is_used(&mut self, draft: &Draft<'_>, name: &str, ty: WitType) {
        let used = |how| draft.used.contains(&(name.to_owned(), how));
        let (lacks, word) = match ty {
            WitType::Group(_) if used(Use::Pointer) => return,
            WitType::Group(id) => {
                for (field, ty) in wit::fields(self.resolve, id) {
                    if let Ok(ty) = self.param_type(&ty) {
                        self.is_used(draft, &format!("{name}.{field}"), ty);
                    }
                }
                return;
            }
            WitType::Strings if !used(Use::Pointer) => ("to nobody", "cstrings"),
            _ if ty.is_sequence() && !used(Use::Pointer) => ("to nobody", "pointer"),
            _ if ty.is_sequence() && !used(Use::Length) => ("without its length", "length"),
            WitType::Option(_) if used(Use::Value) || used(Use::Pointer) => return,
            WitType::Option(_) => ("to nobody", "pointer"),
            WitType::Own(_) if !used(Use::Value) => ("to nobody", "consumed"),
            WitType::Scalar(_) if !used(Use::Value) => ("to nobody", "value"),
            _ => return,
        };
        let span = self
            .mapping
            .document
            .key(&draft.path([Step::Key("arguments")]));
        self.mistake(
            Diagnostic::mapping(
                "mapping::arguments",
                span,
                format!("`{name}` is passed {lacks}"),
                "these arguments",
            )
            .help(format!(
                "add `{{ as = \"{word}\", param = \"{name}\" }}` to the arguments"
            )),
        );
    }

    /// The first local and the type of the WIT parameter called `name`, or of a
    /// field of one, or a mistake.
    pub(super) fn param(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        name: &str,
    ) -> Option<(u32, WitType)> {
        let found = self.find_param(draft, name);
        if found.is_none() {
            let span = self.mapping.document.value(path);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::unknown-parameter",
                    span,
                    format!("`{}` has no parameter `{name}` in the WIT", draft.key),
                    "no such parameter",
                )
                .help(did_you_mean(
                    name,
                    "its parameters",
                    draft.params.iter().map(|param| param.name.as_str()),
                )),
            );
        }
        found
    }

    fn find_param(&self, draft: &Draft<'_>, name: &str) -> Option<(u32, WitType)> {
        let mut names = name.split('.');
        let first = names.next()?;
        let param = draft.params.iter().find(|param| param.name == first)?;
        let mut found = (param.local, param.ty);
        for name in names {
            let (mut local, WitType::Group(id)) = found else {
                return None;
            };
            let fields = wit::fields(self.resolve, id);
            let number = fields.iter().position(|(field, _)| field == name)?;
            for (_, ty) in &fields[..number] {
                let before = self.param_type(ty).ok()?;
                local += wit::narrow(before.flat(self.resolve).len());
            }
            found = (local, self.param_type(&fields[number].1).ok()?);
        }
        Some(found)
    }
}
