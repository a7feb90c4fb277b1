//! A proof: a customer's message as it would be, marked, for its author.

use super::error::ComposeError;
use super::html::{self, Kind, escape};
use super::message::{Composed, Rendered, pictures_of, render};
use super::mime::{Content, Purpose, Recipient, SenderHeaders, assemble};
use super::prepare::PreparedTemplate;
use super::value::MessageContext;

/// What a proof's subject begins with.
pub const PREFIX: &str = "[Proof]";

/// How a proof is marked.
#[derive(Debug, Clone, Copy)]
pub struct ProofMark<'a> {
    /// What it is a proof of, in a few words: the value of `X-Herald-Proof`.
    pub of: &'a str,
    /// For whom it was made and why, in sentences that stand on top of it.
    pub note: &'a str,
}

/// Fills a template for one customer and makes a proof of it, to somebody else. The context's `unsubscribe_url` must be nobody's.
///
/// # Errors
/// As [`compose`](super::compose).
pub fn compose_proof(
    template: &PreparedTemplate,
    context: &MessageContext,
    sender: &SenderHeaders,
    recipient: &Recipient<'_>,
    mark: &ProofMark<'_>,
) -> Result<Composed, ComposeError> {
    let Rendered { subject, preheader, mut html, text, warnings } = render(template, context)?;
    let subject = format!("{PREFIX} {subject}");
    let place = top(&html);
    html.insert_str(place, &banner(mark.note));
    let text = format!("{PREFIX} {}\n\n----\n\n{text}", mark.note);
    let pictures = pictures_of(template, &html);
    let content = Content {
        subject: &subject,
        text: &text,
        html: &html,
        purpose: Purpose::Proof { of: mark.of },
        pictures: &pictures,
    };
    let bytes = assemble(sender, recipient, &content)?;
    Ok(Composed { subject, preheader, html, text, bytes, warnings, pictures })
}

/// Where the note goes: the top of what is seen, behind the preheader, so that the inbox shows that as a customer's would.
fn top(html: &str) -> usize {
    let tokens = html::tokenize(html);
    let is_body = |kind: &Kind| matches!(kind, Kind::Start { name, .. } if name == "body");
    let Some(body) = tokens.iter().position(|t| is_body(&t.kind)) else { return 0 };
    let mut rest = tokens[body + 1..]
        .iter()
        .filter(|t| !matches!(t.kind, Kind::Text if html[t.range.clone()].trim().is_empty()));
    let behind_body = tokens[body].range.end;
    let Some(first) = rest.next() else { return behind_body };
    let Kind::Start { name, attributes, .. } = &first.kind else { return behind_body };
    let hidden = attributes.iter().any(|a| {
        let style: String = html[a.value.clone()].chars().filter(|c| !c.is_whitespace()).collect();
        a.name == "style" && style.contains("display:none")
    });
    if !hidden {
        return behind_body;
    }
    let end = rest.find(|t| matches!(&t.kind, Kind::End { name: end } if end == name));
    end.map_or(behind_body, |t| t.range.end)
}

/// The note, in colours of its own that stay readable on a light and on a dark page.
fn banner(note: &str) -> String {
    format!(
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\
         <td bgcolor=\"#ffe28a\" style=\"background-color:#ffe28a;color:#1f1a00;border-bottom:3px dashed #7a5c00;\
         padding:12px 16px;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;text-align:left\">\
         <strong style=\"color:#1f1a00\">Proof.</strong> {}</td></tr></table>",
        escape(note)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_stands_behind_a_hidden_preheader_and_before_all_that_is_seen() {
        for (page, behind) in [
            ("<html><body class=\"x\">Hello</body></html>", "<html><body class=\"x\">"),
            ("<p>Hello</p>", ""),
            (
                "<body>\n<div style=\"display: none;color:red\">soon &amp; more</div><p>Hello</p></body>",
                "<body>\n<div style=\"display: none;color:red\">soon &amp; more</div>",
            ),
            ("<body><div style=\"color:red\">seen</div></body>", "<body>"),
            ("<body><div style=\"display:none\">never closed", "<body>"),
            ("<title><body></title><body>", "<title><body></title><body>"),
        ] {
            assert_eq!(&page[..top(page)], behind, "{page}");
        }
    }

    #[test]
    fn a_customers_name_in_the_note_is_text() {
        assert!(banner("made for <script>").contains("made for &lt;script&gt;"));
    }
}
