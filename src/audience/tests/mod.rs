//! Tests of lowering on real SQLite databases in memory.

mod fixture;
mod generator;
mod naive;
mod property;
