use super::show::value_of;
use super::{printed, read};
use crate::syntax::tree::{Cadence, SendTime, Value, Weekday};

#[test]
fn operators_have_their_usual_precedence() {
    for (text, meaning) in [
        ("a or b and c", "(a or (b and c))"),
        ("not a = b and c", "((not (a = b)) and c)"),
        ("not not a", "(not (not a))"),
        ("a - b - c * -d", "((a - b) - (c * (-d)))"),
        ("a + b / c > d", "((a + (b / c)) > d)"),
        ("a not in [1, 2] or b is known", "((a not in [1, 2]) or (b is known))"),
        ("count(audience) in 50..5000", "(count(audience) in (50..5000))"),
        ("a in 3.. and b", "((a in (3..)) and b)"),
        ("1.05 * cost..price + 1", "((1.05 * cost)..(price + 1))"),
        ("1.2 when margin > 0.3 or vip", "(1.2 when ((margin > 0.3) or vip))"),
        ("2 per 7 days", "(2 per 7 days)"),
        ("50 per second", "(50 per second)"),
        ("1 per product.category", "(1 per product.category)"),
        ("days since latest(orders.at) > 30", "((days since latest(orders.at)) > 30)"),
        ("(a or b) and c", "((a or b) and c)"),
        ("picks[0].price < 3000 CNY", "(picks[0].price < 3000 CNY)"),
        ("after 60 days", "after(60 days)"),
        (
            "subject contains \"手机\" or tone within warm",
            "((subject contains \"手机\") or (tone within warm))",
        ),
    ] {
        assert_eq!(value_of(text), meaning, "{text}");
    }
}

#[test]
fn windows_close_their_aggregate() {
    for (text, meaning) in [
        (
            "count(views where product.category = \"phones\" in last 30 days) >= 2",
            "(count(<views where (product.category = \"phones\") in last 30 days>) >= 2)",
        ),
        ("any(purchases where clearance in next 5 days)", "any(<purchases where clearance in next 5 days>)"),
        ("sum(orders.total since 2026-01-01)", "sum(<orders.total since 2026-01-01>)"),
        ("min(x before as_of - 3 days)", "min(<x before (as_of - 3 days)>)"),
        ("count(orders where at in [1] and day = 2)", "count(<orders where ((at in [1]) and (day = 2))>)"),
        ("f(a, half_life: 30 days,)", "f(a, half_life: 30 days)"),
    ] {
        assert_eq!(value_of(text), meaning, "{text}");
    }
}

#[test]
fn no_word_is_reserved() {
    for word in [
        "at", "from", "last", "next", "day", "days", "in", "and", "or", "is", "when", "per", "where",
        "since", "not",
    ] {
        assert_eq!(value_of(word), word);
        assert_eq!(value_of(&format!("{word} = 3")), format!("({word} = 3)"), "{word}");
        assert_eq!(value_of(&format!("x = {word} and y")), format!("((x = {word}) and y)"), "{word}");
        let parsed = read(&format!("profile p {{\n  a: 1\n  {word}: 2\n  b: 3\n}}\n"));
        assert!(parsed.diagnostics.is_empty(), "{word}: {:?}", parsed.diagnostics);
        assert_eq!(parsed.tree.decls[0].settings[1].key.text, word);
    }
    assert_eq!(value_of("x in last"), "(x in last)");
    assert_eq!(value_of("count(days since at)"), "count((days since at))");
}

#[test]
fn values_go_on_where_an_operator_or_bracket_says_so() {
    let one_line = value_of("a and count(b where c in last 30 days) > 2 or d");
    for text in [
        "a\n    and count(b where c in last 30 days) > 2\n    or d",
        "a and\n    count(b where c in last 30 days) >\n    2 or\n    d",
        "\n    a and count(\n      b where c\n      in last 30 days\n    ) > 2 or d",
        "a # why\n\n  # more\n    and count(b where c in last 30 days) > 2 or d",
        "a\r\n    and count(b where c in last 30 days) > 2\r\n    or d\r",
    ] {
        assert_eq!(value_of(text), one_line, "{text}");
    }
    assert_eq!(value_of("1.2\n  when x"), "(1.2 when x)");
    assert_eq!(value_of("days\n  since x"), "(days since x)");
    assert_eq!(value_of("1\n  .. 2"), "(1..2)");
}

#[test]
fn a_text_block_loses_its_common_indentation_only() {
    let parsed =
        read("template t {\n  body: \"\"\"\n    one\n      two \"quoted\"\n\n    three\n  \"\"\"\n}\n");
    assert!(parsed.diagnostics.is_empty());
    let Value::Expr(value) = &parsed.tree.decls[0].settings[0].value else { panic!("an expression") };
    assert_eq!(super::show::show(value), format!("{:?}", "one\n  two \"quoted\"\n\nthree"));
}

#[test]
fn comments_are_kept_and_double_ones_document() {
    let text = "# first\n\n## A shop.\n## Two lines.\nsource shop { # inside\n  ## The money.\n  currency: CNY # after\n\n  ## Apart.\n\n  url: \"#no\"\n}\n";
    let parsed = read(text);
    assert!(parsed.diagnostics.is_empty());
    let comments: Vec<&str> = parsed.tree.comments.iter().map(|c| &text[c.span.range()]).collect();
    assert_eq!(
        comments,
        ["# first", "## A shop.", "## Two lines.", "# inside", "## The money.", "# after", "## Apart."]
    );
    let decl = &parsed.tree.decls[0];
    assert_eq!(decl.docs, "A shop.\nTwo lines.");
    assert_eq!(decl.settings[0].docs, "The money.");
    assert_eq!(decl.settings[1].docs, "");
}

#[test]
fn schedules_mean_what_they_say() {
    let schedule = |text: &str| {
        let parsed = read(&format!("campaign c {{\n  send: {text}\n  take: 3\n}}\n"));
        assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
        assert_eq!(parsed.tree.decls[0].settings.len(), 2);
        match &parsed.tree.decls[0].settings[0].value {
            Value::Schedule(schedule) => schedule.clone(),
            Value::Expr(_) => panic!("a schedule"),
        }
    };
    let nine = jiff::civil::time(9, 0, 0, 0);
    let weekly = schedule("every monday, sunday at 09:00 local until 2026-12-31");
    assert_eq!(weekly.cadence, Cadence::Weekly(vec![Weekday(1), Weekday(7)], SendTime::At(nine)));
    assert!(weekly.local);
    assert_eq!(weekly.until.map(|(day, _)| day), Some(jiff::civil::date(2026, 12, 31)));
    let best = schedule("daily at best_hour(08:00..20:00)");
    assert_eq!(
        best.cadence,
        Cadence::Daily(SendTime::BestHour(jiff::civil::time(8, 0, 0, 0), jiff::civil::time(20, 0, 0, 0)))
    );
    assert!(!best.local);
    assert_eq!(schedule("monthly on 31 at 09:00").cadence, Cadence::Monthly(31, SendTime::At(nine)));
    assert_eq!(
        schedule("once at 2026-12-01 09:00").cadence,
        Cadence::Once(jiff::civil::date(2026, 12, 1).to_datetime(nine))
    );
}

#[test]
fn one_line_blocks_and_bare_variants() {
    let parsed = read("campaign c {\n  variant a 70%\n  variant b 30% { take: 3, tone: x }\n}\n");
    assert!(parsed.diagnostics.is_empty());
    let blocks = &parsed.tree.decls[0].blocks;
    assert_eq!(blocks.len(), 2);
    assert_eq!(super::show::show(blocks[0].share.as_ref().expect("a share")), "70%");
    assert!(blocks[0].settings.is_empty());
    assert_eq!(blocks[1].settings.len(), 2);
}

#[test]
fn one_broken_declaration_does_not_touch_the_next() {
    for broken in [
        "segment a {\n  where: [1, (2\n}\n",
        "segment a {\n  where: 1\n",
        "segment a {\n  where: \"x\n}\n",
        "template a {\n  body: \"\"\"\n    text\n}\n",
        "segment a {\n  where: x {\n",
        "segment a\n",
        "segment a {{{{\n",
        "} } )\n",
        "use \n",
        "/* never closed\n",
    ] {
        let text = format!("{broken}\nsegment b {{\n  where: vip\n}}\n");
        let parsed = read(&text);
        assert_eq!(parsed.diagnostics.len(), 1, "{}", printed("x.campaign", &text));
        let last = parsed.tree.decls.last().expect("a declaration");
        assert_eq!(last.name.as_ref().map(|n| n.text.as_str()), Some("b"), "{broken:?}");
        assert_eq!(last.settings.len(), 1, "{broken:?}");
        assert!(!last.broken, "{broken:?}");
    }
}

#[test]
fn a_byte_order_mark_tabs_and_wide_spaces_are_space() {
    let text = "\u{feff}segment\u{3000}a\u{a0}{\r\n\twhere:\tvip\u{200b}\r\n}\r\n";
    assert!(read(text).diagnostics.is_empty(), "{}", printed("x.campaign", text));
}
