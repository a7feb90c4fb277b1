//! What can go wrong with a template, and with one message.

use std::fmt;
use std::ops::Range;

/// The part of a template that an error is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The subject line.
    Subject,
    /// The preheader.
    Preheader,
    /// The body.
    Body,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "subject",
            Self::Preheader => "preheader",
            Self::Body => "body",
        })
    }
}

/// What kind of mistake it is; a caller chooses its diagnostic code by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TemplateFault {
    /// The template's text is not a template.
    Syntax,
    /// MJML that the compiler refuses.
    Layout,
    /// An included name that is not there, or includes that go round in a circle.
    Include,
    /// Something that a mail must not do: a script, a value outside quotes, a link that is no link.
    Unsafe,
    /// A value that this recipient does not have.
    Missing,
    /// Too much work, or nesting too deep.
    Limit,
    /// A filter that refuses its input, and whatever else happens while a template is filled.
    Value,
}

/// A mistake in a template, with its place in the text that the author wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {message}")]
pub struct TemplateError {
    /// Which of the template's texts.
    pub part: Part,
    /// The bytes in that text; the `include` where the mistake is in an included text.
    pub range: Range<usize>,
    /// What kind of mistake.
    pub fault: TemplateFault,
    /// One sentence, without a full stop.
    pub message: String,
    /// What to do, where that is known.
    pub help: Option<String>,
}

impl TemplateError {
    pub(crate) fn new(
        part: Part,
        range: Range<usize>,
        fault: TemplateFault,
        message: impl Into<String>,
    ) -> Self {
        Self { part, range, fault, message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why one recipient's message could not be made. The run sets that recipient aside and goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The template failed for this recipient.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A line break or another control character in a value that goes into a header.
    #[error("the {header} would contain a line break or control character")]
    HeaderInjection {
        /// The header's name.
        header: &'static str,
    },
    /// An address that cannot be written to.
    #[error("`{address}` is not an e-mail address")]
    Address {
        /// The address as given.
        address: String,
    },
    /// A subject with nothing in it.
    #[error("the subject is empty")]
    EmptySubject,
    /// A subject that no inbox shows.
    #[error("the subject has {bytes} bytes; {limit} is the limit")]
    LongSubject {
        /// Its length in bytes.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// HTML so long that Gmail cuts it, and with it the unsubscribe link.
    #[error("the HTML part has {bytes} bytes; mailboxes cut it at {limit}")]
    LargeHtml {
        /// Its length in bytes.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// An unsubscribe target that no mailbox would call.
    #[error("the unsubscribe link must be an https address, `{url}` is not")]
    Unsubscribe {
        /// The link as given.
        url: String,
    },
    /// A header line that could not be kept within the limit of the mail standards.
    #[error("the {header} cannot be written in lines of 998 bytes")]
    LongHeader {
        /// The header's name.
        header: &'static str,
    },
    /// CSS could not be inlined into this message (only where that is done for each message).
    #[error("the style sheet could not be applied: {0}")]
    Css(String),
}

/// Something worth a look that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The HTML is near the size at which mailboxes cut it.
    NearSizeLimit {
        /// Its length in bytes.
        bytes: usize,
    },
    /// A subject that most inboxes cut.
    LongSubject {
        /// Its width in terminal cells (a Chinese character has two).
        columns: usize,
    },
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NearSizeLimit { bytes } => {
                write!(f, "the HTML has {bytes} bytes; mailboxes cut it at 102,000")
            }
            Self::LongSubject { columns } => {
                write!(f, "the subject is {columns} columns wide; most inboxes cut it")
            }
        }
    }
}
