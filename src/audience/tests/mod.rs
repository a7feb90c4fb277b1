//! Tests of lowering on real SQLite databases in memory.

mod encodings;
mod fixture;
mod generator;
mod learned;
mod naive;
mod operators;
mod property;
mod statements;
mod windows;
