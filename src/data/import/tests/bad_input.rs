use std::io::Write as _;

use super::*;

fn reason(report: &ImportReport) -> (&str, u64, u64, &str) {
    let r = &report.rejected[0];
    (r.reason.as_str(), r.rows, r.line, r.example.as_str())
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_likeliest_one() {
    let spec = ImportSpec::from_flags("customers", &["id=CustmerID", "email=Email"]).unwrap();
    let shop = Shop::new();
    let error = shop.try_import("CustomerID,Email\n1,a@x.test\n", &spec).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no column `CustmerID` for `customers.id`; did you mean `CustomerID`?"
    );
    assert!(!shop.path("shop.db").exists(), "a failed import leaves no file behind");
    let error = shop.try_import("x,y\n1,2\n", &customers()).unwrap_err();
    assert!(error.to_string().ends_with("the file has `x`, `y`"), "{error}");
}

#[test]
fn case_of_letters_in_a_header_does_not_matter_but_doubles_do() {
    let shop = Shop::new();
    shop.import(" id ,EMAIL\n1,a@x.test\n", &customers());
    let error = shop.try_import("ID,Email,Email\n1,a@x.test,b\n", &customers()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the file has 2 columns named `Email`, and `customers.email` cannot tell which is meant"
    );
    shop.import("ID,Email,x,x\n2,a@x.test,,\n", &customers());
    assert_eq!(shop.rows("SELECT count(*) FROM customers"), "2\n");
}

#[test]
fn ragged_lines_are_rejected_and_counted() {
    let report = Shop::new().import("ID,Email\n1,a@x.test\n2\n3,c@x.test,more\n4\n", &customers());
    assert_eq!(report.rejected_for("has 1 fields where the header has 2"), 2);
    assert_eq!(report.rejected_for("has 3 fields where the header has 2"), 1);
    assert_eq!(reason(&report), ("has 1 fields where the header has 2", 2, 3, "2"));
    assert_eq!((report.rows, report.dropped, report.tables[0].total), (4, 3, 1));
}

#[test]
fn a_required_value_that_is_missing_rejects_the_line() {
    let report = Shop::new().import("ID,Email\n1,a@x.test\n2,  \n,c@x.test\n", &customers());
    assert_eq!((report.rejected_for("`Email` is missing"), report.rejected_for("`ID` is missing")), (1, 1));
}

#[test]
fn values_that_cannot_be_read_reject_the_line_or_are_left_empty_if_asked() {
    let maps = ["customer=C", "product=P", "at=At", "quantity=Q"];
    let csv = "C,P,At,Q\n1,a,2025-01-01,2\n1,b,01/02/2025,2\n1,c,2025-01-01,two\n";
    let shop = Shop::new();
    let report = shop.import(csv, &ImportSpec::from_flags("purchases", &maps).unwrap());
    assert_eq!(shop.rows("SELECT product FROM purchases"), "a\n");
    let examples: Vec<_> =
        report.rejected.iter().map(|r| (r.reason.as_str(), r.line, r.example.as_str())).collect();
    assert_eq!(
        examples,
        [("`At` is not a date and time", 3, "01/02/2025"), ("`Q` is not a number", 4, "two")]
    );
    let lenient = ImportSpec::from_toml(
        "instants = ['%d/%m/%Y']\n[table.purchases]\ncustomer = 'C'\nproduct = 'P'\nat = 'At'
         quantity = { column = 'Q', lenient = true }",
    );
    let shop = Shop::new();
    let report = shop.import(csv, &lenient.unwrap());
    assert_eq!(
        shop.rows("SELECT product, at, quantity FROM purchases"),
        "a|2025-01-01T00:00:00Z|2.00\nb|2025-02-01T00:00:00Z|2.00\nc|2025-01-01T00:00:00Z|-\n"
    );
    assert!(report.rejected.is_empty());
    assert_eq!((report.blanked[0].reason.as_str(), report.blanked[0].rows), ("`Q` is not a number", 1));
}

#[test]
fn text_that_is_not_utf8_is_rejected_unless_the_mapping_knows_better() {
    let csv = b"ID,Email,Name\n1,a@x.test,Zo\xeb \x80\n2,b@x.test,Zo\xc3\xab\n";
    let spec = |encoding: &str| {
        ImportSpec::from_toml(&format!(
            "{encoding}\n[table.customers]\nid = 'ID'\nemail = 'Email'\nname = 'Name'"
        ))
        .unwrap()
    };
    let shop = Shop::new();
    let report = shop.import(csv, &spec(""));
    assert_eq!(reason(&report).0, "is not UTF-8");
    assert_eq!(shop.rows("SELECT name FROM customers"), "Zoë\n");
    let shop = Shop::new();
    shop.import(csv, &spec("encoding = 'latin-1'"));
    assert_eq!(shop.rows("SELECT name FROM customers ORDER BY id"), "Zoë €\nZoë\n");
}

#[test]
fn files_without_a_header_or_in_utf16_are_refused() {
    let shop = Shop::new();
    for empty in ["", "\n\n", "\u{feff}", " , \n1,2\n"] {
        let error = shop.try_import(empty, &customers()).unwrap_err();
        assert!(matches!(error, ImportError::Empty { .. }), "{empty:?}: {error}");
    }
    assert!(matches!(shop.try_import(b"\xff\xfeI\0D\0", &customers()), Err(ImportError::Utf16 { .. })));
    let report = shop.import("ID,Email\n", &customers());
    assert_eq!((report.rows, report.tables[0].total), (0, 0));
}

#[test]
fn byte_order_marks_quotes_line_ends_and_other_delimiters_are_read() {
    let shop = Shop::new();
    let spec = ImportSpec::from_flags("customers", &["id=ID", "email=Email", "name=Name"]).unwrap();
    let csv = "\u{feff}\"ID\",Email,Name\r\n1,a@x.test,\"Day, \"\"Ada\"\"\nof Paris\"\r\n2,b@x.test,红茶\r\n3,c@x.test\r\n\r\n";
    let report = shop.import(csv, &spec);
    assert_eq!(shop.rows("SELECT name FROM customers"), "Day, \"Ada\"\nof Paris\n红茶\n");
    assert_eq!(reason(&report).2, 5, "line numbers count the line ends within quotes");
    shop.import("ID;Email;Name\n4;d@x.test;\"a,b;c\"\n", &spec);
    shop.import("ID\tEmail\tName\n5\te@x.test\ta,b\n", &spec);
    assert_eq!(shop.rows("SELECT name FROM customers WHERE id > 3"), "a,b;c\na,b\n");
}

#[test]
fn a_quote_that_is_never_closed_is_told() {
    let mut csv = "ID,Email\n1,\"a@x.test\n".to_owned();
    csv.extend(std::iter::repeat_n("2,b@x.test\n", 120_000));
    let report = Shop::new().import(csv, &customers());
    assert_eq!(reason(&report).0, "is longer than a megabyte: is a quote not closed?");
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap()
}

#[test]
fn gzipped_files_are_read_whatever_their_name() {
    let shop = Shop::new();
    let mut two_members = gzipped("ID,Email\n1,a@x.test\n");
    two_members.extend(gzipped("2,b@x.test\n"));
    assert_eq!(shop.import(two_members, &customers()).rows, 2);
}

#[test]
fn a_failed_import_leaves_the_database_as_it_was() {
    let shop = Shop::new();
    shop.import("ID,Email\n1,a@x.test\n", &customers());
    let mut many = "ID,Email\n".to_owned();
    for i in 0..20_000 {
        writeln!(many, "{i},{i}@x.test").unwrap();
    }
    let mut cut = gzipped(&many);
    cut.truncate(cut.len() - 100);
    let error = shop.try_import(&cut, &customers()).unwrap_err();
    assert!(matches!(error, ImportError::Source { .. }), "{error}");
    assert_eq!(shop.rows("SELECT id, email FROM customers"), "1|a@x.test\n");
    let other = Shop::new();
    assert!(other.try_import(&cut, &customers()).is_err());
    assert!(!other.path("shop.db").exists());
}

#[test]
fn targets_that_cannot_be_written_are_told() {
    let shop = Shop::new();
    std::fs::write(shop.path("in.csv"), "ID,Email\n1,a@x.test\n").unwrap();
    let into = |name: &str| import(&shop.path("in.csv"), &shop.path(name), &customers(), &mut |_| {});
    std::fs::write(shop.path("notes.db"), "dear diary ".repeat(100)).unwrap();
    assert!(matches!(into("notes.db"), Err(ImportError::Target(DataError::NotSqlite { .. }))));
    assert!(matches!(into("no/such/folder.db"), Err(ImportError::Target(DataError::Unreadable { .. }))));
    let missing = import(&shop.path("none.csv"), &shop.path("shop.db"), &customers(), &mut |_| {});
    assert!(matches!(missing, Err(ImportError::Source { .. })));
}

#[test]
fn mistakes_in_a_mapping_are_told_before_anything_is_read() {
    let flags = |table: &str, maps: &[&str]| ImportSpec::from_flags(table, maps).unwrap_err().to_string();
    assert!(flags("custmers", &["id=A"]).contains("did you mean `customers`?"));
    assert!(flags("customers", &["id=A", "emial=B"]).contains("did you mean `email`?"));
    assert!(flags("customers", &["id=A"]).contains("needs its column `email`"));
    assert!(flags("customers", &["id"]).contains("write the table's column"));
    assert!(flags("customers", &["id=A", "id=B"]).contains("mapped twice"));
    assert!(flags("customers", &["id=A", "email=B", "points:wole=C"]).contains("did you mean `whole`?"));
    let toml = |text: &str| ImportSpec::from_toml(text).unwrap_err().to_string();
    assert!(toml("colour = 1").contains("colour"));
    assert!(
        toml("[table.customers]\nid = 'A'\nemail = { column = 'B', value = 1 }").contains("exactly one of")
    );
    assert!(toml("[[leave_out]]\nreason = 'x'\nwhen = { column = 'A' }").contains("exactly one of"));
    let none = ImportSpec::from_toml("").unwrap();
    assert!(matches!(Shop::new().try_import("a\n", &none), Err(ImportError::Spec(_))));
}
