use std::sync::Arc;

use super::*;
use crate::diagnostic::span::Source;
use crate::diagnostic::{FileId, Span};

fn sources(texts: &[(&str, &str)]) -> SourceMap {
    let mut map = SourceMap::default();
    for (name, text) in texts {
        map.add(Source { name: (*name).to_owned(), path: None, text: Arc::from(*text) });
    }
    map
}

fn printed(diagnostics: &[Diagnostic], sources: &SourceMap, format: Format) -> String {
    let mut out = Vec::new();
    render(diagnostics, sources, format, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

const PLAIN: Format = Format::Fancy { color: false, width: 90 };

/// The span of the first occurrence of a text.
fn find(sources: &SourceMap, file: u32, text: &str) -> Span {
    let start = sources.get(FileId(file)).text.find(text).expect("the text is there");
    Span::new(FileId(file), start, start + text.len())
}

#[test]
fn columns_count_characters_and_underlines_stand_below_wide_ones() {
    let sources =
        sources(&[("招呼.campaign", "segment 老顾客 \"🎉 最好的\" {\n  where: 国家 == \"CN\"\n}\n")]);
    let span = find(&sources, 0, "==");
    let finding = Diagnostic::error("H0120", span, "a single `=` compares").label("write `=`").fix(
        "write `=`",
        span,
        "=",
    );
    insta::assert_snapshot!(printed(std::slice::from_ref(&finding), &sources, PLAIN), @r#"
    H0120

      × a single `=` compares
       ╭─[招呼.campaign:2:13]
     1 │ segment 老顾客 "🎉 最好的" {
     2 │   where: 国家 == "CN"
       ·               ─┬
       ·                ╰── write `=`
     3 │ }
       ╰────
      help: write `=`
    "#);
    let json: serde_json::Value =
        serde_json::from_str(&printed(&[finding], &sources, Format::Json)).expect("JSON");
    assert_eq!(json[0]["place"]["line"], 2);
    assert_eq!(json[0]["place"]["column"], 13);
    assert_eq!(json[0]["place"]["end_column"], 15);
    assert_eq!(json[0]["fix"]["replacement"], "=");
}

#[test]
fn findings_come_in_the_order_of_file_and_place_and_once() {
    let sources = sources(&[("b.campaign", "one\ntwo\n"), ("a.campaign", "three\n")]);
    let two = Diagnostic::error("H0103", find(&sources, 0, "two"), "second");
    let one = Diagnostic::error("H0103", find(&sources, 0, "one"), "first");
    let three = Diagnostic::warning("H0103", find(&sources, 1, "three"), "zeroth");
    let text = printed(&[two.clone(), one, three, two], &sources, Format::Github);
    assert_eq!(
        text,
        "::warning file=a.campaign,line=1,col=1,endColumn=6,title=H0103::zeroth\n\
         ::error file=b.campaign,line=1,col=1,endColumn=4,title=H0103::first\n\
         ::error file=b.campaign,line=2,col=1,endColumn=4,title=H0103::second\n"
    );
}

#[test]
fn github_commands_cannot_be_broken_by_names_or_messages() {
    let sources = sources(&[("a,b:c%.campaign", "x\n")]);
    let finding = Diagnostic::error("H0103", find(&sources, 0, "x"), "100%\n::error::forged");
    let text = printed(&[finding], &sources, Format::Github);
    assert_eq!(
        text,
        "::error file=a%2Cb%3Ac%25.campaign,line=1,col=1,endColumn=2,title=H0103::100%25%0A::error::forged\n"
    );
}

#[test]
fn another_place_is_shown_with_its_own_lines() {
    let sources = sources(&[("a.campaign", "segment vip {\n}\n"), ("b.campaign", "segment vip {\n}\n")]);
    let finding = Diagnostic::error("H0103", find(&sources, 0, "vip"), "`vip` is declared twice")
        .label("here")
        .related(find(&sources, 1, "vip"), "and here first")
        .help("give one of them another name");
    insta::assert_snapshot!(printed(&[finding], &sources, PLAIN), @r"
    H0103

      × `vip` is declared twice
       ╭─[a.campaign:1:9]
     1 │ segment vip {
       ·         ─┬─
       ·          ╰── here
     2 │ }
       ╰────
      help: give one of them another name

    Advice:
      ☞ and here first
       ╭─[b.campaign:1:9]
     1 │ segment vip {
       ·         ───
     2 │ }
       ╰────
    ");
}

#[test]
fn a_place_at_the_end_of_an_empty_or_unended_file_can_be_shown() {
    for text in ["", "\n", "a", "a\n", "é", "a\r\nb"] {
        let sources = sources(&[("a.campaign", text)]);
        let end = Span::new(FileId(0), text.len(), text.len());
        let shown = printed(
            &[Diagnostic::error("H0113", end, "something is missing").label("here")],
            &sources,
            PLAIN,
        );
        assert!(shown.contains("something is missing"), "{text:?}");
    }
}

#[test]
fn what_a_file_holds_cannot_steer_the_terminal() {
    let sources = sources(&[("a.campaign", "take: \u{1b}[2J\u{202e}3\u{7}\r\n")]);
    let finding = Diagnostic::error("H0103", find(&sources, 0, "take"), "bad \u{1b}[31m").label("\u{1b}[0m");
    let shown = printed(&[finding], &sources, PLAIN);
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
}

#[test]
fn of_a_very_long_line_only_the_part_around_the_place_is_shown() {
    let text = format!("{}wrong{}\n", "é".repeat(100_000), "x".repeat(100_000));
    let sources = sources(&[("a.campaign", &text)]);
    let shown = printed(
        &[Diagnostic::error("H0103", find(&sources, 0, "wrong"), "no").label("this")],
        &sources,
        PLAIN,
    );
    assert!(shown.len() < 4_000);
    assert!(shown.contains("a.campaign:1:100001"), "{shown}");
    assert!(shown.contains("wrong"), "{shown}");
}

#[test]
fn sarif_has_its_rules_regions_and_fixes() {
    let sources = sources(&[("my campaigns/a.campaign", "x == y\n")]);
    let span = find(&sources, 0, "==");
    let finding = Diagnostic::error("H0120", span, "a single `=` compares")
        .fix("write `=`", span, "=")
        .related(find(&sources, 0, "x"), "the left side");
    let log: serde_json::Value =
        serde_json::from_str(&printed(&[finding], &sources, Format::Sarif)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], "H0120");
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "my%20campaigns/a.campaign");
    assert_eq!(location["region"]["startColumn"], 3);
    assert_eq!(location["region"]["endColumn"], 5);
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "=");
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "the left side");
}
