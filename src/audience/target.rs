//! What a statement is lowered for: the data's shape, the instant, and what the database offers.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::check::schema::{Origin, Relation, Schema};

/// The name under which the state database is attached to the shop's connection.
pub const STATE: &str = "state";

/// What statements are lowered for.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The shape of the data.
    pub schema: &'a Schema,
    /// The run's instant: rows at or after it do not exist.
    pub as_of: Timestamp,
    /// Whether the program's own records are attached as the schema [`STATE`]. Without them such relations are empty.
    pub records: bool,
    /// What is known of the indexes; nothing by default, which is always correct and only sometimes slower.
    pub indexes: Indexes,
}

impl<'a> Target<'a> {
    /// A target without records and without knowledge of indexes.
    pub fn new(schema: &'a Schema, as_of: Timestamp) -> Self {
        Self { schema, as_of, records: false, indexes: Indexes::default() }
    }

    /// With the program's own records attached as [`STATE`].
    #[must_use]
    pub fn with_records(mut self, attached: bool) -> Self {
        self.records = attached;
        self
    }

    /// With what is known of the indexes.
    #[must_use]
    pub fn with_indexes(mut self, indexes: Indexes) -> Self {
        self.indexes = indexes;
        self
    }
}

/// The columns that lead an index, so that the rows of one customer or product are found without a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indexes(BTreeSet<(String, String)>);

impl Indexes {
    /// Reads the indexes of every table of the schema.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn read(conn: &Connection, schema: &Schema, records: bool) -> rusqlite::Result<Self> {
        let mut leading = BTreeSet::new();
        let mut statement = conn.prepare(
            "SELECT column.name FROM pragma_index_list(?1, ?2) AS list, pragma_index_info(list.name, ?2) AS column \
             WHERE column.seqno = 0 AND NOT list.partial AND column.name IS NOT NULL",
        )?;
        for relation in &schema.relations {
            let database = match relation.origin {
                Origin::Shop => "main",
                Origin::Records if records => STATE,
                Origin::Records => continue,
            };
            let mut rows = statement.query([&relation.table, database])?;
            while let Some(row) = rows.next()? {
                let column: String = row.get(0)?;
                leading.insert((relation.table.to_lowercase(), column.to_lowercase()));
            }
        }
        Ok(Self(leading))
    }

    /// Whether an index of this relation's table begins with that stored column.
    pub fn lead(&self, relation: &Relation, column: &str) -> bool {
        self.0.contains(&(relation.table.to_lowercase(), column.to_lowercase()))
    }
}
