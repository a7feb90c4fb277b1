//! What was learned, in statements: a function of the connection that is given a customer's features. Nothing is kept for
//! each customer, so that the shop's database stays as it is and customers who came since are valued like any other.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{Value, ValueRef};

use super::error::LowerError;
use super::frame::Frame;
use super::lowering::Lowering;
use crate::check::lesson::{Asks, Learned, Lesson};

/// One feature of a customer, as a statement gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given<'a> {
    /// Not known.
    Missing,
    /// A number: of money minor units, of instants seconds, of conditions 1 or 0.
    Number(f64),
    /// A text.
    Word(&'a str),
}

/// Gives what was learned the features of one customer; a number, or nothing.
pub type Scorer = Arc<dyn Fn(&[Given<'_>]) -> Option<f64> + Send + Sync>;

/// What was learned as of which second, by its hash.
type Known = HashMap<(String, i64), Scorer>;

/// What a connection knows to have been learned.
#[derive(Clone, Default)]
pub struct Scorers(Arc<RwLock<Known>>);

impl fmt::Debug for Scorers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scorers").finish_non_exhaustive()
    }
}

impl Scorers {
    /// Gives a connection the function that lowered statements call: `herald_learned(hash, as_of, features…)`.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn install(&self, conn: &Connection) -> rusqlite::Result<()> {
        let known = self.clone();
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        conn.create_scalar_function("herald_learned", -1, flags, move |call| {
            let scorer = known.get(&call.get::<String>(0)?, call.get(1)?);
            let scorer = scorer.ok_or_else(|| {
                rusqlite::Error::UserFunctionError("this was not learned before it was asked for".into())
            })?;
            let features: Vec<Given<'_>> = (2..call.len()).map(|at| Given::of(call.get_raw(at))).collect();
            Ok(scorer(&features).filter(|x| x.is_finite()))
        })
    }

    fn get(&self, hash: &str, second: i64) -> Option<Scorer> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&(hash.to_owned(), second)).cloned()
    }

    /// Whether something is known as of an instant.
    pub fn has(&self, hash: &str, as_of: Timestamp) -> bool {
        self.get(hash, as_of.as_second()).is_some()
    }

    /// Makes something known as of an instant.
    pub fn learn(&self, hash: &str, as_of: Timestamp, scorer: Scorer) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert((hash.to_owned(), as_of.as_second()), scorer);
    }
}

impl<'a> Given<'a> {
    /// A value as SQLite gives it.
    pub(super) fn of(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Integer(n) => Self::Number(n as f64),
            ValueRef::Real(x) => Self::Number(x),
            ValueRef::Text(_) => value.as_str().map_or(Self::Missing, Self::Word),
            ValueRef::Null | ValueRef::Blob(_) => Self::Missing,
        }
    }
}

impl<'a> Lowering<'a> {
    /// The value of what was learned, for this level's customer.
    pub(super) fn learned(&mut self, frame: &mut Frame<'a>, learned: &Learned) -> Result<String, LowerError> {
        let hash = self.params.bind(Value::Text(learned.hash.clone()));
        let as_of = self.params.bind(Value::Integer(self.target.as_of.as_second()));
        let mut arguments = vec![hash, as_of];
        for feature in &learned.features {
            arguments.push(self.value(frame, &feature.value)?);
        }
        let value = format!("herald_learned({})", arguments.join(", "));
        Ok(match &learned.lesson {
            // A time is learned as seconds from now; whole seconds are how instants are written.
            Lesson::Buying { asks: Asks::When, .. } => {
                let now = self.whole(self.target.as_of.as_second());
                format!("({now} + CAST(round({value}) AS INTEGER))")
            }
            _ => value,
        })
    }
}
