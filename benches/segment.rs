//! Segments over a million customers and ten million events, lowered and written by hand, on the same file and indexes.
//!
//! `cargo bench --bench segment` makes `target/bench/segment.db` if it is not there (about 1.3 GB, a minute), then runs both
//! statements of each segment in turn on one connection, checks that they give the same ids, and prints the medians of
//! their times and the ratio. The hand-written ones are the fastest we know how to write for these indexes.

#![allow(clippy::expect_used, missing_docs)] // a benchmark that cannot start should say so

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use herald::audience::{Indexes, Statement, Target, prepare, run, segment};
use herald::check::schema::{Column, Encoding, Origin, Relation, Schema, Storage};
use herald::check::typed::{
    Aggregate, Aggregation, Arith, Compare, Expr, Link, Literal, Op, Row, Type, Window,
};
use herald::data::{Currency, Key, Money, open_shop};
use jiff::Timestamp;
use rusqlite::{Connection, params};

const CUSTOMERS: i64 = 1_000_000;
const VIEWS: i64 = 6_250_000;
const ORDERS: i64 = 1_250_000;
const LINES_AN_ORDER: i64 = 2;
const PRODUCTS: i64 = 2_000;
/// Two years of events end here.
const END: i64 = 1_796_083_200;
const YEARS: i64 = 2 * 365 * DAY;
const DAY: i64 = 86_400;
const ROUNDS: usize = 9;

fn main() {
    let path = database();
    let conn = open_shop(&path).expect("the benchmark's database opens");
    let schema = schema(&path);
    prepare(&conn, &schema).expect("functions are registered");
    let as_of = Timestamp::from_second(END).expect("a time of our days");
    let indexes = Indexes::read(&conn, &schema, false).expect("indexes can be read");
    let target = Target::new(&schema, as_of).with_indexes(indexes);
    println!("{CUSTOMERS} customers, {} events", VIEWS + ORDERS + ORDERS * LINES_AN_ORDER);
    for (name, condition, by_hand) in cases(as_of) {
        let lowered = segment(&target, &condition).expect("the condition has SQL");
        compare(&conn, name, &lowered, &by_hand);
    }
    if let Some(peak) = peak_memory() {
        println!("peak memory {peak}");
    }
}

/// Runs both in turn, the one that begins changing each round.
fn compare(conn: &Connection, name: &str, lowered: &Statement, by_hand: &Statement) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (ids, _) = timed(conn, lowered);
    assert_eq!(ids, timed(conn, by_hand).0, "{name}: both give the same ids");
    for round in 0..ROUNDS {
        let one = |times: &mut Vec<Duration>, statement| times.push(timed(conn, statement).1);
        if round % 2 == 0 {
            one(&mut ours, lowered);
            one(&mut theirs, by_hand);
        } else {
            one(&mut theirs, by_hand);
            one(&mut ours, lowered);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{name}: {} ids, lowered {ours:.0?}, by hand {theirs:.0?}, ratio {ratio:.2}", ids.len());
}

fn timed(conn: &Connection, statement: &Statement) -> (Vec<Key>, Duration) {
    let start = Instant::now();
    let ids = run::select(conn, statement).expect("the statement runs");
    (ids, start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The process's largest resident memory, where the system tells (Linux).
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(format!("{} MB", kib / 1024))
}

fn text(seconds_before_end: i64) -> String {
    let then = Timestamp::from_second(END - seconds_before_end).expect("a time of our days");
    then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A statement by hand: `?1` is now, `?2` and so on are so many days before.
fn by_hand(sql: &str, days: &[i64]) -> Statement {
    let texts = std::iter::once(&0).chain(days).map(|days| rusqlite::types::Value::Text(text(days * DAY)));
    Statement { sql: sql.to_owned(), params: texts.collect(), chunk: None, scans: Vec::new() }
}

/// Name, condition, and the same by hand.
fn cases(as_of: Timestamp) -> Vec<(&'static str, Expr, Statement)> {
    let shop = Currency::parse("CNY").expect("a currency code");
    let money = |yuan: i64| {
        let money = Money { minor: yuan * 100, currency: shop };
        Expr::new(Op::Literal(Literal::Money(money)), Type::Money(shop))
    };
    let spent = |days| {
        let amount = Expr::column(Row::This, "amount", Type::Money(shop));
        aggregate(Aggregation::Sum, "purchases", Some(amount), None, days)
    };
    let count = |relation, days| aggregate(Aggregation::Count, relation, None, None, days);
    let sports = || {
        let category = Expr::column(Row::ThisProduct, "category", Type::Text);
        compare_to(Compare::Eq, category, Expr::new(Op::Literal(Literal::Text("c3".to_owned())), Type::Text))
    };
    let country = Expr::column(Row::Customer, "country", Type::Text);
    let countries = ["SG", "CN"].map(|c| Literal::Text(c.to_owned())).to_vec();
    let not = |e| Expr::new(Op::Not(Box::new(e)), Type::YesNo);
    assert_eq!(as_of.as_second(), END);
    vec![
        (
            "three windowed aggregates (30, 90, 365 days)",
            and(vec![
                compare_to(Compare::Ge, count("views", 30), whole(3)),
                compare_to(Compare::Ge, count("orders", 90), whole(2)),
                compare_to(Compare::Ge, spent(365), money(500)),
            ]),
            by_hand(
                "SELECT id FROM customers AS c WHERE id IN (SELECT customer FROM views WHERE at >= ?2 AND at < ?1 \
                 GROUP BY customer HAVING count(*) >= 3) \
                 AND (SELECT count(*) FROM orders WHERE customer = c.id AND at >= ?3 AND at < ?1) >= 2 \
                 AND (SELECT sum(round(price * 100) * quantity) FROM purchases \
                      WHERE customer = c.id AND at >= ?4 AND at < ?1) >= 50000 ORDER BY id",
                &[30, 90, 365],
            ),
        ),
        (
            "three wide aggregates (365 days each)",
            and(vec![
                compare_to(Compare::Ge, count("views", 365), whole(5)),
                compare_to(Compare::Ge, count("orders", 365), whole(2)),
                compare_to(Compare::Ge, spent(365), money(500)),
            ]),
            by_hand(
                "SELECT id FROM customers AS c \
                 WHERE (SELECT count(*) FROM views WHERE customer = c.id AND at >= ?2 AND at < ?1) >= 5 \
                 AND (SELECT count(*) FROM orders WHERE customer = c.id AND at >= ?2 AND at < ?1) >= 2 \
                 AND (SELECT sum(round(price * 100) * quantity) FROM purchases \
                      WHERE customer = c.id AND at >= ?2 AND at < ?1) >= 50000 \
                 ORDER BY id",
                &[365],
            ),
        ),
        (
            "looked at a category, has not bought in it",
            and(vec![
                Expr::new(Op::OneOf(Box::new(country), countries), Type::YesNo),
                compare_to(
                    Compare::Ge,
                    aggregate(Aggregation::Count, "views", None, Some(sports()), 30),
                    whole(2),
                ),
                not(aggregate(Aggregation::Any, "purchases", None, Some(sports()), 180)),
            ]),
            by_hand(
                "SELECT id FROM customers AS c WHERE country IN ('SG', 'CN') AND id IN (SELECT v.customer \
                 FROM views AS v JOIN products AS p ON p.id = v.product \
                 WHERE p.category = 'c3' AND v.at >= ?2 AND v.at < ?1 GROUP BY v.customer HAVING count(*) >= 2) \
                 AND NOT EXISTS (SELECT 1 FROM purchases AS b JOIN products AS p ON p.id = b.product \
                 WHERE b.customer = c.id AND p.category = 'c3' AND b.at >= ?3 AND b.at < ?1) ORDER BY id",
                &[30, 180],
            ),
        ),
        (
            "no order in 90 days",
            not(aggregate(Aggregation::Any, "orders", None, None, 90)),
            by_hand(
                "SELECT id FROM customers AS c WHERE id NOT IN (SELECT customer FROM orders \
                 WHERE at >= ?2 AND at < ?1 AND customer IS NOT NULL) ORDER BY id",
                &[90],
            ),
        ),
    ]
}

fn aggregate(
    function: Aggregation,
    relation: &str,
    column: Option<Expr>,
    filter: Option<Expr>,
    days: i64,
) -> Expr {
    let ty = match (&column, function) {
        (Some(column), _) => column.ty,
        (None, Aggregation::Any) => Type::YesNo,
        _ => Type::Number,
    };
    let (relation, window) = (relation.to_owned(), Some(Window::Last(days * DAY)));
    let a = Aggregate { function, relation, link: Link::Customer, column, filter, window };
    Expr::new(Op::Aggregate(Box::new(a)), ty)
}

fn compare_to(compare: Compare, a: Expr, b: Expr) -> Expr {
    Expr::new(Op::Compare(compare, Box::new(a), Box::new(b)), Type::YesNo)
}

fn and(list: Vec<Expr>) -> Expr {
    Expr::new(Op::And(list), Type::YesNo)
}

fn whole(n: i64) -> Expr {
    Expr::new(Op::Literal(Literal::Whole(n)), Type::Number)
}

fn schema(path: &Path) -> Schema {
    let shop = Currency::parse("CNY").expect("a currency code");
    let money = Type::Money(shop);
    let at = Encoding::InstantText { separator: 'T', seconds: true, utc: true };
    let stored = |name: &str, ty, encoding| Column {
        name: name.to_owned(),
        ty,
        storage: Storage::Stored { column: name.to_owned(), encoding },
        doc: "",
    };
    let id = |name: &str| stored(name, Type::Id, Encoding::Plain);
    let relation = |name: &str, columns| Relation {
        name: name.to_owned(),
        origin: Origin::Shop,
        table: name.to_owned(),
        grouped_by: None,
        columns,
        cancelled: None,
    };
    let events = |more: Vec<Column>| {
        let mut columns = vec![id("customer"), stored("at", Type::Instant, at)];
        columns.extend(more);
        columns
    };
    let this = |name: &str, ty| Box::new(Expr::column(Row::This, name, ty));
    let amount = Op::Arith(Arith::Mul, this("price", money), this("quantity", Type::Number));
    let amount = Column {
        name: "amount".to_owned(),
        ty: money,
        storage: Storage::Derived(Expr::new(amount, money)),
        doc: "",
    };
    let lines = vec![
        id("product"),
        stored("quantity", Type::Number, Encoding::Plain),
        stored("price", money, Encoding::MajorUnits),
        amount,
    ];
    Schema {
        source: "shop".to_owned(),
        database: path.to_owned(),
        currency: shop,
        timezone: jiff::tz::TimeZone::UTC,
        relations: vec![
            relation("customers", vec![id("id"), stored("country", Type::Text, Encoding::Plain)]),
            relation("products", vec![id("id"), stored("category", Type::Text, Encoding::Plain)]),
            relation("views", events(vec![id("product")])),
            relation("orders", events(vec![id("id")])),
            relation("purchases", events(lines)),
        ],
        known: true,
    }
}

/// The database's path; makes it first if it is not there.
fn database() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let path = folder.join("segment.db");
    if !path.exists() {
        std::fs::create_dir_all(&folder).expect("target can be written");
        let partial = folder.join("segment.db.partial");
        let _ = std::fs::remove_file(&partial);
        generate(&partial).expect("the benchmark's database is made");
        std::fs::rename(&partial, &path).expect("target can be written");
    }
    path
}

/// A small generator of pseudo-random numbers (splitmix64, Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.unsigned_abs()) as i64
    }

    /// A customer; few of them do much, most little.
    fn customer(&mut self) -> i64 {
        let share = self.below(1_000_000) as f64 / 1e6;
        1 + (share * share * CUSTOMERS as f64) as i64
    }
}

fn generate(path: &Path) -> rusqlite::Result<()> {
    println!("making {}", path.display());
    let conn = Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN;
         CREATE TABLE customers(id INTEGER PRIMARY KEY, country TEXT);
         CREATE TABLE products(id INTEGER PRIMARY KEY, category TEXT);
         CREATE TABLE views(customer INTEGER, product INTEGER, at TEXT);
         CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER, at TEXT);
         CREATE TABLE purchases(\"order\" INTEGER, customer INTEGER, product INTEGER, at TEXT, quantity INTEGER, price REAL);",
    )?;
    let mut random = Random(17);
    let mut insert = conn.prepare("INSERT INTO customers VALUES (?1, ?2)")?;
    for id in 1..=CUSTOMERS {
        insert.execute(params![id, ["CN", "SG", "MY", "CN", "JP"][random.below(5) as usize]])?;
    }
    let mut insert = conn.prepare("INSERT INTO products VALUES (?1, 'c' || (?1 % 8))")?;
    for id in 1..=PRODUCTS {
        insert.execute([id])?;
    }
    let mut insert = conn.prepare("INSERT INTO views VALUES (?1, ?2, ?3)")?;
    for n in 0..VIEWS {
        let at = text(YEARS - n * (YEARS / VIEWS));
        insert.execute(params![random.customer(), 1 + random.below(PRODUCTS), at])?;
    }
    let mut insert = conn.prepare("INSERT INTO orders VALUES (?1, ?2, ?3)")?;
    let mut line = conn.prepare("INSERT INTO purchases VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for id in 0..ORDERS {
        let (customer, at) = (random.customer(), text(YEARS - id * (YEARS / ORDERS)));
        insert.execute(params![id, customer, at])?;
        for _ in 0..LINES_AN_ORDER {
            let (product, price) = (1 + random.below(PRODUCTS), random.below(40_000) as f64 / 100.0);
            line.execute(params![id, customer, product, at, 1 + random.below(3), price])?;
        }
    }
    for table in ["views", "orders", "purchases"] {
        conn.execute_batch(&format!(
            "CREATE INDEX {table}_customer_at ON {table}(customer, at); CREATE INDEX {table}_at_customer ON {table}(at, customer);"
        ))?;
        if table != "orders" {
            conn.execute_batch(&format!("CREATE INDEX {table}_product_at ON {table}(product, at);"))?;
        }
    }
    conn.execute_batch("COMMIT")
}
