//! The functions by which room inside the module's memory can be had.

use serde::Serialize;
use wasmparser::{FuncType, ValType};

use super::{Module, core_type};

/// The names that allocating functions go by, with the freeing one of each.
const PAIRS: [(&str, &str); 7] = [
    ("malloc", "free"),
    ("_malloc", "_free"),
    ("alloc", "dealloc"),
    ("alloc", "free"),
    ("allocate", "deallocate"),
    ("__wbindgen_malloc", "__wbindgen_free"),
    ("__wbindgen_export_0", "__wbindgen_export_1"),
];

/// A function of the module that allocates or frees.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AllocatorFunction {
    /// Its export, or its name in the name section.
    pub name: String,
    /// Its index in the module.
    pub index: u32,
    /// Its core type.
    #[serde(rename = "type")]
    pub ty: String,
}

/// A pair of functions that allocate and free.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Allocator {
    /// `(size) -> pointer`, or `(size, alignment) -> pointer`.
    pub malloc: AllocatorFunction,
    /// `(pointer)`, `(pointer, size)` or `(pointer, size, alignment)`.
    pub free: AllocatorFunction,
}

/// Where an allocator was found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FoundAllocator {
    /// Among the exports.
    pub exported: Option<Allocator>,
    /// Only in the name section: it has to be exported before it can be used.
    pub internal: Option<Allocator>,
    /// The module exports `cabi_realloc`.
    pub cabi_realloc: bool,
}

/// Whether the type is one that this crate can call to allocate.
pub(crate) fn is_malloc(ty: &FuncType) -> bool {
    matches!(ty.params(), [ValType::I32] | [ValType::I32, ValType::I32])
        && ty.results() == [ValType::I32]
}

/// Whether the type is one that this crate can call to free.
pub(crate) fn is_free(ty: &FuncType) -> bool {
    matches!(ty.params().len(), 1..=3)
        && ty.params().iter().all(|param| *param == ValType::I32)
        && ty.results().is_empty()
}

impl Module {
    /// The allocator, as the module shows it by the names of its functions.
    pub(crate) fn allocator(&self) -> FoundAllocator {
        let exported = PAIRS.iter().find_map(|(malloc, free)| {
            self.pair(
                malloc,
                self.exported_function(malloc)?.0,
                free,
                self.exported_function(free)?.0,
            )
        });
        let internal = PAIRS.iter().find_map(|(malloc, free)| {
            self.pair(
                malloc,
                self.internal_function(malloc)?,
                free,
                self.internal_function(free)?,
            )
        });
        let internal = internal.or_else(|| self.prefixed_pair());
        FoundAllocator {
            exported,
            internal,
            cabi_realloc: self.exported_function("cabi_realloc").is_some(),
        }
    }

    /// What shows that an allocator in the name section is one, beyond the names:
    /// it has the names and types of C's, and what is called `malloc` gets memory
    /// by growing it. A name alone may stand for anything.
    pub(crate) fn shows_allocator(&self, found: &Allocator) -> Option<String> {
        let (malloc, free) = (&found.malloc, &found.free);
        let fits = are_of_c(&malloc.name, &free.name)
            && self.function(malloc.index).params().len() == 1
            && self.function(free.index).params().len() == 1;
        (fits && self.grows_memory(malloc.index)).then(|| {
            format!(
                "functions {} and {} have the names and types of C's `malloc` and `free`, and the \
                 first one grows the memory",
                malloc.index, free.index
            )
        })
    }

    /// C's functions where the compiler puts a prefix to one of their names or to
    /// both, as in `c.malloc.free`.
    fn prefixed_pair(&self) -> Option<Allocator> {
        let ((malloc, alloc), (free, dealloc)) = (self.of_c("malloc")?, self.of_c("free")?);
        are_of_c(malloc, free)
            .then(|| self.pair(malloc, alloc, free, dealloc))
            .flatten()
    }

    /// The one function of this name, or else with a prefix to it.
    fn of_c(&self, wanted: &'static str) -> Option<(&str, u32)> {
        if let Some(index) = self.internal_function(wanted) {
            return Some((wanted, index));
        }
        let mut named = self.internal_functions().filter(|(name, _)| {
            let last = name.rsplit_once('.').map(|(_, last)| last);
            last == Some(wanted)
        });
        match (named.next(), named.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    }

    /// The defined functions that have a name in the name section.
    pub(crate) fn internal_functions(&self) -> impl Iterator<Item = (&str, u32)> + Clone {
        self.function_names
            .iter()
            .filter(|(index, _)| {
                **index >= self.imported_functions && (**index as usize) < self.functions.len()
            })
            .map(|(index, name)| (name.as_str(), *index))
    }

    /// The one defined function that the name section calls `name`.
    pub(crate) fn internal_function(&self, name: &str) -> Option<u32> {
        let mut found = self
            .function_names
            .iter()
            .filter(|(index, found)| *found == name && **index >= self.imported_functions)
            .map(|(index, _)| *index);
        match (found.next(), found.next()) {
            (Some(index), None) if (index as usize) < self.functions.len() => Some(index),
            _ => None,
        }
    }

    fn pair(&self, malloc: &str, alloc: u32, free: &str, dealloc: u32) -> Option<Allocator> {
        if !is_malloc(self.function(alloc)) || !is_free(self.function(dealloc)) {
            return None;
        }
        let function = |name: &str, index| AllocatorFunction {
            name: name.to_owned(),
            index,
            ty: core_type(self.function(index)),
        };
        Some(Allocator {
            malloc: function(malloc, alloc),
            free: function(free, dealloc),
        })
    }
}

/// Whether these are the names of C's functions, as they are or with a prefix: the
/// same for both, or one that speaks of allocating.
fn are_of_c(malloc: &str, free: &str) -> bool {
    let prefix = |name: &str, plain: &str| {
        let prefix = name.strip_suffix(plain)?;
        (prefix.is_empty() || prefix.ends_with('.')).then(|| prefix.to_owned())
    };
    match (prefix(malloc, "malloc"), prefix(free, "free")) {
        (Some(one), Some(other)) => one == other || one.is_empty() && other.contains("malloc"),
        _ => false,
    }
}
