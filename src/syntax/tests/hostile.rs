use proptest::prelude::*;

use super::read;
use crate::diagnostic::Span;
use crate::syntax::tree::{Decl, Expr, ExprKind, Str, Value, WindowKind};
use crate::syntax::{LARGEST, Parsed};

const RIGHT: &str = include_str!("../../../tests/syntax/right.campaign");

/// Every place of a tree and its findings.
fn spans(parsed: &Parsed) -> Vec<Span> {
    let mut spans: Vec<Span> =
        parsed.tree.comments.iter().map(|c| c.span).chain(parsed.tree.broken.clone()).collect();
    for used in &parsed.tree.uses {
        spans.extend([used.span, used.path.span]);
        spans.extend(used.names.iter().map(|n| n.span));
    }
    parsed.tree.decls.iter().for_each(|decl| in_decl(decl, &mut spans));
    for finding in &parsed.diagnostics {
        spans.push(finding.span);
        spans.extend(finding.related.iter().map(|l| l.span));
        spans.extend(finding.fix.iter().map(|f| f.span));
    }
    spans
}

fn in_decl(decl: &Decl, spans: &mut Vec<Span>) {
    spans.extend([decl.span, decl.head, decl.kind.span]);
    spans.extend(decl.name.iter().map(|n| n.span).chain(decl.title.iter().map(|t| t.span)));
    decl.share.iter().for_each(|share| in_expr(share, spans));
    for setting in &decl.settings {
        spans.extend([setting.span, setting.key.span]);
        match &setting.value {
            Value::Expr(expr) => in_expr(expr, spans),
            Value::Schedule(schedule) => spans.push(schedule.span),
        }
    }
    decl.blocks.iter().for_each(|block| in_decl(block, spans));
}

fn in_expr(expr: &Expr, spans: &mut Vec<Span>) {
    spans.push(expr.span);
    match &expr.kind {
        ExprKind::List(items) => items.iter().for_each(|item| in_expr(item, spans)),
        ExprKind::Member(of, name) => {
            spans.push(name.span);
            in_expr(of, spans);
        }
        ExprKind::Call { callee, args } => {
            spans.push(callee.span);
            args.iter().for_each(|arg| in_expr(&arg.value, spans));
        }
        ExprKind::Rows { of, filter, window } => {
            in_expr(of, spans);
            filter.iter().for_each(|f| in_expr(f, spans));
            if let Some(window) = window {
                spans.push(window.span);
                if let WindowKind::Since(at) | WindowKind::Before(at) = &window.kind {
                    in_expr(at, spans);
                }
            }
        }
        ExprKind::Unary(_, a)
        | ExprKind::Is { value: a, .. }
        | ExprKind::Since(_, a)
        | ExprKind::Range(a, None) => {
            in_expr(a, spans);
        }
        ExprKind::Index(a, b)
        | ExprKind::Binary(_, a, b)
        | ExprKind::When(a, b)
        | ExprKind::Per(a, b)
        | ExprKind::Range(a, Some(b)) => {
            in_expr(a, spans);
            in_expr(b, spans);
        }
        _ => {}
    }
}

/// What holds for every text.
fn sound(text: &str) {
    let parsed = read(text);
    for span in spans(&parsed) {
        assert!(span.start <= span.end, "{span:?} in {text:?}");
        assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    }
    let again = read(text);
    assert_eq!(parsed, again);
    let broken = parsed.tree.decls.iter().any(|d| d.broken) || !parsed.tree.broken.is_empty();
    assert!(!broken || !parsed.diagnostics.is_empty(), "something is broken without a message: {text:?}");
}

/// The tokens of a text, roughly: words, numbers, runs of space, single signs.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in text.char_indices() {
        if previous.is_some_and(|p| p != class(c) || p == 2) {
            tokens.push(&text[start..at]);
            start = at;
        }
        previous = Some(class(c));
    }
    tokens.push(&text[start..]);
    tokens
}

/// A right file with fewer than so many of its parts lost, doubled or moved.
pub(super) fn damaged(most: usize) -> impl Strategy<Value = String> {
    let change = (0usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>());
    prop::collection::vec(change, 1..most).prop_map(|changes| {
        let mut parts = tokens(RIGHT);
        for (change, at, other) in changes {
            if parts.is_empty() {
                break;
            }
            let (at, other) = (at.index(parts.len()), other.index(parts.len()));
            match change {
                0 => {
                    parts.remove(at);
                }
                1 => parts.insert(at, parts[other]),
                2 => parts.swap(at, other),
                _ => parts.truncate(at.max(1)),
            }
        }
        parts.concat()
    })
}

/// A heap of the language's own parts.
pub(super) fn heap() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "segment a {",
        "}",
        "{",
        "(",
        ")",
        "[",
        "]",
        "\n",
        "\n  ",
        " ",
        ",",
        ":",
        "\"",
        "\"\"\"",
        "'",
        "“",
        "”",
        "：",
        "，",
        "#",
        "//",
        "/*",
        "*/",
        "where",
        "and",
        "not ",
        "in last ",
        "30 days",
        "x",
        "use ",
        "from ",
        "send: ",
        "every ",
        "at ",
        "variant a 5%",
        "2026-12-1",
        "9:00",
        "..",
        ".",
        "=",
        "==",
        "-",
        "\\",
        "\r\n",
        "\u{0}",
        "\u{2}",
        "\u{3}",
        "\u{4}",
        "\u{6}",
        "🎉",
        "é",
        "\t",
        "key: ",
    ]);
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        sound(&text);
    }

    #[test]
    fn any_heap_of_the_languages_own_parts_is_read(text in heap()) {
        sound(&text);
    }

    #[test]
    fn a_right_file_with_parts_lost_doubled_or_moved_is_read(text in damaged(12)) {
        sound(&text);
    }

    #[test]
    fn a_text_block_points_at_the_very_characters_of_the_file(
        lines in prop::collection::vec("[ ]{0,3}[a-z\"é手 #{]{0,8}", 0..8), crlf in any::<bool>(), indent in 3usize..6
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let pad = " ".repeat(indent);
        let lines: Vec<String> = lines.iter().map(|line| pad.clone() + &line.replace("\"\"\"", "") + end).collect();
        let body = lines.concat();
        let text = format!("template t {{{end}  body: \"\"\"{end}{body}  \"\"\"{end}}}{end}");
        let parsed = read(&text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?} {:?}", text, parsed.diagnostics);
        points_exactly(&text, only_text(&parsed));
    }

    #[test]
    fn a_string_points_at_the_very_characters_of_the_file(inner in "([a-zé手 ]|\\\\n|\\\\\"|\\\\\\\\){0,20}") {
        let text = format!("template t {{ subject: \"{inner}\" }}");
        let parsed = read(&text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?} {:?}", text, parsed.diagnostics);
        points_exactly(&text, only_text(&parsed));
    }
}

fn only_text(parsed: &Parsed) -> &Str {
    match &parsed.tree.decls[0].settings[0].value {
        Value::Expr(Expr { kind: ExprKind::Str(text), .. }) => text,
        other => panic!("a text, not {other:?}"),
    }
}

/// Each character of the value stands in the file where its place says, or its escape does.
fn points_exactly(text: &str, value: &Str) {
    for (at, c) in value.value.char_indices() {
        let place = value.place(at..at + c.len_utf8());
        let there = &text[place.range()];
        let escaped = there == "\\" && text[place.start as usize + 1..].starts_with(['n', '"', '\\']);
        assert!(there == c.to_string() || escaped, "{c:?} is not {there:?} in {text:?}");
    }
    assert!(
        value.map.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1),
        "{:?}",
        value.map
    );
}

#[test]
fn text_that_begins_like_a_block_and_ends_like_a_string_is_read() {
    sound("template t {\n  subject: \"\"\" \"{{ customer.name }}，您好看\"\n}\n");
    sound("template t {\n  subject: \"\"\"您好看\n}\n");
}

#[test]
fn deep_nesting_is_one_mistake_and_the_next_declaration_is_read() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("{", "}"), ("(", ""), ("[", ""), ("([{", "")]
    {
        let deep = format!("{}{}", open.repeat(10_000), close.repeat(10_000));
        let text = format!("segment a {{\n  where: {deep}\n}}\n\nsegment b {{\n  where: vip\n}}\n");
        let parsed = read(&text);
        let codes: Vec<&str> = parsed.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes.iter().filter(|c| **c == "H0102").count(), 1, "{open}: {codes:?}");
        assert!(codes.len() <= 3, "{open}: {codes:?}");
        let last = parsed.tree.decls.last().expect("a declaration");
        assert_eq!(last.name.as_ref().map(|n| n.text.as_str()), Some("b"), "{open}");
    }
}

#[test]
fn long_chains_are_one_mistake() {
    for value in [
        "not ".repeat(100_000) + "a",
        "a + ".repeat(10_000) + "a",
        "-".repeat(100_000),
        "a.b".to_owned() + &".b".repeat(10_000),
    ] {
        let parsed = read(&format!("segment a {{\n  where: {value}\n}}\n"));
        assert_eq!(parsed.diagnostics.len(), 1, "{value:.20}");
    }
    let deep = (0..60).fold("a".to_owned(), |inner, _| format!("({inner}{})", " + a".repeat(200)));
    let parsed = read(&format!("segment a {{\n  where: {deep}\n}}\n"));
    assert_eq!(parsed.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["H0102"]);
}

#[test]
fn a_list_may_be_long() {
    let parsed = read(&format!("segment a {{\n  where: id in [{}]\n}}\n", "1, ".repeat(50_000)));
    assert!(parsed.diagnostics.is_empty());
}

#[test]
fn files_larger_than_the_limit_are_refused() {
    let parsed = read(&" ".repeat(LARGEST + 1));
    assert_eq!(parsed.diagnostics[0].code, "H0101");
}

#[test]
fn large_files_of_any_kind_are_read_with_a_bounded_number_of_findings() {
    let size = 1 << 18;
    for part in [
        "(",
        "f(,\nk: ",
        "\"",
        "/*",
        "\n",
        "'",
        "a\n",
        "x: [\n",
        "{",
        "}",
        "\"\"\"\n",
        "，",
        "#\n",
        "segment a {\n",
        "[)",
        "a:b,",
    ] {
        let parsed = read(&part.repeat(size / part.len()));
        assert!(parsed.diagnostics.len() <= 1_001, "{part:?}");
    }
}
