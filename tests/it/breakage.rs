//! What goes wrong is told, once, at its place, and loses nothing.

use std::path::Path;

use crate::shop::{Project, text};

/// Every file of `tests/broken/` with the findings a person read and found right.
#[test]
fn broken_files_get_exactly_their_messages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let project = Project::new();
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "campaign"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        std::fs::copy(&file, project.path().join("campaigns").join(&name)).unwrap();
        let checked = project.herald(&["check", &format!("campaigns/{name}")]);
        assert_eq!(checked.status.code(), Some(1), "{name}");
        insta::with_settings!({ snapshot_path => folder.clone(), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.trim_end_matches(".campaign"), text(&checked.stdout));
        });
    }
}

#[test]
fn what_this_version_does_not_run_stops_before_anything_is_written() {
    let project = Project::new();
    project.write(
        "campaigns/toned.campaign",
        "use shop, store, house_rules from \"shop\"\nuse warm from \"std/tones\"\nuse active from \"std/segments\"\n\
         template t {\n  language: \"en\"\n  subject: \"Hi\"\n  format: text\n  body: \"Hello\"\n}\n\
         campaign toned {\n  source: shop\n  audience: active\n  template: t\n  tone: warm\n  sender: store\n  policy: house_rules\n}\n",
    );
    let run = project.herald(&["run", "campaigns/toned.campaign", "--as-of", "2026-11-20"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("tone warm"), "{}", text(&run.stderr));
    assert!(!project.path().join(".herald").exists() && !project.path().join("outbox").exists());
}

#[test]
fn a_template_that_fails_for_some_sets_them_aside_and_the_run_goes_on() {
    let project = Project::new();
    project.write(
        "campaigns/named.campaign",
        "use shop, store, house_rules from \"shop\"\n\
         template t {\n  language: \"en\"\n  subject: \"For {{ customer.name }}\"\n  format: text\n  body: \"Hello\"\n}\n\
         campaign named {\n  source: shop\n  audience: country is known or country is missing\n  template: t\n  sender: store\n  policy: house_rules\n}\n",
    );
    let run = project.herald(&["run", "campaigns/named.campaign", "--as-of", "2026-11-20"]);
    assert_eq!(run.status.code(), Some(1), "{}{}", text(&run.stdout), text(&run.stderr));
    assert!(text(&run.stdout).contains("set aside"), "{}", text(&run.stdout));
    assert!(project.mails().len() > 100);
}

#[test]
fn a_name_with_a_line_break_never_becomes_a_header() {
    let project = Project::new();
    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    shop.execute("UPDATE customers SET name = 'Eve' || char(13) || char(10) || 'Bcc: all@example.com'", [])
        .unwrap();
    drop(shop);
    let run = project.herald(&["run", "campaigns/weekend.campaign", "--as-of", "2026-11-20"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    assert!(project.mails().iter().all(|(_, bytes)| !text(bytes).contains("\nBcc:")));
}

#[test]
fn a_database_that_is_missing_or_none_is_told_apart() {
    let project = Project::without_shop();
    project.write("campaigns/shop2.campaign", "source s {\n  database: \"nothing.db\"\n  currency: EUR\n}\n");
    let missing = project.herald(&["check", "campaigns/shop2.campaign"]);
    assert!(missing.status.success());
    assert!(text(&missing.stdout).contains("H0250"), "{}", text(&missing.stdout));
    project.write("campaigns/nothing.db", "this is a text, and no database at all, whatever its name says");
    let broken = project.herald(&["check", "campaigns/shop2.campaign"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stdout).contains("H0251"), "{}", text(&broken.stdout));
}

#[test]
fn an_empty_audience_is_no_error_and_says_so() {
    let project = Project::new();
    let plan = project.herald(&["plan", "campaigns/weekend.campaign", "--as-of", "2031-01-01"]);
    assert!(plan.status.success(), "{}", text(&plan.stderr));
    let told = text(&plan.stdout);
    assert!(told.contains("the audience is empty") && told.contains("--as-of"), "{told}");
}

#[test]
fn a_file_that_is_no_utf8_is_told_so_at_the_first_wrong_byte() {
    let project = Project::without_shop();
    std::fs::write(project.path().join("latin.campaign"), b"# caf\xe9\nsegment s {\n  where: consent\n}\n")
        .unwrap();
    let checked = project.herald(&["check", "latin.campaign"]);
    assert_eq!(checked.status.code(), Some(1));
    let told = text(&checked.stdout);
    assert!(told.contains("H0214") && told.contains("latin.campaign:1:6"), "{told}");
}

#[test]
fn more_mistakes_than_anybody_reads_are_counted_and_not_shown() {
    let project = Project::without_shop();
    project.write("many.campaign", &"segment {\n  where: a == b\n}\n".repeat(1_000));
    let checked = project.herald(&["check", "many.campaign"]);
    let told = text(&checked.stdout);
    assert!(
        told.contains("H0100") && told.contains("1000 more mistakes in this file are not shown"),
        "{told}"
    );
}

#[test]
fn a_file_deep_in_brackets_or_full_of_noise_is_refused_quickly() {
    let project = Project::without_shop();
    project.write(
        "deep.campaign",
        &format!("segment s {{\n  where: {}1{}\n}}\n", "(".repeat(10_000), ")".repeat(10_000)),
    );
    project.write("noise.campaign", &"][}{ \"".repeat(200_000));
    let segment = |n: u32| format!("segment s{n} {{\n  where: s{}\n}}\n", n + 1);
    project.write("row.campaign", &(0..1_000).map(segment).collect::<String>());
    for file in ["deep.campaign", "noise.campaign", "row.campaign"] {
        let checked = project.herald(&["check", file]);
        assert_eq!(checked.status.code(), Some(1), "{file}");
    }
}

#[test]
fn data_that_changes_while_a_run_is_stopped_is_told_and_nobody_is_lost() {
    let project = Project::new();
    let run = ["run", "campaigns/weekend.campaign", "--as-of", "2026-11-20"];
    let first = project.herald(&[&run[..], &["--limit", "9"]].concat());
    assert_eq!(first.status.code(), Some(3), "{}", text(&first.stderr));
    let before = project.mails();
    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    shop.execute("UPDATE products SET stock = 0 WHERE id % 2 = 0", []).unwrap();
    drop(shop);
    let second = project.herald(&run);
    assert!(second.status.success(), "{}", text(&second.stderr));
    assert!(text(&second.stderr).contains("the shop's data changed since this run started"));
    assert!(
        text(&second.stdout).contains("the shop's data changed during this run"),
        "{}",
        text(&second.stdout)
    );
    let after = project.mails();
    assert!(before.iter().all(|mail| after.contains(mail)), "a mail that had left was written again");
    let state = rusqlite::Connection::open(project.path().join(".herald/state.db")).unwrap();
    let count = |sql: &str| state.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(DISTINCT fingerprint) FROM run_chunks"), 2);
    assert_eq!(
        count("SELECT count(*) FROM messages") + count("SELECT count(*) FROM exclusions"),
        count("SELECT count(*) FROM run_audience")
    );
}
