//! `herald test`: the tests that campaign files hold, on the shop's data and on rows of their own.

use crate::shop::{Project, text};

/// A project whose shop's database is not there, with one campaign of two lines, and the tests given.
fn without_database(tests: &str) -> Project {
    let project = Project::without_shop();
    project.write("campaigns/small.campaign", &format!("{SMALL}\n{tests}"));
    project
}

const SMALL: &str = r#"
source corner {
  database:  "corner.db"
  currency:  EUR
  timezone:  "Europe/Berlin"
  url:       "https://corner.example"
  customers: table("clients", id: client_no, email: mail, name: called)
}

sender us {
  from:        "Corner <hello@corner.example>"
  address:     "1 Main Street, Berlin"
  unsubscribe: "https://corner.example/u"
  via:         files("outbox")
}

policy rules { require: [consent = yes, blocked_at is missing] }

segment lookers { where: any(views in last 14 days) and not any(clicks in last 7 days) }

strategy seen {
  method:  popular(views in last 30 days)
  exclude: stock = 0
  take:    2
}

template note {
  language: "en"
  subject:  "{{ customer.name | default('Hello') }}: {{ picks[0].title }}"
  format:   markdown
  body: """
    {% for pick in picks %}
    - [{{ pick.title }}]({{ pick.url }}), {{ pick.price | money }}
    {% endfor %}
  """
}

campaign news {
  source:    corner
  audience:  lookers
  recommend: seen
  template:  note
  sender:    us
  policy:    rules
  send:      once at 2027-01-01 09:00
  holdout:   99%
}
"#;

const ROWS: &str = r#"
  campaign: news
  as_of:    2026-11-20
  rows: [
    customers(id: 1, name: "Ada", email: "ada@example.com", consent: yes, shoe_size: 38, blocked_at: missing),
    customers(id: 2, name: "Bob", email: "bob@example.com", consent: no),
    customers(id: 3, email: "cy@example.com", consent: yes),
    products(id: "L", title: "Lamp", price: 39.90 EUR, stock: 5, url: "/l"),
    products(id: "C", title: "Chair", price: 120 EUR, stock: 2, url: "/c"),
    products(id: "S", title: "Sofa", price: 900 EUR, stock: 0, url: "/s"),
    views(customer: 1, product: "L", at: 2026-11-19 23:59),
    views(customer: 1, product: "L", at: 2026-11-18),
    views(customer: 2, product: "C", at: 2026-11-18),
    views(customer: 3, product: "S", at: 2026-11-20),
    clicks(customer: 3, at: 2026-11-15),
  ]
"#;

/// A test of these rows that says something more.
fn of_rows(title: &str, more: &str) -> String {
    format!("test \"{title}\" {{{ROWS}{more}\n}}\n")
}

fn run(project: &Project, more: &[&str]) -> (String, Option<i32>) {
    let output = project.herald(&[&["test", "campaigns/small.campaign"], more].concat());
    let both = [text(&output.stdout), text(&output.stderr)].concat();
    (both, output.status.code())
}

#[test]
fn the_tests_that_ship_pass_and_the_kept_message_is_current() {
    let project = Project::new();
    let output = project.herald(&["test", "campaigns"]);
    let told = text(&output.stdout);
    assert!(output.status.success(), "{told}{}", text(&output.stderr));
    assert!(told.ends_with("\n3 passed\n"), "{told}");
    assert!(!project.path().join(".herald").exists() && !project.path().join("outbox").exists());
}

#[test]
fn a_test_sees_the_message_that_a_run_sends() {
    let project = Project::new();
    let day = ["run", "campaigns/weekend.campaign", "--as-of", "2026-11-20"];
    assert!(project.herald(&day).status.success());
    let (path, bytes) = project.mails().swap_remove(3);
    let id = path.file_stem().unwrap().to_str().unwrap();
    let test = format!(
        "use weekend from \"weekend\"\ntest \"one\" {{ campaign: weekend, as_of: 2026-11-20, customer: {id}, snapshot: \"one.txt\" }}\n"
    );
    project.write("campaigns/one.campaign", &test);
    // Whoever got the mail of this run is looked at as if there had been none.
    let output = project.herald(&["test", "campaigns/one.campaign", "--update"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    let kept = std::fs::read_to_string(project.path().join("campaigns/one.txt")).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    let body = mail.body_text(0).unwrap().replace("\r\n", "\n");
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    assert!(kept.contains(&format!("\nSubject: {}\n", mail.subject().unwrap())), "{kept}");
    assert!(kept.contains(lines.join("\n").trim_end()), "{kept}\n-- is not --\n{body}");
}

#[test]
fn rows_of_a_test_are_all_the_data_there_is_wherever_the_database_is() {
    let one = of_rows(
        "Ada",
        r#"customer: 1
  expect: [
    customer in audience,
    count(audience) = 2,
    count(audience where consent = yes) = 1,
    count(picks) = 2 and picks[0].title = "Lamp" and picks[0].price = 39.90 EUR,
    not any(picks where stock = 0),
    sum(picks.price) = 159.90 EUR,
    subject = "Ada: Lamp",
    length(subject) = 9 and lower(subject) contains "lamp" and max(picks[0].stock, 7) = 7,
    customer.shoe_size in 35..40,
    text contains "https://corner.example/l",
    template = "note" and lang = "en" and variant is missing,
    campaign.name = "news" and as_of = 2026-11-20,
  ]"#,
    );
    let others = of_rows(
        "no sofa, no reason",
        "customer: 3\n  expect: [not (customer in audience), html contains \"Hello\"]",
    );
    let everyone = of_rows("everyone", "expect: [subject contains \"Lamp\", customer.name is known]");
    let (told, status) = run(&without_database(&[one, others, everyone].concat()), &[]);
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("passed  everyone") && told.contains("  1 message\n"), "{told}");
}

#[test]
fn a_missing_value_matches_nothing_and_neither_does_its_opposite() {
    let holds = of_rows(
        "holds",
        r#"customer: 3
  expect: [
    customer.name is missing,
    customer.city is missing and customer.shoe_size is missing,
    customer.city = "Berlin" or yes,
    not (customer.city is known),
    count(audience where shoe_size > 0) = 1,
    min(audience.shoe_size) = 38,
  ]"#,
    );
    let (told, status) = run(&without_database(&holds), &[]);
    assert_eq!(status, Some(0), "{told}");
    for expectation in [
        "customer.city = \"Berlin\"",
        "customer.city != \"Berlin\"",
        "not (customer.city = \"Berlin\")",
        "customer.city in [\"Berlin\"]",
        "customer.city not in [\"Berlin\"]",
        "customer.shoe_size in 1..",
        "customer.shoe_size + 1 > 0",
        "customer.city contains \"B\"",
        "all(audience where shoe_size > 0)",
    ] {
        let test = of_rows("does not", &format!("customer: 3\n  expect: [{expectation}]"));
        let (told, status) = run(&without_database(&test), &[]);
        assert!(status == Some(1) && told.contains("does not hold for customer 3"), "{expectation}: {told}");
    }
}

#[test]
fn rows_are_written_as_the_shops_own_columns_write_theirs() {
    let dated = ROWS
        .replace("consent: yes, shoe_size: 38", "consent: yes, born: 1990-05-01, since: 2020-02-03 10:30");
    let test = format!(
        "test \"Ada\" {{{dated}customer: 1\n  expect: [count(audience) = 2, picks[0].price = 39.90 EUR, \
         customer.born = 1990-05-01, customer.since = 2020-02-03 10:30, days since customer.since in 2000..3000]\n}}\n"
    );
    let project = without_database(&test);
    let shop = rusqlite::Connection::open(project.path().join("campaigns/corner.db")).unwrap();
    // Times in three layouts, yes and no as words, ids that are texts, a view, and a row that no test may see.
    shop.execute_batch(
        "CREATE TABLE clients (client_no INTEGER, mail TEXT, called TEXT, consent TEXT, born TEXT, since TEXT, city TEXT, blocked_at TEXT);
         INSERT INTO clients VALUES (9, 'x@example.com', 'X', 'yes', '1980-01-31', '2019-01-01 08:00', 'Bonn', NULL);
         CREATE TABLE goods (id TEXT, title TEXT, price REAL, stock INTEGER, url TEXT);
         INSERT INTO goods VALUES ('X', 'Secret', 1.5, 3, '/x');
         CREATE VIEW products AS SELECT * FROM goods;
         CREATE TABLE views (customer INTEGER, product TEXT, at TEXT);
         INSERT INTO views VALUES (9, 'X', '2026-11-19T10:00:00Z');",
    )
    .unwrap();
    drop(shop);
    let (told, status) = run(&project, &[]);
    assert_eq!(status, Some(0), "{told}");
    // And what the shop's own data says is asked where a test brings no rows.
    let own = "test \"own\" { campaign: news, as_of: 2026-11-20, expect: [picks[0].title = \"Secret\", customer.city = \"Bonn\"] }\n";
    let file = std::fs::read_to_string(project.path().join("campaigns/small.campaign")).unwrap();
    project.write("campaigns/small.campaign", &format!("{file}{own}"));
    let (told, status) = run(&project, &[]);
    assert!(status == Some(0) && told.contains("2 passed"), "{told}");
}

#[test]
fn a_failure_says_what_was_expected_and_found_at_its_place() {
    let one = of_rows(
        "Ada",
        r#"customer: 1
  expect: [
    count(picks) = 3,
    length(subject) < 9,
    all(picks where stock > 3 and price < 100 EUR),
    subject contains "Sofa" or picks[1].title = "Sofa",
    customer.shoe_size > 38 and customer in audience,
    picks[0].because is known,
    customer.city = "Berlin",
    not any(picks where title contains "L"),
    max(picks.price) in 10 EUR..100 EUR,
  ]"#,
    );
    let nobody = of_rows(
        "Bob",
        "customer: 2\n  expect: [subject contains \"Bob\", customer.name = \"Bob\", count(picks) = 1]",
    );
    let absent = of_rows("Dora", "customer: 4\n  expect: [count(picks) = 1]");
    let everyone = of_rows("everyone", "expect: [customer.name != \"Ada\", count(audience) in 5..50]");
    let (told, status) = run(&without_database(&[one, nobody, absent, everyone].concat()), &[]);
    assert_eq!(status, Some(1));
    insta::assert_snapshot!(told);
}

#[test]
fn what_cannot_be_asked_yet_is_skipped_with_the_reason_and_never_passed() {
    let tone = of_rows("warm", "customer: 1\n  expect: [tone within warm, count(picks) = 2]");
    let both = of_rows("cold", "customer: 1\n  expect: [tone within warm, count(picks) = 3]");
    let project = without_database(&[tone, both].concat());
    let file = std::fs::read_to_string(project.path().join("campaigns/small.campaign")).unwrap();
    let later = "\noffer ten { discount: 10% }\n\
        campaign farewell {\n  source: corner\n  audience: lookers\n  offer: ten\n  template: note\n  recommend: seen\n  sender: us\n  policy: rules\n}\n\
        test \"goodbye\" { campaign: farewell, as_of: 2026-11-20, expect: [count(audience) > 0] }\n";
    project.write("campaigns/small.campaign", &format!("use warm from \"std/tones\"\n{file}{later}"));
    let (told, status) = run(&project, &[]);
    assert!(told.contains("skipped warm") && told.contains("not asked `tone within warm`"), "{told}");
    assert!(told.contains("failed  cold") && told.contains("expected 3, found 2"), "{told}");
    assert!(told.contains("skipped goodbye") && told.contains("needs offer ten"), "{told}");
    assert!(told.contains("0 passed, 1 failed, 2 skipped"), "{told}");
    assert_eq!(status, Some(1));
}

#[test]
fn a_kept_message_is_written_once_and_a_change_is_shown() {
    let kept = of_rows("kept", "customer: 1\n  snapshot: \"snapshots/ada.txt\"");
    let project = without_database(&kept);
    let (told, status) = run(&project, &[]);
    assert!(status == Some(1) && told.contains("no message is kept in `snapshots/ada.txt` yet"), "{told}");
    let (told, status) = run(&project, &["--update"]);
    assert!(status == Some(0) && told.contains("the message is kept in snapshots/ada.txt"), "{told}");
    let first = std::fs::read_to_string(project.path().join("campaigns/snapshots/ada.txt")).unwrap();
    assert!(first.contains("Subject: Ada: Lamp\n") && first.contains("\n---- html ----\n"), "{first}");
    assert_eq!(run(&project, &[]).1, Some(0));
    let changed = std::fs::read_to_string(project.path().join("campaigns/small.campaign")).unwrap();
    project.write("campaigns/small.campaign", &changed.replace("| money }}", "| money }} only"));
    let (told, status) = run(&project, &[]);
    assert_eq!(status, Some(1));
    for line in ["the message is not the one that is kept", "\n-- Lamp", "\n+- Lamp", "only"] {
        assert!(told.contains(line), "{line:?} in {told}");
    }
    assert_eq!(std::fs::read_to_string(project.path().join("campaigns/snapshots/ada.txt")).unwrap(), first);
}

#[test]
fn machines_read_the_same_results() {
    let good = of_rows("good <&>", "customer: 1\n  expect: [count(picks) = 2]");
    let bad = of_rows("bad", "customer: 1\n  expect: [count(picks) = 5]");
    let project = without_database(&[good, bad].concat());
    let output = project.herald(&["test", "campaigns/small.campaign", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let page: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&page["passed"], &page["failed"], &page["skipped"]), (&1.into(), &1.into(), &0.into()));
    let failure = &page["tests"][1]["failures"][0];
    assert_eq!((&failure["expected"], &failure["found"]), (&"5".into(), &"2".into()));
    assert_eq!(failure["customer"], 1);
    let output = project.herald(&["test", "campaigns/small.campaign", "--format", "junit"]);
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn results_do_not_depend_on_threads() {
    let tests: String = (0..12)
        .map(|n| of_rows(&format!("test {n}"), &format!("customer: 1\n  expect: [count(picks) = {}]", n % 3)))
        .collect();
    let project = without_database(&tests);
    let run = |threads: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_herald"))
            .args(["test", "campaigns/small.campaign", "--format", "json"])
            .current_dir(project.path())
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        text(&output.stdout)
    };
    let one = run("1");
    assert_eq!(one.matches("\"status\": \"passed\"").count(), 4);
    assert_eq!(one, run("8"));
}

#[test]
fn rows_that_make_no_sense_are_refused_with_the_reason() {
    let project = without_database(
        r#"
test "rows" {
  campaign: news
  rows: [
    customers(id: 1, nmae: "x", consent: "yes", age: 3),
    customers(id: 1, email: "a@b.example", birthday: 2026-01-01 10:00, locale: zh),
    products(id: 7, title: "Lamp", price: 399, cost: 200 USD, stock: "5"),
    views(customer: 1, product: 9),
    orders(id: 1, customer: 1, at: 2026-01-01),
    purchases(1, customer: 1, customer: 2, product: 7, at: 2026-11-01, quantity: -1),
    17,
  ]
  snapshot: "../up.txt"
  expect: [customer in picks]
}
test "nothing" { campaign: news }
"#,
    );
    let (told, status) = run(&project, &[]);
    assert_eq!(status, Some(1));
    insta::assert_snapshot!(told);
}

#[test]
fn without_tests_or_a_database_the_command_says_so() {
    let project = without_database(
        "test \"own data\" { campaign: news, as_of: 2026-11-20, expect: [count(audience) = 1] }",
    );
    let (told, status) = run(&project, &[]);
    assert!(told.contains("this test cannot be run") && told.contains("corner.db"), "{told}");
    assert_eq!(status, Some(1));
    let none = without_database("");
    let (told, status) = run(&none, &[]);
    assert!(status == Some(2) && told.contains("there is no `test` in these files"), "{told}");
}
