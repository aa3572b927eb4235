//! Mappings on small modules, run for real in wasmtime.

mod arbitrary_bytes;
mod buffers;
mod command_line;
#[cfg(feature = "check")]
mod comparison;
mod diagnostics;
mod draft;
mod emitted_bytes;
mod errors;
mod examples;
mod fitting_mappings;
mod given;
mod handles;
mod hostile_text;
mod leaks;
mod limits;
mod memory;
mod numbers;
mod optional_numbers;
mod out_values;
mod output_files;
mod outputs;
mod placement;
mod random_mappings;
mod random_modules;
mod random_numbers;
mod record_layouts;
mod records;
mod refused;
mod resources;
mod returned_pointers;
mod start;
mod strings;
mod texts;
mod ways_out;
mod wrapped;
