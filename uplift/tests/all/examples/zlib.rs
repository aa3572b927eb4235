//! zlib, compiled from its C source.

use uplift::Module;
use wasmtime::component::{ComponentType, Lift};

use super::typed::Typed;
use super::{made, noise, wrap};

const CODEC: &str = "uplift:zlib/codec";

#[derive(ComponentType, Lift, Clone, Copy, Debug, PartialEq)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "what lifting makes is not seen to be made")]
enum Error {
    #[component(name = "data")]
    Data,
    #[component(name = "memory")]
    Memory,
    #[component(name = "too-large")]
    TooLarge,
}

type Outcome = Result<Vec<u8>, Error>;

fn zlib() -> Typed {
    Typed::start(&wrap(&made("modules/zlib.wasm"), "zlib/zlib.toml").bytes)
}

fn compress(zlib: &mut Typed, data: &[u8]) -> Outcome {
    let (there,) = zlib.call::<_, (Outcome,)>(CODEC, "compress", (data,));
    there
}

fn uncompress(zlib: &mut Typed, data: &[u8]) -> Outcome {
    let (back,) = zlib.call::<_, (Outcome,)>(CODEC, "uncompress", (data,));
    back
}

fn crc32(zlib: &mut Typed, crc: u32, data: &[u8]) -> u32 {
    let (sum,) = zlib.call::<_, (u32,)>(CODEC, "crc32", (crc, data));
    sum
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn the_signatures_of_zlib_are_told_by_its_debug_information() {
    let module = made("modules/zlib.wasm");
    let inspection = Module::read(module).expect("a module").inspect();
    let guess = |name: &str| {
        let export = inspection.exports.iter().find(|export| export.name == name);
        let guess = export.and_then(|export| export.guess.as_ref());
        guess.map_or("", |guess| guess.signature.as_str())
    };
    assert_eq!(
        guess("compress"),
        "int compress(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen)"
    );
    assert_eq!(guess("zlibVersion"), "const char *zlibVersion(void)");
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn zlib_gets_a_shim_of_a_few_kib() {
    let component = wrap(&made("modules/zlib.wasm"), "zlib/zlib.toml");
    let added = component.bytes.len() - component.module_size;
    assert!(added < 8192, "{added} bytes were added");
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn zlib_sums_to_the_check_value_at_once_and_in_parts() {
    let mut zlib = zlib();
    // The check value of CRC-32/ISO-HDLC.
    assert_eq!(crc32(&mut zlib, 0, b"123456789"), 0xcbf4_3926);
    let first = crc32(&mut zlib, 0, b"1234");
    assert_eq!(crc32(&mut zlib, first, b"56789"), 0xcbf4_3926);
    let (version,) = zlib.call::<_, (String,)>(CODEC, "version", ());
    assert!(version.starts_with("1."), "{version}");
}

/// From Python: `zlib.compress(b"uplift " * 8)`.
const PEER: [u8; 18] = [
    0x78, 0x9c, 0x2b, 0x2d, 0xc8, 0xc9, 0x4c, 0x2b, 0x51, 0x28, 0x25, 0x95, 0x02, 0x00, 0x70, 0x8e,
    0x15, 0xa1,
];

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn zlib_compresses_to_what_another_zlib_does_and_back() {
    let mut zlib = zlib();
    let text = "uplift ".repeat(8).into_bytes();
    assert_eq!(compress(&mut zlib, &text), Ok(PEER.to_vec()));
    assert_eq!(uncompress(&mut zlib, &PEER), Ok(text));
    for broken in [&b"no zlib stream"[..], &PEER[..9], &[]] {
        assert_eq!(uncompress(&mut zlib, broken), Err(Error::Data));
    }
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn zlib_takes_and_returns_nothing_1_mib_and_64_mib() {
    let mut zlib = zlib();
    for data in [Vec::new(), noise(1 << 20), vec![b'a'; 64 << 20]] {
        let there = compress(&mut zlib, &data).expect("it fits");
        assert!(there.len() < data.len() || data.is_empty());
        assert!(uncompress(&mut zlib, &there) == Ok(data));
    }
    // 128 MiB is the mapping's limit.
    let there = compress(&mut zlib, &vec![0; (128 << 20) + 1]).expect("it fits");
    assert!(uncompress(&mut zlib, &there) == Err(Error::TooLarge));
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn zlib_leaves_nothing_behind_in_100_000_calls() {
    let data = noise(512);
    zlib().stays_flat(|zlib, turn| {
        let part = &data[..turn % data.len()];
        crc32(zlib, 0, part);
        compress(zlib, &part[..part.len() / 16]).expect("it fits");
    });
}

#[test]
#[cfg(feature = "check")]
#[ignore = "needs what `cargo xtask modules` makes"]
fn the_module_by_its_c_abi_and_the_component_agree() {
    let module = made("modules/zlib.wasm");
    let comparison = super::compare(&module, "zlib/zlib.toml", "cases.toml");
    assert!(comparison.agrees(), "{comparison:#?}");
    assert!(
        comparison
            .functions
            .iter()
            .all(|function| !function.leaks())
    );
}
