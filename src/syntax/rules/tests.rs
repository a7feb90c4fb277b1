//! Right rules mean what they say; wrong ones get one message a mistake, at its place in the file. The file with the
//! mistakes is `tests/syntax/rules.campaign`.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Part, Rules};
use crate::diagnostic::render::{Format, render};
use crate::diagnostic::span::Source;
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span};
use crate::syntax::tree::{Expr, ExprKind, Str, Value};

/// The texts of `rules:` of a file.
fn texts(text: &str) -> Vec<Str> {
    let tree = crate::syntax::parse(FileId(0), text).tree;
    let rules = tree.decls.iter().flat_map(|d| &d.settings).filter(|s| s.key.text == "rules");
    rules
        .filter_map(|s| match &s.value {
            Value::Expr(Expr { kind: ExprKind::Str(text), .. }) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

fn block(rules: &str) -> String {
    let lines = rules.lines().fold(String::new(), |lines, line| lines + "    " + line + "\n");
    format!("copy c {{\n  rules: \"\"\"\n{lines}  \"\"\"\n}}\n")
}

fn read(file: &str) -> (Rules, Vec<Diagnostic>) {
    super::parse(&texts(file)[0])
}

/// Rules as they were understood, every part by the text of the file it stands at.
fn shown(file: &str) -> String {
    let (rules, found) = read(file);
    assert_eq!(found, [], "{file}");
    let mut out = String::new();
    for rule in &rules.rules {
        write!(out, "{} =", &file[rule.name.span.range()]).unwrap();
        for (index, alternative) in rule.alternatives.iter().enumerate() {
            out.push_str(if index == 0 { "" } else { " |" });
            for part in &alternative.parts {
                let (Part::Rule(crate::syntax::tree::Name { span, .. }) | Part::Text(Str { span, .. })) =
                    part;
                write!(out, " {}", &file[span.range()]).unwrap();
            }
            if (alternative.weight - 1.0).abs() > 1e-9 {
                write!(out, " weight {}", alternative.weight).unwrap();
            }
            if let Some(when) = &alternative.when {
                write!(out, " when {}", &file[when.span.range()]).unwrap();
            }
        }
        out.push('\n');
    }
    out
}

#[test]
fn rules_mean_what_they_say() {
    let file = block(
        "line  = hello hook | hook\n\
         hello = \"{{ customer.name }}，\" when customer.name is known\n\
         hook  =\n\
         \x20     | \"{{ picks[0].title }} 新品到店\"  # a comment\n\
         \x20     | \"为您挑选的 {{ picks | length }} 款新手机\" weight 2\n\n\
         \x20     | \"from {{ picks[0].price | money }}\"\n\
         \x20       end when picks[0].price < 3000 CNY\n\
         \x20         and country in [\"CN\",\n\
         \x20           \"SG\"] weight 0.5\n\
         end   = \"\"",
    );
    assert_eq!(
        shown(&file),
        "line = hello hook | hook\n\
         hello = \"{{ customer.name }}，\" when customer.name is known\n\
         hook = \"{{ picks[0].title }} 新品到店\" | \"为您挑选的 {{ picks | length }} 款新手机\" weight 2 \
         | \"from {{ picks[0].price | money }}\" end weight 0.5 when picks[0].price < 3000 CNY\n\
         \x20             and country in [\"CN\",\n\
         \x20               \"SG\"]\n\
         end = \"\"\n"
    );
}

#[test]
fn one_line_of_rules_may_stand_in_a_string() {
    let file = "copy c { rules: \"line = \\\"New for {{ customer.name }}\\\" | other\" }";
    let (rules, found) = read(file);
    assert_eq!(found, []);
    let Part::Text(text) = &rules.rules[0].alternatives[0].parts[0] else { panic!("a text") };
    assert_eq!(text.value, "New for {{ customer.name }}");
    assert_eq!(&file[text.place(11..24).range()], "customer.name");
}

#[test]
fn a_rule_may_be_called_as_a_keyword_is() {
    let file = block("line = weight if\nweight = \"w\"\nif = \"i\"");
    assert_eq!(shown(&file), "line = weight if\nweight = \"w\"\nif = \"i\"\n");
}

#[test]
fn mistakes_get_one_message_each() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/rules.campaign");
    let file = std::fs::read_to_string(path).unwrap();
    let mut sources = SourceMap::default();
    sources.add(Source { name: "rules.campaign".into(), path: None, text: Arc::from(file.as_str()) });
    let found: Vec<Diagnostic> = texts(&file).iter().flat_map(|text| super::parse(text).1).collect();
    let mut out = Vec::new();
    render(&found, &sources, Format::Fancy { color: false, width: 100 }, &mut out).unwrap();
    insta::with_settings!(
        { snapshot_path => "../../../tests/syntax", prepend_module_to_snapshot => false, omit_expression => true },
        { insta::assert_snapshot!("rules", String::from_utf8(out).unwrap()) }
    );
}

/// After each fix the mistake is gone and no other has come.
#[test]
fn every_fix_mends_its_mistake() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/rules.campaign");
    let file = std::fs::read_to_string(path).unwrap();
    let all = |file: &str| texts(file).iter().flat_map(|text| super::parse(text).1).collect::<Vec<_>>();
    let before = all(&file);
    for finding in &before {
        let Some(fix) = &finding.fix else { continue };
        let mut mended = file.clone();
        mended.replace_range(fix.span.range(), &fix.replacement);
        assert_eq!(all(&mended).len() + 1, before.len(), "{}: {}", finding.message, fix.title);
    }
}

fn sound(rules: &str, file: &str) {
    let Some(text) = texts(file).into_iter().next() else { return };
    let (read, found) = super::parse(&text);
    let inside = |span: Span| {
        assert!(span.start <= span.end && file.get(span.range()).is_some(), "{span:?} in {rules:?}");
        assert!(span.start >= text.span.start && span.end <= text.span.end, "{span:?} in {rules:?}");
    };
    for rule in &read.rules {
        inside(rule.span);
        inside(rule.name.span);
        assert_eq!(&file[rule.name.span.range()], rule.name.text);
        for alternative in &rule.alternatives {
            inside(alternative.span);
            assert!(!alternative.broken || !found.is_empty(), "broken without a message: {rules:?}");
            assert!(!alternative.parts.is_empty() || alternative.broken, "{rules:?}");
            alternative.when.iter().for_each(|when| inside(when.span));
        }
    }
    for finding in &found {
        inside(finding.span);
        finding.related.iter().for_each(|label| inside(label.span));
        finding.fix.iter().for_each(|fix| inside(fix.span));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_heap_of_its_parts_is_read(parts in prop::collection::vec(prop::sample::select(vec![
        "line", " = ", " | ", "|", "||", "\n", "\n  ", " ", "\"text\"", "\"", "“", "”", "'", "：", "，", ":=", ":", "weight 2",
        " weight ", " when ", " if ", "customer.name is known", "(", ")", "[", "]", "{{ x }}", "{{", "{", "}", "#", "//", "/*", ";",
        "，新品", "=", "-", "\\", "\t", "3000 CNY", "a.b", "in last 3 days", ",", "🎉", "\u{0}",
    ]), 0..40)) {
        let rules = parts.concat();
        sound(&rules, &block(&rules));
        let crlf = block(&rules).replace('\n', "\r\n");
        sound(&rules, &crlf);
        let line = rules.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        sound(&rules, &format!("copy c {{ rules: \"{line}\" }}"));
    }

    #[test]
    fn any_text_is_read(rules in "\\PC{0,80}") {
        sound(&rules, &block(&rules));
    }
}
