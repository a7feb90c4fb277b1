//! Arguments of methods that are one of a few words, and methods made of methods.

use super::checker::{Checker, Scope};
use super::declarations::items;
use super::expr::near;
use super::model::{Fading, Method, Shows, Weighting};
use super::typed::{Op, Row};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{BinaryOp, Expr as Syntax, ExprKind};

/// Words with what they mean.
type Words<T> = &'static [(&'static str, T)];

const WEIGHTINGS: Words<Weighting> = &[
    ("cosine", Weighting::Cosine),
    ("jaccard", Weighting::Jaccard),
    ("bm25", Weighting::Bm25),
    ("tf_idf", Weighting::TfIdf),
];

/// What products are compared by: with `true`, what their words mean.
const VECTORS: Words<bool> = &[("words", false), ("learned", true)];

const SHOWS: Words<Shows> = &[("new", Shows::New), ("again", Shows::Again), ("all", Shows::All)];

impl<'a> Checker<'a> {
    /// `weighting: bm25`.
    pub(super) fn weighting(&mut self, value: &Syntax) -> Option<Weighting> {
        self.word_of(value, WEIGHTINGS)
    }

    /// `half_life: 30 days`, `trend: none`.
    pub(super) fn fading(&mut self, value: &'a Syntax) -> Option<Fading> {
        match &value.kind {
            ExprKind::Name(name) if name == "none" => Some(Fading::Never),
            ExprKind::Duration(_) => match self.duration(value)? {
                0 => {
                    self.wrong_value(value, "a length of time, or `none`");
                    None
                }
                seconds => Some(Fading::HalfLife(seconds)),
            },
            ExprKind::Broken => None,
            _ => {
                self.wrong_value(value, "a length of time such as `30 days`, or `none`");
                None
            }
        }
    }

    /// `vectors: learned`.
    pub(super) fn vectors(&mut self, value: &Syntax) -> Option<bool> {
        self.word_of(value, VECTORS)
    }

    /// `shows: new`.
    pub(super) fn shows(&mut self, value: &Syntax) -> Option<Shows> {
        self.word_of(value, SHOWS)
    }

    /// `fields: [3 * title, category]`: columns of the products, with what each counts for.
    pub(super) fn fields(&mut self, value: &'a Syntax, scope: &Scope) -> Vec<(f64, String)> {
        if !matches!(value.kind, ExprKind::List(_) | ExprKind::Name(_) | ExprKind::Binary(BinaryOp::Mul, ..))
        {
            self.wrong_value(value, "a list of columns such as `[title, category]`");
            return Vec::new();
        }
        let mut fields = Vec::new();
        for item in items(value) {
            let (weight, field) = match &item.kind {
                ExprKind::Binary(BinaryOp::Mul, weight, field) => {
                    let Some(weight) = self.positive_number(weight) else { continue };
                    (weight, field.as_ref())
                }
                _ => (1.0, item),
            };
            match self.expr(field, scope).op {
                Op::Column(Row::Product, name) => fields.push((weight, name)),
                Op::Literal(super::typed::Literal::Missing) => {} // told already
                _ => self.wrong_value(field, "a product's column, such as `title`"),
            }
        }
        fields
    }

    /// One of these words, written bare.
    pub(super) fn word_of<T: Copy>(&mut self, value: &Syntax, words: Words<T>) -> Option<T> {
        let names: Vec<&str> = words.iter().map(|w| w.0).collect();
        let ExprKind::Name(name) = &value.kind else {
            self.wrong_value(value, &format!("one of `{}`", names.join("`, `")));
            return None;
        };
        if let Some((_, meaning)) = words.iter().find(|w| w.0 == name.as_str()) {
            return Some(*meaning);
        }
        let finding =
            Diagnostic::error("H0205", value.span, format!("this should be one of `{}`", names.join("`, `")))
                .label("something else");
        self.report(near(finding, name, value.span, &names, "it may be"));
        None
    }

    /// `slots(2 * buy_again(purchases), 3 * item_cf(…))`: whole numbers before methods.
    pub(super) fn slots(&mut self, parts: &[&'a Syntax], span: Span, scope: &Scope) -> Option<Method> {
        if parts.is_empty() {
            self.report(
                Diagnostic::error("H0223", span, "`slots` needs methods")
                    .label("nothing to fill a list with")
                    .help("for example `slots(2 * buy_again(purchases), 3 * item_cf(signals: [purchases]))`"),
            );
            return None;
        }
        let mut slots = Vec::new();
        for part in parts {
            let (count, method) = match &part.kind {
                ExprKind::Binary(BinaryOp::Mul, count, method) => (self.whole(count, 1)?, method.as_ref()),
                _ => (1, *part),
            };
            match self.method(method, scope) {
                Some(whole @ (Method::Slots(_) | Method::Auto { .. })) => self.not_a_part(&whole, part.span),
                Some(method) => slots.push((count, method)),
                None => {}
            }
        }
        (slots.len() == parts.len()).then_some(Method::Slots(slots))
    }

    /// `slots` and `auto` are whole methods: nothing may be made of them.
    pub(super) fn not_a_part(&mut self, whole: &Method, span: Span) {
        let (name, help) = match whole {
            Method::Slots(_) => ("slots", "name all methods in one `slots(…)`"),
            _ => ("auto", "it mixes what is good together by itself: write `method: auto()`"),
        };
        let message =
            format!("`{name}` fills a whole list and cannot be part of another method or a fallback");
        self.report(Diagnostic::error("H0223", span, message).label(format!("{name} within")).help(help));
    }

    /// `fallback:`, one method or several that are tried in turn.
    pub(super) fn fallback(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Method> {
        let ExprKind::List(methods) = &value.kind else {
            let method = self.method(value, scope)?;
            if matches!(method, Method::Auto { .. }) {
                self.not_a_part(&method, value.span);
                return None;
            }
            return Some(method);
        };
        let mut in_turn = Vec::new();
        for method in methods {
            match self.method(method, scope) {
                Some(whole @ (Method::Slots(_) | Method::Auto { .. })) => {
                    self.not_a_part(&whole, method.span);
                }
                Some(method) => in_turn.push(method),
                None => {}
            }
        }
        if methods.is_empty() {
            self.wrong_value(value, "a method such as `popular(purchases in last 30 days)`");
        }
        match in_turn.len() {
            0 => None,
            1 => in_turn.pop(),
            _ => Some(Method::InTurn(in_turn)),
        }
    }

    /// A share from 0 to 1, as a number or a percent.
    pub(super) fn strength(&mut self, value: &'a Syntax) -> Option<f64> {
        let number = self.plain_number(value)?;
        if (0.0..=1.0).contains(&number) {
            return Some(number);
        }
        self.wrong_value(value, "a number from 0 to 1");
        None
    }
}
