//! The command `uplift draft`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use uplift::{Draft, Header, HeaderError};

use super::{Failure, output, plain, read_module, unreadable};

/// The C compiler, where none is named.
const CLANG: &str = "clang";

#[derive(Args)]
pub(super) struct Arguments {
    /// A core module.
    module: PathBuf,
    /// A C header that declares what the module exports; `--cc` reads it.
    #[arg(long, value_name = "FILE.h")]
    header: Option<PathBuf>,
    /// The C compiler with its options, in words as a shell splits them: clang, or
    /// a program that takes its options, such as "zig cc".
    #[arg(
        long,
        value_name = "COMMAND",
        requires = "header",
        default_value = CLANG,
        allow_hyphen_values = true
    )]
    cc: String,
    /// Where both files go; left out, into the current folder.
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Overwrite a draft that has been edited, or files that are none.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = &arguments.module;
    let module = read_module(path)?;
    let header = match &arguments.header {
        Some(header) => read_header(header, &arguments.cc)?,
        None => None,
    };
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let draft = Draft::propose(&module, &name, header.as_ref());
    for reason in &draft.refused {
        let line = format!("note: `wrap` refuses this module: {reason}");
        eprintln!("{}", plain::line(&line));
    }
    if draft.bare {
        return Err(Failure::Unusable(format!(
            "{} exports no function of a library: a linker drops what nobody asks for, so link it \
             again with `-Wl,--export=NAME` for each function",
            path.display()
        )));
    }
    let folder = arguments.out_dir.as_deref().unwrap_or(Path::new(""));
    let files = [("wit", &draft.wit), ("toml", &draft.mapping)].map(|(extension, text)| {
        let file = folder.join(format!("{}.{extension}", draft.name));
        (file, text)
    });
    if !arguments.force {
        refuse_to_overwrite(files.iter().map(|(file, _)| file.as_path()))?;
    }
    if let Some(folder) = &arguments.out_dir {
        fs::create_dir_all(folder).map_err(|error| {
            let folder = folder.display();
            Failure::Unusable(format!("the folder {folder} can't be made: {error}"))
        })?;
    }
    let inputs: Vec<&Path> = [Some(path), arguments.header.as_ref()]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
        .collect();
    for (file, text) in &files {
        output::write(file, text.as_bytes(), &inputs)?;
    }
    let [(wit, _), (mapping, _)] = &files;
    for left_out in &draft.left_out {
        let line = format!("left out: `{}`: {}", left_out.export, left_out.reason);
        eprintln!("{}", plain::line(&line));
    }
    eprintln!(
        "{} and {}: {} and {} to confirm",
        wit.display(),
        mapping.display(),
        counted(draft.functions, "function"),
        counted(draft.unconfirmed, "guess"),
    );
    Ok(())
}

/// The header, or nothing where there is no compiler to read it with.
fn read_header(path: &Path, cc: &str) -> Result<Option<Header>, Failure> {
    match Header::read(path, cc) {
        Ok(header) => {
            if let Some(note) = header.note() {
                eprintln!("note: {}", plain::line(note));
            }
            Ok(Some(header))
        }
        Err(HeaderError::NoCompiler { error, .. })
            if cc == CLANG && error.kind() == io::ErrorKind::NotFound =>
        {
            eprintln!(
                "note: {} is not read, because there is no `{CLANG}`: install it, or name another \
                 C compiler by `--cc`, such as `--cc \"zig cc\"`",
                path.display()
            );
            Ok(None)
        }
        Err(error) => Err(Failure::Unusable(error.to_string())),
    }
}

/// Refuses if one of the files is there and is not a draft as it was written.
fn refuse_to_overwrite<'a>(files: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
    let mut edited = Vec::new();
    for file in files {
        match fs::read(file) {
            Ok(bytes) if Draft::is_untouched(&String::from_utf8_lossy(&bytes)) => {}
            Ok(_) => edited.push(file.display().to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(file, &error)),
        }
    }
    if edited.is_empty() {
        return Ok(());
    }
    Err(Failure::Unusable(format!(
        "{} {} edited since it was drafted, or never was a draft: nothing is written without \
         --force; --out-dir names another folder",
        edited.join(" and "),
        if edited.len() == 1 { "was" } else { "were" }
    )))
}

fn counted(count: usize, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "guess") => format!("{count} guesses"),
        _ => format!("{count} {what}s"),
    }
}
