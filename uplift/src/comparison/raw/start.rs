//! What the module is given before it is called: its imports, and what starts it.

use wasmtime::{Linker, Module, Val, ValType};

use super::Raw;
use super::failures::is_ok;
use crate::comparison::sandbox::{Ended, State, Trapped};
use crate::mapping::{Import, Init, Mapping, Number, Stub};

/// Stands in for the imports that the mapping has an entry for.
pub(in crate::comparison) fn stubs(
    linker: &mut Linker<State>,
    module: &Module,
    mapping: &Mapping,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    for import in module.imports() {
        let name = format!("{}.{}", import.module(), import.name());
        let (Some(entry), Some(ty)) = (mapping.root.import.get(&name), import.ty().func().cloned())
        else {
            continue;
        };
        let Import { stub, returns } = entry;
        let trap = *stub == Some(Stub::Trap);
        let returned = returns.zip(ty.results().next());
        let returned = returned.map(|(number, ty)| as_core(number, &ty));
        linker.func_new(import.module(), import.name(), ty, move |_, _, results| {
            if trap {
                wasmtime::bail!("it called {name}, which the mapping lets trap");
            }
            if let (Some(result), Some(number)) = (results.first_mut(), returned) {
                *result = number;
            }
            Ok(())
        })?;
    }
    Ok(())
}

impl Raw<'_> {
    /// Calls what starts the module.
    pub(super) fn initialize(&mut self, mapping: &Mapping) -> Result<(), Ended> {
        if self.function("_initialize").is_ok() {
            self.core("_initialize", &[])?;
        }
        for init in &mapping.root.init {
            let Init {
                calls,
                arguments,
                ok,
            } = init;
            let types = self.parameters(calls)?;
            let arguments: Vec<Val> = arguments
                .iter()
                .zip(&types)
                .map(|(number, ty)| as_core(*number, ty))
                .collect();
            if let Some(Val::I32(status)) = self.core(calls, &arguments)?
                && !is_ok(status, ok.as_deref(), &[], [].iter())
            {
                let reason = format!("`{calls}` returned {status}");
                return Err(Ended::Trapped(Trapped::at_boundary(reason)));
            }
        }
        Ok(())
    }
}

/// The low bits of an integer: signed or unsigned, they are the same.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn as_core(number: Number, ty: &ValType) -> Val {
    let float = match number {
        Number::Integer(number) => number as f64,
        Number::Float(number) => number,
    };
    let integer = match number {
        Number::Integer(number) => number,
        Number::Float(number) => number as i64,
    };
    match ty {
        ValType::I64 => Val::I64(integer),
        ValType::F32 => Val::F32((float as f32).to_bits()),
        ValType::F64 => Val::F64(float.to_bits()),
        _ => Val::I32(integer as i32),
    }
}
