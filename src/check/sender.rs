//! A `sender`.

use super::checker::{Checker, DeclId};
use super::model::{self, Via};
use super::source::string;
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::{self, Expr as Syntax, ExprKind};

impl<'a> Checker<'a> {
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
            self.wrong_value(value, "a colour such as `\"#0b6e4f\"`");
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
        match &value.kind {
            ExprKind::Call { callee, .. } if !matches!(callee.text.as_str(), "files" | "smtp") => {
                let message = format!("mails do not leave by `{}`", callee.text);
                let finding = Diagnostic::error("H0205", callee.span, message).label("no transport");
                let finding =
                    super::expr::near(finding, &callee.text, callee.span, &["files", "smtp"], "there are");
                self.report(finding);
            }
            _ => self.wrong_value(value, "`files(\"outbox\")` or `smtp(env: \"SMTP_URL\")`"),
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
            self.wrong_value(value, "a rate such as `50 per second`");
        }
    }
}
