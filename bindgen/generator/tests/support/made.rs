//! Worlds that nobody chose: WIT made up at random, of the names and shapes that
//! are likely to clash in Python. The same seed makes the same text.

mod dice;

use std::collections::HashSet;
use std::fmt::Write as _;

use dice::{Dice, Names, PRIMITIVES, VERSIONS};

/// A world with what Python can call.
pub(crate) fn world(seed: u64) -> String {
    Maker::new(seed, false).package()
}

/// A world in which some functions are async, and some types can't be passed.
pub(crate) fn world_with_unsupported(seed: u64) -> String {
    Maker::new(seed, true).package()
}

/// A type that can be named.
#[derive(Clone)]
struct Named {
    name: String,
    is_resource: bool,
}

/// An interface that was written.
struct Interface {
    path: String,
    types: Vec<Named>,
    /// The interfaces whose types it uses, through others too.
    uses: HashSet<usize>,
}

struct Maker {
    dice: Dice,
    unsupported: bool,
    depth: u32,
    interfaces: Vec<Interface>,
}

impl Maker {
    fn new(seed: u64, unsupported: bool) -> Self {
        Self {
            dice: Dice::new(seed),
            unsupported,
            depth: 0,
            interfaces: Vec::new(),
        }
    }

    /// A type, of what is in scope.
    fn value(&mut self, types: &[Named], may_borrow: bool) -> String {
        self.depth += 1;
        let kind = self.dice.below(if self.depth > 4 { 3 } else { 16 });
        let made = match kind {
            0 => "list<u8>".to_owned(),
            3 => format!("list<{}>", self.value(types, may_borrow)),
            4 => format!("option<{}>", self.value(types, may_borrow)),
            5 => {
                let count = 1 + self.dice.below(4);
                let items: Vec<_> = (0..count).map(|_| self.value(types, may_borrow)).collect();
                format!("tuple<{}>", items.join(", "))
            }
            6 => {
                let ok = self.value(types, may_borrow);
                let err = self.value(types, may_borrow);
                let shapes = [
                    "result".to_owned(),
                    format!("result<{ok}>"),
                    format!("result<_, {err}>"),
                    format!("result<{ok}, {err}>"),
                ];
                self.dice.one_of(&shapes)
            }
            7 if self.unsupported => {
                let inner = self.value(&[], false);
                let shapes = [
                    format!("list<{inner}, 3>"),
                    "stream<u8>".to_owned(),
                    format!("future<{inner}>"),
                    "error-context".to_owned(),
                ];
                self.dice.one_of(&shapes)
            }
            8.. if !types.is_empty() => {
                let Named { name, is_resource } = self.dice.one_of(types);
                match self.dice.below(3) {
                    0 if is_resource && may_borrow => format!("borrow<%{name}>"),
                    1 if is_resource => format!("own<%{name}>"),
                    _ => format!("%{name}"),
                }
            }
            _ => self.dice.one_of(PRIMITIVES).to_owned(),
        };
        self.depth -= 1;
        made
    }

    /// `(a: u8, b: string)`.
    fn params(&mut self, types: &[Named], of_object: bool) -> String {
        let mut names = Names::new();
        if of_object {
            names.take("self");
        }
        // Beyond 16, the canonical ABI passes them in memory.
        let count = if self.dice.once_in(12) {
            18
        } else {
            self.dice.below(5)
        };
        let params = (0..count).map(|_| {
            let name = self.dice.name(&mut names);
            format!("%{name}: {}", self.value(types, true))
        });
        format!("({})", params.collect::<Vec<_>>().join(", "))
    }

    fn signature(&mut self, types: &[Named], of_object: bool) -> String {
        let is_async = self.unsupported && self.dice.once_in(4);
        let head = if is_async { "async func" } else { "func" };
        let params = self.params(types, of_object);
        let result = if self.dice.once_in(4) {
            String::new()
        } else {
            format!(" -> {}", self.value(types, false))
        };
        format!("{head}{params}{result};\n")
    }

    fn resource(&mut self, name: &str, types: &[Named]) -> String {
        let mut scope = Names::new();
        scope.take(name);
        let mut body = String::new();
        if self.dice.once_in(2) {
            let params = self.params(types, true);
            let result = if self.dice.once_in(3) {
                format!(" -> result<%{name}, {}>", self.value(types, false))
            } else {
                String::new()
            };
            let _ = writeln!(body, "constructor{params}{result};");
        }
        for _ in 0..self.dice.below(5) {
            let is_static = self.dice.once_in(3);
            let head = if is_static { "static " } else { "" };
            let (docs, member) = (self.dice.docs(), self.dice.name(&mut scope));
            let signature = self.signature(types, !is_static);
            let _ = write!(body, "{docs}%{member}: {head}{signature}");
        }
        format!("resource %{name} {{\n{body}}}\n")
    }

    /// `a, b`, each with what `after` adds.
    fn members(&mut self, count: usize, mut after: impl FnMut(&mut Self) -> String) -> String {
        let mut scope = Names::new();
        let mut text = String::new();
        for _ in 0..count {
            let (docs, name, after) = (self.dice.docs(), self.dice.name(&mut scope), after(self));
            let _ = writeln!(text, "{docs}%{name}{after},");
        }
        text
    }

    /// A definition, which is in scope from then on.
    fn define(&mut self, scope: &mut Names, types: &mut Vec<Named>) -> String {
        let docs = self.dice.docs();
        let name = self.dice.name(scope);
        let known = types.clone();
        let mut is_resource = false;
        let count = 1 + self.dice.below(6);
        let text = match self.dice.below(9) {
            0 | 1 => {
                let fields = self.members(count, |made| format!(": {}", made.value(&known, false)));
                format!("record %{name} {{\n{fields}}}\n")
            }
            2 | 3 => {
                let cases = self.members(count, |made| {
                    if made.dice.once_in(3) {
                        String::new()
                    } else {
                        format!("({})", made.value(&known, false))
                    }
                });
                format!("variant %{name} {{\n{cases}}}\n")
            }
            4 => {
                let count = if self.dice.once_in(8) { 40 } else { count };
                let cases = self.members(count, |_| String::new());
                format!("enum %{name} {{\n{cases}}}\n")
            }
            5 => {
                let count = if self.dice.once_in(3) { 32 } else { count };
                let flags = self.members(count, |_| String::new());
                format!("flags %{name} {{\n{flags}}}\n")
            }
            6 => {
                is_resource = true;
                types.push(Named {
                    name: name.clone(),
                    is_resource,
                });
                let known = types.clone();
                return docs + &self.resource(&name, &known);
            }
            _ => {
                let resource = known.iter().find(|ty| ty.is_resource);
                let target = match resource {
                    Some(resource) if self.dice.once_in(3) => {
                        is_resource = true;
                        format!("%{}", resource.name)
                    }
                    // What is owned by a second name can't be lent by it.
                    _ => format!("option<{}>", self.value(&known, false)),
                };
                format!("type %{name} = {target};\n")
            }
        };
        types.push(Named { name, is_resource });
        docs + &text
    }

    /// What an interface takes from those before it; `usable` says from which.
    fn imports(
        &mut self,
        scope: &mut Names,
        types: &mut Vec<Named>,
        usable: &[usize],
        uses: &mut HashSet<usize>,
    ) -> String {
        let mut text = String::new();
        for _ in 0..self.dice.below(4) {
            let usable = usable.iter().copied();
            let usable = usable.filter(|index| !self.interfaces[*index].types.is_empty());
            let usable: Vec<usize> = usable.collect();
            if usable.is_empty() {
                break;
            }
            let index = self.dice.one_of(&usable);
            let from = self.dice.below(self.interfaces[index].types.len());
            let interface = &self.interfaces[index];
            uses.insert(index);
            uses.extend(&interface.uses);
            let (path, mut ty) = (interface.path.clone(), interface.types[from].clone());
            let original = ty.name.clone();
            if self.dice.once_in(2) && scope.take(&original) {
                let _ = writeln!(text, "use {path}.{{%{original}}};");
            } else {
                ty.name = self.dice.name(scope);
                let _ = writeln!(text, "use {path}.{{%{original} as %{}}};", ty.name);
            }
            types.push(ty);
        }
        text
    }

    /// How many functions there are: often none, so that types stand alone.
    fn functions(&mut self) -> usize {
        if self.dice.once_in(3) {
            return 0;
        }
        self.dice.below(6)
    }

    /// What is between the braces of an interface, the types that it has, and
    /// whose it uses.
    fn interface(&mut self, usable: &[usize]) -> (String, Vec<Named>, HashSet<usize>) {
        let (mut scope, mut types, mut uses) = (Names::new(), Vec::new(), HashSet::new());
        let mut text = self.imports(&mut scope, &mut types, usable, &mut uses);
        for _ in 0..=self.dice.below(6) {
            text += &self.define(&mut scope, &mut types);
        }
        for _ in 0..self.functions() {
            let (docs, name) = (self.dice.docs(), self.dice.name(&mut scope));
            let signature = self.signature(&types, false);
            let _ = write!(text, "{docs}%{name}: {signature}");
        }
        (text, types, uses)
    }

    /// Interfaces of one package; `names` are likely to be those of others, too.
    fn interfaces(&mut self, names: &[String], prefix: &str, version: &str) -> String {
        let mut text = String::new();
        // Within a package, interfaces go by another path, which only the main one has.
        let others: Vec<usize> = (0..self.interfaces.len()).collect();
        for name in names {
            let all = (0..self.interfaces.len()).collect();
            let usable: Vec<usize> = if prefix.is_empty() {
                all
            } else {
                others.clone()
            };
            let docs = self.dice.docs();
            let (body, types, uses) = self.interface(&usable);
            let _ = writeln!(text, "{docs}interface %{name} {{\n{body}}}");
            let path = format!("{prefix}%{name}{version}");
            self.interfaces.push(Interface { path, types, uses });
        }
        text
    }

    /// The whole text: other packages, then the main one with its world.
    fn package(mut self) -> String {
        let mut scope = Names::new();
        let names: Vec<_> = (0..5).map(|_| self.dice.small_name(&mut scope)).collect();
        let mut scope = Names::new();
        let shared: Vec<_> = (0..3).map(|_| self.dice.name(&mut scope)).collect();
        let mut packages = HashSet::new();
        let mut others = String::new();
        for _ in 0..self.dice.below(4) {
            let (namespace, name) = (&names[self.dice.below(2)], &names[2 + self.dice.below(3)]);
            let version = self.dice.one_of(VERSIONS);
            if packages.insert((namespace, name, version)) {
                let prefix = format!("%{namespace}:%{name}/");
                let some = &shared[..=self.dice.below(2)];
                let interfaces = self.interfaces(some, &prefix, version);
                let _ = writeln!(
                    others,
                    "package %{namespace}:%{name}{version} {{\n{interfaces}}}"
                );
            }
        }
        let version = self.dice.one_of(VERSIONS);
        let some = 1 + self.dice.below(3);
        let interfaces = self.interfaces(&shared[..some], "", "");
        let docs = self.dice.docs();
        let world = self.dice.name(&mut scope);
        let body = self.world();
        format!(
            "package %main-{}:%{}{version};\n{interfaces}{docs}world %{world} {{\n{body}}}\n{others}",
            names[0], names[2]
        )
    }

    /// Whether the exported interfaces leave no doubt whose resources they mean:
    /// what one of them uses is exported, or has nothing to do with what is.
    fn is_plain(&self, exported: &HashSet<usize>) -> bool {
        let uses = exported
            .iter()
            .flat_map(|index| &self.interfaces[*index].uses);
        let mut imported = uses.filter(|index| !exported.contains(index));
        imported.all(|index| self.interfaces[*index].uses.is_disjoint(exported))
    }

    fn world(&mut self) -> String {
        let mut text = String::new();
        let (mut imports, mut exports) = (Names::new(), Names::new());
        let mut exported = HashSet::new();
        let (is_mirror, is_alone) = (self.dice.once_in(4), self.dice.once_in(5));
        let interfaces = if is_alone { 0 } else { self.interfaces.len() };
        for index in 0..interfaces {
            let path = self.interfaces[index].path.clone();
            if is_mirror || self.dice.once_in(2) {
                let _ = writeln!(text, "import {path};");
            }
            if is_mirror || self.dice.once_in(2) {
                exported.insert(index);
                if self.is_plain(&exported) {
                    let _ = writeln!(text, "export {path};");
                } else {
                    exported.remove(&index);
                }
            }
        }
        let all: Vec<usize> = (0..self.interfaces.len()).collect();
        let free = all.iter().copied();
        let free: Vec<_> = free
            .filter(|index| self.interfaces[*index].uses.is_empty())
            .collect();
        let mut types = Vec::new();
        if !is_alone {
            text += &self.imports(&mut imports, &mut types, &all, &mut HashSet::new());
        }
        for _ in 0..self.dice.below(4) {
            text += &self.define(&mut imports, &mut types);
        }
        for ty in &types {
            exports.take(&ty.name);
        }
        for _ in 0..self.functions() {
            let (side, names) = if self.dice.once_in(2) {
                ("import", &mut imports)
            } else {
                ("export", &mut exports)
            };
            let (docs, name) = (self.dice.docs(), self.dice.name(names));
            let item = if self.dice.once_in(3) {
                format!("interface {{\n{}}}\n", self.interface(&free).0)
            } else {
                self.signature(&types, false)
            };
            let _ = write!(text, "{docs}{side} %{name}: {item}");
            if side == "import" && self.dice.once_in(2) && exports.take(&name) {
                let _ = write!(text, "export %{name}: {}", self.signature(&types, false));
            }
        }
        text
    }
}
