//! What a user relies on, tried with the real program, a real SQLite file and real mails.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should say so

mod breakage;
mod browser;
mod corpus;
mod editor;
mod factorised;
mod fmt;
mod http;
mod init;
mod journey;
mod learned;
mod lint;
mod lsp;
mod mapped;
mod methods;
mod neovim;
mod postbox;
mod proof;
mod recommending;
mod review;
mod shell;
mod shop;
mod testing;
mod versions;
mod watch;
