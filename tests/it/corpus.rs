//! The corpus of deliberate breakages: `tests/broken/northstar/` is a sound project, and the `.breakages` beside each
//! file break it in one place at a time. What is found is kept in one snapshot a file, which a person has read.
//!
//! A breakage is a line `= what is wrong`, then the lines taken away (`- `) and those put in their place (`+ `), exactly as
//! they stand; `@ path` before them names another file than the one the list is named after.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use herald::check::{Disk, Project, check};
use herald::diagnostic::render::{Format, render};
use herald::diagnostic::{Diagnostic, SourceMap};
use herald::run::workspace::DiskCatalog;

/// The sound project in a folder of its own, with the databases it speaks of.
static BASE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    copy(&sources(), folder.path());
    rusqlite::Connection::open(folder.path().join("aurora.db")).unwrap().execute_batch(AURORA).unwrap();
    rusqlite::Connection::open(folder.path().join("retail.db")).unwrap().execute_batch(RETAIL).unwrap();
    folder
});

const AURORA: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT, locale TEXT, country TEXT, city TEXT,
        timezone TEXT, birthday TEXT, gender TEXT, joined_at TEXT, consent INTEGER, consent_at TEXT, consent_source TEXT,
        consent_purpose TEXT);
    CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, category TEXT, brand TEXT, description TEXT, price REAL,
        cost REAL, stock INTEGER, url TEXT, image TEXT, released_at TEXT, active INTEGER);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, at TEXT, status TEXT, total REAL);
    CREATE TABLE purchases (\"order\" INTEGER, customer INTEGER, product INTEGER, at TEXT, quantity INTEGER, price REAL,
        list_price REAL);
    CREATE TABLE views (customer INTEGER, product INTEGER, at TEXT);
    CREATE TABLE carts (customer INTEGER, product INTEGER, at TEXT, quantity INTEGER);
    CREATE TABLE stores (code TEXT, city TEXT);
    CREATE TABLE chats (customer INTEGER, topic TEXT, rating INTEGER);
    INSERT INTO customers VALUES
        (17, 'ann@example.com', 'Ann', 'en', 'SG', 'Singapore', 'Asia/Singapore', '1990-02-03', 'f', '2024-01-05T10:00:00Z', 1,
            '2024-01-05T10:00:00Z', 'shop', 'marketing'),
        (18, 'li@example.com', NULL, 'zh-CN', 'CN', '上海', 'Asia/Shanghai', NULL, NULL, '2025-03-01T10:00:00Z', 0, NULL, NULL, NULL);
    INSERT INTO products VALUES
        (1, 'Lumen 9', 'phones', 'Lumen', 'A phone', 2999.0, 1800.0, 20, '/p/1', '/i/1.png', '2026-09-10', 1),
        (2, 'Trail shoe', 'shoes', 'Fjord', 'A shoe', 499.0, 200.0, 80, '/p/2', '/i/2.png', '2025-02-01', 1);
    INSERT INTO orders VALUES (1, 17, '2026-10-01T09:00:00Z', 'paid', 499.0);
    INSERT INTO purchases VALUES (1, 17, 2, '2026-10-01T09:00:00Z', 1, 499.0, 599.0);
    INSERT INTO views VALUES (17, 1, '2026-11-10T09:00:00Z');
    INSERT INTO carts VALUES (17, 1, '2026-11-10T09:01:00Z', 1);
    INSERT INTO stores VALUES ('S1', 'Shanghai');
    INSERT INTO chats VALUES (17, 'delivery', 4);";

const RETAIL: &str = "
    CREATE TABLE customers (CustomerID TEXT PRIMARY KEY, Email TEXT, Country TEXT);
    CREATE TABLE stock_items (StockCode TEXT PRIMARY KEY, Description TEXT, UnitPrice REAL);
    CREATE TABLE invoice_lines (InvoiceNo TEXT, StockCode TEXT, Quantity INTEGER, InvoiceDate TEXT, UnitPrice REAL,
        CustomerID TEXT, Status TEXT);
    CREATE TABLE old_items (StockCode TEXT, Description TEXT, UnitPrice);
    INSERT INTO old_items VALUES ('1', 'Jug', 2.5), ('2', 'Mug', 'on request');
    INSERT INTO customers VALUES ('12346', 'a@example.com', 'United Kingdom');
    INSERT INTO stock_items VALUES ('22423', 'Cakestand', 12.75);
    INSERT INTO invoice_lines VALUES ('536365', '22423', 2, '2026-10-01T08:26:00Z', 12.75, '12346', 'paid');";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken/northstar")
}

/// One place broken.
struct Breakage {
    title: String,
    file: String,
    from: String,
    to: String,
}

/// Reads a list of breakages of one file.
fn breakages(file: &str, list: &str) -> Vec<Breakage> {
    let mut found: Vec<Breakage> = Vec::new();
    for line in list.lines() {
        if let Some(title) = line.strip_prefix("= ") {
            let (title, file) = (title.to_owned(), file.to_owned());
            found.push(Breakage { title, file, from: String::new(), to: String::new() });
            continue;
        }
        let Some(last) = found.last_mut() else { continue };
        if let Some(other) = line.strip_prefix("@ ") {
            other.clone_into(&mut last.file);
        } else if let Some(text) = line.strip_prefix("- ") {
            last.from.push_str(text);
            last.from.push('\n');
        } else if let Some(text) = line.strip_prefix("+ ") {
            last.to.push_str(text);
            last.to.push('\n');
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{file}: what is `{line}`?");
        }
    }
    found
}

/// The findings of the project with one file's text replaced.
fn findings(file: &str, text: &str) -> (Vec<Diagnostic>, SourceMap) {
    struct Patched<'t> {
        path: PathBuf,
        text: &'t str,
    }
    impl herald::check::Reader for Patched<'_> {
        fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
            if path == self.path { Ok(self.text.into()) } else { Disk.read(path) }
        }
    }
    let root = BASE.path();
    let mut files: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "campaign"));
    files.sort();
    let project = Project::load(&files, root, &Patched { path: root.join(file), text }).unwrap();
    let found = check(&project, &DiskCatalog::default()).diagnostics;
    (found, project.sources)
}

fn shown(found: &[Diagnostic], sources: &SourceMap) -> String {
    let mut out = Vec::new();
    render(found, sources, Format::Fancy { color: false, width: 100 }, &mut out).unwrap();
    String::from_utf8(out).unwrap().replace(&BASE.path().display().to_string(), "…")
}

/// Every list with the file that it breaks.
fn lists() -> Vec<(String, Vec<Breakage>)> {
    let mut lists: Vec<_> = std::fs::read_dir(sources())
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "breakages"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let list = breakages(&format!("{name}.campaign"), &std::fs::read_to_string(&path).unwrap());
            (name, list)
        })
        .collect();
    lists.sort_by(|a, b| a.0.cmp(&b.0));
    lists
}

/// The file of a breakage before and after.
fn before_and_after(breakage: &Breakage) -> (String, String) {
    let text = std::fs::read_to_string(BASE.path().join(&breakage.file)).unwrap();
    let count = text.matches(&breakage.from).count();
    assert_eq!(count, 1, "{}: what is taken away stands in {} {count} times", breakage.title, breakage.file);
    let broken = text.replacen(&breakage.from, &breakage.to, 1);
    (text, broken)
}

#[test]
fn the_sound_project_has_no_finding() {
    let text = std::fs::read_to_string(BASE.path().join("shop.campaign")).unwrap();
    let (found, sources) = findings("shop.campaign", &text);
    assert!(found.is_empty(), "{}", shown(&found, &sources));
}

#[test]
fn every_breakage_gets_exactly_its_message() {
    let mut unnoticed: Vec<String> = Vec::new();
    for (name, list) in lists() {
        let mut out = String::new();
        for breakage in &list {
            let (_, broken) = before_and_after(breakage);
            let (found, sources) = findings(&breakage.file, &broken);
            if found.is_empty() {
                unnoticed.push(format!("{name}: {}", breakage.title));
            }
            writeln!(out, "━━━ {}\n\n{}", breakage.title, shown(&found, &sources)).unwrap();
        }
        insta::with_settings!(
            { snapshot_path => sources(), prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!(name.as_str(), out) }
        );
    }
    assert!(unnoticed.is_empty(), "nobody noticed {unnoticed:#?}");
}

/// A fix that is offered mends what it was offered for.
#[test]
fn every_fix_of_a_breakage_mends_it() {
    let mut unmended = String::new();
    for (name, list) in lists() {
        for breakage in &list {
            let (_, broken) = before_and_after(breakage);
            let (found, sources) = findings(&breakage.file, &broken);
            for finding in found.iter().filter(|f| f.fix.is_some()) {
                let fix = finding.fix.as_ref().unwrap();
                let in_file = sources.get(fix.span.file).name == breakage.file;
                assert!(in_file, "{name}: `{}` would change another file", breakage.title);
                let mut mended = broken.clone();
                mended.replace_range(fix.span.range(), &fix.replacement);
                let (left, sources) = findings(&breakage.file, &mended);
                if left.len() >= found.len() {
                    let left = shown(&left, &sources);
                    writeln!(unmended, "{name}: `{}`: {} leaves\n{left}", breakage.title, fix.title).unwrap();
                }
            }
        }
    }
    assert!(unmended.is_empty(), "{unmended}");
}

/// What is found lies in the lines that were broken, or names the reason in them.
#[test]
fn every_code_has_a_breakage_or_another_test() {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (_, list) in lists() {
        for breakage in &list {
            let (_, broken) = before_and_after(breakage);
            seen.extend(findings(&breakage.file, &broken).0.iter().map(|f| f.code));
        }
    }
    let mut elsewhere = String::new();
    snapshots(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut elsewhere);
    snapshots(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut elsewhere);
    let missing: Vec<&str> = herald::diagnostic::codes::CODES
        .iter()
        .map(|entry| entry.code)
        .filter(|code| !seen.contains(code) && !elsewhere.contains(code))
        .collect();
    assert_eq!(missing, [""; 0]);
}

/// The text of all tests that name codes: snapshots, and sources of tests.
fn snapshots(folder: &Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let ending = path.extension().unwrap_or_default();
        let tests = path.to_string_lossy().contains("test") && ending == "rs";
        if path.is_dir() {
            snapshots(&path, out);
        } else if ending == "snap" || tests {
            out.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            copy(&path, &to.join(entry.file_name()));
        } else if path.extension().is_some_and(|e| e == "campaign" || e == "mjml") {
            std::fs::copy(&path, to.join(entry.file_name())).unwrap();
        }
    }
}
