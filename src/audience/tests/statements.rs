//! The shapes of statements: what drives them, signals, chunks, plans and advice.

use super::fixture::{Data, Record, Val, compare, database, schema, text, whole};
use crate::audience::{
    Dependence, Indexes, RunError, Target, Whose, attributes, dependence, events, explain_query_plan,
    index_advice, pairs, products, run, segment,
};
use crate::check::typed::{Aggregate, Aggregation, Compare, Expr, Link, Op, Row, Type, Window};
use crate::data::Key;

const DAY: i64 = 86_400;
const NOW: i64 = 1_774_747_800;

fn as_of() -> jiff::Timestamp {
    jiff::Timestamp::from_second(NOW).unwrap()
}

fn aggregate(function: Aggregation, relation: &str, link: Link, days: i64) -> Expr {
    let window = Some(Window::Last(days * DAY));
    let ty = if function == Aggregation::Any { Type::YesNo } else { Type::Number };
    let relation = relation.to_owned();
    let a = Aggregate { function, relation, link, column: None, filter: None, window };
    Expr::new(Op::Aggregate(Box::new(a)), ty)
}

fn and(list: Vec<Expr>) -> Expr {
    Expr::new(Op::And(list), Type::YesNo)
}

fn event(customer: i64, product: i64, days: i64) -> Record {
    Record::from([
        ("customer", Val::Number(customer as f64)),
        ("product", Val::Number(product as f64)),
        ("order", Val::Number(days as f64)),
        ("quantity", Val::Number(2.0)),
        ("price", Val::Number(100.0)),
        ("at", Val::Number((NOW - days * DAY) as f64)),
    ])
}

fn data() -> Data {
    let customer = |id: i64| -> Record {
        let unknown = ["birthday", "joined_at", "consent", "score"].map(|c| (c, Val::Missing));
        let country = ("country", Val::Text("CN".to_owned()));
        unknown.into_iter().chain([("id", Val::Number(id as f64)), country]).collect()
    };
    let product = |id: i64| -> Record {
        let unknown = ["category", "price", "cost", "active", "released_at"].map(|c| (c, Val::Missing));
        let known = [("id", Val::Number(id as f64)), ("stock", Val::Number((id - 1) as f64))];
        unknown.into_iter().chain(known).collect()
    };
    Data {
        tables: [
            ("customers", (1..=4).map(customer).collect()),
            ("products", (1..=3).map(product).collect()),
            ("purchases", vec![event(2, 3, 5), event(1, 2, 5), event(1, 2, 300), event(3, 1, 5)]),
            ("views", vec![event(1, 1, 1), event(1, 2, 2), event(2, 1, 3), event(9, 1, 1)]),
            ("sends", vec![event(1, 1, 1)]),
        ]
        .into(),
    }
}

#[test]
fn the_shortest_window_makes_the_candidates_and_the_rest_is_asked_of_them() {
    let schema = schema();
    let conn = database(&schema, &data(), true);
    let views = compare(Compare::Ge, aggregate(Aggregation::Count, "views", Link::Customer, 30), whole(2));
    let bought = aggregate(Aggregation::Any, "purchases", Link::Customer, 365);
    let condition = and(vec![bought, views]);
    let target = Target::new(&schema, as_of());
    let scans = segment(&target, &condition).unwrap();
    assert!(
        scans.sql.starts_with("WITH s1(id) AS MATERIALIZED (SELECT r1.\"c\" FROM main.\"views\""),
        "{}",
        scans.sql
    );
    assert!(scans.sql.contains("IN s1") && scans.sql.contains("IN s2"), "{}", scans.sql);
    let indexed = target.clone().with_indexes(Indexes::read(&conn, &schema, false).unwrap());
    let lookups = segment(&indexed, &condition).unwrap();
    assert!(lookups.sql.contains("EXISTS (SELECT 1 FROM main.\"lines\""), "{}", lookups.sql);
    for statement in [scans, lookups] {
        assert_eq!(run::select(&conn, &statement).unwrap(), [Key::Int(1)]);
    }
}

#[test]
fn customers_without_rows_are_in_a_segment_that_asks_for_none() {
    let schema = schema();
    let conn = database(&schema, &data(), false);
    let target = Target::new(&schema, as_of());
    let none =
        Expr::new(Op::Not(Box::new(aggregate(Aggregation::Any, "views", Link::Customer, 30))), Type::YesNo);
    assert_eq!(run::select(&conn, &segment(&target, &none).unwrap()).unwrap(), [Key::Int(3), Key::Int(4)]);
}

#[test]
fn records_that_are_not_attached_are_empty() {
    let schema = schema();
    let conn = database(&schema, &data(), false);
    let mailed = compare(Compare::Eq, aggregate(Aggregation::Count, "sends", Link::Customer, 30), whole(1));
    let of = |records| {
        let target = Target::new(&schema, as_of()).with_records(records);
        run::select(&conn, &segment(&target, &mailed).unwrap()).unwrap()
    };
    assert_eq!(of(true), [Key::Int(1)]);
    assert!(of(false).is_empty());
    let latest = Aggregate {
        function: Aggregation::Latest,
        relation: "sends".to_owned(),
        link: Link::Customer,
        column: Some(Expr::column(Row::This, "customer", Type::Id)),
        filter: None,
        window: None,
    };
    let latest = [("l".to_owned(), Expr::new(Op::Aggregate(Box::new(latest)), Type::Id))];
    let statement = attributes(&Target::new(&schema, as_of()), &latest).unwrap();
    assert_eq!(run::table(&conn, &statement.for_chunk(&[Key::Int(1)]), &[Type::Id]).unwrap().len(), 1);
}

#[test]
fn pairs_with_rows_of_both_come_from_these_rows_alone() {
    let schema = schema();
    let conn = database(&schema, &data(), false);
    let target = Target::new(&schema, as_of());
    let sold_out = compare(Compare::Eq, Expr::column(Row::Product, "stock", Type::Number), whole(0));
    let bought = aggregate(Aggregation::Any, "purchases", Link::CustomerAndProduct, 90);
    let either = Expr::new(Op::Or(vec![sold_out, bought.clone()]), Type::YesNo);
    let chunk = [Key::Int(1), Key::Int(2)];
    let found = |condition: &Expr| {
        let statement = pairs(&target, condition).unwrap().for_chunk(&chunk);
        run::pairs(&conn, &statement).unwrap()
    };
    let pair = |c, p| (Key::Int(c), Key::Int(p));
    assert_eq!(found(&bought), [pair(1, 2), pair(2, 3)]);
    assert_eq!(found(&either), [pair(1, 1), pair(1, 2), pair(2, 1), pair(2, 3)]);
}

#[test]
fn what_a_condition_depends_on_is_told() {
    let of = |c, p| Dependence { customer: c, product: p };
    let stock = Expr::column(Row::Product, "stock", Type::Number);
    assert_eq!(dependence(&stock), of(false, true));
    assert_eq!(dependence(&text("x")), of(false, false));
    assert_eq!(dependence(&aggregate(Aggregation::Any, "views", Link::Customer, 3)), of(true, false));
    assert_eq!(dependence(&aggregate(Aggregation::Any, "views", Link::Product, 3)), of(false, true));
    assert_eq!(
        dependence(&aggregate(Aggregation::Any, "views", Link::CustomerAndProduct, 3)),
        of(true, true)
    );
}

#[test]
fn signals_come_in_order_with_their_age() {
    let schema = schema();
    let conn = database(&schema, &data(), false);
    let target = Target::new(&schema, as_of());
    let read = |statement| {
        let mut found = Vec::new();
        run::events(&conn, &statement, |e| found.push((e.customer, e.product, e.seconds / DAY, e.value)))
            .unwrap();
        found
    };
    let window = Window::Last(90 * DAY);
    let bought = events(&target, "purchases", None, Some(&window), Whose::All, None).unwrap();
    let row = |c, p, days, q| (Key::Int(c), Key::Int(p), days, q);
    assert_eq!(read(bought), [row(1, 2, 5, 2.0), row(2, 3, 5, 2.0), row(3, 1, 5, 2.0)]);
    let viewed = events(&target, "views", None, None, Whose::Chunk, None).unwrap();
    assert!(matches!(run::events(&conn, &viewed, |_| {}), Err(RunError::NoChunk)));
    assert_eq!(read(viewed.for_chunk(&[Key::Int(1)])), [row(1, 2, 2, 1.0), row(1, 1, 1, 1.0)]);
}

#[test]
fn ids_of_text_are_customers_like_any_other() {
    let schema = schema();
    let conn = database(&schema, &Data::default(), false);
    conn.pragma_update(None, "query_only", false).unwrap();
    conn.execute_batch("INSERT INTO \"the \"\"customers\"\"\"(\"Customer ID\") VALUES ('b\"1'), ('a'), (3)")
        .unwrap();
    let target = Target::new(&schema, as_of());
    let age = [("a".to_owned(), Expr::column(Row::Customer, "age", Type::Number))];
    let keys = [Key::Int(3), Key::Text("a".into()), Key::Text("b\"1".into())];
    let statement = attributes(&target, &age).unwrap().for_chunk(&keys);
    let rows = run::table(&conn, &statement, &[Type::Number]).unwrap();
    assert_eq!(rows.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), keys);
}

#[test]
fn a_thousand_conditions_do_not_exceed_sqlites_depth() {
    let schema = schema();
    let conn = database(&schema, &data(), false);
    let target = Target::new(&schema, as_of());
    let is = |n: usize| {
        compare(Compare::Ne, Expr::column(Row::Customer, "country", Type::Text), text(&n.to_string()))
    };
    let statement = segment(&target, &and((0..3000).map(is).collect())).unwrap();
    assert_eq!(run::select(&conn, &statement).unwrap().len(), 4);
}

#[test]
fn an_index_is_advised_where_a_big_table_is_scanned_and_only_there() {
    let schema = schema();
    let conn = database(&schema, &data(), false);
    let target = Target::new(&schema, as_of());
    let bought =
        compare(Compare::Ge, aggregate(Aggregation::Count, "purchases", Link::Customer, 30), whole(1));
    let statement = segment(&target, &bought).unwrap();
    assert!(index_advice(&conn, &statement).unwrap().is_empty(), "four rows need no index");
    conn.pragma_update(None, "query_only", false).unwrap();
    conn.execute_batch(
        "INSERT INTO lines(customer, at) SELECT value, '2026-01-01 00:00' FROM (WITH RECURSIVE n(value) AS \
         (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 25000) SELECT value FROM n)",
    )
    .unwrap();
    let advice = index_advice(&conn, &statement).unwrap();
    assert_eq!(advice, ["CREATE INDEX \"lines_at_customer\" ON \"lines\" (\"at\", \"customer\");"]);
    conn.execute_batch(&advice[0]).unwrap();
    assert!(index_advice(&conn, &statement).unwrap().is_empty());
    let plan = explain_query_plan(&conn, &statement).unwrap();
    assert!(plan.iter().any(|line| line.contains("lines_at_customer")), "{plan:?}");
}

#[test]
fn a_product_filter_that_speaks_of_a_customer_is_refused() {
    let schema = schema();
    let target = Target::new(&schema, as_of());
    let country =
        Expr::new(Op::IsMissing(Box::new(Expr::column(Row::Customer, "country", Type::Text))), Type::YesNo);
    let refused = products(&target, &country).unwrap_err();
    assert_eq!(refused.to_string(), "there is no customer here");
}
