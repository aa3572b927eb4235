//! Says what it sees in the values that it is given.

use bindings::cases::mirrors::other_side;
use bindings::cases::mirrors::things::{Day, Edges, Few, Full, Nine, Signal, Wide};
use bindings::exports::cases::mirrors::seen::Guest as Seen;

struct Component;

type Deep = Result<Option<Result<u8, String>>, Result<Option<u8>, ()>>;

macro_rules! mirror {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(fn $name(value: $type) -> ($type, String) {
            let seen = format!("{value:?}");
            (value, seen)
        })*
    };
}

#[allow(
    clippy::many_single_char_names,
    reason = "many parameters are the subject"
)]
impl Seen for Component {
    mirror! {
        mirror_bool: bool,
        mirror_u8: u8,
        mirror_s8: i8,
        mirror_u16: u16,
        mirror_s16: i16,
        mirror_u32: u32,
        mirror_s32: i32,
        mirror_u64: u64,
        mirror_s64: i64,
        mirror_f32: f32,
        mirror_f64: f64,
        mirror_char: char,
        mirror_string: String,
        mirror_edges: Edges,
        mirror_wide: Wide,
        mirror_signal: Signal,
        mirror_day: Day,
        mirror_few: Few,
        mirror_nine: Nine,
        mirror_full: Full,
        mirror_tuple: (u8, u8, String, (char,)),
        mirror_option: Option<String>,
        mirror_option2: Option<Option<bool>>,
        mirror_option3: Option<Option<Option<Day>>>,
        mirror_result: Result<(), ()>,
        mirror_result_ok: Result<Few, ()>,
        mirror_result_err: Result<(), Day>,
        mirror_result_both: Result<i32, i32>,
        mirror_result_deep: Deep,
        mirror_bools: Vec<bool>,
        mirror_u8s: Vec<u8>,
        mirror_s8s: Vec<i8>,
        mirror_u16s: Vec<u16>,
        mirror_s16s: Vec<i16>,
        mirror_u32s: Vec<u32>,
        mirror_s32s: Vec<i32>,
        mirror_u64s: Vec<u64>,
        mirror_s64s: Vec<i64>,
        mirror_f32s: Vec<f32>,
        mirror_f64s: Vec<f64>,
        mirror_chars: Vec<char>,
        mirror_strings: Vec<String>,
        mirror_lists: Vec<Vec<i16>>,
        mirror_edges_list: Vec<Edges>,
        mirror_wides: Vec<Wide>,
        mirror_signals: Vec<Signal>,
        mirror_days: Vec<Day>,
        mirror_fews: Vec<Few>,
        mirror_tuples: Vec<(i32, u32, Day)>,
        mirror_options: Vec<Option<Option<u8>>>,
        mirror_results: Vec<Result<u8, Signal>>,
    }

    #[rustfmt::skip]
    fn describe_many(
        a: u8, b: u8, c: u16, d: i16, e: u32, f: i32, g: u64, h: i64, i: f32,
        j: f64, k: char, l: bool, m: String, n: String, o: Day, p: Few,
        q: Option<u8>, r: Edges, s: Edges, t: Signal, u: Vec<u8>, v: Vec<u8>,
    ) -> String {
        let numbers = (a, b, c, d, e, f, g, h, i, j);
        format!("{:?}", (numbers, (k, l, m, n), (o, p, q, r, s), (t, u, v)))
    }

    fn describe_some(a: i8, b: i8, c: String, d: String, e: Option<i8>) -> String {
        format!("{:?}", (a, b, c, d, e))
    }
}

impl bindings::Guest for Component {
    fn relay_change(wide: Wide, signals: Vec<Signal>) -> String {
        format!("{:?}", other_side::change(&wide, &signals))
    }

    fn relay_choose(day: Day, few: Few) -> String {
        format!("{:?}", other_side::choose(day, few))
    }

    fn relay_compare(left: i8, right: i8) -> String {
        format!("{:?}", other_side::compare(left, right))
    }
}

#[allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "mirrors",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
