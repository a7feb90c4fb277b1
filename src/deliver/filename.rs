//! Names of files and folders made from names that others chose.

use crate::data::Key;

/// The longest name made here, in bytes; file systems allow 255, and an ending must still fit.
const LONGEST: usize = 200;
/// How much of a longer name stays readable in front of its hash.
const KEPT: usize = 120;

/// A customer's id as a file name: different ids have different names, no name leaves its folder, and none is hidden.
///
/// ASCII letters, digits, `-`, `_` and `.` stay; every other byte is written `%` and two hexadecimal digits, and so is a leading dot. A text
/// that reads like a whole number has its first character written so, since the number itself has that name. Beyond 200 bytes the rest
/// is replaced by `~` and a hash. On a file system that does not tell case apart, neither do these names.
pub fn of_key(key: &Key) -> String {
    match key {
        Key::Int(n) => n.to_string(),
        Key::Text(text) => of_text(text, text.parse::<i64>().is_ok_and(|n| n.to_string() == **text)),
    }
}

/// A campaign's or an occurrence's name as a folder name; as [`of_key`] does for texts.
pub fn of_name(name: &str) -> String {
    of_text(name, false)
}

fn of_text(text: &str, escape_first: bool) -> String {
    let mut name = String::with_capacity(text.len());
    for (i, &byte) in text.as_bytes().iter().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || (byte == b'.' && i > 0);
        if plain && !(i == 0 && escape_first) {
            name.push(char::from(byte));
        } else {
            name.push('%');
            name.push(char::from(HEX[usize::from(byte >> 4)]));
            name.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    match name.len() {
        0 => "%".to_owned(),
        1..=LONGEST => name,
        _ => format!("{}~{}", &name[..KEPT], &blake3::hash(text.as_bytes()).to_hex()[..32]),
    }
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(t: &str) -> String {
        of_key(&Key::Text(t.into()))
    }

    #[test]
    fn ordinary_ids_are_their_own_names_and_hostile_ones_stay_in_their_folder() {
        assert_eq!(of_key(&Key::Int(-17)), "-17");
        assert_eq!(text("C-0017.b"), "C-0017.b");
        assert_eq!(text("../../x"), "%2E.%2F..%2Fx");
        assert_eq!(text("a/b"), "a%2Fb");
        assert_eq!(text("a\\b:c\0"), "a%5Cb%3Ac%00");
        assert_eq!(text("🎁"), "%F0%9F%8E%81");
        assert_eq!(text(""), "%");
        assert_eq!(text("%"), "%25");
        assert_eq!(of_name("2026-12-01T09:00"), "2026-12-01T09%3A00");
    }

    #[test]
    fn a_number_and_the_text_of_it_are_two_customers() {
        assert_ne!(of_key(&Key::Int(17)), text("17"));
        assert_eq!(text("017"), "017");
    }

    #[test]
    fn long_ids_that_differ_only_at_the_end_have_different_names() {
        let (a, b) = (format!("{}a", "x".repeat(300)), format!("{}b", "x".repeat(300)));
        assert_ne!(text(&a), text(&b));
        assert!(text(&a).len() <= LONGEST && text(&"🎁".repeat(300)).len() <= LONGEST);
    }

    proptest! {
        #[test]
        fn different_ids_have_different_safe_names(a in ".{0,80}", b in ".{0,80}") {
            let (na, nb) = (text(&a), text(&b));
            prop_assert_eq!(a == b, na == nb);
            prop_assert!(!na.is_empty() && !na.starts_with('.') && na.len() <= LONGEST);
            prop_assert!(na.bytes().all(|c| c.is_ascii_graphic() && c != b'/' && c != b'\\'));
        }
    }
}
