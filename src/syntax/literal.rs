//! Texts, numbers, money, durations, dates and times.

mod figure;
mod text;

pub(super) use figure::{clock, date, number, price};
pub(super) use text::{common_indent, text};
