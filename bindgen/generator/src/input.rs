//! What the generator reads: a component, WIT, or both.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{
    InterfaceId, PackageId, Resolve, SourceMap, UnresolvedPackageGroup, World, WorldId,
};

use crate::error::Error;
use crate::{Options, fit, replace};

/// The first bytes of each WebAssembly binary.
const MAGIC: &[u8] = b"\0asm";

/// The first bytes of a core module: magic, version 1, layer 0.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// What to generate from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// A component, or a WIT package in its binary form.
    pub component: Option<Vec<u8>>,
    /// A folder of WIT. The files at its top are the main package; those in
    /// `deps` are what it uses: `deps/name.wit`, `deps/name/file.wit`, or
    /// `deps/name.wasm` with a package in its binary form.
    ///
    /// With a component it gives the names and docs that a component lacks.
    pub wit: Vec<File>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the folder of WIT, with `/` between the parts.
    pub path: String,
    /// What is in it.
    pub data: Vec<u8>,
}

/// An input that was read and makes sense.
pub(crate) struct Source {
    pub(crate) resolve: Resolve,
    pub(crate) world: WorldId,
    /// Whether the world's name is known: a component does not carry it.
    pub(crate) named: bool,
    pub(crate) digest: String,
    /// Whether there is a component, and not only WIT.
    pub(crate) runs: bool,
    /// The interfaces of WASI that the runtime does not supply.
    pub(crate) replaced: HashSet<InterfaceId>,
}

impl Input {
    /// Reads `path` for [`Input::wit`]: a WIT file, or a folder with `deps`.
    ///
    /// # Errors
    ///
    /// If the file or folder can't be read.
    #[cfg(not(target_family = "wasm"))]
    pub fn read_wit(path: &std::path::Path) -> std::io::Result<Vec<File>> {
        folder::read(path)
    }

    pub(crate) fn load(&self, options: &Options) -> Result<Source, Error> {
        let world = options.world.as_deref();
        let find = |resolve: &Resolve, world| replace::find(resolve, world, &options.replace);
        let component = self.component.as_deref().map(read_component).transpose()?;
        let wit = if self.wit.is_empty() {
            None
        } else {
            Some(parse(&self.wit)?)
        };
        let (resolve, world, named, runs, replaced) = match (component, wit) {
            (None, None) => return Err(Error::NoInput),
            (Some(DecodedWasm::Component(binary, root)), Some((mut resolve, main))) => {
                let world = select(&resolve, main, world)?;
                fit::check((&binary, root), (&resolve, world))?;
                let found = find(&binary, root)?;
                let replaced = if found.is_empty() {
                    HashSet::new()
                } else {
                    replace::adopt((&mut resolve, world), &binary, &found)?
                };
                (resolve, world, true, true, replaced)
            }
            (Some(DecodedWasm::Component(resolve, root)), None) => {
                let name = &resolve.worlds[root].name;
                if let Some(world) = world.filter(|world| world != name) {
                    return Err(Error::NoWorld(format!(
                        "the world `{world}` is not known: a component has one world and does \
                         not carry its name, so it is `{name}` here; leave out --world, or give \
                         the WIT as well"
                    )));
                }
                let replaced = find(&resolve, root)?.into_iter().collect();
                (resolve, root, false, true, replaced)
            }
            (Some(DecodedWasm::WitPackage(resolve, main)), None)
            | (None, Some((resolve, main))) => {
                let world = select(&resolve, main, world)?;
                let replaced = find(&resolve, world)?.into_iter().collect();
                (resolve, world, true, false, replaced)
            }
            (Some(DecodedWasm::WitPackage(..)), Some(_)) => {
                return Err(Error::InvalidComponent(
                    "the component is a WIT package in its binary form, which has nothing to \
                     run: give it alone, or give a component"
                        .to_owned(),
                ));
            }
        };
        Ok(Source {
            resolve,
            world,
            named,
            runs,
            replaced,
            digest: self.digest(),
        })
    }

    /// Of the component as it is, so that `sha256sum` shows the same; of WIT,
    /// of all paths and files with their lengths, line ends as on Unix.
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        if let Some(component) = &self.component {
            hash.update(component);
        } else {
            let sorted: BTreeMap<_, _> = self.wit.iter().map(|f| (&f.path, &f.data)).collect();
            for (path, data) in sorted {
                for part in [path.as_bytes(), &with_unix_lines(data)] {
                    hash.update((part.len() as u64).to_le_bytes());
                    hash.update(part);
                }
            }
        }
        let mut text = "sha256:".to_owned();
        for byte in hash.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// A checkout on Windows may have others, and is the same WIT.
fn with_unix_lines(data: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(data) {
        Ok(text) if text.contains("\r\n") => text.replace("\r\n", "\n").into_bytes().into(),
        _ => data.into(),
    }
}

fn read_component(bytes: &[u8]) -> Result<DecodedWasm, Error> {
    let invalid = |reason: &str| Err(Error::InvalidComponent(reason.to_owned()));
    if !bytes.starts_with(MAGIC) {
        return invalid(
            "the component is not a WebAssembly binary: it does not begin with `\\0asm`",
        );
    }
    if bytes.starts_with(CORE_MODULE) {
        return invalid(
            "a core module was given, and a component is expected: a component is what \
             `cargo component build` or wit-component makes of one",
        );
    }
    decode(bytes).map_err(|error| {
        let reason = format!("{error:#}");
        Error::InvalidComponent(format!(
            "the component is not valid: {}",
            reason.lines().collect::<Vec<_>>().join(" ")
        ))
    })
}

/// Parses a folder of WIT, as [`Resolve::push_dir`] does one on disk.
fn parse(files: &[File]) -> Result<(Resolve, PackageId), Error> {
    let mut resolve = Resolve::default();
    let mut main = Vec::new();
    let mut dependencies: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in files {
        match file.path.strip_prefix("deps/") {
            Some(rest) => {
                let name = rest.split('/').next().unwrap_or(rest);
                dependencies.entry(name).or_default().push(file);
            }
            None => main.push(file),
        }
    }
    if main.is_empty() {
        return Err(Error::InvalidWit(
            "there is no `.wit` file beside the folder `deps`".to_owned(),
        ));
    }
    let mut groups = Vec::new();
    for files in dependencies.values() {
        match files.as_slice() {
            [file] if file.data.starts_with(MAGIC) => push_encoded(&mut resolve, file)?,
            files => groups.push(parse_group(files)?),
        }
    }
    let main = parse_group(&main)?;
    let package = resolve
        .push_groups(main, groups)
        .map_err(|error| Error::InvalidWit(error.render(&resolve.source_map)))?;
    Ok((resolve, package))
}

/// Parses the files of one package.
fn parse_group(files: &[&File]) -> Result<UnresolvedPackageGroup, Error> {
    let mut map = SourceMap::default();
    let sorted: BTreeMap<&str, &File> = files.iter().map(|f| (f.path.as_str(), *f)).collect();
    for (path, file) in sorted {
        let text = std::str::from_utf8(&file.data)
            .map_err(|error| Error::InvalidWit(format!("{path} is not UTF-8: {error}")))?;
        map.push_str(path, text);
    }
    map.parse()
        .map_err(|(map, error)| Error::InvalidWit(error.render(&map)))
}

/// Adds a package in its binary form, with what it uses.
fn push_encoded(resolve: &mut Resolve, file: &File) -> Result<(), Error> {
    let invalid = |reason: String| Error::InvalidWit(format!("{}: {reason}", file.path));
    match decode(&file.data).map_err(|error| invalid(format!("{error:#}")))? {
        DecodedWasm::WitPackage(package, _) => resolve
            .merge(package)
            .map(|_| ())
            .map_err(|error| invalid(format!("{error:#}"))),
        DecodedWasm::Component(..) => Err(invalid(
            "a component was found, and a WIT package in its binary form is expected".to_owned(),
        )),
    }
}

fn select(resolve: &Resolve, main: PackageId, name: Option<&str>) -> Result<WorldId, Error> {
    let named = name.and_then(|name| as_it_is(resolve, main, name));
    if let Some(world) = named {
        return Ok(world);
    }
    resolve.select_world(&[main], name).map_err(|_| {
        let package = &resolve.packages[main];
        let known: Vec<String> = package.worlds.keys().map(|w| format!("`{w}`")).collect();
        let package = &package.name;
        Error::NoWorld(match (name, known.as_slice()) {
            (_, []) => format!("the package `{package}` has no world: give one that has"),
            (None, _) => format!(
                "the package `{package}` has several worlds: name one with --world: {}",
                known.join(", ")
            ),
            (Some(name), _) => format!(
                "the package `{package}` has no world `{name}`: it has {}",
                known.join(", ")
            ),
        })
    })
}

/// The world that is called exactly so, with or without its package: a name
/// that is a word of WIT itself, such as `list`, can't be parsed.
fn as_it_is(resolve: &Resolve, main: PackageId, name: &str) -> Option<WorldId> {
    let own = resolve.packages[main].worlds.get(name).copied();
    own.or_else(|| {
        let mut worlds = resolve.worlds.iter();
        let is_it = |package, world: &World| resolve.id_of_name(package, &world.name) == name;
        worlds
            .find(|(_, world)| world.package.is_some_and(|package| is_it(package, world)))
            .map(|(id, _)| id)
    })
}

#[cfg(not(target_family = "wasm"))]
mod folder {
    //! The folder that [`super::Input::wit`] describes, on disk.

    use std::fs;
    use std::io;
    use std::path::Path;

    use super::File;

    pub(super) fn read(path: &Path) -> io::Result<Vec<File>> {
        let mut files = Vec::new();
        if path.is_file() {
            push(&mut files, "", path)?;
            return Ok(files);
        }
        each(path, |entry| keep(&mut files, "", entry, &["wit"]))?;
        let deps = path.join("deps");
        if deps.is_dir() {
            each(&deps, |entry| {
                if entry.is_dir() {
                    let prefix = format!("deps/{}/", name(entry));
                    each(entry, |file| keep(&mut files, &prefix, file, &["wit"]))
                } else {
                    keep(&mut files, "deps/", entry, &["wit", "wasm"])
                }
            })?;
        }
        Ok(files)
    }

    fn each(folder: &Path, mut visit: impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
        let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect();
        let mut entries = entries?;
        entries.sort();
        entries.iter().try_for_each(|entry| visit(entry))
    }

    fn keep(files: &mut Vec<File>, prefix: &str, path: &Path, kinds: &[&str]) -> io::Result<()> {
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_file() && kind.is_some_and(|kind| kinds.contains(&kind)) {
            push(files, prefix, path)?;
        }
        Ok(())
    }

    fn push(files: &mut Vec<File>, prefix: &str, path: &Path) -> io::Result<()> {
        files.push(File {
            path: format!("{prefix}{}", name(path)),
            data: fs::read(path)?,
        });
        Ok(())
    }

    fn name(path: &Path) -> String {
        path.file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}
