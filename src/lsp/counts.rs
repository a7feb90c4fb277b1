//! How many customers a segment has today, for hover: asked of the shop with a limit, and kept until the data or the
//! segment changes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::analysis::Analysis;
use crate::check::model::{Segment, Source};
use crate::check::typed::{Expr, Type};
use crate::data::Fingerprint;
use crate::deliver::state::state_path;
use crate::plan::Inliner;
use crate::run::shop::Shop;

/// Gives the instant to count as of: the command line's, or now.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// How long somebody who hovers waits.
const LIMIT: Duration = Duration::from_secs(1);

/// How many counts are kept.
const KEPT: usize = 1000;

/// The condition, the database's fingerprint and the hour; the same three give the same count.
type Asked = (String, PathBuf, String, i64);

/// Counts that were taken.
pub struct Counts {
    clock: Clock,
    known: Mutex<HashMap<Asked, String>>,
}

impl Counts {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, known: Mutex::default() }
    }

    /// What there is to say about a segment's size, in a sentence.
    pub fn of(&self, analysis: &Analysis, segment: &Segment, project: &Path) -> Option<String> {
        let model = &analysis.checked.model;
        let source = model.sources.get(&segment.source)?;
        let mut inliner = Inliner::new(model);
        let condition = inliner.expr(&segment.condition);
        if !inliner.later.is_empty() {
            let needs: Vec<String> = inliner.later.into_iter().collect();
            return Some(format!("Cannot be counted yet: it needs {}.", needs.join(" and ")));
        }
        if !source.schema.known {
            return Some("Cannot be counted: the database is not there.".to_owned());
        }
        if !is_sound(&condition) {
            return None;
        }
        let as_of = (self.clock)();
        let print = Fingerprint::of(&source.schema.database).ok()?.to_hex();
        let asked: Asked =
            (format!("{condition:?}"), source.schema.database.clone(), print, as_of.as_second() / 3600);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&asked).cloned();
        if known.is_some() {
            return known;
        }
        let told = count(source, condition, as_of, project)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(asked, told.clone());
        Some(told)
    }
}

/// Whether the condition has no hole that a reported mistake left.
fn is_sound(condition: &Expr) -> bool {
    let mut sound = true;
    condition.walk(&mut |e| sound &= e.ty != Type::Unknown);
    sound
}

/// Counts on a thread that is stopped when the time is up.
fn count(source: &Source, condition: Expr, as_of: Timestamp, project: &Path) -> Option<String> {
    let schema = Arc::clone(&source.schema);
    let zone = schema.timezone.clone();
    let state = state_path(project);
    let (send, receive) = mpsc::channel();
    let (lend, handle) = mpsc::channel();
    thread::spawn(move || {
        let shop = Shop::open(schema, as_of, state.exists().then_some(state.as_path()));
        let counted = match shop {
            // Nobody waits any more if the database took so long to open.
            Ok(shop) if lend.send(shop.interrupter()).is_err() => {
                drop(shop);
                return;
            }
            Ok(shop) => shop.count(&condition).and_then(|some| Ok((some, shop.count_customers()?))),
            Err(error) => Err(error),
        };
        let _ = send.send(counted);
    });
    match receive.recv_timeout(LIMIT) {
        Ok(Ok((some, all))) => {
            let day = as_of.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string();
            let share = if all == 0 { 0.0 } else { some as f64 * 100.0 / all as f64 };
            Some(format!("**{some}** of {all} customers ({share:.1} %), as of {day}"))
        }
        Ok(Err(error)) => Some(format!("Could not be counted: {error}.")),
        Err(_) => {
            if let Ok(interrupter) = handle.try_recv() {
                interrupter.interrupt();
            }
            Some("Counting takes longer than a second: `herald segment` counts it.".to_owned())
        }
    }
}
