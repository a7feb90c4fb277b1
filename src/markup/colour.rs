//! Colours as style sheets write them, and how well one can be read on another.

/// The least contrast at which text of ordinary size can be read (WCAG 2.1, 1.4.3).
pub const READABLE: f64 = 4.5;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The names that mails use, of the 148 that style sheets know.
const NAMED: [(&str, Colour); 24] = [
    ("aqua", Colour::new(0, 255, 255)),
    ("black", Colour::new(0, 0, 0)),
    ("blue", Colour::new(0, 0, 255)),
    ("brown", Colour::new(165, 42, 42)),
    ("crimson", Colour::new(220, 20, 60)),
    ("darkgray", Colour::new(169, 169, 169)),
    ("darkgrey", Colour::new(169, 169, 169)),
    ("gold", Colour::new(255, 215, 0)),
    ("gray", Colour::new(128, 128, 128)),
    ("green", Colour::new(0, 128, 0)),
    ("grey", Colour::new(128, 128, 128)),
    ("lightgray", Colour::new(211, 211, 211)),
    ("lightgrey", Colour::new(211, 211, 211)),
    ("lime", Colour::new(0, 255, 0)),
    ("maroon", Colour::new(128, 0, 0)),
    ("navy", Colour::new(0, 0, 128)),
    ("orange", Colour::new(255, 165, 0)),
    ("pink", Colour::new(255, 192, 203)),
    ("purple", Colour::new(128, 0, 128)),
    ("red", Colour::new(255, 0, 0)),
    ("silver", Colour::new(192, 192, 192)),
    ("teal", Colour::new(0, 128, 128)),
    ("white", Colour::new(255, 255, 255)),
    ("yellow", Colour::new(255, 255, 0)),
];

impl Colour {
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);

    /// A colour from its parts.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#rrggbb` and nothing else.
    #[must_use]
    pub fn hex(text: &str) -> Option<Self> {
        let hex =
            text.strip_prefix('#').filter(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let channel = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).ok();
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// Reads a colour as style sheets write it: `#rrggbb`, `#rgb`, `rgb(1, 2, 3)` or one of the common names. What lets
    /// something else shine through is none.
    #[must_use]
    pub fn css(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(short) = text.strip_prefix('#').filter(|h| h.len() == 3 && h.is_ascii()) {
            let long: String = short.chars().flat_map(|c| [c, c]).collect();
            return Self::hex(&format!("#{long}"));
        }
        if let Some(parts) = text.strip_prefix("rgb(").and_then(|t| t.strip_suffix(')')) {
            let parts: Vec<u8> = parts.split(',').map_while(|p| p.trim().parse().ok()).collect();
            return <[u8; 3]>::try_from(parts).ok().map(Self);
        }
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, colour)| *colour);
        named.or_else(|| Self::hex(&text))
    }

    /// Relative luminance, 0 to 1 (WCAG 2.1).
    fn luminance(self) -> f64 {
        let linear = self.0.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.1).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// More than half way to white, for text on a dark ground.
    #[must_use]
    pub fn lighter(self) -> Self {
        Self(self.0.map(|c| c + ((255 - c) / 5) * 3))
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_style_sheets_write_them() {
        let grey = Some(Colour::new(0xee, 0xee, 0xee));
        assert_eq!(Colour::css("#EEE"), grey);
        assert_eq!(Colour::css("#eeeeee"), grey);
        assert_eq!(Colour::css("rgb(238, 238, 238)"), grey);
        assert_eq!(Colour::css(" White "), Some(Colour::WHITE));
        for none in ["transparent", "rgba(0,0,0,.5)", "inherit", "#12", "#é12", "rgb(1,2)", "url(x)", ""] {
            assert_eq!(Colour::css(none), None, "{none}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let of = |a: &str, b: &str| Colour::css(a).unwrap().contrast(Colour::css(b).unwrap());
        assert!((of("#000", "#fff") - 21.0).abs() < 1e-9);
        // The two greys at the border of WCAG's 4.5, as its own technique G18 has them.
        assert!(of("#767676", "#fff") >= READABLE && of("#777777", "#fff") < READABLE);
    }

    /// The shipped layouts write links on a dark ground in a lighter accent; no accent that reads under white text may fail there.
    #[test]
    fn every_accent_that_carries_white_text_reads_on_the_dark_ground_when_lighter() {
        let ground = Colour::css("#1f2429").unwrap();
        for step in 0..16 * 16 * 16_u32 {
            let channel = |shift: u32| u8::try_from((step >> shift & 15) * 17).unwrap();
            let accent = Colour::new(channel(8), channel(4), channel(0));
            if accent.contrast(Colour::WHITE) >= READABLE {
                assert!(accent.lighter().contrast(ground) >= READABLE, "{accent}");
            }
        }
    }
}
