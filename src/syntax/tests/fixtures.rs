use std::path::Path;

use super::{printed, read};

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax").join(format!("{name}.campaign"));
    std::fs::read_to_string(path).expect("the fixture is there")
}

/// Compares the messages of a file of `tests/syntax/` with those kept beside it.
fn messages(name: &str) {
    let shown = printed(&format!("{name}.campaign"), &fixture(name));
    insta::with_settings!(
        { snapshot_path => "../../../tests/syntax", prepend_module_to_snapshot => false, omit_expression => true },
        { insta::assert_snapshot!(name, shown) }
    );
}

#[test]
fn ten_mistakes_get_ten_messages() {
    assert_eq!(read(&fixture("ten_mistakes")).diagnostics.len(), 10);
    messages("ten_mistakes");
}

#[test]
fn operators_of_other_languages() {
    messages("operators");
}

#[test]
fn literals_of_other_habits() {
    messages("literals");
}

#[test]
fn texts_without_their_end_or_in_other_quotes() {
    messages("texts");
}

#[test]
fn lines_that_are_not_settings() {
    messages("lines");
}

#[test]
fn brackets_that_do_not_belong_together() {
    messages("brackets");
}

#[test]
fn declarations_that_begin_wrongly() {
    messages("heads");
}

#[test]
fn schedules() {
    messages("schedules");
}

#[test]
fn windows_out_of_their_place() {
    messages("windows");
}

#[test]
fn values_that_are_missing_or_too_many() {
    messages("values");
}

#[test]
fn a_right_file_has_no_message() {
    assert_eq!(printed("right.campaign", &fixture("right")), "");
}

/// After every fix was applied, most mistakes are gone, and none has become another.
#[test]
fn applying_a_fix_mends_its_mistake() {
    for name in ["operators", "literals", "windows", "schedules", "ten_mistakes"] {
        let text = fixture(name);
        for finding in read(&text).diagnostics {
            let Some(fix) = &finding.fix else { continue };
            let mut mended = text.clone();
            mended.replace_range(fix.span.range(), &fix.replacement);
            let left = read(&mended).diagnostics;
            let before = read(&text).diagnostics.len();
            assert!(left.len() < before, "{name}: {} did not mend `{}`", fix.title, finding.message);
        }
    }
}
