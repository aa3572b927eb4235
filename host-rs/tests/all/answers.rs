//! Every guest gives the same answers, whichever way it is called.

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use host_rs::Error;
use host_rs::guest::{Guest, GuestName, GuestsFolder, Legacy};
use host_rs::legacy::LegacyGreeter;
use host_rs::sandbox::{CompiledCode, Limits, Sandbox};
use proptest::prelude::*;

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    Sandbox::new(Limits::default(), CompiledCode::Cached).unwrap_or_else(|error| panic!("{error}"))
});

static GUESTS: LazyLock<Mutex<Vec<Guest>>> =
    LazyLock::new(|| Mutex::new(GuestName::BUILT.iter().map(load).collect()));

fn guests_folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests")
}

fn load(name: &GuestName) -> Guest {
    let folder = GuestsFolder::new(Some(guests_folder()));
    Guest::load(&SANDBOX, &folder, name, Legacy::Quiet).unwrap_or_else(|error| panic!("{error}"))
}

fn legacy(file: &str) -> LegacyGreeter {
    LegacyGreeter::load(&SANDBOX, &guests_folder().join(file))
        .unwrap_or_else(|error| panic!("{error}"))
}

proptest! {
    #[test]
    fn any_text_is_greeted_alike_by_every_guest(name in "[^\0]{0,300}") {
        for guest in GUESTS.lock().unwrap().iter_mut() {
            prop_assert_eq!(guest.greet(&name).unwrap(), format!("Hello, {name}"));
        }
    }

    #[test]
    fn any_two_integers_are_added_alike_by_every_guest(a: i32, b: i32) {
        for guest in GUESTS.lock().unwrap().iter_mut() {
            prop_assert_eq!(guest.add(a, b).unwrap(), a.wrapping_add(b));
        }
    }

    #[test]
    fn inputs_of_any_size_in_any_order_leave_the_legacy_guest_intact(
        lengths in prop::collection::vec(0_usize..300_000, 1..20),
    ) {
        let mut guest = legacy("legacy-quiet.wasm");
        for length in lengths {
            let name = "é".repeat(length / 2);
            prop_assert_eq!(guest.greet(&name).unwrap(), format!("Hello, {name}"));
        }
    }
}

#[test]
fn a_name_with_a_nul_goes_through_a_component_and_is_refused_for_the_legacy_guest() {
    let name = "root\0.example.com";
    let mut component = load(&GuestName::Rust);
    assert_eq!(component.greet(name).unwrap(), "Hello, root\0.example.com");
    let refused = load(&GuestName::Legacy).greet(name);
    assert!(matches!(refused, Err(Error::InteriorNul(4))), "{refused:?}");
}

#[test]
fn the_memory_of_the_legacy_guest_stays_flat_over_many_calls() {
    let mut guest = legacy("legacy-quiet.wasm");
    let name = "a".repeat(1024);
    let mut warm_up = || (0..1_000).for_each(|_| drop(guest.greet(&name).unwrap()));
    warm_up();
    let warm = guest.memory_size();
    for _ in 0..20_000 {
        guest.greet(&name).unwrap();
    }
    assert_eq!(guest.memory_size(), warm);
}

#[test]
fn every_string_that_the_legacy_guest_allocates_is_freed() {
    let mut guest = legacy("legacy.wasm");
    for name in ["", "Ada", "Grace"] {
        guest.greet(name).unwrap();
    }
    let printed = guest.take_printed();
    let pointers = |prefix: &str| -> Vec<String> {
        let lines = printed.iter().filter(|line| line.starts_with(prefix));
        lines
            .map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(pointers("Allocated").len(), 3, "{printed:#?}");
    assert_eq!(pointers("Allocated"), pointers("Freeing"), "{printed:#?}");
}
