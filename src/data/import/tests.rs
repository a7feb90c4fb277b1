use std::fmt::Write as _;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::data::DataError;

mod bad_input;
mod presets;
mod rules;

/// A folder with a database in it that CSV texts can be imported into.
struct Shop {
    dir: TempDir,
}

impl Shop {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn try_import(&self, csv: impl AsRef<[u8]>, spec: &ImportSpec) -> Result<ImportReport, ImportError> {
        std::fs::write(self.path("in.csv"), csv).unwrap();
        import(&self.path("in.csv"), &self.path("shop.db"), spec, &mut |_| {})
    }

    fn import(&self, csv: impl AsRef<[u8]>, spec: &ImportSpec) -> ImportReport {
        self.try_import(csv, spec).unwrap()
    }

    /// The result of a query, a row a line, columns separated by `|`.
    fn rows(&self, sql: &str) -> String {
        let conn = Connection::open(self.path("shop.db")).unwrap();
        let mut statement = conn.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut out = String::new();
        while let Some(row) = rows.next().unwrap() {
            for i in 0..columns {
                let value: rusqlite::types::Value = row.get(i).unwrap();
                let text = match value {
                    rusqlite::types::Value::Null => "-".to_owned(),
                    rusqlite::types::Value::Integer(n) => n.to_string(),
                    rusqlite::types::Value::Real(x) => format!("{x:.2}"),
                    rusqlite::types::Value::Text(text) => text,
                    rusqlite::types::Value::Blob(_) => "bytes".to_owned(),
                };
                write!(out, "{}{text}", if i > 0 { "|" } else { "" }).unwrap();
            }
            out.push('\n');
        }
        out
    }
}

fn preset(name: &str) -> ImportSpec {
    ImportSpec::preset(name).unwrap()
}

fn customers() -> ImportSpec {
    ImportSpec::from_flags("customers", &["id=ID", "email=Email"]).unwrap()
}
