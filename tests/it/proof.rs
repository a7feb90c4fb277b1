//! Proofs: marked, to the author alone, and without a trace.

use std::process::Output;

use mail_parser::MessageParser;

use crate::postbox::{Identity, Manner, Postbox};
use crate::shop::{Project, text};

const PROOF: [&str; 6] =
    ["proof", "campaigns/weekend.campaign", "--as-of", "2026-11-20", "--to", "me@example.com"];

/// The shipped project whose sender's mail goes to a server that the environment names.
fn by_smtp() -> Project {
    let project = Project::new();
    let shop =
        project.read("campaigns/shop.campaign").replace("files(\"outbox\")", "smtp(env: \"AURORA_SMTP\")");
    project.write("campaigns/shop.campaign", &shop);
    project
}

fn proof(project: &Project, url: &str, more: &[&str]) -> Output {
    project.command(&[&PROOF[..], more].concat()).env("AURORA_SMTP", url).output().unwrap()
}

/// A recipient of the campaign, with the mail that a run would write. Nothing is recorded.
fn a_recipient(project: &Project) -> (String, Vec<u8>) {
    let args = ["preview", "campaigns/weekend.campaign", "--as-of", "2026-11-20", "--eml", "real.eml"];
    let shown = project.herald(&args);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let told = text(&shown.stdout);
    let id = told.lines().next().and_then(|l| l.split(['(', ')']).nth(1)).unwrap().to_owned();
    (id, std::fs::read(project.path().join("real.eml")).unwrap())
}

/// The customer's own part of the unsubscribe link.
fn token(mail: &str) -> String {
    let from =
        mail.find("https://mail.aurora.example/u?t=").unwrap() + "https://mail.aurora.example/u?t=".len();
    let token: String = mail[from..].chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(token.len(), 32, "{token}");
    token
}

#[test]
fn a_proof_reaches_its_author_alone_and_is_marked_and_leaves_no_trace() {
    let (project, postbox) = (by_smtp(), Postbox::open(Manner::Takes));
    let (customer, real) = a_recipient(&project);
    for _ in 0..2 {
        let sent = proof(&project, &postbox.url(), &["--customer", &customer]);
        assert!(sent.status.success(), "{}{}", text(&sent.stdout), text(&sent.stderr));
    }
    assert!(!project.path().join(".herald").exists(), "a proof keeps no record");
    assert!(!project.path().join("outbox").exists());
    let taken = postbox.taken();
    assert_eq!(taken.len(), 2);
    let real = MessageParser::default().parse(&real).unwrap();
    let mut ids = vec![real.message_id().unwrap().to_owned()];
    for one in &taken {
        assert_eq!(
            (one.from.as_str(), one.to.as_slice()),
            ("hello@aurora.example", &["me@example.com".to_owned()][..])
        );
        let mail = MessageParser::default().parse(&one.bytes).unwrap();
        let to: Vec<_> = mail.to().unwrap().iter().filter_map(|a| a.address()).collect();
        assert_eq!(to, ["me@example.com"]);
        assert_eq!(mail.subject().unwrap(), format!("[Proof] {}", real.subject().unwrap()));
        let (html, plain) = (mail.body_html(0).unwrap(), mail.body_text(0).unwrap());
        let body = html.find("<body").unwrap();
        let note = html.find("Proof.").unwrap();
        assert!(note > body && note < html.find("Aurora").unwrap(), "the note is not on top");
        assert!(plain.starts_with("[Proof] Campaign weekend"), "{plain}");
        assert!(plain.contains(&format!("customer {customer}")), "{plain}");
        let header = |name: &'static str| mail.header_raw(name).map(str::trim);
        assert_eq!(header("X-Herald-Proof"), Some(format!("weekend, customer {customer}").as_str()));
        assert_eq!((header("List-Unsubscribe"), header("List-Unsubscribe-Post")), (None, None));
        assert!(html.contains("https://mail.aurora.example/u?t=proof"));
        ids.push(mail.message_id().unwrap().to_owned());
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "two messages have one Message-ID");
}

#[test]
fn nothing_that_is_the_customers_to_use_stands_in_a_proof() {
    let project = Project::new();
    let (customer, real) = a_recipient(&project);
    let parsed = MessageParser::default().parse(&real).unwrap();
    let token = token(&parsed.body_html(0).unwrap());
    let address = parsed.to().unwrap().first().unwrap().address().unwrap().to_owned();
    let sent = project.herald(&[&PROOF[..], &["--customer", &customer]].concat());
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    let place = format!("proofs/weekend/me%40example.com/{customer}.eml");
    assert!(text(&sent.stdout).contains(&place), "{}", text(&sent.stdout));
    let bytes = std::fs::read(project.path().join(&place)).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let all = format!("{}{}{}", text(&bytes), mail.body_html(0).unwrap(), mail.body_text(0).unwrap());
    assert!(!all.contains(&token), "the customer's token is in the proof");
    assert!(!all.contains(&address), "the customer's address is in the proof");
    assert!(!project.path().join("outbox").exists() && !project.path().join(".herald").exists());
}

#[test]
fn a_proof_takes_no_turn_of_a_customer_who_is_then_mailed() {
    let project = Project::new();
    let run = ["run", "campaigns/weekend.campaign", "--as-of", "2026-11-20"];
    let other = Project::new();
    assert!(other.herald(&run).status.success());
    assert!(project.herald(&[&PROOF[..], &["--worst"]].concat()).status.success());
    assert!(project.herald(&run).status.success());
    assert_eq!(project.mails(), other.mails(), "the run is the same after a proof as without one");
    // With records there, a proof still adds nothing to them.
    let state = project.path().join(".herald/state.db");
    let before = std::fs::read(&state).unwrap();
    assert!(project.herald(&[&PROOF[..], &["--worst"]].concat()).status.success());
    assert_eq!(std::fs::read(&state).unwrap(), before);
}

#[test]
fn who_would_get_nothing_is_shown_all_the_same_and_the_reason_told() {
    let project = Project::new();
    let shop = rusqlite::Connection::open(project.path().join("campaigns/aurora.db")).unwrap();
    let id: i64 = shop
        .query_row("SELECT id FROM customers WHERE consent = 0 AND email IS NOT NULL LIMIT 1", [], |r| {
            r.get(0)
        })
        .unwrap();
    let sent = project.herald(&[&PROOF[..], &["--customer", &id.to_string()]].concat());
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    let told = text(&sent.stdout);
    assert!(told.contains("in a run this customer would get nothing: "), "{told}");
    assert!(told.contains(&format!("{id}.eml")), "{told}");
}

#[test]
fn the_worst_cases_go_to_every_author_over_one_connection() {
    let (project, postbox) = (by_smtp(), Postbox::open(Manner::Takes));
    let sent =
        proof(&project, &postbox.url(), &["--worst", "--to", "you@example.com", "--to", "ME@example.com"]);
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    let told = text(&sent.stdout);
    for case in ["longest name", "largest mail", "language zh-CN", "version personal", "version generic"] {
        assert!(told.contains(case), "{case}: {told}");
    }
    let taken = postbox.taken();
    let customers = told.lines().filter(|l| l.starts_with("customer ")).count();
    assert!(customers >= 4, "{told}");
    assert_eq!(taken.len(), 2 * customers, "{told}");
    assert!(taken.iter().all(|t| t.connection == 0), "one connection is enough");
    for one in &taken {
        assert!(one.to == ["me@example.com"] || one.to == ["you@example.com"], "{:?}", one.to);
    }
}

#[test]
fn a_server_named_on_the_command_line_overrides_the_senders_way() {
    let (project, postbox) = (Project::new(), Postbox::open(Manner::WantsLogin));
    let url = postbox.url().replace("smtp://", "smtp://ann:opensesame@");
    let args = [&PROOF[..], &["--smtp-env", "MY_POSTBOX"]].concat();
    let sent = project.command(&args).env("MY_POSTBOX", &url).output().unwrap();
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    assert_eq!(postbox.taken().len(), 1);
    assert!(!project.path().join("proofs").exists());
}

#[test]
fn one_author_who_is_refused_does_not_keep_the_proof_from_another() {
    let (project, postbox) = (by_smtp(), Postbox::open(Manner::Refuses("me@example.com")));
    let sent = proof(&project, &postbox.url(), &["--to", "you@example.com"]);
    assert_eq!(sent.status.code(), Some(1));
    let told = text(&sent.stdout);
    assert!(told.contains("not to me@example.com") && told.contains("550 5.1.1 No such user here"), "{told}");
    assert_eq!(postbox.taken().iter().map(|t| t.to.concat()).collect::<Vec<_>>(), ["you@example.com"]);
}

#[test]
fn what_goes_wrong_with_a_mail_server_is_said_without_its_password() {
    let project = by_smtp();
    let open = |manner| Postbox::open(manner).url();
    let with_login = |url: String| url.replace("smtp://", "smtp://ann:geheim@");
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("smtp://ann:geheim@{}", listener.local_addr().unwrap())
    };
    for (url, said) in [
        (closed.clone(), "no mail server listens at 127.0.0.1:"),
        (with_login(open(Manner::WantsLogin)), "does not take the user or the password: 535 5.7.8"),
        (open(Manner::WantsLogin), "says no to the sender's address: 530 5.7.0 Authentication required"),
        (with_login(open(Manner::Silent)), "did not answer when it was connected to within 1 seconds"),
        (with_login(open(Manner::Busy)), "says not now at the end of the message: 451 4.3.0 Try again later"),
        (open(Manner::Vanishes), "the message may have arrived all the same"),
        (with_login(open(Manner::Takes)) + "?tls=required", "does not offer TLS"),
        (
            open(Manner::Takes).replace("smtp://", "smtps://ann:geheim@"),
            "no secure connection to the mail server",
        ),
        ("smtps://ann:geheim@mail.example.com/x".to_owned(), "does not say which mail server"),
        ("https://ann:geheim@mail.example.com".to_owned(), "does not say which mail server"),
        (String::new(), "the environment variable AURORA_SMTP is empty"),
    ] {
        let sent = proof(&project, &url, &["--timeout", "1"]);
        let told = text(&sent.stdout) + &text(&sent.stderr);
        assert_eq!(sent.status.code(), Some(1), "{url}: {told}");
        assert!(told.contains(said), "{url}: {told}");
        assert!(!told.contains("geheim") && !told.contains("ann:"), "{told}");
    }
    let unset = project.herald(&PROOF);
    assert!(text(&unset.stderr).contains("AURORA_SMTP, and that is not set"), "{}", text(&unset.stderr));
}

#[test]
fn a_proof_is_encrypted_where_the_server_is_trusted_and_is_not_sent_where_it_is_not() {
    let project = by_smtp();
    let (ours, another) = (Identity::new(), Identity::new());
    project.write("ours.pem", &ours.pem);
    project.write("another.pem", &another.pem);
    for (name, postbox, address) in [
        (
            "STARTTLS",
            Postbox::with_starttls(Manner::WantsLogin, &ours),
            "smtp://ann:opensesame@{}?tls=required",
        ),
        ("TLS", Postbox::with_tls(Manner::WantsLogin, &ours), "smtps://ann:opensesame@{}"),
    ] {
        let url = address.replace("{}", postbox.url().strip_prefix("smtp://").unwrap());
        // Which authorities this machine trusts is said where the system's libraries look for it.
        let sent = |trusted: &str| {
            let mut command = project.command(&PROOF);
            command.env("AURORA_SMTP", &url).env("SSL_CERT_FILE", project.path().join(trusted));
            command.env_remove("SSL_CERT_DIR").output().unwrap()
        };
        let refused = sent("another.pem");
        let told = text(&refused.stdout) + &text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{name}: {told}");
        assert!(told.contains("no secure connection") && told.contains("trusts"), "{name}: {told}");
        assert!(!told.contains("opensesame"), "{name}: {told}");
        assert!(postbox.taken().is_empty(), "{name}");
        let sent = sent("ours.pem");
        assert!(sent.status.success(), "{name}: {}{}", text(&sent.stdout), text(&sent.stderr));
        let taken = postbox.taken();
        assert_eq!(taken.len(), 1, "{name}");
        assert!(taken[0].encrypted, "{name}");
    }
}

#[test]
fn a_campaign_over_smtp_is_planned_and_proofed_but_not_run() {
    let project = by_smtp();
    let target = ["campaigns/weekend.campaign", "--as-of", "2026-11-20"];
    assert!(project.herald(&[&["plan"], &target[..]].concat()).status.success());
    let run = project.herald(&[&["run"], &target[..]].concat());
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("the SMTP transport"), "{}", text(&run.stderr));
    assert!(!project.path().join(".herald").exists(), "what is refused writes nothing");
}

#[test]
fn a_made_up_author_is_refused_before_anything_is_done() {
    let project = Project::without_shop();
    let refused = project.herald(&["proof", "campaigns/weekend.campaign", "--to", "17@customer.invalid"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("made-up"), "{}", text(&refused.stderr));
    assert!(!project.path().join("campaigns/aurora.db").exists());
}
