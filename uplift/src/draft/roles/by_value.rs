//! Structs that C passes by value, as WebAssembly passes them: by pointer.

use super::super::evidence::{Known, fits};
use super::Context;
use crate::c::{Type, Way};

/// A function with pointers in place of its structs.
pub(super) struct Lowered {
    pub(super) known: Known,
    /// Where those pointers are, in ascending order.
    pub(super) by_value: Vec<usize>,
}

/// The function as WebAssembly has it, where C passes structs by value; or why
/// that can't be said.
pub(super) fn lowered(known: &Known, context: &Context<'_>) -> Result<Option<Lowered>, String> {
    let is_record = |ty: &Type| matches!(ty.resolved().0, Type::Record(..));
    let declaration = &known.declaration;
    let returned = is_record(&declaration.result);
    if !returned && !declaration.parameters.iter().any(|(_, ty)| is_record(ty)) {
        return Ok(None);
    }
    let mut lowered = known.clone();
    let declaration = &mut lowered.declaration;
    if returned {
        let result = std::mem::replace(&mut declaration.result, Type::Void);
        let name = "(the result)".to_owned();
        declaration.ways.insert(name.clone(), Way::Out);
        declaration.parameters.insert(0, (name, result));
    }
    let mut by_value = Vec::new();
    for (at, (_, ty)) in declaration.parameters.iter_mut().enumerate() {
        if !is_record(ty) {
            continue;
        }
        refuse(ty, context)?;
        by_value.push(at);
        let is_result = returned && at == 0;
        let of = std::mem::replace(ty, Type::Void);
        *ty = Type::pointer(if is_result { of } else { Type::constant(of) });
    }
    if !fits(declaration, &lowered.core) {
        return Err(format!(
            "it passes a struct by value, and its core type is {}, not that of a pointer to one",
            crate::module::core_type(&lowered.core)
        ));
    }
    Ok(Some(Lowered {
        known: lowered,
        by_value,
    }))
}

fn refuse(ty: &Type, context: &Context<'_>) -> Result<(), String> {
    let Type::Record(_, name) = ty.resolved().0 else {
        return Ok(());
    };
    let spelled = ty.spelled();
    match context.structs.get(name) {
        Some(Ok(found)) if found.is_passed_as_its_member(context.structs) => Err(format!(
            "`{spelled}` is passed by value, which for one member alone is that member"
        )),
        Some(Ok(_)) => Ok(()),
        Some(Err(reason)) => Err(format!(
            "`{spelled}` is passed by value, and can't be a record: {reason}"
        )),
        None => Err(format!("`{spelled}` is a record that is passed by value")),
    }
}
