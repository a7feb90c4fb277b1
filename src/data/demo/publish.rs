//! The finished shop goes where it belongs. What is there already is never replaced: what is the same stays, what differs stops it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempPath;

use super::catalogue::Product;
use super::{DemoError, gallery};

/// Moves the finished work to where it belongs: pictures first, the database last, because it is what says that
/// the shop is complete. If the database can't be moved, the pictures that came go again.
pub fn publish(database: &Path, path: &Path, drawn: &Path, pictures: &Path) -> Result<(), DemoError> {
    fs::File::open(database).and_then(|file| file.sync_all()).map_err(io(database))?;
    let finished = TempPath::try_from_path(database).map_err(io(database))?;
    let added = add_pictures(drawn, pictures)?;
    finished.persist_noclobber(path).map_err(|failed| {
        added.undo();
        refused(path, failed.error)
    })
}

/// What was added to a folder.
#[derive(Debug, Default)]
pub struct Added {
    folder: Option<PathBuf>,
    files: Vec<PathBuf>,
}

impl Added {
    /// Whether everything was there before.
    pub fn is_nothing(&self) -> bool {
        self.folder.is_none() && self.files.is_empty()
    }

    /// Takes it away again. It was made a moment ago; that it could not be removed matters less than why it should be.
    fn undo(self) {
        for file in self.files {
            let _ = fs::remove_file(file);
        }
        if let Some(folder) = self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Moves the pictures that are missing to where they belong.
///
/// # Errors
/// [`DemoError::Exists`] if another picture of a name is there; nothing is moved then.
pub fn add_pictures(drawn: &Path, pictures: &Path) -> Result<Added, DemoError> {
    match pictures.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::rename(drawn, pictures).map_err(io(pictures))?;
            return Ok(Added { folder: Some(pictures.to_owned()), files: Vec::new() });
        }
        Ok(there) if there.is_dir() => {}
        _ => return Err(DemoError::Exists { path: pictures.to_owned() }),
    }
    let mut missing = Vec::new();
    for entry in fs::read_dir(drawn).map_err(io(drawn))? {
        let made = entry.map_err(io(drawn))?.path();
        let target = pictures.join(made.file_name().unwrap_or_default());
        match fs::read(&target) {
            Err(error) if error.kind() == ErrorKind::NotFound => missing.push((made, target)),
            Ok(there) if there == fs::read(&made).map_err(io(&made))? => {}
            _ => return Err(DemoError::Exists { path: target }),
        }
    }
    let mut added = Added::default();
    for (made, target) in missing {
        let moved = TempPath::try_from_path(&made).map_err(io(&made));
        let moved = moved.and_then(|m| m.persist_noclobber(&target).map_err(|f| refused(&target, f.error)));
        if let Err(error) = moved {
            added.undo();
            return Err(error);
        }
        added.files.push(target);
    }
    Ok(added)
}

/// Whether a database is the demo shop with these products and so many customers.
pub fn is_this_shop(path: &Path, products: &[Product], customers: u32) -> bool {
    let look = || -> rusqlite::Result<bool> {
        let shop = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let count: u32 = shop.query_row("SELECT count(*) FROM customers", [], |row| row.get(0))?;
        let mut statement = shop.prepare("SELECT id, title, image FROM products ORDER BY id")?;
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let found: Vec<(i64, String, Option<String>)> = found.collect::<rusqlite::Result<_>>()?;
        let wanted = products.iter().map(|p| (p.id, p.title.clone(), gallery::path(p, products.len())));
        Ok(count == customers && wanted.eq(found))
    };
    // What cannot be asked is not the demo shop.
    look().unwrap_or(false)
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DemoError {
    let path = path.to_owned();
    move |source| DemoError::Io { path: path.clone(), source }
}

fn refused(path: &Path, error: std::io::Error) -> DemoError {
    if error.kind() == ErrorKind::AlreadyExists {
        DemoError::Exists { path: path.to_owned() }
    } else {
        io(path)(error)
    }
}
