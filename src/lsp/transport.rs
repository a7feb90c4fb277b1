//! Messages over two streams, framed by `Content-Length`. A message that cannot be read is told to the client and
//! skipped: an editor must not lose its server to one bad byte.

use std::io::{BufRead, Read, Write};
use std::thread;

use crossbeam_channel::{Receiver, Sender};
use lsp_server::Message;
use serde_json::json;

/// The largest message that is read; the largest file the language reads has 16 MB.
const LARGEST: usize = 128 << 20;

/// What came in.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Box<Message>),
    /// Something that is none, with the reason.
    Malformed(String),
    /// The stream has ended.
    End,
}

/// Reads messages on a thread of their own until the stream ends.
pub fn reader(mut input: impl BufRead + Send + 'static, out: Sender<Incoming>) {
    thread::spawn(move || {
        while let Some(body) = frame(&mut input) {
            let message = match body.map(|b| serde_json::from_slice::<Message>(&b)) {
                Ok(Ok(message)) => Incoming::Message(Box::new(message)),
                Ok(Err(error)) => Incoming::Malformed(error.to_string()),
                Err(reason) => Incoming::Malformed(reason),
            };
            if out.send(message).is_err() {
                return;
            }
        }
        let _ = out.send(Incoming::End);
    });
}

/// The bytes of the next message, or why there are none; nothing where the stream ends.
fn frame(input: &mut impl BufRead) -> Option<Result<Vec<u8>, String>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.take(8192).read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            // A blank line without a length before it is noise.
            match length {
                Some(length) => return body(input, length),
                None => continue,
            }
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            match value.trim().parse::<usize>() {
                Ok(bytes) => length = Some(bytes),
                Err(_) => return Some(Err(format!("`{}` is no length", value.trim()))),
            }
        }
    }
}

fn body(input: &mut impl BufRead, length: usize) -> Option<Result<Vec<u8>, String>> {
    if length > LARGEST {
        std::io::copy(&mut input.take(length as u64), &mut std::io::sink()).ok()?;
        return Some(Err(format!("a message of {} MB is not read", length >> 20)));
    }
    let mut bytes = Vec::new();
    input.take(length as u64).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(Ok(bytes))
}

/// Writes messages on a thread of their own until nobody sends any more; the thread ends when all are written.
pub fn writer(
    mut output: impl Write + Send + 'static,
    messages: Receiver<Message>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for message in messages {
            let mut value = json!({ "jsonrpc": "2.0" });
            if let (Some(all), Ok(serde_json::Value::Object(fields))) =
                (value.as_object_mut(), serde_json::to_value(&message))
            {
                all.extend(fields);
            }
            let text = value.to_string();
            let sent =
                write!(output, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| output.flush());
            if sent.is_err() {
                return;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Incoming> {
        let (send, receive) = crossbeam_channel::unbounded();
        reader(std::io::Cursor::new(bytes.to_vec()), send);
        receive.into_iter().collect()
    }

    #[test]
    fn a_bad_message_is_told_and_the_next_one_is_read() {
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let text = format!(
            "noise\r\n\r\nContent-Length: 5\r\n\r\n{{bad}}Content-Length: x\r\n\r\nContent-Length: {}\r\nContent-Type: a\r\n\r\n{good}",
            good.len()
        );
        let found = all(text.as_bytes());
        assert!(matches!(found[0], Incoming::Malformed(_)), "{found:?}");
        assert!(
            found.iter().any(|m| matches!(m, Incoming::Message(m) if matches!(&**m, Message::Notification(n) if n.method == "exit"))),
            "{found:?}"
        );
        assert!(matches!(found.last(), Some(Incoming::End)));
    }

    #[test]
    fn a_stream_that_ends_in_a_message_just_ends() {
        assert!(matches!(all(b"Content-Length: 500\r\n\r\n{\"a\"").as_slice(), [Incoming::End]));
    }
}
