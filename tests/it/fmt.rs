//! `herald fmt` with real files.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::shop::{Project, text};

const UGLY: &str = "use a   from \"b\"\r\nsegment s{where:vip}\r\n";
const TIDY: &str = "use a from \"b\"\r\n\r\nsegment s { where: vip }\r\n";

fn through(project: &Project, args: &[&str], input: &[u8]) -> Output {
    let mut child = project
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn check_shows_what_would_change_and_writes_nothing() {
    let project = Project::without_shop();
    project.write("a.campaign", UGLY);
    let checked = project.herald(&["fmt", "--check", "a.campaign"]);
    assert_eq!(checked.status.code(), Some(1));
    let shown = text(&checked.stdout);
    assert!(shown.contains("--- a.campaign") && shown.contains("\n+segment s { where: vip }"), "{shown}");
    assert!(shown.contains("1 file would be formatted"), "{shown}");
    assert_eq!(project.read("a.campaign"), UGLY);

    assert!(project.herald(&["fmt", "a.campaign"]).status.success());
    assert_eq!(project.read("a.campaign"), TIDY);
    let again = project.herald(&["fmt", "--check", "a.campaign"]);
    assert!(again.status.success(), "{}", text(&again.stdout));
}

#[test]
fn without_a_path_all_files_below_are_formatted_but_not_those_of_programs() {
    let project = Project::without_shop();
    for file in
        ["a.campaign", "deep/er/b.campaign", ".git/c.campaign", "outbox/d.campaign", "target/e.campaign"]
    {
        project.write(file, UGLY);
    }
    project.write("deep/notes.txt", UGLY);
    let formatted = project.herald(&["fmt"]);
    assert!(formatted.status.success(), "{}", text(&formatted.stderr));
    assert_eq!(text(&formatted.stdout).matches("formatted ").count(), 2, "{}", text(&formatted.stdout));
    for file in ["a.campaign", "deep/er/b.campaign"] {
        assert_eq!(project.read(file), TIDY, "{file}");
    }
    for file in [".git/c.campaign", "outbox/d.campaign", "target/e.campaign", "deep/notes.txt"] {
        assert_eq!(project.read(file), UGLY, "{file}");
    }
}

#[test]
fn a_file_in_form_is_not_touched() {
    let project = Project::without_shop();
    project.write("a.campaign", TIDY);
    let before = std::fs::metadata(project.path().join("a.campaign")).unwrap().modified().unwrap();
    let formatted = project.herald(&["fmt", "a.campaign"]);
    assert!(text(&formatted.stdout).contains("1 file in form already"), "{}", text(&formatted.stdout));
    let after = std::fs::metadata(project.path().join("a.campaign")).unwrap().modified().unwrap();
    assert_eq!(before, after);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::without_shop();
    project.write("real/a.campaign", UGLY);
    let real = project.path().join("real/a.campaign");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/a.campaign", project.path().join("link.campaign")).unwrap();
    assert!(project.herald(&["fmt", "link.campaign"]).status.success());
    assert!(project.path().join("link.campaign").is_symlink());
    assert_eq!(project.read("real/a.campaign"), TIDY);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let left: Vec<_> = std::fs::read_dir(project.path().join("real")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn standard_input_becomes_standard_output() {
    let project = Project::without_shop();
    let formatted = through(&project, &["fmt", "--stdin"], UGLY.as_bytes());
    assert!(formatted.status.success());
    assert_eq!(text(&formatted.stdout), TIDY);
    assert!(formatted.stderr.is_empty());
    let checked = through(&project, &["fmt", "--stdin", "--check"], UGLY.as_bytes());
    assert_eq!(checked.status.code(), Some(1));
    assert!(text(&checked.stdout).contains("--- standard input"), "{}", text(&checked.stdout));
}

#[test]
fn mistakes_are_told_and_what_is_no_text_is_left_alone() {
    let project = Project::without_shop();
    project.write("a.campaign", "segment a   { where: x   == 1 }\nsegment b   { where: y }\n");
    std::fs::write(project.path().join("b.campaign"), b"segment \xff { where: vip }\n").unwrap();
    let formatted = project.herald(&["fmt", "a.campaign", "b.campaign"]);
    assert_eq!(formatted.status.code(), Some(1));
    assert_eq!(project.read("a.campaign"), "segment a   { where: x   == 1 }\nsegment b { where: y }\n");
    let told = text(&formatted.stderr);
    assert!(
        told.contains("a.campaign has mistakes") && told.contains("b.campaign: it is not UTF-8"),
        "{told}"
    );
    let nothing = through(&project, &["fmt", "--stdin"], b"\xff");
    assert_eq!(nothing.status.code(), Some(1));
    assert!(nothing.stdout.is_empty());
}
