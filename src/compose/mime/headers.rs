//! Header fields: the sender's once a campaign, the recipient's once a message.

use jiff::Timestamp;
use lettre::Address;
use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue, Headers, ReplyTo, Subject, To};

use super::super::error::ComposeError;

/// Longest line of a message, without its line break (RFC 5322, 2.1.1).
const HARD_LINE: usize = 998;

/// Who a campaign's mails come from, as the campaign file says.
#[derive(Debug, Clone, Default)]
pub struct SenderSettings {
    /// `Aurora <hello@aurora.example>` or a bare address.
    pub from: String,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<String>,
    /// The list's name for mail programs, such as `Aurora`; its identifier is made of `list` and the sender's domain.
    pub list_title: Option<String>,
    /// The list's own word, such as the campaign's or the sender's name.
    pub list: String,
    /// An address that unsubscribes who writes to it, besides the link.
    pub unsubscribe_mailto: Option<String>,
}

/// The sender's header fields, encoded once.
#[derive(Debug, Clone)]
pub struct SenderHeaders {
    fixed: String,
    domain: String,
    mailto: Option<String>,
}

/// One recipient and what makes the message that recipient's own.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The name, if known.
    pub name: Option<&'a str>,
    /// The address.
    pub address: &'a str,
    /// An identifier that names the run and the recipient and nothing else. Message-ID and boundaries are derived from it, so that a
    /// resend carries the same.
    pub id: &'a str,
    /// The time of hand-over.
    pub date: Timestamp,
}

/// What a message is, as its header fields say.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// A campaign's mail, with the way out that mail programs offer as a button.
    Campaign {
        /// The recipient's own link.
        unsubscribe_url: &'a str,
    },
    /// A proof for the author: no subscription hangs on it, so no button ends one.
    Proof {
        /// What it is a proof of.
        of: &'a str,
    },
}

impl SenderHeaders {
    /// Reads and encodes the sender's fields.
    ///
    /// # Errors
    /// An address that is none; a line break in a name.
    pub fn new(settings: &SenderSettings) -> Result<Self, ComposeError> {
        let from = mailbox(&settings.from, "From")?;
        let domain = ascii_domain(&from)?;
        let mut headers = Headers::new();
        headers.set(lettre::message::header::From::from(lettre::message::Mailboxes::from(from)));
        if let Some(reply_to) = &settings.reply_to {
            headers.set(ReplyTo::from(lettre::message::Mailboxes::from(mailbox(reply_to, "Reply-To")?)));
        }
        let word: String =
            settings.list.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        let word = if word.is_empty() { "news".to_owned() } else { word };
        let mut fixed = headers.to_string();
        let title = settings.list_title.as_deref().unwrap_or_default();
        refuse_controls(title, "List-Id")?;
        let phrase = match title {
            "" => String::new(),
            title => encoded_word(title) + " ",
        };
        fixed.push_str(&["List-Id: ", &phrase, "<", &word, ".", &domain, ">\r\n"].concat());
        let mailto = match &settings.unsubscribe_mailto {
            Some(address) => Some(address_of(address)?.to_string()),
            None => None,
        };
        Ok(Self { fixed, domain, mailto })
    }

    /// Writes all header fields of a message, up to and without the content type.
    pub(super) fn write(
        &self,
        recipient: &Recipient<'_>,
        subject: &str,
        purpose: &Purpose<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), ComposeError> {
        refuse_controls(subject, "Subject")?;
        let name = recipient.name.map(str::trim).filter(|n| !n.is_empty());
        refuse_controls(name.unwrap_or_default(), "To")?;
        let to = Mailbox::new(name.map(str::to_owned), address_of(recipient.address)?);
        let mut headers = Headers::with_capacity(2);
        headers.set(To::from(lettre::message::Mailboxes::from(to)));
        headers.set(Subject::from(subject.to_owned()));
        let own = headers.to_string();
        let date = recipient.date.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let id = self.message_id(recipient.id);
        for piece in
            [&self.fixed, &own, "Date: ", &date, "\r\nMessage-ID: ", &id, "\r\nMIME-Version: 1.0\r\n"]
        {
            out.extend_from_slice(piece.as_bytes());
        }
        match purpose {
            Purpose::Campaign { unsubscribe_url } => self.write_way_out(unsubscribe_url, out)?,
            Purpose::Proof { of } => {
                refuse_controls(of, "X-Herald-Proof")?;
                let name = HeaderName::new_from_ascii_str("X-Herald-Proof");
                let mut headers = Headers::new();
                headers.insert_raw(HeaderValue::new(name, (*of).to_owned()));
                out.extend_from_slice(headers.to_string().as_bytes());
            }
        }
        if let Some(line) = out.split(|b| *b == b'\n').find(|line| line.len() > HARD_LINE + 1) {
            let header = if line.starts_with(b"List-") { "List-Unsubscribe" } else { "header" };
            return Err(ComposeError::LongHeader { header });
        }
        Ok(())
    }

    /// The fields by which mail programs offer to unsubscribe (RFC 2369, RFC 8058).
    fn write_way_out(&self, unsubscribe_url: &str, out: &mut Vec<u8>) -> Result<(), ComposeError> {
        check_unsubscribe(unsubscribe_url)?;
        out.extend_from_slice(format!("List-Unsubscribe: <{unsubscribe_url}>").as_bytes());
        if let Some(mailto) = &self.mailto {
            out.extend_from_slice(format!(",\r\n <mailto:{mailto}?subject=unsubscribe>").as_bytes());
        }
        out.extend_from_slice(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        Ok(())
    }

    /// The Message-ID that a message of that identifier carries, with its angle brackets.
    #[must_use]
    pub fn message_id(&self, id: &str) -> String {
        format!("<{}@{}>", short_hash("message-id", id), self.domain)
    }
}

/// 32 hexadecimal digits of a keyed hash, different for each purpose.
pub(super) fn short_hash(purpose: &str, id: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(purpose.as_bytes()).update(b"\0").update(id.as_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

fn refuse_controls(text: &str, header: &'static str) -> Result<(), ComposeError> {
    let control = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().any(control) { Err(ComposeError::HeaderInjection { header }) } else { Ok(()) }
}

fn mailbox(text: &str, header: &'static str) -> Result<Mailbox, ComposeError> {
    refuse_controls(text, header)?;
    let parsed: Mailbox = text.parse().map_err(|_| ComposeError::Address { address: text.to_owned() })?;
    let email = address_of(parsed.email.as_ref())?;
    Ok(Mailbox::new(parsed.name, email))
}

/// An address that can be written in ASCII headers: the domain in its ASCII form, the local part ASCII already.
fn address_of(text: &str) -> Result<Address, ComposeError> {
    let refused = || ComposeError::Address { address: text.chars().filter(|c| !c.is_control()).collect() };
    let address: Address = text.trim().parse().map_err(|_| refused())?;
    let unwritable =
        |s: &str| !s.is_ascii() || s.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'<' || b == b'>');
    if unwritable(address.user()) || unwritable(address.domain()) || text.len() > 320 {
        return Err(refused());
    }
    Ok(address)
}

fn ascii_domain(mailbox: &Mailbox) -> Result<String, ComposeError> {
    let domain = mailbox.email.domain().to_owned();
    if domain.starts_with('[') {
        Err(ComposeError::Address { address: mailbox.email.to_string() })
    } else {
        Ok(domain)
    }
}

/// A phrase of any script in a header that lettre has no type for.
fn encoded_word(text: &str) -> String {
    let simple = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-');
    if simple {
        return text.to_owned();
    }
    let value = HeaderValue::new(HeaderName::new_from_ascii_str("List-Id"), text.to_owned());
    let mut headers = Headers::new();
    headers.insert_raw(value);
    let written = headers.to_string();
    let encoded = written.trim_start_matches("List-Id: ").trim_end().to_owned();
    if encoded.starts_with("=?") { encoded } else { format!("\"{}\"", text.replace(['"', '\\'], "'")) }
}

fn check_unsubscribe(url: &str) -> Result<(), ComposeError> {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b',' | b'"');
    if url.starts_with("https://") && url.len() > "https://".len() && url.bytes().all(plain) {
        return Ok(());
    }
    Err(ComposeError::Unsubscribe { url: url.chars().filter(|c| !c.is_control()).collect() })
}
