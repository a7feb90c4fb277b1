//! One recipient's message: picks in hand to MIME bytes.

use std::sync::Arc;

use minijinja::Value;
use unicode_width::UnicodeWidthStr;

use super::css;
use super::error::{ComposeError, Part, TemplateError, TemplateFault, Warning};
use super::html::escape;
use super::mime::{Content, Purpose, Recipient, SenderHeaders, assemble};
use super::pictures::Picture;
use super::prepare::PreparedTemplate;
use super::tidy::tidy;
use super::value::{MessageContext, Root};

/// Beyond this many bytes of HTML Gmail cuts a mail.
pub const HTML_LIMIT: usize = 102_000;
/// From here on it is worth a warning.
pub const HTML_WARNING: usize = 90_000;
/// The longest subject, in bytes.
pub const SUBJECT_LIMIT: usize = 400;
/// From this width on, in columns, most inboxes cut a subject.
pub const SUBJECT_WARNING: usize = 90;

/// A message ready to be handed over.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The subject line.
    pub subject: String,
    /// What the inbox shows after it; may be empty.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// The message as it goes over the wire.
    pub bytes: Vec<u8>,
    /// What is worth a look.
    pub warnings: Vec<Warning>,
    pub(super) pictures: Vec<Arc<Picture>>,
}

/// A message without its envelope: what a person would read. Tests and previews need no more.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The subject line.
    pub subject: String,
    /// What the inbox shows after it; may be empty.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// What is worth a look.
    pub warnings: Vec<Warning>,
}

/// Fills a template for one recipient.
///
/// # Errors
/// A value that this recipient does not have, and every limit of the mail standards that the result would break.
pub fn render(template: &PreparedTemplate, context: &MessageContext) -> Result<Rendered, ComposeError> {
    let language =
        template.language.clone().or_else(|| context.locale.clone()).unwrap_or_else(|| "en".into());
    let mut root =
        Root { context: context.clone(), language, subject: Value::UNDEFINED, preheader: Value::from("") };
    let subject = one_line(&fill(template, "subject", &root)?, "Subject")?;
    let mut warnings = Vec::new();
    check_subject(&subject, &mut warnings)?;
    root.subject = Value::from(&subject);
    let mut preheader = String::new();
    if template.has_preheader {
        preheader = one_line(&fill(template, "preheader", &root)?, "preheader")?;
        root.preheader = Value::from(&preheader);
    }
    let root = Value::from_object(root);
    let mut html = fill_value(template, "html", &root)?;
    if template.styled_per_message().is_some() {
        html = css::inline(&html).map_err(ComposeError::Css)?;
    }
    let text = tidy(&fill_value(template, "text", &root)?);
    check_html(&html, &context.unsubscribe_url, &mut warnings)?;
    Ok(Rendered { subject, preheader, html, text, warnings })
}

/// Fills a template for one recipient and makes the message of it. The same input gives the same bytes.
///
/// # Errors
/// As [`render`]; and an address or a header that cannot be written.
pub fn compose(
    template: &PreparedTemplate,
    context: &MessageContext,
    sender: &SenderHeaders,
    recipient: &Recipient<'_>,
) -> Result<Composed, ComposeError> {
    let Rendered { subject, preheader, html, text, warnings } = render(template, context)?;
    let pictures = pictures_of(template, &html);
    let content = Content {
        subject: &subject,
        text: &text,
        html: &html,
        purpose: Purpose::Campaign { unsubscribe_url: &context.unsubscribe_url },
        pictures: &pictures,
    };
    let bytes = assemble(sender, recipient, &content)?;
    Ok(Composed { subject, preheader, html, text, bytes, warnings, pictures })
}

/// The pictures that travel inside the message.
pub(super) fn pictures_of(template: &PreparedTemplate, html: &str) -> Vec<Arc<Picture>> {
    if template.inlines { template.pictures.used_in(html) } else { Vec::new() }
}

fn fill(template: &PreparedTemplate, part: &str, root: &Root) -> Result<String, TemplateError> {
    let root = Root {
        context: root.context.clone(),
        language: Arc::clone(&root.language),
        subject: root.subject.clone(),
        preheader: root.preheader.clone(),
    };
    fill_value(template, part, &Value::from_object(root))
}

fn fill_value(template: &PreparedTemplate, part: &str, root: &Value) -> Result<String, TemplateError> {
    template.engine.get_template(part).and_then(|t| t.render(root)).map_err(|e| template.explain(&e, part))
}

/// A text for a header: one line, no control characters. A line break comes from a merged value, and is never passed on.
fn one_line(text: &str, header: &'static str) -> Result<String, ComposeError> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(ComposeError::HeaderInjection { header });
    }
    Ok(text.to_owned())
}

fn check_subject(subject: &str, warnings: &mut Vec<Warning>) -> Result<(), ComposeError> {
    if subject.is_empty() {
        return Err(ComposeError::EmptySubject);
    }
    if subject.len() > SUBJECT_LIMIT {
        return Err(ComposeError::LongSubject { bytes: subject.len(), limit: SUBJECT_LIMIT });
    }
    let columns = subject.width();
    if columns > SUBJECT_WARNING {
        warnings.push(Warning::LongSubject { columns });
    }
    Ok(())
}

fn check_html(html: &str, unsubscribe_url: &str, warnings: &mut Vec<Warning>) -> Result<(), ComposeError> {
    if html.len() > HTML_LIMIT {
        return Err(ComposeError::LargeHtml { bytes: html.len(), limit: HTML_LIMIT });
    }
    if html.len() > HTML_WARNING {
        warnings.push(Warning::NearSizeLimit { bytes: html.len() });
    }
    // The layout puts the link in; a condition of the author's may still leave it out.
    if unsubscribe_url.is_empty() || !html.contains(&escape(unsubscribe_url)) {
        let message = "the mail would go out without its unsubscribe link";
        return Err(TemplateError::new(Part::Body, 0..0, TemplateFault::Unsafe, message).into());
    }
    Ok(())
}

impl Composed {
    /// The HTML as a browser can show it by itself: pictures that travel inside the mail are written into the page.
    #[must_use]
    pub fn page(&self) -> String {
        let mut page = self.html.clone();
        for picture in &self.pictures {
            let data = format!("data:{};base64,{}", picture.media_type, picture.base64);
            page = page.replace(&format!("cid:{}", picture.cid), &data);
        }
        page
    }

    /// The message as a terminal shows it: subject, preheader, text part.
    #[must_use]
    pub fn terminal(&self) -> String {
        let mut out = format!("Subject: {}\n", self.subject);
        if !self.preheader.is_empty() {
            out.push_str(&["Preview: ", &self.preheader, "\n"].concat());
        }
        out.push('\n');
        out.push_str(&self.text);
        out
    }
}
