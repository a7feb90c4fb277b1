//! What SQLite will do with a statement, and which index would spare it work.

use rusqlite::{Connection, params_from_iter};

use super::statement::{Scan, Statement, quoted};

/// Tables below this many rows are scanned in no time, and no index is advised for them.
const BIG: u32 = 20_000;

/// SQLite's plan of a statement, one line a step, indented by depth.
///
/// # Errors
/// What SQLite says.
pub fn explain_query_plan(conn: &Connection, statement: &Statement) -> rusqlite::Result<Vec<String>> {
    let mut prepared = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
    let mut rows = prepared.query(params_from_iter(&statement.params))?;
    let (mut depths, mut lines) = (vec![(0_i64, 0_usize)], Vec::new());
    while let Some(row) = rows.next()? {
        let (id, parent, detail): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let above = depths.iter().find(|(id, _)| *id == parent).map_or(0, |(_, depth)| *depth);
        depths.push((id, above + 1));
        lines.push(format!("{}{detail}", "  ".repeat(above)));
    }
    Ok(lines)
}

/// `CREATE INDEX` statements that would spare SQLite the scan of a big table in this statement, as text: nothing is
/// written. Each comes once.
///
/// # Errors
/// What SQLite says.
pub fn index_advice(conn: &Connection, statement: &Statement) -> rusqlite::Result<Vec<String>> {
    let plan = explain_query_plan(conn, statement)?;
    let mut advice: Vec<String> = Vec::new();
    for scan in &statement.scans {
        if plan.iter().any(|line| is_scan(line, &scan.alias)) && is_big(conn, &scan.table)? {
            let create = create_index(scan);
            if !scan.columns.is_empty() && !advice.contains(&create) {
                advice.push(create);
            }
        }
    }
    Ok(advice)
}

/// `SCAN r1` and `SCAN r1 USING …` read every row; so does the making of an automatic index.
fn is_scan(line: &str, alias: &str) -> bool {
    let line = line.trim_start();
    let all = line == format!("SCAN {alias}") || line.starts_with(&format!("SCAN {alias} "));
    all || line.starts_with(&format!("SEARCH {alias} USING AUTOMATIC "))
}

fn is_big(conn: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = format!("SELECT count(*) >= ?1 FROM (SELECT 1 FROM {table} LIMIT ?1)");
    conn.query_row(&sql, [BIG], |row| row.get(0))
}

fn create_index(scan: &Scan) -> String {
    let table = scan.table.trim_start_matches("main.");
    let plain = |name: &str| name.trim_matches('"').replace(|c: char| !c.is_alphanumeric(), "_");
    let names: Vec<_> = std::iter::once(plain(table)).chain(scan.columns.iter().map(|c| plain(c))).collect();
    let columns: Vec<_> = scan.columns.iter().map(|c| quoted(c)).collect();
    format!("CREATE INDEX {} ON {table} ({});", quoted(&names.join("_")), columns.join(", "))
}
