//! A small project of the test's own: the demo shop with few customers, and the campaigns that ship.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A project in a temporary folder.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// The shipped campaigns with a demo shop of 400 customers, which is made once for all tests.
    pub fn new() -> Self {
        static SHOP: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
        let shop = SHOP.get_or_init(|| {
            let made = Self::without_shop();
            made.make_shop();
            let mut files = Vec::new();
            walk(made.path(), &mut |path| {
                let name = path.strip_prefix(made.path()).unwrap().to_owned();
                if is_of_the_shop(&name) {
                    files.push((name, std::fs::read(path).unwrap()));
                }
            });
            files
        });
        let project = Self::without_shop();
        std::fs::create_dir(project.path().join("campaigns/pictures")).unwrap();
        for (name, bytes) in shop {
            std::fs::write(project.path().join(name), bytes).unwrap();
        }
        project
    }

    /// Makes the shop of `new` with the program itself.
    pub fn make_shop(&self) {
        let size = ["--customers", "400", "--products", "120", "--events", "12000"];
        let made = self.herald(&[&["demo", "campaigns"], &size[..]].concat());
        assert!(made.status.success(), "{}", text(&made.stderr));
    }

    /// Nothing at all.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The shipped campaigns alone.
    pub fn without_shop() -> Self {
        let project = Self::empty();
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

/// Whether a file is one that the demo shop consists of.
fn is_of_the_shop(name: &Path) -> bool {
    name.iter().any(|part| part == "pictures" || part.to_string_lossy().contains(".db"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        if is_of_the_shop(Path::new(&name)) {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(&name));
        } else {
            std::fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}
