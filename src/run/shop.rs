//! The shop's data as a run reads it: expressions in, rows out. Every statement comes from `audience/`.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::datum::Datum;
use super::error::RunError;
use super::learned;
use super::store::Store;
use crate::audience::{self, Given, Indexes, STATE, Scorers, Statement, Target, Whose, run};
use crate::check::model::Signal;
use crate::check::schema::{Origin, Schema};
use crate::check::typed::{Expr, Literal, Op, Row, Type};
use crate::data::{Fingerprint, Key, data_version, open_shop};

/// A shop opened read-only, with the program's own records beside it where there are any.
pub struct Shop {
    conn: Connection,
    schema: Arc<Schema>,
    as_of: Timestamp,
    /// The beginning of `as_of`'s day in the shop's zone.
    day: Timestamp,
    /// The state database, where it is attached.
    state: Option<PathBuf>,
    indexes: Indexes,
    /// What was learned, for statements that speak of it.
    scorers: Scorers,
    /// SQLite's number of the state of the data that was read last.
    version: Cell<i64>,
}

/// Up to when data is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The run's own instant: what is known of a customer.
    AsOf,
    /// The beginning of its day: what models learn from, so that they can be kept for a day.
    Day,
}

/// Tells one event of a signal: customer, product, seconds before the statement's instant, and the order if it has one.
pub type Event<'a> = &'a mut dyn FnMut(Key, Key, i64, Option<Key>);

impl Shop {
    /// Opens a source's database; `state` is the state database, if there is one.
    ///
    /// # Errors
    /// The database is missing, not SQLite, locked, or lacks its customers.
    pub fn open(schema: Arc<Schema>, as_of: Timestamp, state: Option<&Path>) -> Result<Self, RunError> {
        let conn = open_shop(&schema.database)?;
        if schema.relation("customers").is_none() {
            return Err(RunError::NoTable("customers"));
        }
        audience::prepare(&conn, &schema)?;
        if let Some(state) = state {
            // Read-only whatever it is attached to; the path is bound, so no name can break out.
            conn.execute(&format!("ATTACH DATABASE ?1 AS {STATE}"), params![state.to_string_lossy()])?;
        }
        let scorers = Scorers::default();
        scorers.install(&conn)?;
        let indexes = Indexes::read(&conn, &schema, state.is_some())?;
        let state = state.map(Path::to_owned);
        let version = Cell::new(data_version(&conn)?);
        let day = start_of_day(as_of, &schema.timezone);
        Ok(Self { conn, schema, as_of, day, state, indexes, scorers, version })
    }

    /// Does some reading on one state of the data, whatever other programs write meanwhile.
    ///
    /// # Errors
    /// What the reading gives, or SQLite's.
    pub fn at_one_moment<T>(&self, read: impl FnOnce() -> Result<T, RunError>) -> Result<T, RunError> {
        // Ends by being dropped: there is nothing to commit.
        let _snapshot = self.conn.unchecked_transaction()?;
        let result = read()?;
        self.version.set(data_version(&self.conn)?);
        Ok(result)
    }

    /// A number that changes when [`Shop::at_one_moment`] has read another state of the data than before.
    pub fn version(&self) -> i64 {
        self.version.get()
    }

    /// The fingerprint of the data now.
    ///
    /// # Errors
    /// The database is gone or cannot be read.
    pub fn fingerprint(&self) -> Result<String, RunError> {
        Ok(Fingerprint::of(&self.schema.database)?.to_hex())
    }

    /// Whether a relation is of the program's own records and not of the shop's data.
    pub fn is_of_records(&self, relation: &str) -> bool {
        self.schema.relation(relation).is_some_and(|r| r.origin == Origin::Records)
    }

    /// The fingerprint of the program's own records; empty where there are none.
    pub fn records_fingerprint(&self) -> String {
        self.state
            .as_deref()
            .and_then(|path| Fingerprint::of(path).ok())
            .map(|f| f.to_hex())
            .unwrap_or_default()
    }

    /// What is known to have been learned.
    pub(super) fn scorers(&self) -> &Scorers {
        &self.scorers
    }

    /// Learns what these expressions speak of, if that was not done with a store at hand.
    fn learn<'e>(&self, expressions: impl IntoIterator<Item = &'e Expr>) -> Result<(), RunError> {
        learned::prepare(self, expressions, &Store::default())
    }

    /// Tells the values of expressions for every customer for whom a condition holds, as of another instant.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn each_customer(
        &self,
        at: Timestamp,
        condition: &Expr,
        columns: &[(String, Expr)],
        each: &mut dyn FnMut(Key, &[Given<'_>]),
    ) -> Result<(), RunError> {
        let target = Target { as_of: at, ..self.target() };
        let statement = audience::customer_values(&target, condition, columns)?;
        Ok(run::given(&self.conn, &statement, columns.len(), each)?)
    }

    /// The shape of the data.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    fn target(&self) -> Target<'_> {
        Target::new(&self.schema, self.as_of)
            .with_records(self.state.is_some())
            .with_indexes(self.indexes.clone())
    }
}

impl Shop {
    /// The ids of the customers for whom a condition holds, ascending.
    ///
    /// # Errors
    /// SQLite's.
    pub fn select(&self, condition: &Expr) -> Result<Vec<Key>, RunError> {
        self.learn([condition])?;
        Ok(run::select(&self.conn, &self.select_statement(condition)?)?)
    }

    /// The statement behind [`Shop::select`].
    ///
    /// # Errors
    /// An expression that has no SQL.
    pub fn select_statement(&self, condition: &Expr) -> Result<Statement, RunError> {
        Ok(audience::segment(&self.target(), condition)?)
    }

    /// The values of expressions for these customers, in their order; all missing for an id that is no customer's.
    ///
    /// # Errors
    /// SQLite's.
    pub fn values(&self, ids: &[Key], columns: &[(String, Expr)]) -> Result<Vec<Vec<Datum>>, RunError> {
        self.learn(columns.iter().map(|c| &c.1))?;
        let statement = audience::attributes(&self.target(), columns)?.for_chunk(ids);
        let mut found: HashMap<Key, Vec<Datum>> = self.table(&statement, columns)?.into_iter().collect();
        let nothing = || vec![Datum::Missing; columns.len()];
        Ok(ids.iter().map(|id| found.remove(id).unwrap_or_else(nothing)).collect())
    }

    /// The values of expressions for every product, in the order of ids.
    ///
    /// # Errors
    /// SQLite's.
    pub fn products(&self, columns: &[(String, Expr)]) -> Result<Vec<(Key, Vec<Datum>)>, RunError> {
        let statement = audience::product_values(&self.target(), None, columns)?;
        self.table(&statement, columns)
    }

    /// The products for which a condition on products alone holds.
    ///
    /// # Errors
    /// SQLite's.
    pub fn products_where(&self, condition: &Expr) -> Result<Vec<Key>, RunError> {
        Ok(run::select(&self.conn, &audience::products(&self.target(), condition)?)?)
    }

    /// The pairs of one of these customers and a product for which a condition holds.
    ///
    /// # Errors
    /// SQLite's.
    pub fn pairs(&self, condition: &Expr, ids: &[Key]) -> Result<Vec<(Key, Key)>, RunError> {
        self.learn([condition])?;
        let statement = audience::pairs(&self.target(), condition)?.for_chunk(ids);
        Ok(run::pairs(&self.conn, &statement)?)
    }

    /// The statement that gives every event of a signal up to an instant.
    ///
    /// # Errors
    /// An expression that has no SQL, or a relation without times.
    pub fn events_statement(&self, signal: &Signal, up_to: Until) -> Result<Statement, RunError> {
        self.numbers_statement(signal, None, up_to)
    }

    /// The statement that reads the rows of a signal with the number in one of its columns; with none, how many pieces each is of.
    ///
    /// # Errors
    /// Any [`RunError`].
    pub fn numbers_statement(
        &self,
        signal: &Signal,
        column: Option<&str>,
        up_to: Until,
    ) -> Result<Statement, RunError> {
        self.learn(&signal.filter)?;
        let target = Target { as_of: self.instant(up_to), ..self.target() };
        let (filter, window) = (signal.filter.as_ref(), signal.window.as_ref());
        Ok(audience::events(&target, &signal.relation, filter, window, Whose::All, column)?)
    }

    /// Tells customer, product, age in seconds and number of every row that such a statement gives, the oldest of each customer first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn numbers(
        &self,
        statement: &Statement,
        mut each: impl FnMut(Key, Key, i64, f64),
    ) -> Result<(), RunError> {
        run::events(&self.conn, statement, |e| each(e.customer, e.product, e.seconds, e.value))?;
        Ok(())
    }

    /// Tells every event that such a statement gives, in a fixed order; ages count from its instant.
    ///
    /// # Errors
    /// SQLite's.
    pub fn events(&self, statement: &Statement, each: Event<'_>) -> Result<(), RunError> {
        run::events(&self.conn, statement, |e| each(e.customer, e.product, e.seconds, e.order))?;
        Ok(())
    }

    /// The instant up to which data is looked at.
    pub fn instant(&self, up_to: Until) -> Timestamp {
        match up_to {
            Until::AsOf => self.as_of,
            Until::Day => self.day,
        }
    }

    /// Every customer's id, ascending.
    ///
    /// # Errors
    /// SQLite's.
    pub fn all_customers(&self) -> Result<Vec<Key>, RunError> {
        self.select(&everybody())
    }

    /// How many customers a condition holds for.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count(&self, condition: &Expr) -> Result<u64, RunError> {
        self.learn([condition])?;
        Ok(run::count(&self.conn, &audience::count(&self.target(), condition)?)?)
    }

    /// A handle that stops what is being asked, from another thread.
    pub fn interrupter(&self) -> rusqlite::InterruptHandle {
        self.conn.get_interrupt_handle()
    }

    /// How many customers there are.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count_customers(&self) -> Result<u64, RunError> {
        Ok(run::count(&self.conn, &audience::count(&self.target(), &everybody())?)?)
    }

    /// Whether there is a customer of that id.
    ///
    /// # Errors
    /// SQLite's.
    pub fn has_customer(&self, id: &Key) -> Result<bool, RunError> {
        let column = [("id".to_owned(), Expr::column(Row::Customer, "id", Type::Id))];
        let statement = audience::attributes(&self.target(), &column)?.for_chunk(std::slice::from_ref(id));
        Ok(!self.table(&statement, &column)?.is_empty())
    }

    /// When the last order line happened before `as_of`, if there is one.
    ///
    /// # Errors
    /// SQLite's.
    pub fn last_event(&self) -> Result<Option<Timestamp>, RunError> {
        let mut last: Option<i64> = None;
        for name in ["purchases", "views"] {
            if self.schema.relation(name).is_none() {
                continue;
            }
            let signal = Signal { weight: 1.0, relation: name.to_owned(), filter: None, window: None };
            let statement = self.events_statement(&signal, Until::AsOf)?;
            self.events(&statement, &mut |_, _, age, _| last = Some(last.map_or(age, |l| l.min(age))))?;
        }
        Ok(last.and_then(|age| Timestamp::from_second(self.as_of.as_second() - age).ok()))
    }

    /// SQLite's own plan of a statement, a line a step.
    ///
    /// # Errors
    /// SQLite's.
    pub fn query_plan(&self, statement: &Statement) -> Result<Vec<String>, RunError> {
        Ok(audience::explain_query_plan(&self.conn, statement)?)
    }

    /// Indexes that would spare SQLite a scan.
    ///
    /// # Errors
    /// SQLite's.
    pub fn index_advice(&self, statement: &Statement) -> Result<Vec<String>, RunError> {
        Ok(audience::index_advice(&self.conn, statement)?)
    }

    /// The statements for values of a chunk, for people to read.
    ///
    /// # Errors
    /// An expression that has no SQL.
    pub fn values_statement(&self, columns: &[(String, Expr)]) -> Result<Statement, RunError> {
        Ok(audience::attributes(&self.target(), columns)?)
    }

    fn table(
        &self,
        statement: &Statement,
        columns: &[(String, Expr)],
    ) -> Result<Vec<(Key, Vec<Datum>)>, RunError> {
        let types: Vec<Type> = columns.iter().map(|c| c.1.ty).collect();
        let rows = run::table(&self.conn, statement, &types)?;
        Ok(rows.into_iter().map(|(id, cells)| (id, cells.into_iter().map(Datum::of).collect())).collect())
    }
}

/// The beginning of an instant's day in a zone.
fn start_of_day(at: Timestamp, zone: &jiff::tz::TimeZone) -> Timestamp {
    at.to_zoned(zone.clone()).start_of_day().map_or(at, |day| day.timestamp())
}

/// The condition that holds for every customer.
fn everybody() -> Expr {
    Expr::new(Op::Literal(Literal::YesNo(true)), Type::YesNo)
}
