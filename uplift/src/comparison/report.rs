//! What a comparison found.

use std::collections::BTreeSet;

use serde::Serialize;

/// What came of a comparison.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The version of this form: 1.
    pub schema: u32,
    /// The seed of the generated inputs.
    pub seed: u64,
    /// How many functions of the world were compared.
    pub compared: usize,
    /// The ones that were not, by their keys in the mapping.
    pub left_out: Vec<String>,
    /// The ones that were, and yet never returned: each input trapped on both
    /// sides, and no case says what they do.
    pub never_answered: Vec<String>,
    /// Each function of the world, in its order.
    pub functions: Vec<FunctionReport>,
    /// The cases of the file, in its order.
    pub cases: Vec<CaseReport>,
}

impl Comparison {
    /// `told` has the numbers of the functions whose cases came out as they say.
    pub(super) fn new(
        seed: u64,
        functions: Vec<FunctionReport>,
        cases: Vec<CaseReport>,
        told: &BTreeSet<usize>,
    ) -> Self {
        let never_answered = functions
            .iter()
            .enumerate()
            .filter(|(number, function)| function.only_traps() && !told.contains(number))
            .map(|(_, function)| function.function.clone())
            .collect();
        let left_out: Vec<String> = functions
            .iter()
            .filter(|function| !function.is_compared())
            .map(|function| function.function.clone())
            .collect();
        Comparison {
            schema: 1,
            seed,
            compared: functions.len() - left_out.len(),
            left_out,
            never_answered,
            functions,
            cases,
        }
    }

    /// Whether nothing was compared at all, neither a function nor a case. That is
    /// no agreement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.compared == 0 && self.cases.is_empty()
    }

    /// Whether the two sides agreed in everything, and every case came out as it
    /// says. A function that never answered agrees, which says little about it.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.functions
            .iter()
            .all(|function| function.different == 0 && !function.memory_differs())
            && self
                .cases
                .iter()
                .all(|case| case.verdict == Verdict::AsExpected)
    }
}

/// What came of one function.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FunctionReport {
    /// Its key in the mapping.
    pub function: String,
    /// The export of the module that it calls.
    pub calls: String,
    /// Why it was not compared, if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// How many inputs were tried.
    pub inputs: u32,
    /// How many gave the same on both sides.
    pub same: u32,
    /// How many trapped on both sides.
    pub trapped: u32,
    /// Why the module trapped, the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trap: Option<String>,
    /// How many ran for too long on both sides.
    pub stopped: u32,
    /// How many gave a result that is too large to be compared.
    pub too_large: u32,
    /// How many the C side had no room for: its inputs are larger by the marks
    /// around them.
    pub no_room: u32,
    /// How many never got to the function, because no handle came of the steps
    /// before.
    pub unreached: u32,
    /// How many differed.
    pub different: u32,
    /// Whether time ran out before all inputs or calls were through.
    pub cut_short: bool,
    /// The first difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// The memory over many calls with one input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryReport>,
}

impl FunctionReport {
    pub(super) fn new(function: &str, calls: &str) -> Self {
        FunctionReport {
            function: function.to_owned(),
            calls: calls.to_owned(),
            left_out: None,
            inputs: 0,
            same: 0,
            trapped: 0,
            trap: None,
            stopped: 0,
            too_large: 0,
            no_room: 0,
            unreached: 0,
            different: 0,
            cut_short: false,
            finding: None,
            memory: None,
        }
    }

    /// Whether some input came to an end on both sides, alike or not.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        self.same + self.trapped + self.different > 0
    }

    /// Whether it trapped whenever it came to an end, on both sides alike.
    #[must_use]
    pub fn only_traps(&self) -> bool {
        self.trapped > 0 && self.same + self.different == 0
    }

    /// Whether the memory of one side keeps growing, and that of the other does
    /// not.
    #[must_use]
    pub fn memory_differs(&self) -> bool {
        self.memory.as_ref().is_some_and(|memory| {
            let (one, other) = (memory.module.growth(), memory.wrapped.growth());
            one.min(other) == 0 && one.max(other) > 1
        })
    }

    /// Whether the memory of both sides keeps growing.
    #[must_use]
    pub fn leaks(&self) -> bool {
        self.memory
            .as_ref()
            .is_some_and(|memory| memory.module.growth().min(memory.wrapped.growth()) > 0)
    }
}

/// A difference between the two sides.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The calls that lead to it; the last one differs.
    pub steps: Vec<String>,
    /// What the module did.
    pub module: String,
    /// What the wrapped component did.
    pub wrapped: String,
    /// Whether these calls differ on fresh instances; otherwise it takes the
    /// calls before them too.
    pub alone: bool,
}

/// Linear memory over many calls with one input.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MemoryReport {
    /// How many times.
    pub calls: u32,
    /// Of the module by itself.
    pub module: Pages,
    /// Of the wrapped component.
    pub wrapped: Pages,
}

/// The size of a linear memory, in pages of 64 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pages {
    /// After the first call.
    pub first: usize,
    /// After half of the calls.
    pub half: usize,
    /// After the last call.
    pub last: usize,
}

impl Pages {
    pub(super) fn new(first: usize, half: usize, last: usize) -> Self {
        Pages { first, half, last }
    }

    /// The pages that the second half of the calls added.
    #[must_use]
    pub fn growth(self) -> usize {
        self.last.saturating_sub(self.half)
    }
}

/// What came of a case of the file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseReport {
    /// Its name.
    pub case: String,
    /// How it went.
    pub verdict: Verdict,
    /// The steps up to the one that decided, unless all went as expected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// What the case expects of that step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What the module did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// What the wrapped component did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrapped: Option<String>,
}

/// How a case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Both sides did as it says.
    AsExpected,
    /// The two sides differ.
    Different,
    /// Both sides did the same, and the case says otherwise.
    Unexpected,
}
