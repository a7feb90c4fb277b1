//! Texts that templates can include: the shipped layouts, and what a shop adds.

use std::collections::BTreeMap;

use crate::markup::{Colour, READABLE};

/// The shipped layouts, compiled into the binary.
const SHIPPED: &[(&str, &str)] = &[
    ("std/cards.html", include_str!("../../stdlib/layouts/cards.html")),
    ("std/cards.mjml", include_str!("../../stdlib/layouts/cards.mjml")),
    ("std/footer.css", include_str!("../../stdlib/layouts/footer.css")),
    ("std/footer.html", include_str!("../../stdlib/layouts/footer.html")),
    ("std/footer.mjml", include_str!("../../stdlib/layouts/footer.mjml")),
    ("std/head.html", include_str!("../../stdlib/layouts/head.html")),
    ("std/head.mjml", include_str!("../../stdlib/layouts/head.mjml")),
    ("std/header.html", include_str!("../../stdlib/layouts/header.html")),
    ("std/header.mjml", include_str!("../../stdlib/layouts/header.mjml")),
    ("std/hero.html", include_str!("../../stdlib/layouts/hero.html")),
    ("std/hero.mjml", include_str!("../../stdlib/layouts/hero.mjml")),
    ("std/mail.html", include_str!("../../stdlib/layouts/mail.html")),
    ("std/style.css", include_str!("../../stdlib/layouts/style.css")),
];

/// The accent of the shipped layouts: buttons and links.
const ACCENT: Colour = Colour::new(0x0b, 0x6e, 0x4f);
/// The shipped accent where the ground is dark.
const ACCENT_ON_DARK: &str = "#6fcfae";

/// Where the names of `{% include "…" %}` lead, and the shop's one accent colour. Templates reach nothing else.
#[derive(Debug, Clone, Default)]
pub struct Library {
    texts: BTreeMap<String, String>,
    accent: Option<Colour>,
}

impl Library {
    /// Adds a text of the shop's own under a name. The shipped names cannot be replaced.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.texts.insert(name.into(), text.into());
    }

    /// Sets the colour of buttons and links in all shipped layouts.
    ///
    /// # Errors
    /// With a sentence, if it is not written `#rrggbb`, or white text on it would be hard to read (WCAG 2.1: 4.5 to 1).
    pub fn set_accent(&mut self, colour: &str) -> Result<(), String> {
        let parsed =
            Colour::hex(colour).ok_or_else(|| format!("`{colour}` is not a colour such as `#0b6e4f`"))?;
        let contrast = parsed.contrast(Colour::WHITE);
        if contrast < READABLE {
            return Err(format!(
                "white text on `{colour}` has a contrast of {contrast:.1} to 1; it needs 4.5: take a darker colour"
            ));
        }
        self.accent = Some(parsed);
        Ok(())
    }

    /// The text of that name, as written or with the extension of the text that includes it.
    pub(crate) fn find(&self, name: &str, extension: &str) -> Option<String> {
        let full = format!("{name}.{extension}");
        [name, &full].into_iter().find_map(|name| {
            let shipped = SHIPPED.iter().find(|(known, _)| *known == name);
            shipped.map(|(_, text)| self.coloured(text)).or_else(|| self.texts.get(name).cloned())
        })
    }

    /// A shipped text in the shop's colour.
    pub(crate) fn coloured(&self, text: &str) -> String {
        match self.accent {
            Some(accent) => text
                .replace(&ACCENT.to_string(), &accent.to_string())
                .replace(ACCENT_ON_DARK, &accent.lighter().to_string()),
            None => text.to_owned(),
        }
    }

    /// A shipped text, by its full name (`std/mail.html`), for a command that shows it.
    #[must_use]
    pub fn shipped(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The shipped names of an extension, without it: `std/cards`, …
    pub(crate) fn shipped_names(extension: &str) -> Vec<&'static str> {
        let of = |name: &'static str| name.strip_suffix(extension).and_then(|n| n.strip_suffix('.'));
        SHIPPED.iter().filter_map(|(name, _)| of(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accent_is_set_in_one_place() {
        let mut library = Library::default();
        let before = library.find("std/style", "css").unwrap();
        assert!(before.contains("#0b6e4f") && before.contains(ACCENT_ON_DARK));
        library.set_accent("#8a1c3f").unwrap();
        let after = library.find("std/style", "css").unwrap();
        assert!(after.contains("#8a1c3f") && !after.contains("#0b6e4f") && !after.contains(ACCENT_ON_DARK));
    }

    #[test]
    fn an_accent_that_cannot_be_read_is_refused() {
        let mut library = Library::default();
        for colour in ["red", "#12345", "#ffd700", "#é1234"] {
            assert!(library.set_accent(colour).is_err(), "{colour}");
        }
    }

    #[test]
    fn shipped_names_cannot_be_replaced() {
        let mut library = Library::default();
        library.add("std/footer.html", "mine");
        library.add("own.html", "mine");
        assert_ne!(library.find("std/footer", "html").unwrap(), "mine");
        assert_eq!(library.find("own", "html").unwrap(), "mine");
    }
}
