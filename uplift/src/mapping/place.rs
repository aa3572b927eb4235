//! Where things stand in a mapping file.

use std::ops::Range;

/// The place of a value, of its key, and of what is in it.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) children: Vec<(String, Place)>,
}

/// A step from a value to one in it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// Into a table.
    Key(&'a str),
    /// Into an array.
    Item(usize),
}

impl Place {
    /// The bytes of the value at `path`, or of the nearest thing around it that
    /// is there.
    pub(super) fn value_at(&self, path: &[Step<'_>]) -> Range<usize> {
        let (place, complete) = self.find(path);
        if complete {
            place.value.clone()
        } else {
            place.key.clone()
        }
    }

    /// The bytes of the key of the value at `path`.
    pub(super) fn key_at(&self, path: &[Step<'_>]) -> Range<usize> {
        let (place, _) = self.find(path);
        if place.key.is_empty() {
            place.value.clone()
        } else {
            place.key.clone()
        }
    }

    fn find(&self, path: &[Step<'_>]) -> (&Place, bool) {
        let mut place = self;
        for step in path {
            let child = match step {
                Step::Key(key) => place.children.iter().find(|(name, _)| name == key),
                Step::Item(index) => place.children.get(*index),
            };
            match child {
                Some((_, child)) => place = child,
                None => return (place, false),
            }
        }
        (place, true)
    }
}
