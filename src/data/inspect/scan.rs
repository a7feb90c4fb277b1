//! Reading the schema and one pass over the rows of each table.

use rusqlite::{Connection, Row};

use super::tally::Tally;
use super::{IndexInfo, Observed, PhysicalColumn, PhysicalTable};
use crate::data::DataError;

/// Tables of up to this many rows are examined whole.
const WHOLE: u64 = 200_000;
/// Of larger ones, this many rows at each end.
const END: u64 = 50_000;

/// Describes every table and view of the database, by name. `SQLite`'s own tables, and those in which virtual
/// tables keep their contents, are left out. A view is examined up to its first 50,000 rows.
///
/// # Errors
/// Those of `SQLite`; a single table that can't be read is no error but a `problem` of that table.
pub fn inspect(conn: &Connection) -> Result<Vec<PhysicalTable>, DataError> {
    let sql = r"SELECT name, type, wr FROM pragma_table_list
                WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
                ORDER BY name";
    let mut found = conn.prepare(sql)?;
    let mut rows = found.query([])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, kind): (String, String) = (row.get(0)?, row.get(1)?);
        out.push(inspect_table(conn, &name, kind == "view", row.get(2)?)?);
    }
    Ok(out)
}

fn inspect_table(conn: &Connection, name: &str, view: bool, keyed: bool) -> Result<PhysicalTable, DataError> {
    let mut table = PhysicalTable {
        name: name.to_owned(),
        view,
        columns: Vec::new(),
        rows: None,
        examined: 0,
        primary_key: Vec::new(),
        indexes: Vec::new(),
        problem: None,
    };
    let read = declared(conn, &mut table).and_then(|()| examine(conn, &mut table, keyed));
    match read {
        Ok(()) => {}
        Err(e) if only_this_table(&e) => table.problem = Some(e.to_string()),
        Err(e) => return Err(e.into()),
    }
    Ok(table)
}

/// Does the error come of how the table is defined, rather than of the whole database?
fn only_this_table(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::Unknown))
}

/// The columns, primary key and indexes.
fn declared(conn: &Connection, table: &mut PhysicalTable) -> rusqlite::Result<()> {
    let mut key: Vec<(i64, String)> = Vec::new();
    let mut columns =
        conn.prepare("SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid")?;
    let mut rows = columns.query([&table.name])?;
    while let Some(row) = rows.next()? {
        let column = PhysicalColumn {
            name: row.get(0)?,
            declared: row.get(1)?,
            observed: Observed::Missing,
            has_missing: false,
            example: None,
        };
        let place: i64 = row.get(2)?;
        if place > 0 {
            key.push((place, column.name.clone()));
        }
        table.columns.push(column);
    }
    key.sort();
    table.primary_key = key.into_iter().map(|(_, name)| name).collect();
    table.indexes = indexes(conn, &table.name)?;
    Ok(())
}

fn indexes(conn: &Connection, table: &str) -> rusqlite::Result<Vec<IndexInfo>> {
    let mut list =
        conn.prepare("SELECT name, \"unique\", partial FROM pragma_index_list(?1) ORDER BY name")?;
    let mut parts =
        conn.prepare("SELECT name FROM pragma_index_xinfo(?1) WHERE \"key\" = 1 ORDER BY seqno")?;
    let mut out = Vec::new();
    let mut rows = list.query([table])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let names = parts.query_map([&name], |r| r.get::<_, Option<String>>(0))?;
        let names: Vec<Option<String>> = names.collect::<rusqlite::Result<_>>()?;
        let columns = names.into_iter().map_while(|n| n).collect();
        out.push(IndexInfo { name, columns, unique: row.get(1)?, partial: row.get(2)? });
    }
    Ok(out)
}

/// Looks at the rows and fills in what they say. `keyed` tables are those without rowid.
fn examine(conn: &Connection, table: &mut PhysicalTable, keyed: bool) -> rusqlite::Result<()> {
    let mut tallies: Vec<Tally> = table.columns.iter().map(|_| Tally::default()).collect();
    let list: Vec<String> = table.columns.iter().map(|c| quoted(&c.name)).collect();
    if list.is_empty() {
        // A view that can't be resolved has no columns; asking for its rows brings out why.
        conn.prepare(&format!("SELECT * FROM {}", quoted(&table.name)))?;
        return Ok(());
    }
    let select = format!("SELECT {} FROM {}", list.join(", "), quoted(&table.name));
    let order = order(table, keyed);
    let large = !table.view && is_large(conn, table, keyed)?;
    let ends: &[(&str, u64)] = match (large, &order) {
        (true, Some(_)) => &[("ASC", END), ("DESC", END)],
        (true, None) => &[("", END)],
        (false, _) if table.view => &[("", END)],
        (false, _) => &[("", WHOLE)],
    };
    for (direction, limit) in ends {
        let sorted = match &order {
            Some(columns) if !direction.is_empty() => {
                let by: Vec<String> = columns.iter().map(|c| format!("{c} {direction}")).collect();
                format!(" ORDER BY {}", by.join(", "))
            }
            _ => String::new(),
        };
        table.examined += tally_rows(conn, &format!("{select}{sorted} LIMIT {limit}"), &mut tallies)?;
    }
    table.rows = if large {
        estimate(conn, table, keyed)?
    } else if table.view && table.examined == END {
        None
    } else {
        Some(table.examined)
    };
    for (column, tally) in table.columns.iter_mut().zip(&tallies) {
        column.observed = tally.observed(&column.declared);
        column.has_missing = tally.missing > 0;
        column.example = tally.example();
    }
    Ok(())
}

fn tally_rows(conn: &Connection, sql: &str, tallies: &mut [Tally]) -> rusqlite::Result<u64> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        add_row(row, tallies)?;
        count += 1;
    }
    Ok(count)
}

fn add_row(row: &Row<'_>, tallies: &mut [Tally]) -> rusqlite::Result<()> {
    for (i, tally) in tallies.iter_mut().enumerate() {
        tally.add(row.get_ref(i)?);
    }
    Ok(())
}

/// What sorts the table as it is stored: its rowid or, where it has none, its primary key.
fn order(table: &PhysicalTable, keyed: bool) -> Option<Vec<String>> {
    if table.view {
        return None;
    }
    if keyed {
        return Some(table.primary_key.iter().map(|c| quoted(c)).collect());
    }
    rowid(table).map(|name| vec![name.to_owned()])
}

/// A name of the rowid that no column has taken.
fn rowid(table: &PhysicalTable) -> Option<&'static str> {
    ["rowid", "_rowid_", "oid"].into_iter().find(|name| table.column(name).is_none())
}

/// Has the table more rows than are all examined?
fn is_large(conn: &Connection, table: &PhysicalTable, keyed: bool) -> rusqlite::Result<bool> {
    // The span of the rowids costs nothing, and most tables have no large gaps; else the rows must be counted.
    if !keyed && span(conn, table)?.is_some_and(|span| span <= WHOLE) {
        return Ok(false);
    }
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {})", quoted(&table.name), WHOLE + 1);
    let count: i64 = conn.query_row(&sql, [], |row| row.get(0))?;
    Ok(count as u64 > WHOLE)
}

/// From the least to the greatest rowid; `None` where no name of the rowid is free, or the difference overflows.
/// An empty table spans nothing.
fn span(conn: &Connection, table: &PhysicalTable) -> rusqlite::Result<Option<u64>> {
    let Some(rowid) = rowid(table) else { return Ok(None) };
    let name = quoted(&table.name);
    let sql = format!("SELECT (SELECT min({rowid}) FROM {name}), (SELECT max({rowid}) FROM {name})");
    conn.query_row(&sql, [], |row| {
        let (min, max): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok(match (min, max) {
            (Some(min), Some(max)) => {
                max.checked_sub(min).and_then(|span| u64::try_from(span).ok()).map(|n| n + 1)
            }
            _ => Some(0),
        })
    })
}

/// How many rows a large table has, without counting them.
fn estimate(conn: &Connection, table: &PhysicalTable, keyed: bool) -> rusqlite::Result<Option<u64>> {
    let analysed: bool =
        conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'", [], |r| r.get(0))?;
    if analysed {
        let mut stat = conn.prepare("SELECT stat FROM sqlite_stat1 WHERE tbl = ?1 AND stat IS NOT NULL")?;
        let mut rows = stat.query([&table.name])?;
        if let Some(row) = rows.next()? {
            let stat: String = row.get(0)?;
            if let Some(count) = stat.split(' ').next().and_then(|n| n.parse().ok()) {
                return Ok(Some(count));
            }
        }
    }
    if keyed { Ok(None) } else { span(conn, table) }
}

/// A name as an SQL identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
