//! Whatever a module exports and a header declares, the draft can be read.

mod library;

use proptest::prelude::*;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, IndirectNameMap,
    MemorySection, MemoryType, NameMap, NameSection, TypeSection, ValType,
};

use super::{Draft, Header};
use crate::c::{Constant, Declaration, Enum, Library, Number, Record, Tag, Type, Way};
use crate::{Error, Mapping, Module, Plan};
use library::{structs, typical};

/// A function, what it is called, and how much of it the header declares.
#[derive(Clone, Debug)]
struct Exported {
    name: String,
    parameters: Vec<(String, Type)>,
    result: Type,
    declared: bool,
    variadic: bool,
    docs: String,
    /// Which way a parameter goes.
    way: Option<(String, Way)>,
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(vec![
            "data", "dataLen", "data_len", "len", "size", "dst", "dstCapacity", "out", "out_len",
            "name", "text", "ctx", "self", "list", "result", "string", "use", "n", "2fast", "_", "",
            "thing_new", "thing_free", "thing_read", "thing_init", "free_string", "readBound",
            "read", "free", "malloc", "_initialize", "constructor", "static", "a0", "READ", "re-ad",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn ty() -> impl Strategy<Value = Type> {
    let number = |name: &str, number| Type::Number(name.to_owned(), number);
    let numbers = vec![
        number("char", Number::Char),
        number("int", Number::Signed(4)),
        number("size_t", Number::Unsigned(4)),
        number("unsigned char", Number::Unsigned(1)),
        number("long long", Number::Signed(8)),
        number("double", Number::Float(8)),
        number("_Bool", Number::Bool),
        number("__int128", Number::Signed(16)),
        Type::Enum("status".into()),
        Type::Enum("color".into()),
        Type::Enum("list".into()),
        Type::Enum("absent".into()),
        Type::Record(Tag::Struct, "thing".into()),
        Type::Record(Tag::Struct, "state_t".into()),
        Type::Record(Tag::Union, "resource".into()),
        Type::Record(Tag::Struct, "point".into()),
        Type::Record(Tag::Struct, "person".into()),
        Type::Record(Tag::Struct, "small".into()),
        Type::Record(Tag::Struct, "single".into()),
        Type::Record(Tag::Struct, "node".into()),
        Type::Record(Tag::Struct, "within".into()),
        Type::Record(Tag::Struct, "bits".into()),
        Type::Record(Tag::Struct, "short".into()),
        Type::Record(Tag::Struct, "overlap".into()),
        Type::Void,
        Type::Function,
        Type::Unknown("?".into()),
    ];
    let leaf = prop::sample::select(numbers);
    leaf.prop_recursive(3, 6, 1, |inner| {
        prop_oneof![
            6 => inner.clone().prop_map(Type::pointer),
            2 => inner.clone().prop_map(Type::constant),
            1 => inner.clone().prop_map(|ty| Type::Named("alias_t".into(), Box::new(ty))),
            1 => (inner, prop::option::of(0u32..9))
                .prop_map(|(ty, count)| Type::Array(Box::new(ty), count)),
        ]
    })
}

fn exported() -> impl Strategy<Value = Exported> {
    (
        name(),
        prop::collection::vec((name(), ty()), 0..7),
        ty(),
        any::<bool>(),
        prop::bool::weighted(0.05),
        prop_oneof![4 => Just(String::new()), 1 => any::<String>()],
        prop::option::weighted(
            0.3,
            prop::sample::select(vec![Way::In, Way::Out, Way::InOut]),
        ),
    )
        .prop_map(
            |(name, parameters, result, declared, variadic, docs, way)| Exported {
                way: way.and_then(|way| Some((parameters.first()?.0.clone(), way))),
                name,
                parameters,
                result,
                declared,
                variadic,
                docs,
            },
        )
}

fn core(ty: &Type) -> Option<ValType> {
    Some(match ty.resolved().0 {
        Type::Void => return None,
        Type::Number(_, Number::Signed(8) | Number::Unsigned(8)) => ValType::I64,
        Type::Number(_, Number::Float(8)) => ValType::F64,
        _ => ValType::I32,
    })
}

fn module(functions: &[Exported], memory: &str) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut defined = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut locals = IndirectNameMap::new();
    for (index, function) in (0u32..).zip(functions) {
        let by_value = matches!(function.result.resolved().0, Type::Record(..));
        let result = core(&function.result).filter(|_| !by_value);
        let parameters: Vec<ValType> = by_value
            .then_some(ValType::I32)
            .into_iter()
            .chain(
                function
                    .parameters
                    .iter()
                    .map(|(_, ty)| core(ty).unwrap_or(ValType::I32)),
            )
            .collect();
        types.ty().function(parameters, result);
        defined.function(index);
        exports.export(&function.name, ExportKind::Func, index);
        let mut body = Function::new([]);
        body.instructions().unreachable().end();
        code.function(&body);
        let mut names = NameMap::new();
        for (at, (name, _)) in (0u32..).zip(&function.parameters) {
            names.append(at, name);
        }
        locals.append(index, &names);
    }
    exports.export(memory, ExportKind::Memory, 0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut names = NameSection::new();
    names.locals(&locals);
    let mut module = wasm_encoder::Module::new();
    module
        .section(&types)
        .section(&defined)
        .section(&memories)
        .section(&exports)
        .section(&code)
        .section(&names);
    module.finish()
}

fn library(functions: &[Exported]) -> Library {
    let constants = |names: &[(&str, i64)]| Enum {
        constants: names
            .iter()
            .map(|(name, value)| Constant {
                name: (*name).to_owned(),
                value: *value,
                docs: String::new(),
            })
            .collect(),
        docs: String::new(),
    };
    let mut library = Library::default();
    let declared = functions.iter().filter(|function| function.declared);
    for function in declared {
        let declaration = Declaration {
            result: function.result.clone(),
            parameters: function.parameters.clone(),
            variadic: function.variadic,
            docs: function.docs.clone(),
            ways: function.way.iter().cloned().collect(),
            line: Some(1),
        };
        library.functions.insert(function.name.clone(), declaration);
    }
    for (name, size, members) in structs() {
        let docs = String::new();
        let record = Record {
            size,
            members,
            docs,
        };
        library.records.insert(name.into(), record);
    }
    library.enums.insert(
        "status".into(),
        constants(&[("S_OK", 0), ("S_BAD", -1), ("S_WORSE", -1), ("S_LIST", 7)]),
    );
    library
        .enums
        .insert("color".into(), constants(&[("RED", 0), ("red", 1)]));
    library
        .enums
        .insert("list".into(), constants(&[("USE", 0)]));
    library
}

/// Draft, and what the mapping says once somebody has confirmed all of it.
fn check(functions: &[Exported], memory: &str, file: &str) {
    let module = Module::read(module(functions, memory)).expect("a valid module");
    let header = Header::of(library(functions), file);
    let draft = Draft::propose(&module, file, Some(&header));
    assert!(Draft::is_untouched(&draft.wit) && Draft::is_untouched(&draft.mapping));
    let wit = format!("{}.wit", draft.name);
    let mut resolve = wit_parser::Resolve::default();
    if let Err(error) = resolve.push_str(&wit, &draft.wit) {
        panic!("{error:#}\n{}", draft.wit);
    }
    let guesses = Mapping::parse(&draft.mapping);
    let guesses = guesses.unwrap_or_else(|error| panic!("{error:?}\n{}", draft.mapping));
    assert_eq!(guesses.document.unconfirmed().len(), draft.unconfirmed);
    let confirmed = draft
        .mapping
        .replace("confirmed = false", "confirmed = true");
    let mapping = Mapping::parse(&confirmed).expect("a mapping");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(wit), &draft.wit).expect("it can be written");
    match Plan::check(&module, &mapping, folder.path()) {
        Ok(plan) => {
            plan.emit().expect("a checked plan can be emitted");
        }
        Err(Error::Mapping(mistakes)) => {
            // The module itself may be beyond wrapping, and what it frees or
            // allocates with may be called otherwise.
            let drafted = mistakes.iter().find(|mistake| {
                !mistake.code.starts_with("module::")
                    && ![
                        "mapping::memory",
                        "mapping::no-allocator",
                        "mapping::growth",
                    ]
                    .contains(&mistake.code)
            });
            if let Some(mistake) = drafted {
                panic!("{mistake:#?}\n{}\n{}", draft.wit, draft.mapping);
            }
        }
        Err(other) => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_draft_is_read_and_once_confirmed_checked(
        mut functions in prop::collection::vec(prop_oneof![exported(), typical()], 0..12),
        memory in prop::sample::select(vec!["memory", "mem"]),
        file in prop_oneof![Just("api".to_owned()), Just("list".to_owned()), any::<String>()],
    ) {
        // The names of exports are unique, and none is that of the memory.
        let mut seen = std::collections::BTreeSet::from([memory.to_owned()]);
        functions.retain(|function| seen.insert(function.name.clone()));
        check(&functions, memory, &file);
    }
}
