//! From a campaign file to mails.

use mail_parser::{MessageParser, MimeHeaders};

use crate::shop::{Project, text};

const RUN: [&str; 4] = ["run", "campaigns/weekend.campaign", "--as-of", "2026-11-20"];

#[test]
fn everybody_gets_one_mail_and_a_second_start_sends_nothing() {
    let project = Project::new();
    let first = project.herald(&RUN);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let mails = project.mails();
    assert!(mails.len() > 20, "{} mails", mails.len());
    let mut addresses: Vec<String> = mails
        .iter()
        .map(|(_, bytes)| {
            let mail = MessageParser::default().parse(bytes).unwrap();
            mail.to().unwrap().first().unwrap().address().unwrap().to_lowercase()
        })
        .collect();
    addresses.sort();
    let all = addresses.len();
    addresses.dedup();
    assert_eq!(addresses.len(), all, "an address got two mails");
    let second = project.herald(&RUN);
    assert!(text(&second.stdout).contains("nothing to do"), "{}", text(&second.stdout));
    assert_eq!(project.mails(), mails);
}

#[test]
fn the_same_files_data_and_day_make_the_same_bytes() {
    let (one, other) = (Project::new(), Project::new());
    assert!(one.herald(&RUN).status.success());
    // Written in two sittings, on one thread: nothing of that may show.
    let limited = other.herald(&[&RUN[..], &["--limit", "7"]].concat());
    assert_eq!(limited.status.code(), Some(3), "{}", text(&limited.stdout));
    assert_eq!(other.mails().len(), 7);
    assert!(other.herald(&RUN).status.success());
    assert_eq!(one.mails(), other.mails());
}

#[test]
fn mails_keep_the_rules_that_inboxes_enforce() {
    let project = Project::new();
    assert!(project.herald(&RUN).status.success());
    for (path, bytes) in project.mails() {
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let name = path.display();
        for header in [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "List-Id",
        ] {
            assert_eq!(
                mail.headers_raw().filter(|(n, _)| n.eq_ignore_ascii_case(header)).count(),
                1,
                "{name}: {header}"
            );
        }
        let html = mail.body_html(0).unwrap();
        assert!(html.contains("https://mail.aurora.example/u?t="), "{name}: no unsubscribe link");
        assert!(html.contains("88 Century Avenue"), "{name}: no postal address");
        assert!(html.len() < 102_000, "{name}: {} bytes", html.len());
        assert!(!html.contains("<script"), "{name}: a customer's name became markup");
        assert!(mail.body_text(0).is_some(), "{name}: no text part");
        assert!(
            mail.attachments().any(|p| p.content_type().is_some_and(|t| t.ctype() == "image")),
            "{name}: no picture"
        );
        for line in bytes.split(|b| *b == b'\n') {
            assert!(line.len() <= 999, "{name}: a line of {} bytes", line.len());
        }
    }
}

#[test]
fn nobody_without_consent_is_written_to_and_each_has_a_reason() {
    let project = Project::new();
    assert!(project.herald(&RUN).status.success());
    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    let state = rusqlite::Connection::open(project.path().join(".herald/state.db")).unwrap();
    let mut consent = shop.prepare("SELECT consent FROM customers WHERE id = ?1").unwrap();
    for (path, _) in project.mails() {
        let id: i64 = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        assert_eq!(consent.query_row([id], |r| r.get::<_, i64>(0)).unwrap(), 1, "customer {id}");
    }
    let count = |sql: &str| state.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    let audience = count("SELECT count(*) FROM run_audience");
    assert_eq!(count("SELECT count(*) FROM messages") + count("SELECT count(*) FROM exclusions"), audience);
    assert!(count("SELECT count(*) FROM exclusions WHERE gate = 'holdout'") > 0);
    assert_eq!(count("SELECT count(*) FROM exclusions WHERE reason = ''"), 0);
}

#[test]
fn a_plan_a_preview_and_a_reason_come_from_the_same_steps_as_the_run() {
    let project = Project::new();
    let plan = project.herald(&["plan", "campaigns/weekend.campaign", "--as-of", "2026-11-20", "--json"]);
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    let planned: u64 =
        plan["counts"]["messages"].as_object().unwrap().values().map(|v| v.as_u64().unwrap()).sum();
    assert!(!project.path().join(".herald").exists(), "a plan writes nothing");
    assert!(project.herald(&RUN).status.success());
    let mails = project.mails();
    assert_eq!(planned, mails.len() as u64);
    let (path, bytes) = &mails[0];
    let id = path.file_stem().unwrap().to_str().unwrap();
    let other = Project::new();
    let args = [
        "preview",
        "campaigns/weekend.campaign",
        "--as-of",
        "2026-11-20",
        "--customer",
        id,
        "--eml",
        "one.eml",
    ];
    assert!(other.herald(&args).status.success());
    assert_eq!(&std::fs::read(other.path().join("one.eml")).unwrap(), bytes);
    let why = other.herald(&["why", "campaigns/weekend.campaign", "--as-of", "2026-11-20", "--customer", id]);
    assert!(text(&why.stdout).contains("gets a message"), "{}", text(&why.stdout));
}

#[test]
fn a_later_run_leaves_out_whom_the_campaign_reached_before() {
    let project = Project::new();
    assert!(project.herald(&RUN).status.success());
    let first = project.mails().len();
    let next = project.herald(&[
        "run",
        "campaigns/weekend.campaign",
        "--as-of",
        "2026-11-20",
        "--occurrence",
        "again",
    ]);
    assert!(next.status.success());
    assert_eq!(project.mails().len(), first, "{}", text(&next.stdout));
    assert!(text(&next.stdout).contains("repeat"), "{}", text(&next.stdout));
}

#[test]
fn the_reference_in_the_docs_is_current() {
    let project = Project::without_shop();
    let made = text(&project.herald(&["reference"]).stdout);
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md")).unwrap();
    assert!(made == kept, "run `herald reference > docs/reference.md`");
}

/// The names of the stored results of steps.
fn results(project: &Project) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(project.path().join(".herald/results")).unwrap();
    let mut names: Vec<_> = entries.flatten().map(|e| e.file_name()).collect();
    names.sort();
    names
}

#[test]
fn what_was_learned_is_kept_until_the_data_changes() {
    let project = Project::new();
    assert!(project.herald(&RUN).status.success());
    let learned = results(&project);
    assert!(!learned.is_empty());
    let file = project.path().join("campaigns/weekend.campaign");
    let other = std::fs::read_to_string(&file)
        .unwrap()
        .replace("and more", "and much more")
        .replace("stock = 0 or ", "");
    std::fs::write(&file, other).unwrap();
    let plan = ["plan", "campaigns/weekend.campaign", "--as-of", "2026-11-20"];
    assert!(project.herald(&plan).status.success());
    assert_eq!(results(&project), learned, "another text or filter is no reason to learn again");
    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    shop.execute("DELETE FROM views WHERE customer % 2 = 0", []).unwrap();
    drop(shop);
    assert!(project.herald(&plan).status.success());
    assert!(results(&project).len() > learned.len());
}

#[test]
fn buttons_have_the_senders_colour_in_both_modes() {
    let project = Project::new();
    let shop = project.path().join("campaigns/shop.campaign");
    let coloured = std::fs::read_to_string(&shop)
        .unwrap()
        .replace("via:         files(\"outbox\")", "via: files(\"outbox\")\n  accent: \"#8a1c3f\"");
    std::fs::write(&shop, coloured).unwrap();
    let args = ["preview", "campaigns/weekend.campaign", "--as-of", "2026-11-20", "--html", "mail.html"];
    let preview = project.herald(&args);
    assert!(preview.status.success(), "{}", text(&preview.stderr));
    let page = std::fs::read_to_string(project.path().join("mail.html")).unwrap();
    assert!(page.contains("#8a1c3f") && !page.contains("#0b6e4f"));
}
