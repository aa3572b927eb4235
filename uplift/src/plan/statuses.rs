//! Statuses as a mapping writes them: numbers and ranges.

/// The statuses from the first to the last number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statuses {
    pub(crate) first: i32,
    pub(crate) last: i32,
}

impl Statuses {
    pub(super) fn one(status: i32) -> Self {
        Statuses {
            first: status,
            last: status,
        }
    }

    /// Reads `-3`, `0..=7`, `0..` and `..=-1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = |text: &str, open: i32| match text.trim() {
            "" => Some(open),
            text => text.parse().ok(),
        };
        let range = match text.split_once("..") {
            None => Statuses::one(text.trim().parse().ok()?),
            Some((first, rest)) => {
                let last = match rest.strip_prefix('=') {
                    Some("") => None,
                    Some(last) => number(last, i32::MAX),
                    None if rest.trim().is_empty() => Some(i32::MAX),
                    None => None,
                };
                Statuses {
                    first: number(first, i32::MIN)?,
                    last: last?,
                }
            }
        };
        (range.first <= range.last).then_some(range)
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    pub(super) fn size(self) -> i64 {
        i64::from(self.last) - i64::from(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::Statuses;

    #[test]
    fn a_status_is_a_number_or_a_range() {
        for (text, expected) in [
            ("-3", Some((-3, -3))),
            ("0..=7", Some((0, 7))),
            ("0..", Some((0, i32::MAX))),
            ("..=-1", Some((i32::MIN, -1))),
            ("..", Some((i32::MIN, i32::MAX))),
            ("", None),
            ("7..=0", None),
            ("1..8", None),
            ("1..=", None),
            ("2147483648", None),
            ("one", None),
        ] {
            let found = Statuses::parse(text).map(|range| (range.first, range.last));
            assert_eq!(found, expected, "{text}");
        }
    }
}
