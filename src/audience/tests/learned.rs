//! What was learned, asked for in statements, and the days that models count.

use std::sync::Arc;

use super::fixture::{Data, Record, Val, database, schema};
use crate::audience::{Cell, Given, Scorers, Target, attributes, customer_values, run, segment};
use crate::check::lesson::{Feature, Learned, Lesson};
use crate::check::typed::{Aggregate, Aggregation, Compare, Expr, Link, Literal, Op, Row, Type, Window};
use crate::data::Key;

const AS_OF: &str = "2026-11-30T12:00:00Z";

fn days(window: Option<Window>) -> Expr {
    let aggregate = Aggregate {
        function: Aggregation::Days,
        relation: "views".to_owned(),
        link: Link::Customer,
        column: Some(Expr::column(Row::This, "at", Type::Instant)),
        filter: None,
        window,
    };
    Expr::new(Op::Aggregate(Box::new(aggregate)), Type::Number)
}

fn learned() -> Expr {
    let feature = |value: Expr| Feature { name: String::new(), value };
    let features = vec![feature(days(None)), feature(Expr::column(Row::Customer, "country", Type::Text))];
    let learned = Learned { name: "x".to_owned(), hash: "abc".to_owned(), features, lesson: Lesson::Fifth };
    Expr::new(Op::Learned(Box::new(learned)), Type::Number)
}

/// Three customers: of two days, of one day, and of no view and no country.
fn data() -> Data {
    let customer = |id: f64, country: Val| {
        let unknown = ["birthday", "joined_at", "consent", "score"].map(|name| (name, Val::Missing));
        let mut record = Record::from(unknown);
        record.extend([("id", Val::Number(id)), ("country", country)]);
        record
    };
    let cn = || Val::Text("CN".to_owned());
    let view = |customer: f64, at: &str| {
        let at: jiff::Timestamp = at.parse().unwrap();
        Record::from([
            ("customer", Val::Number(customer)),
            ("product", Val::Number(1.0)),
            ("at", Val::Number(at.as_second() as f64)),
        ])
    };
    Data {
        tables: [
            ("customers", vec![customer(1.0, cn()), customer(2.0, cn()), customer(3.0, Val::Missing)]),
            (
                "views",
                vec![
                    // Midnight is the shop's.
                    view(1.0, "2026-11-20T03:00:00Z"),
                    view(1.0, "2026-11-20T15:00:00Z"),
                    view(1.0, "2026-11-20T20:00:00Z"),
                    view(2.0, "2026-11-28T03:00:00Z"),
                    view(2.0, "2026-12-20T03:00:00Z"),
                ],
            ),
        ]
        .into(),
    }
}

#[test]
fn days_are_counted_by_the_shops_calendar() {
    let (schema, data) = (schema(), data());
    let conn = database(&schema, &data, false);
    let target = Target::new(&schema, AS_OF.parse().unwrap());
    let week = Some(Window::Last(7 * 86_400));
    let columns = [("all".to_owned(), days(None)), ("week".to_owned(), days(week))];
    let statement = attributes(&target, &columns).unwrap().for_chunk(&[1, 2, 3].map(Key::Int));
    let rows = run::table(&conn, &statement, &[Type::Number; 2]).unwrap();
    let cells: Vec<Vec<Cell>> = rows.into_iter().map(|r| r.1).collect();
    let whole = |a, b| vec![Cell::Whole(a), Cell::Whole(b)];
    assert_eq!(cells, [whole(2, 0), whole(1, 1), whole(0, 0)]);
}

#[test]
fn a_statement_values_each_customer_by_what_was_learned_as_of_its_instant() {
    let (schema, data) = (schema(), data());
    let conn = database(&schema, &data, false);
    let scorers = Scorers::default();
    scorers.install(&conn).unwrap();
    let as_of: jiff::Timestamp = AS_OF.parse().unwrap();
    let target = Target::new(&schema, as_of);
    let two = Expr::new(Op::Literal(Literal::Whole(2)), Type::Number);
    let wanted = Expr::new(Op::Compare(Compare::Ge, Box::new(learned()), Box::new(two)), Type::YesNo);
    let statement = segment(&target, &wanted).unwrap();
    assert!(run::select(&conn, &statement).is_err(), "what was not learned has no value");
    // Days, of those whose country is known.
    scorers.learn(
        "abc",
        as_of,
        Arc::new(|given: &[Given<'_>]| match given {
            [Given::Number(days), Given::Word(_)] => Some(*days),
            _ => None,
        }),
    );
    assert_eq!(run::select(&conn, &statement).unwrap(), [Key::Int(1)]);
    let everybody = Expr::new(Op::Literal(Literal::YesNo(true)), Type::YesNo);
    let statement = customer_values(&target, &everybody, &[("x".to_owned(), learned())]).unwrap();
    let mut found = Vec::new();
    run::given(&conn, &statement, 1, |id, given| found.push((id, given[0] == Given::Missing))).unwrap();
    assert_eq!(found, [(Key::Int(1), false), (Key::Int(2), false), (Key::Int(3), true)]);
}
