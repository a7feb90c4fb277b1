//! A checked campaign becomes a plan.

use jiff::Timestamp;
use serde::Serialize;

use super::inline::Inliner;
use super::mentions;
use super::occurrence::{self, Standing};
use super::step::{
    Choices, ComposeStep, FilterSet, Plan, PolicyLimits, RecommendStep, Requirement, Slot, Step, StepId, Work,
};
use crate::check::Model;
use crate::check::lesson::{Learned, all_learned};
use crate::check::model::{Boost, Campaign, Choice, Line, Method, Recommend, Shows, Strategy, Via};
use crate::check::typed::{Expr, Op};
use crate::syntax::tree::{Cadence, Schedule, SendTime};

/// What a plan is asked for.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The campaign's label.
    pub campaign: &'a str,
    /// The run's one instant.
    pub as_of: Timestamp,
    /// The occurrence's name, where it is given by hand.
    pub occurrence: Option<&'a str>,
    /// Whether the campaign may run before its first slot.
    pub now: bool,
    /// Where all randomness comes from.
    pub seed: u64,
    /// The fingerprint of the shop's data.
    pub fingerprint: &'a str,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// No campaign of that name.
    #[error("there is no campaign `{0}`")]
    NoCampaign(String),
    /// Parts that this version checks and does not execute.
    #[error("`{campaign}` needs {}, which this version of Herald checks but does not run yet", .steps.join(", "))]
    Later {
        /// The campaign.
        campaign: String,
        /// What it needs.
        steps: Vec<String>,
    },
    /// `as_of` is before the first slot of `send:`.
    #[error("`{campaign}` is first due at {first}: {days} days after this run's day. Wait, or say `--now`")]
    TooEarly {
        /// The campaign.
        campaign: String,
        /// The first slot.
        first: String,
        /// Days from `as_of` to it.
        days: i64,
    },
}

/// Compiles a campaign.
///
/// # Errors
/// See [`PlanError`].
pub fn compile(model: &Model, asked: &Asked<'_>) -> Result<Plan, PlanError> {
    let campaign = model
        .campaigns
        .get(asked.campaign)
        .ok_or_else(|| PlanError::NoCampaign(asked.campaign.to_owned()))?;
    let when = when(model, campaign, asked);
    let slot = when.as_ref().map_or(None, |w| w.1);
    let mut compiler = Compiler {
        model,
        campaign,
        asked,
        slot,
        inliner: Inliner::new(model),
        steps: Vec::new(),
        later: Vec::new(),
    };
    compiler.steps();
    let later: Vec<String> = compiler.later.into_iter().chain(compiler.inliner.later).collect();
    if !later.is_empty() {
        return Err(PlanError::Later { campaign: campaign.label.clone(), steps: later });
    }
    let (occurrence, slot) = when?;
    Ok(Plan {
        campaign: campaign.label.clone(),
        title: campaign.title.clone(),
        source: campaign.source.clone(),
        as_of: asked.as_of,
        occurrence,
        slot,
        seed: asked.seed,
        steps: compiler.steps,
    })
}

type When = (String, Slot);

fn when(model: &Model, campaign: &Campaign, asked: &Asked<'_>) -> Result<When, PlanError> {
    let by_hand = asked.occurrence.map(str::to_owned);
    let Some(schedule) = &campaign.send else {
        return Ok((by_hand.unwrap_or_else(|| "first".to_owned()), None));
    };
    let zone =
        model.sources.get(&campaign.source).map_or(jiff::tz::TimeZone::UTC, |s| s.schema.timezone.clone());
    match occurrence::standing(schedule, asked.as_of, &zone) {
        Some(Standing::At(slot)) => Ok((by_hand.unwrap_or(slot.name), Some((slot.at, slot.local)))),
        Some(Standing::Before(slot)) if asked.now => Ok((by_hand.unwrap_or(slot.name), None)),
        Some(Standing::Before(slot)) => Err(PlanError::TooEarly {
            campaign: campaign.label.clone(),
            days: occurrence::days_until(asked.as_of, &slot, &zone),
            first: slot.at.strftime("%Y-%m-%d %H:%M").to_string(),
        }),
        None => Ok((by_hand.unwrap_or_else(|| "first".to_owned()), None)),
    }
}

pub(super) struct Compiler<'a> {
    pub model: &'a Model,
    pub campaign: &'a Campaign,
    pub asked: &'a Asked<'a>,
    pub slot: Slot,
    pub inliner: Inliner<'a>,
    pub steps: Vec<Step>,
    later: Vec<String>,
}

impl Compiler<'_> {
    fn steps(&mut self) {
        let campaign = self.campaign;
        self.needs_later();
        let condition = self.inliner.expr(&campaign.audience);
        let words = campaign.audience_words.clone();
        let (policies, senders) = (self.policies(), self.senders());
        self.add(
            "audience",
            format!("choose the audience: {words}"),
            &[],
            true,
            Work::Audience { words, condition },
        );
        for policy in &policies {
            self.require(policy, policies.len() == 1);
        }
        let variants = self.variants();
        let holdout = campaign.holdout;
        let words = match (holdout > 0.0, variants.len()) {
            (false, 1) => "everybody gets the same version".to_owned(),
            (true, 1) => format!("hold out {} for comparison", percent(holdout)),
            (_, n) => {
                format!("hold out {}; draw one of {n} versions for each of the others", percent(holdout))
            }
        };
        let requirements = self.requirement_steps();
        let requirements: Vec<&str> = requirements.iter().map(String::as_str).collect();
        self.add("assign", words, &requirements, false, Work::Assign { holdout, variants });
        self.attributes(&requirements);
        let limits = self.limits(&policies);
        let inputs: Vec<StepId> =
            self.steps.iter().map(|s| s.id.clone()).filter(|id| id != "audience").collect();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.add(
            "limits",
            "check the records: suppression, repeat, frequency, one mail an address; move out of quiet hours",
            &inputs,
            false,
            limits,
        );
        for sender in &senders {
            let via = self.via(sender);
            let (id, from) = match senders.len() {
                1 => ("deliver".to_owned(), String::new()),
                _ => (format!("deliver:{sender}"), format!(" of {sender}")),
            };
            let words = format!("hand the messages{from} over: {via}");
            self.add(&id, words, &["limits"], false, Work::Deliver { sender: sender.clone(), via });
        }
    }

    fn requirement_steps(&self) -> Vec<StepId> {
        let require = self.steps.iter().filter(|s| matches!(s.work, Work::Require { .. }));
        require.map(|s| s.id.clone()).collect()
    }

    /// Parts of the campaign itself that only check in this version.
    fn needs_later(&mut self) {
        let campaign = self.campaign;
        let offers = campaign.offer.iter().chain(campaign.variants.iter().filter_map(|v| v.offer.as_ref()));
        self.later.extend(offers.map(|o| format!("offer {o}")));
        let tones = campaign.tone.iter().chain(campaign.variants.iter().filter_map(|v| v.tone.as_ref()));
        for tone in tones {
            self.later.extend(tone.options.iter().map(|(_, label)| format!("tone {label}")));
        }
        let mut schedules =
            campaign.send.iter().chain(campaign.variants.iter().filter_map(|v| v.send.as_ref()));
        if schedules.any(wants_best_hour) {
            self.later.push("the scheduler's best_hour".to_owned());
        }
        self.later.dedup();
    }

    fn require(&mut self, policy: &str, only: bool) {
        let Some(policy) = self.model.policies.get(policy) else { return };
        let conditions: Vec<Requirement> = policy
            .require
            .iter()
            .map(|r| Requirement { words: r.words.clone(), condition: self.inliner.expr(&r.condition) })
            .collect();
        let words: Vec<&str> = conditions.iter().map(|c| c.words.as_str()).collect();
        let words = format!("keep those for whom the policy {} holds: {}", policy.label, words.join(", "));
        let id = if only { "require".to_owned() } else { format!("require:{}", policy.label) };
        let work = Work::Require { policy: policy.label.clone(), conditions };
        self.add(&id, words, &["audience"], true, work);
    }

    /// The step for a strategy, or for a method that replaces the campaign's strategy's own.
    pub(super) fn recommend(&mut self, recommend: &Recommend, variant: Option<&str>) -> StepId {
        let (id, strategy, method) = match recommend {
            Recommend::Strategy(label) => {
                (format!("recommend:{label}"), self.model.strategies.get(label), None)
            }
            Recommend::Method(method) => {
                let base = match &self.campaign.recommend {
                    Some(Recommend::Strategy(label)) => self.model.strategies.get(label),
                    _ => None,
                };
                (format!("recommend:{}", variant.unwrap_or(&self.campaign.label)), base, Some(method))
            }
        };
        if self.steps.iter().any(|s| s.id == id) {
            return id;
        }
        let step = self.recommend_step(strategy, method);
        let words = format!(
            "recommend {} products to each: {}",
            step.filters.take,
            super::show::method_words(&step.method)
        );
        self.add(&id, words, &["audience"], true, Work::Recommend(Box::new(step)));
        id
    }

    fn recommend_step(&mut self, strategy: Option<&Strategy>, method: Option<&Method>) -> RecommendStep {
        let bare = FilterSet {
            only: Vec::new(),
            exclude: Vec::new(),
            boosts: Vec::new(),
            caps: Vec::new(),
            exposure: None,
            take: 4,
            shows: Shows::All,
            diversity: 0.0,
            novelty: 0.0,
        };
        let nothing = Method::Popular { signals: Vec::new(), half_life: None };
        let Some(strategy) = strategy else {
            let method = method.map_or(nothing, |m| self.inline(m));
            return RecommendStep { strategy: String::new(), method, fallback: None, filters: bare };
        };
        let only = strategy.only.as_ref().map(|e| conjuncts(self.inliner.expr(e))).unwrap_or_default();
        let exclude = strategy.exclude.as_ref().map(|e| disjuncts(self.inliner.expr(e))).unwrap_or_default();
        let boosts = strategy
            .boosts
            .iter()
            .map(|b| Boost {
                factor: b.factor,
                by: b.by.as_ref().map(|e| self.inliner.expr(e)),
                when: b.when.as_ref().map(|e| self.inliner.expr(e)),
            })
            .collect();
        let caps = strategy.caps.iter().map(|c| (c.count, c.column.clone())).collect();
        let mut method = self.inline(method.unwrap_or(&strategy.method));
        if let Method::Auto { new_only, .. } = &mut method {
            *new_only = strategy.shows == Shows::New;
        }
        RecommendStep {
            strategy: strategy.label.clone(),
            method,
            fallback: strategy.fallback.as_ref().map(|f| self.inline(f)),
            filters: FilterSet {
                only,
                exclude,
                boosts,
                caps,
                exposure: strategy.exposure.clone(),
                take: strategy.take,
                shows: strategy.shows,
                diversity: strategy.diversity,
                novelty: strategy.novelty,
            },
        }
    }

    /// The method with every reference to an attribute replaced by what it stands for.
    fn inline(&mut self, method: &Method) -> Method {
        match method {
            Method::PopularBy { signals, half_life, by } => Method::PopularBy {
                signals: signals.clone(),
                half_life: *half_life,
                by: self.inliner.expr(by),
            },
            Method::Blend(parts) => Method::Blend(parts.iter().map(|(w, m)| (*w, self.inline(m))).collect()),
            Method::Slots(parts) => Method::Slots(parts.iter().map(|(n, m)| (*n, self.inline(m))).collect()),
            Method::InTurn(methods) => Method::InTurn(methods.iter().map(|m| self.inline(m)).collect()),
            other => other.clone(),
        }
    }

    pub(super) fn templates(&mut self, choice: &Choice) -> Choices {
        let mut choices = Vec::new();
        for (condition, label) in &choice.options {
            self.compose(label);
            choices.push((condition.as_ref().map(|c| self.inliner.expr(c)), label.clone()));
        }
        choices
    }

    fn compose(&mut self, label: &str) {
        let id = format!("compose:{label}");
        if self.steps.iter().any(|s| s.id == id) {
            return;
        }
        let Some(template) = self.model.templates.get(label) else { return };
        let mut line = |line: &Line| match line {
            Line::Text(text) => text.value.clone(),
            Line::Copy(copy) => {
                self.later.push(format!("copy {copy}"));
                String::new()
            }
        };
        let subject = line(&template.subject);
        let preheader = template.preheader.as_ref().map(line);
        let body = template.body.value.clone();
        if body.contains("copy.") {
            let copies = mentions::fields_of("copy", [body.as_str()]);
            self.later.extend(copies.into_iter().map(|c| format!("copy {c}")));
        }
        let step = ComposeStep {
            template: label.to_owned(),
            language: template.language.clone(),
            subject,
            preheader,
            format: template.format,
            body,
            includes: template
                .includes
                .iter()
                .map(|(name, text)| (name.clone(), text.value.clone()))
                .collect(),
        };
        let words = format!("write each message with the template {label} ({})", template.language);
        self.add(&id, words, &[], false, Work::Compose(Box::new(step)));
    }

    fn limits(&self, policies: &[String]) -> Work {
        let policies = policies.iter().filter_map(|label| {
            let policy = self.model.policies.get(label)?;
            let (at_most, quiet_hours) = (policy.at_most.clone(), policy.quiet_hours);
            Some(PolicyLimits { policy: label.clone(), at_most, quiet_hours })
        });
        Work::Limits { policies: policies.collect(), repeat: self.campaign.repeat }
    }

    fn via(&self, sender: &str) -> String {
        match self.model.senders.get(sender).map(|s| &s.via) {
            Some(Via::Files(folder)) => format!("files in {folder}/"),
            Some(Via::Smtp(env)) => format!("SMTP, address in ${env}"),
            None => "nowhere".to_owned(),
        }
    }

    pub(super) fn add(
        &mut self,
        id: &str,
        words: impl Into<String>,
        inputs: &[&str],
        reads_data: bool,
        work: Work,
    ) {
        #[derive(Serialize)]
        struct Content<'a> {
            work: &'a Work,
            inputs: Vec<&'a str>,
            data: Option<(i64, &'a str)>,
        }
        let learned: Vec<Learned> = all_learned(work.expressions()).into_iter().cloned().collect();
        let fits: Vec<StepId> = learned.into_iter().map(|l| self.fit(l)).collect();
        let known = inputs.iter().copied().filter(|i| self.steps.iter().any(|s| s.id == *i));
        let inputs: Vec<&str> = fits.iter().map(String::as_str).chain(known).collect();
        let content = Content {
            work: &work,
            inputs: inputs
                .iter()
                .filter_map(|i| self.steps.iter().find(|s| s.id == *i))
                .map(|s| s.hash.as_str())
                .collect(),
            data: reads_data.then(|| (self.instant(&work).as_second(), self.asked.fingerprint)),
        };
        // Plain structs without maps of unordered keys: serialising them cannot fail.
        let bytes = serde_json::to_vec(&content).unwrap_or_default();
        let hash = blake3::hash(&bytes).to_hex()[..16].to_owned();
        let inputs = inputs.into_iter().map(str::to_owned).collect();
        self.steps.push(Step { id: id.to_owned(), words: words.into(), inputs, hash, work });
    }
}

impl Compiler<'_> {
    /// The step that learns something, added if it is not there yet.
    fn fit(&mut self, learned: Learned) -> StepId {
        let same = |s: &&Step| matches!(&s.work, Work::Fit { learned: l } if l.hash == learned.hash);
        if let Some(step) = self.steps.iter().find(same) {
            return step.id.clone();
        }
        let mut id = format!("fit:{}", learned.name);
        if self.steps.iter().any(|s| s.id == id) {
            id = format!("{id}:{}", &learned.hash[..4]);
        }
        let inner = all_learned(learned.features.iter().map(|f| &f.value));
        let inner: Vec<Learned> = inner.into_iter().cloned().collect();
        let inputs: Vec<StepId> = inner.into_iter().map(|l| self.fit(l)).collect();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let words = super::show::lesson_words(&learned);
        self.add(&id, words, &inputs, true, Work::Fit { learned: Box::new(learned) });
        id
    }

    /// The instant that a step's reading of the shop ends at: what is learned holds for a day.
    fn instant(&self, work: &Work) -> Timestamp {
        let as_of = self.asked.as_of;
        let Some(source) = self.model.sources.get(&self.campaign.source) else { return as_of };
        match work {
            Work::Fit { .. } => as_of
                .to_zoned(source.schema.timezone.clone())
                .start_of_day()
                .map_or(as_of, |day| day.timestamp()),
            _ => as_of,
        }
    }
}

fn wants_best_hour(schedule: &Schedule) -> bool {
    matches!(
        schedule.cadence,
        Cadence::Daily(SendTime::BestHour(..))
            | Cadence::Weekly(_, SendTime::BestHour(..))
            | Cadence::Monthly(_, SendTime::BestHour(..))
    )
}

/// The parts of which all must hold.
fn conjuncts(e: Expr) -> Vec<Expr> {
    match e.op {
        Op::And(list) => list.into_iter().flat_map(conjuncts).collect(),
        _ => vec![e],
    }
}

/// The parts of which one may hold.
fn disjuncts(e: Expr) -> Vec<Expr> {
    match e.op {
        Op::Or(list) => list.into_iter().flat_map(disjuncts).collect(),
        _ => vec![e],
    }
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1000.0).round() / 10.0)
}
