//! Values of a type: the boundaries first, then any.

use fastrand::Rng;
use wasmtime::component::Val;

use super::types::Ty;

/// The length of a long string or list: larger than a page, with the byte that
/// the shim keeps behind it.
const LONG: usize = 1 << 16;

/// Values at which mistakes are likely, with long strings and lists or without.
/// The first one is the plainest.
fn edges(ty: &Ty, long: bool) -> Vec<Val> {
    let boundaries = |ty: &Ty| edges(ty, long);
    match ty {
        Ty::Bool => vec![Val::Bool(false), Val::Bool(true)],
        Ty::S8 => [0, 1, -1, i8::MIN, i8::MAX].map(Val::S8).into(),
        Ty::U8 => [0, 1, 0x7f, 0x80, u8::MAX].map(Val::U8).into(),
        Ty::S16 => [0, 1, -1, i16::MIN, i16::MAX].map(Val::S16).into(),
        Ty::U16 => [0, 1, 0x7fff, 0x8000, u16::MAX].map(Val::U16).into(),
        Ty::S32 => [0, 1, -1, i32::MIN, i32::MAX].map(Val::S32).into(),
        Ty::U32 => [0, 1, 64, 0x7fff_ffff, 0x8000_0000, u32::MAX]
            .map(Val::U32)
            .into(),
        Ty::S64 => [0, 1, -1, i64::MIN, i64::MAX, 1 << 32].map(Val::S64).into(),
        Ty::U64 => [0, 1, 1 << 32, 1 << 63, u64::MAX].map(Val::U64).into(),
        Ty::F32 => [
            0.0,
            -0.0,
            1.0,
            f32::MIN,
            f32::MAX,
            f32::INFINITY,
            -f32::INFINITY,
        ]
        .into_iter()
        .chain([f32::MIN_POSITIVE, f32::from_bits(1), f32::NAN])
        .map(Val::Float32)
        .collect(),
        Ty::F64 => [
            0.0,
            -0.0,
            1.0,
            f64::MIN,
            f64::MAX,
            f64::INFINITY,
            -f64::INFINITY,
        ]
        .into_iter()
        .chain([f64::MIN_POSITIVE, f64::from_bits(1), f64::NAN])
        .map(Val::Float64)
        .collect(),
        Ty::Char => [
            'a', '\0', '\x7f', '\u{80}', '\u{ff}', '\u{100}', '\u{d7ff}', '\u{e000}',
        ]
        .into_iter()
        .chain([char::MAX])
        .map(Val::Char)
        .collect(),
        Ty::String => strings(long),
        Ty::List(element) => lists(element, long),
        Ty::Enum(cases) => cases.iter().map(|case| Val::Enum(case.clone())).collect(),
        Ty::Flags(flags) => vec![Val::Flags(Vec::new()), Val::Flags(flags.clone())],
        Ty::Option(some) => {
            let some = boundaries(some).into_iter();
            let some = some.map(|value| Val::Option(Some(Box::new(value))));
            std::iter::once(Val::Option(None)).chain(some).collect()
        }
        // A parameter can't be one.
        Ty::Result(..) | Ty::Variant(_) | Ty::Own(_) | Ty::Borrow(_) | Ty::Other(_) => Vec::new(),
        Ty::Tuple(types) => {
            let types: Vec<&Ty> = types.iter().collect();
            each_at_a_time(&types, long)
                .into_iter()
                .map(Val::Tuple)
                .collect()
        }
        Ty::Record { fields, .. } => {
            let types: Vec<&Ty> = fields.iter().map(|(_, ty)| ty).collect();
            let named = |values: Vec<Val>| {
                let names = fields.iter().map(|(name, _)| name.clone());
                Val::Record(names.zip(values).collect())
            };
            each_at_a_time(&types, long)
                .into_iter()
                .map(named)
                .collect()
        }
    }
}

/// Values for several types at once: each goes through its boundaries while the
/// others stay plain.
pub(super) fn one_at_a_time(types: &[&Ty]) -> Vec<Vec<Val>> {
    each_at_a_time(types, true)
}

fn each_at_a_time(types: &[&Ty], long: bool) -> Vec<Vec<Val>> {
    let each: Vec<Vec<Val>> = types.iter().map(|ty| edges(ty, long)).collect();
    let plain: Vec<Val> = each
        .iter()
        .filter_map(|values| values.first().cloned())
        .collect();
    let mut all = vec![plain.clone()];
    for (index, values) in each.iter().enumerate() {
        for value in values.iter().skip(1) {
            let mut next = plain.clone();
            next[index] = value.clone();
            all.push(next);
        }
    }
    all
}

fn strings(long: bool) -> Vec<Val> {
    let ascii = ["World", "", "a", "1234567", "12345678", "123456789"];
    let others = [
        "Zoë",
        "\u{80}\u{ff}",
        "\u{100}",
        "日本語",
        "😀",
        "\0",
        "Ada\0Grace",
        "end\0",
    ];
    let mut all: Vec<Val> = ascii
        .into_iter()
        .chain(others)
        .map(|s| Val::String(s.into()))
        .collect();
    if long {
        all.push(Val::String("a".repeat(LONG)));
        all.push(Val::String("é".repeat(LONG / 2 + 1)));
    }
    all
}

fn lists(element: &Ty, long: bool) -> Vec<Val> {
    // What is in a list many times has to be small.
    let edges = edges(element, false);
    let Some(plain) = edges.first().cloned() else {
        return vec![Val::List(Vec::new())];
    };
    let many = match element {
        Ty::Record { .. } | Ty::Tuple(_) | Ty::String | Ty::List(_) | Ty::Option(_) => LONG >> 7,
        _ => LONG,
    };
    let counted: Vec<Val> = edges.iter().cycle().take(many).cloned().collect();
    let mut all = vec![Val::List(edges), Val::List(Vec::new())];
    for length in [1, 2, 3, 7, 8, 9] {
        all.push(Val::List(vec![plain.clone(); length]));
    }
    if long {
        for length in [255, 4096] {
            all.push(Val::List(vec![plain.clone(); length.min(many)]));
        }
        all.push(Val::List(counted));
    }
    all
}

/// Any value, small ones more often.
pub(super) fn any(rng: &mut Rng, ty: &Ty) -> Val {
    if rng.u8(..) < 32 {
        let mut edges = edges(ty, false);
        if !edges.is_empty() && !matches!(ty, Ty::List(_)) {
            return edges.swap_remove(rng.usize(..edges.len()));
        }
    }
    match ty {
        Ty::Bool => Val::Bool(rng.bool()),
        Ty::S8 => Val::S8(rng.i8(..)),
        Ty::U8 => Val::U8(rng.u8(..)),
        Ty::S16 => Val::S16(rng.i16(..)),
        Ty::U16 => Val::U16(rng.u16(..)),
        Ty::S32 => Val::S32(rng.i32(..) >> rng.u32(..32)),
        Ty::U32 => Val::U32(rng.u32(..) >> rng.u32(..32)),
        Ty::S64 => Val::S64(rng.i64(..) >> rng.u32(..64)),
        Ty::U64 => Val::U64(rng.u64(..) >> rng.u32(..64)),
        Ty::F32 => Val::Float32(f32::from_bits(rng.u32(..))),
        Ty::F64 => Val::Float64(f64::from_bits(rng.u64(..))),
        Ty::Char => Val::Char(character(rng)),
        Ty::String => {
            let length = length(rng);
            Val::String((0..length).map(|_| character(rng)).collect())
        }
        Ty::List(element) => {
            let length = match element.as_ref() {
                Ty::Record { .. } | Ty::Tuple(_) => length(rng) >> 4,
                _ => length(rng),
            };
            Val::List((0..length).map(|_| any(rng, element)).collect())
        }
        Ty::Record { fields, .. } => {
            let fields = fields.iter();
            Val::Record(
                fields
                    .map(|(name, ty)| (name.clone(), any(rng, ty)))
                    .collect(),
            )
        }
        Ty::Tuple(types) => Val::Tuple(types.iter().map(|ty| any(rng, ty)).collect()),
        Ty::Enum(cases) => Val::Enum(cases[rng.usize(..cases.len())].clone()),
        Ty::Flags(flags) => Val::Flags(flags.iter().filter(|_| rng.bool()).cloned().collect()),
        Ty::Option(some) => Val::Option(rng.bool().then(|| Box::new(any(rng, some)))),
        // A handle is made by a step of its own, and a parameter can't be the others.
        Ty::Result(..) | Ty::Variant(_) | Ty::Own(_) | Ty::Borrow(_) | Ty::Other(_) => {
            Val::Bool(false)
        }
    }
}

/// Mostly short, up to 1023.
fn length(rng: &mut Rng) -> usize {
    rng.usize(..1024) >> rng.u32(..10)
}

fn character(rng: &mut Rng) -> char {
    match rng.u8(..8) {
        0 => rng.char(..),
        1 => rng.char('\u{80}'..='\u{ff}'),
        _ => rng.char(' '..='~'),
    }
}
