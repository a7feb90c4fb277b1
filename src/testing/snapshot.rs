//! Whole messages kept in files: as people read them, so that a difference can be read too.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::bench::Bench;
use super::scene::Scene;
use crate::compose::{Composed, outline};
use crate::run::{Draft, datum::Datum};

/// What became of a kept message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The message is the one that was kept.
    Same,
    /// It is another; the kept one.
    Changed(String),
    /// None was kept yet.
    Absent,
}

/// The message of a scene as it is kept; none where there is no message.
pub fn text(bench: &Bench, scene: &Scene) -> Option<String> {
    let (draft, composed) = (scene.draft.as_ref().ok()?, scene.written.as_ref()?);
    let mut out = headers(bench, draft, composed);
    for (name, part) in [("text", composed.text.as_str()), ("html", &outline(&composed.html))] {
        out.push_str(&format!("\n---- {name} ----\n\n"));
        for line in part.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    Some(out)
}

fn headers(bench: &Bench, draft: &Draft, composed: &Composed) -> String {
    let sender = bench.session.senders.get(&draft.inputs.sender);
    let address = |name: &str, email: &str| {
        if name.is_empty() { email.to_owned() } else { format!("{name} <{email}>") }
    };
    let name = draft.inputs.customer.get("name").and_then(Datum::text).unwrap_or_default();
    let lines = [
        ("From", sender.map_or_else(String::new, |s| address(&s.name, &s.email))),
        ("Reply-To", sender.and_then(|s| s.reply_to.clone()).unwrap_or_default()),
        ("To", address(name, draft.address.written())),
        ("Subject", composed.subject.clone()),
        ("Preheader", composed.preheader.clone()),
        ("Variant", draft.variant.clone().unwrap_or_default()),
        ("Template", draft.inputs.template.clone()),
        ("Due", draft.due_at.to_string()),
    ];
    let mut out = String::new();
    for (key, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&format!("{key}: {value}\n"));
    }
    out
}

/// A message against the one that is kept in a file. How lines end does not count: version control changes that.
///
/// # Errors
/// The file is there and cannot be read.
pub fn compare(path: &Path, message: &str) -> std::io::Result<Kept> {
    let kept = match fs::read_to_string(path) {
        Ok(kept) => kept.replace("\r\n", "\n"),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kept::Absent),
        Err(error) => return Err(error),
    };
    Ok(if kept == message { Kept::Same } else { Kept::Changed(kept) })
}

/// Keeps a message: written aside and renamed, so that the file is whole or as it was.
///
/// # Errors
/// The folder cannot be made or written to.
pub fn keep(path: &Path, message: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(message.as_bytes())?;
    readable(&file)?;
    file.persist(path)?;
    Ok(())
}

/// A temporary file is its owner's alone; a kept message is for everybody who works on the project.
#[cfg(unix)]
fn readable(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_kept_one_however_its_lines_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("snapshots/one.txt");
        assert_eq!(compare(&path, "a\nb\n").unwrap(), Kept::Absent);
        keep(&path, "a\nb\n").unwrap();
        assert_eq!(compare(&path, "a\nb\n").unwrap(), Kept::Same);
        fs::write(&path, "a\r\nb\r\n").unwrap();
        assert_eq!(compare(&path, "a\nb\n").unwrap(), Kept::Same);
        assert_eq!(compare(&path, "a\nc\n").unwrap(), Kept::Changed("a\nb\n".to_owned()));
    }
}
