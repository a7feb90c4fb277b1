//! New projects: what `herald init` writes is checked, planned and run by the program itself.

use crate::shop::{Project, text};

const SHOPS: [(&str, &str); 7] = [
    ("standard", include_str!("../shops/standard.sql")),
    ("retail", include_str!("../shops/retail.sql")),
    ("chinese", include_str!("../shops/chinese.sql")),
    ("woocommerce", include_str!("../shops/woocommerce.sql")),
    ("hostile", include_str!("../shops/hostile.sql")),
    ("normal", include_str!("../shops/normal.sql")),
    ("prestashop", include_str!("../shops/prestashop.sql")),
];

fn made(project: &Project, name: &str, sql: &str) -> String {
    let database = format!("{name}.db");
    let shop = rusqlite::Connection::open(project.path().join(&database)).unwrap();
    shop.execute_batch(sql).unwrap();
    database
}

/// A project on a made database, in a folder of its own beside it.
fn on(name: &str, sql: &str, more: &[&str]) -> (Project, std::process::Output) {
    let project = Project::without_shop();
    let database = made(&project, name, sql);
    let out = project.herald(&[&["init", "new", "--database", &database], more].concat());
    (project, out)
}

#[test]
fn a_project_on_any_of_these_shops_checks_clean_and_has_somebody_to_write_to() {
    for (name, sql) in SHOPS {
        let (project, out) = on(name, sql, &[]);
        let told = text(&out.stdout);
        assert!(out.status.success(), "{name}: {told}{}", text(&out.stderr));
        assert!(told.contains("checked  no mistakes"), "{name}: {told}");
        // The last line is the command to type.
        let last = told.trim_end().lines().last().unwrap().trim().strip_prefix("herald ").unwrap().to_owned();
        let command: Vec<&str> = last.split(' ').collect();
        assert_eq!(command[..2], ["run", "first.campaign"], "{name}");
        let mut run = project.command(&command);
        let run = run.current_dir(project.path().join("new")).output().unwrap();
        assert!(run.status.success(), "{name}: {}{}", text(&run.stdout), text(&run.stderr));
        assert!(text(&run.stdout).contains("handed over"), "{name}: {}", text(&run.stdout));
        let format = project.herald(&["fmt", "--check", "new"]);
        assert!(format.status.success(), "{name}: {}", text(&format.stdout));
    }
}

#[test]
fn what_is_written_and_told_of_an_online_retailer() {
    let (project, out) = on("retail", SHOPS[1].1, &[]);
    insta::assert_snapshot!("told", days_left_out(&text(&out.stdout)));
    insta::assert_snapshot!("retail_shop", project.read("new/shop.campaign"));
    insta::assert_snapshot!("retail_campaign", project.read("new/first.campaign"));
    assert_eq!(project.read("new/.gitignore"), ".herald/\noutbox/\nproofs/\n");
}

/// How long ago the data ended depends on the day of the test.
fn days_left_out(told: &str) -> String {
    let words = told.split_inclusive(' ');
    words.map(|w| if w.trim().parse::<u32>().is_ok_and(|n| n > 1000) { "… " } else { w }).collect()
}

#[test]
fn what_is_written_for_a_chinese_shop_and_for_hostile_names() {
    let (project, _) = on("小店", SHOPS[2].1, &[]);
    insta::assert_snapshot!("chinese_shop", project.read("new/shop.campaign"));
    insta::assert_snapshot!("chinese_campaign", project.read("new/first.campaign"));
    let (project, _) = on("it's", SHOPS[4].1, &[]);
    insta::assert_snapshot!("hostile_shop", project.read("new/shop.campaign"));
}

#[test]
fn what_orders_know_and_lines_do_not_is_there_after_the_views() {
    let (project, _) = on("normal", SHOPS[5].1, &[]);
    insta::assert_snapshot!("normal_shop", project.read("new/shop.campaign"));
    let views = project.read("new/views.sql");
    insta::assert_snapshot!("normal_views", views);
    rusqlite::Connection::open(project.path().join("normal.db")).unwrap().execute_batch(&views).unwrap();
    let again = project.herald(&["init", "again", "--database", "normal.db"]);
    assert!(again.status.success(), "{}{}", text(&again.stdout), text(&again.stderr));
    assert!(!project.path().join("again/views.sql").exists());
    assert!(project.read("again/first.campaign").contains("recommend: for_you"));
    // The first project sees the view of the lines without a change, and that of the orders by the line that its comment names.
    let shop = project.read("new/shop.campaign");
    assert!(shop.contains("`orders: table(\"herald_orders\")`"), "{shop}");
    project.write(
        "new/shop.campaign",
        &shop.replacen("  # orders lacks", "  orders: table(\"herald_orders\")\n  # orders lacks", 1),
    );
    let checked = project.herald(&["check", "new"]);
    let all = text(&checked.stdout) + &text(&checked.stderr);
    // What only the shop's people know is all that is left: who agreed to get mail, and the postal address.
    assert!(all.contains("0 errors, 2 warnings") && all.contains("H0512") && all.contains("H0515"), "{all}");
}

#[test]
fn the_demo_project_works_at_once_and_is_written_once() {
    let project = Project::without_shop();
    let first = project.herald(&["init", "new"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let told = text(&first.stdout);
    assert!(told.contains("cd new && herald watch --as-of 2026-11-20"), "{told}");
    assert!(told.contains("herald run first.campaign --as-of 2026-11-20"), "{told}");
    // A small shop in the place where the campaign would make the usual one.
    let small = ["demo", "new", "--customers", "400", "--products", "120", "--events", "12000"];
    assert!(project.herald(&small).status.success());
    let checked = project.herald(&["check", "new"]);
    let all = text(&checked.stdout) + &text(&checked.stderr);
    assert!(checked.status.success() && all.contains("0 errors, 0 warnings"), "{all}");
    let run = project.herald(&["run", "new/first.campaign", "--as-of", "2026-11-20", "--project", "new"]);
    assert!(run.status.success() && text(&run.stdout).contains("handed over"), "{}", text(&run.stdout));

    let before = project.read("new/shop.campaign");
    std::fs::remove_file(project.path().join("new/first.campaign")).unwrap();
    let second = project.herald(&["init", "new"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(
        text(&second.stderr).contains("shop.campaign already, and nothing is overwritten"),
        "{}",
        text(&second.stderr)
    );
    assert_eq!(project.read("new/shop.campaign"), before);
    assert!(!project.path().join("new/first.campaign").exists(), "all files or none");
}

#[test]
fn an_own_gitignore_stays_as_it_is() {
    let project = Project::without_shop();
    project.write("new/.gitignore", "mine\n");
    let out = project.herald(&["init", "new"]);
    assert!(out.status.success());
    assert!(text(&out.stdout).contains("it should name .herald/ outbox/"), "{}", text(&out.stdout));
    assert_eq!(project.read("new/.gitignore"), "mine\n");
}

#[test]
fn a_shop_without_addresses_or_customers_is_written_as_far_as_it_goes() {
    let (project, out) = on(
        "mute",
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO clients VALUES (1, 'Ann');",
        &[],
    );
    assert_eq!(out.status.code(), Some(1));
    assert!(
        text(&out.stdout).contains("email          not found: no column holds mail addresses"),
        "{}",
        text(&out.stdout)
    );
    assert!(text(&out.stderr).contains("`customers` has no `email`"), "{}", text(&out.stderr));
    let shop = project.read("new/shop.campaign");
    assert!(shop.contains("# customers lacks email: no column holds mail addresses"), "{shop}");
    assert!(shop.contains("customers: table(\"clients\")"), "{shop}");
    assert!(!project.path().join("new/first.campaign").exists());

    for (name, sql) in [
        ("things", "CREATE TABLE products (id TEXT PRIMARY KEY, title TEXT);"),
        ("bare", "PRAGMA user_version = 1;"),
    ] {
        let (project, out) = on(name, sql, &[]);
        assert_eq!(out.status.code(), Some(1), "{name}");
        assert!(text(&out.stdout).contains("no table looks like customers"), "{name}: {}", text(&out.stdout));
        assert!(
            project.read("new/shop.campaign").contains("# customers: table(\"…\", id: …, email: …)"),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_database_is_said_and_nothing_is_written() {
    let project = Project::without_shop();
    project.write("notes.txt", &"Dear diary, today I sold nothing.\n".repeat(100));
    project.write("empty.db", "");
    for (file, said) in [
        ("notes.txt", "is not a SQLite database"),
        ("empty.db", "is empty"),
        ("none.db", "there is no file none.db"),
        (".", "is a folder"),
    ] {
        let out = project.herald(&["init", "new", "--database", file]);
        assert_eq!(out.status.code(), Some(1), "{file}");
        assert!(text(&out.stderr).contains(said), "{file}: {}", text(&out.stderr));
        assert!(!project.path().join("new").exists(), "{file}");
    }
}

#[test]
fn flags_say_what_guessing_cannot_know() {
    let sql = "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);
        CREATE TABLE crm_2024 (nr INTEGER PRIMARY KEY, mail TEXT); INSERT INTO crm_2024 VALUES (1, 'a@x.example');";
    let more = ["--customers", "crm_2024", "--currency", "JPY", "--timezone", "Asia/Tokyo"];
    let (project, out) = on("crm", sql, &more);
    assert!(out.status.success(), "{}{}", text(&out.stdout), text(&out.stderr));
    let shop = project.read("new/shop.campaign");
    for line in
        ["currency: JPY", "timezone: \"Asia/Tokyo\"", "customers: table(\"crm_2024\", id: nr, email: mail)"]
    {
        assert!(shop.contains(line), "{line}: {shop}");
    }
    for (more, said) in [
        (["--customers", "crm_2025"], "the database has no table `crm_2025`"),
        (["--currency", "yen"], "`yen` is no currency"),
        (["--timezone", "Tokyo"], "there is no time zone `Tokyo`"),
    ] {
        let (project, out) = on("crm", sql, &more);
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(text(&out.stderr).contains(said), "{}", text(&out.stderr));
        assert!(!project.path().join("new").exists());
    }
}
