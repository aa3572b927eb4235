//! Holds keys of the host's, and passes them on.

use std::cell::RefCell;

use bindings::cases::host_handles::keys::{self, Key, Place, Refusal, Ring};

thread_local! {
    static KEPT: RefCell<Vec<Key>> = const { RefCell::new(Vec::new()) };
}

struct Component;

fn in_it(place: Place) -> Vec<Key> {
    match place {
        Place::Lost => Vec::new(),
        Place::Hook(key) => vec![key],
        Place::Drawer(keys) => keys,
    }
}

impl bindings::Guest for Component {
    fn cut(name: String) -> Result<Key, Refusal> {
        Key::new(&name)
    }

    fn copy(of: &Key) -> Result<Key, Refusal> {
        of.copy()
    }

    fn fits(left: &Key, right: Option<&Key>) -> bool {
        right.is_some_and(|right| left.fits(right))
    }

    fn locks(place: Place) -> u32 {
        keys::locks(&in_it(place).iter().collect::<Vec<_>>())
    }

    fn put(ring: Ring) -> Place {
        keys::put(ring)
    }

    fn find(place: Place) -> Ring {
        keys::find(place)
    }

    fn names(place: Place) -> Vec<String> {
        in_it(place).iter().map(Key::name).collect()
    }

    fn keep(key: Key) {
        KEPT.with_borrow_mut(|kept| kept.push(key));
    }

    fn give_back() -> Vec<Key> {
        KEPT.take().into_iter().step_by(2).collect()
    }
}

#[allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "host-handles",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
