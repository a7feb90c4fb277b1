//! Methods of recommendation, from a strategy in a file to the reason for a pick.

use std::path::Path;

use crate::shop::{Project, text};

const DAY: [&str; 2] = ["--as-of", "2026-11-20"];

fn project() -> Project {
    let project = Project::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/methods/learned.campaign");
    project.write("campaigns/learned.campaign", &std::fs::read_to_string(sample).unwrap());
    project
}

#[test]
fn methods_that_learn_a_matrix_run_and_say_why() {
    let project = project();
    let run = project.herald(&[&["run", "campaigns/learned.campaign"], &DAY[..]].concat());
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let mails = project.mails();
    assert!(mails.len() > 20, "{} mails", mails.len());
    let mut met = std::collections::BTreeSet::new();
    for (path, _) in &mails {
        let id = path.file_stem().unwrap().to_str().unwrap();
        let why =
            project.herald(&[&["why", "campaigns/learned.campaign", "--customer", id], &DAY[..]].concat());
        let why = text(&why.stdout);
        for (variant, words) in [
            ("all", &["als of", "svd of", "ease of", "what sells most"][..]),
            ("factors", &["als of 5 × purchases, views, 16 factors, half-life 45 days"]),
            ("directions", &["svd of 5 × purchases, views, 500 factors"]),
            ("weights", &["ease of 5 × purchases, views"]),
        ] {
            if words.iter().all(|w| why.contains(w)) && met.insert(variant) {
                assert!(why.contains("because"), "{variant}: {why}");
            }
        }
        if met.len() == 4 {
            return;
        }
    }
    panic!("no customer of {met:?} alone");
}

#[test]
fn settings_that_make_no_sense_are_refused_in_their_place() {
    let project = project();
    let file = "campaigns/learned.campaign";
    let sound = project.read(file);
    for (wrong, said) in [
        ("als(factors: 0)", "a whole number of at least 1"),
        ("als(factors: 9223372036854775808)", "a whole number of at most 1000000"),
        ("als(iterations: 5000)", "a whole number of at most 1000"),
        ("als(alpha: -1)", "a number above 0"),
        ("als(regularisation: \"much\")", "a number"),
        ("als(neighbours: 5)", "`als` takes no `neighbours`"),
        ("svd(iterations: 5)", "`svd` takes no `iterations`"),
        ("ease(regularisation: 0)", "a number above 0"),
        ("ease(neighbours: 1.5)", "a whole number of at least 1"),
    ] {
        project.write(file, &sound.replace("als(factors: 16)", wrong));
        let check = project.herald(&["check", file]);
        assert_eq!(check.status.code(), Some(1), "{wrong}");
        let out = format!("{}{}", text(&check.stdout), text(&check.stderr));
        assert!(out.contains(said), "{wrong}: {out}");
    }
}
