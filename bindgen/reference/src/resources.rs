//! Which number stands for which resource.
//!
//! One of the guest's is the number of its handle: handles count from 0, in the
//! order in which the guest hands them out. One of the host's is its
//! representation, a number that whoever asks chose: nothing else of it is here.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use wasmtime::component::{ResourceAny, ResourceDynamic, ResourceType};

use crate::guest::said;
use crate::host::Store;

/// The resources that the host knows in one instance.
pub(crate) struct Resources {
    /// The handles of the guest's that the host holds, by their numbers.
    held: HashMap<u32, ResourceAny>,
    next: u32,
    /// How many types of resources the host has: `host_dynamic` of 0, 1 and so on.
    types: u32,
    /// The handles of the host's that are lent to the running call.
    lent: Vec<ResourceAny>,
}

impl Resources {
    /// Knows the host's `types`, and no resource yet.
    pub(crate) fn new(types: u32) -> Self {
        Self {
            held: HashMap::new(),
            next: 0,
            types,
            lent: Vec::new(),
        }
    }

    fn of_host(&self, ty: ResourceType) -> Option<u32> {
        (0..self.types).find(|number| ResourceType::host_dynamic(*number) == ty)
    }

    /// Takes a handle of the guest's out, to hand it over or drop it.
    pub(crate) fn take(&mut self, number: u32) -> Result<ResourceAny> {
        let handle = self.held.remove(&number);
        handle.with_context(|| format!("{number} is no handle"))
    }
}

/// A resource for the guest to own.
pub(crate) fn own(ty: ResourceType, number: u32, store: &mut Store<'_>) -> Result<ResourceAny> {
    let resources = &mut store.data_mut().resources;
    let Some(ty) = resources.of_host(ty) else {
        return resources.take(number);
    };
    let resource = ResourceDynamic::new_own(number, ty);
    resource.try_into_resource_any(store).map_err(said)
}

/// A resource for the guest to borrow during a call.
pub(crate) fn lend(ty: ResourceType, number: u32, store: &mut Store<'_>) -> Result<ResourceAny> {
    let resources = &store.data().resources;
    if resources.of_host(ty).is_none() {
        let handle = resources.held.get(&number).copied();
        return handle.with_context(|| format!("{number} is no handle"));
    }
    let lent = own(ty, number, store)?;
    store.data_mut().resources.lent.push(lent);
    Ok(lent)
}

/// Takes back what was lent to a call that has ended.
pub(crate) fn take_back(store: &mut Store<'_>) -> Result<()> {
    for lent in std::mem::take(&mut store.data_mut().resources.lent) {
        lent.try_into_resource_dynamic(&mut *store).map_err(said)?;
    }
    Ok(())
}

/// The number of a resource that the guest handed over or lends.
pub(crate) fn number(resource: ResourceAny, store: &mut Store<'_>) -> Result<u32> {
    let resources = &mut store.data_mut().resources;
    if resources.of_host(resource.ty()).is_some() {
        let resource = resource.try_into_resource_dynamic(store).map_err(said)?;
        return Ok(resource.rep());
    }
    let number = resources.next;
    resources.next += 1;
    resources.held.insert(number, resource);
    Ok(number)
}
