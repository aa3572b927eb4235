//! Text in lists, in arrays of C structs, and text that is not quite UTF-8.

use wasmtime::component::Val;

use crate::wrapped::{Wrapped, error, mistakes, ok, string, with_allocator};

/// `join` puts what stands in an array of pointers into one text, a comma behind
/// each; `count` is how many there are by the null pointer behind the last one, or
/// -1. A `card` is a number, a name of 8 bytes and a note of 4.
const TEXTS: &str = r#"
    (func $append (param $to i32) (param $from i32) (result i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $from))))
        (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
      (i32.store8 (local.get $to) (i32.const 44))
      (i32.add (local.get $to) (i32.const 1)))
    (func (export "join") (param $names i32) (param $many i32) (result i32)
      (local $to i32)
      (local.set $to (i32.const 1024))
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $many)))
        (local.set $to (call $append (local.get $to) (i32.load (local.get $names))))
        (local.set $names (i32.add (local.get $names) (i32.const 4)))
        (local.set $many (i32.sub (local.get $many) (i32.const 1)))
        (br $next)))
      (i32.store8 (local.get $to) (i32.const 0))
      (i32.const 1024))
    (func (export "count") (param $names i32) (result i32)
      (local $many i32)
      (if (i32.eqz (local.get $names)) (then (return (i32.const -1))))
      (block $done (loop $next
        (br_if $done (i32.eqz (i32.load (local.get $names))))
        (local.set $names (i32.add (local.get $names) (i32.const 4)))
        (local.set $many (i32.add (local.get $many) (i32.const 1)))
        (br $next)))
      (local.get $many))
    (func (export "byte_at") (param $card i32) (param $at i32) (result i32)
      (i32.load8_u (i32.add (local.get $card) (local.get $at))))
    (func (export "sum_of_names") (param $cards i32) (param $many i32) (result i32)
      (local $sum i32)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $many)))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u offset=4 (local.get $cards))))
        (local.set $cards (i32.add (local.get $cards) (i32.const 16)))
        (local.set $many (i32.sub (local.get $many) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func (export "fill_card") (param $card i32) (param $byte i32) (param $many i32)
      (i32.store (local.get $card) (local.get $many))
      (memory.fill (i32.add (local.get $card) (i32.const 4)) (i32.const 0xee) (i32.const 12))
      (i32.store8 (i32.add (i32.add (local.get $card) (i32.const 4)) (local.get $many)) (i32.const 0))
      (memory.fill (i32.add (local.get $card) (i32.const 4)) (local.get $byte) (local.get $many))
      (i32.store8 offset=12 (local.get $card) (i32.const 33))
      (i32.store8 offset=13 (local.get $card) (i32.const 0)))
    (func (export "cards") (param $out i32) (param $length i32)
      (local $at i32)
      (local.set $at (call $malloc (i32.const 32)))
      (i64.store (local.get $at) (i64.const 0x61_64_41_0000_0001))
      (i64.store offset=8 (local.get $at) (i64.const 0x3f_0000_0000))
      (i64.store offset=16 (local.get $at) (i64.const 0x63_61_72_47_0000_0002))
      (i64.store offset=24 (local.get $at) (i64.const 0x21_0000_0065))
      (i32.store (local.get $out) (local.get $at))
      (i32.store (local.get $length) (i32.const 2)))
    ;; A text of the bytes of a list.
    (func (export "text") (param $bytes i32) (param $length i32) (result i32)
      (memory.copy (i32.const 2048) (local.get $bytes) (local.get $length))
      (i32.store8 offset=2048 (local.get $length) (i32.const 0))
      (i32.const 2048))
    (func (export "fails") (param $bytes i32) (param $length i32) (result i32)
      (memory.copy (i32.const 2048) (local.get $bytes) (local.get $length))
      (i32.store8 offset=2048 (local.get $length) (i32.const 0))
      (i32.const 1))
    (func (export "last") (result i32) (i32.const 2048))
"#;

fn wrapped(world: &str, mapping: &str) -> Wrapped {
    Wrapped::compared(&with_allocator(TEXTS), world, mapping)
}

/// One that writes beyond what it was given, or into somebody else's memory, on some
/// inputs: `check` tells that.
fn careless(world: &str, mapping: &str) -> Wrapped {
    Wrapped::new(&with_allocator(TEXTS), world, mapping)
}

fn refused(world: &str, mapping: &str) -> Vec<String> {
    mistakes(&with_allocator(TEXTS), world, mapping)
        .into_iter()
        .map(|mistake| mistake.message)
        .collect()
}

fn strings(texts: &[&str]) -> Val {
    Val::List(texts.iter().map(|text| string(text)).collect())
}

const CSTRINGS: &str = r#"[function.join]
arguments = [{ as = "cstrings", param = "names"KEYS }, { as = "length", param = "names" }]
returns = { as = "cstring", borrowed = "static"BACK }"#;

#[test]
fn a_list_of_strings_is_an_array_of_c_strings_with_its_length() {
    let world =
        "enum bad { nul, odd } export join: func(names: list<string>) -> result<string, bad>;
        export live: func() -> s32;";
    let keys = ", nul-error = \"nul\", encoding = \"latin-1\", unencodable-error = \"odd\"";
    let mapping = CSTRINGS
        .replace("KEYS", keys)
        .replace("BACK", ", encoding = \"latin-1\"");
    let mut join = careless(world, &mapping);
    for (names, joined) in [
        (&[][..], ""),
        (&[""], ","),
        (&["Ada", "", "Grace"], "Ada,,Grace,"),
        (&["Zoë"], "Zoë,"),
    ] {
        let found = join.call("join", &[strings(names)]);
        assert_eq!(found, ok(string(joined)), "{names:?}");
    }
    for (names, case) in [(["Ada", "Gr\0ce"], "nul"), (["Ada", "€"], "odd")] {
        assert_eq!(join.call("join", &[strings(&names)]), error(case));
    }
    for _ in 0..100_000 {
        join.call("join", &[strings(&["Ada", ""])]);
    }
    assert_eq!(join.call("live", &[]), Val::S32(1), "the area alone");
}

#[test]
fn a_list_of_strings_ends_with_a_null_pointer_and_may_be_one() {
    let mapping = r#"[function.count]
arguments = [{ as = "cstrings", param = "names", nul = "trap" }]"#;
    let mut count = wrapped("export count: func(names: list<string>) -> s32;", mapping);
    for many in [0, 1, 3, 1000] {
        let names = strings(&vec!["World"; many]);
        let many = i32::try_from(many).expect("a small number");
        assert_eq!(count.call("count", &[names]), Val::S32(many));
    }
    let trap = count.trap("count", &[strings(&["a", "\0"])]);
    assert!(trap.contains("can't hold the NUL"), "{trap}");
    let world = "export count: func(names: option<list<string>>) -> s32;";
    let mut count = wrapped(world, mapping);
    let some = Val::Option(Some(Box::new(strings(&["Ada"]))));
    assert_eq!(count.call("count", &[some]), Val::S32(1));
    assert_eq!(count.call("count", &[Val::Option(None)]), Val::S32(-1));
}

#[test]
fn a_list_of_strings_ends_with_a_null_pointer_in_room_that_was_in_use() {
    let mapping = r#"[function.count]
arguments = [{ as = "cstrings", param = "names", nul = "trap" }]"#;
    // What `malloc` hands out first.
    let used = format!("(data (i32.const 4096) \"{}\")", "\\ff".repeat(256));
    let module = with_allocator(&format!("{TEXTS}{used}"));
    let world = "export count: func(names: list<string>) -> s32;";
    let mut count = Wrapped::compared(&module, world, mapping);
    assert_eq!(
        count.call("count", &[strings(&["Ada", "Grace"])]),
        Val::S32(2)
    );
    assert_eq!(count.call("count", &[strings(&[])]), Val::S32(0));
}

#[test]
fn a_list_of_strings_goes_one_way_only() {
    let mapping = CSTRINGS
        .replace("KEYS", ", nul = \"trap\"")
        .replace("BACK", "");
    assert_eq!(
        refused("export join: func(names: list<u8>) -> string;", &mapping),
        ["`names` is not a list of strings in the WIT"]
    );
    let by_pointer = mapping
        .replace("cstrings", "pointer")
        .replace(", nul = \"trap\"", "");
    assert_eq!(
        refused(
            "export join: func(names: list<string>) -> string;",
            &by_pointer
        ),
        ["`names` is not a string, a list or a number in the WIT"]
    );
    assert_eq!(
        refused("export last: func() -> list<string>;", ""),
        ["the result of `last` is a list of strings, which only parameters may be"]
    );
    assert_eq!(
        refused(
            "export join: func(names: list<string>, many: u32) -> string;",
            "[function.join]\narguments = [{ as = \"length\", param = \"names\" }, { as = \"value\", param = \"many\" }]\nreturns = { as = \"cstring\", borrowed = \"static\" }"
        ),
        ["`names` is passed to nobody"]
    );
}

const CARD: &str = "enum bad { nul, odd, long }
    record card { number: u32, name: string, note: string }";

const CARDS: &str = r#"[record.card]
[record.card.fields]
name = { inline = 8NAME }
note = { inline = 4NOTE, nul = "trap", too-long = "trap" }
"#;

const ERRORS: &str = ", nul-error = \"nul\", encoding = \"latin-1\", unencodable-error = \"odd\", too-long-error = \"long\"";

fn card(number: u32, name: &str, note: &str) -> Val {
    Val::Record(vec![
        ("number".into(), Val::U32(number)),
        ("name".into(), string(name)),
        ("note".into(), string(note)),
    ])
}

#[test]
fn a_string_lies_in_an_array_in_the_struct() {
    let world = format!("{CARD} export byte-at: func(card: card, at: u32) -> result<u32, bad>;");
    let mapping = r#"[function.byte-at]
arguments = [{ as = "record", param = "card" }, { as = "value", param = "at" }]
returns = { as = "value" }
"#
    .to_owned()
        + &CARDS.replace("NAME", ERRORS).replace("NOTE", "");
    let mut byte_at = wrapped(&world, &mapping);
    let expected = b"\x07\0\0\0Zo\xeb\0\0\0\0\0abc\0";
    for (byte, at) in expected.iter().zip(0..) {
        let found = byte_at.call("byte-at", &[card(7, "Zoë", "abc"), Val::U32(at)]);
        assert_eq!(found, ok(Val::U32((*byte).into())), "{at}");
    }
    for (name, note, at, found) in [
        ("", "", 4, ok(Val::U32(0))),
        ("1234567", "", 11, ok(Val::U32(0))),
        ("1234567", "", 10, ok(Val::U32(55))),
        ("ëëëëëëë", "", 10, ok(Val::U32(0xeb))),
        ("12345678", "", 4, error("long")),
        ("a\0b", "", 4, error("nul")),
        ("€", "", 4, error("odd")),
    ] {
        let arguments = [card(1, name, note), Val::U32(at)];
        assert_eq!(byte_at.call("byte-at", &arguments), found, "{name}");
    }
    let trap = byte_at.trap("byte-at", &[card(1, "", "abcd"), Val::U32(0)]);
    assert!(
        trap.contains("too long for the array in the C struct"),
        "{trap}"
    );
    let worded = world.replace("bad>", "string>");
    let mapping = mapping.replace(ERRORS, ", nul = \"truncate\"");
    let mut byte_at = wrapped(&worded, &mapping);
    let long = [card(1, "longer than it", ""), Val::U32(0)];
    let said = string("the string is too long for its place in the C struct");
    let said = Val::Result(Err(Some(Box::new(said))));
    assert_eq!(byte_at.call("byte-at", &long), said);
    let cut = [card(1, "ab\0 and so on", ""), Val::U32(6)];
    assert_eq!(byte_at.call("byte-at", &cut), ok(Val::U32(0)));
}

#[test]
fn a_string_in_a_struct_ends_at_its_nul_or_with_its_array() {
    let world = format!("{CARD} export fill-card: func(byte: u8, many: u32) -> card;");
    let mapping = "[function.fill-card]
        arguments = [{ as = \"out-record\" }, { as = \"value\", param = \"byte\" }, { as = \"value\", param = \"many\" }]\n"
        .to_owned()
        + &CARDS.replace("NOTE", "");
    for (encoding, byte, letter) in [
        ("latin-1", b'a', "a"),
        ("latin-1", 0xeb, "ë"),
        ("utf-8", b'a', "a"),
        ("utf-8-lossy", 0xeb, "\u{fffd}"),
    ] {
        let mapping = mapping.replace("NAME", &format!(", encoding = \"{encoding}\""));
        let mut fill_card = careless(&world, &mapping);
        for many in [0, 1, 7, 8] {
            let found = fill_card.call("fill-card", &[Val::U8(byte), Val::U32(many)]);
            let name = letter.repeat(many as usize);
            assert_eq!(found, card(many, &name, "!"), "{encoding} {many}");
        }
    }
}

#[test]
fn lists_of_structs_with_strings_in_them_go_in_and_come_out() {
    let world = format!(
        "{CARD} export cards: func() -> list<card>; export live: func() -> s32;
         export sum-of-names: func(cards: list<card>) -> result<u32, bad>;"
    );
    let mapping = r#"[function.cards]
arguments = [{ as = "out-pointer", free = "free" }, { as = "out-length" }]
[function.sum-of-names]
arguments = [{ as = "pointer", param = "cards" }, { as = "length", param = "cards" }]
returns = { as = "value" }
"#
    .to_owned()
        + &CARDS.replace("NAME", ERRORS).replace("NOTE", "");
    let mut cards = wrapped(&world, &mapping);
    let two = Val::List(vec![card(1, "Ada", "?"), card(2, "Grace", "!")]);
    for _ in 0..1000 {
        assert_eq!(cards.call("cards", &[]), two);
        let sum = cards.call("sum-of-names", std::slice::from_ref(&two));
        assert_eq!(sum, ok(Val::U32(65 + 71)));
        let long = Val::List(vec![card(1, "Ada", ""), card(2, "Grace Hopper", "")]);
        assert_eq!(cards.call("sum-of-names", &[long]), error("long"));
    }
    assert_eq!(cards.call("live", &[]), Val::S32(1), "the area alone");
}

#[test]
fn an_array_that_can_not_hold_the_field_is_refused() {
    for (ty, keys) in [
        ("string", "inline = 0"),
        ("string", "inline = 70000"),
        ("string", "inline = 8, length = {}"),
        ("option<string>", "inline = 8"),
        ("u32", "inline = 8"),
    ] {
        let world = format!("record card {{ name: {ty} }} export last: func() -> card;");
        let mapping = format!(
            "[function.last]\nreturns = {{ as = \"record\", borrowed = \"static\" }}
             [record.card.fields]\nname = {{ {keys} }}"
        );
        assert_eq!(
            refused(&world, &mapping),
            ["the field `name` can't be a member of a C struct this way"],
            "{ty} {keys}"
        );
    }
}

/// What is not UTF-8 in some way, by itself, between letters, and far into a text.
fn doubtful() -> Vec<Vec<u8>> {
    let mut found = vec![
        b"".to_vec(),
        b"Ada".to_vec(),
        "Zoë, 日本, 😀".as_bytes().to_vec(),
    ];
    let pieces: [&[u8]; 22] = [
        b"\x80",
        b"\xbf\xbf",
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xc2",
        b"\xc2A",
        b"\xdf\xbf",
        b"\xe0\x9f\xbf",
        b"\xe0\xa0\x80",
        b"\xe2\x82",
        b"\xe2\x82A",
        b"\xed\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xef\xbf\xbd",
        b"\xf0\x8f\xbf\xbf",
        b"\xf0\x90\x80\x80",
        b"\xf0\x9f\x98",
        b"\xf4\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80",
        b"\xff",
        b"\xf1\x80\x80\xe1\x80\xc2b",
    ];
    for piece in pieces {
        for before in ["", "a", "1234567", "12345678", "é and eight"] {
            for after in ["", "b", "日", "12345678"] {
                found.push([before.as_bytes(), piece, after.as_bytes()].concat());
            }
        }
    }
    found
}

#[test]
fn what_is_not_utf_8_is_replaced_if_the_mapping_says_so() {
    let world = "export text: func(bytes: list<u8>) -> string; export live: func() -> s32;
        export fails: func(bytes: list<u8>) -> result<_, string>;";
    let mapping = r#"[function.text]
arguments = [{ as = "pointer", param = "bytes" }, { as = "length", param = "bytes" }]
returns = { as = "cstring", borrowed = "static", encoding = "utf-8-lossy" }
[function.fails]
arguments = [{ as = "pointer", param = "bytes" }, { as = "length", param = "bytes" }]
returns = { as = "status", unknown = "error", text = { calls = "last", borrowed = "static", encoding = "utf-8-lossy" } }"#;
    let mut text = careless(world, mapping);
    for bytes in doubtful() {
        let given = [crate::wrapped::bytes(&bytes)];
        let expected = Val::String(String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(text.call("text", &given), expected, "{bytes:x?}");
        let expected = Val::Result(Err(Some(Box::new(expected))));
        assert_eq!(text.call("fails", &given), expected, "{bytes:x?}");
    }
    assert_eq!(text.call("live", &[]), Val::S32(1), "the area alone");
    let strict = mapping.replace("utf-8-lossy", "utf-8");
    let mut text = careless(world, &strict);
    text.trap("text", &[crate::wrapped::bytes(b"\xff")]);
}
