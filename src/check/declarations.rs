//! Declarations of every kind but sources and campaigns.

use std::sync::Arc;

use super::checker::{Checker, DeclId, Place, Scope, expr_of, setting};
use super::model::{self, Boost, Cap, Format, Frequency, Line, Requirement, Via};
use super::project;
use super::schema::Schema;
use super::source::string;
use super::suggest;
use super::typed::Expr;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Decl, Expr as Syntax, ExprKind};

/// A source as it is passed around: its label and its data.
pub(super) type SourceRef = Option<(String, Arc<Schema>)>;

impl<'a> Checker<'a> {
    /// Checks every declaration of every file. Those of a file with no source in scope are checked where they are
    /// used, and on their own only for what does not need the data.
    pub fn all_declarations(&mut self) {
        for (file, parsed) in self.project.files.iter().enumerate() {
            for (index, decl) in parsed.tree.decls.iter().enumerate() {
                if self.check_keys(decl, false).is_some() {
                    self.declaration(DeclId { file, index }, decl);
                }
            }
        }
    }

    fn declaration(&mut self, id: DeclId, decl: &'a Decl) {
        match decl.kind.text.as_str() {
            "source" => {
                self.source(id);
            }
            "sender" => {
                self.sender(id);
            }
            "tone" => self.tone(decl),
            "template" => {
                self.template(id);
            }
            "campaign" => self.campaign(id),
            "test" => self.test(id, decl),
            "policy" | "profile" | "segment" | "strategy" | "cluster" | "model" | "offer" | "copy" => {
                let source = self.source_for(id, None);
                if source.is_none() && !self.project.files[id.file].asked {
                    return;
                }
                self.about_source(id, decl, source.as_ref());
            }
            _ => {}
        }
    }

    fn about_source(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        match decl.kind.text.as_str() {
            "policy" => {
                self.policy(id, source);
            }
            "profile" => self.profile(id, decl, source),
            "segment" => {
                self.segment(id, source);
            }
            "strategy" => {
                self.strategy(id, source);
            }
            "offer" => self.offer(id, decl, source),
            "copy" => self.copy(decl),
            _ => self.learned(id, decl, source),
        }
    }

    pub fn scope(&self, id: DeclId, source: SourceRef, place: Place) -> Scope {
        Scope { file: id.file, source, place, row: None, future: false }
    }

    pub fn value_of(&self, decl: &'a Decl, key: &str) -> Option<&'a Syntax> {
        setting(decl, key).and_then(expr_of)
    }

    fn profile(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        let scope = self.scope(id, source.cloned(), Place::Customer);
        for s in &decl.settings {
            if source.is_some() {
                self.attribute(id, &s.key.text, &scope);
            } else if let Some(value) = expr_of(s) {
                self.expr(value, &scope);
            }
        }
    }

    /// A segment's label, checked with a source.
    pub fn segment(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.segments.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let value = self.value_of(decl, "where")?;
        self.busy.push((id, key.clone()));
        let scope = self.scope(id, source, Place::Customer);
        let condition = self.condition(value, &scope);
        self.busy.pop();
        let title = decl.title.as_ref().map_or_else(|| decl.docs.clone(), |t| t.value.clone());
        self.model
            .segments
            .insert(label.clone(), model::Segment { label: label.clone(), title, source: key, condition });
        Some(label)
    }

    /// A policy's label, checked with a source.
    pub fn policy(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.policies.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let scope = self.scope(id, source, Place::Customer);
        let mut require = Vec::new();
        for value in self.value_of(decl, "require").map(items).unwrap_or_default() {
            let condition = self.condition(value, &scope);
            require.push(Requirement { words: self.text(value.span).to_owned(), condition });
        }
        let mut at_most = Vec::new();
        for value in self.value_of(decl, "at_most").map(items).unwrap_or_default() {
            at_most.extend(self.frequency(value));
        }
        let quiet_hours = self.value_of(decl, "quiet_hours").and_then(|v| self.time_range(v));
        self.model
            .policies
            .insert(label.clone(), model::Policy { label: label.clone(), require, at_most, quiet_hours });
        Some(label)
    }

    fn frequency(&mut self, value: &'a Syntax) -> Option<Frequency> {
        let ExprKind::Per(count, window) = &value.kind else {
            self.wrong_value(value.span, "a cap such as `2 per 7 days` or `1 per day`");
            return None;
        };
        let count = self.whole(count, 1)?;
        let seconds = match &window.kind {
            ExprKind::Duration(length) => i64::from(length.count) * length.unit.seconds(),
            ExprKind::Name(unit) => match tree::Unit::parse(unit) {
                Some(unit) => unit.seconds(),
                None => {
                    self.wrong_value(window.span, "a length of time such as `7 days` or `day`");
                    return None;
                }
            },
            _ => {
                self.wrong_value(window.span, "a length of time such as `7 days` or `day`");
                return None;
            }
        };
        Some(Frequency { count: u32::try_from(count).unwrap_or(u32::MAX), seconds })
    }

    fn time_range(&mut self, value: &'a Syntax) -> Option<(jiff::civil::Time, jiff::civil::Time)> {
        if let ExprKind::Range(from, Some(to)) = &value.kind
            && let (ExprKind::Time(from), ExprKind::Time(to)) = (&from.kind, &to.kind)
        {
            return Some((*from, *to));
        }
        if !matches!(value.kind, ExprKind::Broken) {
            self.wrong_value(value.span, "a range of times such as `21:00..08:00`");
        }
        None
    }

    /// A sender's label.
    pub fn sender(&mut self, id: DeclId) -> Option<String> {
        let label = self.label(id, "");
        if self.model.senders.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let from = self.value_of(decl, "from").and_then(|v| self.plain_text(v));
        let (name, email) = from.map_or_else(Default::default, |text| self.mailbox(text));
        let reply_to =
            self.value_of(decl, "reply_to").and_then(|v| self.plain_text(v)).map(|t| self.mailbox(t).1);
        let address = self
            .value_of(decl, "address")
            .and_then(|v| self.plain_text(v))
            .map_or_else(String::new, |t| t.value.clone());
        let unsubscribe = self.value_of(decl, "unsubscribe").and_then(|v| self.https(v)).unwrap_or_default();
        let preferences = self.value_of(decl, "preferences").and_then(|v| self.https(v));
        let via = self
            .value_of(decl, "via")
            .and_then(|v| self.via(v))
            .unwrap_or_else(|| Via::Files("outbox".to_owned()));
        if let Some(rate) = self.value_of(decl, "rate") {
            self.rate(rate);
        }
        let accent = self
            .value_of(decl, "accent")
            .and_then(|v| self.colour(v))
            .unwrap_or_else(|| "#0b6e4f".to_owned());
        let sender = model::Sender {
            label: label.clone(),
            name,
            email,
            reply_to,
            address,
            unsubscribe,
            preferences,
            via,
            accent,
        };
        self.model.senders.insert(label.clone(), sender);
        Some(label)
    }

    fn mailbox(&mut self, text: &tree::Str) -> (String, String) {
        let written = text.value.trim();
        let (name, email) = match written.split_once('<') {
            Some((name, rest)) => (name.trim().trim_matches('"'), rest.trim_end_matches('>').trim()),
            None => ("", written),
        };
        let sound = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
            && !email.contains(char::is_whitespace);
        if !sound {
            self.report(
                Diagnostic::error("H0217", text.span, format!("`{email}` is not a mail address"))
                    .label("not an address")
                    .help("write `\"Aurora <hello@aurora.example>\"`"),
            );
        }
        (name.to_owned(), email.to_owned())
    }

    fn https(&mut self, value: &'a Syntax) -> Option<String> {
        let text = self.plain_text(value)?;
        if !text.value.starts_with("https://") {
            self.report(
                Diagnostic::error("H0217", text.span, "this should be an https address")
                    .label("does not begin with `https://`")
                    .help("one-click unsubscribe (RFC 8058) works over https only"),
            );
            return None;
        }
        Some(text.value.clone())
    }

    fn colour(&mut self, value: &'a Syntax) -> Option<String> {
        let text = self.plain_text(value)?;
        let sound = text.value.len() == 7
            && text.value.starts_with('#')
            && text.value[1..].chars().all(|c| c.is_ascii_hexdigit());
        if !sound {
            self.wrong_value(value.span, "a colour such as `\"#0b6e4f\"`");
            return None;
        }
        Some(text.value.clone())
    }

    fn via(&mut self, value: &'a Syntax) -> Option<Via> {
        if let ExprKind::Call { callee, args } = &value.kind
            && let [arg] = args.as_slice()
            && let Some(text) = string(&arg.value)
        {
            let env = arg.name.as_ref().is_some_and(|n| n.text == "env");
            match (callee.text.as_str(), env) {
                ("files", false) => return self.inside(text).then(|| Via::Files(text.value.clone())),
                ("smtp", true) => return Some(Via::Smtp(text.value.clone())),
                _ => {}
            }
        }
        if !matches!(value.kind, ExprKind::Broken) {
            self.wrong_value(value.span, "`files(\"outbox\")` or `smtp(env: \"SMTP_URL\")`");
        }
        None
    }

    /// Whether a folder to write in lies inside the project.
    fn inside(&mut self, text: &tree::Str) -> bool {
        let sound = std::path::Path::new(&text.value)
            .components()
            .all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
        if !sound || text.value.is_empty() {
            self.report(
                Diagnostic::error("H0218", text.span, "mails are written inside the project's folder only")
                    .label("leads out of it")
                    .help("name a folder below the project: `files(\"outbox\")`"),
            );
        }
        sound
    }

    fn rate(&mut self, value: &'a Syntax) {
        let sound = matches!(&value.kind, ExprKind::Per(count, per)
            if matches!(count.kind, ExprKind::Number(_)) && matches!(per.kind, ExprKind::Name(_) | ExprKind::Duration(_)));
        if !sound && !matches!(value.kind, ExprKind::Broken) {
            self.wrong_value(value.span, "a rate such as `50 per second`");
        }
    }

    /// A strategy's label, checked with a source.
    pub fn strategy(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.strategies.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let scope = self.scope(id, source, Place::Product);
        let method = self.value_of(decl, "method").and_then(|v| self.method(v, &scope));
        let only = self.value_of(decl, "only").map(|v| self.condition(v, &scope));
        let exclude = self.value_of(decl, "exclude").map(|v| self.condition(v, &scope));
        let boosts = self
            .value_of(decl, "boost")
            .map(items)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| self.boost(v, &scope))
            .collect();
        let caps = self
            .value_of(decl, "at_most")
            .map(items)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| self.cap(v, &scope))
            .collect();
        let take = self.value_of(decl, "take").and_then(|v| self.whole(v, 1)).unwrap_or(4);
        let fallback = self.value_of(decl, "fallback").and_then(|v| self.method(v, &scope));
        let method = method?;
        let strategy = model::Strategy {
            label: label.clone(),
            source: key,
            method,
            only,
            exclude,
            boosts,
            caps,
            take,
            fallback,
        };
        self.model.strategies.insert(label.clone(), strategy);
        Some(label)
    }

    fn boost(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Boost> {
        match &value.kind {
            ExprKind::When(factor, condition) => {
                let factor = self.plain_number(factor)?;
                Some(Boost { factor, when: Some(self.condition(condition, scope)) })
            }
            ExprKind::Broken => None,
            _ => self.plain_number(value).map(|factor| Boost { factor, when: None }),
        }
    }

    fn cap(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Cap> {
        let ExprKind::Per(count, column) = &value.kind else {
            self.wrong_value(value.span, "a cap such as `2 per category`");
            return None;
        };
        let count = self.whole(count, 1)?;
        let ExprKind::Name(name) = &column.kind else {
            self.wrong_value(column.span, "a product's column, such as `category`");
            return None;
        };
        self.name(name, column.span, scope);
        Some(Cap { count, column: name.clone() })
    }

    /// A template's label.
    pub fn template(&mut self, id: DeclId) -> Option<String> {
        let label = self.label(id, "");
        if self.model.templates.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let language =
            self.value_of(decl, "language").and_then(|v| self.plain_text(v)).map(|t| t.value.clone())?;
        let subject = self.value_of(decl, "subject").and_then(|v| self.line(id, v))?;
        let preheader = self.value_of(decl, "preheader").and_then(|v| self.line(id, v));
        let format = match self.value_of(decl, "format").map(|v| (&v.kind, v.span)) {
            None => Format::Markdown,
            Some((ExprKind::Name(word), span)) => self.format(word, span)?,
            Some((_, span)) => {
                self.wrong_value(span, "one of `text`, `markdown`, `html` or `mjml`");
                return None;
            }
        };
        let body_value = self.value_of(decl, "body")?;
        let (body, folder) = self.body(id, body_value)?;
        let template =
            model::Template { label: label.clone(), language, subject, preheader, format, body, folder };
        self.model.templates.insert(label.clone(), template);
        Some(label)
    }

    fn format(&mut self, word: &str, span: Span) -> Option<Format> {
        let words = ["text", "markdown", "html", "mjml"];
        match word {
            "text" => Some(Format::Text),
            "markdown" => Some(Format::Markdown),
            "html" => Some(Format::Html),
            "mjml" => Some(Format::Mjml),
            _ => {
                let near = suggest::help(word, words, "formats are");
                self.report(
                    Diagnostic::error("H0205", span, format!("there is no format `{word}`"))
                        .label("unknown format")
                        .help_opt(near),
                );
                None
            }
        }
    }

    fn line(&mut self, id: DeclId, value: &'a Syntax) -> Option<Line> {
        match &value.kind {
            ExprKind::Name(name) => {
                let copy = self.resolve(id.file, name, value.span, "copy")?;
                Some(Line::Copy(self.label(copy, "")))
            }
            _ => self.plain_text(value).cloned().map(Line::Text),
        }
    }

    fn body(&mut self, id: DeclId, value: &'a Syntax) -> Option<(tree::Str, Option<std::path::PathBuf>)> {
        let folder_of = |path: Option<&std::path::Path>| {
            path.and_then(std::path::Path::parent).map(std::path::Path::to_owned)
        };
        let own = self.project.sources.get(self.project.files[id.file].id).path.as_deref();
        if let Some(text) = string(value) {
            return Some((text.clone(), folder_of(own)));
        }
        if project::file_call(value).is_some() {
            let file = *self.project.texts.get(&value.span)?;
            let source = self.project.sources.get(file);
            let text = source.text.to_string();
            let span = Span::new(file, 0, text.len());
            return Some((
                tree::Str { value: text, span, map: vec![(0, 0)], block: true },
                folder_of(source.path.as_deref()),
            ));
        }
        if !matches!(value.kind, ExprKind::Broken) {
            self.wrong_value(value.span, "a text block, or `file(\"templates/name.mjml\")`");
        }
        None
    }

    fn tone(&mut self, decl: &'a Decl) {
        for axis in ["polarity", "strength", "urgency", "formality", "warmth"] {
            if let Some(value) = self.value_of(decl, axis) {
                let least = if axis == "polarity" { -1.0 } else { 0.0 };
                self.number_range(value, least, 1.0);
            }
        }
        for key in ["avoid", "prefer"] {
            for value in self.value_of(decl, key).map(items).unwrap_or_default() {
                self.plain_text(value);
            }
        }
        if let Some(value) = self.value_of(decl, "otherwise") {
            self.word(value, &["reject", "warn", "fallback"]);
        }
    }

    fn word(&mut self, value: &Syntax, words: &[&str]) {
        let written = match &value.kind {
            ExprKind::Name(word) => word.as_str(),
            ExprKind::Broken => return,
            _ => "",
        };
        if !words.contains(&written) {
            let help =
                suggest::nearest(written, words.iter().copied()).map(|n| format!("did you mean `{n}`?"));
            self.report(
                Diagnostic::error(
                    "H0205",
                    value.span,
                    format!("this should be one of {}", suggest::list(words)),
                )
                .label("something else")
                .help_opt(help),
            );
        }
    }

    fn number_range(&mut self, value: &'a Syntax, least: f64, most: f64) {
        let ends: Vec<&'a Syntax> = match &value.kind {
            ExprKind::Range(low, high) => std::iter::once(low.as_ref()).chain(high.as_deref()).collect(),
            _ => vec![value],
        };
        let numbers: Vec<f64> = ends.iter().filter_map(|e| self.plain_number(e)).collect();
        if numbers.iter().any(|n| *n < least || *n > most) || numbers.windows(2).any(|w| w[0] > w[1]) {
            self.report(
                Diagnostic::error(
                    "H0219",
                    value.span,
                    format!("this should be a range within {least} and {most}, the smaller end first"),
                )
                .label("outside"),
            );
        }
    }

    fn copy(&mut self, decl: &'a Decl) {
        for key in ["rules", "language", "fallback"] {
            if let Some(value) = self.value_of(decl, key) {
                self.plain_text(value);
            }
        }
        if let Some(value) = self.value_of(decl, "candidates") {
            self.whole(value, 1);
        }
    }

    fn offer(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        let scope = self.scope(id, source.cloned(), Place::Offer);
        if let Some(value) = self.value_of(decl, "products") {
            self.condition(value, &scope);
        }
        if let Some(value) = self.value_of(decl, "valid_for") {
            self.duration(value);
        }
        if let Some(value) = self.value_of(decl, "discount")
            && !matches!(value.kind, ExprKind::Percent(_) | ExprKind::Money { .. } | ExprKind::Broken)
        {
            self.wrong_value(value.span, "a percent such as `15%`, or an amount such as `50 CNY`");
        }
        if let Some(value) = self.value_of(decl, "price") {
            self.offer_price(value, &scope);
        }
    }

    fn offer_price(&mut self, value: &'a Syntax, scope: &Scope) {
        let ExprKind::Call { callee, args } = &value.kind else {
            let typed = self.expr(value, scope);
            if !matches!(typed.ty, super::typed::Type::Money(_) | super::typed::Type::Unknown) {
                self.wrong_value(value.span, "an amount of money");
            }
            return;
        };
        if callee.text != "optimise" {
            self.expr(value, scope);
            return;
        }
        for arg in args {
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                Some("floor" | "ceiling") => {
                    self.expr(&arg.value, scope);
                }
                Some("clear_by" | "round_to") => {}
                None => self.word(&arg.value, &["revenue", "profit", "units"]),
                Some(other) => {
                    let names = ["clear_by", "floor", "ceiling", "round_to"];
                    let span = arg.name.as_ref().map_or(arg.value.span, |n| n.span);
                    let finding = Diagnostic::error("H0223", span, format!("`optimise` takes no `{other}`"))
                        .label("unknown argument");
                    self.report(finding.help_opt(suggest::help(other, names, "it takes")));
                }
            }
        }
    }

    /// Clusters and models: their features are attributes or models of this place.
    fn learned(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        let scope = self.scope(id, source.cloned(), Place::Customer);
        for value in self.value_of(decl, "features").map(items).unwrap_or_default() {
            self.expr(value, &scope);
        }
        if let Some(value) = self.value_of(decl, "order_by") {
            self.expr(value, &scope);
        }
        if let Some(value) = self.value_of(decl, "predicts") {
            self.condition(value, &Scope { future: true, ..scope });
        }
        if let Some(value) = self.value_of(decl, "k") {
            self.number_range(value, 1.0, 1000.0);
        }
        if let Some(value) = self.value_of(decl, "method") {
            self.word(value, &["logistic", "boosted", "bg_nbd"]);
        }
    }

    fn test(&mut self, id: DeclId, decl: &'a Decl) {
        if let Some(value) = self.value_of(decl, "campaign") {
            self.reference(id.file, value, "campaign");
        }
        if let Some(value) = self.value_of(decl, "as_of")
            && !matches!(value.kind, ExprKind::Date(_) | ExprKind::Instant(_) | ExprKind::Broken)
        {
            self.wrong_value(value.span, "a date such as `2026-11-20`");
        }
        for value in self.value_of(decl, "expect").map(items).unwrap_or_default() {
            self.expectation(
                value,
                &[
                    "customer",
                    "picks",
                    "offer",
                    "subject",
                    "preheader",
                    "body",
                    "text",
                    "html",
                    "campaign",
                    "audience",
                    "tone",
                    "copy",
                    "variant",
                ],
                id.file,
            );
        }
    }

    /// A condition of a test: names begin at the message's parts; inside a `where` at a product's columns.
    fn expectation(&mut self, value: &'a Syntax, roots: &[&str], file: usize) {
        match &value.kind {
            ExprKind::Name(name) => {
                if !roots.contains(&name.as_str()) && !self.names[file].contains_key(name.as_str()) {
                    let finding =
                        Diagnostic::error("H0220", value.span, format!("a message has no `{name}`"))
                            .label("unknown name");
                    self.report(super::expr::near(finding, name, value.span, roots, "it has"));
                }
            }
            ExprKind::Member(of, _) | ExprKind::Index(of, _) => self.expectation(of, roots, file),
            ExprKind::Binary(_, a, b) => {
                self.expectation(a, roots, file);
                if !matches!(b.kind, ExprKind::Range(..) | ExprKind::List(_)) {
                    self.expectation(b, roots, file);
                }
            }
            ExprKind::Unary(_, inner) | ExprKind::Is { value: inner, .. } => {
                self.expectation(inner, roots, file);
            }
            ExprKind::Call { callee, args } => {
                if !super::names::is_aggregate(&callee.text) && callee.text != "all" {
                    let finding = Diagnostic::error(
                        "H0222",
                        callee.span,
                        format!("there is no function `{}` for messages", callee.text),
                    )
                    .label("unknown function");
                    self.report(super::expr::near(
                        finding,
                        &callee.text,
                        callee.span,
                        &["all", "any", "count", "min", "max", "sum", "avg"],
                        "there are",
                    ));
                }
                for arg in args {
                    match &arg.value.kind {
                        ExprKind::Rows { of, .. } => self.expectation(of, roots, file),
                        _ => self.expectation(&arg.value, roots, file),
                    }
                }
            }
            _ => {}
        }
    }

    /// A condition with a scope that may look ahead.
    pub fn future_condition(&mut self, value: &'a Syntax, scope: &Scope) -> Expr {
        self.condition(value, &Scope { future: true, ..scope.clone() })
    }
}

/// The items of a list, or the one value.
pub(super) fn items(value: &Syntax) -> Vec<&Syntax> {
    match &value.kind {
        ExprKind::List(items) => items.iter().collect(),
        _ => vec![value],
    }
}
