//! The steps of a plan.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::check::lesson::Learned;
use crate::check::model::{Boost, Exposure, Format, Frequency, Goal, Method, Shows};
use crate::check::typed::Expr;

/// A step's name within its plan: `audience`, `recommend:next_best`, …
pub type StepId = String;

/// A campaign at an occurrence, compiled.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The campaign's name.
    pub campaign: String,
    /// Its title.
    pub title: String,
    /// The source's label.
    pub source: String,
    /// The run's one instant.
    pub as_of: Timestamp,
    /// Which occurrence of the campaign: `2026-11-16`, `once`, or a name given by hand.
    pub occurrence: String,
    /// The slot of the occurrence; none without `send:`.
    pub slot: Slot,
    /// Where all the run's randomness comes from.
    pub seed: u64,
    /// Steps in an order in which each comes after its inputs.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Its name within the plan.
    pub id: StepId,
    /// What it does, in a sentence for a person.
    pub words: String,
    /// The steps whose results it uses.
    pub inputs: Vec<StepId>,
    /// BLAKE3 of everything that decides the result: the work, the inputs' hashes, and where the shop's data is
    /// read, `as_of` and the data's fingerprint.
    pub hash: String,
    /// What is done.
    pub work: Work,
}

/// A condition of the policy with its own words.
#[derive(Debug, Clone, Serialize)]
pub struct Requirement {
    /// As it stands in the file.
    pub words: String,
    /// The condition, with every reference replaced by what it stands for.
    pub condition: Expr,
}

/// A value worked out for each recipient.
#[derive(Debug, Clone, Serialize)]
pub struct AttributeColumn {
    /// The name it is asked for by.
    pub name: String,
    /// How it is worked out.
    pub value: Expr,
}

/// A strategy's filters, in the order in which they are applied.
#[derive(Debug, Clone, Serialize)]
pub struct FilterSet {
    /// Conditions that must all hold; each is about products alone or about a customer with a product.
    pub only: Vec<Expr>,
    /// Conditions of which none may hold.
    pub exclude: Vec<Expr>,
    /// Factors and where they hold.
    pub boosts: Vec<Boost>,
    /// At most so many of one value of a product's column.
    pub caps: Vec<(usize, String)>,
    /// How many recipients a product has at most, over the whole audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// How many products a recipient gets.
    pub take: usize,
    /// Whether products are to be new to the recipient.
    pub shows: Shows,
    /// How much the products of a list are to differ from each other, 0 to 1.
    pub diversity: f64,
    /// How far what everybody knows stands back, 0 to 1.
    pub novelty: f64,
}

/// Choosing products.
#[derive(Debug, Clone, Serialize)]
pub struct RecommendStep {
    /// The strategy's label.
    pub strategy: String,
    /// How products are scored.
    pub method: Method,
    /// What fills short lists.
    pub fallback: Option<Method>,
    /// What may be picked.
    pub filters: FilterSet,
}

/// Conditions with what each chooses; the last has none.
pub type Choices = Vec<(Option<Expr>, String)>;

/// Filling one template.
#[derive(Debug, Clone, Serialize)]
pub struct ComposeStep {
    /// The template's label.
    pub template: String,
    /// BCP 47 tag.
    pub language: String,
    /// The subject's text.
    pub subject: String,
    /// The preheader's text.
    pub preheader: Option<String>,
    /// How the body is written.
    pub format: Format,
    /// The body's text.
    pub body: String,
    /// Texts that the body includes from its own folder, by the names it includes them by.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub includes: BTreeMap<String, String>,
}

/// One version of the campaign.
#[derive(Debug, Clone, Serialize)]
pub struct VariantPlan {
    /// Its name; empty where the campaign has no variants.
    pub name: String,
    /// Its share of those not held out, 0 to 1.
    pub share: f64,
    /// Who of the audience may get it; the others are left out with that reason.
    pub audience: Option<Expr>,
    /// The recommendation step, if products are recommended.
    pub recommend: Option<StepId>,
    /// Which template, by recipient.
    pub templates: Choices,
    /// The sender's label.
    pub sender: String,
    /// The policy's label.
    pub policy: String,
    /// When it is sent; the plan's own slot unless the version has a `send:` of its own. None without any.
    pub slot: Slot,
    /// What counts as success, for the report.
    pub goal: Option<Goal>,
}

/// A civil time, and whether it is each recipient's own; none where a message leaves when it is written.
pub type Slot = Option<(jiff::civil::DateTime, bool)>;

/// What one policy allows.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyLimits {
    /// The policy's label.
    pub policy: String,
    /// Frequency caps.
    pub at_most: Vec<Frequency>,
    /// Quiet hours in the recipient's zone.
    pub quiet_hours: Option<(jiff::civil::Time, jiff::civil::Time)>,
}

/// What a step does.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Work {
    /// Learns from the past what later steps speak of.
    Fit {
        /// What, with all that decides it.
        learned: Box<Learned>,
    },
    /// Chooses the audience.
    Audience {
        /// The audience as it stands in the file.
        words: String,
        /// The condition.
        condition: Expr,
    },
    /// A policy's conditions.
    Require {
        /// The policy's label.
        policy: String,
        /// All must hold.
        conditions: Vec<Requirement>,
    },
    /// Draws the holdout and the variants by keyed hash.
    Assign {
        /// The share held out, 0 to 1.
        holdout: f64,
        /// The versions, one at least.
        variants: Vec<VariantPlan>,
    },
    /// Works out what the messages say of each recipient.
    Attributes {
        /// The values.
        columns: Vec<AttributeColumn>,
    },
    /// Chooses products.
    Recommend(Box<RecommendStep>),
    /// Fills a template.
    Compose(Box<ComposeStep>),
    /// The records' gates: suppression, repeat, frequency, one mail an address, quiet hours.
    Limits {
        /// By policy: the campaign's own first, then those of its versions.
        policies: Vec<PolicyLimits>,
        /// Seconds after which the campaign may reach the same customer again; none for never.
        repeat: Option<i64>,
    },
    /// Hands messages over.
    Deliver {
        /// The sender's label.
        sender: String,
        /// In a marketer's words: `files in outbox/`.
        via: String,
    },
}

impl Work {
    /// The expressions that are worked out for customers. Goals are not among them: they look ahead.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Self::Audience { condition, .. } => vec![condition],
            Self::Require { conditions, .. } => conditions.iter().map(|c| &c.condition).collect(),
            Self::Assign { variants, .. } => variants
                .iter()
                .flat_map(|v| v.audience.iter().chain(v.templates.iter().filter_map(|t| t.0.as_ref())))
                .collect(),
            Self::Attributes { columns } => columns.iter().map(|c| &c.value).collect(),
            Self::Recommend(step) => {
                let filters = &step.filters;
                let boosts = filters.boosts.iter().flat_map(|b| b.by.iter().chain(&b.when));
                filters.only.iter().chain(&filters.exclude).chain(boosts).collect()
            }
            Self::Fit { .. } | Self::Compose(_) | Self::Limits { .. } | Self::Deliver { .. } => Vec::new(),
        }
    }
}

impl Plan {
    /// The expressions that the steps work out for customers.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.steps.iter().flat_map(|s| s.work.expressions())
    }

    /// What is learned before the other steps.
    pub fn fits(&self) -> impl Iterator<Item = &Learned> {
        self.steps.iter().filter_map(|s| match &s.work {
            Work::Fit { learned } => Some(learned.as_ref()),
            _ => None,
        })
    }

    /// The steps that choose products, with their names.
    pub fn recommendations(&self) -> impl Iterator<Item = (&StepId, &RecommendStep)> {
        self.steps.iter().filter_map(|s| match &s.work {
            Work::Recommend(step) => Some((&s.id, step.as_ref())),
            _ => None,
        })
    }

    /// The step of that name.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// The hash of the whole plan.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for step in &self.steps {
            hasher.update(step.hash.as_bytes());
        }
        hasher.update(self.seed.to_le_bytes().as_slice());
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The audience's condition.
    pub fn audience(&self) -> Option<&Expr> {
        self.steps.iter().find_map(|s| match &s.work {
            Work::Audience { condition, .. } => Some(condition),
            _ => None,
        })
    }

    /// Each policy's label with its conditions: the campaign's own first.
    pub fn requirements(&self) -> impl Iterator<Item = (&str, &[Requirement])> {
        self.steps.iter().filter_map(|s| match &s.work {
            Work::Require { policy, conditions } => Some((policy.as_str(), conditions.as_slice())),
            _ => None,
        })
    }

    /// What each policy allows, and the campaign's `repeat:`.
    pub fn limits(&self) -> (&[PolicyLimits], Option<i64>) {
        self.steps
            .iter()
            .find_map(|s| match &s.work {
                Work::Limits { policies, repeat } => Some((policies.as_slice(), *repeat)),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The labels of everyone who writes: the campaign's own sender first.
    pub fn senders(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|s| match &s.work {
            Work::Deliver { sender, .. } => Some(sender.as_str()),
            _ => None,
        })
    }

    /// The holdout's share and the versions.
    pub fn assignment(&self) -> (f64, &[VariantPlan]) {
        self.steps
            .iter()
            .find_map(|s| match &s.work {
                Work::Assign { holdout, variants } => Some((*holdout, variants.as_slice())),
                _ => None,
            })
            .unwrap_or((0.0, &[]))
    }

    /// What the messages say of each recipient.
    pub fn attributes(&self) -> &[AttributeColumn] {
        self.steps
            .iter()
            .find_map(|s| match &s.work {
                Work::Attributes { columns } => Some(columns.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }
}
