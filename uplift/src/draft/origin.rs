//! Whether a function makes what it hands out, or lets its caller look at what
//! something else owns. A resource made of the latter would be ended twice.

use super::evidence::{Evidence, Known};
use super::handles::{first_word, pointed_is_constant, record};
use super::shape::{Shape, shape};
use crate::c::Declaration;

/// Words in the names of functions that make something.
pub(super) const MAKING: &str = "new create init alloc open make setup begin start allocate dup duplicate clone copy load \
     parse prepare compile connect accept import decode build spawn fork acquire";
/// Verbs in the names of functions that hand out what there is.
const LOOKING: &str = "get peek";
/// What such functions are called after, where no verb says that they make it.
const THERE: &str = "handle parent current owner default root self main global shared instance first last prev \
     previous";

/// Where that comes from what a function hands out, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The function makes it, and its caller ends it.
    Made(String),
    /// Something else owns it.
    Kept(String),
    /// Nothing shows which.
    Unknown,
}

/// Where the pointer to the record called `name` comes from that `known` hands out;
/// `destroy` ends one.
pub(super) fn origin(evidence: &Evidence, known: &Known, name: &str, destroy: &str) -> Origin {
    match said(&known.declaration.docs, destroy) {
        Some(Said::Ended) => return Origin::Made("by the doc comment, its caller ends it".into()),
        Some(Said::Kept) => return Origin::Kept("by the doc comment, its caller leaves it".into()),
        None => {}
    }
    let by_name = by_name(&known.export, &known.declaration, name);
    if by_name == Origin::Unknown && is_only_source(evidence, known, name) {
        return Origin::Made("nothing else hands one out".into());
    }
    by_name
}

/// What the type and the name of a function say of where that comes from what it
/// hands out.
fn by_name(export: &str, declaration: &Declaration, name: &str) -> Origin {
    let word = |words| first_word(export, words);
    let returned = record(&declaration.result).as_deref() == Some(name);
    if returned && pointed_is_constant(&declaration.result) {
        Origin::Kept("it is `const`".into())
    } else if let Some(word) = word(LOOKING) {
        Origin::Kept(format!("`{word}` is in the name"))
    } else if let Some(word) = word(MAKING) {
        Origin::Made(format!("`{word}` is in the name"))
    } else if let Some(word) = word(THERE) {
        Origin::Kept(format!("`{word}` is in the name"))
    } else {
        Origin::Unknown
    }
}

/// Whether no other function that is exported or declared may make such a record.
/// One that takes such a record can't make the first one.
fn is_only_source(evidence: &Evidence, known: &Known, name: &str) -> bool {
    let takes = |declaration: &Declaration| {
        let mut types = declaration.parameters.iter().map(|(_, ty)| ty);
        types.any(|ty| record(ty).as_deref() == Some(name))
    };
    let may_make = |export: &str, declaration: &Declaration| {
        hands_out(declaration, name)
            && !takes(declaration)
            && !matches!(by_name(export, declaration, name), Origin::Kept(_))
    };
    let exported = evidence.functions.iter();
    let exported = exported.map(|other| (other.export.as_str(), &other.declaration));
    let declared = evidence.types.functions.iter();
    let declared = declared.map(|(other, declaration)| (other.as_str(), declaration));
    // Emscripten puts a `_` before every name.
    let own = known.export.trim_start_matches('_');
    !takes(&known.declaration)
        && !exported.chain(declared).any(|(other, declaration)| {
            other.trim_start_matches('_') != own && may_make(other, declaration)
        })
}

/// Whether a function returns a pointer to such a record, or writes one.
fn hands_out(declaration: &Declaration, name: &str) -> bool {
    let mut types = declaration.parameters.iter().map(|(_, ty)| ty);
    record(&declaration.result).as_deref() == Some(name)
        || types.any(|ty| matches!(shape(ty), Shape::HandedRecord(found) if found == name))
}

/// What a doc comment says of who ends what a function hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// The function's caller.
    Ended,
    /// Somebody else.
    Kept,
}

/// What a doc comment says of who ends the result, by `destroy` where it is named.
fn said(docs: &str, destroy: &str) -> Option<Said> {
    const NEGATIONS: [&str; 8] = [
        "not", "never", "no", "nobody", "don't", "cannot", "needn't", "without",
    ];
    const OWED: [&str; 10] = [
        "must",
        "should",
        "has",
        "have",
        "needs",
        "caller",
        "you",
        "responsible",
        "please",
        "use",
    ];
    const ENDING: [&str; 7] = [
        "free", "close", "destroy", "release", "delete", "dispose", "finalize",
    ];
    const ENDED: [&str; 7] = [
        "freed",
        "closed",
        "destroyed",
        "released",
        "deleted",
        "disposed",
        "finalized",
    ];
    let mut found = None;
    for sentence in docs.split(['.', ';']) {
        let words: Vec<String> = sentence
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || "_'".contains(letter)))
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let destroy = destroy.to_ascii_lowercase();
        let mentioned = words.contains(&destroy) || has(&ENDED);
        let asked = words
            .first()
            .is_some_and(|word| ENDING.contains(&word.as_str()));
        let about_ending = mentioned || has(&ENDING);
        let owned = has(&["owned", "owns", "ownership"]);
        if has(&["borrowed", "belongs"])
            || ((about_ending || owned) && has(&NEGATIONS))
            || (owned && !has(&["caller", "you"]))
        {
            return Some(Said::Kept);
        }
        // "Valid until the store is closed" says nothing of who closes it.
        if owned || asked || (about_ending && has(&OWED) && !has(&["until", "till", "unless"])) {
            found = Some(Said::Ended);
        }
    }
    found
}

/// What somebody has to decide before such a function can be mapped.
pub(super) fn undecided(name: &str, destroy: &str, origin: &Origin) -> String {
    let shown = match origin {
        Origin::Kept(why) => format!("{why}, so something else seems to own that"),
        _ => "nothing shows whether its caller owns that".into(),
    };
    format!(
        "it hands out a pointer to `{name}`, and {shown}: if its caller has to end it by \
         `{destroy}`, map it as a handle; if not, leave it out, because it would be ended twice"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use wasmparser::FuncType;

    use super::{Origin, Said, origin, said};
    use crate::c::{Declaration, Library};
    use crate::draft::evidence::{Evidence, Known, Source};
    use crate::draft::syntax::read_type;

    /// An exported function: its result, its name and its parameter.
    fn known((result, name, parameter): (&str, &str, &str)) -> Known {
        let ty = |text| read_type(text, &BTreeMap::new());
        let parameters = [parameter].into_iter().filter(|ty| *ty != "void");
        Known {
            export: name.to_owned(),
            core: FuncType::new([], []),
            declaration: Declaration {
                result: ty(result),
                parameters: parameters.map(|text| (String::new(), ty(text))).collect(),
                variadic: false,
                docs: String::new(),
                ways: BTreeMap::new(),
                line: None,
            },
            source: Source::Dwarf,
            contradicted: None,
        }
    }

    /// Where the `store` comes from that the last of these functions hands out.
    fn of_the_last(functions: &[(&str, &str, &str)]) -> Origin {
        let evidence = Evidence {
            functions: functions.iter().copied().map(known).collect(),
            set_aside: BTreeSet::new(),
            types: Library::default(),
        };
        let last = evidence.functions.last().expect("a function");
        origin(&evidence, last, "store", "store_close")
    }

    #[test]
    fn what_names_and_other_functions_show_tells_accessors_from_makers() {
        let made = |why: &str| Origin::Made(why.to_owned());
        let kept = |why: &str| Origin::Kept(why.to_owned());
        let open = ("struct store *", "store_open", "const char *");
        for (result, name, parameter, expected) in [
            (
                "struct store *",
                "shelf_store_handle",
                "struct shelf *",
                kept("`handle` is in the name"),
            ),
            (
                "struct store *",
                "shelf_get_new",
                "struct shelf *",
                kept("`get` is in the name"),
            ),
            (
                "const struct store *",
                "store_new",
                "struct shelf *",
                kept("it is `const`"),
            ),
            (
                "struct store *",
                "handle_create",
                "struct shelf *",
                made("`create` is in the name"),
            ),
            (
                "int",
                "shelf_prepare2",
                "struct store **",
                made("`prepare` is in the name"),
            ),
            (
                "struct store *",
                "shelf_store",
                "struct shelf *",
                Origin::Unknown,
            ),
            ("int", "shelf_store", "struct store **", Origin::Unknown),
        ] {
            let found = of_the_last(&[open, (result, name, parameter)]);
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn the_only_function_that_hands_one_out_makes_it() {
        let made = Origin::Made("nothing else hands one out".into());
        let shelf = ("struct store *", "shelf_store", "struct shelf *");
        assert_eq!(of_the_last(&[shelf]), made);
        let place = ("int", "shelf_find", "struct store **");
        assert_eq!(of_the_last(&[place]), made);
        let looks = ("struct store *", "shelf_current", "struct shelf *");
        let next = ("struct store *", "store_next", "struct store *");
        assert_eq!(of_the_last(&[looks, next, shelf]), made);
        assert_eq!(of_the_last(&[place, shelf]), Origin::Unknown);
        assert_eq!(of_the_last(&[shelf, next]), Origin::Unknown);
    }

    #[test]
    fn doc_comments_say_who_ends_what_is_handed_out() {
        for (docs, expected) in [
            ("Close it with store_close.", Some(Said::Ended)),
            ("The caller must close it.", Some(Said::Ended)),
            ("It has to be released.", Some(Said::Ended)),
            ("Use store_close() to end it.", Some(Said::Ended)),
            ("The result is owned by the caller.", Some(Said::Ended)),
            ("You must close it when done.", Some(Said::Ended)),
            ("Do not close it.", Some(Said::Kept)),
            ("The caller must not release it.", Some(Said::Kept)),
            ("A borrowed store.", Some(Said::Kept)),
            ("The store, owned by the shelf.", Some(Said::Kept)),
            ("The store to which the shelf belongs.", Some(Said::Kept)),
            ("Valid until store_close is called.", None),
            ("It must not be null; finds the store.", None),
            ("The store of the shelf.", None),
            ("", None),
        ] {
            assert_eq!(said(docs, "store_close"), expected, "{docs}");
        }
    }
}
