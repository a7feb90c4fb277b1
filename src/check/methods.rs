//! Methods of recommendation: what each takes, as data, and their typed form.

use super::checker::{Checker, Place, Scope};
use super::expr::near;
use super::model::{Anchor, Evidence, Method, Signal};
use super::source::string;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Arg, BinaryOp, Expr as Syntax, ExprKind};

/// One method.
#[derive(Debug, Clone, Copy)]
pub struct MethodSignature {
    /// Its name.
    pub name: &'static str,
    /// The names of its arguments.
    pub args: &'static [&'static str],
    /// A sentence with an example.
    pub doc: &'static str,
}

/// What the methods that go by neighbours take, of products as of customers.
const NEIGHBOURHOOD: &[&str] =
    &["signals", "half_life", "trend", "neighbours", "shrinkage", "weighting", "ratings", "centred"];

/// Every method.
pub static METHODS: &[MethodSignature] = &[
    MethodSignature {
        name: "popular",
        args: &["half_life", "by"],
        doc: "What most rows are of: `popular(purchases in last 30 days)`; with `by: country` of customers of the same country.",
    },
    MethodSignature {
        name: "trending",
        args: &[],
        doc: "What sells better now than it used to, against all its past: `trending(purchases in last 14 days)`.",
    },
    MethodSignature {
        name: "buy_again",
        args: &["half_life"],
        doc: "The customer's own products, first those they have most and latest and that are due again, by how long customers wait before they buy each again: `buy_again(purchases)`.",
    },
    MethodSignature {
        name: "item_cf",
        args: NEIGHBOURHOOD,
        doc: "Products that the same customers take to (item-based collaborative filtering): `item_cf(signals: [5 * purchases, views], half_life: 30 days)`. `trend: none` leaves out how products sell now. `weighting:` says how alike two are: `cosine`, `jaccard`, `bm25`, `tf_idf`. With `ratings: reviews.rating` it goes by what is rated alike.",
    },
    MethodSignature {
        name: "bought_together",
        args: &[],
        doc: "Products of the same orders as the customer's own: `bought_together(purchases in last 365 days)`.",
    },
    MethodSignature {
        name: "similar_to",
        args: &["signals", "neighbours", "weighting"],
        doc: "Products like a given one: `similar_to(latest(views))`, `similar_to(\"SKU-17\")`.",
    },
    MethodSignature {
        name: "slots",
        args: &[],
        doc: "So many products from each in turn, without repeats: `slots(2 * buy_again(purchases), 3 * item_cf(signals: [purchases]))`. What one cannot fill goes to the others.",
    },
    MethodSignature {
        name: "auto",
        args: &["signals"],
        doc: "What would have done best on the shop's own last weeks, of popularity, neighbours, matrices and mixtures of them: `auto()`. It learns from purchases unless told, and stands alone; `shows: new` has it judged by what customers took for the first time.",
    },
    MethodSignature {
        name: "blend",
        args: &[],
        doc: "A weighted mixture: `blend(0.7 * item_cf(signals: [purchases]), 0.3 * popular(purchases in last 14 days))`.",
    },
    MethodSignature {
        name: "user_cf",
        args: NEIGHBOURHOOD,
        doc: "What customers like this one take to (user-based collaborative filtering): `user_cf(signals: [purchases], neighbours: 80)`. With `ratings: reviews.rating` what they rate highest, `centred: yes` as above or below each one's mean.",
    },
    MethodSignature {
        name: "content",
        args: &["fields", "vectors", "signals", "half_life", "trend"],
        doc: "Products whose words and attributes are like those of the customer's own, also those that nobody has bought yet: `content(fields: [3 * title, category, price])`. `vectors: learned` compares what words mean, as learned from the shop's own texts.",
    },
    MethodSignature {
        name: "svd",
        args: &["signals", "half_life", "trend", "factors"],
        doc: "What lies along the directions in which customers differ most (truncated singular value decomposition): `svd(signals: [purchases], factors: 64)`.",
    },
    MethodSignature {
        name: "als",
        args: &["signals", "half_life", "trend", "factors", "iterations", "regularisation", "alpha"],
        doc: "Matrix factorisation of what customers did and did not (implicit feedback, alternating least squares): `als(factors: 64)`. A higher `alpha` trusts what was done more, a higher `regularisation` those of whom little is known less.",
    },
    MethodSignature {
        name: "ease",
        args: &["signals", "half_life", "trend", "regularisation", "neighbours"],
        doc: "A linear model of what each product says of every other (EASE): `ease(signals: [purchases])`. Exact up to 10,000 products; beyond, each is explained by its nearest ones.",
    },
];

/// The most that a whole number of the language is; beyond it stands a slip of the hand.
const MOST: usize = 1_000_000;
pub(super) const MOST_NEIGHBOURS: usize = 10_000;
const MOST_FACTORS: usize = 1_024;
const MOST_ITERATIONS: usize = 1_000;

/// All purchases, each counting 1.
fn purchases() -> Signal {
    Signal { weight: 1.0, relation: "purchases".to_owned(), filter: None, window: None }
}

impl<'a> Checker<'a> {
    /// A method, or none if it is too broken.
    pub fn method(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Method> {
        let ExprKind::Call { callee, args } = &value.kind else {
            if let ExprKind::Name(name) = &value.kind
                && METHODS.iter().any(|m| m.name == name)
            {
                self.report(
                    Diagnostic::error("H0223", value.span, format!("`{name}` needs its brackets"))
                        .label("no arguments")
                        .help(METHODS.iter().find(|m| m.name == name).map_or("", |m| m.doc)),
                );
            } else if !matches!(value.kind, ExprKind::Broken) {
                self.wrong_value(value, "a method such as `popular(purchases in last 30 days)`");
            }
            return None;
        };
        let Some(signature) = METHODS.iter().find(|m| m.name == callee.text) else {
            let names: Vec<&str> = METHODS.iter().map(|m| m.name).collect();
            let finding =
                Diagnostic::error("H0222", callee.span, format!("there is no method `{}`", callee.text))
                    .label("unknown method");
            self.report(near(finding, &callee.text, callee.span, &names, "methods are"));
            return None;
        };
        self.known_arguments(signature, args);
        let named = |name: &str| {
            args.iter().find(|a| a.name.as_ref().is_some_and(|n| n.text == name)).map(|a| &a.value)
        };
        let unnamed: Vec<&'a Syntax> = args.iter().filter(|a| a.name.is_none()).map(|a| &a.value).collect();
        // Where nothing fades unless told, a half-life is a length of time; the others have a usual one that `none` takes away.
        let fades = signature.args.contains(&"trend");
        let half_life = named("half_life").filter(|_| !fades).and_then(|v| self.duration(v));
        let fading = named("half_life").filter(|_| fades).and_then(|v| self.fading(v));
        let trend = named("trend").and_then(|v| self.fading(v));
        let neighbours = named("neighbours").and_then(|v| self.up_to(v, MOST_NEIGHBOURS));
        let weighting = named("weighting").and_then(|v| self.weighting(v));
        let signals = named("signals").map(|v| self.signals(v, scope));
        let signals_or_default =
            |checker: &Self| signals.clone().unwrap_or_else(|| checker.default_signals(scope));
        let evidence =
            |checker: &Self| Evidence { signals: signals_or_default(checker), half_life: fading, trend };
        if signature.args.contains(&"ratings") && (named("ratings").is_some() || named("centred").is_some()) {
            return self.rated(signature, value.span, args, scope);
        }
        match signature.name {
            "popular" => {
                let [rows] = unnamed.as_slice() else { return self.one_relation(signature, value.span) };
                let signals = vec![self.signal(rows, scope)?];
                let of_customers = Scope { place: Place::Customer, ..scope.clone() };
                Some(match named("by").map(|v| self.expr(v, &of_customers)) {
                    Some(by) => Method::PopularBy { signals, half_life, by },
                    None => Method::Popular { signals, half_life },
                })
            }
            "trending" => {
                let [rows] = unnamed.as_slice() else { return self.one_relation(signature, value.span) };
                let signal = self.signal(rows, scope)?;
                if signal.window.is_none() {
                    self.report(
                        Diagnostic::error("H0223", rows.span, "`trending` needs a window: what is `now`?")
                            .label("all of the past")
                            .help(signature.doc),
                    );
                    return None;
                }
                Some(Method::Trending { signal })
            }
            "buy_again" => {
                let [rows] = unnamed.as_slice() else { return self.one_relation(signature, value.span) };
                Some(Method::BuyAgain { signal: self.signal(rows, scope)?, half_life })
            }
            "bought_together" => {
                let [rows] = unnamed.as_slice() else { return self.one_relation(signature, value.span) };
                Some(Method::BoughtTogether { signal: self.signal(rows, scope)? })
            }
            "item_cf" => {
                let shrinkage = named("shrinkage").and_then(|v| self.plain_number(v));
                let evidence = evidence(self);
                Some(Method::ItemCf { evidence, neighbours, shrinkage, weighting })
            }
            "user_cf" => {
                let shrinkage = named("shrinkage").and_then(|v| self.plain_number(v));
                let evidence = evidence(self);
                Some(Method::UserCf { evidence, neighbours, shrinkage, weighting })
            }
            "similar_to" => {
                let [anchor] = unnamed.as_slice() else { return self.one_relation(signature, value.span) };
                let anchor = self.anchor(anchor, scope)?;
                let signals = signals_or_default(self);
                Some(Method::SimilarTo { anchor, signals, neighbours, weighting })
            }
            "content" => {
                let fields = named("fields").map(|v| self.fields(v, scope)).unwrap_or_default();
                let learned = named("vectors").and_then(|v| self.vectors(v)).unwrap_or_default();
                let evidence = evidence(self);
                Some(Method::Content { fields, learned, evidence })
            }
            "auto" => {
                let signals = signals.unwrap_or_else(|| vec![purchases()]);
                Some(Method::Auto { signals, new_only: false })
            }
            "als" => Some(Method::Als {
                evidence: evidence(self),
                factors: named("factors").and_then(|v| self.up_to(v, MOST_FACTORS)),
                iterations: named("iterations").and_then(|v| self.up_to(v, MOST_ITERATIONS)),
                regularisation: named("regularisation").and_then(|v| self.positive_number(v)),
                alpha: named("alpha").and_then(|v| self.positive_number(v)),
            }),
            "svd" => Some(Method::Svd {
                evidence: evidence(self),
                factors: named("factors").and_then(|v| self.up_to(v, MOST_FACTORS)),
            }),
            "ease" => Some(Method::Ease {
                evidence: evidence(self),
                regularisation: named("regularisation").and_then(|v| self.positive_number(v)),
                neighbours,
            }),
            "blend" => self.blend(&unnamed, value.span, scope),
            "slots" => self.slots(&unnamed, value.span, scope),
            _ => None, // the names of the table stand above
        }
    }

    fn known_arguments(&mut self, signature: &MethodSignature, args: &'a [Arg]) {
        for name in args.iter().filter_map(|a| a.name.as_ref()) {
            if !signature.args.contains(&name.text.as_str()) {
                let finding = Diagnostic::error(
                    "H0223",
                    name.span,
                    format!("`{}` takes no `{}`", signature.name, name.text),
                )
                .label("unknown argument");
                self.report(near(finding, &name.text, name.span, signature.args, "it takes"));
            }
        }
    }

    fn one_relation(&mut self, signature: &MethodSignature, span: Span) -> Option<Method> {
        self.report(
            Diagnostic::error("H0223", span, format!("`{}` takes one relation or product", signature.name))
                .label("something else")
                .help(signature.doc),
        );
        None
    }

    fn blend(&mut self, parts: &[&'a Syntax], span: Span, scope: &Scope) -> Option<Method> {
        if parts.is_empty() {
            self.report(Diagnostic::error("H0223", span, "a blend needs methods").label("nothing to blend").help("for example `blend(0.7 * item_cf(signals: [purchases]), 0.3 * popular(purchases in last 14 days))`"));
            return None;
        }
        let mut blended = Vec::new();
        for part in parts {
            let (weight, method) = match &part.kind {
                ExprKind::Binary(BinaryOp::Mul, weight, method) => {
                    (self.plain_number(weight)?, method.as_ref())
                }
                _ => (1.0, *part),
            };
            match self.method(method, scope) {
                Some(whole @ (Method::Slots(_) | Method::Auto { .. })) => self.not_a_part(&whole, part.span),
                Some(method) => blended.push((weight, method)),
                None => {}
            }
        }
        (blended.len() == parts.len()).then_some(Method::Blend(blended))
    }

    fn anchor(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Anchor> {
        match &value.kind {
            ExprKind::Str(text) => Some(Anchor::Product(text.value.clone())),
            ExprKind::Number(digits) => Some(Anchor::Product(digits.clone())),
            ExprKind::Call { callee, args } if callee.text == "latest" => match args.as_slice() {
                [Arg { name: None, value }] => self.signal(value, scope).map(Anchor::Latest),
                _ => None,
            },
            _ => {
                self.wrong_value(value, "a product's id, or `latest(purchases)`");
                None
            }
        }
    }

    fn default_signals(&self, scope: &Scope) -> Vec<Signal> {
        let has = |name: &str| self.relation(scope, name).is_some();
        let signal = |weight: f64, name: &str| Signal {
            weight,
            relation: name.to_owned(),
            filter: None,
            window: None,
        };
        let mut signals = vec![signal(if has("views") { 5.0 } else { 1.0 }, "purchases")];
        if has("views") {
            signals.push(signal(1.0, "views"));
        }
        signals
    }

    fn signals(&mut self, value: &'a Syntax, scope: &Scope) -> Vec<Signal> {
        let items: Vec<&'a Syntax> = match &value.kind {
            ExprKind::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        items.into_iter().filter_map(|i| self.signal(i, scope)).collect()
    }

    /// `5 * purchases`, `purchases where … in last 30 days`.
    fn signal(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Signal> {
        let (weight, rows) = match &value.kind {
            ExprKind::Binary(BinaryOp::Mul, weight, rows) => (self.plain_number(weight)?, rows.as_ref()),
            _ => (1.0, value),
        };
        let (rows, path) = self.rows(rows, scope)?;
        if let Some(column) = path.first() {
            self.report(
                Diagnostic::error("H0231", column.span, "a signal is a relation, without a column")
                    .label("leave the column out"),
            );
            return None;
        }
        Some(Signal { weight, ..rows })
    }

    /// `reviews.rating where … in last 365 days`: rows that join a customer to a product, and the column behind them.
    pub(super) fn rows(&mut self, rows: &'a Syntax, scope: &Scope) -> Option<(Signal, Vec<&'a tree::Name>)> {
        let (of, filter, window) = match &rows.kind {
            ExprKind::Rows { of, filter, window } => (of.as_ref(), filter.as_deref(), window.as_ref()),
            _ => (rows, None, None),
        };
        let place = Scope { place: Place::Customer, ..scope.clone() };
        let (relation, link, path) = self.rows_of(of, &place)?;
        let known = self.relation(&place, &relation).cloned();
        if known.as_ref().is_some_and(|r| !r.of_product() || !r.of_customer()) {
            self.report(
                Diagnostic::error(
                    "H0232",
                    of.span,
                    format!("rows of `{relation}` do not join a customer to a product"),
                )
                .label("nothing to learn from"),
            );
            return None;
        }
        let inner = Scope { row: Some((relation.clone(), link)), ..place };
        let filter = filter.map(|f| self.condition(f, &inner));
        let window = match window {
            None => None,
            Some(w) => Some(self.window(w, known.as_ref(), &inner)?),
        };
        Some((Signal { weight: 1.0, relation, filter, window }, path))
    }

    /// A length of time, in seconds.
    pub fn duration(&mut self, value: &Syntax) -> Option<i64> {
        match &value.kind {
            ExprKind::Duration(length) => Some(i64::from(length.count) * length.unit.seconds()),
            ExprKind::Broken => None,
            _ => {
                self.wrong_value(value, "a length of time such as `30 days`");
                None
            }
        }
    }

    /// A whole number of at least `least`.
    pub fn whole(&mut self, value: &Syntax, least: usize) -> Option<usize> {
        let number = match &value.kind {
            ExprKind::Number(digits) => digits.parse::<usize>().ok(),
            ExprKind::Broken => return None,
            _ => None,
        };
        if number.is_none_or(|n| n < least) {
            self.wrong_value(value, &format!("a whole number of at least {least}"));
            return None;
        }
        if number.is_some_and(|n| n > MOST) {
            self.wrong_value(value, &format!("a whole number of at most {MOST}"));
            return None;
        }
        number
    }

    /// A whole number from 1 to `most`: what a method's memory or time grows with.
    pub(super) fn up_to(&mut self, value: &Syntax, most: usize) -> Option<usize> {
        let number = self.whole(value, 1)?;
        if number > most {
            self.wrong_value(value, &format!("a whole number of at most {most}"));
            return None;
        }
        Some(number)
    }

    /// A number written as such.
    pub fn plain_number(&mut self, value: &Syntax) -> Option<f64> {
        match &value.kind {
            ExprKind::Number(digits) => digits.parse().ok(),
            ExprKind::Percent(digits) => digits.parse::<f64>().ok().map(|p| p / 100.0),
            ExprKind::Unary(tree::UnaryOp::Neg, inner) => self.plain_number(inner).map(|n| -n),
            ExprKind::Broken => None,
            _ => {
                self.wrong_value(value, "a number");
                None
            }
        }
    }

    /// A number above 0 written as such.
    pub(super) fn positive_number(&mut self, value: &Syntax) -> Option<f64> {
        let number = self.plain_number(value)?;
        if number > 0.0 {
            return Some(number);
        }
        self.wrong_value(value, "a number above 0");
        None
    }

    /// A string's text.
    pub fn plain_text(&mut self, value: &'a Syntax) -> Option<&'a tree::Str> {
        if let Some(text) = string(value) {
            return Some(text);
        }
        if !matches!(value.kind, ExprKind::Broken) {
            self.wrong_value(value, "a text in quotes");
        }
        None
    }
}
