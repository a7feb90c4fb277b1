//! The texts of a new project's files.

use std::fmt::Write;
use std::path::Path;

use super::{Failure, NewFile};
use crate::data::demo::END;
use crate::data::guess::{Confidence, Proposal, TableGuess};
use crate::syntax::format::format;

/// From so many products on, what a customer bought lately is not shown again.
const MANY: u64 = 50;

/// What git should not keep. The demo shop is made again from nothing.
const IGNORED: &str = ".herald/\noutbox/\nproofs/\n";

/// The day to look at the demo shop: the day its data ends.
pub(super) fn demo_day() -> String {
    END.split_once('T').map_or(END, |(day, _)| day).to_owned()
}

/// A project on the demo shop.
pub(super) fn demo() -> Vec<NewFile> {
    vec![
        NewFile { name: "shop.campaign", text: DEMO_SHOP.to_owned() },
        NewFile { name: "first.campaign", text: DEMO_CAMPAIGN.to_owned() },
        NewFile { name: ".gitignore", text: format!("{IGNORED}aurora.db*\npictures/\n") },
    ]
}

const DEMO_SHOP: &str = include_str!("demo/shop.campaign");
const DEMO_CAMPAIGN: &str = include_str!("demo/first.campaign");

/// A project on a database of one's own. `reach` tells the way from a folder to the database.
pub(super) fn on_database(
    proposal: &Proposal,
    name: &str,
    reach: &dyn Fn(&Path) -> Result<String, Failure>,
    dir: &Path,
) -> Result<Vec<NewFile>, Failure> {
    let way = reach(dir)?;
    let mut files = vec![NewFile { name: "shop.campaign", text: formatted(&shop(proposal, name, &way))? }];
    if proposal.whole("customers").is_some() {
        files.push(NewFile { name: "first.campaign", text: formatted(&campaign(proposal))? });
    }
    let views: Vec<&str> =
        proposal.tables.iter().filter_map(|t| t.view.as_ref()).map(|v| v.sql.as_str()).collect();
    if !views.is_empty() {
        let head = format!(
            "-- What some tables lack and other columns have. Herald only reads your database, so it is for you to run this, once:\n\
             --   sqlite3 {} < views.sql\n\n",
            super::shell_word(Path::new(&way))
        );
        files.push(NewFile { name: "views.sql", text: format!("{head}{}\n", views.join("\n\n")) });
    }
    files.push(NewFile { name: ".gitignore", text: IGNORED.to_owned() });
    Ok(files)
}

fn formatted(text: &str) -> Result<String, Failure> {
    format(text.trim_start()).map_err(|e| Failure::Other(format!("the new file: {e}")))
}

fn shop(proposal: &Proposal, name: &str, way: &str) -> String {
    let mut out = String::from(
        "# What every campaign of the shop shares. Lines marked `likely` or `unsure` are guesses: look at them.\n\n",
    );
    let _ = writeln!(out, "source shop {{\n  database: {}", quoted(way));
    let _ = writeln!(
        out,
        "  currency: {}  # {}",
        proposal.currency.value.code(),
        why(proposal.currency.evidence.as_deref())
    );
    let _ = writeln!(
        out,
        "  timezone: {}  # {}",
        quoted(&proposal.timezone.value),
        why(proposal.timezone.evidence.as_deref())
    );
    let _ = writeln!(out, "  name: {}", quoted(name));
    for table in &proposal.tables {
        mapping(table, &mut out);
    }
    if !proposal.tables.iter().any(|t| t.relation == "customers") {
        out.push_str("\n  # No table looks like customers, one with a key and mail addresses. Map yours:\n");
        out.push_str("  # customers: table(\"…\", id: …, email: …)\n");
    }
    out.push_str("}\n");
    let from = format!("{} <hello@your-shop.example>", name.replace([',', ';', ':', '(', ')', '@'], " "));
    let _ = write!(
        out,
        "
# Yours to fill in: who writes, the postal address that the law asks for, and the page that unsubscribes.
sender store {{
  from: {}
  address: \"Your postal address\"
  unsubscribe: \"https://your-shop.example/unsubscribe\"
  via: files(\"outbox\")
}}

policy house_rules \"How often, and when, we may write\" {{
",
        quoted(&from)
    );
    let customers = proposal.whole("customers");
    if customers.is_some_and(|c| c.stored("consent").is_some()) {
        out.push_str("  require: [email is known, consent]\n");
    } else {
        out.push_str("  # No column says who agreed to get mail. Whom you may write to is for you to say here.\n  require: email is known\n");
    }
    out.push_str("  at_most: 2 per 7 days\n  quiet_hours: 21:00..08:00\n}\n");
    out
}

/// The line that maps a table; none for a standard one.
fn mapping(table: &TableGuess, out: &mut String) {
    if table.is_standard() && table.is_whole() {
        return;
    }
    out.push('\n');
    if table.confidence() < Confidence::Sure {
        let _ = writeln!(
            out,
            "  # {}: {} is {} ({})",
            table.confidence().word(),
            table.relation,
            comment(&table.table),
            table.reason
        );
    }
    for column in table.columns.iter().filter(|c| c.confidence() < Confidence::Sure) {
        let _ = writeln!(
            out,
            "  # {}: {}.{} is {} ({})",
            column.confidence().word(),
            table.relation,
            column.column,
            comment(&column.stored),
            comment(&column.reason)
        );
    }
    for (column, reason) in &table.missing {
        let _ = writeln!(out, "  # {} lacks {column}: {}", table.relation, comment(reason));
    }
    if let Some(view) = &table.view {
        let then = if view.name == table.relation {
            format!("`{}` is there then, and needs no line here", view.name)
        } else {
            format!("then write here `{}: table({})`", table.relation, quoted(&view.name))
        };
        let _ = writeln!(out, "  # views.sql makes a view that has what is missing; {then}.");
        if table.relation != "customers" {
            return;
        }
    }
    let columns: Vec<String> = table
        .columns
        .iter()
        .filter(|c| c.stored != c.column)
        .map(|c| format!("{}: {}", c.column, stored(&c.stored)))
        .collect();
    let parts: Vec<String> = std::iter::once(quoted(&table.table)).chain(columns).collect();
    let line = format!("{}: table({})", table.relation, parts.join(", "));
    // Without customers there is no shop, so what is known of them is said; of others all or nothing.
    let hidden = if table.is_whole() || table.relation == "customers" { "" } else { "# " };
    let _ = writeln!(out, "  {hidden}{line}");
}

fn campaign(proposal: &Proposal) -> String {
    let has = |relation: &str| proposal.whole(relation).is_some();
    let mut out = String::from(
        "# The first campaign. Change it while `herald watch` shows what it does.\nuse shop, store, house_rules from \"shop\"\n\n",
    );
    let (segment, title, condition) = if has("purchases") {
        ("buyers", "Bought before", "any(purchases)")
    } else if has("orders") {
        ("buyers", "Ordered before", "any(orders)")
    } else if has("views") {
        ("lookers", "Looked around", "any(views)")
    } else {
        ("everyone", "All with an address", "email is known")
    };
    let _ = writeln!(out, "segment {segment} \"{title}\" {{\n  where: {condition}\n}}\n");
    let signals: Vec<&str> =
        ["purchases", "carts", "views"].into_iter().filter(|r| has("products") && has(r)).collect();
    if let Some(best) = signals.first() {
        strategy(proposal, &signals, best, &mut out);
    }
    template(proposal, !signals.is_empty(), &mut out);
    let _ = writeln!(
        out,
        "campaign first \"{}\" {{",
        if proposal.chinese { "为您精选" } else { "Picked for you" }
    );
    let _ = writeln!(out, "  source: shop\n  audience: {segment}");
    if !signals.is_empty() {
        out.push_str("  recommend: for_you\n");
    }
    out.push_str("  template: hello\n  sender: store\n  policy: house_rules\n  repeat: after 30 days\n");
    if has("purchases") || has("orders") {
        let goal =
            if has("orders") || proposal.whole("purchases").is_some_and(|p| p.stored("order").is_some()) {
                "orders"
            } else {
                "purchases"
            };
        let _ = writeln!(out, "  goal: any({goal} in next 7 days)");
    }
    out.push_str("}\n");
    out
}

fn strategy(proposal: &Proposal, signals: &[&str], best: &str, out: &mut String) {
    let weighted: Vec<String> = signals
        .iter()
        .map(|s| match *s {
            "purchases" if signals.len() > 1 => "5 * purchases".to_owned(),
            "carts" if signals.len() > 1 => "2 * carts".to_owned(),
            other => other.to_owned(),
        })
        .collect();
    let _ = writeln!(
        out,
        "strategy for_you \"What alike customers take to\" {{\n  method: item_cf(signals: [{}])",
        weighted.join(", ")
    );
    let column = |name: &str| {
        let guess = proposal.whole("products").and_then(|p| p.columns.iter().find(|c| c.column == name));
        guess.is_some_and(|c| c.confidence() == Confidence::Sure)
    };
    let mut excluded = Vec::new();
    if column("stock") {
        excluded.push("stock = 0");
    }
    // Of a few products most were bought by everybody, and nothing would be left.
    let many = proposal.whole("products").and_then(|p| p.rows).is_none_or(|rows| rows >= MANY);
    if many && signals.contains(&"purchases") {
        excluded.push("any(purchases in last 30 days)");
    }
    if !excluded.is_empty() {
        let _ = writeln!(out, "  exclude: {}", excluded.join(" or "));
    }
    let _ = writeln!(out, "  take: 4\n  fallback: popular({best})\n}}\n");
}

/// The mail, in the shop's language.
fn template(proposal: &Proposal, picks: bool, out: &mut String) {
    let (language, hello, headline, lead, subject, text) = if proposal.chinese {
        (
            "zh-CN",
            "您好",
            "为您精选",
            "根据您和与您喜好相近的顾客的选择，我们挑选了这几款。",
            "为您挑选了几款好物",
            "在这里写下您要说的话。",
        )
    } else {
        (
            "en",
            "Hello",
            "Picked for you",
            "Chosen from what you took home, and what people with your taste do.",
            "picked for you",
            "Write here what you have to say.",
        )
    };
    let comma = if proposal.chinese { "，" } else { ", " };
    let named = proposal.whole("customers").is_some_and(|c| c.stored("name").is_some());
    let greeting =
        if named { format!("{{{{ customer.name | default('{hello}') }}}}") } else { hello.to_owned() };
    let _ = writeln!(
        out,
        "template hello {{\n  language: \"{language}\"\n  subject: \"{greeting}{comma}{subject}\"\n  format: mjml"
    );
    let _ = writeln!(
        out,
        "  body: \"\"\"
    <mjml lang=\"{language}\">
      <mj-head>{{% include \"std/head\" %}}</mj-head>
      <mj-body background-color=\"#f4f5f7\" css-class=\"h-page\">
        {{% include \"std/header\" %}}
        {{% set headline = \"{headline}\" %}}
        {{% set lead = \"{}\" %}}
        {{% include \"std/hero\" %}}{}
        {{% include \"std/footer\" %}}
      </mj-body>
    </mjml>
  \"\"\"
}}
",
        if picks { lead } else { text },
        if picks { "\n        {% include \"std/cards\" %}" } else { "" },
    );
}

fn why(evidence: Option<&str>) -> String {
    evidence.map_or_else(|| "a default: nothing in the data says it".to_owned(), comment)
}

/// A text inside a comment, which ends with its line.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A stored column: bare where that can be read as a name, else in quotes.
fn stored(name: &str) -> String {
    let mut chars = name.chars();
    let plain =
        chars.next().is_some_and(char::is_alphabetic) && chars.all(|c| c.is_alphanumeric() || c == '_');
    if plain && !OPERATORS.contains(&name) { name.to_owned() } else { quoted(name) }
}

/// Words that mean something else where a value stands.
const OPERATORS: &[&str] = &[
    "not", "and", "or", "in", "is", "where", "when", "since", "before", "per", "true", "false", "yes", "no",
];

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_projects_files_are_in_the_one_style() {
        for text in [DEMO_SHOP, DEMO_CAMPAIGN] {
            assert_eq!(formatted(text).unwrap_or_default(), text);
        }
    }

    #[test]
    fn names_are_written_so_that_they_are_read_as_such() {
        for (name, written) in [
            ("CustomerID", "CustomerID"),
            ("客户编号", "客户编号"),
            ("customer id", "\"customer id\""),
            ("in", "\"in\""),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("1st", "\"1st\""),
        ] {
            assert_eq!(stored(name), written);
        }
    }
}
