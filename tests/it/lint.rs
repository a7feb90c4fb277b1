//! The samples of lints: `tests/lint/CODE.campaign` has what a lint finds beside what it must not. What is found is kept in a snapshot
//! beside it, which a person has read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use herald::audit::audit;
use herald::check::Disk;
use herald::diagnostic::Diagnostic;
use herald::diagnostic::render::{Format, render};
use herald::lint::{self, LINTS, Subject};
use herald::run::Workspace;

use crate::shop::{Project, text};

/// The samples in a folder of their own, with a shop of forty customers.
static BASE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    copy(&samples(), folder.path());
    rusqlite::Connection::open(folder.path().join("shop.db")).unwrap().execute_batch(SHOP).unwrap();
    folder
});

/// The grown-ups read English; of the ten young, five Chinese, four German, and one says nothing. Everybody has an address.
const SHOP: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT, locale TEXT, country TEXT, city TEXT,
        timezone TEXT, birthday TEXT, joined_at TEXT, consent INTEGER, consent_at TEXT);
    CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, category TEXT, brand TEXT, price REAL, cost REAL, stock INTEGER,
        url TEXT, image TEXT, active INTEGER);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, at TEXT, total REAL);
    CREATE TABLE purchases (\"order\" INTEGER, customer INTEGER, product INTEGER, at TEXT, quantity INTEGER, price REAL);
    CREATE TABLE views (customer INTEGER, product INTEGER, at TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO customers SELECT i, 'c' || i || '@example.com', CASE WHEN i = 7 THEN NULL ELSE 'Customer ' || i END,
        CASE WHEN i <= 30 THEN 'en' WHEN i <= 35 THEN 'zh-CN' WHEN i <= 39 THEN 'de' END,
        CASE WHEN i % 2 = 0 THEN 'SG' ELSE 'CN' END, CASE WHEN i % 3 = 0 THEN NULL ELSE 'Singapore' END, 'Asia/Singapore',
        CASE WHEN i <= 30 THEN 1960 + i ELSE 2010 END || '-02-03', '2024-01-05T10:00:00Z', 1,
        CASE WHEN i % 5 > 0 THEN '2024-01-05T10:00:00Z' END FROM n;
    INSERT INTO products VALUES (1, 'Lumen 9', 'phones', 'Lumen', 2999.0, 1800.0, 20, '/p/1', '/i/1.png', 1),
        (2, 'Trail shoe', 'shoes', 'Fjord', 499.0, 200.0, 80, '/p/2', '/i/2.png', 1);
    INSERT INTO orders SELECT id, id, '2026-11-1' || (id % 9) || 'T09:00:00Z', 499.0 FROM customers WHERE id % 4 = 0;
    INSERT INTO purchases SELECT id, customer, 1 + id % 2, at, 1, 499.0 FROM orders;
    INSERT INTO views SELECT id, 1, '2026-11-19T09:00:00Z' FROM customers;";

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else if entry.path().extension().is_some_and(|e| e != "snap") {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The names of all samples.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(samples()).unwrap().flatten().map(|e| e.path());
    let campaigns = files.filter(|path| path.extension().is_some_and(|e| e == "campaign"));
    let mut names: Vec<String> =
        campaigns.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// What is found in a sample, as `herald lint` finds it, and how it is shown.
fn found(name: &str) -> (Vec<Diagnostic>, String) {
    let root = BASE.path();
    let file = root.join(format!("{name}.campaign"));
    let workspace = Workspace::open(&[file], root, &Disk).unwrap();
    let mut out = Vec::new();
    let sources = &workspace.project.sources;
    let format = Format::Fancy { color: false, width: 100 };
    assert!(!workspace.checked.has_errors(), "{name}: {:#?}", workspace.checked.diagnostics);
    let subject = Subject::new(&workspace.project, &workspace.checked);
    let as_of: BTreeMap<String, jiff::Timestamp> =
        BTreeMap::from([("shop".to_owned(), "2026-11-20T00:00:00Z".parse().unwrap())]);
    let audited = audit(&subject, &as_of, root, &mut |_, _, _| {}).unwrap();
    let found = lint::all(&subject, audited.found, audited.skipped.is_empty());
    render(&found, sources, format, &mut out).unwrap();
    let mut shown = String::from_utf8(out).unwrap();
    for skipped in audited.skipped {
        shown.push_str(&format!("look: {skipped}\n"));
    }
    (found, shown)
}

#[test]
fn every_sample_has_its_findings_and_no_other() {
    for name in names() {
        let (_, shown) = found(&name);
        insta::with_settings!(
            { snapshot_path => samples(), prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!(name.as_str(), shown) }
        );
    }
}

#[test]
fn every_lint_has_a_sample_a_page_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for lint in LINTS {
        assert!(herald::diagnostic::codes::find(lint.code).is_some(), "{}", lint.code);
        assert!(names.insert(lint.name), "{} twice", lint.name);
        let (found, _) = found(lint.code);
        assert!(found.iter().any(|d| d.code == lint.code), "nothing is found in {}.campaign", lint.code);
        // Nobody is where conditions exclude each other: of the sample on that, the reason is told.
        let own = |d: &Diagnostic| d.code == lint.code || (lint.code == "H0502" && d.code == "H0503");
        assert!(found.iter().all(own), "{}.campaign is about one lint", lint.code);
    }
    let (found, _) = found("silences");
    let about: BTreeSet<&str> = found.iter().map(|d| d.code).collect();
    assert!(lint::silence::CODES.iter().all(|code| about.contains(code)), "{about:?}");
}

/// Whatever a lint offers to write makes its finding go away.
#[test]
fn every_fix_mends_what_it_is_offered_for() {
    for name in names() {
        let (all, _) = found(&name);
        let workspace =
            Workspace::open(&[BASE.path().join(format!("{name}.campaign"))], BASE.path(), &Disk).unwrap();
        for finding in all.iter().filter(|f| f.fix.is_some()) {
            let fix = finding.fix.as_ref().unwrap();
            let source = workspace.project.sources.get(fix.span.file);
            let mut mended = source.text.to_string();
            mended.replace_range(fix.span.range(), &fix.replacement);
            let patched = Patched { path: source.path.clone().unwrap(), text: mended };
            let file = BASE.path().join(format!("{name}.campaign"));
            let after = Workspace::open(&[file], BASE.path(), &patched).unwrap();
            let left = lint::all(&Subject::new(&after.project, &after.checked), Vec::new(), false);
            let count = |found: &[Diagnostic]| found.iter().filter(|d| d.code == finding.code).count();
            let before = lint::all(&Subject::new(&workspace.project, &workspace.checked), Vec::new(), false);
            // Of copy, the next beginning is told then.
            let moved = !left.iter().any(|d| d.code == finding.code && d.span.start == finding.span.start);
            assert!(
                count(&left) < count(&before) || moved,
                "{name}: {} does not mend {}",
                fix.title,
                finding.code
            );
        }
    }
}

struct Patched {
    path: PathBuf,
    text: String,
}

impl herald::check::Reader for Patched {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        if path == self.path { Ok(self.text.clone().into()) } else { Disk.read(path) }
    }
}

#[test]
fn the_shipped_campaigns_are_clean_together_and_one_by_one() {
    let project = Project::new();
    for paths in ["campaigns", "campaigns/shop.campaign", "campaigns/weekend.campaign"] {
        let told = project.herald(&["lint", paths, "--as-of", "2026-11-20"]);
        assert!(told.status.success(), "{paths}: {}{}", text(&told.stdout), text(&told.stderr));
        assert!(text(&told.stdout).contains("clean"), "{}", text(&told.stdout));
    }
}

#[test]
fn what_a_check_says_is_in_the_lint_and_the_exit_tells() {
    let project = Project::new();
    let shop = project.read("campaigns/shop.campaign");
    project.write("campaigns/shop.campaign", &shop.replace("  at_most:     [2 per 7 days, 1 per day]\n", ""));
    let checked = project.herald(&["check", "campaigns"]);
    assert!(checked.status.success(), "a lint never stops a check");
    assert!(text(&checked.stdout).contains("H0505"), "{}", text(&checked.stdout));
    let linted = project.herald(&["lint", "campaigns", "--as-of", "2026-11-20", "--format", "json"]);
    assert_eq!(linted.status.code(), Some(1));
    assert!(text(&linted.stdout).contains("H0505"), "{}", text(&linted.stdout));
    let broken = shop.replace("currency: CNY", "currency: yuan");
    project.write("campaigns/shop.campaign", &broken);
    let linted = project.herald(&["lint", "campaigns"]);
    assert_eq!(linted.status.code(), Some(1));
    assert!(text(&linted.stderr).contains("without errors"), "{}", text(&linted.stderr));
}

/// A file that others in its folder use is not called dead for being looked at alone.
#[test]
fn what_a_neighbour_uses_is_used() {
    let project = Project::new();
    let looked =
        || text(&project.herald(&["lint", "campaigns/shop.campaign", "--as-of", "2026-11-20"]).stdout);
    assert!(!looked().contains("H0501"), "{}", looked());
    std::fs::remove_file(project.path().join("campaigns/weekend.campaign")).unwrap();
    project.write(
        "campaigns/other.campaign",
        "use shop, house_rules from \"shop\"\nsegment s { where: consent }\n",
    );
    assert!(looked().contains("no campaign uses the sender `store`"), "{}", looked());
    assert!(!looked().contains("house_rules`"), "{}", looked());
}
