//! What the documentation and the example campaigns rely on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::*;
use crate::data::demo::calendar::END_SECONDS;

const SMALL: DemoOptions = DemoOptions { customers: 700, products: 90, events: 21_000, seed: 5 };
const TABLES: [&str; 9] =
    ["customers", "products", "orders", "purchases", "views", "carts", "reviews", "app_sessions", "chats"];

/// Lines that were neither cancelled nor sent back.
const BOUGHT: &str = "(SELECT l.customer, l.product, l.at, l.quantity, l.price, l.list_price, p.category
    FROM purchases l JOIN orders o ON o.id = l.\"order\" JOIN products p ON p.id = l.product
    WHERE l.quantity > 0 AND o.status NOT IN ('cancelled', 'returned'))";

struct Shop {
    _folder: TempDir,
    path: PathBuf,
    summary: DemoSummary,
}

impl Shop {
    fn new(options: &DemoOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aurora.db");
        let summary = generate(&path, options, &mut |_, _| {}).unwrap();
        Self { _folder: folder, path, summary }
    }

    /// The database alone: pictures take most of the time and few tests look at them.
    fn bare(options: &DemoOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aurora.db");
        let products = catalogue::products(options.seed, options.products);
        let summary = fill(&path, options, &products, &mut |_, _| {}).unwrap();
        Self { _folder: folder, path, summary }
    }

    /// One shop for all tests that only read.
    fn shared() -> &'static Self {
        static SHOP: OnceLock<Shop> = OnceLock::new();
        SHOP.get_or_init(|| Self::new(&SMALL))
    }

    fn open(&self) -> Connection {
        Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    fn number(&self, sql: &str) -> f64 {
        let sql = sql.replace("END", &END_SECONDS.to_string()).replace("BOUGHT", BOUGHT);
        let count = self.open().query_row(&sql, [], |row| row.get::<_, Option<f64>>(0));
        count.unwrap_or_else(|error| panic!("{error}: {sql}")).unwrap_or(0.0)
    }

    fn days(&self, sql: &str) -> f64 {
        self.number(&sql.replace("DAYS", "* 86400"))
    }
}

fn dump(path: &Path, table: &str, limit: &str) -> String {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = connection.prepare(&format!("SELECT * FROM {table} {limit}")).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns).map(|i| row.get::<_, rusqlite::types::Value>(i).map(|v| format!("{v:?}"))).collect()
    });
    rows.unwrap()
        .map(|row: rusqlite::Result<Vec<String>>| row.unwrap().join("|"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn one_seed_makes_one_shop_and_another_seed_another() {
    let tiny = DemoOptions { customers: 60, products: 80, events: 1_500, seed: 1 };
    let (first, second) = (Shop::bare(&tiny), Shop::bare(&tiny));
    let other = Shop::bare(&DemoOptions { seed: 2, ..tiny });
    for table in TABLES {
        let rows = dump(&first.path, table, "");
        assert_eq!(rows, dump(&second.path, table, ""), "{table}");
        assert_ne!(rows, dump(&other.path, table, ""), "{table}");
    }
    assert_eq!(std::fs::read(&first.path).unwrap(), std::fs::read(&second.path).unwrap());
}

#[test]
fn the_first_customers_are_the_same_people_however_many_there_are() {
    let few = Shop::bare(&DemoOptions { customers: 350, events: 10_500, ..SMALL });
    for table in TABLES {
        let limit = match table {
            "customers" => "WHERE id <= 350",
            "products" => "",
            "orders" | "purchases" => "WHERE customer <= 350 ORDER BY rowid",
            _ => "WHERE customer <= 350 ORDER BY customer, rowid",
        };
        assert_eq!(dump(&few.path, table, limit), dump(&Shop::shared().path, table, limit), "{table}");
    }
}

#[test]
fn the_summary_counts_the_rows_and_the_events_come_close_to_the_wish() {
    let shop = Shop::shared();
    let s = &shop.summary;
    let counts = [
        s.customers,
        s.products,
        s.orders,
        s.purchases,
        s.views,
        s.carts,
        s.reviews,
        s.app_sessions,
        s.chats,
    ];
    for (table, count) in TABLES.into_iter().zip(counts) {
        assert!(count > 0, "{table}");
        assert!(
            (shop.number(&format!("SELECT count(*) FROM {table}")) - count as f64).abs() < 0.5,
            "{table}"
        );
    }
    assert_eq!((s.customers, s.products), (700, 90));
    let share = s.events() as f64 / SMALL.events as f64;
    assert!((0.8..1.2).contains(&share), "{} events", s.events());
}

#[test]
fn references_hold_and_nothing_happens_before_joining_or_after_the_end() {
    let shop = Shop::shared();
    let connection = shop.open();
    assert!(!connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    for table in ["orders", "purchases", "views", "carts", "reviews", "app_sessions", "chats"] {
        let early =
            "SELECT count(*) FROM {t} JOIN customers c ON c.id = customer WHERE at < joined_at OR at >= END";
        assert!(shop.number(&early.replace("{t}", table)) < 0.5, "{table}");
    }
    let unreleased = "SELECT count(*) FROM views v JOIN products p ON p.id = v.product
        WHERE date(v.at + 28800, 'unixepoch') < p.released_at";
    assert!(shop.number(unreleased) < 0.5);
    let mixed =
        "SELECT count(*) FROM purchases l JOIN orders o ON o.id = l.\"order\" WHERE l.customer <> o.customer";
    assert!(shop.number(mixed) < 0.5);
    let totals = "SELECT count(*) FROM orders o WHERE abs(total -
        (SELECT sum(quantity * price) FROM purchases WHERE \"order\" = o.id AND quantity > 0)) > 0.005";
    assert!(shop.number(totals) < 0.5);
}

#[test]
fn data_has_the_gaps_that_real_data_has() {
    let shop = Shop::shared();
    for gap in [
        "customers WHERE name IS NULL",
        "customers WHERE timezone IS NULL",
        "customers WHERE birthday IS NULL",
        "customers WHERE gender IS NULL",
        "customers WHERE country IS NULL",
        "customers WHERE consent = 0",
        "customers WHERE bounced_at IS NOT NULL",
        "customers WHERE length(name) > 60",
        "customers WHERE id NOT IN (SELECT customer FROM views) AND joined_at > END - 1900000",
        "customers a JOIN customers b ON lower(a.email) = lower(b.email) AND a.id < b.id AND a.email <> b.email",
        "products WHERE stock = 0",
        "products WHERE active = 0",
        "purchases WHERE quantity < 0",
        "orders WHERE status = 'cancelled'",
        "orders WHERE status = 'returned'",
    ] {
        assert!(shop.number(&format!("SELECT count(*) FROM {gap}")) > 0.5, "no {gap}");
    }
    let hostile = format!("SELECT count(*) FROM customers WHERE name = '{}'", people::HOSTILE_NAME);
    assert!((shop.number(&hostile) - 1.0).abs() < 0.5);
    assert!(shop.number("SELECT count(*) FROM customers WHERE consent <> (consent_at IS NOT NULL)") < 0.5);
}

#[test]
fn prices_leave_a_margin_and_discounts_are_shares() {
    let shop = Shop::shared();
    assert!(shop.number("SELECT count(*) FROM products WHERE cost >= price") < 0.5);
    assert!(shop.number("SELECT count(*) FROM purchases WHERE price > list_price OR price <= 0") < 0.5);
    assert!(shop.number("SELECT count(*) FROM products WHERE (price IS NULL) <> (cost IS NULL)") < 0.5);
}

#[test]
fn phone_fans_exist_and_customer_17_is_one() {
    let shop = Shop::shared();
    let fans = "SELECT count(*) FROM customers c WHERE country IN ('CN', 'SG') AND WHO
        AND (SELECT count(*) FROM views v JOIN products p ON p.id = v.product
             WHERE v.customer = c.id AND p.category = 'phones' AND v.at >= END - 30 DAYS) >= 2
        AND NOT EXISTS (SELECT 1 FROM BOUGHT b
             WHERE b.customer = c.id AND b.category = 'phones' AND b.at >= END - 180 DAYS)";
    let count = shop.days(&fans.replace("WHO", "1"));
    assert!((30.0..200.0).contains(&count), "{count} of 700");
    for id in ["17", "13"] {
        let one = shop.days(&fans.replace("WHO", &format!("c.id = {id} AND c.consent = 1")));
        assert!((one - 1.0).abs() < 0.5, "customer {id}");
    }
    let launches = "SELECT count(*) FROM products
        WHERE category = 'phones' AND released_at >= '2026-09-01' AND stock > 0 AND price IS NOT NULL";
    assert!(shop.number(launches) >= 12.0);
    assert!(shop.number(&launches.replace("count(*)", "count(DISTINCT brand)")) >= 3.0);
}

#[test]
fn good_customers_fade_away_and_others_are_curious_or_hunt_bargains() {
    let shop = Shop::shared();
    let fading = "SELECT count(*) FROM customers c
        WHERE (SELECT sum(quantity * price) FROM BOUGHT b WHERE b.customer = c.id AND at >= END - 365 DAYS) >= 5000
          AND (SELECT count(*) FROM orders o WHERE o.customer = c.id AND status NOT IN ('cancelled', 'returned')
               AND at >= END - 90 DAYS) >= 2
          AND (SELECT max(at) FROM orders o WHERE o.customer = c.id) < END - 60 DAYS";
    assert!(shop.days(fading) >= 3.0, "{}", shop.days(fading));
    let curious = "SELECT count(*) FROM (SELECT 1 FROM views WHERE at >= END - 14 DAYS
        GROUP BY customer HAVING count(*) >= 3)";
    assert!((40.0..400.0).contains(&shop.days(curious)), "{}", shop.days(curious));
    let hunters = "SELECT count(*) FROM (SELECT 1 FROM BOUGHT WHERE at >= END - 365 DAYS
        GROUP BY customer HAVING avg(1 - price / list_price) > 0.2)";
    assert!((25.0..250.0).contains(&shop.days(hunters)), "{}", shop.days(hunters));
    let clearance = "SELECT count(*) FROM products p WHERE stock > 50 AND price IS NOT NULL
        AND (SELECT count(*) FROM purchases l WHERE l.product = p.id AND l.at >= END - 60 DAYS) < 10";
    assert!(shop.days(clearance) >= 2.0);
}

#[test]
fn customers_buy_what_they_bought_before() {
    // Each line's category against the customer's other lines: how often they agree, and how often the lines of
    // two random customers would.
    let connection = Shop::shared().open();
    let sql = format!("SELECT customer, category FROM {BOUGHT} ORDER BY customer");
    let mut statement = connection.prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    let mut baskets = BTreeMap::<i64, BTreeMap<String, f64>>::new();
    let mut all = BTreeMap::<String, f64>::new();
    for (customer, category) in rows.unwrap().map(Result::unwrap) {
        *baskets.entry(customer).or_default().entry(category.clone()).or_default() += 1.0;
        *all.entry(category).or_default() += 1.0;
    }
    let pairs = |counts: &BTreeMap<String, f64>| {
        let total: f64 = counts.values().sum();
        (counts.values().map(|n| n * (n - 1.0)).sum::<f64>(), total * (total - 1.0))
    };
    let (same, possible) = baskets.values().map(pairs).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let (same_all, possible_all) = pairs(&all);
    let (own, chance) = (same / possible, same_all / possible_all);
    assert!(own > 2.0 * chance, "{own:.3} against {chance:.3} by chance");
}

#[test]
fn every_picture_is_there_and_small() {
    let shop = Shop::shared();
    let connection = shop.open();
    let mut statement = connection.prepare("SELECT image FROM products WHERE image IS NOT NULL").unwrap();
    let images: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(images.len() as u64, shop.summary.pictures);
    for image in images {
        let bytes = std::fs::read(shop.path.with_file_name(&image)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 12_000, "{image}: {} bytes", bytes.len());
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aurora.db");
    std::fs::write(&path, "mine").unwrap();
    let error = generate(&path, &SMALL, &mut |_, _| {}).unwrap_err();
    assert!(matches!(&error, DemoError::Exists { path: there } if *there == path), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");

    std::fs::remove_file(&path).unwrap();
    let picture = folder.path().join(PICTURES).join("1.png");
    std::fs::create_dir(folder.path().join(PICTURES)).unwrap();
    std::fs::write(&picture, "mine").unwrap();
    let error = generate(&path, &SMALL, &mut |_, _| {}).unwrap_err();
    assert!(matches!(&error, DemoError::Exists { path: there } if *there == picture), "{error}");
    assert_eq!(left_in(folder.path()), [folder.path().join(PICTURES)]);
    assert_eq!(left_in(&folder.path().join(PICTURES)), [picture]);
}

#[test]
fn what_is_missing_comes_back_and_what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (path, pictures) = (folder.path().join("aurora.db"), folder.path().join(PICTURES));
    generate(&path, &SMALL, &mut |_, _| {}).unwrap();
    let all = || {
        let files = left_in(&pictures).into_iter().chain([path.clone()]);
        files
            .map(|file| (std::fs::read(&file).unwrap(), file))
            .map(|(b, f)| (f, b))
            .collect::<BTreeMap<_, _>>()
    };
    let before = all();
    let again = || generate(&path, &SMALL, &mut |_, _| {});
    assert!(matches!(again(), Err(DemoError::Exists { path: there }) if there == path), "nothing is missing");

    std::fs::remove_file(&path).unwrap();
    again().unwrap();
    assert_eq!(all(), before, "the database came back to its pictures");
    std::fs::remove_file(before.keys().find(|f| f.extension().unwrap() == "png").unwrap()).unwrap();
    again().unwrap();
    assert_eq!(all(), before, "a picture came back");
    std::fs::remove_dir_all(&pictures).unwrap();
    let other = generate(&path, &DemoOptions { seed: 6, ..SMALL }, &mut |_, _| {});
    assert!(
        matches!(other, Err(DemoError::Exists { path: there }) if there == path),
        "another shop's pictures"
    );
    again().unwrap();
    assert_eq!(all(), before, "all pictures came back");
}

fn left_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn an_interruption_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aurora.db");
    let interrupted = std::panic::catch_unwind(|| {
        generate(&path, &SMALL, &mut |stage, _| assert_ne!(stage, "indexes", "interrupted"))
    });
    assert!(interrupted.is_err());
    assert_eq!(left_in(folder.path()), [] as [PathBuf; 0]);
}

#[test]
fn a_database_that_appears_meanwhile_is_kept_and_the_pictures_go() {
    let folder = tempfile::tempdir().unwrap();
    let workshop = tempfile::tempdir_in(folder.path()).unwrap();
    let (database, drawn) = (workshop.path().join("shop.db"), workshop.path().join(PICTURES));
    let (path, pictures) = (folder.path().join("aurora.db"), folder.path().join(PICTURES));
    std::fs::write(&database, "ours").unwrap();
    std::fs::create_dir(&drawn).unwrap();
    std::fs::write(drawn.join("1.png"), "a picture").unwrap();
    std::fs::write(&path, "theirs").unwrap();
    let error = publish(&database, &path, &drawn, &pictures).unwrap_err();
    assert!(matches!(error, DemoError::Exists { .. }), "{error}");
    drop(workshop);
    assert_eq!(left_in(folder.path()), std::slice::from_ref(&path));
    assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
}

#[test]
fn a_shop_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aurora.db");
    for options in [DemoOptions { products: 20, ..SMALL }, DemoOptions { customers: 0, ..SMALL }] {
        let error = generate(&path, &options, &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, DemoError::Options { .. }), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
