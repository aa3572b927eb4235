//! What DWARF says of functions, in sections written byte by byte.

use uplift::Module;

/// A function that was inlined somewhere and compiled on its own, too: its
/// signature stands in an entry without an address, to which the entry with the
/// address refers.
fn inlined() -> Vec<u8> {
    const NO_CHILDREN: u8 = 0;
    const CHILDREN: u8 = 1;
    let abbreviations = [
        // The unit.
        &[1, 0x11, CHILDREN, 0, 0][..],
        // A base type: name as a string, size and encoding as a byte each.
        &[
            2,
            0x24,
            NO_CHILDREN,
            0x03,
            0x08,
            0x0b,
            0x0b,
            0x3e,
            0x0b,
            0,
            0,
        ],
        // A pointer, and `const`: the type behind it as four bytes.
        &[3, 0x0f, NO_CHILDREN, 0x49, 0x13, 0, 0],
        &[4, 0x26, NO_CHILDREN, 0x49, 0x13, 0, 0],
        // The function as it is declared: name, type, and that it is inlined.
        &[5, 0x2e, CHILDREN, 0x03, 0x08, 0x49, 0x13, 0x20, 0x0b, 0, 0],
        // Its parameter: name and type.
        &[6, 0x05, NO_CHILDREN, 0x03, 0x08, 0x49, 0x13, 0, 0],
        // The function as it is compiled: its address, and what it is made from.
        &[7, 0x2e, CHILDREN, 0x11, 0x01, 0x31, 0x13, 0, 0],
        // Its parameter: what it is made from.
        &[8, 0x05, NO_CHILDREN, 0x31, 0x13, 0, 0],
        &[0],
    ]
    .concat();
    // The header of a unit of DWARF 4, without its length: the places that are
    // referred to count from the length.
    let mut info = vec![4, 0, 0, 0, 0, 0, 4, 1];
    let mut add = |entry: &[&[u8]]| {
        let place = u8::try_from(info.len() + 4).expect("a short section");
        info.extend(entry.concat());
        [place, 0, 0, 0]
    };
    let char = add(&[&[2], b"char\0", &[1, 0x06]]);
    let int = add(&[&[2], b"int\0", &[4, 0x05]]);
    let constant = add(&[&[4], &char]);
    let pointer = add(&[&[3], &constant]);
    let declared = add(&[&[5], b"count_letters\0", &int, &[1]]);
    let parameter = add(&[&[6], b"text\0", &pointer]);
    // The end of its children.
    add(&[&[0]]);
    add(&[&[7], &[1, 0, 0, 0], &declared]);
    add(&[&[8], &parameter, &[0]]);
    // The end of the unit's.
    add(&[&[0]]);
    let length = u32::try_from(info.len()).expect("a short section");
    let mut wasm = wat::parse_str(
        r#"(module
          (memory (export "memory") 1)
          (func (export "count_letters") (param i32) (result i32) (i32.const 0)))"#,
    )
    .expect("valid text");
    let info = [&length.to_le_bytes()[..], &info].concat();
    for (name, content) in [(".debug_info", info), (".debug_abbrev", abbreviations)] {
        let section = wasm_encoder::CustomSection {
            name: name.into(),
            data: content.into(),
        };
        wasm.push(wasm_encoder::Section::id(&section));
        wasm_encoder::Encode::encode(&section, &mut wasm);
    }
    wasm
}

#[test]
fn a_function_that_is_inlined_elsewhere_has_its_signature_from_there() {
    let module = Module::read(inlined()).expect("a module");
    let inspection = module.inspect();
    let export = &inspection.exports[1];
    let guess = export.guess.as_ref().expect("a function");
    assert_eq!(guess.signature, "int count_letters(const char *text)");
    assert_eq!(guess.evidence, ["DWARF"]);
}
