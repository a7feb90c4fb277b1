//! A mail server on loopback that keeps what it is handed, or behaves badly as it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

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
    /// Whether nobody on the way could read it.
    pub encrypted: bool,
}

/// When a server's connections are encrypted.
#[derive(Clone)]
enum Security {
    Never,
    /// After `STARTTLS`.
    StartTls(Arc<ServerConfig>),
    /// From the first byte.
    Tls(Arc<ServerConfig>),
}

/// A certificate for this machine that its own key has signed, and that key.
pub struct Identity {
    /// The certificate, for who is to trust it.
    pub pem: String,
    config: Arc<ServerConfig>,
}

impl Identity {
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Self { pem: made.cert.pem(), config: Arc::new(config) }
    }
}

pub struct Postbox {
    port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Postbox {
    pub fn open(manner: Manner) -> Self {
        Self::listen(manner, Security::Never)
    }

    /// One that changes over to TLS when it is asked to.
    pub fn with_starttls(manner: Manner, identity: &Identity) -> Self {
        Self::listen(manner, Security::StartTls(Arc::clone(&identity.config)))
    }

    /// One that speaks TLS from the first byte.
    pub fn with_tls(manner: Manner, identity: &Identity) -> Self {
        Self::listen(manner, Security::Tls(Arc::clone(&identity.config)))
    }

    fn listen(manner: Manner, security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        // It ends with the test's process.
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let (kept, security) = (Arc::clone(&kept), security.clone());
                // A client that goes away in the middle is no fault of the server's.
                thread::spawn(move || drop(serve(stream, &security, manner, connection, &kept)));
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

fn serve(
    stream: TcpStream,
    security: &Security,
    manner: Manner,
    connection: usize,
    kept: &Mutex<Vec<Taken>>,
) -> std::io::Result<()> {
    if manner == Manner::Silent {
        thread::sleep(std::time::Duration::from_mins(1));
        return Ok(());
    }
    let mut talk = Talk { manner, connection, kept, encrypted: false, starttls: false };
    let encrypt = |stream, config: &Arc<ServerConfig>| {
        let session = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(StreamOwned::new(session, stream))
    };
    match security {
        Security::Never => talk.over(stream, true).map(drop),
        Security::Tls(config) => {
            talk.encrypted = true;
            talk.over(encrypt(stream, config)?, true).map(drop)
        }
        Security::StartTls(config) => {
            talk.starttls = true;
            let Some(stream) = talk.over(stream, true)? else { return Ok(()) };
            (talk.starttls, talk.encrypted) = (false, true);
            talk.over(encrypt(stream, config)?, false).map(drop)
        }
    }
}

/// A conversation.
struct Talk<'k> {
    manner: Manner,
    connection: usize,
    kept: &'k Mutex<Vec<Taken>>,
    encrypted: bool,
    /// Whether to change over to TLS is offered.
    starttls: bool,
}

impl Talk<'_> {
    /// Talks until somebody goes away; the stream where the client asks for TLS on it.
    fn over<S: Read + Write>(&self, stream: S, greet: bool) -> std::io::Result<Option<S>> {
        let Self { manner, connection, kept, encrypted, .. } = *self;
        let mut lines = BufReader::new(stream);
        let empty =
            || Taken { from: String::new(), to: Vec::new(), bytes: Vec::new(), connection, encrypted };
        let (mut mail, mut known) = (empty(), manner != Manner::WantsLogin);
        if greet {
            lines.get_mut().write_all(b"220 postbox.test ESMTP\r\n")?;
        }
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            let command = line.trim_end().to_owned();
            line.clear();
            let upper = command.to_uppercase();
            let answer = if upper.starts_with("EHLO") && self.starttls {
                "250-postbox.test\r\n250-8BITMIME\r\n250 STARTTLS"
            } else if upper == "STARTTLS" && self.starttls {
                lines.get_mut().write_all(b"220 2.0.0 Ready\r\n")?;
                return Ok(Some(lines.into_inner()));
            } else if upper.starts_with("EHLO") {
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
                lines.get_mut().write_all(b"354 End with a dot\r\n")?;
                mail.bytes = body(&mut lines)?;
                match manner {
                    Manner::Busy => "451 4.3.0 Try again later",
                    Manner::Vanishes => return Ok(None),
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
            lines.get_mut().write_all(answer.as_bytes())?;
            lines.get_mut().write_all(b"\r\n")?;
            lines.get_mut().flush()?;
        }
        Ok(None)
    }
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
