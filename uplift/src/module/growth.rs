//! Whether the module's allocator leaves alone the pages that others grow.

use serde::Serialize;

use super::Module;

/// What inspection shows of pages that somebody else adds to the memory.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Growth {
    /// Whether it is shown that the module leaves such pages alone.
    pub tolerated: bool,
    /// What shows it, or why nothing does.
    pub evidence: String,
}

impl Module {
    /// Whether pages that somebody else adds to the memory stay untouched.
    ///
    /// An allocator may take every page up to the current size of the memory
    /// for its own, so the answer is no unless something shows otherwise.
    pub(crate) fn growth(&self) -> Growth {
        let shown = |evidence: &str| Growth {
            tolerated: true,
            evidence: evidence.into(),
        };
        if self.code.memory_size.is_empty() && self.code.memory_grow.is_empty() {
            return shown("its code neither asks for the size of the memory nor grows it");
        }
        if self.code.memory_size.is_empty() && self.names_rust_dlmalloc() {
            return shown(
                "its allocator is Rust's dlmalloc, which uses only pages that it grew itself",
            );
        }
        if self.code.memory_size.is_empty() && self.names_zig_allocator() {
            return shown("its allocator is zig's, which uses only pages that it grew itself");
        }
        if let Some(compiler) = self.modern_wasi_libc() {
            return Growth {
                tolerated: true,
                evidence: format!(
                    "its C library comes with {compiler}, and wasi-libc since January 2023 uses \
                     only pages that it grew itself"
                ),
            };
        }
        Growth {
            tolerated: false,
            evidence: if self.code.memory_size.is_empty() {
                "its code grows the memory, and nothing shows whether it relies on the new pages \
                 following its own"
                    .into()
            } else {
                "its code asks for the size of the memory, and nothing shows whether it takes all \
                 of it for its own"
                    .into()
            },
        }
    }

    fn names_rust_dlmalloc(&self) -> bool {
        self.function_names
            .values()
            .any(|name| name.contains("dlmalloc8dlmalloc") || name.contains("dlmalloc::dlmalloc"))
    }

    /// Whether it has the allocator that stands behind `malloc` of zig 0.16 and
    /// later, which asks for pages by `memory.grow` and for nothing else.
    fn names_zig_allocator(&self) -> bool {
        self.function_names
            .values()
            .any(|name| name.starts_with("heap.BrkAllocator."))
    }

    /// The compiler's name and version, if it is one that is packaged with a
    /// wasi-libc of 2023 or later: wasi-sdk and zig, with clang 17 or later.
    fn modern_wasi_libc(&self) -> Option<String> {
        const OLDEST: u32 = 17;
        self.producers.iter().find_map(|producer| {
            let packaged =
                producer.version.contains("wasi-sdk") || producer.version.contains("ziglang/zig");
            let major: u32 = producer.version.split('.').next()?.parse().ok()?;
            let first_word = producer.version.split_whitespace().next()?;
            (producer.field == "processed-by"
                && producer.name == "clang"
                && packaged
                && major >= OLDEST)
                .then(|| format!("clang {first_word}"))
        })
    }
}
