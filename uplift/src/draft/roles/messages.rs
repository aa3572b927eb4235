//! The texts of errors, which another function of the module knows.

use super::super::evidence::Known;
use super::super::handles;
use super::super::names::kebab;
use super::super::shape::{self, Shape, shape};
use super::super::toml_text;
use super::Roles;

/// Words in the names of functions that know the text of an error.
const ABOUT_ERRORS: [&str; 9] = [
    "strerror",
    "errstr",
    "errmsg",
    "errormsg",
    "errorstring",
    "errortext",
    "error",
    "err",
    "strerr",
];

/// What such a function is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// The parameter of that name, a resource: it knows its last error.
    Handle(String),
    Status,
    Nothing,
}

impl Roles<'_> {
    /// What a mapping says of the text of this function's errors, and the export
    /// that knows it.
    pub(super) fn error_text(&self) -> Option<(String, String)> {
        let functions = self.context.evidence.functions.iter();
        let (told, known) = functions
            .filter_map(|known| Some((self.told(known)?, known)))
            .min_by(|(one, _), (other, _)| one.cmp(other))?;
        let calls = toml_text::string(&known.export);
        let arguments = match told {
            Told::Handle(param) => {
                format!(", arguments = [{{ as = \"value\", param = \"{param}\" }}]")
            }
            Told::Status | Told::Nothing => String::new(),
        };
        let fields = format!("text = {{ calls = {calls}{arguments}, borrowed = \"static\" }}");
        Some((fields, known.export.clone()))
    }

    /// What a function is told that may know the text of this one's errors.
    fn told(&self, known: &Known) -> Option<Told> {
        let declaration = &known.declaration;
        let text =
            matches!(shape(&declaration.result), Shape::Elements(of) if of.text && of.constant);
        let core = crate::module::core_type(&known.core);
        if !text
            || declaration.variadic
            || known.export == self.known.export
            || self.is_freed(&declaration.docs)
            || !["() -> i32", "(i32) -> i32"].contains(&core.as_str())
        {
            return None;
        }
        let name = kebab(&known.export, "");
        let about_errors = name.split('-').any(|word| ABOUT_ERRORS.contains(&word));
        match declaration.parameters.as_slice() {
            [] => about_errors.then_some(Told::Nothing),
            [(_, ty)] => match shape(ty) {
                Shape::Number("s32" | "u32") => about_errors.then_some(Told::Status),
                Shape::Enum(of) => self.is_status_of_this(&of).then_some(Told::Status),
                Shape::Record(record) if about_errors => self.handle(&record).map(Told::Handle),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether this function returns a status of the enum.
    fn is_status_of_this(&self, name: &str) -> bool {
        let types = &self.context.evidence.types;
        match shape(&self.known.declaration.result) {
            Shape::Enum(returned) => {
                returned == name && types.enums.get(name).is_some_and(shape::is_status)
            }
            _ => shape::only_status(types).is_some_and(|only| only == name),
        }
    }

    /// The parameter that is the resource of this name.
    fn handle(&self, record: &str) -> Option<String> {
        let parameters = &self.known.declaration.parameters;
        let at = parameters
            .iter()
            .position(|(_, ty)| handles::record(ty).as_deref() == Some(record))?;
        let entry = self.entries.get(at)?.as_ref()?;
        let name = entry.fields.strip_prefix("as = \"value\", param = \"")?;
        Some(name.strip_suffix('"')?.to_owned())
    }
}
