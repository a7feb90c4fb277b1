//! A template made ready: everything that is the same for all recipients is done here, once.

use std::ops::Range;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind};

use super::engine::engine;
use super::error::{Part, TemplateError, TemplateFault};
use super::filters::{NoValue, UnsafeLink};
use super::library::Library;
use super::pictures::Pictures;
use super::tags::{LoneLines, Restored, Tags};
use super::{css, document, html, layout, markdown, mjml, plain, text_part};

/// How a template's body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain text; the HTML part is made of it.
    Text,
    /// Markdown, in the standard layout.
    Markdown,
    /// HTML: a whole page, or a piece that goes into the standard layout.
    Html,
    /// MJML.
    Mjml,
}

/// A template as its author wrote it.
#[derive(Debug, Clone)]
pub struct TemplateSource {
    /// Its name, for messages.
    pub name: String,
    /// The language it is written in (`zh-CN`); the recipient's if not given.
    pub language: Option<String>,
    /// How the body is written.
    pub format: Format,
    /// The subject line.
    pub subject: String,
    /// What the inbox shows after the subject.
    pub preheader: Option<String>,
    /// The body.
    pub body: String,
}

/// What templates can reach.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The texts that `include` finds.
    pub library: Library,
    /// The pictures that `inline` finds.
    pub pictures: Arc<Pictures>,
}

/// A template that can be filled, from any number of threads.
#[derive(Debug)]
pub struct PreparedTemplate {
    pub(crate) name: String,
    pub(crate) language: Option<Arc<str>>,
    pub(crate) engine: Environment<'static>,
    pub(crate) pictures: Arc<Pictures>,
    pub(crate) has_preheader: bool,
    pub(crate) inlines: bool,
    dynamic: Option<&'static str>,
    sources: Sources,
    tags: Tags,
    html: Restored,
    text: Restored,
}

#[derive(Debug)]
struct Sources {
    subject: String,
    preheader: String,
    body: String,
}

/// Makes a template ready.
///
/// # Errors
/// The first mistake in the template, with its place in the text that holds it.
pub fn prepare(source: &TemplateSource, around: &Surroundings) -> Result<PreparedTemplate, TemplateError> {
    let mut env = engine(&around.pictures);
    let preheader = source.preheader.clone().unwrap_or_default();
    for (part, text) in
        [(Part::Subject, &source.subject), (Part::Preheader, &preheader), (Part::Body, &source.body)]
    {
        if text.len() > BODY_LIMIT {
            let message = format!("{} bytes are too many: {BODY_LIMIT} is the limit", text.len());
            return Err(TemplateError::new(part, 0..text.len(), TemplateFault::Limit, message));
        }
    }
    add(&mut env, "subject", source.subject.trim(), Part::Subject)?;
    add(&mut env, "preheader", preheader.trim(), Part::Preheader)?;
    // The author's own text first: a mistake of syntax is found at its own place.
    env.template_from_named_str("body", &source.body)
        .map_err(|e| syntax_error(&e, Part::Body, &source.body, &|r| Some(r.clone())))?;
    let mut tags = Tags::new(&[&source.body]);
    let (page, text) = page(source, &mut tags, &around.library)?;
    let page = layout::complete(&page, &mut tags, &around.library)?;
    check_depth(&page, false, &source.body)?;
    let settled = document::settle(&page, &tags, &source.body)?;
    let (html, dynamic) = styled(&settled)?;
    let html = document::guard_links(&html, &mut tags);
    let text = match text {
        Some(own) => {
            let footer = around.library.find("std/footer", "html").unwrap_or_default();
            let footer = tags.protect_ours(&footer, &around.library, "html", 0..0)?;
            let footer = document::settle(&footer, &tags, "")?;
            [own.as_str(), "\n\n", &text_part::derive(&footer.html, &mut tags)].concat()
        }
        None => text_part::derive(&html, &mut tags),
    };
    let (html, text) = (tags.restore(&html), tags.restore(&text));
    for (name, restored) in [("html", &html), ("text", &text)] {
        env.add_template_owned(name, restored.text.clone())
            .map_err(|e| syntax_error(&e, Part::Body, &source.body, &|r| restored.origin(&tags, r)))?;
    }
    Ok(PreparedTemplate {
        name: source.name.clone(),
        language: source.language.as_deref().map(Arc::from),
        engine: env,
        pictures: Arc::clone(&around.pictures),
        has_preheader: !preheader.trim().is_empty(),
        inlines: html.text.contains("inline"),
        dynamic,
        sources: Sources { subject: source.subject.clone(), preheader, body: source.body.clone() },
        tags,
        html,
        text,
    })
}

/// The body as a protected page, and its own protected text where that is what the author wrote.
fn page(
    source: &TemplateSource,
    tags: &mut Tags,
    library: &Library,
) -> Result<(String, Option<String>), TemplateError> {
    let body = &source.body;
    Ok(match source.format {
        Format::Text => {
            let text = tags.protect(body, library, "txt", LoneLines::Vanish)?;
            let html = plain::compile(&text, tags);
            (layout::wrap(&html, tags, library)?, Some(text))
        }
        Format::Markdown => {
            let protected = tags.protect(body, library, "md", LoneLines::Comment)?;
            let html = markdown::compile(&protected, tags).map_err(|e| markdown_error(&e, tags, body))?;
            (layout::wrap(&html, tags, library)?, None)
        }
        Format::Html => {
            let protected = tags.protect(body, library, "html", LoneLines::Vanish)?;
            check_depth(&protected, false, body)?;
            let page = layout::is_page(&protected);
            (if page { protected } else { layout::wrap(&protected, tags, library)? }, None)
        }
        Format::Mjml => {
            let protected = tags.protect(body, library, "mjml", LoneLines::Vanish)?;
            check_depth(&protected, true, body)?;
            (mjml::compile(&protected, tags, library, body)?, None)
        }
    })
}

/// The longest body, in bytes. What it becomes may have a fifth of that.
const BODY_LIMIT: usize = 500_000;

fn check_depth(protected: &str, xml: bool, body: &str) -> Result<(), TemplateError> {
    if html::depth(protected, xml) > html::DEPTH { Err(too_deep(body)) } else { Ok(()) }
}

fn markdown_error(refused: &markdown::Refused, tags: &Tags, body: &str) -> TemplateError {
    match refused {
        markdown::Refused::TooDeep => too_deep(body),
        markdown::Refused::Code(index) => {
            let message = "Markdown takes this line for code, because it is indented by four blanks or more";
            TemplateError::new(Part::Body, tags.get(*index).origin.clone(), TemplateFault::Layout, message)
                .help("indent it by less than four")
        }
    }
}

fn too_deep(body: &str) -> TemplateError {
    let message = "too many elements stand inside one another";
    TemplateError::new(Part::Body, 0..body.len(), TemplateFault::Limit, message)
}

/// The page with its style sheets applied, if that can be done before it is filled; else the page and why not.
fn styled(settled: &document::Document) -> Result<(String, Option<&'static str>), TemplateError> {
    if settled.dynamic.is_some() {
        return Ok((settled.html.clone(), settled.dynamic));
    }
    let inlined = css::inline(&settled.html).map_err(|e| {
        TemplateError::new(
            Part::Body,
            0..0,
            TemplateFault::Layout,
            format!("the style sheet cannot be applied: {e}"),
        )
    })?;
    if css::same_structure(&settled.html, &inlined) {
        Ok((inlined, None))
    } else {
        Ok((settled.html.clone(), Some("elements open or close only for some recipients, or are not closed")))
    }
}

fn add(
    env: &mut Environment<'static>,
    name: &'static str,
    text: &str,
    part: Part,
) -> Result<(), TemplateError> {
    env.add_template_owned(name, text.to_owned())
        .map_err(|e| syntax_error(&e, part, text, &|r| Some(r.clone())))
}

fn syntax_error(
    error: &minijinja::Error,
    part: Part,
    text: &str,
    origin: &dyn Fn(&Range<usize>) -> Option<Range<usize>>,
) -> TemplateError {
    let range = error.range().and_then(|r| origin(&r)).unwrap_or(0..text.len());
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    TemplateError::new(part, range, TemplateFault::Syntax, message)
}

impl PreparedTemplate {
    /// The template's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the template became: the text that is filled for each recipient to give the HTML part. For people who wonder what was
    /// made of theirs, and for benchmarks that give another engine the same work.
    pub fn compiled_html(&self) -> &str {
        &self.html.text
    }

    /// The text that is filled to give the text part.
    pub fn compiled_text(&self) -> &str {
        &self.text.text
    }

    /// Why style sheets are applied to every message anew, which costs about 0.2 ms each; `None` if that was done once for all.
    pub fn styled_per_message(&self) -> Option<&'static str> {
        self.dynamic
    }

    /// Explains an error of the engine while a part was filled, with its place in the author's text.
    pub(crate) fn explain(&self, error: &minijinja::Error, template: &str) -> TemplateError {
        let engine_range = error.range();
        let (part, text) = match template {
            "subject" => (Part::Subject, &self.sources.subject),
            "preheader" => (Part::Preheader, &self.sources.preheader),
            _ => (Part::Body, &self.sources.body),
        };
        let range = engine_range.as_ref().and_then(|r| match template {
            "html" => self.html.origin(&self.tags, r),
            "text" => self.text.origin(&self.tags, r),
            // The engine's text was trimmed.
            _ => {
                let cut = text.len() - text.trim_start().len();
                Some(r.start + cut..(r.end + cut).min(text.len()))
            }
        });
        let compiled = match template {
            "html" => &self.html.text,
            "text" => &self.text.text,
            _ => text.trim(),
        };
        let at = engine_range.map_or(0, |r| r.start);
        // An error in an output is shown as all of the output: that names what was to be printed.
        let opening = compiled.get(..at).and_then(|s| s.rfind("{{"));
        let output = opening.and_then(|open| Some(&compiled[open..open + compiled[open..].find("}}")? + 2]));
        let output = output.filter(|o| opening.is_some_and(|open| at < open + o.len()));
        let mut range = range.filter(|r| text.get(r.clone()).is_some()).unwrap_or(0..text.len());
        let (fault, message) = describe(error, output.unwrap_or_default());
        if output.is_some()
            && fault == TemplateFault::Missing
            && let Some(open) = text[..range.start].rfind("{{")
            && let Some(length) = text[open..].find("}}")
            && open + length >= range.start
        {
            range = open..open + length + 2;
        }
        TemplateError::new(part, range, fault, message)
    }
}

fn describe(error: &minijinja::Error, expression: &str) -> (TemplateFault, String) {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<UnsafeLink>() {
            return (
                TemplateFault::Unsafe,
                error.detail().unwrap_or("a link that no mail may have").to_owned(),
            );
        }
        if inner.is::<NoValue>() {
            return missing(expression);
        }
        cause = inner.source();
    }
    match error.kind() {
        ErrorKind::UndefinedError => match error.detail().and_then(|d| d.split('`').nth(1)) {
            Some(name) => (TemplateFault::Missing, format!("`{name}` has no value for this customer")),
            None => missing(expression),
        },
        ErrorKind::OutOfFuel => (
            TemplateFault::Limit,
            "the template does too much work: is there a loop without an end".to_owned(),
        ),
        _ => {
            let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            (TemplateFault::Value, message)
        }
    }
}

/// Names what is missing: the expression without its brackets and filters.
fn missing(expression: &str) -> (TemplateFault, String) {
    let inner =
        expression.trim().trim_start_matches("{{").trim_end_matches("}}").trim_matches(['-', '+', ' ']);
    let name = inner.trim_start_matches('(').split(['|', ')']).next().unwrap_or_default().trim();
    let message = match name {
        "" => "a value is missing for this customer".to_owned(),
        name => format!("`{name}` has no value for this customer"),
    };
    (TemplateFault::Missing, message)
}
