//! The WIT names of functions and types.

use std::collections::BTreeMap;

use super::Drafted;
use super::evidence::Known;
use super::handles::Handle;
use super::names::{Names, kebab};
use super::roles::{Home, Proposal};

/// Gives each function its WIT name.
pub(super) fn name_all(
    proposals: Vec<(Known, Proposal)>,
    handles: &BTreeMap<String, Handle>,
    resources: &BTreeMap<String, String>,
    mut scope: Names,
) -> Vec<Drafted> {
    let mut methods: BTreeMap<&String, Methods> = resources
        .iter()
        .map(|(record, wit)| {
            let members = proposals.iter().filter_map(|(known, proposal)| {
                let (Home::Method(home) | Home::Static(home)) = &proposal.home else {
                    return None;
                };
                (home == record).then_some(known.export.as_str())
            });
            let methods = Methods::new(wit, handles.get(record), members.collect());
            (record, methods)
        })
        .collect();
    proposals
        .into_iter()
        .map(|(known, proposal)| {
            let plain = kebab(&known.export, "nameless");
            let name = match &proposal.home {
                Home::Interface => scope.unique(&plain),
                Home::Constructor(_) => "constructor".into(),
                Home::Method(record) | Home::Static(record) => match methods.get_mut(record) {
                    Some(methods) => methods.unique(&plain),
                    None => plain,
                },
            };
            Drafted {
                known,
                proposal,
                name,
            }
        })
        .collect()
}

/// The names of a resource's methods and static functions.
struct Methods {
    /// What is dropped from the beginning of their names, in words.
    prefixes: [Vec<String>; 2],
    /// How many have each of the names without what is dropped.
    short: BTreeMap<String, usize>,
    names: Names,
}

impl Methods {
    fn new(resource: &str, handle: Option<&Handle>, members: Vec<&str>) -> Self {
        let constructor = handle.and_then(|handle| handle.constructor.as_deref());
        let destroy = handle.and_then(|handle| handle.destroy.as_deref());
        // What makes and ends it has the prefix of the library; a method may have
        // another one.
        let all = match (constructor, destroy) {
            (Some(constructor), Some(destroy)) => vec![constructor, destroy],
            (one, other) => one
                .into_iter()
                .chain(other)
                .chain(members.clone())
                .collect(),
        };
        let mut methods = Methods {
            prefixes: [words(&kebab(resource, "")), common_words(&all)],
            short: BTreeMap::new(),
            names: Names::without(&["constructor"]),
        };
        for member in members {
            let short = methods.shortened(&kebab(member, "nameless"));
            *methods.short.entry(short).or_default() += 1;
        }
        methods
    }

    /// The name without what all begin with, or the whole one where another
    /// function would be called the same.
    fn unique(&mut self, plain: &str) -> String {
        let short = self.shortened(plain);
        match self.short.get(&short) {
            Some(1) if short != "constructor" => self.names.unique(&short),
            _ => self.names.unique(plain),
        }
    }

    fn shortened(&self, plain: &str) -> String {
        let all = words(plain);
        let [whole, prefix] = &self.prefixes;
        let rest = match all.strip_prefix(whole.as_slice()) {
            Some(rest) if !rest.is_empty() => rest,
            _ => {
                let shared = all.iter().zip(prefix).take_while(|(a, b)| a == b).count();
                &all[shared.min(all.len() - 1)..]
            }
        };
        kebab(&rest.join("-"), "nameless")
    }
}

fn words(kebab: &str) -> Vec<String> {
    kebab.split('-').map(str::to_owned).collect()
}

/// The words that all of these names begin with; each has others after them.
fn common_words(names: &[&str]) -> Vec<String> {
    let mut names = names.iter().map(|name| words(&kebab(name, "")));
    let (Some(mut common), true) = (names.next(), names.len() > 0) else {
        return Vec::new();
    };
    common.pop();
    for mut other in names {
        other.pop();
        let shared = common.iter().zip(&other).take_while(|(a, b)| a == b);
        let shared = shared.count();
        common.truncate(shared);
    }
    common
}

/// `stream` for `struct stream_s` and `stream_t`.
pub(super) fn resource_name(record: &str) -> String {
    let name = kebab(record, "nameless");
    let short = ["-s", "-t", "-st"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix));
    short.unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::Methods;
    use crate::draft::handles::Handle;
    use crate::draft::names::kebab;

    fn named(resource: &str, ends: Option<(&str, &str)>, members: &[&str]) -> Vec<String> {
        let handle = ends.map(|(constructor, destroy)| Handle {
            constructor: Some(constructor.into()),
            destroy: Some(destroy.into()),
            size: None,
        });
        let mut methods = Methods::new(resource, handle.as_ref(), members.to_vec());
        let names = members.iter();
        names.map(|name| methods.unique(&kebab(name, ""))).collect()
    }

    #[test]
    fn methods_drop_what_the_library_puts_before_every_name() {
        let ends = Some(("inv_open", "inv_close"));
        let members = ["inv_put", "inventory_find", "dump", "inv", "dump_inv"];
        let expected = ["put", "find", "dump", "inv", "dump-inv"];
        assert_eq!(named("inventory", ends, &members), expected);
        let ends = Some(("BrotliEncoderCreate", "BrotliEncoderDestroy"));
        let members = ["BrotliEncoderHasMore", "BrotliSet"];
        assert_eq!(named("state", ends, &members), ["has-more", "set"]);
        let members = ["db_stmt_step", "db_column"];
        assert_eq!(named("stmt", None, &members), ["stmt-step", "column"]);
        assert_eq!(named("stmt", None, &["db_step"]), ["db-step"]);
    }

    #[test]
    fn names_that_would_be_the_same_stay_whole() {
        let ends = Some(("inv_open", "inv_close"));
        let members = ["inv_size", "inventory_size", "inv_constructor", "inv_list"];
        let expected = ["inv-size", "inventory-size", "inv-constructor", "list"];
        assert_eq!(named("inventory", ends, &members), expected);
    }
}
