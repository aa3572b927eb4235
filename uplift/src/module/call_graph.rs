//! Which functions of the module a function may get to.

use std::collections::BTreeSet;

use super::Module;

impl Module {
    /// Whether the function, or one that it calls directly or by others, grows the
    /// memory.
    pub(crate) fn grows_memory(&self, index: u32) -> bool {
        self.reaches(index, |at| self.code.memory_grow.binary_search(&at).is_ok())
    }

    /// Whether the function may get to an import: by direct calls, or by a call
    /// through a table, which may lead anywhere.
    pub(crate) fn may_call_out(&self, index: u32) -> bool {
        self.imported_functions > 0
            && self.reaches(index, |at| {
                at < self.imported_functions
                    || self.code.calls_through_table.binary_search(&at).is_ok()
            })
    }

    fn reaches(&self, index: u32, goal: impl Fn(u32) -> bool) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![index];
        while let Some(index) = next.pop() {
            if !seen.insert(index) {
                continue;
            }
            if goal(index) {
                return true;
            }
            next.extend(self.code.calls.get(&index).into_iter().flatten());
        }
        false
    }
}
