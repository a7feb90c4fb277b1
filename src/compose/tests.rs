//! What a user of this room relies on, over whole messages.

use std::sync::Arc;

use mail_parser::{MessageParser, MimeHeaders};
use minijinja::{Value, context};

use super::*;
use crate::data::{Currency, Money};

const UNSUBSCRIBE: &str = "https://mail.aurora.example/u/abc?x=1&y=2";

fn cny(minor: i64) -> Value {
    money(Money { minor, currency: Currency::parse("CNY").unwrap() })
}

fn picks() -> Value {
    let product = |n: i64, title: &str| {
        Columns::new(["id", "title", "url", "image", "price", "list_price"]).row(vec![
            n.into(),
            title.into(),
            format!("https://aurora.example/p/{n}").into(),
            format!("https://cdn.aurora.example/{n}.png").into(),
            cny(n * 100_000),
            if n == 1 { cny(150_000) } else { Value::from(()) },
        ])
    };
    let because =
        context! { because => context! { title => "Trail Shoes", url => "https://aurora.example/p/9" } };
    Value::from(vec![
        pick(product(1, "Aurora One"), because),
        pick(product(2, "Nimbus & Co"), context! {}),
        pick(product(3, "徒步鞋"), context! {}),
    ])
}

fn message(name: Option<&str>) -> MessageContext {
    MessageContext {
        customer: Columns::new(["name", "city"]).row(vec![name.into(), Value::from(())]),
        picks: picks(),
        shop: context! { name => "Aurora", url => "https://aurora.example" },
        campaign: context! { name => "c", title => "Autumn" },
        sender: context! { address => "88 Century Avenue, Shanghai 200120" },
        unsubscribe_url: UNSUBSCRIBE.into(),
        preferences_url: Some("https://mail.aurora.example/p".into()),
        ..MessageContext::default()
    }
}

fn source(format: Format, body: &str) -> TemplateSource {
    TemplateSource {
        name: "t".into(),
        language: Some("en".into()),
        format,
        subject: "Hello {{ customer.name | default('you') }}".into(),
        preheader: Some("For {{ customer.name | default('you') }}".into()),
        body: body.into(),
    }
}

fn prepared(format: Format, body: &str) -> PreparedTemplate {
    prepare(&source(format, body), &Surroundings::default()).unwrap()
}

fn sender() -> SenderHeaders {
    SenderHeaders::new(&SenderSettings {
        from: "极光商店 <hello@aurora.example>".into(),
        reply_to: Some("care@aurora.example".into()),
        list_title: Some("Aurora".into()),
        list: "news".into(),
        unsubscribe_mailto: Some("leave@aurora.example".into()),
    })
    .unwrap()
}

fn recipient(name: Option<&str>) -> Recipient<'_> {
    let date = "2026-12-01T01:00:00Z".parse().unwrap();
    Recipient { name, address: "ann@mail.example", id: "run-1/17", date }
}

fn made(template: &PreparedTemplate, name: Option<&str>) -> Composed {
    compose(template, &message(name), &sender(), &recipient(name)).unwrap()
}

const MJML: &str = r#"<mjml lang="en">
  <mj-head>{% include "std/head" %}</mj-head>
  <mj-body>
    {% include "std/header" %}
    <mj-section><mj-column><mj-text>Hi {{ customer.name | default("there") }}</mj-text></mj-column></mj-section>
    {% include "std/cards" %}
    {% include "std/footer" %}
  </mj-body>
</mjml>"#;

const MARKDOWN: &str = "Hi {{ customer.name | default(\"there\") }},\n\n{% if picks[0].because %}Because you bought {{ picks[0].because.title }}:{% endif %}\n\n{% for pick in picks %}\n- [{{ pick.title }}]({{ pick.url }}), {{ pick.price | money }}\n{% endfor %}\n\nYour code **BACK** is good.\n\n[Go]({{ shop.url }})\n";

const TEXT: &str = "Hi {{ customer.name | default(\"there\") }},\n\n{% for pick in picks %}\n- {{ pick.title }}: {{ pick.url }}\n{% endfor %}\n";

const PIECE: &str = "<p>Hi {{ customer.name | default('there') }}</p>{% for pick in picks %}<p><a href=\"{{ pick.url }}\" title=\"{{ customer.name | default('you') }}\">{{ pick.title }}</a></p>{% endfor %}";

fn every_format() -> Vec<(Format, PreparedTemplate)> {
    [(Format::Mjml, MJML), (Format::Markdown, MARKDOWN), (Format::Text, TEXT), (Format::Html, PIECE)]
        .map(|(format, body)| (format, prepared(format, body)))
        .into()
}

#[test]
fn every_format_makes_a_message_that_reads_back() {
    for (format, template) in every_format() {
        let mail = made(&template, Some("Ann"));
        assert_eq!(template.styled_per_message(), None, "{format:?}");
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        assert_eq!(parsed.subject(), Some("Hello Ann"));
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("极光商店"));
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ann@mail.example"));
        assert_eq!(
            parsed.body_html(0).unwrap().replace("\r\n", "\n").trim_end(),
            mail.html.trim_end(),
            "{format:?}"
        );
        assert_eq!(
            parsed.body_text(0).unwrap().replace("\r\n", "\n").trim_end(),
            mail.text.trim_end(),
            "{format:?}"
        );
        for part in ["Aurora One", "Nimbus & Co", "徒步鞋", "https://aurora.example/p/2", "Ann"] {
            assert!(mail.text.contains(part), "{format:?} {part}: {}", mail.text);
        }
        assert!(mail.html.contains("Nimbus &amp; Co") && !mail.text.contains("&amp;"), "{format:?}");
        assert!(!mail.text.contains("{%") && !mail.html.contains("hrld"), "{format:?}");
    }
}

#[test]
fn headers_are_there_once_and_in_order() {
    let mail = made(&prepared(Format::Text, TEXT), Some("Ann"));
    let text = String::from_utf8(mail.bytes).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    for name in [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Reply-To",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Content-Type",
    ] {
        let count = head.split("\r\n").filter(|l| l.starts_with(&format!("{name}: "))).count();
        assert_eq!(count, 1, "{name}\n{head}");
    }
    assert!(head.contains("Date: Tue, 01 Dec 2026 01:00:00 +0000"), "{head}");
    assert!(head.contains(&format!(
        "List-Unsubscribe: <{UNSUBSCRIBE}>,\r\n <mailto:leave@aurora.example?subject=unsubscribe>"
    )));
    assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    assert!(head.contains("List-Id: Aurora <news.aurora.example>"));
    assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\n', '\r'])));
}

#[test]
fn a_hostile_name_is_text_everywhere() {
    let hostile = "\"><script>alert(1)</script>*b* {{ 7 * 7 }} [x](javascript:1)";
    for (format, template) in every_format() {
        let mail = made(&template, Some(hostile));
        assert!(!mail.html.contains("<script"), "{format:?}");
        assert!(
            mail.html.contains("&lt;script&gt;alert(1)&lt;/script&gt;*b* {{ 7 * 7 }} [x](javascript:1)"),
            "{format:?}"
        );
        assert!(
            mail.text.contains(hostile) || mail.text.replace('\n', " ").contains(hostile),
            "{format:?} {}",
            mail.text
        );
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        assert_eq!(parsed.subject().unwrap(), format!("Hello {hostile}"));
        assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some(hostile), "{format:?}");
    }
}

#[test]
fn a_line_break_in_a_merged_value_never_reaches_a_header() {
    let template = prepared(Format::Text, TEXT);
    let name = "Ann\r\nBcc: everyone@mail.example";
    let error = compose(&template, &message(Some(name)), &sender(), &recipient(None)).unwrap_err();
    assert_eq!(error, ComposeError::HeaderInjection { header: "Subject" });
    let error = compose(&template, &message(None), &sender(), &recipient(Some(name))).unwrap_err();
    assert_eq!(error, ComposeError::HeaderInjection { header: "To" });
    for address in ["ann@mail.example\r\nBcc: x@y.example", "no address", "a b@c.example", "<x@y.example>"] {
        let wrong = Recipient { address, ..recipient(None) };
        let error = compose(&template, &message(None), &sender(), &wrong).unwrap_err();
        assert!(matches!(error, ComposeError::Address { .. }), "{address}: {error}");
    }
    assert!(
        SenderHeaders::new(&SenderSettings {
            from: "A\r\nBcc: x@y.example <a@b.example>".into(),
            ..SenderSettings::default()
        })
        .is_err()
    );
}

#[test]
fn a_link_that_is_none_sets_the_customer_aside() {
    let mut context = message(None);
    context.shop = context! { name => "Aurora", url => "javascript:alert(1)" };
    for (format, body) in
        [(Format::Markdown, "[Go]({{ shop.url }})"), (Format::Html, "<a href='{{ shop.url }}'>Go</a>")]
    {
        let error = render(&prepared(format, body), &context).unwrap_err();
        let ComposeError::Template(error) = error else { panic!("{error}") };
        assert_eq!(error.fault, TemplateFault::Unsafe);
    }
}

#[test]
fn the_way_out_is_always_there() {
    let bare = "<html><head></head><body><p>Hi</p></body></html>";
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>";
    for (format, body) in [
        (Format::Html, bare),
        (Format::Html, "<p>Hi</p>"),
        (Format::Mjml, mjml),
        (Format::Markdown, "Hi"),
        (Format::Text, "Hi"),
    ] {
        let mail = made(&prepared(format, body), None);
        assert_eq!(
            mail.html.matches("https://mail.aurora.example/u/abc?x=1&amp;y=2").count(),
            1,
            "{format:?} {}",
            mail.html
        );
        assert!(mail.text.contains(UNSUBSCRIBE), "{format:?} {}", mail.text);
        for part in [&mail.html, &mail.text] {
            assert!(part.contains("88 Century Avenue"), "{format:?}");
        }
        assert!(mail.html.contains("lang=\"en\"") && mail.html.contains("color-scheme"), "{format:?}");
        assert!(mail.html.contains("For you"), "the preheader, {format:?}");
    }
    let hidden = "<html><body>{% if customer.city %}{{ unsubscribe_url }} {{ sender.address }}{% endif %}</body></html>";
    assert!(render(&prepared(Format::Html, hidden), &message(None)).is_err());
}

#[test]
fn the_language_of_the_template_decides_then_the_recipients() {
    let mut template = source(Format::Markdown, "{{ picks[0].price | money }}");
    template.language = None;
    let prepared = prepare(&template, &Surroundings::default()).unwrap();
    let mut context = message(None);
    assert!(render(&prepared, &context).unwrap().text.contains("Unsubscribe: https"));
    context.locale = Some("zh-CN".into());
    let chinese = render(&prepared, &context).unwrap();
    assert!(chinese.text.contains("退订：https"), "{}", chinese.text);
    assert!(chinese.html.contains("lang=\"zh-CN\""));
}

#[test]
fn chinese_reads_back_from_base64_and_quoted_printable() {
    let mut template =
        source(Format::Markdown, "{{ customer.name }}，您好：根据您最近的浏览，我们为您挑选了这几款新品。\n");
    template.language = Some("zh-CN".into());
    template.subject =
        "{{ customer.name }}，为您挑选的 {{ picks | length }} 款新手机，{{ picks[0].price | money }} 起"
            .into();
    let mail = made(&prepare(&template, &Surroundings::default()).unwrap(), Some("林晓"));
    let wire = String::from_utf8(mail.bytes.clone()).unwrap();
    assert!(wire.contains("base64") && wire.contains("quoted-printable"), "{wire}");
    assert!(wire.is_ascii());
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    assert_eq!(parsed.subject(), Some("林晓，为您挑选的 3 款新手机，¥1,000 起"));
    assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("林晓"));
    assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), mail.text.trim_end());
    assert_eq!(parsed.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), mail.html.trim_end());
}

#[test]
fn a_shop_without_a_site_and_products_without_pages_still_have_mails() {
    let mut context = message(None);
    context.shop = context! { name => "Retail" };
    context.picks = Value::from(vec![context! { title => "Teapot", price => cny(100) }]);
    let mail = render(&prepared(Format::Mjml, MJML), &context).unwrap();
    assert!(mail.text.contains("Teapot\n¥1\n") && !mail.html.contains("href=\"\""), "{}", mail.text);
}

#[test]
fn a_missing_value_is_named_at_its_place() {
    for (format, body) in [
        (Format::Markdown, "# Hi\n\nfrom {{ customer.city | upper }} and"),
        (Format::Html, "<p>from {{ customer.city }}</p>"),
        (Format::Text, "from {{ customer.city }}"),
        (
            Format::Mjml,
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.city }}</mj-text></mj-column></mj-section></mj-body></mjml>",
        ),
    ] {
        let ComposeError::Template(error) = render(&prepared(format, body), &message(None)).unwrap_err()
        else {
            panic!("a template error")
        };
        assert_eq!((error.part, error.fault), (Part::Body, TemplateFault::Missing));
        assert!(body[error.range.clone()].contains("customer.city"), "{format:?} {:?}", &body[error.range]);
        assert_eq!(error.message, "`customer.city` has no value for this customer");
    }
    let mut template = source(Format::Text, "x");
    template.subject = "  Hi {{ customer.city }}".into();
    let prepared = prepare(&template, &Surroundings::default()).unwrap();
    let ComposeError::Template(error) = render(&prepared, &message(None)).unwrap_err() else { panic!() };
    assert_eq!(error.part, Part::Subject);
    assert!(template.subject[error.range.clone()].contains("customer.city"), "{:?}", error.range);
}

#[test]
fn mistakes_of_syntax_are_found_when_the_template_is_prepared() {
    for (format, body, place) in [
        (Format::Markdown, "a\n\n{{ b | nosuch }}", "nosuch"),
        (Format::Html, "<p>{% if x %}</p>", ""),
        (Format::Text, "a {{ b + }} c", "}}"),
        (Format::Mjml, "<mjml><mj-body>{{ a b }}</mj-body></mjml>", "b"),
    ] {
        let error = prepare(&source(format, body), &Surroundings::default());
        if place == "nosuch" {
            // Unknown filters are the check's to find; the engine names them when the template is filled.
            let ComposeError::Template(error) = render(&error.unwrap(), &message(None)).unwrap_err() else {
                panic!()
            };
            assert!(body[error.range].contains(place));
            continue;
        }
        let error = error.unwrap_err();
        assert_eq!((error.part, error.fault), (Part::Body, TemplateFault::Syntax), "{body}");
        assert!(body[error.range.clone()].contains(place), "{body}: {:?}", &body[error.range]);
    }
    let mut template = source(Format::Text, "x");
    template.subject = "{{ a".into();
    assert_eq!(prepare(&template, &Surroundings::default()).unwrap_err().part, Part::Subject);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for (format, body) in [(Format::Mjml, MJML), (Format::Markdown, MARKDOWN)] {
        let one = made(&prepared(format, body), Some("Ann"));
        let two = made(&prepared(format, body), Some("Ann"));
        assert_eq!(one.bytes, two.bytes);
    }
    let template = prepared(Format::Text, TEXT);
    let other = Recipient { id: "run-2/17", ..recipient(Some("Ann")) };
    let other = compose(&template, &message(Some("Ann")), &sender(), &other).unwrap();
    assert_ne!(other.bytes, made(&template, Some("Ann")).bytes, "another run has another Message-ID");
}

#[test]
fn sizes_are_limited() {
    let long = |n: usize| prepared(Format::Html, &format!("<p>{}</p>", "word ".repeat(n / 5)));
    assert!(made(&long(60_000), None).warnings.is_empty());
    assert!(matches!(made(&long(92_000), None).warnings[..], [Warning::NearSizeLimit { .. }]));
    assert!(matches!(render(&long(103_000), &message(None)), Err(ComposeError::LargeHtml { .. })));
    let template = prepared(Format::Text, "x");
    assert!(matches!(
        render(&template, &message(Some(&"x".repeat(500)))),
        Err(ComposeError::LongSubject { .. })
    ));
    assert!(matches!(
        render(&template, &message(Some(&"中".repeat(60)))).unwrap().warnings[..],
        [Warning::LongSubject { .. }]
    ));
}

#[test]
fn a_template_cannot_run_for_ever() {
    let endless = "{% for a in range(9000) %}{% for b in range(9000) %}{% if a == b %}x{% endif %}{% endfor %}{% endfor %}";
    let ComposeError::Template(error) = render(&prepared(Format::Text, endless), &message(None)).unwrap_err()
    else {
        panic!()
    };
    assert_eq!(error.fault, TemplateFault::Limit);
}

#[test]
fn nothing_in_a_template_makes_it_hang_or_fall_over() {
    let n = 20_000;
    let bodies = [
        "<div>".repeat(n),
        ">".repeat(n),
        "*a ".repeat(n),
        "[".repeat(n),
        "- ".repeat(n),
        format!("{{{{ {}1{} }}}}", "(".repeat(n), ")".repeat(n)),
        "{% if a %}".repeat(n) + &"{% endif %}".repeat(n),
        "{% for a in b %}\n".repeat(150) + "x" + &"\n{% endfor %}".repeat(150),
        "{{ a".repeat(n),
        "<!--".repeat(n),
        "{{ 'a' * 1000000000 }}".to_owned(),
        "<style>".repeat(n),
        "&".repeat(n),
    ];
    for body in bodies {
        for format in [Format::Text, Format::Markdown, Format::Html, Format::Mjml] {
            let body = if format == Format::Mjml {
                format!("<mjml><mj-body>{body}</mj-body></mjml>")
            } else {
                body.clone()
            };
            if let Ok(template) = prepare(&source(format, &body), &Surroundings::default()) {
                let _ = render(&template, &message(None));
            }
        }
    }
    assert_eq!(
        prepare(&source(Format::Html, &"<div>".repeat(n)), &Surroundings::default()).unwrap_err().fault,
        TemplateFault::Limit
    );
}

#[test]
fn a_picture_inside_the_mail_is_there_once() {
    let png = [&[0x89, b'P', b'N', b'G'][..], &[7; 200]].concat();
    let pictures = Pictures::new(move |name| match name {
        "none.png" => Err("there is no such file".to_owned()),
        "text.svg" => Ok(b"<svg/>".to_vec()),
        _ => Ok(png.clone()),
    });
    let around = Surroundings { pictures: Arc::new(pictures), ..Surroundings::default() };
    let body = "{% for p in picks %}<img src=\"{{ p.image | inline }}\" alt=\"{{ p.title }}\">{% endfor %}";
    let template = prepare(&source(Format::Html, body), &around).unwrap();
    let mail = made(&template, None);
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let found: Vec<_> = parsed.parts.iter().filter(|p| p.content_id().is_some()).collect();
    assert_eq!(found.len(), 1, "three picks show one picture");
    assert_eq!(found[0].contents(), [&[0x89, b'P', b'N', b'G'][..], &[7; 200]].concat());
    assert_eq!(mail.html.matches(&format!("cid:{}", found[0].content_id().unwrap())).count(), 3);
    assert!(!mail.page().contains("cid:") && mail.page().contains("data:image/png;base64,"));
    for wrong in ["none.png", "text.svg"] {
        let body = format!("<img src=\"{{{{ '{wrong}' | inline }}}}\" alt=\"x\">");
        let template = prepare(&source(Format::Html, &body), &around).unwrap();
        assert!(render(&template, &message(None)).is_err(), "{wrong}");
    }
}

#[test]
fn logic_that_a_parser_would_move_is_styled_for_each_message() {
    let body = "<html><head><style>.a{color:#ff0000}.b{color:#00ff00}</style></head><body><p class=\"{% if customer.name %}a{% else %}b{% endif %}\">x</p></body></html>";
    let template = prepared(Format::Html, body);
    assert!(template.styled_per_message().is_some());
    for (name, colour) in [(Some("Ann"), "#ff0000"), (None, "#00ff00")] {
        let html = render(&template, &message(name)).unwrap().html;
        let paragraph = html[html.find("<p").unwrap()..].split("</p>").next().unwrap().to_owned();
        assert!(paragraph.contains("style=") && paragraph.replace("rgb", "").contains(colour), "{paragraph}");
    }
}

#[test]
fn a_terminal_shows_subject_preview_and_text() {
    let shown = made(&prepared(Format::Text, TEXT), Some("Ann")).terminal();
    assert!(
        shown.starts_with("Subject: Hello Ann\nPreview: For Ann\n\nHi Ann,\n\n- Aurora One: https"),
        "{shown}"
    );
}
