//! What a writer relies on when a program rewrites their file: it says the same, no comment is lost, and running
//! it again changes nothing. Samples with their expected form are in `tests/format/`.

mod generate;

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::hostile::{damaged, heap, tokens};
use super::read;
use crate::syntax::format::{Refused, format};

const RIGHT: &str = include_str!("../../../tests/syntax/right.campaign");

/// Campaign files of the project that somebody wrote by hand, sound or not.
fn corpus() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["campaigns", "stdlib", "tests/syntax", "tests/broken", "tests/format"];
    let files = folders.iter().flat_map(|folder| {
        std::fs::read_dir(root.join(folder)).expect("the folder is there").flatten().map(|e| e.path())
    });
    let files = files.filter(|path| path.extension().is_some_and(|e| e == "campaign"));
    files.map(|path| (path.clone(), std::fs::read_to_string(path).expect("text"))).collect()
}

/// What holds for every text; the text formatted, if it could be.
fn sound(text: &str) -> Option<String> {
    let findings = read(text).diagnostics;
    match format(text) {
        Ok(formatted) => {
            assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "it changes again: {text:?}");
            Some(formatted)
        }
        Err(refused) => {
            assert_eq!(refused, Refused::Broken, "{text:?}");
            assert!(!findings.is_empty(), "{text:?}");
            None
        }
    }
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format").join(format!("{name}.campaign"));
    let text = std::fs::read_to_string(path).expect("the sample is there");
    let formatted = sound(&text).expect("it is formatted");
    insta::with_settings!(
        { snapshot_path => "../../../tests/format", prepend_module_to_snapshot => false, omit_expression => true },
        { insta::assert_snapshot!(name, formatted) }
    );
    formatted
}

#[test]
fn what_was_written_in_haste() {
    assert!(read(&sample("ugly")).diagnostics.is_empty());
}

#[test]
fn comments_wherever_one_may_stand() {
    assert!(read(&sample("comments")).diagnostics.is_empty());
}

#[test]
fn long_lines_measured_as_they_are_seen() {
    assert!(read(&sample("wide")).diagnostics.is_empty());
}

#[test]
fn what_is_broken_stays_byte_for_byte() {
    let formatted = sample("broken");
    for kept in [
        "segment   broken   {\n    where:   country   ==   \"CN\"   # stays\n      and vip\n}\n",
        "   this   is   prose\n",
        "use   nothing\n",
        "// a comment   of another language\n",
    ] {
        assert!(formatted.contains(kept), "{kept:?} in {formatted}");
    }
}

#[test]
fn every_file_of_the_project_says_the_same_formatted() {
    let corpus = corpus();
    assert!(corpus.len() > 15);
    for (path, text) in corpus {
        assert!(sound(&text).is_some(), "{}", path.display());
    }
}

#[test]
fn what_ships_is_formatted() {
    let shipped = ["campaigns", "stdlib"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    for (path, text) in corpus() {
        if shipped.iter().any(|folder| path.starts_with(folder)) {
            assert_eq!(format(&text), Ok(text), "{}", path.display());
        }
    }
}

#[test]
fn line_ends_and_the_byte_order_mark_stay_and_the_last_line_is_ended() {
    for (text, formatted) in [
        ("", ""),
        ("\n \n", ""),
        ("# a", "# a\n"),
        ("\u{feff}use a   from \"b\"", "\u{feff}use a from \"b\"\n"),
        ("use a   from \"b\"\r\nuse c from \"d\"", "use a from \"b\"\r\nuse c from \"d\"\r\n"),
        (
            "copy c {\r\n rules: \"\"\"\r\n   a\r\n\r\n   b\r\n \"\"\"\r\n}\r\n",
            "copy c {\r\n  rules: \"\"\"\r\n    a\r\n\r\n    b\r\n  \"\"\"\r\n}\r\n",
        ),
        ("use a from \"b\"\nuse c from \"d\"\r\n", "use a from \"b\"\nuse c from \"d\"\n"),
    ] {
        assert_eq!(format(text).as_deref(), Ok(formatted), "{text:?}");
    }
}

#[test]
fn spaces_around_signs_and_none_within_values() {
    for (value, formatted) in [
        ("a<b and-c>=d", "a < b and -c >= d"),
        ("a-b - -c", "a - b - -c"),
        ("not( a or b )", "not (a or b)"),
        ("( ( a ) )", "((a))"),
        ("count (a where(b) in last 3   days)", "count(a where (b) in last 3 days)"),
        ("x in[1,2,]", "x in [1, 2]"),
        ("x not in[1]", "x not in [1]"),
        ("picks [0].price<3", "picks [0].price<3"),
        ("picks[ 0 ] . price<3", "picks[0].price < 3"),
        ("3 .. and b", "3.. and b"),
        ("0.4 .. -0.8", "0.4..-0.8"),
        ("f( )", "f()"),
        ("f(a:-1 , b :[ ])", "f(a: -1, b: [])"),
        ("last[0] + in(3)", "last[0] + in(3)"),
        ("a is   missing or days  since b>3", "a is missing or days since b > 3"),
        ("2026-12-01   09:00", "2026-12-01 09:00"),
        ("\"a  b\"", "\"a  b\""),
        ("after   60 days", "after 60 days"),
    ] {
        let file = |value: &str| format!("strategy s {{\n  only: {value}\n}}\n");
        assert_eq!(format(&file(value)), Ok(file(formatted)), "{value}");
    }
}

#[test]
fn so_many_mistakes_that_not_all_are_known_leave_a_file_alone() {
    let text = format!("segment a   {{ where:vip }}\n{}", "segment b { where: x y }\n".repeat(1_500));
    assert_eq!(format(&text), Ok(text));
}

#[test]
fn what_would_become_too_large_is_refused() {
    let deep = format!("segment a {{ where: {}x{} }}\n", "f(a, ".repeat(60), ")".repeat(60));
    assert_eq!(format(&deep.repeat(1_500)), Err(Refused::Large));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_formatted_or_refused(text in "\\PC{0,200}") {
        sound(&text);
    }

    #[test]
    fn any_heap_of_the_languages_own_parts_is_formatted_or_refused(text in heap()) {
        sound(&text);
    }

    #[test]
    fn a_right_file_with_parts_lost_doubled_or_moved(text in damaged(6)) {
        sound(&text);
    }

    #[test]
    fn comments_and_line_breaks_between_any_two_tokens_stay(
        notes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            "# note\n", "\n# note\n", "## note\n", "\n## note\n", "\n\n# note\n\n", " #note\n#\n", "\n", "\n\n\n", "\t", "   ",
        ])), 1..8)
    ) {
        let mut parts = tokens(RIGHT);
        for (at, note) in notes {
            parts.insert(at.index(parts.len() + 1), note);
        }
        let text = parts.concat();
        let comments = |text: &str| text.matches("note").count();
        if let Some(formatted) = sound(&text) {
            prop_assert_eq!(comments(&formatted), comments(&text));
        }
    }

    #[test]
    fn a_file_of_any_tree_says_the_same_whatever_its_spaces(file in generate::file()) {
        // Once in ten thousand the parts go together to what the language does not take; many would fail the test.
        prop_assume!(read(&file.tidy).diagnostics.is_empty() && read(&file.ugly).diagnostics.is_empty());
        prop_assert!(sound(&file.tidy).is_some());
        prop_assert!(sound(&file.ugly).is_some());
    }
}
