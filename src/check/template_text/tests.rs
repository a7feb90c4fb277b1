//! What a marketer may rely on when a text is checked.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::check::shape::{Given, MessageGiven, OfferGiven, Presence, message_shape};
use crate::check::typed::Type;
use crate::data::Currency;
use crate::diagnostic::{FileId, Severity, Span};

fn given(name: &str, ty: Type, optional: bool) -> Given {
    Given { name: name.to_owned(), ty, optional, doc: String::new() }
}

fn offered() -> BTreeMap<String, Field> {
    let cny = Type::Money(Currency::parse("CNY").unwrap());
    let customer = [
        given("id", Type::Id, false),
        given("name", Type::Text, true),
        given("城市", Type::Text, false),
        given("birthday", Type::Date, true),
        given("spend_year", cny, false),
        given("tags", Type::Unknown, false),
    ];
    let product = [
        given("title", Type::Text, false),
        given("brand", Type::Text, false),
        given("price", cny, false),
        given("url", Type::Text, false),
        given("image", Type::Text, false),
        given("released_at", Type::Date, false),
    ];
    let offer =
        OfferGiven { discount: Some(Type::Number), code: true, expires: true, price: Presence::Always };
    message_shape(&MessageGiven {
        customer: &customer,
        product: &product,
        known: true,
        offer: Some(offer),
        copies: &["interest_line".to_owned(), "问候".to_owned()],
    })
}

/// A text as it stands in a file, some way in.
fn text(value: &str) -> Str {
    let span = Span::new(FileId(0), 1000, 1000 + value.len());
    Str { value: value.to_owned(), span, map: vec![(0, 1000)], block: true }
}

fn check(value: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    check_text(&text(value), &offered(), &mut found);
    found
}

fn at(value: &str, span: Span) -> &str {
    &value[span.start as usize - 1000..span.end as usize - 1000]
}

/// Findings as `code|the text pointed at|message`.
fn lines(value: &str) -> Vec<String> {
    check(value).iter().map(|d| format!("{}|{}|{}", d.code, at(value, d.span), d.message)).collect()
}

#[track_caller]
fn clean(value: &str) {
    let found = lines(value);
    assert!(found.is_empty(), "{value}: {found:?}");
}

#[track_caller]
fn one(value: &str, expected: &str) -> Diagnostic {
    assert_eq!(lines(value), [expected], "{value}");
    check(value).remove(0)
}

/// The one finding's fix, carried out.
fn fixed(value: &str) -> String {
    let found = check(value);
    let fix = found[0].fix.as_ref().expect("a fix");
    let mut text = value.to_owned();
    let range = fix.span.start as usize - 1000..fix.span.end as usize - 1000;
    text.replace_range(range, &fix.replacement);
    text
}

#[test]
fn texts_without_mistakes_are_passed_over() {
    for good in [
        "",
        "no tag at all { } %} }}",
        "{{ picks | length }} things you may like, from {{ picks | map(attribute='offer_price') | min | money }}",
        "亲爱的{{ customer.name | default(\"顾客\") }}：{{ copy.interest_line }}",
        "{% for pick in picks %}\n- [{{ pick.title }}]({{ pick.url }})，{{ pick.price | money }}\
         {% if pick.because %}（与您看过的 {{ pick.because.title }} 相似）{% endif %}\n{% endfor %}",
        "{% if picks[0].because %}Because you bought {{ picks[0].because.title }}:{% endif %}",
        "{{ offer.discount | percent }} off with **{{ offer.code }}** until {{ offer.expires | date }}",
        "<s>{{ pick.price | money }}</s>".replace("pick.", "picks[0].").as_str(),
        "{{ customer.城市 }}、{{ customer[\"城市\"] }}、{{ copy.问候 }}",
        "{% include \"std/footer\" %}{% raw %}{{ anything }}{% endraw %}{# {{ nothing }} #}",
        "{% set n = customer.name or \"you\" %}{{ n }}{% with m = n %}{{ m | upper }}{% endwith %}",
        "{% macro card(p, big=true) %}{{ p.whatever }}{% endmacro %}{{ card(picks[0]) }}",
        "{{ customer.spend_year.amount | round }} {{ customer.tags.anything.at_all | whatever_order }}"
            .replace(" | whatever_order", "")
            .as_str(),
        "{% for p in picks[:2] %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "{{ 12 | money(\"CNY\") }} {{ \"unsubscribe\" | phrase }} {{ \"2026-12-31\" | date }}",
        "{{ picks | selectattr(\"because\") | map(attribute=\"because.title\") | join(\", \") }}",
    ] {
        clean(good);
    }
}

#[test]
fn an_undeclared_name_is_an_error_at_its_place() {
    let d = one("Dear {{ custmer.name }}", "H0240|custmer|there is no `custmer` in this message");
    assert_eq!(d.severity, Severity::Error);
    assert_eq!(d.help.as_deref(), Some("did you mean `customer`?"));
    assert_eq!(fixed("Dear {{ custmer.name }}"), "Dear {{ customer.name }}");
    one("您好 🎉 {{ custmer.id }}", "H0240|custmer|there is no `custmer` in this message");
    let d = one("{{ discount | percent }}", "H0240|discount|there is no `discount` in this message");
    assert_eq!(d.help.as_deref(), Some("did you mean `offer.discount`?"));
    let d = one(
        "{% for item in picks %}{% endfor %}{{ item.title }}",
        "H0240|item|there is no `item` in this message",
    );
    assert!(d.help.unwrap().contains("inside the loop"));
}

#[test]
fn an_unknown_field_is_an_error_at_its_place() {
    let value = "{% for pick in picks %}🎁{{ pick.titel | upper }}{% endfor %}";
    let d = one(value, "H0241|titel|`pick` has no `titel`");
    assert_eq!(d.help.as_deref(), Some("did you mean `title`?"));
    assert!(fixed(value).contains("pick.title |"));
    one(
        "{% if picks[0].because %}{{ picks[0].because.titel }}{% endif %}",
        "H0241|titel|`picks[0].because` has no `titel`",
    );
}

#[test]
fn further_shapes_of_unknown_fields() {
    let d = one("{{ campaign.tilte }}", "H0241|tilte|`campaign` has no `tilte`");
    assert_eq!(d.fix.unwrap().replacement, "title");
    let d = one("{{ campaign.owner }}", "H0241|owner|`campaign` has no `owner`");
    assert_eq!(d.help.as_deref(), Some("there are `name` and `title`"));
    one("{{ customer[\"城布\"] }}", "H0241|城布|`customer` has no `城布`");
    one("{{ offer.code.length }}", "H0241|length|`offer.code` is a text and has no `length`");
    assert_eq!(fixed("{{ picks.title }}"), "{{ picks[0].title }}");
    one("{{ picks | map(attribute=\"tilte\") | list }}", "H0241|tilte|an item of `picks` has no `tilte`");
}

#[test]
fn an_unknown_filter_test_or_function_is_an_error() {
    one("{{ picks[0].price | mony }}", "H0249|mony|there is no filter `mony`");
    assert_eq!(fixed("{{ picks[0].price | mony }}"), "{{ picks[0].price | money }}");
    one("{{ offer.code | \n  strip | upper }}", "H0249|strip|there is no filter `strip`");
    one("{% if customer.name is knwon %}x{% endif %}", "H0249|knwon|there is no test `knwon`");
    one("{{ now() }}", "H0249|now|there is no function `now`");
    assert_eq!(fixed("{{ offer.code.upper() }}"), "{{ offer.code | upper }}");
}

#[test]
fn the_page_about_filters_lists_them_all() {
    let page = include_str!("../../../docs/errors/H0249.md");
    for filter in crate::check::filters::FILTERS {
        assert!(page.contains(&format!("- `{}`: {}\n", filter.name, filter.doc)), "{}", filter.name);
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_an_error() {
    let d = one("{{ picks[0].title | money }}", "H0245|money|`money` takes money");
    assert_eq!(d.help.as_deref(), Some("`picks[0].title` is a text"));
    one("{{ 12 | money }}", "H0245|money|`money` takes money");
    one("{{ offer.code | date }}", "H0245|date|`date` takes a date or an instant");
    one("{{ customer.id | upper | percent }}", "H0245|percent|`percent` takes a number");
    one("{{ picks | upper }}", "H0245|upper|`upper` takes a text");
    one("{% for c in offer.code %}x{% endfor %}", "H0245|offer.code|`offer.code` is a text, not a list");
    one("{{ 3 | plural(\"day\") }}", "H0245|plural|`plural` needs `one` and `many`");
    one("{{ offer.code | upper(1) }}", "H0245|upper|`upper` takes nothing in brackets");
    one(
        "{{ picks[0].price * 2 }}",
        "H0245|picks[0].price|`picks[0].price` is money, which templates can't reckon with",
    );
    one(
        "{% if picks[0].price < 3000 %}x{% endif %}",
        "H0245|picks[0].price|`picks[0].price` is money and never compares with a number",
    );
}

#[test]
fn what_prints_badly_is_said() {
    let d = one(
        "until {{ offer.expires }}",
        "H0246|offer.expires|`offer.expires` prints as computers write it, such as `2026-12-31T09:00:00Z`",
    );
    assert_eq!(d.severity, Severity::Warning);
    one(
        "{{ \"from \" ~ picks[0].price }}",
        "H0246|picks[0].price|`picks[0].price` prints here as computers write it, such as `3999.00 CNY`",
    );
    clean("{{ picks[0].price }}");
    one("{{ picks }}", "H0247|picks|`picks` is a list, not one text");
    one("{{ picks[0] }}", "H0247|picks[0]|`picks[0]` is a record of several fields, not one text");
}

#[test]
fn what_may_be_missing_is_a_warning_unless_it_is_provided_for() {
    let d = one("Hi {{ customer.name }}!", "H0244|customer.name|`customer.name` may be missing");
    assert_eq!(d.severity, Severity::Warning);
    assert!(d.help.unwrap().contains("customer.name | default(\"there\")"));
    one("{{ customer.name | upper }}", "H0244|customer.name|`customer.name` may be missing");
    one("{{ picks[0].because.title }}", "H0244|picks[0].because|`picks[0].because` may be missing");
    one("{% set n = customer.name %}{{ n }}", "H0244|n|`n` may be missing");
    one(
        "{% if customer.name %}x{% else %}{{ customer.name }}{% endif %}",
        "H0244|customer.name|`customer.name` may be missing",
    );
    one(
        "{% if customer.name | length > 3 %}{{ customer.name }}{% endif %}",
        "H0244|customer.name|`customer.name` may be missing",
    );
    // The engine can't compare what is missing, so the comparison is the place to mend.
    one(
        "{% if customer.name == \"Li\" %}{{ customer.name }}{% else %}not {{ customer.name }}{% endif %}",
        "H0244|customer.name|`customer.name` may be missing",
    );
    for good in [
        "{{ customer.name | default(\"there\") }}",
        "{{ customer.name or \"there\" }}",
        "{{ customer.name if customer.name else \"there\" }}",
        "{% if customer.name %}{{ customer.name }}{% endif %}",
        "{% if customer.name is known %}{{ customer.name }}{% endif %}",
        "{% if customer.name is not missing and true %}{{ customer.name }}{% endif %}",
        "{% if not customer.name %}you{% else %}{{ customer.name }}{% endif %}",
        "{% if customer.name and customer.name == \"Li\" %}{{ customer.name }}{% endif %}",
        "{% if customer.name is eq(\"Li\") %}{{ customer.name }}{% endif %}",
        "{% if customer.birthday %}{% if true %}{{ customer.birthday | date }}{% endif %}{% endif %}",
        "{% for p in picks if p.because %}{{ p.because.title }}{% endfor %}",
        "{% for p in picks %}{% if not p.because %}{% continue %}{% endif %}{{ p.because.title }}{% endfor %}",
        "{% set n = customer.name %}{% if not n %}{% set n = \"you\" %}{% endif %}{{ n }}",
    ] {
        clean(good);
    }
}

#[test]
fn a_condition_holds_for_the_name_it_speaks_of() {
    one(
        "{% if picks[0].because %}{% for p in picks %}{{ p.because.title }}{% endfor %}{% endif %}",
        "H0244|p.because|`p.because` may be missing",
    );
    one(
        "{% for p in picks %}{% if p.because %}{% for p in picks %}{{ p.because.url }}{% endfor %}{% endif %}{% endfor %}",
        "H0244|p.because|`p.because` may be missing",
    );
    one(
        "{% if customer.name or customer.birthday %}{{ customer.name }}{% endif %}",
        "H0244|customer.name|`customer.name` may be missing",
    );
}

#[test]
fn where_a_line_of_copy_has_a_condition_it_counts() {
    let mut found = Vec::new();
    let known = ["customer.name".to_owned()];
    check_text_where(&text("{{ customer.name }}，"), &offered(), &known, &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn mistakes_of_grammar_are_told_in_plain_words_at_their_place() {
    for (value, expected) in [
        ("Hi {{ customer.id", "H0242|{{|`{{` is never closed"),
        ("Hi {{ customer.id, 您好！", "H0242|{{|`{{` is never closed"),
        ("Hi {{ customer.id } x", "H0242|}|a tag that begins with `{{` ends with `}}`"),
        ("Hi {{ customer.id %} x", "H0242|%}|a tag that begins with `{{` ends with `}}`"),
        ("{% if picks }}x{% endif %}", "H0242|}}|a tag that begins with `{%` ends with `%}`"),
        ("{{ (1 + 2 }}", "H0242|(|this bracket is never closed"),
        ("{{ offer.code | default(“x”) }}", "H0242|“x”|`“` is not the sign that templates use"),
        ("{{ offer.code｜upper }}", "H0242|｜|`｜` is not the sign that templates use"),
        ("{% if picks && offer %}x{% endif %}", "H0242|&&|`&&` is no word of templates"),
        ("{% if !picks %}x{% endif %}", "H0242|!|`!` is no word of templates"),
        ("{% if offer.code = \"x\" %}x{% endif %}", "H0242|=|`=` does not compare in a template"),
        ("{{ }}", "H0242|{{ }}|nothing stands between `{{` and `}}`"),
        ("{{ offer. }}", "H0242|}}|something is missing before `}}`"),
        ("{{ offer.code | }}", "H0242|}}|something is missing before `}}`"),
        ("{{ offer code }}", "H0242|code|`code` is not expected here"),
        ("{{ \"abc }}", "H0242|\"|this text in quotes is never closed"),
        ("a {# comment", "H0242|{#|this comment is never closed"),
        ("{% raw %} x", "H0242|{% raw %}|this `raw` is never closed"),
        ("{% iff picks %}x", "H0242|iff|there is no statement `iff`"),
        ("{% if picks %}x", "H0242|{% if picks %}|this `if` is never closed"),
        ("x{% endif %}", "H0242|endif|`endif` closes nothing"),
        (
            "{% for p in picks %}{% if p %}{% endfor %}",
            "H0242|{% if p %}|this `if` is not closed before `endfor`",
        ),
        ("{% else %}", "H0242|else|`else` belongs to no `if`"),
        ("{% for p of picks %}{% endfor %}", "H0242|of|`of` is not expected here"),
        ("{% break %}", "H0242|break|`break` belongs inside a `for`"),
        (
            "{% for loop in picks %}{% endfor %}",
            "H0242|loop|`loop` is a word of the template language and can't be given a value",
        ),
    ] {
        one(value, expected);
        one(&format!("中文 🎉\n{value}"), expected);
    }
    assert_eq!(fixed("{{ offer.code｜upper }}"), "{{ offer.code|upper }}");
    assert_eq!(fixed("{% if picks && offer %}x{% endif %}"), "{% if picks and offer %}x{% endif %}");
    assert_eq!(fixed("{% if picks }}x{% endif %}"), "{% if picks %}x{% endif %}");
}

#[test]
fn one_broken_tag_does_not_hide_the_others() {
    assert_eq!(
        lines(
            "{{ custmer.id }} {{ offer.code | }} {% for p in picks %}{{ p.titel }}{% endfor %} {{ “x” }} {{ offer.cod }}"
        ),
        [
            "H0240|custmer|there is no `custmer` in this message",
            "H0241|titel|`p` has no `titel`",
            "H0242|“x”|`“` is not the sign that templates use",
            "H0241|cod|`offer` has no `cod`",
        ]
        .into_iter()
        .enumerate()
        .flat_map(|(i, line)| {
            let bad = (i == 1).then_some("H0242|}}|something is missing before `}}`");
            bad.into_iter().chain([line])
        })
        .collect::<Vec<_>>()
    );
}

#[test]
fn a_broken_tag_claims_nothing_about_the_names_it_may_bind() {
    assert_eq!(
        lines("{% for pick inn picks %}{{ pick.title }}{{ pick.price | money }}{% endfor %}"),
        ["H0242|inn|`inn` is not expected here"]
    );
    assert_eq!(lines("{% set 名 = “x” %}{{ 名 }}"), ["H0242|“x”|`“` is not the sign that templates use"]);
}

#[test]
fn statements_that_mails_do_not_have_are_refused() {
    one("{% extends \"x\" %}", "H0248|extends|`extends` has no place in a mail");
    one("{% include offer.code %}", "H0248|offer.code|the name of an included text must be written out");
}

#[test]
fn what_is_not_known_is_not_complained_about() {
    let roots = message_shape(&MessageGiven::default());
    let mut found = Vec::new();
    let value = "{{ customer.anything | money }} {% for p in picks %}{{ p.x.y | date }}{% endfor %}";
    check_text(&text(value), &roots, &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_text_in_the_file_with_indentation_is_pointed_at_where_it_stands() {
    // `    Dear\n    {{ custmer }}` from byte 20 on, with four blanks taken off each line.
    let value = "Dear\n{{ custmer }}";
    let text = Str {
        value: value.to_owned(),
        span: Span::new(FileId(3), 10, 60),
        map: vec![(0, 24), (5, 33)],
        block: true,
    };
    let mut found = Vec::new();
    check_text(&text, &offered(), &mut found);
    assert_eq!(found[0].span, Span::new(FileId(3), 36, 43));
}

#[test]
fn deep_and_endless_texts_are_refused_not_followed() {
    // On the two megabytes that worker threads have.
    let deep = |text: String| {
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || check(&text).len())
            .unwrap()
            .join()
            .unwrap()
    };
    let n = 10_000;
    assert_eq!(deep(format!("{{{{ {}1{} }}}}", "(".repeat(n), ")".repeat(n))), 1);
    assert_eq!(deep(format!("{{{{ {}1{} }}}}", "[".repeat(100), "]".repeat(100))), 1);
    for (open, close) in
        [("not ", ""), ("- ", ""), ("1 if 1 else ", ""), ("1 + ", ""), ("((", "))"), ("", ".a")]
    {
        for count in [60, 120, 240, n] {
            deep(format!("{{{{ {}customer{} }}}}", open.repeat(count), close.repeat(count)));
        }
    }
    assert_eq!(deep(format!("{{% set {}a{} = 1 %}}", "(".repeat(n), ")".repeat(n))), 1);
    assert_eq!(deep(format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(n))), 1);
    assert_eq!(deep(format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(300))), 0);
    for count in [70, 140, n] {
        deep(format!("{}{}", "{% if 1 %}".repeat(count), "{% endif %}".repeat(count)));
        deep(format!("{}{}", "{% for a in picks %}".repeat(count), "{% endfor %}".repeat(count)));
    }
    assert_eq!(deep("x".repeat(2 << 20)), 1);
    assert!(deep("{{ “".repeat(100_000)) <= 20);
    assert!(deep("{{ a".repeat(100_000)) <= 21);
    // Many mistakes, each with many names to look through.
    let many: Vec<String> = (0..20_000).map(|i| format!("{{% set a{i}=1 %}}{{{{ b{i} }}}}")).collect();
    assert_eq!(deep(many.concat()), 100);
}

proptest! {
    #[test]
    fn every_finding_stands_within_the_text(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "{{", "}}", "{%", "%}", "{#", "#}", " ", "\n", "if", "for p in picks", "endfor", "endif", "else",
                "customer", ".name", ".", "|", "money", "default(", ")", "(", "\"", "'", "“", "中文", "🎉", "=", "==",
                "set x", "raw", "endraw", "x", "1", "-", "[0]", "{", "}", "&&", "e\u{301}", "\u{3000}", "include",
                "elif", "macro f(a)", "endmacro", "call f()", "endcall", "with a=1", "endwith", "~", "\\", "is known",
            ]),
            0..40,
        )
    ) {
        let value = parts.concat();
        for d in check(&value) {
            let (start, end) = (d.span.start as usize, d.span.end as usize);
            prop_assert!(start >= 1000 && start <= end && end <= 1000 + value.len());
            prop_assert!(value.is_char_boundary(start - 1000) && value.is_char_boundary(end - 1000));
            if let Some(fix) = d.fix {
                prop_assert!(fix.span.end as usize <= 1000 + value.len());
            }
        }
    }

    #[test]
    fn what_the_check_reads_without_complaint_the_engine_reads_too(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "{{ ", " }}", "{% ", " %}", "if picks", "for p in picks", "endfor", "endif", "else", "offer.code",
                "|", " upper", "text", "\"", "set x = 1", "x",
            ]),
            0..14,
        )
    ) {
        let value = parts.concat();
        let read = minijinja::Environment::new().template_from_str(&value).is_ok();
        let grammar = check(&value).iter().any(|d| d.code == "H0242");
        prop_assert_eq!(read, !grammar, "{}", value);
    }
}
