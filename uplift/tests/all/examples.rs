//! The examples, on modules that nobody here wrote. What they need is not part
//! of the repository, so they run by `--ignored` only.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use uplift::{Component, Error, Mapping, Module, Plan};
use wasmtime::component::Val;

use crate::wrapped::{Wrapped, bytes, error, ok, string};

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path)
}

fn wrap(module: &Path, map: &str) -> Component {
    let map = example(map);
    let module = Module::read(fs::read(module).expect("the module")).expect("a module");
    let mapping = Mapping::parse(&fs::read_to_string(&map).expect("the mapping"));
    let folder = map.parent().expect("a folder");
    match mapping.and_then(|mapping| Plan::check(&module, &mapping, folder)?.emit()) {
        Ok(component) => component,
        Err(Error::Mapping(mistakes)) => panic!("{mistakes:#?}"),
        Err(other) => panic!("{other}"),
    }
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    output.stdout
}

/// Compiles zlib by `UPLIFT_ZIG`, from the source in the folder `UPLIFT_ZLIB`.
fn zlib(folder: &Path) -> PathBuf {
    const SOURCES: [&str; 10] = [
        "adler32", "compress", "crc32", "deflate", "inffast", "inflate", "inftrees", "trees",
        "uncompr", "zutil",
    ];
    const EXPORTS: [&str; 7] = [
        "malloc",
        "free",
        "compress",
        "compressBound",
        "uncompress",
        "crc32",
        "zlibVersion",
    ];
    let zig = env::var("UPLIFT_ZIG").expect("UPLIFT_ZIG, as in `python -m ziglang`");
    let source = PathBuf::from(env::var_os("UPLIFT_ZLIB").expect("UPLIFT_ZLIB, zlib's source"));
    let module = folder.join("zlib.wasm");
    let mut words = zig.split_whitespace();
    let mut compile = Command::new(words.next().expect("a program"));
    compile
        .args(words)
        .args([
            "cc",
            "--target=wasm32-wasi",
            "-mexec-model=reactor",
            "-O2",
            "-g",
        ])
        .args(SOURCES.map(|name| source.join(name).with_extension("c")))
        .args(EXPORTS.map(|name| format!("-Wl,--export={name}")))
        .arg("-o")
        .arg(&module);
    run(&mut compile);
    module
}

#[test]
#[ignore = "needs a C compiler for wasm32: UPLIFT_ZIG, and zlib's source: UPLIFT_ZLIB"]
fn zlib_compresses_uncompresses_and_sums() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = zlib(folder.path());
    let inspection = Module::read(fs::read(&module).expect("the module"))
        .expect("a module")
        .inspect();
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
    let component = wrap(&module, "zlib/zlib.toml");
    let added = component.bytes.len() - component.module_size;
    assert!(added < 8192, "{added} bytes were added");
    let mut zlib = Wrapped::start(&component.bytes);
    let call = |zlib: &mut Wrapped, name: &str, arguments: &[Val]| {
        zlib.call(&format!("uplift:zlib/codec#{name}"), arguments)
    };

    // The check value of CRC-32/ISO-HDLC, whole and in two parts.
    let sum = call(&mut zlib, "crc32", &[Val::U32(0), bytes(b"123456789")]);
    assert_eq!(sum, Val::U32(0xcbf4_3926));
    let first = call(&mut zlib, "crc32", &[Val::U32(0), bytes(b"1234")]);
    assert_eq!(call(&mut zlib, "crc32", &[first, bytes(b"56789")]), sum);

    // From Python: zlib.compress(b"uplift " * 8).
    let peer = [
        0x78, 0x9c, 0x2b, 0x2d, 0xc8, 0xc9, 0x4c, 0x2b, 0x51, 0x28, 0x25, 0x95, 0x02, 0x00, 0x70,
        0x8e, 0x15, 0xa1,
    ];
    let text = bytes("uplift ".repeat(8).as_bytes());
    let there = call(&mut zlib, "compress", std::slice::from_ref(&text));
    assert_eq!(there, ok(bytes(&peer)));
    assert_eq!(call(&mut zlib, "uncompress", &[bytes(&peer)]), ok(text));

    let mut noise = 1u32;
    let megabyte: Vec<u8> = (0..1 << 20)
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.to_le_bytes()[3] & 0x1f
        })
        .collect();
    for data in [bytes(&[]), bytes(&vec![0; 5 << 20]), bytes(&megabyte)] {
        let there = call(&mut zlib, "compress", std::slice::from_ref(&data));
        let Val::Result(Ok(Some(there))) = there else {
            panic!("{there:?}");
        };
        assert_eq!(call(&mut zlib, "uncompress", &[*there]), ok(data));
    }
    for broken in [&b"no zlib stream"[..], &peer[..9], &[]] {
        assert_eq!(
            call(&mut zlib, "uncompress", &[bytes(broken)]),
            error("data")
        );
    }
    let version = call(&mut zlib, "version", &[]);
    assert!(
        matches!(&version, Val::String(text) if text.starts_with("1.")),
        "{version:?}"
    );
    assert_ne!(version, string(""));
}

#[test]
#[ignore = "fetches xxhash-wasm by npm"]
fn xxhash_as_it_ships_hashes_the_known_vectors() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut pack = Command::new(npm);
    run(pack
        .args(["pack", "xxhash-wasm@1.1.0"])
        .current_dir(folder.path()));
    let mut unpack = Command::new("tar");
    run(unpack
        .args(["xzf", "xxhash-wasm-1.1.0.tgz"])
        .current_dir(folder.path()));
    let module = folder.path().join("package/workerd/xxhash.wasm");
    let component = wrap(&module, "xxhash/xxhash.toml");
    let mut hashes = Wrapped::start(&component.bytes);
    let mut hash32 = |data: &[u8], seed| {
        hashes.call("uplift:xxhash/hashes#xxh32", &[bytes(data), Val::U32(seed)])
    };
    // From the specification of xxHash and its test of sanity.
    assert_eq!(hash32(b"", 0), Val::U32(0x02cc_5d05));
    assert_eq!(hash32(b"abc", 0), Val::U32(0x32d1_53ff));
    assert_eq!(
        hash32(b"Nobody inspects the spammish repetition", 0),
        Val::U32(0xe229_3b2f)
    );
    let mut hash64 = |data: &[u8], seed| {
        hashes.call("uplift:xxhash/hashes#xxh64", &[bytes(data), Val::U64(seed)])
    };
    assert_eq!(hash64(b"", 0), Val::U64(0xef46_db37_51d8_e999));
    assert_eq!(hash64(b"abc", 0), Val::U64(0x44bc_2cf5_ad77_0999));
    assert_eq!(
        hash64(b"Nobody inspects the spammish repetition", 0),
        Val::U64(0xfbce_a83c_8a37_8bf1)
    );

    let at = |name: &str| format!("uplift:xxhash/hashes#{name}");
    let mut states: Vec<Val> = (0..1000)
        .map(|_| hashes.call(&at("[constructor]state64"), &[Val::U64(0)]))
        .collect();
    for piece in [
        &b"Nobody inspects "[..],
        b"the spammish",
        b"",
        b" repetition",
    ] {
        for state in &states {
            let update = [state.clone(), bytes(piece)];
            hashes.call(&at("[method]state64.update"), &update);
        }
    }
    for state in states.drain(..) {
        let digest = hashes.call(&at("[method]state64.digest"), std::slice::from_ref(&state));
        assert_eq!(digest, Val::U64(0xfbce_a83c_8a37_8bf1));
        hashes.drop_resource(&state);
    }
}

/// The module without its section of names.
fn without_names(module: &[u8]) -> Vec<u8> {
    let mut out = module[..8].to_vec();
    let mut done = 8;
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        let payload = payload.expect("a valid module");
        let Some((_, range)) = payload.as_section() else {
            continue;
        };
        let end = usize::try_from(range.end).expect("an offset");
        let names = matches!(&payload,
            wasmparser::Payload::CustomSection(section) if section.name() == "name");
        if !names {
            out.extend_from_slice(&module[done..end]);
        }
        done = end;
    }
    out
}

#[test]
#[ignore = "needs the guests and hosts that `cargo xtask build` makes"]
fn the_legacy_greeter_passes_the_parity_suite_in_both_hosts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let host = env::var_os("GREETER_HOST_RS")
        .map_or_else(|| root.join("target/release/host-rs"), PathBuf::from);
    let python = if cfg!(windows) {
        ".venv/Scripts/python.exe"
    } else {
        ".venv/bin/python"
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bare = folder.path().join("bare.wasm");
    let quiet = root.join("target/guests/legacy-quiet.wasm");
    let module = fs::read(&quiet).expect("a guest");
    fs::write(&bare, without_names(&module)).expect("it can be written");
    let out = root.join("target/uplift/greeter.wasm");
    fs::create_dir_all(out.parent().expect("a folder")).expect("a folder");
    // Without names there is no allocator to promote, and inspection shows that
    // this C library leaves grown pages alone.
    for (module, map) in [
        (&quiet, "greeter/greeter.toml"),
        (&bare, "greeter/without-names.toml"),
    ] {
        let component = wrap(module, map);
        assert!(component.wasi_adapter);
        fs::write(&out, component.bytes).expect("it can be written");
        let hosts = [Command::new(&host), Command::new(root.join(python))];
        for (mut command, arguments) in hosts.into_iter().zip([&[][..], &["-m", "host_py"]]) {
            let text = run(command.args(arguments).current_dir(&root).args([
                "parity",
                "--guest",
                "target/uplift/greeter.wasm",
            ]));
            let text = String::from_utf8(text).expect("UTF-8");
            assert!(text.contains("22 same, 1 different"), "{text}");
        }
    }
}
