//! Functions, written as WIT, as a mapping and as the text format of modules.

use std::fmt::Write as _;

use super::{Function, NUMBERS, Outcome, Param};

/// A function in three languages.
#[derive(Default)]
struct Written {
    wit: String,
    mapping: String,
    wat: String,
}

fn size(element: usize) -> u32 {
    match NUMBERS[element].0 {
        "bool" | "u8" | "s8" => 1,
        "u16" | "s16" => 2,
        "u64" | "s64" | "f64" => 8,
        _ => 4,
    }
}

impl Function {
    /// Whether the WIT function returns a `result`.
    fn may_fail(&self) -> bool {
        let mut params = self.params.iter();
        let input = params.any(|param| match param {
            Param::CString { policy, latin1 } => *policy == 0 || *latin1,
            _ => false,
        });
        input || self.status || matches!(self.outcome, Outcome::Static { null: 2, .. })
    }

    fn write(&self, name: &str) -> Written {
        let mut parts = Parts {
            function: name.to_owned(),
            ..Parts::default()
        };
        for (index, param) in self.params.iter().enumerate() {
            parts.param(&format!("p{index}"), param);
        }
        let (result, returns) = parts.outcome(self);
        let error = self.may_fail();
        let wit = match (result.as_str(), error) {
            ("", false) => String::new(),
            ("", true) => " -> result<_, bad>".into(),
            (result, false) => format!(" -> {result}"),
            (result, true) => format!(" -> result<{result}, bad>"),
        };
        let Parts {
            wit_params,
            arguments,
            core,
            body,
            result,
            types,
            records,
            ..
        } = parts;
        Written {
            wit: format!(
                "{types}export {name}: func({}){wit};\n",
                wit_params.join(", ")
            ),
            mapping: format!(
                "{records}[function.{name}]\narguments = [{}]\n{returns}\n",
                arguments.join(", ")
            ),
            wat: format!(
                "(func (export \"{name}\") {core} (local $sum i32)
                   (local.set $sum (i32.add (global.get $seed) (i32.wrap_i64 (call $now))))
                   {body})\n"
            )
            .replace("RESULT", &result),
        }
    }
}

#[derive(Default)]
struct Parts {
    function: String,
    /// Declarations of the WIT, and their entries in the mapping.
    types: String,
    records: String,
    wit_params: Vec<String>,
    arguments: Vec<String>,
    /// The parameters and the result of the C function.
    core: String,
    body: String,
    result: String,
}

impl Parts {
    /// An argument of the C function, by the name that it has there.
    fn argument(&mut self, name: &str, core: &str, entry: &str) {
        let _ = write!(self.core, "(param ${name} {core}) ");
        self.arguments.push(format!("{{ {entry} }}"));
    }

    fn add(&mut self, term: &str) {
        let _ = writeln!(
            self.body,
            "(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) {term}))"
        );
    }

    /// A struct, by pointer. The name of its WIT type.
    fn structure(&mut self, name: &str, fields: [usize; 2], gaps: [u32; 3]) -> String {
        let ty = format!("{}-{name}", self.function);
        let [first, second] = fields.map(|field| NUMBERS[field].0);
        let _ = writeln!(
            self.types,
            "record {ty} {{ first: {first}, second: {second} }}"
        );
        // The second one lies before the first.
        let second_at = gaps[0];
        let first_at = second_at + size(fields[1]) + gaps[1];
        let whole = first_at + size(fields[0]) + gaps[2];
        let _ = writeln!(
            self.records,
            "[record.{ty}]\nsize = {whole}\nfields = {{ first = {{ offset = {first_at} }}, \
             second = {{ offset = {second_at} }} }}"
        );
        self.argument(name, "i32", &format!("as = \"record\", param = \"{name}\""));
        for at in [first_at, second_at] {
            self.add(&format!("(i32.load8_u offset={at} (local.get ${name}))"));
        }
        ty
    }

    fn param(&mut self, name: &str, param: &Param) {
        let first_byte = format!("(i32.load8_u (local.get ${name}))");
        let (wit, length) = match param {
            Param::Number(number) => {
                let (wit, core, _) = NUMBERS[*number];
                self.argument(name, core, &format!("as = \"value\", param = \"{name}\""));
                self.add(&match core {
                    "i32" => format!("(local.get ${name})"),
                    "i64" => format!("(i32.wrap_i64 (local.get ${name}))"),
                    _ => format!("({core}.eq (local.get ${name}) (local.get ${name}))"),
                });
                (wit.to_owned(), None)
            }
            Param::CString { policy, latin1 } => {
                let nul = [
                    "nul-error = \"worse\"",
                    "nul = \"trap\"",
                    "nul = \"truncate\"",
                ];
                let encoding = if *latin1 {
                    ", encoding = \"latin-1\", unencodable-error = \"worst\""
                } else {
                    ""
                };
                let nul = nul[*policy];
                let entry = format!("as = \"cstring\", param = \"{name}\", {nul}{encoding}");
                self.argument(name, "i32", &entry);
                self.add(&first_byte);
                ("string".into(), None)
            }
            Param::Struct { fields, gaps } => (self.structure(name, *fields, *gaps), None),
            Param::Scratch { size } => {
                self.argument(name, "i32", &format!("as = \"scratch\", size = {size}"));
                self.add(&format!("(i32.load (local.get ${name}))"));
                let last = size - 4;
                let _ = writeln!(
                    self.body,
                    "(i32.store offset={last} (local.get ${name}) (i32.const -1))"
                );
                return;
            }
            Param::Text => ("string".into(), Some("elements")),
            Param::List { element, in_bytes } => {
                let unit = if *in_bytes { "bytes" } else { "elements" };
                (format!("list<{}>", NUMBERS[*element].0), Some(unit))
            }
        };
        if let Some(unit) = length {
            self.argument(
                name,
                "i32",
                &format!("as = \"pointer\", param = \"{name}\""),
            );
            let count = format!("{name}n");
            let entry = format!("as = \"length\", param = \"{name}\", unit = \"{unit}\"");
            self.argument(&count, "i32", &entry);
            self.add(&format!("(local.get ${count})"));
            self.add(&format!(
                "(if (result i32) (local.get ${count}) (then {first_byte}) (else (i32.const 7)))"
            ));
        }
        self.wit_params.push(format!("{name}: {wit}"));
    }

    /// The value in the WIT result, and what the mapping says of what is returned.
    fn outcome(&mut self, function: &Function) -> (String, String) {
        let status = "(i32.sub (i32.const 0) (i32.rem_u (local.get $sum) (i32.const 4)))";
        let wit = match &function.outcome {
            Outcome::Nothing => String::new(),
            Outcome::Number(number) => {
                let (wit, core, make) = NUMBERS[*number];
                let _ = write!(self.core, "(result {core})");
                self.body.push_str(make);
                return (wit.to_owned(), String::new());
            }
            Outcome::Static { latin1, null } => {
                let _ = write!(self.core, "(result i32)");
                self.body.push_str(
                    "(select (i32.const 64) (i32.const 0) (i32.and (local.get $sum) (i32.const 3)))",
                );
                let null = [
                    "",
                    ", null = \"trap\"",
                    ", null = \"error\", null-error = \"worse\"",
                ][*null];
                let encoding = if *latin1 {
                    ", encoding = \"latin-1\""
                } else {
                    ""
                };
                let returns = format!(
                    "returns = {{ as = \"cstring\", borrowed = \"static\"{null}{encoding} }}"
                );
                return ("string".into(), returns);
            }
            Outcome::Owned => {
                let _ = write!(self.core, "(result i32)");
                self.body.push_str("(call $greeting)");
                let returns = "returns = { as = \"cstring\", free = \"free\" }";
                return ("string".into(), returns.into());
            }
            Outcome::Filled { element, room } => {
                let entry = format!("as = \"buffer\", capacity = {{ constant = {room} }}");
                self.argument("to", "i32", &entry);
                let bytes = room * size(*element);
                let _ = writeln!(
                    self.body,
                    "(memory.fill (local.get $to) (i32.const 1) (i32.const {bytes}))"
                );
                format!("list<{}>", NUMBERS[*element].0)
            }
            Outcome::Counted {
                element,
                start,
                in_bytes,
            } => {
                let entry = format!(
                    "as = \"buffer\", capacity = {{ start = {start}, retry-on = [-5], limit = 64 }}"
                );
                self.argument("to", "i32", &entry);
                let unit = if *in_bytes { size(*element) } else { 1 };
                let word = if *in_bytes { "bytes" } else { "elements" };
                let entry = format!("as = \"buffer-length\", unit = \"{word}\"");
                self.argument("written", "i32", &entry);
                // Twelve elements, if there is room for them.
                let (all, bytes) = (12 * unit, 12 * size(*element));
                let _ = writeln!(
                    self.body,
                    "(if (i32.lt_u (i32.load (local.get $written)) (i32.const {all}))
                       (then (return (i32.const -5))))
                     (i32.store (local.get $written) (i32.const {all}))
                     (memory.fill (local.get $to) (i32.const 1) (i32.const {bytes}))"
                );
                format!("list<{}>", NUMBERS[*element].0)
            }
            Outcome::HandedOut { element, in_bytes } => {
                self.argument("at", "i32", "as = \"out-pointer\", borrowed = \"static\"");
                let unit = if *in_bytes { size(*element) } else { 1 };
                let word = if *in_bytes { "bytes" } else { "elements" };
                let entry = format!("as = \"out-length\", unit = \"{word}\"");
                self.argument("count", "i32", &entry);
                let count = 2 * unit;
                let _ = writeln!(
                    self.body,
                    "(i32.store (local.get $at) (i32.const 128))
                     (i32.store (local.get $count) (i32.const {count}))"
                );
                format!("list<{}>", NUMBERS[*element].0)
            }
        };
        if !function.status {
            return (wit, String::new());
        }
        let _ = write!(self.core, "(result i32)");
        self.body.push_str(status);
        let returns =
            "returns = { as = \"status\", errors = { \"-1\" = \"worse\", \"-2\" = \"worst\" } }";
        (wit, returns.into())
    }
}

/// An import with a stub, and a call at the start.
const START: &str = r#"import."env.now".returns = -7
init = [{ calls = "setup", arguments = [40], ok = [3] }]
"#;

/// The module, the WIT and the mapping.
pub(crate) fn written(functions: &[Function], allocator: &str) -> (Vec<u8>, String, String) {
    let mut all = Written::default();
    for (index, function) in functions.iter().enumerate() {
        let one = function.write(&format!("f{index}"));
        all.wit.push_str(&one.wit);
        all.mapping.push_str(&one.mapping);
        all.wat.push_str(&one.wat);
    }
    // It frees nothing, and has room for a few calls.
    let exported = allocator == "exported";
    let exports = if exported {
        ["(export \"malloc\")", "(export \"free\")"]
    } else {
        [""; 2]
    };
    let [malloc, free] = exports;
    let wat = format!(
        r#"(module (import "env" "now" (func $now (result i64)))
        (memory (export "memory") 4)
        (global $seed (mut i32) (i32.const 0))
        (func (export "setup") (param i32) (result i32)
          (global.set $seed (i32.add (global.get $seed) (local.get 0)))
          (i32.const 3))
        (global $top (mut i32) (i32.const 1024))
        (data (i32.const 64) "Zo\c3\ab Lovelace\00")
        (data (i32.const 128) "\01\00\01\00\01\00\01\00\01\00\01\00\01\00\01\00")
        (func $malloc {malloc} (param $size i32) (result i32)
          (global.get $top)
          (global.set $top (i32.and (i32.const -16)
            (i32.add (global.get $top) (i32.add (local.get $size) (i32.const 15)))))
          (if (i32.gt_u (global.get $top) (i32.const 0x40000)) (then unreachable)))
        (func $free {free} (param i32))
        (func $greeting (result i32)
          (local $at i32)
          (local.set $at (call $malloc (i32.const 8)))
          (i64.store (local.get $at) (i64.const 0x61_64_41))
          (local.get $at))
        {})"#,
        all.wat
    );
    // Some outcomes free by the export, which is there only with an allocator.
    let mapping = if exported {
        all.mapping
    } else {
        all.mapping
            .replace("free = \"free\"", "borrowed = \"static\"")
    };
    let mapping = format!(
        "version = 1\nwit = {{ path = \"world.wit\" }}\nmemory.allocator = \"{allocator}\"\n\
         {START}{mapping}"
    );
    let wit = format!(
        "package test:wrapped;\nworld wrapped {{\n{}enum bad {{ worse, worst }}\n}}\n",
        all.wit
    );
    let wasm = wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}: {wat}"));
    (wasm, wit, mapping)
}
