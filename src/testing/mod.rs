//! Floor 8: `test` blocks executed, through the same steps as a run: [`Session::chunk`](crate::run::Session::chunk) decides
//! and the same writer writes, so that a test cannot pass where a run would do something else.
//!
//! [`stand_in`](stand_in::stand_in) makes up the databases that are not there for tests that bring rows along;
//! [`run`] runs all tests, those of one campaign, day and data on one [`Bench`](bench::Bench).

mod bench;
mod evaluate;
mod explain;
mod failing;
mod fixture;
mod one;
mod outcome;
mod scene;
mod snapshot;
mod stand_in;
mod value;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;

pub use outcome::{Difference, Failure, LookedAt, NotAsked, Status, TestResult};
pub use stand_in::stand_in;

use crate::check::Model;
use crate::check::model::Test;
use crate::run::Store;
use bench::{Bench, Obstacle};

/// What tests are run with.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The instant of tests that name no day.
    pub now: Timestamp,
    /// Where results of work are kept.
    pub store: &'a Store,
    /// Whether messages are kept as they are now, instead of compared with what was kept.
    pub update: bool,
}

/// Tests that share a bench: their campaign, their day, and for a test with rows of its own its place.
type Group<'m> = (&'m str, Timestamp, Option<usize>);

/// Runs every test of a model, side by side. The results are in the order of the tests, and do not depend on how many run at
/// once.
pub fn run(model: &Model, order: Order<'_>) -> Vec<TestResult> {
    let mut groups: BTreeMap<Group<'_>, Vec<usize>> = BTreeMap::new();
    for (index, test) in model.tests.iter().enumerate() {
        let day = test.as_of.unwrap_or(order.now);
        groups.entry((&test.campaign, day, test.rows.as_ref().map(|_| index))).or_default().push(index);
    }
    let mut results: Vec<(usize, TestResult)> = groups
        .into_par_iter()
        .flat_map_iter(|(group, tests)| run_group(model, group, &tests, order))
        .collect();
    results.sort_by_key(|r| r.0);
    results.into_iter().map(|r| r.1).collect()
}

fn run_group(
    model: &Model,
    (campaign, day, _): Group<'_>,
    tests: &[usize],
    order: Order<'_>,
) -> Vec<(usize, TestResult)> {
    let of = |index: usize| -> &Test { &model.tests[index] };
    let rows = tests.first().and_then(|&index| of(index).rows.as_deref());
    let bench = Bench::open(model, campaign, rows, day, order.store);
    let result = |index: usize| match &bench {
        Ok(bench) => one::run(bench, of(index), order.update),
        Err(Obstacle::NotYet(reason)) => TestResult::skipped(of(index), reason.clone()),
        Err(Obstacle::Broken(reason)) => TestResult::broken(of(index), reason),
    };
    tests.iter().map(|&index| (index, result(index))).collect()
}
