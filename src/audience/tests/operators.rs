//! Each operator and what it does with missing values, on one customer.

use jiff::civil::date;

use super::fixture::{Data, Record, Val, arith, compare, currency, database, money, schema, text, whole};
use crate::audience::{Cell, LowerError, Target, attributes, run};
use crate::check::typed::{Aggregate, Aggregation, Arith, Compare, Expr, Link, Literal, Op, Row, Type};
use crate::data::{Key, Money};
use crate::syntax::tree::Unit;

const AS_OF: &str = "2026-11-30T12:00:00Z";

fn new(op: Op, ty: Type) -> Expr {
    Expr::new(op, ty)
}

fn missing(ty: Type) -> Expr {
    new(Op::Literal(Literal::Missing), ty)
}

fn number(n: f64) -> Expr {
    new(Op::Literal(Literal::Number(n)), Type::Number)
}

fn yes_no(yes: bool) -> Expr {
    new(Op::Literal(Literal::YesNo(yes)), Type::YesNo)
}

fn yuan(minor: i64) -> Expr {
    new(Op::Literal(Literal::Money(Money { minor, currency: currency() })), money())
}

fn aggregate(function: Aggregation, relation: &str, column: Option<Expr>, ty: Type) -> Expr {
    let relation = relation.to_owned();
    let a = Aggregate { function, relation, link: Link::Customer, column, filter: None, window: None };
    new(Op::Aggregate(Box::new(a)), ty)
}

/// The values of expressions for the one customer, who has no event and no birthday but a score of 2.5.
fn values(exprs: &[Expr]) -> Vec<Cell> {
    let schema = schema();
    let target = Target::new(&schema, AS_OF.parse().unwrap());
    let customer = Record::from([
        ("id", Val::Number(7.0)),
        ("country", Val::Text("CN".to_owned())),
        ("birthday", Val::Missing),
        ("joined_at", Val::Number(1_700_000_000.0)),
        ("consent", Val::Missing),
        ("score", Val::Number(2.5)),
    ]);
    let data = Data { tables: [("customers", vec![customer])].into() };
    let conn = database(&schema, &data, false);
    let list: Vec<_> = exprs.iter().map(|e| ("v".to_owned(), e.clone())).collect();
    let statement = attributes(&target, &list).unwrap().for_chunk(&[Key::Int(7)]);
    let types: Vec<_> = exprs.iter().map(|e| e.ty).collect();
    run::table(&conn, &statement, &types).unwrap().remove(0).1
}

fn value(expr: Expr) -> Cell {
    values(&[expr]).remove(0)
}

#[test]
fn a_missing_value_matches_no_comparison_and_neither_does_its_negation() {
    for op in [Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge] {
        let comparison = compare(op, missing(Type::Number), whole(1));
        assert_eq!(value(comparison.clone()), Cell::Missing);
        assert_eq!(value(new(Op::Not(Box::new(comparison.clone())), Type::YesNo)), Cell::Missing);
        assert_eq!(value(new(Op::IsTrue(Box::new(comparison)), Type::YesNo)), Cell::YesNo(false));
    }
}

#[test]
fn and_and_or_have_three_values() {
    let (yes, no, unknown) = (yes_no(true), yes_no(false), missing(Type::YesNo));
    let and = |a: &Expr, b: &Expr| new(Op::And(vec![a.clone(), b.clone()]), Type::YesNo);
    let or = |a: &Expr, b: &Expr| new(Op::Or(vec![a.clone(), b.clone()]), Type::YesNo);
    let found = values(&[and(&no, &unknown), and(&yes, &unknown), or(&yes, &unknown), or(&no, &unknown)]);
    assert_eq!(found, [Cell::YesNo(false), Cell::Missing, Cell::YesNo(true), Cell::Missing]);
}

#[test]
fn is_missing_is_never_missing_itself() {
    let asked = |e| new(Op::IsMissing(Box::new(e)), Type::YesNo);
    assert_eq!(
        values(&[asked(missing(Type::Text)), asked(text(""))]),
        [Cell::YesNo(true), Cell::YesNo(false)]
    );
}

#[test]
fn division_keeps_decimals_and_by_nothing_is_missing() {
    let divide = |a, b, ty| arith(Arith::Div, a, b, ty);
    let found = values(&[
        divide(whole(7), whole(2), Type::Number),
        divide(whole(7), whole(0), Type::Number),
        divide(yuan(700), yuan(200), Type::Number),
        divide(yuan(701), whole(2), money()),
    ]);
    let half = Cell::Money(Money { minor: 351, currency: currency() });
    assert_eq!(found, [Cell::Number(3.5), Cell::Missing, Cell::Number(3.5), half]);
}

#[test]
fn money_times_a_number_is_whole_minor_units_with_halves_away_from_zero() {
    let times = |minor, n| value(arith(Arith::Mul, yuan(minor), number(n), money()));
    assert_eq!(times(105, 0.1), Cell::Money(Money { minor: 11, currency: currency() }));
    assert_eq!(times(-105, 0.1), Cell::Money(Money { minor: -11, currency: currency() }));
}

#[test]
fn aggregates_of_nothing() {
    let of = |f, column: Option<&str>, ty| {
        aggregate(f, "purchases", column.map(|c| Expr::column(Row::This, c, ty)), ty)
    };
    let found = values(&[
        of(Aggregation::Count, None, Type::Number),
        of(Aggregation::Any, None, Type::YesNo),
        of(Aggregation::Sum, Some("amount"), money()),
        of(Aggregation::Avg, Some("quantity"), Type::Number),
        of(Aggregation::Min, Some("quantity"), Type::Number),
        of(Aggregation::Max, Some("quantity"), Type::Number),
        of(Aggregation::Latest, Some("quantity"), Type::Number),
        of(Aggregation::Earliest, Some("at"), Type::Instant),
        of(Aggregation::MostCommon, Some("quantity"), Type::Number),
    ]);
    let nothing = Cell::Money(Money { minor: 0, currency: currency() });
    assert_eq!(found[..3], [Cell::Whole(0), Cell::YesNo(false), nothing]);
    assert!(found[3..].iter().all(|cell| *cell == Cell::Missing), "{found:?}");
}

#[test]
fn bands_have_their_lower_edge() {
    let band = |n| value(new(Op::Band(Box::new(n), vec![18.0, 25.0]), Type::Text));
    assert_eq!(band(number(17.9)), Cell::Text("under 18".to_owned()));
    assert_eq!(band(whole(18)), Cell::Text("18-24".to_owned()));
    assert_eq!(band(whole(25)), Cell::Text("25+".to_owned()));
    assert_eq!(band(missing(Type::Number)), Cell::Missing);
}

#[test]
fn ages_change_on_the_birthday_in_the_shops_zone() {
    let age = |y, m, d| {
        let born = new(Op::Literal(Literal::Date(date(y, m, d))), Type::Date);
        value(new(Op::YearsSince(Box::new(born)), Type::Number))
    };
    assert_eq!(age(2000, 11, 30), Cell::Whole(26));
    assert_eq!(age(2000, 12, 1), Cell::Whole(25));
    assert_eq!(age(2026, 12, 1), Cell::Whole(-1));
    assert_eq!(value(Expr::column(Row::Customer, "age", Type::Number)), Cell::Missing);
}

#[test]
fn units_since_are_whole_and_rounded_down() {
    let since = |unit, t: &str| {
        let then = new(Op::Literal(Literal::Instant(t.parse().unwrap())), Type::Instant);
        value(new(Op::Since(unit, Box::new(then)), Type::Number))
    };
    assert_eq!(since(Unit::Days, "2026-11-29T12:00:00Z"), Cell::Whole(1));
    assert_eq!(since(Unit::Days, "2026-11-29T12:00:01Z"), Cell::Whole(0));
    assert_eq!(since(Unit::Days, "2026-11-30T12:00:01Z"), Cell::Whole(-1));
    assert_eq!(since(Unit::Weeks, "2026-11-01T12:00:00Z"), Cell::Whole(4));
}

#[test]
fn texts_of_every_script_are_handled_letter_by_letter() {
    let of = |name: &str, t: &str, ty| value(new(Op::Function(name.to_owned(), vec![text(t)]), ty));
    assert_eq!(of("lower", "ÜBER", Type::Text), Cell::Text("über".to_owned()));
    assert_eq!(of("upper", "straße", Type::Text), Cell::Text("STRASSE".to_owned()));
    assert_eq!(of("length", "手机", Type::Number), Cell::Whole(2));
    let contains = |a, b| value(new(Op::Contains(Box::new(text(a)), Box::new(text(b))), Type::YesNo));
    assert_eq!(contains("手机壳", "机"), Cell::YesNo(true));
    assert_eq!(contains("Phone", "phone"), Cell::YesNo(false));
}

#[test]
fn values_are_bound_and_never_spliced() {
    let hostile = "x'); DROP TABLE customers; --";
    assert_eq!(value(text(hostile)), Cell::Text(hostile.to_owned()));
}

#[test]
fn what_the_plan_should_have_replaced_is_named_in_the_error() {
    let schema = schema();
    let target = Target::new(&schema, AS_OF.parse().unwrap());
    for (op, name) in [
        (Op::Segment("vip".to_owned()), "vip"),
        (Op::Attribute { profile: "shopper".to_owned(), name: "recency".to_owned() }, "shopper.recency"),
        (Op::Offer("clearance".to_owned(), Row::Product), "clearance"),
        (Op::Cluster("persona".to_owned()), "persona"),
        (Op::Probability("churn".to_owned()), "churn"),
        (Op::Message("subject".to_owned()), "subject"),
    ] {
        let lowered = crate::audience::segment(&target, &new(op, Type::YesNo));
        assert_eq!(lowered, Err(LowerError::Unsupported(name.to_owned())));
    }
}

#[test]
fn every_function_of_the_table_has_its_sql() {
    use crate::check::functions::{Argument, FUNCTIONS, QUINTILE};
    for function in FUNCTIONS.iter().filter(|f| f.name != QUINTILE) {
        let arguments: Vec<_> = function
            .arguments
            .iter()
            .map(|a| if *a == Argument::Text { text("a") } else { number(-1.5) })
            .collect();
        let strict = arguments.iter().map(|a| missing(a.ty)).collect();
        let call = |list| new(Op::Function(function.name.to_owned(), list), Type::Unknown);
        let found = values(&[call(arguments), call(strict)]);
        assert!(found[0] != Cell::Missing && found[1] == Cell::Missing, "{}: {found:?}", function.name);
    }
}
