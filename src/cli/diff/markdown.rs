//! A comparison as a pull request's comment: a table first, details folded. Nothing of a file or of the shop's data gets into it as
//! Markdown, HTML, a mention or a link.

use std::fmt::Write as _;

use super::super::difference::{unified, visible};
use super::super::terminal::count;
use super::words;
use crate::review::Report;
use crate::review::report::{Campaign, Cause, Finding, Mails, Message, Standing, Weight};

/// GitHub takes 65,536 characters, and the last words need room.
const ROOM: usize = 64_000;
/// The table takes this much at most, so that details have room as well.
const TABLE: usize = 30_000;
/// The longest text in a sentence or a table.
const LONGEST: usize = 600;
/// The most items of a list, and the most causes in a line of the table.
const ITEMS: usize = 20;
const CAUSES: usize = 4;
/// The most lines of one message's difference, and the most characters of one line.
const LINES: usize = 80;
const LONG: usize = 400;

/// All of it.
pub fn markdown(report: &Report) -> String {
    let mut out = String::from("### What changes for people\n\n");
    head(report, &mut out);
    let dangers = list(&report.dangers, |danger| {
        let word = match danger.weight {
            Weight::Bad => "**Danger:**",
            Weight::Look => "Look:",
        };
        format!("- {word} {}{}\n", words::said_of(danger, &code), plain(&danger.words))
    });
    out.push_str(&dangers);
    if report.campaigns.is_empty() {
        out.push_str("Nothing changes for anybody.\n\n");
    } else {
        table(report, &mut out);
    }
    out.push_str(&findings("new", &report.findings.new));
    out.push_str(&findings("gone", &report.findings.gone));
    if !report.unchanged.is_empty() && !report.campaigns.is_empty() {
        let names: Vec<String> = report.unchanged.iter().take(50).map(|c| code(c)).collect();
        let more = report.unchanged.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "Nothing changes in {}{more}.\n", names.join(", "));
    }
    let mut used = out.chars().count();
    let mut left_out = Vec::new();
    for campaign in &report.campaigns {
        let shown = details(campaign);
        let size = shown.chars().count();
        if used + size > ROOM {
            left_out.push(campaign.name.as_str());
            continue;
        }
        used += size;
        out.push_str(&shown);
    }
    if !left_out.is_empty() {
        let _ = writeln!(
            out,
            "The details of {} did not fit into a comment: `herald diff` shows all of it.",
            match left_out.as_slice() {
                [one] => code(one),
                many => format!("{} campaigns", many.len()),
            }
        );
    }
    out
}

fn head(report: &Report, out: &mut String) {
    let data: Vec<String> = report.databases.iter().map(|d| code(d)).collect();
    let data = match data.as_slice() {
        [] => "without any data, since no database is there".to_owned(),
        all => format!("on the data that is there now ({}), which is not in git", all.join(", ")),
    };
    let _ = writeln!(
        out,
        "{} → {}, both worked out for {}, {data}.\n",
        code(&report.before),
        code(&report.after),
        plain(&report.as_of)
    );
}

/// Items, cut where they would crowd out the rest, and an empty line.
fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut out: String = items.iter().take(ITEMS).map(show).collect();
    if items.len() > ITEMS {
        let _ = writeln!(out, "- and {} more: `herald diff` shows them", items.len() - ITEMS);
    }
    out.push('\n');
    out
}

fn table(report: &Report, out: &mut String) {
    out.push_str("| campaign | changed | audience | mails | products | words |\n|---|---|--:|--:|--:|--:|\n");
    let mut size = 0;
    for (at, campaign) in report.campaigns.iter().enumerate() {
        let row = row(campaign);
        size += row.chars().count();
        if size > TABLE {
            let _ = writeln!(out, "\nand {} campaigns more.", report.campaigns.len() - at);
            break;
        }
        out.push_str(&row);
    }
    out.push('\n');
}

fn row(campaign: &Campaign) -> String {
    let title =
        if campaign.title.is_empty() { String::new() } else { format!("<br>{}", plain(&campaign.title)) };
    let (mut audience, mut mails) = (String::new(), String::new());
    let (mut products, mut texts) = (String::new(), String::new());
    if let Some(a) = &campaign.audience {
        audience = cell(&words::from_to(a.before, a.after), a.entered.len() as u64, a.left.len() as u64);
    }
    if let Some(m) = &campaign.mails {
        let (before, after) = words::mail_counts(campaign, m);
        mails = cell(&words::from_to(before, after), m.started(), m.stopped());
        if m.products.changed > 0 {
            products = format!("{} of {}", count(m.products.changed), count(m.both));
        }
        let worded = m.texts.changed - m.texts.by_products;
        if worded > 0 {
            texts = format!("{} of {} mails", count(worded), count(m.texts.written));
        }
    }
    format!(
        "| {}{title} | {} | {audience} | {mails} | {products} | {texts} |\n",
        code(&campaign.name),
        changed(campaign)
    )
}

fn cell(counts: &str, come: u64, go: u64) -> String {
    let change = words::in_out(come, go);
    if change.is_empty() { counts.to_owned() } else { format!("{counts}<br>{change}") }
}

/// How a campaign changed: in a word, or through what.
fn changed(campaign: &Campaign) -> String {
    if let Some(fate) = words::fate(campaign) {
        return plain(&fate);
    }
    let one = |cause: &Cause| {
        let name = if cause.direct { String::new() } else { format!(" {}", code(&cause.name)) };
        format!("{}{name}", plain(&words::through(cause)))
    };
    let mut said: Vec<String> = campaign.causes.iter().take(CAUSES).map(one).collect();
    if campaign.causes.len() > CAUSES {
        said.push(format!("and {} more", campaign.causes.len() - CAUSES));
    }
    said.join("<br>")
}

fn details(campaign: &Campaign) -> String {
    let title =
        if campaign.title.is_empty() { String::new() } else { format!(" {}", plain(&campaign.title)) };
    let mut out = format!("<details><summary><b>{}</b>{title}</summary>\n\n", code(&campaign.name));
    let _ = writeln!(out, "Declared in {}.\n", code(&campaign.file));
    for cause in &campaign.causes {
        out.push_str(&cause_words(cause));
    }
    if campaign.causes.is_empty() && !campaign.steps.is_empty() {
        let steps: Vec<String> = campaign.steps.iter().map(|s| code(s)).collect();
        let _ = writeln!(out, "Steps that differ: {}\n", steps.join(", "));
    }
    if campaign.is_quiet() {
        out.push_str("Nothing changes for anybody on this data.\n\n");
    } else {
        let mut said = String::new();
        people(campaign, &mut said);
        if !said.is_empty() {
            // Something between two lists, which would be one otherwise.
            let _ = writeln!(out, "For people:\n\n{said}");
        }
        if let Some(mails) = &campaign.mails {
            mails_shown(mails, &mut out);
        }
    }
    if let Some(reason) = &campaign.stopped {
        let _ = writeln!(out, "Could not be compared to the end: {}\n", plain(reason));
    }
    out.push_str("</details>\n\n");
    out
}

fn cause_words(cause: &Cause) -> String {
    let what =
        if cause.direct { String::new() } else { format!(" {} in {}", code(&cause.name), code(&cause.file)) };
    let mut out = format!("Changed {}{what}:\n\n", plain(&words::through(cause)));
    for setting in &cause.settings {
        if !words::is_short(setting) {
            let _ = writeln!(out, "- {} differs", code(&setting.key));
            continue;
        }
        let side = |value: &Option<String>| value.as_ref().map_or_else(|| "nothing".to_owned(), |v| code(v));
        let _ =
            writeln!(out, "- {}: {} → {}", code(&setting.key), side(&setting.before), side(&setting.after));
    }
    out.push('\n');
    out
}

fn people(campaign: &Campaign, out: &mut String) {
    if let Some(audience) = &campaign.audience {
        for (word, ids) in [("Enter the audience", &audience.entered), ("Leave the audience", &audience.left)]
        {
            if !ids.is_empty() {
                let total = ids.len() as u64;
                let people = words::people(ids, total, Some(audience), &code);
                let _ = writeln!(out, "- {word}: {} ({people})", count(total));
            }
        }
    }
    let Some(mails) = &campaign.mails else { return };
    let whole =
        [&campaign.before, &campaign.after].iter().all(|s| matches!(s, Standing::Planned | Standing::Absent));
    for (list, starts) in [(&mails.starts, true), (&mails.stops, false)] {
        for passage in list.iter().filter(|_| words::is_on_both(campaign)) {
            let people = words::people(&passage.examples, passage.count, None, &code);
            let words = plain(&words::passage(passage, starts));
            let _ = writeln!(out, "- {} {words}: {people}", count(passage.count));
        }
    }
    for (gate, old, new) in words::gates(mails).iter().filter(|_| whole) {
        let _ = writeln!(out, "- Left out by {}: {} → {}", code(gate), count(*old), count(*new));
    }
    for said in words::for_both(mails).iter().chain(&words::products(mails)) {
        let _ = writeln!(out, "- {}", plain(said));
    }
    for picked in &mails.products.examples {
        let list = |titles: Vec<String>| match titles.as_slice() {
            [] => "nothing".to_owned(),
            all => all.iter().map(|t| code(t)).collect::<Vec<_>>().join(", "),
        };
        let (gone, come) = words::exchanged(picked);
        let (gone, come) = (list(gone), list(come));
        let _ = writeln!(out, "  - customer {}: {gone} → {come}", code(&picked.customer.to_string()));
    }
    if let Some(texts) = words::texts(mails) {
        let reason = mails.texts.reason.as_ref().map_or_else(String::new, |r| format!(": {}", plain(r)));
        let _ = writeln!(out, "- Mails: {}{reason}", plain(&texts));
    }
    if let Some(sampled) = words::sampled(mails) {
        let _ = writeln!(out, "- {}", plain(&sampled));
    }
}

fn mails_shown(mails: &Mails, out: &mut String) {
    for message in &mails.texts.examples {
        let Message { customer, html, before, after, .. } = message;
        let name = |template: &Option<String>| template.as_ref().map(|t| code(t));
        let which = match (name(&message.templates.0), name(&message.templates.1)) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (old, new) => new.or(old).unwrap_or_default(),
        };
        let part = if *html { ", in its HTML alone" } else { "" };
        let _ = writeln!(out, "The mail {which} to customer {}{part}:\n", code(&customer.to_string()));
        let difference = anstream::adapter::strip_str(&unified("", before, after)).to_string();
        // The first two lines name files.
        let lines: Vec<&str> = difference.lines().skip(2).collect();
        out.push_str(&fenced(&lines));
    }
}

/// Lines as a block of code that nothing in them can close.
fn fenced(lines: &[&str]) -> String {
    let cut = |line: &str| {
        let shown: String = line.chars().take(LONG).collect();
        if shown.len() < line.len() { format!("{shown}…") } else { shown }
    };
    let mut shown: Vec<String> = lines.iter().take(LINES).map(|line| cut(line)).collect();
    if lines.len() > LINES {
        shown.push(format!("… {} more lines", lines.len() - LINES));
    }
    let longest = shown.iter().flat_map(|l| l.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}diff\n{}\n{fence}\n\n", shown.join("\n"))
}

fn findings(what: &str, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let items = list(findings, |f| {
        let word = if f.error { "error" } else { "warning" };
        let help = f.help.as_ref().map_or_else(String::new, |h| format!(" ({})", plain(h)));
        let place = format!("{}:{}:{}", f.file, f.line, f.column);
        format!("- {word} {} {}: {}{help}\n", f.code, code(&place), plain(&f.message))
    });
    format!("Findings of `herald check` that are {what}:\n\n{items}")
}

/// Text that is shown as it is, and is nothing else: no Markdown, no HTML, no mention, no link.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// The same in a sentence of our own.
fn plain(text: &str) -> String {
    // A mention or a reference needs its sign right before a word.
    escaped(text)
        .replace("&#64;", "&#64;\u{200b}")
        .replace("&#35;", "&#35;\u{200b}")
        .replace("&#33;", "&#33;\u{200b}")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    let text = visible(text);
    let mut chars = text.chars().peekable();
    let (mut size, mut before) = (0, String::new());
    while let Some(c) = chars.next() {
        size += 1;
        if size > LONGEST {
            out.push('…');
            break;
        }
        match c {
            '\t' => out.push(' '),
            // Links are made of addresses that stand there bare.
            ':' if chars.peek() != Some(&'/') => out.push(c),
            '.' if !before.to_lowercase().ends_with("www") => out.push(c),
            ' ' | ',' | '(' | ')' | '-' | ';' | '+' | '%' | '=' | '?' | '/' | '\'' | '"' => out.push(c),
            c if c.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        before.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::report::Findings;

    #[test]
    fn nothing_foreign_is_markup() {
        let hostile =
            "a|b `x` <script>alert(1)</script> @team #12 ![x](http://evil) www.evil.example *b* \n# h";
        let shown = code(hostile);
        let inside = shown.strip_prefix("<code>").and_then(|s| s.strip_suffix("</code>")).unwrap();
        for sign in ["|", "`", "<", ">", "@", "*", "[", "]", "!", "\n", "://", "www.", "_", "# "] {
            assert!(!inside.contains(sign), "{sign} in {inside}");
        }
        assert!(plain("@team").starts_with("&#64;\u{200b}"));
    }

    #[test]
    fn a_comment_has_room_for_the_table_before_the_details() {
        let campaign = |n: usize| Campaign {
            name: format!("campaign_{n}_{}", "长".repeat(60)),
            title: "T".repeat(200),
            file: "a.campaign".to_owned(),
            before: Standing::Absent,
            after: Standing::Planned,
            causes: Vec::new(),
            steps: Vec::new(),
            audience: None,
            mails: None,
            stopped: Some("x".repeat(500)),
        };
        let report = Report {
            before: "a".to_owned(),
            after: "b".to_owned(),
            as_of: "today".to_owned(),
            databases: Vec::new(),
            names: false,
            dangers: Vec::new(),
            campaigns: (0..500).map(campaign).collect(),
            unchanged: (0..500).map(|n| format!("quiet_{n}")).collect(),
            findings: Findings::default(),
        };
        let comment = markdown(&report);
        assert!(comment.chars().count() < 65_000, "{}", comment.chars().count());
        assert!(comment.contains("campaigns more.") && comment.contains("did not fit into a comment"));
        assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
        assert!(comment.matches("<details>").count() > 20);
    }

    #[test]
    fn no_text_closes_the_block_it_stands_in() {
        let block = fenced(&["+```", "+````` and more", "-@team"]);
        assert!(block.starts_with("``````diff\n") && block.ends_with("\n``````\n\n"), "{block}");
    }
}
