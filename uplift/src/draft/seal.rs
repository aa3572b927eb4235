//! Tells a draft that somebody has edited from one that nobody has.

use sha2::{Digest as _, Sha256};

const SEAL: &str = "digest of the draft: ";

/// The text with lines before it that say what it is; `comment` is what comments
/// begin with.
pub(super) fn sealed(comment: &str, origin: &str, text: &str) -> String {
    format!(
        "{comment} Drafted by uplift from {origin}. Once edited, it is overwritten with --force \
         only.\n{comment} {SEAL}{}\n{text}",
        digest(text)
    )
}

/// Whether the text is a draft as it was written. Ends of lines don't count.
pub(super) fn is_untouched(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let mut lines = text.splitn(3, '\n');
    let (_, seal, rest) = (lines.next(), lines.next(), lines.next());
    let recorded = seal.and_then(|seal| Some(seal.split_once(SEAL)?.1));
    matches!((recorded, rest), (Some(recorded), Some(rest)) if recorded.trim() == digest(rest))
}

fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{is_untouched, sealed};

    #[test]
    fn a_draft_is_untouched_until_a_letter_of_it_changes() {
        let draft = sealed("#", "a.wasm", "version = 1\nwit = { path = \"a.wit\" }\n");
        assert!(is_untouched(&draft));
        assert!(is_untouched(&draft.replace('\n', "\r\n")));
        assert!(!is_untouched(&draft.replace("a.wit", "b.wit")));
        assert!(!is_untouched(&format!("{draft}\n")));
        assert!(!is_untouched("version = 1\n"));
        assert!(!is_untouched(""));
    }
}
