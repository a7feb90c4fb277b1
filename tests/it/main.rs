//! What a user relies on, tried with the real program, a real SQLite file and real mails.
#![allow(clippy::unwrap_used)] // a test that cannot go on should say so

mod breakage;
mod corpus;
mod fmt;
mod init;
mod journey;
mod mapped;
mod postbox;
mod proof;
mod shell;
mod shop;
mod versions;
