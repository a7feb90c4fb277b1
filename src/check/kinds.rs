//! The table of kinds: every kind of declaration, its keys, what they take, their defaults and a sentence of
//! documentation. The checker, `docs/reference.md` and the editor read this table and no other.

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A string.
    Text,
    /// A string or the name of a `copy`: text that a customer will read.
    Line,
    /// The rules that copy is made by: lines `name = part part | other`.
    Rules,
    /// The text of a template: a text block or `file("…")`.
    Body,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// A percent, or money off.
    Discount,
    /// A percent.
    Percent,
    /// A length of time.
    Duration,
    /// An ISO 4217 code.
    Currency,
    /// An IANA time zone, in quotes.
    Zone,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A range of numbers.
    NumberRange,
    /// A range of times of day.
    TimeRange,
    /// The name of a declaration of this kind.
    Ref(&'static str),
    /// A declaration of this kind, chosen by customer: `[a when …, b]`.
    Choice(&'static str),
    /// The name of a strategy, or a method written in place.
    Recommend,
    /// A condition on a customer.
    Condition,
    /// A condition on a customer that may look ahead (`in next 14 days`).
    Future,
    /// Conditions on a customer: one, or a list of which all must hold.
    Conditions,
    /// A condition on a product.
    ProductCondition,
    /// An amount of money worked out for a product.
    ProductPrice,
    /// A value worked out for a customer.
    Attribute,
    /// Names of attributes and models.
    Features,
    /// A method of recommendation: `item_cf(…)`.
    Method,
    /// A factor with a condition on a product: `1.2 when margin > 0.3`.
    Boost,
    /// A method that fills short lists.
    Fallback,
    /// `2 per category`: at most so many of one value of a product's column.
    Caps,
    /// `500`, `10 per stock`.
    Exposure,
    /// `[2 per 7 days, 1 per day]`.
    Frequency,
    /// `1 per customer`.
    PerCustomer,
    /// `50 per second`.
    Rate,
    /// `files("outbox")` or `smtp(env: "…")`.
    Transport,
    /// `"shop.db"` or `demo("aurora.db")`.
    Database,
    /// `table("name", column: Stored, …)`, or just `"name"`.
    Table,
    /// When to send.
    Schedule,
    /// `after 60 days`.
    Repeat,
    /// `unique("BACK-", length: 6)` or one code for all.
    Code,
    /// How one candidate is chosen: `nearest(tone)`, `rotate`, `first`.
    Chooser,
    /// A list of strings.
    Texts,
    /// What a test expects.
    Expectations,
    /// Rows of a test's own: `[customers(id: 1, email: "…"), …]`.
    Rows,
    /// A customer's id.
    Id,
    /// A date or an instant.
    When,
    /// A file's path, in quotes.
    Path,
}

/// One key of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The word before the colon.
    pub name: &'static str,
    /// What stands after it.
    pub takes: Takes,
    /// Whether a declaration must have it.
    pub required: bool,
    /// What holds without it, in words; empty if nothing does.
    pub default: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// One kind of declaration.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The word that begins a declaration.
    pub name: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// What keys outside the table are: attributes of a profile, relations of a source.
    pub others: Option<(Takes, &'static str)>,
    /// An example that checks, from which the reference is made.
    pub example: &'static str,
}

const fn must(name: &'static str, takes: Takes, doc: &'static str) -> Key {
    Key { name, takes, required: true, default: "", doc }
}

const fn may(name: &'static str, takes: Takes, default: &'static str, doc: &'static str) -> Key {
    Key { name, takes, required: false, default, doc }
}

/// Every kind of declaration.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "source",
        doc: "A shop's data: a SQLite database, and which of its tables is what.",
        keys: &[
            must(
                "database",
                Takes::Database,
                "The database, beside the file that says so; `demo(\"aurora.db\")` makes the demo shop if it is not there.",
            ),
            must("currency", Takes::Currency, "The currency of every amount in the data."),
            may("timezone", Takes::Zone, "\"UTC\"", "The shop's time zone: times without a zone are in it."),
            may(
                "url",
                Takes::Text,
                "",
                "The shop's address on the web; relative links and pictures are joined to it.",
            ),
            may("name", Takes::Text, "the source's name", "The shop's name as customers know it."),
            may(
                "cancelled",
                Takes::Condition,
                "a negative quantity",
                "Which order lines count for nothing: a condition on a row of `purchases`.",
            ),
        ],
        others: Some((
            Takes::Table,
            "A relation: `table(\"name\", column: StoredColumn)` maps one of the shop's own tables.",
        )),
        example: "source shop {\n  database: \"aurora.db\"\n  currency: CNY\n  timezone: \"Asia/Shanghai\"\n}",
    },
    Kind {
        name: "sender",
        doc: "Who writes: the address mails come from, where they go out, and how people say no.",
        keys: &[
            must("from", Takes::Text, "Name and address: `\"Aurora <hello@aurora.example>\"`."),
            may("reply_to", Takes::Text, "the address in `from`", "Where answers go."),
            must("address", Takes::Text, "The postal address that stands in every footer."),
            must("unsubscribe", Takes::Text, "The https address that takes one-click unsubscribes."),
            may("preferences", Takes::Text, "", "The https address where a customer changes what they get."),
            may(
                "via",
                Takes::Transport,
                "files(\"outbox\")",
                "How mails leave: `files(\"outbox\")` or `smtp(env: \"SMTP_URL\")`.",
            ),
            may(
                "rate",
                Takes::Rate,
                "as fast as it goes",
                "At most so many mails in a time: `50 per second`.",
            ),
            may("accent", Takes::Text, "\"#0b6e4f\"", "The one accent colour of the shop's mails."),
        ],
        others: None,
        example: "sender store {\n  from: \"Aurora <hello@aurora.example>\"\n  address: \"88 Century Avenue, Shanghai 200120\"\n  unsubscribe: \"https://mail.aurora.example/u\"\n}",
    },
    Kind {
        name: "policy",
        doc: "House rules: whom we may write to, how often, and when.",
        keys: &[
            must("require", Takes::Conditions, "What must hold for every recipient, consent above all."),
            may(
                "at_most",
                Takes::Frequency,
                "no cap",
                "How many mails a customer may get in a time, over all campaigns.",
            ),
            may(
                "quiet_hours",
                Takes::TimeRange,
                "none",
                "When nobody is written to, in the recipient's own time.",
            ),
        ],
        others: None,
        example: "policy house_rules {\n  require: consented\n  at_most: [2 per 7 days, 1 per day]\n  quiet_hours: 21:00..08:00\n}",
    },
    Kind {
        name: "profile",
        doc: "What is known about a customer: attributes with names, each worked out from the data.",
        keys: &[],
        others: Some((Takes::Attribute, "An attribute: a value worked out for each customer.")),
        example: "profile shopper {\n  orders_90d: count(orders in last 90 days)\n}",
    },
    Kind {
        name: "segment",
        doc: "A set of customers, by what is known of them. Its name is a condition that other declarations may use.",
        keys: &[
            must("where", Takes::Condition, "Who belongs to it."),
            may(
                "source",
                Takes::Ref("source"),
                "the one source in scope",
                "Whose customers, where there are several sources.",
            ),
        ],
        others: None,
        example: "segment regulars {\n  where: count(orders in last 180 days) >= 3\n}",
    },
    Kind {
        name: "cluster",
        doc: "Personas: customers grouped by how they behave (k-means).",
        keys: &[
            must("features", Takes::Features, "The attributes they are grouped by."),
            may("k", Takes::NumberRange, "2..8", "How many groups; of a range the best silhouette decides."),
            may(
                "order_by",
                Takes::Attribute,
                "the first feature",
                "Personas are numbered by this, smallest first.",
            ),
            may(
                "source",
                Takes::Ref("source"),
                "the one source in scope",
                "Whose customers, where there are several sources.",
            ),
        ],
        others: None,
        example: "cluster persona {\n  features: [orders_90d, spend_90d]\n  k: 3..8\n}",
    },
    Kind {
        name: "model",
        doc: "What is ahead, learned from the past: the probability of leaving or of buying, how often, for how much.",
        keys: &[
            must(
                "predicts",
                Takes::Future,
                "What is predicted: `not any(orders in next 60 days)`, `count(orders in next 90 days)`, `sum(purchases.amount in next 365 days)`.",
            ),
            may(
                "features",
                Takes::Features,
                "none",
                "The attributes it is predicted from; `bg_nbd` needs none.",
            ),
            may(
                "method",
                Takes::Word(&["logistic", "bg_nbd"]),
                "what fits",
                "How it is learned: `logistic` for conditions, `bg_nbd` for how often and for how much customers buy.",
            ),
            may(
                "source",
                Takes::Ref("source"),
                "the one source in scope",
                "Whose customers, where there are several sources.",
            ),
        ],
        others: None,
        example: "model churn {\n  predicts: not any(orders in next 60 days)\n  features: [orders_90d, spend_90d]\n}",
    },
    Kind {
        name: "strategy",
        doc: "How products are recommended to a customer: a method, then filters in the order only, exclude, boost, at_most, take, fallback.",
        keys: &[
            must(
                "method",
                Takes::Method,
                "How products are scored: `item_cf(signals: [5 * purchases, views], half_life: 30 days)`.",
            ),
            may("only", Takes::ProductCondition, "every product on sale", "Which products may be picked."),
            may("exclude", Takes::ProductCondition, "none", "Which products may not."),
            may(
                "boost",
                Takes::Boost,
                "none",
                "Scores multiplied where a condition holds, `1.2 when margin > 0.3`, or by a number worked out of the product, `1 + margin`.",
            ),
            may("at_most", Takes::Caps, "no cap", "At most so many of one kind in a list: `2 per category`."),
            may(
                "exposure",
                Takes::Exposure,
                "no limit",
                "How many recipients a product is shown to at most, over the whole audience: `500`, or so many a piece, `10 per stock`.",
            ),
            may("take", Takes::Whole, "4", "How many products each customer gets."),
            may(
                "shows",
                Takes::Word(&["new", "again", "all"]),
                "all",
                "`new` leaves out what the customer has ever bought, `again` keeps only that.",
            ),
            may(
                "diversity",
                Takes::Number,
                "0",
                "How much the products of a list are to differ from each other, from 0 to 1.",
            ),
            may("novelty", Takes::Number, "0", "How far what everybody knows stands back, from 0 to 1."),
            may(
                "fallback",
                Takes::Fallback,
                "none",
                "What fills a short list, under the same filters and caps; a list of methods is tried in turn.",
            ),
            may(
                "source",
                Takes::Ref("source"),
                "the one source in scope",
                "Whose products, where there are several sources.",
            ),
        ],
        others: None,
        example: "strategy bestsellers {\n  method: popular(purchases in last 30 days)\n  exclude: stock = 0\n  take: 3\n}",
    },
    Kind {
        name: "tone",
        doc: "How a text should sound, in numbers and words.",
        keys: &[
            may("polarity", Takes::NumberRange, "anything", "From -1 (negative) to 1 (positive)."),
            may("strength", Takes::NumberRange, "anything", "From 0 (flat) to 1 (intense)."),
            may("urgency", Takes::NumberRange, "anything", "From 0 (no hurry) to 1 (now or never)."),
            may("formality", Takes::NumberRange, "anything", "From 0 (casual) to 1 (formal)."),
            may("warmth", Takes::NumberRange, "anything", "From 0 (cool) to 1 (warm)."),
            may("avoid", Takes::Texts, "none", "Words that must not stand in the text."),
            may("prefer", Takes::Texts, "none", "Words that are welcome."),
            may(
                "otherwise",
                Takes::Word(&["reject", "warn", "fallback"]),
                "warn",
                "What happens to a message outside the bounds.",
            ),
        ],
        others: None,
        example: "tone warm {\n  polarity: 0.3..0.9\n  strength: 0.2..0.7\n}",
    },
    Kind {
        name: "copy",
        doc: "Generated text: a small grammar of lines with conditions, of which one is chosen.",
        keys: &[
            must(
                "rules",
                Takes::Rules,
                "What may be said: lines `name = part part | other when condition weight 2`.",
            ),
            may("language", Takes::Text, "the template's", "The language of the text: `\"zh-CN\"`."),
            may("candidates", Takes::Whole, "8", "How many candidates are made before one is chosen."),
            may("choose", Takes::Chooser, "first", "How one is chosen: `nearest(warm)`, `rotate`, `first`."),
            may("fallback", Takes::Text, "none", "The text where no candidate passes."),
        ],
        others: None,
        example: "copy hook {\n  language: \"en\"\n  rules: \"line = \\\"New for you\\\"\"\n}",
    },
    Kind {
        name: "offer",
        doc: "What is offered: a discount, a price, a code; for whom and how long.",
        keys: &[
            may("discount", Takes::Discount, "none", "Off the price: `15%` or `50 CNY`."),
            may(
                "products",
                Takes::ProductCondition,
                "every product",
                "Which products it covers; the offer's name is a condition on products.",
            ),
            may("price", Takes::ProductPrice, "none", "The price offered, the same for every customer."),
            may("code", Takes::Code, "none", "One code for all, or `unique(\"BACK-\", length: 6)`."),
            may("valid_for", Takes::Duration, "no end", "How long, from the sending."),
            may("at_most", Takes::PerCustomer, "no limit", "How often a customer may use it."),
        ],
        others: None,
        example: "offer come_back {\n  discount: 15%\n  valid_for: 14 days\n}",
    },
    Kind {
        name: "template",
        doc: "What a mail looks like and says: subject, preheader and body, written in minijinja.",
        keys: &[
            must(
                "language",
                Takes::Text,
                "The language: `\"en\"`, `\"zh-CN\"`. Dates and money are written in it.",
            ),
            must("subject", Takes::Line, "The subject line."),
            may("preheader", Takes::Line, "the mail's first words", "What an inbox shows after the subject."),
            may(
                "format",
                Takes::Word(&["text", "markdown", "html", "mjml"]),
                "markdown",
                "How the body is written.",
            ),
            must("body", Takes::Body, "The body: a text block, or `file(\"templates/launch.mjml\")`."),
        ],
        others: None,
        example: "template hello {\n  language: \"en\"\n  subject: \"New for you\"\n  body: \"\"\"\n    Hello {{ customer.name | default(\"there\") }}\n  \"\"\"\n}",
    },
    Kind {
        name: "campaign",
        doc: "Who gets what, when, from whom, and what counts as success.",
        keys: &[
            must("source", Takes::Ref("source"), "Whose customers."),
            must("audience", Takes::Condition, "Who is written to: a segment, or any condition."),
            may("recommend", Takes::Recommend, "no products", "Which products each gets: a strategy."),
            may("offer", Takes::Ref("offer"), "none", "What is offered."),
            must("template", Takes::Choice("template"), "What the mail says."),
            may("tone", Takes::Choice("tone"), "none", "How it should sound."),
            must("sender", Takes::Ref("sender"), "Who writes."),
            must("policy", Takes::Ref("policy"), "The house rules."),
            may(
                "send",
                Takes::Schedule,
                "when it is run",
                "When: `once at 2026-12-01 09:00`, `every monday at 09:00 local`.",
            ),
            may(
                "repeat",
                Takes::Repeat,
                "never",
                "When the same customer may get it again in a later run: `after 60 days`.",
            ),
            may("goal", Takes::Future, "none", "What counts as success, looking ahead from the sending."),
            may(
                "holdout",
                Takes::Percent,
                "0%",
                "The share that gets nothing and is followed for comparison.",
            ),
        ],
        others: None,
        example: "campaign hello {\n  source: shop\n  audience: regulars\n  template: welcome\n  sender: store\n  policy: house_rules\n}",
    },
    Kind {
        name: "variant",
        doc: "A version of a campaign that a share of its recipients gets; it may override any of the campaign's keys.",
        keys: &[
            may("audience", Takes::Condition, "the campaign's", "Who may get this version."),
            may(
                "recommend",
                Takes::Recommend,
                "the campaign's",
                "A strategy, or a method that replaces the strategy's own and keeps its filters.",
            ),
            may("offer", Takes::Ref("offer"), "the campaign's", "What is offered."),
            may("template", Takes::Choice("template"), "the campaign's", "What the mail says."),
            may("tone", Takes::Choice("tone"), "the campaign's", "How it should sound."),
            may("sender", Takes::Ref("sender"), "the campaign's", "Who writes."),
            may("policy", Takes::Ref("policy"), "the campaign's", "The house rules."),
            may("send", Takes::Schedule, "the campaign's", "When."),
            may("goal", Takes::Future, "the campaign's", "What counts as success."),
        ],
        others: None,
        example: "variant plain 50% { template: launch_plain }",
    },
    Kind {
        name: "test",
        doc: "What must be true of a campaign's messages on a given day; `herald test` asks.",
        keys: &[
            must("campaign", Takes::Ref("campaign"), "The campaign."),
            may("as_of", Takes::When, "now", "The day it is tested as of."),
            may(
                "customer",
                Takes::Id,
                "every recipient, one after the other",
                "The customer whose message is looked at.",
            ),
            may(
                "rows",
                Takes::Rows,
                "the source's own data",
                "The shop's data as this test has it: all the rows there are.",
            ),
            may(
                "expect",
                Takes::Expectations,
                "nothing, if there is a `snapshot:`",
                "Conditions on the message and the audience, all of which must hold.",
            ),
            may(
                "snapshot",
                Takes::Path,
                "none",
                "The file that the customer's whole message is kept in; `herald test --update` writes it.",
            ),
        ],
        others: None,
        example: "test \"somebody gets it\" {\n  campaign: hello\n  as_of: 2026-11-20\n  expect: [count(audience) in 50..5000]\n}\n\ntest \"Li is shown the lamp\" {\n  campaign: hello\n  as_of: 2026-11-20\n  customer: 1\n  rows: [\n    customers(id: 1, name: \"Li\", email: \"li@example.com\", consent: yes),\n    products(id: 7, title: \"Lamp\", price: 399 CNY, stock: 5),\n    views(customer: 1, product: 7, at: 2026-11-18 10:00),\n  ]\n  expect: [count(picks) = 1, picks[0].title = \"Lamp\"]\n  snapshot: \"snapshots/lamp.txt\"\n}",
    },
];

/// The kind of that name.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}

impl Kind {
    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

impl Takes {
    /// What a key takes, as a person would say it.
    pub fn words(self) -> String {
        match self {
            Self::Text => "a text in quotes".into(),
            Self::Line => "a text in quotes, or the name of a `copy`".into(),
            Self::Rules => "a text of lines such as `line = \"New for you\"`".into(),
            Self::Body => "a text block, or `file(\"…\")`".into(),
            Self::Whole => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Discount => "a percent such as `15%`, or an amount such as `50 CNY`".into(),
            Self::Percent => "a percent such as `10%`".into(),
            Self::Duration => "a length of time such as `14 days`".into(),
            Self::Currency => "a currency code such as `CNY`".into(),
            Self::Zone => "a time zone in quotes such as `\"Asia/Shanghai\"`".into(),
            Self::Word(words) => format!("one of {}", super::suggest::list(words)),
            Self::NumberRange => "a range of numbers such as `0.4..0.8`, or one number".into(),
            Self::TimeRange => "a range of times such as `21:00..08:00`".into(),
            Self::Ref(kind) => format!("the name of a {kind}"),
            Self::Choice(kind) => format!("the name of a {kind}, or a choice such as `[a when …, b]`"),
            Self::Recommend => {
                "the name of a strategy, or a method such as `popular(purchases in last 30 days)`".into()
            }
            Self::Condition => "a condition on a customer".into(),
            Self::Future => {
                "a condition on a customer, which may look ahead: `any(orders in next 14 days)`".into()
            }
            Self::Conditions => "a condition on a customer, or a list of them".into(),
            Self::ProductCondition => "a condition on a product".into(),
            Self::ProductPrice => "an amount of money, or `optimise(…)`".into(),
            Self::Attribute => "a value worked out for a customer".into(),
            Self::Features => "a list of attributes' names".into(),
            Self::Method | Self::Fallback => "a method such as `popular(purchases in last 30 days)`".into(),
            Self::Boost => "a factor with a condition, such as `1.2 when margin > 0.3`".into(),
            Self::Caps => "a number for each value of a column, such as `2 per category`".into(),
            Self::Exposure => {
                "a number of recipients such as `500`, or so many a piece, `10 per stock`".into()
            }
            Self::Frequency => "caps such as `[2 per 7 days, 1 per day]`".into(),
            Self::PerCustomer => "a number such as `1 per customer`".into(),
            Self::Rate => "a rate such as `50 per second`".into(),
            Self::Transport => "`files(\"outbox\")` or `smtp(env: \"SMTP_URL\")`".into(),
            Self::Database => "a database in quotes such as `\"shop.db\"`, or `demo(\"aurora.db\")`".into(),
            Self::Table => "`table(\"name\", column: StoredColumn)`".into(),
            Self::Schedule => "a schedule such as `every monday at 09:00 local`".into(),
            Self::Repeat => "`after` and a length of time, such as `after 60 days`".into(),
            Self::Code => "a code in quotes, or `unique(\"BACK-\", length: 6)`".into(),
            Self::Chooser => "`nearest(tone)`, `rotate` or `first`".into(),
            Self::Texts => "a list of texts in quotes".into(),
            Self::Expectations => "a list of conditions on the message and the audience".into(),
            Self::Rows => "a list of rows such as `customers(id: 1, email: \"li@example.com\")`".into(),
            Self::Id => "a customer's id".into(),
            Self::When => "a date such as `2026-11-20`".into(),
            Self::Path => "a file's path in quotes".into(),
        }
    }
}
