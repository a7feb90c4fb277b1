//! Import: a CSV file into the standard tables of a SQLite database, streaming.
//!
//! The mapping ([`ImportSpec`]) is data. As TOML:
//!
//! ```toml
//! timezone = "Europe/London"            # of times that name none; UTC if not given
//!
//! [[leave_out]]                         # the first reasons to ask about come first
//! reason = "cancelled"
//! cancelled = true
//! tables = ["orders", "purchases"]      # all tables if not given
//! when = { column = "InvoiceNo", starts_with = ["C"] }
//!
//! [table.customers]                     # a table's column = where its value comes from
//! id = "CustomerID"                     # a column,
//! name = ["Name", "Billing Name"]       # the first of several that has a value,
//! email = { text = "{CustomerID}@customer.invalid" }         # text with columns in it,
//! consent_source = { value = "synthetic" }                   # or the same for every line
//! country = { column = "Country", map = { "EIRE" = "IE" } }  # and what is done to it: see FieldSpec
//! ```
//!
//! One line may feed several tables; a table's row may be fed by many lines, and [`spec::Keep`] says which value
//! stays. A line with a value that can't be read, or without one that a table requires, is rejected whole.
//!
//! **The same file again** changes nothing: customers, products and orders are one row an `id`; views, carts and
//! reviews one row a customer, product and instant; order lines one row an order and place in it (`line`, counted
//! over all lines of the order in the file, taken or not), so a corrected export must hold whole orders. Lines
//! without an order are told apart by customer, product, instant, and how many like them came before. A line that
//! has been cancelled since the last import is deleted. What is no longer in the file at all stays.
//!
//! An import is one transaction: it takes effect as a whole or not at all.

mod bind;
mod error;
mod line;
mod reader;
mod report;
mod run;
pub mod spec;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use error::ImportError;
pub use report::{ImportReport, Rejection, TableReport};
pub use run::{ImportProgress, import};
pub use spec::ImportSpec;
