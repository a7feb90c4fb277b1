//! Just enough of HTTP to ask a server on loopback as a browser would, and to listen to its events.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer: the status, the head and the body.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Asks once; the connection ends with the answer.
pub fn ask(port: u16, method: &str, path: &str, host: &str) -> Answer {
    let mut reader = BufReader::new(send(port, method, path, "1.1", host));
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 0 && !head.ends_with("\r\n\r\n") {}
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse().ok() } else { None }
    });
    let mut body = Vec::new();
    match length {
        Some(length) => reader.take(length).read_to_end(&mut body).unwrap(),
        None => reader.read_to_end(&mut body).unwrap(),
    };
    Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() }
}

/// Asks for something to look at.
pub fn get(port: u16, path: &str) -> Answer {
    ask(port, "GET", path, &format!("127.0.0.1:{port}"))
}

fn send(port: u16, method: &str, path: &str, version: &str, host: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    write!(stream, "{method} {path} HTTP/{version}\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    stream
}

/// A stream of server-sent events.
pub struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    /// HTTP/1.0, so that the events come as they are and not in chunks.
    pub fn of(port: u16, path: &str) -> Self {
        let mut lines = BufReader::new(send(port, "GET", path, "1.0", &format!("127.0.0.1:{port}")));
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap() > 0 && line != "\r\n" {
            line.clear();
        }
        Self { lines }
    }

    /// The next event's data that begins with this.
    pub fn next(&mut self, beginning: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream has ended");
            if let Some(data) = line.strip_prefix("data: ").filter(|d| d.starts_with(beginning)) {
                return data.trim_end().to_owned();
            }
        }
    }
}
