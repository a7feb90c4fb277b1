//! The database file: its tables, fast insertion, and the indexes a shop would have.

use std::path::Path;

use rusqlite::{Connection, Statement, params};

use super::DemoSummary;
use super::brands::BRANDS;
use super::calendar::date_of;
use super::catalogue::{Product, Standing};
use super::people::Person;

/// The tables. Money is in yuan; `at` and its like are Unix seconds.
const SCHEMA: &str = r#"
CREATE TABLE customers (
  id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT, locale TEXT, country TEXT, city TEXT, timezone TEXT,
  birthday TEXT, gender TEXT, joined_at INTEGER NOT NULL, consent INTEGER NOT NULL, consent_at INTEGER,
  consent_source TEXT, consent_purpose TEXT, bounced_at INTEGER);
CREATE TABLE products (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, category TEXT NOT NULL, brand TEXT, description TEXT, price REAL,
  cost REAL, stock INTEGER NOT NULL, url TEXT NOT NULL, image TEXT, released_at TEXT NOT NULL,
  active INTEGER NOT NULL);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers(id), at INTEGER NOT NULL,
  status TEXT NOT NULL, total REAL NOT NULL);
CREATE TABLE purchases (
  "order" INTEGER NOT NULL REFERENCES orders(id), customer INTEGER NOT NULL REFERENCES customers(id),
  product INTEGER NOT NULL REFERENCES products(id), at INTEGER NOT NULL, quantity INTEGER NOT NULL,
  price REAL NOT NULL, list_price REAL NOT NULL);
CREATE TABLE views (
  customer INTEGER NOT NULL REFERENCES customers(id), product INTEGER NOT NULL REFERENCES products(id),
  at INTEGER NOT NULL);
CREATE TABLE carts (
  customer INTEGER NOT NULL REFERENCES customers(id), product INTEGER NOT NULL REFERENCES products(id),
  at INTEGER NOT NULL, quantity INTEGER NOT NULL);
CREATE TABLE reviews (
  customer INTEGER NOT NULL REFERENCES customers(id), product INTEGER NOT NULL REFERENCES products(id),
  at INTEGER NOT NULL, rating INTEGER NOT NULL, text TEXT);
CREATE TABLE app_sessions (
  customer INTEGER NOT NULL REFERENCES customers(id), at INTEGER NOT NULL, minutes REAL NOT NULL,
  platform TEXT NOT NULL);
CREATE TABLE chats (
  customer INTEGER NOT NULL REFERENCES customers(id), at INTEGER NOT NULL, topic TEXT NOT NULL,
  text TEXT NOT NULL);
"#;

/// By customer for one customer's history, by product for popularity and categories, by time for windows over
/// everybody. Those of the events hold all three columns, so that counting in a window never touches the table
/// (measured on ten million events: 0.8 s instead of 5 s for a month's views of one category by customer).
const INDEXES: [&str; 16] = [
    "CREATE INDEX views_customer ON views(customer, at, product)",
    "CREATE INDEX views_product ON views(product, at, customer)",
    "CREATE INDEX views_at ON views(at, customer, product)",
    "CREATE INDEX carts_customer ON carts(customer, at, product)",
    "CREATE INDEX carts_product ON carts(product, at, customer)",
    "CREATE INDEX carts_at ON carts(at, customer, product)",
    "CREATE INDEX purchases_customer ON purchases(customer, at, product)",
    "CREATE INDEX purchases_product ON purchases(product, at, customer)",
    "CREATE INDEX purchases_at ON purchases(at, customer, product)",
    "CREATE INDEX purchases_order ON purchases(\"order\")",
    "CREATE INDEX orders_customer ON orders(customer, at)",
    "CREATE INDEX orders_at ON orders(at, customer)",
    "CREATE INDEX reviews_product ON reviews(product, at)",
    "CREATE INDEX reviews_customer ON reviews(customer, at)",
    "CREATE INDEX app_sessions_customer ON app_sessions(customer, at)",
    "CREATE INDEX chats_customer ON chats(customer, at)",
];

/// Customers in one transaction.
const BATCH: u32 = 5_000;

/// Creates an empty shop for fast writing: no journal and no syncing, for a file that is thrown away on failure.
pub fn create(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA cache_size = -65536; PRAGMA threads = 2;",
    )?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

/// Builds the indexes and the planner's statistics.
pub fn finish(connection: &Connection, progress: &mut dyn FnMut(&str, u64)) -> rusqlite::Result<()> {
    for (index, statement) in INDEXES.iter().enumerate() {
        connection.execute_batch(statement)?;
        progress("indexes", index as u64 + 1);
    }
    connection.execute_batch("ANALYZE")
}

/// One line of an order.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The product's id.
    pub product: i64,
    /// Pieces; negative when they come back.
    pub quantity: i64,
    /// Paid for a piece, in fen.
    pub paid: i64,
    /// The list price of a piece, in fen.
    pub list: i64,
}

/// Writes rows, and counts them.
pub struct Writer<'c> {
    connection: &'c Connection,
    customer: Statement<'c>,
    product: Statement<'c>,
    order: Statement<'c>,
    line: Statement<'c>,
    view: Statement<'c>,
    cart: Statement<'c>,
    review: Statement<'c>,
    app_session: Statement<'c>,
    chat: Statement<'c>,
    pending: u32,
    /// What has been written so far.
    pub counts: DemoSummary,
}

impl<'c> Writer<'c> {
    /// Prepares the statements and opens the first transaction.
    pub fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection.execute_batch("BEGIN")?;
        let prepare = |sql| connection.prepare(sql);
        Ok(Self {
            connection,
            customer: prepare("INSERT INTO customers VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?,
            product: prepare("INSERT INTO products VALUES (?,?,?,?,?,?,?,?,?,?,?,?)")?,
            order: prepare("INSERT INTO orders VALUES (?,?,?,?,?)")?,
            line: prepare("INSERT INTO purchases VALUES (?,?,?,?,?,?,?)")?,
            view: prepare("INSERT INTO views VALUES (?,?,?)")?,
            cart: prepare("INSERT INTO carts VALUES (?,?,?,?)")?,
            review: prepare("INSERT INTO reviews VALUES (?,?,?,?,?)")?,
            app_session: prepare("INSERT INTO app_sessions VALUES (?,?,?,?)")?,
            chat: prepare("INSERT INTO chats VALUES (?,?,?,?)")?,
            pending: 0,
            counts: DemoSummary::default(),
        })
    }

    /// Commits what is still open.
    pub fn close(self) -> rusqlite::Result<DemoSummary> {
        self.connection.execute_batch("COMMIT")?;
        Ok(self.counts)
    }

    /// Writes a product with the path of its picture.
    pub fn product(&mut self, product: &Product, image: Option<&str>) -> rusqlite::Result<()> {
        let priced = product.standing != Standing::Unpriced;
        self.counts.products += 1;
        self.product.execute(params![
            product.id,
            product.title,
            product.category().name(),
            product.branded.then_some(BRANDS[product.brand].name),
            product.description,
            priced.then(|| yuan(product.price)),
            priced.then(|| yuan(product.cost)),
            product.stock,
            format!("https://aurora.example/p/{}", product.id),
            image,
            date_of(product.released).to_string(),
            product.standing != Standing::Retired,
        ])?;
        Ok(())
    }

    /// Writes a customer, and begins a new transaction now and then.
    pub fn customer(&mut self, person: &Person) -> rusqlite::Result<()> {
        self.pending += 1;
        if self.pending.is_multiple_of(BATCH) {
            self.connection.execute_batch("COMMIT; BEGIN")?;
        }
        self.counts.customers += 1;
        let consent = person.consent.as_ref();
        self.customer.execute(params![
            person.id,
            person.email,
            person.name,
            person.locale,
            person.country,
            person.city,
            person.timezone,
            person.birthday.map(|date| date.to_string()),
            person.gender,
            person.joined,
            consent.is_some(),
            consent.map(|consent| consent.at),
            consent.map(|consent| consent.source),
            consent.map(|consent| consent.purpose),
            person.bounced,
        ])?;
        Ok(())
    }

    /// Writes a view of a product.
    pub fn view(&mut self, customer: i64, product: i64, at: i64) -> rusqlite::Result<()> {
        self.counts.views += 1;
        self.view.execute((customer, product, at))?;
        Ok(())
    }

    /// Writes a product put into the cart.
    pub fn cart(&mut self, customer: i64, product: i64, at: i64, quantity: i64) -> rusqlite::Result<()> {
        self.counts.carts += 1;
        self.cart.execute((customer, product, at, quantity))?;
        Ok(())
    }

    /// Writes an order with its lines, and returns its number. The total is what was paid at the time.
    pub fn order(&mut self, customer: i64, at: i64, status: &str, lines: &[Line]) -> rusqlite::Result<i64> {
        self.counts.orders += 1;
        let id = self.counts.orders as i64;
        let total: i64 = lines.iter().map(|line| line.paid * line.quantity).sum();
        self.order.execute((id, customer, at, status, yuan(total)))?;
        for line in lines {
            self.line(id, customer, at, line)?;
        }
        Ok(id)
    }

    /// Writes one order line.
    pub fn line(&mut self, order: i64, customer: i64, at: i64, line: &Line) -> rusqlite::Result<()> {
        self.counts.purchases += 1;
        let (paid, list) = (yuan(line.paid), yuan(line.list));
        self.line.execute((order, customer, line.product, at, line.quantity, paid, list))?;
        Ok(())
    }

    /// Writes a review.
    pub fn review(&mut self, row: (i64, i64, i64, u8, &str)) -> rusqlite::Result<()> {
        self.counts.reviews += 1;
        self.review.execute(row)?;
        Ok(())
    }

    /// Writes a visit with the app.
    pub fn app_session(&mut self, customer: i64, at: i64, minutes: f64, app: &str) -> rusqlite::Result<()> {
        self.counts.app_sessions += 1;
        self.app_session.execute((customer, at, minutes, app))?;
        Ok(())
    }

    /// Writes a chat with the shop.
    pub fn chat(&mut self, customer: i64, at: i64, topic: &str, text: &str) -> rusqlite::Result<()> {
        self.counts.chats += 1;
        self.chat.execute((customer, at, topic, text))?;
        Ok(())
    }
}

fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}
