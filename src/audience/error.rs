//! What can go wrong on the way from an expression to rows.

use crate::check::typed::Row;

/// Why an expression has no SQL. The checker and the plan prevent all of these; they are values so that a mistake there
/// is told and not guessed around.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LowerError {
    /// A reference that the plan puts an expression for, or a value that no SQL can give.
    #[error("`{0}` can't be computed by SQL: it should have been replaced before")]
    Unsupported(String),
    /// No relation of that name in the source.
    #[error("the source has no relation `{0}`")]
    NoRelation(String),
    /// The relation has no column of that name.
    #[error("the relation `{0}` has no column `{1}`")]
    NoColumn(String, String),
    /// A window over a relation that has no `at`.
    #[error("the relation `{0}` has no `at`, so it has no windows and no latest row")]
    NoTime(String),
    /// A column of a row that there is none of in this place.
    #[error("there is no {} here", match .0 {
        Row::Customer | Row::ThisCustomer => "customer",
        Row::Product | Row::ThisProduct => "product",
        Row::This => "row of a relation",
    })]
    NoRow(Row),
    /// An aggregate that needs a column and has none.
    #[error("this aggregate of `{0}` needs a column")]
    NoValue(String),
    /// A function that is not in the table.
    #[error("there is no function `{0}` of so many arguments")]
    NoFunction(String),
    /// An instant beyond the years that SQLite and the calendar can say.
    #[error("this point in time is beyond what can be computed")]
    Time,
}

/// Why a statement gave no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// What SQLite said.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A statement for a chunk of customers was run without one.
    #[error("this statement is for a chunk of customers, and was given none")]
    NoChunk,
    /// A stored value that is not of its column's type.
    #[error("`{column}` holds {found}, which is not {expected}")]
    Value {
        /// The column of the result.
        column: String,
        /// What was there.
        found: String,
        /// What its type calls for.
        expected: &'static str,
    },
}
