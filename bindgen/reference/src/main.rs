//! Calls guests with wasmtime's dynamic values, as somebody else asks.
//!
//! The tests of `wasmtime_bindgen` compare what a guest does when it is called
//! from generated Python with what it does when it is called from here. Nothing
//! is shared between the two but wasmtime itself: types are read from the
//! component, and values go by their WIT names.
//!
//! Each line of stdin is a request in JSON, and each line of stdout its answer:
//!
//! ```text
//! {"load": "numbers.wasm"}
//! {"exports": {"echo-u8": {"params": ["u8"], "result": "u8"}, …}, "imports": {…}}
//!
//! {"call": "echo-u8", "of": "numbers.wasm", "arguments": [7], "answers": []}
//! {"result": 7, "asked": []}
//!
//! {"drop": 3, "of": "resources.wasm"}
//! {"asked": []}
//!
//! {"of": "resources.wasm"}
//! {}
//! ```
//!
//! The third drops a resource of the guest, the last ends the instance.
//!
//! A function of an interface is called `demo:store/items@1.0.0#get`. `answers`
//! has what imported functions return, call by call, and `asked` those calls with
//! their arguments; dropping a resource of the host's, `[resource-drop]file`, is
//! a call, too, which has no answer. A trap, or a request that can't be met,
//! is `{"error": "…"}`, and the next call has a fresh instance. `types`, `values`
//! and `resources` say how types and values are written.

mod guest;
mod host;
mod resources;
mod types;
mod values;

use std::collections::HashMap;
use std::io::{self, BufRead as _, Write as _};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use wasmtime::{Config, Engine, OptLevel};

use guest::{Guest, said};

fn main() -> Result<()> {
    let mut config = Config::new();
    config.wasm_component_model_map(true);
    // The guests are compiled anew each time, and called a few hundred times.
    config.cranelift_opt_level(OptLevel::None);
    let engine = Engine::new(&config).map_err(said)?;
    let mut guests = HashMap::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = answer(&engine, &mut guests, &line?)
            .unwrap_or_else(|error| json!({"error": format!("{error:#}")}));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(engine: &Engine, guests: &mut HashMap<String, Guest>, line: &str) -> Result<Value> {
    let request: Value = serde_json::from_str(line).context("the request is not JSON")?;
    if let Some(path) = request["load"].as_str() {
        let guest = Guest::load(engine, path)?;
        let types = guest.types();
        guests.insert(path.to_string(), guest);
        return Ok(types);
    }
    let Some(path) = request["of"].as_str() else {
        bail!("a request has `load` or `of`");
    };
    let guest = guests
        .get_mut(path)
        .with_context(|| format!("{path} is not loaded"))?;
    if let Some(function) = request["call"].as_str() {
        guest.call(function, &request["arguments"], &request["answers"])
    } else if request["drop"].is_u64() {
        guest.drop_handle(&request["drop"])
    } else {
        Ok(guest.end())
    }
}
