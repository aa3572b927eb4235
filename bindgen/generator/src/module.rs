//! The text of one Python module: what it imports, and what stands below.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use wit_parser::{Type, TypeDefKind, TypeId};

use crate::docs::docstring;
use crate::expression::Expression;
use crate::names::{self, Namespace};
use crate::plan::{Home, Plan};
use crate::support::Side;
use crate::traverse::{definition, is_used};

/// Where the standard library has what generated code uses.
const STANDARD: &[(&str, &[&str])] = &[
    ("collections.abc", &["Callable", "Mapping", "Sequence"]),
    ("dataclasses", &["dataclass"]),
    ("enum", &["Enum", "Flag"]),
    ("typing", &["ClassVar", "Protocol", "TypeAlias"]),
];

/// A module that is being written.
pub(crate) struct Scope<'p, 'a> {
    pub(crate) plan: &'p Plan<'a>,
    /// Whose module it is; `None` for the package itself.
    home: Option<Home>,
    namespace: Namespace,
    standard: BTreeSet<&'static str>,
    abi: bool,
    /// Names from sibling modules, and the siblings themselves (as `.`).
    siblings: BTreeMap<String, BTreeSet<String>>,
    /// Names of this module's own for names of siblings that are taken here.
    foreign: HashMap<(Home, String), String>,
    /// Attributes of the class that is being written, which hide the module's
    /// name; what is written instead, once it is.
    hidden: HashMap<String, Option<String>>,
    blocks: Vec<Block>,
}

struct Block {
    is_class: bool,
    text: String,
}

impl<'p, 'a> Scope<'p, 'a> {
    pub(crate) fn new(plan: &'p Plan<'a>, home: Option<Home>, namespace: Namespace) -> Self {
        Self {
            plan,
            home,
            namespace,
            standard: BTreeSet::new(),
            abi: false,
            siblings: BTreeMap::new(),
            foreign: HashMap::new(),
            hidden: HashMap::new(),
            blocks: Vec::new(),
        }
    }

    /// A name of the standard library.
    pub(crate) fn standard(&mut self, name: &'static str) -> &'static str {
        self.standard.insert(name);
        name
    }

    /// A name of `wasmtime_bindgen.abi`.
    pub(crate) fn abi(&mut self, name: &str) -> String {
        self.abi = true;
        format!("abi.{name}")
    }

    /// A sibling module.
    pub(crate) fn sibling(&mut self, module: &str) -> String {
        let siblings = self.siblings.entry(".".to_owned()).or_default();
        siblings.insert(module.to_owned());
        module.to_owned()
    }

    /// Imports a name from a sibling under the same name, which is known to be
    /// free.
    pub(crate) fn import(&mut self, module: &str, name: &str) {
        let names = self.siblings.entry(format!(".{module}")).or_default();
        names.insert(name.to_owned());
    }

    /// Imports what `home` defines as `name`, if nothing here has that name.
    pub(crate) fn import_if_free(&mut self, home: Home, name: &str) -> bool {
        let is_free = self.namespace.take(name);
        if is_free {
            let module = self.plan[home].python.clone();
            self.import(&module, name);
            self.foreign
                .insert((home, name.to_owned()), name.to_owned());
        }
        is_free
    }

    /// The name by which this module knows what `home` defines as `name`.
    pub(crate) fn reference(&mut self, home: Home, name: &str) -> String {
        let local = if self.home == Some(home) {
            name.to_owned()
        } else if let Some(local) = self.foreign.get(&(home, name.to_owned())) {
            local.clone()
        } else {
            self.introduce(home, name)
        };
        self.visible(local)
    }

    /// Imports what `home` defines as `name`, under another name if need be.
    fn introduce(&mut self, home: Home, name: &str) -> String {
        if self.import_if_free(home, name) {
            return name.to_owned();
        }
        let module = self.plan[home].python.clone();
        let wanted = format!("_{}{name}", names::camel(&module));
        let local = self.namespace.claim(&wanted);
        let module = self.sibling(&module);
        self.alias(&local, &Expression::atom(format!("{module}.{name}")), "");
        self.foreign.insert((home, name.to_owned()), local.clone());
        local
    }

    /// The Python name of a type that has one, for a signature on `side`, or
    /// for a definition that both sides share.
    pub(crate) fn type_name(&mut self, id: TypeId, side: Option<Side>) -> String {
        let plan = self.plan;
        let target = definition(plan.resolve, id);
        if let TypeDefKind::Resource = plan.resolve.types[target].kind {
            let home = plan.home(target);
            if let (Some(host), false) = (plan[home].hosts.get(&target), side == Some(Side::Export))
            {
                return self.reference(home, host);
            }
        }
        let mut id = id;
        let mut home = plan.home(id);
        // What another module uses is taken from where it is defined.
        while self.home != Some(home) || !plan[home].names.contains_key(&id) {
            match plan.resolve.types[id].kind {
                TypeDefKind::Type(Type::Id(target)) if is_used(plan.resolve, id) => {
                    id = target;
                    home = plan.home(id);
                }
                _ => break,
            }
        }
        self.reference(home, &plan[home].names[&id])
    }

    /// `name: TypeAlias = value`, with a docstring.
    pub(crate) fn alias(&mut self, name: &str, value: &Expression, docs: &str) {
        let alias = self.standard("TypeAlias");
        let head = format!("{name}: {alias} = ");
        let value = value.statement(0, head.chars().count(), 0);
        self.constant(format!("{head}{value}\n{}", docstring(docs, 0)));
    }

    /// A statement on its own.
    pub(crate) fn constant(&mut self, text: String) {
        self.blocks.push(Block {
            is_class: false,
            text,
        });
    }

    pub(crate) fn class(&mut self, text: String) {
        self.blocks.push(Block {
            is_class: true,
            text,
        });
    }

    /// Writes a class whose attributes `names` hide what the module calls so.
    pub(crate) fn hiding(&mut self, names: Vec<String>, write: impl FnOnce(&mut Self) -> String) {
        self.hidden = names.into_iter().map(|name| (name, None)).collect();
        let text = write(self);
        self.hidden.clear();
        self.class(text);
    }

    /// What `write` returns, without what it would import: for prose.
    pub(crate) fn unimported<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let mut draft = Self::new(self.plan, self.home, self.namespace.clone());
        write(&mut draft)
    }

    /// `local`, or another name for it where a class hides that.
    fn visible(&mut self, local: String) -> String {
        match self.hidden.get(&local) {
            None => local,
            Some(Some(other)) => other.clone(),
            Some(None) => {
                let other = self.namespace.claim(&format!("_{local}"));
                self.alias(&other, &Expression::atom(local.clone()), "");
                self.hidden.insert(local, Some(other.clone()));
                other
            }
        }
    }

    /// The whole module; `all` is what `__all__` lists.
    pub(crate) fn finish(mut self, docs: &str, all: Option<&[String]>) -> String {
        let mut sections = Vec::new();
        let standard: Vec<String> = STANDARD
            .iter()
            .filter_map(|(module, names)| {
                let names = names.iter().filter(|name| self.standard.contains(**name));
                let names: Vec<String> = names.map(|&name| name.to_owned()).collect();
                import_line(module, &names)
            })
            .collect();
        sections.push(standard.concat());
        if self.abi {
            sections.push("from wasmtime_bindgen import abi\n".to_owned());
        }
        let mut siblings: Vec<_> = std::mem::take(&mut self.siblings).into_iter().collect();
        siblings.sort_by(|(left, _), (right, _)| natural(left, right));
        let siblings = siblings.into_iter().filter_map(|(module, names)| {
            let mut names: Vec<String> = names.into_iter().collect();
            sort_members(&mut names);
            import_line(&module, &names)
        });
        sections.push(siblings.collect());
        sections.retain(|section| !section.is_empty());

        let mut text = docstring(docs, 0);
        text.push_str("\nfrom __future__ import annotations\n");
        for section in sections {
            text.push('\n');
            text.push_str(&section);
        }
        if let Some(all) = all {
            let names = all.iter().map(|name| Expression::string(name)).collect();
            text.push_str("\n__all__ = ");
            text.push_str(&Expression::list(names).lines(0, "__all__ = ".len(), 0));
            text.push('\n');
        }
        let mut after_class = false;
        for block in self.blocks {
            let between = if block.is_class || after_class {
                "\n\n"
            } else {
                "\n"
            };
            text.push_str(between);
            text.push_str(&block.text);
            after_class = block.is_class;
        }
        text
    }
}

fn import_line(module: &str, names: &[String]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let line = format!("from {module} import {}\n", names.join(", "));
    if line.trim_end().len() <= crate::expression::WIDTH {
        return Some(line);
    }
    Some(format!(
        "from {module} import (\n    {},\n)\n",
        names.join(",\n    ")
    ))
}

/// Sorts the names of an import as isort does: constants, then classes, then
/// what begins with a small letter, each without regard to case.
fn sort_members(names: &mut Vec<String>) {
    sort(names, natural);
}

/// Sorts the names of `__all__`: as an import's, but with regard to case.
pub(crate) fn sort_exports(names: &mut Vec<String>) {
    sort(names, |left, right| chunks(left).cmp(&chunks(right)));
}

fn sort(names: &mut Vec<String>, compare: fn(&str, &str) -> Ordering) {
    fn kind(name: &str) -> u8 {
        let has = |is: fn(char) -> bool| name.chars().any(is);
        if name.len() > 1 && has(char::is_uppercase) && !has(char::is_lowercase) {
            0
        } else {
            1 + u8::from(!name.starts_with(char::is_uppercase))
        }
    }
    names.sort_by(|left, right| {
        let kinds = kind(left).cmp(&kind(right));
        kinds.then_with(|| compare(left, right))
    });
    names.dedup();
}

/// Compares without regard to case first, and digits by the number they make.
fn natural(left: &str, right: &str) -> Ordering {
    let folded = |text: &str| chunks(&text.to_lowercase());
    folded(left)
        .cmp(&folded(right))
        .then_with(|| chunks(left).cmp(&chunks(right)))
}

/// A piece of a name that is compared as a whole.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Chunk {
    Number(u64),
    Letter(char),
}

fn chunks(text: &str) -> Vec<Chunk> {
    let mut found: Vec<Chunk> = Vec::new();
    for letter in text.chars() {
        match (letter.to_digit(10), found.last_mut()) {
            (Some(digit), Some(Chunk::Number(number))) => {
                *number = number.saturating_mul(10).saturating_add(digit.into());
            }
            (Some(digit), _) => found.push(Chunk::Number(digit.into())),
            (None, _) => found.push(Chunk::Letter(letter)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{sort_exports, sort_members};

    #[test]
    fn names_are_sorted_as_isort_does() {
        let names = [
            "log", "item10", "item2", "Shape", "HTTP", "A", "shape", "A1",
        ];
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        sort_members(&mut names);
        let sorted = [
            "A1", "HTTP", "A", "Shape", "item2", "item10", "log", "shape",
        ];
        assert_eq!(names, sorted);
    }

    #[test]
    fn only_an_import_is_sorted_without_regard_to_case() {
        let mut names = ["NoneClass", "None_"].map(str::to_owned).to_vec();
        sort_exports(&mut names);
        assert_eq!(names, ["NoneClass", "None_"]);
        sort_members(&mut names);
        assert_eq!(names, ["None_", "NoneClass"]);
    }
}
