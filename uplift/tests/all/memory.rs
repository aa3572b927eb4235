//! Where inputs are placed, and that calls leave nothing behind.

use wasmtime::component::Val;
use wasmtime::{Engine, Linker, Store};

use crate::wrapped::{
    CALL_SUM, SUM, Wrapped, bytes, core_modules, mistakes, string, with_allocator, wrap,
};

/// Sums bytes, and can tell how large the memory is. It has no allocator.
fn bare(pages: &str) -> String {
    format!(
        r#"(module
  (memory (export "mem") 1)
  {SUM}
  (func (export "differ") (param i32 i32 i32 i32) (result i32)
    (i32.ne (local.get 0) (local.get 2)))
  {pages})"#
    )
}

const WORLD: &str = "export sum: func(data: list<u8>) -> u32;";
#[test]
fn a_memory_under_another_name_is_renamed_if_the_mapping_says_so() {
    let found = mistakes(&bare(""), WORLD, CALL_SUM);
    assert_eq!(found[0].message, "the module exports its memory as `mem`");
    let mapping = format!("memory = {{ export = \"mem\" }}\n{CALL_SUM}");
    let mut sum = Wrapped::new(&bare(""), WORLD, &mapping);
    assert_eq!(sum.call("sum", &[bytes(&[3, 4])]), Val::U32(7));
}

#[test]
fn grown_pages_serve_a_module_that_never_looks_at_its_memory_size() {
    let mapping = format!("memory = {{ export = \"mem\" }}\n{CALL_SUM}");
    let mut sum = Wrapped::new(&bare(""), WORLD, &mapping);
    for size in [0, 1, 65_535, 65_536, 65_537, 1 << 20, 3, 64 << 20] {
        let data = bytes(&vec![1; size]);
        assert_eq!(
            sum.call("sum", &[data]),
            Val::U32(u32::try_from(size).expect("a small size"))
        );
    }
}

#[test]
fn several_inputs_do_not_overlap() {
    let mapping = r#"memory = { export = "mem" }
[function.differ]
arguments = [
  { as = "pointer", param = "a" }, { as = "length", param = "a" },
  { as = "pointer", param = "b" }, { as = "length", param = "b" },
]"#;
    let world = "export differ: func(a: list<u8>, b: list<u64>) -> bool;";
    let mut differ = Wrapped::new(&bare(""), world, mapping);
    let longs = Val::List(vec![Val::U64(1); 3]);
    assert_eq!(
        differ.call("differ", &[bytes(&[1]), longs]),
        Val::Bool(true)
    );
}

#[test]
fn a_module_that_looks_at_its_memory_size_needs_a_reason_for_grown_pages() {
    let sizes = bare("(func (export \"pages\") (result i32) memory.size)");
    let memory = |rest: &str| format!("memory = {{ export = \"mem\"{rest} }}\n{CALL_SUM}");
    let found = mistakes(&sizes, WORLD, &memory(""));
    assert_eq!(found[0].code, "mapping::no-allocator");
    let pages = ", allocator = \"grown-pages\"";
    let found = mistakes(&sizes, WORLD, &memory(pages));
    assert_eq!(found[0].code, "mapping::growth");
    let reason = format!("{pages}, growth-is-safe-because = \"it only reports the size\"");
    assert!(wrap(&sizes, WORLD, &memory(&reason)).is_ok());
}

#[test]
fn memory_stays_flat_over_100_000_calls_in_grown_pages() {
    let world = format!("{WORLD} export pages: func() -> s32;");
    let mapping = format!(
        "memory = {{ export = \"mem\", allocator = \"grown-pages\", \
         growth-is-safe-because = \"it only reports the size\" }}\n{CALL_SUM}"
    );
    let sizes = bare("(func (export \"pages\") (result i32) memory.size)");
    let mut sum = Wrapped::new(&sizes, &world, &mapping);
    let data = bytes(&[1; 100]);
    sum.call("sum", std::slice::from_ref(&data));
    let before = sum.call("pages", &[]);
    for _ in 0..100_000 {
        sum.call("sum", std::slice::from_ref(&data));
    }
    assert_eq!(sum.call("pages", &[]), before);
}

/// A free list of one size class, as simple as it may be.
const REUSING: &str = r#"(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 1024))
  (global $list (mut i32) (i32.const 0))
  (global $size (mut i32) (i32.const 0))
  (func $malloc (param $size i32) (result i32)
    (local $at i32)
    (if (i32.gt_u (local.get $size) (i32.const 512)) (then unreachable))
    (if (global.get $list)
      (then
        (local.set $at (global.get $list))
        (global.set $list (i32.load (local.get $at)))
        (return (local.get $at))))
    (local.set $at (global.get $top))
    (global.set $top (i32.add (global.get $top) (i32.const 512)))
    (local.get $at))
  (func $free (param $at i32)
    (memory.fill (local.get $at) (i32.const 0xee) (i32.const 512))
    (i32.store (local.get $at) (global.get $list))
    (global.set $list (local.get $at)))
  (func (export "echo") (param i32) (result i32) (local.get 0))
  (func (export "top") (result i32) (global.get $top))
  EXPORTS)"#;

const ECHO: &str = r#"[function.echo]
arguments = [{ as = "cstring", param = "text", nul = "trap" }]
returns = { as = "cstring", borrowed = "argument" }"#;

#[test]
fn an_allocator_in_the_name_section_is_promoted_if_the_mapping_says_so() {
    let world = "export echo: func(text: string) -> string; export top: func() -> s32;";
    let module = REUSING.replace("EXPORTS", "");
    let mapping = format!("memory = {{ allocator = \"promoted\" }}\n{ECHO}");
    let mut echo = Wrapped::new(&module, world, &mapping);
    assert_eq!(echo.call("echo", &[string("Ada")]), string("Ada"));
    let before = echo.call("top", &[]);
    for _ in 0..100_000 {
        echo.call("echo", &[string("a name that is somewhat longer")]);
    }
    assert_eq!(echo.call("top", &[]), before);
}

#[test]
fn allocators_with_sizes_and_alignments_are_called_with_them() {
    // `free` traps unless it gets back the size that `malloc` was asked for.
    let exports = r#"
      (global $asked (mut i32) (i32.const 0))
      (func (export "alloc") (param $size i32) (param $align i32) (result i32)
        (if (i32.ne (local.get $align) (i32.const 8)) (then unreachable))
        (global.set $asked (local.get $size))
        (call $malloc (local.get $size)))
      (func (export "dealloc") (param $at i32) (param $size i32) (param $align i32)
        (if (i32.ne (local.get $align) (i32.const 8)) (then unreachable))
        (if (i32.ne (local.get $size) (global.get $asked)) (then unreachable))
        (call $free (local.get $at)))"#;
    let module = REUSING.replace("EXPORTS", exports);
    let world = "export echo: func(text: string) -> string;";
    let mut echo = Wrapped::new(&module, world, ECHO);
    for text in ["", "Ada", "Grace Hopper"] {
        assert_eq!(echo.call("echo", &[string(text)]), string(text));
    }
}

#[test]
fn an_allocation_that_fails_traps() {
    let exports = r#"(export "malloc" (func $refuse)) (export "free" (func $free))
      (func $refuse (param i32) (result i32) (i32.const 0))"#;
    let module = REUSING.replace("EXPORTS", exports);
    let world = "export echo: func(text: string) -> string;";
    let mut echo = Wrapped::new(&module, world, ECHO);
    let trap = echo.trap("echo", &[string("Ada")]);
    assert!(trap.contains("no room for an input"), "{trap}");
}

/// A caller whose strings are UTF-16 guesses at a length, and corrects it.
#[test]
fn an_input_may_grow_and_shrink_before_the_call() {
    let exporting =
        with_allocator("(func (export \"echo\") (param i32) (result i32) (local.get 0))");
    let bare = "(module (memory (export \"memory\") 1)
      (func (export \"echo\") (param i32) (result i32) (local.get 0)))";
    let world = "export echo: func(text: string) -> string;";
    for module in [&exporting, bare] {
        let component = wrap(module, world, ECHO).expect("it can be wrapped");
        let [main, shim] = <[Vec<u8>; 2]>::try_from(core_modules(&component.bytes))
            .expect("the module and the shim");
        let engine = Engine::default();
        let compile = |bytes| wasmtime::Module::new(&engine, bytes).expect("a valid module");
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let main = linker
            .instantiate(&mut store, &compile(main))
            .expect("an instance");
        let memory = main.get_memory(&mut store, "memory").expect("a memory");
        linker
            .define(&store, "env", "memory", memory)
            .expect("a new name");
        linker
            .instance(&mut store, "__main_module__", main)
            .expect("a new name");
        let shim = linker
            .instantiate(&mut store, &compile(shim))
            .expect("an instance");
        let realloc = shim
            .get_typed_func::<(u32, u32, u32, u32), u32>(&mut store, "cabi_realloc")
            .expect("cabi_realloc");

        for align in [1, 2, 4, 8] {
            let nothing = realloc
                .call(&mut store, (0, 0, align, 0))
                .expect("a pointer");
            assert_eq!(nothing, align, "a pointer that is aligned and not null");
            let grown = realloc
                .call(&mut store, (nothing, 0, align, 3))
                .expect("a pointer");
            assert_eq!(grown % align, 0);
            memory
                .write(&mut store, grown as usize, b"abc")
                .expect("in bounds");
            let moved = realloc
                .call(&mut store, (grown, 3, align, 70_000))
                .expect("a pointer");
            assert_eq!(moved % align, 0);
            let shrunk = realloc
                .call(&mut store, (moved, 70_000, align, 2))
                .expect("a pointer");
            assert_eq!(shrunk, moved);
            let text = &memory.data(&store)[shrunk as usize..][..3];
            assert_eq!(text, b"ab\0", "what was written is kept, and a NUL follows");
        }
    }
}
