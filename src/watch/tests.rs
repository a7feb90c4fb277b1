//! Saves and what becomes of them, without a browser: the engine asked directly.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::engine::{Engine, Listener};
use super::{Built, Selection, Settings, View};
use crate::data::demo::{self, DemoOptions};
use crate::run::Workspace;

struct Silent;

impl Listener for Silent {
    fn built(&mut self, _: &Built, _: Option<&Workspace>) {}
    fn counted(&mut self, _: &str) {}
    fn reads(&mut self, _: BTreeSet<PathBuf>) {}
}

/// A project with a small demo shop, and the engine on it.
struct Desk {
    folder: tempfile::TempDir,
    engine: Engine,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let options = DemoOptions { customers: 300, products: 80, events: 6_000, ..DemoOptions::default() };
        demo::generate(&at("shop.db"), &options, &mut |_, _| {}).unwrap();
        std::fs::write(at("shop.campaign"), SHOP).unwrap();
        std::fs::write(at("lookers.campaign"), CAMPAIGN).unwrap();
        std::fs::write(at("body.txt"), "Hello {{ customer.name | default(\"there\") }}").unwrap();
        let settings = Settings {
            target: folder.path().to_owned(),
            project: folder.path().to_owned(),
            as_of: "2026-11-19T16:00:00Z".parse().unwrap(),
            seed: 1,
        };
        let mut desk = Self { engine: Engine::new(settings), folder };
        desk.saved(&[]);
        desk
    }

    fn saved(&mut self, files: &[&str]) {
        let changed = files.iter().map(|f| self.folder.path().canonicalize().unwrap().join(f)).collect();
        self.engine.build(&changed, &mut Silent);
    }

    /// Replaces a text in a file and tells the engine.
    fn edit(&mut self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
        self.saved(&[file]);
    }

    fn view(&mut self) -> View {
        self.engine.view(&Selection::default())
    }
}

const SHOP: &str = r#"source shop {
  database: "shop.db"
  currency: CNY
  timezone: "Asia/Shanghai"
}
sender store {
  from: "Aurora <hello@aurora.example>"
  address: "88 Century Avenue, Shanghai 200120"
  unsubscribe: "https://mail.aurora.example/u"
}
policy rules { require: email is known }
"#;

const CAMPAIGN: &str = r#"use shop, store, rules from "shop"
segment lookers { where: count(views in last 14 days) >= 3 }
template hello { language: "en", subject: "New for you", format: text, body: file("body.txt") }
campaign looked { source: shop, audience: lookers, template: hello, sender: store, policy: rules }
"#;

#[test]
fn a_changed_segment_shows_who_came_and_who_left() {
    let mut desk = Desk::new();
    let before = desk.view().audience.unwrap();
    assert!(before.count > 10 && before.entered == 0 && before.left == 0);
    desk.edit("lookers.campaign", ">= 3", ">= 6");
    let fewer = desk.view().audience.unwrap();
    assert_eq!((fewer.count + fewer.left, fewer.entered), (before.count, 0));
    assert!(fewer.left > 0 && !fewer.leavers.is_empty());
    desk.edit("lookers.campaign", ">= 6", ">= 3");
    let again = desk.view().audience.unwrap();
    assert_eq!((again.entered, again.left), (fewer.left, 0));
    desk.edit("body.txt", "Hello", "Good day");
    let same = desk.view();
    assert_eq!(same.audience.unwrap().entered, 0, "another text brings nobody");
    assert!(same.mail.unwrap().text.starts_with("Good day"));
}

#[test]
fn a_broken_file_keeps_the_last_preview_with_its_errors_in_place() {
    let mut desk = Desk::new();
    let whole = desk.view();
    desk.edit("lookers.campaign", "count(views", "count(veiws");
    let broken = desk.view();
    assert!(broken.stale && !broken.built.sound);
    assert_eq!(broken.mail.unwrap().subject, whole.mail.unwrap().subject);
    let finding = &broken.findings[0];
    assert_eq!((finding["code"].as_str(), finding["place"]["line"].as_u64()), (Some("H0220"), Some(2)));
    let line = finding["excerpt"].as_array().unwrap().iter().find(|l| !l["marked"].is_null()).unwrap();
    let (from, to) = (line["marked"][0].as_u64().unwrap(), line["marked"][1].as_u64().unwrap());
    let marked: String =
        line["text"].as_str().unwrap().chars().skip(from as usize).take((to - from) as usize).collect();
    assert_eq!(marked, "veiws");
    desk.edit("lookers.campaign", "count(veiws", "count(views");
    assert!(!desk.view().stale);
}

#[test]
fn changed_data_is_seen_and_mere_reading_is_no_change() {
    let mut desk = Desk::new();
    let before = desk.view();
    desk.saved(&["shop.db"]);
    assert_eq!(desk.view().built.build, before.built.build, "nothing changed in it");
    let shop = rusqlite::Connection::open(desk.folder.path().join("shop.db")).unwrap();
    shop.execute("DELETE FROM views WHERE customer % 2 = 0", []).unwrap();
    drop(shop);
    desk.saved(&["shop.db"]);
    let after = desk.view().audience.unwrap();
    assert!(after.left > 0 && after.count < before.audience.unwrap().count);
}

#[test]
fn somebody_who_gets_no_mail_is_shown_with_the_reason_and_the_mail_they_would_get() {
    let mut desk = Desk::new();
    desk.edit("lookers.campaign", "policy: rules", "policy: rules, holdout: 100%");
    let view = desk.view();
    let customer = view.customer.unwrap();
    assert!(!customer.mailed);
    let gate = customer.gates.iter().find(|g| !g.passed).unwrap();
    assert_eq!(gate.asked, "holdout");
    assert!(view.mail.unwrap().text.starts_with("Hello"));
    let valued = customer.valued.unwrap();
    assert_eq!(valued.words, "lookers");
    assert_eq!(valued.parts[0].words, "count(views in last 14 days) >= 3");
    assert!(valued.parts[0].value.is_yes());
}

#[test]
fn the_viewer_steps_through_the_audience_and_stays_inside() {
    let mut desk = Desk::new();
    let mut look = |customer: Option<String>, step: Option<i64>, random: Option<u64>| {
        let selection = Selection { campaign: None, customer, step, random };
        let looked = desk.engine.view(&selection).customer.unwrap();
        (looked.person.id.to_string(), looked.place)
    };
    let (first, place) = look(None, None, None);
    assert_eq!(place, Some(1));
    let (second, place) = look(Some(first.clone()), Some(1), None);
    assert_eq!(place, Some(2));
    assert_eq!(look(Some(second), Some(-1), None).0, first);
    assert_eq!(look(Some(first.clone()), Some(-1), None).0, first, "before the first is the first");
    assert_eq!(
        look(Some("100000".into()), Some(-1), None).1,
        look(None, None, Some(u64::MAX)).1.map(|_| {
            // The last of the audience, whatever its place is.
            look(Some("100000".into()), Some(1), None).1.unwrap()
        })
    );
}

/// Twelve hours of work: memory holds what is in use, however often something is saved.
#[test]
fn many_saves_do_not_fill_the_memory() {
    let mut desk = Desk::new();
    let mut most = 0;
    for n in 0..60 {
        desk.edit(
            "lookers.campaign",
            &format!("in last {} days", 14 + n),
            &format!("in last {} days", 15 + n),
        );
        assert!(desk.view().built.sound);
        most = most.max(desk.engine.remembered());
    }
    assert!(desk.engine.remembered() <= most && most < 60, "{most} results in memory");
}
