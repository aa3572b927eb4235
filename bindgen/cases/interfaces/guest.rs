//! Passes on what the exported interface is asked to the imported one.

use std::cell::Cell;

use bindings::cases::interfaces::store as host;
use bindings::exports::cases::interfaces::{audit, store};
use bindings::exports::inline;

struct Component;
struct Cursor(Cell<u32>);

fn trouble(trouble: host::Trouble) -> store::Trouble {
    match trouble {
        host::Trouble::Missing(key) => store::Trouble::Missing(key),
        host::Trouble::Full => store::Trouble::Full,
    }
}

impl store::Guest for Component {
    type Cursor = Cursor;

    fn get(key: String) -> Result<store::Entry, store::Trouble> {
        let host::Entry { key, value } = host::get(&key).map_err(trouble)?;
        Ok(store::Entry { key, value })
    }

    fn put(store::Entry { key, value }: store::Entry) -> Result<(), store::Trouble> {
        host::put(&host::Entry { key, value }).map_err(trouble)
    }

    fn peek(at: store::CursorBorrow<'_>) -> u32 {
        host::peek(&host::Cursor::new(at.get::<Cursor>().0.get()))
    }

    fn unmark(mark: store::Bookmark) -> store::Cursor {
        let start = mark.cursor.get::<Cursor>().0.get();
        let cursor = host::Cursor::new(start);
        let name = mark.name;
        let unmarked = host::unmark(host::Bookmark { name, cursor });
        store::Cursor::new(Cursor(Cell::new(unmarked.next())))
    }
}

impl store::GuestCursor for Cursor {
    fn new(start: u32) -> Self {
        Self(Cell::new(start))
    }

    fn next(&self) -> u32 {
        self.0.replace(self.0.get().wrapping_add(1))
    }
}

impl audit::Guest for Component {
    fn size(of: audit::Entry) -> u32 {
        u32::try_from(of.key.len() + of.value.len()).unwrap_or(u32::MAX)
    }

    fn skip(at: store::CursorBorrow<'_>) {
        store::GuestCursor::next(at.get::<Cursor>());
    }
}

impl inline::Guest for Component {
    fn swap(value: inline::Pair) -> inline::Pair {
        inline::Pair {
            left: value.right,
            right: value.left,
        }
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
        path: "interfaces",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
