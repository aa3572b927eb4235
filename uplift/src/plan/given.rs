//! Resources that a caller gives away.

use super::check::Checker;
use super::function::Draft;
use super::param::Use;
use super::wit::WitType;
use super::{Argument, Capacity, Given};
use crate::diagnostic::Diagnostic;
use crate::mapping::{self, OnError, Step};

impl Checker<'_> {
    /// A resource that the caller gives away; unless it is consumed, it is ended
    /// after the call.
    pub(super) fn given(
        &mut self,
        draft: &mut Draft<'_>,
        path: &[Step<'_>],
        param: &str,
        consumed: Option<OnError>,
    ) -> Option<Argument> {
        let (local, ty) = self.used(draft, path, param, Use::Value)?;
        let WitType::Own(id) = ty else {
            let help = "`value`, which leaves it with the caller";
            return self.wrong_param(path, param, "a resource that is given away", help);
        };
        let resource = self.resources.iter().position(|found| found.id == id)?;
        if draft.given.iter().any(|given| given.local == local) {
            return self.twice(path, "the same resource");
        }
        draft.given.push(Given {
            local,
            resource,
            consumed: consumed.is_some(),
            unless_error: consumed == Some(OnError::Destroy),
        });
        Some(Argument::Local(local))
    }

    /// Refuses to give a second try what the first one has taken over.
    pub(super) fn taken_once(&mut self, draft: &Draft<'_>, spec: &mapping::Function) {
        let mut buffers = draft.outs.buffers.iter();
        if !buffers.any(|buffer| matches!(buffer.capacity, Capacity::Grow { .. })) {
            return;
        }
        for (index, argument) in spec.arguments.iter().flatten().enumerate() {
            let mapping::Argument::Consumed {
                param,
                on_error: OnError::Ignore,
            } = argument
            else {
                continue;
            };
            let path = draft.path([Step::Key("arguments"), Step::Item(index)]);
            self.mistake(
                Diagnostic::mapping(
                    "mapping::owner",
                    self.mapping.document.value(&path),
                    format!("a call that may be repeated can't take over `{param}`"),
                    "is gone after the first try",
                )
                .help(
                    "add `on-error = \"destroy\"` if the function leaves it alone where it has \
                     to be called again",
                ),
            );
        }
    }
}
