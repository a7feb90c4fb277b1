//! Texts that templates can include: the shipped layouts, and what a shop adds.

use std::collections::BTreeMap;

/// The shipped layouts, compiled into the binary.
const SHIPPED: &[(&str, &str)] = &[
    ("std/cards.html", include_str!("../../stdlib/layouts/cards.html")),
    ("std/cards.mjml", include_str!("../../stdlib/layouts/cards.mjml")),
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

/// Where the names of `{% include "…" %}` lead. Templates reach nothing else.
#[derive(Debug, Clone, Default)]
pub struct Library {
    texts: BTreeMap<String, String>,
}

impl Library {
    /// Adds a text of the shop's own under a name. The shipped names cannot be replaced.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.texts.insert(name.into(), text.into());
    }

    /// The text of that name, as written or with the extension of the text that includes it.
    pub(crate) fn find(&self, name: &str, extension: &str) -> Option<String> {
        let full = format!("{name}.{extension}");
        [name, &full].into_iter().find_map(|name| {
            let shipped =
                SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
            shipped.or_else(|| self.texts.get(name).cloned())
        })
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
