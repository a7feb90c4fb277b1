//! Every encoding, read and compared, and the constants written in each.

use jiff::Timestamp;
use jiff::civil::date;
use rusqlite::Connection;

use super::fixture::{compare, money};
use crate::audience::{Cell, Target, prepare, product_values, products, run};
use crate::check::schema::{Column, Encoding, Origin, Relation, Schema, Storage};
use crate::check::typed::{Compare, Expr, Literal, Op, Row, Type};
use crate::data::{Currency, Key, Money};

/// A shop of one product whose column `x` holds `value` (as SQL) in that encoding.
fn shop(value: &str, ty: Type, encoding: Encoding, zone: &str) -> (Schema, Connection) {
    let column = |name: &str, ty, encoding| Column {
        name: name.to_owned(),
        ty,
        storage: Storage::Stored { column: name.to_owned(), encoding },
        doc: "",
    };
    let products = Relation {
        name: "products".to_owned(),
        origin: Origin::Shop,
        table: "products".to_owned(),
        grouped_by: None,
        columns: vec![column("id", Type::Id, Encoding::Plain), column("x", ty, encoding)],
        cancelled: None,
    };
    let schema = Schema {
        source: "shop".to_owned(),
        database: "shop.db".into(),
        currency: Currency::parse("GBP").unwrap(),
        timezone: jiff::tz::TimeZone::get(zone).unwrap(),
        relations: vec![products],
        known: true,
    };
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(&format!("CREATE TABLE products(id, x); INSERT INTO products VALUES (1, {value})"))
        .unwrap();
    prepare(&conn, &schema).unwrap();
    (schema, conn)
}

const AS_OF: &str = "2026-11-30T00:00:00Z";

fn read(value: &str, ty: Type, encoding: Encoding) -> Cell {
    let (schema, conn) = shop(value, ty, encoding, "Europe/London");
    let target = Target::new(&schema, AS_OF.parse().unwrap());
    let x = [("x".to_owned(), Expr::column(Row::Product, "x", ty))];
    let statement = product_values(&target, None, &x).unwrap();
    run::table(&conn, &statement, &[ty]).unwrap().remove(0).1.remove(0)
}

/// Whether the comparison holds, and the statement's SQL.
fn holds(value: &str, ty: Type, encoding: Encoding, op: Compare, constant: Literal) -> (bool, String) {
    let (schema, conn) = shop(value, ty, encoding, "Europe/London");
    let target = Target::new(&schema, AS_OF.parse().unwrap());
    let constant_ty = if matches!(constant, Literal::Date(_)) { Type::Date } else { Type::Instant };
    let constant = Expr::new(Op::Literal(constant), constant_ty);
    let statement = products(&target, &compare(op, Expr::column(Row::Product, "x", ty), constant)).unwrap();
    (run::select(&conn, &statement).unwrap() == [Key::Int(1)], statement.sql)
}

fn instant(t: &str) -> Timestamp {
    t.parse().unwrap()
}

const LAYOUTS: [(&str, Encoding); 7] = [
    ("'2026-07-01T09:00:00Z'", Encoding::InstantText { separator: 'T', seconds: true, utc: true }),
    ("'2026-07-01 09:00:00Z'", Encoding::InstantText { separator: ' ', seconds: true, utc: true }),
    ("'2026-07-01T09:00Z'", Encoding::InstantText { separator: 'T', seconds: false, utc: true }),
    // London is an hour ahead in July.
    ("'2026-07-01T10:00:00'", Encoding::InstantText { separator: 'T', seconds: true, utc: false }),
    ("'2026-07-01 10:00'", Encoding::InstantText { separator: ' ', seconds: false, utc: false }),
    ("1782896400", Encoding::UnixSeconds),
    ("1782896400000", Encoding::UnixMillis),
];

#[test]
fn an_instant_is_the_same_in_every_layout() {
    for (stored, encoding) in LAYOUTS {
        let expected = Cell::Instant(instant("2026-07-01T09:00:00Z"));
        assert_eq!(read(stored, Type::Instant, encoding), expected, "{encoding:?}");
    }
}

#[test]
fn constants_are_written_in_the_columns_layout_so_that_indexes_serve() {
    for (stored, encoding) in LAYOUTS {
        let cases = [
            (Compare::Lt, "2026-07-01T09:00:00Z", false),
            (Compare::Lt, "2026-07-01T09:00:30Z", true),
            (Compare::Le, "2026-07-01T09:00:00Z", true),
            (Compare::Le, "2026-07-01T08:59:30Z", false),
            (Compare::Gt, "2026-07-01T09:00:00Z", false),
            (Compare::Gt, "2026-07-01T08:59:30Z", true),
            (Compare::Ge, "2026-07-01T09:00:00Z", true),
            (Compare::Ge, "2026-07-01T09:00:30Z", false),
            (Compare::Eq, "2026-07-01T09:00:00Z", true),
            (Compare::Ne, "2026-07-01T09:00:00Z", false),
        ];
        for (op, constant, expected) in cases {
            let (found, sql) =
                holds(stored, Type::Instant, encoding, op, Literal::Instant(instant(constant)));
            assert_eq!(found, expected, "{encoding:?} {op:?} {constant}");
            assert!(sql.contains(".\"x\" ") && !sql.contains("unixepoch"), "{sql}");
        }
        let odd = Literal::Instant(instant("2026-07-01T09:00:30Z"));
        assert!(!holds(stored, Type::Instant, encoding, Compare::Eq, odd.clone()).0);
        assert!(holds(stored, Type::Instant, encoding, Compare::Ne, odd).0);
    }
}

#[test]
fn a_date_stands_for_the_midnight_that_begins_it_in_the_shops_zone() {
    let utc = Encoding::InstantText { separator: 'T', seconds: true, utc: true };
    let first = || Literal::Date(date(2026, 7, 1));
    // Midnight of 1 July in London is 23:00 UTC of the day before.
    assert!(holds("'2026-06-30T23:00:00Z'", Type::Instant, utc, Compare::Ge, first()).0);
    assert!(!holds("'2026-06-30T22:59:59Z'", Type::Instant, utc, Compare::Ge, first()).0);
}

#[test]
fn dates_compare_with_dates_and_with_instants() {
    let holds = |op, constant| holds("'2026-07-01'", Type::Date, Encoding::DateText, op, constant).0;
    assert!(holds(Compare::Eq, Literal::Date(date(2026, 7, 1))));
    assert!(holds(Compare::Lt, Literal::Date(date(2026, 7, 2))));
    assert!(holds(Compare::Lt, Literal::Instant(instant("2026-06-30T23:00:01Z"))));
    assert!(!holds(Compare::Lt, Literal::Instant(instant("2026-06-30T23:00:00Z"))));
    assert!(holds(Compare::Eq, Literal::Instant(instant("2026-06-30T23:00:00Z"))));
    assert!(!holds(Compare::Eq, Literal::Instant(instant("2026-06-30T23:00:01Z"))));
}

#[test]
fn money_in_major_units_becomes_whole_minor_units() {
    let of = |stored: &str| read(stored, money(), Encoding::MajorUnits);
    let yuan = |minor| Cell::Money(Money { minor, currency: super::fixture::currency() });
    assert_eq!(of("39.9"), yuan(3990));
    assert_eq!(of("0.29"), yuan(29));
    assert_eq!(of("-0.125"), yuan(-13));
    assert_eq!(of("'7.5'"), yuan(750));
    assert_eq!(of("NULL"), Cell::Missing);
    assert_eq!(read("3990", money(), Encoding::Plain), yuan(3990));
}

#[test]
fn yes_and_no_in_numbers_and_in_words() {
    for (stored, expected) in [("1", Cell::YesNo(true)), ("0", Cell::YesNo(false)), ("NULL", Cell::Missing)] {
        assert_eq!(read(stored, Type::YesNo, Encoding::YesNo), expected);
    }
    for (stored, expected) in
        [("'Yes'", true), ("'TRUE'", true), ("'y'", true), ("'no'", false), ("'False'", false)]
    {
        assert_eq!(read(stored, Type::YesNo, Encoding::YesNoText), Cell::YesNo(expected));
    }
    assert_eq!(read("'?'", Type::YesNo, Encoding::YesNoText), Cell::Missing);
}

#[test]
fn dates_stored_as_instants_are_the_shops_day() {
    assert_eq!(read("1782860400", Type::Date, Encoding::UnixSeconds), Cell::Date(date(2026, 7, 1)));
    assert_eq!(read("'2026-07-01'", Type::Date, Encoding::DateText), Cell::Date(date(2026, 7, 1)));
}

#[test]
fn a_value_of_the_wrong_kind_is_an_error_that_says_so() {
    let (schema, conn) = shop("'soon'", Type::Number, Encoding::Plain, "UTC");
    let target = Target::new(&schema, AS_OF.parse().unwrap());
    let x = [("x".to_owned(), Expr::column(Row::Product, "x", Type::Number))];
    let statement = product_values(&target, None, &x).unwrap();
    let error = run::table(&conn, &statement, &[Type::Number]).unwrap_err();
    assert_eq!(error.to_string(), "`v0` holds `soon`, which is not a number");
}
