//! A variant may override any of its campaign's keys, and what it overrides takes effect.

use mail_parser::MessageParser;

use crate::shop::{Project, text};

const CAMPAIGN: &str = r#"use shop, store, house_rules from "shop"
use consented from "std/segments"

sender outlet {
  from:        "Aurora Outlet <outlet@aurora.example>"
  address:     "1 Outlet Road, Shanghai"
  unsubscribe: "https://mail.aurora.example/outlet"
  via:         files("outbox/outlet")
}

policy abroad_only {
  require:     [consented, country != "CN"]
  quiet_hours: 00:00..12:00
}

template hello { language: "en", subject: "Hello from {{ sender.name }}", format: text, body: "Hello" }

campaign two {
  source:   shop
  audience: country is known
  template: hello
  sender:   store
  policy:   house_rules
  send:     daily at 10:00
  goal:     any(orders in next 7 days)
  variant plain  50%
  variant outlet 50% { sender: outlet, policy: abroad_only, send: daily at 09:00, goal: any(views in next 2 days) }
}
"#;

#[test]
fn a_version_has_its_own_sender_rules_time_and_goal() {
    let project = Project::new();
    project.write("campaigns/two.campaign", CAMPAIGN);
    let run = project.herald(&["run", "campaigns/two.campaign", "--as-of", "2026-11-20 10:00"]);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));

    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    let mut country = shop.prepare("SELECT country FROM customers WHERE id = ?1").unwrap();
    let (mut plain, mut outlet) = (0, 0);
    for (path, bytes) in project.mails() {
        let id: i64 = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let from = mail.from().unwrap().first().unwrap().address().unwrap().to_owned();
        let due = mail.date().unwrap().to_rfc3339();
        let unsubscribe = mail.header_raw("List-Unsubscribe").unwrap();
        if path.starts_with("outlet") {
            outlet += 1;
            assert_eq!(from, "outlet@aurora.example");
            assert_eq!(mail.subject().unwrap(), "Hello from Aurora Outlet");
            assert!(unsubscribe.contains("aurora.example/outlet?t="), "{unsubscribe}");
            assert_ne!(country.query_row([id], |r| r.get::<_, String>(0)).unwrap(), "CN", "customer {id}");
            assert!(
                due.as_str() >= "2026-11-21T01:00:00Z",
                "due {due}: the day after at 09:00, or later for quiet hours"
            );
        } else {
            plain += 1;
            assert_eq!(from, "hello@aurora.example");
            assert!(due.as_str() < "2026-11-21T01:00:00Z", "due {due}");
        }
    }
    assert!(plain > 20 && outlet > 20, "{plain} and {outlet}");

    let plan = project.herald(&["plan", "campaigns/two.campaign", "--as-of", "2026-11-20 10:00", "--json"]);
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    let step =
        |id: &str| plan["plan"]["steps"].as_array().unwrap().iter().find(|s| s["id"] == id).unwrap().clone();
    let versions = &step("assign")["work"]["variants"];
    assert_eq!(versions[0]["goal"]["words"], "any(orders in next 7 days)");
    assert_eq!(versions[1]["goal"]["words"], "any(views in next 2 days)");
    assert_eq!(step("deliver:outlet")["work"]["via"], "files in outbox/outlet/");
}
