//! Exports as wasm-ld makes them for a command without an entry point: each one
//! runs constructors before and destructors after the real function.

use super::Module;

/// What runs around each call.
#[derive(Clone, Copy, PartialEq)]
struct Around {
    before: Option<u32>,
    after: Option<u32>,
}

impl Module {
    /// The exports that are such wrappers. They are found by their names in the
    /// name section, or by their code, if all exports hand on their parameters
    /// between calls of the same two functions.
    pub(crate) fn command_wrappers(&self) -> Vec<&str> {
        let named: Vec<&str> = self
            .exported_functions()
            .filter(|(_, index)| {
                let name = self.function_names.get(index);
                name.is_some_and(|name| name.ends_with(".command_export"))
            })
            .map(|(name, _)| name)
            .collect();
        if !named.is_empty() {
            return named;
        }
        let exports: Vec<(&str, u32)> = self.exported_functions().collect();
        let fits = |around: &Around| {
            exports
                .iter()
                .all(|(_, index)| self.is_wrapped(*index, *around))
        };
        let Some((_, first)) = exports.first() else {
            return Vec::new();
        };
        let calls = self.code.hands_on.get(first).map(Vec::as_slice);
        let around = |before, after| Around { before, after };
        let candidates = match calls {
            Some([before, _, after]) => vec![around(Some(*before), Some(*after))],
            // A single function that calls two others is nothing unusual.
            Some([one, other]) if exports.len() > 1 => {
                vec![around(Some(*one), None), around(None, Some(*other))]
            }
            _ => Vec::new(),
        };
        if candidates.iter().any(fits) {
            exports.into_iter().map(|(name, _)| name).collect()
        } else {
            Vec::new()
        }
    }

    /// Whether the function calls another one of its type between these two.
    fn is_wrapped(&self, index: u32, around: Around) -> bool {
        let Some(calls) = self.code.hands_on.get(&index) else {
            return false;
        };
        let mut inner = calls.as_slice();
        if let Some(before) = around.before {
            match inner.split_first() {
                Some((first, rest)) if *first == before => inner = rest,
                _ => return false,
            }
        }
        if let Some(after) = around.after {
            match inner.split_last() {
                Some((last, rest)) if *last == after => inner = rest,
                _ => return false,
            }
        }
        let nullary = |index: u32| {
            let ty = self.function(index);
            ty.params().is_empty() && ty.results().is_empty()
        };
        matches!(inner, [inner] if self.function(*inner) == self.function(index))
            && around.before.is_none_or(nullary)
            && around.after.is_none_or(nullary)
    }
}
