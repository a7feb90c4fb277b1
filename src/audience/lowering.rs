//! The state of one lowering, and what an expression becomes.

use super::encode::Raw;
use super::error::LowerError;
use super::frame::Frame;
use super::statement::{Params, Scan, Statement};
use super::target::Target;

/// A statement in the making.
pub(super) struct Lowering<'a> {
    /// What it is made for.
    pub target: &'a Target<'a>,
    /// Its values.
    pub params: Params,
    /// The relations it reads.
    pub scans: Vec<Scan>,
    /// How many names were given.
    pub names: usize,
}

/// What an expression became.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// SQL that gives the value in the form of its type.
    Value(String),
    /// SQL that gives it as it is stored.
    Stored(Raw),
}

impl Operand {
    /// A value in the form of its type.
    pub fn value(sql: String) -> Self {
        Self::Value(sql)
    }

    /// A value as stored.
    pub fn stored(raw: Raw) -> Self {
        Self::Stored(raw)
    }

    /// The SQL of the value in the form of its type.
    pub fn decoded(self) -> String {
        match self {
            Self::Value(sql) => sql,
            Self::Stored(raw) => raw.decoded(),
        }
    }

    /// The SQL of the value as it is stored, for keys.
    pub fn into_stored(self) -> String {
        match self {
            Self::Value(sql) => sql,
            Self::Stored(raw) => raw.sql,
        }
    }

    /// The stored form, where it is a time that constants can be written like.
    pub fn time(&self) -> Option<&Raw> {
        match self {
            Self::Stored(raw) if raw.is_time() => Some(raw),
            _ => None,
        }
    }
}

impl<'a> Lowering<'a> {
    /// A statement for that target, empty yet.
    pub fn new(target: &'a Target<'a>) -> Self {
        Self { target, params: Params::default(), scans: Vec::new(), names: 0 }
    }

    /// The joins that the level needs, groups among them, as they follow its first `FROM` item.
    pub fn joins(&mut self, frame: &mut Frame<'a>) -> Result<String, LowerError> {
        let mut sql = frame.joins.concat();
        for group in std::mem::take(&mut frame.groups) {
            sql.push_str(&self.group(&group)?);
        }
        Ok(sql)
    }

    /// The finished statement.
    pub fn finish(self, sql: String) -> Statement {
        self.params.finish(sql, self.scans)
    }
}
