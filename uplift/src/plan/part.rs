//! The parts of a WIT result: what becomes of what the C function gives back.

use wit_parser::Type;

use super::check::Checker;
use super::function::Draft;
use super::wit::{self, WitType};
use super::{CType, Output, Part};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::mapping::Step;

/// The place of a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) ty: WitType,
    /// The same as the WIT has it.
    pub(super) wit: Type,
    /// The offset of its value in the result.
    pub(super) offset: u32,
    /// The offset of the discriminant of the option around it.
    pub(super) some: Option<u32>,
}

impl Target {
    /// The part that gets its value from `output`.
    pub(super) fn filled(self, output: Output) -> Part {
        Part {
            offset: self.offset,
            some: self.some,
            ends_on_error: false,
            output,
        }
    }
}

impl Checker<'_> {
    /// The part called `field`, or all of the WIT result.
    pub(super) fn target(&self, draft: &Draft<'_>, field: Option<&str>) -> Option<Target> {
        let mut target = Target {
            ty: draft.result.value?,
            wit: draft.result.wit?,
            offset: draft.result.offset,
            some: draft.result.some,
        };
        for name in field.iter().flat_map(|path| path.split('.')) {
            let WitType::Group(id) = target.ty else {
                return None;
            };
            let fields = wit::fields(self.resolve, id);
            let types: Vec<&Type> = fields.iter().map(|(_, ty)| ty).collect();
            let number = fields.iter().position(|(found, _)| found == name)?;
            let (offset, ty) = *self.sizes.field_offsets(types).get(number)?;
            let offset = target.offset + wit::narrow(offset.size_wasm32());
            target = self.inside(ty, offset)?;
        }
        Some(target)
    }

    /// A value of the type at an offset, without the option around it.
    fn inside(&self, ty: &Type, offset: u32) -> Option<Target> {
        let (ty, wit, offset, some) = match wit::classify(self.resolve, ty).ok()? {
            WitType::Option(inner) => {
                let cases = [None, Some(&inner)];
                let payload = self.sizes.payload_offset(wit_parser::Int::U8, cases);
                let value = wit::classify(self.resolve, &inner).ok()?;
                (
                    value,
                    inner,
                    offset + wit::narrow(payload.size_wasm32()),
                    Some(offset),
                )
            }
            other => (other, *ty, offset, None),
        };
        Some(Target {
            ty,
            wit,
            offset,
            some,
        })
    }

    /// Gives the part called `field` to the thing at `path`, which is called
    /// `what` in a mapping.
    pub(super) fn claim(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
        what: &str,
    ) -> Option<Target> {
        let span = match field {
            Some(_) => self
                .mapping
                .document
                .value(&[path, &[Step::Key("field")]].concat()),
            None => self.mapping.document.value(path),
        };
        let Some(target) = self.target(draft, field) else {
            let mistake = match (draft.result.value, field) {
                (Some(WitType::Group(id)), Some(name)) => {
                    let fields = wit::fields(self.resolve, id);
                    Diagnostic::mapping(
                        "mapping::unknown-field",
                        span,
                        format!("the WIT result of `{}` has no field `{name}`", draft.key),
                        "no such field",
                    )
                    .help(did_you_mean(
                        name,
                        "its fields",
                        fields.iter().map(|(name, _)| name.as_str()),
                    ))
                }
                (Some(_), Some(_)) => Diagnostic::mapping(
                    "mapping::unknown-field",
                    span,
                    format!("the WIT result of `{}` has no fields", draft.key),
                    "is neither a record nor a tuple",
                )
                .help("leave `field` out"),
                _ => Diagnostic::mapping(
                    "mapping::arguments",
                    span,
                    format!("the `{what}` has nowhere to go"),
                    "becomes the WIT result",
                )
                .help(format!("let `{}` return it in the WIT", draft.key)),
            };
            self.mistake(mistake);
            return None;
        };
        let name = field.unwrap_or_default();
        if draft.claims.iter().any(|claimed| overlap(claimed, name)) {
            self.mistake(
                Diagnostic::mapping(
                    "mapping::returns",
                    span,
                    match field {
                        Some(name) => {
                            format!("the field `{name}` of the WIT result is given twice")
                        }
                        None => "there are two outputs for one WIT result".into(),
                    },
                    "a second output",
                )
                .help(
                    "let the WIT function return a record or a tuple, and say by `field` which \
                     part each one is; `returns = { as = \"ignored\" }`, or `status`, says that \
                     only what is written counts",
                ),
            );
            return None;
        }
        draft.claims.push(name.to_owned());
        Some(target)
    }

    /// Refuses a part whose WIT type is not `expected`.
    pub(super) fn wrong_part<T>(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        field: Option<&str>,
        expected: &str,
    ) -> Option<T> {
        let part = match field {
            Some(name) => format!("the field `{name}` of the WIT result of `{}`", draft.key),
            None => format!("the WIT result of `{}`", draft.key),
        };
        let mistake = Diagnostic::mapping(
            "mapping::returns",
            self.mapping.document.value(path),
            format!("{part} is not {expected}"),
            format!("gives {expected}"),
        );
        let grouped = matches!(self.target(draft, field), Some(target) if matches!(target.ty, WitType::Group(_)));
        self.mistake(if grouped {
            mistake.help("say by `field` which part of the record or tuple it is")
        } else {
            mistake
        });
        None
    }

    /// Refuses an option that nothing in the mapping makes `none`.
    pub(super) fn never_none(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        target: Target,
        help: &str,
    ) -> Option<()> {
        if target.some.is_none() || (draft.status_none && target.some == draft.result.some) {
            return Some(());
        }
        self.mistake(
            Diagnostic::mapping(
                "mapping::returns",
                self.mapping.document.value(path),
                "the WIT result is an option, and nothing in the mapping is `none`",
                "",
            )
            .help(help),
        );
        None
    }

    /// Checks what makes a part `none`, if anything does.
    pub(super) fn none_of_part(
        &mut self,
        draft: &Draft<'_>,
        path: &[Step<'_>],
        target: Target,
        (none, c): (Option<i64>, CType),
        help: &str,
    ) -> Option<()> {
        let Some(none) = none else {
            return self.never_none(draft, path, target, help);
        };
        if target.some.is_none() {
            self.mistake(Diagnostic::mapping(
                "mapping::returns",
                self.mapping
                    .document
                    .value(&[path, &[Step::Key("none")]].concat()),
                format!("the WIT result of `{}` is not an option", draft.key),
                "gives an option",
            ));
            return None;
        }
        self.number_for_none(path, none, c).map(|_| ())
    }

    /// Whether every part of the WIT result comes from somewhere.
    pub(super) fn all_claimed(&mut self, draft: &Draft<'_>) -> Option<()> {
        let Some(value) = draft.result.value else {
            return Some(());
        };
        let mut missing = Vec::new();
        self.unclaimed(draft, value, "", &mut missing);
        if missing.is_empty() {
            return Some(());
        }
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        self.mistake(
            Diagnostic::mapping(
                "mapping::returns",
                self.mapping.document.key(&draft.path([])),
                format!(
                    "nothing becomes {} of the WIT result of `{}`",
                    listed(&missing),
                    draft.key
                ),
                "",
            )
            .help(format!(
                "add `field = \"{}\"` to the argument or to `returns` that it comes from",
                missing[0]
            )),
        );
        None
    }

    fn unclaimed(&self, draft: &Draft<'_>, ty: WitType, name: &str, missing: &mut Vec<String>) {
        if draft.claims.iter().any(|claimed| claimed == name) {
            return;
        }
        match ty {
            WitType::Group(id) if draft.claims.iter().any(|claimed| overlap(claimed, name)) => {
                for (field, ty) in wit::fields(self.resolve, id) {
                    let name = if name.is_empty() {
                        field
                    } else {
                        format!("{name}.{field}")
                    };
                    if let Ok(ty) = wit::classify(self.resolve, &ty) {
                        self.unclaimed(draft, ty, &name, missing);
                    }
                }
            }
            _ => missing.push(name.to_owned()),
        }
    }
}

/// Whether one path is the other or leads to it.
fn overlap(one: &str, other: &str) -> bool {
    let leads = |short: &str, long: &str| {
        short.is_empty()
            || long
                .strip_prefix(short)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    leads(one, other) || leads(other, one)
}
