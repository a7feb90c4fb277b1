//! How good probabilities are: whether they rank people rightly, and whether they are what they say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The chance that somebody for whom it came true has the higher score than somebody for whom it did not; ties count
/// half. None where all are alike.
pub fn auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut ranks, mut at) = (0.0, 0);
    while at < order.len() {
        let mut end = at + 1;
        while end < order.len() && scores[order[end]] == scores[order[at]] {
            end += 1;
        }
        let middle = (at + end + 1) as f64 / 2.0;
        ranks += middle * order[at..end].iter().filter(|i| labels[**i]).count() as f64;
        at = end;
    }
    let yes = labels.iter().filter(|y| **y).count() as f64;
    let no = labels.len() as f64 - yes;
    (yes > 0.0 && no > 0.0).then(|| (ranks - yes * (yes + 1.0) / 2.0) / (yes * no))
}

/// The mean of the squares of what the probabilities were off by.
pub fn brier(probabilities: &[f64], labels: &[bool]) -> f64 {
    let off = |(p, y): (&f64, &bool)| (p - f64::from(u8::from(*y))).powi(2);
    probabilities.iter().zip(labels).map(off).sum::<f64>() / labels.len().max(1) as f64
}

/// A tenth of the people, by their probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// How many.
    pub people: usize,
    /// Their mean probability.
    pub predicted: f64,
    /// The share for whom it came true.
    pub observed: f64,
    /// That share, as a multiple of everybody's.
    pub lift: f64,
}

/// The people in ten parts of one size, the most probable first; people of one probability in the order they came in.
pub fn deciles(probabilities: &[f64], labels: &[bool]) -> Vec<Decile> {
    let n = labels.len();
    let base = labels.iter().filter(|y| **y).count() as f64 / n.max(1) as f64;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    (0..10)
        .filter_map(|part| {
            let part = &order[part * n / 10..(part + 1) * n / 10];
            let people = part.len();
            let predicted = part.iter().map(|i| probabilities[*i]).sum::<f64>() / people as f64;
            let observed = part.iter().filter(|i| labels[**i]).count() as f64 / people as f64;
            (people > 0).then_some(Decile { people, predicted, observed, lift: observed / base })
        })
        .collect()
}

/// What a model does for the people of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupMeasure {
    /// The group's value; none for those of whom it is not known.
    pub group: Option<String>,
    /// How many.
    pub people: usize,
    /// The share for whom it came true.
    pub observed: f64,
    /// Their mean probability.
    pub predicted: f64,
    /// The share whose probability is over a half.
    pub chosen: f64,
    /// How well they are ranked among themselves; none where all are alike.
    pub auc: Option<f64>,
}

/// The same measures for each group, in the order of the groups' names; those without one last.
pub fn by_group(probabilities: &[f64], labels: &[bool], groups: &[Option<String>]) -> Vec<GroupMeasure> {
    let mut rows_of: BTreeMap<(bool, &Option<String>), Vec<usize>> = BTreeMap::new();
    for (row, group) in groups.iter().enumerate() {
        rows_of.entry((group.is_none(), group)).or_default().push(row);
    }
    let of = |((_, name), rows): ((bool, &Option<String>), Vec<usize>)| {
        let scores: Vec<f64> = rows.iter().map(|i| probabilities[*i]).collect();
        let truth: Vec<bool> = rows.iter().map(|i| labels[*i]).collect();
        let people = rows.len();
        let share = |count: usize| count as f64 / people as f64;
        GroupMeasure {
            group: name.clone(),
            people,
            observed: share(truth.iter().filter(|y| **y).count()),
            predicted: scores.iter().sum::<f64>() / people as f64,
            chosen: share(scores.iter().filter(|p| **p > 0.5).count()),
            auc: auc(&scores, &truth),
        }
    };
    rows_of.into_iter().map(of).collect()
}
