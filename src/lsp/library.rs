//! The shipped library as files that an editor can open: written into the project's own folder the first time somebody
//! goes there, read-only.

use std::path::{Path, PathBuf};

use crate::check::project::STD;

/// Where the library's file of that name (`std/segments`) lies, or will lie.
pub fn path_of(name: &str, folder: &Path) -> PathBuf {
    folder.join(".herald").join(format!("{name}.campaign"))
}

/// The library's name for a path, if it is one of its files.
pub fn name_of(path: &Path, folder: &Path) -> Option<&'static str> {
    STD.iter().map(|s| s.0).find(|name| path_of(name, folder) == path)
}

/// Writes the file, if it is not there as it should be. Only then is there a place to go to.
pub fn ensure(name: &str, folder: &Path) -> Option<PathBuf> {
    let (_, text) = STD.iter().find(|s| s.0 == name)?;
    let path = path_of(name, folder);
    if std::fs::read_to_string(&path).is_ok_and(|there| there == *text) {
        return Some(path);
    }
    std::fs::create_dir_all(path.parent()?).ok()?;
    // One of an older version is read-only: it is replaced, not written to.
    let mut aside = tempfile::NamedTempFile::new_in(path.parent()?).ok()?;
    std::io::Write::write_all(&mut aside, text.as_bytes()).ok()?;
    let mut rights = aside.as_file().metadata().ok()?.permissions();
    rights.set_readonly(true);
    aside.as_file().set_permissions(rights).ok()?;
    aside.persist(&path).ok()?;
    Some(path)
}
