use ndarray::Array2;

use super::super::logistic::Logistic;
use super::super::measures::{auc, brier, by_group, deciles};
use super::super::{Classifier, Column, Examples, LearnError, Table, Value};
use super::{Rng, close, on_threads};

/// 1,000 rows of three numbers, of which two matter.
fn rows() -> (Array2<f64>, Vec<bool>) {
    let mut rng = Rng(11);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..1000 {
        let row: Vec<f64> = (0..3).map(|_| rng.normal()).collect();
        let z = 0.8 * row[0] - 0.5 * row[1] - 0.7;
        labels.push(rng.uniform() < 1.0 / (1.0 + (-z).exp()));
        values.extend(row);
    }
    (Array2::from_shape_vec((1000, 3), values).unwrap(), labels)
}

#[test]
fn weights_and_measures_are_scikit_learns() {
    let (x, y) = rows();
    // LogisticRegression(C=…, tol=1e-12): intercept_, coef_, roc_auc_score, brier_score_loss
    let theirs = [
        (0.01, -0.667_998, [0.533_375, -0.325_496, 0.033_405], 0.748_264, 0.194_341),
        (1.0, -0.761_596, [0.868_146, -0.519_960, 0.057_632], 0.748_173, 0.189_496),
    ];
    for (c, intercept, weights, ranked, off) in theirs {
        let fit = Logistic::start(&y, 3).fitted(x.view(), &y, c);
        close(fit.intercept, intercept, 1e-4);
        for (ours, theirs) in fit.weights.iter().zip(weights) {
            close(*ours, theirs, 1e-4);
        }
        let chance: Vec<f64> =
            x.rows().into_iter().map(|r| super::super::logistic::sigmoid(fit.score(r))).collect();
        close(auc(&chance, &y).unwrap(), ranked, 1e-5);
        close(brier(&chance, &y), off, 1e-5);
    }
}

#[test]
fn ties_count_half() {
    let labels = [true, false, true, false, true, false];
    // roc_auc_score([1,0,1,0,1,0], [.9,.9,.5,.5,.4,.1])
    close(auc(&[0.9, 0.9, 0.5, 0.5, 0.4, 0.1], &labels).unwrap(), 0.555_556, 1e-6);
    assert_eq!(auc(&[0.1, 0.2], &[true, true]), None);
}

fn table(x: &Array2<f64>) -> Table {
    let names = ["a", "b", "noise"].map(str::to_owned).to_vec();
    Table { names, columns: x.columns().into_iter().map(|c| Column::Numbers(c.to_vec())).collect() }
}

fn people(n: u64) -> Vec<u64> {
    (0..n).collect()
}

#[test]
fn a_model_tells_of_people_it_has_not_seen_what_comes_true() {
    let (x, y) = rows();
    let (features, people) = (table(&x), people(1000));
    let [trained, again] = on_threads(|| {
        Classifier::train(Examples { features: &features, labels: &y, people: &people }).unwrap()
    });
    assert_eq!(trained, again);
    let found = &trained.evaluation;
    // cross_val_predict(LogisticRegression(), cv=5): 0.7445; other folds give other last digits.
    close(found.auc, 0.7445, 5e-3);
    assert!(found.brier < found.brier_of_rate - 0.03, "{found:?}");
    assert_eq!(found.strongest.iter().map(|s| s.0.as_str()).collect::<Vec<_>>(), ["a", "b", "noise"]);
    assert!(found.strongest[0].1 > 0.0 && found.strongest[1].1 < 0.0);
    // Calibrated: what is said to a tenth of the people is what comes true for them, as far as 100 can tell.
    for decile in &found.deciles {
        close(decile.predicted, decile.observed, 0.13);
    }
    assert!(found.deciles[0].lift > 1.8 && found.deciles[9].lift < 0.5);
    let high = trained.classifier.probability(&[Value::Number(2.0), Value::Number(-2.0), Value::Number(0.0)]);
    let low = trained.classifier.probability(&[Value::Number(-2.0), Value::Number(2.0), Value::Number(0.0)]);
    assert!(high > 0.7 && low < 0.15, "{high} {low}");
}

#[test]
fn that_something_is_not_known_can_say_something() {
    let mut rng = Rng(4);
    let labels: Vec<bool> = (0..400).map(|_| rng.uniform() < 0.5).collect();
    // Known of those for whom it does not come true, mostly; the value itself says nothing.
    let values = labels.iter().map(|y| if *y == (rng.uniform() < 0.9) { f64::NAN } else { rng.normal() });
    let features = Table { names: vec!["x".to_owned()], columns: vec![Column::Numbers(values.collect())] };
    let people = people(400);
    let trained =
        Classifier::train(Examples { features: &features, labels: &labels, people: &people }).unwrap();
    assert!(trained.evaluation.auc > 0.8);
    assert_eq!(trained.evaluation.strongest[0].0, "x is missing");
    let [missing, known] = [Value::Missing, Value::Number(0.3)].map(|v| trained.classifier.probability(&[v]));
    assert!(missing > 0.8 && known < 0.2, "{missing} {known}");
}

#[test]
fn noise_is_worth_the_base_rate() {
    let mut rng = Rng(9);
    let labels: Vec<bool> = (0..500).map(|_| rng.uniform() < 0.2).collect();
    let values = (0..500).map(|_| rng.normal()).collect();
    let features = Table { names: vec!["x".to_owned()], columns: vec![Column::Numbers(values)] };
    let people = people(500);
    let trained =
        Classifier::train(Examples { features: &features, labels: &labels, people: &people }).unwrap();
    for x in [-3.0, 0.0, 3.0] {
        close(trained.classifier.probability(&[Value::Number(x)]), trained.evaluation.rate, 0.06);
    }
}

#[test]
fn what_the_features_tell_exactly_stays_a_probability() {
    let values: Vec<f64> = (0..200).map(f64::from).collect();
    let labels: Vec<bool> = values.iter().map(|x| *x >= 100.0).collect();
    let features = Table { names: vec!["x".to_owned()], columns: vec![Column::Numbers(values)] };
    let people = people(200);
    let trained =
        Classifier::train(Examples { features: &features, labels: &labels, people: &people }).unwrap();
    assert!(trained.evaluation.auc > 0.99);
    for x in [-1e6, 0.0, 100.0, 1e6] {
        let p = trained.classifier.probability(&[Value::Number(x)]);
        assert!((0.0..=1.0).contains(&p));
    }
}

#[test]
fn what_teaches_nothing_is_an_error() {
    let train = |column: Column, labels: &[bool]| {
        let features = Table { names: vec!["x".to_owned()], columns: vec![column] };
        let people = people(labels.len() as u64);
        Classifier::train(Examples { features: &features, labels, people: &people }).unwrap_err()
    };
    let differ = || Column::Numbers((0..100).map(f64::from).collect());
    assert_eq!(train(differ(), &[true; 100]), LearnError::OneAnswer { examples: 100, yes: true });
    let mut few = [false; 100];
    few[..5].fill(true);
    assert_eq!(train(differ(), &few), LearnError::TooFew { yes: 5, no: 95, fewest: 20 });
    let mut half = [false; 100];
    half[..50].fill(true);
    assert_eq!(train(Column::Numbers(vec![7.0; 100]), &half), LearnError::NoFeature);
    assert_eq!(train(Column::Numbers(vec![f64::NAN; 100]), &half), LearnError::NoFeature);
    assert_eq!(train(Column::Words(vec![Some("a".into()); 100]), &half), LearnError::NoFeature);
}

#[test]
fn groups_are_measured_one_by_one() {
    let groups: Vec<Option<String>> =
        [Some("f"), Some("f"), Some("m"), Some("m"), None].map(|g| g.map(str::to_owned)).to_vec();
    let found = by_group(&[0.9, 0.2, 0.6, 0.4, 0.5], &[true, false, false, true, true], &groups);
    let told: Vec<_> = found.iter().map(|g| (g.group.as_deref(), g.people, g.observed, g.auc)).collect();
    assert_eq!(told, [(Some("f"), 2, 0.5, Some(1.0)), (Some("m"), 2, 0.5, Some(0.0)), (None, 1, 1.0, None)]);
    assert_eq!(found[1].chosen, 0.5);
}

#[test]
fn tenths_begin_with_the_most_probable() {
    let probabilities: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
    let labels: Vec<bool> = (0..100).map(|i| i >= 90).collect();
    let found = deciles(&probabilities, &labels);
    assert_eq!((found[0].people, found[0].observed, found[0].lift), (10, 1.0, 10.0));
    assert_eq!(found[1].lift, 0.0);
}
