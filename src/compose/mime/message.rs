//! The message put together: multipart/alternative, the text first, the HTML with its pictures.

use std::sync::Arc;

use super::super::error::ComposeError;
use super::super::pictures::Picture;
use super::encode;
use super::headers::{Purpose, Recipient, SenderHeaders, short_hash};

/// What goes into a message besides the sender's fields.
pub(crate) struct Content<'a> {
    pub subject: &'a str,
    pub text: &'a str,
    pub html: &'a str,
    pub purpose: Purpose<'a>,
    pub pictures: &'a [Arc<Picture>],
}

/// Writes the whole message. The same input gives the same bytes.
pub(crate) fn assemble(
    sender: &SenderHeaders,
    recipient: &Recipient<'_>,
    content: &Content<'_>,
) -> Result<Vec<u8>, ComposeError> {
    let pictures: usize = content.pictures.iter().map(|p| p.part.len()).sum();
    let mut out =
        Vec::with_capacity(content.html.len() * 5 / 4 + content.text.len() * 3 / 2 + pictures + 2048);
    sender.write(recipient, content.subject, &content.purpose, &mut out)?;
    // `=_` can stand in neither quoted-printable nor base64, and the hash in no 7bit text.
    let outer = format!("=_a{}", short_hash("boundary", recipient.id));
    let mut put = |pieces: &[&str]| pieces.iter().for_each(|p| out.extend_from_slice(p.as_bytes()));
    put(&["Content-Type: multipart/alternative; boundary=\"", &outer, "\"\r\n\r\n--", &outer, "\r\n"]);
    encode::text_part("plain", content.text, &mut out);
    let mut put = |pieces: &[&str]| pieces.iter().for_each(|p| out.extend_from_slice(p.as_bytes()));
    put(&["--", &outer, "\r\n"]);
    if content.pictures.is_empty() {
        encode::text_part("html", content.html, &mut out);
    } else {
        let inner = format!("=_r{}", short_hash("related", recipient.id));
        put(&[
            "Content-Type: multipart/related; type=\"text/html\"; boundary=\"",
            &inner,
            "\"\r\n\r\n--",
            &inner,
            "\r\n",
        ]);
        encode::text_part("html", content.html, &mut out);
        for picture in content.pictures {
            out.extend_from_slice(format!("--{inner}\r\n").as_bytes());
            out.extend_from_slice(&picture.part);
        }
        out.extend_from_slice(format!("--{inner}--\r\n").as_bytes());
    }
    out.extend_from_slice(format!("--{outer}--\r\n").as_bytes());
    Ok(out)
}
