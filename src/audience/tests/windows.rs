//! The edges of windows, and that nothing at or after `as_of` exists.

use jiff::Timestamp;

use super::fixture::{Data, Record, Val, database, schema};
use super::naive::moved;
use crate::audience::{Cell, Target, attributes, run};
use crate::check::typed::{Aggregate, Aggregation, Expr, Link, Op, Type, Window};
use crate::data::Key;

const DAY: i64 = 86_400;

/// How many of the rows at these distances from `as_of` (in seconds) a window sees, for each encoding of `at`.
fn seen(as_of: Timestamp, window: Option<&Window>, distances: &[i64]) -> Vec<i64> {
    let schema = schema();
    let event = |seconds: &i64| {
        Record::from([
            ("customer", Val::Number(1.0)),
            ("product", Val::Missing),
            ("order", Val::Number(*seconds as f64)),
            ("quantity", Val::Number(1.0)),
            ("price", Val::Missing),
            ("at", Val::Number(moved(as_of, *seconds).as_second() as f64)),
        ])
    };
    let rows: Vec<_> = distances.iter().map(event).collect();
    let customer = ["country", "birthday", "joined_at", "consent", "score"].map(|c| (c, Val::Missing));
    let customer: Record = customer.into_iter().chain([("id", Val::Number(1.0))]).collect();
    let tables = [
        ("customers", vec![customer]),
        ("purchases", rows.clone()),
        ("views", rows.clone()),
        ("sends", rows),
    ];
    let data = Data { tables: tables.into() };
    let conn = database(&schema, &data, false);
    let target = Target::new(&schema, as_of).with_records(true);
    let list = ["purchases", "orders", "views", "sends"].map(|relation| {
        let aggregate = Aggregate {
            function: Aggregation::Count,
            relation: relation.to_owned(),
            link: Link::Customer,
            column: None,
            filter: None,
            window: window.cloned(),
        };
        (relation.to_owned(), Expr::new(Op::Aggregate(Box::new(aggregate)), Type::Number))
    });
    let statement = attributes(&target, &list).unwrap().for_chunk(&[Key::Int(1)]);
    let cells = run::table(&conn, &statement, &[Type::Number; 4]).unwrap().remove(0).1;
    cells.iter().map(|c| if let Cell::Whole(n) = c { *n } else { -1 }).collect()
}

fn on_the_minute() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().unwrap()
}

#[test]
fn in_last_has_its_beginning_and_not_its_end() {
    let window = Window::Last(30 * DAY);
    let at = |seconds| seen(on_the_minute(), Some(&window), &[seconds]);
    assert_eq!(at(0), [0; 4]);
    assert_eq!(at(-60), [1; 4]);
    assert_eq!(at(-30 * DAY), [1; 4]);
    assert_eq!(at(-30 * DAY - 60), [0; 4]);
}

#[test]
fn an_instant_between_two_minutes_cuts_between_them() {
    // 30.5 seconds past the minute: a layout without seconds can't write it.
    let as_of: Timestamp = "2026-11-30T12:00:30.5Z".parse().unwrap();
    let window = Window::Last(DAY);
    let at = |seconds| seen(as_of, Some(&window), &[seconds])[0];
    assert_eq!((at(-30), at(30)), (1, 0));
    assert_eq!((at(-DAY + 30), at(-DAY - 30)), (1, 0));
}

#[test]
fn without_a_window_the_future_does_not_exist_either() {
    assert_eq!(seen(on_the_minute(), None, &[-400 * DAY, -60, 0, 60]), [2; 4]);
}

#[test]
fn in_next_begins_at_as_of() {
    let window = Window::Next(7 * DAY);
    assert_eq!(seen(on_the_minute(), Some(&window), &[-60, 0, 7 * DAY - 60, 7 * DAY]), [2; 4]);
}

#[test]
fn since_has_its_instant_and_before_has_not() {
    let then = moved(on_the_minute(), -DAY);
    let rows = [-DAY - 60, -DAY, -60, 0];
    assert_eq!(seen(on_the_minute(), Some(&Window::Since(then)), &rows), [2; 4]);
    assert_eq!(seen(on_the_minute(), Some(&Window::Before(then)), &rows), [1; 4]);
    let later = moved(on_the_minute(), DAY);
    assert_eq!(seen(on_the_minute(), Some(&Window::Before(later)), &rows), [3; 4]);
}
