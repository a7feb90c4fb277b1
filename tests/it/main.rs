//! What a user relies on, tried with the real program, a real SQLite file and real mails.

mod breakage;
mod journey;
mod shop;
