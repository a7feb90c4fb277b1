//! Sentences about a comparison, for the terminal and for Markdown alike.

use super::super::terminal::{count, counted};
use crate::data::Key;
use crate::review::report::{
    Audience, Campaign, Cause, Danger, Mails, Passage, Picked, Setting, Standing, Template,
};
use crate::review::{EXAMPLES, OUTSIDE};

/// The longest value of a setting that is shown; beyond, and on several lines, only that it differs is told.
const LONG: usize = 240;

/// What became of a campaign as a whole, where that is more than a change.
pub fn fate(campaign: &Campaign) -> Option<String> {
    let is = |standing: &Standing| match standing {
        Standing::Absent => "is not there".to_owned(),
        Standing::Broken => "has errors".to_owned(),
        Standing::Unplanned(reason) => format!("cannot be worked out ({reason})"),
        Standing::Planned => "is sound".to_owned(),
    };
    Some(match (&campaign.before, &campaign.after) {
        (Standing::Planned, Standing::Planned) => return None,
        (Standing::Absent, Standing::Planned) => "new".to_owned(),
        (_, Standing::Absent) => "gone".to_owned(),
        (Standing::Absent, after) => format!("new; it {}", is(after)),
        (Standing::Planned, after) => format!("which {} now: only the older side is counted", is(after)),
        (Standing::Broken, Standing::Planned) => {
            "which had errors: only the newer side is counted".to_owned()
        }
        (Standing::Unplanned(reason), Standing::Planned) => {
            format!("which could not be worked out ({reason}): only the newer side is counted")
        }
        (before, after) if before == after => {
            format!("which {} on both sides: its mails are not counted", is(after))
        }
        (Standing::Broken, after) => format!("which had errors and {} now", is(after)),
        (_, after) => format!("which could not be worked out and {} now", is(after)),
    })
}

/// `directly`, `through the segment vip`.
pub fn through(cause: &Cause) -> String {
    match (cause.direct, cause.kind.as_str()) {
        (true, _) => "directly".to_owned(),
        (false, "text") => "through the text".to_owned(),
        (false, kind) => format!("through the {kind}"),
    }
}

/// Whether a setting's values are short enough to be shown.
pub fn is_short(setting: &Setting) -> bool {
    let short = |value: &Option<String>| {
        value.as_ref().is_none_or(|v| v.chars().count() <= LONG && !v.contains('\n'))
    };
    short(&setting.before) && short(&setting.after)
}

/// `1,204 → 1,610`; what cannot be told is a question mark.
pub fn from_to(before: Option<u64>, after: Option<u64>) -> String {
    let shown = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), count);
    if before == after { shown(after) } else { format!("{} → {}", shown(before), shown(after)) }
}

/// `(+431 −25)`; empty where nobody comes or goes.
pub fn in_out(come: u64, go: u64) -> String {
    let part = |sign: &str, n: u64| (n > 0).then(|| format!("{sign}{}", count(n)));
    let parts: Vec<String> = [part("+", come), part("−", go)].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(" ")) }
}

/// The counts of mails on both sides; what cannot be told is none.
pub fn mail_counts(campaign: &Campaign, mails: &Mails) -> (Option<u64>, Option<u64>) {
    let known = |standing: &Standing, n: u64| match standing {
        Standing::Planned | Standing::Absent => Some(n),
        _ => None,
    };
    (known(&campaign.before, mails.before.mails), known(&campaign.after, mails.after.mails))
}

/// The first of some people: `17, 23 (Ann), 42 and 426 more`.
pub fn people(ids: &[Key], total: u64, audience: Option<&Audience>, show: &dyn Fn(&str) -> String) -> String {
    let name = |id: &Key| audience.and_then(|a| a.names.get(&id.to_string())).filter(|n| !n.is_empty());
    let one = |id: &Key| match name(id) {
        Some(name) => format!("{} {}", show(&id.to_string()), show(name)),
        None => show(&id.to_string()),
    };
    let shown: Vec<String> = ids.iter().take(EXAMPLES).map(one).collect();
    let more = total.saturating_sub(shown.len() as u64);
    let list = shown.join(", ");
    if more > 0 { format!("{list} and {} more", count(more)) } else { list }
}

/// What a passage is: `start to get a mail, were outside the audience`.
pub fn passage(passage: &Passage, starts: bool) -> String {
    let (verb, be) = match (starts, passage.count) {
        (true, 1) => ("starts to get a mail", "was"),
        (true, _) => ("start to get a mail", "were"),
        (false, 1) => ("stops getting one", "is"),
        (false, _) => ("stop getting one", "are"),
    };
    match (passage.gate.as_str(), &passage.reason) {
        (OUTSIDE, _) => format!("{verb}, {be} {OUTSIDE}"),
        (_, Some(reason)) => format!("{verb}, {be} left out: {reason}"),
        (gate, None) => format!("{verb}, {be} left out: {gate}"),
    }
}

/// The campaigns that a danger is said of: `weekend, spring and 3 more`, with a colon; empty for none.
pub fn said_of(danger: &Danger, show: &dyn Fn(&str) -> String) -> String {
    let shown: Vec<String> = danger.campaigns.iter().take(EXAMPLES).map(|c| show(c)).collect();
    match danger.campaigns.len() - shown.len() {
        _ if shown.is_empty() => String::new(),
        0 => format!("{}: ", shown.join(", ")),
        more => format!("{} and {more} more: ", shown.join(", ")),
    }
}

/// How many customers the counts of mails are of, where these are not all.
pub fn sampled(mails: &Mails) -> Option<String> {
    (mails.looked_at < mails.of).then(|| {
        format!("of {} customers {} were looked at, spread over all", count(mails.of), count(mails.looked_at))
    })
}

/// Whether a campaign is on both sides: else everybody starts or stops, for that reason.
pub fn is_on_both(campaign: &Campaign) -> bool {
    ![&campaign.before, &campaign.after].contains(&&Standing::Absent)
}

/// What left people out, where it differs: gate, before, after.
pub fn gates(mails: &Mails) -> Vec<(String, u64, u64)> {
    let (old, new) = (&mails.before.left_out, &mails.after.left_out);
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let of = |side: &std::collections::BTreeMap<String, u64>, gate| side.get(gate).copied().unwrap_or(0);
    names
        .into_iter()
        .map(|gate| (gate.clone(), of(old, gate), of(new, gate)))
        .filter(|(_, old, new)| old != new)
        .collect()
}

/// What changes for those who get a mail on both sides, but for the words: a sentence each.
pub fn for_both(mails: &Mails) -> Vec<String> {
    let mut said = Vec::new();
    let both = counted_people(mails.both);
    if mails.versions > 0 {
        said.push(format!("{} of {both} get another version of the campaign", count(mails.versions)));
    }
    if mails.moved.changed > 0 {
        let example = mails.moved.example.as_ref();
        let example = example.map_or_else(String::new, |(id, then, now)| {
            format!(" (customer {id}: {then} → {now}, the shop's time)")
        });
        said.push(format!("{} of {both} get it at another time{example}", count(mails.moved.changed)));
    }
    said
}

/// How many get other products.
pub fn products(mails: &Mails) -> Option<String> {
    let products = &mails.products;
    if products.changed == 0 {
        return None;
    }
    let order = match products.reordered {
        0 => String::new(),
        n if n == products.changed => ", all of them the same ones in another order".to_owned(),
        n => format!(", {} of them the same ones in another order", count(n)),
    };
    Some(format!("{} of {} get other products{order}", count(products.changed), counted_people(mails.both)))
}

/// The products that go and those that come; all of them where only their order differs.
pub fn exchanged(picked: &Picked) -> (Vec<String>, Vec<String>) {
    let without = |list: &[String], other: &[String]| -> Vec<String> {
        list.iter().filter(|p| !other.contains(p)).cloned().collect()
    };
    let (gone, come) = (without(&picked.before, &picked.after), without(&picked.after, &picked.before));
    if gone.is_empty() && come.is_empty() {
        (picked.before.clone(), picked.after.clone())
    } else {
        (gone, come)
    }
}

/// What differs in the words of mails.
pub fn texts(mails: &Mails) -> Option<String> {
    let texts = &mails.texts;
    if texts.written == 0 {
        return None;
    }
    let mut said = Vec::new();
    let worded = texts.changed - texts.by_products;
    if worded > 0 {
        let one = |t: &Template| format!("{} {} of {}", t.name, count(t.changed), count(t.written));
        let by_template: Vec<String> = texts.templates.iter().map(one).collect();
        let all = counted(texts.written, "mail");
        said.push(format!("{} of {all} looked at differ ({})", count(worded), by_template.join(", ")));
    }
    if texts.unwritable > 0 {
        said.push(format!("{} cannot be written", count(texts.unwritable)));
    }
    if texts.writable > 0 {
        said.push(format!("{} could not be written before", count(texts.writable)));
    }
    (!said.is_empty()).then(|| said.join("; "))
}

fn counted_people(n: u64) -> String {
    if n == 1 { "1 recipient".to_owned() } else { format!("{} recipients", count(n)) }
}
