//! The layout of a function's WIT result.

use wit_parser::{Function as WitFunction, Int, Type, TypeDefKind};

use super::Layout;
use super::check::Checker;
use super::wit::{WitResult, resolved};

impl Checker<'_> {
    /// Where the parts of the result go.
    pub(super) fn layout(&self, wit: &WitFunction, result: &WitResult, in_memory: bool) -> Layout {
        let size = |ty: &Type| u32::try_from(self.sizes.size(ty).size_wasm32()).unwrap_or(u32::MAX);
        let cases: Vec<Option<Type>> = match wit.result.map(|ty| resolved(self.resolve, &ty)) {
            Some(Err(TypeDefKind::Option(inner))) => vec![None, Some(*inner)],
            Some(Err(TypeDefKind::Result(result))) => vec![result.ok, result.err],
            _ => Vec::new(),
        };
        let payload = if cases.is_empty() {
            0
        } else {
            self.sizes
                .payload_offset(Int::U8, cases.iter().map(Option::as_ref))
                .size_wasm32()
        };
        Layout {
            in_memory,
            wrap: result.wrap,
            size: wit.result.as_ref().map_or(0, size),
            payload: u32::try_from(payload).unwrap_or(u32::MAX),
        }
    }
}
