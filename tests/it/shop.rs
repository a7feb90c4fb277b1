//! A small project of the test's own: the demo shop with few customers, and the campaigns that ship.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A project in a temporary folder.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// The shipped campaigns with a demo shop of 400 customers.
    pub fn new() -> Self {
        let project = Self::without_shop();
        let made = project.herald(&[
            "demo",
            "campaigns",
            "--customers",
            "400",
            "--products",
            "120",
            "--events",
            "12000",
        ]);
        assert!(made.status.success(), "{}", text(&made.stderr));
        project
    }

    /// The shipped campaigns alone.
    pub fn without_shop() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns"), &project.path().join("campaigns"));
        project
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
        command.args(args).current_dir(self.path()).env("NO_COLOR", "1").env("COLUMNS", "100");
        command
    }

    pub fn herald(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The mails in the outbox, by path, in order.
    pub fn mails(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let outbox = self.path().join("outbox");
        walk(&outbox, &mut |path| {
            found.push((path.strip_prefix(&outbox).unwrap().to_owned(), std::fs::read(path).unwrap()));
        });
        found.sort();
        found
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn walk(folder: &Path, each: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.path().is_dir() {
            walk(&entry.path(), each);
        } else {
            each(&entry.path());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        let generated = name == "pictures" || name.to_string_lossy().contains(".db");
        if entry.path().is_dir() && !generated {
            copy(&entry.path(), &to.join(&name));
        } else if !generated {
            std::fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}
