//! Pointers with lengths, buffers that the caller allocates, and memory that the
//! module hands out.

use wasmtime::component::Val;

use crate::wrapped::{CALL_SUM, SUM, Wrapped, bytes, error, mistakes, ok, string, with_allocator};

/// Stands in for C functions of the usual shapes.
const BUFFERS: &str = r#"
    (func (export "last_double") (param $at i32) (param $bytes i32) (result f64)
      (f64.load (i32.sub (i32.add (local.get $at) (local.get $bytes)) (i32.const 8))))
    ;; (to, &length, from, size) -> -5 if the length is too small
    (func (export "twice") (param $to i32) (param $length i32) (param $from i32) (param $size i32) (result i32)
      (if (i32.lt_u (i32.load (local.get $length)) (i32.mul (local.get $size) (i32.const 2)))
        (then (return (i32.const -5))))
      (if (i32.eq (local.get $size) (i32.const 3)) (then (return (i32.const -3))))
      (if (i32.eq (local.get $size) (i32.const 4)) (then (return (i32.const 99))))
      (memory.copy (local.get $to) (local.get $from) (local.get $size))
      (memory.copy (i32.add (local.get $to) (local.get $size)) (local.get $from) (local.get $size))
      (i32.store (local.get $length) (i32.mul (local.get $size) (i32.const 2)))
      (i32.const 0))
    (func (export "twice_bound") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "fill") (param $to i32) (param $room i32) (result i32)
      (memory.fill (local.get $to) (i32.const 7) (local.get $room))
      (i32.shr_u (local.get $room) (i32.const 1)))
    (func (export "digest") (param $to i32)
      (i64.store (local.get $to) (i64.const 0x0706050403020100)))
    (func (export "lies") (param $to i32) (param $length i32)
      (i32.store (local.get $length) (i32.const 1000000)))
    ;; (from, size, &to, &length)
    (func (export "hand_out") (param $from i32) (param $size i32) (param $to i32) (param $length i32) (result i32)
      (local $new i32)
      (local.set $new (call $malloc (local.get $size)))
      (memory.copy (local.get $new) (local.get $from) (local.get $size))
      (i32.store (local.get $to) (local.get $new))
      (i32.store (local.get $length) (local.get $size))
      (i32.const 0))
"#;

fn wrapped(world: &str, mapping: &str) -> Wrapped {
    Wrapped::new(&module(), world, mapping)
}

fn module() -> String {
    with_allocator(&format!("{SUM}{BUFFERS}"))
}

#[test]
fn a_list_goes_in_by_pointer_and_length() {
    let mut sum = wrapped("export sum: func(data: list<u8>) -> u32;", CALL_SUM);
    assert_eq!(sum.call("sum", &[bytes(&[1, 2, 250])]), Val::U32(253));
    assert_eq!(sum.call("sum", &[bytes(&[])]), Val::U32(0));
    assert_eq!(
        sum.call("sum", &[bytes(&vec![1; 1 << 20])]),
        Val::U32(1 << 20)
    );
}

#[test]
fn a_string_goes_in_by_pointer_and_length_with_its_nuls() {
    let mut sum = wrapped("export sum: func(data: string) -> u32;", CALL_SUM);
    assert_eq!(sum.call("sum", &[string("\0\u{1}\0")]), Val::U32(1));
}

#[test]
fn a_length_counts_elements_or_bytes() {
    let mapping = r#"[function.last-double]
arguments = [{ as = "pointer", param = "data" }, { as = "length", param = "data", unit = "bytes" }]"#;
    let mut last = wrapped("export last-double: func(data: list<f64>) -> f64;", mapping);
    let numbers = Val::List(vec![Val::Float64(1.5), Val::Float64(-2.25)]);
    assert_eq!(last.call("last-double", &[numbers]), Val::Float64(-2.25));
}

#[test]
fn a_list_without_its_length_is_refused() {
    let found = mistakes(
        &module(),
        "export sum: func(data: list<u8>) -> u32;",
        r#"[function.sum]
arguments = [{ as = "pointer", param = "data" }, { as = "constant", value = 3 }]"#,
    );
    assert_eq!(found[0].message, "`data` is passed without its length");
}

fn twice(capacity: &str, result: &str, errors: &str) -> Wrapped {
    let world =
        format!("enum bad {{ input, room }} export twice: func(data: list<u8>) -> {result};");
    let mapping = format!(
        r#"[function.twice]
arguments = [
  {{ as = "buffer", capacity = {{ {capacity} }} }},
  {{ as = "buffer-length" }},
  {{ as = "pointer", param = "data" }},
  {{ as = "length", param = "data" }},
]
returns = {{ as = "status"{errors} }}"#
    );
    wrapped(&world, &mapping)
}

#[test]
fn a_buffer_has_the_capacity_that_a_bound_function_says() {
    let mut twice = twice("bound = \"twice_bound\", param = \"data\"", "list<u8>", "");
    assert_eq!(twice.call("twice", &[bytes(b"ab")]), bytes(b"abab"));
    assert_eq!(twice.call("twice", &[bytes(b"")]), bytes(b""));
}

#[test]
fn a_status_is_ok_or_an_error_or_traps() {
    let errors = r#", errors = { "-3" = "input", "-5" = "room" }"#;
    let mut twice = twice("constant = 8", "result<list<u8>, bad>", errors);
    assert_eq!(twice.call("twice", &[bytes(b"ab")]), ok(bytes(b"abab")));
    assert_eq!(twice.call("twice", &[bytes(b"abc")]), error("input"));
    assert_eq!(twice.call("twice", &[bytes(b"abcde")]), error("room"));
    let trap = twice.trap("twice", &[bytes(b"abcd")]);
    assert!(trap.contains("unknown status"), "{trap}");
}

#[test]
fn a_buffer_grows_until_it_is_large_enough_or_at_its_limit() {
    let errors = r#", errors = { "-5" = "room" }"#;
    let grow = "start = 1, retry-on = [-5], limit = 1000";
    let mut twice = twice(grow, "result<list<u8>, bad>", errors);
    for size in [0, 1, 2, 5, 499, 500] {
        let data = vec![b'x'; size];
        let expected = vec![b'x'; 2 * size];
        assert_eq!(twice.call("twice", &[bytes(&data)]), ok(bytes(&expected)));
    }
    assert_eq!(twice.call("twice", &[bytes(&[0; 501])]), error("room"));
}

#[test]
fn the_returned_length_tells_how_much_of_a_buffer_counts() {
    let mapping = r#"[function.fill]
arguments = [
  { as = "buffer", capacity = { param = "room", limit = 1024 } },
  { as = "capacity" },
]
returns = { as = "length" }"#;
    let mut fill = wrapped("export fill: func(room: u32) -> list<u8>;", mapping);
    assert_eq!(fill.call("fill", &[Val::U32(10)]), bytes(&[7; 5]));
    let trap = fill.trap("fill", &[Val::U32(1025)]);
    assert!(trap.contains("larger than the mapping's limit"), "{trap}");
}

#[test]
fn an_output_of_fixed_size_is_the_whole_buffer() {
    let mapping = r#"[function.digest]
arguments = [{ as = "buffer", capacity = { constant = 4 } }]"#;
    let mut digest = wrapped("export digest: func() -> list<u16>;", mapping);
    let expected = [0x0100, 0x0302, 0x0504, 0x0706].map(Val::U16).to_vec();
    assert_eq!(digest.call("digest", &[]), Val::List(expected));
}

#[test]
fn a_length_beyond_the_buffer_traps() {
    let mapping = r#"[function.lies]
arguments = [{ as = "buffer", capacity = { constant = 16 } }, { as = "buffer-length" }]"#;
    let mut lies = wrapped("export lies: func() -> list<u8>;", mapping);
    let trap = lies.trap("lies", &[]);
    assert!(trap.contains("beyond the buffer"), "{trap}");
}

#[test]
fn memory_that_the_module_hands_out_is_copied_and_freed() {
    let mapping = r#"[function.hand-out]
arguments = [
  { as = "pointer", param = "data" },
  { as = "length", param = "data" },
  { as = "out-pointer", free = "free" },
  { as = "out-length" },
]
returns = { as = "status" }"#;
    let world = "export hand-out: func(data: list<u8>) -> list<u8>; export live: func() -> s32;";
    let mut hand_out = wrapped(world, mapping);
    for size in [1, 5, 70_000] {
        let data = bytes(&vec![9; size]);
        assert_eq!(hand_out.call("hand-out", std::slice::from_ref(&data)), data);
        assert_eq!(hand_out.call("live", &[]), Val::S32(1), "the area alone");
    }
}
