use super::*;

#[test]
fn rows_of_one_key_keep_the_value_that_the_mapping_says() {
    let spec = ImportSpec::from_toml(
        "[table.products]
         id = 'ID'
         title = 'T'
         category = { column = 'C', keep = 'first' }
         released_at = { column = 'At', keep = 'min' }
         price = { column = 'P', keep = 'file_min' }
         stock = { column = 'S', keep = 'file_sum' }",
    )
    .unwrap();
    let shop = Shop::new();
    let all = "SELECT title, category, released_at, price, stock FROM products";
    shop.import(
        "ID,T,C,At,P,S\na,One,,2025-03-01,5,1\na,Two,x,2025-02-01,4,2\na,Two,y,2025-04-01,,2\n",
        &spec,
    );
    assert_eq!(shop.rows(all), "Two|x|2025-02-01T00:00:00Z|4.00|5.00\n");
    shop.import("ID,T,C,At,P,S\na,Three,z,2025-05-01,9,7\n", &spec);
    assert_eq!(shop.rows(all), "Three|x|2025-02-01T00:00:00Z|9.00|7.00\n");
}

#[test]
fn order_lines_without_an_order_are_told_apart_by_their_number() {
    let maps = ["customer=C", "product=P", "at=At"];
    let spec = ImportSpec::from_flags("purchases", &maps).unwrap();
    let csv = "C,P,At\n1,a,2025-01-01\n1,a,2025-01-01\n1,b,2025-01-01\n";
    let shop = Shop::new();
    shop.import(csv, &spec);
    assert_eq!(shop.import(csv, &spec).tables[0].added, 0);
    assert_eq!(shop.rows("SELECT product, line FROM purchases ORDER BY 1, 2"), "a|1\na|2\nb|1\n");
}

#[test]
fn views_of_one_instant_are_one_view() {
    let spec = ImportSpec::from_flags("views", &["customer=C", "product=P", "at=At"]).unwrap();
    let shop = Shop::new();
    let report = shop.import("C,P,At\n1,a,1735689600\n1,a,1735689600\n1,a,1735689601\n", &spec);
    assert_eq!((report.tables[0].taken, report.tables[0].total), (3, 2));
    assert_eq!(shop.rows("SELECT at FROM views ORDER BY at"), "2025-01-01T00:00:00Z\n2025-01-01T00:00:01Z\n");
}

#[test]
fn amounts_of_lines_become_prices_of_pieces() {
    let spec = ImportSpec::from_toml(
        "[table.purchases]\ncustomer = 'C'\nproduct = 'P'\nat = 'At'\nquantity = 'Q'
         price = { column = 'Total', divide_by = 'Q' }",
    );
    let shop = Shop::new();
    shop.import("C,P,At,Q,Total\n1,a,2025-01-01,4,10.00\n1,b,2025-01-01,0,10.00\n", &spec.unwrap());
    assert_eq!(shop.rows("SELECT price FROM purchases ORDER BY product"), "2.50\n-\n");
}

#[test]
fn columns_of_the_shops_own_have_a_type() {
    let maps = ["id=ID", "email=Email", "points:whole=Points", "vip:yes-no=VIP"];
    let spec = ImportSpec::from_flags("customers", &maps).unwrap();
    let shop = Shop::new();
    shop.import("ID,Email,Points,VIP\n1,a@x.test,\"1,200\",yes\n", &spec);
    assert_eq!(shop.rows("SELECT points, vip, typeof(points) FROM customers"), "1200|1|integer\n");
}

#[test]
fn an_existing_table_is_extended_and_its_rows_kept() {
    let shop = Shop::new();
    Connection::open(shop.path("shop.db"))
        .unwrap()
        .execute_batch("CREATE TABLE customers(id INTEGER, name TEXT); INSERT INTO customers VALUES (1, 'Ada'), (3, 'Cy')")
        .unwrap();
    let report = shop.import("ID,Email\n1,a@x.test\n2,b@x.test\n", &customers());
    assert_eq!(
        shop.rows("SELECT id, name, email FROM customers ORDER BY id"),
        "1|Ada|a@x.test\n2|-|b@x.test\n3|Cy|-\n"
    );
    let table = report.table("customers").unwrap();
    assert_eq!((table.taken, table.added, table.total), (2, 1, 3));
}

#[test]
fn what_was_imported_is_found_to_be_what_it_is() {
    use crate::data::inspect::{InstantForm, Observed, YesNoForm, inspect};
    let shop = Shop::new();
    let csv = "ID,Email,Joined,Born,Ok\n1,a@x.test,2025-01-01 10:00,1990-02-03,yes\n2,b@x.test,2025-01-02T10:00:00Z,,no\n";
    let maps = ["id=ID", "email=Email", "joined_at=Joined", "birthday=Born", "consent=Ok"];
    shop.import(csv, &ImportSpec::from_flags("customers", &maps).unwrap());
    let conn = crate::data::open_shop(&shop.path("shop.db")).unwrap();
    let tables = inspect(&conn).unwrap();
    let observed = |name: &str| tables[0].column(name).unwrap().observed.clone();
    assert!(
        matches!(observed("joined_at").as_instant(), Some(InstantForm::Text(layout)) if layout.to_string() == "YYYY-MM-DDTHH:MM:SSZ")
    );
    assert_eq!(observed("birthday"), Observed::Date);
    assert_eq!(observed("consent"), Observed::YesNo(YesNoForm::ZeroOne));
    assert_eq!(observed("id"), Observed::Text);
}

#[test]
fn progress_is_told_up_to_the_end() {
    let shop = Shop::new();
    let mut csv = "ID,Email\n".to_owned();
    for i in 0..20_000 {
        writeln!(csv, "{i},{i}@x.test").unwrap();
    }
    std::fs::write(shop.path("in.csv"), &csv).unwrap();
    let mut seen = Vec::new();
    import(&shop.path("in.csv"), &shop.path("shop.db"), &customers(), &mut |p| seen.push(p)).unwrap();
    let total = csv.len() as u64;
    assert!(seen.len() >= 3 && seen.windows(2).all(|w| w[0].rows <= w[1].rows && w[0].bytes <= w[1].bytes));
    assert_eq!(seen.last(), Some(&ImportProgress { rows: 20_000, bytes: total, total_bytes: total }));
}

#[test]
fn a_returned_line_goes_and_its_order_stays_with_the_rest() {
    let spec = ImportSpec::from_toml(
        "[[leave_out]]
         reason = 'returned'
         cancelled = true
         when = { column = 'Q', at_most = 0 }
         [table.orders]
         id = 'O'
         customer = 'C'
         at = 'At'
         [table.purchases]
         order = 'O'
         customer = 'C'
         product = 'P'
         at = 'At'",
    )
    .unwrap();
    let shop = Shop::new();
    let sold = "O,C,P,At,Q\n7,1,a,2025-01-01,1\n7,1,b,2025-01-01,1\n8,1,a,2025-01-02,1\n";
    shop.import(sold, &spec);
    let report =
        shop.import("O,C,P,At,Q\n7,1,a,2025-01-01,1\n7,1,b,2025-01-01,0\n8,1,a,2025-01-02,0\n", &spec);
    assert_eq!(shop.rows("SELECT id FROM orders"), "7\n");
    assert_eq!(shop.rows("SELECT \"order\", line, product FROM purchases"), "7|1|a\n");
    assert_eq!(report.cancelled, 2);
    shop.import(sold, &spec);
    assert_eq!(shop.rows("SELECT count(*) FROM purchases"), "3\n");
}
