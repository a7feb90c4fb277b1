use rusqlite::Connection;

use super::*;

fn of(sql: &str) -> Vec<PhysicalTable> {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(sql).unwrap();
    inspect(&conn).unwrap()
}

/// What a column without a declared type and with these values (as SQL) is observed to be.
fn observed(values: &[&str]) -> Observed {
    let rows: Vec<String> = values.iter().map(|v| format!("({v})")).collect();
    let tables = of(&format!("CREATE TABLE t(x); INSERT INTO t VALUES {}", rows.join(",")));
    tables[0].columns[0].observed.clone()
}

const SPACE_SECONDS: InstantLayout =
    InstantLayout { separator: Separator::Space, precision: Precision::Seconds, zone: ZoneMark::None };

#[test]
fn tables_columns_keys_and_indexes_are_described() {
    let tables = of(
        "CREATE TABLE purchases(\"order\" TEXT, product TEXT, price REAL, PRIMARY KEY(product, \"order\"));
         CREATE INDEX by_price ON purchases(price, lower(product)) WHERE price > 0;
         INSERT INTO purchases VALUES ('a', 'p', 2.5), ('b', 'p', NULL);
         CREATE VIEW cheap AS SELECT product AS p FROM purchases WHERE price < 3;",
    );
    let names: Vec<_> = tables.iter().map(|t| (t.name.as_str(), t.view)).collect();
    assert_eq!(names, [("cheap", true), ("purchases", false)]);
    assert_eq!(tables[0].columns[0].observed, Observed::Text);
    let t = &tables[1];
    assert_eq!(t.primary_key, ["product", "order"]);
    assert_eq!((t.rows, t.examined, t.is_complete()), (Some(2), 2, true));
    let price = t.column("PRICE").unwrap();
    assert_eq!(
        (price.declared.as_str(), price.has_missing, price.example.as_deref()),
        ("REAL", true, Some("2.5"))
    );
    assert!(!t.column("product").unwrap().has_missing);
    let index = t.indexes.iter().find(|i| i.name == "by_price").unwrap();
    assert_eq!(
        (index.columns.as_slice(), index.unique, index.partial),
        (&["price".to_owned()][..], false, true)
    );
    assert!(t.indexes.iter().any(|i| i.unique && i.columns == ["product", "order"]));
}

#[test]
fn each_kind_of_value_is_told() {
    assert_eq!(observed(&["NULL"]), Observed::Missing);
    assert_eq!(observed(&["3", "NULL", "-7"]), Observed::Whole { min: -7, max: 3 });
    assert_eq!(observed(&["3", "2.5"]), Observed::Decimal { min: 2.5, max: 3.0 });
    assert_eq!(observed(&["0", "1", "NULL"]), Observed::YesNo(YesNoForm::ZeroOne));
    assert_eq!(observed(&["'Yes'", "'no'"]), Observed::YesNo(YesNoForm::Words));
    assert_eq!(observed(&["'true'", "'FALSE'"]), Observed::YesNo(YesNoForm::Words));
    assert_eq!(observed(&["'红茶'", "''", "'yes'", "'2020-01-01'"]), Observed::Text);
    assert_eq!(observed(&["'2024-02-29'", "'1999-12-31'"]), Observed::Date);
    assert_eq!(observed(&["x'00ff'"]), Observed::Blob);
}

#[test]
fn each_layout_of_an_instant_is_told() {
    let cases = [
        ("2020-01-02 03:04", "YYYY-MM-DD HH:MM", true),
        ("2020-01-02 03:04:05", "YYYY-MM-DD HH:MM:SS", true),
        ("2020-01-02T03:04:05", "YYYY-MM-DDTHH:MM:SS", true),
        ("2020-01-02T03:04:05Z", "YYYY-MM-DDTHH:MM:SSZ", true),
        ("2020-01-02T03:04:05.123Z", "YYYY-MM-DDTHH:MM:SS.fffZ", true),
        ("2020-01-02 03:04:05+08:00", "YYYY-MM-DD HH:MM:SS+HH:MM", false),
    ];
    for (text, layout, sorts) in cases {
        let Observed::Instant(found) = observed(&[&format!("'{text}'")]) else { panic!("{text}") };
        assert_eq!((found.to_string().as_str(), found.sorts_as_text()), (layout, sorts));
    }
}

#[test]
fn a_layout_writes_the_texts_it_was_read_from() {
    for text in [
        "2020-01-02 03:04",
        "2020-01-02T03:04:05Z",
        "2020-01-02 03:04:05.120000",
        "2020-01-02 03:04:05+00:00",
    ] {
        let Observed::Instant(layout) = observed(&[&format!("'{text}'")]) else { panic!("{text}") };
        let at: jiff::Zoned = "2020-01-02T03:04:05.12Z[UTC]".parse().unwrap();
        let at = if text.len() == 16 { at.round(jiff::Unit::Minute).unwrap() } else { at };
        assert_eq!(at.strftime(&layout.strftime()).to_string(), text);
    }
}

#[test]
fn what_only_resembles_a_date_is_text() {
    for text in [
        "2023-02-29",
        "2020-13-01",
        "2020-00-10",
        "2020-1-01",
        "2020-01-01 24:00",
        "2020-01-01 10:00:61",
        "2020-01-01 10:00 ",
        "2020-01-01 10:00:00+8",
        "2020-01-01x10:00",
        "2020-01-01 10:00:00.",
        "02020-1-01",
    ] {
        assert_eq!(observed(&[&format!("'{text}'")]), Observed::Text, "{text}");
    }
}

#[test]
fn a_mixture_tells_counts_and_the_first_example_of_each_kind() {
    let found = observed(&["'2020-01-02 03:04:05'", "'2020-01-02'", "NULL", "'2021-01-02 03:04:05'", "17"]);
    let seen = |kind, count, example: &str| KindSeen { kind, count, example: example.to_owned() };
    let expected = vec![
        seen(Kind::Instant(SPACE_SECONDS), 2, "2020-01-02 03:04:05"),
        seen(Kind::Date, 1, "2020-01-02"),
        seen(Kind::Whole, 1, "17"),
    ];
    assert_eq!(found, Observed::Mixed(expected));
    assert!(matches!(observed(&["'2020-01-02'", "'2020-01-02'", "''"]), Observed::Mixed(_)));
    assert!(matches!(observed(&["CAST(x'ff' AS TEXT)"]), Observed::Mixed(_)));
}

#[test]
fn numbers_become_instants_only_in_range() {
    let form = |values: &[&str]| observed(values).as_instant();
    assert_eq!(form(&["1600000000", "1700000000"]), Some(InstantForm::UnixSeconds));
    assert_eq!(form(&["1600000000.5"]), Some(InstantForm::UnixSeconds));
    assert_eq!(form(&["1600000000000"]), Some(InstantForm::UnixMillis));
    assert_eq!(form(&["1600000000", "1600000000000"]), None);
    assert_eq!(form(&["20200101"]), None);
    assert_eq!(form(&["'2020-01-01 10:00:00'"]), Some(InstantForm::Text(SPACE_SECONDS)));
    assert_eq!(form(&["'2020-01-01'"]), Some(InstantForm::Date));
    assert_eq!(form(&["'hello'"]), None);
}

#[test]
fn a_column_may_be_read_as_more_than_its_best_reading() {
    assert_eq!(observed(&["1", "1"]), Observed::Whole { min: 1, max: 1 });
    assert_eq!(observed(&["1", "1"]).as_yes_no(), Some(YesNoForm::ZeroOne));
    assert_eq!(observed(&["0", "1"]).as_whole(), Some((0, 1)));
    assert_eq!(observed(&["0", "1"]).as_number(), Some((0.0, 1.0)));
    assert_eq!(observed(&["2"]).as_yes_no(), None);
    let norway = observed(&["'NO'"]);
    assert!(norway.is_text() && norway.is_key());
    let codes = observed(&["22423", "'85123A'"]);
    assert!(codes.is_key() && !codes.is_text());
    assert!(!observed(&["1.5"]).is_key());
    let t = &of("CREATE TABLE t(x BOOLEAN); INSERT INTO t VALUES (1)")[0];
    assert_eq!(t.columns[0].observed, Observed::YesNo(YesNoForm::ZeroOne));
}

#[test]
fn large_tables_are_examined_at_both_ends() {
    let count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 250000)";
    let tables = of(&format!(
        "CREATE TABLE big(x); INSERT INTO big {count} SELECT i FROM n;
         CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
         INSERT INTO keyed {count} SELECT 'k' || i, i FROM n;"
    ));
    let [big, keyed] = tables.as_slice() else { panic!() };
    assert_eq!((big.rows, big.examined, big.is_complete()), (Some(250_000), 100_000, false));
    assert_eq!(big.columns[0].observed, Observed::Whole { min: 1, max: 250_000 });
    assert_eq!((keyed.rows, keyed.examined), (None, 100_000));
    let analysed = of(&format!(
        "CREATE TABLE big(x); INSERT INTO big {count} SELECT i*3 FROM n; DELETE FROM big
         WHERE rowid % 10 = 0; CREATE INDEX i ON big(x); ANALYZE"
    ));
    assert_eq!(analysed[0].rows, Some(225_000));
}

#[test]
fn a_broken_view_does_not_hide_the_other_tables() {
    let tables = of("CREATE TABLE a(x); CREATE VIEW v AS SELECT x FROM a; CREATE TABLE b(y INTEGER);
         PRAGMA legacy_alter_table=ON; ALTER TABLE a RENAME TO gone; INSERT INTO b VALUES (5)");
    let problem = |name: &str| tables.iter().find(|t| t.name == name).unwrap().problem.clone();
    assert_eq!(problem("b"), None);
    assert!(problem("v").unwrap().contains("no such table"), "{:?}", problem("v"));
}

#[test]
fn odd_names_are_read() {
    let tables = of(
        "CREATE TABLE \"a \"\"b\"(\"sel\"\"ect\" TEXT, rowid TEXT); INSERT INTO \"a \"\"b\" VALUES ('x', 'y')",
    );
    assert_eq!(tables[0].columns[0].observed, Observed::Text);
    assert_eq!(tables[0].column("sel\"ect").unwrap().example.as_deref(), Some("x"));
}

#[test]
fn rowids_far_apart_do_not_make_a_table_large() {
    let tables = of("CREATE TABLE t(id INTEGER PRIMARY KEY, x);
         INSERT INTO t VALUES (-9223372036854775808, 1), (7, 2), (9223372036854775807, 3)");
    assert_eq!((tables[0].rows, tables[0].examined), (Some(3), 3));
}
