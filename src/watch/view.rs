//! What the page shows, as data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::Key;
use crate::run::survey::Survey;
use crate::run::trace::{Gate, Scored};
use crate::run::valued::Valued;
use crate::run::worst::Case;

/// Which mail somebody looks at.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Selection {
    /// The campaign; the first one if not given.
    pub campaign: Option<String>,
    /// The customer; the audience's first if not given.
    pub customer: Option<String>,
    /// Instead: so many places further in the audience than `customer`; negative is back.
    pub step: Option<i64>,
    /// Instead: somebody of the audience, chosen by this number.
    pub random: Option<u64>,
}

/// What became of a save.
#[derive(Debug, Clone, Serialize)]
pub struct Built {
    /// Counts up from 1.
    pub build: u64,
    /// Whether the files have no error.
    pub sound: bool,
    /// Errors and warnings.
    pub errors: usize,
    /// How many of the findings are warnings.
    pub warnings: usize,
    /// The files whose change began it, relative to the project; empty for the first.
    pub changed: Vec<String>,
    /// How long checking took, in milliseconds.
    pub milliseconds: u128,
}

/// A campaign that can be looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its file.
    pub file: String,
}

/// A customer in a list.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// The id.
    pub id: Key,
    /// The name; empty if none is known.
    pub name: String,
}

/// The audience and what the last save did to it.
#[derive(Debug, Clone, Serialize)]
pub struct Audience {
    /// As it stands in the file.
    pub words: String,
    /// How many.
    pub count: usize,
    /// Of how many customers.
    pub all: u64,
    /// How many came in with the last save.
    pub entered: usize,
    /// How many left.
    pub left: usize,
    /// A few of those who came in.
    pub newcomers: Vec<Person>,
    /// A few of those who left.
    pub leavers: Vec<Person>,
}

/// The customer who is looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Looked {
    /// Who.
    pub person: Person,
    /// The place in the audience, from 1; none for somebody outside it.
    pub place: Option<usize>,
    /// Every gate on the way.
    pub gates: Vec<Gate>,
    /// Whether there is a message in a run.
    pub mailed: bool,
    /// How the audience's condition was valued.
    pub valued: Option<Valued>,
    /// What the message knows of them.
    pub values: Vec<(String, Value)>,
    /// Products, scored.
    pub products: Vec<Scored>,
}

/// The mail.
#[derive(Debug, Clone, Serialize)]
pub struct Mail {
    /// Who writes.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The preheader.
    pub preheader: String,
    /// The HTML as a page of its own, pictures inside.
    pub page: String,
    /// The text part.
    pub text: String,
    /// Bytes of the HTML part.
    pub html_bytes: usize,
    /// Bytes of the whole message.
    pub bytes: usize,
    /// What is worth a look.
    pub warnings: Vec<String>,
    /// The template.
    pub template: String,
    /// The variant, if there are several.
    pub variant: Option<String>,
    /// When it would leave.
    pub due: String,
}

/// Counts of the whole audience, and the worst cases in it.
#[derive(Debug, Clone, Serialize)]
pub struct Counted {
    /// How many customers were looked at so far.
    pub looked_at: usize,
    /// Of how many.
    pub of: usize,
    /// What a run would do.
    pub survey: Survey,
    /// Whom to look at.
    pub worst: Vec<Case>,
}

/// All that the page shows.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// The last save.
    pub built: Built,
    /// Campaigns.
    pub campaigns: Vec<Entry>,
    /// The one that is looked at.
    pub campaign: Option<String>,
    /// The instant that everything is worked out as of.
    pub as_of: String,
    /// Which occurrence it would be.
    pub occurrence: String,
    /// Findings, each with its place and the lines around it.
    pub findings: Vec<Value>,
    /// Why there is nothing to show of the campaign as it is now, if so; what is shown is then of an earlier save.
    pub stopped: Option<String>,
    /// Whether what is shown is of an earlier save.
    pub stale: bool,
    /// The audience.
    pub audience: Option<Audience>,
    /// The customer.
    pub customer: Option<Looked>,
    /// The mail, also of somebody who would get none.
    pub mail: Option<Mail>,
    /// Why the mail cannot be written, if so.
    pub unwritable: Option<String>,
    /// Counts, as far as they are.
    pub counted: Option<Counted>,
    /// How long it took to work this out, in milliseconds.
    pub milliseconds: u128,
}
