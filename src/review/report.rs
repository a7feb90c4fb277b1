//! What a review finds, as plain data: the command shows it as text, JSON or Markdown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::data::Key;

/// Two sides of a project compared.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What was: `HEAD (1a2b3c4)`.
    pub before: String,
    /// What is: `the working tree`.
    pub after: String,
    /// The instant that both sides were worked out for.
    pub as_of: String,
    /// The databases, as they are on disk now: both sides were worked out on them.
    pub databases: Vec<String>,
    /// Whether names and what else tells who somebody is are shown.
    pub names: bool,
    /// What a careful colleague would point at first, worst first.
    pub dangers: Vec<Danger>,
    /// Campaigns in which something changes for somebody, and those that cannot be compared; the most affected first.
    pub campaigns: Vec<Campaign>,
    /// Campaigns in which nothing changes for anybody.
    pub unchanged: Vec<String>,
    /// Findings of `herald check` that one side has and the other has not.
    pub findings: Findings,
}

impl Report {
    /// Whether anything changes for anybody, or something is found that was not.
    pub fn changes(&self) -> bool {
        self.campaigns.iter().any(|c| !c.is_quiet())
            || !self.dangers.is_empty()
            || !self.findings.new.is_empty()
    }
}

/// Something to look at before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Danger {
    /// How bad it is.
    pub weight: Weight,
    /// The campaigns that it is said of; none where it is said of the whole.
    pub campaigns: Vec<String>,
    /// A sentence.
    pub words: String,
}

/// How bad a danger is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Somebody would be harmed, or nothing works.
    Bad,
    /// Worth a look.
    Look,
}

/// How a campaign stands on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is not declared there.
    Absent,
    /// Its files have errors.
    Broken,
    /// It is sound, and this version cannot work it out; the reason.
    Unplanned(String),
    /// It was worked out.
    Planned,
}

/// A campaign in which something changes.
#[derive(Debug, Clone, Serialize)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The file it is declared in.
    pub file: String,
    /// How it stood.
    pub before: Standing,
    /// How it stands.
    pub after: Standing,
    /// What was changed in the files, as far as this campaign stands on it.
    pub causes: Vec<Cause>,
    /// The steps of its plan whose own work differs.
    pub steps: Vec<String>,
    /// Who belongs to it.
    pub audience: Option<Audience>,
    /// Who gets a mail, and which.
    pub mails: Option<Mails>,
    /// Why it could not be compared to the end.
    pub stopped: Option<String>,
}

impl Campaign {
    /// Whether nothing changes for anybody, as far as they were looked at.
    pub fn is_quiet(&self) -> bool {
        let planned = [&self.before, &self.after].into_iter().all(|s| *s == Standing::Planned);
        let unwritable = self.mails.as_ref().is_some_and(|m| m.texts.unwritable + m.texts.writable > 0);
        planned && self.stopped.is_none() && self.affected() == 0 && !unwritable
    }

    /// How many people something changes for, as far as they were looked at.
    pub fn affected(&self) -> u64 {
        let audience = self.audience.as_ref().map_or(0, |a| (a.entered.len() + a.left.len()) as u64);
        let mails = self.mails.as_ref().map_or(0, |m| m.started() + m.stopped());
        let both = self.mails.as_ref().map_or(0, |m| m.products.changed.max(m.versions).max(m.moved.changed));
        let written = self.mails.as_ref().map_or(0, |m| if m.texts.changed > 0 { m.both } else { 0 });
        audience.max(mails) + both.max(written)
    }
}

/// A declaration, or a text that one names, that differs between the sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Whether it is the campaign's own text.
    pub direct: bool,
    /// Its kind: `segment`, `policy`, … or `text`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The file it stands in, or stood in if it is gone.
    pub file: String,
    /// What differs in it.
    pub settings: Vec<Setting>,
}

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its key; of a version's `variant personal: share`.
    pub key: String,
    /// As it was written, on one line; none if it was not there.
    pub before: Option<String>,
    /// As it is written; none if it is gone.
    pub after: Option<String>,
}

/// Who belongs to a campaign's audience.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Audience {
    /// How many belonged; none where that cannot be told.
    pub before: Option<u64>,
    /// How many belong.
    pub after: Option<u64>,
    /// Those who belong and did not; only where both sides are known.
    pub entered: Vec<Key>,
    /// Those who did and do not.
    pub left: Vec<Key>,
    /// The names of the examples among them, where names are asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

/// Who gets a mail, and what is in it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Mails {
    /// Of the customers in either audience so many were looked at.
    pub looked_at: u64,
    /// So many there are.
    pub of: u64,
    /// The counts of what was.
    pub before: Counts,
    /// The counts of what is.
    pub after: Counts,
    /// Who starts to get a mail, by what had kept them from it.
    pub starts: Vec<Passage>,
    /// Who stops, by what keeps them from it now.
    pub stops: Vec<Passage>,
    /// Who gets a mail on both sides.
    pub both: u64,
    /// How many of these get another version of the campaign.
    pub versions: u64,
    /// How many of these get it at another time.
    pub moved: Moved,
    /// Other products.
    pub products: Products,
    /// Other words.
    pub texts: Texts,
}

impl Mails {
    /// Who starts to get a mail.
    pub fn started(&self) -> u64 {
        self.starts.iter().map(|p| p.count).sum()
    }

    /// Who stops.
    pub fn stopped(&self) -> u64 {
        self.stops.iter().map(|p| p.count).sum()
    }
}

/// One side's counts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    /// Mails.
    pub mails: u64,
    /// By version, where there are any.
    pub versions: BTreeMap<String, u64>,
    /// Who gets none, by gate.
    pub left_out: BTreeMap<String, u64>,
}

/// People who pass between getting a mail and getting none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// Where they stand, or stood, without a mail: `outside the audience`, `policy`, `holdout`, …
    pub gate: String,
    /// The reason, where it is the same sentence for all of the gate and says nothing of a person.
    pub reason: Option<String>,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Key>,
}

/// Mails at another time.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Moved {
    /// How many.
    pub changed: u64,
    /// The first one's: customer, then, now (in the shop's time).
    pub example: Option<(Key, String, String)>,
}

/// Other products for those who get a mail on both sides.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Products {
    /// How many get other ones, or the same in another order.
    pub changed: u64,
    /// How many of these get the same ones in another order.
    pub reordered: u64,
    /// The most affected of the first ones.
    pub examples: Vec<Picked>,
}

/// One customer's products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picked {
    /// Who.
    pub customer: Key,
    /// What they would have got, best first.
    pub before: Vec<String>,
    /// What they get.
    pub after: Vec<String>,
}

/// Other words in the mails of those who get one on both sides.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Texts {
    /// So many pairs of mails were written and compared.
    pub written: u64,
    /// So many of these differ.
    pub changed: u64,
    /// The same by template, where any of its mails differ; a changed choice as `weekend_en → weekend_zh`.
    pub templates: Vec<Template>,
    /// So many could be written and cannot any more.
    pub unwritable: u64,
    /// So many could not be written and can now.
    pub writable: u64,
    /// Why not, once.
    pub reason: Option<String>,
    /// So many of those that differ do so by their products alone; none of them is shown.
    pub by_products: u64,
    /// The largest differences, one for each template at least as far as there is room.
    pub examples: Vec<Message>,
}

/// The mails of one template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// So many pairs were compared.
    pub written: u64,
    /// So many of these differ in their words.
    pub changed: u64,
}

/// One message that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Whose.
    pub customer: Key,
    /// The templates' names: before and after; none on a side that has no mail.
    pub templates: (Option<String>, Option<String>),
    /// Whether it is the HTML part that is compared, since nothing else differs.
    pub html: bool,
    /// What the mail said, subject and preheader first.
    pub before: String,
    /// What it says.
    pub after: String,
    /// How many lines differ.
    pub lines: usize,
}

/// Findings that one side has and the other has not.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Findings {
    /// The newer side's.
    pub new: Vec<Finding>,
    /// The older side's.
    pub gone: Vec<Finding>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// Whether it is an error.
    pub error: bool,
    /// What it says.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}
