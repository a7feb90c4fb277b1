//! A mail server on loopback that keeps what it is handed, or behaves badly as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything.
    Takes,
    /// Takes everything from who knows the password, `opensesame`.
    WantsLogin,
    /// Says 550 to this recipient and takes the others.
    Refuses(&'static str),
    /// Says 451 at the end of each message.
    Busy,
    /// Takes the connection and says nothing.
    Silent,
    /// Goes away at the end of a message without an answer.
    Vanishes,
}

/// What one handing over was.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub bytes: Vec<u8>,
    /// Which connection it came over.
    pub connection: usize,
}

pub struct Postbox {
    port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Postbox {
    pub fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        // It ends with the test's process.
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let kept = Arc::clone(&kept);
                // A client that goes away in the middle is no fault of the server's.
                thread::spawn(move || drop(talk(stream, manner, connection, &kept)));
            }
        });
        Self { port, taken }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

fn talk(
    mut stream: TcpStream,
    manner: Manner,
    connection: usize,
    kept: &Mutex<Vec<Taken>>,
) -> std::io::Result<()> {
    if manner == Manner::Silent {
        thread::sleep(std::time::Duration::from_mins(1));
        return Ok(());
    }
    let mut lines = BufReader::new(stream.try_clone()?);
    let empty = || Taken { from: String::new(), to: Vec::new(), bytes: Vec::new(), connection };
    let (mut mail, mut known) = (empty(), manner != Manner::WantsLogin);
    stream.write_all(b"220 postbox.test ESMTP\r\n")?;
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let command = line.trim_end().to_owned();
        line.clear();
        let upper = command.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-postbox.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN"
        } else if upper.starts_with("AUTH PLAIN ") {
            // `\0ann\0opensesame`
            known |= command.ends_with("AGFubgBvcGVuc2VzYW1l");
            if known { "235 2.7.0 Welcome" } else { "535 5.7.8 Authentication credentials invalid" }
        } else if upper.starts_with("MAIL FROM:") && !known {
            "530 5.7.0 Authentication required"
        } else if upper.starts_with("MAIL FROM:") {
            mail = Taken { from: between(&command), ..empty() };
            "250 2.1.0 Ok"
        } else if upper.starts_with("RCPT TO:") {
            match manner {
                Manner::Refuses(whom) if between(&command) == whom => "550 5.1.1 No such user here",
                _ => {
                    mail.to.push(between(&command));
                    "250 2.1.5 Ok"
                }
            }
        } else if upper == "DATA" {
            stream.write_all(b"354 End with a dot\r\n")?;
            mail.bytes = body(&mut lines)?;
            match manner {
                Manner::Busy => "451 4.3.0 Try again later",
                Manner::Vanishes => return Ok(()),
                _ => {
                    kept.lock().unwrap().push(mail.clone());
                    "250 2.0.0 Ok: queued as 7"
                }
            }
        } else if upper == "QUIT" {
            "221 2.0.0 Bye"
        } else if upper == "RSET" {
            "250 2.0.0 Ok"
        } else {
            "502 5.5.2 What?"
        };
        stream.write_all(answer.as_bytes())?;
        stream.write_all(b"\r\n")?;
    }
    Ok(())
}

/// The message up to the dot, the doubled dots undone.
fn body(lines: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line)?;
        if line.is_empty() || line == b".\r\n" {
            return Ok(bytes);
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn between(command: &str) -> String {
    let rest = command.split_once('<').map_or("", |(_, rest)| rest);
    rest.split('>').next().unwrap_or_default().to_owned()
}
