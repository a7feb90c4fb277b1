//! What a shop's database would look like where it is not there: the standard tables, the tables and columns that the
//! source maps, and those that tests' rows are written of. Tests with rows of their own run on it anywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{self, Catalog, Project, suggest};
use crate::data::inspect::{
    InstantLayout, Observed, PhysicalColumn, PhysicalTable, Precision, Separator, YesNoForm, ZoneMark,
};
use crate::data::standard::{self, StandardTable, TABLES};
use crate::run::Workspace;
use crate::run::workspace::DiskCatalog;
use crate::syntax::tree::{Arg, Decl, Expr, ExprKind, Value};

/// Columns of the standard tables that are worked out and never stored.
const DERIVED: [&str; 4] = ["age", "amount", "discount", "margin"];

/// Checks a project again, with tables made up for databases that are not there, if a test with rows needs one. Gives
/// the databases that are stood in for.
pub fn stand_in(workspace: &mut Workspace) -> Vec<PathBuf> {
    let model = &workspace.checked.model;
    let needed: Vec<PathBuf> = model
        .tests
        .iter()
        .filter(|t| t.rows.is_some())
        .filter_map(|t| model.sources.get(&model.campaigns.get(&t.campaign)?.source))
        .filter(|s| !s.schema.known && !s.schema.database.exists())
        .map(|s| s.schema.database.clone())
        .collect();
    if needed.is_empty() {
        return needed;
    }
    let catalog = StandIn { disk: DiskCatalog::default(), made_up: made_up(&workspace.project) };
    workspace.checked = check::check(&workspace.project, &catalog);
    let mut needed = needed;
    needed.sort();
    needed.dedup();
    needed
}

struct StandIn {
    disk: DiskCatalog,
    made_up: BTreeMap<PathBuf, Arc<Vec<PhysicalTable>>>,
}

impl Catalog for StandIn {
    fn tables(&self, path: &Path) -> Result<Option<Arc<Vec<PhysicalTable>>>, String> {
        let found = self.disk.tables(path)?;
        Ok(found.or_else(|| self.made_up.get(path).cloned()))
    }
}

/// The tables of every source's database, as they would be.
fn made_up(project: &Project) -> BTreeMap<PathBuf, Arc<Vec<PhysicalTable>>> {
    let rows = rows(project);
    let mut found = BTreeMap::new();
    for file in &project.files {
        let folder =
            project.sources.get(file.id).path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        for source in file.tree.decls.iter().filter(|d| d.kind.text == "source") {
            if let Some(database) = expression(source, "database").and_then(database) {
                found.insert(folder.join(database), Arc::new(tables(source, &rows)));
            }
        }
    }
    found
}

/// Every row that a test is written with: its relation and values.
fn rows(project: &Project) -> Vec<(&str, &[Arg])> {
    let tests = project.files.iter().flat_map(|f| &f.tree.decls).filter(|d| d.kind.text == "test");
    tests
        .filter_map(|test| expression(test, "rows"))
        .flat_map(|value| match &value.kind {
            ExprKind::List(items) => items.iter().collect(),
            _ => vec![value],
        })
        .filter_map(|row| match &row.kind {
            ExprKind::Call { callee, args } => Some((callee.text.as_str(), args.as_slice())),
            _ => None,
        })
        .collect()
}

fn expression<'d>(decl: &'d Decl, key: &str) -> Option<&'d Expr> {
    decl.settings.iter().find(|s| s.key.text == key).and_then(|s| match &s.value {
        Value::Expr(e) => Some(e),
        Value::Schedule(_) => None,
    })
}

/// `"shop.db"` or `demo("aurora.db")`.
fn database(e: &Expr) -> Option<&str> {
    match &e.kind {
        ExprKind::Str(text) => Some(&text.value),
        ExprKind::Call { args, .. } => args.first().and_then(|a| database(&a.value)),
        _ => None,
    }
}

fn tables(source: &Decl, rows: &[(&str, &[Arg])]) -> Vec<PhysicalTable> {
    let mapped = mapped(source);
    let written: Vec<&str> = rows.iter().map(|r| r.0).collect();
    // Orders follow from their lines unless a test has rows of them.
    let standard = TABLES.iter().filter(|t| t.name != "orders" || written.contains(&"orders"));
    let mut names: Vec<&str> = mapped.keys().copied().collect();
    names.extend(standard.map(|t| t.name));
    names.extend(written.iter().filter(|n| standard::RECORDS.iter().all(|r| r.name != **n)));
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| table(name, mapped.get(name), rows)).collect()
}

/// A relation's stored table, and its columns' stored names.
type Mapped<'d> = (&'d str, BTreeMap<&'d str, &'d str>);

fn mapped(source: &Decl) -> BTreeMap<&str, Mapped<'_>> {
    let mut found = BTreeMap::new();
    for setting in &source.settings {
        let Value::Expr(Expr { kind: ExprKind::Call { callee, args }, .. }) = &setting.value else {
            continue;
        };
        let Some((first, rest)) = args.split_first().filter(|_| callee.text == "table") else { continue };
        let Some(table) = stored(&first.value) else { continue };
        let columns =
            rest.iter().filter_map(|a| Some((a.name.as_ref()?.text.as_str(), stored(&a.value)?))).collect();
        found.insert(setting.key.text.as_str(), (table, columns));
    }
    found
}

/// The name of a stored table or column, as a source maps it.
fn stored(e: &Expr) -> Option<&str> {
    match &e.kind {
        ExprKind::Str(text) => Some(&text.value),
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

fn table(name: &str, mapped: Option<&Mapped<'_>>, rows: &[(&str, &[Arg])]) -> PhysicalTable {
    let standard = standard::find(name);
    let mut columns: Vec<PhysicalColumn> = Vec::new();
    let own = |name: &str| mapped.and_then(|m| m.1.get(name).copied()).unwrap_or(name).to_owned();
    for called in standard.iter().flat_map(|t| t.columns).map(|c| c.name) {
        columns.push(column(own(called), Observed::Missing, ""));
    }
    for (called, stored) in mapped.iter().flat_map(|m| &m.1) {
        if !is_standard(standard, called) {
            columns.push(column((*stored).to_owned(), Observed::Missing, ""));
        }
    }
    for arg in rows.iter().filter(|r| r.0 == name).flat_map(|r| r.1) {
        let Some(called) = arg.name.as_ref().map(|n| n.text.as_str()) else { continue };
        // What looks like a slip of the hand is left to be one.
        let slip =
            standard.is_some_and(|t| suggest::nearest(called, t.columns.iter().map(|c| c.name)).is_some());
        if slip || is_standard(standard, called) || (standard.is_some() && DERIVED.contains(&called)) {
            continue;
        }
        let (observed, declared) = observed(&arg.value);
        match columns.iter_mut().find(|c| c.name == own(called)) {
            Some(known) if known.observed.is_missing() => *known = column(own(called), observed, declared),
            Some(_) => {}
            None => columns.push(column(own(called), observed, declared)),
        }
    }
    PhysicalTable {
        name: mapped.map_or(name, |m| m.0).to_owned(),
        view: false,
        columns,
        rows: None,
        examined: 0,
        primary_key: Vec::new(),
        indexes: Vec::new(),
        problem: None,
    }
}

fn is_standard(table: Option<&StandardTable>, column: &str) -> bool {
    table.is_some_and(|t| t.columns.iter().any(|c| c.name == column))
}

fn column(name: String, observed: Observed, declared: &str) -> PhysicalColumn {
    PhysicalColumn { name, declared: declared.to_owned(), observed, has_missing: false, example: None }
}

/// What a column holds that has such a value, and the type it is declared with.
fn observed(value: &Expr) -> (Observed, &'static str) {
    let seen = match &value.kind {
        ExprKind::Money { .. } => return (Observed::Decimal { min: 2.5, max: 2.5 }, "money"),
        // Neither 0 nor 1, nor so large that it could be a time.
        ExprKind::Number(digits) if digits.contains('.') => Observed::Decimal { min: 2.5, max: 2.5 },
        ExprKind::Number(_) | ExprKind::Unary(..) => Observed::Whole { min: 2, max: 2 },
        ExprKind::Percent(_) => Observed::Decimal { min: 0.5, max: 0.5 },
        ExprKind::Date(_) => Observed::Date,
        ExprKind::Instant(_) => Observed::Instant(InstantLayout {
            separator: Separator::T,
            precision: Precision::Seconds,
            zone: ZoneMark::Utc,
        }),
        ExprKind::Name(word) if word == "missing" => Observed::Missing,
        ExprKind::Name(_) => Observed::YesNo(YesNoForm::ZeroOne),
        _ => Observed::Text,
    };
    (seen, "")
}
