//! Which place for inputs is chosen, and that it is one that the module leaves
//! alone.

use uplift::{Error, Mapping, Module, Plan};
use wasmtime::component::Val;

use crate::diagnostics::uplift_for;
use crate::wrapped::{
    ALLOCATOR, CALL_SUM, SUM, Wrapped, bytes, mistakes, string, with_allocator, wrap,
};

const ECHO: &str = r#"
    (func (export "echo") (param $from i32) (result i32) (local.get $from))
    ;; A copy in memory of the module's own, as in most C functions.
    (func (export "copy") (param $from i32) (result i32)
      (local $to i32) (local $at i32) (local $byte i32)
      (local.set $to (call $malloc (i32.const 60000)))
      (loop $next
        (local.set $byte (i32.load8_u (i32.add (local.get $from) (local.get $at))))
        (i32.store8 (i32.add (local.get $to) (local.get $at)) (local.get $byte))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (local.get $byte)))
      (local.get $to))"#;
const ECHO_WORLD: &str = "export echo: func(text: string) -> string;
    export copy: func(text: string) -> string;";
const CALL_ECHO: &str = r#"[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }
[function.copy]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "static" }
"#;

/// A module whose `malloc` and `free` are in the name section alone.
fn internal(allocator: &str) -> String {
    let allocator = allocator
        .replace(" (export \"malloc\")", "")
        .replace(" (export \"free\")", "");
    format!("(module {allocator} {ECHO})")
}

/// The plan for a module, with `memory` in its mapping.
fn plan(module: &str, memory: &str) -> Result<Plan, Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wit = format!("package test:wrapped; world wrapped {{ {ECHO_WORLD} }}");
    std::fs::write(folder.path().join("world.wit"), wit).expect("it can be written");
    let text = format!("version = 1\nwit = {{ path = \"world.wit\" }}\n{memory}\n{CALL_ECHO}");
    let module = Module::read(wat::parse_str(module).expect("a valid module"))?;
    Plan::check(&module, &Mapping::parse(&text)?, folder.path())
}

#[test]
fn malloc_and_free_in_the_name_section_are_promoted_if_their_code_bears_them_out() {
    let deep = ALLOCATOR.replace("(drop (memory.grow", "(drop (call $sbrk")
        + "(func $sbrk (param i32) (result i32) (memory.grow (local.get 0)))";
    for allocator in [ALLOCATOR, &deep] {
        let plan = plan(&internal(allocator), "").expect("a plan");
        assert_eq!(
            plan.changes(),
            [
                "function 0, `malloc` in the name section, is exported as `malloc`",
                "function 1, `free` in the name section, is exported as `free`"
            ]
        );
        let told = "inputs are placed by `malloc` and freed by `free`, which get exported for \
                    that: functions 0 and 1 have the names and types of C's `malloc` and `free`, \
                    and the first one grows the memory";
        assert!(
            plan.notes().iter().any(|note| note == told),
            "{:?}",
            plan.notes()
        );
        let mut echo = Wrapped::start(&plan.emit().expect("a component").bytes);
        for name in ["echo", "copy"] {
            let text = string(&"a name that is long ".repeat(2000));
            assert_eq!(echo.call(name, std::slice::from_ref(&text)), text);
        }
    }
}

#[test]
fn a_function_that_is_merely_called_malloc_is_not_trusted() {
    let still = ALLOCATOR.replace("memory.grow", "i32.clz");
    let unlike = ALLOCATOR
        .replace("$malloc (export \"malloc\")", "$alloc")
        .replace("$free (export \"free\")", "$dealloc");
    let unlike = format!("(module {unlike} {})", ECHO.replace("$malloc", "$alloc"));
    for module in [internal(&still), unlike] {
        let Err(Error::Mapping(found)) = plan(&module, "") else {
            panic!("it is refused");
        };
        assert_eq!(found[0].code, "mapping::no-allocator", "{found:#?}");
    }
    let chosen = plan(&internal(&still), "memory = { allocator = \"promoted\" }");
    assert_eq!(chosen.expect("a plan").changes().len(), 2);
}

#[test]
fn names_of_other_types_or_of_several_functions_are_no_allocator() {
    let typed = ALLOCATOR.replace(
        "(func $free (export \"free\") (param $at i32)",
        "(func $free (param $at i64) (param $size i32)",
    );
    let typed = typed.replace(
        "(local.get $at) (i32.const 0x21)",
        "(i32.const 0) (i32.const 0x21)",
    );
    let twice = ALLOCATOR.to_owned()
        + "(func $other (@name \"malloc\") (param i32) (result i32) (local.get 0))";
    for allocator in [typed, twice] {
        let Err(Error::Mapping(found)) = plan(&internal(&allocator), "") else {
            panic!("it is refused");
        };
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(!help.contains("promoted"), "{found:#?}");
    }
}

#[test]
fn the_author_may_choose_pages_before_an_allocator() {
    let memory = "memory = { allocator = \"grown-pages\", growth-is-safe-because = \"it never looks back\" }";
    let plan = plan(&with_allocator(ECHO), memory).expect("a plan");
    assert!(plan.changes().is_empty());
    let told = "inputs are placed in pages that the shim grows; the mapping says that this is safe \
                because: it never looks back";
    assert!(plan.notes().iter().any(|note| note == told));
}

/// An allocator that takes everything up to the end of the memory for its own,
/// as one by `sbrk(0)` does that trusts nobody else to grow.
const CLAIMING: &str = r#"
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 4096))
    (func $malloc (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $top))
      (global.set $top (i32.add (global.get $top) (local.get $size)))
      (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
        (then (drop (memory.grow (i32.const 1)))))
      (local.get $at))"#;

#[test]
fn pages_that_the_module_would_claim_are_refused_without_a_reason() {
    let module = format!("(module {CLAIMING} {ECHO})");
    let mapping = format!(
        "version = 1\nwit = {{ path = \"world.wit\" }}\n\n[memory]\nallocator = \"grown-pages\"\n\n{CALL_ECHO}"
    );
    let world = format!("package test:wrapped; world wrapped {{ {ECHO_WORLD} }}");
    let binary = wat::parse_str(&module).expect("a valid module");
    insta::assert_snapshot!(uplift_for(&binary, &world, &mapping));
    let found = mistakes(&module, ECHO_WORLD, CALL_ECHO);
    assert_eq!(found[0].code, "mapping::no-allocator");

    // And they are not refused in vain: with a reason that is none, a copy
    // overwrites the name that it is made from.
    let reason = "memory = { allocator = \"grown-pages\", growth-is-safe-because = \"none\" }\n";
    let mut copy = Wrapped::new(&module, ECHO_WORLD, &format!("{reason}{CALL_ECHO}"));
    let name = string(&"World ".repeat(7000));
    assert_eq!(copy.call("echo", std::slice::from_ref(&name)), name);
    copy.call("copy", &[string("Ada")]);
    let trap = copy.trap("copy", &[name]);
    assert!(trap.contains("invalid utf-8"), "{trap}");
}

/// Sums, and grows the memory between reading and returning.
const GROWING: &str = r#"
    (func (export "sum_and_grow") (param $at i32) (param $length i32) (result i32)
      (if (i32.eq (memory.grow (i32.const 3)) (i32.const -1)) (then unreachable))
      (call $sum (local.get $at) (local.get $length)))
    (func (export "pages") (result i32) (memory.size))"#;

#[test]
fn inputs_stay_where_they_are_when_the_module_grows_its_memory_during_a_call() {
    let sum = SUM.replace("(func (export \"sum\")", "(func $sum (export \"sum\")");
    let world = "export sum: func(data: list<u8>) -> u32;
        export sum-and-grow: func(data: list<u8>) -> u32; export pages: func() -> u32;";
    let mapping = format!(
        "{CALL_SUM}{}",
        CALL_SUM.replace("function.sum", "function.sum-and-grow")
    );
    let pages = "memory = { allocator = \"grown-pages\", growth-is-safe-because = \"it never looks back\" }\n";
    for memory in ["", pages] {
        let module = with_allocator(&format!("{sum}{GROWING}"));
        let mut sum = Wrapped::new(&module, world, &format!("{memory}{mapping}"));
        for size in [1u32, 70_000, 3, 200_000, 1 << 20] {
            let data = bytes(&vec![1; size as usize]);
            for name in ["sum-and-grow", "sum"] {
                assert_eq!(sum.call(name, std::slice::from_ref(&data)), Val::U32(size));
            }
        }
        let Val::U32(pages) = sum.call("pages", &[]) else {
            panic!("no number");
        };
        assert!(pages < 200, "{pages} pages");
    }
}

#[test]
fn sixty_four_mebibytes_go_through_an_allocator_and_come_back() {
    let world = "export echo: func(text: string) -> string;";
    let mapping = &CALL_ECHO[..CALL_ECHO.find("[function.copy]").expect("it is there")];
    let mut echo = Wrapped::new(&with_allocator(ECHO), world, mapping);
    for size in [64 << 20, 5, 1 << 20] {
        let text = string(&"x".repeat(size));
        assert!(echo.call("echo", std::slice::from_ref(&text)) == text);
    }
}

#[test]
fn buffers_of_zero_length_stand_beside_others() {
    let module = with_allocator(
        r#"(func (export "lengths") (param i32 i32 i32 i32 i32) (result i32)
          (if (i32.load8_u (local.get 4)) (then unreachable))
          (i32.add (i32.mul (local.get 1) (i32.const 1000)) (local.get 3)))"#,
    );
    let mapping = r#"[function.lengths]
arguments = [
  { as = "pointer", param = "a" }, { as = "length", param = "a" },
  { as = "pointer", param = "b" }, { as = "length", param = "b" },
  { as = "cstring", param = "c", nul = "trap" },
]"#;
    let world = "export lengths: func(a: list<u64>, b: list<u8>, c: string) -> u32;
        export live: func() -> s32;";
    let mut lengths = Wrapped::new(&module, world, mapping);
    let longs = |count| Val::List(vec![Val::U64(1); count]);
    for (a, b) in [(0, 0), (2, 0), (0, 3), (4, 5)] {
        let arguments = [longs(a), bytes(&vec![1; b]), string("")];
        let expected = u32::try_from(1000 * a + b).expect("a small number");
        assert_eq!(lengths.call("lengths", &arguments), Val::U32(expected));
        assert!(matches!(lengths.call("live", &[]), Val::S32(0..=1)));
    }
}

/// An allocator with lists of freed blocks, by powers of two.
const RECYCLING: &str = r#"
    (memory (export "memory") 2)
    (global $top (mut i32) (i32.const 4096))
    (func $class (param $size i32) (result i32)
      (i32.sub (i32.const 32) (i32.clz (i32.add (local.get $size) (i32.const 15)))))
    (func $malloc (export "malloc") (param $size i32) (result i32)
      (local $class i32) (local $at i32)
      (local.set $class (i32.shl (call $class (local.get $size)) (i32.const 2)))
      (local.set $at (i32.load (local.get $class)))
      (if (local.get $at)
        (then
          (i32.store (local.get $class) (i32.load (local.get $at)))
          (return (i32.add (local.get $at) (i32.const 8)))))
      (local.set $at (global.get $top))
      (global.set $top (i32.add (global.get $top)
        (i32.shl (i32.const 1) (i32.add (call $class (local.get $size)) (i32.const 1)))))
      (i32.store offset=4 (local.get $at) (local.get $class))
      (i32.add (local.get $at) (i32.const 8)))
    (func $free (export "free") (param $at i32)
      (local $class i32)
      (if (i32.eqz (local.get $at)) (then (return)))
      (local.set $at (i32.sub (local.get $at) (i32.const 8)))
      (local.set $class (i32.load offset=4 (local.get $at)))
      (i32.store (local.get $at) (i32.load (local.get $class)))
      (i32.store (local.get $class) (local.get $at)))
    (func (export "top") (result i32) (global.get $top))
    (data (i32.const 2048) "caf\e9\00")
    (func (export "check") (param $text i32) (param $to i32) (param $length i32) (result i32)
      (local $first i32)
      (local.set $first (i32.load8_u (local.get $text)))
      (i32.store8 (local.get $to) (local.get $first))
      (if (i32.eq (i32.load (local.get $length)) (i32.const 1)) (then (return (i32.const -5))))
      (i32.store (local.get $length) (i32.const 1))
      (select (i32.const 9) (i32.const 0) (i32.eq (local.get $first) (i32.const 98))))
    (func (export "text") (result i32) (i32.const 2048))"#;

#[test]
fn memory_stays_flat_over_100_000_calls_that_succeed_fail_and_retry() {
    let world = "export check: func(text: string) -> result<list<u8>, string>;
        export top: func() -> u32;";
    let mapping = r#"[function.check]
arguments = [
  { as = "cstring", param = "text" },
  { as = "buffer", capacity = { start = 1, retry-on = [-5], limit = 64 } },
  { as = "buffer-length" },
]
returns = { as = "status", unknown = "error", text = { calls = "text", borrowed = "static", encoding = "latin-1" } }"#;
    let mut check = Wrapped::new(&format!("(module {RECYCLING})"), world, mapping);
    let calls: Vec<(Val, Val)> = [
        ("good", crate::wrapped::ok(bytes(b"g"))),
        ("bad", Val::Result(Err(Some(Box::new(string("café")))))),
        (
            "a\0b",
            Val::Result(Err(Some(Box::new(string(
                "the string holds a NUL, and C strings end there",
            ))))),
        ),
        ("", crate::wrapped::ok(bytes(b"\0"))),
    ]
    .map(|(text, expected)| (string(text), expected))
    .to_vec();
    let mut before = None;
    for round in 0..25_000 {
        for (text, expected) in &calls {
            assert_eq!(check.call("check", std::slice::from_ref(text)), *expected);
        }
        if round == 0 {
            before = Some(check.call("top", &[]));
        }
    }
    assert_eq!(Some(check.call("top", &[])), before);
}

#[test]
fn a_reason_is_needed_for_pages_even_if_the_world_needs_none() {
    let module = format!("(module {CLAIMING} (func (export \"zero\") (result i32) (i32.const 0)))");
    let world = "export zero: func() -> u32;";
    assert!(wrap(&module, world, "").is_ok());
    let found = mistakes(&module, world, "memory = { allocator = \"grown-pages\" }");
    assert_eq!(found[0].code, "mapping::growth");
}

#[test]
fn a_module_that_may_claim_the_pages_of_the_wasi_adapter_needs_stubs_or_a_reason() {
    let module = format!(
        "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func (param i32))) {CLAIMING}
           (func (export \"zero\") (result i32) (i32.const 0)))"
    );
    let world = "export zero: func() -> u32;";
    let found = mistakes(&module, world, "");
    assert_eq!(found[0].code, "mapping::growth");
    let stub = "[import.\"wasi_snapshot_preview1.proc_exit\"]";
    let help = found[0].help.as_deref().expect("help");
    assert!(help.contains(stub), "{help}");
    assert!(wrap(&module, world, &format!("{stub}\nstub = \"trap\"")).is_ok());
    let reason = "memory = { growth-is-safe-because = \"it allocates nothing\" }";
    assert!(wrap(&module, world, reason).is_ok());
}

#[test]
fn pages_beside_those_of_zigs_allocator_need_no_reason() {
    let module = |body: &str| {
        format!(
            "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func (param i32)))
               (memory (export \"memory\") 1)
               (func $heap.BrkAllocator.alloc (export \"grow\") (result i32) {body}))"
        )
    };
    let world = "export grow: func() -> s32;";
    let grows = "(memory.grow (i32.const 1))";
    assert!(wrap(&module(grows), world, "").is_ok());
    // It never asks how large the memory is: something else does.
    let asks = format!("(drop (memory.size)) {grows}");
    assert_eq!(
        mistakes(&module(&asks), world, "")[0].code,
        "mapping::growth"
    );
}
