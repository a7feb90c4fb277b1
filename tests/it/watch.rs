//! The live preview, through the real program: over HTTP as a script would, and in a real browser as a person would.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::browser::Browser;
use crate::http::{self, Events};
use crate::shop::Project;

/// `herald watch` on a project, ended with the test.
struct Watching {
    project: Project,
    process: Child,
    port: u16,
}

impl Watching {
    fn start() -> Self {
        let project = Project::new();
        let mut process = project
            .command(&["watch", "campaigns", "--as-of", "2026-11-20", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("http://127.0.0.1:")?.1.split('/').next()?.parse().ok())
            .expect("it tells where the page is");
        // The rest is read, so that the program never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { project, process, port }
    }

    fn view(&self, query: &str) -> Value {
        let answer = http::get(self.port, &format!("/view{query}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn events(&self) -> Events {
        Events::of(self.port, "/events")
    }

    /// The first view that shows what is waited for. A busy machine may tell of two saves one after the other.
    fn once(&self, events: &mut Events, query: &str, shows: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..10 {
            events.next("built");
            let view = self.view(query);
            if shows(&view) {
                return view;
            }
        }
        panic!("ten saves, and it never showed");
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.project.read(file);
        assert!(text.contains(from), "{file} has no {from}");
        self.project.write(file, &text.replace(from, to));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const WEEKEND: &str = "campaigns/weekend.campaign";

#[test]
fn a_save_is_pushed_however_the_editor_saves() {
    let watching = Watching::start();
    let first = watching.view("");
    assert_eq!(first["campaign"], "weekend");
    let mut events = watching.events();
    watching.edit(WEEKEND, "count(views in last 14 days) >= 3", "count(views in last 14 days) >= 5");
    let fewer = watching.once(&mut events, "", |v| v["audience"]["left"] != 0);
    let count = |view: &Value, what: &str| view["audience"][what].as_u64().unwrap();
    assert!(
        count(&fewer, "left") > 0 && count(&fewer, "count") + count(&fewer, "left") == count(&first, "count")
    );

    let chinese = (0..400)
        .map(|n| watching.view(&format!("?campaign=weekend&random={n}")))
        .find(|v| v["mail"]["template"] == "weekend_zh")
        .map(|v| format!("?campaign=weekend&customer={}", v["customer"]["person"]["id"]))
        .expect("somebody reads Chinese");

    // As Vim and VS Code save: written aside, then renamed over the old one; here two files at once.
    let template = "campaigns/templates/weekend_zh.mjml";
    let new = watching.project.read(template).replace("周末好", "周末愉快");
    watching.project.write("campaigns/templates/.new", &new);
    let folder = watching.project.path().join("campaigns/templates");
    std::fs::rename(folder.join(".new"), watching.project.path().join(template)).unwrap();
    watching.edit(WEEKEND, "等您来看", "在等您");
    watching.once(&mut events, &chinese, |v| {
        let says = |what: &str, text: &str| v["mail"][what].as_str().is_some_and(|t| t.contains(text));
        says("subject", "在等您") && says("page", "周末愉快")
    });

    watching.edit(WEEKEND, "segment lookers", "segmnt lookers");
    let broken = watching.once(&mut events, "", |v| v["built"]["sound"] == false);
    assert_eq!(broken["stale"], true);
    assert!(!broken["mail"]["page"].as_str().unwrap().is_empty(), "the last good preview stays");
    assert_eq!(broken["findings"][0]["place"]["file"], WEEKEND);
}

#[test]
fn only_this_machine_may_look_and_nothing_can_be_changed() {
    let watching = Watching::start();
    let port = watching.port;
    for host in ["evil.example", &format!("evil.example:{port}"), ""] {
        assert_eq!(http::ask(port, "GET", "/view", host).status, 403, "{host}");
    }
    assert_eq!(http::ask(port, "GET", "/view", &format!("localhost:{port}")).status, 200);
    assert_eq!(http::ask(port, "POST", "/view", "127.0.0.1").status, 405);
    let page = http::get(port, "/");
    assert!(
        page.head.to_lowercase().contains("content-security-policy: default-src 'none'"),
        "{}",
        page.head
    );
    for outside in ["http://", "https://", "//cdn"] {
        for file in ["/", "/page.js", "/page.css"] {
            assert!(!http::get(port, file).body.contains(outside), "{file} names {outside}");
        }
    }
}

#[test]
fn a_person_sees_each_save_where_they_left_off() {
    let Some(browser) = Browser::start() else { return };
    let watching = Watching::start();
    let mut tab = browser.open(&format!("http://127.0.0.1:{}/", watching.port), 1440, 900);
    let subject = "document.querySelector('#subject').textContent";
    let mail = "document.querySelector('.frame iframe').contentDocument";
    tab.until(&format!("!!document.querySelector('.frame iframe:not(.coming)') && {subject}.length > 5"));

    tab.until("document.querySelectorAll('#worst button').length > 3");
    tab.press("w");
    tab.until("document.querySelector('#worst button.on') !== null");
    let who = "document.querySelector('#who').textContent";
    let chosen = tab.value(who);

    tab.value("document.querySelector('#stage').scrollTo(0, 300)");
    let headline = tab.value(&format!("{mail}.body.innerText"));
    assert!(headline.as_str().unwrap().contains("Aurora"));
    watching.edit("campaigns/templates/weekend_zh.mjml", "周末好", "你好世界");
    watching.edit("campaigns/templates/weekend_en.mjml", "Picked for your weekend", "Hello, brave new world");
    tab.until(&format!("/你好世界|brave new world/.test({mail}.body.innerText)"));
    assert_eq!(tab.value("document.querySelector('#stage').scrollTop"), 300, "the scroll stays");
    assert_eq!(tab.value(who), chosen, "so does the customer");

    watching.edit(WEEKEND, "take:     4", "take:     lots");
    tab.until("document.querySelector('.note.error mark')?.textContent === 'lots'");
    assert_eq!(tab.value("getComputedStyle(document.querySelector('#stage')).opacity < 1"), true);
    watching.edit(WEEKEND, "take:     lots", "take:     2");
    tab.until("document.querySelector('.note.error') === null");
    tab.until("document.querySelectorAll('.product:not(.out)').length === 2");

    tab.press("d");
    tab.until(&format!(
        "getComputedStyle({mail}.querySelector('.h-page, body')).backgroundColor !== 'rgb(244, 245, 246)'"
    ));
    tab.press("p");
    tab.until("document.querySelector('.frame.phone') !== null");
    tab.value("document.querySelector('#search').value = 'chua'; document.querySelector('#search').dispatchEvent(new Event('input'))");
    tab.until("document.querySelectorAll('#found button').length > 0");
    assert_eq!(tab.problems, [] as [String; 0], "the page has nothing to complain of");
}
