//! `herald diff` with real repositories: what a change of the files changes for people.

use std::process::{Command, Output};

use serde_json::Value;

use crate::shop::{Project, text};

/// A campaign that stands on other files: a segment, a policy and a text that its template includes.
const SPRING: &str = r#"use shop, store, house_rules, vip from "shop"

template greeting {
  language: "en"
  subject:  "Spring is here, {{ customer.name | default('dear customer') }}"
  format:   text
  body:     file("templates/greeting.txt")
}

campaign spring "Spring greetings" {
  source:   shop
  audience: vip
  template: greeting
  sender:   store
  policy:   house_rules
}
"#;

const GREETING: &str = "Hello,\n\nhere is what is new.\n\n{% include \"signature.txt\" %}\n";

/// A campaign on the same tables, for a shop elsewhere.
const WEST: &str = r#"use store from "shop"

source west {
  database: "aurora.db"
  currency: CNY
  timezone: "America/Los_Angeles"
}

policy rules {
  require: consent
  at_most: 2 per 7 days
}

segment browsing_now {
  source: west
  where:  count(views in last 30 days) >= 1
}

template note {
  language: "en"
  subject:  "Hello"
  format:   text
  body:     "Hello again."
}

campaign westward {
  source:   west
  audience: browsing_now
  template: note
  sender:   store
  policy:   rules
}
"#;

/// The demo shop in a repository, with everything committed.
struct Repo(Project);

impl Repo {
    fn new() -> Self {
        let repo = Self(Project::new());
        repo.0.write("campaigns/spring.campaign", SPRING);
        repo.0.write("campaigns/templates/greeting.txt", GREETING);
        repo.0.write("campaigns/templates/signature.txt", "Yours, Aurora");
        repo.0.write(".gitignore", "*.db*\npictures/\n.herald/\n");
        repo.git(&["init", "-q", "-b", "main"]);
        repo.commit("first");
        repo
    }

    fn git(&self, args: &[&str]) -> String {
        let output = self.command("git").args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    }

    /// A command that sees no settings of whoever runs the tests.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Test")
                .env(format!("GIT_{who}_EMAIL"), "test@example.com")
                .env(format!("GIT_{who}_DATE"), "2026-11-01T09:00:00Z");
        }
        command
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "--short=7", "HEAD"])
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let before = self.0.read(file);
        assert!(before.contains(from), "{file} has no {from}");
        self.0.write(file, &before.replace(from, to));
    }

    fn output(&self, args: &[&str]) -> Output {
        let mut command = self.0.command(&["diff", "--as-of", "2026-11-20"]);
        command.args(args).env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").output().unwrap()
    }

    fn diff(&self, args: &[&str]) -> String {
        let output = self.output(args);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// What is printed, with hashes that do not depend on the shipped campaigns.
    fn shown(&self, args: &[&str]) -> String {
        let head = self.git(&["rev-parse", "--short=7", "HEAD"]);
        self.diff(args).replace(&head, "1a2b3c4")
    }

    fn data(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.diff(&[&["--format", "json"], args].concat())).unwrap()
    }

    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.0.path().join("campaigns/aurora.db")).unwrap()
    }
}

fn campaign<'v>(report: &'v Value, name: &str) -> &'v Value {
    let list = report["campaigns"].as_array().unwrap();
    list.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("{name} is not in {report:#}"))
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|v| v.as_str().or_else(|| v["name"].as_str()).unwrap()).collect()
}

fn dangers(report: &Value) -> Vec<&str> {
    report["dangers"].as_array().unwrap().iter().map(|d| d["words"].as_str().unwrap()).collect()
}

/// The change that the snapshots show: an audience, a text, products and a shared policy.
fn change(repo: &Repo) {
    repo.edit("campaigns/weekend.campaign", ">= 3", ">= 5");
    repo.edit("campaigns/weekend.campaign", "and more\"", "and so on\"");
    repo.edit("campaigns/weekend.campaign", "2 per category", "1 per category");
    repo.edit("campaigns/shop.campaign", "[consented, bounced_at is missing]", "[bounced_at is missing]");
}

#[test]
fn a_marketer_sees_what_the_uncommitted_change_does() {
    let repo = Repo::new();
    change(&repo);
    insta::assert_snapshot!("review_text", repo.shown(&[]));
    let mut narrow = repo.0.command(&["diff", "--as-of", "2026-11-20"]);
    let narrow = text(&narrow.env("COLUMNS", "60").output().unwrap().stdout);
    let before_mails = narrow.split("\n    --- ").next().unwrap();
    for line in before_mails.lines().filter(|l| !l.contains("weekend.campaign")) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 60, "{line}");
    }
    // And a pull request gets a comment of it.
    insta::assert_snapshot!("review_markdown", repo.shown(&["--format", "markdown"]));
}

#[test]
fn who_enters_and_leaves_is_who_the_audiences_differ_by() {
    let repo = Repo::new();
    let members = |project: &Project| -> Vec<i64> {
        let planned =
            project.herald(&["plan", "campaigns/weekend.campaign", "--as-of", "2026-11-20", "--json"]);
        let plan: Value = serde_json::from_slice(&planned.stdout).unwrap();
        vec![
            plan["counts"]["audience"].as_i64().unwrap(),
            plan["counts"]["messages"]["personal"].as_i64().unwrap(),
        ]
    };
    let before = members(&repo.0);
    repo.edit("campaigns/weekend.campaign", ">= 3", ">= 5");
    let after = members(&repo.0);
    let report = repo.data(&[]);
    let weekend = campaign(&report, "weekend");
    assert_eq!(weekend["audience"]["before"], before[0]);
    assert_eq!(weekend["audience"]["after"], after[0]);
    assert_eq!(weekend["mails"]["before"]["versions"]["personal"], before[1]);
    assert_eq!(weekend["mails"]["after"]["versions"]["personal"], after[1]);
    let left = weekend["audience"]["left"].as_array().unwrap();
    assert_eq!(left.len() as i64, before[0] - after[0]);
    assert!(weekend["audience"]["entered"].as_array().unwrap().is_empty());
    // Each of those who left has looked at three or four products in two weeks.
    let shop = repo.database();
    for id in left {
        let views: i64 = shop
            .query_row(
                "SELECT count(*) FROM views WHERE customer = ?1 AND at >= unixepoch('2026-11-05 16:00:00') AND at < unixepoch('2026-11-19 16:00:00')",
                [id.as_i64().unwrap()],
                |row| row.get(0),
            )
            .unwrap();
        assert!((3..5).contains(&views), "customer {id} has {views}");
    }
    assert_eq!(names(&report["unchanged"]), ["spring"]);
    // A sample is said to be one, and whoever enters or leaves is still counted whole.
    let sample = repo.data(&["--sample", "20"]);
    let sampled = campaign(&sample, "weekend");
    assert_eq!(sampled["audience"], weekend["audience"]);
    assert!(sampled["mails"]["looked_at"].as_u64().unwrap() <= 20);
    assert_eq!(sampled["mails"]["of"], before[0]);
    let shown = repo.diff(&["--sample", "20"]);
    assert!(shown.contains("were looked at, spread over all"), "{shown}");
}

#[test]
fn a_change_of_a_shared_file_is_told_with_what_it_came_through() {
    let repo = Repo::new();
    repo.edit("campaigns/shop.campaign", "spend_year >= 5000 CNY", "spend_year >= 500 CNY");
    let report = repo.data(&[]);
    assert_eq!(names(&report["unchanged"]), ["weekend"]);
    let spring = campaign(&report, "spring");
    let cause = &spring["causes"][0];
    assert_eq!(
        (cause["direct"].as_bool(), cause["kind"].as_str(), cause["name"].as_str(), cause["file"].as_str()),
        (Some(false), Some("segment"), Some("vip"), Some("campaigns/shop.campaign"))
    );
    assert!(spring["audience"]["after"].as_u64() > spring["audience"]["before"].as_u64());
    assert_eq!(spring["causes"].as_array().unwrap().len(), 1);
    let shown = repo.diff(&[]);
    assert!(shown.contains("through the segment vip in campaigns/shop.campaign"), "{shown}");
}

#[test]
fn each_revision_has_its_own_texts_also_those_that_templates_include() {
    let repo = Repo::new();
    repo.0.write("campaigns/templates/signature.txt", "Warmly, Aurora");
    repo.commit("second");
    repo.0.write("campaigns/templates/signature.txt", "What is on disk");
    let report = repo.data(&["HEAD~1..HEAD"]);
    let message = &campaign(&report, "spring")["mails"]["texts"]["examples"][0];
    assert!(message["before"].as_str().unwrap().contains("Yours, Aurora"), "{message:#}");
    assert!(message["after"].as_str().unwrap().contains("Warmly, Aurora"), "{message:#}");
    assert_eq!(campaign(&report, "spring")["causes"][0]["name"], "signature.txt");
    assert_eq!(campaign(&report, "spring")["mails"]["starts"].as_array().unwrap().len(), 0);
    let report = repo.data(&[]);
    let message = &campaign(&report, "spring")["mails"]["texts"]["examples"][0];
    assert!(message["after"].as_str().unwrap().contains("What is on disk"), "{message:#}");
}

#[test]
fn rules_that_no_longer_protect_stand_on_top() {
    let repo = Repo::new();
    repo.edit("campaigns/shop.campaign", "[consented, bounced_at is missing]", "[bounced_at is missing]");
    repo.edit("campaigns/shop.campaign", "[2 per 7 days, 1 per day]", "[3 per 7 days, 1 per day]");
    repo.edit("campaigns/shop.campaign", "  quiet_hours: 21:00..08:00\n", "");
    let report = repo.data(&["campaigns/weekend.campaign"]);
    let found = dangers(&report);
    for words in [
        "its policy no longer requires `consented`",
        "its policy no longer keeps to 2 in 7 days at most",
        "its policy has no quiet hours any more",
    ] {
        assert!(found.contains(&words), "{found:#?}");
    }
    let starts = &campaign(&report, "weekend")["mails"]["starts"][0];
    assert_eq!(starts["gate"], "policy");
    assert!(starts["reason"].as_str().unwrap().contains("consented"), "{starts}");
    let shown = repo.diff(&[]);
    let (danger, first) = (shown.find("danger").unwrap(), shown.find("weekend: Picked").unwrap());
    assert!(danger < first, "{shown}");
    // Asked the other way round nothing is dangerous.
    repo.commit("loose");
    let report = repo.data(&["HEAD..HEAD~1"]);
    assert!(report["dangers"].as_array().unwrap().iter().all(|d| d["weight"] == "look"), "{report:#}");
}

#[test]
fn a_side_with_errors_does_not_hide_the_other() {
    let repo = Repo::new();
    repo.edit("campaigns/weekend.campaign", "count(views", "count(veiws");
    let report = repo.data(&[]);
    let weekend = campaign(&report, "weekend");
    assert_eq!((weekend["before"].as_str(), weekend["after"].as_str()), (Some("planned"), Some("broken")));
    assert!(weekend["mails"]["before"]["mails"].as_u64().unwrap() > 0);
    assert_eq!(weekend["mails"]["stops"].as_array().unwrap().len(), 0, "what is not known is not counted");
    assert_eq!(report["findings"]["new"][0]["code"], "H0220");
    assert_eq!(names(&report["unchanged"]), ["spring"]);
    assert!(dangers(&report).contains(&"does not run any more: its files have errors"));
    let shown = repo.diff(&[]);
    assert!(shown.contains("error   campaigns/weekend.campaign:"), "{shown}");
    assert!(shown.contains("→ ?"), "{shown}");

    repo.commit("broken");
    repo.edit("campaigns/weekend.campaign", "count(veiws", "count(views");
    let mended = repo.data(&[]);
    assert_eq!(mended["findings"]["gone"][0]["code"], "H0220");
    assert!(campaign(&mended, "weekend")["audience"]["after"].as_u64().unwrap() > 0);
    assert!(campaign(&mended, "weekend")["audience"]["before"].is_null());
}

#[test]
fn what_this_version_cannot_run_is_counted_as_far_as_it_can_be() {
    let repo = Repo::new();
    repo.edit(
        "campaigns/spring.campaign",
        "campaign spring",
        "offer ten {\n  discount: 10%\n}\n\ncampaign spring",
    );
    repo.edit(
        "campaigns/spring.campaign",
        "  template: greeting\n",
        "  template: greeting\n  offer:    ten\n",
    );
    repo.commit("with an offer");
    repo.edit("campaigns/shop.campaign", "spend_year >= 5000 CNY", "spend_year >= 500 CNY");
    let report = repo.data(&[]);
    let spring = campaign(&report, "spring");
    assert!(spring["after"]["unplanned"].as_str().unwrap().contains("offer ten"), "{spring:#}");
    assert!(!spring["audience"]["entered"].as_array().unwrap().is_empty());
    assert!(spring["mails"].is_null());
}

#[test]
fn a_mail_that_can_no_longer_be_written_is_a_danger() {
    let repo = Repo::new();
    repo.edit(
        "campaigns/weekend.campaign",
        "{{ picks | length }} things",
        "{{ picks[3].price | money }} and more",
    );
    repo.edit("campaigns/weekend.campaign", "  take:     4\n", "  take:     2\n");
    let report = repo.data(&[]);
    let found = dangers(&report);
    assert!(found.iter().any(|d| d.contains("mails looked at cannot be written")), "{found:#?}");
}

#[test]
fn layout_comments_and_moved_files_change_nothing_for_anybody() {
    let repo = Repo::new();
    repo.edit(
        "campaigns/weekend.campaign",
        "  where: count(views in last 14 days) >= 3",
        "  # who looks\n  where:   count(views   in last 14 days) >= 3",
    );
    let quiet = repo.output(&["--exit-code"]);
    assert_eq!(quiet.status.code(), Some(0), "{}", text(&quiet.stdout));
    assert!(text(&quiet.stdout).contains("Nothing changes for anybody."), "{}", text(&quiet.stdout));
    repo.git(&["checkout", "-q", "."]);
    // What another file declares is nobody's change but its own, also where it has the same names and mistakes.
    let other = repo.0.read("campaigns/weekend.campaign").replace("campaign weekend", "campaign monday");
    repo.0.write("campaigns/monday.campaign", &other.replace("locale = ", "locle = "));
    let report = repo.data(&[]);
    assert_eq!(names(&report["campaigns"]), ["monday"]);
    assert_eq!(names(&report["unchanged"]), ["spring", "weekend"]);
    std::fs::remove_file(repo.0.path().join("campaigns/monday.campaign")).unwrap();
    // With all that belongs to it, the database too, which git does not know of.
    std::fs::rename(repo.0.path().join("campaigns"), repo.0.path().join("mail")).unwrap();
    repo.git(&["add", "-A"]);
    let moved = repo.diff(&[]);
    assert!(moved.contains("Nothing changes for anybody."), "{moved}");
    repo.edit("mail/weekend.campaign", ">= 3", ">= 4");
    let changed = repo.output(&["--exit-code"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(text(&changed.stdout).contains("mail/weekend.campaign"), "{}", text(&changed.stdout));
}

#[test]
fn campaigns_come_and_go_and_a_new_name_is_no_new_campaign() {
    let repo = Repo::new();
    std::fs::remove_file(repo.0.path().join("campaigns/spring.campaign")).unwrap();
    let gone = repo.data(&[]);
    let spring = campaign(&gone, "spring");
    assert_eq!(spring["after"], "absent");
    assert!(!spring["audience"]["left"].as_array().unwrap().is_empty());
    assert!(!spring["mails"]["stops"].as_array().unwrap().is_empty());
    // Also where it is asked for by its name.
    assert_eq!(repo.data(&["--", "campaigns/spring.campaign"])["campaigns"].as_array().unwrap().len(), 1);

    repo.0.write("campaigns/spring.campaign", &SPRING.replace("campaign spring", "campaign primavera"));
    let renamed = repo.data(&[]);
    assert!(
        dangers(&renamed).iter().any(|d| d.contains("looks like spring under a new name")),
        "{renamed:#}"
    );
    let new = campaign(&renamed, "primavera");
    let message = &new["mails"]["texts"]["examples"][0];
    assert!(message["after"].as_str().unwrap().contains("here is what is new"), "{message:#}");
    assert_eq!(message["before"], "");

    repo.0.write("campaigns/draft.campaign", "campaign draft {");
    repo.0.write(".git/info/exclude", "draft.campaign\n");
    assert!(!repo.diff(&[]).contains("draft"), "what git ignores is no part of a review");
}

/// The tags that a comment may have: our own.
const ALLOWED: [&str; 9] =
    ["<code>", "</code>", "<br>", "<b>", "</b>", "<details>", "</details>", "<summary>", "</summary>"];

/// The rows of tables, the tags, and the text outside of blocks of code, of Markdown read by somebody else's reader. Fails at
/// links and pictures, and at what would call somebody.
fn as_a_reader_of_markdown_sees_it(markdown: &str) -> (usize, Vec<String>, String) {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let (mut rows, mut tags, mut text) = (0, Vec::new(), String::new());
    let (mut in_block, mut in_code, mut bare) = (false, false, String::new());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link: {event:?}"),
            Event::Start(Tag::CodeBlock(_)) => in_block = true,
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Start(Tag::TableRow) => rows += 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                for tag in html.split_inclusive('>').map(str::trim).filter(|t| t.starts_with('<')) {
                    in_code = tag == "<code>" || (in_code && tag != "</code>");
                    tags.push(tag.to_owned());
                }
            }
            Event::Text(said) if !in_block => {
                text.push_str(&said);
                // GitHub leaves mentions and bare addresses in `<code>` alone.
                bare.push_str(if in_code { "" } else { &said });
            }
            _ => {}
        }
    }
    assert!(["@team", "http://", "www."].iter().all(|word| !bare.contains(word)), "{bare}");
    (rows, tags, text)
}

#[test]
fn nobody_is_named_unless_asked_and_nothing_foreign_becomes_markup() {
    let repo = Repo::new();
    let hostile = "<img src=x onerror=alert(1)> | `@team` </details> [x](http://evil.example) \u{1b}[31m";
    let shop = repo.database();
    shop.execute("UPDATE customers SET name = ?1", [hostile]).unwrap();
    shop.execute("UPDATE products SET title = ?1 || id", [hostile]).unwrap();
    drop(shop);
    change(&repo);
    repo.edit("campaigns/shop.campaign", "spend_year >= 5000 CNY", "spend_year >= 500 CNY");
    repo.edit("campaigns/spring.campaign", "\"Spring greetings\"", "\"<b>@team</b> | `x` ``` greetings\"");
    repo.edit(
        "campaigns/templates/greeting.txt",
        "here is",
        "{{ customer.name }}\\n```\\n</details>\\n@team here is",
    );

    let quiet = repo.diff(&["--format", "json"]) + &repo.diff(&[]) + &repo.diff(&["--format", "markdown"]);
    let addresses: Vec<String> = {
        let shop = repo.database();
        let mut all = shop.prepare("SELECT email FROM customers").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for address in &addresses {
        assert!(!quiet.contains(address.as_str()), "{address}");
    }
    assert!(!quiet.contains("onerror=alert(1)> | `@team` </details> [x](http://evil.example) \u{1b}"));
    let spring = &repo.data(&["campaigns/spring.campaign"])["campaigns"][0];
    let message = spring["mails"]["texts"]["examples"][0]["after"].as_str().unwrap();
    assert!(message.contains("Spring is here, [name]"), "{message}");

    let named = repo.diff(&["--names", "--format", "markdown"]);
    assert!(named.contains("alert"), "names are shown where they are asked for");
    assert!(!named.contains('\u{1b}'));
    let (rows, tags, text) = as_a_reader_of_markdown_sees_it(&named);
    assert_eq!(rows, 2, "a row a campaign");
    assert!(tags.iter().all(|t| ALLOWED.contains(&t.as_str())), "{tags:?}");
    assert!(text.contains("<img src=x onerror=alert(1)> | `@team`"), "it is there as text: {text}");
    assert!(!repo.diff(&["--names"]).contains('\u{1b}'), "a name gives a terminal no orders");
}

#[test]
fn ranges_mean_what_they_mean_to_git() {
    let repo = Repo::new();
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.edit("campaigns/weekend.campaign", ">= 3", ">= 5");
    repo.commit("narrower");
    repo.git(&["checkout", "-q", "main"]);
    repo.edit("campaigns/spring.campaign", "Spring is here", "Spring has come");
    repo.commit("on main meanwhile");
    let changed = |args: &[&str]| -> Vec<String> {
        let report = repo.data(args);
        let mut found: Vec<String> = names(&report["campaigns"]).into_iter().map(str::to_owned).collect();
        found.sort();
        found
    };
    assert_eq!(changed(&["main..work"]), ["spring", "weekend"]);
    assert_eq!(changed(&["main", "work"]), ["spring", "weekend"]);
    assert_eq!(changed(&["main", "work", "campaigns/spring.campaign"]), ["spring"]);
    assert_eq!(changed(&["main...work"]), ["weekend"], "what main did meanwhile is not work's");
    assert_eq!(changed(&["work"]), ["spring", "weekend"], "one revision is compared with the working tree");
    assert_eq!(changed(&["work", "campaigns/spring.campaign"]), ["spring"]);
    assert!(changed(&[]).is_empty());
    // From a folder below, as from above.
    let mut below = repo.0.command(&["diff", "main...work", "--as-of", "2026-11-20", "--format", "json"]);
    let below = below.current_dir(repo.0.path().join("campaigns")).output().unwrap();
    let below: Value = serde_json::from_slice(&below.stdout).unwrap();
    assert_eq!(names(&below["campaigns"]), ["weekend"]);
    assert_eq!(below["campaigns"][0]["file"], "weekend.campaign");
}

#[test]
fn what_git_cannot_give_is_said_in_words() {
    let repo = Repo::new();
    let says = |args: &[&str], words: &str| {
        let output = repo.output(args);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(words), "{told}");
    };
    says(&["mian"], "`mian` is no revision, and there is no such path; did you mean `main`?");
    says(&["v1..main"], "there is no revision `v1` in this repository");
    says(&["--", "nothing.campaign"], "there is no `.campaign` file here, on either side");
    repo.git(&["branch", "campaigns"]);
    says(&["campaigns"], "`campaigns` is a revision and a path as well");
    repo.git(&["branch", "-q", "-D", "campaigns"]);

    // A clone of the last commit only, as workflows make them.
    repo.edit("campaigns/weekend.campaign", ">= 3", ">= 5");
    repo.commit("second");
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", repo.0.path().display());
    repo.git(&["clone", "-q", "--depth", "1", &from, clone.path().to_str().unwrap()]);
    let mut command = repo.0.command(&["diff", "HEAD~1..HEAD"]);
    let told = text(&command.current_dir(clone.path()).output().unwrap().stderr);
    assert!(
        told.contains("there is no revision `HEAD~1`") && told.contains("git fetch --unshallow"),
        "{told}"
    );

    let outside = Project::without_shop();
    let nowhere =
        outside.command(&["diff"]).env("GIT_CEILING_DIRECTORIES", outside.path().parent().unwrap()).output();
    let nowhere = nowhere.unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("is in no git repository"), "{}", text(&nowhere.stderr));
    let empty = repo.command("git").args(["init", "-q"]).arg(outside.path()).status().unwrap();
    assert!(empty.success());
    let told = text(&outside.herald(&["diff"]).stderr);
    assert!(told.contains("this repository has no commit yet"), "{told}");
    let told = text(&outside.command(&["diff"]).env("PATH", "").output().unwrap().stderr);
    assert!(told.contains("`git` is not installed here"), "{told}");
}

/// A day begins at another moment in each source's zone; both are worked out for their own.
#[test]
fn a_day_is_that_of_each_source() {
    let repo = Repo::new();
    repo.0.write("campaigns/west.campaign", WEST);
    repo.commit("a second source");
    repo.edit("campaigns/west.campaign", ">= 1", ">= 6");
    let audience = |as_of: &str| {
        let output = repo.0.herald(&["diff", "--format", "json", "--as-of", as_of]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (campaign(&report, "westward")["audience"].clone(), report["as_of"].as_str().unwrap().to_owned())
    };
    let (by_day, told) = audience("2026-11-19");
    assert_eq!(told, "2026-11-19 00:00 in the zone of each source");
    // Midnight in Los Angeles, and in Shanghai.
    assert_eq!(by_day, audience("2026-11-19T08:00:00Z").0);
    assert_ne!(by_day, audience("2026-11-18T16:00:00Z").0);
}

#[test]
fn folders_may_be_called_anything() {
    let repo = Repo::new();
    let folder = repo.0.path().join("春节 offers \"2026\"");
    std::fs::rename(repo.0.path().join("campaigns"), &folder).unwrap();
    repo.commit("moved");
    repo.edit("春节 offers \"2026\"/weekend.campaign", ">= 3", ">= 5");
    for args in [&["--format", "json"][..], &["--format", "json", "春节 offers \"2026\""]] {
        let report: Value = serde_json::from_str(&repo.diff(args)).unwrap();
        assert_eq!(campaign(&report, "weekend")["file"], "春节 offers \"2026\"/weekend.campaign");
        assert!(!campaign(&report, "weekend")["audience"]["left"].as_array().unwrap().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn links_lead_where_they_lead_on_disk() {
    let repo = Repo::new();
    repo.0.write("shared/texts/greeting.txt", GREETING);
    repo.0.write("shared/texts/signature.txt", "Yours, from afar");
    std::os::unix::fs::symlink("../shared/texts", repo.0.path().join("campaigns/linked")).unwrap();
    std::os::unix::fs::symlink("greeting.txt", repo.0.path().join("shared/texts/hello.txt")).unwrap();
    repo.edit("campaigns/spring.campaign", "templates/greeting.txt", "linked/hello.txt");
    repo.commit("linked");
    repo.0.write("shared/texts/signature.txt", "Yours, from near");
    let report = repo.data(&[]);
    let message = &campaign(&report, "spring")["mails"]["texts"]["examples"][0];
    assert!(message["before"].as_str().unwrap().contains("from afar"), "{report:#}");
    assert!(message["after"].as_str().unwrap().contains("from near"), "{report:#}");
}
