//! Messages composed on one core: picks in hand to MIME bytes, and in the same run, in turn, the same work by jinja2 and Python's
//! email package (`compose_peer.py`), on the templates that this benchmark leaves in `target/compose-bench/`.
//!
//! `cargo bench --bench compose`. The peer wants `pip install jinja2` for the `python3` on the path, or for the one that
//! `HERALD_BENCH_PYTHON` names.

#![allow(clippy::expect_used, missing_docs)] // a benchmark that cannot start should say so

use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use herald::compose::{
    Columns, Format, MessageContext, PreparedTemplate, Recipient, SenderHeaders, SenderSettings,
    Surroundings, TemplateSource, compose, money, pick, prepare, render,
};
use herald::data::{Currency, Money};
use minijinja::{Value, context};

const BODY: &str = r##"<mjml lang="en">
  <mj-head>{% include "std/head" %}</mj-head>
  <mj-body background-color="#f4f5f7" css-class="h-page">
    {% include "std/header" %}
    {% set headline = "New in, " ~ (customer.name | default("for you")) %}
    {% set lead = "Chosen from what you looked at lately." %}
    {% include "std/hero" %}
    {% include "std/cards" %}
    <mj-section background-color="#ffffff" padding="0 24px 24px">
      <mj-column>
        <mj-text>Every order over {{ 29900 | number }} points ships free, and you have thirty days to change your mind.</mj-text>
        <mj-button href="{{ shop.url }}">See all that is new</mj-button>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" padding="0 24px 24px">
      <mj-column><mj-text font-weight="600">Delivery</mj-text><mj-text>Two days, to {{ customer.city | default("your door") }}.</mj-text></mj-column>
      <mj-column><mj-text font-weight="600">Questions</mj-text><mj-text>Answer this mail: people read it.</mj-text></mj-column>
    </mj-section>
    {% include "std/footer" %}
  </mj-body>
</mjml>"##;

fn main() {
    let template = template();
    let shop = Shop::new();
    let mail = render(&template, &shop.message(1)).expect("the benchmark's template fits its data");
    assert!(mail.html.len() >= 15_000, "the HTML has {} bytes", mail.html.len());
    println!("HTML of {} bytes, text of {} bytes", mail.html.len(), mail.text.len());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/compose-bench");
    std::fs::create_dir_all(folder).expect("target is writable");
    std::fs::write(format!("{folder}/html.jinja"), template.compiled_html()).expect("target is writable");
    std::fs::write(format!("{folder}/text.jinja"), template.compiled_text()).expect("target is writable");
    let started = Instant::now();
    assert!(self::template().compiled_html().len() > 1000);
    println!("prepared in {:.1} ms", started.elapsed().as_secs_f64() * 1000.0);
    let (mut ours, mut rendered, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let first = round * MAILS;
        ours.push(rate(|i| shop.mail(&template, i), first));
        rendered.push(rate(|i| render(&template, &shop.message(i)).map_or(0, |m| m.html.len()), first));
        theirs.extend(peer());
    }
    let (ours, rendered) = (median(ours), median(rendered));
    println!("herald            {ours:>8.0} mails a second ({rendered:.0} rendered only)");
    match theirs.len() {
        ROUNDS => {
            let theirs = median(theirs);
            println!(
                "jinja2 and email  {theirs:>8.0} mails a second\nratio             {:>8.1}",
                ours / theirs
            );
        }
        _ => println!(
            "jinja2 and email  not measured: `pip install jinja2`, or name a python in HERALD_BENCH_PYTHON"
        ),
    }
}

const ROUNDS: usize = 5;
const MAILS: usize = 5_000;

/// Mails a second, of one round.
fn rate(mail: impl Fn(usize) -> usize, first: usize) -> f64 {
    let started = Instant::now();
    let bytes: usize = (first..first + MAILS).map(mail).sum();
    assert!(bytes > MAILS * 10_000, "{bytes} bytes are too few");
    MAILS as f64 / started.elapsed().as_secs_f64()
}

/// The peer's mails a second, as it measures them itself.
fn peer() -> Option<f64> {
    let python = std::env::var("HERALD_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/compose_peer.py");
    let output = Command::new(python).args([script, "400"]).output().ok().filter(|o| o.status.success())?;
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    told["per_s"].as_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn template() -> PreparedTemplate {
    let source = TemplateSource {
        name: "bench".into(),
        language: Some("en".into()),
        format: Format::Mjml,
        subject: "{{ customer.name | default('Hello') }}, {{ picks | length }} new things".into(),
        preheader: Some("From {{ picks | map(attribute='price') | min | money }}".into()),
        body: BODY.into(),
    };
    prepare(&source, &Surroundings::default()).expect("the benchmark's template is right")
}

struct Shop {
    products: Vec<Value>,
    customers: Columns,
    base: MessageContext,
    sender: SenderHeaders,
}

impl Shop {
    fn new() -> Self {
        let currency = Currency::parse("CNY").expect("a currency code");
        let columns = Columns::new(["id", "title", "url", "image", "price", "list_price"]);
        let product = |n: i64| {
            let price = |minor| money(Money { minor, currency });
            columns.row(vec![
                n.into(),
                format!("Product \"{n}\" & co, in obsidian black").into(),
                format!("https://aurora.example/p/{n}").into(),
                format!("https://cdn.aurora.example/{n}.png").into(),
                price(10_000 + n * 10),
                if n % 2 == 0 { price(20_000 + n * 10) } else { ().into() },
            ])
        };
        let settings = SenderSettings {
            from: "Aurora <hello@aurora.example>".into(),
            reply_to: Some("care@aurora.example".into()),
            list: "aurora".into(),
            unsubscribe_mailto: Some("leave@aurora.example".into()),
            ..SenderSettings::default()
        };
        Self {
            products: (0..600).map(product).collect(),
            customers: Columns::new(["id", "name", "city"]),
            base: MessageContext {
                shop: context! { name => "Aurora", url => "https://aurora.example" },
                campaign: context! { name => "bench", title => "Autumn" },
                sender: context! { address => "88 Century Avenue, Shanghai 200120" },
                preferences_url: Some("https://mail.aurora.example/p".into()),
                ..MessageContext::default()
            },
            sender: SenderHeaders::new(&settings).expect("the sender is right"),
        }
    }

    fn message(&self, i: usize) -> MessageContext {
        let product = |k: usize| &self.products[(i * 31 + k * 7) % self.products.len()];
        let picks: Vec<Value> = (0..4)
            .map(|k| {
                let because = product(k + 9);
                pick(product(k).clone(), context! { because })
            })
            .collect();
        let name = if i.is_multiple_of(7) { Value::from(()) } else { format!("Ann <{i}>").into() };
        MessageContext {
            customer: self.customers.row(vec![i.into(), name, ().into()]),
            picks: Value::from(picks),
            unsubscribe_url: Arc::from(format!("https://mail.aurora.example/u/{i:032x}")),
            ..self.base.clone()
        }
    }

    fn mail(&self, template: &PreparedTemplate, i: usize) -> usize {
        let (address, id) = (format!("user{i}@mail.example"), format!("run/{i}"));
        let date = jiff::Timestamp::UNIX_EPOCH;
        let recipient = Recipient { name: None, address: &address, id: &id, date };
        let mail = compose(template, &self.message(i), &self.sender, &recipient);
        mail.expect("every recipient of the benchmark gets a mail").bytes.len()
    }
}
