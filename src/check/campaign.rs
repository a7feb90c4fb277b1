//! A `campaign` and its variants.

use std::sync::Arc;

use super::checker::{Checker, DeclId, Place, Scope, setting};
use super::declarations::items;
use super::model::{self, Choice, Goal, Recommend, Variant};
use super::schema::Schema;
use super::typed::{Op, Window};
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::{Decl, Expr as Syntax, ExprKind, Value};

impl<'a> Checker<'a> {
    /// Checks a campaign and puts it into the model when it is whole.
    pub fn campaign(&mut self, id: DeclId) {
        let decl = self.decl(id);
        let source = self.value_of(decl, "source").and_then(|v| self.source_ref(id.file, v));
        let scope = self.scope(id, source.clone(), Place::Customer);
        let audience = self
            .value_of(decl, "audience")
            .map(|v| (self.audience(id, v, &scope), self.text(v.span).to_owned()));
        let recommend = self.value_of(decl, "recommend").map(|v| self.recommend(id, v, source.as_ref()));
        let offer = self.value_of(decl, "offer").map(|v| self.reference(id.file, v, "offer"));
        let template = self.value_of(decl, "template").and_then(|v| self.choice(id, v, "template", &scope));
        let tone = self.value_of(decl, "tone").map(|v| self.choice(id, v, "tone", &scope));
        let sender = self.sender_of(id, decl);
        let policy = self.policy_of(id, decl, source.as_ref());
        let send = self.schedule(decl);
        let repeat = self.value_of(decl, "repeat").and_then(|v| self.repeat(v));
        let goal = self.goal(decl, &scope);
        let holdout = self.value_of(decl, "holdout").and_then(|v| self.share(v)).unwrap_or(0.0);
        let variants = self.variants(id, decl, &scope, source.as_ref());
        let (Some((source, _)), Some((audience, audience_words)), Some(template), Some(sender), Some(policy)) =
            (source, audience, template, sender, policy)
        else {
            return;
        };
        let label = self.label(id, "");
        let campaign = model::Campaign {
            title: decl.title.as_ref().map_or_else(|| label.clone(), |t| t.value.clone()),
            label: label.clone(),
            source,
            audience,
            audience_words,
            recommend: recommend.flatten(),
            offer: offer.flatten().map(|d| self.label(d, "")),
            template,
            tone: tone.flatten(),
            sender,
            policy,
            send,
            repeat,
            goal,
            holdout,
            variants,
            span: decl.head,
        };
        self.model.campaigns.insert(label, campaign);
    }

    fn sender_of(&mut self, id: DeclId, decl: &'a Decl) -> Option<String> {
        let value = self.value_of(decl, "sender")?;
        let sender = self.reference(id.file, value, "sender")?;
        self.sender(sender)
    }

    fn policy_of(
        &mut self,
        id: DeclId,
        decl: &'a Decl,
        source: Option<&(String, Arc<Schema>)>,
    ) -> Option<String> {
        let value = self.value_of(decl, "policy")?;
        let policy = self.reference(id.file, value, "policy")?;
        self.policy(policy, source)
    }

    fn goal(&mut self, decl: &'a Decl, scope: &Scope) -> Option<Goal> {
        let value = self.value_of(decl, "goal")?;
        let condition = self.goal_condition(value, scope);
        Some(Goal { words: self.text(value.span).to_owned(), condition })
    }

    /// What counts as success: something that happens after the sending.
    fn goal_condition(&mut self, value: &'a Syntax, scope: &Scope) -> super::typed::Expr {
        let before = self.diagnostics.len();
        let goal = self.future_condition(value, scope);
        let (mut ahead, mut past) = (false, false);
        goal.walk(&mut |e| {
            if let Op::Aggregate(aggregate) = &e.op {
                ahead |= matches!(aggregate.window, Some(Window::Next(_)));
                past = true;
            }
        });
        if past && !ahead && self.diagnostics.len() == before {
            self.report(
                Diagnostic::error("H0234", value.span, "a goal looks ahead from the sending")
                    .label("this looks back")
                    .help("say how long it is waited for: `any(orders in next 14 days)`"),
            );
        }
        goal
    }

    /// The audience: a condition, most often a segment's name, which gets its own words when it is unknown.
    fn audience(&mut self, id: DeclId, value: &'a Syntax, scope: &Scope) -> super::typed::Expr {
        if let ExprKind::Name(name) = &value.kind
            && self.column_of(scope, name).is_none()
            && self.resolve(id.file, name, value.span, "segment").is_none()
        {
            return super::expr::unknown();
        }
        self.condition(value, scope)
    }

    fn recommend(
        &mut self,
        id: DeclId,
        value: &'a Syntax,
        source: Option<&(String, Arc<Schema>)>,
    ) -> Option<Recommend> {
        match &value.kind {
            ExprKind::Name(name) => {
                let strategy = self.resolve(id.file, name, value.span, "strategy")?;
                self.strategy(strategy, source).map(Recommend::Strategy)
            }
            _ => {
                let scope = self.scope(id, source.cloned(), Place::Product);
                self.method(value, &scope).map(Recommend::Method)
            }
        }
    }

    /// `[a when …, b]`, or one name.
    fn choice(&mut self, id: DeclId, value: &'a Syntax, kind: &str, scope: &Scope) -> Option<Choice> {
        let list = items(value);
        let mut options = Vec::new();
        for (index, item) in list.iter().enumerate() {
            let last = index + 1 == list.len();
            let (name, condition) = match &item.kind {
                ExprKind::When(name, condition) => (name.as_ref(), Some(condition.as_ref())),
                _ => (*item, None),
            };
            let label = self.reference(id.file, name, kind).and_then(|d| match kind {
                "template" => self.template(d),
                _ => Some(self.label(d, "")),
            });
            if last && condition.is_some() {
                self.report(
                    Diagnostic::error(
                        "H0261",
                        item.span,
                        "the last choice has no condition: it is for everybody else",
                    )
                    .label("nobody is left for this")
                    .help(format!("add one more {kind} without `when`")),
                );
            }
            if !last && condition.is_none() && !matches!(item.kind, ExprKind::Broken) {
                self.report(
                    Diagnostic::error(
                        "H0261",
                        item.span,
                        "only the last choice may stand without a condition",
                    )
                    .label("everything after this is never chosen")
                    .help("say when it holds: `name when …`"),
                );
            }
            let condition = condition.map(|c| self.condition(c, scope));
            options.push((condition, label?));
        }
        (!options.is_empty()).then_some(Choice { options })
    }

    fn schedule(&mut self, decl: &'a Decl) -> Option<crate::syntax::tree::Schedule> {
        match &setting(decl, "send")?.value {
            Value::Schedule(schedule) => Some(schedule.clone()),
            Value::Expr(e) => {
                if !matches!(e.kind, ExprKind::Broken) {
                    self.wrong_value(e, "a schedule such as `every monday at 09:00 local`");
                }
                None
            }
        }
    }

    fn repeat(&mut self, value: &'a Syntax) -> Option<i64> {
        match &value.kind {
            ExprKind::Call { callee, args } if callee.text == "after" && args.len() == 1 => {
                self.duration(&args[0].value)
            }
            ExprKind::Name(word) if word == "never" => None,
            ExprKind::Broken => None,
            ExprKind::Duration(_) => {
                self.report(
                    Diagnostic::error("H0205", value.span, "`repeat` says after how long")
                        .label("`after` is missing before it")
                        .fix("write `after`", value.span.at_start(), "after "),
                );
                None
            }
            _ => {
                self.wrong_value(value, "`after` and a length of time, such as `after 60 days`");
                None
            }
        }
    }

    /// A share written as a percent, as a number from 0 to 1.
    fn share(&mut self, value: &'a Syntax) -> Option<f64> {
        let ExprKind::Percent(digits) = &value.kind else {
            if !matches!(value.kind, ExprKind::Broken) {
                self.wrong_value(value, "a percent such as `10%`");
            }
            return None;
        };
        let share = digits.parse::<f64>().ok()? / 100.0;
        if !(0.0..=1.0).contains(&share) {
            self.report(
                Diagnostic::error("H0219", value.span, "a share lies between 0 % and 100 %").label("outside"),
            );
            return None;
        }
        Some(share)
    }

    fn variants(
        &mut self,
        id: DeclId,
        decl: &'a Decl,
        scope: &Scope,
        source: Option<&(String, Arc<Schema>)>,
    ) -> Vec<Variant> {
        let blocks: Vec<&'a Decl> = decl.blocks.iter().filter(|b| b.kind.text == "variant").collect();
        if blocks.is_empty() {
            return Vec::new();
        }
        let shares: Vec<Option<f64>> =
            blocks.iter().map(|b| b.share.as_ref().and_then(|s| self.share(s))).collect();
        let given = blocks.iter().filter(|b| b.share.is_some()).count();
        let sound = shares.iter().flatten().count() == given;
        let total: f64 = shares.iter().flatten().sum();
        if given != 0 && given != blocks.len() {
            let bare = blocks.iter().find(|b| b.share.is_none()).map_or(decl.head, |b| b.head);
            self.report(
                Diagnostic::error("H0260", bare, "either every variant has a share, or none")
                    .label("no share"),
            );
        } else if given == blocks.len() && sound && (total - 1.0).abs() > 1e-9 {
            let first = blocks[0].share.as_ref().map_or(decl.head, |s| s.span);
            let last = blocks[blocks.len() - 1].share.as_ref().map_or(first, |s| s.span);
            self.report(
                Diagnostic::error(
                    "H0260",
                    last,
                    format!("the variants' shares add up to {} %, not 100 %", round(total * 100.0)),
                )
                .label("the last of them")
                .related(first, "the first")
                .help("shares are of those who are not held out"),
            );
        }
        let even = 1.0 / blocks.len() as f64;
        let mut names: Vec<&str> = Vec::new();
        let mut variants = Vec::new();
        for (block, share) in blocks.iter().zip(shares) {
            let name = block.name.as_ref().map_or("", |n| n.text.as_str());
            if names.contains(&name) {
                self.report(
                    Diagnostic::error("H0206", block.head, format!("there are two variants `{name}`"))
                        .label("again"),
                );
            }
            names.push(name);
            variants.push(Variant {
                name: name.to_owned(),
                share: share.unwrap_or(even),
                recommend: self.value_of(block, "recommend").and_then(|v| self.recommend(id, v, source)),
                template: self
                    .value_of(block, "template")
                    .and_then(|v| self.choice(id, v, "template", scope)),
                offer: self
                    .value_of(block, "offer")
                    .and_then(|v| self.reference(id.file, v, "offer"))
                    .map(|d| self.label(d, "")),
                tone: self.value_of(block, "tone").and_then(|v| self.choice(id, v, "tone", scope)),
                audience: self.value_of(block, "audience").map(|v| self.audience(id, v, scope)),
                sender: self.sender_of(id, block),
                policy: self.policy_of(id, block, source),
                send: self.schedule(block),
                goal: self.goal(block, scope),
            });
        }
        variants
    }
}

fn round(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}
