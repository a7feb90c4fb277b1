//! Goes through every condition of a project and judges it: what can never hold, what always does. The grammar gives the places,
//! the checker's note of each condition its meaning.

use std::collections::BTreeMap;

use super::fact::{Fact, Holds, facts};
use super::subject::{Subject, items, setting, value};
use crate::check::typed::{Expr as Typed, Op};
use crate::diagnostic::Span;
use crate::syntax::tree::{BinaryOp, Decl, Expr, ExprKind, Value};

/// What was found of a condition.
pub enum Verdict {
    /// This can never hold.
    Impossible(Fact),
    /// These two never hold together: the later text, and the other.
    Exclusive {
        /// The one to speak about.
        fact: Fact,
        /// What it cannot be with.
        other: Fact,
        /// Why the other is asked for.
        because: Because,
    },
    /// This holds whatever the value is; the fact is what cannot be otherwise.
    Always(Fact),
    /// Of these two, denied, one always holds.
    Either {
        /// The later one.
        fact: Fact,
        /// The other.
        other: Fact,
        /// Whether the value may be missing, and then neither holds.
        unless_missing: bool,
    },
}

/// Why a fact is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It stands in the same condition.
    Beside,
    /// The policy requires it.
    Policy,
    /// Nobody else gets the campaign.
    Recipients,
    /// An earlier choice has taken those.
    Taken,
    /// `only:` lets nothing else through.
    Only,
}

/// Judges all conditions.
pub fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let mut meanings: BTreeMap<&str, BTreeMap<Span, &Typed>> = BTreeMap::new();
    for condition in &subject.checked.conditions {
        meanings.entry(&condition.source).or_default().insert(condition.span, &condition.meaning);
    }
    let mut verdicts = Vec::new();
    for meanings in meanings.values() {
        let mut judge = Judge { subject, meanings, verdicts: &mut verdicts };
        subject.decls().for_each(|(file, decl)| judge.declaration(file, decl));
    }
    verdicts
}

struct Judge<'j, 'a> {
    subject: &'j Subject<'a>,
    meanings: &'j BTreeMap<Span, &'j Typed>,
    verdicts: &'j mut Vec<Verdict>,
}

type Given = (Fact, Because);

/// Longer chains of conditions were made by a program, and comparing each with each would keep an editor waiting.
const MOST: usize = 300;

impl<'a> Judge<'_, 'a> {
    fn declaration(&mut self, file: usize, decl: &'a Decl) {
        match decl.kind.text.as_str() {
            "strategy" => self.strategy(decl),
            "campaign" => self.campaign(file, decl),
            "test" => {}
            _ => decl.settings.iter().for_each(|s| {
                if let Value::Expr(e) = &s.value {
                    items(e).into_iter().for_each(|item| self.search(item, &[]));
                }
            }),
        }
    }

    /// What `only:` lets through and `exclude:` takes away again.
    fn strategy(&mut self, decl: &Decl) {
        let only = value(decl, "only");
        let given: Vec<Given> = only.map(|e| self.given(e, Because::Only)).unwrap_or_default();
        if let Some(exclude) = value(decl, "exclude") {
            let own = self.facts_of(exclude, Holds::NotYes);
            self.against(&own, &given);
        }
        for setting in &decl.settings {
            let Value::Expr(e) = &setting.value else { continue };
            let given = if setting.key.text == "boost" { given.as_slice() } else { &[] };
            items(e).into_iter().for_each(|item| self.search(item, given));
        }
    }

    fn campaign(&mut self, file: usize, decl: &'a Decl) {
        let mut given: Vec<Given> = Vec::new();
        if let Some((_, policy)) = self.subject.named(file, decl, "policy")
            && let Some(require) = value(policy, "require")
        {
            given.extend(items(require).into_iter().flat_map(|item| self.given(item, Because::Policy)));
        }
        if let Some(audience) = value(decl, "audience") {
            self.search(audience, &given);
            given.extend(self.given(audience, Because::Recipients));
        }
        self.choices(decl, &given);
        for variant in &decl.blocks {
            let mut given = given.clone();
            if let Some(audience) = value(variant, "audience") {
                self.search(audience, &given);
                given.extend(self.given(audience, Because::Recipients));
            }
            self.choices(variant, &given);
        }
        for goal in [decl].into_iter().chain(&decl.blocks).filter_map(|d| value(d, "goal")) {
            self.search(goal, &[]);
        }
    }

    /// `[a when …, b]`: what comes later gets those whom nothing before it has taken.
    fn choices(&mut self, decl: &Decl, given: &[Given]) {
        for key in ["template", "tone"] {
            let Some(setting) = setting(decl, key) else { continue };
            let Value::Expr(e) = &setting.value else { continue };
            let others = given.iter().map(|(fact, _)| (fact.clone(), Because::Recipients));
            let mut given: Vec<Given> = others.collect();
            for item in items(e) {
                if let ExprKind::When(_, condition) = &item.kind {
                    self.search(condition, &given);
                    let rest = self.facts_of(condition, Holds::NotYes);
                    given.extend(rest.into_iter().map(|fact| (fact, Because::Taken)));
                }
            }
        }
    }

    fn given(&self, e: &Expr, because: Because) -> Vec<Given> {
        self.facts_of(e, Holds::Yes).into_iter().map(|fact| (fact, because)).collect()
    }

    fn facts_of(&self, e: &Expr, holds: Holds) -> Vec<Fact> {
        let joined = if holds == Holds::Yes { BinaryOp::And } else { BinaryOp::Or };
        parts(e, joined).into_iter().flat_map(|part| self.of_part(part, holds)).collect()
    }

    fn of_part(&self, part: &Expr, holds: Holds) -> Vec<Fact> {
        let Some(meaning) = self.meanings.get(&part.span) else { return Vec::new() };
        facts(self.subject.model(), meaning, holds, part.span)
    }

    /// Finds the conditions in an expression that is none itself, and judges them.
    fn search(&mut self, e: &Expr, given: &[Given]) {
        if self.meanings.contains_key(&e.span) {
            return self.condition(e, given);
        }
        children(e).into_iter().for_each(|child| self.search(child, &[]));
        if let ExprKind::When(_, condition) = &e.kind {
            self.search(condition, given);
        }
    }

    /// A condition, where the given facts hold already.
    fn condition(&mut self, e: &Expr, given: &[Given]) {
        let parts = parts(e, BinaryOp::And);
        if parts.len() > MOST {
            return;
        }
        let said: Vec<Vec<Fact>> = parts.iter().map(|part| self.of_part(part, Holds::Yes)).collect();
        let before = self.verdicts.len();
        self.impossible(&parts, &said);
        for (index, own) in said.iter().enumerate() {
            if self.verdicts.len() == before {
                let others = said[..index].iter().flatten().map(|f| (f.clone(), Because::Beside));
                let others: Vec<Given> = others.chain(given.iter().cloned()).collect();
                self.against(own, &others);
            }
        }
        if self.verdicts.len() > before {
            return;
        }
        for (index, part) in parts.iter().enumerate() {
            let beside = || {
                let others = said.iter().enumerate().filter(|(other, _)| *other != index);
                let others = others.flat_map(|(_, facts)| facts).map(|f| (f.clone(), Because::Beside));
                others.chain(given.iter().cloned()).collect::<Vec<_>>()
            };
            self.inside(part, &beside);
        }
    }

    /// A part that contradicts itself, without any name that stands for something said elsewhere.
    fn impossible(&mut self, parts: &[&Expr], said: &[Vec<Fact>]) {
        for (part, facts) in parts.iter().zip(said) {
            let whole = self.meanings.get(&part.span).map(|m| &m.op);
            if matches!(whole, Some(Op::IsTrue(_) | Op::Segment(_) | Op::Or(_))) {
                continue;
            }
            let alone = facts.iter().find(|f| f.is_impossible());
            let pair = || facts.iter().find(|f| facts.iter().any(|other| f.excludes(other)));
            if let Some(fact) = alone.or_else(pair) {
                self.verdicts.push(Verdict::Impossible(fact.clone()));
            }
        }
    }

    /// The first of some facts that cannot be with what holds already.
    fn against(&mut self, own: &[Fact], given: &[Given]) {
        let clash = own.iter().find_map(|fact| {
            let (other, because) = given.iter().find(|(other, _)| fact.excludes(other))?;
            Some((fact.clone(), other.clone(), *because))
        });
        if let Some((fact, other, because)) = clash {
            self.verdicts.push(Verdict::Exclusive { fact, other, because });
        }
    }

    fn inside(&mut self, part: &Expr, beside: &dyn Fn() -> Vec<Given>) {
        match &part.kind {
            ExprKind::Binary(BinaryOp::Or, ..) => self.either(part, &beside()),
            // What is denied is not asked for: it is judged by itself.
            ExprKind::Unary(_, inner) => self.search(inner, &[]),
            _ => {
                self.always(part);
                children(part).into_iter().for_each(|child| self.search(child, &[]));
            }
        }
    }

    fn either(&mut self, whole: &Expr, given: &[Given]) {
        let any = parts(whole, BinaryOp::Or);
        if any.len() > MOST {
            return;
        }
        let before = self.verdicts.len();
        any.iter().for_each(|one| self.condition(one, given));
        if self.verdicts.len() > before {
            return;
        }
        let denied: Vec<Fact> = any.iter().flat_map(|one| self.of_part(one, Holds::No)).collect();
        for (index, fact) in denied.iter().enumerate() {
            let Some(other) = denied[..index].iter().find(|o| o.span != fact.span && o.excludes(fact)) else {
                continue;
            };
            let present = fact.is_of_presence() && other.is_of_presence();
            let unless_missing = !present && !fact.is_of_everybody();
            let (fact, other) = (fact.clone(), other.clone());
            self.verdicts.push(Verdict::Either { fact, other, unless_missing });
            return;
        }
    }

    /// A comparison that every value passes, such as `count(…) >= 0`.
    fn always(&mut self, part: &Expr) {
        if matches!(self.meanings.get(&part.span).map(|m| &m.op), Some(Op::IsTrue(_) | Op::Segment(_))) {
            return;
        }
        let denied = self.of_part(part, Holds::No);
        self.verdicts.extend(denied.into_iter().find(Fact::is_impossible).map(Verdict::Always));
    }
}

/// The sides of a chain of one operator.
fn parts(e: &Expr, joined: BinaryOp) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Binary(op, left, right) if *op == joined => {
            let mut all = parts(left, joined);
            all.extend(parts(right, joined));
            all
        }
        _ => vec![e],
    }
}

/// The expressions directly inside, conditions of choices left out.
fn children(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::List(list) => list.iter().collect(),
        ExprKind::Member(inner, _) | ExprKind::Unary(_, inner) | ExprKind::Since(_, inner) => vec![inner],
        ExprKind::Is { value, .. } => vec![value],
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Per(a, b) => vec![a, b],
        ExprKind::Call { args, .. } => args.iter().map(|arg| &arg.value).collect(),
        ExprKind::Rows { of, filter, .. } => std::iter::once(of.as_ref()).chain(filter.as_deref()).collect(),
        ExprKind::Range(low, high) => std::iter::once(low.as_ref()).chain(high.as_deref()).collect(),
        ExprKind::When(value, _) => vec![value],
        _ => Vec::new(),
    }
}
