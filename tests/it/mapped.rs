//! A shop whose tables are its own: what is cancelled or returned counts for nobody, however the shop writes it.

use crate::shop::{Project, text};

const SOURCE: &str = r#"
source retail {
  database: "retail.db"
  currency: GBP
  timezone: "Europe/London"
  cancelled: Status in ["cancelled", "returned"]

  customers: table("customers",   id: CustomerID, email: Email)
  products:  table("stock_items", id: StockCode, title: Description)
  purchases: table("invoice_lines", customer: CustomerID, product: StockCode, order: InvoiceNo,
                   at: InvoiceDate, quantity: Quantity, price: UnitPrice)
}

segment regulars {
  where: count(orders in last 90 days) >= 2
}

segment big_spenders {
  where: sum(purchases.amount in last 90 days) >= 30 GBP
}

segment never_bought {
  where: not any(purchases)
}
"#;

/// Ada's lines are all good; one of Ben's is cancelled by its status, one of Cleo's came back (a negative quantity),
/// Dan's have no status, all of Eve's were returned, and Flo has none.
const LINES: &str = "
    CREATE TABLE customers (CustomerID TEXT PRIMARY KEY, Email TEXT);
    CREATE TABLE stock_items (StockCode TEXT PRIMARY KEY, Description TEXT);
    CREATE TABLE invoice_lines (InvoiceNo TEXT, StockCode TEXT, Quantity INTEGER, InvoiceDate TEXT, UnitPrice REAL,
        CustomerID TEXT, Status TEXT);
    INSERT INTO customers VALUES ('ada', 'ada@example.com'), ('ben', 'ben@example.com'), ('cleo', 'cleo@example.com'),
        ('dan', 'dan@example.com'), ('eve', 'eve@example.com'), ('flo', 'flo@example.com');
    INSERT INTO stock_items VALUES ('22423', 'Cakestand'), ('M', 'Postage'), ('Z', 'Jug');
    INSERT INTO invoice_lines VALUES
        ('1', '22423', 2, '2026-10-01T08:26:00Z', 10.0, 'ada', 'paid'), ('2', 'M', 1, '2026-10-09T08:26:00Z', 10.0, 'ada', 'paid'),
        ('3', '22423', 2, '2026-10-01T08:26:00Z', 10.0, 'ben', 'paid'), ('4', 'M', 1, '2026-10-09T08:26:00Z', 10.0, 'ben', 'cancelled'),
        ('5', '22423', 4, '2026-10-01T08:26:00Z', 10.0, 'cleo', 'paid'), ('C6', '22423', -4, '2026-10-09T08:26:00Z', 10.0, 'cleo', 'paid'),
        ('7', '22423', 2, '2026-10-01T08:26:00Z', 10.0, 'dan', NULL), ('8', 'M', 1, '2026-10-09T08:26:00Z', 10.0, 'dan', NULL),
        ('9', '22423', 9, '2026-10-01T08:26:00Z', 10.0, 'eve', 'returned'), ('10', 'M', 9, '2026-10-09T08:26:00Z', 10.0, 'eve', 'returned'),
        ('11', 'Z', 1, '2026-10-09T08:26:00Z', 10.0, 'eve', 'returned'), ('12', 'Z', -1, '2026-10-10T08:26:00Z', 10.0, 'flo', 'paid');";

fn project(source: &str) -> Project {
    let project = Project::without_shop();
    project.write("retail.campaign", source);
    let shop = rusqlite::Connection::open(project.path().join("retail.db")).unwrap();
    shop.execute_batch(LINES).unwrap();
    project
}

/// Who of the six customers a segment holds.
fn members(project: &Project, segment: &str) -> Vec<&'static str> {
    let told = project.herald(&["segment", segment, "retail.campaign", "--as-of", "2026-11-01"]);
    assert!(told.status.success(), "{}{}", text(&told.stdout), text(&told.stderr));
    let told = text(&told.stdout);
    let names = ["ada", "ben", "cleo", "dan", "eve", "flo"];
    names.into_iter().filter(|name| told.contains(&format!("{name}@example.com"))).collect()
}

#[test]
fn lines_cancelled_by_status_or_sign_count_for_nobody() {
    let project = project(SOURCE);
    // A missing status matches nothing, so Dan's lines are good.
    assert_eq!(members(&project, "regulars"), ["ada", "dan"]);
    // What Cleo sent back is no line of its own; the line she bought stands.
    assert_eq!(members(&project, "big_spenders"), ["ada", "cleo", "dan"]);
    assert_eq!(members(&project, "never_bought"), ["eve", "flo"]);
}

#[test]
fn without_a_rule_only_the_sign_tells() {
    let project = project(&SOURCE.replace("  cancelled: Status in [\"cancelled\", \"returned\"]\n", ""));
    assert_eq!(members(&project, "regulars"), ["ada", "ben", "dan", "eve"]);
    assert_eq!(members(&project, "never_bought"), ["flo"]);
}

/// The jug was only ever returned, so it is no signal: nobody is shown it, in the plan as in the mails.
#[test]
fn what_was_only_returned_is_recommended_to_nobody() {
    let campaign = r#"
sender store {
  from:        "Aurora <hello@aurora.example>"
  address:     "1 High Street, London"
  unsubscribe: "https://mail.aurora.example/u"
}

policy house_rules {
  require: email is known
}

strategy bestsellers {
  method: popular(purchases in last 90 days)
  take:   3
}

template list {
  language: "en"
  subject:  "For you"
  format:   text
  body: """
    {% for pick in picks %}
    - {{ pick.title }}
    {% endfor %}
  """
}

campaign weekly {
  source:    retail
  audience:  email is known
  recommend: bestsellers
  template:  list
  sender:    store
  policy:    house_rules
}
"#;
    let project = project(&format!("{SOURCE}{campaign}"));
    let plan = project.herald(&["plan", "retail.campaign", "--as-of", "2026-11-01", "--json"]);
    assert!(plan.status.success(), "{}{}", text(&plan.stdout), text(&plan.stderr));
    let run = project.herald(&["run", "retail.campaign", "--as-of", "2026-11-01"]);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let mails = project.mails();
    assert_eq!(mails.len(), 6);
    for (path, bytes) in mails {
        let mail = text(&bytes);
        assert!(mail.contains("Cakestand") && mail.contains("Postage"), "{}", path.display());
        assert!(!mail.contains("Jug"), "{}", path.display());
    }
}

#[test]
fn a_source_whose_lines_have_no_quantity_is_checked_and_counted() {
    let source = SOURCE.replace(", quantity: Quantity", "");
    let project = project(&source);
    let checked = project.herald(&["check", "retail.campaign"]);
    assert!(checked.status.success(), "{}", text(&checked.stdout));
    // `Quantity` is then a column like any other, so every line is one piece and none is a return.
    assert_eq!(members(&project, "regulars"), ["ada", "cleo", "dan"]);
    assert_eq!(members(&project, "big_spenders"), [""; 0]);
}
