//! A comparison for the terminal: dangers, then a block a campaign, then findings.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::difference::{unified, visible};
use super::super::terminal::{BAD, ODD, QUIET, STRONG, count};
use super::words;
use crate::review::Report;
use crate::review::report::{Campaign, Cause, Finding, Mails, Message, Passage, Weight};

/// Where what is said of a campaign begins.
const AT: usize = 14;
/// The most lines of one message's difference.
const LINES: usize = 60;

/// All of it.
pub fn text(report: &Report, width: usize) -> String {
    let mut page = Page { out: String::new(), width: width.max(40) };
    page.head(report);
    for danger in &report.dangers {
        let (style, word) = match danger.weight {
            Weight::Bad => (BAD, "danger"),
            Weight::Look => (ODD, "look"),
        };
        let of = words::said_of(danger, &visible);
        let shown = format!("{style}{word}{style:#}");
        page.item(&shown, word.len(), 2, 10, &format!("{of}{}", danger.words));
    }
    if !report.dangers.is_empty() {
        page.out.push('\n');
    }
    for campaign in &report.campaigns {
        page.campaign(campaign);
    }
    page.findings("new", &report.findings.new);
    page.findings("gone", &report.findings.gone);
    if report.campaigns.is_empty() {
        page.line("Nothing changes for anybody.");
    } else if !report.unchanged.is_empty() {
        let names: Vec<&str> = report.unchanged.iter().take(12).map(String::as_str).collect();
        let more = report.unchanged.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        page.flow(0, 0, &format!("Nothing changes in {}{more}.", names.join(", ")));
    }
    page.out
}

struct Page {
    out: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.out, "{line}");
    }

    fn head(&mut self, report: &Report) {
        let _ =
            writeln!(self.out, "{STRONG}{} → {}{STRONG:#}", visible(&report.before), visible(&report.after));
        let data = match report.databases.as_slice() {
            [] => "without any data: no database is there".to_owned(),
            all => format!("on the data that is there now ({}), which is not in git", all.join(", ")),
        };
        self.flow(0, 0, &format!("Both sides worked out for {}, {data}.", report.as_of));
        self.out.push('\n');
    }

    fn campaign(&mut self, campaign: &Campaign) {
        let title = if campaign.title.is_empty() { String::new() } else { format!(": {}", campaign.title) };
        let _ = write!(self.out, "{STRONG}{}{STRONG:#}", visible(&campaign.name));
        self.wrap(campaign.name.width(), 2, &title);
        let fate = words::fate(campaign).map_or_else(String::new, |fate| format!(", {fate}"));
        self.flow(2, 4, &format!("in {}{fate}", campaign.file));
        for cause in &campaign.causes {
            self.cause(cause);
        }
        if campaign.causes.is_empty() && !campaign.steps.is_empty() {
            self.named("steps", &campaign.steps.join(", "));
        }
        if campaign.is_quiet() {
            self.named("", "nothing changes for anybody on this data");
        } else {
            self.audience(campaign);
            if let Some(mails) = &campaign.mails {
                self.mails(campaign, mails);
            }
        }
        if let Some(reason) = &campaign.stopped {
            self.named("stopped", reason);
        }
        self.out.push('\n');
    }

    fn cause(&mut self, cause: &Cause) {
        let place = if cause.direct { String::new() } else { format!(" {} in {}", cause.name, cause.file) };
        self.flow(2, 4, &format!("{}{place}", words::through(cause)));
        for setting in &cause.settings {
            if !words::is_short(setting) {
                self.flow(4, 6, &format!("{} differs", setting.key));
                continue;
            }
            self.flow(4, 6, &format!("{}:", setting.key));
            for (sign, value) in [("-", &setting.before), ("+", &setting.after)] {
                if let Some(value) = value {
                    self.flow(6, 8, &format!("{sign} {value}"));
                }
            }
        }
    }

    fn audience(&mut self, campaign: &Campaign) {
        let Some(audience) = &campaign.audience else { return };
        let (come, go) = (audience.entered.len() as u64, audience.left.len() as u64);
        let counts = words::from_to(audience.before, audience.after);
        self.named("audience", &format!("{counts}  {}", words::in_out(come, go)));
        let show = |text: &str| visible(text);
        for (word, ids) in [("enter", &audience.entered), ("leave", &audience.left)] {
            if !ids.is_empty() {
                let people = words::people(ids, ids.len() as u64, Some(audience), &show);
                self.flow(AT, AT + 2, &format!("{word}: {people}"));
            }
        }
    }

    fn mails(&mut self, campaign: &Campaign, mails: &Mails) {
        let (before, after) = words::mail_counts(campaign, mails);
        let change = words::in_out(mails.started(), mails.stopped());
        self.named("mails", &format!("{}  {change}", words::from_to(before, after)));
        if let Some(sampled) = words::sampled(mails) {
            self.flow(AT, AT + 2, &sampled);
        }
        for (list, starts) in [(&mails.starts, true), (&mails.stops, false)] {
            let told = list.iter().filter(|_| words::is_on_both(campaign));
            told.for_each(|passage| self.passage(passage, starts));
        }
        let gates = words::gates(mails);
        if before.is_some() && after.is_some() && !gates.is_empty() {
            let shown =
                |(gate, old, new): &(String, u64, u64)| format!("{gate} {} → {}", count(*old), count(*new));
            let shown: Vec<String> = gates.iter().map(shown).collect();
            self.named("left out", &shown.join(", "));
        }
        for said in words::for_both(mails) {
            self.named("", &said);
        }
        if let Some(products) = words::products(mails) {
            self.named("products", &products);
            for picked in &mails.products.examples {
                self.flow(AT, AT + 2, &format!("customer {}:", picked.customer));
                let (gone, come) = words::exchanged(picked);
                for (sign, titles) in [("-", gone), ("+", come)] {
                    if !titles.is_empty() {
                        self.flow(AT + 2, AT + 4, &format!("{sign} {}", titles.join(", ")));
                    }
                }
            }
        }
        if let Some(texts) = words::texts(mails) {
            self.named("words", &texts);
        }
        if let Some(reason) = &mails.texts.reason {
            self.flow(AT, AT + 2, reason);
        }
        for message in &mails.texts.examples {
            self.message(message);
        }
    }

    fn passage(&mut self, passage: &Passage, starts: bool) {
        let sign = if starts { '+' } else { '−' };
        let people = words::people(&passage.examples, passage.count, None, &|text| visible(text));
        let words = words::passage(passage, starts);
        self.flow(AT, AT + 2, &format!("{sign}{} {words}: {people}", count(passage.count)));
    }

    fn message(&mut self, message: &Message) {
        let part = if message.html { ", HTML alone" } else { "" };
        let name = |template: &Option<String>| template.clone().unwrap_or_else(|| "no mail".to_owned());
        let (old, new) = (name(&message.templates.0), name(&message.templates.1));
        let which = if old == new { old } else { format!("{old} → {new}") };
        self.out.push('\n');
        let difference = unified(
            &format!("{which}, customer {}{part}", message.customer),
            &message.before,
            &message.after,
        );
        let all = difference.lines().count();
        for line in difference.lines().take(LINES) {
            let _ = writeln!(self.out, "    {line}");
        }
        if all > LINES {
            let _ = writeln!(
                self.out,
                "    {QUIET}… {} more lines: `--format json` has them{QUIET:#}",
                all - LINES
            );
        }
    }

    fn findings(&mut self, what: &str, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        let _ = writeln!(self.out, "{STRONG}{what} findings of `herald check`{STRONG:#}");
        for finding in findings {
            let (style, word) = if finding.error { (BAD, "error") } else { (ODD, "warning") };
            let shown = format!("{style}{word}{style:#}");
            let place = format!("{}:{}:{}", finding.file, finding.line, finding.column);
            self.item(&shown, word.len(), 2, 10, &format!("{place}: {} ({})", finding.message, finding.code));
            if let Some(help) = &finding.help {
                self.flow(10, 10, help);
            }
        }
        self.out.push('\n');
    }

    /// A word in its own column, and what is said beside it.
    fn named(&mut self, name: &str, said: &str) {
        self.item(&format!("{STRONG}{name}{STRONG:#}"), name.width(), 2, AT, said);
    }

    fn item(&mut self, shown: &str, wide: usize, at: usize, to: usize, said: &str) {
        let gap = to.saturating_sub(at + wide).max(1);
        let _ = write!(self.out, "{}{shown}{}", " ".repeat(at), " ".repeat(gap));
        let begin = at + wide + gap;
        self.wrap(begin, to, said);
    }

    /// Words from one column on, in further lines from another.
    fn flow(&mut self, first: usize, rest: usize, said: &str) {
        let _ = write!(self.out, "{}", " ".repeat(first));
        self.wrap(first, rest, said);
    }

    fn wrap(&mut self, mut column: usize, rest: usize, said: &str) {
        let mut begun = false;
        for word in visible(said).split(' ').filter(|w| !w.is_empty()) {
            let fits = column + usize::from(begun) + word.width() <= self.width;
            if begun && !fits {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(rest));
                column = rest;
            } else if begun {
                self.out.push(' ');
                column += 1;
            }
            begun = true;
            // What is longer than a line, and text without spaces, goes on below.
            for c in word.chars() {
                let wide = c.width().unwrap_or(0);
                if column + wide > self.width {
                    self.out.push('\n');
                    self.out.push_str(&" ".repeat(rest));
                    column = rest;
                }
                self.out.push(c);
                column += wide;
            }
        }
        self.out.push('\n');
    }
}
