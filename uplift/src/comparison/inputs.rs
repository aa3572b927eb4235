//! Values of a type: the boundaries first, then any.

use fastrand::Rng;
use wasmtime::component::Val;

use super::types::Ty;

/// The length of a long string or list: larger than a page, with the byte that
/// the shim keeps behind it.
const LONG: usize = 1 << 16;

/// Values at which mistakes are likely. The first one is the plainest.
pub(super) fn boundaries(ty: &Ty) -> Vec<Val> {
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
        Ty::String => strings(),
        Ty::List(element) => lists(element),
        Ty::Enum(cases) => cases.iter().map(|case| Val::Enum(case.clone())).collect(),
        Ty::Flags(flags) => vec![Val::Flags(Vec::new()), Val::Flags(flags.clone())],
        Ty::Option(some) => {
            let some = boundaries(some).into_iter();
            let some = some.map(|value| Val::Option(Some(Box::new(value))));
            std::iter::once(Val::Option(None)).chain(some).collect()
        }
        Ty::Result(ok, error) => {
            let of = |side: &Option<Box<Ty>>| match side {
                Some(ty) => boundaries(ty)
                    .into_iter()
                    .map(|v| Some(Box::new(v)))
                    .collect(),
                None => vec![None],
            };
            let ok = of(ok).into_iter().map(|value| Val::Result(Ok(value)));
            ok.chain(of(error).into_iter().map(|value| Val::Result(Err(value))))
                .collect()
        }
        Ty::Variant(cases) => cases
            .iter()
            .flat_map(|(name, ty)| {
                let payloads = match ty {
                    Some(ty) => boundaries(ty)
                        .into_iter()
                        .map(|v| Some(Box::new(v)))
                        .collect(),
                    None => vec![None],
                };
                payloads
                    .into_iter()
                    .map(|payload| Val::Variant(name.clone(), payload))
            })
            .collect(),
        Ty::Tuple(types) => {
            let types: Vec<&Ty> = types.iter().collect();
            one_at_a_time(&types).into_iter().map(Val::Tuple).collect()
        }
        Ty::Record(fields) => {
            let types: Vec<&Ty> = fields.iter().map(|(_, ty)| ty).collect();
            let named = |values: Vec<Val>| {
                let names = fields.iter().map(|(name, _)| name.clone());
                Val::Record(names.zip(values).collect())
            };
            one_at_a_time(&types).into_iter().map(named).collect()
        }
        Ty::Own(_) | Ty::Borrow(_) | Ty::Other(_) => Vec::new(),
    }
}

/// Values for several types at once: each goes through its boundaries while the
/// others stay plain.
pub(super) fn one_at_a_time(types: &[&Ty]) -> Vec<Vec<Val>> {
    let each: Vec<Vec<Val>> = types.iter().map(|ty| boundaries(ty)).collect();
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

fn strings() -> Vec<Val> {
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
    all.push(Val::String("a".repeat(LONG)));
    all.push(Val::String("é".repeat(LONG / 2 + 1)));
    all
}

fn lists(element: &Ty) -> Vec<Val> {
    let edges = boundaries(element);
    let Some(plain) = edges.first().cloned() else {
        return vec![Val::List(Vec::new())];
    };
    let counted: Vec<Val> = edges.iter().cycle().take(LONG).cloned().collect();
    let mut all = vec![Val::List(edges), Val::List(Vec::new())];
    for length in [1, 2, 3, 7, 8, 9, 255, 4096] {
        all.push(Val::List(vec![plain.clone(); length]));
    }
    all.push(Val::List(counted));
    all
}

/// Any value, small ones more often.
pub(super) fn any(rng: &mut Rng, ty: &Ty) -> Val {
    if rng.u8(..) < 32 {
        let mut edges = boundaries_but_long(ty);
        if !edges.is_empty() {
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
            let length = length(rng);
            Val::List((0..length).map(|_| any(rng, element)).collect())
        }
        Ty::Record(fields) => {
            let fields = fields.iter();
            Val::Record(
                fields
                    .map(|(name, ty)| (name.clone(), any(rng, ty)))
                    .collect(),
            )
        }
        Ty::Tuple(types) => Val::Tuple(types.iter().map(|ty| any(rng, ty)).collect()),
        Ty::Variant(cases) => {
            let (name, ty) = &cases[rng.usize(..cases.len())];
            Val::Variant(name.clone(), ty.as_ref().map(|ty| Box::new(any(rng, ty))))
        }
        Ty::Enum(cases) => Val::Enum(cases[rng.usize(..cases.len())].clone()),
        Ty::Flags(flags) => Val::Flags(flags.iter().filter(|_| rng.bool()).cloned().collect()),
        Ty::Option(some) => Val::Option(rng.bool().then(|| Box::new(any(rng, some)))),
        Ty::Result(ok, error) => {
            let mut of = |side: &Option<Box<Ty>>| side.as_ref().map(|ty| Box::new(any(rng, ty)));
            let (ok, error) = (of(ok), of(error));
            Val::Result(if rng.bool() { Ok(ok) } else { Err(error) })
        }
        // A handle is made by a step of its own.
        Ty::Own(_) | Ty::Borrow(_) | Ty::Other(_) => Val::Bool(false),
    }
}

fn boundaries_but_long(ty: &Ty) -> Vec<Val> {
    match ty {
        // The last ones are long, and have been used by now.
        Ty::String => {
            let mut all = strings();
            all.truncate(all.len() - 2);
            all
        }
        Ty::List(_) => Vec::new(),
        other => boundaries(other),
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
