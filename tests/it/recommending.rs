//! `herald recommend` on bare files, and `herald eval`.

use std::collections::BTreeMap;
use std::io::Write;

use crate::shop::{Project, text};

/// Two tastes: users 1 to 60 take items 100 to 109, the others 200 to 209, a few a month for six months. Each takes each item once.
fn tastes() -> String {
    let mut lines = String::from("user,item,value,timestamp\n");
    for user in 1..=120_u64 {
        let first = if user <= 60 { 100 } else { 200 };
        for n in 0..7_u64 {
            let item = first + (user * 3 + n * (1 + user % 3)) % 10;
            let day = n * 26 + user % 20;
            lines.push_str(&format!("{user},{item},1,{}\n", 1_700_000_000 + day * 86_400));
        }
    }
    lines
}

fn lists(csv: &str) -> BTreeMap<u64, Vec<u64>> {
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("user,item,rank"));
    let mut lists: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for line in lines {
        let cells: Vec<u64> = line.split(',').map(|c| c.parse().unwrap()).collect();
        let list = lists.entry(cells[0]).or_default();
        list.push(cells[1]);
        assert_eq!(list.len() as u64, cells[2], "ranks count up");
    }
    lists
}

#[test]
fn everybody_in_a_bare_file_gets_items_of_their_taste_that_are_new_to_them() {
    let project = Project::without_shop();
    project.write("log.csv", &tastes());
    let args = ["recommend", "--interactions", "log.csv", "--method", "item_cf", "--new-only", "--top", "3"];
    let run = project.herald(&[&args[..], &["--no-fallback"]].concat());
    assert!(run.status.success(), "{}", text(&run.stderr));
    let had: std::collections::BTreeSet<(u64, u64)> = tastes()
        .lines()
        .skip(1)
        .map(|l| {
            let mut cells = l.split(',').map(|c| c.parse().unwrap());
            (cells.next().unwrap(), cells.next().unwrap())
        })
        .collect();
    let lists = lists(&text(&run.stdout));
    assert!(lists.len() > 100);
    for (user, items) in &lists {
        for item in items {
            assert_eq!(item / 100, if *user <= 60 { 1 } else { 2 }, "user {user} is offered {item}");
            assert!(!had.contains(&(*user, *item)), "user {user} had {item}");
        }
    }
    let filled = project.herald(&args);
    assert_eq!(text(&filled.stdout).lines().count(), 1 + 120 * 3, "what is popular fills lists up");
}

#[test]
fn a_gzipped_file_says_the_same_and_the_same_again() {
    let project = Project::without_shop();
    project.write("log.csv", &tastes());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(tastes().as_bytes()).unwrap();
    std::fs::write(project.path().join("log.csv.gz"), packed.finish().unwrap()).unwrap();
    let run =
        |file: &str| project.herald(&["recommend", "--interactions", file, "--method", "auto", "--new-only"]);
    let (plain, gzipped) = (run("log.csv"), run("log.csv.gz"));
    assert!(plain.status.success(), "{}", text(&plain.stderr));
    assert_eq!(plain.stdout, gzipped.stdout);
    let told = text(&plain.stderr);
    assert!(told.contains("840 interactions of 120 users with 20 items"), "{told}");
    assert!(
        told.contains("auto takes ") && told.contains("NDCG@10"),
        "it says what it chose and why: {told}"
    );
}

#[test]
fn auto_on_too_little_says_so_and_takes_what_is_popular() {
    let project = Project::without_shop();
    project.write("log.csv", "user,item,timestamp\n1,A,2026-01-01\n2,A,2026-02-01\n2,B,2026-03-01\n");
    let run = project.herald(&["recommend", "--interactions", "log.csv", "--method", "auto", "--new-only"]);
    assert_eq!(text(&run.stdout), "user,item,rank\n1,B,1\n");
    assert!(text(&run.stderr).contains("too few to compare methods by"), "{}", text(&run.stderr));
}

#[test]
fn a_file_that_cannot_be_used_is_told_apart() {
    let project = Project::without_shop();
    project.write("columns.csv", "customer,product\n1,2\n");
    project.write("returns.csv", "user,item,value\n1,2,-1\n");
    let said = |args: &[&str]| {
        let run = project.herald(&[&["recommend", "--interactions"], args].concat());
        assert!(!run.status.success() && run.stdout.is_empty());
        text(&run.stderr)
    };
    assert!(said(&["columns.csv", "--method", "item_cf"]).contains("there is no column `user`"));
    assert!(said(&["returns.csv", "--method", "item_cf"]).contains("all 1 are returns"));
    assert!(said(&["nowhere.csv", "--method", "item_cf"]).contains("nowhere.csv"));
    assert!(said(&["columns.csv", "--method", "itemcf"]).contains("did you mean `item_cf`"));
    assert!(said(&["columns.csv", "--method", "item_cf", "--half-life", "0"]).contains("more than 0"));
}

#[test]
fn a_strategy_is_measured_beside_every_method_without_seeing_what_it_is_measured_by() {
    let project = Project::new();
    let args = ["eval", "campaigns/weekend.campaign", "--all", "--as-of", "2026-11-20", "--repeats"];
    let run = project.herald(&[&args[..], &["--html", "eval.html"]].concat());
    assert!(run.status.success(), "{}", text(&run.stderr));
    let told = text(&run.stdout);
    assert!(told.contains("ndcg@10") && told.contains("item_cf") && told.contains("popular"), "{told}");
    let page = project.read("eval.html");
    assert!(page.contains("<svg") && !page.contains("http"), "a page of its own");

    // What happens after the cut decides the figures, and nothing else: the lists stay.
    let json = |project: &Project| {
        let run = project.herald(&[&args[..], &["--format", "json"]].concat());
        serde_json::from_slice::<serde_json::Value>(&run.stdout).unwrap()
    };
    let before = json(&project);
    assert_eq!(before["question"], "next");
    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    shop.execute("UPDATE purchases SET product = 1 WHERE at >= unixepoch('2026-10-20T16:00:00Z')", [])
        .unwrap();
    let after = json(&project);
    assert_ne!(before["methods"][0]["report"]["rows"], after["methods"][0]["report"]["rows"]);
    let coverage = |evaluation: &serde_json::Value| {
        let of = |m: &serde_json::Value| (m["name"].to_string(), m["report"]["novelty"].to_string());
        evaluation["methods"].as_array().unwrap().iter().map(of).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(coverage(&before), coverage(&after), "the lists are made of the past alone");
}

#[test]
fn an_evaluation_of_nothing_says_why() {
    let project = Project::new();
    let late = project.herald(&["eval", "campaigns/shop.campaign", "--all", "--as-of", "2029-01-01"]);
    assert!(text(&late.stderr).contains("pass `--as-of`"), "{}", text(&late.stderr));
    let none = project.herald(&["eval", "campaigns/shop.campaign", "--strategy", "nothing"]);
    assert!(text(&none.stderr).contains("there is no strategy `nothing`"), "{}", text(&none.stderr));
}
