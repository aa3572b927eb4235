//! What a call leaves to be ended, where post-return is no place for it.

use super::{Callee, Function, Resource};
use crate::module::Module;

/// Whether what ends the results of `function` may call WASI. The canonical ABI
/// forbids that in post-return: `canon_lift` in `CanonicalABI.md` clears
/// `may_leave` around it.
pub(super) fn ends_late(module: &Module, resources: &[Resource], function: &Function) -> bool {
    let text = function.report.text.as_ref();
    let given = function
        .given
        .iter()
        .filter_map(|given| resources[given.resource].destroy.as_ref());
    function
        .releases()
        .into_iter()
        .chain(text.and_then(|text| text.release.as_ref()))
        .chain(given)
        .any(|callee| may_call_out(module, callee))
}

fn may_call_out(module: &Module, callee: &Callee) -> bool {
    module
        .exported_function(&callee.export)
        .is_none_or(|(index, _)| module.may_call_out(index))
}
