//! Clusters and models from declaration to mail, on the demo shop.

use rusqlite::Connection;

use crate::shop::{Project, text};

const AS_OF: &str = "2026-11-20";

/// The shop's own declarations with what is learned from it, and segments that ask for it.
const LEARNED: &str = r#"
use shop, store, house_rules, shopper from "shop"

profile behaviour {
  spend_90d:  sum(purchases.amount in last 90 days)
  engagement: count(clicks in last 90 days) / count(sends in last 90 days)
  rfm:        100 * (6 - quintile(recency)) + 10 * quintile(orders_90d) + quintile(spend_year)
}

cluster persona "Customers who behave alike" {
  features: [orders_90d, spend_90d, recency]
  k:        3..6
  order_by: spend_90d
}

model churn "Will not order in the next 60 days" {
  predicts: not any(orders in next 60 days)
  features: [orders_90d, spend_90d, recency, engagement]
}

model buys { predicts: any(orders in next 60 days), method: bg_nbd }
model next_orders { predicts: count(orders in next 90 days) }
model next_order { predicts: earliest(orders.at in next 365 days) }
model value { predicts: sum(purchases.amount in next 365 days) }

segment leaving { where: churn > 0.6 }
segment staying { where: not (churn > 0.6) }
segment first { where: persona = 1 }
segment others { where: persona > 1 }
segment known { where: buys is known }
segment buyers { where: any(orders) }
segment worth { where: value > 0 CNY and next_orders > 0 and buys in 0.0..1.0 }
segment soon { where: next_order >= 2026-11-20 and next_order < 2026-12-20 }
segment later { where: next_order >= 2026-12-20 }
segment seldom { where: any(orders) and next_order is missing }
segment never { where: not any(orders) and next_order is known }
segment best { where: rfm >= 500 }

template note {
  language: "en"
  subject:  "For you"
  format:   text
  body: """
    Persona {{ customer.persona }}, {{ customer.churn | round(3) }}.
    {% if customer.next_order %}Your next order: {{ customer.next_order | date }}.{% endif %}
  """
}

template sorry {
  language: "en"
  subject:  "We miss you"
  format:   text
  body: """
    Come back.
  """
}

campaign news {
  source:   shop
  audience: buyers
  template: [sorry when churn > 0.6, note]
  sender:   store
  policy:   house_rules
}
"#;

fn project() -> Project {
    let project = Project::new();
    project.write("campaigns/learned.campaign", LEARNED);
    project
}

fn herald(project: &Project, args: &[&str]) -> String {
    let out = project.herald(args);
    assert!(out.status.success(), "{args:?}: {}{}", text(&out.stdout), text(&out.stderr));
    text(&out.stdout)
}

fn model(project: &Project, name: &str, more: &[&str]) -> String {
    let args = ["model", name, "campaigns/learned.campaign", "--as-of", AS_OF];
    herald(project, &[&args, more].concat())
}

fn count(project: &Project, segment: &str) -> u64 {
    let args = ["segment", segment, "campaigns/learned.campaign", "--as-of", AS_OF, "--sample", "0"];
    let told = herald(project, &args);
    let number = told.split_whitespace().nth(1).unwrap();
    number.replace(',', "").parse().unwrap()
}

#[test]
fn what_is_learned_is_shown_as_people_read_it() {
    let project = project();
    for name in ["persona", "next_orders"] {
        insta::assert_snapshot!(name, model(&project, name, &[]));
    }
    insta::assert_snapshot!("churn", model(&project, "churn", &["--by", "gender"]));
    let data: serde_json::Value =
        serde_json::from_str(&model(&project, "churn", &["--format", "json", "--by", "gender"])).unwrap();
    let evaluation = &data["report"]["probability"]["evaluation"];
    assert!(evaluation["auc"].as_f64().unwrap() > 0.6, "{evaluation}");
    let people: u64 =
        data["fairness"].as_array().unwrap().iter().map(|g| g["people"].as_u64().unwrap()).sum();
    assert_eq!(people, evaluation["examples"].as_u64().unwrap());
}

#[test]
fn segments_ask_for_what_is_learned() {
    let project = project();
    let (leaving, staying) = (count(&project, "leaving"), count(&project, "staying"));
    assert_eq!(leaving + staying, 400);
    assert!(leaving > 0 && staying > 0, "{leaving} {staying}");
    let (first, others) = (count(&project, "first"), count(&project, "others"));
    assert_eq!(first + others, 400);
    assert!(first > 0 && others > 0);
    // Who never bought has no value; who did has one.
    let buyers = count(&project, "buyers");
    assert_eq!(count(&project, "known"), buyers);
    assert_eq!(count(&project, "worth"), buyers);
    // When the next order comes is after today for everybody, and not known of who will rather not order within the year.
    let (soon, later, seldom) =
        (count(&project, "soon"), count(&project, "later"), count(&project, "seldom"));
    assert_eq!(soon + later + seldom, buyers);
    assert!(soon > 0 && later > 0 && seldom > 0, "{soon} {later} {seldom}");
    assert_eq!(count(&project, "never"), 0);
    let best = count(&project, "best");
    assert!(best > 0 && best < 160, "{best}");
}

#[test]
fn nothing_is_learned_from_what_came_later() {
    let project = project();
    let learned = |name: &str| {
        let args = ["model", name, "campaigns/learned.campaign", "--as-of", "2026-09-01", "--format", "json"];
        herald(&project, &args)
    };
    let (churn, personas, value) = (learned("churn"), learned("persona"), learned("value"));
    let shop = Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    let later = shop
        .execute(
            "UPDATE purchases SET price = price * 1000 WHERE at >= strftime('%s', '2026-08-31T16:00:00Z')",
            [],
        )
        .unwrap();
    assert!(later > 0);
    assert_eq!((learned("churn"), learned("persona"), learned("value")), (churn, personas.clone(), value));
    shop.execute("UPDATE purchases SET price = price * 1000 WHERE customer % 7 = 0", []).unwrap();
    assert_ne!(learned("persona"), personas);
}

#[test]
fn a_plan_learns_first_and_its_mails_speak_of_it() {
    let project = project();
    let target = ["campaigns/learned.campaign", "--as-of", AS_OF];
    let plan = herald(&project, &[&["plan"], &target[..]].concat());
    let place = |step: &str| plan.find(step).unwrap_or_else(|| panic!("{step} is not in\n{plan}"));
    assert!(place("fit:churn") < place("assign") && place("fit:persona") < place("attributes"));
    assert!(
        plan.contains("`churn` is learned without `engagement`, which is not known of anybody"),
        "{plan}"
    );
    herald(&project, &[&["run"], &target[..]].concat());
    let mails: Vec<String> = project.mails().iter().map(|m| text(&m.1)).collect();
    assert!(mails.iter().any(|m| m.contains("Persona ")) && mails.iter().any(|m| m.contains("Come back.")));
    assert!(mails.iter().any(|m| m.contains("Your next order: ")));
    // What was learned was kept: fitting ahead of time finds it done, and a second plan is the same plan.
    let results = || std::fs::read_dir(project.path().join(".herald/results")).unwrap().count();
    let kept = results();
    model(&project, "persona", &[]);
    assert_eq!(results(), kept);
}

#[test]
fn fitting_ahead_of_time_fits_everything() {
    let project = project();
    let told = herald(&project, &["fit", "campaigns/learned.campaign", "--as-of", AS_OF]);
    assert_eq!(told.lines().filter(|l| l.starts_with("fitted")).count(), 6, "{told}");
    // Strategies too: the plan that comes after has nothing left to learn.
    let target = ["campaigns/weekend.campaign", "--as-of", AS_OF];
    let results = || std::fs::read_dir(project.path().join(".herald/results")).unwrap().count();
    let before = results();
    let told = herald(&project, &[&["fit"], &target[..]].concat());
    assert!(told.contains("fitted recommend:for_you") && results() > before, "{told}");
    let kept = results();
    herald(&project, &[&["plan"], &target[..]].concat());
    assert_eq!(results(), kept);
    // A campaign that cannot be run yet keeps nobody else from being fitted.
    project.write(
        "campaigns/toned.campaign",
        &LEARNED
            .replace("  sender:   store", "  tone: plain\n  sender: store")
            .replace("segment leaving", "tone plain { strength: 0..0.4 }\nsegment leaving"),
    );
    let told = herald(&project, &["fit", "campaigns/toned.campaign", "--as-of", AS_OF]);
    assert!(told.contains("look nothing is fitted for news") && told.contains("fitted churn"), "{told}");
}

#[test]
fn who_will_unsubscribe_or_complain_is_learned_from_the_records() {
    let project = project();
    herald(&project, &["run", "campaigns/weekend.campaign", "--as-of", AS_OF]);
    let records = Connection::open(project.path().join(".herald/state.db")).unwrap();
    let shop = project.path().join("campaigns/aurora.db").display().to_string();
    records.execute("ATTACH ?1 AS shop", [shop]).unwrap();
    // Who had not bought for long said no, and hardly anybody else; most of them complained too.
    let quiet = "SELECT id FROM shop.customers WHERE id % 20 = 7 OR id NOT IN
        (SELECT customer FROM shop.purchases WHERE at BETWEEN strftime('%s', '2026-07-01') AND strftime('%s', '2026-09-15'))";
    for (table, some) in [("unsubscribes", "1"), ("complaints", "id % 5 > 0")] {
        let at = "strftime('%s', '2026-10-20') + 3600 * (id % 24)";
        let rows = format!("INSERT INTO {table} (customer, at) SELECT id, {at} FROM ({quiet}) WHERE {some}");
        assert!(records.execute(&rows, []).unwrap() > 20, "{table}");
    }
    project.write(
        "campaigns/no.campaign",
        r#"
use shop, shopper from "shop"
profile lately { orders_120d: count(orders in last 120 days) }
model says_no { predicts: any(unsubscribes in next 60 days), features: [orders_120d, recency] }
model complains { predicts: any(complaints in next 60 days), features: [orders_120d, recency] }
segment at_risk { where: says_no > 0.15 and not any(unsubscribes) }
"#,
    );
    let no = |args: &[&str]| herald(&project, &[args, &["campaigns/no.campaign", "--as-of", AS_OF]].concat());
    for name in ["says_no", "complains"] {
        let told: serde_json::Value =
            serde_json::from_str(&no(&["model", name, "--format", "json"])).unwrap();
        let auc = told["report"]["probability"]["evaluation"]["auc"].as_f64().unwrap();
        assert!(auc > 0.6, "{name}: {told}");
    }
    let told = no(&["segment", "at_risk", "--sample", "0"]);
    let found: u64 = told.split_whitespace().nth(1).unwrap().replace(',', "").parse().unwrap();
    assert!(found > 0 && found < 400, "{told}");
}

#[test]
fn what_cannot_be_learned_says_why() {
    let project = project();
    let failing = |name: &str, as_of: &str, code: &str| {
        let out = project.herald(&["model", name, "campaigns/odd.campaign", "--as-of", as_of]);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("`{name}` cannot be learned")) && said.contains(code), "{said}");
    };
    project.write(
        "campaigns/odd.campaign",
        r#"
use shop, shopper from "shop"
profile odd { countries: count(orders where id = "none"), one: count(orders) / count(orders) }
model churn { predicts: not any(orders in next 60 days), features: [orders_90d] }
model never { predicts: any(orders where id = "none" in next 60 days), features: [orders_90d] }
model empty { predicts: not any(orders in next 60 days), features: [countries] }
model again { predicts: count(orders in next 60 days) }
model alike { predicts: sum(purchases.amount in next 60 days) }
cluster many { features: [countries, orders_90d], k: 400 }
cluster none { features: [countries] }
"#,
    );
    failing("churn", "2015-01-01", "H0601");
    failing("never", AS_OF, "H0602");
    failing("empty", AS_OF, "H0603");
    failing("again", "2015-01-01", "H0601");
    failing("many", AS_OF, "H0604");
    failing("none", AS_OF, "H0603");
    // One line a day, always for the same amount: how much customers differ cannot be told.
    let shop = Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    shop.execute_batch(
        "DELETE FROM purchases WHERE rowid NOT IN
           (SELECT min(rowid) FROM purchases GROUP BY customer, date(at, 'unixepoch', '+8 hours'));
         UPDATE purchases SET price = 100, quantity = 1;",
    )
    .unwrap();
    failing("alike", AS_OF, "H0605");
}

#[test]
fn mistakes_in_what_is_to_be_learned_are_found_where_they_stand() {
    let project = Project::new();
    project.write(
        "campaigns/wrong.campaign",
        r#"use shop, shopper from "shop"
model past { predicts: any(orders in last 60 days), features: [orders_90d] }
model bare { predicts: any(orders in next 60 days) }
model both { predicts: any(orders in next 60 days), features: [recency], method: bg_nbd }
model how { predicts: avg(purchases.amount in next 60 days) }
model trees { predicts: any(orders in next 60 days), features: [recency], method: boosted }
model round { predicts: any(orders in next 60 days), features: [trip] }
model trip { predicts: any(orders in next 30 days), features: [round] }
cluster words { features: [favourite] }
segment fifth { where: any(orders where quintile(total) = 5) }
"#,
    );
    let out = project.herald(&["check", "campaigns/wrong.campaign"]);
    assert_eq!(out.status.code(), Some(1));
    insta::assert_snapshot!("mistakes", text(&out.stdout) + &text(&out.stderr));
}
