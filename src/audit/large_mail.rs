//! H0507: mails that are too large for those who get the longest texts. Gmail cuts what is longer than 102 KB of HTML, and with it the
//! unsubscribe link.

use std::collections::BTreeMap;

use super::Look;
use crate::compose::{ComposeError, HTML_LIMIT, HTML_WARNING};
use crate::diagnostic::Diagnostic;
use crate::run::datum::Datum;
use crate::run::{Draft, Session};

/// For so many recipients of each template the mail is really written.
const WRITTEN: usize = 8;

/// The recipients of each template whose values are longest, by how long those are.
#[derive(Default)]
pub struct Largest {
    by_template: BTreeMap<String, Vec<(usize, Draft)>>,
}

impl Largest {
    /// Keeps a message if it is among the longest.
    pub fn see(&mut self, draft: Draft) {
        let length = length(&draft);
        let kept = self.by_template.entry(draft.inputs.template.clone()).or_default();
        let place = kept.partition_point(|(other, _)| *other >= length);
        if place < WRITTEN {
            kept.insert(place, (length, draft));
            kept.truncate(WRITTEN);
        }
    }

    /// Writes them, and says which templates are too large.
    pub fn findings(&self, look: &Look<'_, '_>, session: &Session) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (label, drafts) in &self.by_template {
            let sizes = drafts.iter().filter_map(|(_, draft)| Some((size(session, draft)?, draft)));
            let Some((bytes, draft)) = sizes.max_by_key(|(bytes, _)| *bytes) else { continue };
            let Some(place) = look.subject.body_of(label).filter(|_| bytes > HTML_WARNING) else { continue };
            let kilobytes = bytes.div_ceil(1000);
            let message = if bytes > HTML_LIMIT {
                format!(
                    "this mail has {kilobytes} KB of HTML for customer {}, and is not sent at all",
                    draft.customer
                )
            } else {
                format!("this mail has {kilobytes} KB of HTML for customer {}", draft.customer)
            };
            let limit = HTML_LIMIT / 1000;
            found.push(
                Diagnostic::warning("H0507", place, message)
                    .label(format!("Gmail cuts mails at {limit} KB"))
                    .related(look.decl.head, "sent by this campaign")
                    .help("what is cut is the end, and there is the unsubscribe link: show fewer products, or shorter texts"),
            );
        }
        found
    }
}

/// The bytes of the HTML; none for a mail that cannot be written for another reason, which a preview tells.
fn size(session: &Session, draft: &Draft) -> Option<usize> {
    match session.writer.write(&draft.customer, &draft.inputs, draft.due_at) {
        Ok(mail) => Some(mail.html.len()),
        Err(ComposeError::LargeHtml { bytes, .. }) => Some(bytes),
        Err(_) => None,
    }
}

/// How much text a message is filled with.
fn length(draft: &Draft) -> usize {
    let text = |values: &BTreeMap<String, Datum>| {
        values.values().filter_map(Datum::text).map(str::len).sum::<usize>()
    };
    let picks = draft.inputs.picks.iter();
    let picks = picks.map(|p| text(&p.product) + p.because.as_ref().map_or(0, text) + 400);
    text(&draft.inputs.customer) + picks.sum::<usize>()
}
