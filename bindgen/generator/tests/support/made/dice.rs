//! What is left to chance: names, words and numbers.

use std::collections::HashSet;

/// Words that Python, generated code or the runtime has a use for, and some that
/// are written alike once they are Python's.
const WORDS: &str = "\
    false none true and as async class def del for from global if import in is lambda not or \
    pass raise return try with yield match case type self cls print id object property \
    classmethod staticmethod super int str float bool bytes list tuple dict set map any \
    exception value-error abi world interface resource enum flag flags callable sequence \
    mapping protocol type-alias class-var dataclass annotations some ok err wit-error limits \
    wasi source buffer own borrow option result mro name value names load close interrupt drop \
    constructor runtime args imports component cache init enter slots wit py typing wasmtime \
    wasmtime-bindgen random a b x a1 a-1 b-2-c A B-C HTTP HTTP-status x9 l o i error io-error \
    shape shape-error shape-circle circle host host-shape shape-imports dark-green u8 f64 char \
    string stream future \
    a-name-that-goes-on-and-on \
    a-name-that-goes-on-until-a-line-of-code-is-full-and-then-some \
    a-name-which-is-longer-than-any-line-of-code-has-room-for-so-that-nothing-can-be-done-about-it";

pub(super) const PRIMITIVES: &[&str] = &[
    "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string",
];

const DOCS: &[&str] = &[
    "Plain words.",
    "\"Quoted\"",
    "\"",
    "Three \"\"\" quotes.",
    "C:\\new\\",
    "Zeile eins: \u{e9}\u{1f600}\n/// and two\n///\n///   indented",
    "    Indented first.",
    "# {x} %s '''",
];

pub(super) const VERSIONS: &[&str] = &[
    "",
    "@1.0.0",
    "@2.0.0",
    "@1.2.3-alpha.1",
    "@0.1.1+build.5",
    "@10.0.0",
];

/// The names of one scope of WIT, where neither hyphens nor case make a difference.
pub(super) struct Names(HashSet<String>);

impl Names {
    pub(super) fn new() -> Self {
        // The memory of a component has this name.
        Self(HashSet::from(["memory".to_owned()]))
    }

    pub(super) fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.to_lowercase().replace('-', ""))
    }
}

/// Numbers and names that a seed decides.
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A number below `limit`, by splitmix64.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed >> 33) % (limit as u64)).unwrap_or(0)
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    fn word(&mut self) -> &'static str {
        let nth = self.below(WORDS.split_whitespace().count());
        WORDS.split_whitespace().nth(nth).unwrap_or_default()
    }

    /// A name that is new to a scope.
    pub(super) fn name(&mut self, scope: &mut Names) -> String {
        loop {
            let word = self.word().to_owned();
            let name = match self.below(12) {
                0 => word.to_uppercase(),
                1 => format!("{word}-{}", self.word()),
                2 => format!("{word}-{}-{}-{}", self.word(), self.word(), self.word()),
                3 => format!("{word}{}", self.below(12)),
                4 => format!("{word}-{}", self.below(12)),
                _ => word,
            };
            if scope.take(&name) {
                return name;
            }
        }
    }

    /// A part of a package's name, which has small letters only.
    pub(super) fn small_name(&mut self, scope: &mut Names) -> String {
        loop {
            let name = self.name(scope);
            if name == name.to_lowercase() {
                return name;
            }
        }
    }

    pub(super) fn docs(&mut self) -> String {
        if self.once_in(6) {
            format!("/// {}\n", self.one_of(DOCS))
        } else {
            String::new()
        }
    }
}
