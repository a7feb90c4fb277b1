//! A small shop whose names are hostile and whose columns use every encoding, written from plain values.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::check::schema::{Column, Encoding, Origin, Relation, Schema, Storage};
use crate::check::typed::{Arith, Compare, Expr, Literal, Op, Row, Type};
use crate::data::Currency;

/// A value of the language in its plainest form: times are seconds, dates are texts, money is minor units.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Missing,
    YesNo(bool),
    Number(f64),
    Text(String),
}

/// One row: values by the language's column names.
pub type Record = BTreeMap<&'static str, Val>;

/// The rows of each relation, in the order of their row ids.
#[derive(Debug, Clone, Default)]
pub struct Data {
    pub tables: BTreeMap<&'static str, Vec<Record>>,
}

pub fn currency() -> Currency {
    Currency::parse("CNY").unwrap()
}

pub fn money() -> Type {
    Type::Money(currency())
}

pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn stored(name: &str, ty: Type, column: &str, encoding: Encoding) -> Column {
    let storage = Storage::Stored { column: column.to_owned(), encoding };
    Column { name: name.to_owned(), ty, storage, doc: "" }
}

fn derived(name: &str, ty: Type, expr: Expr) -> Column {
    Column { name: name.to_owned(), ty, storage: Storage::Derived(expr), doc: "" }
}

pub fn this(name: &str, ty: Type) -> Expr {
    Expr::column(Row::This, name, ty)
}

pub fn arith(arith: Arith, a: Expr, b: Expr, ty: Type) -> Expr {
    Expr::new(Op::Arith(arith, Box::new(a), Box::new(b)), ty)
}

pub fn compare(compare: Compare, a: Expr, b: Expr) -> Expr {
    Expr::new(Op::Compare(compare, Box::new(a), Box::new(b)), Type::YesNo)
}

pub fn whole(n: i64) -> Expr {
    Expr::new(Op::Literal(Literal::Whole(n)), Type::Number)
}

pub fn text(t: &str) -> Expr {
    Expr::new(Op::Literal(Literal::Text(t.to_owned())), Type::Text)
}

pub const UTC_SECONDS: Encoding = Encoding::InstantText { separator: 'T', seconds: true, utc: true };
pub const LOCAL_MINUTES: Encoding = Encoding::InstantText { separator: ' ', seconds: false, utc: false };

/// The shop's shape. Tables and columns have quotes, spaces and keywords in their names.
pub fn schema() -> Schema {
    let amount = arith(Arith::Mul, this("price", money()), this("quantity", Type::Number), money());
    let margin = arith(
        Arith::Div,
        arith(Arith::Sub, this("price", money()), this("cost", money()), money()),
        this("price", money()),
        Type::Number,
    );
    let age = Expr::new(Op::YearsSince(Box::new(this("birthday", Type::Date))), Type::Number);
    let cancelled = compare(Compare::Lt, this("quantity", Type::Number), whole(0));
    let relation = |name: &str, table: &str, columns: Vec<Column>| Relation {
        name: name.to_owned(),
        origin: Origin::Shop,
        table: table.to_owned(),
        grouped_by: None,
        columns,
        cancelled: None,
    };
    let customers = relation(
        "customers",
        "the \"customers\"",
        vec![
            stored("id", Type::Id, "Customer ID", Encoding::Plain),
            stored("country", Type::Text, "group", Encoding::Plain),
            stored("birthday", Type::Date, "born \"on\"", Encoding::DateText),
            stored("joined_at", Type::Instant, "joined", UTC_SECONDS),
            stored("consent", Type::YesNo, "order", Encoding::YesNoText),
            stored("score", Type::Number, "select", Encoding::Plain),
            derived("age", Type::Number, age),
        ],
    );
    let products = relation(
        "products",
        "products; DROP TABLE x",
        vec![
            stored("id", Type::Id, "id", Encoding::Plain),
            stored("category", Type::Text, "category'", Encoding::Plain),
            stored("price", money(), "price", Encoding::MajorUnits),
            stored("cost", money(), "cost", Encoding::Plain),
            stored("stock", Type::Number, "stock", Encoding::Plain),
            stored("active", Type::YesNo, "active", Encoding::YesNo),
            stored("released_at", Type::Instant, "released", Encoding::UnixMillis),
            derived("margin", Type::Number, margin),
        ],
    );
    let mut purchases = relation(
        "purchases",
        "lines",
        vec![
            stored("order", Type::Id, "order", Encoding::Plain),
            stored("customer", Type::Id, "customer", Encoding::Plain),
            stored("product", Type::Id, "product", Encoding::Plain),
            stored("at", Type::Instant, "at", LOCAL_MINUTES),
            stored("quantity", Type::Number, "quantity", Encoding::Plain),
            stored("price", money(), "price", Encoding::MajorUnits),
            derived("amount", money(), amount.clone()),
        ],
    );
    purchases.cancelled = Some(cancelled);
    let mut orders = relation(
        "orders",
        "lines",
        vec![
            stored("id", Type::Id, "order", Encoding::Plain),
            stored("customer", Type::Id, "customer", Encoding::Plain),
            stored("at", Type::Instant, "at", LOCAL_MINUTES),
            derived("total", money(), amount),
        ],
    );
    orders.grouped_by = Some("order".to_owned());
    orders.cancelled.clone_from(&purchases.cancelled);
    let views = relation(
        "views",
        "views",
        vec![
            stored("customer", Type::Id, "c", Encoding::Plain),
            stored("product", Type::Id, "p", Encoding::Plain),
            stored("at", Type::Instant, "t", Encoding::UnixSeconds),
        ],
    );
    let mut sends = relation(
        "sends",
        "sent",
        vec![
            stored("customer", Type::Id, "customer", Encoding::Plain),
            stored("at", Type::Instant, "at", Encoding::UnixSeconds),
        ],
    );
    sends.origin = Origin::Records;
    Schema {
        source: "shop".to_owned(),
        database: "shop.db".into(),
        currency: currency(),
        timezone: zone(),
        relations: vec![customers, products, purchases, orders, views, sends],
        known: true,
    }
}

/// The stored form of a value.
fn encoded(val: &Val, encoding: Encoding) -> Value {
    let Val::Number(n) = val else {
        return match (val, encoding) {
            (Val::Missing, _) => Value::Null,
            (Val::YesNo(yes), Encoding::YesNoText) => Value::Text(if *yes { "Yes" } else { "no" }.to_owned()),
            (Val::YesNo(yes), _) => Value::Integer(i64::from(*yes)),
            (Val::Text(t), _) => Value::Text(t.clone()),
            (Val::Number(_), _) => unreachable!(),
        };
    };
    let instant = || Timestamp::from_second(*n as i64).unwrap();
    match encoding {
        Encoding::MajorUnits => Value::Real(n / 100.0),
        Encoding::UnixMillis => Value::Integer(*n as i64 * 1000),
        Encoding::InstantText { separator, seconds, utc } => {
            let zoned = instant().to_zoned(if utc { TimeZone::UTC } else { zone() });
            let time = zoned.strftime(if seconds { "%H:%M:%S" } else { "%H:%M" });
            Value::Text(format!("{}{separator}{time}{}", zoned.date(), if utc { "Z" } else { "" }))
        }
        _ if n.fract() == 0.0 => Value::Integer(*n as i64),
        _ => Value::Real(*n),
    }
}

/// A database in memory with these rows, the records attached, and the functions registered.
pub fn database(schema: &Schema, data: &Data, indexes: bool) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch("ATTACH ':memory:' AS state").unwrap();
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for relation in schema.relations.iter().filter(|r| r.grouped_by.is_none()) {
        let columns: Vec<_> = relation
            .columns
            .iter()
            .filter_map(|c| match &c.storage {
                Storage::Stored { column, encoding } => Some((c.name.as_str(), column, *encoding)),
                Storage::Derived(_) => None,
            })
            .collect();
        let database = if relation.origin == Origin::Shop { "main" } else { "state" };
        let names: Vec<_> = columns.iter().map(|(_, stored, _)| quote(stored)).collect();
        let table = format!("{database}.{}", quote(&relation.table));
        conn.execute_batch(&format!("CREATE TABLE {table} ({})", names.join(", "))).unwrap();
        if let (true, Some(at)) = (indexes, columns.iter().position(|(name, ..)| *name == "customer")) {
            let on = format!("{} ({})", quote(&relation.table), names[at]);
            let index = quote(&format!("{} by customer", relation.name));
            conn.execute_batch(&format!("CREATE INDEX {database}.{index} ON {on}")).unwrap();
        }
        let marks = vec!["?"; columns.len()].join(", ");
        let mut insert = conn.prepare(&format!("INSERT INTO {table} VALUES ({marks})")).unwrap();
        for record in data.tables.get(relation.name.as_str()).into_iter().flatten() {
            let values = columns.iter().map(|(name, _, e)| encoded(&record[name], *e));
            insert.execute(rusqlite::params_from_iter(values)).unwrap();
        }
    }
    super::super::prepare(&conn, schema).unwrap();
    conn.pragma_update(None, "query_only", true).unwrap();
    conn
}

/// A date as a plain value.
pub fn day(date: Date) -> Val {
    Val::Text(date.to_string())
}
