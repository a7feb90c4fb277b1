//! Made databases of several kinds of shop, and what is guessed of each, as a person has read it.

use rusqlite::Connection;

use super::{Database, Named, Proposal, guess};
use crate::data::inspect::inspect;

fn proposal(sql: &str) -> Proposal {
    proposal_with(sql, &Named::new())
}

fn proposal_with(sql: &str, named: &Named) -> Proposal {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(sql).unwrap();
    let tables = inspect(&conn).unwrap();
    guess(&tables, &Database::new(&conn), named)
}

fn shown(proposal: &Proposal) -> String {
    let mut out = String::new();
    for table in &proposal.tables {
        out += &format!(
            "{} = {} ({}, {:.2}: {})\n",
            table.relation,
            table.table,
            table.confidence().word(),
            table.score,
            table.reason
        );
        for c in &table.columns {
            out += &format!(
                "    {} = {} ({}, {:.2}: {})\n",
                c.column,
                c.stored,
                c.confidence().word(),
                c.score,
                c.reason
            );
        }
        for (column, reason) in &table.missing {
            out += &format!("    no {column}: {reason}\n");
        }
        if let Some(view) = &table.view {
            out += &format!("{}\n", view.sql);
        }
    }
    let default = |evidence: &Option<String>| evidence.clone().unwrap_or_else(|| "a default".to_owned());
    out +=
        &format!("currency {} ({})\n", proposal.currency.value.code(), default(&proposal.currency.evidence));
    out += &format!("timezone {} ({})\n", proposal.timezone.value, default(&proposal.timezone.evidence));
    out += if proposal.chinese { "chinese\n" } else { "" };
    for note in &proposal.notes {
        out += &format!("note: {note}\n");
    }
    out
}

const STANDARD: &str = include_str!("../../../tests/shops/standard.sql");
const RETAIL: &str = include_str!("../../../tests/shops/retail.sql");
const CHINESE: &str = include_str!("../../../tests/shops/chinese.sql");
const WOOCOMMERCE: &str = include_str!("../../../tests/shops/woocommerce.sql");
const MAGENTO: &str = include_str!("../../../tests/shops/magento.sql");
const NORMAL: &str = include_str!("../../../tests/shops/normal.sql");
const HOSTILE: &str = include_str!("../../../tests/shops/hostile.sql");
const PRESTASHOP: &str = include_str!("../../../tests/shops/prestashop.sql");

#[test]
fn the_standard_tables_need_nothing_said() {
    let found = proposal(STANDARD);
    assert!(found.tables.iter().all(|t| t.is_standard() && t.is_whole()), "{}", shown(&found));
    insta::assert_snapshot!("standard", shown(&found));
}

#[test]
fn an_online_retailers_tables() {
    insta::assert_snapshot!("retail", shown(&proposal(RETAIL)));
}

#[test]
fn a_chinese_shop() {
    insta::assert_snapshot!("chinese", shown(&proposal(CHINESE)));
}

#[test]
fn a_copy_of_woocommerce() {
    insta::assert_snapshot!("woocommerce", shown(&proposal(WOOCOMMERCE)));
}

#[test]
fn a_copy_of_magento() {
    insta::assert_snapshot!("magento", shown(&proposal(MAGENTO)));
}

#[test]
fn a_setting_says_the_currency_and_the_zone_before_the_customers_do() {
    let customers = "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, country TEXT);
         INSERT INTO customers VALUES (1, 'a@x.example', 'DE'), (2, 'b@x.example', 'DE');";
    for (table, currency, zone) in [
        ("wp_options (option_name TEXT, option_value TEXT)", "woocommerce_currency", "timezone_string"),
        ("core_config_data (path TEXT, value TEXT)", "currency/options/default", "general/locale/timezone"),
        ("oc_setting (\"key\" TEXT, value TEXT)", "config_currency", "config_timezone"),
    ] {
        let name = table.split(' ').next().unwrap();
        let set = |currency_is: &str, zone_is: &str| {
            proposal(&format!(
                "{customers} CREATE TABLE {table};
                 INSERT INTO {name} VALUES ('{currency}', '{currency_is}'), ('{zone}', '{zone_is}');"
            ))
        };
        let found = set("CHF", "Europe/Zurich");
        assert_eq!((found.currency.value.code(), found.timezone.value.as_str()), ("CHF", "Europe/Zurich"));
        assert!(found.currency.evidence.unwrap().contains(currency), "{name}");
        // What is none is not believed.
        let found = set("francs", "+1");
        assert_eq!((found.currency.value.code(), found.timezone.value.as_str()), ("EUR", "Europe/Berlin"));
    }
}

#[test]
fn where_the_order_knows_what_its_lines_do_not_a_view_brings_both_together() {
    let found = proposal(NORMAL);
    insta::assert_snapshot!("normal", shown(&found));
    // What is proposed is SQL that SQLite takes, and after it the table is there.
    let views: Vec<&str> =
        found.tables.iter().filter_map(|t| t.view.as_ref()).map(|v| v.sql.as_str()).collect();
    assert_eq!(views.len(), 2);
    let after = proposal(&(NORMAL.to_owned() + &views.join("\n")));
    for relation in ["customers", "products", "orders", "purchases"] {
        assert!(after.whole(relation).is_some(), "{relation}: {}", shown(&after));
    }
    let prestashop = proposal(PRESTASHOP);
    insta::assert_snapshot!("prestashop", shown(&prestashop));
}

#[test]
fn columns_of_other_names_are_known_by_what_they_hold() {
    let found = proposal(
        "CREATE TABLE clients (nr TEXT PRIMARY KEY, kontakt TEXT, since TEXT);
         CREATE TABLE sales (client TEXT, article TEXT, moment TEXT, units INTEGER);
         CREATE TABLE articles (ean TEXT, label TEXT, number INTEGER);
         INSERT INTO clients VALUES ('k1', 'a@x.example', '2026-01-01'), ('k2', 'b@x.example', '2026-01-01');
         INSERT INTO articles VALUES ('400001', 'Mug', 1), ('400002', 'Jug', 2), ('400003', 'Pan', 3);
         INSERT INTO sales VALUES ('k1', '400001', '2026-02-01T10:00:00Z', 1), ('k2', '400002', '2026-02-02T10:00:00Z', 2), ('k2', '400003', '2026-02-02T10:00:00Z', 1);",
    );
    insta::assert_snapshot!("by_content", shown(&found));
}

#[test]
fn lines_that_name_the_stock_code_make_it_the_products_key() {
    let found = proposal(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);
         CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT, title TEXT);
         CREATE TABLE order_lines (order_no TEXT, customer_id INTEGER, sku TEXT, date TEXT);
         INSERT INTO customers VALUES (1, 'a@x.example');
         INSERT INTO products VALUES (1, 'MUG', 'Mug'), (2, 'JUG', 'Jug'), (3, 'PAN', 'Pan');
         INSERT INTO order_lines VALUES ('a', 1, 'MUG', '2026-01-01'), ('a', 1, 'JUG', '2026-01-01'), ('b', 1, 'PAN', '2026-01-01');",
    );
    assert_eq!(found.whole("products").unwrap().stored("id"), Some("sku"), "{}", shown(&found));
    assert!(found.whole("purchases").is_some(), "{}", shown(&found));
}

#[test]
fn what_is_not_there_is_said() {
    let no_mail = proposal(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, at TEXT);
         INSERT INTO customers VALUES (1, 'Ann'); INSERT INTO orders VALUES (1, 1, 'yesterday');",
    );
    insta::assert_snapshot!("no_mail", shown(&no_mail));
    let no_customers = proposal(
        "CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT); CREATE TABLE settings (key TEXT, value TEXT);
         INSERT INTO products VALUES (1, 'Mug'); INSERT INTO settings VALUES ('owner', 'me@x.example');",
    );
    insta::assert_snapshot!("no_customers", shown(&no_customers));
    assert!(proposal("").tables.is_empty());
    assert!(
        proposal("CREATE TABLE customers (id TEXT, email TEXT)").whole("customers").is_some(),
        "an empty shop is a shop"
    );
}

/// A shop that keeps orders alone, with the address on each.
#[test]
fn where_only_orders_have_addresses_a_view_of_customers_is_told() {
    let orders = "CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT, total REAL, ordered_at TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
         INSERT INTO orders SELECT i, 'c' || (i % 6) || '@x.example', 9.5, '2026-01-0' || (i % 9 + 1) || 'T10:00:00Z' FROM n;";
    let found = proposal(orders);
    let (_, view) = found.notes[0].split_once("CREATE VIEW").unwrap();
    let after = proposal(&format!("{orders} CREATE VIEW{view}"));
    assert_eq!(after.whole("customers").unwrap().stored("id"), Some("id"), "{}", shown(&after));
    assert_eq!(after.whole("orders").unwrap().stored("customer"), Some("email"), "{}", shown(&after));
    assert!(after.notes.is_empty(), "{:?}", after.notes);
}

#[test]
fn hostile_names_are_names() {
    let found = proposal(HOSTILE);
    insta::assert_snapshot!("hostile", shown(&found));
}

#[test]
fn a_table_named_by_a_person_is_taken_whatever_it_is_called() {
    let named = Named::from([("customers", "people_2024".to_owned())]);
    let found = proposal_with(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT); CREATE TABLE people_2024 (id INTEGER PRIMARY KEY, mail TEXT);
         INSERT INTO people_2024 VALUES (1, 'a@x.example');",
        &named,
    );
    let customers = found.whole("customers").unwrap();
    assert_eq!((customers.table.as_str(), customers.stored("email")), ("people_2024", Some("mail")));
}
