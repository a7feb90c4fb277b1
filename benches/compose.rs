//! Messages composed on one core: picks in hand to MIME bytes. `cargo bench --bench compose`, then `python3 benches/compose_peer.py`
//! for the same work by jinja2 and Python's email package, on the templates that this benchmark leaves in `target/compose-bench/`.

#![allow(clippy::expect_used, missing_docs)] // a benchmark that cannot start should say so

use std::hint::black_box;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
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
    divan::main();
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

const BATCH: usize = 200;

#[divan::bench(sample_count = 50)]
fn picks_to_mime(bencher: Bencher<'_, '_>) {
    let (template, shop) = (template(), Shop::new());
    bencher
        .counter(ItemsCount::new(BATCH))
        .bench_local(|| (0..BATCH).map(|i| shop.mail(&template, i)).sum::<usize>());
}

#[divan::bench(sample_count = 50)]
fn render_only(bencher: Bencher<'_, '_>) {
    let (template, shop) = (template(), Shop::new());
    let messages: Vec<_> = (0..BATCH).map(|i| shop.message(i)).collect();
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        for message in &messages {
            black_box(render(&template, message).is_ok());
        }
    });
}

#[divan::bench(sample_count = 50)]
fn prepare_once() -> PreparedTemplate {
    template()
}
