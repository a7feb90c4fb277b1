//! Which mail server, as an environment variable says it: `smtps://user:password@mail.example.com`.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Url;

/// When a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// From its first byte (`smtps://`).
    Tls,
    /// By STARTTLS, or there is no mail (`tls=required`).
    StartTls,
    /// By STARTTLS where the server offers it (`tls=opportunistic`).
    IfOffered,
    /// Never (`tls=none`).
    Never,
}

/// A mail server and how to speak to it. Neither what it prints nor its `Debug` tells the user or the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When the connection is encrypted.
    pub security: Security,
    /// User and password, if it asks for them.
    pub(super) login: Option<(String, String)>,
}

/// Why a text does not say which mail server. None of these repeats the text: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Not a URL of the schemes that are known.
    #[error("it should look like `smtps://user:password@mail.example.com` or `smtp://mail.example.com:587`")]
    Shape,
    /// No host.
    #[error("it names no mail server: `smtps://user:password@mail.example.com`")]
    NoHost,
    /// A path, a fragment or a setting that is none.
    #[error(
        "only `?tls=required`, `opportunistic` or `none` may follow the server's name; in a user or password write \
         `%23` for `#`, `%2F` for `/`, `%3F` for `?`, `%40` for `@`"
    )]
    Rest,
    /// A user or password that is no text.
    #[error("the user or the password is not text once its `%` signs are read")]
    Login,
    /// A password would be readable by everybody on the way.
    #[error(
        "it has a password and says `tls=none`: everybody on the way could read it; write `tls=required`"
    )]
    Readable,
}

impl Server {
    /// Reads a URL: `smtps://` is encrypted from the start (port 465); `smtp://` changes over with STARTTLS and refuses if it
    /// cannot (port 587), unless `?tls=opportunistic` or `?tls=none` (port 25). A server on this machine is spoken to in the clear.
    ///
    /// # Errors
    /// Why it does not say which server.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let url = Url::parse(text.trim()).map_err(|_| ServerError::Shape)?;
        let implicit = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(ServerError::Shape),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(ServerError::NoHost);
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(ServerError::Rest);
        }
        let mut asked = None;
        for (key, value) in url.query_pairs() {
            asked = Some(match (&*key, &*value) {
                ("tls", "required") => Security::StartTls,
                ("tls", "opportunistic") => Security::IfOffered,
                ("tls", "none") => Security::Never,
                _ => return Err(ServerError::Rest),
            });
        }
        let here = is_this_machine(&host);
        let security = match (implicit, asked) {
            (true, None | Some(Security::StartTls)) => Security::Tls,
            (true, Some(_)) => return Err(ServerError::Rest),
            (false, Some(asked)) => asked,
            (false, None) if here => Security::Never,
            (false, None) => Security::StartTls,
        };
        let login = login(&url)?;
        if login.is_some() && security == Security::Never && !here {
            return Err(ServerError::Readable);
        }
        let usual = match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::IfOffered | Security::Never => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), security, login })
    }

    /// Whether it is this machine, so that nobody else sees what is said to it.
    pub fn is_here(&self) -> bool {
        is_this_machine(&self.host)
    }
}

fn login(url: &Url) -> Result<Option<(String, String)>, ServerError> {
    let text =
        |part: &str| percent_decode_str(part).decode_utf8().map(String::from).map_err(|_| ServerError::Login);
    let user = text(url.username())?;
    let password = text(url.password().unwrap_or_default())?;
    Ok((!user.is_empty()).then_some((user, password)))
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = if self.login.is_some() { ", with a login" } else { "" };
        write!(f, "Server({self}, {:?}{login})", self.security)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, Security), ServerError> {
        Server::parse(text).map(|s| (s.to_string(), s.security))
    }

    #[test]
    fn ports_and_encryption_are_the_usual_ones_unless_said_otherwise() {
        for (text, server, security) in [
            ("smtps://mail.example.com", "mail.example.com:465", Security::Tls),
            ("smtps://u:p@mail.example.com:2465/", "mail.example.com:2465", Security::Tls),
            ("smtp://u:p@mail.example.com", "mail.example.com:587", Security::StartTls),
            ("smtp://mail.example.com:26?tls=required", "mail.example.com:26", Security::StartTls),
            ("smtp://mail.example.com?tls=opportunistic", "mail.example.com:25", Security::IfOffered),
            ("smtp://mail.example.com?tls=none", "mail.example.com:25", Security::Never),
            ("smtp://127.0.0.1:2525", "127.0.0.1:2525", Security::Never),
            (" smtp://localhost\n", "localhost:25", Security::Never),
            ("smtp://[::1]:2525", "[::1]:2525", Security::Never),
            ("smtp://localhost?tls=required", "localhost:587", Security::StartTls),
        ] {
            assert_eq!(read(text).unwrap(), (server.to_owned(), security), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_and_never_repeated() {
        for (text, why) in [
            ("", ServerError::Shape),
            ("mail.example.com", ServerError::Shape),
            ("https://secret@mail.example.com", ServerError::Shape),
            ("smtp://", ServerError::NoHost),
            ("smtps:mail.example.com", ServerError::NoHost),
            ("smtps://u:secret@mail.example.com/x", ServerError::Rest),
            ("smtps://u:secret@mail.example.com#x", ServerError::Rest),
            ("smtps://mail.example.com?tls=none", ServerError::Rest),
            ("smtp://mail.example.com?tls=maybe", ServerError::Rest),
            ("smtp://mail.example.com?timeout=3", ServerError::Rest),
            ("smtp://u:%ff@mail.example.com", ServerError::Login),
            ("smtp://u:secret@mail.example.com?tls=none", ServerError::Readable),
        ] {
            let found = read(text).unwrap_err();
            assert_eq!(found, why, "{text}");
            assert!(!found.to_string().contains("secret"));
        }
    }

    #[test]
    fn a_login_is_decoded_and_shown_nowhere() {
        let server = Server::parse("smtps://ann%40shop.example:p%23ss%2Fw@mail.example.com").unwrap();
        assert_eq!(server.login, Some(("ann@shop.example".to_owned(), "p#ss/w".to_owned())));
        let shown = format!("{server} {server:?}");
        assert!(!shown.contains("ann") && !shown.contains("p#ss"), "{shown}");
    }
}
