use super::super::table::{How, Scale};
use super::super::{Column, Encoding, Table, Value};
use super::close;

fn one(column: Column) -> Table {
    Table { names: vec!["x".to_owned()], columns: vec![column] }
}

#[test]
fn numbers_are_standardised_and_gaps_stand_at_the_mean() {
    let table = one(Column::Numbers(vec![1.0, 2.0, 3.0, f64::NAN]));
    let encoding = Encoding::fit(&table, true);
    assert_eq!(encoding.columns(), ["x", "x is missing"]);
    let rows = encoding.matrix(&table);
    close(rows.column(0).iter().sum(), 0.0, 1e-12);
    assert_eq!(rows[(3, 0)], 0.0);
    assert!(rows[(3, 1)] > 1.0 && rows[(0, 1)] < 0.0);
    assert_eq!(Encoding::fit(&table, false).columns(), ["x"]);
}

#[test]
fn long_tails_are_taken_by_their_logarithm() {
    let tail: Vec<f64> = (0..100).map(|i| if i < 95 { f64::from(i % 5) } else { 10_000.0 }).collect();
    assert!(Scale::of(&tail).is_some_and(|s| s.log));
    let even: Vec<f64> = (0..100).map(f64::from).collect();
    assert!(Scale::of(&even).is_some_and(|s| !s.log));
    let below: Vec<f64> = tail.iter().map(|x| x - 1.0).collect();
    assert!(Scale::of(&below).is_some_and(|s| !s.log), "the logarithm of debts is none");
}

#[test]
fn words_become_a_column_each_if_they_are_common() {
    let mut words: Vec<Option<std::sync::Arc<str>>> = vec![Some("shoes".into()); 60];
    words.extend(vec![Some("手机".into()); 139]);
    words.push(Some("rare".into()));
    let encoding = Encoding::fit(&one(Column::Words(words)), true);
    assert_eq!(encoding.columns(), ["x = \"手机\"", "x = \"shoes\""]);
    let shoes = encoding.row(&[Value::Word("shoes")]);
    assert!(shoes[1] > 0.0 && shoes[0] < 0.0);
    assert_eq!(encoding.row(&[Value::Word("rare")]), encoding.row(&[Value::Missing]));
}

#[test]
fn what_says_nothing_is_left_out_and_told() {
    let table = Table {
        names: ["same", "nobody", "only known"].map(str::to_owned).to_vec(),
        columns: vec![
            Column::Numbers(vec![3.0; 4]),
            Column::Numbers(vec![f64::NAN; 4]),
            Column::Numbers(vec![1.0, f64::NAN, 1.0, f64::NAN]),
        ],
    };
    let encoding = Encoding::fit(&table, true);
    let told: Vec<_> = encoding.left_out().collect();
    assert_eq!(told, [("same", "is the same for everybody"), ("nobody", "is not known of anybody")]);
    assert!(matches!(encoding.features[2].1, How::Number(_, Some(_))));
}
