//! Mail addresses: what is taken, and when two are the same.

use std::fmt;

/// A mail address that may be written into a header, with the form by which it is compared.
///
/// Two addresses are the same if their comparison forms are: white space around the address is cut, and letters are
/// lower-cased on both sides of the `@`. By the letter of RFC 5321 the part before the `@` may tell case apart; no provider
/// of note does, and two mails to one person are worse. Plus tags (`ann+shop@…`) and dots are kept: what they mean differs between
/// providers. International domains are compared as they are written, so `bücher.example` and `xn--bcher-kva.example` differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    written: String,
    compared: String,
}

/// Why a text is not taken as a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing, or only white space.
    #[error("the address is empty")]
    Empty,
    /// No `@`, or nothing on one side of it.
    #[error("the address has no name, `@` and domain")]
    Shape,
    /// More than 254 bytes, or more than 64 before the `@` (RFC 5321, 4.5.3.1).
    #[error("the address is too long")]
    TooLong,
    /// White space, a control character, or one that would end the address in a header.
    #[error("the address holds a character that no address may hold")]
    Character,
    /// A dot at an end or beside another, or a domain that is not names joined by dots.
    #[error("the address's domain or dots are not as they must be")]
    Dots,
}

/// The longest address that SMTP can carry, in bytes (RFC 5321, 4.5.3.1.3, less the angle brackets).
const LONGEST: usize = 254;
/// The longest part before the `@`, in bytes (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// The longest name between two dots of a domain, in bytes (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

impl Address {
    /// Reads an address as a shop stores it: bare, without a display name. Quoted local parts (`"a b"@…`), address literals
    /// (`@[192.0.2.1]`) and domains without a dot are refused: no customer has one.
    ///
    /// # Errors
    /// Why the text is not an address that mail can be sent to.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let written = text.trim();
        if written.is_empty() {
            return Err(AddressError::Empty);
        }
        let (local, domain) = written.rsplit_once('@').ok_or(AddressError::Shape)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Shape);
        }
        if written.len() > LONGEST || local.len() > LONGEST_LOCAL {
            return Err(AddressError::TooLong);
        }
        if !local.chars().all(in_local) || !domain.chars().all(in_domain) {
            return Err(AddressError::Character);
        }
        if local.split('.').any(str::is_empty) || !is_domain(domain) {
            return Err(AddressError::Dots);
        }
        Ok(Self { written: written.to_owned(), compared: written.to_lowercase() })
    }

    /// The address as the shop wrote it, without the white space around it: what stands in `To`.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The form by which addresses are compared, stored and suppressed.
    pub fn compared(&self) -> &str {
        &self.compared
    }

    /// The part after the `@`, lower-cased: what rates and bounces are counted by.
    pub fn domain(&self) -> &str {
        self.compared.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether the domain is under `.invalid`, which never resolves (RFC 6761, 6.4): a made-up address that only a transport
    /// which sends nothing may take.
    pub fn is_made_up(&self) -> bool {
        self.domain().ends_with(".invalid")
    }

    /// A hash of the comparison form (BLAKE3, keyed by its purpose), by which a suppression outlives the erasure of the address.
    /// It hides the address from a reader, not from someone who tries out addresses.
    pub fn hash(&self) -> [u8; 32] {
        blake3::derive_key("herald 2026 suppressed address", self.compared.as_bytes())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Characters of an unquoted local part: `atext` and the dot (RFC 5322, 3.2.3), and letters of any script (RFC 6532).
fn in_local(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
    } else {
        c.is_alphanumeric()
    }
}

fn in_domain(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '.'
}

fn is_domain(domain: &str) -> bool {
    let label =
        |l: &str| !l.is_empty() && l.len() <= LONGEST_LABEL && !l.starts_with('-') && !l.ends_with('-');
    domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_white_space_do_not_make_a_second_address_but_tags_and_dots_do() {
        let same =
            |a: &str, b: &str| Address::parse(a).unwrap().compared() == Address::parse(b).unwrap().compared();
        assert!(same("Ann@Shop.Example", "  ann@shop.example\n"));
        assert!(!same("ann+shop@x.example", "ann@x.example"));
        assert!(!same("a.nn@x.example", "ann@x.example"));
        assert_eq!(Address::parse(" Ann@Shop.Example ").unwrap().written(), "Ann@Shop.Example");
    }

    #[test]
    fn an_address_that_could_break_a_header_or_reach_nobody_is_refused() {
        use AddressError::{Character, Dots, Empty, Shape, TooLong};
        let long = format!("{}@x.example", "a".repeat(65));
        let longer = format!("a@{}x.example", "bbbbbbbbb.".repeat(25));
        for (text, why) in [
            ("", Empty),
            (" \t", Empty),
            ("ann", Shape),
            ("@x.example", Shape),
            ("ann@", Shape),
            (long.as_str(), TooLong),
            (longer.as_str(), TooLong),
            ("ann\r\nBcc: b@x.example", Character),
            ("a nn@x.example", Character),
            ("ann@x.example>", Character),
            ("a@b@x.example", Character),
            ("\"a\"@x.example", Character),
            ("ann@[192.0.2.1]", Character),
            ("a\u{200b}nn@x.example", Character),
            ("ann@localhost", Dots),
            ("ann@x..example", Dots),
            (".ann@x.example", Dots),
            ("ann@-x.example", Dots),
        ] {
            assert_eq!(Address::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn letters_of_any_script_are_taken() {
        assert_eq!(Address::parse("用户@例子.中国").unwrap().domain(), "例子.中国");
    }

    #[test]
    fn made_up_addresses_are_known_by_their_domain_only() {
        assert!(Address::parse("17@customer.invalid").unwrap().is_made_up());
        assert!(Address::parse("17@customer.INVALID").unwrap().is_made_up());
        assert!(!Address::parse("x.invalid@shop.example").unwrap().is_made_up());
        assert!(!Address::parse("x@notinvalid.example").unwrap().is_made_up());
    }

    #[test]
    fn the_hash_follows_the_comparison_form() {
        let hash = |a: &str| Address::parse(a).unwrap().hash();
        assert_eq!(hash("Ann@x.example"), hash("ann@X.example"));
        assert_ne!(hash("ann@x.example"), hash("bob@x.example"));
    }
}
