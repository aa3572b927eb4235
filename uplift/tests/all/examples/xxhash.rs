//! xxhash-wasm, as npm ships it.

use wasmtime::component::ResourceAny;

use super::typed::Typed;
use super::{made, noise, wrap};

const HASHES: &str = "uplift:xxhash/hashes";

fn xxhash() -> Typed {
    Typed::start(&wrap(&made("modules/xxhash.wasm"), "xxhash/xxhash.toml").bytes)
}

fn xxh32(hashes: &mut Typed, data: &[u8], seed: u32) -> u32 {
    let (hash,) = hashes.call::<_, (u32,)>(HASHES, "xxh32", (data, seed));
    hash
}

fn xxh64(hashes: &mut Typed, data: &[u8], seed: u64) -> u64 {
    let (hash,) = hashes.call::<_, (u64,)>(HASHES, "xxh64", (data, seed));
    hash
}

fn state(hashes: &mut Typed, seed: u64) -> ResourceAny {
    let (state,) = hashes.call::<_, (ResourceAny,)>(HASHES, "[constructor]state64", (seed,));
    state
}

fn update(hashes: &mut Typed, state: ResourceAny, data: &[u8]) {
    hashes.call::<_, ()>(HASHES, "[method]state64.update", (state, data));
}

fn digest(hashes: &mut Typed, state: ResourceAny) -> u64 {
    let (hash,) = hashes.call::<_, (u64,)>(HASHES, "[method]state64.digest", (state,));
    hash
}

/// Both hashes of some bytes: by seed 0, and by seed [`SEED`].
type Known = (usize, [u32; 2], [u64; 2]);

const SEED: u32 = 2_654_435_761;

/// The known answers of xxHash's own test of sanity, for the first bytes of
/// [`sanity`].
const SANITY: [Known; 4] = [
    (
        0,
        [0x02cc_5d05, 0x36b7_8ae7],
        [0xef46_db37_51d8_e999, 0xac75_fda2_929b_17ef],
    ),
    (
        1,
        [0xcf65_b03e, 0xb454_5aa4],
        [0xe934_a84a_db05_2768, 0x5014_6076_43a9_b4c3],
    ),
    (
        14,
        [0x1208_e7e2, 0x6af1_d1fe],
        [0x8282_dcc4_994e_35c8, 0xc3bd_6bf6_3deb_6df0],
    ),
    (
        222,
        [0x5bd1_1dbd, 0x5880_3c5f],
        [0xb641_ae8c_b691_c174, 0x20cb_8ab7_ae10_c14a],
    ),
];

fn sanity(length: usize) -> Vec<u8> {
    let mut state = u64::from(SEED);
    let mut next = || {
        let byte = state.to_le_bytes()[7];
        state = state.wrapping_mul(11_400_714_785_074_694_797);
        byte
    };
    (0..length).map(|_| next()).collect()
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn xxhash_gives_the_known_answers() {
    let mut hashes = xxhash();
    for (length, of32, of64) in SANITY {
        let data = sanity(length);
        for (seed, (of32, of64)) in [0, SEED].into_iter().zip(of32.into_iter().zip(of64)) {
            assert_eq!(xxh32(&mut hashes, &data, seed), of32, "{length} bytes");
            let seed = u64::from(seed);
            assert_eq!(xxh64(&mut hashes, &data, seed), of64, "{length} bytes");
            let streamed = state(&mut hashes, seed);
            for byte in &data {
                update(&mut hashes, streamed, &[*byte]);
            }
            assert_eq!(digest(&mut hashes, streamed), of64, "{length} bytes");
            hashes.drop_resource(streamed);
        }
    }
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn many_states_of_xxhash_live_beside_one_another() {
    // From the specification of xxHash.
    const SPAMMISH: u64 = 0xfbce_a83c_8a37_8bf1;
    let mut hashes = xxhash();
    let states: Vec<_> = (0..1000).map(|_| state(&mut hashes, 0)).collect();
    for piece in ["Nobody inspects ", "the spammish", "", " repetition"] {
        for state in &states {
            update(&mut hashes, *state, piece.as_bytes());
        }
    }
    for state in states {
        assert_eq!(digest(&mut hashes, state), SPAMMISH);
        hashes.drop_resource(state);
    }
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn xxhash_takes_nothing_1_mib_and_64_mib_at_once_or_in_pieces() {
    let mut hashes = xxhash();
    let data = noise(64 << 20);
    for length in [0, 1 << 20, 64 << 20] {
        let data = &data[..length];
        let streamed = state(&mut hashes, 7);
        for piece in data.chunks(100_003) {
            update(&mut hashes, streamed, piece);
        }
        let hash = digest(&mut hashes, streamed);
        assert_eq!(xxh64(&mut hashes, data, 7), hash, "{length} bytes");
        hashes.drop_resource(streamed);
    }
}

#[test]
#[ignore = "needs what `cargo xtask modules` makes"]
fn xxhash_leaves_nothing_behind_in_100_000_states() {
    let data = noise(512);
    xxhash().stays_flat(|hashes, turn| {
        let streamed = state(hashes, 0);
        update(hashes, streamed, &data[..turn % data.len()]);
        digest(hashes, streamed);
        hashes.drop_resource(streamed);
    });
}

#[test]
#[cfg(feature = "check")]
#[ignore = "needs what `cargo xtask modules` makes"]
fn the_module_by_its_c_abi_and_the_component_agree() {
    let module = made("modules/xxhash.wasm");
    let comparison = super::compare(&module, "xxhash/xxhash.toml", "cases.toml");
    assert!(comparison.agrees(), "{comparison:#?}");
    assert!(
        comparison
            .functions
            .iter()
            .all(|function| !function.leaks())
    );
}
