//! The import itself: line by line from the file into the tables.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::bind::{BoundRule, BoundTable, Plan, bind};
use super::line::{Bad, FillDown, Row};
use super::reader::CsvFile;
use super::value::Values;
use super::write::{TableWriter, hash, make_indexes, prepare_table, quoted};
use super::{ImportError, ImportReport, ImportSpec, TableReport};
use crate::data::{DataError, open_writable};

/// Lines between two calls of the progress function.
const STEP: u64 = 8192;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// Data lines read.
    pub rows: u64,
    /// Bytes read of the file as it lies on the disk, compressed or not.
    pub bytes: u64,
    /// The size of the file in bytes.
    pub total_bytes: u64,
}

/// Loads the CSV file `source` (plain or gzipped) into the SQLite database `target`, which is made if it is not
/// there. The [module's page](super) says how.
///
/// # Errors
/// Whatever concerns the file, the target or the mapping as a whole; the target is then as it was. Lines that are
/// not taken are no errors but counted in the report.
pub fn import(
    source: &Path,
    target: &Path,
    spec: &ImportSpec,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport, ImportError> {
    if spec.table.is_empty() {
        return Err(ImportError::Spec("it maps no table".to_owned()));
    }
    let mut file = CsvFile::open(source, spec)?;
    let plan = bind(spec, &file.header)?;
    let values = Values::new(spec)?;
    let is_new = !target.exists();
    let result = open_writable(target).map_err(ImportError::from).and_then(|mut conn| {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let report = fill(&tx, &mut file, &plan, values, progress)?;
        tx.commit()?;
        Ok(report)
    });
    if result.is_err() && is_new {
        // Ours alone, and empty; if it can't be removed, the first error is still the one to tell.
        let _ = std::fs::remove_file(target);
    }
    result.map_err(|e| match e {
        ImportError::Target(DataError::Sqlite(e)) => ImportError::Target(DataError::of(target, e)),
        other => other,
    })
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Target(DataError::Sqlite(error))
    }
}

/// Everything that happens within the transaction.
fn fill(
    conn: &Connection,
    file: &mut CsvFile,
    plan: &Plan,
    values: Values,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport, ImportError> {
    let mut before = Vec::new();
    let mut writers = Vec::new();
    for bound in &plan.tables {
        let existed = prepare_table(conn, bound)?;
        before.push(count(conn, bound)?);
        let deletes = existed
            && bound.table.sales
            && plan.rules.iter().any(|r| r.cancelled && r.concerns(bound.table.name));
        writers.push(TableWriter::new(conn, bound, deletes)?);
    }
    let mut importer = Importer {
        plan,
        writers,
        values,
        skus: known_skus(conn, plan)?,
        places: HashMap::new(),
        report: ImportReport { notes: plan.notes.clone(), ..ImportReport::default() },
    };
    importer.lines(file, progress)?;
    let Importer { mut writers, mut report, .. } = importer;
    for ((bound, writer), before) in plan.tables.iter().zip(&mut writers).zip(before) {
        writer.finish()?;
        make_indexes(conn, bound)?;
        let total = count(conn, bound)?;
        let table = bound.table.name.to_owned();
        report.tables.push(TableReport {
            table,
            taken: writer.taken,
            added: total.saturating_sub(before),
            total,
        });
    }
    drop(writers);
    // Fresh statistics, from a sample of each index, for SQLite's planner.
    conn.execute_batch("PRAGMA analysis_limit = 1000; ANALYZE")?;
    report.rejected.sort_by_key(|r| std::cmp::Reverse(r.rows));
    Ok(report)
}

fn count(conn: &Connection, bound: &BoundTable) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM {}", quoted(bound.table.name));
    conn.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// The products of the stock keeping units that earlier imports met, if this one asks for them.
fn known_skus(conn: &Connection, plan: &Plan) -> rusqlite::Result<HashMap<String, String>> {
    let asked = plan.tables.iter().flat_map(|t| &t.fields).any(|f| f.spec.lookup_sku);
    let there = "SELECT 1 FROM sqlite_schema WHERE name = 'variants' AND type = 'table'";
    if !asked || conn.query_row(there, [], |_| Ok(())).optional()?.is_none() {
        return Ok(HashMap::new());
    }
    let mut statement = conn.prepare("SELECT sku, product FROM variants")?;
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    pairs.collect()
}

struct Importer<'c, 'p> {
    plan: &'p Plan,
    writers: Vec<TableWriter<'c>>,
    values: Values,
    skus: HashMap<String, String>,
    /// How many lines of each order have been read. The orders are hashed; should two collide, their lines only
    /// skip some numbers, and do so again in the next import.
    places: HashMap<u64, i64>,
    report: ImportReport,
}

impl Importer<'_, '_> {
    fn lines(
        &mut self,
        file: &mut CsvFile,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<(), ImportError> {
        let mut fill =
            self.plan.fill.as_ref().map(|(by, columns)| FillDown::new(by.clone(), columns.clone()));
        let mut record = StringRecord::new();
        while let Some(line) = file.next(&mut record)? {
            self.report.rows += 1;
            let taken = if let Some(problem) = line.problem {
                self.report.reject(&problem, &[], line.number, record.get(0).unwrap_or_default());
                false
            } else {
                if let Some(fill) = &mut fill {
                    fill.see(&record);
                }
                self.line(&Row::new(&record, fill.as_ref()), line.number)?
            };
            self.report.dropped += u64::from(!taken);
            if self.report.rows.is_multiple_of(STEP) {
                progress(ImportProgress {
                    rows: self.report.rows,
                    bytes: file.consumed(),
                    total_bytes: file.size,
                });
            }
        }
        progress(ImportProgress { rows: self.report.rows, bytes: file.size, total_bytes: file.size });
        Ok(())
    }

    /// Takes one line into every table that wants it. Says whether any did.
    fn line(&mut self, row: &Row<'_>, number: u64) -> Result<bool, ImportError> {
        let plan = self.plan;
        let place = self.place_in_order(row);
        let mut wanted: Vec<&BoundTable> = plan.tables.iter().collect();
        let mut cancelled = false;
        for rule in &plan.rules {
            // Only a rule that still leaves something out is a reason.
            if !wanted.iter().any(|t| rule.concerns(t.table.name)) {
                continue;
            }
            let Some(text) = row.meets(rule, &self.values) else { continue };
            self.report.reject(&rule.reason, &rule.tables, number, text);
            if rule.cancelled {
                cancelled = true;
                self.cancel(row, rule, place)?;
            }
            wanted.retain(|t| !rule.concerns(t.table.name));
        }
        self.report.cancelled += u64::from(cancelled);
        let mut rows = Vec::with_capacity(wanted.len());
        for (i, bound) in plan.tables.iter().enumerate() {
            if !wanted.iter().any(|w| std::ptr::eq(*w, bound)) {
                continue;
            }
            match self.values_of(row, bound, number) {
                Ok(values) => rows.push((i, values)),
                Err(bad) => {
                    self.report.reject(&bad.reason, &[], number, &bad.text);
                    return Ok(false);
                }
            }
        }
        for (i, values) in &rows {
            self.write(*i, values, place)?;
        }
        Ok(!rows.is_empty())
    }

    /// The values of one table's row.
    fn values_of(&mut self, row: &Row<'_>, bound: &BoundTable, number: u64) -> Result<Vec<Value>, Bad> {
        let mut out = Vec::with_capacity(bound.fields.len());
        for field in &bound.fields {
            match row.value(field, &self.skus, &mut self.values) {
                Ok(value) => out.push(value),
                Err(bad) if field.spec.lenient && !field.required => {
                    self.report.blank(&bad.reason, bound.table.name, number, &bad.text);
                    out.push(Value::Null);
                }
                Err(bad) => return Err(bad),
            }
        }
        Ok(out)
    }

    fn write(&mut self, table: usize, values: &[Value], place: Option<i64>) -> Result<(), ImportError> {
        let bound = &self.plan.tables[table];
        let place = match place {
            None if bound.is_order_lines() => Some(self.place_without_order(bound, values)),
            Some(_) if !bound.is_order_lines() => None,
            other => other,
        };
        self.writers[table].write(values, place)?;
        if bound.table.name == "variants"
            && let (Some(sku), Some(product)) = (bound.field("sku"), bound.field("product"))
            && let (Value::Text(sku), Value::Text(product)) = (&values[sku], &values[product])
        {
            self.skus.insert(sku.clone(), product.clone());
        }
        Ok(())
    }

    /// The line's place in its order, counted over all lines of the order; `None` for a line without an order.
    fn place_in_order(&mut self, row: &Row<'_>) -> Option<i64> {
        let bound = self.plan.tables.iter().find(|t| t.is_order_lines())?;
        let order = row.text(&bound.fields[bound.field("order")?], &self.skus);
        if order.is_empty() {
            return None;
        }
        Some(next(&mut self.places, hash([&Value::Text(order.into_owned())])))
    }

    /// For a line without an order: how many lines like it there were, itself among them.
    fn place_without_order(&mut self, bound: &BoundTable, values: &[Value]) -> i64 {
        let alike = ["customer", "product", "at"].iter().filter_map(|name| bound.field(name));
        next(&mut self.places, hash(alike.map(|i| &values[i])))
    }

    /// Takes back what earlier imports made of a line that is cancelled now.
    fn cancel(&mut self, row: &Row<'_>, rule: &BoundRule, place: Option<i64>) -> Result<(), ImportError> {
        for (bound, writer) in self.plan.tables.iter().zip(&mut self.writers) {
            let &[key] = writer.key() else { continue };
            if !bound.table.sales || !rule.concerns(bound.table.name) {
                continue;
            }
            // A key that can't be read was never written.
            let Ok(key) = row.value(&bound.fields[key], &self.skus, &mut self.values) else { continue };
            if key != Value::Null {
                writer.cancel(key, place.filter(|_| bound.is_order_lines()))?;
            }
        }
        Ok(())
    }
}

/// Counts one more of its kind.
fn next(places: &mut HashMap<u64, i64>, kind: u64) -> i64 {
    let place = places.entry(kind).or_insert(0);
    *place += 1;
    *place
}
